"""Causes on real git histories: each step with an answer, and with a twin in which it has to keep silent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzers.causes.model import Cause, Chain
from analyzers.findings import MetricName
from analyzers.places import Repository as ReportedRepository
from analyzers.report import Report
from bot.local_audit import local_caches
from bot.measure import Caches, Comparison
from bot.object_reader import Repository
from bot.past import Plan
from bot.settings import LocalSettings
from bot.status import StatusRequest, status_report
from tests.repositories import Content, Repo

POLICY = "symbols:\n  - {name: Cart, canonical: shop.cart}\n"
PLAN = Plan(since_days=120, every_days=7)
RIGHT = "from shop.cart import Cart\n"
WRONG = "from shop.basket import Cart\n"
SHOP: dict[str, Content] = {
    ".github/fifthwhy.yml": POLICY,
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart:\n    size = 1\n",
    "shop/basket.py": RIGHT,
}
SUMS = "def total(items):\n    found = 0\n    for item in items:\n        found += item.price\n    return found * 2\n"
OLD: dict[str, Content] = {"shop/__init__.py": "", "shop/basket.py": "class Cart:\n    size = 1\n"}


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    return Repo.create(tmp_path / "shop")


@pytest.fixture
def caches(tmp_path: Path) -> Iterator[Caches]:
    with local_caches(LocalSettings(data_dir=tmp_path / "data")) as caches:
        yield caches


def wrong(count: int, folder: str = "web", first: int = 0) -> dict[str, Content]:
    """So many files that import by the shim."""
    return {f"{folder}/page{number}.py": WRONG for number in range(first, first + count)}


def right(count: int, folder: str = "web") -> dict[str, Content]:
    """So many files that import by the canonical path."""
    return {f"{folder}/page{number}.py": RIGHT for number in range(count)}


def report(shop: Repo, caches: Caches) -> Report:
    repository = Repository.discover(shop.path)
    head = repository.resolve("HEAD")
    reported = ReportedRepository("acme/shop", "https://github.com/acme/shop")
    comparison = Comparison(head=head, base=None, policy_at=head, repository=reported)
    request = StatusRequest(comparison, plan=PLAN)
    return status_report(repository, request, caches, lambda _phase: None, lambda _done, _all: None)


def chain(shop: Repo, caches: Caches, metric: MetricName = "imports.fragmented") -> Chain:
    status = report(shop, caches).status
    assert status is not None
    return next(each for each in status.chains if each.metric == metric)


def cause(shop: Repo, caches: Caches, rule: str) -> Cause | None:
    return next((each for each in chain(shop, caches).causes if each.rule == rule), None)


def answer(shop: Repo, caches: Caches, rule: str) -> str | None:
    found = cause(shop, caches, rule)
    return None if found is None else found.answer


# Step 1


def test_the_module_that_imports_go_through_is_named_with_its_lines(shop: Repo, caches: Caches) -> None:
    head = shop.commit(SHOP | wrong(6))
    found = cause(shop, caches, "where.module")
    assert found is not None
    assert found.question == "Why do 6 of 7 import sites of `Cart` go round `shop.cart`?"
    assert found.answer == "All 6 imports go through `shop.basket`."
    assert found.evidence[0].url == f"https://github.com/acme/shop/blob/{head}/web/page0.py#L1"


def test_five_modules_with_two_imports_each_are_not_few(shop: Repo, caches: Caches) -> None:
    shims = {f"shop/old{number}.py": RIGHT for number in range(5)}
    uses = {f"web/p{number}.py": f"from shop.old{number % 5} import Cart\n" for number in range(10)}
    shop.commit(SHOP | shims | uses)
    assert answer(shop, caches, "where.module") is None


# Step 2


def test_a_shim_is_why_the_old_path_works(shop: Repo, caches: Caches) -> None:
    shop.commit(SHOP | wrong(6))
    assert answer(shop, caches, "paths.shim") == (
        "`shop.basket` is a shim: it only hands `Cart` on. All 6 imports go that way."
    )


def test_a_module_with_work_of_its_own_is_no_shim(shop: Repo, caches: Caches) -> None:
    shop.commit(SHOP | wrong(6) | {"shop/basket.py": f"{RIGHT}\n\ndef empty():\n    return Cart()\n"})
    assert answer(shop, caches, "paths.shim") is None
    assert answer(shop, caches, "paths.re-export") is not None


# Step 3


def test_imports_that_are_older_than_the_canonical_module_were_never_moved(shop: Repo, caches: Caches) -> None:
    shop.commit(OLD | wrong(6))
    shop.wait(days=30)
    born = shop.commit(SHOP, "Move the cart")
    shop.wait(days=30)
    shop.commit({"README": ""})
    found = cause(shop, caches, "arrival.before-canonical")
    assert found is not None
    assert found.answer == "All 6 imports are older than `shop.cart` (2024-01-31), and were never moved there."
    assert found.evidence[0].url == f"https://github.com/acme/shop/commit/{born}"


def test_imports_that_came_with_the_canonical_module_are_not_older(shop: Repo, caches: Caches) -> None:
    shop.commit(OLD)
    shop.wait(days=30)
    shop.commit(SHOP | wrong(6), "Move the cart")
    shop.wait(days=30)
    shop.commit({"README": ""})
    assert answer(shop, caches, "arrival.before-canonical") is None
    assert answer(shop, caches, "arrival.burst") == (
        "All 6 imports came in with one commit, `Move the cart` (2024-01-31)."
    )


def test_imports_came_in_although_the_canonical_module_was_there(shop: Repo, caches: Caches) -> None:
    shop.commit(SHOP)
    for week in range(6):
        shop.wait(days=7)
        shop.commit(wrong(1, first=week), f"Add page {week}")
    found = answer(shop, caches, "arrival.after-canonical")
    assert found is not None
    assert found.startswith("All 6 imports came in when `shop.cart` (2024-01-01) was already there. They still come: 6")


def test_one_merge_that_brought_most_is_named(shop: Repo, caches: Caches) -> None:
    copies = {f"web/{name}/sums.py": SUMS for name in "abcdef"}
    shop.commit({"web/sums.py": SUMS})
    shop.wait(days=20)
    shop.branch("sums")
    shop.commit(copies, "Sums everywhere")
    shop.checkout("main")
    shop.merge("sums", "Merge pull request #7 from acme/sums")
    shop.wait(days=20)
    shop.commit({"README": ""})
    found = [each.answer for each in chain(shop, caches, "ssot.duplicates").causes if each.rule == "arrival.burst"]
    assert found == [
        "All 6 copies came in with one commit, `Merge pull request #7 from acme/sums` (2024-01-21, pull request #7)."
    ]


def test_two_commits_that_brought_as_much_are_no_burst(shop: Repo, caches: Caches) -> None:
    shop.commit({"web/sums.py": SUMS})
    for names in ("abc", "def"):
        shop.wait(days=20)
        shop.commit({f"web/{name}/sums.py": SUMS for name in names}, f"Sums for {names}")
    assert not [each for each in chain(shop, caches, "ssot.duplicates").causes if each.rule == "arrival.burst"]


# Step 4


def test_imports_older_than_the_policy_were_not_asked_about(shop: Repo, caches: Caches) -> None:
    shop.commit({path: content for path, content in SHOP.items() if not path.startswith(".github")})
    shop.wait(days=7)
    shop.commit(wrong(6), "Pages")
    shop.wait(days=30)
    shop.commit({".github/fifthwhy.yml": POLICY}, "Add a policy")
    assert answer(shop, caches, "unguarded.policy-younger") == (
        "All 6 imports were there before the policy was (2024-02-07)."
    )


def test_imports_younger_than_the_policy_met_no_guard(shop: Repo, caches: Caches) -> None:
    shop.commit(SHOP)
    shop.wait(days=30)
    shop.commit(wrong(6), "Pages")
    assert answer(shop, caches, "unguarded.policy-younger") is None
    assert answer(shop, caches, "unguarded.nothing") is not None


def test_a_banned_import_is_a_guard(shop: Repo, caches: Caches) -> None:
    ruff = '[tool.ruff.lint.flake8-tidy-imports.banned-api]\n"shop.basket".msg = "Use shop.cart."\n'
    shop.commit(SHOP | {"pyproject.toml": ruff})
    shop.wait(days=30)
    shop.commit(wrong(6), "Pages")
    assert answer(shop, caches, "unguarded.nothing") is None


def test_a_shim_that_warns_and_no_more_is_told(shop: Repo, caches: Caches) -> None:
    warns = f'import warnings\n{RIGHT}\nwarnings.warn("old", DeprecationWarning)\n'
    shop.commit(SHOP | {"shop/basket.py": warns})
    shop.wait(days=30)
    shop.commit(wrong(6), "Pages")
    assert answer(shop, caches, "unguarded.only-warned") is not None


# Step 5


def test_imports_that_a_merge_brought_back_name_both_commits(shop: Repo, caches: Caches) -> None:
    shop.commit(SHOP | wrong(6))
    shop.wait(days=14)
    fixed = shop.commit(right(6), "Use shop.cart")
    shop.wait(days=14)
    again = shop.commit(wrong(6), "Bring pages back")
    shop.wait(days=14)
    shop.commit({"README": ""})
    found = cause(shop, caches, "reasons.undone")
    assert found is not None
    assert found.answer == "All 6 imports had been put right and were brought back."
    assert [each.url for each in found.evidence] == [
        f"https://github.com/acme/shop/commit/{commit}" for commit in (fixed, again)
    ]


def test_imports_that_were_never_put_right_were_not_brought_back(shop: Repo, caches: Caches) -> None:
    shop.commit(SHOP | wrong(6))
    shop.wait(days=14)
    shop.commit({"README": ""})
    assert answer(shop, caches, "reasons.undone") is None


def test_work_on_a_branch_that_was_never_merged_is_seen(shop: Repo, caches: Caches) -> None:
    shop.commit(SHOP | wrong(6))
    shop.wait(days=14)
    shop.branch("cleanup")
    shop.commit(right(6), "Use shop.cart")
    shop.checkout("main")
    shop.wait(days=14)
    shop.commit({"README": ""})
    assert answer(shop, caches, "reasons.unmerged") == (
        "All 6 imports stand in files that a branch changes that was never merged: `cleanup`."
    )


def test_a_branch_that_was_merged_is_no_reason(shop: Repo, caches: Caches) -> None:
    shop.commit(SHOP)
    shop.wait(days=14)
    shop.branch("pages")
    shop.commit(wrong(6), "Pages")
    shop.checkout("main")
    shop.merge("pages")
    shop.wait(days=14)
    shop.commit({"README": ""})
    assert answer(shop, caches, "reasons.unmerged") is None


def test_a_due_date_that_moved_is_a_goal_put_off(shop: Repo, caches: Caches) -> None:
    planned = POLICY + "metrics:\n  imports.fragmented: {due: 2024-02-01}\n"
    shop.commit(SHOP | wrong(6) | {".github/fifthwhy.yml": planned})
    shop.wait(days=20)
    moved = shop.commit({".github/fifthwhy.yml": planned.replace("2024-02", "2024-05")}, "A little more time")
    found = cause(shop, caches, "reasons.put-off")
    assert found is not None
    assert found.answer == "The goal was put off once: from 2024-02-01 to 2024-05-01."
    assert found.evidence[0].url == f"https://github.com/acme/shop/commit/{moved}"


def test_files_that_somebody_owns_by_a_day_leave_the_reason_open(shop: Repo, caches: Caches) -> None:
    planned = POLICY + "metrics:\n  imports.fragmented: {due: 2024-05-01}\n"
    shop.commit(SHOP | wrong(6) | {".github/fifthwhy.yml": planned, "CODEOWNERS": "* @acme/shop\n"})
    shop.wait(days=7)
    shop.commit({"README": ""})
    found = chain(shop, caches)
    assert [each.step for each in found.causes][-1] == 4
    assert found.open_question == "Why these 6 imports are still there is not decidable from the code."


# All of it


def test_actions_are_counted_on_the_tree(shop: Repo, caches: Caches) -> None:
    shop.commit(SHOP | wrong(6))
    status = report(shop, caches).status
    assert status is not None
    told = [(each.text, each.before, each.after) for each in status.actions if each.checked]
    assert told == [
        ("Rewrite these 6 imports of `Cart` to `shop.cart`", 6, 0),
        ("Delete the shim `shop.basket`: after what is above, no import of it is left", 0, 0),
    ]


def test_the_same_commits_give_the_same_chain(shop: Repo, caches: Caches, tmp_path: Path) -> None:
    shop.commit(OLD | wrong(3))
    shop.wait(days=20)
    shop.commit(SHOP | wrong(6))
    first = chain(shop, caches)
    with local_caches(LocalSettings(data_dir=tmp_path / "other")) as others:
        assert chain(shop, others) == first
    assert chain(shop, caches) == first
