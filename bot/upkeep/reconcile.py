"""The reconciler: finds what was missed, by GitHub's own account; so a bot that was down and an empty Redis heal."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from redis.exceptions import ResponseError

from analyzers.policy import POLICY_PATHS
from bot.checks.drafts import CHECK_NAME
from bot.checks.own_check import GroupMark, PullMark, mark_in
from bot.github.errors import GitHubError, GitHubRefusedError, GitHubUnavailableError, MissingPermissionError
from bot.github.records import MergeGroup, OwnCheckRun, PullRequest
from bot.github.repository import GitHubRepository
from bot.jobs.tools import Tools
from bot.publishing.published import published_head, remember_published
from bot.queue.jobs import GroupJob, LookBackJob, ReviewJob
from bot.queue.misplaced import Kinds
from bot.queue.queue import MEMORY, ONCE
from bot.upkeep.lifecycle import list_again, take_installations
from bot.upkeep.redelivery import KEPT_BY_GITHUB, ask_again
from bot.upkeep.rounds import Rounds, Stop

log = structlog.get_logger(__name__)

_EVERY: Final = timedelta(minutes=5)
_LISTS_EVERY: Final = timedelta(hours=1)
_LISTS: Final = 200
"""Installations whose repositories are listed each time."""
_STOPS: Final = 50
"""Repositories that are looked at each time; a round over more of them takes longer."""
_MOST_WAITING: Final = 20
"""Of one installation no more reviews are added than make its queue so long: the rest has its time."""
_SETTLED: Final = timedelta(minutes=2)
"""What was pushed later than that may be on its way to us."""
_ONCE_A_DAY: Final = timedelta(days=1)
_LOOKED: Final = "reconcile"
_LISTED: Final = "listed"
KINDS: Final[Kinds] = {ONCE + _LOOKED: "string", MEMORY + _LISTED: "string"}


async def look(tools: Tools, now: datetime) -> None:
    """Look at everything once. GitHub's refusals are logged; the next time is near."""
    for step in (_ask_again, _list, go_round):
        try:
            await step(tools, now)
        except GitHubError as error:
            log.warning("could not reconcile", step=step.__name__, error=str(error))


async def keep_reconciling(tools: Tools) -> None:
    """Look at start and every few minutes, one process at a time; a duty of the worker."""
    while True:
        if await tools.queue.once(_LOOKED, _EVERY):
            try:
                async with asyncio.timeout((_EVERY - timedelta(seconds=10)).total_seconds()):
                    await look(tools, datetime.now(UTC))
            except TimeoutError:
                log.warning("reconciling goes on the next time")
        await asyncio.sleep(_EVERY.total_seconds() / 10)


async def _ask_again(tools: Tools, now: datetime) -> None:
    await ask_again(tools, now)


async def _list(tools: Tools, now: datetime) -> None:
    """Find out which repositories there are; an installation that cannot be asked keeps those that it had."""
    rounds = Rounds(tools.queue)
    if await tools.queue.recall(_LISTED) is None:
        installations = await tools.github.installations()
        await take_installations({each.id for each in installations if not each.suspended}, tools, now)
        await tools.queue.remember(_LISTED, "", _LISTS_EVERY)
    for installation in (await rounds.to_list(now - _LISTS_EVERY))[:_LISTS]:
        try:
            await list_again(installation, tools, now)
        except (GitHubError, ResponseError) as error:  # Redis, too, as to what it has about this one
            log.warning("cannot list repositories", installation=installation, error=str(error))


async def go_round(tools: Tools, now: datetime) -> int:
    """Look at the repositories that were not looked at for longest; how many reviews were missing."""
    rounds, tired, found = Rounds(tools.queue), set[int](), 0
    for stop in await rounds.due(now - _EVERY / 2, _STOPS):
        if stop.installation_id in tired:
            continue
        try:
            count, is_done = await _visit(stop, tools, now)
        except GitHubUnavailableError as error:
            log.info("an installation is looked at the next time", installation=stop.installation_id, error=str(error))
            tired.add(stop.installation_id)
            continue
        except (GitHubRefusedError, ResponseError) as error:
            log.info("a repository cannot be looked at", repository=stop.repository_id, error=str(error))
            tools.github.forget(stop.installation_id, stop.repository_id)
            count, is_done = 0, True
        found += count
        if is_done:
            await rounds.looked_at(stop, now)
    return found


