"""What becomes of a job in a worker: done, put off, given up or set aside; with a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, cast

import msgspec
import pytest
from arq import Retry
from arq.jobs import serialize_job
from redis import Redis
from structlog.testing import capture_logs

from bot.embedded_redis import EmbeddedRedis
from bot.git.git import GitUnavailableError
from bot.github.errors import GitHubUnavailableError
from bot.github.limits import Limiter
from bot.jobs.tools import Tools
from bot.jobs.turns import BusyError, SupersededError, Turn
from bot.queue.attempts import Attempts, outcomes
from bot.queue.dead_letters import DeadLetter, DeadLetters
from bot.queue.jobs import Job
from bot.queue.queue import Queue, encode_job, open_queue
from bot.worker.work import Attempt, Bench, run
from tests.bot.conftest import stored_jobs
from tests.bot.github.conftest import HandClock
from tests.bot.lanes import (
    INTERACTIVE,
    PATIENCE_SECONDS,
    Work,
    look_back,
    nothing_left,
    review,
    tools_of,
    working,
    working_by,
)

pytestmark = pytest.mark.anyio

BULK_JOB: Final = look_back(1)
"""A job of a kind of which nobody is told when it is given up."""


async def fails(queue: Queue, *errors: Exception, seconds: float = 60) -> list[timedelta | None]:
    """What a job meets in one attempt after the other gives these pauses; None where it has ended."""
    attempts = Attempts(queue.redis, "1:10/look-back:1")
    attempt = Attempt(BULK_JOB, 1, attempts, Bench(tools_of(queue), {}, seconds, 30))
    pauses: list[timedelta | None] = []
    for error in errors:
        await attempts.begin()
        try:
            await run(attempt, _raising(error))
        except Retry as retry:
            pauses.append(timedelta(milliseconds=retry.defer_score or 0))
        else:
            pauses.append(None)
    return pauses


def _raising(error: Exception) -> Callable[[], Awaitable[str]]:
    async def handle() -> str:
        raise error

    return handle


async def letters(queue: Queue) -> tuple[DeadLetter, ...]:
    return await DeadLetters(queue.redis).all()


async def test_jobs_whose_requests_are_alike_wait_for_a_turn_each(queue: Queue, redis: Redis) -> None:
    """As two replies on one issue, which are posted at the same address."""
    now = HandClock().time.timestamp() * 1000
    redis.zadd("fifthwhy:github:{1}:content", {f"{number}": now + number * 1000 for number in range(3)})

    async def post(_job: Job, _turn: Turn, tools: Tools) -> str:
        await Limiter(tools.queue.redis, HandClock()).admit(1, "content", "POST /issues/1/comments")
        return "posted"

    for number in range(2):
        await queue.enqueue(review(1, number))
    async with working_by(post, queue, INTERACTIVE), asyncio.timeout(PATIENCE_SECONDS):
        while cast("int", redis.zcard("fifthwhy:github:{1}:promised")) < 2:
            await queue.ping()


# --- failures ---------------------------------------------------------------------------------------------------------


async def test_attempts_are_counted_over_all_that_a_job_meets(queue: Queue) -> None:
    early_eof = GitUnavailableError("git fetch: early EOF")
    assert await fails(queue, early_eof, ZeroDivisionError(), early_eof, ZeroDivisionError()) == [
        timedelta(seconds=2),
        timedelta(seconds=2),
        timedelta(seconds=4),
        timedelta(seconds=4),
    ]
    assert await letters(queue) == ()


async def test_a_job_that_was_given_up_is_kept_with_its_reason_and_is_not_tried_again(queue: Queue) -> None:
    pauses = await fails(queue, *[GitUnavailableError("git fetch: early EOF")] * 10)
    assert pauses[-1] is None
    (letter,) = await letters(queue)
    assert (letter.kind, letter.reason, letter.attempts) == ("given up", "git fetch: early EOF", 10)
    assert letter.job() == BULK_JOB


async def test_a_mistake_of_ours_is_kept_under_a_reference_that_finds_it_in_the_log(queue: Queue) -> None:
    with capture_logs() as logs:
        await fails(queue, *[ZeroDivisionError("with /internal/paths in it")] * 3)
    (letter,) = await letters(queue)
    failures = [entry for entry in logs if entry["event"] == "failed"]
    assert failures[-1]["reference"] == letter.id
    assert failures[-1]["exc_info"]
    assert letter.reason == "ZeroDivisionError"


async def test_what_was_overtaken_or_busy_has_not_failed(queue: Queue) -> None:
    busy = BusyError("in another worker's hands")
    pauses = await fails(queue, *[busy] * 30, SupersededError("a newer job is in the queue"))
    assert pauses == [timedelta(seconds=1)] * 30 + [None]
    assert await letters(queue) == ()


async def test_who_comes_back_when_github_asks_for_it_has_not_failed(queue: Queue) -> None:
    pauses = await fails(queue, *[GitHubUnavailableError("answered 429", timedelta(minutes=20))] * 30)
    assert pauses == [timedelta(minutes=20)] * 30
    assert await letters(queue) == ()


async def test_a_job_that_takes_too_long_is_ended_and_counted(queue: Queue) -> None:
    attempts = Attempts(queue.redis, "1:10/look-back:1")
    attempt = Attempt(BULK_JOB, 1, attempts, Bench(tools_of(queue), {}, 0.01, 30))
    with pytest.raises(Retry):
        await run(attempt, asyncio.Event().wait)  # type: ignore[arg-type]  # never comes to an outcome
    assert (await outcomes(queue.redis))["broken"] == 1


async def test_what_a_person_sees_of_all_attempts_is_counted(queue: Queue) -> None:
    await fails(queue, GitUnavailableError("early EOF"), ZeroDivisionError(), SupersededError("newer"))
    assert await outcomes(queue.redis) == {"failed": 1, "broken": 1, "superseded": 1}


async def test_a_job_is_not_given_up_for_want_of_a_redis_that_counts_its_failures(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with EmbeddedRedis(tmp_path_factory.mktemp("gone")) as server:
        async with open_queue(server.url) as queue:
            attempt = Attempt(BULK_JOB, 1, Attempts(queue.redis, "1"), Bench(tools_of(queue), {}, 60, 30))
            for _ in range(2):
                with pytest.raises(Retry):
                    await run(attempt, _raising(ZeroDivisionError()))
            server.__exit__(None, None, None)
            for _ in range(2):
                with pytest.raises(Retry):
                    await run(attempt, _raising(ZeroDivisionError()))


# --- in a worker ------------------------------------------------------------------------------------------------------


async def test_a_job_in_which_the_worker_died_again_and_again_is_given_up(queue: Queue, redis: Redis) -> None:
    """Else it would take one worker after the other with it."""
    generation = await queue.enqueue(BULK_JOB)
    attempts = Attempts(queue.redis, f"1:10/look-back:{generation}")
    assert [(await attempts.begin()).crashed for _ in range(3)] == [0, 1, 2]  # and never ended
    work = Work()
    async with working(queue, work, msgspec.structs.replace(INTERACTIVE, lane="bulk")):
        await until_failed(queue)
    (letter,) = await letters(queue)
    assert letter.reason == "the worker died in it 3 times"
    assert work.begun == []
    assert stored_jobs(redis) == {}


async def test_waiting_for_the_turn_of_a_worker_that_died_does_not_hide_that_it_died(queue: Queue) -> None:
    """Each time the turn of the dead worker may still be there when its job is free again."""
    attempts = Attempts(queue.redis, "1:10/pull/1:1")
    crashed: list[int] = []
    for _ in range(3):
        await attempts.begin()  # and the worker died
        for _ in range(2):
            crashed.append((await attempts.begin()).crashed)
            await attempts.end("busy", 0)
    assert crashed == [1, 1, 2, 2, 3, 3]
    assert (await outcomes(queue.redis))["crashed"] == 3


async def test_a_job_that_was_put_back_as_its_worker_was_stopped_has_not_failed(queue: Queue) -> None:
    work = Work()
    work.hold(1)
    await queue.enqueue(review(1))
    for times in range(1, 6):
        async with working(queue, work, INTERACTIVE):
            await work.until_begun(times)
    work.release(1)
    async with working(queue, work, INTERACTIVE):
        await work.until(lambda: work.ended)
    assert await letters(queue) == ()


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(b"\x80\x04K\x01.", id="a pickle"),
        pytest.param(b"\x93\x01\x02\x03", id="other msgpack"),
        pytest.param(serialize_job("review_pull_request", ({}, 1), {}, None, 1, serializer=encode_job), id="of old"),
        pytest.param(
            serialize_job("work", ({"type": "new"}, 1), {}, None, 1, serializer=encode_job), id="of the future"
        ),
        pytest.param(serialize_job("work", ({"type": "review"}, 1), {}, None, 1, serializer=encode_job), id="no ids"),
    ],
)
async def test_what_cannot_be_decoded_is_set_aside_and_harms_no_other_job(
    queue: Queue, redis: Redis, stored: bytes
) -> None:
    redis.set("arq:job:1:10/pull/9:9", stored)
    redis.zadd("fifthwhy:waiting:interactive:1", {"1:10/pull/9:9": 1})
    await queue.enqueue(review(1))
    work = Work()
    async with working(queue, work, INTERACTIVE):
        await work.until(lambda: work.ended)
        await until_failed(queue)

    (letter,) = await letters(queue)
    assert letter.kind == "undecodable"
    assert letter.raw in stored
    assert [job for job in stored_jobs(redis) if job.startswith("1:10/pull/9")] == []


@pytest.mark.parametrize("lies_in", ["queue", "waiting"])
@pytest.mark.parametrize("score", [1, 0, float("-inf")])
async def test_an_id_that_is_no_text_is_set_aside_and_harms_no_other_job(
    queue: Queue, redis: Redis, lies_in: str, score: float
) -> None:
    strange = b"1:\xff"
    redis.set(b"arq:job:" + strange, b"whatever")
    redis.zadd(
        "fifthwhy:queue:interactive" if lies_in == "queue" else "fifthwhy:waiting:interactive:1", {strange: score}
    )
    await queue.enqueue(review(1))
    work = Work()
    async with working(queue, work, INTERACTIVE):
        await work.until(lambda: work.ended)
        await until_failed(queue)
    (letter,) = await letters(queue)
    assert (letter.kind, letter.raw) == ("undecodable", b"whatever")
    assert not redis.exists(b"arq:job:" + strange)


@pytest.mark.parametrize("score", [0, float("-inf")])
async def test_a_job_whose_time_makes_no_sense_is_done(queue: Queue, redis: Redis, score: float) -> None:
    generation = await queue.enqueue(review(1))
    for key in ("fifthwhy:waiting:interactive:1", "fifthwhy:queue:interactive"):
        redis.zadd(key, {f"1:10/pull/1:{generation}": score})
    work = Work()
    async with working(queue, work, INTERACTIVE):
        await work.until(lambda: work.ended)


@pytest.mark.parametrize("key", ["arq:job:1:10/pull/9:9", "arq:retry:1:10/pull/9:9"])
async def test_a_key_that_holds_something_else_than_it_should_harms_no_other_job(
    queue: Queue, redis: Redis, key: str
) -> None:
    redis.set("arq:job:1:10/pull/9:9", b"whatever")
    redis.delete(key)
    redis.lpush(key, "a list")
    redis.zadd("fifthwhy:waiting:interactive:1", {"1:10/pull/9:9": 1})
    await queue.enqueue(review(1))
    work = Work()
    async with working(queue, work, INTERACTIVE):
        await work.until(lambda: work.ended)
        await until_failed(queue)
    assert len(await letters(queue)) == 1
    assert not redis.exists(key)


async def test_what_is_noted_of_a_job_may_be_damaged(queue: Queue, redis: Redis) -> None:
    generation = await queue.enqueue(review(1))
    redis.hset(f"fifthwhy:attempts:1:10/pull/1:{generation}", "letter", "no letter")
    await queue.enqueue(review(1, number=2))
    work = Work()
    async with working(queue, work, INTERACTIVE):
        await work.until(lambda: work.ended == [review(1, number=2)])
        await until_failed(queue)
    (letter,) = await letters(queue)
    assert letter.job() == review(1)


async def test_a_job_that_was_overtaken_is_not_given_up(queue: Queue, redis: Redis) -> None:
    """A job whose worker has died does not wait with the others, where the newer one would replace it."""
    generation = await queue.enqueue(BULK_JOB)
    attempts = Attempts(queue.redis, f"1:10/look-back:{generation}")
    for _ in range(3):
        await attempts.begin()
    id = f"1:10/look-back:{generation}"
    redis.zrem("fifthwhy:waiting:bulk:1", id)
    redis.zadd("fifthwhy:queue:bulk", {id: 1})
    newer = await queue.enqueue(BULK_JOB)
    work = Work()
    async with working(queue, work, msgspec.structs.replace(INTERACTIVE, lane="bulk")):
        await work.until(lambda: work.ended)
        await nothing_left(queue)
    assert newer > generation
    assert await letters(queue) == ()


async def test_a_job_whose_worker_has_vanished_is_free_again_when_its_lease_ends(queue: Queue, redis: Redis) -> None:
    """arq alone would wait for as long as any job may last."""
    lease = msgspec.structs.replace(INTERACTIVE, lease_seconds=7)
    work = Work()
    work.hold(1)
    await queue.enqueue(review(1))
    async with working(queue, work, lease):
        await work.until(lambda: work.begun)
        (in_progress,) = cast("list[bytes]", redis.keys("arq:in-progress:*"))
        assert 0 < cast("int", redis.pttl(in_progress)) <= 7_000
        assert 0 < cast("int", redis.pttl("fifthwhy:turn:10/pull/1")) <= 7_000


async def test_a_job_that_lives_keeps_its_lease(queue: Queue, redis: Redis) -> None:
    """Redis tells of each renewal."""
    lease = msgspec.structs.replace(INTERACTIVE, lease_seconds=1)
    generation = await queue.enqueue(review(1))
    redis.config_set("notify-keyspace-events", "Kg")
    work = Work()
    work.hold(1)
    with redis.pubsub() as renewals:  # type: ignore[no-untyped-call]
        renewals.subscribe(f"__keyspace@0__:arq:in-progress:1:10/pull/1:{generation}")
        async with working(queue, work, lease):
            await work.until(lambda: work.begun)
            events = renewals.listen()
            for _ in range(6):
                assert await asyncio.to_thread(lambda: any(told["data"] == b"expire" for told in events))
            assert len(work.begun) == 1
    redis.config_set("notify-keyspace-events", "")


async def until_failed(queue: Queue) -> None:
    """Wait for a dead letter, and for the worker to have put its job away."""
    async with asyncio.timeout(30):
        while not await DeadLetters(queue.redis).count() or any(depth.running for depth in await queue.depths()):
            pass
