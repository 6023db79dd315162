"""The past of a commit on real git histories: samples, origins, repeats, and what a budget leaves for the next time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzers.anchor import NO_ANCHOR, Anchor
from analyzers.findings import MetricName
from analyzers.history import History, Origin, Seen, moment
from analyzers.policy import Policy, read_policy
from analyzers.summary import anchor_of, seen_of
from bot.git.lineage import commit_of
from bot.git.object_reader import Repository
from bot.measuring.budget import Budget
from bot.measuring.caches import opened_caches
from bot.measuring.measure import Caches, Measuring
from bot.measuring.past import Past, Plan
from bot.measuring.walk import Walk
from bot.settings.settings import LocalSettings
from tests.repositories import Content, Repo

POLICY = read_policy(b"symbols:\n  - {name: Cart, canonical: shop.cart}\n")
CART: dict[str, Content] = {
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n",
    "shop/models.py": "from shop.cart import Cart\n",
}
RIGHT = "from shop.cart import Cart\n"
WRONG = "from shop.models import Cart\n"
DAILY = Plan(since_days=60, every_days=1, traced=(frozenset({"imports.fragmented"}),))
WEEKLY = Plan(since_days=60, every_days=7, traced=(frozenset({"imports.fragmented"}),))


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    return Repo.create(tmp_path / "shop")


@pytest.fixture
def caches(tmp_path: Path) -> Iterator[Caches]:
    with opened_caches(LocalSettings(data_dir=tmp_path / "data")) as caches:
        yield caches


def nothing(_done: int, _all: int) -> None: ...


def audited(
    repository: Repository,
    caches: Caches,
    sha: str,
    policy: Policy = POLICY,
    anchor: Anchor = NO_ANCHOR,
    today: dt.date | None = None,
) -> tuple[Seen, Anchor]:
    commit = commit_of(repository.commit_info(sha))
    done = Measuring(repository, caches, nothing, policy, today or moment(commit).date()).audit(sha, anchor=anchor)
    return seen_of(done, commit), anchor_of(done)


def seen_at(repository: Repository, caches: Caches, sha: str, policy: Policy = POLICY) -> Seen:
    return audited(repository, caches, sha, policy)[0]


def history(
    shop: Repo,
    caches: Caches,
    head: str,
    plan: Plan = WEEKLY,
    budget: Budget | None = None,
    policy: Policy = POLICY,
) -> History:
    repository = Repository.discover(shop.path)
    past = Past(repository, caches, policy, budget or Budget(600, 100_000, nothing))
    return past.history(head, plan, *audited(repository, caches, head, policy))


def origin(of: History, path: str, caches: Caches, shop: Repo, policy: Policy = POLICY) -> Origin:
    now = seen_at(Repository.discover(shop.path), caches, of.samples[-1].commit.id, policy).fingerprints
    (found,) = [of.origins[name] for name, finding in now.items() if finding.path == path]
    return found


def values(of: History, name: MetricName) -> list[int]:
    return [metric.value for sample in of.samples for metric in sample.metrics if metric.name == name]


def strays(of: History) -> list[int]:
    return values(of, "imports.fragmented")


def test_each_sample_counts_what_an_audit_of_that_commit_counts(shop: Repo, caches: Caches) -> None:
    shop.commit({**CART, "shop/a.py": WRONG})
    shop.wait(days=2)
    shop.commit({"shop/b.py": WRONG})
    shop.wait(days=1)
    head = shop.commit({"shop/a.py": RIGHT, "shop/c.py": WRONG})
    found = history(shop, caches, head, DAILY)
    assert strays(found) == [1, 2, 2]
    repository = Repository.discover(shop.path)
    for sample in found.samples:
        assert sample.metrics == seen_at(repository, caches, sample.commit.id).metrics


def test_what_came_and_went_is_counted_by_period(shop: Repo, caches: Caches) -> None:
    shop.commit({**CART, "shop/a.py": WRONG})
    shop.wait(days=1)
    head = shop.commit({"shop/a.py": RIGHT, "shop/b.py": WRONG, "shop/c.py": WRONG})
    (*_, last) = history(shop, caches, head, DAILY).periods
    assert [flow.path for flow in last.fixed] == ["shop/a.py"]
    assert [flow.path for flow in last.introduced] == ["shop/b.py", "shop/c.py"]


def test_a_finding_is_traced_to_the_very_commit_that_brought_it(shop: Repo, caches: Caches) -> None:
    shop.commit(CART)
    shop.wait(days=8)
    before = shop.commit({"shop/a.py": "x = 1\n"})
    culprit = shop.commit({"shop/a.py": WRONG}, message="Use the cart (#12)")
    shop.commit({"shop/a.py": WRONG + "y = 2\n"})
    head = shop.commit({"shop/other.py": ""})
    found = origin(history(shop, caches, head), "shop/a.py", caches, shop)
    assert (found.by.id, found.is_exact, found.pull_request, found.added_file) == (culprit, True, 12, False)
    assert found.after is not None
    assert found.after.id == before


def test_a_finding_that_came_with_its_file_says_so(shop: Repo, caches: Caches) -> None:
    shop.commit(CART)
    shop.wait(days=8)
    culprit = shop.commit({"shop/a.py": WRONG})
    head = shop.commit({"shop/other.py": ""})
    found = origin(history(shop, caches, head), "shop/a.py", caches, shop)
    assert (found.by.id, found.added_file) == (culprit, True)


def test_a_finding_is_traced_through_a_renamed_file(shop: Repo, caches: Caches) -> None:
    shop.commit(CART)
    shop.wait(days=8)
    culprit = shop.commit({"shop/a.py": WRONG + "a = 1\nb = 2\nc = 3\n"})
    shop.commit({"shop/x.py": ""})
    shop.rename("shop/a.py", "shop/z.py")
    head = shop.commit({"shop/other.py": ""})
    assert origin(history(shop, caches, head), "shop/z.py", caches, shop).by.id == culprit


CONFLICT = "<<<<<<< HEAD\n=======\n>>>>>>> theirs\n"
OLD = "from shop.models import Old\n"
RENAMED = "from shop.cart import Cart as Old\n"


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        pytest.param("shop/a.py", OLD, id="in its own file"),
        pytest.param("shop/models.py", RENAMED, id="in the module that it goes through"),
        pytest.param("shop/cart.py", "class Cart: ...\n", id="in the canonical module"),
    ],
)
def test_no_commit_is_blamed_for_taking_out_the_marks_of_a_conflict(
    shop: Repo, caches: Caches, broken: str, text: str
) -> None:
    shop.commit(CART | {"shop/models.py": RENAMED})
    shop.wait(days=8)
    culprit = shop.commit({"shop/a.py": OLD})
    shop.commit({"shop/x.py": ""})
    shop.commit({"shop/a.py": OLD + "x = 1\n", broken: text + CONFLICT}, message="Merge theirs")
    shop.commit({"shop/y.py": ""})
    shop.commit({broken: text}, message="Take out the marks")
    head = shop.commit({"shop/z.py": ""})
    traced = origin(history(shop, caches, head), "shop/a.py", caches, shop)
    assert (traced.by.id, traced.is_exact) == (culprit, True)


def test_what_came_in_with_the_marks_of_a_conflict_is_first_seen_without_them(shop: Repo, caches: Caches) -> None:
    shop.commit(CART)
    shop.wait(days=8)
    shop.commit({"shop/a.py": WRONG + CONFLICT}, message="Merge theirs")
    shop.commit({"shop/x.py": ""})
    mended = shop.commit({"shop/a.py": WRONG}, message="Take out the marks")
    head = shop.commit({"shop/y.py": ""})
    traced = origin(history(shop, caches, head), "shop/a.py", caches, shop)
    assert (traced.by.id, traced.is_exact) == (mended, True)


def test_what_was_fixed_is_not_told_to_have_gone_with_a_conflict(shop: Repo, caches: Caches) -> None:
    shop.commit(CART | {"shop/a.py": WRONG})
    shop.wait(days=8)
    shop.commit({"shop/a.py": WRONG + "x = 1\n"})
    shop.commit({"shop/a.py": WRONG + CONFLICT}, message="Merge theirs")
    shop.commit({"shop/a.py": WRONG}, message="Take out the marks")
    fixed = shop.commit({"shop/a.py": RIGHT})
    shop.wait(days=8)
    shop.commit({"shop/a.py": WRONG})
    head = shop.commit({"shop/x.py": ""})
    (again,) = history(shop, caches, head).repeats
    assert (again.fixed.by.id, again.fixed.is_exact) == (fixed, True)


def test_a_conflict_in_another_file_hides_nothing(shop: Repo, caches: Caches) -> None:
    shop.commit(CART | {"shop/other.py": ""})
    shop.wait(days=8)
    shop.commit({"shop/other.py": CONFLICT}, message="Merge theirs")
    culprit = shop.commit({"shop/a.py": WRONG})
    shop.commit({"shop/other.py": ""})
    head = shop.commit({"shop/x.py": ""})
    traced = origin(history(shop, caches, head), "shop/a.py", caches, shop)
    assert (traced.by.id, traced.is_exact) == (culprit, True)


def test_where_a_module_could_hardly_ever_be_read_what_it_hides_came_when_it_was_mended(
    shop: Repo, caches: Caches
) -> None:
    shop.commit(CART)
    shop.wait(days=8)
    shop.commit({"shop/a.py": OLD, "shop/models.py": RENAMED + CONFLICT})
    for number in range(40):
        shop.commit({f"shop/x{number}.py": ""})
    mended = shop.commit({"shop/models.py": RENAMED}, message="Take out the marks")
    head = shop.commit({"shop/y.py": ""})
    traced = origin(history(shop, caches, head), "shop/a.py", caches, shop)
    assert (traced.by.id, traced.is_exact) == (mended, True)


HIDING = [
    pytest.param("shop/a.py", OLD, id="in its own file"),
    pytest.param("shop/models.py", RENAMED, id="in the module that it goes through"),
    pytest.param("shop/cart.py", "class Cart: ...\n", id="in the canonical module"),
]
NOTHING: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def flows(of: History) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What came and what went in each period, by path."""
    return [
        (tuple(each.path for each in period.introduced), tuple(each.path for each in period.fixed))
        for period in of.periods
    ]


