"""Dead letters in a real Redis: what was given up is kept, and no more than a bounded number of it."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
import pytest

from bot.queue.dead_letters import LARGEST_RAW, MOST_LETTERS, DeadLetters, given_up, undecodable
from bot.queue.jobs import ReviewJob
from bot.queue.queue import Queue

pytestmark = pytest.mark.anyio

JOB: Final = ReviewJob(installation_id=3001, repository_id=42, number=7, delivery="delivery-1")


async def test_a_job_that_was_given_up_can_be_found_by_its_reference(queue: Queue) -> None:
    letters = DeadLetters(queue.redis)
    await letters.add(given_up(JOB, 5, reference="0a1b2c3d", reason="early EOF", attempts=10))

    letter = await letters.get("0a1b2c3d")

    assert letter is not None
    assert letter.job() == JOB
    assert (letter.generation, letter.attempts, letter.reason) == (5, 10, "early EOF")
    assert await letters.all() == (letter,)


async def test_what_was_put_back_is_forgotten(queue: Queue) -> None:
    letters = DeadLetters(queue.redis)
    await letters.add(given_up(JOB, 5, reference="0a1b2c3d", reason="early EOF", attempts=10))
    await letters.remove("0a1b2c3d")
    assert await letters.get("0a1b2c3d") is None
    assert await letters.count() == 0


async def test_the_oldest_make_room_for_new_ones(queue: Queue) -> None:
    letters = DeadLetters(queue.redis)
    letter = given_up(JOB, 0, reference="", reason="early EOF", attempts=10)
    numbered = [msgspec.structs.replace(letter, id=f"{number:08x}", generation=number) for number in range(1005)]
    for first in range(0, 1005, 67):
        await asyncio.gather(*(letters.add(letter) for letter in numbered[first : first + 67]))
    kept = await letters.all()
    assert await letters.count() == len(kept) == MOST_LETTERS == 1000
    assert kept[0].generation == 5


async def test_of_what_cannot_be_decoded_the_bytes_are_kept_up_to_a_size() -> None:
    assert undecodable(b"\x80\x04K\x01.", "not MessagePack").raw == b"\x80\x04K\x01."
    assert len(undecodable(b"x" * 10_000_000, "not MessagePack").raw) == LARGEST_RAW


async def test_what_cannot_be_decoded_is_no_job() -> None:
    with pytest.raises(msgspec.DecodeError):
        undecodable(b"\x80\x04K\x01.", "not MessagePack").job()
