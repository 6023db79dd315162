"""What to do to the comments of a pull request so that it carries exactly one of ours: decided here, done elsewhere.

A comment is ours if it begins with the marker *and* this App wrote it. Somebody else's comment with our marker in it
is theirs, and is never touched.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Comment(msgspec.Struct, frozen=True):
    """A comment as GitHub has it; `app_id` is the App that wrote it, None for people."""

    id: int
    body: str
    app_id: int | None


class Create(msgspec.Struct, frozen=True):
    """Post a new comment, then look again: two workers may have posted at once."""

    body: str


class Update(msgspec.Struct, frozen=True):
    """Edit a comment in place."""

    id: int
    body: str


class Delete(msgspec.Struct, frozen=True):
    """Remove a duplicate of our own."""

    id: int


Effect = Create | Update | Delete


def plan(comments: Iterable[Comment], *, marker: str, app_id: int, body: str) -> tuple[Effect, ...]:
    """The effects that leave one comment of ours, saying `body`: the oldest is kept, nothing is sent if it says so.

    An empty plan means that all is as it should be. Line ends do not count: an edit by hand turns them into CRLF.
    """
    ours = sorted(
        (comment for comment in comments if comment.app_id == app_id and comment.body.lstrip().startswith(marker)),
        key=lambda comment: comment.id,
    )
    if not ours:
        return (Create(body),)
    kept, *duplicates = ours
    update = () if _text(kept.body) == _text(body) else (Update(kept.id, body),)
    return (*update, *(Delete(duplicate.id) for duplicate in duplicates))


def _text(body: str) -> str:
    return body.replace("\r\n", "\n").strip()
