"""Connections to GitHub: as the App itself, and with the token of a session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from githubkit import AppAuthStrategy, GitHub
from githubkit.cache import MemCacheStrategy

from bot.github.client import SessionAuth, client
from bot.github.limits import Limiter
from bot.github.transport import Transport, network, new_answers

_APP: Final = 0
"""What the App asks for as such has limits of its own, beside those of each installation."""


class Connections:
    """How this process reaches GitHub, and what it remembers of the answers."""

    def __init__(
        self, app_id: int, private_key: str, api_url: str, *, limiter: Limiter | None, ca_file: Path | None
    ) -> None:
        self.api_url = api_url
        self.limiter = limiter
        self._auth = AppAuthStrategy(app_id, private_key)
        # By default all Apps of a process share one, by their ids: one with a wrong key would pass for a right one.
        self._signatures = MemCacheStrategy()
        self._network = network(api_url, ca_file)
        self._answers = new_answers()

    @asynccontextmanager
    async def as_app(self) -> AsyncIterator[GitHub[AppAuthStrategy]]:
        """Signed with the App's key."""
        async with client(self._auth, self.api_url, self.transport(_APP), self._signatures) as github:
            yield github

    @asynccontextmanager
    async def with_session(
        self, auth: SessionAuth, installation_id: int
    ) -> AsyncIterator[tuple[GitHub[SessionAuth], Transport]]:
        """Signed with a session's token, within the limits of its installation; and what counts the requests."""
        transport = self.transport(installation_id)
        async with client(auth, self.api_url, transport) as github:
            yield github, transport

    def transport(self, installation_id: int = _APP) -> Transport:
        """A way to GitHub of its own; the answers that are known are shared."""
        return Transport(self._network, self.limiter, installation_id, self._answers)
