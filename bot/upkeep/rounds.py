"""The round: all repositories that the App may read, so that each is looked at from time to time. Kept in Redis."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from bot.github.records import RepositoryInfo
from bot.queue.misplaced import Kinds
from bot.queue.queue import MEMORY, Queue

_ROUND: Final = "fifthwhy:round"
"""A sorted set: `installation:repository`, by when it was looked at last, in seconds since 1970."""
_LISTS: Final = "fifthwhy:installations"
"""A hash: the list of each active installation's repositories, by its id."""
_INSTALLATIONS_AT: Final = "installations"
KINDS: Final[Kinds] = {_ROUND: "zset", _LISTS: "hash", MEMORY + _INSTALLATIONS_AT: "string"}
_GOOD_FOR: Final = timedelta(days=2)
_CAME_LATELY: Final = timedelta(days=7)
_EVER: Final = datetime.fromtimestamp(0, UTC)


class _List(msgspec.Struct, frozen=True):
    """The repositories of an installation as they were listed; without a time they are still to be."""

    at: datetime | None = None
    ids: tuple[int, ...] = ()


class Stop(msgspec.Struct, frozen=True):
    """A repository to look at."""

    installation_id: int
    repository_id: int

    @property
    def name(self) -> str:
        """As it lies in Redis."""
        return f"{self.installation_id}:{self.repository_id}"


def in_use(listed: Iterable[RepositoryInfo]) -> frozenset[int]:
    """The ids of those in which something can be done."""
    return frozenset(each.id for each in listed if not (each.archived or each.disabled))


class Covered(msgspec.Struct, frozen=True):
    """The repositories that the App may read, all of them, as they were listed at that time."""

    listed_at: datetime
    repository_ids: frozenset[int]


class Rounds:
    """Every method raises one of `bot.queue.queue.Unavailable`."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._redis = queue.redis

    async def take_installations(self, active: Collection[int], now: datetime) -> None:
        """Go by these installations from now on."""
        known = await self._lists()
        gone = known.keys() - active
        left = [stop.name for stop in await self._all() if stop.installation_id not in active]
        async with self._redis.pipeline(transaction=True) as pipe:
            if left:
                pipe.zrem(_ROUND, *left)
            for installation in gone:
                pipe.hdel(_LISTS, str(installation))
            for installation in active:
                pipe.hsetnx(_LISTS, str(installation), msgspec.json.encode(_List()).decode())
            await pipe.execute()
        await self._queue.remember(_INSTALLATIONS_AT, now.isoformat(), _GOOD_FOR)

    async def to_list(self, before: datetime) -> tuple[int, ...]:
        """The installations whose repositories were not listed since then, those first that wait for longest."""
        lists = await self._lists()
        waiting = {id: each.at or _EVER for id, each in lists.items() if each.at is None or each.at <= before}
        return tuple(sorted(waiting, key=lambda id: (waiting[id], id)))

    async def take(self, installation_id: int, listed: Sequence[RepositoryInfo], now: datetime) -> None:
        """Go by these repositories of an installation from now on; archived ones are not looked at."""
        wanted = in_use(listed)
        known = set(await self.of(installation_id))
        await self.go(installation_id, known - wanted)
        stored = msgspec.json.encode(_List(now, tuple(each.id for each in listed))).decode()
        async with self._redis.pipeline(transaction=True) as pipe:
            for new in wanted - known:
                pipe.zadd(_ROUND, {Stop(installation_id, new).name: 0}, nx=True)
            pipe.hset(_LISTS, str(installation_id), stored)
            await pipe.execute()

    async def covered(self, now: datetime) -> Covered | None:
        """What the App may read; None where not all of it could be listed lately."""
        stored, lists = await self._queue.recall(_INSTALLATIONS_AT), await self._lists()
        times = [each.at for each in lists.values() if each.at is not None and now - each.at < _GOOD_FOR]
        if stored is None or len(times) < len(lists):
            return None
        ids = frozenset(id for each in lists.values() for id in each.ids)
        return Covered(min([datetime.fromisoformat(stored), *times]), ids)

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
            await self.note(each, now)
            await self._redis.zadd(_ROUND, {Stop(installation_id, each).name: 0})

    async def note(self, repository_id: int, came_at: datetime) -> None:
        """Leave alone what was there before that, whenever the repository is taken in."""
        await self._queue.remember(f"since {repository_id}", came_at.isoformat(), _CAME_LATELY)

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

    async def _lists(self) -> dict[int, _List]:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hgetall(_LISTS)
            (stored,) = await pipe.execute()
        return {int(id): msgspec.json.decode(each, type=_List) for id, each in stored.items()}

    async def _all(self) -> tuple[Stop, ...]:
        return tuple(_stop(name) for name in await self._redis.zrange(_ROUND, 0, -1))


def _stop(name: bytes) -> Stop:
    installation, _, repository = name.decode().partition(":")
    return Stop(int(installation), int(repository))
