"""The one reply to a comment with commands: found again by its marker, edited as the work proceeds; and the reactions.

The careful way of `bot.publish`: found by marker and author, read again after it was posted, duplicates removed.
"""

from __future__ import annotations

from typing import Final

from bot.github.repository import GitHubRepository
from bot.publish import Create, plan
from report_templates.reply import reply_marker

_ROUNDS: Final = 3


class CommandReply:
    """The reply to one comment. Every method raises GitHubError."""

    def __init__(self, repository: GitHubRepository, number: int, comment_id: int) -> None:
        self._repository = repository
        self._number = number
        self._comment_id = comment_id
        self._id: int | None = None

    async def say(self, body: str) -> None:
        """Bring the reply to say this: by its id where that is known, else as if another worker had posted it too."""
        if self._id is not None and await self._repository.update_comment(self._id, body):
            return
        marker, app_id = reply_marker(self._comment_id), self._repository.app_id
        for _ in range(_ROUNDS):
            comments = await self._repository.list_comments(self._number)
            effects = plan(comments, marker=marker, app_id=app_id, body=body)
            for effect in effects:
                await self._repository.apply(self._number, effect)
            if not any(isinstance(effect, Create) for effect in effects):
                self._id = min(each.id for each in comments if each.is_ours(marker, app_id))
                break

    async def withdraw(self) -> None:
        """Take back what was said so far."""
        if self._id is not None:
            await self._repository.delete_comment(self._id)

    async def begin(self) -> None:
        """Show that the command was heard."""
        await self._repository.react(self._comment_id, "eyes")

    async def end(self, *, well: bool) -> None:
        """Show that the work is over, and how it went."""
        await self._repository.react(self._comment_id, "rocket" if well else "confused")
        await self._repository.unreact(self._comment_id, "eyes")
