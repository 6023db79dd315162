"""Turns in a real Redis: one worker at a time for a pull request, and none that a newer job has overtaken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final, cast

import pytest
from redis import Redis
from redis.client import PubSub

from bot.jobs.turns import BusyError, SupersededError, turn
from bot.queue.jobs import ReviewJob
from bot.queue.queue import Queue
from tests.bot.conftest import stored_jobs

pytestmark = pytest.mark.anyio

JOB: Final = ReviewJob(installation_id=3001, repository_id=42, number=7, delivery="delivery-1")
ANOTHER_PULL_REQUEST: Final = ReviewJob(installation_id=3001, repository_id=42, number=8, delivery="delivery-2")
LOCK: Final = "fifthwhy:turn:42/pull/7"
A_TEST_FAILS_AFTER_SECONDS: Final = 30


@asynccontextmanager
async def in_line(redis: Redis, coming: Coroutine[None, None, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Somebody who by now has asked in vain for the turn; Redis tells of each command that it gets."""
    with redis.monitor() as commands:  # type: ignore[no-untyped-call]
        waiting = asyncio.create_task(coming)
        await asyncio.to_thread(lambda: any(told["command"].startswith("SET " + LOCK) for told in commands.listen()))
    yield waiting


# --- one at a time ----------------------------------------------------------------------------------------------------


async def test_a_turn_goes_through_its_phases(queue: Queue) -> None:
    generation = await queue.enqueue(JOB)
    async with turn(queue, JOB, generation) as held:
        await held.checkpoint("audit")
        held.go_on()
        await held.checkpoint("publish")


async def test_two_workers_never_have_the_same_pull_request_in_hand(queue: Queue, another_worker: Queue) -> None:
    generation = await queue.enqueue(JOB)
    async with turn(queue, JOB, generation):
        with pytest.raises(BusyError, match="42/pull/7 is being worked on"):
            async with turn(another_worker, JOB, generation, wait_seconds=0):
                raise AssertionError("two at once")


async def test_two_pull_requests_are_worked_on_at_once(queue: Queue, another_worker: Queue) -> None:
    one, other = await queue.enqueue(JOB), await queue.enqueue(ANOTHER_PULL_REQUEST)
    async with turn(queue, JOB, one) as held, turn(another_worker, ANOTHER_PULL_REQUEST, other) as held_as_well:
        await held.checkpoint("publish")
        await held_as_well.checkpoint("publish")


async def test_who_waits_gets_the_turn_when_it_is_free(queue: Queue, another_worker: Queue, redis: Redis) -> None:
    generation = await queue.enqueue(JOB)
    order: list[str] = []

    async def wait_for_it() -> None:
        async with turn(another_worker, JOB, generation, wait_seconds=A_TEST_FAILS_AFTER_SECONDS):
            order.append("second")

    async with turn(queue, JOB, generation), in_line(redis, wait_for_it()) as waiting:
        order.append("first")
    await waiting

    assert order == ["first", "second"]


async def test_a_turn_is_free_again_whatever_ended_it(queue: Queue, another_worker: Queue) -> None:
    generation = await queue.enqueue(JOB)
    with pytest.raises(ZeroDivisionError):
        async with turn(queue, JOB, generation):
            raise ZeroDivisionError
    async with turn(another_worker, JOB, generation, wait_seconds=0) as held:
        await held.checkpoint("publish")


# --- overtaken --------------------------------------------------------------------------------------------------------


async def test_a_job_that_was_overtaken_in_the_queue_does_not_begin(queue: Queue) -> None:
    older = await queue.enqueue(JOB)
    await queue.enqueue(JOB)
    with pytest.raises(SupersededError, match="stopped before the phase 'start'"):
        async with turn(queue, JOB, older):
            raise AssertionError("it began")


async def test_a_job_that_is_overtaken_stops_at_its_next_phase(queue: Queue) -> None:
    older = await queue.enqueue(JOB)
    async with turn(queue, JOB, older) as held:
        await held.checkpoint("audit")
        await queue.enqueue(JOB)
        with pytest.raises(SupersededError, match="42/pull/7 has a newer job; stopped before the phase 'publish'"):
            await held.checkpoint("publish")


async def test_a_job_that_is_overtaken_while_it_waits_does_not_begin(
    queue: Queue, another_worker: Queue, redis: Redis
) -> None:
    older = await queue.enqueue(JOB)

    async def wait_for_it() -> None:
        async with turn(another_worker, JOB, older, wait_seconds=A_TEST_FAILS_AFTER_SECONDS):
            raise AssertionError("it began")

    async with turn(queue, JOB, older), in_line(redis, wait_for_it()) as waiting:
        await queue.enqueue(JOB)
    with pytest.raises(SupersededError):
        await waiting


async def test_an_overtaken_job_leaves_the_turn_to_the_newer(queue: Queue, another_worker: Queue) -> None:
    older = await queue.enqueue(JOB)
    newer = await queue.enqueue(JOB)
    with pytest.raises(SupersededError):
        async with turn(queue, JOB, older):
            pass
    async with turn(another_worker, JOB, newer, wait_seconds=0) as held:
        await held.checkpoint("publish")


