"""When weekly posts are due: across daylight saving time, after downtime, with several workers and an empty Redis."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
import pytest
from redis import Redis

from analyzers.policy import WeeklyPolicy
from bot.queue.jobs import WeeklyJob
from bot.queue.queue import Queue
from bot.weekly.schedule import Schedule, look, missed_tick, next_tick
from tests.bot.conftest import stored_jobs
from tests.bot.lanes import tools_of

pytestmark = pytest.mark.anyio

VIENNA: Final = "Europe/Vienna"
MONDAYS: Final = "0 9 * * 1"
MONDAY: Final = datetime(2026, 3, 23, 8, tzinfo=UTC)
"""Nine o'clock in Vienna, in winter."""


def policy(cron: str = MONDAYS, timezone: str = VIENNA) -> WeeklyPolicy:
    return WeeklyPolicy(cron=cron, timezone=timezone, issue=1)


def waiting(redis: Redis) -> dict[int, str]:
    """The ticks that are to be posted, by repository; those that newer ones replace are not counted."""
    jobs: dict[int, str] = {}
    for name, stored in sorted(stored_jobs(redis).items(), key=lambda each: int(each[0].rpartition(":")[2])):
        job, _generation = msgspec.msgpack.decode(stored)["a"]
        assert name.split(":")[1] == f"{job['repository_id']}/weekly"
        jobs[job["repository_id"]] = job["tick"]
    return jobs


# --- the clock --------------------------------------------------------------------------------------------------------


def test_nine_o_clock_stays_nine_o_clock_when_summer_begins() -> None:
    assert next_tick(MONDAYS, VIENNA, MONDAY) == datetime(2026, 3, 30, 7, tzinfo=UTC)


def test_nine_o_clock_stays_nine_o_clock_when_summer_ends() -> None:
    before = datetime(2026, 10, 19, 7, tzinfo=UTC)
    assert next_tick(MONDAYS, VIENNA, before) == datetime(2026, 10, 26, 8, tzinfo=UTC)


def test_what_is_due_in_the_hour_that_is_left_out_comes_right_after_it() -> None:
    assert next_tick("30 2 * * 0", VIENNA, datetime(2026, 3, 28, tzinfo=UTC)) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_what_is_due_in_the_hour_that_comes_twice_is_due_once() -> None:
    first = next_tick("30 2 * * 0", VIENNA, datetime(2026, 10, 24, tzinfo=UTC))
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert next_tick("30 2 * * 0", VIENNA, first) == datetime(2026, 11, 1, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("late", "tick"),
    [
        pytest.param(timedelta(), MONDAY, id="on time"),
        pytest.param(timedelta(days=5), MONDAY, id="five days late"),
        pytest.param(timedelta(days=6, hours=1), None, id="the next one is near"),
        pytest.param(timedelta(seconds=-1), None, id="a second early"),
    ],
)
def test_a_missed_post_is_caught_up_for_six_days(late: timedelta, tick: datetime | None) -> None:
    assert missed_tick(MONDAYS, VIENNA, MONDAY + late) == tick


def test_of_several_missed_posts_the_last_counts() -> None:
    assert missed_tick("0 9 * * *", "UTC", datetime(2026, 3, 26, 10, tzinfo=UTC)) == datetime(
        2026, 3, 26, 9, tzinfo=UTC
    )


# --- the schedule -----------------------------------------------------------------------------------------------------


async def test_a_repository_is_due_when_its_policy_says_and_once(queue: Queue, redis: Redis) -> None:
    await Schedule(queue.redis).note(1, 10, policy(), MONDAY - timedelta(days=1))
    assert await look(tools_of(queue), MONDAY - timedelta(seconds=1)) == 0
    assert await look(tools_of(queue), MONDAY + timedelta(seconds=20)) == 1
    assert await look(tools_of(queue), MONDAY + timedelta(minutes=1)) == 0
    assert waiting(redis) == {10: MONDAY.isoformat()}


