"""Auditing a change on GitHub: fetch both sides, find what they have in common, measure; or say what is in the way."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import msgspec
import structlog

from analyzers.places import Repository as ReportedRepository
from analyzers.policy import POLICY_PATHS, PolicyProblem
from analyzers.problem import Problem, repaired
from analyzers.report import Report
from bot.git.git import GitCorruptError, Remote
from bot.git.mirror import Mirror, mirror_path
from bot.github.records import PullRequest, Session
from bot.jobs.problems import EXPLAINED, NoMergeBaseError, explain
from bot.jobs.tools import Tools
from bot.jobs.turns import Turn
from bot.jobs.watch import Watch, watched
from bot.measuring.measure import (
    Comparison,
    InvalidPolicyError,
    PolicyFile,
    policy_in_force,
    policy_problems_at,
    report_on,
)
from bot.policies.sources import Sources
from bot.queue.jobs import GroupJob

log = structlog.get_logger(__name__)


class Change(msgspec.Struct, frozen=True):
    """What to fetch: each side a ref or the id of a commit. The policy is that of `base`, called `base_branch`."""

    repository_id: int
    head: str
    base: str
    base_branch: str
    pull_request: int | None = None


class Audited(msgspec.Struct, frozen=True):
    """A change that was measured, and by what."""

    report: Report
    policy: PolicyFile
    mirror: Mirror

    @property
    def head(self) -> str:
        """The commit that was audited."""
        return self.report.head.id


class Unaudited(msgspec.Struct, frozen=True):
    """What keeps us from measuring a change, for a person to see to. `head` is the commit, where it was had."""

    problem: Problem
    head: str | None = None
    touches_policy: bool = False
    """The change alters the policy's file, so whoever made it knows of it."""
    policy_path: str | None = None
    policy_problems: tuple[PolicyProblem, ...] = ()
    """The mistakes in the policy at the head."""

    @property
    def repairs_policy(self) -> bool:
        """Whether all that is wrong is the policy of the base, which this very change puts right."""
        return self.problem.kind == "policy_invalid" and self.touches_policy and not self.policy_problems


def change_of(pull: PullRequest, repository_id: int) -> Change:
    """What a pull request changes: out of a fork as well, and out of one that is gone."""
    head, base = f"refs/pull/{pull.number}/head", f"refs/heads/{pull.base_branch}"
    return Change(repository_id, head, base, pull.base_branch, pull.number)


def change_of_group(job: GroupJob) -> Change:
    """What a group of a merge queue adds to the group before it, or to the branch."""
    return Change(job.repository_id, job.head_sha, job.base_sha, job.base_branch)


async def audit_change(
    change: Change, session: Session, sources: Sources, turn: Turn, tools: Tools
) -> Audited | Unaudited:
    """Audit, in a thread. Raises SupersededError and BusyError from the turn, and what is worth another try."""
    watch = Watch(turn)
    try:
        async with asyncio.timeout(tools.seconds):
            return await watched(watch, lambda: _audit(change, session, sources, watch, tools))
    except EXPLAINED as error:
        return Unaudited(_explained(error, tools), head=getattr(error, "head", None))


def _explained(error: Exception, tools: Tools) -> Problem:
    log.info("audit not possible", reason=repr(error))
    limits = tools.mirror_limits
    return explain(error, most_bytes=limits.max_bytes, fetch_seconds=limits.seconds, audit_seconds=tools.seconds)


def _audit(change: Change, session: Session, sources: Sources, watch: Watch, tools: Tools) -> Audited | Unaudited:
    web = f"{tools.web_url}/{session.full_name}"
    remote = Remote(f"{web}.git", token=session.token, plain_http=web.startswith("http://"))
    host = urlsplit(tools.web_url).hostname or ""
    mirror = Mirror(mirror_path(tools.data_dir, host, change.repository_id), tools.mirror_limits)
    commits = mirror.fetch(remote, [change.head, change.base])
    watch.phase("compare")
    try:
        comparison = _comparison(mirror, change, commits, ReportedRepository(session.full_name, web), sources)
        return _measured(mirror, comparison, watch, tools)
    except GitCorruptError:
        mirror.discard()  # the job is tried again, with a new one
        raise


def _measured(mirror: Mirror, comparison: Comparison, watch: Watch, tools: Tools) -> Audited | Unaudited:
    try:
        policy = policy_in_force(mirror.repository, comparison)
        report = report_on(mirror.repository, comparison, tools.caches, watch.phase, watch.file, policy)
    except InvalidPolicyError as error:
        return _without_policy(mirror, comparison, error, tools)
    return Audited(report, policy, mirror)


def _comparison(
    mirror: Mirror, change: Change, commits: dict[str, str], repository: ReportedRepository, sources: Sources
) -> Comparison:
    head, base = commits[change.head], commits[change.base]
    merge_base = mirror.repository.merge_base(base, head)
    if merge_base is None:
        raise NoMergeBaseError(change.base_branch, head)
    return Comparison(
        head=head,
        base=merge_base,
        policy_at=base,
        repository=repository,
        pull_request=change.pull_request,
        sources=sources,
    )


def _without_policy(mirror: Mirror, comparison: Comparison, error: InvalidPolicyError, tools: Tools) -> Unaudited:
    """The policy of the base cannot be used: is that any business of this change?"""
    repository, head = mirror.repository, comparison.head
    files = repository.changes(comparison.base or comparison.policy_at, head)
    touched = any(each.path in POLICY_PATHS or each.old_path in POLICY_PATHS for each in files)
    at_head = policy_problems_at(repository, head, comparison.sources) if touched else None
    path, problems = at_head or (None, ())
    found = Unaudited(_explained(error, tools), head, touched, path, problems)
    return msgspec.structs.replace(found, problem=repaired(found.problem)) if found.repairs_policy else found
