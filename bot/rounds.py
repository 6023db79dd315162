"""The round: all repositories that the App may read, so that each is looked at from time to time. Kept in Redis."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.github.records import RepositoryInfo
from bot.queue import Queue

_ROUND: Final = "fifthwhy:round"
"""A sorted set: `installation:repository`, by when it was looked at last, in seconds since 1970."""
_COVERED: Final = "covered"
_COVERED_FOR: Final = timedelta(days=2)
_CAME_LATELY: Final = timedelta(days=7)


class Stop(msgspec.Struct, frozen=True):
    """A repository to look at."""

    installation_id: int
    repository_id: int

    @property
    def name(self) -> str:
        """As it lies in Redis."""
        return f"{self.installation_id}:{self.repository_id}"


class Covered(msgspec.Struct, frozen=True):
    """The repositories that the App may read, all of them, as they were listed at that time."""

    listed_at: datetime
    repository_ids: frozenset[int]


class Rounds:
    """Every method raises one of `bot.queue.Unavailable`."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._redis = queue.redis

    async def take(
        self, listed: Mapping[int, Sequence[RepositoryInfo]], unknown: Collection[int], now: datetime
    ) -> None:
        """Go by these repositories from now on, by installation; of the `unknown` installations by what was known."""
        active = (
            Stop(installation, each.id)
            for installation, repositories in listed.items()
            for each in repositories
            if not (each.archived or each.disabled)
        )
        wanted = {stop.name for stop in active}
        known = {stop.name for stop in await self._all() if stop.installation_id not in unknown}
        async with self._redis.pipeline(transaction=True) as pipe:
            for gone in known - wanted:
                pipe.zrem(_ROUND, gone)
            for new in wanted - known:
                pipe.zadd(_ROUND, {new: 0}, nx=True)
            await pipe.execute()
        if not unknown:
            ids = frozenset(each.id for repositories in listed.values() for each in repositories)
            stored = msgspec.json.encode(Covered(now, ids)).decode()
            await self._queue.remember(_COVERED, stored, _COVERED_FOR)

    async def covered(self) -> Covered | None:
        """What the App may read; None where not all of it could be listed lately."""
        stored = await self._queue.recall(_COVERED)
        return None if stored is None else msgspec.json.decode(stored, type=Covered)

    async def due(self, before: datetime, most: int) -> tuple[Stop, ...]:
        """Those that were not looked at since then, those first that wait for longest."""
        names = await self._redis.zrangebyscore(_ROUND, "-inf", before.timestamp(), start=0, num=most)
        return tuple(_stop(name) for name in names)

    async def looked_at(self, stop: Stop, now: datetime) -> None:
        """Let others come first."""
        await self._redis.zadd(_ROUND, {stop.name: now.timestamp()}, xx=True)

    async def come(self, installation_id: int, repository_ids: Iterable[int], now: datetime) -> None:
        """Take in repositories that came. What was there before them is left alone."""
        for each in repository_ids:
            await self._redis.zadd(_ROUND, {Stop(installation_id, each).name: 0})
            await self._queue.remember(f"since {each}", now.isoformat(), _CAME_LATELY)

    async def since(self, repository_id: int) -> datetime | None:
        """When a repository came; None where that is long ago or was lost."""
        stored = await self._queue.recall(f"since {repository_id}")
        return None if stored is None else datetime.fromisoformat(stored)

    async def go(self, installation_id: int, repository_ids: Iterable[int]) -> None:
        """Leave repositories out from now on."""
        names = [Stop(installation_id, each).name for each in repository_ids]
        if names:
            await self._redis.zrem(_ROUND, *names)

    async def of(self, installation_id: int) -> tuple[int, ...]:
        """The repositories of an installation."""
        return tuple(stop.repository_id for stop in await self._all() if stop.installation_id == installation_id)

    async def _all(self) -> tuple[Stop, ...]:
        return tuple(_stop(name) for name in await self._redis.zrange(_ROUND, 0, -1))


def _stop(name: bytes) -> Stop:
    installation, _, repository = name.decode().partition(":")
    return Stop(int(installation), int(repository))
