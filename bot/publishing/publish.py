"""The one comment of ours on a pull request: what to do so that there is exactly one, and the steps that do it.

A comment is ours if it begins with the marker *and* this App wrote it, whatever its bot is called by now. Somebody
else's comment with our marker in it is theirs, and is never touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, Literal, Protocol

import msgspec

from bot.github.records import Comment, IssueComment

_REMEMBERED_FOR: Final = timedelta(days=60)
_ROUNDS: Final = 3


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


def plan(
    comments: Iterable[Comment], *, marker: str, app_id: int, body: str, create: bool = True, anew: bool = False
) -> tuple[Effect, ...]:
    """The effects that leave one comment of ours, saying `body`: the oldest is kept, nothing is sent if it says so.

    Where there is none, `create` one; where people have hidden what there is, post it `anew`. An empty plan means that
    all is as it should be. Line ends do not count: an edit by hand turns them into CRLF.
    """
    ours = _ours(comments, marker, app_id)
    if not ours:
        return (Create(body),) if create else ()
    kept, *duplicates = ours
    if kept.minimized and create and anew:
        return (Create(body), *(Delete(hidden.id) for hidden in ours))
    update = () if is_same(kept.body, body) else (Update(kept.id, body),)
    return (*update, *(Delete(duplicate.id) for duplicate in duplicates))


def _ours(comments: Iterable[Comment], marker: str, app_id: int) -> list[Comment]:
    """The comments of ours, the one to keep first."""
    ours = (comment for comment in comments if comment.is_ours(marker, app_id))
    return sorted(ours, key=lambda comment: (comment.minimized, comment.id))


def is_same(body: str, other: str) -> bool:
    """Whether two texts say the same, whatever their line ends."""
    return _text(body) == _text(other)


def _text(body: str) -> str:
    return body.replace("\r\n", "\n").strip()


# --- the steps --------------------------------------------------------------------------------------------------------


class Comments(Protocol):
    """What publishing needs of GitHub. Every method raises GitHubError."""

    async def list_comments(self, number: int) -> tuple[Comment, ...]:
        """Every comment of an issue or pull request, oldest first."""
        ...

    async def comment(self, id: int) -> IssueComment | None:
        """One comment; None if it is gone."""
        ...

    async def update_comment(self, id: int, body: str) -> bool:
        """Edit a comment; False if it is gone."""
        ...

    async def create_comment(self, number: int, body: str) -> int:
        """Post a comment and return its id."""
        ...

    async def delete_comment(self, id: int) -> None:
        """Remove a comment; one that is gone is no error."""
        ...


class Memory(Protocol):
    """Where small values are kept that GitHub can tell again; `bot.queue.queue.Queue`."""

    async def recall(self, name: str) -> str | None:
        """What was remembered last."""
        ...

    async def remember(self, name: str, value: str, for_: timedelta) -> None:
        """Keep a small value."""
        ...


class Thread(msgspec.Struct, frozen=True):
    """Where the comment is, and how it is known to be ours."""

    repository_id: int
    number: int
    marker: str
    app_id: int


class Published(msgspec.Struct, frozen=True):
    """What has become of the comment. `id` is the one that is there now, if there is one.

    none: there is none, and none is wanted. withheld: people have removed it more than once.
    """

    outcome: Literal["unchanged", "edited", "created", "none", "withheld"]
    id: int | None = None


class _Known(msgspec.Struct, frozen=True):
    """What is remembered of a comment. `anew`: it was posted a second time, since people had removed or hidden it."""

    id: int | None = None
    anew: bool = False


async def publish(comments: Comments, memory: Memory, thread: Thread, body: str, *, create: bool = True) -> Published:
    """Have the comment say `body`; where there is none, only if `create`.

    By the id that is remembered, else by a look at all comments; after posting, these are read again, as another
    worker may have posted too. What people delete or hide is posted anew once. Raises GitHubError: if a post may have
    been made, so that it must not be repeated, the next attempt finds it by looking.
    """
    known = await _recalled(memory, thread)
    if known.id is not None:
        current = await comments.comment(known.id)
        if current is not None and current.app_id == thread.app_id:  # the marker may have been edited away
            may_stay = known.anew or not current.minimized or not create
            if may_stay and (done := await _edited(comments, current, body)) is not None:
                return done
            known = _Known(anew=known.anew)
        elif known.anew:
            return Published("withheld")
        else:
            known = _Known(anew=True)
        await _remembered(memory, thread, known)
    return await _by_looking(comments, memory, thread, body, create=create, anew=known.anew)


async def _edited(comments: Comments, current: IssueComment, body: str) -> Published | None:
    """None if somebody has deleted it in between."""
    if is_same(current.body, body):
        return Published("unchanged", current.id)
    return Published("edited", current.id) if await comments.update_comment(current.id, body) else None


async def _by_looking(
    comments: Comments, memory: Memory, thread: Thread, body: str, *, create: bool, anew: bool
) -> Published:
    """The long way, by all comments there are."""
    number, posted, edited = thread.number, None, False
    ours: list[Comment] = []
    for _ in range(_ROUNDS):
        listed = await comments.list_comments(number)
        ours = _ours(listed, thread.marker, thread.app_id)
        wanted = create and posted is None
        effects = plan(listed, marker=thread.marker, app_id=thread.app_id, body=body, create=wanted, anew=not anew)
        for effect in effects:
            posted = await _carried_out(comments, number, effect) or posted
        edited = any(isinstance(effect, Update) for effect in effects)
        if not any(isinstance(effect, Create) for effect in effects):
            break
        anew = anew or bool(ours)  # those that were hidden
    kept = ours[0].id if ours else posted
    await _remembered(memory, thread, _Known(kept, anew))
    if kept is None:
        return Published("none")
    if posted is not None:
        return Published("created", kept)
    return Published("edited" if edited else "unchanged", kept)


async def _carried_out(comments: Comments, number: int, effect: Effect) -> int | None:
    """The id of what was posted."""
    match effect:
        case Create(body):
            return await comments.create_comment(number, body)
        case Update(id, body):
            await comments.update_comment(id, body)
        case Delete(id):
            await comments.delete_comment(id)
    return None


async def _recalled(memory: Memory, thread: Thread) -> _Known:
    stored = await memory.recall(_name(thread))
    try:
        return _Known() if stored is None else msgspec.json.decode(stored, type=_Known)
    except msgspec.DecodeError:  # another version's
        return _Known()


async def _remembered(memory: Memory, thread: Thread, known: _Known) -> None:
    await memory.remember(_name(thread), msgspec.json.encode(known).decode(), _REMEMBERED_FOR)


def _name(thread: Thread) -> str:
    return f"comment {thread.repository_id}/{thread.number} {thread.marker}"
