"""Dead letters: jobs that were given up, kept in Redis until somebody looks into them; a bounded number of them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec
from arq import ArqRedis
from redis.asyncio.client import Pipeline

from bot.queue.jobs import Job

MOST_LETTERS: Final = 1_000
LARGEST_RAW: Final = 64 * 1024
"""More than that of a job that cannot be decoded is cut off."""

LETTERS: Final = "fifthwhy:dead:letters"
BY_AGE: Final = "fifthwhy:dead:by-age"
_LONGEST_REASON: Final = 1_000

Kind = Literal["given up", "undecodable"]


class DeadLetter(msgspec.Struct, frozen=True):
    """A job that nobody will do unless it is put back."""

    id: str
    """Eight hexadecimal digits: the reference that people were told, and that is in the log."""
    kind: Kind
    at: datetime
    reason: str
    attempts: int
    generation: int
    raw: bytes
    """The job in MessagePack, as far as it is known."""

    def job(self) -> Job:
        """The job itself; raises msgspec.DecodeError for what this version cannot decode."""
        job: Job = msgspec.msgpack.decode(self.raw, type=Job)
        return job


def new_reference() -> str:
    """What a dead letter is called."""
    return secrets.token_hex(4)


def given_up(job: Job, generation: int, *, reference: str, reason: str, attempts: int) -> DeadLetter:
    """The letter of a job that failed for good."""
    raw = msgspec.msgpack.encode(job)
    return DeadLetter(reference, "given up", datetime.now(UTC), reason[:_LONGEST_REASON], attempts, generation, raw)


def undecodable(raw: bytes, reason: str, generation: int = 0) -> DeadLetter:
    """The letter of what is no job as far as this version knows."""
    kept, now = raw[:LARGEST_RAW], datetime.now(UTC)
    return DeadLetter(new_reference(), "undecodable", now, reason[:_LONGEST_REASON], 0, generation, kept)


def keep(pipe: Pipeline, letter: DeadLetter) -> None:
    """Have a letter kept by a transaction; `DeadLetters.make_room` is to follow."""
    pipe.hset(LETTERS, mapping={letter.id: msgspec.msgpack.encode(letter)})
    pipe.zadd(BY_AGE, {letter.id: letter.at.timestamp()})


class DeadLetters:
    """The list itself. Its methods raise one of `bot.queue.queue.Unavailable`."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis

    async def add(self, letter: DeadLetter) -> None:
        """Keep a letter; the oldest make room for it."""
        async with self._redis.pipeline(transaction=True) as pipe:
            keep(pipe, letter)
            await pipe.execute()
        await self.make_room()

    async def make_room(self) -> None:
        """Forget the oldest where there are too many."""
        too_many: list[bytes] = await self._redis.zrange(BY_AGE, 0, -MOST_LETTERS - 1)
        if too_many:
            await self._remove(*(old.decode() for old in too_many))

    async def all(self) -> tuple[DeadLetter, ...]:
        """Every letter, oldest first."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hgetall(LETTERS)
            (stored,) = await pipe.execute()
        letters = (msgspec.msgpack.decode(letter, type=DeadLetter) for letter in stored.values())
        return tuple(sorted(letters, key=lambda letter: (letter.at, letter.id)))

    async def get(self, id: str) -> DeadLetter | None:
        """The letter of that id, if it is there."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hget(LETTERS, id)
            (stored,) = await pipe.execute()
        return None if stored is None else msgspec.msgpack.decode(stored, type=DeadLetter)

    async def remove(self, id: str) -> None:
        """Forget a letter, as its job is in the queue again."""
        await self._remove(id)

    async def count(self) -> int:
        """How many there are."""
        return int(await self._redis.zcard(BY_AGE))

    async def _remove(self, *ids: str) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hdel(LETTERS, *ids)
            pipe.zrem(BY_AGE, *ids)
            await pipe.execute()