async def test_a_thread_beside_the_event_loop_is_stopped_as_well(queue: Queue) -> None:
    older = await queue.enqueue(JOB)
    async with turn(queue, JOB, older) as held:
        await asyncio.to_thread(held.checkpoint_from_thread, "read")
        await queue.enqueue(JOB)
        with pytest.raises(SupersededError):
            await asyncio.to_thread(held.checkpoint_from_thread, "measure")


# --- lost -------------------------------------------------------------------------------------------------------------


async def test_a_worker_that_dies_loses_its_turn_after_a_while(queue: Queue, redis: Redis) -> None:
    generation = await queue.enqueue(JOB)
    async with turn(queue, JOB, generation):
        left = timedelta(milliseconds=cast("int", redis.pttl(LOCK)))
    assert timedelta() < left <= timedelta(seconds=30)


async def test_a_worker_that_lives_keeps_its_turn_however_long_it_takes(queue: Queue, redis: Redis) -> None:
    """Redis tells of each renewal."""
    generation = await queue.enqueue(JOB)
    redis.config_set("notify-keyspace-events", "Kg")
    with redis.pubsub() as renewals:  # type: ignore[no-untyped-call]
        renewals.subscribe(f"__keyspace@0__:{LOCK}")
        async with turn(queue, JOB, generation, lease_seconds=2) as held:
            for _ in ("the lease itself", "renewed", "renewed again"):
                await asyncio.to_thread(next_renewal, renewals)
            await held.checkpoint("publish")
    redis.config_set("notify-keyspace-events", "")


def next_renewal(renewals: PubSub) -> None:
    listen = renewals.listen()  # type: ignore[no-untyped-call]
    assert any(message["data"] == b"expire" for message in listen)


async def test_who_lost_the_turn_publishes_nothing(queue: Queue, another_worker: Queue, redis: Redis) -> None:
    """As after a pause in which the lease ended: somebody else may be about to publish."""
    generation = await queue.enqueue(JOB)
    async with turn(queue, JOB, generation) as held:
        redis.delete(LOCK)
        async with turn(another_worker, JOB, generation, wait_seconds=0) as theirs:
            with pytest.raises(BusyError, match="was lost before the phase 'publish'"):
                await held.checkpoint("publish")
            await theirs.checkpoint("publish")


async def test_who_lost_the_turn_does_not_end_that_of_another(
    queue: Queue, another_worker: Queue, redis: Redis
) -> None:
    generation = await queue.enqueue(JOB)
    async with turn(queue, JOB, generation):
        redis.delete(LOCK)
        theirs = turn(another_worker, JOB, generation, wait_seconds=0)
        held = await theirs.__aenter__()
    await held.checkpoint("publish")
    await theirs.__aexit__(None, None, None)


async def test_what_still_works_after_the_turn_is_stopped(queue: Queue) -> None:
    generation = await queue.enqueue(JOB)
    async with turn(queue, JOB, generation) as held:
        pass
    with pytest.raises(BusyError, match="the turn for 42/pull/7 is over"):
        held.go_on()
    with pytest.raises(BusyError):
        await held.checkpoint("publish")


# --- before each write ------------------------------------------------------------------------------------------------


async def test_who_was_overtaken_writes_nothing_more(queue: Queue) -> None:
    older = await queue.enqueue(JOB)
    async with turn(queue, JOB, older) as held:
        await held.before_write()
        await queue.enqueue(JOB)
        with pytest.raises(SupersededError, match="42/pull/7 has a newer job; stopped before a write"):
            await held.before_write()


async def test_who_was_overtaken_may_remember_what_they_have_written(queue: Queue) -> None:
    older = await queue.enqueue(JOB)
    async with turn(queue, JOB, older) as held:
        await held.before_write()
        await queue.enqueue(JOB)
        await held.before_remembering()


async def test_who_lost_the_turn_writes_and_remembers_nothing_more(queue: Queue, redis: Redis) -> None:
    generation = await queue.enqueue(JOB)
    async with turn(queue, JOB, generation) as held:
        redis.delete(LOCK)
        with pytest.raises(BusyError, match="was lost before a write"):
            await held.before_write()
        with pytest.raises(BusyError, match="was lost before something was remembered"):
            await held.before_remembering()


async def test_what_may_have_been_written_after_the_turn_was_lost_is_done_once_more(queue: Queue, redis: Redis) -> None:
    """Between the question and the write there is a moment, in which another worker may have said something newer."""
    generation = await queue.enqueue(JOB)
    async with turn(queue, JOB, generation) as held:
        await held.before_write()
        redis.delete(LOCK)
    assert set(stored_jobs(redis)) == {f"3001:42/pull/7:{generation}", f"3001:42/pull/7:{generation + 1}"}
    assert await queue.is_superseded(JOB, generation)


async def test_what_was_written_in_turn_is_not_done_once_more(queue: Queue, redis: Redis) -> None:
    """Neither where the turn is kept to the end, nor where it is lost later on."""
    generation = await queue.enqueue(JOB)
    async with turn(queue, JOB, generation) as held:
        await held.before_write()
    async with turn(queue, JOB, generation) as held:
        await held.before_write()
        await held.checkpoint("audit")
        redis.delete(LOCK)
    assert set(stored_jobs(redis)) == {f"3001:42/pull/7:{generation}"}
