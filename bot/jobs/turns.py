"""Turns: one job at a time for a subject, and none that a newer one has overtaken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog
from redis.asyncio.lock import Lock
from redis.exceptions import LockError

from bot.jobs.seen_jobs import Phases
from bot.queue.jobs import Job
from bot.queue.queue import TURN, Queue, Unavailable

log = structlog.get_logger(__name__)

_LEASE_SECONDS: Final = 30.0
_RENEWALS_A_LEASE: Final = 4
_WAIT_SECONDS: Final = 0.5
"""A worker has better to do than to wait: nobody is handed the job again while the subject is in hand."""


class SupersededError(Exception):
    """A newer job for the same subject is in the queue; this one has nothing to say any more."""


class BusyError(Exception):
    """Another worker has the subject in hand; try again shortly."""


class Turn:
    """The right to work on a subject. Ask `checkpoint` before each phase, `before_write` right before each write."""

    def __init__(self, queue: Queue, job: Job, generation: int, lock: Lock) -> None:
        self._queue = queue
        self._job = job
        self._generation = generation
        self._lock = lock
        self._loop = asyncio.get_running_loop()
        self._phases = Phases(job)
        self._over = False
        self._has_written = False

    @property
    def generation(self) -> int:
        """The job's: of two jobs for one subject, the newer one has the larger."""
        return self._generation

    async def checkpoint(self, phase: str) -> None:
        """Go on to the next phase. Raises SupersededError, or BusyError if the turn was lost."""
        await self._prove(f"the phase {phase!r}")
        self._phases.enter(phase)

    def checkpoint_from_thread(self, phase: str) -> None:
        """The same for code that runs in a thread beside the event loop."""
        asyncio.run_coroutine_threadsafe(self.checkpoint(phase), self._loop).result()

    async def before_write(self) -> None:
        """Ask right before each single write. Raises SupersededError, or BusyError if the turn was lost.

        That leaves the moment between the question and the write: see `may_have_overwritten`.
        """
        await self._prove("a write")
        self._has_written = True

    async def before_remembering(self) -> None:
        """The same for what is only remembered, which a job that was overtaken may still do. Raises BusyError."""
        await self._prove_held("something was remembered")
        self._has_written = True

    @property
    def may_have_overwritten(self) -> bool:
        """Whether something was written since the turn was last known to be held.

        If it turns out to be lost, that may have replaced what another worker has said in the meantime.
        """
        return self._has_written

    def go_on(self) -> None:
        """Raise BusyError once the turn is over; cheap enough to be asked for every file."""
        if self._over:
            raise BusyError(f"the turn for {self._job.subject} is over")

    def end(self) -> None:
        """Stop whatever still works in this turn."""
        self._over = True
        self._phases.end()

    async def _prove(self, before: str) -> None:
        await self._prove_held(before)
        if await self._queue.is_superseded(self._job, self._generation):
            raise SupersededError(f"{self._job.subject} has a newer job; stopped before {before}")

    async def _prove_held(self, before: str) -> None:
        if self._over or not await self._lock.owned():
            raise BusyError(f"the turn for {self._job.subject} was lost before {before}")
        self._has_written = False


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

    A worker that dies loses its turn when the lease ends. One that is paused for so long may write once before it
    knows: then the job is put into the queue anew. Raises SupersededError or BusyError.
    """
    lock = Lock(queue.redis, TURN + job.subject, timeout=lease_seconds)
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
        if not await _released(lock, lease_seconds) and held.may_have_overwritten:
            log.warning("written after the turn was lost: once more")
            await queue.enqueue(job)


async def _released(lock: Lock, lease_seconds: float) -> bool:
    """False if it was not ours any more."""
    with suppress(*Unavailable):
        try:
            async with asyncio.timeout(lease_seconds):  # then it is free by itself
                await lock.release()
        except LockError:
            return False
    return True


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