@pytest.mark.parametrize(("broken", "text"), HIDING)
def test_a_sample_at_which_a_file_cannot_be_read_is_looked_past(
    shop: Repo, caches: Caches, broken: str, text: str
) -> None:
    head = first = shop.commit(CART | {"shop/models.py": RENAMED, "shop/a.py": OLD})
    for files in ({"shop/x.py": ""}, {broken: text + CONFLICT}, {"shop/y.py": ""}, {broken: text}, {"shop/z.py": ""}):
        shop.wait(days=7)
        head = shop.commit(files)
    past = history(shop, caches, head)
    assert strays(past) == [1, 1, 0, 0, 1, 1]
    assert flows(past) == [NOTHING] * 5
    assert [period.comparable for period in past.periods] == [True, False, True, False, True]
    assert origin(past, "shop/a.py", caches, shop).by.id == first
    assert history(shop, caches, head) == past, "what is kept tells the same"


@pytest.mark.parametrize(("broken", "text"), HIDING[1:])
def test_what_came_in_beyond_such_a_sample_is_traced_past_it(
    shop: Repo, caches: Caches, broken: str, text: str
) -> None:
    shop.commit(CART | {"shop/models.py": RENAMED})
    shop.wait(days=7)
    shop.commit({"shop/x.py": ""})
    shop.commit({broken: text + CONFLICT}, message="Merge theirs")
    shop.wait(days=7)
    shop.commit({broken: text})
    culprit = shop.commit({"shop/a.py": OLD}, message="Use it (#12)")
    shop.commit({broken: text + CONFLICT}, message="Merge theirs again")
    shop.wait(days=7)
    shop.commit({broken: text})
    head = shop.commit({"shop/z.py": ""})
    past = history(shop, caches, head)
    assert flows(past) == [NOTHING, NOTHING, (("shop/a.py",), ())]
    traced = origin(past, "shop/a.py", caches, shop)
    assert (traced.by.id, traced.is_exact, traced.pull_request) == (culprit, True, 12)


