"""fifthwhy as it runs in production, in front of the GitHub stand-in: Redis, web and worker are real processes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.demo.github import GitHubStandIn
from bot.demo.processes import running
from bot.demo.records import Comment, Person
from bot.demo.registration import AppRegistration
from tests.repositories import Content, Repo

PATIENCE_SECONDS = 30
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
    person: Person
    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def shop(self, files: Mapping[str, Content]) -> Shop:
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
    standin = GitHubStandIn(AppRegistration.generate(account="acme"), folder / "github")
    with running(standin, folder) as address:
        yield App(standin, address, standin.add_person("ada"), folder)
