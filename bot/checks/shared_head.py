"""A commit that is the head of several pull requests: a check run is the commit's, so the strictest verdict counts.

GitHub goes by the newest check run of a name on a commit. So nobody may get a change past the gate of one branch by
opening a second pull request with the same head onto another branch. What each comes to is noted in Redis.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Protocol

import msgspec
import structlog

from bot.checks.drafts import shared_draft
from bot.github.errors import NotFoundError
from bot.github.records import CheckRunDraft, PullRequest
from bot.queue.jobs import ReviewJob
from bot.queue.queue import Queue

log = structlog.get_logger(__name__)

_REMEMBERED_FOR: Final = timedelta(days=60)
_FAILS: Final = "failure"


class Pulls(Protocol):
    """What is asked of GitHub."""

    async def pull_request(self, number: int) -> PullRequest:
        """A pull request as it is now. Raises GitHubError."""
        ...


class SharedHead:
    """The verdicts on a commit, seen from one of the pull requests that have it for their head.

    Its methods raise one of `bot.queue.queue.Unavailable`.
    """

    def __init__(self, queue: Queue, job: ReviewJob, pulls: Pulls) -> None:
        self._queue = queue
        self._job = job
        self._pulls = pulls
        self._passed_on: str | None = None
        """The commit of which it was said last that nothing fails."""

    async def strictest(self, draft: CheckRunDraft) -> CheckRunDraft:
        """What to say on the commit: the draft, unless another open pull request with the same head fails.

        GitHub is asked only where one is known to have failed. Raises GitHubError.
        """
        head = draft.head_sha
        await self.judged(draft)
        said = draft if draft.conclusion == _FAILS else await self._beside_others(draft)
        self._passed_on = None if said.conclusion == _FAILS else head
        return said

    async def judged(self, draft: CheckRunDraft) -> None:
        """Note what this one comes to by itself. If it no longer fails, those that failed with it are judged anew."""
        await self._note(draft.head_sha, draft.conclusion)

    async def left(self, head: str) -> None:
        """Note that this one is closed; the same goes for those that failed with it."""
        await self._note(head, None)

    async def look_again(self) -> None:
        """Judge this one anew if another one has failed just while it was being said that nothing does."""
        if self._passed_on is not None and await self._failing(self._passed_on):
            await self._queue.enqueue(self._job)

    async def _note(self, head: str, conclusion: str | None) -> None:
        name, own = self._name(head), str(self._job.number)
        known = await self._queue.recall_among(name)
        if conclusion is None:
            await self._queue.forget_among(name, own)
        else:
            await self._queue.remember_among(name, own, conclusion, _REMEMBERED_FOR)
        if known.get(own) == _FAILS != conclusion:
            for other in sorted(int(number) for number in known if number != own):
                await self._queue.enqueue(msgspec.structs.replace(self._job, number=other))

    async def _beside_others(self, draft: CheckRunDraft) -> CheckRunDraft:
        for number in await self._failing(draft.head_sha):
            if await self._has(number, draft.head_sha):
                return shared_draft(draft, number)
            await self._queue.forget_among(self._name(draft.head_sha), str(number))
        return draft

    async def _failing(self, head: str) -> list[int]:
        """The others that have failed, as far as is known."""
        known = await self._queue.recall_among(self._name(head))
        failing = (int(number) for number, conclusion in known.items() if conclusion == _FAILS)
        return sorted(number for number in failing if number != self._job.number)

    async def _has(self, number: int, head: str) -> bool:
        """Whether that pull request is open, with that head."""
        try:
            pull = await self._pulls.pull_request(number)
        except NotFoundError as error:
            log.info("a pull request is gone", error=str(error))
            return False
        return pull.is_open and pull.head_sha == head

    def _name(self, head: str) -> str:
        return f"verdicts {self._job.repository_id} {head}"
