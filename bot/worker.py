"""The worker process: takes jobs from Redis through arq and decides what becomes of one that fails."""

from __future__ import annotations

import asyncio
import secrets
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
import structlog
from arq import ArqRedis, Retry, Worker
from arq.worker import func

from analyzers.facts import FACTS_VERSION
from analyzers.index import INDEX_VERSION
from bot.facts_reader import Reader
from bot.facts_store import FactsStore
from bot.git import GitCorruptError, GitRefusedError, GitUnavailableError
from bot.github_api import GitHubApp, GitHubRefusedError, GitHubUnavailableError
from bot.handlers import HANDLERS
from bot.index_store import IndexStore
from bot.jobs import Job
from bot.measure import Caches
from bot.mirror import MirrorLimits
from bot.past_store import PastStore
from bot.problems import internal_error
from bot.queue import HEARTBEAT, QUEUE, WORK, Queue, Unavailable, decode_job, encode_job, open_queue
from bot.reader_pool import ReaderPool
from bot.review import publish
from bot.settings import ServerSettings
from bot.tools import Tools
from bot.turns import BusyError, SupersededError, turn
from report_templates.render import render_problem

if TYPE_CHECKING:
    from arq.typing import WorkerCoroutine

log = structlog.get_logger(__name__)

_POLL_SECONDS: Final = 0.1
_HEARTBEAT_SECONDS: Final = 5
_JOBS_AT_ONCE: Final = 4
_MOST_FAILURES: Final = 10
_MOST_BUGS: Final = 3
_MOST_RUNS: Final = 1_000
"""arq's own bound. It also counts turns that were merely busy and restarts of the worker, so it must be far away."""

_SHORTEST_PAUSE: Final = 0.5
_LONGEST_REDIS_PAUSE: Final = 15.0

_BUSY: Final = timedelta(seconds=1)
_SLACK: Final = timedelta(minutes=2)
_LONGEST_PAUSE: Final = timedelta(minutes=10)
_LONGEST_ASKED: Final = timedelta(hours=1)
"""GitHub's limits start anew every hour; more than that comes of a clock that is wrong."""

_PASSING: Final = (GitHubUnavailableError, GitUnavailableError, GitCorruptError, *Unavailable)
"""Failures that another attempt may not meet."""


async def run_worker(settings: ServerSettings, redis_url: str) -> None:
    """Work until told to stop, with SIGTERM, SIGINT or a cancellation. A Redis that goes away is waited for."""
    store = FactsStore(settings.data_dir / "facts.sqlite3", FACTS_VERSION)
    indexes = IndexStore(settings.data_dir / "index.sqlite3", INDEX_VERSION)
    past = PastStore(settings.data_dir / "past.sqlite3", INDEX_VERSION)
    for cache in (store, indexes, past):
        cache.prune_if_due()
    with (
        closing(store),
        closing(indexes),
        closing(past),
        _reader_pool(settings) as pool,
        _cancelled_by_signals(),
        suppress(asyncio.CancelledError),
    ):
        caches = Caches(Reader(store, pool, settings.max_file_bytes), indexes, past)
        await _work_on(_tools(settings, caches), redis_url)


async def _work_on(tools: Tools, redis_url: str) -> None:
    """Work whenever Redis is there."""
    pause = _SHORTEST_PAUSE
    while True:
        try:
            async with open_queue(redis_url) as queue:
                pause = _SHORTEST_PAUSE
                await _work(_arq_worker(tools, queue.redis))
        except Unavailable as error:
            log.warning("redis is away", error=repr(error), again_in=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_REDIS_PAUSE)


