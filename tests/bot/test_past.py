"""The past of a commit on real git histories: samples, origins, repeats, and what a budget leaves for the next time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzers.history import History, Origin, Seen, moment
from analyzers.places import Commit
from analyzers.policy import Policy, read_policy
from analyzers.summary import seen_of
from bot.budget import Budget
from bot.local_audit import local_caches
from bot.measure import Caches, Measuring
from bot.object_reader import Repository
from bot.past import Past, Plan
from bot.settings import LocalSettings
from bot.walk import Walk
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
    with local_caches(LocalSettings(data_dir=tmp_path / "data")) as caches:
        yield caches


def nothing(_done: int, _all: int) -> None: ...


def seen_at(repository: Repository, caches: Caches, sha: str, policy: Policy = POLICY) -> Seen:
    info = repository.commit_info(sha)
    commit = Commit(info.sha, info.date, info.subject)
    return seen_of(Measuring(repository, caches, nothing, policy, moment(commit).date()).audit(sha), commit)


def history(shop: Repo, caches: Caches, head: str, plan: Plan = WEEKLY, budget: Budget | None = None) -> History:
    repository = Repository.discover(shop.path)
    past = Past(repository, caches, POLICY, budget or Budget(600, 100_000, nothing))
    return past.history(head, plan, seen_at(repository, caches, head))


def origin(of: History, path: str, caches: Caches, shop: Repo) -> Origin:
    now = seen_at(Repository.discover(shop.path), caches, of.samples[-1].commit.id).fingerprints
    (found,) = [of.origins[name] for name, finding in now.items() if finding.path == path]
    return found


def strays(of: History) -> list[int]:
    return [metric.value for sample in of.samples for metric in sample.metrics if metric.name == "imports.fragmented"]


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


def test_a_finding_that_another_file_brought_is_traced_to_that_change(shop: Repo, caches: Caches) -> None:
    shop.commit({**CART, "shop/gone.py": "def f(): ...\n", "shop/a.py": "from shop.gone import f\n"})
    shop.wait(days=8)
    shop.commit({"shop/a.py": "from shop.gone import f\nx = 1\n"})
    culprit = shop.commit({"shop/gone.py": "def g(): ...\n"}, message="Rename f")
    head = shop.commit({"shop/a.py": "from shop.gone import f\nx = 2\n"})
    plan = Plan(since_days=60, traced=(frozenset({"imports.unresolved"}),))
    assert origin(history(shop, caches, head, plan), "shop/a.py", caches, shop).by.id == culprit


def test_a_finding_older_than_the_oldest_sample_is_told_to_stand_there_already(shop: Repo, caches: Caches) -> None:
    first = shop.commit({**CART, "shop/a.py": WRONG})
    shop.wait(days=8)
    head = shop.commit({"shop/other.py": ""})
    found = origin(history(shop, caches, head), "shop/a.py", caches, shop)
    assert (found.after, found.is_exact) == (None, False)
    assert moment(found.by) >= moment(Commit(first, "2024-01-01T00:00:00+00:00", ""))


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
    walk = Walk(repository, caches, POLICY, nothing)
    for sha in [*commits, *reversed(commits)]:
        info = repository.commit_info(sha)
        assert walk.see(Commit(info.sha, info.date, info.subject)) == seen_at(repository, caches, sha)
    walk.close()


def test_today_is_the_day_of_each_commit(shop: Repo, caches: Caches) -> None:
    ignored = WRONG.rstrip() + "  # fifthwhy: ignore[imports.fragmented] moves soon until=2024-01-03\n"
    shop.commit({**CART, "shop/a.py": ignored})
    shop.wait(days=4)
    head = shop.commit({"shop/other.py": ""})
    assert dt.date(2024, 1, 4) < moment(seen_at(Repository.discover(shop.path), caches, head).commit).date()
    assert strays(history(shop, caches, head, DAILY)) == [0, 1]
