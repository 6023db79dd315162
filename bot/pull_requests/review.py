"""Reviewing a pull request: the main job, from its ids to a check run on its head and the one comment on it."""

from __future__ import annotations

import asyncio
from typing import Final, Literal

import msgspec
import structlog

from analyzers.gate import Acceptance, Gated, gated
from bot.checks.acceptances import acceptance_of, passing_of, remember_acceptance
from bot.checks.drafts import audited_draft, unaudited_draft
from bot.checks.own_check import OwnCheck, PullMark
from bot.checks.shared_head import SharedHead
from bot.github.errors import (
    ArchivedError,
    GitHubRefusedError,
    InstallationGoneError,
    InstallationSuspendedError,
    MovedError,
    NotYetError,
)
from bot.github.records import CheckRunDraft
from bot.github.repository import GitHubRepository
from bot.jobs.change_audit import Audited, Unaudited, audit_change, change_of
from bot.jobs.tools import Tools
from bot.jobs.turns import Turn
from bot.publishing.fenced import Fenced, FencedMemory
from bot.publishing.publish import Memory, Published, Thread, publish
from bot.publishing.published import remember_published
from bot.queue.jobs import LookBackJob, ReviewJob
from bot.upkeep.look_back import offer_look_back
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
    fenced = Fenced(repository, turn)
    shared = SharedHead(tools.queue, job, repository, turn)
    check = OwnCheck(fenced, FencedMemory(tools.queue, turn), job.subject, mark, turn.generation, shared)
    await turn.checkpoint("check run")
    if not pull.is_open:
        await check.close(pull.head_sha, CLOSED)
        return "closed"
    await check.begin(pull.head_sha)
    await turn.checkpoint("audit")
    found = tools.put_off.take(job, turn.generation, pull.head_sha)
    if found is None:
        sources = tools.policies.sources(job.installation_id, repository)
        found = await audit_change(change_of(pull, job.repository_id), repository.session, sources, turn, tools)
    head = found.head or pull.head_sha
    with tools.put_off.until_told(job, turn.generation, head, found):
        await turn.checkpoint("publish")
        try:
            told = await comment_on(fenced, job, found, FencedMemory(tools.queue, turn), is_checked=check.is_granted)
        except NotYetError:  # a verdict does not wait for a turn to comment
            await _look_around(check, head, mark, tools.queue)
            await _conclude(check, found, head, mark, None, tools.queue)
            raise
        await turn.checkpoint("conclude")
        if told.outcome != "created":  # on a new pull request there is nothing to look for
            await _look_around(check, head, mark, tools.queue)
        url = None if told.id is None else comment_url(tools, repository, job.number, told.id)
        await _conclude(check, found, head, mark, url, tools.queue)
    await remember_published(tools.queue, job.repository_id, job.number, head)
    await offer_look_back(
        tools.queue, LookBackJob(job.installation_id, job.repository_id, pull.base_branch, job.delivery)
    )
    return told.outcome


async def _look_around(check: OwnCheck, head: str, mark: PullMark, memory: Memory) -> None:
    """Where Redis has lost what it knew, GitHub still knows it."""
    if check.was_forgotten:
        for known in await check.look_around(head):
            await remember_acceptance(memory, mark, head, known)


async def _conclude(
    check: OwnCheck, found: Audited | Unaudited, head: str, mark: PullMark, url: str | None, memory: Memory
) -> None:
    """With what was accepted; also with what is accepted while it is being sent, as that waits for no review."""
    if isinstance(found, Unaudited):
        await check.conclude(unaudited_draft(found, head, str(mark), url))
        return
    verdict = gated(found.report, found.policy.policy)
    accepted = await acceptance_of(memory, mark, found.head, verdict)
    await check.conclude(await _draft(found, verdict, mark, url, accepted))
    meanwhile = await acceptance_of(memory, mark, found.head, verdict)
    if meanwhile != accepted:
        await check.amend(await _draft(found, verdict, mark, url, meanwhile, annotate=False))


async def _draft(
    found: Audited,
    verdict: Gated,
    mark: PullMark,
    url: str | None,
    accepted: Acceptance | None,
    *,
    annotate: bool = True,
) -> CheckRunDraft:
    passing = await asyncio.to_thread(passing_of, found, verdict, mark, accepted)
    mark = msgspec.structs.replace(mark, accepted=accepted)
    return audited_draft(found, verdict, str(mark), passing, url, annotate=annotate)


async def comment_on(
    repository: Fenced, job: ReviewJob, found: Audited | Unaudited, memory: Memory, *, is_checked: bool
) -> Published:
    """Say what was found in the comment; where nobody may, the check run has to do."""
    if isinstance(found, Audited):
        body, create = render_comment(found.report), found.policy.comments(found.report)
    else:
        its_own = found.touches_policy or found.problem.kind in _ITS_OWN
        body, create = render_problem(found.problem), its_own or not is_checked
    thread = Thread(job.repository_id, job.number, MARKER, repository.app_id)
    try:
        return await publish(repository, memory, thread, body, create=create)
    except (ArchivedError, InstallationGoneError, InstallationSuspendedError, MovedError):
        raise  # it is not about the comment
    except GitHubRefusedError as reason:  # locked, not permitted ...
        log.info("no comment", reason=str(reason))
        return Published("withheld")


def comment_url(tools: Tools, repository: GitHubRepository, number: int, id: int) -> str:
    """The address of a comment on a pull request."""
    return f"{tools.web_url}/{repository.session.full_name}/pull/{number}#issuecomment-{id}"