@contextmanager
def _cancelled_by_signals() -> Iterator[None]:
    """Our own handlers: arq's reach its worker only, and so nobody while Redis is away."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is None:
        raise RuntimeError("there is a task wherever something is awaited")
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


async def _work(worker: Worker) -> None:
    """Run a worker until it is cancelled, or Redis goes away. Jobs under way are put back, or come to their end.

    arq's own `close` does not do: it needs Redis, and takes the sign of life that all workers share with it.
    """
    try:
        await worker.async_run()
    except asyncio.CancelledError:
        for job in worker.tasks.values():
            job.cancel()
        raise
    finally:
        await asyncio.gather(*worker.tasks.values(), return_exceptions=True)


def _arq_worker(tools: Tools, redis: ArqRedis) -> Worker:
    timeout = timedelta(seconds=tools.seconds) + _SLACK
    function = cast("WorkerCoroutine", work)
    return Worker(
        functions=[func(function, name=WORK, timeout=timeout, max_tries=_MOST_RUNS)],
        queue_name=QUEUE,
        redis_pool=redis,
        handle_signals=False,
        job_serializer=encode_job,
        job_deserializer=decode_job,
        keep_result=0,
        max_jobs=_JOBS_AT_ONCE,
        poll_delay=_POLL_SECONDS,
        health_check_key=HEARTBEAT,
        health_check_interval=_HEARTBEAT_SECONDS,
        log_results=False,
        ctx={"tools": tools},
    )


async def work(context: dict[Any, Any], arguments: dict[str, Any], generation: int) -> None:
    """The arq function: any job."""
    job = msgspec.convert(arguments, Job)
    tools: Tools = context["tools"]
    queue = Queue(context["redis"])
    with structlog.contextvars.bound_contextvars(
        job=context["job_id"], delivery=job.delivery, installation=job.installation_id, subject=job.subject
    ):
        await _attempt(
            lambda: _handle(queue, job, generation, tools),
            job,
            tools,
            lambda: _count_failure(queue, job, generation),
        )


async def _handle(queue: Queue, job: Job, generation: int, tools: Tools) -> None:
    if await queue.is_superseded(job, generation):
        raise SupersededError("a newer job is in the queue")
    async with turn(queue, job, generation) as held:
        outcome = await HANDLERS[type(job)](job, held, tools)
    log.info("job done", outcome=outcome)


async def _count_failure(queue: Queue, job: Job, generation: int) -> int:
    try:
        return await queue.count_failure(job, generation)
    except Unavailable:
        return 1  # as far as we know; the job must not be given up for it


async def _attempt(
    work: Callable[[], Awaitable[None]], job: Job, tools: Tools, count_failure: Callable[[], Awaitable[int]]
) -> None:
    """Run a job to its end, or put it off. Only `Retry` makes arq run it again; any other exception would end it."""
    try:
        await work()
    except SupersededError as reason:
        log.info("superseded", reason=str(reason))
    except BusyError as reason:
        log.info("busy", reason=str(reason))
        raise Retry(defer=_BUSY) from reason
    except (GitHubRefusedError, GitRefusedError) as error:
        tools.github.forget(job.installation_id, job.repository_id)
        failures = await count_failure()
        log.warning("refused by GitHub", error=str(error), failures=failures)
        if failures == 1:  # the token was revoked before its time, or the repository has a new name
            raise Retry(defer=_BUSY) from error
        if isinstance(error, GitRefusedError):  # then the comment may still work
            await _give_up(job, tools)
    except _PASSING as error:
        failures = await count_failure()
        log.warning("put off", error=repr(error), failures=failures)
        if failures < _MOST_FAILURES:
            raise Retry(defer=_pause(failures, getattr(error, "after", None))) from error
        await _give_up(job, tools)
    except Exception as error:  # the one catch-all of this process: a bug costs one job
        failures = await count_failure()
        reference = secrets.token_hex(4)
        log.exception("failed", failures=failures, reference=reference)
        if failures < _MOST_BUGS:
            raise Retry(defer=_pause(failures, None)) from error
        await _give_up(job, tools, reference)


def _pause(failures: int, asked: timedelta | None) -> timedelta:
    """Longer each time, and never shorter than GitHub asks for."""
    grown = min(timedelta(seconds=2**failures), _LONGEST_PAUSE)
    return max(grown, min(asked or timedelta(), _LONGEST_ASKED))


async def _give_up(job: Job, tools: Tools, reference: str = "") -> None:
    """Say on the pull request that there will be no audit, if that much still works."""
    log.error("given up", reference=reference)
    try:
        async with tools.github.repository(job.installation_id, job.repository_id) as repository:
            body = render_problem(internal_error(reference))
            await publish(repository, job.number, body, tools.github.app_id)
    except (GitHubUnavailableError, GitHubRefusedError) as error:
        log.warning("could not say so", error=str(error))


def _tools(settings: ServerSettings, caches: Caches) -> Tools:
    """Everything a review works with, wired once."""
    return Tools(
        github=GitHubApp(settings.github_app_id, settings.private_key, settings.github_api_url),
        web_url=settings.github_web_url,
        data_dir=settings.data_dir,
        mirror_limits=MirrorLimits(
            max_file_bytes=settings.max_file_bytes,
            max_bytes=settings.max_repository_bytes,
            seconds=settings.git_timeout_seconds,
        ),
        caches=caches,
        seconds=settings.audit_timeout_seconds,
    )


def _reader_pool(settings: ServerSettings) -> ReaderPool:
    return ReaderPool(settings.reader_processes, settings.reader_file_seconds, settings.reader_memory_bytes)