def test_what_was_fixed_beyond_such_a_sample_went_where_it_is_seen_to_be_gone(shop: Repo, caches: Caches) -> None:
    shop.commit(CART | {"shop/a.py": WRONG, "shop/b.py": WRONG})
    shop.wait(days=7)
    shop.commit({"shop/a.py": WRONG + CONFLICT})
    shop.wait(days=7)
    shop.commit({"shop/a.py": RIGHT})
    shop.wait(days=7)
    head = shop.commit({"shop/x.py": ""})
    assert flows(history(shop, caches, head)) == [NOTHING, ((), ("shop/a.py",)), NOTHING]


def test_a_file_that_moves_while_it_cannot_be_read_keeps_what_is_found_in_it(shop: Repo, caches: Caches) -> None:
    long = WRONG + "".join(f"x{number} = {number}\n" for number in range(20))
    first = shop.commit(CART | {"shop/a.py": long})
    shop.wait(days=7)
    shop.commit({"shop/x.py": ""})
    shop.commit({"shop/a.py": None, "shop/z.py": long + CONFLICT})
    shop.wait(days=7)
    shop.commit({"shop/z.py": long})
    shop.wait(days=7)
    head = shop.commit({"shop/y.py": ""})
    past = history(shop, caches, head)
    assert flows(past) == [NOTHING] * 3
    assert origin(past, "shop/z.py", caches, shop).by.id == first


