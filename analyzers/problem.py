"""Problems: audits that could not be done, with what happened, what helps and what comes next, in words for a reader.

In the texts, names stand between backticks, as in the messages of findings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from analyzers.policy import POLICY_PATHS, PolicyProblem

ProblemKind = Literal[
    "no_merge_base", "too_large", "fetch_timeout", "audit_timeout", "policy_invalid", "head_missing", "internal"
]

_NEXT_PUSH = "The next push to this pull request is audited again."


class PolicyFault(msgspec.Struct, frozen=True):
    """A policy file that cannot be used: where it is, and every mistake in it."""

    path: str
    url: str | None
    problems: tuple[PolicyProblem, ...]


class Problem(msgspec.Struct, frozen=True):
    """Why a pull request has no report. `follows` says what happens next without anybody doing anything."""

    kind: ProblemKind
    title: str
    message: str
    remedy: str
    follows: str
    head: str | None
    version: str
    policy: PolicyFault | None = None
    reference: str | None = None
    """The name under which an internal error stands in the log."""


def no_merge_base(*, head: str, base_branch: str, version: str) -> Problem:
    """The pull request shares no commit with the branch that it wants to go to."""
    return Problem(
        kind="no_merge_base",
        title="this pull request has no merge base",
        message=f"Its head and `{base_branch}` have no commit in common, so there is nothing to compare it with.",
        remedy=f"Rebase the branch onto `{base_branch}`, or merge `{base_branch}` into it.",
        follows=_NEXT_PUSH,
        head=head,
        version=version,
    )


def too_large(*, head: str | None, most_bytes: int, version: str) -> Problem:
    """The repository, or what a fetch would bring, is over the limit of this installation."""
    return Problem(
        kind="too_large",
        title="this repository is too large",
        message=f"What had to be fetched is more than the {_size(most_bytes)} that this installation allows.",
        remedy="Whoever runs this installation can raise the limit; `fifthwhy audit` in a clone has none.",
        follows=_NEXT_PUSH,
        head=head,
        version=version,
    )


def fetch_timed_out(*, head: str | None, seconds: int, version: str) -> Problem:
    """The commits did not arrive in time."""
    return Problem(
        kind="fetch_timeout",
        title="fetching the commits took too long",
        message=f"They had not arrived from GitHub after {seconds:,} seconds.",
        remedy="Nothing is wrong with the pull request. If this goes on, look at the status of GitHub.",
        follows=_NEXT_PUSH,
        head=head,
        version=version,
    )


def audit_timed_out(*, head: str | None, seconds: int, version: str) -> Problem:
    """Reading and comparing the two trees took longer than allowed."""
    return Problem(
        kind="audit_timeout",
        title="the audit took too long",
        message=f"It was stopped after {seconds:,} seconds.",
        remedy="Files that need no audit, such as generated ones, can be left out by `exclude` in the policy.",
        follows="The next push is audited again, and has less to do: files that were read are not read twice.",
        head=head,
        version=version,
    )


def policy_invalid(
    *, head: str | None, path: str, url: str | None, problems: Iterable[PolicyProblem], version: str
) -> Problem:
    """The policy of the base branch has mistakes, so there is nothing to measure by.

    Without one there, the owner's is meant: a path that begins with its repository.
    """
    measured = "Pull requests are measured by the policy of their base branch, and"
    own = path in POLICY_PATHS
    where = "on the base branch" if own else "there"
    instead = f"{measured} without one by that of the owner: `{path}`, which cannot be used."
    return Problem(
        kind="policy_invalid",
        title="the policy is not valid",
        message=f"{measured} `{path}` cannot be used there." if own else instead,
        remedy=f"Correct it {where}; `fifthwhy policy check` finds the same mistakes locally.",
        follows="Pull requests are audited again at their next push after that.",
        head=head,
        version=version,
        policy=PolicyFault(path, url, tuple(problems)),
    )


def repaired(problem: Problem) -> Problem:
    """What to say of an invalid policy to the very change that puts it right."""
    path = "" if problem.policy is None else problem.policy.path
    return msgspec.structs.replace(
        problem,
        title="the policy in force is not valid, and this change corrects that",
        message=f"Changes are measured by the policy in force, and `{path}` cannot be used as it is there:",
        remedy="The head of this change has no such mistake; once it is merged, there is a policy to measure by.",
        follows="Other pull requests are audited again at their next push after that.",
    )


def head_missing(*, head: str | None, version: str) -> Problem:
    """The commit to be audited is not there any more."""
    return Problem(
        kind="head_missing",
        title="the head of this pull request is gone",
        message="GitHub has no commit for it: the branch or the fork that it came from was deleted.",
        remedy="Restore the branch, or open a new pull request from another one.",
        follows=_NEXT_PUSH,
        head=head,
        version=version,
    )


def internal_error(*, head: str | None, reference: str, version: str) -> Problem:
    """A mistake of fifthwhy itself; `reference` finds it in the log."""
    return Problem(
        kind="internal",
        title="an error in fifthwhy",
        message="The audit failed for a reason that has nothing to do with this pull request.",
        remedy="Tell whoever runs this installation of fifthwhy, with the reference below.",
        follows=_NEXT_PUSH,
        head=head,
        version=version,
        reference=reference,
    )


def _size(count: int) -> str:
    for power, unit in ((3, "GiB"), (2, "MiB"), (1, "KiB")):
        if count >= 1024**power:
            return f"{count / 1024**power:.3g} {unit}"
    return f"{count} bytes"
