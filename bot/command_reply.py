"""The one reply to a comment with commands, edited as the work proceeds; and the reactions to that comment."""

from __future__ import annotations

import structlog

from bot.github.errors import MissingPermissionError
from bot.github.records import Reaction
from bot.github.repository import GitHubRepository
from bot.jobs import CommandJob
from bot.publish import Thread, publish
from bot.queue import Queue
from report_templates.reply import reply_marker

log = structlog.get_logger(__name__)


class CommandReply:
    """The reply to one comment. Every method raises GitHubError."""

    def __init__(self, repository: GitHubRepository, queue: Queue, job: CommandJob) -> None:
        self._repository = repository
        self._queue = queue
        self._comment_id = job.comment_id
        self._thread = Thread(job.repository_id, job.number, reply_marker(job.comment_id), repository.app_id)
        self._id: int | None = None

    async def say(self, body: str) -> None:
        """Have the reply say this."""
        self._id = (await publish(self._repository, self._queue, self._thread, body)).id

    async def withdraw(self) -> None:
        """Take back what was said so far."""
        if self._id is not None:
            await self._repository.delete_comment(self._id)

    async def begin(self) -> None:
        """Show that the command was heard."""
        await self._react("eyes")

    async def end(self, *, well: bool) -> None:
        """Show that the work is over, and how it went."""
        await self._react("rocket" if well else "confused")
        try:
            await self._repository.unreact(self._comment_id, "eyes")
        except MissingPermissionError as error:
            log.warning("no reaction", error=str(error))

    async def _react(self, content: Reaction) -> None:
        """Without the permission the reply has to do."""
        try:
            await self._repository.react(self._comment_id, content)
        except MissingPermissionError as error:
            log.warning("no reaction", error=str(error))