def test_what_could_never_be_seen_before_has_no_origin(shop: Repo, caches: Caches) -> None:
    shop.commit(CART | {"shop/a.py": WRONG + CONFLICT})
    shop.wait(days=7)
    shop.commit({"shop/a.py": WRONG})
    shop.wait(days=7)
    head = shop.commit({"shop/x.py": ""})
    past = history(shop, caches, head)
    assert (flows(past), past.origins) == ([NOTHING] * 2, {})


AUTH = read_policy(
    b"auth: {canonical: C, builtin: false, patterns: [{name: C, calls: [x.c]}, {name: JWT, calls: [jwt.decode]}]}\n"
    b"rules: {auth.bypass: off}\n"
)
SESSION = (
    "import jwt\n\n\nclass Session:\n    def open(self, token):\n        return jwt.decode(token)\n\n"
    "    def close(self): ...\n"
)
CALLS = Plan(since_days=60, traced=(frozenset({"auth.patterns"}),))


def test_no_commit_is_blamed_for_a_class_that_it_renamed(shop: Repo, caches: Caches) -> None:
    shop.commit({"shop/__init__.py": ""})
    shop.wait(days=8)
    culprit = shop.commit({"shop/a.py": SESSION})
    shop.commit({"shop/x.py": ""})
    shop.commit({"shop/a.py": SESSION.replace("Session", "Login")}, message="Rename a class")
    shop.commit({"shop/a.py": SESSION.replace("Session", "Login") + "x = 1\n"})
    head = shop.commit({"shop/other.py": ""})
    found = history(shop, caches, head, CALLS, policy=AUTH)
    traced = origin(found, "shop/a.py", caches, shop, AUTH)
    assert (traced.by.id, traced.is_exact, traced.added_file) == (culprit, True, True)


def test_nor_is_the_week_in_which_it_was(shop: Repo, caches: Caches) -> None:
    culprit = shop.commit({"shop/__init__.py": "", "shop/a.py": SESSION})
    shop.wait(days=8)
    shop.commit({"shop/a.py": SESSION.replace("Session", "Login")})
    shop.wait(days=8)
    head = shop.commit({"shop/a.py": SESSION.replace("Session", "Login").replace("open", "begin")})
    found = history(shop, caches, head, CALLS, policy=AUTH)
    assert [(period.introduced, period.fixed) for period in found.periods] == [((), ())] * len(found.periods)
    assert origin(found, "shop/a.py", caches, shop, AUTH).by.id == culprit


def test_one_in_a_file_that_moved_then_is_traced_as_well(shop: Repo, caches: Caches) -> None:
    shop.commit({"shop/__init__.py": ""})
    shop.wait(days=8)
    culprit = shop.commit({"shop/a.py": SESSION})
    shop.commit({"shop/a.py": SESSION.replace("Session", "Login")})
    shop.rename("shop/a.py", "shop/z.py")
    head = shop.commit({"shop/z.py": SESSION.replace("Session", "Login").replace("open", "begin")})
    found = history(shop, caches, head, CALLS, policy=AUTH)
    assert origin(found, "shop/z.py", caches, shop, AUTH).by.id == culprit


def test_one_that_is_known_by_its_function_is_traced_through_both(shop: Repo, caches: Caches) -> None:
    verify = (
        "import jwt\n\n\ndef verify(token):\n    try:\n        return jwt.decode(token, KEY, algorithms=['HS256'])\n"
        "    except Exception:\n        return {'sub': 'guest'}\n"
    )
    rules = read_policy(b"rules: {auth.patterns: off}\n")
    shop.commit({"shop/__init__.py": ""})
    shop.wait(days=8)
    culprit = shop.commit({"shop/a.py": verify})
    shop.commit({"shop/a.py": verify.replace("verify", "confirm")})
    shop.rename("shop/a.py", "shop/z.py")
    head = shop.commit({"shop/z.py": verify.replace("verify", "prove")})
    found = history(shop, caches, head, Plan(since_days=60, traced=(frozenset({"auth.bypass"}),)), policy=rules)
    assert origin(found, "shop/z.py", caches, shop, rules).by.id == culprit


def test_what_was_fixed_after_its_class_was_renamed_went_with_the_fix(shop: Repo, caches: Caches) -> None:
    shop.commit({"shop/__init__.py": "", "shop/a.py": SESSION})
    shop.wait(days=8)
    shop.commit({"shop/a.py": SESSION.replace("Session", "Login")})
    fix = shop.commit({"shop/a.py": SESSION.replace("jwt.decode(token)", "{}")})
    shop.wait(days=8)
    again = shop.commit({"shop/a.py": SESSION})
    (repeat,) = history(shop, caches, again, CALLS, policy=AUTH).repeats
    assert (repeat.fixed.by.id, repeat.again.by.id) == (fix, again)


