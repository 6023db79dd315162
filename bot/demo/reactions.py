"""Reactions to comments, in memory: each person has each sign once."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from threading import Lock

from bot.demo.records import Comment, Emoji, Reaction, User


class Reactions:
    """The reactions to all comments. Each method is one atomic step."""

    def __init__(self, next_id: Callable[[], int], now: Callable[[], datetime], changed: Callable[[], None]) -> None:
        self._next_id = next_id
        self._now = now
        self._changed = changed
        self._lock = Lock()
        self._reactions: dict[int, Reaction] = {}

    def add(self, comment: Comment, author: User, content: Emoji) -> tuple[Reaction, bool]:
        """React, and say whether that is new: a second time gives the first reaction."""
        with self._lock:
            for known in self._reactions.values():
                if (known.comment_id, known.author, known.content) == (comment.id, author, content):
                    return known, False
            new = Reaction(self._next_id(), comment.id, author, content, self._now())
            self._reactions[new.id] = new
        self._changed()
        return new, True

    def remove(self, comment: Comment, reaction_id: int) -> bool:
        """Take a reaction back; False where there is none of this id at the comment."""
        with self._lock:
            known = self._reactions.get(reaction_id)
            if known is None or known.comment_id != comment.id:
                return False
            del self._reactions[reaction_id]
        self._changed()
        return True

    def of(self, comment: Comment) -> list[Reaction]:
        """The reactions to a comment, oldest first."""
        return [one for one in list(self._reactions.values()) if one.comment_id == comment.id]

    def counts(self, comment: Comment) -> Counter[str]:
        """How often each sign was given."""
        return Counter(one.content for one in self.of(comment))
