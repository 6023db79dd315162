"""A thread that works for a job is told when nobody needs it any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from threading import Event

import pytest

from bot.jobs.turns import BusyError, SupersededError, Turn, turn
from bot.jobs.watch import Watch, watched
from bot.queue.jobs import CommandJob
from bot.queue.queue import Queue

pytestmark = pytest.mark.anyio

JOB = CommandJob(1, 2, 3, 4, "delivery-1")


@pytest.fixture
async def held(queue: Queue) -> AsyncIterator[Turn]:
    async with turn(queue, JOB, await queue.enqueue(JOB)) as held:
        yield held


async def test_work_goes_on_from_file_to_file_and_from_phase_to_phase(held: Turn) -> None:
    begun: list[str] = []
    watch = Watch(held, begun.append)

    def work() -> str:
        watch.phase("read")
        watch.file(1, 2)
        watch.phase("measure")
        return "done"

    assert await watched(watch, work) == "done"
    assert begun == ["read", "measure"]


async def test_a_job_that_was_overtaken_goes_on_to_no_further_phase(held: Turn, queue: Queue) -> None:
    watch = Watch(held)
    await queue.enqueue(JOB)
    with pytest.raises(SupersededError):
        await watched(watch, lambda: watch.phase("read"))


async def test_work_that_took_too_long_ends_at_its_next_file(held: Turn) -> None:
    watch, over, ended = Watch(held), Event(), Event()

    def work() -> None:
        over.wait(30)
        try:
            watch.file(1, 2)
        except BusyError:
            ended.set()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await watched(watch, work)
    over.set()
    assert await asyncio.to_thread(ended.wait, 30)


async def test_work_ends_at_its_next_file_once_the_turn_is_over(held: Turn) -> None:
    watch = Watch(held)
    held.end()
    with pytest.raises(BusyError):
        await watched(watch, lambda: watch.file(1, 2))
