"""What is seen of each delivery: in metrics, and in every line that is logged about it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import structlog

from bot.observability import metrics, spans
from bot.webhooks.deliveries import LISTENED_TO

Became = Literal["enqueued", "ignored", "repeated", "refused", "broken off", "unavailable", "failed"]
"""How a delivery ended.

repeated: its jobs are in Redis already. unavailable: Redis is away, or too much comes at once;
GitHub keeps it. failed: a mistake of ours.
"""

_GREGORIAN: Final = datetime(1582, 10, 15, tzinfo=UTC)
_OLDEST: Final = timedelta(days=7)
"""GitHub keeps deliveries for no longer; a GUID that says otherwise does not hold the time."""


@contextmanager
def delivery_seen(event: str, delivery: str) -> Iterator[Callable[[Became], None]]:
    """Time one delivery; what is given is to be told what became of it."""
    started = time.perf_counter()
    outcome: Became = "failed"

    def note(became: Became) -> None:
        nonlocal outcome
        outcome = became

    known = event if event in LISTENED_TO else "other"
    if (age := age_of(delivery, datetime.now(UTC))) is not None:
        metrics.DELIVERY_AGE.observe(age)
    ids = {"delivery": delivery, "hook": known}
    with structlog.contextvars.bound_contextvars(**ids), spans.span("delivery", ids) as current:
        try:
            yield note
        finally:
            current.note("outcome", outcome)
            metrics.DELIVERIES.labels(known, outcome).inc()
            metrics.DELIVERY_SECONDS.observe(time.perf_counter() - started)


def age_of(delivery: str, now: datetime) -> float | None:
    """Seconds since GitHub named a delivery: its GUIDs are of version 1 (RFC 9562, 5.1), with the time in them."""
    try:
        guid = uuid.UUID(delivery)
    except ValueError:
        return None
    if guid.version != 1:
        return None
    age = now - (_GREGORIAN + timedelta(microseconds=guid.time // 10))
    return age.total_seconds() if timedelta() <= age <= _OLDEST else None
