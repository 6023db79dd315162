"""The worker process: one worker for each lane beside what is done in the background, on a Redis that may go away."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Final

import structlog
from redis.exceptions import ResponseError

from bot.git.git import trust
from bot.git.mirror import MirrorLimits
from bot.github.app import GitHubApp
from bot.github.limits import Limiter
from bot.jobs.tools import Tools
from bot.measuring.caches import opened_caches
from bot.measuring.measure import Caches
from bot.policies.github import GitHubPolicies
from bot.queue.misplaced import set_misplaced_aside
from bot.queue.queue import Queue, Unavailable, open_queue
from bot.settings.settings import ServerSettings
from bot.worker.background import BACKGROUND, KINDS, keep_going
from bot.worker.lane_worker import LaneRules, LaneWorker

log = structlog.get_logger(__name__)

_JOBS_AT_ONCE: Final = 4
_POLL_SECONDS: Final = 0.1
_BULK_POLL_SECONDS: Final = 1.0
_BULK_SECONDS: Final = 1800.0
_SLACK_SECONDS: Final = 60.0
"""What a job takes beside its audit: GitHub's answers, and waiting for its turn."""

_WATCH_SECONDS: Final = 5.0
_SILENCE_SECONDS: Final = 10.0
_SHORTEST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 15.0
_STEADY_SECONDS: Final = 60.0
"""Who has worked for so long begins anew at once, whatever went before."""

Crew = Callable[[Queue], Iterable[Coroutine[Any, Any, None]]]
"""What works side by side on one queue, each for as long as it is let."""


async def run_worker(settings: ServerSettings, redis_url: str) -> None:
    """Work until told to stop, with SIGTERM, SIGINT or a cancellation. A Redis that goes away is waited for."""
    if settings.ca_file is not None:
        trust(settings.ca_file)
    with opened_caches(settings, pruned=True) as caches, _cancelled_by_signals(), suppress(asyncio.CancelledError):
        await work_on(redis_url, partial(_crew, settings, caches))


def tools_for(settings: ServerSettings, caches: Caches, queue: Queue) -> Tools:
    """Everything a job works with, wired once."""
    github = GitHubApp(
        settings.github_app_id,
        settings.private_key,
        settings.github_api_url,
        limiter=Limiter(queue.redis),
        ca_file=settings.ca_file,
    )
    return Tools(
        github=github,
        web_url=settings.github_web_url,
        data_dir=settings.data_dir,
        mirror_limits=MirrorLimits(
            max_file_bytes=settings.max_file_bytes,
            max_bytes=settings.max_repository_bytes,
            seconds=settings.git_timeout_seconds,
        ),
        caches=caches,
        policies=GitHubPolicies(github, settings.github_web_url, settings.data_dir),
        seconds=settings.audit_timeout_seconds,
        queue=queue,
        look_back_seconds=settings.look_back_seconds,
        look_back_files=settings.look_back_files,
    )


def lanes_of(settings: ServerSettings) -> tuple[LaneRules, ...]:
    """How this process works on each lane. Bulk jobs take their time, and no more than one place."""
    lease, share = settings.lease_seconds, settings.jobs_per_installation
    seconds = settings.audit_timeout_seconds + _SLACK_SECONDS
    return (
        LaneRules("interactive", _JOBS_AT_ONCE, share, seconds, _POLL_SECONDS, lease),
        LaneRules("bulk", 1, 1, max(seconds, _BULK_SECONDS), _BULK_POLL_SECONDS, lease),
    )


def _crew(settings: ServerSettings, caches: Caches, queue: Queue) -> Iterator[Coroutine[Any, Any, None]]:
    tools = tools_for(settings, caches, queue)
    for rules in lanes_of(settings):
        yield LaneWorker(rules, tools).work()
    for duty in BACKGROUND:
        yield keep_going(duty, tools)


async def work_on(redis_url: str, crew: Crew, shortest_pause: float = _SHORTEST_PAUSE) -> None:
    """Let a crew work whenever Redis is there, without an end. Where one of them fails, all begin anew together."""
    pause = shortest_pause
    while True:
        began = time.monotonic()
        try:
            async with open_queue(redis_url) as queue:
                await set_misplaced_aside(queue.redis, KINDS)
                async with asyncio.TaskGroup() as group:
                    for work in (_watch(queue), *crew(queue)):
                        group.create_task(work)
        except* Unavailable as error:
            answers = error.subgroup(ResponseError) is not None
            log.warning("redis answers by an error" if answers else "redis is away", error=repr(error))
        except* Exception as error:  # by a mistake of ours
            log.exception("the worker has stopped", exc_info=error)
        if time.monotonic() - began > _STEADY_SECONDS:
            pause = shortest_pause
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _watch(queue: Queue) -> None:
    """Raise one of `Unavailable` for a Redis that has fallen silent, for which everybody else would wait for ever."""
    while True:
        await asyncio.sleep(_WATCH_SECONDS)
        async with asyncio.timeout(_SILENCE_SECONDS):
            await set_misplaced_aside(queue.redis, KINDS)


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
