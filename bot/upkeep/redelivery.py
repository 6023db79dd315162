"""Asking for missed webhooks: by GitHub's log of deliveries, which ones nobody took, and when to ask for them again.

So are those asked for that were taken right before Redis was emptied, and that nothing else tells of. GitHub does not
deliver again by itself: https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

import msgspec
import structlog

from bot.github.errors import GitHubRefusedError
from bot.github.records import HookDelivery
from bot.jobs.tools import Tools
from bot.queue.misplaced import Kinds
from bot.queue.queue import MEMORY, Queue
from bot.webhooks.deliveries import LISTENED_TO

log = structlog.get_logger(__name__)

KEPT_BY_GITHUB: Final = timedelta(days=3)
_OVERLAP: Final = timedelta(minutes=10)
"""GitHub's log is not in the order in which deliveries end."""
_FIRST_PAUSE: Final = timedelta(minutes=4)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_ASKED_FOR: Final = timedelta(minutes=3)
"""A delivery that was asked for is in the log after this long."""
_AT_ONCE: Final = 200
_PROBES: Final = 5
"""So many of those that have failed again are asked for while nothing gets through, so that the log stays readable."""
_LATEST: Final = 20
"""If none of so many attempts succeeded, nothing gets through."""
_CURSOR: Final = "deliveries"
_EMPTIED: Final = "emptied"
KINDS: Final[Kinds] = {MEMORY + _CURSOR: "string", MEMORY + _EMPTIED: "string"}
_WAITED_FOR: Final = timedelta(hours=1)
"""What was taken longer ago than that was done before Redis was emptied, as far as one can tell."""
_TOLD_BY_WEBHOOKS_ALONE: Final = frozenset(
    {
        ("issue_comment", "created"),
        ("check_run", "requested_action"),
        ("check_run", "rerequested"),
        ("check_suite", "rerequested"),
        ("merge_group", "checks_requested"),
        ("pull_request", "edited"),
    }
)
"""What no look at repositories finds, or not soon enough for a queue that stands still."""
_NEVER_TAKEN: Final = frozenset({400, 415})
"""What this server says to a payload that it will not take the next time either.

413 is none of them: what GitHub sends is too large for a proxy only, whose limit may be raised.
"""


class Missed(msgspec.Struct, frozen=True):
    """A webhook that nobody took: `id` is the last attempt, `attempts` are all that failed."""

    id: int
    guid: str
    attempts: int
    first_at: datetime
    last_at: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether to ask for it now: sooner after a first attempt than after a fifth."""
        pause = _FIRST_PAUSE * 2 ** min(self.attempts - 2, 10)
        return self.attempts == 1 or now - self.last_at >= min(pause, _LONGEST_PAUSE)


def missed(deliveries: Iterable[HookDelivery], emptied_at: datetime | None = None) -> tuple[Missed, ...]:
    """The webhooks of which no attempt has succeeded and which may still be taken, the oldest first.

    If Redis was empty at a time, what was taken shortly before counts as missed, where nothing else tells of it. One
    whose first attempt is no longer in the log is let go.
    """
    found: list[Missed] = []
    for guid, attempts in _by_guid(deliveries).items():
        first, last = attempts[0], attempts[-1]
        if first.redelivery or any(_succeeded(each) and not _was_lost(each, emptied_at) for each in attempts):
            continue
        if last.event in LISTENED_TO and last.status_code not in _NEVER_TAKEN:
            found.append(Missed(last.id, guid, len(attempts), first.delivered_at, last.delivered_at))
    return tuple(sorted(found, key=lambda each: each.first_at))


def asked_for_now(missed: Sequence[Missed], deliveries: Iterable[HookDelivery], now: datetime) -> tuple[Missed, ...]:
    """Which of those to ask for: each one that is due, but only some once more while nothing gets through."""
    due = [each for each in missed if each.is_due(now)]
    latest = sorted(deliveries, key=lambda each: (each.delivered_at, each.id))[-_LATEST:]
    if not any(_succeeded(each) for each in latest):
        again = [each for each in due if each.attempts > 1][:_PROBES]
        due = [each for each in due if each.attempts == 1 or each in again]
    return tuple(due[:_AT_ONCE])


def _succeeded(attempt: HookDelivery) -> bool:
    return 200 <= attempt.status_code < 300


def _was_lost(attempt: HookDelivery, emptied_at: datetime | None) -> bool:
    """Whether what was taken then may have been in Redis when that was emptied."""
    if emptied_at is None or not emptied_at - _WAITED_FOR <= attempt.delivered_at < emptied_at:
        return False
    return (attempt.event, attempt.action) in _TOLD_BY_WEBHOOKS_ALONE


def _by_guid(deliveries: Iterable[HookDelivery]) -> Mapping[str, list[HookDelivery]]:
    def order(each: HookDelivery) -> tuple[str, datetime, int]:
        return each.guid, each.delivered_at, each.id

    def groups() -> Iterator[tuple[str, list[HookDelivery]]]:
        for guid, attempts in groupby(sorted(deliveries, key=order), key=lambda each: each.guid):
            yield guid, list(attempts)

    return dict(groups())


async def ask_again(tools: Tools, now: datetime) -> int:
    """Ask GitHub to deliver what was missed, the oldest first; how many. Raises GitHubUnavailableError.

    It is looked back to the oldest one that is still missed, or to where it was looked last. A Redis that does not know
    where that was is a new one, or was emptied; what it does know of is answered without another job.
    """
    queue = tools.queue
    since, emptied_at = await _where_to_look(queue, now)
    deliveries = await tools.github.deliveries(since)
    found = missed(deliveries, emptied_at)
    cursor = min([now, *(each.first_at for each in found)]) - _OVERLAP
    await queue.remember(_CURSOR, cursor.isoformat(), KEPT_BY_GITHUB)
    asked = 0
    for each in asked_for_now(found, deliveries, now):
        if await queue.once(f"delivery {each.guid}", _ASKED_FOR):
            asked += await _asked(tools, each)
    return asked


async def _where_to_look(queue: Queue, now: datetime) -> tuple[datetime, datetime | None]:
    """From when on, and when Redis was found to be empty, if that was lately."""
    longest_ago = now - KEPT_BY_GITHUB
    cursor, emptied = await queue.recall(_CURSOR), await queue.recall(_EMPTIED)
    if cursor is None:
        emptied = await queue.claim(_EMPTIED, now.isoformat(), KEPT_BY_GITHUB)
    since = longest_ago if cursor is None else max(longest_ago, datetime.fromisoformat(cursor))
    return since, None if emptied is None else datetime.fromisoformat(emptied)


async def _asked(tools: Tools, missed: Missed) -> bool:
    try:
        await tools.github.redeliver(missed.id)
    except GitHubRefusedError as error:
        log.warning("no redelivery", delivery=missed.guid, reason=str(error))
        return False
    log.info("asked to deliver again", delivery=missed.guid, attempts=missed.attempts)
    return True
