"""Workers that were paused and wake up when another one has said more: on the stand-in, with turns in a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event
from typing import Final

import pytest
from redis import Redis

from bot.demo.faults import Fault
from bot.jobs.tools import Tools
from bot.jobs.turns import BusyError, SupersededError
from tests.bot.conftest import Site
from tests.bot.reviewing import CANONICAL, STRAY, Desk, Pull

pytestmark = pytest.mark.anyio

PATIENCE_SECONDS: Final = 30
"""Nothing is judged by it: it only ends a test that hangs."""


@pytest.fixture
def desk(worker_tools: Tools) -> Desk:
    return Desk(worker_tools)


@asynccontextmanager
async def paused(desk: Desk, pull: Pull, method: str, path: str) -> AsyncIterator[asyncio.Task[str]]:
    """A worker that has its job in hand and is stopped at this request, until the block is over."""
    held: Fault = pull.fails(method, path, None, held=Event())
    assert held.held is not None
    asleep = asyncio.create_task(desk.does(pull.job))
    assert await asyncio.to_thread(held.reached.wait, PATIENCE_SECONDS)
    yield asleep
    held.held.set()


def lease_ends(redis: Redis, pull: Pull) -> None:
    redis.delete(f"fifthwhy:turn:{pull.job.subject}")


@pytest.mark.parametrize(
    ("is_there", "method", "path"),
    [
        pytest.param(False, "GET", "/issues/*/comments", id="before it posts"),
        pytest.param(True, "GET", "/issues/comments/*", id="before it edits"),
        pytest.param(True, "POST", "/check-runs", id="while it begins its check run"),
    ],
)
async def test_a_worker_that_was_paused_does_not_overwrite_what_was_said_meanwhile(
    desk: Desk, site: Site, redis: Redis, is_there: bool, method: str, path: str
) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    if is_there:
        await desk.does(pull.job)
        pull.push({"shop/basket.py": STRAY + STRAY})
    async with paused(desk, pull, method, path) as asleep:
        lease_ends(redis, pull)
        pull.push({"shop/basket.py": STRAY, "shop/till.py": STRAY, "shop/bag.py": STRAY})
        await desk.does(pull.job)
        (newer,) = (comment.body for comment in pull.comments)
    with pytest.raises(BusyError):
        await asleep

    assert [comment.body for comment in pull.comments] == [newer]
    assert [run.status for run in pull.runs()] == ["completed"]


async def test_a_worker_that_was_overtaken_right_before_it_posts_posts_nothing(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    async with paused(desk, pull, "GET", "/issues/*/comments") as asleep:
        await desk.tools.queue.enqueue(pull.job)
    with pytest.raises(SupersededError):
        await asleep
    assert pull.comments == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("PATCH", "/issues/comments/*", id="edit"),
        pytest.param("PATCH", "/check-runs/*", id="conclusion"),
    ],
)
async def test_a_write_that_was_under_way_when_the_turn_was_lost_is_put_right(
    desk: Desk, site: Site, redis: Redis, method: str, path: str
) -> None:
    """Nothing can hold it back any more; so the job is done once more."""
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    pull.push({"shop/basket.py": STRAY + STRAY})
    async with paused(desk, pull, method, path) as asleep:
        lease_ends(redis, pull)
        pull.push({"shop/basket.py": CANONICAL})
        last = await desk.tools.queue.enqueue(pull.job)
        await desk.goes_on(pull.job, last)
    with pytest.raises(BusyError):
        await asleep

    assert await desk.tools.queue.is_superseded(pull.job, last)
    await desk.does(pull.job)
    (comment,) = pull.comments
    assert "introduces" not in comment.body
    assert pull.runs()[-1].status == "completed"
