"""GitHub's limits of one installation, kept in Redis for every worker: who may ask now, who waits, who is parked.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api and
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Protocol

from redis.asyncio import Redis

from bot.github.errors import GitHubUnavailableError

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

_ADMIT: Final = """
local now, cost, content, patience = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1', tonumber(ARGV[4])
local parked = tonumber(redis.call('GET', KEYS[1]) or 0)
if parked > now then return {0, parked - now} end
if tonumber(redis.call('GET', KEYS[2]) or 0) + cost > tonumber(ARGV[5]) then return {0, 60000 - now % 60000} end
local at = now
if content then
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - 3600000)
  for _, limit in ipairs({{1, 1000}, {80, 60000}, {500, 3600000}}) do
    local earlier = redis.call('ZRANGE', KEYS[3], -limit[1], -limit[1], 'WITHSCORES')[2]
    if earlier then at = math.max(at, tonumber(earlier) + limit[2]) end
  end
  if at - now > patience then return {0, at - now} end
  redis.call('ZADD', KEYS[3], at, at)
  redis.call('PEXPIRE', KEYS[3], 3600000 + patience)
end
redis.call('INCRBY', KEYS[2], cost)
redis.call('PEXPIRE', KEYS[2], 120000)
return {1, at - now}
"""
"""Whether a request may be sent, and in how many milliseconds; one step, so that no two workers take one turn.

Content: one a second, 80 a minute, 500 an hour. All requests: 900 points a minute, of which a change costs 5.
"""


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

    Every method raises what redis-py does where Redis is away (`bot.queue.Unavailable`).
    """

    def __init__(self, redis: Redis, clock: Clock | None = None) -> None:
        self._redis = redis
        self._clock = clock or SystemClock()
        self._admit = redis.register_script(_ADMIT)

    async def admit(self, installation: int, kind: Kind) -> None:
        """Come back when a request may be sent; raises GitHubUnavailableError where that is not soon."""
        now = int(self._clock.now().timestamp() * 1000)
        keys = [
            _key(installation, "parked"),
            _key(installation, f"points:{now // 60_000}"),
            _key(installation, "content"),
        ]
        patience = int(_LONGEST_WAIT / timedelta(milliseconds=1))
        arguments = [now, _POINTS[kind], int(kind == "content"), patience, _POINTS_A_MINUTE]
        admitted, milliseconds = await self._admit(keys=keys, args=arguments)
        delay = timedelta(milliseconds=int(milliseconds))
        if not admitted:
            raise GitHubUnavailableError(f"installation {installation} is within GitHub's limits again later", delay)
        if delay:
            await self._clock.sleep(delay)

    async def check(self, installation: int) -> None:
        """Raise GitHubUnavailableError while the installation is parked."""
        if (left := await self.parked_for(installation)) > timedelta():
            raise GitHubUnavailableError(f"installation {installation} is parked", left)

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
