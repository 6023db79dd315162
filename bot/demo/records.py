"""The things GitHub keeps, as frozen values: users, repositories, issues, pull requests, comments, what others say.

A change makes a new value, so whoever holds one holds what was true when it was read.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

UserType: TypeAlias = Literal["User", "Organization", "Bot"]
Role: TypeAlias = Literal["admin", "maintain", "write", "triage", "read", "none"]


@dataclass(frozen=True, slots=True)
class User:
    """An account: a person, an organization or the bot user of an App."""

    id: int
    login: str
    type: UserType = "User"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts here: the account, and the token that git sends as the password."""

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
    archived: bool = False
    disabled: bool = False
    has_issues: bool = True

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
    locked: bool = False
    via_app: bool = False


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
    minimized: str | None = None
    """Why somebody has hidden it."""


Emoji: TypeAlias = Literal["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]


@dataclass(frozen=True, slots=True)
class Reaction:
    """What somebody thinks of a comment, in one sign."""

    id: int
    comment_id: int
    author: User
    content: Emoji
    created_at: datetime


ReviewVerdict: TypeAlias = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"]
Conclusion: TypeAlias = Literal["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"]
CheckStatus: TypeAlias = Literal["queued", "in_progress", "completed"]


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
class Annotation:
    """What a check run says of some lines of a file."""

    path: str
    start_line: int
    end_line: int
    level: Literal["notice", "warning", "failure"]
    message: str
    title: str | None = None
    raw_details: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """What a check run offers to do; pressing it sends the App its identifier."""

    label: str
    description: str
    identifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRun:
    """A check of a commit, by this App or (`own` false) by another one."""

    id: int
    suite_id: int
    repository_id: int
    commit: str
    name: str
    own: bool
    status: CheckStatus
    conclusion: Conclusion | None = None
    started_at: datetime
    completed_at: datetime | None = None
    external_id: str = ""
    details_url: str | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: tuple[Annotation, ...] = ()
    actions: tuple[Button, ...] = ()


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


@dataclass(frozen=True, slots=True)
class MergeGroup:
    """Pull requests that a merge queue wants to merge, as one commit on a branch of its own."""

    repository_id: int
    numbers: tuple[int, ...]
    base: str
    base_sha: str
    head: str
    head_sha: str
