"""The two neighbours of fifthwhy, both real: a Redis that each test finds empty, and the GitHub stand-in over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from pydantic import ByteSize
from redis import Redis

from bot.demo.events import pull_request_event
from bot.demo.faults import Fault
from bot.demo.github import GitHubStandIn
from bot.demo.profiles import JSON
from bot.demo.records import Comment, Person, PullRequest, Repository
from bot.demo.registration import AppRegistration
from bot.demo.serving import serving
from bot.embedded_redis import EmbeddedRedis
from bot.git.mirror import MirrorLimits
from bot.github.app import GitHubApp
from bot.jobs.tools import Tools
from bot.measuring.caches import opened_caches
from bot.measuring.measure import Caches
from bot.policies.github import GitHubPolicies
from bot.queue.jobs import ReviewJob
from bot.queue.queue import Queue, open_queue
from bot.settings.settings import LocalSettings
from tests.repositories import Content, Repo


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis(redis_server: EmbeddedRedis) -> Iterator[Redis]:
    """A client of an empty Redis, to look into it from outside."""
    with Redis.from_url(redis_server.url, socket_timeout=30) as client:  # ends what hangs
        client.flushall()
        yield client


@pytest.fixture
def redis_url(redis_server: EmbeddedRedis, redis: Redis) -> str:
    """The address of an empty Redis."""
    return redis_server.url


def stored_jobs(redis: Redis) -> dict[str, bytes]:
    """What is to be done, by the ids of the jobs, as it lies in Redis."""
    keys = sorted(cast("Iterator[bytes]", redis.scan_iter("arq:job:*")))
    return {key.decode().removeprefix("arq:job:"): cast("bytes", redis.get(key)) for key in keys}


@dataclass
class Shop:
    """A repository on the stand-in with one pull request."""

    standin: GitHubStandIn
    person: Person
    repository: Repository
    pull: PullRequest

    @property
    def name(self) -> str:
        return self.repository.full_name

    @property
    def job(self) -> ReviewJob:
        """The job that a webhook for the pull request makes."""
        return ReviewJob(self.standin.app.installation.id, self.repository.id, self.pull.number, "delivery-1")

    @property
    def comments(self) -> list[Comment]:
        """All comments on the pull request, oldest first."""
        return self.standin.state.comments(self.pull)

    def payload(self, action: str, details: Mapping[str, object] | None = None) -> bytes:
        """The body of the webhook that GitHub would send, checked against its schema."""
        more: JSON = dict(details or {})
        message = pull_request_event(self.standin.state, action, self.pull, self.person.user, more)
        assert message is not None
        return message.payload

    def fails(self, method: str, path: str, status: int, times: int = 1, **more: object) -> None:
        """Let GitHub fail; `path` is below the repository's, such as `/pulls/*`."""
        headers = more.pop("headers", {})
        assert isinstance(headers, Mapping)
        message = str(more.pop("message", "Server Error"))
        address = f"/api/v3/repos/{self.name}{path}"
        self.standin.faults.append(Fault(method, address, status, headers, message, times))


@dataclass
class Site:
    """The stand-in, served."""

    standin: GitHubStandIn
    address: str
    person: Person
    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def shop(self, base: Mapping[str, Content] | None = None, head: Mapping[str, Content] | None = None) -> Shop:
        """A new repository with these files at base, and a pull request that changes it to have these as well."""
        number = next(self.numbers)
        repo = Repo.create(self.folder / f"shop-{number}")
        repo.commit(base or {"shop/cart.py": "class Cart: ...\n"})
        repo.branch("feature")
        repo.commit(head or {"shop/page.py": "from shop.cart import Cart\n"})
        repo.checkout("main")
        name = f"acme/shop-{number}"
        repository = self.standin.add_repository(name, repo.path)
        pull = self.standin.open_pull_request(name, head="feature", base="main", title="Change", by=self.person)
        return Shop(self.standin, self.person, repository, pull)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """GitHub, for all tests; each brings a repository of its own. It sends no webhooks."""
    folder = tmp_path_factory.mktemp("site")
    standin = GitHubStandIn(AppRegistration.generate(account="acme"), folder / "github")
    standin.limits.per_hour = 1_000_000  # all tests share the hour
    with serving(standin) as address:
        yield Site(standin, address, standin.add_person("ada"), folder)


@pytest.fixture
def shop(site: Site) -> Iterator[Shop]:
    """A repository with a pull request, on a GitHub that works until told otherwise."""
    yield site.shop()
    site.standin.faults.clear()


@pytest.fixture(scope="session")
def delivered(site: Site) -> Shop:
    """A repository whose pull request's webhooks are read and never acted upon."""
    return site.shop()


@pytest.fixture
async def queue(redis_url: str) -> AsyncIterator[Queue]:
    async with open_queue(redis_url) as queue:
        yield queue


@pytest.fixture
async def another_worker(redis_url: str) -> AsyncIterator[Queue]:
    """The queue as a second worker process has it."""
    async with open_queue(redis_url) as queue:
        yield queue


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where one worker keeps its mirrors."""
    return tmp_path_factory.mktemp("data")


def small_settings(data_dir: Path) -> LocalSettings:
    """One reader and small files, which is enough for what tests commit."""
    return LocalSettings(
        data_dir=data_dir,
        max_file_bytes=ByteSize(2_000_000),
        reader_processes=1,
        reader_file_seconds=10.0,
        reader_memory_bytes=ByteSize(1024**3),
    )


@pytest.fixture(scope="session")
def worker_caches(data_dir: Path) -> Iterator[Caches]:
    """What one worker has read so far."""
    with opened_caches(small_settings(data_dir)) as caches:
        yield caches


@pytest.fixture
async def worker_tools(site: Site, redis_url: str, data_dir: Path, worker_caches: Caches) -> AsyncIterator[Tools]:
    """What a worker works with, but that nothing spaces what is written."""
    github = GitHubApp(site.standin.app.id, site.standin.app.private_key_pem, f"{site.address}/api/v3")
    async with open_queue(redis_url) as queue:
        yield Tools(
            github=github,
            web_url=site.address,
            data_dir=data_dir,
            mirror_limits=MirrorLimits(max_file_bytes=2_000_000, max_bytes=1024**3, seconds=60),
            caches=worker_caches,
            policies=GitHubPolicies(github, site.address, data_dir),
            seconds=60,
            queue=queue,
        )
    site.standin.faults.clear()
