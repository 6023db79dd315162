"""Looking back in the background: a repository's past, a slice at a time, so that it is at hand when somebody asks."""

from __future__ import annotations

import asyncio
import datetime as dt
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from threading import Event
from typing import Final, Literal

import msgspec
import structlog

from analyzers.history import History
from analyzers.summary import anchor_of, outcome_of_state, seen_of
from bot.commands.permits import Permits
from bot.git.git import GitCorruptError
from bot.git.lineage import commit_of
from bot.github.repository import GitHubRepository
from bot.jobs.ground import Asked, Ground, ground_of
from bot.jobs.problems import EXPLAINED
from bot.jobs.tools import Tools
from bot.jobs.turns import Turn
from bot.jobs.watch import Watch, watched
from bot.measuring.budget import Budget, OutOfBudgetError
from bot.measuring.measure import Measuring, day_of, no_garbage_collection
from bot.measuring.past import Past, Plan
from bot.measuring.status import traced_metrics
from bot.queue.jobs import LookBackJob
from bot.queue.queue import Queue, Unavailable
from bot.weekly.schedule import Schedule, look

log = structlog.get_logger(__name__)

Outcome = Literal["rested", "not possible", "goes on", "made way", "done"]
"""rested: it was done lately. made way: people were waiting for what they asked for."""

_RESTS_FOR: Final = dt.timedelta(hours=6)
_NEXT_SLICE: Final = dt.timedelta(seconds=2)
_MADE_WAY: Final = dt.timedelta(minutes=1)
_AFTER_A_REVIEW: Final = dt.timedelta(minutes=1)
_LOOKS_EVERY_SECONDS: Final = 1.0


class _Left(msgspec.Struct, frozen=True):
    """What was left to do after the last slice, of which commit."""

    head: str
    samples: int
    findings: int

    def is_less_than(self, before: _Left | None) -> bool:
        """Whether a slice has brought anything, so that another one may."""
        return (
            before is None
            or before.head != self.head
            or (self.samples, self.findings)
            < (
                before.samples,
                before.findings,
            )
        )


async def offer_look_back(queue: Queue, job: LookBackJob) -> bool:
    """Have the past of a branch looked at, unless that is about to be done, or was done lately."""
    if await queue.has(job) or await queue.recall(_rest(job)) is not None:
        return False
    await queue.enqueue(job, defer=_AFTER_A_REVIEW)
    return True


async def look_back(job: LookBackJob, turn: Turn, tools: Tools) -> Outcome:
    """Take in what the policy of the branch says of commands and of a weekly post; then look back for a slice of time.

    What is found is kept, so that the next slice goes on there. Raises SupersededError and BusyError from the turn, and
    what is worth another try: GitHubError, GitUnavailableError, GitCorruptError.
    """
    async with tools.github.repository(job.installation_id, job.repository_id) as repository:
        try:
            async with asyncio.timeout(tools.seconds):
                ground = await _fetched(job, tools, repository)
        except EXPLAINED as error:
            log.info("no looking back", reason=repr(error))
            return "not possible"
        commands = Permits(tools.queue, job.repository_id, job.branch)
        await commands.remember(ground.policy.policy.commands, is_certain=True)
        if ground.fault is not None:
            log.info("no looking back", reason=str(ground.fault))
            return "not possible"
        if (await repository.info()).default_branch == job.branch:
            weekly, now = ground.policy.policy.weekly, dt.datetime.now(dt.UTC)
            schedule = Schedule(tools.queue.redis)
            if await schedule.note(job.installation_id, job.repository_id, weekly, now):
                await look(tools, now)
    if await tools.queue.recall(_rest(job)) is not None:
        return "rested"
    watch, waiting = Watch(turn), Event()
    budget = _budget(tools, watch, waiting)
    async with _looking_out(tools.queue, waiting):
        left = await watched(watch, lambda: _slice(ground, tools, watch, budget))
    await turn.checkpoint("go on")
    return await _next(job, left, tools.queue, made_way=waiting.is_set())


async def _fetched(job: LookBackJob, tools: Tools, repository: GitHubRepository) -> Ground:
    sources = tools.policies.sources(job.installation_id, repository)
    asked = Asked(job.repository_id, repository.session, job.branch, None, sources)
    return await asyncio.to_thread(ground_of, asked, tools)


def _budget(tools: Tools, watch: Watch, waiting: Event) -> Budget:
    """Of a slice; used up as soon as people wait."""

    def clock() -> float:
        return math.inf if waiting.is_set() else time.monotonic()

    return Budget(tools.look_back_seconds, tools.look_back_files, watch.file, clock)


def _slice(ground: Ground, tools: Tools, watch: Watch, budget: Budget) -> _Left | None:
    """Look back as far as the budget goes; returns what is left, None where the commit itself took too long. Blocks."""
    watch.phase("read")
    try:
        with no_garbage_collection():
            past = _past(ground, tools, budget)
    except OutOfBudgetError:
        return None
    except GitCorruptError:
        ground.mirror.discard()  # the job is tried again, with a new one
        raise
    return _Left(ground.tip, past.left, past.untraced)


def _past(ground: Ground, tools: Tools, budget: Budget) -> History:
    repository, policy = ground.mirror.repository, ground.policy.policy
    head = commit_of(repository.commit_info(ground.tip))
    audit = Measuring(repository, tools.caches, budget.file, policy, day_of(head)).audit(ground.tip)
    outcome = outcome_of_state(audit, whole=True)
    names = tuple(metric.name for metric in outcome.metrics)
    plan = Plan(traced=tuple(traced_metrics(outcome, policy, names)))
    past = Past(repository, tools.caches, policy, budget)
    return past.history(ground.tip, plan, seen_of(audit, head), anchor_of(audit), audit)


async def _next(job: LookBackJob, left: _Left | None, queue: Queue, *, made_way: bool) -> Outcome:
    """Go on later, at the end of the queue, or rest."""
    name = f"left {job.repository_id} {job.branch}"
    before = await _recalled(queue, name)
    is_over = left is not None and not (left.samples or left.findings)
    has_moved = left is None or left.is_less_than(before)
    if not is_over and (made_way or has_moved):
        if left is not None:
            await queue.remember(name, msgspec.json.encode(left).decode(), _RESTS_FOR)
        await queue.enqueue(job, defer=_MADE_WAY if made_way else _NEXT_SLICE)
        return "made way" if made_way else "goes on"
    await queue.remember(_rest(job), "", _RESTS_FOR)
    return "done"


async def _recalled(queue: Queue, name: str) -> _Left | None:
    stored = await queue.recall(name)
    try:
        return None if stored is None else msgspec.json.decode(stored, type=_Left)
    except msgspec.DecodeError:  # another version's
        return None


def _rest(job: LookBackJob) -> str:
    return f"rests {job.repository_id} {job.branch}"


@asynccontextmanager
async def _looking_out(queue: Queue, waiting: Event) -> AsyncIterator[None]:
    """Set an event once people wait for what they asked for, while the block runs."""
    await _look(queue, waiting)
    task = asyncio.create_task(_keep_looking(queue, waiting))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _keep_looking(queue: Queue, waiting: Event) -> None:
    with suppress(*Unavailable):  # the turn is over then as well
        while not waiting.is_set():
            await asyncio.sleep(_LOOKS_EVERY_SECONDS)
            await _look(queue, waiting)


async def _look(queue: Queue, waiting: Event) -> None:
    depths = await queue.depths()
    if any(depth.lane == "interactive" and (depth.waiting or depth.running) for depth in depths):
        waiting.set()
