"""The schedule of weekly posts: which repositories want one, and when the next is due; looked at every minute."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import structlog
from arq import ArqRedis
from cronsim import CronSim

from analyzers.policy import WeeklyPolicy
from bot.jobs.tools import Tools
from bot.queue.jobs import WeeklyJob
from bot.queue.misplaced import Kinds
from bot.queue.queue import ONCE

log = structlog.get_logger(__name__)

_WANTED: Final = "fifthwhy:weekly:wanted"
"""A hash: what each repository wants, by its id."""
_DUE: Final = "fifthwhy:weekly:due"
"""A sorted set: the ids of these repositories, by when they are due next, in seconds since 1970."""
_LOOKED: Final = "schedule"
KINDS: Final[Kinds] = {_WANTED: "hash", _DUE: "zset", ONCE + _LOOKED: "string"}

_CAUGHT_UP: Final = timedelta(days=6)
"""A post that is later than this is left out: the next one is near."""
_EVERY: Final = timedelta(minutes=1)


class Wanted(msgspec.Struct, frozen=True):
    """A repository that wants a weekly post, and when."""

    installation_id: int
    repository_id: int
    cron: str
    timezone: str


def next_tick(cron: str, timezone: str, after: datetime) -> datetime:
    """When it is due next, in UTC.

    As Debian's cron has it: what would be due in the hour that is left out in spring is due right after it, what would
    be due twice in autumn is due once.
    """
    return next(CronSim(cron, after.astimezone(ZoneInfo(timezone)))).astimezone(UTC)


def missed_tick(cron: str, timezone: str, now: datetime) -> datetime | None:
    """The last time that it was due, up to now, in UTC; None where that is too long ago to be caught up."""
    found = None
    tick = next_tick(cron, timezone, now - _CAUGHT_UP)
    while tick <= now:
        found, tick = tick, next_tick(cron, timezone, tick)
    return found


class Schedule:
    """What is known of all repositories, in Redis. It may be lost: policies tell it again.

    Every method raises one of `bot.queue.queue.Unavailable`.
    """

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis

    async def note(self, installation_id: int, repository_id: int, weekly: WeeklyPolicy | None, now: datetime) -> bool:
        """Take in what a repository's policy says, and whether that makes a post due at once.

        It does where one was due shortly before, which nobody has heard of yet.
        """
        if weekly is None:
            await self.forget([repository_id])
            return False
        wanted = Wanted(installation_id, repository_id, weekly.cron, weekly.timezone)
        stored = msgspec.msgpack.encode(wanted)
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hget(_WANTED, str(repository_id))
            pipe.zscore(_DUE, str(repository_id))
            known, due = await pipe.execute()
        if known == stored and due is not None:
            return False
        tick = missed_tick(wanted.cron, wanted.timezone, now) or next_tick(wanted.cron, wanted.timezone, now)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(_WANTED, mapping={str(repository_id): stored})
            pipe.zadd(_DUE, {str(repository_id): tick.timestamp()})
            await pipe.execute()
        log.info("weekly post noted", repository=repository_id, due=tick.isoformat())
        return tick <= now

    async def forget(self, repository_ids: Collection[int], installation_id: int | None = None) -> None:
        """Drop repositories; with an installation only those that are in it."""
        gone = [each for each in repository_ids if installation_id in (None, await self._installation(each))]
        if gone:
            names = [str(each) for each in gone]
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hdel(_WANTED, *names)
                pipe.zrem(_DUE, *names)
                await pipe.execute()

    async def forget_installation(self, installation_id: int) -> None:
        """Drop all repositories of an installation."""
        await self.forget([each.repository_id for each in await self._all() if each.installation_id == installation_id])

    async def keep_installations(self, installation_ids: Collection[int]) -> None:
        """Drop all repositories of any other installation."""
        every = await self._all()
        await self.forget([each.repository_id for each in every if each.installation_id not in installation_ids])

    async def due(self, now: datetime) -> tuple[Wanted, ...]:
        """The repositories that a post is due for, those first that wait for longest."""
        names: list[bytes] = await self._redis.zrangebyscore(_DUE, "-inf", now.timestamp())
        found = [await self._wanted(name) for name in names]
        return tuple(each for each in found if each is not None)

    async def put_off(self, wanted: Wanted, until: datetime) -> None:
        """Say when a repository is due next."""
        await self._redis.zadd(_DUE, {str(wanted.repository_id): until.timestamp()}, xx=True)

    async def _all(self) -> tuple[Wanted, ...]:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hvals(_WANTED)
            (stored,) = await pipe.execute()
        return tuple(msgspec.msgpack.decode(each, type=Wanted) for each in stored)

    async def _installation(self, repository_id: int) -> int | None:
        wanted = await self._wanted(str(repository_id).encode())
        return None if wanted is None else wanted.installation_id

    async def _wanted(self, name: bytes) -> Wanted | None:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hget(_WANTED, name.decode())
            (stored,) = await pipe.execute()
        return None if stored is None else msgspec.msgpack.decode(stored, type=Wanted)


async def look(tools: Tools, now: datetime) -> int:
    """Put a job into the queue for each post that is due; how many.

    Of several that were missed, only for the last one. A crash right after an enqueue leads to a second job for the
    same tick, which then has nothing to do.
    """
    schedule, count = Schedule(tools.queue.redis), 0
    for wanted in await schedule.due(now):
        tick = missed_tick(wanted.cron, wanted.timezone, now)
        if tick is not None:
            at = tick.isoformat()
            await tools.queue.enqueue(WeeklyJob(wanted.installation_id, wanted.repository_id, at, f"weekly {at}"))
            count += 1
        await schedule.put_off(wanted, next_tick(wanted.cron, wanted.timezone, now))
    return count


async def keep_schedule(tools: Tools) -> None:
    """Look every minute, over all processes; a duty of the worker."""
    while True:
        if await tools.queue.once(_LOOKED, _EVERY - timedelta(seconds=5)):
            await look(tools, datetime.now(UTC))
        await asyncio.sleep(_EVERY.total_seconds() / 4)
