"""Events: what GitHub tells of that asks for something, each as one narrow value. `deliveries` makes them."""

from __future__ import annotations

from typing import Literal

import msgspec

PullRequestAction = Literal["opened", "reopened", "synchronize", "ready_for_review", "edited", "closed"]
"""The pull request actions that change what an audit would say, or end one that is under way."""
InstallationAction = Literal[
    "created", "deleted", "suspend", "unsuspend", "new_permissions_accepted", "added", "removed"
]
"""The last two are of single repositories."""
RepositoryAction = Literal["renamed", "transferred", "privatized", "publicized", "archived", "unarchived", "deleted"]


class PullRequestEvent(msgspec.Struct, frozen=True):
    """A pull request that has to be looked at (again)."""

    delivery: str
    action: PullRequestAction
    installation_id: int
    repository_id: int
    number: int


class CommandEvent(msgspec.Struct, frozen=True):
    """A person's comment on an issue or a pull request that has a command in it."""

    delivery: str
    installation_id: int
    repository_id: int
    number: int
    comment_id: int


class CheckEvent(msgspec.Struct, frozen=True):
    """Somebody asks for a check of ours again (`rerequested`), or presses one of its buttons: then its identifier.

    `check_run_id` is None where all checks of a commit are asked for.
    """

    delivery: str
    action: str
    installation_id: int
    repository_id: int
    check_run_id: int | None
    head_sha: str
    by: str


class MergeGroupEvent(msgspec.Struct, frozen=True):
    """A merge queue waits for a verdict on a group's head, or the group is over."""

    delivery: str
    installation_id: int
    repository_id: int
    head_sha: str
    base_sha: str
    base_branch: str
    is_over: bool = False


class PushEvent(msgspec.Struct, frozen=True):
    """The default branch has new commits, one of which may change the policy."""

    delivery: str
    installation_id: int
    repository_id: int
    branch: str


class InstallationEvent(msgspec.Struct, frozen=True):
    """The App was installed, suspended ..., or given other repositories: `repository_ids` are those told of."""

    delivery: str
    action: InstallationAction
    installation_id: int
    repository_ids: tuple[int, ...]


class RepositoryEvent(msgspec.Struct, frozen=True):
    """A repository has another name, owner or state."""

    delivery: str
    action: RepositoryAction
    installation_id: int
    repository_id: int


class Ignored(msgspec.Struct, frozen=True):
    """A genuine delivery that asks for nothing."""

    delivery: str
    reason: str


Event = (
    PullRequestEvent
    | CommandEvent
    | CheckEvent
    | MergeGroupEvent
    | PushEvent
    | InstallationEvent
    | RepositoryEvent
    | Ignored
)
