"""`fifthwhy jobs`: what was given up is listed, shown and put back, from a terminal."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import pytest
from redis import Redis

from bot.queue.dead_letters import DeadLetter, DeadLetters
from bot.queue.jobs import ReviewJob
from bot.queue.queue import open_queue
from tests.bot.cli.test_audit import User
from tests.bot.conftest import stored_jobs
from tests.bot.settings.test_settings import enough

JOB: Final = ReviewJob(installation_id=3001, repository_id=42, number=7, delivery="delivery-1")
GIVEN_UP: Final = DeadLetter(
    id="0a1b2c3d",
    kind="given up",
    at=datetime(2026, 11, 26, 9, 30, tzinfo=UTC),
    reason="git fetch: early EOF\x1b[2J",
    attempts=10,
    generation=5,
    raw=msgspec.msgpack.encode(JOB),
)
FOREIGN: Final = DeadLetter(
    id="ffffffff",
    kind="undecodable",
    at=datetime(2026, 11, 26, 9, 31, tzinfo=UTC),
    reason="Invalid value 'from-the-future'",
    attempts=0,
    generation=6,
    raw=msgspec.msgpack.encode({"type": "from-the-future"}),
)


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


@pytest.fixture
def environment(redis_url: str) -> dict[str, str]:
    """What `fifthwhy` finds where it has two failed jobs."""
    asyncio.run(fail(redis_url, GIVEN_UP, FOREIGN))
    return enough(REDIS_URL=redis_url)


async def fail(redis_url: str, *letters: DeadLetter) -> None:
    async with open_queue(redis_url) as queue:
        for letter in letters:
            await DeadLetters(queue.redis).add(letter)


def test_failed_jobs_are_listed_with_their_reasons(user: User, environment: dict[str, str]) -> None:
    ran = user.runs("jobs", "failed", env=environment)
    first, second = ran.out.splitlines()
    assert first.startswith("0a1b2c3d  2026-11-26 09:30:00Z  review 42/pull/7  git fetch: early EOF")
    assert second.startswith("ffffffff  2026-11-26 09:31:00Z  undecodable  ")
    assert "\x1b" not in ran.out


def test_the_queue_alone_has_to_be_known(user: User, environment: dict[str, str]) -> None:
    known = {"FIFTHWHY_REDIS_URL": environment["FIFTHWHY_REDIS_URL"]}
    assert len(user.runs("jobs", "failed", env=known).out.splitlines()) == 2
    assert user.runs("jobs", "show", "0a1b2c3d", env=known).code == 0
    assert user.runs("jobs", "retry", "0a1b2c3d", env=known).code == 0


def test_an_address_of_no_redis_is_told(user: User) -> None:
    ran = user.runs("jobs", "failed", env={"FIFTHWHY_REDIS_URL": "https://queue.corp.example"})
    assert ran.code != 0
    assert "FIFTHWHY_REDIS_URL" in ran.err
    assert "FIFTHWHY_GITHUB_APP_ID" not in ran.err


def test_where_no_job_has_failed_that_is_said(user: User, redis_url: str) -> None:
    ran = user.runs("jobs", "failed", env=enough(REDIS_URL=redis_url))
    assert (ran.code, ran.out) == (0, "No job has failed.\n")


def test_failed_jobs_can_be_had_as_json(user: User, environment: dict[str, str]) -> None:
    given_up, foreign = json.loads(user.runs("jobs", "failed", "--json", env=environment).out)
    assert given_up["job"] == {
        "type": "review",
        "installation_id": 3001,
        "repository_id": 42,
        "number": 7,
        "delivery": "delivery-1",
        "lane": "interactive",
        "subject": "42/pull/7",
    }
    assert (given_up["attempts"], given_up["generation"], given_up["raw"]) == (10, 5, None)
    assert foreign["job"] is None
    assert base64.b64decode(foreign["raw"]) == FOREIGN.raw


def test_a_failed_job_is_shown_in_full(user: User, environment: dict[str, str]) -> None:
    shown = user.runs("jobs", "show", "0a1b2c3d", env=environment).out
    for words in ("0a1b2c3d", "2026-11-26 09:30:00Z", "early EOF", "review", "interactive", "delivery-1"):
        assert words in shown
    assert "from-the-future" in user.runs("jobs", "show", "ffffffff", env=environment).out


def test_a_failed_job_that_is_retried_is_in_the_queue_as_the_newest(
    user: User, environment: dict[str, str], redis: Redis
) -> None:
    redis.set("fifthwhy:generation", 100)
    ran = user.runs("jobs", "retry", "0a1b2c3d", env=environment)
    assert ran.out == "0a1b2c3d  42/pull/7 is in the queue again, as generation 101.\n"
    assert set(stored_jobs(redis)) == {"3001:42/pull/7:101"}
    assert "0a1b2c3d" not in user.runs("jobs", "failed", env=environment).out


def test_all_that_can_be_decoded_are_retried_at_once(user: User, environment: dict[str, str], redis: Redis) -> None:
    user.runs("jobs", "retry", "--all", env=environment)
    assert len(stored_jobs(redis)) == 1
    assert "ffffffff" in user.runs("jobs", "failed", env=environment).out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["retry", "ffffffff"], "cannot decode it"),
        (["retry", "12345678"], "there is no failed job 12345678"),
        (["show", "12345678"], "there is no failed job 12345678"),
        (["retry"], "name the jobs to put back"),
    ],
)
def test_what_cannot_be_done_is_told(
    user: User, environment: dict[str, str], redis: Redis, arguments: list[str], words: str
) -> None:
    ran = user.runs("jobs", *arguments, env=environment)
    assert ran.code == 2
    assert words in ran.err
    assert stored_jobs(redis) == {}


def test_a_redis_that_is_away_is_told_in_one_line(user: User) -> None:
    ran = user.runs("jobs", "failed", env=enough(REDIS_URL="redis://127.0.0.1:1"))
    assert (ran.code, ran.err) == (2, "fifthwhy: Redis is away: ConnectionError\n")


def test_a_redis_that_holds_something_else_is_not_said_to_be_away(user: User, redis: Redis, redis_url: str) -> None:
    redis.lpush("fifthwhy:dead:letters", "a list")
    ran = user.runs("jobs", "failed", env=enough(REDIS_URL=redis_url))
    assert ran.code == 2
    assert ran.err.startswith("fifthwhy: Redis answers by an error: ")
    assert "WRONGTYPE" in ran.err


def test_without_a_redis_that_is_told(user: User) -> None:
    ran = user.runs("jobs", "failed", env=enough())
    assert ran.code == 2
    assert "FIFTHWHY_REDIS_URL is not set" in ran.err
