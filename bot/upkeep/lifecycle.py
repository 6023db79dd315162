"""Lifecycle: what is done once an installation or a repository came, went or changed, in Redis and on every machine."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import msgspec
import structlog
from arq import ArqRedis

from bot.jobs.tools import Tools
from bot.jobs.turns import Turn
from bot.queue.jobs import LifecycleChange, LifecycleJob
from bot.upkeep.leftovers import Leftovers
from bot.upkeep.rounds import Rounds
from bot.weekly.schedule import Schedule

log = structlog.get_logger(__name__)

Outcome = LifecycleChange

_NOTICES: Final = "fifthwhy:notices"
"""A sorted set of what every process has to take in, by when it was told, in ms."""
_KEPT_FOR: Final = timedelta(days=30)
_LOOKS_EVERY: Final = timedelta(seconds=5)
_LATE: Final = timedelta(seconds=30)
_EVER: Final = datetime.fromtimestamp(0, UTC)
_SWEEPS_EVERY: Final = timedelta(days=1)


class Notice(msgspec.Struct, frozen=True, array_like=True):
    """What every process has to take in of a repository: that it went, or is called otherwise."""

    what: Literal["went", "changed"]
    installation_id: int
    repository_id: int


class Notices:
    """The notices, in Redis. Every method raises one of `bot.queue.queue.Unavailable`."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis

    async def add(self, notices: Iterable[Notice], now: datetime) -> None:
        """Tell every process; what is told anew is told once more."""
        members = {msgspec.json.encode(notice): _ms(now) for notice in notices}
        if members:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.zadd(_NOTICES, members)
                pipe.zremrangebyscore(_NOTICES, "-inf", _ms(now - _KEPT_FOR))
                await pipe.execute()

    async def take_back(self, repository_ids: Collection[int]) -> None:
        """What went is there again, in whatever installation."""
        told = [each for each in await self.since(_EVER) if each.repository_id in repository_ids]
        members = [msgspec.json.encode(each) for each in told if each.what == "went"]
        if members:
            await self._redis.zrem(_NOTICES, *members)

    async def since(self, when: datetime) -> tuple[Notice, ...]:
        """What was told from then on, oldest first."""
        found: list[bytes] = await self._redis.zrangebyscore(_NOTICES, _ms(when), "+inf")
        return tuple(msgspec.json.decode(each, type=Notice) for each in found)


async def take_in(job: LifecycleJob, _turn: Turn, tools: Tools) -> Outcome:
    """Take in what has happened; done again, it changes nothing more."""
    queue, redis, ids = tools.queue, tools.queue.redis, job.repository_ids
    schedule, rounds, now = Schedule(redis), Rounds(queue), datetime.now(UTC)
    if job.change == "changed":
        await Notices(redis).add((Notice("changed", job.installation_id, each) for each in ids), now)
        return "changed"
    gone = [Notice("went", job.installation_id, each) for each in ids]
    if job.change == "came":
        await Notices(redis).take_back(ids)
        await rounds.come(job.installation_id, ids, now)
        return "came"
    dropped = await queue.drop(job.installation_id, None if job.whole else ids)
    if job.whole:
        await schedule.forget_installation(job.installation_id)
        gone += [Notice("went", job.installation_id, each) for each in await rounds.of(job.installation_id)]
    went = {each.repository_id for each in gone}
    await schedule.forget(went, job.installation_id)
    await rounds.go(job.installation_id, went)
    await queue.forget_all(went)
    await Notices(redis).add(gone, now)
    log.info("repositories went", repositories=len(went), jobs_dropped=dropped)
    return "went"


async def heed(tools: Tools, since: datetime) -> int:
    """Do what the notices from then on ask of this process and its disk; how many there were."""
    notices = await Notices(tools.queue.redis).since(since)
    leftovers = Leftovers(tools.data_dir, tools.mirror_limits, tools.caches)
    for notice in notices:
        tools.github.forget(notice.installation_id, notice.repository_id)
        if notice.what == "went":
            await asyncio.to_thread(leftovers.remove, notice.repository_id)
    return len(notices)


async def sweep(tools: Tools, now: datetime) -> tuple[int, ...] | None:
    """Remove from this disk what belongs to no repository that the App may read; the ids of these.

    None where not all of them are listed yet: then nothing is removed.
    """
    covered = await Rounds(tools.queue).covered(now)
    if covered is None:
        return None
    leftovers = Leftovers(tools.data_dir, tools.mirror_limits, tools.caches)
    return await asyncio.to_thread(leftovers.remove_others, covered.repository_ids, covered.listed_at)


async def keep_house(tools: Tools) -> None:
    """Heed notices, and sweep once a day; a duty of every worker, as each may have a disk of its own."""
    heard, swept = _EVER, _EVER
    while True:
        now = datetime.now(UTC)
        await heed(tools, heard)
        heard = now - _LATE  # in case it is told by a clock that is a little behind
        if now - swept > _SWEEPS_EVERY and await sweep(tools, now) is not None:
            swept = now
        await asyncio.sleep(_LOOKS_EVERY.total_seconds())


def _ms(when: datetime) -> int:
    return round(when.timestamp() * 1000)
