"""The queue: jobs in Redis through arq, each with a generation, so that a newer one for the same subject wins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final
from urllib.parse import unquote

import msgspec
from arq import ArqRedis, create_pool
from arq.connections import RedisSettings
from redis.exceptions import RedisError

from bot.jobs import Job

QUEUE: Final = "fifthwhy:queue:interactive"
HEARTBEAT: Final = "fifthwhy:worker"
"""Set by a living worker (arq's health check) and gone soon after the last one has died."""

WORK: Final = "work"
"""The one arq function; what a job is, is in its first argument."""

_GENERATION: Final = "fifthwhy:generation"
_NEWEST: Final = "fifthwhy:newest"
_SEEN: Final = "fifthwhy:delivery:"
_SEEN_FOR: Final = timedelta(days=7)
_REMEMBERED_GENERATIONS: Final = 200_000
_FAILURES: Final = "fifthwhy:failures:"
_FAILURES_REMEMBERED_FOR: Final = timedelta(days=1)
_EXPIRES: Final = timedelta(days=30)
"""arq forgets a job that has waited for this long; by default after a day, which a long outage would exceed."""

Unavailable: Final = (RedisError, OSError)
"""What a Redis that is away raises; arq and redis-py let socket errors through."""

_encode = msgspec.msgpack.Encoder(enc_hook=repr).encode
_decode = msgspec.msgpack.Decoder().decode


def encode_job(job: dict[str, Any]) -> bytes:
    """arq's job serializer. Not its default, pickle: whoever can write to Redis could then run code in a worker."""
    return _encode(job)


def decode_job(stored: bytes) -> dict[str, Any]:
    """arq's job deserializer."""
    decoded: dict[str, Any] = _decode(stored)
    return decoded


def redis_settings(url: str) -> RedisSettings:
    """arq's connection settings for `redis://`, `rediss://` or `unix://`; fails soon rather than hanging for ever."""
    settings = RedisSettings.from_dsn(url)
    # arq takes both as they stand in the address, where they are percent-encoded.
    settings.username = None if settings.username is None else unquote(settings.username)
    settings.password = None if settings.password is None else unquote(settings.password)
    settings.conn_timeout = 2
    settings.conn_retries = 0
    return settings


@asynccontextmanager
async def open_queue(url: str) -> AsyncIterator[Queue]:
    """A queue on the Redis at `url`; raises one of `Unavailable` where it does not answer."""
    redis = await create_pool(
        redis_settings(url),
        job_serializer=encode_job,
        job_deserializer=decode_job,
        default_queue_name=QUEUE,
    )
    try:
        yield Queue(redis)
    finally:
        await redis.aclose()


class Queue:
    """Puts jobs into Redis and knows which is the newest for each subject."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis

    async def has_seen(self, delivery: str) -> bool:
        """Whether that delivery's jobs are in Redis already."""
        return bool(await self._redis.exists(_SEEN + delivery))

    async def mark_seen(self, delivery: str) -> None:
        """Remember a delivery; only to be done once its jobs are in Redis, or a crash in between would lose them."""
        await self._redis.set(_SEEN + delivery, 1, ex=_SEEN_FOR)

    async def enqueue(self, job: Job) -> int:
        """Put a job into Redis and return its generation. Older ones for the same subject are superseded by it.

        The order matters: the generation counts as the newest only after its job is safely in the queue, so that a
        crash in between leaves the older job in force.
        """
        generation = int(await self._redis.incr(_GENERATION))
        await self._redis.enqueue_job(
            WORK,
            msgspec.to_builtins(job),
            generation,
            _job_id=f"{WORK}:{job.subject}:{generation}",
            _expires=_EXPIRES,
        )
        await self._redis.zadd(_NEWEST, {job.subject: generation}, gt=True)
        await self._redis.zremrangebyscore(_NEWEST, "-inf", generation - _REMEMBERED_GENERATIONS)
        return generation

    async def is_superseded(self, job: Job, generation: int) -> bool:
        """Whether a newer job for the same subject is in Redis."""
        newest = await self._redis.zscore(_NEWEST, job.subject)
        return newest is not None and newest > generation

    async def count_failure(self, job: Job, generation: int) -> int:
        """How often this job has failed, now included. arq's own count has busy turns and restarts in it as well."""
        key = f"{_FAILURES}{job.subject}:{generation}"
        failures = int(await self._redis.incr(key))
        await self._redis.expire(key, _FAILURES_REMEMBERED_FOR)
        return failures

    async def ping(self) -> None:
        """Raise one of `Unavailable` unless Redis answers."""
        await self._redis.ping()

    async def has_worker(self) -> bool:
        """Whether a worker has been alive lately."""
        return bool(await self._redis.exists(HEARTBEAT))

    @property
    def redis(self) -> ArqRedis:
        """The connection itself, for locks and workers."""
        return self._redis
