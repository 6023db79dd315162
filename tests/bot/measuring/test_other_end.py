"""A history that two processes look at from both of its ends is the same as one process finds, whatever one meets."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from analyzers.anchor import Anchor
from analyzers.history import History, Sample, Seen, moment
from analyzers.policy import Policy, read_policy
from analyzers.summary import anchor_of, seen_of
from bot.git.lineage import commit_of
from bot.git.object_reader import Repository
from bot.measuring.budget import Budget, OutOfBudgetError
from bot.measuring.caches import opened_caches
from bot.measuring.measure import Caches, Measuring
from bot.measuring.other_end import OtherEnd, Task, at_work
from bot.measuring.past import Past, Plan
from bot.settings.settings import LocalSettings
from tests.repositories import Repo

POLICY = read_policy(
    b"""
symbols: [{name: Cart, canonical: shop.cart}]
auth: {patterns: [{name: tokens, calls: [shop.tokens.check]}]}
"""
)
PLAN = Plan(since_days=200)
WEEKS = 12
_ENOUGH = 60


def nothing(_done: int, _all: int) -> None: ...


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Twelve weeks in which files come, go and move, and most imports of a class take another path."""
    repo = Repo.create(tmp_path_factory.mktemp("past") / "shop")
    repo.commit(
        {
            "shop/__init__.py": "",
            "shop/cart.py": "class Cart: ...\nclass Basket: ...\n",
            "shop/models.py": "from shop.cart import Basket, Cart\n",
            **{f"shop/m{number}.py": "from shop.cart import Basket, Cart\n" for number in range(12)},
        }
    )
    for week in range(1, WEEKS):
        repo.wait(days=7)
        repo.commit({f"shop/m{week}.py": "from shop.models import Basket, Cart\n", f"shop/new{week}.py": "x = 1\n"})
        if week == WEEKS // 2:
            repo.rename("shop/models.py", "shop/tables.py")
    return repo


@contextmanager
def opened(folder: Path) -> Iterator[tuple[LocalSettings, Caches]]:
    settings = LocalSettings(data_dir=folder, reader_processes=2)
    with opened_caches(settings) as caches:
        yield settings, caches


def newest(shop: Repo, caches: Caches, policy: Policy) -> tuple[Repository, Seen, Anchor]:
    repository = Repository.discover(shop.path)
    commit = commit_of(repository.commit_info(repository.resolve("HEAD")))
    done = Measuring(repository, caches, nothing, policy, moment(commit).date()).audit(commit.id)
    return repository, seen_of(done, commit), anchor_of(done)


def history(
    shop: Repo,
    caches: Caches,
    budget: Budget | None = None,
    other_end: OtherEnd | None = None,
    policy: Policy = POLICY,
) -> History:
    repository, seen, anchor = newest(shop, caches, policy)
    past = Past(repository, caches, policy, budget or Budget(600, 100_000, nothing), other_end)
    return past.history(seen.commit.id, PLAN, seen, anchor)


def task(shop: Repo, settings: LocalSettings, caches: Caches, policy: Policy = POLICY, seconds: float = 600) -> Task:
    """To look at all of the past."""
    repository, seen, anchor = newest(shop, caches, policy)
    today = moment(seen.commit).date()
    line = [each.commit for each in reversed(alone(shop, caches, policy).samples)]
    return OtherEnd(settings).task(repository, policy, line, anchor, today, (seconds, 100_000))


def alone(shop: Repo, caches: Caches, policy: Policy = POLICY) -> History:
    return history(shop, caches, policy=policy)


def kept(shop: Repo, caches: Caches, policy: Policy = POLICY) -> tuple[Sample, ...]:
    """What is known without a look at anything."""
    return history(shop, caches, Budget(0, 0, nothing), policy=policy).samples


def in_folder(given: Task, settings: LocalSettings) -> Task:
    """The same to be done with another data folder."""
    return msgspec.structs.replace(given, settings=given.settings | {"data_dir": str(settings.data_dir)})


