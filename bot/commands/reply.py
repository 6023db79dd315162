"""The one reply to a comment with commands, edited as the work proceeds; and the reactions to that comment."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
import structlog

from bot.commands.commands import MOST_COMMANDS, Command
from bot.github.errors import GitHubError, MissingPermissionError
from bot.github.records import IssueComment, Reaction
from bot.publishing.fenced import Fenced
from bot.publishing.publish import Memory, Thread, publish
from bot.queue.jobs import CommandJob
from report_templates.reply import Part, Reply, render_reply, reply_marker

log = structlog.get_logger(__name__)

_PHASES: Final[Mapping[str, str]] = {
    "read": "reading the code",
    "look back": "looking back over the commits",
    "ask why": "asking why",
}
_WORKING: Final = "working on it"
_WAITING: Final = "next"


class Pace(msgspec.Struct, frozen=True):
    """How an answer keeps time. `clock` gives seconds that only grow."""

    clock: Callable[[], float] = time.monotonic
    said_every: float = 10.0
    """Seconds: so often the reply says how far the work is."""
    to_look_back: float = 0.6
    """Of the time that is left: the rest is for asking why, and for putting it all into words."""


USUAL: Final = Pace()


class CommandReply:
    """What has become of each command so far, and the comment that says so. Its coroutines raise GitHubError."""

    def __init__(
        self,
        repository: Fenced,
        memory: Memory,
        job: CommandJob,
        comment: IssueComment,
        web_url: str,
        left_out: int = 0,
    ) -> None:
        self._repository = repository
        self._memory = memory
        self._comment = comment
        self._thread = Thread(job.repository_id, job.number, reply_marker(comment.id), repository.app_id)
        # GitHub leads on from there where the number is a pull request's.
        self._url = f"{web_url}/{repository.session.full_name}/issues/{job.number}#issuecomment-{comment.id}"
        self._note = _left_out(left_out) if left_out else ""
        self._parts: dict[Command, Part] = {}
        self._id: int | None = None
        self._said_at: float | None = None
        self._eyes: int | None = None

    @property
    def is_begun(self) -> bool:
        """Whether anything was said."""
        return self._said_at is not None

    # What there is to say

    def wait(self, command: Command) -> None:
        """It is to be answered after those before it."""
        self._parts[command] = Part(command.written, state=_WAITING)

    def start(self, command: Command) -> None:
        """It is being answered."""
        self._parts[command] = Part(command.written, state=_WORKING)

    def answer(self, command: Command, text: str, notes: tuple[str, ...] = ()) -> None:
        """It is answered, in Markdown."""
        self._parts[command] = Part(command.written, text, notes=notes)

    def answer_alike(self, command: Command, text: str) -> None:
        """The same, where others have the same answer: that is said once, for all of them."""
        for first, part in self._parts.items():
            if part.text == text:
                self._parts[first] = msgspec.structs.replace(part, others=(*part.others, command.written))
                return
        self.answer(command, text)

    # Saying it

    async def say(self, pace: Pace = USUAL) -> None:
        """Have the comment say all of it; no comment where there is nothing to say."""
        self._said_at = pace.clock()
        if self._parts:
            said = Reply(self._comment.id, self._url, self._comment.author, tuple(self._parts.values()), self._note)
            self._id = (await publish(self._repository, self._memory, self._thread, render_reply(said))).id

    async def say_phase(self, phase: str, pace: Pace) -> None:
        """Say how far the work is, unless something was said a moment ago. Nothing depends on it."""
        if self._said_at is None or pace.clock() - self._said_at < pace.said_every:
            return
        for command, part in self._parts.items():
            if part.state.startswith(_WORKING):
                state = f"{_WORKING}, {_PHASES.get(phase, phase)}"
                self._parts[command] = msgspec.structs.replace(part, state=state)
        try:
            await self.say(pace)
        except GitHubError as error:
            log.info("could not say how far it is", error=str(error))

    async def withdraw(self) -> None:
        """Take back what was said so far."""
        if self._id is not None:
            await self._repository.delete_comment(self._id)

    # Reactions

    async def begin(self) -> None:
        """Show that the command was heard."""
        self._eyes = await self._react("eyes")

    async def end(self, *, well: bool) -> None:
        """Show that the work is over, and how it went."""
        await self._react("rocket" if well else "confused")
        eyes = self._eyes or await self._react("eyes")  # which tells the id of those that an attempt before has made
        if eyes is not None:
            await self._repository.unreact(self._comment.id, eyes)

    async def _react(self, content: Reaction) -> int | None:
        """The reaction's id. Without the permission the reply has to do."""
        try:
            return await self._repository.react(self._comment.id, content)
        except MissingPermissionError as error:
            log.warning("no reaction", error=str(error))
            return None


def _left_out(count: int) -> str:
    last = "the last command" if count == 1 else f"the last {count} commands"
    return f"Not answered: {last} of that comment, as one may have {MOST_COMMANDS}. Ask in another one."
