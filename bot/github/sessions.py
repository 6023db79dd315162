"""Sessions: tokens for one repository and one use case, asked for when they are needed and kept while they last.

https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from cachetools import LRUCache
from githubkit_schemas.latest.types import AppPermissionsType

from bot.github.client import SessionAuth, ask
from bot.github.connections import Connections
from bot.github.errors import (
    GitHubRefusedError,
    InstallationGoneError,
    InvalidError,
    MissingPermissionError,
    NotFoundError,
    RepositoryGoneError,
)
from bot.github.permissions import READ_PERMISSIONS
from bot.github.records import Session

_MOST_SESSIONS: Final = 2_000
_TOKEN_MARGIN: Final = timedelta(minutes=10)
"""A token is not used in the last minutes of its hour: it must outlive the job that begins with it."""

_LACKING_FOR: Final = timedelta(minutes=5)

_RANKS: Final = {"read": 1, "write": 2, "admin": 3}

_Key = tuple[int, int | str | None, frozenset[tuple[str, str]]]
"""Installation; repository by its id or its name, or all of them; permissions."""


class Sessions:
    """The sessions of this process. Every method raises GitHubError."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._open: LRUCache[_Key, Session] = LRUCache(_MOST_SESSIONS)

    async def auth(
        self, installation_id: int, repository: int | str | None, permissions: AppPermissionsType
    ) -> SessionAuth:
        """What signs requests about a repository (its id, its name without the owner, None for all of them)."""
        key = installation_id, repository, _as_set(permissions)
        return SessionAuth(await self._session(key), lambda refused: self._renew(key, refused))

    def forget(self, installation_id: int, repository_id: int) -> None:
        """Drop the sessions on a repository that GitHub no longer accepts."""
        for key in [key for key in self._open if key[:2] == (installation_id, repository_id)]:
            del self._open[key]

    async def _session(self, key: _Key) -> Session:
        session = self._open.get(key)
        if session is None or session.expires - _TOKEN_MARGIN < datetime.now(UTC):
            session = self._open[key] = await self._ask(key)
        return session

    async def _renew(self, key: _Key, refused: Session) -> Session:
        """Another session than the one that GitHub did not take."""
        if self._open.get(key) == refused:
            del self._open[key]
        return await self._session(key)

    async def _ask(self, key: _Key) -> Session:
        installation_id, repository, asked = key
        if self._connections.limiter is not None:
            await self._connections.limiter.check(installation_id)
        try:
            return await self._token(installation_id, repository, dict(asked))
        except InvalidError as error:
            granted = await self._granted(installation_id, dict(asked))
            missing = asked - granted.items()
            if not missing:
                raise RepositoryGoneError(str(error)) from error
            if missing >= _as_set(READ_PERMISSIONS):
                raise MissingPermissionError("the installation grants nothing", "metadata=read") from None
            session = await self._token(installation_id, repository, granted)
            return _without(session, missing)

    async def _token(self, installation_id: int, repository: int | str | None, permissions: dict[str, str]) -> Session:
        wanted: Any = {"permissions": permissions}
        if repository is not None:
            wanted["repositories" if isinstance(repository, str) else "repository_ids"] = [repository]
        try:
            async with self._connections.as_app() as github:
                request = github.rest.apps.async_create_installation_access_token(installation_id, data=wanted)
                answer = await ask(request, _Token)
        except NotFoundError as error:
            raise InstallationGoneError(str(error)) from error
        if repository is None:
            return Session(answer.token, answer.expires_at, "")
        if not answer.repositories:
            raise GitHubRefusedError(f"installation {installation_id} does not cover repository {repository}")
        return Session(answer.token, answer.expires_at, answer.repositories[0].full_name)

    async def _granted(self, installation_id: int, asked: dict[str, str]) -> dict[str, str]:
        """What of `asked` the installation grants; permissions that were added later wait for its owner.

        https://docs.github.com/en/apps/maintaining-github-apps/modifying-a-github-app-registration
        """
        async with self._connections.as_app() as github:
            found = await ask(github.rest.apps.async_get_installation(installation_id), _Installation)
        granted = found.permissions
        # Less than was asked for still lets a job look.
        levels = {
            name: min(level, granted.get(name, ""), key=lambda one: _RANKS.get(one, 0)) for name, level in asked.items()
        }
        return {name: level for name, level in levels.items() if level}


def _without(session: Session, missing: Iterable[tuple[str, str]]) -> Session:
    """A session that lacks something is not kept for long: its owner may grant it meanwhile."""
    names = tuple(sorted(f"{name}={level}" for name, level in missing))
    expires = min(session.expires, datetime.now(UTC) + _TOKEN_MARGIN + _LACKING_FOR)
    return msgspec.structs.replace(session, missing=names, expires=expires)


def _as_set(permissions: AppPermissionsType) -> frozenset[tuple[str, str]]:
    return frozenset((name, str(level)) for name, level in permissions.items())


class _Named(msgspec.Struct):
    full_name: str


class _Token(msgspec.Struct):
    token: str
    expires_at: datetime
    repositories: list[_Named] = []


class _Installation(msgspec.Struct):
    permissions: dict[str, str]