@pytest.mark.parametrize("policy", [POLICY, Policy()], ids=["named", "inferred"])
def test_what_another_process_looks_at_is_what_one_alone_finds(shop: Repo, tmp_path: Path, policy: Policy) -> None:
    with opened(tmp_path / "one") as (settings, caches):
        expected = alone(shop, caches, policy)
        given = task(shop, settings, caches, policy)
    with opened(tmp_path / "other") as (settings, caches):
        assert len(kept(shop, caches, policy)) == 1
        with at_work(in_folder(given, settings)) as process:
            assert process.wait(_ENOUGH) == 0
        assert kept(shop, caches, policy) == expected.samples
        assert alone(shop, caches, policy) == expected
    assert len(expected.samples) == WEEKS


def test_a_history_from_both_ends_is_the_one_from_one_end(shop: Repo, tmp_path: Path) -> None:
    with opened(tmp_path / "one") as (_, caches):
        expected = alone(shop, caches)
    with opened(tmp_path / "other") as (settings, caches):
        assert history(shop, caches, other_end=OtherEnd(settings, least_unknown=2)) == expected


def test_a_history_is_whole_though_the_other_process_cannot_do_anything(shop: Repo, tmp_path: Path) -> None:
    with opened(tmp_path / "one") as (_, caches):
        expected = alone(shop, caches)
    (tmp_path / "file").write_text("")
    lost = LocalSettings(data_dir=tmp_path / "file" / "data", reader_processes=2)
    with opened(tmp_path / "other") as (_, caches):
        assert history(shop, caches, other_end=OtherEnd(lost, least_unknown=2)) == expected


def test_a_process_that_is_killed_loses_nothing(shop: Repo, tmp_path: Path) -> None:
    with opened(tmp_path / "one") as (settings, caches):
        expected = alone(shop, caches)
        given = task(shop, settings, caches)
    with opened(tmp_path / "other") as (settings, caches):
        with at_work(in_folder(given, settings)) as process:
            process.kill()
            assert process.wait(_ENOUGH) == -signal.SIGKILL
        assert alone(shop, caches) == expected


def test_what_was_looked_at_before_the_files_were_used_up_stays(shop: Repo, tmp_path: Path) -> None:
    with opened(tmp_path / "one") as (settings, caches):
        expected = alone(shop, caches)
        given = msgspec.structs.replace(task(shop, settings, caches), files=25)
    with opened(tmp_path / "other") as (settings, caches):
        with at_work(in_folder(given, settings)) as process:
            assert process.wait(_ENOUGH) == 0
        found = history(shop, caches, other_end=OtherEnd(settings, least_unknown=2))
        assert found == expected


def test_the_other_process_keeps_to_its_seconds(shop: Repo, tmp_path: Path) -> None:
    with opened(tmp_path / "one") as (settings, caches):
        given = task(shop, settings, caches, seconds=0)
    with opened(tmp_path / "other") as (settings, caches):
        with at_work(in_folder(given, settings)) as process:
            assert process.wait(_ENOUGH) == 0
        assert len(kept(shop, caches)) == 1


def test_the_other_process_ends_with_whoever_started_it(shop: Repo, tmp_path: Path) -> None:
    with opened(tmp_path / "one") as (settings, caches):
        given = task(shop, settings, caches)
    nothing_known = given.settings | {"data_dir": str(tmp_path / "other")}
    with at_work(msgspec.structs.replace(given, settings=nothing_known)) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(_ENOUGH) == 1


def test_what_both_processes_may_read_is_no_more_than_what_one_may() -> None:
    budget = Budget(600, 5, nothing, clock=lambda: 100.0)
    assert budget.halved() == (600.0, 2)
    for _ in range(3):
        budget.file(1, 1)
    with pytest.raises(OutOfBudgetError):
        budget.file(1, 1)


def test_no_process_is_started_for_few_samples_or_on_one_core(tmp_path: Path) -> None:
    many, one = (LocalSettings(data_dir=tmp_path, reader_processes=number) for number in (2, 1))
    assert [OtherEnd(many).pays(unknown) for unknown in (1, 26)] == [False, True]
    assert not OtherEnd(one).pays(26)
