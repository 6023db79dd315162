"""Who may run next, with a real Redis and real workers: no installation stands in another's way."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import timedelta
from typing import cast

import msgspec
import pytest
from redis import Redis

from bot.github.errors import NotYetError
from bot.jobs.turns import BusyError, turn
from bot.queue.jobs import ReviewJob
from bot.queue.queue import Queue
from tests.bot.conftest import stored_jobs
from tests.bot.lanes import BULK, INTERACTIVE, Work, look_back, nothing_left, review, working

pytestmark = pytest.mark.anyio

ONE_PLACE = msgspec.structs.replace(INTERACTIVE, places=1)


async def flood(queue: Queue, installation: int, jobs: int) -> None:
    """Jobs for as many pull requests."""
    for number in range(jobs):
        await queue.enqueue(review(installation, number))


async def test_a_flood_of_one_installation_does_not_keep_another_waiting(queue: Queue) -> None:
    """None of its jobs has to end first."""
    work = Work()
    work.hold(1)
    await flood(queue, installation=1, jobs=500)
    async with working(queue, work, INTERACTIVE):
        await work.until(lambda: len(work.begun) == 3)
        await queue.enqueue(review(2))
        await work.until(lambda: work.ended)

    assert [job.installation_id for job in work.begun] == [1, 1, 1, 2]
    assert work.ended == [review(2)]


async def test_where_all_places_are_taken_the_next_that_is_free_goes_to_who_has_none(queue: Queue) -> None:
    work = Work()
    work.hold(1, 2)
    await queue.enqueue(review(2))
    await flood(queue, installation=1, jobs=100)
    async with working(queue, work, INTERACTIVE):
        await work.until(lambda: len(work.begun) == 4)
        await queue.enqueue(review(3))
        work.release(2)
        await work.until(lambda: len(work.ended) == 2)

    assert work.ended == [review(2), review(3)]
    assert len(work.begun) == 5


async def test_installations_take_turns(queue: Queue) -> None:
    for installation in (1, 2, 3):
        await flood(queue, installation, jobs=3)
    work = Work()
    async with working(queue, work, ONE_PLACE):
        await work.until(lambda: len(work.ended) == 9)

    rounds = [work.begun[first : first + 3] for first in (0, 3, 6)]
    assert [sorted(job.installation_id for job in jobs) for jobs in rounds] == [[1, 2, 3]] * 3


async def test_the_jobs_of_one_installation_keep_their_order(queue: Queue) -> None:
    jobs = [
        review(1, number) for number in range(10, 30)
    ]  # jobs of one millisecond go by their names: all of one length
    for job in jobs:
        await queue.enqueue(job)
    work = Work()
    async with working(queue, work, ONE_PLACE):
        await work.until(lambda: len(work.ended) == len(jobs))
    assert work.begun == jobs


async def test_a_job_that_comes_back_is_done_before_those_that_came_after_it(queue: Queue) -> None:
    """It was put off to a time at which they had waited for longer than it had been due again."""
    came_first, second, third = (review(1, number) for number in range(3))
    work = Work()
    work.errors.append(NotYetError("later", timedelta(seconds=1)))
    await queue.enqueue(came_first)
    async with working(queue, work, ONE_PLACE):
        await work.until(lambda: not work.errors)
        work.hold(1)
        await queue.enqueue(second)
        await queue.enqueue(third)
        await work.until_begun(2)
        while any(depth.deferred for depth in await queue.depths()):
            pass
        work.release(1)
        await work.until(lambda: len(work.ended) == 3)

    assert work.begun == [came_first, second, came_first, third]


async def test_what_is_no_job_among_those_that_were_put_off_is_forgotten(queue: Queue, redis: Redis) -> None:
    redis.zadd("fifthwhy:put-off:interactive", {"no job": 1, "1:10/pull/9:9": 1})
    await queue.enqueue(review(1))
    work = Work()
    async with working(queue, work, INTERACTIVE):
        await work.until(lambda: work.ended)
    assert work.begun == [review(1)]
    assert not redis.exists("fifthwhy:put-off:interactive")


async def test_the_share_of_an_installation_is_one_over_all_workers(queue: Queue, another_worker: Queue) -> None:
    work = Work()
    work.hold(1)
    await flood(queue, installation=1, jobs=50)
    async with working(queue, work, INTERACTIVE), working(another_worker, work, INTERACTIVE):
        await work.until(lambda: len(work.begun) == 3)
        await queue.enqueue(review(2))
        await work.until(lambda: work.ended)
        assert len(work.begun) == 4

        work.release(1)
        await work.until(lambda: len(work.ended) == 51)


async def test_bulk_jobs_and_those_that_somebody_waits_for_do_not_wait_for_each_other(queue: Queue) -> None:
    work = Work()
    work.hold(1)
    await queue.enqueue(look_back(1))
    async with working(queue, work, INTERACTIVE, BULK):
        await work.until(lambda: work.begun == [look_back(1)])
        await queue.enqueue(review(2))
        await work.until(lambda: work.ended == [review(2)])

        work.hold(3)
        await flood(queue, installation=3, jobs=20)
        await work.until(lambda: len(work.begun) == 5)
        work.release(1)
        await work.until(lambda: look_back(1) in work.ended)


async def test_pushes_without_number_to_one_pull_request_take_no_place(queue: Queue, redis: Redis) -> None:
    """Only the newest is done; the others are dropped where they wait."""
    for _ in range(300):
        await queue.enqueue(review(1))
    await queue.enqueue(review(2))
    work = Work()
    async with working(queue, work, ONE_PLACE):
        await work.until(lambda: len(work.ended) == 2)

    assert sorted(job.installation_id for job in work.begun) == [1, 2]
    assert not [job for job in stored_jobs(redis) if job.startswith("1:")]


async def test_a_job_is_not_handed_out_before_it_is_due(queue: Queue) -> None:
    await queue.enqueue(review(1), defer=timedelta(hours=1))
    await queue.enqueue(review(1, number=2))
    work = Work()
    async with working(queue, work, INTERACTIVE):
        await work.until(lambda: work.ended)
        await nothing_left(queue)
        (depth, _) = await queue.depths()
    assert work.begun == [review(1, number=2)]
    assert (depth.waiting, depth.deferred) == (0, 1)


async def test_a_job_that_is_put_off_gives_its_place_away_and_comes_back(queue: Queue) -> None:
    work = Work()
    work.errors = [BusyError("in another worker's hands")]
    await queue.enqueue(review(1))
    await queue.enqueue(review(1, number=2))
    async with working(queue, work, ONE_PLACE):
        await work.until(lambda: len(work.ended) == 2)
    assert work.begun == [review(1), review(1, number=2), review(1)]


async def test_what_somebody_has_in_hand_takes_no_place(queue: Queue, another_worker: Queue) -> None:
    """A worker that has died included: its turn is free again when the lease ends."""
    jobs = [review(1, number) for number in range(6)]
    generations = [await queue.enqueue(job) for job in jobs]
    work = Work()
    async with AsyncExitStack() as hands:
        for job, generation in zip(jobs[:5], generations[:5], strict=True):
            await hands.enter_async_context(turn(another_worker, job, generation))
        async with working(queue, work, ONE_PLACE):
            await work.until(lambda: work.ended == [jobs[5]])
            assert work.begun == [jobs[5]]
            await hands.aclose()
            await work.until(lambda: len(work.ended) == 6)
    assert {job.number for job in work.ended if isinstance(job, ReviewJob)} == set(range(6))


async def test_nothing_stays_in_redis_of_what_is_done(queue: Queue, redis: Redis) -> None:
    await flood(queue, installation=1, jobs=5)
    await queue.enqueue(look_back(2))
    work = Work()
    async with working(queue, work, INTERACTIVE, BULK):
        await work.until(lambda: len(work.ended) == 6)
        await nothing_left(queue)
    left = {key.decode() for key in cast("list[bytes]", redis.keys("*"))}
    assert left <= {
        "fifthwhy:generation",
        "fifthwhy:newest",
        "fifthwhy:outcomes",
        "fifthwhy:worker",
        "fifthwhy:worker:bulk",
        "fifthwhy:installations:interactive",
        "fifthwhy:installations:bulk",
    }
