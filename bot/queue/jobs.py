"""Jobs: what is to be done, in ids only, so that nothing in the queue can go stale."""

from __future__ import annotations

from typing import ClassVar, Final, Literal, get_args

import msgspec

Lane = Literal["interactive", "bulk"]
"""Somebody waits for an interactive job; a bulk job never stands in its way."""

LifecycleChange = Literal["came", "went", "changed"]
"""came: there is something to do from now on. went: there is not, and nothing of it is to be kept. changed: it has
another name, or others may see it.
"""

LANES: Final[tuple[Lane, ...]] = get_args(Lane)


class ReviewJob(msgspec.Struct, frozen=True, tag="review"):
    """Audit one pull request and say so on it."""

    installation_id: int
    repository_id: int
    number: int
    delivery: str
    """The delivery that asked for it, to find it in the logs."""

    lane: ClassVar[Lane] = "interactive"

    @property
    def subject(self) -> str:
        """What only one job at a time may work on."""
        return f"{self.repository_id}/pull/{self.number}"


class CommandJob(msgspec.Struct, frozen=True, tag="command"):
    """Answer the commands in one comment on an issue or pull request."""

    installation_id: int
    repository_id: int
    number: int
    comment_id: int
    delivery: str

    lane: ClassVar[Lane] = "interactive"

    @property
    def subject(self) -> str:
        """What only one job at a time may work on."""
        return f"{self.repository_id}/comment/{self.comment_id}"


class CheckJob(msgspec.Struct, frozen=True, tag="check"):
    """Do what somebody asked for with a button of one of our check runs, or by asking for it again."""

    installation_id: int
    repository_id: int
    check_run_id: int | None
    """None where all checks of the commit are asked for."""
    head_sha: str
    action: str
    """`rerequested`, or the identifier of the button."""
    by: str
    """The login of who asked."""
    delivery: str

    lane: ClassVar[Lane] = "interactive"

    @property
    def subject(self) -> str:
        """What only one job at a time may work on. Nothing that another person asks for makes it superfluous."""
        return f"{self.repository_id}/check/{self.check_run_id or self.head_sha}/{self.action}/{self.by}"


class GroupJob(msgspec.Struct, frozen=True, tag="merge-group"):
    """Audit the head of a merge queue's group and report on it; or see to it that one that is over counts no more."""

    installation_id: int
    repository_id: int
    head_sha: str
    base_sha: str
    base_branch: str
    delivery: str
    is_over: bool = False
    """GitHub has said that it was merged, or taken out of the queue."""

    lane: ClassVar[Lane] = "interactive"

    @property
    def subject(self) -> str:
        """What only one job at a time may work on."""
        return f"{self.repository_id}/group/{self.head_sha}"


class LookBackJob(msgspec.Struct, frozen=True, tag="look-back"):
    """Look back along a branch for a slice of time, so that its history is at hand when somebody asks."""

    installation_id: int
    repository_id: int
    branch: str
    delivery: str

    lane: ClassVar[Lane] = "bulk"

    @property
    def subject(self) -> str:
        """What only one job at a time may work on."""
        return f"{self.repository_id}/look-back"


class WeeklyJob(msgspec.Struct, frozen=True, tag="weekly"):
    """Post the weekly status of a repository for one tick of its schedule."""

    installation_id: int
    repository_id: int
    tick: str
    """When it was due, as ISO 8601 with an offset."""
    delivery: str

    lane: ClassVar[Lane] = "bulk"

    @property
    def subject(self) -> str:
        """What only one job at a time may work on."""
        return f"{self.repository_id}/weekly"


class LifecycleJob(msgspec.Struct, frozen=True, tag="lifecycle"):
    """Take in that an installation, or some of its repositories, came, went or changed."""

    installation_id: int
    change: LifecycleChange
    repository_ids: tuple[int, ...]
    whole: bool
    """The installation itself; then the repositories need not be all of them."""
    delivery: str

    lane: ClassVar[Lane] = "interactive"

    @property
    def repository_id(self) -> int:
        """The first one; 0 where none is named."""
        return self.repository_ids[0] if self.repository_ids else 0

    @property
    def subject(self) -> str:
        """What only one job at a time may work on. None of these makes another one superfluous."""
        return f"{self.installation_id}/lifecycle/{self.delivery}"


Job = ReviewJob | CommandJob | CheckJob | GroupJob | LookBackJob | WeeklyJob | LifecycleJob
