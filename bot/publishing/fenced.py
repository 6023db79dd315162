"""A repository on which nothing is written but by whoever has the turn for the subject, right then.

A worker that was paused, as by a machine that swaps, wakes up with answers of long ago, while another has said more.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from bot.github.records import CheckRunDraft, Comment, IssueComment, OwnCheckRun, Reaction, Session
from bot.github.repository import GitHubRepository
from bot.publishing.publish import Memory


class Fence(Protocol):
    """Who knows whether something may be written; `bot.jobs.turns.Turn`."""

    async def before_write(self) -> None:
        """Raises SupersededError or BusyError where it may not."""
        ...

    async def before_remembering(self) -> None:
        """Raises BusyError where it may not even be remembered."""
        ...


class Fenced:
    """What is written of a comment, check run, reaction or issue: each single time the fence is asked right before.

    Beside what it hands on, every method raises what the fence raises.
    """

    def __init__(self, repository: GitHubRepository, fence: Fence) -> None:
        self._repository = repository
        self._fence = fence

    @property
    def session(self) -> Session:
        """What the token may do."""
        return self._repository.session

    @property
    def app_id(self) -> int:
        """The App's."""
        return self._repository.app_id

    # Read

    async def list_comments(self, number: int) -> tuple[Comment, ...]:
        """Every comment of an issue or pull request, oldest first."""
        return await self._repository.list_comments(number)

    async def comment(self, id: int) -> IssueComment | None:
        """One comment; None if it is gone."""
        return await self._repository.comment(id)

    async def check_runs(self, sha: str, name: str) -> tuple[OwnCheckRun, ...]:
        """Our own check runs of this name on a commit, oldest first."""
        return await self._repository.check_runs(sha, name)

    # Written

    async def create_comment(self, number: int, body: str) -> int:
        """Post a comment and return its id."""
        await self._fence.before_write()
        return await self._repository.create_comment(number, body)

    async def update_comment(self, id: int, body: str) -> bool:
        """Edit a comment; False if it is gone."""
        await self._fence.before_write()
        return await self._repository.update_comment(id, body)

    async def delete_comment(self, id: int) -> None:
        """Remove a comment; one that is gone is no error."""
        await self._fence.before_write()
        await self._repository.delete_comment(id)

    async def create_check_run(self, draft: CheckRunDraft) -> int:
        """Make a check run and return its id."""
        await self._fence.before_write()
        return await self._repository.create_check_run(draft)

    async def update_check_run(self, id: int, draft: CheckRunDraft) -> None:
        """Change a check run."""
        await self._fence.before_write()
        await self._repository.update_check_run(id, draft)

    async def react(self, comment_id: int, content: Reaction) -> int:
        """React to a comment and return the reaction's id."""
        await self._fence.before_write()
        return await self._repository.react(comment_id, content)

    async def unreact(self, comment_id: int, reaction_id: int) -> None:
        """Take a reaction back."""
        await self._fence.before_write()
        await self._repository.unreact(comment_id, reaction_id)

    async def create_issue(self, title: str, body: str) -> int:
        """Open an issue and return its number."""
        await self._fence.before_write()
        return await self._repository.create_issue(title, body)

    async def pin_issue(self, number: int) -> bool:
        """Pin an issue; False where GitHub will not."""
        await self._fence.before_write()
        return await self._repository.pin_issue(number)


class FencedMemory:
    """The same of what is remembered: what a worker that has lost its turn knows is of no use to others."""

    def __init__(self, memory: Memory, fence: Fence) -> None:
        self._memory = memory
        self._fence = fence

    async def recall(self, name: str) -> str | None:
        """What was remembered last."""
        return await self._memory.recall(name)

    async def remember(self, name: str, value: str, for_: timedelta) -> None:
        """Keep a small value."""
        await self._fence.before_remembering()
        await self._memory.remember(name, value, for_)
