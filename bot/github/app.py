"""The App itself: who it is, where it is installed, what was delivered to it, and sessions on single repositories."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx
import msgspec
import structlog
from githubkit import AppAuthStrategy, GitHub
from githubkit.typing import Missing
from githubkit.utils import UNSET
from githubkit_schemas.latest.types import AppPermissionsType

from bot.github.client import PER_PAGE, ask, pages, read, send
from bot.github.connections import Connections
from bot.github.limits import Limiter
from bot.github.permissions import PERMISSIONS, READ_PERMISSIONS
from bot.github.records import AppIdentity, HookConfig, HookDelivery, Installation, RepositoryInfo
from bot.github.repository import GitHubRepository, Repository
from bot.github.sessions import Sessions
from bot.github.transport import date_of

log = structlog.get_logger(__name__)

_MOST_PAGES: Final = 100


class GitHubApp:
    """Hands out sessions on single repositories; asks what only the App may know.

    Every method raises GitHubError, and with a limiter what redis-py raises where Redis is away.
    """

    def __init__(
        self,
        app_id: int,
        private_key: str,
        api_url: str,
        *,
        limiter: Limiter | None = None,
        ca_file: Path | None = None,
    ) -> None:
        self.app_id = app_id
        self._connections = Connections(app_id, private_key, api_url, limiter=limiter, ca_file=ca_file)
        self._sessions = Sessions(self._connections)

    # Sessions

    def repository(
        self, installation_id: int, repository_id: int, permissions: AppPermissionsType = PERMISSIONS
    ) -> AbstractAsyncContextManager[GitHubRepository]:
        """Open one repository with a token that is good for nothing else. Its name is today's, whatever it was.

        Where the installation does not grant all of `permissions`, the session lists the `missing` ones.
        """
        return self._opened(installation_id, repository_id, permissions)

    def named(
        self, installation_id: int, name: str, permissions: AppPermissionsType = PERMISSIONS
    ) -> AbstractAsyncContextManager[GitHubRepository]:
        """Open a repository of the installation's own account by its name, without the owner.

        Raises InvalidError where the installation covers none of that name.
        """
        return self._opened(installation_id, name, permissions)

    def forget(self, installation_id: int, repository_id: int) -> None:
        """Drop the sessions on a repository that GitHub no longer accepts."""
        self._sessions.forget(installation_id, repository_id)

    # The App

    async def identity(self) -> AppIdentity:
        """https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app."""
        async with self._connections.as_app() as github:
            return (await ask(github.rest.apps.async_get_authenticated(), _Identity)).value

    async def server_time(self) -> datetime:
        """GitHub's clock, to compare ours with: it refuses what the App signs more than a minute off.

        Asked for unsigned, or it would be refused where it matters; whatever the answer says, it has a date.
        """
        async with httpx.AsyncClient(transport=self._connections.transport()) as plain:
            return date_of(await plain.get(self._connections.api_url))

    async def installations(self) -> tuple[Installation, ...]:
        """Where the App is installed, up to 10,000.

        https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app
        """
        found: list[Installation] = []
        async with self._connections.as_app() as github:
            list_page = github.rest.apps.async_list_installations
            async for page in pages(
                lambda page: list_page(per_page=PER_PAGE, page=page), list[_Installation], _MOST_PAGES
            ):
                found += (installation.value for installation in page)
        return tuple(found)

    async def repositories(self, installation_id: int) -> tuple[RepositoryInfo, ...]:
        """The repositories of an installation, up to 10,000.

        https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
        """
        found: list[RepositoryInfo] = []
        auth = await self._sessions.auth(installation_id, None, READ_PERMISSIONS)
        async with self._connections.with_session(auth, installation_id) as (github, _):
            list_page = github.rest.apps.async_list_repos_accessible_to_installation
            async for page in pages(lambda page: list_page(per_page=PER_PAGE, page=page), _Repositories, _MOST_PAGES):
                found += (repository.value for repository in page.repositories)
        return tuple(found)

    # Webhooks

    async def deliveries(self, since: datetime, most_pages: int = _MOST_PAGES) -> tuple[HookDelivery, ...]:
        """The attempts to deliver webhooks from `since` on, the newest first, up to 10,000. GitHub keeps three days.

        Where there are more, the log says so.

        https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
        """
        found: list[HookDelivery] = []
        async with self._connections.as_app() as github:
            async for page in _delivery_pages(github, most_pages):
                found += (one.value for one in page if one.delivered_at >= since)
                if page and page[-1].delivered_at < since:
                    break
        return tuple(found)

    async def hook_config(self) -> HookConfig:
        """Where webhooks go, and how.

        https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app
        """
        async with self._connections.as_app() as github:
            return await ask(github.rest.apps.async_get_webhook_config_for_app(), HookConfig)

    async def redeliver(self, id: int) -> None:
        """Have a webhook delivered again.

        https://docs.github.com/en/rest/apps/webhooks#redeliver-a-delivery-for-an-app-webhook
        """
        async with self._connections.as_app() as github:
            await send(github.rest.apps.async_redeliver_webhook_delivery(id))

    @asynccontextmanager
    async def _opened(
        self, installation_id: int, repository: int | str, permissions: AppPermissionsType
    ) -> AsyncIterator[GitHubRepository]:
        auth = await self._sessions.auth(installation_id, repository, permissions)
        async with self._connections.with_session(auth, installation_id) as (github, transport):
            yield GitHubRepository(github, transport, self.app_id, self.identity)


async def _delivery_pages(github: GitHub[AppAuthStrategy], most: int) -> AsyncIterator[list[_Delivery]]:
    """Paged by a cursor that stands in the link to the next page, and not by numbers."""
    cursor: Missing[str] = UNSET
    for _ in range(most):
        request = github.rest.apps.async_list_webhook_deliveries(per_page=PER_PAGE, cursor=cursor)
        response = await send(request)
        yield read(response, list[_Delivery])
        following = response.raw_response.links.get("next", {}).get("url")
        if following is None:
            return
        cursor = httpx.URL(following).params["cursor"]
    log.warning("older deliveries were not looked at: there are too many", read=most * PER_PAGE)


class _Identity(msgspec.Struct):
    id: int
    name: str
    html_url: str
    permissions: dict[str, str]
    events: list[str]
    slug: str = ""

    @property
    def value(self) -> AppIdentity:
        return AppIdentity(self.id, self.slug, self.name, self.html_url, self.permissions, tuple(self.events))


class _Account(msgspec.Struct):
    login: str | None = None
    slug: str | None = None
    """An enterprise has no login."""


class _Installation(msgspec.Struct):
    id: int
    html_url: str
    permissions: dict[str, str]
    account: _Account | None = None
    suspended_at: datetime | None = None

    @property
    def value(self) -> Installation:
        account = self.account or _Account()
        return Installation(
            id=self.id,
            account=account.login or account.slug or "",
            permissions=self.permissions,
            suspended=self.suspended_at is not None,
            html_url=self.html_url,
        )


class _Repositories(msgspec.Struct):
    repositories: list[Repository]


class _Delivery(msgspec.Struct):
    id: int
    guid: str
    event: str
    status_code: int
    delivered_at: datetime
    redelivery: bool
    action: str | None = None

    @property
    def value(self) -> HookDelivery:
        return HookDelivery(**msgspec.structs.asdict(self))
