"""People and bots, and what they may do in a repository."""

from __future__ import annotations

import re
from typing import Final, get_args

import msgspec

from bot.github.base import RepositoryAccess
from bot.github.client import ask
from bot.github.errors import NotFoundError
from bot.github.records import Role

_LOGIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?")
_GHOST: Final = "ghost"
"""As whom GitHub shows accounts that were deleted."""


class Account(msgspec.Struct):
    """The account behind something that was written."""

    login: str
    type: str = "User"

    @property
    def is_bot(self) -> bool:
        """Whether it is an App's; a machine account is a user to GitHub."""
        return self.type == "Bot"


def name_of(account: Account | None) -> str:
    """The login, as GitHub shows it."""
    return _GHOST if account is None else account.login


class PeopleAccess(RepositoryAccess):
    """https://docs.github.com/en/rest/collaborators/collaborators."""

    async def permission(self, login: str) -> Role:
        """What somebody may do here; of a role that the organization made itself, the one that it is based on.

        https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
        """
        if _LOGIN.fullmatch(login) is None:
            return "none"
        request = self._github.rest.repos.async_get_collaborator_permission_level(*self._where, login)
        try:
            answer = await ask(request, _Permission)
        except NotFoundError:
            return "none"
        return next((role for role in (answer.role_name, answer.permission) if role in _ROLES), "none")


_ROLES: Final[tuple[Role, ...]] = get_args(Role)


class _Permission(msgspec.Struct):
    permission: str
    role_name: str = ""