def test_a_call_that_a_new_function_makes_while_another_one_goes_came_with_it(shop: Repo, caches: Caches) -> None:
    shop.commit({"shop/__init__.py": "", "shop/a.py": "import jwt\ndef old(token):\n    return jwt.decode(token)\n"})
    shop.wait(days=8)
    culprit = shop.commit({"shop/a.py": "import jwt\ndef new(token):\n    x = 1\n    return jwt.decode(token), x\n"})
    head = shop.commit({"shop/other.py": ""})
    found = history(shop, caches, head, CALLS, policy=AUTH)
    assert origin(found, "shop/a.py", caches, shop, AUTH).by.id == culprit


def test_a_finding_that_another_file_brought_is_traced_to_that_change(shop: Repo, caches: Caches) -> None:
    shop.commit({**CART, "shop/gone.py": "def f(): ...\n", "shop/a.py": "from shop.gone import f\n"})
    shop.wait(days=8)
    shop.commit({"shop/a.py": "from shop.gone import f\nx = 1\n"})
    culprit = shop.commit({"shop/gone.py": "def g(): ...\n"}, message="Rename f")
    head = shop.commit({"shop/a.py": "from shop.gone import f\nx = 2\n"})
    plan = Plan(since_days=60, traced=(frozenset({"imports.unresolved"}),))
    assert origin(history(shop, caches, head, plan), "shop/a.py", caches, shop).by.id == culprit


def test_a_finding_older_than_the_oldest_sample_is_told_to_stand_there_already(shop: Repo, caches: Caches) -> None:
    shop.commit({**CART, "shop/a.py": WRONG})
    shop.wait(days=90)
    oldest = shop.commit({"shop/more.py": ""})
    shop.wait(days=8)
    head = shop.commit({"shop/other.py": ""})
    past = history(shop, caches, head, Plan(since_days=7, traced=WEEKLY.traced))
    found = origin(past, "shop/a.py", caches, shop)
    assert (found.by.id, found.after, found.is_exact) == (oldest, None, False)
    assert not past.from_root


def test_a_finding_that_came_with_the_very_first_commit_is_told_to_have_come_with_that(
    shop: Repo, caches: Caches
) -> None:
    first = shop.commit({**CART, "shop/a.py": WRONG}, message="Begin (#1)")
    shop.commit({"shop/more.py": ""})  # the last one before the first Monday, where a sample stands
    shop.wait(days=8)
    head = shop.commit({"shop/other.py": ""})
    past = history(shop, caches, head)
    found = origin(past, "shop/a.py", caches, shop)
    assert (found.by.id, found.after, found.is_exact, found.pull_request) == (first, None, True, 1)
    assert past.from_root


def test_what_a_single_commit_holds_came_with_that(shop: Repo, caches: Caches) -> None:
    only = shop.commit({**CART, "shop/a.py": WRONG})
    found = origin(history(shop, caches, only), "shop/a.py", caches, shop)
    assert (found.by.id, found.is_exact) == (only, True)


def test_what_is_cut_off_by_a_shallow_clone_is_said_and_its_oldest_commit_is_no_origin(
    shop: Repo, caches: Caches, tmp_path: Path
) -> None:
    for name in ("a", "b", "c"):
        shop.commit({**CART, f"shop/{name}.py": WRONG})
        shop.wait(days=8)
    head = shop.commit({"shop/other.py": ""})
    clone = shop.clone(tmp_path / "clone", "--depth=3")
    past = history(clone, caches, head)
    found = origin(past, "shop/a.py", caches, clone)
    assert (found.after, found.is_exact) == (None, False)
    assert past.cut is not None
    assert (past.cut.id, past.from_root) == (found.by.id, False)
    assert history(shop, caches, head).cut is None


def test_where_nothing_earlier_was_looked_at_nobody_says_where_anything_came_in(shop: Repo, caches: Caches) -> None:
    shop.commit({**CART, "shop/a.py": WRONG})
    shop.wait(days=8)
    head = shop.commit({"shop/other.py": ""})
    past = history(shop, caches, head, budget=Budget(0, 100, nothing))
    assert (len(past.samples), past.left, past.origins, past.untraced, past.looks_back) == (1, 1, {}, 0, False)


def test_a_finding_that_was_fixed_and_came_again_names_both_commits(shop: Repo, caches: Caches) -> None:
    shop.commit({**CART, "shop/a.py": WRONG})
    shop.wait(days=8)
    fixed = shop.commit({"shop/a.py": RIGHT}, message="Import the cart from where it lives")
    shop.wait(days=8)
    again = shop.commit({"shop/a.py": WRONG}, message="Merge an old branch")
    head = shop.commit({"shop/other.py": ""})
    (repeat,) = history(shop, caches, head).repeats
    assert (repeat.fixed.by.id, repeat.fixed.is_exact) == (fixed, True)
    assert (repeat.again.by.id, repeat.again.is_exact) == (again, True)


