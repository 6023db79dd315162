"""The things GitHub keeps, as frozen values: users, repositories, issues, pull requests, comments, what others say.

A change makes a new value, so whoever holds one holds what was true when it was read.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

UserType: TypeAlias = Literal["User", "Organization", "Bot"]


@dataclass(frozen=True, slots=True)
class User:
    """An account: a person, an organization or the bot user of an App."""

    id: int
    login: str
    type: UserType = "User"


@dataclass(frozen=True, slots=True)
class Person:
    """A user who can push: the account and the token that git sends as the password."""

    user: User
    token: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository: what GitHub says of it, and where its bare git directory is on this machine."""

    id: int
    owner: User
    name: str
    path: Path
    default_branch: str
    created_at: datetime
    pushed_at: datetime
    description: str | None = None
    private: bool = True
    fork_of: int | None = None

    @property
    def full_name(self) -> str:
        """`owner/name`, as in addresses."""
        return f"{self.owner.login}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue. On GitHub every pull request is one too: they share the numbers and the comments."""

    id: int
    repository_id: int
    number: int
    title: str
    body: str | None
    author: User
    created_at: datetime
    updated_at: datetime
    state: Literal["open", "closed"] = "open"
    closed_at: datetime | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """The head or the base of a pull request. Its repository may be deleted while the pull request lives."""

    repository_id: int
    owner: User
    ref: str
    sha: str


@dataclass(frozen=True, slots=True)
class Size:
    """How much a pull request changes, counted from its merge base."""

    commits: int
    additions: int
    deletions: int
    changed_files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest(Issue):
    """A pull request: an issue with two sides."""

    head: Side
    base: Side
    size: Size
    draft: bool = False
    requested: tuple[User, ...] = ()
    """Who is asked for a review and has given none since."""
    merged_at: datetime | None = None
    merged_by: User | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on an issue or a pull request."""

    id: int
    repository_id: int
    number: int
    author: User
    body: str
    via_app: bool
    created_at: datetime
    updated_at: datetime


ReviewVerdict: TypeAlias = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"]
Conclusion: TypeAlias = Literal["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"]


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody said of a pull request as it was at `commit`."""

    id: int
    repository_id: int
    number: int
    author: User
    state: ReviewVerdict
    body: str
    commit: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A check of a commit by an App. Without a conclusion it is under way."""

    id: int
    repository_id: int
    commit: str
    name: str
    conclusion: Conclusion | None
    title: str | None
    started_at: datetime


@dataclass(frozen=True, slots=True)
class CommitStatus:
    """What a service says of a commit, under a context of its own."""

    id: int
    repository_id: int
    commit: str
    context: str
    state: Literal["error", "failure", "pending", "success"]
    description: str | None
    target_url: str | None
    created_at: datetime
