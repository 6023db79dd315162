"""arq's worker, as one lane has it: it starts what may run, and its jobs are free again soon after it has died."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
import structlog
from arq import Worker
from arq.constants import in_progress_key_prefix, job_key_prefix, retry_key_prefix
from arq.worker import func
from redis.exceptions import ResponseError

from bot.jobs.tools import Tools
from bot.queue.dead_letters import DeadLetters, undecodable
from bot.queue.fairness import Dispenser
from bot.queue.jobs import Job, Lane
from bot.queue.queue import HEARTBEAT, SET_ASIDE, WORK, Unavailable, decode_job, encode_job, queue_key
from bot.worker.handlers import HANDLERS, Handler
from bot.worker.work import Bench, set_aside, work

if TYPE_CHECKING:
    from arq.typing import WorkerCoroutine

log = structlog.get_logger(__name__)

_HEARTBEAT_SECONDS: Final = 5
_RENEWALS_A_LEASE: Final = 4
_PUT_BACK_SECONDS: Final = 10.0
"""Without Redis it cannot be done; then the jobs are free again when their leases have ended."""

_SHORT_WHILE: Final = 0.05

_SLACK: Final = timedelta(minutes=1)
"""A job ends itself when its time is over. If it cannot even do that, arq ends it."""

_MOST_RUNS: Final = 1_000_000_000
"""arq's own bound, at which it forgets a job. It counts busy turns and restarts as well, so it must play no part."""


_OF_A_JOB: Final = (job_key_prefix, in_progress_key_prefix, retry_key_prefix)
_OF_ONE_VALUE: Final = ("WRONGTYPE", "not an integer")
"""What Redis answers where a key holds something else than it should."""


class LaneRules(msgspec.Struct, frozen=True):
    """How a worker process works on one lane."""

    lane: Lane
    places: int
    """How many jobs at the same time."""
    share: int
    """How many of these, over all worker processes, may be of one installation."""
    seconds: float
    """How long one job may take."""
    poll_seconds: float
    lease_seconds: float
    """After that time the jobs of a worker that has died are free again."""


class LaneWorker(Worker):
    """One lane's worker, on the Redis and with the tools of its process."""

    def __init__(self, rules: LaneRules, tools: Tools, handlers: Mapping[type[Job], Handler] = HANDLERS) -> None:
        timeout = timedelta(seconds=rules.seconds) + _SLACK
        functions = {WORK: work, SET_ASIDE: set_aside}
        super().__init__(
            functions=[
                func(cast("WorkerCoroutine", function), name=name, timeout=timeout, max_tries=_MOST_RUNS)
                for name, function in functions.items()
            ],
            queue_name=queue_key(rules.lane),
            redis_pool=tools.queue.redis,
            handle_signals=False,
            job_serializer=encode_job,
            job_deserializer=decode_job,
            keep_result=0,
            max_jobs=rules.places,
            poll_delay=rules.poll_seconds,
            health_check_key=HEARTBEAT if rules.lane == "interactive" else f"{HEARTBEAT}:{rules.lane}",
            health_check_interval=_HEARTBEAT_SECONDS,
            log_results=False,
            ctx={"bench": Bench(tools, handlers, rules.seconds, rules.lease_seconds)},
        )
        # arq has a job run again once this has passed since its start, so by itself it takes the longest time that
        # any job may last. Here it is short and renewed, so that a job is free again soon after its worker has died.
        self.in_progress_timeout_s = rules.lease_seconds
        self._lane = rules.lane
        self._dispenser = Dispenser(tools.queue.redis, rules.lane, rules.share)

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        """Called by arq, when it has room, with the jobs that it has; here others are handed to it."""
        handed_out = await self._dispenser.hand_out(self.max_jobs - self.job_counter)
        named: list[bytes] = []
        for job_id in (*job_ids, *handed_out):
            try:
                job_id.decode()
                named.append(job_id)
            except UnicodeDecodeError as error:
                await self._set_aside(job_id, error)
        await super().start_jobs(named)

    async def run_job(self, job_id: str, score: int) -> None:
        """Called by arq for one job. What arq stumbles over ends that job, where it would end the worker."""
        try:
            await super().run_job(job_id, score)
        except Unavailable as error:
            if not (isinstance(error, ResponseError) and any(words in str(error) for words in _OF_ONE_VALUE)):
                raise
            await self._set_aside(job_id.encode(), error)
        except Exception as error:  # noqa: BLE001  # whatever lies in Redis
            await self._set_aside(job_id.encode(), error)

    async def _set_aside(self, job_id: bytes, error: Exception) -> None:
        """Keep what is no job where a person can find it, and take it out of the queue."""
        key = job_key_prefix.encode() + job_id
        stored = await self.pool.get(key) if await self.pool.type(key) == b"string" else None
        letter = undecodable(stored or job_id, f"{job_id!r}: {error!r}")
        await DeadLetters(self.pool).add(letter)
        async with self.pool.pipeline(transaction=True) as pipe:
            pipe.zrem(self.queue_name, job_id)
            pipe.delete(*(prefix.encode() + job_id for prefix in _OF_A_JOB))
            await pipe.execute()
        log.error("set aside, as it cannot be decoded", reference=letter.id, reason=letter.reason)

    async def work(self) -> None:
        """Work until cancelled, or until Redis goes away, which raises one of `Unavailable`. Its jobs are put back.

        arq's own `close` does not do: it needs Redis, and takes the sign of life that all workers share with it.
        """
        log.info("worker started", lane=self._lane, places=self.max_jobs)
        renewal = asyncio.create_task(self._renew_leases())
        polling = asyncio.create_task(self.async_run())
        try:
            await asyncio.shield(polling)  # redis-py loses connections that are broken off in the middle of a question
        finally:
            self.burst, self.max_burst_jobs = True, 0  # arq's way to say that no further job is to begin
            with suppress(TimeoutError):
                async with asyncio.timeout(_PUT_BACK_SECONDS):
                    await self._put_back(polling)
            polling.cancel()
            renewal.cancel()
            await asyncio.gather(polling, renewal, return_exceptions=True)

    async def _put_back(self, polling: asyncio.Task[None]) -> None:
        """Stop what jobs do, and let arq's part of each come to its end, which tells Redis."""
        stopped: set[asyncio.Task[Any]] = set()
        while under_way := [task for task in (polling, *self.tasks.values()) if not task.done()]:
            for job in set(self.job_tasks.values()) - stopped:
                job.cancel()
                stopped.add(job)
            await asyncio.wait(under_way, timeout=_SHORT_WHILE)  # in which a job may yet begin

    async def _renew_leases(self) -> None:
        while True:
            await asyncio.sleep(self.in_progress_timeout_s / _RENEWALS_A_LEASE)
            try:
                async with self.pool.pipeline(transaction=False) as pipe:
                    for job in [job for job, task in self.tasks.items() if not task.done()]:
                        pipe.pexpire(in_progress_key_prefix + job, timedelta(seconds=self.in_progress_timeout_s))
                    await pipe.execute()
            except Unavailable as error:
                log.warning("cannot renew leases", error=repr(error))
