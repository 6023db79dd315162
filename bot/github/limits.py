"""GitHub's limits of one installation, kept in Redis for every worker: who may ask now, who waits, who is parked.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api and
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final, Literal, Protocol

from redis.asyncio import Redis

from bot.github.errors import NotYetError

Kind = Literal["read", "write", "content"]
"""Content is what people are notified of: comments and issues. Any other change is a write."""

_POINTS: Final = {"read": 1, "write": 5, "content": 5}
_POINTS_A_MINUTE: Final = 900
_LONGEST_WAIT: Final = timedelta(seconds=2)
"""A write whose turn is that near is waited for; a job whose write is due later is put off."""

_SECONDARY: Final = timedelta(minutes=1)
_LONGEST_PARK: Final = timedelta(hours=1)
"""GitHub's limits start anew every hour; a longer time comes of a clock that is wrong, or of a proxy."""

_STRIKES_REMEMBERED_FOR: Final = timedelta(hours=1)
_PREFIX: Final = "fifthwhy:github:"

_KEPT: Final = timedelta(minutes=2)
"""So late may come who was promised a turn. After that it is nobody's, and they have to ask for another one."""

_ADMIT: Final = """
local now, cost, patience = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local most_points, kept, content = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local sent, promised = KEYS[3], KEYS[4]

local function last(key, n) return tonumber(redis.call('ZRANGE', key, -n, -n, 'WITHSCORES')[2] or 0) end

local function free(ahead)
    local at = now
    for _, limit in ipairs({{1, 1000}, {80, 60000}, {500, 3600000}}) do
        local most, window = limit[1], limit[2]
        local earlier = last(sent, most)
        if ahead >= most then
            earlier = math.max(earlier, last(promised, most))
        elseif ahead > 0 then
            earlier = math.max(earlier, last(sent, most - ahead))
        end
        at = math.max(at, earlier + window)
    end
    return at
end

local parked = tonumber(redis.call('GET', KEYS[1]) or 0)
if parked > now then return {0, parked - now} end
if tonumber(redis.call('GET', KEYS[2]) or 0) + cost > most_points then return {0, 60000 - now % 60000} end
local at = now
if content ~= '' then
    redis.call('ZREMRANGEBYSCORE', sent, '-inf', now - 3600000)
    redis.call('ZREMRANGEBYSCORE', promised, '-inf', now - kept)
    local own = tonumber(redis.call('ZSCORE', promised, content) or 0)
    if own > 0 and own <= now then patience = 2 * patience end
    at = math.max(free(0), own)
    if own <= now and (own == 0 or at - now > patience) then
        redis.call('ZREM', promised, content)
        at = free(redis.call('ZCARD', promised))
    end
    if at - now > patience then
        redis.call('ZADD', promised, at, content)
        redis.call('PEXPIRE', promised, last(promised, 1) - now + kept)
        return {0, at - now}
    end
    redis.call('ZREM', promised, content)
    redis.call('ZADD', sent, at, at .. ' ' .. content)
    redis.call('PEXPIRE', sent, 3600000 + at - now)
end
redis.call('INCRBY', KEYS[2], cost)
redis.call('PEXPIRE', KEYS[2], 120000)
return {1, at - now}
"""
"""Whether a request may be sent, and in how many milliseconds; one step, so that no two workers take one turn.

Content: one a second, 80 a minute, 500 an hour; first come, first served. Whose turn is far off is promised it, by the
name of the request, and those who come later get later ones. Who is back by then is let through, as far as what was
sent by then allows. All requests: 900 points a minute, of which a change costs 5.
"""


_subject: ContextVar[str] = ContextVar("subject", default="")


@contextmanager
def on_behalf_of(subject: str) -> Iterator[None]:
    """Have what is asked in this block, also in threads that it starts, count as asked for that subject.

    A turn is promised to it: of two replies on one issue, which have the same address, each has one of its own.
    """
    token = _subject.set(subject)
    try:
        yield
    finally:
        _subject.reset(token)


class Clock(Protocol):
    """Tells the time and lets it pass."""

    def now(self) -> datetime:
        """The time, with its zone."""
        ...

    async def sleep(self, delay: timedelta) -> None:
        """Come back after that long."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, delay: timedelta) -> None:
        """Come back after that long, while others go on."""
        await asyncio.sleep(delay.total_seconds())


class Limiter:
    """Keeps all workers on one Redis within the limits of each installation, and off one that is parked.

    Every method raises what redis-py does where Redis is away (`bot.queue.queue.Unavailable`).
    """

    def __init__(self, redis: Redis, clock: Clock | None = None) -> None:
        self._redis = redis
        self._clock = clock or SystemClock()
        self._admit = redis.register_script(_ADMIT)

    async def admit(self, installation: int, kind: Kind, request: str = "") -> None:
        """Come back when a request may be sent; raises NotYetError where that is not soon.

        For content, `request` says which one it is: the same one, tried again after that time for the same subject,
        has the turn.
        """
        now = int(self._clock.now().timestamp() * 1000)
        keys = [
            _key(installation, "parked"),
            _key(installation, f"points:{now // 60_000}"),
            _key(installation, "content"),
            _key(installation, "promised"),
        ]
        patience, kept = (int(time / timedelta(milliseconds=1)) for time in (_LONGEST_WAIT, _KEPT))
        content = _short(f"{_subject.get()} {request}") if kind == "content" else ""
        arguments: list[int | str] = [now, _POINTS[kind], patience, _POINTS_A_MINUTE, kept, content]
        admitted, milliseconds = await self._admit(keys=keys, args=arguments)
        delay = timedelta(milliseconds=int(milliseconds))
        if not admitted:
            raise NotYetError(f"installation {installation} is within GitHub's limits again later", delay)
        if delay:
            await self._clock.sleep(delay)

    async def check(self, installation: int) -> None:
        """Raise NotYetError while the installation is parked."""
        if (left := await self.parked_for(installation)) > timedelta():
            raise NotYetError(f"installation {installation} is parked", left)

    async def park(self, installation: int, after: timedelta | None) -> timedelta:
        """Let nobody ask for as long as GitHub says; where it does not say, for a minute, and longer each time."""
        if after is None:
            after = _SECONDARY * 2 ** (await self._strike(installation) - 1)
        after = max(min(after, _LONGEST_PARK), await self.parked_for(installation))
        until = int((self._clock.now() + after).timestamp() * 1000)
        await self._redis.set(_key(installation, "parked"), until, px=after)
        return after

    async def parked_for(self, installation: int) -> timedelta:
        """How much longer nobody may ask; nothing where anybody may."""
        until = int(await self._redis.get(_key(installation, "parked")) or 0)
        return max(timedelta(milliseconds=until - int(self._clock.now().timestamp() * 1000)), timedelta())

    async def _strike(self, installation: int) -> int:
        key = _key(installation, "strikes")
        strikes = int(await self._redis.incr(key))
        await self._redis.expire(key, _STRIKES_REMEMBERED_FOR)
        return min(strikes, 10)


def _key(installation: int, name: str) -> str:
    """All keys of an installation on one node of a cluster, as a script needs them."""
    return f"{_PREFIX}{{{installation}}}:{name}"


def _short(request: str) -> str:
    """A request in a few bytes, and without the name of a repository."""
    return blake2b(request.encode(), digest_size=8).hexdigest()
