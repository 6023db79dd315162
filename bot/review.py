"""Reviewing a pull request: the main job, from its ids to the one comment on it."""

from __future__ import annotations

import asyncio
from threading import Event
from typing import Final, Literal
from urllib.parse import urlsplit

import structlog

from analyzers.places import Repository as ReportedRepository
from analyzers.problem import Problem
from analyzers.report import Report
from bot.git import GitCorruptError, Remote
from bot.github_api import Comments, PullRequest, Session
from bot.jobs import ReviewJob
from bot.measure import Comparison, report_on
from bot.mirror import Mirror, mirror_path
from bot.problems import EXPLAINED, NoMergeBaseError, explain
from bot.publish import Create, plan
from bot.tools import Tools
from bot.turns import BusyError, Turn
from report_templates.render import MARKER, render_comment, render_problem

log = structlog.get_logger(__name__)

_PUBLISH_ROUNDS: Final = 3

Outcome = Literal["closed", "unchanged", "published"]


async def review(job: ReviewJob, turn: Turn, tools: Tools) -> Outcome:
    """Audit the pull request and leave exactly one comment of ours on it that says what was found.

    Raises SupersededError and BusyError from the turn, and what is worth another try: GitHubError, GitUnavailableError.
    """
    async with tools.github.repository(job.installation_id, job.repository_id) as repository:
        pull = await repository.pull_request(job.number)
        if not pull.is_open:
            return "closed"
        await turn.checkpoint("audit")
        result = await _audit(job, pull, repository.session, turn, tools)
        await turn.checkpoint("publish")
        body = render_comment(result) if isinstance(result, Report) else render_problem(result)
        return await publish(repository, job.number, body, tools.github.app_id)


async def publish(comments: Comments, number: int, body: str, app_id: int) -> Outcome:
    """Bring the comments into order. After a new one they are read again, as another worker may have posted too."""
    outcome: Outcome = "unchanged"
    for _ in range(_PUBLISH_ROUNDS):
        effects = plan(await comments.list_comments(number), marker=MARKER, app_id=app_id, body=body)
        for effect in effects:
            await comments.apply(number, effect)
            outcome = "published"
        if not any(isinstance(effect, Create) for effect in effects):
            break
    return outcome


async def _audit(
    job: ReviewJob, pull: PullRequest, session: Session, turn: Turn, tools: Tools
) -> Report | Problem:
    """The report, or what keeps us from making one that a person has to see to."""
    abandoned = Event()  # threads cannot be cancelled: this one looks here between two files
    try:
        async with asyncio.timeout(tools.seconds):
            return await asyncio.to_thread(_audit_in_thread, job, pull, session, _Watch(turn, abandoned), tools)
    except EXPLAINED as error:
        log.info("audit not possible", reason=repr(error))
        limits = tools.mirror_limits
        return explain(error, most_bytes=limits.max_bytes, fetch_seconds=limits.seconds, audit_seconds=tools.seconds)
    finally:
        abandoned.set()


class _Watch:
    """Tells the thread of an audit when to stop: overtaken, out of turn, or out of time."""

    def __init__(self, turn: Turn, abandoned: Event) -> None:
        self._turn = turn
        self._abandoned = abandoned

    def phase(self, name: str) -> None:
        self._turn.checkpoint_from_thread(name)

    def file(self, _done: int, _all: int) -> None:
        if self._abandoned.is_set():
            raise BusyError("the audit was given up")
        self._turn.go_on()


def _audit_in_thread(job: ReviewJob, pull: PullRequest, session: Session, watch: _Watch, tools: Tools) -> Report:
    web = f"{tools.web_url}/{session.full_name}"
    remote = Remote(f"{web}.git", token=session.token, plain_http=web.startswith("http://"))
    host = urlsplit(tools.web_url).hostname or ""
    mirror = Mirror(mirror_path(tools.data_dir, host, job.repository_id), tools.mirror_limits)
    head_ref, base_ref = f"refs/pull/{pull.number}/head", f"refs/heads/{pull.base_branch}"
    commits = mirror.fetch(remote, [head_ref, base_ref])
    watch.phase("compare")
    try:
        reported = ReportedRepository(session.full_name, web)
        comparison = _comparison(mirror, commits[head_ref], commits[base_ref], reported, pull)
        return report_on(mirror.repository, comparison, tools.caches, watch.phase, watch.file)
    except GitCorruptError:
        mirror.discard()  # the job is tried again, with a new one
        raise


def _comparison(
    mirror: Mirror, head: str, base_tip: str, repository: ReportedRepository, pull: PullRequest
) -> Comparison:
    merge_base = mirror.repository.merge_base(base_tip, head)
    if merge_base is None:
        raise NoMergeBaseError(pull.base_branch, head)
    return Comparison(head=head, base=merge_base, policy_at=base_tip, repository=repository, pull_request=pull.number)
