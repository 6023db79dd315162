"""The queue: jobs in Redis, each with a generation, so that a newer one for the same subject wins.

A job waits in the queue of its installation; `bot.queue.fairness` hands it to arq once it may run. Beside the jobs lie
the small things that use cases remember from one job to the next.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
from arq import ArqRedis
from arq.constants import in_progress_key_prefix, job_key_prefix, retry_key_prefix
from arq.jobs import serialize_job
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from bot.queue.jobs import LANES, Job, Lane

HEARTBEAT: Final = "fifthwhy:worker"
"""Set by a living worker (arq's health check) and gone soon after the last one has died."""

WORK: Final = "work"
"""The arq function that does jobs; what a job is, is in its first argument."""

SET_ASIDE: Final = "set_aside"
"""The arq function for what cannot be decoded; its arguments are the stored bytes and the reason."""

NEWEST: Final = "fifthwhy:newest"
"""A sorted set: the newest generation of each subject."""

GENERATION: Final = "fifthwhy:generation"
"""A number: the newest generation of all."""

TURN: Final = "fifthwhy:turn:"
"""With a subject behind it: there while somebody has that subject in hand."""

Unavailable: Final = (RedisError, OSError)
"""What a Redis that is away raises; arq and redis-py let socket errors through."""

ONCE: Final = "fifthwhy:once:"
"""With a name behind it: there for as long as nobody else is to do what is called so."""

MEMORY: Final = "fifthwhy:memory:"
"""With a name behind it: what is remembered under it."""

_SEEN: Final = "fifthwhy:delivery:"
_SEEN_FOR: Final = timedelta(days=7)
_REMEMBERED_GENERATIONS: Final = 200_000
_EXPIRES: Final = timedelta(days=30)
"""A job that has waited for this long is forgotten; by arq's default after a day, which a long outage would exceed."""

_LATEST_MS: Final = 4_102_444_800_000
"""2100: no job is from then, and `datetime` knows no more than the year 9999."""
_MOST_TRIES: Final = 1_000_000

_ABOUT: Final = re.compile(r"[a-z-]+ (\d{1,19})(?!\d)")

_WORK_ON_A_REPOSITORY: Final = re.compile(rb"\d+:(\d{1,19})/(?!lifecycle/).*:(\d{1,19})", re.DOTALL)
"""The id of a job, INSTALLATION:REPOSITORY/WHAT:GENERATION, unless it is to take in what came and what went."""
_OF_A_JOB: Final = (job_key_prefix, retry_key_prefix)

_CONNECT_SECONDS: Final = 2.0

_encode = msgspec.msgpack.Encoder(enc_hook=repr).encode


class _Stored(msgspec.Struct):
    """A job as arq stores it: try, function, arguments, keyword arguments, time of the enqueue in ms."""

    t: Annotated[int, msgspec.Meta(ge=0, le=_MOST_TRIES)] | None
    f: str
    a: tuple[dict[str, Any], int]
    k: Annotated[dict[str, Any], msgspec.Meta(max_length=0)]
    et: Annotated[int, msgspec.Meta(ge=0, le=_LATEST_MS)]


_decode = msgspec.msgpack.Decoder(_Stored).decode


# One script, as jobs go from one set to another all the time.
_DEPTH: Final = """
local now, waiting, deferred, running, oldest = tonumber(ARGV[1]), 0, 0, 0, tonumber(ARGV[1])
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    local due = tonumber(redis.call('ZSCORE', KEYS[1], id))
    if redis.call('EXISTS', ARGV[3] .. id) == 1 then
        running = running + 1
    elseif due > now then
        deferred = deferred + 1
    else
        waiting, oldest = waiting + 1, math.min(oldest, due)
    end
end
for _, installation in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    local jobs = ARGV[2] .. installation
    local due = redis.call('ZCOUNT', jobs, '-inf', now)
    local first = redis.call('ZRANGE', jobs, 0, 0, 'WITHSCORES')
    waiting, deferred = waiting + due, deferred + redis.call('ZCARD', jobs) - due
    oldest = math.min(oldest, tonumber(first[2] or now))
end
return {waiting, deferred, running, now - oldest}
"""


class Depth(msgspec.Struct, frozen=True):
    """How much is in one lane."""

    lane: Lane
    waiting: int
    """Jobs that could run now, if there were a worker free for them."""
    deferred: int
    """Jobs that are put off to a later time."""
    running: int
    oldest_seconds: float
    """Since the oldest of those that wait was due for the first time."""


def queue_key(lane: Lane) -> str:
    """arq's own queue of a lane: a sorted set of the ids of those jobs that run or are about to."""
    return f"fifthwhy:queue:{lane}"


def installations_key(lane: Lane) -> str:
    """A sorted set: the installations with jobs that wait, by when to look at them next, in ms."""
    return f"fifthwhy:installations:{lane}"


def waiting_prefix(lane: Lane) -> str:
    """With the id of an installation behind it: a sorted set of the ids of its jobs, by when they are due, in ms."""
    return f"fifthwhy:waiting:{lane}:"


def job_id(job: Job, generation: int) -> str:
    """arq's id of a job. With a generation in it: arq drops a job whose id it has already."""
    return f"{job.installation_id}:{job.subject}:{generation}"


def encode_job(job: dict[str, Any]) -> bytes:
    """arq's job serializer. Not its default, pickle: whoever can write to Redis could then run code in a worker."""
    return _encode(job)


def decode_job(stored: bytes) -> dict[str, Any]:
    """arq's job deserializer. It never fails: what cannot be decoded becomes a call that sets it aside.

    arq itself would forget such a job.
    """
    try:
        job = _decode(stored)
        if job.f != WORK:
            raise ValueError(f"there is no function {job.f[:50]!r}")
    except (msgspec.DecodeError, UnicodeError, ValueError, RecursionError) as error:
        return {"t": None, "f": SET_ASIDE, "a": (stored, str(error)), "k": {}, "et": 0}
    return msgspec.structs.asdict(job)


@asynccontextmanager
async def open_queue(url: str) -> AsyncIterator[Queue]:
    """A queue on the Redis at `url`: `redis://`, `rediss://` or `unix://`.

    Raises one of `Unavailable` where nothing can be reached. A Redis that is there and says nothing is for the caller
    to give up on: with redis-py's `socket_timeout`, a cancellation gets lost before Python 3.12, in `asyncio.wait_for`.
    """
    redis = ArqRedis(
        ConnectionPool.from_url(url, socket_connect_timeout=_CONNECT_SECONDS),
        job_serializer=encode_job,
        job_deserializer=decode_job,
    )
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            await redis.ping()
        yield Queue(redis)
    finally:
        await redis.aclose(close_connection_pool=True)


class Queue:
    """Puts jobs into Redis and knows which is the newest for each subject."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis
        self._depths = redis.register_script(_DEPTH)

    async def has_seen(self, delivery: str) -> bool:
        """Whether that delivery's jobs are in Redis already."""
        return bool(await self._redis.exists(_SEEN + delivery))

    async def mark_seen(self, delivery: str) -> None:
        """Remember a delivery; only to be done once its jobs are in Redis, or a crash in between would lose them."""
        await self._redis.set(_SEEN + delivery, 1, ex=_SEEN_FOR)

    async def enqueue(self, job: Job, *, defer: timedelta = timedelta()) -> int:
        """Put a job into Redis, due after `defer`, and return its generation; it supersedes older ones for its subject.

        All or nothing: a generation counts as the newest only where its job is in the queue.
        """
        return await self._enqueue(job, defer)

    async def enqueue_once(self, name: str, job: Job, for_: timedelta, *, defer: timedelta = timedelta()) -> bool:
        """Put a job into Redis unless that was done under this name in that time; with the turn for what asks for it.

        It is due after `defer`. The name is taken if the job is in the queue, and not otherwise, wherever the process
        dies.
        """
        if await self._redis.exists(ONCE + name):
            return False
        await self._enqueue(job, defer, (ONCE + name, for_))
        return True

    async def _enqueue(self, job: Job, defer: timedelta, once: tuple[str, timedelta] | None = None) -> int:
        generation = int(await self._redis.incr(GENERATION))
        name = job_id(job, generation)
        now = _now_ms()
        due = now + round(defer.total_seconds() * 1000)
        arguments = (msgspec.to_builtins(job), generation)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(
                job_key_prefix + name, serialize_job(WORK, arguments, {}, None, now, serializer=encode_job), px=_EXPIRES
            )
            pipe.zadd(f"{waiting_prefix(job.lane)}{job.installation_id}", {name: due})
            pipe.zadd(installations_key(job.lane), {str(job.installation_id): due}, lt=True)
            pipe.zadd(NEWEST, {job.subject: generation}, gt=True)
            pipe.zremrangebyscore(NEWEST, "-inf", generation - _REMEMBERED_GENERATIONS)
            if once is not None:
                pipe.set(once[0], 1, px=once[1])
            await pipe.execute()
        return generation

    async def is_superseded(self, job: Job, generation: int) -> bool:
        """Whether a newer job for the same subject is in Redis."""
        newest = await self._redis.zscore(NEWEST, job.subject)
        return newest is not None and newest > generation

    async def once(self, name: str, for_: timedelta) -> bool:
        """True for whoever asks first in that time, over all processes; False for everybody else."""
        return bool(await self._redis.set(ONCE + name, 1, nx=True, px=for_))

    async def remember(self, name: str, value: str, for_: timedelta) -> None:
        """Keep a small value, such as the id of a comment. It may be lost: GitHub has to be able to tell it again."""
        await self._redis.set(MEMORY + name, value, px=for_)

    async def recall(self, name: str) -> str | None:
        """What was remembered last, if that was not too long ago."""
        value = await self._redis.get(MEMORY + name)
        return None if value is None else value.decode()

    async def claim(self, name: str, value: str, for_: timedelta) -> str:
        """Remember a value unless there is one already; the one that is there then."""
        while not await self._redis.set(MEMORY + name, value, nx=True, px=for_):
            if (there := await self.recall(name)) is not None:
                return there
        return value

    async def remember_among(self, name: str, key: str, value: str, for_: timedelta) -> None:
        """Keep a small value beside others of the same name, which stay as they are."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(MEMORY + name, key, value)
            pipe.pexpire(MEMORY + name, for_)
            await pipe.execute()

    async def recall_among(self, name: str) -> dict[str, str]:
        """All that was remembered beside each other, by its key."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hgetall(MEMORY + name)
            (found,) = await pipe.execute()
        return {key.decode(): value.decode() for key, value in found.items()}

    async def forget(self, name: str) -> None:
        """Drop what was remembered, and let `once` be asked anew."""
        await self._redis.delete(MEMORY + name, ONCE + name)

    async def has(self, job: Job) -> bool:
        """Whether a job for the same subject waits or runs."""
        generation = await self._redis.zscore(NEWEST, job.subject)
        return generation is not None and bool(await self._redis.exists(job_key_prefix + job_id(job, int(generation))))

    async def waiting(self, installation_id: int, lane: Lane) -> int:
        """How many jobs of an installation wait."""
        return int(await self._redis.zcard(f"{waiting_prefix(lane)}{installation_id}"))

    async def drop(self, installation_id: int, older_than: int, repository_ids: Collection[int] | None = None) -> int:
        """Forget the jobs of an installation that wait, or those for some of its repositories; how many these were.

        Only jobs that were enqueued before that generation; and none that takes in what came and what went.
        """
        dropped = 0
        for lane in LANES:
            key = f"{waiting_prefix(lane)}{installation_id}"
            names: list[bytes] = await self._redis.zrange(key, 0, -1)
            found = [name for name in names if _is_dropped(name, older_than, repository_ids)]
            if found:
                async with self._redis.pipeline(transaction=True) as pipe:
                    pipe.zrem(key, *found)
                    pipe.delete(*(prefix.encode() + name for name in found for prefix in _OF_A_JOB))
                    await pipe.execute()
            dropped += len(found)
        return dropped

    async def forget_all(self, repository_ids: Collection[int]) -> None:
        """Drop what was remembered of repositories. A name is a word, and then the repository's id."""
        for prefix in (MEMORY, ONCE):
            async for key in self._redis.scan_iter(match=f"{prefix}*", count=1_000):
                about = _ABOUT.match(key.decode().removeprefix(prefix))
                if about is not None and int(about[1]) in repository_ids:
                    await self._redis.delete(key)

    async def depths(self) -> tuple[Depth, ...]:
        """How much waits and runs in each lane."""
        return tuple([await self._depth(lane) for lane in LANES])

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

    async def _depth(self, lane: Lane) -> Depth:
        keys = [queue_key(lane), installations_key(lane)]
        waiting, deferred, running, oldest = await self._depths(
            keys=keys, args=[_now_ms(), waiting_prefix(lane), in_progress_key_prefix]
        )
        return Depth(lane, waiting, deferred, running, oldest / 1000)


def _is_dropped(name: bytes, older_than: int, repository_ids: Collection[int] | None) -> bool:
    found = _WORK_ON_A_REPOSITORY.fullmatch(name)
    if found is None or int(found[2]) >= older_than:
        return False
    return repository_ids is None or int(found[1]) in repository_ids


def _now_ms() -> int:
    return round(datetime.now(UTC).timestamp() * 1000)
