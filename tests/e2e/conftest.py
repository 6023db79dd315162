"""fifthwhy as it runs in production, in front of the GitHub stand-in: Redis, web and worker are real processes."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_server

import httpx
import pytest

from bot.demo.github import GitHubStandIn
from bot.demo.records import Comment, Person
from bot.demo.registration import AppRegistration
from bot.demo.serving import serving
from bot.embedded_redis import EmbeddedRedis
from tests.repositories import Content, Repo

PATIENCE_SECONDS = 60
"""How long a test waits for what must happen. Nothing is judged by it: it only ends a test that hangs."""


@dataclass
class Shop:
    """A repository on the stand-in whose pull requests are audited."""

    app: App
    name: str
    repo: Repo

    def open(self, files: Mapping[str, Content], branch: str = "feature", base: str = "main") -> PullRequest:
        """Commit these files to a new branch and open a pull request."""
        self.repo.branch(branch, at=base)
        self.repo.commit(files)
        self.repo.checkout(base)
        self.upload()
        pull = self.app.standin.open_pull_request(self.name, head=branch, base=base, title="Change", by=self.app.person)
        return PullRequest(self, pull.number, branch)

    def upload(self) -> None:
        """Bring the stand-in's copy to where this one is, without any webhook."""
        self.app.upload(self.name, self.repo)


@dataclass
class PullRequest:
    """One pull request, and what is said on it."""

    shop: Shop
    number: int
    branch: str

    @property
    def comments(self) -> list[Comment]:
        """All comments, oldest first."""
        state = self.shop.app.standin.state
        return state.comments(state.issue(self.shop.name, self.number))

    @property
    def ours(self) -> list[Comment]:
        """The comments of the App."""
        return [comment for comment in self.comments if comment.author == self.shop.app.standin.app.bot]

    def push(self, files: Mapping[str, Content], *, force_from: str | None = None) -> str:
        """Commit to the branch and push; with `force_from` the branch starts anew from that commit."""
        repo = self.shop.repo
        repo.checkout(self.branch)
        if force_from is not None:
            repo.reset(force_from)
        commit = repo.commit(files)
        repo.checkout("main")
        self.shop.upload()
        self.shop.app.standin.refresh(self.shop.name, self.shop.app.person)
        return commit

    def wait_for_comment(self, holds: Callable[[str], bool] = bool) -> str:
        """The body of the App's comment, once there is one that fits."""
        state = self.shop.app.standin.state

        def found() -> str | None:
            return next((comment.body for comment in self.ours if holds(comment.body)), None)

        body = state.wait_until(found, PATIENCE_SECONDS)
        assert body is not None, f"no such comment; there are: {[comment.body for comment in self.ours]}"
        return body


@dataclass
class App:
    """The running App."""

    standin: GitHubStandIn
    address: str
    webhook: str
    person: Person
    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def shop(self, files: Mapping[str, Content], **more: Content) -> Shop:
        """A new repository with these files on its default branch."""
        number = next(self.numbers)
        repo = Repo.create(self.folder / f"shop-{number}")
        repo.commit(dict(files))
        name = f"acme/shop-{number}"
        self.standin.add_repository(name, repo.path)
        return Shop(self, name, repo)

    def upload(self, name: str, repo: Repo) -> None:
        """Copy every branch into the stand-in's repository."""
        bare = self.standin.state.repository(name).path
        repo.git("push", "--quiet", "--force", "--prune", str(bare), "refs/heads/*:refs/heads/*")


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One App for all end-to-end tests; each test brings its own repository."""
    folder = tmp_path_factory.mktemp("app")
    port = free_port()
    webhook = f"http://127.0.0.1:{port}/webhook"
    standin = GitHubStandIn(AppRegistration.generate(account="acme"), folder / "github", webhook_url=webhook)
    with ExitStack() as stack:
        address = stack.enter_context(serving(standin))
        redis = stack.enter_context(EmbeddedRedis(folder / "redis"))
        environment = app_environment(standin, address, redis.url, folder / "data", port)
        for command in ("web", "worker"):
            stack.enter_context(process(command, environment, folder))
        wait_until_ready(port)
        yield App(standin, address, webhook, standin.add_person("ada"), folder)


def app_environment(standin: GitHubStandIn, address: str, redis: str, data: Path, port: int) -> dict[str, str]:
    """The settings of an App that works on the stand-in."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FIFTHWHY_")}
    return {
        **inherited,
        "FIFTHWHY_GITHUB_APP_ID": str(standin.app.id),
        "FIFTHWHY_GITHUB_PRIVATE_KEY": standin.app.private_key_pem,
        "FIFTHWHY_WEBHOOK_SECRET": standin.app.webhook_secret,
        "FIFTHWHY_GITHUB_API_URL": f"{address}/api/v3",
        "FIFTHWHY_GITHUB_WEB_URL": address,
        "FIFTHWHY_REDIS_URL": redis,
        "FIFTHWHY_DATA_DIR": str(data),
        "FIFTHWHY_HOST": "127.0.0.1",
        "FIFTHWHY_PORT": str(port),
    }


@contextmanager
def process(command: str, environment: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A fifthwhy process that ends with the block; what it logs is in `folder`."""
    with (folder / f"{command}.log").open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "bot", command], env=dict(environment), cwd=folder, stdout=output, stderr=output
        )
        try:
            yield child
        finally:
            child.terminate()
            child.wait(30)


def wait_until_ready(port: int) -> None:
    """Return once the web process answers and has seen a worker."""
    transport = httpx.HTTPTransport(retries=8)
    with httpx.Client(transport=transport, trust_env=False) as client:
        for _ in range(10_000):
            if client.get(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE_SECONDS).is_success:
                return
    raise AssertionError("the App did not become ready")


def free_port() -> int:
    """A port that nobody listens on."""
    with create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
