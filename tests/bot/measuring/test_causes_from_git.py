"""Causes on real git histories: each rule with an answer, and with a twin in which it has to keep silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analyzers.causes.model import Cause, Chain
from analyzers.causes.rules import CAUSE_RULES
from analyzers.findings import MetricName
from analyzers.places import Repository as ReportedRepository
from analyzers.report import Report
from bot.git.object_reader import Repository
from bot.measuring.caches import opened_caches
from bot.measuring.measure import Caches, Comparison
from bot.measuring.past import Plan
from bot.measuring.status import StatusRequest, status_report
from bot.settings.settings import LocalSettings
from tests.bot.cause_histories import (
    CART,
    DAY_ONE,
    LATER,
    POLICY,
    RIGHT,
    SHIM,
    SHOP,
    TWINS,
    History,
    Twins,
    one_by_one,
    pages,
    play,
)
from tests.repositories import Repo

TEXT = "".join(f"def part{number}():\n    return {number}\n\n\n" for number in range(20))
PLAN = Plan(since_days=120, every_days=7)
STEPS = {rule.name: rule.step for rule in CAUSE_RULES}

METRICS: tuple[MetricName, ...] = ("imports.fragmented", "imports.legacy")

Required = tuple[str, ...] | None
Telling = Callable[[History, Required], Report]


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    return Repo.create(tmp_path / "shop")


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caches]:
    with opened_caches(LocalSettings(data_dir=tmp_path_factory.mktemp("data"))) as caches:
        yield caches


@pytest.fixture(scope="module")
def told(caches: Caches, tmp_path_factory: pytest.TempPathFactory) -> Telling:
    """What is told of a history; of one that several rules are tried on, once."""
    known: dict[tuple[int, Required], Report] = {}

    def tell(history: History, required: Required) -> Report:
        key = id(history), required
        if key not in known:
            repo = Repo.create(tmp_path_factory.mktemp("history") / "shop")
            play(history, repo)
            known[key] = report(repo, caches, required)
        return known[key]

    return tell


def report(shop: Repo, caches: Caches, required: Required = None) -> Report:
    repository = Repository.discover(shop.path)
    head = repository.resolve("HEAD")
    reported = ReportedRepository("acme/shop", "https://github.com/acme/shop")
    comparison = Comparison(head=head, base=None, policy_at=head, repository=reported)
    request = StatusRequest(comparison, plan=PLAN, required_checks=required)
    return status_report(repository, request, caches, lambda _phase: None, lambda _done, _all: None)


def chain_in(report: Report, metric: MetricName) -> Chain:
    assert report.status is not None
    return next(each for each in report.status.chains if each.metric == metric)


def chain(shop: Repo, caches: Caches, metric: MetricName = "imports.fragmented") -> Chain:
    return chain_in(report(shop, caches), metric)


def cause(shop: Repo, caches: Caches, rule: str) -> Cause:
    return next(each for each in chain(shop, caches).causes if each.rule == rule)


# Every rule


def test_every_rule_is_tried_on_a_history_and_on_its_silent_twin() -> None:
    assert [each.rule for each in TWINS] == [rule.name for rule in CAUSE_RULES]


@pytest.mark.parametrize("twins", TWINS, ids=lambda twins: twins.rule)
def test_a_rule_answers_where_the_history_says_so(twins: Twins, told: Telling) -> None:
    causes = chain_in(told(twins.speaks, twins.requires[0]), twins.metric).causes
    assert [each.answer for each in causes if each.rule == twins.rule] == [twins.answer]


@pytest.mark.parametrize("twins", TWINS, ids=lambda twins: twins.rule)
def test_a_rule_keeps_silent_where_the_history_does_not(twins: Twins, told: Telling) -> None:
    causes = chain_in(told(twins.silent, twins.requires[1]), twins.metric).causes
    at_that_step = [each.rule for each in causes if each.step == STEPS[twins.rule]]
    assert at_that_step == ([twins.instead] if twins.instead else [])


# What is shown for it


def test_the_module_that_imports_go_through_is_named_with_its_lines(shop: Repo, caches: Caches) -> None:
    play(SHIM, shop)
    found = cause(shop, caches, "where.module")
    assert found.question == "Why do 6 of 7 import sites of `Cart` go round `shop.cart`?"
    assert found.evidence[0].url == f"https://github.com/acme/shop/blob/{shop.head()}/web/page0.py#L1"


def test_the_commit_with_which_the_canonical_module_came_is_shown(shop: Repo, caches: Caches) -> None:
    shop.commit({"shop/basket.py": CART} | pages(6))
    shop.wait(days=30)
    born = shop.commit(SHOP, "Move the cart")
    found = cause(shop, caches, "arrival.before-canonical")
    assert found.evidence[0].url == f"https://github.com/acme/shop/commit/{born}"


def test_a_canonical_module_that_moved_is_no_younger_for_that(shop: Repo, caches: Caches) -> None:
    shop.commit(SHOP, "Begin")
    for step in one_by_one(3, 7):
        play((step,), shop)
    shop.wait(days=7)
    moved = {path: None for path in SHOP if path.startswith("shop/")}
    shop.commit({**moved, **{f"src/{path}": SHOP[path] for path in moved}}, "Move to src")
    found = cause(shop, caches, "arrival.after-canonical")
    assert found.answer.startswith("All 3 imports came in when `shop.cart` (2024-01-01) was already there")


def test_imports_that_are_younger_than_what_was_renamed_are_not_told_to_be_older(shop: Repo, caches: Caches) -> None:
    before = {path: text for path, text in SHOP.items() if path != "shop/cart.py"}
    shop.commit(before | {"old/cart.py": CART, "shop/basket.py": "from old.cart import Cart\n"})
    shop.wait(days=30)
    shop.commit(pages(6), "Use the basket")
    shop.wait(days=30)
    shop.commit({"old/cart.py": None, "shop/cart.py": CART, "shop/basket.py": RIGHT}, "Move the cart")
    assert [each.rule for each in chain(shop, caches).causes if each.step == 3] == ["arrival.burst"]


def test_imports_that_were_brought_back_name_both_commits(shop: Repo, caches: Caches) -> None:
    shop.commit(SHOP | pages(6))
    shop.wait(days=14)
    fixed = shop.commit(pages(6, RIGHT), "Use shop.cart")
    shop.wait(days=14)
    again = shop.commit(pages(6), "Bring pages back")
    shop.wait(days=14)
    shop.commit(LATER)
    found = cause(shop, caches, "reasons.undone")
    assert [each.url for each in found.evidence] == [
        f"https://github.com/acme/shop/commit/{commit}" for commit in (fixed, again)
    ]


def test_the_commit_that_put_the_goal_off_is_shown(shop: Repo, caches: Caches) -> None:
    planned = POLICY + "metrics:\n  imports.fragmented: {due: 2024-02-01}\n"
    shop.commit(SHOP | {".github/fifthwhy.yml": planned} | pages(6))
    shop.wait(days=20)
    moved = shop.commit({".github/fifthwhy.yml": planned.replace("2024-02", "2024-05")}, "A little more time")
    found = cause(shop, caches, "reasons.put-off")
    assert found.evidence[0].url == f"https://github.com/acme/shop/commit/{moved}"


def test_files_that_somebody_owns_by_a_day_leave_the_reason_open(shop: Repo, caches: Caches) -> None:
    planned = POLICY + "metrics:\n  imports.fragmented: {due: 2024-05-01}\n"
    shop.commit(SHOP | {".github/fifthwhy.yml": planned, "CODEOWNERS": "* @acme/shop\n"} | pages(6))
    found = chain(shop, caches)
    assert [each.step for each in found.causes][-1] == 4
    assert found.open_question == "Why these 6 imports are still there is not decidable from the code."


# Shims that warn

WARNING_SHIM = (
    '"""Moved to shop.cart."""\nimport warnings\n\nfrom shop.cart import Cart\n\n'
    'warnings.warn("use shop.cart", DeprecationWarning, stacklevel=2)\n\n__all__ = ["Cart"]\n'
)


def test_a_shim_that_warns_is_told_so_and_is_to_be_deleted(shop: Repo, caches: Caches) -> None:
    shop.commit(SHOP | {"shop/basket.py": WARNING_SHIM} | pages(6))
    told = report(shop, caches)
    answers = {name: chain_in(told, name).causes[1].answer for name in METRICS}
    assert answers == {
        "imports.fragmented": "`shop.basket` is a shim that warns: it only hands `Cart` on. All 6 imports go that way.",
        "imports.legacy": "`shop.basket` is a shim that warns: it only hands names on. All 6 imports go that way.",
    }
    assert told.status is not None
    texts = [each.text for each in told.status.actions]
    assert "Delete the shim `shop.basket`: after what is above, no import of it is left" in texts
    assert not any(text.startswith(("Add a DeprecationWarning", "Say in the policy")) for text in texts)


def test_a_module_that_warns_and_has_something_of_its_own_is_no_shim(shop: Repo, caches: Caches) -> None:
    shop.commit(SHOP | {"shop/basket.py": f"{WARNING_SHIM}\n\ndef empty():\n    return Cart()\n"} | pages(6))
    told = report(shop, caches)
    assert [chain_in(told, name).causes[1].rule for name in METRICS] == ["paths.re-export", "paths.legacy-notice"]


# All of it


def test_actions_are_counted_on_the_tree(shop: Repo, caches: Caches) -> None:
    play(SHIM, shop)
    status = report(shop, caches).status
    assert status is not None
    found = [(each.text, each.before, each.after) for each in status.actions if each.checked]
    assert found == [
        ("Rewrite these 6 imports of `Cart` to `shop.cart`", 6, 0),
        ("Delete the shim `shop.basket`: after what is above, no import of it is left", 0, 0),
    ]


def test_the_same_commits_give_the_same_chain(shop: Repo, caches: Caches, tmp_path: Path) -> None:
    play(DAY_ONE, shop)
    first = chain(shop, caches)
    with opened_caches(LocalSettings(data_dir=tmp_path / "other")) as others:
        assert chain(shop, others) == first
    assert chain(shop, caches) == first
