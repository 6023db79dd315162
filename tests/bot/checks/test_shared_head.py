"""Pull requests with the same head share one check run in GitHub's eyes: the strictest verdict on it counts."""

from __future__ import annotations

from threading import Event

import anyio
import anyio.to_thread
import msgspec
import pytest
from redis import Redis

from bot.demo.records import Person
from bot.jobs.tools import Tools
from tests.bot.conftest import Site, stored_jobs
from tests.bot.reviewing import GATED, STRAY, Desk, Pull

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(worker_tools: Tools) -> Desk:
    return Desk(worker_tools)


@pytest.fixture(scope="module")
def maintainer(site: Site) -> Person:
    return site.standin.add_person("mary", role="maintain")


@pytest.fixture
def gated(site: Site) -> Pull:
    """A pull request that the gate of its base branch fails."""
    return Pull.opened(site, {"shop/basket.py": STRAY}, policy=GATED)


def second(pull: Pull, by: Person | None = None) -> Pull:
    """A pull request with the same head, onto a branch without a gate."""
    pull.repo.branch("lenient", at="main~1")
    pull.repo.checkout("main")
    pull.upload()
    site = pull.site
    opened = site.standin.open_pull_request(
        pull.name, head="feature", base="lenient", title="The same", by=by or site.person
    )
    return Pull(site, pull.repo, pull.name, opened.number)


def newest(pull: Pull) -> tuple[str | None, str | None]:
    """What GitHub goes by: the newest check run of the head."""
    run = pull.runs()[-1]
    return run.conclusion, run.title


async def test_nobody_gets_past_a_gate_by_another_pull_request_with_the_same_head(
    desk: Desk, site: Site, gated: Pull
) -> None:
    await desk.does(gated.job)
    assert gated.run.conclusion == "failure"
    stranger = site.standin.add_person(f"stranger-{gated.repo.path.name}")
    await desk.does(second(gated, stranger).job)
    assert len(gated.runs()) == 2
    assert newest(gated) == ("failure", f"Fails, as #{gated.number} does, which has the same head")
    assert "By itself it comes to this" in (gated.runs()[-1].summary or "")


async def test_nobody_gets_past_a_gate_by_one_whose_audit_takes_too_long(desk: Desk, gated: Pull) -> None:
    await desk.does(gated.job)
    hasty = Desk(msgspec.structs.replace(desk.tools, seconds=0))
    await hasty.does(second(gated).job)
    assert newest(gated)[0] == "failure"


async def test_it_costs_one_request_and_only_where_another_one_has_failed(desk: Desk, gated: Pull) -> None:
    other = second(gated)
    await desk.does(other.job)
    await desk.does(gated.job)
    assert newest(gated)[0] == "failure"
    assert asks(gated).count(gated.number) == 1
    assert asks(gated).count(other.number) == 1
    await desk.does(other.job)
    assert newest(gated)[0] == "failure"
    assert asks(gated).count(gated.number) == 2
    assert asks(gated).count(other.number) == 2


async def test_a_pull_request_that_fails_counts_no_more_once_it_is_closed(
    desk: Desk, site: Site, redis: Redis, gated: Pull
) -> None:
    other = second(gated)
    await desk.does(gated.job)
    await desk.does(other.job)
    site.standin.close_pull_request(gated.name, gated.number, site.person)
    before = waiting(redis, other)
    assert await desk.does(gated.job) == "closed"
    assert waiting(redis, other) == before + 1
    await desk.does(other.job)
    assert newest(other)[0] != "failure"


async def test_one_of_which_nobody_told_us_that_it_was_closed_counts_no_more(
    desk: Desk, site: Site, gated: Pull
) -> None:
    other = second(gated)
    await desk.does(gated.job)
    site.standin.close_pull_request(gated.name, gated.number, site.person)
    await desk.does(other.job)
    assert newest(other)[0] != "failure"


async def test_what_a_maintainer_accepts_fails_no_other_pull_request(
    desk: Desk, redis: Redis, gated: Pull, maintainer: Person
) -> None:
    other = second(gated)
    await desk.does(gated.job)
    failed = gated.run
    await desk.does(other.job)
    before = waiting(redis, other)
    assert await desk.does(gated.pressed("accept", maintainer, failed)) == "accepted"
    assert waiting(redis, other) == before + 1
    await desk.does(other.job)
    assert newest(other)[0] != "failure"


async def test_one_that_fails_while_another_one_is_told_that_it_passes_has_that_one_judged_anew(
    desk: Desk, redis: Redis, gated: Pull
) -> None:
    other = second(gated)
    held = gated.fails("PATCH", "/check-runs/*", None, held=Event())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(desk.does, other.job)
        await anyio.to_thread.run_sync(held.reached.wait)
        await desk.does(gated.job)
        before = waiting(redis, other)
        assert held.held is not None
        held.held.set()
    assert waiting(redis, other) == before + 1
    await desk.does(other.job)
    assert newest(other)[0] == "failure"


def asks(pull: Pull) -> list[int]:
    """The pull requests that GitHub was asked about so far."""
    place = f"/api/v3/repos/{pull.name}/pulls/"
    return [int(asked.path.removeprefix(place)) for asked in pull.requests() if asked.path.startswith(place)]


def waiting(redis: Redis, pull: Pull) -> int:
    """How many jobs for a pull request were put into the queue so far."""
    return sum(f"{pull.job.subject}:" in name for name in stored_jobs(redis))
