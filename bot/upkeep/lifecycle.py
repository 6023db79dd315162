"""Lifecycle: what is done once an installation or a repository came, went or changed, in Redis and on every machine."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import msgspec
import structlog
from arq import ArqRedis

from bot.github.errors import InstallationGoneError, InstallationSuspendedError
from bot.github.records import RepositoryInfo
from bot.jobs.tools import Tools
from bot.jobs.turns import Turn
from bot.queue.jobs import LifecycleChange, LifecycleJob
from bot.queue.misplaced import Kinds
from bot.upkeep.leftovers import Leftovers
from bot.upkeep.rounds import Rounds, in_use
from bot.weekly.schedule import Schedule

log = structlog.get_logger(__name__)

Outcome = LifecycleChange | Literal["still there", "not there"]

_NOTICES: Final = "fifthwhy:notices"
"""A sorted set of what every process has to take in, by when it was told, in ms."""
KINDS: Final[Kinds] = {_NOTICES: "zset"}
_KEPT_FOR: Final = timedelta(days=30)
_LOOKS_EVERY: Final = timedelta(seconds=5)
_LATE: Final = timedelta(seconds=30)
_LOOKS_AGAIN: Final = timedelta(minutes=1)
_EVER: Final = datetime.fromtimestamp(0, UTC)
_SWEEPS_EVERY: Final = timedelta(days=1)


class Notice(msgspec.Struct, frozen=True, array_like=True):
    """What every process has to take in of a repository: that it went, or is called otherwise."""

    what: Literal["went", "changed"]
    installation_id: int
    repository_id: int


class Notices:
    """The notices, in Redis. Every method raises one of `bot.queue.queue.Unavailable`."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis

    async def add(self, notices: Iterable[Notice], now: datetime) -> None:
        """Tell every process; what is told anew is told once more."""
        members = {msgspec.json.encode(notice): _ms(now) for notice in notices}
        if members:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.zadd(_NOTICES, members)
                pipe.zremrangebyscore(_NOTICES, "-inf", _ms(now - _KEPT_FOR))
                await pipe.execute()

    async def take_back(self, repository_ids: Collection[int], now: datetime) -> None:
        """What was told to have gone until then is there, in whatever installation."""
        told = [each for each in await self._told(_EVER, _ms(now)) if each.repository_id in repository_ids]
        members = [msgspec.json.encode(each) for each in told if each.what == "went"]
        if members:
            await self._redis.zrem(_NOTICES, *members)

    async def since(self, when: datetime) -> tuple[Notice, ...]:
        """What was told from then on, oldest first."""
        return await self._told(when, "+inf")

    async def _told(self, since: datetime, until: int | str) -> tuple[Notice, ...]:
        found: list[bytes] = await self._redis.zrangebyscore(_NOTICES, _ms(since), until)
        return tuple(msgspec.json.decode(each, type=Notice) for each in found)


async def take_in(job: LifecycleJob, turn: Turn, tools: Tools) -> Outcome:
    """Take in what has happened, as far as GitHub says that it is still so; done again, it changes nothing more.

    Webhooks come late, in any order, and again; one that is made up of a genuine one must not shut anybody out.
    Raises GitHubError.
    """
    match job.change:
        case "changed":
            notices = [Notice("changed", job.installation_id, each) for each in job.repository_ids]
            await Notices(tools.queue.redis).add(notices, datetime.now(UTC))
            return "changed"
        case "came":
            return await _come(job, tools)
        case "went":
            return await _go(job, turn.generation, tools)


async def _come(job: LifecycleJob, tools: Tools) -> Outcome:
    rounds, now = Rounds(tools.queue), datetime.now(UTC)
    for each in job.repository_ids:  # others may list them while GitHub does not answer here
        await rounds.note(each, now)
    listed = await _listed(job.installation_id, tools)
    if listed is None:
        log.info("what is said to have come is not there", repositories=len(job.repository_ids))
        return "not there"
    await Notices(tools.queue.redis).take_back(job.repository_ids, now)
    await rounds.come(job.installation_id, job.repository_ids, now)
    if job.whole:  # one that is no longer suspended does not name its repositories
        await _go_by(job.installation_id, listed, tools, now)
    return "came"


