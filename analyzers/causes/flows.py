"""What came and went of a metric over the last weeks, and what was there when."""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec

from analyzers.catalogue import metric_of
from analyzers.causes.model import Inquiry
from analyzers.history import Flow, History, Origin, Period
from analyzers.places import Commit

WEEKS: Final = 8
"""What "the last weeks" are: two months. In less, a quiet week or a holiday decides; in more, an old wave does."""


class Recent(msgspec.Struct, frozen=True):
    """What came in and went out since a commit, up to the one that is audited."""

    since: Commit
    introduced: int
    fixed: int

    @property
    def net(self) -> int:
        """How many more came than went."""
        return self.introduced - self.fixed


def moment(commit: Commit) -> dt.datetime | None:
    """When a commit was made; None where its date cannot be read."""
    try:
        made = dt.datetime.fromisoformat(commit.date)
    except ValueError:
        return None
    return made.replace(tzinfo=dt.UTC) if made.tzinfo is None else made


def is_before(one: Commit, other: Commit, history: History | None) -> bool:
    """Whether a commit certainly comes before another one: by the line, or by dates where one is not on it."""
    order = {} if history is None else history.order
    if one.id in order and other.id in order:
        return order[one.id] < order[other.id]
    first, second = moment(one), moment(other)
    return one.id != other.id and first is not None and second is not None and first < second


def stood_before(origin: Origin, commit: Commit, history: History | None) -> bool:
    """Whether something was certainly there before a commit was made."""
    return is_before(origin.by, commit, history)


def came_after(origin: Origin, commit: Commit, history: History | None) -> bool:
    """Whether something certainly came in after a commit was made."""
    if origin.after is None:
        return False
    return origin.after.id == commit.id or is_before(commit, origin.after, history)


def recent(inquiry: Inquiry) -> Recent | None:
    """What came and went over the last weeks; None where no period of them was looked at."""
    if inquiry.history is None:
        return None
    head = moment(inquiry.history.samples[-1].commit if inquiry.history.samples else inquiry.head)
    if head is None:
        return None
    start = head - dt.timedelta(weeks=WEEKS)
    periods = [each for each in inquiry.history.periods if _is_since(each, start)]
    if not periods:
        return None
    came = sum(_count(inquiry, each.introduced) for each in periods)
    went = sum(_count(inquiry, each.fixed) for each in periods)
    return Recent(periods[0].older, came, went)


def _is_since(period: Period, start: dt.datetime) -> bool:
    older = moment(period.older)
    return older is not None and older >= start


def _count(inquiry: Inquiry, flows: tuple[Flow, ...]) -> int:
    return sum(1 for flow in flows if metric_of(flow.rule) == inquiry.target.metric.name)
