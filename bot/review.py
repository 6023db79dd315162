"""Reviewing a pull request: the main job, from its ids to a check run on its head and the one comment on it."""

from __future__ import annotations

import asyncio
from typing import Final, Literal

import msgspec
import structlog

from analyzers.gate import gated
from bot.acceptances import acceptance_of, passing_of, remember_acceptance
from bot.change_audit import Audited, Unaudited, audit_change, change_of
from bot.check_drafts import audited_draft, unaudited_draft
from bot.github.errors import (
    ArchivedError,
    GitHubRefusedError,
    InstallationGoneError,
    InstallationSuspendedError,
    MovedError,
)
from bot.github.repository import GitHubRepository
from bot.jobs import LookBackJob, ReviewJob
from bot.look_back import offer_look_back
from bot.own_check import OwnCheck, PullMark
from bot.publish import Published, Thread, publish
from bot.published import remember_published
from bot.tools import Tools
from bot.turns import Turn
from report_templates.render import MARKER, render_comment, render_problem

log = structlog.get_logger(__name__)

Outcome = Literal["closed", "archived", "unchanged", "edited", "created", "none", "withheld"]
"""closed: there is nothing to review. archived: nothing can be written. The others are those of the comment."""

CLOSED: Final = "The pull request was closed."
_ITS_OWN: Final = frozenset({"no_merge_base", "head_missing"})
"""Problems for which the pull request itself has to be changed."""


async def review(job: ReviewJob, turn: Turn, tools: Tools) -> Outcome:
    """Audit the pull request; leave a check run on its head, and one comment of ours if the policy wants one.

    Raises SupersededError and BusyError from the turn, and what is worth another try: GitHubError, GitUnavailableError.
    """
    async with tools.github.repository(job.installation_id, job.repository_id) as repository:
        try:
            return await _review(job, turn, tools, repository)
        except ArchivedError as reason:
            log.info("nothing can be written there", reason=str(reason))
            return "archived"


async def _review(job: ReviewJob, turn: Turn, tools: Tools, repository: GitHubRepository) -> Outcome:
    pull = await repository.pull_request(job.number)
    mark = PullMark(job.repository_id, job.number, turn.generation)
    check = OwnCheck(repository, tools.queue, job.subject, mark, turn.generation)
    await turn.checkpoint("check run")
    if not pull.is_open:
        await check.close(pull.head_sha, CLOSED)
        return "closed"
    await check.begin(pull.head_sha)
    await turn.checkpoint("audit")
    sources = tools.policies.sources(job.installation_id, repository)
    change = change_of(pull, job.repository_id)
    found = await audit_change(change, repository.session, sources, turn, tools)
    await turn.checkpoint("publish")
    told = await comment_on(repository, job, found, tools, is_checked=check.is_granted)
    await turn.checkpoint("conclude")
    head = found.head or pull.head_sha
    if check.was_forgotten and told.outcome != "created":
        # Where Redis has lost what it knew, GitHub still knows it; on a new pull request there is nothing to look for.
        for known in await check.look_around(head):
            await remember_acceptance(tools.queue, mark, head, known)
    url = None if told.id is None else comment_url(tools, repository, job.number, told.id)
    if isinstance(found, Unaudited):
        await check.conclude(unaudited_draft(found, head, str(mark), url))
    else:
        verdict = gated(found.report, found.policy.policy)
        accepted = await acceptance_of(tools.queue, mark, head, verdict)
        passing = await asyncio.to_thread(passing_of, found, verdict, mark, accepted)
        mark = msgspec.structs.replace(mark, accepted=accepted)
        await check.conclude(audited_draft(found, verdict, str(mark), passing, url))
    await remember_published(tools.queue, job.repository_id, job.number, head)
    await offer_look_back(
        tools.queue, LookBackJob(job.installation_id, job.repository_id, pull.base_branch, job.delivery)
    )
    return told.outcome


async def comment_on(
    repository: GitHubRepository, job: ReviewJob, found: Audited | Unaudited, tools: Tools, *, is_checked: bool
) -> Published:
    """Say what was found in the comment; where nobody may, the check run has to do."""
    if isinstance(found, Audited):
        body, create = render_comment(found.report), found.policy.comments(found.report)
    else:
        its_own = found.touches_policy or found.problem.kind in _ITS_OWN
        body, create = render_problem(found.problem), its_own or not is_checked
    thread = Thread(job.repository_id, job.number, MARKER, repository.app_id)
    try:
        return await publish(repository, tools.queue, thread, body, create=create)
    except (ArchivedError, InstallationGoneError, InstallationSuspendedError, MovedError):
        raise  # it is not about the comment
    except GitHubRefusedError as reason:  # locked, not permitted ...
        log.info("no comment", reason=str(reason))
        return Published("withheld")


def comment_url(tools: Tools, repository: GitHubRepository, number: int, id: int) -> str:
    """The address of a comment on a pull request."""
    return f"{tools.web_url}/{repository.session.full_name}/pull/{number}#issuecomment-{id}"
