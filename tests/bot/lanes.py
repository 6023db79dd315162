"""Lane workers whose jobs do what a test says: they begin, are held, and end or fail when they are told to."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from bot.jobs.tools import Tools
from bot.jobs.turns import Turn
from bot.queue.jobs import Job, LookBackJob, ReviewJob
from bot.queue.queue import Queue
from bot.worker.handlers import Handler
from bot.worker.lane_worker import LaneRules, LaneWorker

PATIENCE_SECONDS: Final = 30
"""Nothing is judged by it: it only ends a test that hangs."""

INTERACTIVE: Final = LaneRules("interactive", places=4, share=3, seconds=60, poll_seconds=0.01, lease_seconds=30)
BULK: Final = LaneRules("bulk", places=1, share=1, seconds=60, poll_seconds=0.01, lease_seconds=30)


def review(installation: int, number: int = 1) -> ReviewJob:
    """A job for a pull request in the one repository of an installation."""
    return ReviewJob(installation, installation * 10, number, f"delivery-{installation}-{number}")


def look_back(installation: int) -> LookBackJob:
    """A bulk job for the one repository of an installation."""
    return LookBackJob(installation, installation * 10, "main", f"delivery-{installation}")


class Work:
    """What jobs do: they begin, which is noted, and end at once unless they are held."""

    def __init__(self) -> None:
        self.begun: list[Job] = []
        self.ended: list[Job] = []
        self.errors: list[BaseException] = []
        """Raised by the next jobs, one each, in place of an end."""
        self._changed = asyncio.Condition()
        self._held: dict[int, asyncio.Event] = defaultdict(_set)

    async def handle(self, job: Job, _turn: Turn, _tools: Tools) -> str:
        """The handler of every job."""
        self.begun.append(job)
        await self._tell()
        await self._held[job.installation_id].wait()
        if self.errors:
            raise self.errors.pop(0)
        self.ended.append(job)
        await self._tell()
        return "done"

    def hold(self, *installations: int) -> None:
        """Let the jobs of these installations begin, and not end."""
        for installation in installations:
            self._held[installation].clear()

    def release(self, installation: int) -> None:
        """Let the jobs of that installation end, those to come as well."""
        self._held[installation].set()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait for something that begins or ends."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(lambda: bool(holds()))

    async def until_begun(self, times: int) -> None:
        """Wait until jobs have begun so often."""
        await self.until(lambda: len(self.begun) == times)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _set() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


async def nothing_left(queue: Queue) -> None:
    """Wait until no job runs or waits; a worker tells Redis a moment after the job has ended."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while any(depth.running or depth.waiting for depth in await queue.depths()):
            pass


def tools_of(queue: Queue) -> Tools:
    """Tools of which jobs here use the queue only."""
    unused: dict[str, Any] = dict.fromkeys(Tools.__struct_fields__)
    return Tools(**unused | {"queue": queue})


@asynccontextmanager
async def working_by(handler: Handler, queue: Queue, *lanes: LaneRules) -> AsyncIterator[None]:
    """A worker on these lanes for the length of the block, which does every job in this way."""
    handlers: dict[type[Job], Handler] = {ReviewJob: handler, LookBackJob: handler}
    workers = [LaneWorker(rules, tools_of(queue), handlers) for rules in lanes]
    tasks = [asyncio.create_task(worker.work()) for worker in workers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def working(queue: Queue, work: Work, *lanes: LaneRules) -> AsyncIterator[None]:
    """A worker on these lanes for the length of the block."""
    async with working_by(work.handle, queue, *lanes):
        yield
