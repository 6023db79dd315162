"""What becomes of a job that has failed: tried again, and after which pause, or given up, and who is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from bot.git.git import GitCorruptError, GitError, GitRefusedError, GitUnavailableError
from bot.github.errors import (
    GitHubRefusedError,
    GitHubUnavailableError,
    InstallationGoneError,
    InstallationSuspendedError,
    NotYetError,
    RepositoryGoneError,
)
from bot.jobs.turns import BusyError, SupersededError
from bot.queue.attempts import Tally
from bot.worker.verdicts import Again, GiveUp, JobTimeoutError, Over, Verdict, judge, outcome_of

PASSING: Final = [
    GitHubUnavailableError("GET /repos answered 502"),
    GitUnavailableError("git fetch: early EOF"),
    GitCorruptError("git cat-file: loose object is corrupt"),
    RedisConnectionError("Connection refused"),
    ConnectionResetError(104, "Connection reset by peer"),
    GitError("git fetch: unable to write file: No space left on device"),
    OSError(28, "No space left on device"),
]


def after(error: Exception, times: int = 1, parked_for: timedelta = timedelta()) -> Verdict:
    """The verdict when a job has failed like this so often."""
    return judge(error, Tally({outcome_of(error): times}, parked_for))


def kind(value: object) -> str | None:
    return type(value).__name__ if isinstance(value, Exception) else None


def test_a_job_that_was_overtaken_is_over() -> None:
    assert after(SupersededError("a newer job is in the queue")) == Over()


@pytest.mark.parametrize("gone", [InstallationGoneError, InstallationSuspendedError, RepositoryGoneError])
def test_a_job_for_whom_there_is_nobody_any_more_is_over(gone: type[GitHubRefusedError]) -> None:
    assert after(gone("POST /app/installations/1/access_tokens answered 404")) == Over()


def test_a_job_that_has_to_wait_for_its_turn_may_do_so_for_ever() -> None:
    assert after(BusyError("42/pull/7 is being worked on"), times=500) == Again(timedelta(seconds=1))


@pytest.mark.parametrize("error", PASSING, ids=kind)
def test_a_failure_that_may_pass_is_tried_again_after_ever_longer_pauses(error: Exception) -> None:
    pauses = [after(error, times) for times in range(1, 10)]
    assert pauses == [Again(timedelta(seconds=seconds)) for seconds in (2, 4, 8, 16, 32, 64, 128, 256, 512)]


def test_a_failure_that_does_not_pass_is_given_up_and_told() -> None:
    assert after(GitUnavailableError("git fetch: early EOF"), times=10) == GiveUp("git fetch: early EOF", tell=True)


@pytest.mark.parametrize(
    ("asked", "pause"),
    [
        pytest.param(timedelta(seconds=3), timedelta(seconds=3), id="soon"),
        pytest.param(timedelta(milliseconds=10), timedelta(seconds=1), id="at once"),
        pytest.param(timedelta(minutes=59), timedelta(minutes=59), id="until the limit starts anew"),
        pytest.param(timedelta(days=9), timedelta(hours=1), id="by a clock that is wrong"),
    ],
)
def test_github_is_left_alone_for_as_long_as_it_asks(asked: timedelta, pause: timedelta) -> None:
    assert after(GitHubUnavailableError("answered 429", asked)) == Again(pause)


def test_waiting_for_github_is_no_failure_for_a_day() -> None:
    parked = GitHubUnavailableError("answered 429", timedelta(seconds=30))
    assert after(parked, times=100, parked_for=timedelta(hours=23)) == Again(timedelta(minutes=10))
    assert after(parked, times=100, parked_for=timedelta(hours=25)) == GiveUp("answered 429", tell=True)


def test_who_is_asked_to_come_back_again_and_again_comes_back_more_slowly() -> None:
    parked = GitHubUnavailableError("answered 429", timedelta(seconds=1))
    assert [after(parked, times) for times in (1, 10, 12, 15)] == [
        Again(timedelta(seconds=seconds)) for seconds in (1, 1, 4, 32)
    ]


def test_who_has_a_turn_comes_back_for_it_in_time_however_often_that_was_so() -> None:
    waits = NotYetError("within GitHub's limits again later", timedelta(seconds=3))
    assert outcome_of(waits) == "parked"
    assert {after(waits, times) for times in (1, 10, 100, 10_000)} == {Again(timedelta(seconds=3))}


@pytest.mark.parametrize("error", [GitHubRefusedError("answered 401"), GitRefusedError("error: 403")], ids=kind)
def test_a_refusal_is_tried_once_more(error: Exception) -> None:
    """The token may have been revoked before its time, or the repository renamed."""
    assert after(error) == Again(timedelta(seconds=1))


def test_what_github_refuses_again_is_given_up_without_a_word_there() -> None:
    assert after(GitHubRefusedError("answered 404"), times=2) == GiveUp("answered 404", tell=False)


def test_what_only_git_is_refused_is_told() -> None:
    assert after(GitRefusedError("error: 403"), times=2) == GiveUp("error: 403", tell=True)


@pytest.mark.parametrize("error", [ZeroDivisionError("with /internal/paths in it"), JobTimeoutError("took long")])
def test_a_mistake_of_ours_is_tried_again_twice_and_its_message_told_to_nobody(error: Exception) -> None:
    verdicts = [after(error, times) for times in (1, 2, 3)]
    assert verdicts == [
        Again(timedelta(seconds=2)),
        Again(timedelta(seconds=4)),
        GiveUp(type(error).__name__, tell=True),
    ]


def test_who_is_to_be_told_of_a_job_that_was_given_up_is_told_as_soon_as_github_is_back_within_a_day() -> None:
    away = GitHubUnavailableError("answered 502")
    pauses = [judge(away, Tally({"failed": times}), telling=True) for times in range(1, 150)]
    assert all(isinstance(pause, Again) and pause.after <= timedelta(minutes=10) for pause in pauses)
    assert sum((pause.after for pause in pauses if isinstance(pause, Again)), timedelta()) > timedelta(hours=23)
    assert judge(away, Tally({"failed": 150}), telling=True) == GiveUp("answered 502", tell=True)
