"""The posts of a weekly status on their issue: what each says in its hidden mark, and what to do about them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from analyzers.report import Report
from bot.github.records import Comment
from report_templates.render import LIMIT, WEEKLY_MARKER, render_weekly

_MARK: Final = re.compile(r"<!-- (\S{1,40}) ([0-9a-f]{40}) ([0-9a-f]{40}|-) ([0-9a-f]{16}) -->")
_ROOM_FOR_MARK: Final = 300


class Mark(msgspec.Struct, frozen=True):
    """In the second line of each post: for when it was due, of which commit it is, and what it is compared with.

    With it, losing Redis posts nothing twice, and the next post knows where this one stopped.
    """

    tick: datetime
    commit: str
    since: str | None
    figures: str
    """A digest of what has to stay the same for a week to count as unchanged."""

    def __str__(self) -> str:
        return f"<!-- {self.tick.isoformat()} {self.commit} {self.since or '-'} {self.figures} -->"


class Post(msgspec.Struct, frozen=True):
    """A post of ours. People may have spoilt its mark."""

    id: int
    body: str
    mark: Mark | None


class Add(msgspec.Struct, frozen=True):
    """Post anew: something has changed, or there is nothing yet."""


class Edit(msgspec.Struct, frozen=True):
    """Bring the last post up to this week: nothing has changed since."""

    id: int


class Done(msgspec.Struct, frozen=True):
    """It was posted. These others say the same: two workers may have posted at once."""

    duplicates: tuple[int, ...] = ()


def posts_in(comments: Iterable[Comment], app_id: int) -> tuple[Post, ...]:
    """Our posts among the comments of an issue, oldest first."""
    ours = (comment for comment in comments if comment.is_ours(WEEKLY_MARKER, app_id))
    return tuple(Post(each.id, each.body, mark_in(each.body)) for each in sorted(ours, key=lambda each: each.id))


def mark_in(body: str) -> Mark | None:
    """The mark of a post; None where it has none, or another version's."""
    _, _, rest = body.lstrip().partition("\n")
    found = _MARK.match(rest)
    if found is None:
        return None
    try:
        tick = datetime.fromisoformat(found[1])
    except ValueError:
        return None
    return None if tick.tzinfo is None else Mark(tick, found[2], None if found[3] == "-" else found[3], found[4])


def last_of(posts: Sequence[Post]) -> Post | None:
    """The post that the next one goes on from."""
    return next((post for post in reversed(posts) if post.mark is not None), None)


def done_for(posts: Sequence[Post], tick: datetime) -> Done | None:
    """Whether what was due then was posted, or something that was due later."""
    ticks = [post.mark.tick for post in posts if post.mark is not None]
    if not any(each >= tick for each in ticks):
        return None
    same = [post.id for post in posts if post.mark is not None and post.mark.tick == tick]
    return Done(tuple(same[1:]))


def next_step(posts: Sequence[Post], figures: str) -> Add | Edit:
    """What to do about what was not posted yet."""
    last = last_of(posts)
    return Add() if last is None or last.mark is None or last.mark.figures != figures else Edit(last.id)


def figures_of(report: Report) -> str:
    """A digest of the figures and the actions of a report: not of days, commits, places and forecasts."""
    status = report.status
    if status is None:
        raise ValueError("the report has no status")
    said = (
        [(row.name, row.head, row.production, row.tests, row.among, row.target, row.met) for row in report.metrics],
        [(row.text, row.phase) for row in status.actions],
        [(suite.name, suite.state) for suite in status.suites],
    )
    return hashlib.sha256(repr(said).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def body_of(report: Report, mark: Mark) -> str:
    """The post, of no more bytes than a comment may have."""
    first, _, rest = render_weekly(report, limit=LIMIT - _ROOM_FOR_MARK).partition("\n")
    return f"{first}\n{mark}\n{rest}"
