"""`fifthwhy jobs`: what was given up, seen from a terminal, and put back into the queue."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import msgspec
from redis.exceptions import ResponseError

from bot.queue.dead_letters import DeadLetter, DeadLetters
from bot.queue.queue import Queue, Unavailable, open_queue
from bot.settings.settings import QueueSettings
from report_templates.escape import visible


class JobsError(Exception):
    """What was asked for cannot be done; the message says why."""


class Retried(msgspec.Struct, frozen=True):
    """A job that is in the queue again."""

    id: str
    """What it was called as a dead letter."""
    subject: str
    generation: int


async def failed(settings: QueueSettings) -> tuple[DeadLetter, ...]:
    """Every job that was given up or set aside, oldest first. Raises JobsError."""
    try:
        async with open_queue(_redis_url(settings)) as queue:
            return await DeadLetters(queue.redis).all()
    except Unavailable as error:
        raise _away(error) from error


async def show(settings: QueueSettings, id: str) -> DeadLetter:
    """The one of that id. Raises JobsError."""
    try:
        async with open_queue(_redis_url(settings)) as queue:
            return await _letter(queue, id)
    except Unavailable as error:
        raise _away(error) from error


async def retry(settings: QueueSettings, ids: Sequence[str]) -> tuple[Retried, ...]:
    """Put these jobs back, each as the newest for its subject; all of them where none is named. Raises JobsError.

    Those before one that cannot be put back are in the queue.
    """
    try:
        async with open_queue(_redis_url(settings)) as queue:
            asked = ids or [letter.id for letter in await DeadLetters(queue.redis).all() if _job_of(letter)]
            return tuple([await _retry(queue, id) for id in asked])
    except Unavailable as error:
        raise _away(error) from error


async def _retry(queue: Queue, id: str) -> Retried:
    letter = await _letter(queue, id)
    job = _job_of(letter)
    if job is None:
        raise JobsError(f"{id} cannot be put back, as this version cannot decode it: {letter.reason}")
    generation = await queue.enqueue(job)
    await DeadLetters(queue.redis).remove(id)
    return Retried(id, job.subject, generation)


async def _letter(queue: Queue, id: str) -> DeadLetter:
    letter = await DeadLetters(queue.redis).get(id)
    if letter is None:
        raise JobsError(f"there is no failed job {id}; `fifthwhy jobs failed` lists those that there are")
    return letter


def as_data(letter: DeadLetter) -> dict[str, Any]:
    """A letter as JSON has it: `job` is null where it cannot be decoded, and `raw` is there then, in base64."""
    job = _job_of(letter)
    raw = None if job is not None else base64.b64encode(letter.raw).decode()
    return {
        "id": letter.id,
        "kind": letter.kind,
        "at": letter.at.astimezone(UTC).isoformat(timespec="seconds"),
        "attempts": letter.attempts,
        "generation": letter.generation,
        "reason": letter.reason,
        "job": None if job is None else msgspec.to_builtins(job) | {"lane": job.lane, "subject": job.subject},
        "raw": raw,
    }


def as_line(letter: DeadLetter) -> str:
    """A letter in one line: id, when, what, why."""
    job = _job_of(letter)
    what = letter.kind if job is None else f"{type(job).__struct_config__.tag} {job.subject}"
    return visible(f"{letter.id}  {_when(letter)}  {what}  {letter.reason}")


def as_lines(letter: DeadLetter) -> tuple[str, ...]:
    """A letter in full."""
    job = _job_of(letter)
    parts: dict[str, object] = {
        "id": letter.id,
        "given up" if job is not None else "set aside": _when(letter),
        "reason": letter.reason,
        "attempts": letter.attempts,
        "generation": letter.generation,
    }
    if job is None:
        parts["stored"] = f"{len(letter.raw)} bytes: {letter.raw[:200]!r}"
    else:
        parts |= {"job": type(job).__struct_config__.tag, "lane": job.lane, **msgspec.structs.asdict(job)}
    width = max(map(len, parts))
    return tuple(visible(f"{name:<{width}}  {value}") for name, value in parts.items())


def _job_of(letter: DeadLetter) -> Any:
    try:
        return letter.job()
    except msgspec.DecodeError:
        return None


def _when(letter: DeadLetter) -> str:
    return f"{letter.at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"


def _redis_url(settings: QueueSettings) -> str:
    """The Redis that was named, or else that of a `fifthwhy serve` on the same data."""
    if settings.redis_url is not None:
        return settings.redis_url.get_secret_value()
    socket = settings.data_dir / "redis" / "redis.sock"
    if not socket.exists():
        raise JobsError("FIFTHWHY_REDIS_URL is not set, and no `fifthwhy serve` runs on this data directory")
    return f"unix://{socket}"


def _away(error: BaseException) -> JobsError:
    if isinstance(error, ResponseError):
        return JobsError(f"Redis answers by an error: {error}")
    return JobsError(f"Redis is away: {type(error).__name__}")
