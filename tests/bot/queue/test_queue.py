"""The queue in a real Redis: what is in it, what supersedes what, and what is forgotten when."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Final, cast

import msgspec
import pytest
from redis import Redis
from redis.exceptions import NoPermissionError

from bot.queue.jobs import LookBackJob, ReviewJob
from bot.queue.queue import HEARTBEAT, Depth, Queue, Unavailable, decode_job, encode_job, open_queue
from tests.bot.conftest import stored_jobs

pytestmark = pytest.mark.anyio

JOB: Final = ReviewJob(installation_id=3001, repository_id=42, number=7, delivery="delivery-1")
ANOTHER_PULL_REQUEST: Final = ReviewJob(installation_id=3001, repository_id=42, number=8, delivery="delivery-2")
THE_SAME_NUMBER_ELSEWHERE: Final = ReviewJob(installation_id=3001, repository_id=427, number=7, delivery="delivery-3")
A_TEST_FAILS_AFTER_SECONDS: Final = 60


def milliseconds(redis: Redis, key: str) -> timedelta:
    """How long a key will last."""
    return timedelta(milliseconds=cast("int", redis.pttl(key)))


# --- what is in it ----------------------------------------------------------------------------------------------------


async def test_a_job_in_redis_is_ids_and_its_generation(queue: Queue, redis: Redis) -> None:
    generation = await queue.enqueue(JOB)

    (stored,) = stored_jobs(redis).values()
    (arguments, of) = decode_job(stored)["a"]
    ids = {"installation_id": 3001, "repository_id": 42, "number": 7, "delivery": "delivery-1"}
    assert arguments == {"type": "review"} | ids
    assert of == generation


async def test_a_job_in_redis_is_msgpack_and_no_pickle_that_could_run_code(queue: Queue, redis: Redis) -> None:
    await queue.enqueue(JOB)
    (stored,) = stored_jobs(redis).values()
    assert msgspec.msgpack.decode(stored)["f"] == "work"
    assert not stored.startswith(b"\x80\x04")  # pickle's opcode PROTO, and its version


async def test_what_is_encoded_comes_back() -> None:
    job: dict[str, object] = {
        "t": None,
        "f": "work",
        "a": ({"number": 1, "name": "é", "none": None}, 5),
        "k": {},
        "et": 1,
    }
    assert decode_job(encode_job(job)) == job


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(b"\x80\x04K\x01.", id="a pickle"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x93\x01\x02\x03", id="other msgpack"),
        pytest.param(encode_job({"t": None, "f": "work", "a": [7], "k": {}, "et": 1}), id="other arguments"),
        pytest.param(encode_job({"t": None, "f": "other", "a": [{}, 1], "k": {}, "et": 1}), id="another function"),
        pytest.param(encode_job({"t": None, "f": "work", "a": [{}, 1], "k": {"x": 1}, "et": 1}), id="by keyword"),
        pytest.param(encode_job({"t": None, "f": "work", "a": [{}, 1], "k": {}, "et": 10**18}), id="in far future"),
        pytest.param(encode_job({"t": None, "f": "work", "a": [{}, 1], "k": {}, "et": -(10**17)}), id="in far past"),
        pytest.param(encode_job({"t": 10**10, "f": "work", "a": [{}, 1], "k": {}, "et": 1}), id="tried too often"),
        pytest.param(b"\x91" * 100_000, id="nested deeply"),
        pytest.param(b"\x85\xa1t\xc0\xa1f\xa4work\xa1a" + b"\x92\x81\xa1x" * 90_000, id="nested deeply in a job"),
    ],
)
async def test_what_cannot_be_decoded_is_handed_on_as_it_is(stored: bytes) -> None:
    """arq would forget it."""
    decoded = decode_job(stored)
    assert decoded["f"] == "set_aside"
    assert decoded["a"][0] == stored


async def test_arq_swallows_no_job_for_being_like_another(queue: Queue, redis: Redis) -> None:
    """arq takes a job id once, and drops whatever comes with the same one while that job exists."""
    generations = [await queue.enqueue(JOB) for _ in range(3)]
    assert set(stored_jobs(redis)) == {f"3001:42/pull/7:{generation}" for generation in generations}


async def test_what_is_no_job_s_id_does_not_keep_others_from_being_dropped(queue: Queue, redis: Redis) -> None:
    generation = await queue.enqueue(JOB)
    redis.zadd("fifthwhy:waiting:interactive:3001", {b"3001:\xff": 1, b"nonsense": 2, b"3001:x/y:1": 3})
    assert await queue.drop(3001, generation + 1, {42}) == 1
    assert stored_jobs(redis) == {}


async def test_a_job_outlasts_a_long_outage_but_not_for_ever(queue: Queue, redis: Redis) -> None:
    await queue.enqueue(JOB)
    (name,) = stored_jobs(redis)
    assert timedelta(days=29) < milliseconds(redis, f"arq:job:{name}") <= timedelta(days=31)


# --- what supersedes what ---------------------------------------------------------------------------------------------


async def test_generations_grow(queue: Queue) -> None:
    generations = [await queue.enqueue(job) for job in (JOB, ANOTHER_PULL_REQUEST, JOB)]
    assert all(earlier < later for earlier, later in pairwise(generations))


async def test_a_job_is_not_superseded_by_itself(queue: Queue) -> None:
    assert not await queue.is_superseded(JOB, await queue.enqueue(JOB))


async def test_a_newer_job_for_the_same_pull_request_supersedes_the_older(queue: Queue) -> None:
    older = await queue.enqueue(JOB)
    newer = await queue.enqueue(msgspec.structs.replace(JOB, delivery="delivery-9"))
    assert await queue.is_superseded(JOB, older)
    assert not await queue.is_superseded(JOB, newer)


@pytest.mark.parametrize("other", [ANOTHER_PULL_REQUEST, THE_SAME_NUMBER_ELSEWHERE])
async def test_a_job_for_another_pull_request_supersedes_nothing(queue: Queue, other: ReviewJob) -> None:
    generation = await queue.enqueue(JOB)
    await queue.enqueue(other)
    assert not await queue.is_superseded(JOB, generation)


async def test_of_jobs_that_come_at_once_exactly_one_is_in_force(queue: Queue) -> None:
    generations = await asyncio.gather(*(queue.enqueue(JOB) for _ in range(20)))
    in_force = [generation for generation in generations if not await queue.is_superseded(JOB, generation)]
    assert in_force == [max(generations)]


async def test_a_job_that_did_not_get_into_the_queue_supersedes_nothing(
    queue: Queue, redis: Redis, redis_url: str
) -> None:
    """The process may die, or Redis fail, between any two steps; here Redis refuses the one that stores the job."""
    generation = await queue.enqueue(JOB)
    redis.acl_setuser("half", enabled=True, nopass=True, keys=["fifthwhy:*"], categories=["+@all"])
    async with open_queue(redis_url.replace("unix://", "unix://half:any@")) as half:
        with pytest.raises(NoPermissionError):
            await half.enqueue(JOB)

    assert not await queue.is_superseded(JOB, generation)
    assert len(stored_jobs(redis)) == 1


async def test_pull_requests_of_long_ago_are_forgotten(queue: Queue, redis: Redis) -> None:
    await queue.enqueue(JOB)
    redis.incrby("fifthwhy:generation", 1_000_000)
    await queue.enqueue(ANOTHER_PULL_REQUEST)
    assert redis.zrange("fifthwhy:newest", 0, -1) == [b"42/pull/8"]


async def test_a_job_whose_pull_request_was_forgotten_is_still_done(queue: Queue, redis: Redis) -> None:
    generation = await queue.enqueue(JOB)
    redis.delete("fifthwhy:newest")
    assert not await queue.is_superseded(JOB, generation)


# --- what is remembered -----------------------------------------------------------------------------------------------


async def test_a_delivery_is_seen_once_it_was_marked(queue: Queue) -> None:
    assert not await queue.has_seen("delivery-1")
    await queue.mark_seen("delivery-1")
    assert await queue.has_seen("delivery-1")
    assert not await queue.has_seen("delivery-2")


async def test_a_delivery_is_remembered_for_longer_than_github_can_redeliver_it(queue: Queue, redis: Redis) -> None:
    """github.com keeps deliveries for 3 days, GitHub Enterprise Server for 7."""
    await queue.mark_seen("delivery-1")
    assert milliseconds(redis, "fifthwhy:delivery:delivery-1") > timedelta(days=6, hours=23)


async def test_only_the_first_who_asks_is_told_that_it_is_the_first(queue: Queue, redis: Redis) -> None:
    asked = await asyncio.gather(*(queue.once("weekly/42/2026-11-23", timedelta(days=2)) for _ in range(20)))
    assert sorted(asked) == [False] * 19 + [True]
    assert await queue.once("weekly/43/2026-11-23", timedelta(days=2))
    assert timedelta(days=1) < milliseconds(redis, "fifthwhy:once:weekly/42/2026-11-23") <= timedelta(days=2)


async def test_a_job_that_is_asked_for_once_is_in_the_queue_once(queue: Queue, redis: Redis) -> None:
    """Whoever asks may die right after; then the next attempt asks again."""
    assert await queue.enqueue_once("review 42/991", JOB, timedelta(days=1))
    assert not await queue.enqueue_once("review 42/991", JOB, timedelta(days=1))
    assert await queue.enqueue_once("review 42/992", ANOTHER_PULL_REQUEST, timedelta(days=1))
    assert len(stored_jobs(redis)) == 2


async def test_a_small_value_is_remembered_for_a_while(queue: Queue, redis: Redis) -> None:
    assert await queue.recall("comment/42/7") is None
    await queue.remember("comment/42/7", "991", timedelta(days=30))
    assert await queue.recall("comment/42/7") == "991"
    assert timedelta(days=29) < milliseconds(redis, "fifthwhy:memory:comment/42/7") <= timedelta(days=30)


async def test_what_is_forgotten_can_happen_anew(queue: Queue) -> None:
    await queue.remember("tick", "991", timedelta(days=1))
    assert await queue.once("tick", timedelta(days=1))
    await queue.forget("tick")
    assert await queue.recall("tick") is None
    assert await queue.once("tick", timedelta(days=1))


async def test_a_worker_has_been_seen_while_its_heartbeat_lasts(queue: Queue, redis: Redis) -> None:
    assert not await queue.has_worker()
    redis.set(HEARTBEAT, "alive")
    assert await queue.has_worker()


# --- a Redis that is not there ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["unix:///nowhere/redis.sock", "redis://127.0.0.1:1"])
async def test_a_redis_that_does_not_answer_is_known_as_unavailable(url: str) -> None:
    with pytest.raises(Unavailable):
        async with open_queue(url):
            raise AssertionError("there is nothing to open")


async def test_credentials_in_an_address_are_taken_as_they_were_before_they_were_escaped(
    redis: Redis, redis_url: str
) -> None:
    redis.acl_setuser("ad@", enabled=True, passwords=["+p/w%"], keys=["*"], categories=["+@all"])
    async with open_queue(redis_url.replace("unix://", "unix://ad%40:p%2Fw%25@")) as queue:
        await queue.ping()


# --- how much is in it ------------------------------------------------------------------------------------------------


async def test_an_empty_queue_has_no_depth(queue: Queue) -> None:
    assert await queue.depths() == (Depth("interactive", 0, 0, 0, 0), Depth("bulk", 0, 0, 0, 0))


async def test_what_waits_is_counted_in_its_lane_apart_from_what_is_put_off(queue: Queue) -> None:
    await queue.enqueue(JOB)
    await queue.enqueue(ANOTHER_PULL_REQUEST)
    await queue.enqueue(msgspec.structs.replace(JOB, installation_id=3002, repository_id=43))
    await queue.enqueue(msgspec.structs.replace(JOB, number=9), defer=timedelta(minutes=5))
    await queue.enqueue(LookBackJob(3001, 42, "main", "delivery-4"))

    interactive, bulk = await queue.depths()

    assert (interactive.waiting, interactive.deferred, interactive.running) == (3, 1, 0)
    assert (bulk.waiting, bulk.deferred, bulk.running) == (1, 0, 0)


async def test_the_age_is_that_of_the_job_that_has_waited_for_longest(queue: Queue, redis: Redis) -> None:
    for job in (JOB, ANOTHER_PULL_REQUEST):
        await queue.enqueue(job)
    (first, _) = cast("list[bytes]", redis.zrange("fifthwhy:waiting:interactive:3001", 0, -1))
    redis.zincrby("fifthwhy:waiting:interactive:3001", -60_000, first)

    (interactive, _) = await queue.depths()

    assert 60 <= interactive.oldest_seconds < 60 + A_TEST_FAILS_AFTER_SECONDS
