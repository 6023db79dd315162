"""Evaluating a group of a merge queue: truly, on its own head, and always with a verdict, or the queue would stall."""

from __future__ import annotations

import msgspec
import structlog

from analyzers.gate import gated
from bot.checks.acceptances import acceptance_in_queue
from bot.checks.drafts import audited_draft, unaudited_draft
from bot.checks.own_check import GroupMark, OwnCheck
from bot.github.errors import InvalidError
from bot.jobs.change_audit import Unaudited, audit_change, change_of_group
from bot.jobs.tools import Tools
from bot.jobs.turns import Turn
from bot.publishing.fenced import Fenced, FencedMemory
from bot.queue.jobs import GroupJob
from report_templates.check import Passing

log = structlog.get_logger(__name__)


async def evaluate(job: GroupJob, turn: Turn, tools: Tools) -> str:
    """Audit what the group adds to what is before it in the queue, by the policy there, and report on its head.

    https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue

    Returns the conclusion; `gone` where the queue has made another group. Raises SupersededError and BusyError from the
    turn, and what is worth another try: GitHubError, GitUnavailableError.
    """
    mark = mark_of(job)
    async with tools.github.repository(job.installation_id, job.repository_id) as repository:
        fenced, memory = Fenced(repository, turn), FencedMemory(tools.queue, turn)
        check = OwnCheck(fenced, memory, job.subject, mark, turn.generation)
        await turn.checkpoint("check run")
        await check.begin(job.head_sha)
        sources = tools.policies.sources(job.installation_id, repository)
        found = await audit_change(change_of_group(job), repository.session, sources, turn, tools)
        await turn.checkpoint("conclude")
        if isinstance(found, Unaudited):
            draft = unaudited_draft(_in_a_queue(found), job.head_sha, str(mark))
        else:
            verdict = gated(found.report, found.policy.policy)
            accepted = await acceptance_in_queue(tools.queue, job.repository_id, verdict)
            draft = audited_draft(found, verdict, str(mark), Passing(accepted), can_accept=False)
        try:
            if check.was_forgotten:  # GitHub knows what was under way where Redis has lost it
                await check.look_around(job.head_sha)
            await check.conclude(draft)
        except InvalidError as reason:  # the queue has made another group in the meantime
            log.info("there is no such commit", reason=str(reason))
            return "gone"
        return draft.conclusion or "neutral"


def mark_of(job: GroupJob) -> GroupMark:
    """What the check run of a group has in its external id."""
    return GroupMark(job.repository_id, job.base_sha, job.base_branch)


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
