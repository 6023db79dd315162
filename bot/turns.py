"""Turns: one job at a time for a subject, and none that a newer one has overtaken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog
from redis.asyncio.lock import Lock
from redis.exceptions import LockError

from bot.jobs import Job
from bot.queue import Queue, Unavailable
from bot.seen_jobs import Phases

log = structlog.get_logger(__name__)

_LEASE_SECONDS: Final = 30.0
_RENEWALS_A_LEASE: Final = 4
_WAIT_SECONDS: Final = 10.0


class SupersededError(Exception):
    """A newer job for the same subject is in the queue; this one has nothing to say any more."""


class BusyError(Exception):
    """Another worker has the subject in hand; try again shortly."""


class Turn:
    """The right to work on a subject. Ask `checkpoint` before each phase and before anything is published."""

    def __init__(self, queue: Queue, job: Job, generation: int, lock: Lock) -> None:
        self._queue = queue
        self._job = job
        self._generation = generation
        self._lock = lock
        self._loop = asyncio.get_running_loop()
        self._phases = Phases(job)
        self._over = False

    @property
    def generation(self) -> int:
        """The job's: of two jobs for one subject, the newer one has the larger."""
        return self._generation

    async def checkpoint(self, phase: str) -> None:
        """Go on to the next phase. Raises SupersededError, or BusyError if the turn was lost."""
        if self._over or not await self._lock.owned():
            raise BusyError(f"the turn for {self._job.subject} was lost before the phase {phase!r}")
        if await self._queue.is_superseded(self._job, self._generation):
            raise SupersededError(f"{self._job.subject} has a newer job; stopped before the phase {phase!r}")
        self._phases.enter(phase)

    def checkpoint_from_thread(self, phase: str) -> None:
        """The same for code that runs in a thread beside the event loop."""
        asyncio.run_coroutine_threadsafe(self.checkpoint(phase), self._loop).result()

    def go_on(self) -> None:
        """Raise BusyError once the turn is over; cheap enough to be asked for every file."""
        if self._over:
            raise BusyError(f"the turn for {self._job.subject} is over")

    def end(self) -> None:
        """Stop whatever still works in this turn."""
        self._over = True
        self._phases.end()


@asynccontextmanager
async def turn(
    queue: Queue,
    job: Job,
    generation: int,
    *,
    lease_seconds: float = _LEASE_SECONDS,
    wait_seconds: float = _WAIT_SECONDS,
) -> AsyncIterator[Turn]:
    """Take the turn for a job's subject, renewed for as long as the block runs.

    A worker that dies loses its turn when the lease ends. Raises SupersededError or BusyError.
    """
    lock = Lock(queue.redis, f"fifthwhy:turn:{job.subject}", timeout=lease_seconds)
    if not await lock.acquire(blocking_timeout=wait_seconds):
        raise BusyError(f"{job.subject} is being worked on")
    held = Turn(queue, job, generation, lock)
    renewal = asyncio.create_task(_renew(lock, held, lease_seconds / _RENEWALS_A_LEASE))
    try:
        await held.checkpoint("start")
        yield held
    finally:
        held.end()
        renewal.cancel()
        with suppress(asyncio.CancelledError):
            await renewal
        with suppress(LockError, *Unavailable):
            async with asyncio.timeout(lease_seconds):  # then it is free by itself
                await lock.release()


async def _renew(lock: Lock, held: Turn, every_seconds: float) -> None:
    while True:
        await asyncio.sleep(every_seconds)
        try:
            await lock.reacquire()
        except LockError:
            held.end()
            return
        except Unavailable as error:
            log.warning("cannot renew a turn", error=repr(error))
