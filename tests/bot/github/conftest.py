"""The App before a stand-in, by itself and with limits in Redis; and an account whose owner does as they like."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from githubkit_schemas.latest.types import AppPermissionsType
from redis.asyncio import Redis

from bot.demo.github import GitHubStandIn
from bot.demo.records import PullRequest, Repository
from bot.github.app import GitHubApp
from bot.github.limits import Limiter
from bot.github.permissions import PERMISSIONS
from bot.github.repository import GitHubRepository
from tests.bot.conftest import Shop, Site
from tests.repositories import Repo


@dataclass
class HandClock:
    """A clock that stands still, but for those who sleep."""

    time: datetime = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    slept: list[timedelta] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    async def sleep(self, delay: timedelta) -> None:
        self.slept.append(delay)
        self.time += delay


@dataclass
class Account:
    """An organization of its own with the App on it, and a repository with one pull request."""

    standin: GitHubStandIn
    name: str
    repository: Repository
    pull: PullRequest
    site: Site

    @property
    def installation_id(self) -> int:
        return self.standin.owner.installed(self.name).id

    def opened(
        self, github: GitHubApp, permissions: AppPermissionsType = PERMISSIONS
    ) -> AbstractAsyncContextManager[GitHubRepository]:
        return github.repository(self.installation_id, self.repository.id, permissions)

    def tokens(self) -> int:
        """How often a token was asked for, with an answer or without."""
        path = f"/api/v3/app/installations/{self.installation_id}/access_tokens"
        return sum(asked.path == path for asked in self.standin.requests)


def app_of(site: Site, limiter: Limiter | None = None) -> GitHubApp:
    """The App, with no session open; and no limits, unless they are given."""
    app = site.standin.app
    return GitHubApp(app.id, app.private_key_pem, f"{site.address}/api/v3", limiter=limiter)


def opened(
    github: GitHubApp, shop: Shop, permissions: AppPermissionsType = PERMISSIONS
) -> AbstractAsyncContextManager[GitHubRepository]:
    """The repository of a shop, through the App."""
    return github.repository(shop.job.installation_id, shop.repository.id, permissions)


@pytest.fixture
def github(site: Site) -> GitHubApp:
    return app_of(site)


@pytest.fixture(autouse=True)
def _works_again(site: Site) -> Iterator[None]:
    yield
    site.standin.faults.clear()


@pytest.fixture
def account(site: Site) -> Account:
    number = next(site.numbers)
    name = f"globex-{number}"
    site.standin.owner.add_organization(name)
    site.standin.owner.install(name, site.person)
    repo = Repo.create(site.folder / name)
    repo.commit({"a.py": "A = 1\n"})
    repo.branch("feature")
    repo.commit({"b.py": "from a import A\n"})
    repo.checkout("main")
    repository = site.standin.add_repository(f"{name}/shop", repo.path)
    pull = site.standin.open_pull_request(f"{name}/shop", head="feature", base="main", title="Change", by=site.person)
    return Account(site.standin, name, repository, pull, site)


@pytest.fixture
async def connection(redis_url: str) -> AsyncIterator[Redis]:
    """An empty Redis, as a worker is connected to it."""
    async with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def clock() -> HandClock:
    return HandClock()
