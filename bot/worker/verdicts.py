"""What becomes of a job whose attempt has failed: decided here from the error and what was counted, done elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from bot.git.git import GitError, GitRefusedError
from bot.github.errors import (
    GitHubRefusedError,
    GitHubUnavailableError,
    InstallationGoneError,
    InstallationSuspendedError,
    NotYetError,
    RepositoryGoneError,
)
from bot.jobs.turns import BusyError, SupersededError
from bot.queue.attempts import Outcome, Tally
from bot.queue.queue import Unavailable

MOST_FAILURES: Final = 10
MOST_BUGS: Final = 3
MOST_TELLINGS: Final = 150
"""About a day: so long it is tried to say that a job was given up, for which somebody may wait."""
MOST_CRASHES: Final = 3
"""A job in which the worker died so often, one time after the other, is likely to be the reason for it."""

LONGEST_PARKED: Final = timedelta(days=1)

_BUSY: Final = timedelta(seconds=1)
_LONGEST_PAUSE: Final = timedelta(minutes=10)
_LONGEST_ASKED: Final = timedelta(hours=1)
"""GitHub's limits start anew every hour; more than that comes of a clock that is wrong."""

_PATIENT: Final = 10
"""So often GitHub is taken at its word about when to come back. After that the pauses grow."""

_PASSING: Final = (GitHubUnavailableError, GitError, *Unavailable)
"""Failures that another attempt may not meet; for git, that is also a disk that is full."""


_GONE: Final = (InstallationGoneError, InstallationSuspendedError, RepositoryGoneError)
"""There is nobody any more for whom to do it. What was missed while an installation was suspended is found later."""


class JobTimeoutError(Exception):
    """A job took longer than any may."""


class Over(msgspec.Struct, frozen=True):
    """The job has come to its end, as nobody needs it any more."""


class Again(msgspec.Struct, frozen=True):
    """Another attempt, after a pause. No worker waits for it."""

    after: timedelta


class GiveUp(msgspec.Struct, frozen=True):
    """No further attempt, unless a person asks for it."""

    reason: str
    tell: bool
    """Whether those who wait for the job are to be told on GitHub."""


Verdict = Over | Again | GiveUp


def outcome_of(error: Exception) -> Outcome:
    """What an error says about an attempt."""
    match error:
        case SupersededError():
            return "superseded"
        case BusyError():
            return "busy"
        case GitHubUnavailableError(after=timedelta()):
            return "parked"
        case GitHubRefusedError() | GitRefusedError():
            return "refused"
        case _:
            return "failed" if isinstance(error, _PASSING) else "broken"


def judge(error: Exception, tally: Tally, *, telling: bool = False) -> Verdict:
    """What to do after an attempt that ended with this error, which is in the tally already.

    `telling`: all that is left is to say on GitHub that the job was given up.
    """
    outcome = outcome_of(error)
    if outcome == "superseded" or isinstance(error, _GONE):
        return Over()
    pause = _pause_after(error, outcome, tally, MOST_TELLINGS if telling else MOST_FAILURES)
    if pause is not None:
        return Again(pause)
    # The message of a mistake of ours may hold anything. Where GitHub refuses, nothing can be said there either; where
    # only git is refused, perhaps it can.
    reason = type(error).__name__ if outcome == "broken" else str(error)
    return GiveUp(reason, tell=not isinstance(error, GitHubRefusedError))


def _pause_after(error: Exception, outcome: Outcome, tally: Tally, most: int) -> timedelta | None:
    count = tally.counts.get(outcome, 1)
    match outcome:
        case "busy":
            return _BUSY
        case "refused":  # the token was revoked before its time, or the repository has a new name
            return _BUSY if count == 1 else None
        case "parked":
            return _until_asked(error, count) if tally.parked_for < LONGEST_PARKED else None
        case "failed":
            return _pause(count) if count < most else None
        case _:
            return _pause(count) if count < MOST_BUGS else None


def _pause(count: int) -> timedelta:
    """Longer each time."""
    return min(timedelta(seconds=2 ** min(count, 10)), _LONGEST_PAUSE)


def _until_asked(error: Exception, count: int) -> timedelta:
    """Never sooner than GitHub asks for; just in time where our own limiter has promised a turn."""
    asked: timedelta = getattr(error, "after", None) or timedelta()
    least = _BUSY if isinstance(error, NotYetError) else _pause(min(max(0, count - _PATIENT), 10))
    return max(min(asked, _LONGEST_ASKED), least)
