"""From what stopped an audit to what its pull request is told: only for reasons that a person has to see to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from analyzers import problem
from analyzers.problem import Problem, ProblemKind
from bot.git.git import GitTimeoutError, GitTooLargeError, UnknownRefError
from bot.measuring.measure import InvalidPolicyError
from bot.version import VERSION


class NoMergeBaseError(Exception):
    """The pull request's head and its base branch share no commit."""

    def __init__(self, base_branch: str, head: str) -> None:
        super().__init__(f"{head} and {base_branch} have no commit in common")
        self.base_branch = base_branch
        self.head = head


EXPLAINED: Final = (
    GitTimeoutError,
    GitTooLargeError,
    InvalidPolicyError,
    NoMergeBaseError,
    UnknownRefError,
    TimeoutError,
)
"""What `explain` has words for. Everything else is tried again, or is a mistake of ours."""


def explain(error: Exception, *, most_bytes: int, fetch_seconds: float, audit_seconds: float) -> Problem:
    """What to say about one of EXPLAINED; the limits are those that were in force."""
    match error:
        case NoMergeBaseError():
            return problem.no_merge_base(head=error.head, base_branch=error.base_branch, version=VERSION)
        case InvalidPolicyError():
            return problem.policy_invalid(
                head=None, path=error.path, url=error.url, problems=error.problems, version=VERSION
            )
        case GitTooLargeError():
            return problem.too_large(head=None, most_bytes=most_bytes, version=VERSION)
        case GitTimeoutError():
            return problem.fetch_timed_out(head=None, seconds=round(fetch_seconds), version=VERSION)
        case UnknownRefError():
            return problem.head_missing(head=None, version=VERSION)
        case TimeoutError():
            return problem.audit_timed_out(head=None, seconds=round(audit_seconds), version=VERSION)
        case _:
            raise TypeError(f"no words for {error!r}") from error


_FOLLOWS: Final[Mapping[ProblemKind, str]] = {
    "audit_timeout": "Ask again: files that were read are not read twice.",
    "internal": "Nothing more happens by itself; ask again in a while.",
}


def for_a_command(told: Problem, *, branch: str, on_issue: bool) -> Problem:
    """The same in answer to somebody who asked for it, on an issue or on a pull request to `branch`."""
    told = msgspec.structs.replace(told, follows=_FOLLOWS.get(told.kind, "Ask again once that is seen to."))
    if told.kind == "internal":
        message = "There is no answer, for a reason that has nothing to do with what was asked."
        return msgspec.structs.replace(told, message=message)
    if told.policy is not None:
        message = f"`{told.policy.path}` cannot be used on `{branch}`, by which everything here is measured."
        remedy = "Correct it there; `fifthwhy policy check` finds the same mistakes locally."
        return msgspec.structs.replace(told, message=message, remedy=remedy)
    if on_issue and told.kind == "head_missing":
        return msgspec.structs.replace(
            told, title="there is nothing to audit", message=f"`{branch}` has no commit.", remedy="Push one."
        )
    if on_issue and told.kind == "fetch_timeout":
        return msgspec.structs.replace(told, remedy="If this goes on, look at the status of GitHub.")
    return told


def internal_error(reference: str) -> Problem:
    """What to say when the mistake is ours, or GitHub would not let us finish; `reference` finds it in the log."""
    return problem.internal_error(head=None, reference=reference, version=VERSION)
