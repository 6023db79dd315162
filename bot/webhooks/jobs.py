"""Which jobs an event asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.queue.jobs import (
    CheckJob,
    CommandJob,
    GroupJob,
    Job,
    LifecycleChange,
    LifecycleJob,
    LookBackJob,
    ReviewJob,
)
from bot.webhooks.events import (
    CheckEvent,
    CommandEvent,
    Event,
    InstallationEvent,
    MergeGroupEvent,
    PullRequestEvent,
    PushEvent,
    RepositoryEvent,
)

_CHANGES: Final[Mapping[str, LifecycleChange]] = {
    "created": "came",
    "unsuspend": "came",
    "added": "came",
    "transferred": "came",
    "unarchived": "came",
    "deleted": "went",
    "suspend": "went",
    "removed": "went",
    "archived": "went",
    "renamed": "changed",
    "privatized": "changed",
    "publicized": "changed",
}
_OF_REPOSITORIES: Final = frozenset({"added", "removed"})


def jobs_for(event: Event) -> tuple[Job, ...]:
    """The jobs that an event asks for."""
    match event:
        case PullRequestEvent():
            return (ReviewJob(event.installation_id, event.repository_id, event.number, event.delivery),)
        case CommandEvent():
            scope = event.installation_id, event.repository_id
            return (CommandJob(*scope, event.number, event.comment_id, event.delivery),)
        case CheckEvent():
            scope = event.installation_id, event.repository_id
            run, head = event.check_run_id, event.head_sha
            return (CheckJob(*scope, run, head, event.action, event.by, event.delivery),)
        case MergeGroupEvent():
            scope = event.installation_id, event.repository_id
            group = event.head_sha, event.base_sha, event.base_branch
            return (GroupJob(*scope, *group, event.delivery, event.is_over),)
        case PushEvent():
            return (LookBackJob(event.installation_id, event.repository_id, event.branch, event.delivery),)
        case InstallationEvent(delivery, action, installation_id, repository_ids) if action in _CHANGES:
            whole = action not in _OF_REPOSITORIES
            return (LifecycleJob(installation_id, _CHANGES[action], repository_ids, whole, delivery),)
        case RepositoryEvent():
            which = (event.repository_id,)
            return (LifecycleJob(event.installation_id, _CHANGES[event.action], which, False, event.delivery),)
        case _:
            return ()
