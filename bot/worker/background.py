"""What a worker process does beside its jobs, for as long as it works."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from bot.jobs.tools import Tools
from bot.queue.queue import Unavailable
from bot.upkeep.lifecycle import keep_house
from bot.upkeep.reconcile import keep_reconciling
from bot.weekly.schedule import keep_schedule

log = structlog.get_logger(__name__)

Duty = Callable[[Tools], Awaitable[None]]
"""Runs until it is cancelled. Every worker process runs it: whatever is to be done once asks `queue.once` first."""

BACKGROUND: Final[tuple[Duty, ...]] = (keep_reconciling, keep_schedule, keep_house)

_PAUSE_SECONDS: Final = 60.0


async def keep_going(duty: Duty, tools: Tools) -> None:
    """Run a duty, and begin it anew after a pause if it fails. Raises one of `Unavailable` when Redis goes away."""
    while True:
        try:
            await duty(tools)
        except Unavailable:
            raise
        except Exception:  # a bug in one duty must not take the jobs with it
            log.exception("a duty failed")
        await asyncio.sleep(_PAUSE_SECONDS)