def test_nothing_is_fixed_and_introduced_again_that_only_stands(shop: Repo, caches: Caches) -> None:
    shop.commit({**CART, "shop/a.py": WRONG})
    shop.wait(days=16)
    head = shop.commit({"shop/other.py": ""})
    assert history(shop, caches, head).repeats == ()


def test_a_merge_is_one_commit_of_the_line(shop: Repo, caches: Caches) -> None:
    shop.commit(CART)
    shop.wait(days=8)
    shop.branch("feature")
    shop.commit({"shop/a.py": WRONG}, message="Work in progress")
    shop.git("checkout", "--quiet", "main")
    merge = shop.merge("feature", message="Merge pull request #7 from ada/feature")
    head = shop.commit({"shop/other.py": ""})
    found = origin(history(shop, caches, head), "shop/a.py", caches, shop)
    assert (found.by.id, found.pull_request) == (merge, 7)


def test_without_budget_the_rest_is_left_and_counted_and_done_the_next_time(shop: Repo, caches: Caches) -> None:
    head = shop.commit({**CART, "shop/a.py": WRONG})
    for name in ("b", "c", "d"):
        shop.wait(days=1)
        head = shop.commit({f"shop/{name}.py": WRONG})
    clock = iter(range(100))
    poor = history(shop, caches, head, DAILY, Budget(2, 100, nothing, clock=lambda: float(next(clock))))
    assert len(poor.samples) + poor.left == 4
    assert poor.left > 0
    whole = history(shop, caches, head, DAILY)
    assert (len(whole.samples), whole.left, whole.untraced) == (4, 0, 0)


def test_a_finding_that_is_not_traced_is_told_by_the_period_it_came_in(shop: Repo, caches: Caches) -> None:
    shop.commit(CART)
    shop.wait(days=8)
    shop.commit({"shop/a.py": WRONG})
    head = shop.commit({"shop/other.py": ""})
    found = history(shop, caches, head, Plan(since_days=60))
    came = origin(found, "shop/a.py", caches, shop)
    assert (came.is_exact, came.by.id, found.untraced) == (False, head, 1)


def test_a_walk_finds_at_each_commit_what_an_audit_in_full_finds(shop: Repo, caches: Caches) -> None:
    repository = Repository.discover(shop.path)
    many: dict[str, Content] = {f"shop/m{number}.py": RIGHT for number in range(40)}
    commits = [shop.commit({**CART, **many})]
    commits.append(shop.commit({"shop/m1.py": WRONG}))
    commits.append(shop.commit({"shop/m2.py": WRONG, "shop/m1.py": None}))
    commits.append(shop.rename("shop/m2.py", "shop/n2.py"))
    commits.append(
        shop.commit({"shop/m3.py": WRONG + "# fifthwhy: ignore[imports.fragmented] later until=2024-01-02\n"})
    )
    for policy, anchor in ((POLICY, NO_ANCHOR), (Policy(), audited(repository, caches, commits[-1], Policy())[1])):
        for today in (dt.date(2024, 1, 1), dt.date(2024, 1, 5)):
            walk = Walk(repository, caches, policy, nothing, today)
            for sha in [*commits, *reversed(commits)]:
                seen, _ = audited(repository, caches, sha, policy, anchor, today)
                assert walk.see(seen.commit, anchor=anchor) == seen
            walk.close()


IGNORED = WRONG.rstrip() + "  # fifthwhy: ignore[imports.fragmented] moves soon until=2024-01-03\n"


def test_no_commit_is_blamed_because_a_day_passed(shop: Repo, caches: Caches) -> None:
    shop.commit(CART)
    shop.commit({"shop/more.py": ""})
    shop.wait(days=1)
    culprit = shop.commit({"shop/a.py": IGNORED})
    shop.commit({"shop/more.py": "x = 1\n"})
    shop.wait(days=4)
    shop.commit({"shop/more.py": "x = 2\n"})
    head = shop.commit({"shop/other.py": ""})
    plan = Plan(since_days=60, every_days=1, traced=(frozenset({"imports.fragmented", "ssot.ignores"}),))
    past = history(shop, caches, head, plan)
    assert strays(past) == [0, 0, 1, 1]
    assert [(each.by.id, each.is_exact) for each in past.origins.values()] == [(culprit, True)], "of the import alone"


