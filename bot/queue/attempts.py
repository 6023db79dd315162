"""What is counted of a job's attempts, in Redis, where it outlasts the worker: how they ended, and whether at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal

import msgspec
from arq import ArqRedis

from bot.queue.dead_letters import DeadLetter, keep

Outcome = Literal[
    "done", "superseded", "busy", "stopped", "parked", "refused", "failed", "broken", "crashed", "given up"
]
"""How an attempt ended.

busy: another worker has the subject. stopped: the worker was told to end. parked: GitHub named a time to come back.
refused: by GitHub, for good. failed: of what another attempt may not meet. broken: of a mistake of ours. crashed: it
never ended, as its worker died. given up: in addition to one of those, it was the last.
"""

ATTEMPTS: Final = "fifthwhy:attempts:"
"""With a job's id behind it: a hash of what is counted."""

CAME: Final = "came"
"""In that hash: when the job was due for the first time, in ms, so that it keeps its place among others."""

_REMEMBERED_FOR: Final = timedelta(days=3)
"""Longer than any pause between two attempts, and than a job may be parked."""

OUTCOMES: Final = "fifthwhy:outcomes"
_OPEN: Final = "open"
_PARKED_SINCE: Final = "parked-since"
_LETTER: Final = "letter"
_WAITED: Final = "waited"
"""There if the last attempt only found the subject busy."""


class Begun(msgspec.Struct, frozen=True):
    """What is known of a job as an attempt begins."""

    crashed: int
    """How many attempts before this one never ended, one after the other."""
    letter: DeadLetter | None = None
    """The job was given up: this is its letter, and all that is left is to say so."""


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
    """The attempts of one job. Its methods raise one of `bot.queue.queue.Unavailable`."""

    def __init__(self, redis: ArqRedis, job_id: str) -> None:
        self._redis = redis
        self._key = ATTEMPTS + job_id

    async def begin(self, due: int = 0) -> Begun:
        """Note that an attempt begins, of a job that is due since that time, in ms since 1970."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hincrby(self._key, _OPEN, 1)
            pipe.hget(self._key, _LETTER)
            pipe.hdel(self._key, _WAITED)
            pipe.hsetnx(self._key, CAME, str(due))
            pipe.pexpire(self._key, _REMEMBERED_FOR)
            begun, letter, has_waited, *_ = await pipe.execute()
        crashed = int(begun) - 1
        if crashed and not has_waited:
            await _count(self._redis, "crashed")
        return Begun(crashed, None if letter is None else msgspec.msgpack.decode(letter, type=DeadLetter))

    async def end(self, outcome: Outcome, now: float) -> Tally:
        """Note that it ended, at that time in seconds since 1970."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hincrby(OUTCOMES, outcome, 1)
            if outcome == "busy":  # which says nothing about the job: what was counted before stands
                pipe.hincrby(self._key, _OPEN, -1)
                pipe.hset(self._key, _WAITED, "1")
            else:
                pipe.hset(self._key, _OPEN, "0")
            pipe.hincrby(self._key, outcome, 1)
            if outcome == "parked":
                pipe.hsetnx(self._key, _PARKED_SINCE, str(now))
            pipe.hgetall(self._key)
            pipe.pexpire(self._key, _REMEMBERED_FOR)
            *_, counts, _ = await pipe.execute()
        for other in (_LETTER, CAME):
            counts.pop(other.encode(), None)
        since = float(counts.pop(_PARKED_SINCE.encode(), now))
        return Tally({name.decode(): int(count) for name, count in counts.items()}, timedelta(seconds=now - since))

    async def give_up(self, letter: DeadLetter) -> None:
        """Keep the job's letter, and count anew from here: what is left is to say so, in this attempt or another."""
        async with self._redis.pipeline(transaction=True) as pipe:
            keep(pipe, letter)
            pipe.hincrby(OUTCOMES, "given up", 1)
            pipe.delete(self._key)
            pipe.hset(self._key, mapping={_LETTER: msgspec.msgpack.encode(letter), _OPEN: 1})
            pipe.pexpire(self._key, _REMEMBERED_FOR)
            await pipe.execute()

    async def close(self, outcome: Outcome | None = None) -> None:
        """Note that the job has come to its end with this attempt; its outcome, unless that was noted before."""
        async with self._redis.pipeline(transaction=True) as pipe:
            if outcome is not None:
                pipe.hincrby(OUTCOMES, outcome, 1)
            pipe.delete(self._key)
            await pipe.execute()


async def _count(redis: ArqRedis, outcome: Outcome) -> None:
    async with redis.pipeline(transaction=False) as pipe:
        pipe.hincrby(OUTCOMES, outcome, 1)
        await pipe.execute()


async def outcomes(redis: ArqRedis) -> Mapping[Outcome, int]:
    """How often attempts have ended in which way, of all jobs and workers since Redis began to count."""
    async with redis.pipeline(transaction=False) as pipe:
        pipe.hgetall(OUTCOMES)
        (counted,) = await pipe.execute()
    return {name.decode(): int(count) for name, count in counted.items()}
