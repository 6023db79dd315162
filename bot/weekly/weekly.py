"""The weekly status: from a tick of a repository's schedule to one post on its issue, or an edit of the last one."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Final, Literal

import msgspec
import structlog

from analyzers.catalogue import figure
from analyzers.history import moment
from analyzers.places import Commit
from analyzers.policy import WeeklyPolicy
from analyzers.report import Report
from analyzers.status import Since
from analyzers.status_of import Context
from analyzers.summary import seen_of
from bot.commands.issue import Circumstances, suites_at
from bot.git.git import GitCorruptError
from bot.github.errors import GitHubRefusedError, IssuesDisabledError
from bot.github.permissions import REPORT_PERMISSIONS
from bot.github.repository import GitHubRepository
from bot.jobs.ground import Asked, Ground, ground_of
from bot.jobs.problems import EXPLAINED
from bot.jobs.tools import Tools
from bot.jobs.turns import Turn
from bot.jobs.watch import Watch, watched
from bot.measuring.measure import InvalidPolicyError, Measuring, policy_of
from bot.measuring.past import MOST_COMMITS
from bot.measuring.status import StatusRequest, status_report
from bot.publishing.fenced import Fenced, FencedMemory
from bot.queue.jobs import WeeklyJob
from bot.weekly.posts import Edit, Mark, Post, body_of, done_for, figures_of, last_of, next_step, posts_in
from bot.weekly.schedule import Schedule

log = structlog.get_logger(__name__)

Outcome = Literal["archived", "issues disabled", "not possible", "not wanted", "not due", "done", "edited", "posted"]
"""not wanted: the policy asks for none any more. not due: it did not ask for it yet when it would have been due. done:
it was posted already.
"""

_TO_LOOK_BACK: Final = 0.6
"""Of the time that an audit may take."""
_A_WEEK: Final = dt.timedelta(days=7)
_REMEMBERED_FOR: Final = dt.timedelta(days=40)
_TOLD_EVERY: Final = dt.timedelta(days=30)
_ISSUE: Final = "fifthwhy posts the status of this repository below, as its policy in `.github/fifthwhy.yml` asks for."


class UnusableIssueError(GitHubRefusedError):
    """The issue that the policy names by its number cannot be posted on; somebody has to see to that."""


async def post_weekly(job: WeeklyJob, turn: Turn, tools: Tools) -> Outcome:
    """Post what was due then, once.

    Raises SupersededError and BusyError from the turn, UnusableIssueError, and what is worth another
    try: GitHubError, GitUnavailableError, GitCorruptError.
    """
    name = f"weekly {job.repository_id}"
    tick = dt.datetime.fromisoformat(job.tick)
    known = await tools.queue.recall(name)
    if known is not None and dt.datetime.fromisoformat(known) >= tick:
        return "done"
    async with tools.github.repository(job.installation_id, job.repository_id, REPORT_PERMISSIONS) as repository:
        try:
            outcome = await _post(job, tick, turn, tools, repository)
        except IssuesDisabledError:
            outcome = "issues disabled"
        except TimeoutError:
            raise  # another attempt has less to read
        except EXPLAINED as error:
            log.warning("no weekly post", reason=repr(error))
            return "not possible"
    if outcome == "issues disabled" and await tools.queue.once(f"disabled {job.repository_id}", _TOLD_EVERY):
        log.warning("no weekly post: the repository has its issues turned off")
    if outcome in {"done", "edited", "posted"}:
        await FencedMemory(tools.queue, turn).remember(name, job.tick, _REMEMBERED_FOR)
    return outcome


async def _post(job: WeeklyJob, tick: dt.datetime, turn: Turn, tools: Tools, repository: GitHubRepository) -> Outcome:
    info = await repository.info()
    if info.archived or info.disabled:
        await Schedule(tools.queue.redis).forget([job.repository_id])
        return "archived"
    if not info.has_issues:
        return "issues disabled"
    sources = tools.policies.sources(job.installation_id, repository)
    asked = Asked(job.repository_id, repository.session, info.default_branch, None, sources)
    async with asyncio.timeout(tools.seconds):
        ground = await asyncio.to_thread(ground_of, asked, tools)
    if ground.fault is not None:
        raise ground.fault
    weekly = ground.policy.policy.weekly
    now = dt.datetime.now(dt.UTC)
    await Schedule(tools.queue.redis).note(job.installation_id, job.repository_id, weekly, now)
    if weekly is None:
        return "not wanted"
    if not await asyncio.to_thread(_was_wanted, ground, weekly, tick):
        return "not due"
    return await _Posting(tick, turn, tools, repository, ground, weekly).run()


def _was_wanted(ground: Ground, weekly: WeeklyPolicy, tick: dt.datetime) -> bool:
    """Whether the policy at that time asked for a post at that time. Blocks."""
    repository = ground.mirror.repository
    line = repository.first_parents(ground.tip, MOST_COMMITS)
    then = next((each.sha for each in line if dt.datetime.fromisoformat(each.date) <= tick), None)
    if then is None:
        return False
    try:
        before = policy_of(repository, then, ground.asked.sources).policy.weekly
    except InvalidPolicyError:
        return False
    return before is not None and (before.cron, before.timezone) == (weekly.cron, weekly.timezone)


class _Posting:
    """The steps to one post, with what all of them need."""

    def __init__(
        self,
        tick: dt.datetime,
        turn: Turn,
        tools: Tools,
        repository: GitHubRepository,
        ground: Ground,
        weekly: WeeklyPolicy,
    ) -> None:
        self._tick = tick
        self._turn = turn
        self._tools = tools
        self._repository = repository
        self._fenced = Fenced(repository, turn)
        self._ground = ground
        self._weekly = weekly

    async def run(self) -> Outcome:
        """All of it."""
        number = await self._issue()
        posts = await self._posts(number)
        if done_for(posts, self._tick) is not None:
            await self._tidy(posts)
            return "done"
        around = await self._circumstances()
        watch = Watch(self._turn)
        async with asyncio.timeout(self._tools.seconds):
            report, mark = await watched(watch, lambda: self._report(posts, around, watch))
        await self._turn.checkpoint("publish")
        step = next_step(posts, mark.figures)
        if isinstance(step, Edit) and await self._fenced.update_comment(step.id, body_of(report, mark)):
            return "edited"
        await self._fenced.create_comment(number, body_of(report, mark))
        await self._tidy(await self._posts(number))
        return "posted"

    # The issue and what is on it

    async def _issue(self) -> int:
        """The number of the issue to post on. Raises UnusableIssueError."""
        named, title = self._weekly.issue, self._weekly.title
        if named is not None:
            issue = await self._repository.issue(named)
            if issue.is_pull_request or issue.state == "closed":
                what = "is a pull request" if issue.is_pull_request else "is closed"
                raise UnusableIssueError(f"#{named}, which the policy names for the weekly status, {what}")
            return named
        title = title or ""
        found = await self._repository.find_issue(title)
        if found is not None:
            return found
        await self._turn.checkpoint("open an issue")
        number = await self._fenced.create_issue(title, _ISSUE)
        if self._weekly.pin and not await self._fenced.pin_issue(number):
            log.info("the issue could not be pinned", issue=number)
        return number

    async def _posts(self, number: int) -> tuple[Post, ...]:
        return posts_in(await self._repository.list_comments(number), self._repository.app_id)

    async def _tidy(self, posts: tuple[Post, ...]) -> None:
        """Leave one post for the tick: the oldest."""
        done = done_for(posts, self._tick)
        for id in () if done is None else done.duplicates:
            await self._fenced.delete_comment(id)

    async def _circumstances(self) -> Circumstances:
        suites = await suites_at(self._repository, self._ground.tip, self._ground.policy.policy)
        required = await self._repository.required_checks(self._ground.asked.branch)
        return Circumstances(Context(suites=suites), required_checks=required)

    # The report; all of this blocks

    def _report(self, posts: tuple[Post, ...], around: Circumstances, watch: Watch) -> tuple[Report, Mark]:
        try:
            return self._measured(posts, around, watch)
        except GitCorruptError:
            self._ground.mirror.discard()  # the job is tried again, with a new one
            raise

    def _measured(self, posts: tuple[Post, ...], around: Circumstances, watch: Watch) -> tuple[Report, Mark]:
        request = StatusRequest(
            self._ground.state,
            seconds=self._tools.seconds * _TO_LOOK_BACK,
            files=self._tools.look_back_files,
            context=around.context,
            required_checks=around.required_checks,
        )
        repository, caches = self._ground.mirror.repository, self._tools.caches
        report = status_report(repository, request, caches, watch.phase, watch.file)
        figures, last = figures_of(report), last_of(posts)
        before = None if last is None else last.mark
        since = None if before is None else before.commit
        if before is not None and before.figures == figures:
            since = before.since  # the post that is edited goes on telling what changed when it was new
        point = self._point(since)
        mark = Mark(self._tick, self._ground.tip, None if point is None else point.id, figures)
        if point is None or report.status is None:
            return report, mark
        compared = self._since(point, "since the post before" if point.id == since else "since a week before", watch)
        return msgspec.structs.replace(report, status=msgspec.structs.replace(report.status, since=(compared,))), mark

    def _point(self, sha: str | None) -> Commit | None:
        """What to compare with: that commit of the branch, else the last one of a week before. None: nothing older."""
        line = self._ground.mirror.repository.first_parents(self._ground.tip, MOST_COMMITS)
        then = self._tick - _A_WEEK
        found = next((each for each in line if each.sha == sha), None) or next(
            (each for each in line if dt.datetime.fromisoformat(each.date) <= then), None
        )
        if found is None or found.sha == self._ground.tip:
            return None
        return Commit(found.sha, found.date, found.subject)

    def _since(self, point: Commit, why: str, watch: Watch) -> Since:
        repository, policy = self._ground.mirror.repository, self._ground.policy.policy
        day = moment(point).date()
        audit = Measuring(repository, self._tools.caches, watch.file, policy, day).audit(point.id, is_last=True)
        values = {metric.name: figure(metric) for metric in seen_of(audit, point).metrics}
        return Since(why, point, values)