def test_a_comment_that_was_written_when_its_day_had_passed_came_stale(shop: Repo, caches: Caches) -> None:
    shop.commit(CART)
    shop.wait(days=8)
    culprit = shop.commit({"shop/a.py": IGNORED})
    shop.wait(days=1)
    head = shop.commit({"shop/other.py": ""})
    plan = Plan(since_days=60, every_days=1, traced=(frozenset({"imports.fragmented", "ssot.ignores"}),))
    past = history(shop, caches, head, plan)
    assert [(each.by.id, each.is_exact) for each in past.origins.values()] == [(culprit, True)] * 2


def test_what_was_kept_before_a_comment_expired_is_looked_at_again(shop: Repo, caches: Caches) -> None:
    shop.commit({**CART, "shop/a.py": IGNORED})
    head = shop.commit({"shop/other.py": ""})
    assert strays(history(shop, caches, head, DAILY)) == [0, 0]
    shop.wait(days=4)
    later = shop.commit({"shop/other.py": "x = 1\n"})
    assert strays(history(shop, caches, later, DAILY)) == [1, 1, 1]


def test_a_stretch_of_one_commit_is_exact_whether_or_not_it_is_traced(shop: Repo, caches: Caches) -> None:
    shop.commit(CART)
    shop.wait(days=8)
    head = shop.commit({"shop/a.py": WRONG}, message="Use the cart (#12)")
    past = history(shop, caches, head, Plan(since_days=60))
    found = origin(past, "shop/a.py", caches, shop)
    assert (found.by.id, found.is_exact, found.pull_request, found.added_file) == (head, True, 12, True)
    assert past.untraced == 0


def dated(repo: Repo, files: dict[str, Content], date: str) -> str:
    """A commit by a clock of its own."""
    for name, content in files.items():
        (repo.path / name).parent.mkdir(parents=True, exist_ok=True)
        (repo.path / name).write_text(str(content))
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "Change", GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date)
    return repo.head()