async def test_a_repository_without_a_schedule_in_its_policy_is_never_due(queue: Queue) -> None:
    await Schedule(queue.redis).note(1, 10, policy(), MONDAY - timedelta(days=1))
    await Schedule(queue.redis).note(1, 10, None, MONDAY - timedelta(hours=1))
    assert await look(tools_of(queue), MONDAY) == 0


async def test_after_weeks_of_downtime_the_last_missed_post_is_caught_up_and_no_other(
    queue: Queue, redis: Redis
) -> None:
    await Schedule(queue.redis).note(1, 10, policy(timezone="UTC"), MONDAY - timedelta(days=1))
    later = MONDAY + timedelta(weeks=3, days=2)
    assert await look(tools_of(queue), later) == 1
    assert waiting(redis) == {10: "2026-04-13T09:00:00+00:00"}


async def test_a_redis_that_has_lost_everything_is_told_again_and_catches_up(queue: Queue, redis: Redis) -> None:
    await Schedule(queue.redis).note(1, 10, policy(), MONDAY - timedelta(days=1))
    redis.flushall()
    await Schedule(queue.redis).note(1, 10, policy(), MONDAY + timedelta(hours=3))
    assert await look(tools_of(queue), MONDAY + timedelta(hours=3)) == 1
    assert waiting(redis) == {10: MONDAY.isoformat()}


async def test_a_policy_that_is_told_again_changes_nothing(queue: Queue) -> None:
    schedule = Schedule(queue.redis)
    await schedule.note(1, 10, policy(), MONDAY - timedelta(days=1))
    assert await look(tools_of(queue), MONDAY) == 1
    await schedule.note(1, 10, policy(), MONDAY + timedelta(minutes=1))
    assert await look(tools_of(queue), MONDAY + timedelta(minutes=1)) == 0


async def test_a_policy_with_another_hour_is_followed(queue: Queue) -> None:
    schedule = Schedule(queue.redis)
    await schedule.note(1, 10, policy(), MONDAY - timedelta(days=1))
    await schedule.note(1, 10, policy("0 17 * * 1"), MONDAY - timedelta(hours=1))
    assert await look(tools_of(queue), MONDAY + timedelta(hours=1)) == 0
    assert await look(tools_of(queue), MONDAY + timedelta(hours=8)) == 1


async def test_workers_that_look_at_once_leave_one_job_that_counts(queue: Queue, redis: Redis) -> None:
    await Schedule(queue.redis).note(1, 10, policy(), MONDAY - timedelta(days=1))
    await asyncio.gather(*(look(tools_of(queue), MONDAY) for _ in range(4)))
    newest = [job for job in stored_jobs(redis) if job.startswith("1:10/weekly")]
    current = [job for job in newest if not await queue.is_superseded(weekly(10), int(job.rpartition(":")[2]))]
    assert len(current) == 1


async def test_an_installation_that_went_has_no_schedule(queue: Queue, redis: Redis) -> None:
    schedule = Schedule(queue.redis)
    for installation, repository in ((1, 10), (1, 11), (2, 20)):
        await schedule.note(installation, repository, policy(), MONDAY - timedelta(days=1))
    await schedule.forget_installation(1)
    await look(tools_of(queue), MONDAY)
    assert waiting(redis) == {20: MONDAY.isoformat()}


async def test_only_installations_that_are_there_have_a_schedule(queue: Queue, redis: Redis) -> None:
    schedule = Schedule(queue.redis)
    for installation, repository in ((1, 10), (1, 11), (2, 20)):
        await schedule.note(installation, repository, policy(), MONDAY - timedelta(days=1))
    await schedule.keep_installations({2, 3})
    await look(tools_of(queue), MONDAY)
    assert waiting(redis) == {20: MONDAY.isoformat()}


async def test_a_repository_that_was_given_away_keeps_the_schedule_of_its_new_owner(queue: Queue) -> None:
    schedule = Schedule(queue.redis)
    await schedule.note(2, 10, policy(), MONDAY - timedelta(days=1))
    await schedule.forget([10], installation_id=1)
    assert await look(tools_of(queue), MONDAY) == 1


def weekly(repository: int) -> WeeklyJob:
    return WeeklyJob(1, repository, MONDAY.isoformat(), "delivery")
