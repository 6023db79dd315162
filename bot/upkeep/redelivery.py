"""Asking for missed webhooks: by GitHub's log of deliveries, which ones nobody took, and when to ask for them again.

GitHub does not deliver again by itself:
https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

import msgspec
import structlog

from bot.github.errors import GitHubRefusedError
from bot.github.records import HookDelivery
from bot.jobs.tools import Tools
from bot.webhooks.deliveries import LISTENED_TO

log = structlog.get_logger(__name__)

KEPT_BY_GITHUB: Final = timedelta(days=3)
_OVERLAP: Final = timedelta(minutes=10)
"""GitHub's log is not in the order in which deliveries end."""
_ATTEMPTS: Final = 8
_FIRST_PAUSE: Final = timedelta(minutes=4)
_ASKED_FOR: Final = timedelta(minutes=3)
"""A delivery that was asked for is in the log after this long."""
_AT_ONCE: Final = 200
_CURSOR: Final = "deliveries"
_NEVER_TAKEN: Final = frozenset({400, 413, 415})
"""What this server says to a payload that it will not take the next time either."""


class Missed(msgspec.Struct, frozen=True):
    """A webhook that nobody took: `id` is the last attempt, `attempts` are all that failed."""

    id: int
    guid: str
    attempts: int
    first_at: datetime
    last_at: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether to ask for it now: sooner after a first attempt than after a fifth."""
        return self.attempts == 1 or now - self.last_at >= _FIRST_PAUSE * 2 ** (self.attempts - 2)


def missed(deliveries: Iterable[HookDelivery]) -> tuple[Missed, ...]:
    """The webhooks of which no attempt has succeeded and which may still be taken, the oldest first."""
    found: list[Missed] = []
    for guid, attempts in _by_guid(deliveries).items():
        if any(200 <= each.status_code < 300 for each in attempts):
            continue
        first, last = attempts[0], attempts[-1]
        if last.event in LISTENED_TO and last.status_code not in _NEVER_TAKEN and len(attempts) < _ATTEMPTS:
            found.append(Missed(last.id, guid, len(attempts), first.delivered_at, last.delivered_at))
    return tuple(sorted(found, key=lambda each: each.first_at))


def _by_guid(deliveries: Iterable[HookDelivery]) -> Mapping[str, list[HookDelivery]]:
    def order(each: HookDelivery) -> tuple[str, datetime, int]:
        return each.guid, each.delivered_at, each.id

    def groups() -> Iterator[tuple[str, list[HookDelivery]]]:
        for guid, attempts in groupby(sorted(deliveries, key=order), key=lambda each: each.guid):
            yield guid, list(attempts)

    return dict(groups())


async def ask_again(tools: Tools, now: datetime) -> int:
    """Ask GitHub to deliver what was missed, the oldest first; how many. Raises GitHubUnavailableError.

    It is looked back to the oldest one that is still missed, or to where it was looked last.
    """
    queue = tools.queue
    stored = await queue.recall(_CURSOR)
    since = now - KEPT_BY_GITHUB
    if stored is not None:
        since = max(since, datetime.fromisoformat(stored))
    found = missed(await tools.github.deliveries(since))
    asked = 0
    for each in [each for each in found if each.is_due(now)][:_AT_ONCE]:
        if await queue.once(f"delivery {each.guid}", _ASKED_FOR):
            asked += await _asked(tools, each)
    cursor = min([now, *(each.first_at for each in found)]) - _OVERLAP
    await queue.remember(_CURSOR, cursor.isoformat(), KEPT_BY_GITHUB)
    return asked


async def _asked(tools: Tools, missed: Missed) -> bool:
    try:
        await tools.github.redeliver(missed.id)
    except GitHubRefusedError as error:
        log.warning("no redelivery", delivery=missed.guid, reason=str(error))
        return False
    log.info("asked to deliver again", delivery=missed.guid, attempts=missed.attempts)
    return True