@pytest.mark.parametrize("wrong", ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_a_commit_by_a_broken_clock_hides_nothing_before_it(shop: Repo, caches: Caches, wrong: str) -> None:
    dated(shop, CART, "2024-01-01T10:00:00Z")
    culprit = dated(shop, {"shop/a.py": WRONG}, "2024-01-09T10:00:00Z")
    broken = dated(shop, {"shop/b.py": WRONG}, wrong)
    head = dated(shop, {"shop/c.py": WRONG}, "2024-01-23T10:00:00Z")
    past = history(shop, caches, head)
    assert strays(past) == [0, 2, 3]
    assert [each.commit.date[:10] for each in past.samples] == ["2024-01-01", "2024-01-09", "2024-01-23"]
    assert origin(past, "shop/a.py", caches, shop).by.id == culprit
    assert origin(past, "shop/b.py", caches, shop).by.id == broken


# --- what was inferred at the head --------------------------------------------------------------------

INFERRED: dict[str, Content] = {
    "a/__init__.py": "",
    "a/impl.py": "class K: ...\n",
    "a/p.py": "from a.impl import K\n",
    "a/q.py": "from a.impl import K\n",
}


def users(module: str, names: str, count: int) -> dict[str, Content]:
    return {f"a/{names}{number}.py": f"from {module} import K\n" for number in range(count)}


def test_a_new_majority_makes_no_old_import_come_in(shop: Repo, caches: Caches) -> None:
    first = shop.commit({**INFERRED, **users("a.p", "old", 6), **users("a.q", "first", 1)})
    shop.wait(days=8)
    shop.commit({"a/more.py": ""})
    shop.commit(users("a.q", "new", 10), message="Ten users of q")
    head = shop.commit({"a/other.py": ""})
    past = history(shop, caches, head, policy=Policy())
    assert strays(past) == [7, 7]
    assert [(period.introduced, period.fixed) for period in past.periods] == [((), ())]
    for number in range(6):
        assert origin(past, f"a/old{number}.py", caches, shop, Policy()).by.id == first


def test_the_path_that_is_canonical_today_counts_also_before_anybody_used_it(shop: Repo, caches: Caches) -> None:
    first = shop.commit({**INFERRED, "a/q.py": None, **users("a.p", "old", 3)} | {"a/q.py": ""})
    shop.wait(days=8)
    shop.commit({"a/q.py": "from a.impl import K\n"})
    head = shop.commit(users("a.q", "new", 5))
    past = history(shop, caches, head, policy=Policy())
    assert strays(past) == [4, 4]
    assert origin(past, "a/old0.py", caches, shop, Policy()).by.id == first


def test_a_symbol_whose_definition_moved_is_measured_by_the_same_path_before(shop: Repo, caches: Caches) -> None:
    first = shop.commit({**INFERRED, **users("a.p", "old", 6), **users("a.q", "first", 1)})
    shop.wait(days=8)
    shop.commit(users("a.q", "new", 10), message="Ten users of q")
    shop.commit({"a/more.py": ""})
    shop.wait(days=8)
    moved = "class K:\n    other = 1\n"
    shop.commit(
        {"a/core.py": moved, "a/impl.py": "", "a/p.py": "from a.core import K\n", "a/q.py": "from a.core import K\n"}
    )
    head = shop.commit({"a/other.py": ""})
    past = history(shop, caches, head, policy=Policy())
    assert origin(past, "a/old0.py", caches, shop, Policy()).by.id == first


def test_a_module_that_was_renamed_is_canonical_by_the_name_that_it_had(shop: Repo, caches: Caches) -> None:
    body = "class K:\n" + "".join(f"    x{number} = {number}\n" for number in range(20))
    shim: dict[str, Content] = {"a/sh.py": "from a.old import K\n", **users("a.sh", "odd", 5)}
    first = shop.commit({"a/__init__.py": "", "a/old.py": body, **shim, **users("a.old", "user", 2)})
    shop.wait(days=8)
    shop.commit(users("a.old", "user", 9))
    shop.rename("a/old.py", "a/new.py")
    head = shop.commit({**users("a.new", "user", 9), "a/sh.py": "from a.new import K\n"})
    past = history(shop, caches, head, policy=Policy())
    assert strays(past) == [5, 5]
    assert [(period.introduced, period.fixed) for period in past.periods] == [((), ())]
    assert origin(past, "a/odd0.py", caches, shop, Policy()).by.id == first


TOKENS: dict[str, Content] = {
    "app/__init__.py": "",
    "app/one.py": "import jwt\n\n\ndef one(token):\n    return jwt.decode(token, key(), algorithms=['HS256'])\n",
}


def test_the_way_to_validate_that_is_canonical_today_is_so_for_all_samples(shop: Repo, caches: Caches) -> None:
    other = "from jose import jwt\n\n\ndef {}(token):\n    return jwt.decode(token, key(), algorithms=['HS256'])\n"
    first = shop.commit(TOKENS)
    shop.wait(days=8)
    shop.commit({f"app/new{number}.py": other.format(f"new{number}") for number in range(3)})
    head = shop.commit({"app/other.py": ""})
    plan = Plan(since_days=60, traced=(frozenset({"auth.patterns"}),))
    past = history(shop, caches, head, plan, policy=Policy())
    assert values(past, "auth.patterns") == [1, 1]
    assert origin(past, "app/one.py", caches, shop, Policy()).by.id == first


def test_a_walk_by_an_anchor_finds_what_an_audit_in_full_finds_by_it(shop: Repo, caches: Caches) -> None:
    repository = Repository.discover(shop.path)
    commits = [shop.commit({**INFERRED, **TOKENS, **users("a.p", "old", 40), **users("a.q", "first", 1)})]
    commits.append(
        shop.commit({"app/two.py": TOKENS["app/one.py"], "a/old1.py": "", "a/old2.py": "import a.impl\na.impl.K\n"})
    )
    commits.append(shop.commit({"a/q.py": "class K: ...\n", "a/old3.py": "from a.q import K\n"}))
    commits.append(shop.commit({"a/q.py": "from a.impl import K\n", "app/one.py": None, "app/two.py": None}))
    commits.append(shop.commit({"a/first0.py": None}))
    anchors = [audited(repository, caches, sha, Policy())[1] for sha in commits]
    for anchor in (*anchors, Anchor(dict.fromkeys(anchors[0].paths, "a.q"), "a.impl.K")):
        walk = Walk(repository, caches, Policy(), nothing, dt.date(2024, 1, 5))
        for sha in [*commits, *reversed(commits)]:
            seen, _ = audited(repository, caches, sha, Policy(), anchor, dt.date(2024, 1, 5))
            assert walk.see(seen.commit, anchor=anchor) == seen
        walk.close()


def test_what_is_kept_by_one_anchor_is_not_taken_for_another(shop: Repo, caches: Caches) -> None:
    shop.commit({**INFERRED, **users("a.p", "old", 6), **users("a.q", "first", 1)})
    shop.wait(days=8)
    head = shop.commit({"a/more.py": ""})
    assert strays(history(shop, caches, head, policy=Policy())) == [2, 2]
    later = shop.commit(users("a.q", "new", 10))
    assert strays(history(shop, caches, later, policy=Policy())) == [7, 7]
    assert strays(history(shop, caches, head, policy=Policy())) == [2, 2]
