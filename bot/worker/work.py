"""One attempt of a job: done by its use case, and if that fails, put off or given up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import msgspec
import structlog
from arq import Retry

from bot.github.limits import on_behalf_of
from bot.jobs.seen_jobs import job_seen, waited
from bot.jobs.tools import Tools
from bot.jobs.turns import turn
from bot.pull_requests.check_requests import TOLD, tell_given_up
from bot.queue.attempts import Attempts, Outcome, Tally
from bot.queue.dead_letters import DeadLetter, DeadLetters, given_up, new_reference, undecodable
from bot.queue.jobs import Job
from bot.queue.queue import Unavailable
from bot.worker.handlers import Handler
from bot.worker.verdicts import MOST_CRASHES, Again, GiveUp, JobTimeoutError, Verdict, judge, outcome_of

log = structlog.get_logger(__name__)

_REDIS_PAUSE: Final = timedelta(seconds=2)
_REDIS_SECONDS: Final = 5.0


class Bench(msgspec.Struct, frozen=True):
    """What every job of a lane is done with."""

    tools: Tools
    handlers: Mapping[type[Job], Handler]
    seconds: float
    """How long one job may take."""
    lease_seconds: float
    """For how long a subject stays locked if the worker dies."""


class Attempt(msgspec.Struct, frozen=True):
    """A job in hand."""

    job: Job
    generation: int
    attempts: Attempts
    bench: Bench
    letter: DeadLetter | None = None
    """The job was given up, and this attempt is to say so."""


async def work(context: dict[Any, Any], arguments: dict[str, Any], generation: int) -> None:
    """The arq function: any job. Only `Retry` makes arq run it again; any other exception would end it."""
    bench: Bench = context["bench"]
    try:
        job = msgspec.convert(arguments, Job)
    except msgspec.ValidationError as error:  # another version's, perhaps a newer one's
        await _set_aside(bench.tools, msgspec.msgpack.encode(arguments), str(error), generation)
        return
    if context.get("job_try") == 1:
        waited(job, context["enqueue_time"])
    attempt = Attempt(job, generation, Attempts(bench.tools.queue.redis, context["job_id"]), bench)
    ids = {
        "job": context["job_id"],
        "kind": type(job).__name__,
        "delivery": job.delivery,
        "installation": job.installation_id,
        "repository": job.repository_id,
        "subject": job.subject,
    }
    with structlog.contextvars.bound_contextvars(**ids), on_behalf_of(job.subject):
        try:
            await _begin(attempt, due=context["score"])
        except Retry:
            raise
        except Unavailable as error:
            log.warning("redis is away", error=repr(error))
            raise Retry(defer=_REDIS_PAUSE) from error
        except Exception as error:  # noqa: BLE001  # what is noted of it is damaged: arq would forget the job
            await _set_aside(bench.tools, msgspec.msgpack.encode(job), repr(error), generation)


async def set_aside(context: dict[Any, Any], stored: bytes, reason: str) -> None:
    """The arq function for what cannot be decoded."""
    await _set_aside(context["bench"].tools, stored, reason, generation=0)


async def _set_aside(tools: Tools, stored: bytes, reason: str, generation: int) -> None:
    letter = undecodable(stored, reason, generation)
    try:
        await DeadLetters(tools.queue.redis).add(letter)
    except Unavailable as error:
        raise Retry(defer=_REDIS_PAUSE) from error
    log.error("set aside, as it cannot be decoded", reference=letter.id, reason=reason)


async def _begin(attempt: Attempt, due: int) -> None:
    begun = await attempt.attempts.begin(due)
    attempt = msgspec.structs.replace(attempt, letter=begun.letter)
    if begun.crashed < MOST_CRASHES:
        await run(attempt, lambda: _handle(attempt))
    else:
        verdict = GiveUp(f"the worker died in it {begun.crashed} times", tell=True)
        await _end(attempt, verdict, Tally({"crashed": begun.crashed}), new_reference())


async def _handle(attempt: Attempt) -> str:
    job, bench = attempt.job, attempt.bench
    async with turn(bench.tools.queue, job, attempt.generation, lease_seconds=bench.lease_seconds) as held:
        if attempt.letter is not None:
            await tell_given_up(job, attempt.letter.id, held, bench.tools)
            return "told"
        return await bench.handlers[type(job)](job, held, bench.tools)


async def run(attempt: Attempt, handle: Callable[[], Awaitable[str]]) -> None:
    """Do the job, and see to what becomes of it. Raises Retry for another attempt, and one of `Unavailable`."""
    try:
        with job_seen(attempt.job, outcome_of):
            outcome = await _in_time(attempt, handle)
    except asyncio.CancelledError:
        with suppress(*Unavailable):
            async with asyncio.timeout(_REDIS_SECONDS):
                await attempt.attempts.end("stopped", time.time())
        raise
    except Exception as error:  # noqa: BLE001  # the one catch-all of this process: a bug costs one job
        await _failed(attempt, error)
    else:
        log.info("job done", outcome=outcome)
        await attempt.attempts.close("done" if attempt.letter is None else None)


async def _in_time(attempt: Attempt, handle: Callable[[], Awaitable[str]]) -> str:
    deadline = asyncio.timeout(attempt.bench.seconds)
    try:
        async with deadline:
            return await handle()
    except TimeoutError as error:
        if deadline.expired():
            raise JobTimeoutError(f"took longer than {attempt.bench.seconds:g} s") from error
        raise


async def _failed(attempt: Attempt, error: Exception) -> None:
    outcome, reference = outcome_of(error), new_reference()
    _log(outcome, error, reference)
    if outcome == "refused":
        attempt.bench.tools.github.forget(attempt.job.installation_id, attempt.job.repository_id)
    tally = await _count(attempt, outcome)
    verdict: Verdict = judge(error, tally, telling=attempt.letter is not None)
    match verdict:
        case Again(after):
            log.info("put off", attempts=tally.attempts, seconds=after.total_seconds())
            raise Retry(defer=after) from error
        case GiveUp():
            await _end(attempt, verdict, tally, reference)
        case _:
            await attempt.attempts.close()


def _log(outcome: Outcome, error: Exception, reference: str) -> None:
    if outcome == "broken":
        log.error("failed", reference=reference, exc_info=error)
    elif outcome in {"superseded", "busy"}:
        log.info(outcome, reason=str(error))
    else:
        log.warning(outcome, error=repr(error))


async def _count(attempt: Attempt, outcome: Outcome) -> Tally:
    try:
        return await attempt.attempts.end(outcome, time.time())
    except Unavailable:
        return Tally({outcome: 1})  # as far as we know; the job must not be given up for it


async def _end(attempt: Attempt, verdict: GiveUp, tally: Tally, reference: str) -> None:
    if attempt.letter is None:
        await _give_up(attempt, verdict, tally, reference)
    else:
        log.error("could not say so", reference=attempt.letter.id, reason=verdict.reason)
        await attempt.attempts.close()


async def _give_up(attempt: Attempt, verdict: GiveUp, tally: Tally, reference: str) -> None:
    """Keep the job where a person can find it; then say so on GitHub, which is tried as often as any job."""
    job, queue = attempt.job, attempt.bench.tools.queue
    if await queue.is_superseded(job, attempt.generation):
        log.info("superseded", reason=f"{job.subject} has a newer job; this one would have been given up")
        await attempt.attempts.close()
        return
    letter = given_up(job, attempt.generation, reference=reference, reason=verdict.reason, attempts=tally.attempts)
    await attempt.attempts.give_up(letter)
    await DeadLetters(queue.redis).make_room()
    log.error("given up", reference=reference, reason=verdict.reason, attempts=tally.attempts)
    if verdict.tell and isinstance(job, TOLD):
        telling = msgspec.structs.replace(attempt, letter=letter)
        await run(telling, lambda: _handle(telling))
    else:
        await attempt.attempts.close()
