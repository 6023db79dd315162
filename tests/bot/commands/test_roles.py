"""Who may give which command, with a real Redis."""

from __future__ import annotations

import asyncio
from typing import get_args

import pytest
from redis import Redis

from analyzers.policy import CommandsPolicy
from bot.commands.roles import Refusals, may, role_of
from bot.github.records import Role
from bot.queue.queue import Queue

pytestmark = pytest.mark.anyio

DEFAULT = CommandsPolicy()


def who_may(policy: CommandsPolicy, *, is_author: bool = False) -> set[str]:
    return {role for role in get_args(Role) if may("audit", policy, role, is_author=is_author)}


class GitHub:
    """Says of everybody that they have one role, and counts how often it is asked."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.asked: list[str] = []

    async def permission(self, login: str) -> Role:
        self.asked.append(login)
        return self.role


# --- what the policy says ---------------------------------------------------------------------------------------------


def test_by_default_it_takes_write_access() -> None:
    assert who_may(DEFAULT) == {"write", "maintain", "admin"}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("read", {"read", "triage", "write", "maintain", "admin"}),
        ("triage", {"triage", "write", "maintain", "admin"}),
        ("maintain", {"maintain", "admin"}),
        ("admin", {"admin"}),
    ],
)
def test_the_policy_names_the_least_role(role: str, expected: set[str]) -> None:
    assert who_may(CommandsPolicy.model_validate({"roles": {"audit": role}})) == expected


def test_nobody_is_somebody_without_any_role() -> None:
    assert "none" not in who_may(CommandsPolicy.model_validate({"roles": {"audit": "read"}}))


def test_the_author_of_a_pull_request_may_whatever_their_role() -> None:
    assert who_may(DEFAULT, is_author=True) == set(get_args(Role))


def test_the_policy_can_hold_authors_to_the_role_as_well() -> None:
    assert who_may(CommandsPolicy(authors=False), is_author=True) == who_may(DEFAULT)


def test_authors_do_not_accept_what_they_introduce() -> None:
    assert not may("accept", DEFAULT, "write", is_author=True)
    assert may("accept", DEFAULT, "maintain", is_author=True)


# --- what GitHub says -------------------------------------------------------------------------------------------------


async def test_github_is_asked_once_in_a_while(queue: Queue) -> None:
    github = GitHub("triage")
    assert [await role_of(github, queue, 1, "Ada") for _ in range(3)] == ["triage"] * 3
    assert await role_of(github, queue, 1, "ada") == "triage"
    assert github.asked == ["Ada"]


async def test_what_somebody_may_do_in_one_repository_says_nothing_about_another(queue: Queue) -> None:
    await role_of(GitHub("admin"), queue, 1, "ada")
    assert await role_of(GitHub("read"), queue, 2, "ada") == "read"


async def test_a_role_is_remembered_for_ten_minutes(queue: Queue, redis: Redis) -> None:
    await role_of(GitHub("admin"), queue, 1, "ada")
    (key,) = list(redis.scan_iter("*role 1 ada"))
    assert 0 < redis.pttl(key) <= 10 * 60 * 1000  # type: ignore[operator]


async def test_a_memory_that_makes_no_sense_is_asked_anew(queue: Queue, redis: Redis) -> None:
    await role_of(GitHub("write"), queue, 1, "ada")
    (key,) = list(redis.scan_iter("*role 1 ada"))
    redis.set(key, "owner")
    assert await role_of(GitHub("read"), queue, 1, "ada") == "read"


# --- who was told so --------------------------------------------------------------------------------------------------


async def test_a_refusal_is_told_once_a_day_and_again_only_for_the_same_comment(queue: Queue) -> None:
    refusals = Refusals(queue, 1, "mallory")
    assert not await refusals.were_told(7)
    assert await refusals.tell(7)
    assert await refusals.tell(7)  # the worker died before it could say so
    assert not await refusals.tell(8)
    assert (await refusals.were_told(7), await refusals.were_told(8)) == (False, True)


async def test_of_two_comments_at_once_one_is_told(queue: Queue) -> None:
    refusals = Refusals(queue, 1, "mallory")
    told = await asyncio.gather(*(refusals.tell(comment) for comment in range(10)))
    assert sum(told) == 1
    assert await refusals.tell(told.index(True))  # its worker died before it could say so


async def test_a_refusal_is_of_one_person_in_one_repository(queue: Queue) -> None:
    await Refusals(queue, 1, "mallory").tell(7)
    assert await Refusals(queue, 1, "trudy").tell(8)
    assert await Refusals(queue, 2, "mallory").tell(9)
    assert not await Refusals(queue, 1, "Mallory").tell(10)


async def test_a_refusal_is_forgotten_after_a_day(queue: Queue, redis: Redis) -> None:
    await Refusals(queue, 1, "mallory").tell(7)
    keys = list(redis.scan_iter("*refused 1 mallory"))
    assert len(keys) == 1
    assert all(0 < redis.pttl(key) <= 24 * 60 * 60 * 1000 for key in keys)  # type: ignore[operator]
