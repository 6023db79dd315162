"""GitHub's limits, as all workers on one Redis keep to them together; on a clock of the test's own."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.demo.processes import free_port
from bot.github.errors import NotYetError
from bot.github.limits import Kind, Limiter, on_behalf_of
from tests.bot.github.conftest import HandClock

pytestmark = pytest.mark.anyio

ONE = 1
OTHER = 2
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def limiter(connection: Redis, clock: HandClock) -> Limiter:
    return Limiter(connection, clock)


async def write(limiter: Limiter, clock: HandClock, times: int, apart: timedelta, kind: Kind = "content") -> None:
    for _ in range(times):
        await limiter.admit(ONE, kind)
        clock.time += apart


async def flood(limiter: Limiter, clock: HandClock) -> None:
    """Three comments at once: the next one has to wait for three seconds."""
    now = clock.time
    for number in range(3):
        clock.time = now
        await limiter.admit(ONE, "content", f"first {number}")
    clock.time = now


async def refused(limiter: Limiter, kind: Kind = "read", request: str = "") -> timedelta:
    """How long a request is put off; fails if it is not."""
    with pytest.raises(NotYetError) as caught:
        await limiter.admit(ONE, kind, request)
    assert caught.value.after is not None
    assert not caught.value.maybe_done
    return caught.value.after


# --- spacing ----------------------------------------------------------------------------------------------------------


async def test_the_second_comment_waits_for_a_second(limiter: Limiter, clock: HandClock) -> None:
    await limiter.admit(ONE, "content")
    await limiter.admit(ONE, "content")
    assert clock.slept == [SECOND]


async def test_a_comment_after_a_pause_waits_for_nothing(limiter: Limiter, clock: HandClock) -> None:
    await limiter.admit(ONE, "content")
    clock.time += SECOND
    await limiter.admit(ONE, "content")
    assert clock.slept == []


async def test_reading_and_check_runs_wait_for_nothing(limiter: Limiter, clock: HandClock) -> None:
    for kind in ("content", "read", "write", "read", "write"):
        await limiter.admit(ONE, kind)
    assert clock.slept == []


async def test_installations_do_not_wait_for_each_other(limiter: Limiter, clock: HandClock) -> None:
    await limiter.admit(ONE, "content")
    await limiter.admit(OTHER, "content")
    assert clock.slept == []


async def test_workers_that_write_at_once_get_a_second_each(connection: Redis) -> None:
    """Each worker has a limiter and a clock; what they share is in Redis."""
    clocks = [HandClock() for _ in range(3)]
    await asyncio.gather(*(Limiter(connection, clock).admit(ONE, "content") for clock in clocks))
    assert sorted(sum(clock.slept, timedelta()) for clock in clocks) == [timedelta(), SECOND, 2 * SECOND]


async def test_a_comment_whose_turn_is_far_off_is_put_off_and_takes_one_turn(connection: Redis) -> None:
    for _ in range(3):
        await Limiter(connection, HandClock()).admit(ONE, "content")
    clock = HandClock()
    for _ in range(2):
        assert await refused(Limiter(connection, clock), "content") == 3 * SECOND
    assert clock.slept == []


async def test_who_is_put_off_has_a_turn_of_their_own(limiter: Limiter, clock: HandClock) -> None:
    """First come, first served: each comes back at a time at which nobody else does."""
    await flood(limiter, clock)
    assert [await refused(limiter, "content", f"comment {number}") for number in range(20)] == [
        (3 + number) * SECOND for number in range(20)
    ]


async def test_who_comes_back_in_time_is_let_through_once(limiter: Limiter, clock: HandClock) -> None:
    await flood(limiter, clock)
    delays = [await refused(limiter, "content", f"comment {number}") for number in range(20)]
    began, waited = clock.time, len(clock.slept)
    for number, delay in enumerate(delays):
        clock.time = max(clock.time, began + delay)
        await limiter.admit(ONE, "content", f"comment {number}")
    assert clock.slept[waited:] == []
    assert clock.time == began + 22 * SECOND


async def test_two_replies_on_one_issue_have_a_turn_each(limiter: Limiter, clock: HandClock) -> None:
    """What is sent for them has the same address."""
    await flood(limiter, clock)
    delays = []
    for command in ("comment/1", "comment/2"):
        with on_behalf_of(command):
            delays.append(await refused(limiter, "content", "POST /issues/1/comments"))
    assert delays == [3 * SECOND, 4 * SECOND]

    began, waited = clock.time, len(clock.slept)
    for command, delay in zip(("comment/1", "comment/2"), delays, strict=True):
        clock.time = began + delay
        with on_behalf_of(command):
            await limiter.admit(ONE, "content", "POST /issues/1/comments")
    assert clock.slept[waited:] == []


async def test_whoever_comes_later_does_not_overtake_those_who_wait(limiter: Limiter, clock: HandClock) -> None:
    await flood(limiter, clock)
    for number in range(5):
        await refused(limiter, "content", f"comment {number}")
    clock.time += 2 * SECOND
    assert await refused(limiter, "content", "a newcomer") == 6 * SECOND


async def test_comments_stay_a_second_apart_when_those_who_wait_come_late(limiter: Limiter, clock: HandClock) -> None:
    await flood(limiter, clock)
    for number in range(2):
        await refused(limiter, "content", f"comment {number}")
    clock.time += 4.5 * SECOND
    for number in range(2):
        await limiter.admit(ONE, "content", f"comment {number}")
    assert clock.slept[-1] == SECOND


async def test_a_turn_that_nobody_comes_for_holds_up_nobody(limiter: Limiter, clock: HandClock) -> None:
    """As where a pull request is closed meanwhile."""
    await flood(limiter, clock)
    await refused(limiter, "content", "a comment")
    clock.time += 10 * SECOND
    waited = len(clock.slept)
    await limiter.admit(ONE, "content", "another one")
    assert clock.slept[waited:] == []


async def test_after_a_long_time_all_who_waited_have_new_turns(limiter: Limiter, clock: HandClock) -> None:
    """As where GitHub has parked the installation meanwhile."""
    await flood(limiter, clock)
    for number in range(10):
        await refused(limiter, "content", f"comment {number}")
    clock.time += HOUR
    began = clock.time
    for number in range(3):
        await limiter.admit(ONE, "content", f"comment {number}")
        clock.time = began
    assert [await refused(limiter, "content", f"comment {number}") for number in range(3, 10)] == [
        number * SECOND for number in range(3, 10)
    ]


async def test_turns_that_were_promised_count_for_the_hour(limiter: Limiter, clock: HandClock) -> None:
    await write(limiter, clock, 490, apart=2 * SECOND)
    await flood(limiter, clock)
    assert [await refused(limiter, "content", f"comment {number}") for number in range(3, 12)] == [
        *(number * SECOND for number in range(3, 10)),
        HOUR - 980 * SECOND,
        HOUR - 978 * SECOND,
    ]


async def test_no_more_than_80_comments_a_minute(limiter: Limiter, clock: HandClock, connection: Redis) -> None:
    """A second apart there are 60 at most; a clock that was set back lets more of them come together."""
    key = f"fifthwhy:github:{{{ONE}}}:content"
    now = clock.time.timestamp() * 1000
    await connection.zadd(key, {f"{number}": now - 50_000 + number * 500 for number in range(80)})
    assert await refused(limiter, "content") == 10 * SECOND


async def test_no_more_than_500_comments_an_hour(limiter: Limiter, clock: HandClock) -> None:
    await write(limiter, clock, 500, apart=2 * SECOND)
    assert clock.slept == []
    assert await refused(limiter, "content") == HOUR - 1000 * SECOND
    await limiter.admit(ONE, "write")
    clock.time += HOUR - 1000 * SECOND
    await limiter.admit(ONE, "content")


async def test_no_more_than_900_points_a_minute(limiter: Limiter, clock: HandClock) -> None:
    """A change costs five, reading one."""
    await write(limiter, clock, 179, apart=timedelta(), kind="write")
    await write(limiter, clock, 5, apart=timedelta(), kind="read")
    clock.time += 20 * SECOND
    assert await refused(limiter) == 40 * SECOND
    await limiter.admit(OTHER, "read")
    clock.time += 40 * SECOND
    await limiter.admit(ONE, "read")


async def test_who_had_to_wait_for_the_next_minute_keeps_their_turn(limiter: Limiter, clock: HandClock) -> None:
    await flood(limiter, clock)
    assert await refused(limiter, "content", "a comment") == 3 * SECOND
    await write(limiter, clock, 177, apart=timedelta(), kind="write")
    assert await refused(limiter, "content", "a comment") == MINUTE
    clock.time += MINUTE
    waited = len(clock.slept)
    await limiter.admit(ONE, "content", "a comment")
    assert clock.slept[waited:] == []


# --- parking ----------------------------------------------------------------------------------------------------------


async def test_nobody_asks_for_a_parked_installation(connection: Redis, clock: HandClock, limiter: Limiter) -> None:
    await limiter.park(ONE, 40 * MINUTE)
    another_worker = Limiter(connection, clock)
    for kind in ("read", "write", "content"):
        assert await refused(another_worker, kind) == 40 * MINUTE
    with pytest.raises(NotYetError):
        await another_worker.check(ONE)


async def test_a_parked_installation_holds_up_no_other(limiter: Limiter) -> None:
    await limiter.park(ONE, HOUR)
    await limiter.admit(OTHER, "content")
    await limiter.check(OTHER)


async def test_parking_ends_at_its_time(limiter: Limiter, clock: HandClock) -> None:
    await limiter.park(ONE, MINUTE)
    clock.time += MINUTE - SECOND
    assert await refused(limiter) == SECOND
    clock.time += SECOND
    await limiter.admit(ONE, "read")


async def test_a_limit_without_a_time_parks_longer_each_time(limiter: Limiter, clock: HandClock) -> None:
    parked = []
    for _ in range(9):
        parked.append(await limiter.park(ONE, None))
        clock.time += parked[-1]
    assert parked == [MINUTE * 2**strike for strike in range(6)] + [HOUR] * 3


async def test_no_time_that_is_named_parks_for_more_than_an_hour(limiter: Limiter) -> None:
    assert await limiter.park(ONE, timedelta(seconds=9_999_999_999)) == HOUR


async def test_parking_is_never_made_shorter(limiter: Limiter) -> None:
    await limiter.park(ONE, HOUR)
    assert await limiter.park(ONE, MINUTE) == HOUR
    assert await limiter.parked_for(ONE) == HOUR


# --- Redis ------------------------------------------------------------------------------------------------------------


async def test_nothing_is_asked_while_redis_is_away() -> None:
    """A job is put off then: the limits of other workers are not known."""
    async with Redis(port=free_port()) as nobody:
        with pytest.raises(RedisError):
            await Limiter(nobody).admit(ONE, "read")


async def test_what_is_kept_of_an_installation_passes_by_itself(connection: Redis, limiter: Limiter) -> None:
    await limiter.admit(ONE, "content")
    await limiter.park(ONE, None)
    assert [key async for key in connection.scan_iter() if await connection.pttl(key) < 0] == []
