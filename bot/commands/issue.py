"""What a status report tells of the issue that it answers: pull requests, tasks, and the suites of its commit."""

from __future__ import annotations

from datetime import datetime

import msgspec

from analyzers.policy import Policy
from analyzers.status import IssueRow, LinkedPull, SuiteRow, TaskRow
from analyzers.status_of import NO_CONTEXT, Context
from analyzers.suites import suites_of
from analyzers.tasks import tasks_of
from bot.github.checks import MOST_CHECKS
from bot.github.records import Issue
from bot.github.repository import GitHubRepository


class IssueContext(msgspec.Struct, frozen=True):
    """An issue, and what stands around it. `opened` is in UTC; `more_pulls` counts those that are not listed."""

    issue: IssueRow
    opened: datetime
    is_open: bool
    pulls: tuple[LinkedPull, ...]
    more_pulls: int
    tasks: tuple[TaskRow, ...]
    suites: tuple[SuiteRow, ...]


class Circumstances(msgspec.Struct, frozen=True):
    """What GitHub knows and the code does not: `opened` is when the issue that is answered was.

    `required_checks` have to pass before a merge into the branch that the report is about; None: nobody may tell.
    """

    context: Context = NO_CONTEXT
    opened: datetime | None = None
    required_checks: tuple[str, ...] | None = None


async def issue_of(repository: GitHubRepository, number: int, head: str, policy: Policy) -> IssueContext:
    """Ask GitHub for all that a report on the commit `head` says of issue `number`.

    Raises GitHubError.
    """
    issue = await repository.issue(number)
    linked = await repository.linked_pulls(number)
    return IssueContext(
        issue=row_of(issue),
        opened=issue.created_at,
        is_open=issue.state == "open",
        pulls=linked.pulls,
        more_pulls=linked.more,
        tasks=tasks_of(issue.body) if policy.status.phases_from_tasks else (),
        suites=await suites_at(repository, head, policy),
    )


def row_of(issue: Issue) -> IssueRow:
    """An issue as a report names it."""
    return IssueRow(issue.number, issue.title, issue.created_at.date().isoformat(), issue.html_url)


async def suites_at(repository: GitHubRepository, head: str, policy: Policy) -> tuple[SuiteRow, ...]:
    """The policy's suites at a commit, as a weekly report has them too. Raises GitHubError."""
    if not policy.suites:
        return ()
    checks = await repository.checks(head)
    return suites_of(policy, checks, known=len(checks) < MOST_CHECKS)
