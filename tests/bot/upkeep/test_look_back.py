"""Looking back in the background: in slices that go on where the last one stopped, and out of people's way."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import pytest
from redis import Redis

from analyzers.policy import CommandsPolicy
from bot.commands.permits import Permits
from bot.jobs.tools import Tools
from bot.jobs.turns import SupersededError
from bot.queue.jobs import LookBackJob, ReviewJob
from bot.upkeep.look_back import offer_look_back
from bot.weekly.schedule import Schedule
from tests.bot.conftest import Site, stored_jobs
from tests.bot.reviewing import FILES, POLICY, STRAY, Desk, Pull
from tests.repositories import Repo

pytestmark = pytest.mark.anyio

WEEKS: Final = 5
FEW: Final = 10
"""Files that a slice may read: those of two commits, of which each has four of its own."""
STRICT: Final = POLICY + "commands: {roles: {audit: maintain}}\n"
WEEKLY: Final = POLICY + "weekly: {cron: '0 9 * * 1', title: Status}\n"


@dataclass
class Branch:
    """The default branch of a repository with some weeks of history, and what is kept of its past."""

    site: Site
    name: str
    data_dir: Path

    @classmethod
    def of(cls, site: Site, tools: Tools, files: Mapping[str, str] = FILES) -> Branch:
        number = next(site.numbers)
        repo = Repo.create(site.folder / f"branch-{number}")
        repo.commit(files)
        for week in range(WEEKS):
            repo.wait(days=7)
            busy = {f"shop/busy_{n}.py": f"x = '{number} {week} {n}'\n" for n in range(4)}
            repo.commit({f"shop/stray_{week}.py": STRAY, **busy})
        site.standin.add_repository(f"acme/branch-{number}", repo.path)
        return cls(site, f"acme/branch-{number}", tools.data_dir)

    @property
    def job(self) -> LookBackJob:
        state = self.site.standin.state
        return LookBackJob(state.app.installation.id, state.repository(self.name).id, "main", "delivery-1")

    def kept(self, what: str) -> dict[str, bytes]:
        """What is kept of the past, by what it is of."""
        with closing(sqlite3.connect(self.data_dir / "past.sqlite3")) as file:
            rows = file.execute("SELECT repository, key, value FROM past").fetchall()
        own = f"/{self.job.repository_id}.git".encode()
        return {key: value for repository, key, value in rows if repository.endswith(own) and key.startswith(what)}

    @property
    def samples(self) -> int:
        return len(self.kept("sample "))

    @property
    def traced(self) -> int:
        return len(self.kept("origins "))


@pytest.fixture
def desk(worker_tools: Tools) -> Desk:
    return Desk(worker_tools)


@pytest.fixture
def branch(site: Site, worker_tools: Tools) -> Branch:
    return Branch.of(site, worker_tools)


def with_files(tools: Tools, most: int) -> Desk:
    return Desk(msgspec.structs.replace(tools, look_back_files=most))


async def until(desk: Desk, job: LookBackJob, outcome: str) -> list[str]:
    """Do the job as often as it puts itself into the queue again; everything that came of it, up to that outcome."""
    outcomes: list[str] = []
    while not outcomes or outcomes[-1] != outcome:
        assert len(outcomes) < 50
        outcomes.append(await desk.does(job))
    return outcomes


async def test_the_past_of_a_branch_is_kept(desk: Desk, branch: Branch) -> None:
    await until(desk, branch.job, "done")
    assert branch.samples == WEEKS
    assert branch.traced == WEEKS


async def test_after_a_push_who_may_give_commands_is_what_the_policy_says_now(desk: Desk, site: Site) -> None:
    """What it said before is not gone by for the minutes that it would be remembered."""
    branch = Branch.of(site, desk.tools, {**FILES, ".github/fifthwhy.yml": STRICT})
    permits = Permits(desk.tools.queue, branch.job.repository_id, "main")
    await permits.remember(CommandsPolicy(), is_certain=True)
    await desk.does(branch.job)
    policy = await permits.remembered()
    assert policy is not None
    assert policy.role("audit") == "maintain"


async def test_once_all_is_done_it_rests(desk: Desk, branch: Branch) -> None:
    await until(desk, branch.job, "done")
    assert await desk.does(branch.job) == "rested"


async def test_a_slice_that_is_too_short_is_gone_on_with(worker_tools: Tools, branch: Branch) -> None:
    short = with_files(worker_tools, FEW)
    assert await short.does(branch.job) == "goes on"
    assert await worker_tools.queue.has(branch.job)
    before = branch.samples
    assert before < WEEKS
    outcomes = await until(short, branch.job, "done")
    assert branch.samples == WEEKS
    assert "goes on" in outcomes


async def test_nothing_is_done_twice(worker_tools: Tools, branch: Branch) -> None:
    """What the first slices have kept stays as it was."""
    short = with_files(worker_tools, FEW)
    await short.does(branch.job)
    before = branch.kept("sample ")
    await until(short, branch.job, "done")
    after = branch.kept("sample ")
    assert before == {key: after[key] for key in before}


async def test_it_makes_way_for_people(desk: Desk, branch: Branch) -> None:
    """Their job waits, so that there is nobody free for it."""
    job = branch.job
    await desk.tools.queue.enqueue(ReviewJob(job.installation_id, 1, 1, "delivery-2"))
    assert await desk.does(job) == "made way"
    assert await desk.tools.queue.has(job)


async def test_a_newer_job_goes_on_in_its_place(desk: Desk, branch: Branch) -> None:
    older = await desk.tools.queue.enqueue(branch.job)
    await desk.tools.queue.enqueue(branch.job)
    with pytest.raises(SupersededError):
        await desk.goes_on(branch.job, older)


async def test_a_review_has_the_past_of_its_base_looked_at(desk: Desk, site: Site, redis: Redis) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    assert any(name.endswith("/look-back:2") for name in stored_jobs(redis))


async def test_a_second_review_adds_no_second_look(desk: Desk, branch: Branch) -> None:
    assert await offer_look_back(desk.tools.queue, branch.job)
    assert not await offer_look_back(desk.tools.queue, branch.job)


async def test_reviews_do_not_ask_again_while_it_rests(desk: Desk, branch: Branch, redis: Redis) -> None:
    await until(desk, branch.job, "done")
    for name in stored_jobs(redis):
        redis.delete(f"arq:job:{name}")
    assert not await offer_look_back(desk.tools.queue, branch.job)


async def test_a_push_to_the_default_branch_tells_the_schedule(desk: Desk, site: Site) -> None:
    branch = Branch.of(site, desk.tools, {**FILES, ".github/fifthwhy.yml": WEEKLY})
    await desk.does(branch.job)
    due = await Schedule(desk.tools.queue.redis).due(datetime.now(UTC) + timedelta(days=8))
    assert [wanted.repository_id for wanted in due] == [branch.job.repository_id]


async def test_another_branch_tells_the_schedule_nothing(desk: Desk, site: Site) -> None:
    branch = Branch.of(site, desk.tools, {**FILES, ".github/fifthwhy.yml": WEEKLY})
    repository = site.standin.state.repository(branch.name)
    site.standin.state.change_repository(repository, default_branch="release")
    await desk.does(branch.job)
    assert await Schedule(desk.tools.queue.redis).due(datetime.now(UTC) + timedelta(days=8)) == ()


async def test_a_branch_that_is_gone_ends_it(desk: Desk, branch: Branch) -> None:
    assert await desk.does(msgspec.structs.replace(branch.job, branch="gone")) == "not possible"


async def test_a_policy_that_cannot_be_used_ends_it(desk: Desk, site: Site) -> None:
    branch = Branch.of(site, desk.tools, {**FILES, ".github/fifthwhy.yml": "symbols: 7\n"})
    assert await desk.does(branch.job) == "not possible"
    assert branch.samples == 0
