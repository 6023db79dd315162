"""Roles: who may give which command, by the policy and by what GitHub says that somebody may do in the repository."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Protocol, get_args

from analyzers.policy import CommandName as PolicyCommand
from analyzers.policy import CommandsPolicy
from bot.github.records import Role
from bot.queue.queue import Queue

_RANKS: Final[Mapping[str, int]] = {role: rank for rank, role in enumerate(reversed(get_args(Role)))}
_KNOWN_FOR: Final = timedelta(minutes=10)
_REFUSED_EVERY: Final = timedelta(days=1)


class Permissions(Protocol):
    """What is asked of GitHub."""

    async def permission(self, login: str) -> Role:
        """What somebody may do in the repository."""
        ...


def may(command: PolicyCommand, policy: CommandsPolicy, role: Role, *, is_author: bool) -> bool:
    """Whether somebody of that role may give a command; `is_author`: on a pull request of their own."""
    if is_author and policy.authors and command != "accept":
        return True
    return _RANKS[role] >= _RANKS[policy.role(command)]


async def role_of(permissions: Permissions, queue: Queue, repository_id: int, login: str) -> Role:
    """What somebody may do, as it was ten minutes ago at the earliest. Raises GitHubError."""
    name = f"role {repository_id} {login.lower()}"
    known = await queue.recall(name)
    for role in get_args(Role):
        if role == known:
            return role  # type: ignore[no-any-return]  # one of its literals
    asked = await permissions.permission(login)
    await queue.remember(name, asked, _KNOWN_FOR)
    return asked


class Refusals:
    """Whom a repository's commands were refused, so that nobody is told so more than once in that time, a day."""

    def __init__(
        self, queue: Queue, repository_id: int, login: str, kind: str = "refused", every: timedelta = _REFUSED_EVERY
    ) -> None:
        self._queue = queue
        self._name = f"{kind} {repository_id} {login.lower()}"
        self._every = every

    async def were_told(self, comment_id: int) -> bool:
        """Whether another comment of theirs was refused in that time."""
        return await self._queue.recall(self._name) not in (None, str(comment_id))

    async def tell(self, comment_id: int) -> bool:
        """Whether they are to be told, now or again because the job that did so was broken off."""
        return await self._queue.claim(self._name, str(comment_id), self._every) == str(comment_id)
