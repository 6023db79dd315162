"""A merge queue: it merges pull requests on a branch of its own, asks for checks there, and moves the base after.

Source: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue.
"""

from typing import Literal

from bot.demo import bare_git
from bot.demo.events import merge_group_event, pull_request_event, push_event
from bot.demo.records import MergeGroup, Person, Repository
from bot.demo.state import NotFoundError, State, merge_message
from bot.demo.webhooks import Webhooks


class MergeQueue:
    """The merge queues of all repositories. Each method returns when its webhooks were answered."""

    def __init__(self, state: State, webhooks: Webhooks) -> None:
        self._state = state
        self._webhooks = webhooks

    def add(self, full_name: str, number: int, by: Person, behind: MergeGroup | None = None) -> MergeGroup:
        """Put a pull request into the queue; delivers `merge_group.checks_requested`.

        Its group is made on top of the one it waits `behind`, which is then part of it.
        """
        repository, pull = self._state.repository(full_name), self._state.pull_request(full_name, number)
        base = behind.head_sha if behind else bare_git.branch_tip(repository.path, pull.base.ref)
        if base is None:
            raise NotFoundError(f"no branch {pull.base.ref}")
        commit = bare_git.merge_commit(repository.path, base, pull.head.sha, merge_message(pull))
        branch = f"gh-readonly-queue/{pull.base.ref}/pr-{number}-{base}"
        bare_git.set_branch(repository.path, branch, commit)
        numbers = (*behind.numbers, number) if behind else (number,)
        group = MergeGroup(repository.id, numbers, pull.base.ref, base, branch, commit)
        self._webhooks.deliver(merge_group_event(self._state, "checks_requested", repository, group, by.user))
        return group

    def remove(self, group: MergeGroup, by: Person, reason: Literal["dequeued", "invalidated"] = "dequeued") -> None:
        """Take a group out of the queue; delivers `merge_group.destroyed`."""
        self._destroy(self._repository(group), group, by, reason)

    def merge(self, group: MergeGroup, by: Person) -> None:
        """Move the base to the group's head; delivers the push, the closed pull requests and the destroyed group."""
        repository = self._repository(group)
        bare_git.set_branch(repository.path, group.base, group.head_sha)
        before, after = self._state.move_default_branch(repository)
        if before != after:
            self._webhooks.deliver(push_event(self._state, repository, group.base, before, after, by.user))
        for number in group.numbers:
            pull = self._state.close_merged(self._state.pull_request(repository.full_name, number), by.user)
            self._webhooks.deliver(pull_request_event(self._state, "closed", pull, by.user))
        self._destroy(repository, group, by, "merged")

    def _destroy(self, repository: Repository, group: MergeGroup, by: Person, reason: str) -> None:
        message = merge_group_event(self._state, "destroyed", repository, group, by.user, {"reason": reason})
        bare_git.delete_branch(repository.path, group.head)
        self._webhooks.deliver(message)

    def _repository(self, group: MergeGroup) -> Repository:
        repository = self._state.repository_with_id(group.repository_id)
        if repository is None:
            raise NotFoundError("the repository was deleted")
        return repository