async def _go(job: LifecycleJob, generation: int, tools: Tools) -> Outcome:
    """Drop what waited when it went, and have all that was known of it forgotten."""
    installation, queue, now = job.installation_id, tools.queue, datetime.now(UTC)
    schedule, rounds = Schedule(queue.redis), Rounds(queue)
    listed = await _listed(installation, tools)
    left = None if listed is None else in_use(listed)
    went = set(job.repository_ids) - (left or frozenset())
    if left is not None and (job.whole or len(went) < len(job.repository_ids)):
        log.info("what is said to have gone is still there", repositories=len(job.repository_ids) - len(went))
        # GitHub's answers may be some seconds older than its webhooks.
        await queue.enqueue_once(f"still-there {job.subject}", job, _KEPT_FOR, defer=_LOOKS_AGAIN)
    if left is not None and (job.whole or not went):
        return "still there"
    dropped = await queue.drop(installation, generation, None if left is None else went)
    if left is None:
        await schedule.forget_installation(installation)
        went |= set(await rounds.of(installation))
    await schedule.forget(went, installation)
    await rounds.go(installation, went)
    await queue.forget_all(went)
    await Notices(queue.redis).add([Notice("went", installation, each) for each in sorted(went)], now)
    log.info("repositories went", repositories=len(went), jobs_dropped=dropped)
    return "went"


async def _listed(installation_id: int, tools: Tools) -> Sequence[RepositoryInfo] | None:
    """The repositories of an installation; None where it is gone or suspended."""
    try:
        return await tools.github.repositories(installation_id)
    except (InstallationGoneError, InstallationSuspendedError):
        return None


async def take_installations(active: Collection[int], tools: Tools, now: datetime) -> None:
    """Go by these installations from now on: of any other, nothing is looked at and nothing is due."""
    await Rounds(tools.queue).take_installations(active, now)
    await Schedule(tools.queue.redis).keep_installations(active)


async def list_again(installation_id: int, tools: Tools, now: datetime) -> None:
    """Go by the repositories that an installation has, and keep what was told to have gone. Raises GitHubError."""
    await _go_by(installation_id, await tools.github.repositories(installation_id), tools, now)


async def _go_by(installation_id: int, listed: Sequence[RepositoryInfo], tools: Tools, now: datetime) -> None:
    await Rounds(tools.queue).take(installation_id, listed, now)
    await Notices(tools.queue.redis).take_back(in_use(listed), now)


async def heed(tools: Tools, since: datetime) -> int:
    """Do what the notices from then on ask of this process and its disk; how many there were."""
    notices = await Notices(tools.queue.redis).since(since)
    leftovers = Leftovers(tools.data_dir, tools.mirror_limits, tools.caches)
    for notice in notices:
        tools.github.forget(notice.installation_id, notice.repository_id)
        if notice.what == "went":
            await asyncio.to_thread(leftovers.remove, notice.repository_id)
    return len(notices)


async def sweep(tools: Tools, now: datetime) -> tuple[int, ...] | None:
    """Remove from this disk what belongs to no repository that the App may read; the ids of these.

    None where not all of them are listed yet: then nothing is removed.
    """
    covered = await Rounds(tools.queue).covered(now)
    if covered is None:
        return None
    leftovers = Leftovers(tools.data_dir, tools.mirror_limits, tools.caches)
    return await asyncio.to_thread(leftovers.remove_others, covered.repository_ids, covered.listed_at)


async def keep_house(tools: Tools) -> None:
    """Heed notices, and sweep once a day; a duty of every worker, as each may have a disk of its own."""
    heard, swept = _EVER, _EVER
    while True:
        now = datetime.now(UTC)
        await heed(tools, heard)
        heard = now - _LATE  # in case it is told by a clock that is a little behind
        if now - swept > _SWEEPS_EVERY and await sweep(tools, now) is not None:
            swept = now
        await asyncio.sleep(_LOOKS_EVERY.total_seconds())


def _ms(when: datetime) -> int:
    return round(when.timestamp() * 1000)
