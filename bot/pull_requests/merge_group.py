"""Evaluating a group of a merge queue: truly, on its own head, and always with a verdict, or the queue would stall."""

from __future__ import annotations

from typing import Final

import msgspec
import structlog

from analyzers.gate import gated
from bot.checks.acceptances import acceptance_in_queue
from bot.checks.drafts import audited_draft, unaudited_draft
from bot.checks.own_check import GroupMark, OwnCheck, mark_of
from bot.checks.shared_head import SharedHead
from bot.github.errors import InvalidError
from bot.github.records import CheckRunDraft
from bot.github.repository import GitHubRepository
from bot.jobs.change_audit import Audited, Unaudited, audit_change, change_of_group
from bot.jobs.tools import Tools
from bot.jobs.turns import Turn
from bot.publishing.fenced import Fenced, FencedMemory
from bot.queue.jobs import GroupJob
from report_templates.check import Passing

log = structlog.get_logger(__name__)

OVER: Final = "The group was merged, or is no longer in the queue."


async def evaluate(job: GroupJob, turn: Turn, tools: Tools) -> str:
    """Audit what the group adds to what is before it in the queue, by the policy there, and report on its head.

    https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue

    Returns the conclusion; `gone` where the queue has made another group, `over` where nobody waits for this one any
    more, which counts no more for others with the same head. Raises SupersededError and BusyError from the turn, and
    what is worth another try: GitHubError, GitUnavailableError.
    """
    mark = mark_of(job)
    async with tools.github.repository(job.installation_id, job.repository_id) as repository:
        await turn.checkpoint("check run")
        check = await begun(job, turn, tools, repository)
        if check is None:
            return "over"
        sources = tools.policies.sources(job.installation_id, repository)
        found = await audit_change(change_of_group(job), repository.session, sources, turn, tools)
        await turn.checkpoint("conclude")
        draft = await _draft(found, job, mark, tools)
        try:
            if check.was_forgotten:  # GitHub knows what was under way where Redis has lost it
                await check.look_around(job.head_sha)
            await check.conclude(draft)
        except InvalidError as reason:  # the queue has made another group in the meantime
            log.info("there is no such commit", reason=str(reason))
            return "gone"
        return draft.conclusion or "neutral"


async def begun(job: GroupJob, turn: Turn, tools: Tools, repository: GitHubRepository) -> OwnCheck | None:
    """The check run of a group, in progress; None: the group is over, and so is its check run."""
    shared = SharedHead(tools.queue, job, repository, turn)
    fenced, memory = Fenced(repository, turn), FencedMemory(tools.queue, turn)
    check = OwnCheck(fenced, memory, job.subject, mark_of(job), turn.generation, shared)
    if not job.is_over and not await shared.is_over(job.head_sha):
        await check.begin(job.head_sha)
        return check
    try:
        await check.close(job.head_sha, OVER)
    except InvalidError as reason:
        log.info("there is no such commit", reason=str(reason))
    return None


async def _draft(found: Audited | Unaudited, job: GroupJob, mark: GroupMark, tools: Tools) -> CheckRunDraft:
    if isinstance(found, Unaudited):
        return unaudited_draft(_in_a_queue(found), job.head_sha, str(mark))
    verdict = gated(found.report, found.policy.policy)
    accepted = await acceptance_in_queue(tools.queue, job.repository_id, verdict)
    return audited_draft(found, verdict, str(mark), Passing(accepted), can_accept=False)


def _in_a_queue(found: Unaudited) -> Unaudited:
    """The same in words that fit a group, whose pull requests nobody pushes to any more."""
    told = msgspec.structs.replace(found.problem, follows="The queue asks anew for each group that it makes.")
    if told.kind == "head_missing":
        told = msgspec.structs.replace(
            told,
            title="a commit of this group is gone",
            message="GitHub does not have it any more, as when the queue has made another group in its place.",
            remedy="There is nothing to be done.",
        )
    return msgspec.structs.replace(found, problem=told)
