"""One repository on GitHub, as far as a session reaches: what its parts share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from githubkit import GitHub

from bot.github.client import SessionAuth
from bot.github.records import AppIdentity, Session
from bot.github.transport import Transport


class RepositoryAccess:
    """The session on a repository, and what it has cost so far."""

    def __init__(
        self,
        github: GitHub[SessionAuth],
        transport: Transport,
        app_id: int,
        identity: Callable[[], Awaitable[AppIdentity]],
    ) -> None:
        self._github = github
        self._transport = transport
        self._identity = identity
        self.app_id = app_id

    @property
    def session(self) -> Session:
        """Today's session: its token is another one once GitHub no longer takes the first."""
        return self._github.auth.session

    @property
    def calls(self) -> int:
        """How many requests were sent to GitHub so far, those for tokens apart."""
        return self._transport.calls

    @property
    def rate_left(self) -> int | None:
        """How many requests GitHub leaves the installation this hour, where it has said so."""
        return self._transport.rate_left

    @property
    def _where(self) -> tuple[str, str]:
        """Owner and name."""
        owner, _, name = self.session.full_name.partition("/")
        return owner, name
