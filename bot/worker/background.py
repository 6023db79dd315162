"""What a worker process does beside its jobs, for as long as it works."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from redis.exceptions import ResponseError

from bot.jobs.tools import Tools
from bot.queue.misplaced import Kinds
from bot.queue.queue import Unavailable
from bot.upkeep import lifecycle, reconcile, redelivery, rounds
from bot.weekly import schedule

log = structlog.get_logger(__name__)

Duty = Callable[[Tools], Awaitable[None]]
"""Runs until it is cancelled. Every worker process runs it: whatever is to be done once asks `queue.once` first."""

BACKGROUND: Final[tuple[Duty, ...]] = (reconcile.keep_reconciling, schedule.keep_schedule, lifecycle.keep_house)

KINDS: Final[Kinds] = {**reconcile.KINDS, **redelivery.KINDS, **rounds.KINDS, **schedule.KINDS, **lifecycle.KINDS}
"""What lies in Redis for these, but for what is about one repository."""

_PAUSE_SECONDS: Final = 60.0


async def keep_going(duty: Duty, tools: Tools) -> None:
    """Run a duty, and begin it anew after a pause if it fails. Raises one of `Unavailable` when Redis goes away.

    A Redis that answers, if only by an error, is there: what the duty asked for may be misplaced.
    """
    while True:
        try:
            await duty(tools)
        except Exception as error:  # a bug in one duty must not take the jobs with it
            if isinstance(error, Unavailable) and not isinstance(error, ResponseError):
                raise
            log.exception("a duty failed")
        await asyncio.sleep(_PAUSE_SECONDS)