async def _visit(stop: Stop, tools: Tools, now: datetime) -> tuple[int, bool]:
    """Put the reviews into the queue that are missing; how many, and whether all of them."""
    async with tools.github.repository(stop.installation_id, stop.repository_id) as repository:
        await _look_for_schedule(stop, repository, tools)
        pulls = await repository.open_pulls()
        if pulls:  # GitHub refuses to list the branches of a repository that is empty
            await _look_for_groups(stop, repository, tools, now)
        room = _MOST_WAITING - await tools.queue.waiting(stop.installation_id, "interactive")
        since = max(filter(None, (now - KEPT_BY_GITHUB, await Rounds(tools.queue).since(stop.repository_id))))
        count = 0
        for pull in reversed(pulls):
            if pull.updated_at is not None and not since <= pull.updated_at <= now - _SETTLED:
                continue
            if not await _is_missing(stop, pull, repository, tools):
                continue
            if count >= room:
                return count, False
            name = f"reviewed {stop.repository_id}/{pull.number} {pull.head_sha}"
            review = ReviewJob(stop.installation_id, stop.repository_id, pull.number, _delivery(now))
            # One that cannot be done is not asked for again and again.
            count += await tools.queue.enqueue_once(name, review, _ONCE_A_DAY)
    if count:
        log.info("reviews were missing", repository=stop.repository_id, count=count)
    return count, True


async def _look_for_groups(stop: Stop, repository: GitHubRepository, tools: Tools, now: datetime) -> None:
    """Have the groups of merge queues evaluated that nobody has reported on: their queue stands still until then."""
    for group in await repository.merge_groups():
        made_of = group.head_sha, group.base_sha, group.base_branch
        job = GroupJob(stop.installation_id, stop.repository_id, *made_of, _delivery(now))
        if await tools.queue.has(job) or await _is_reported(group, repository):
            continue
        if await tools.queue.enqueue_once(f"group {job.subject}", job, _ONCE_A_DAY):
            log.info("a merge group was missing", repository=stop.repository_id, head=group.head_sha)


async def _is_reported(group: MergeGroup, repository: GitHubRepository) -> bool:
    try:
        runs = await repository.check_runs(group.head_sha, CHECK_NAME)
    except MissingPermissionError:
        return True  # nothing could be
    marks = [mark_in(run.external_id) for run in runs if _says_something(run)]
    return any(isinstance(mark, GroupMark) for mark in marks)


def _delivery(now: datetime) -> str:
    """What stands in the logs for the webhook that nobody took."""
    return f"missed {now:%Y-%m-%dT%H:%M:%SZ}"


async def _is_missing(stop: Stop, pull: PullRequest, repository: GitHubRepository, tools: Tools) -> bool:
    """Whether the head was not published on, and nobody is about to."""
    known = await published_head(tools.queue, stop.repository_id, pull.number)
    if known == pull.head_sha:
        return False
    if await tools.queue.has(ReviewJob(stop.installation_id, stop.repository_id, pull.number, "")):
        return False
    if known is None and await _has_check(stop, pull, repository):
        await remember_published(tools.queue, stop.repository_id, pull.number, pull.head_sha)
        return False
    return True


async def _has_check(stop: Stop, pull: PullRequest, repository: GitHubRepository) -> bool:
    """What GitHub knows where Redis has lost it: by the newest run on the head; whoever began it may be lost too.

    Without the permission for checks a review tells: it costs no word.
    """
    try:
        runs = await repository.check_runs(pull.head_sha, CHECK_NAME)
    except MissingPermissionError:
        return False
    marked = [(run, mark) for run in runs if (mark := mark_in(run.external_id)) is not None]
    subject = PullMark(stop.repository_id, pull.number, 0).subject
    own = [run for run, mark in marked if mark.subject == subject and _says_something(run)]
    if not own or not _says_something(marked[-1][0]):
        return False
    return (own[-1].conclusion == "failure") == (marked[-1][0].conclusion == "failure")


def _says_something(run: OwnCheckRun) -> bool:
    return run.status == "completed" and run.conclusion != "cancelled"


async def _look_for_schedule(stop: Stop, repository: GitHubRepository, tools: Tools) -> None:
    """Once a day, whether the policy may ask for a weekly post: then look into it, by the way of looking back."""
    name = f"schedule {stop.repository_id}"
    if await tools.queue.recall(name) is not None:
        return
    for path in POLICY_PATHS:
        text = await repository.file(path)
        if text is None:
            continue
        if b"weekly" in text:  # which is not handed on by a policy that others extend
            branch = (await repository.info()).default_branch
            job = LookBackJob(stop.installation_id, stop.repository_id, branch, "schedule")
            if not await tools.queue.has(job):
                await tools.queue.enqueue(job)
        break
    await tools.queue.remember(name, "", _ONCE_A_DAY)
