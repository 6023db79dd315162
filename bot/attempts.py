"""What is counted of a job's attempts, in Redis, where it outlasts the worker: how they ended, and whether at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal

import msgspec
from arq import ArqRedis

Outcome = Literal[
    "done", "superseded", "busy", "stopped", "parked", "refused", "failed", "broken", "crashed", "given up"
]
"""How an attempt ended.

busy: another worker has the subject. stopped: the worker was told to end. parked: GitHub named a time to come back.
refused: by GitHub, for good. failed: of what another attempt may not meet. broken: of a mistake of ours. crashed: it
never ended, as its worker died. given up: in addition to one of those, it was the last.
"""

_ATTEMPTS: Final = "fifthwhy:attempts:"
_REMEMBERED_FOR: Final = timedelta(days=3)
"""Longer than any pause between two attempts, and than a job may be parked."""

_OUTCOMES: Final = "fifthwhy:outcomes"
_OPEN: Final = "open"
_PARKED_SINCE: Final = "parked-since"


class Tally(msgspec.Struct, frozen=True):
    """How often a job's attempts have ended in which way so far; this one included."""

    counts: Mapping[str, int]
    parked_for: timedelta = timedelta()
    """How long ago it was parked for the first time."""

    @property
    def attempts(self) -> int:
        """All that were counted against it."""
        return sum(self.counts.get(outcome, 0) for outcome in ("parked", "refused", "failed", "broken", "crashed"))


class Attempts:
    """The attempts of one job. Its methods raise one of `bot.queue.Unavailable`."""

    def __init__(self, redis: ArqRedis, job_id: str) -> None:
        self._redis = redis
        self._key = _ATTEMPTS + job_id

    async def begin(self) -> int:
        """Note that an attempt begins. Returns how many before it never ended, one after the other."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hincrby(self._key, _OPEN, 1)
            pipe.pexpire(self._key, _REMEMBERED_FOR)
            begun, _ = await pipe.execute()
        crashed = int(begun) - 1
        if crashed:
            await _count(self._redis, "crashed")
        return crashed

    async def end(self, outcome: Outcome, now: float) -> Tally:
        """Note that it ended, at that time in seconds since 1970."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hincrby(_OUTCOMES, outcome, 1)
            pipe.hset(self._key, _OPEN, "0")
            pipe.hincrby(self._key, outcome, 1)
            if outcome == "parked":
                pipe.hsetnx(self._key, _PARKED_SINCE, str(now))
            pipe.hgetall(self._key)
            pipe.pexpire(self._key, _REMEMBERED_FOR)
            *_, counts, _ = await pipe.execute()
        since = float(counts.pop(_PARKED_SINCE.encode(), now))
        return Tally({name.decode(): int(count) for name, count in counts.items()}, timedelta(seconds=now - since))

    async def close(self, outcome: Outcome | None = None) -> None:
        """Note that the job has come to its end with this attempt; its outcome, unless that was noted before."""
        async with self._redis.pipeline(transaction=True) as pipe:
            if outcome is not None:
                pipe.hincrby(_OUTCOMES, outcome, 1)
            pipe.delete(self._key)
            await pipe.execute()


async def _count(redis: ArqRedis, outcome: Outcome) -> None:
    async with redis.pipeline(transaction=False) as pipe:
        pipe.hincrby(_OUTCOMES, outcome, 1)
        await pipe.execute()


async def outcomes(redis: ArqRedis) -> Mapping[Outcome, int]:
    """How often attempts have ended in which way, of all jobs and workers since Redis began to count."""
    async with redis.pipeline(transaction=False) as pipe:
        pipe.hgetall(_OUTCOMES)
        (counted,) = await pipe.execute()
    return {name.decode(): int(count) for name, count in counted.items()}
