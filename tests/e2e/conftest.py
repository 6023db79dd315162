"""fifthwhy as it runs in production, in front of the GitHub stand-in: Redis, web and worker are real processes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from bot.demo.github import GitHubStandIn
from bot.demo.processes import running
from bot.demo.records import CheckRun, Comment, Issue, Person, Role
from bot.demo.registration import AppRegistration
from tests.repositories import Content, Repo

T = TypeVar("T")
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

    def issue(self, title: str, body: str | None = None, by: Person | None = None) -> Issue:
        """Open an issue."""
        return self.app.standin.open_issue(self.name, title, body, by=by or self.app.person)

    def comment(self, number: int, text: str, by: Person | None = None) -> Comment:
        """Write a comment on an issue or a pull request."""
        return self.app.standin.comment(self.name, number, text, by=by or self.app.person)

    def replies(self, number: int) -> list[Comment]:
        """The App's comments on an issue or a pull request, oldest first."""
        state = self.app.standin.state
        every = state.comments(state.issue(self.name, number))
        return [comment for comment in every if comment.author == self.app.standin.app.bot]

    def reactions(self, comment: Comment) -> list[str]:
        """The App's reactions to a comment, oldest first."""
        standin = self.app.standin
        return [one.content for one in standin.state.reactions.of(comment) if one.author == standin.app.bot]

    def check_runs(self, commit: str) -> list[CheckRun]:
        """The App's check runs of a commit, oldest first."""
        return self.app.standin.checks.runs(self.name, commit)

    def wait_for_reply(self, number: int, holds: Callable[[str], bool] = bool) -> str:
        """The body of the App's comment that fits, once there is one."""
        return self.app.wait_for(
            lambda: next((comment.body for comment in self.replies(number) if holds(comment.body)), None),
            "no such reply",
        )

    def wait_for_reaction(self, comment: Comment, content: str) -> None:
        """Wait until the App has reacted so."""
        self.app.wait_for(lambda: content in self.reactions(comment) or None, f"no reaction {content}")

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

    @property
    def head(self) -> str:
        """The commit it is at, as GitHub sees it."""
        return self.shop.app.standin.state.pull_request(self.shop.name, self.number).head.sha

    @property
    def check_runs(self) -> list[CheckRun]:
        """The App's check runs of the head, oldest first."""
        return self.shop.check_runs(self.head)

    def comment(self, text: str, by: Person | None = None) -> Comment:
        """Write a comment on it."""
        return self.shop.comment(self.number, text, by)

    def wait_for_check(self, holds: Callable[[CheckRun], bool] | None = None) -> CheckRun:
        """The App's check run of the head that fits, once there is one; by default one that is completed."""
        fits = holds or (lambda run: run.status == "completed")
        return self.shop.app.wait_for(
            lambda: next((run for run in self.check_runs if fits(run)), None), "no such check run"
        )

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
    members: dict[Role, Person] = field(default_factory=dict)

    def shop(self, files: Mapping[str, Content]) -> Shop:
        """A new repository with these files on its default branch."""
        number = next(self.numbers)
        repo = Repo.create(self.folder / f"shop-{number}")
        repo.commit(dict(files))
        name = f"acme/shop-{number}"
        self.standin.add_repository(name, repo.path)
        return Shop(self, name, repo)

    def member(self, role: Role) -> Person:
        """Somebody who has this role in every repository; `none` is an outsider."""
        if role not in self.members:
            self.members[role] = self.standin.add_person(f"{role}-person", member=role != "none", role=role)
        return self.members[role]

    def wait_for(self, found: Callable[[], T | None], otherwise: str) -> T:
        """What `found` gives once it is not None; asked again whenever something changes on the stand-in."""
        answer = self.standin.state.wait_until(found, PATIENCE_SECONDS)
        assert answer is not None, otherwise
        return answer

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
