"""Jobs: what is to be done, in ids only, so that nothing in the queue can go stale."""

from __future__ import annotations

import msgspec

from bot.events import Event, PullRequestEvent


class ReviewJob(msgspec.Struct, frozen=True):
    """Audit one pull request and say so on it."""

    installation_id: int
    repository_id: int
    number: int
    delivery: str
    """The delivery that asked for it, to find it in the logs."""

    @property
    def subject(self) -> str:
        """What only one job at a time may work on."""
        return f"{self.repository_id}/pull/{self.number}"


def jobs_for(event: Event) -> tuple[ReviewJob, ...]:
    """The jobs that an event asks for."""
    if isinstance(event, PullRequestEvent):
        return (ReviewJob(event.installation_id, event.repository_id, event.number, event.delivery),)
    return ()
