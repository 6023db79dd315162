"""A commit that is the head of several pull requests: a check run is the commit's, so the strictest verdict counts.

GitHub goes by the newest check run of a name on a commit. So nobody may get a change past the gate of one branch by
opening a second pull request with the same head onto another branch. The protocol that sees to it is in SharedHead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final, Protocol

import msgspec
import structlog

from bot.checks.drafts import CHECK_NAME, shared_draft
from bot.checks.own_check import PullMark, mark_in
from bot.github.errors import NotFoundError
from bot.github.records import CheckRunDraft, OwnCheckRun, PullRequest
from bot.publishing.fenced import Fence
from bot.queue.jobs import ReviewJob
from bot.queue.queue import Queue

log = structlog.get_logger(__name__)

_REMEMBERED_FOR: Final = timedelta(days=60)
_FAILS: Final = "failure"
_SAYS_SOMETHING: Final = frozenset({_FAILS, "neutral", "success"})
_LEFT: Final = "left"


class Site(Protocol):
    """What is asked of GitHub. Its methods raise GitHubError."""

    async def pull_request(self, number: int) -> PullRequest:
        """A pull request as it is now."""
        ...

    async def check_runs(self, sha: str, name: str) -> tuple[OwnCheckRun, ...]:
        """Our own check runs of this name on a commit, oldest first."""
        ...


class SharedHead:
    """The verdicts on a commit, seen from one of the pull requests that have it for their head.

    In Redis is noted of each what it comes to by itself, or that it has left the commit.

    1. A verdict is noted before it is said on GitHub (`strictest`); that one has left, once its check run is cancelled.
    2. Whoever has noted and said something looks after that (`look`, `leave`), at what is noted and at the newest check
       run. If that one says something else than the strictest verdict, or nothing, as it was cancelled, a review is put
       into the queue, which begins a newer one.
    3. A job that dies before it has looked is done again, and looks then.

    So whoever looks last sees all that was noted and said: if the newest check run were not as it has to be, somebody
    would come to look after them.

    The methods raise GitHubError, what the fence raises and one of `bot.queue.queue.Unavailable`.
    """

    def __init__(self, queue: Queue, job: ReviewJob, github: Site, fence: Fence) -> None:
        self._queue = queue
        self._job = job
        self._github = github
        self._fence = fence
        self._own = job.number
        self._open: dict[tuple[int, str], bool] = {}
        """Whether another one is open with that head, as GitHub said: if that changes, its own job looks."""

    async def strictest(self, draft: CheckRunDraft) -> CheckRunDraft:
        """Note what this one comes to by itself; returns that, unless another open one with the same head fails.

        GitHub is asked only where one is known to have failed.
        """
        await self._note(draft.head_sha, str(draft.conclusion))
        if draft.conclusion == _FAILS:
            return draft
        number = await self._failing_beside(draft.head_sha, await self._noted(draft.head_sha))
        return draft if number is None else shared_draft(draft, number)

    async def leave(self, head: str) -> None:
        """Note that this one is closed, or has got another head; and look what that makes of the others."""
        is_known = self._own in await self._noted(head)
        await self._note(head, _LEFT)
        await self._look(head, None, everywhere=not is_known)

    async def look(self, head: str, said: OwnCheckRun | None) -> None:
        """See to it that the newest check run on the commit says what it has to; `said` is the one just concluded.

        GitHub is asked only where another pull request had something to note on the commit.
        """
        await self._look(head, said, everywhere=False)

    async def _look(self, head: str, said: OwnCheckRun | None, *, everywhere: bool) -> None:
        noted = await self._noted(head)
        if not everywhere and noted.keys() <= {self._own}:
            return
        runs = {run.id: run for run in await self._github.check_runs(head, CHECK_NAME) if _pull_of(run) is not None}
        if said is not None:
            runs[said.id] = said
        if not runs or await self._is_right(runs[max(runs)], noted):
            return
        for number in self._to_judge(noted, runs.values()):
            log.info("another check run has to take the place of the newest", head=head, pull_request=number)
            await self._queue.enqueue(msgspec.structs.replace(self._job, number=number))

    async def _is_right(self, newest: OwnCheckRun, noted: Mapping[int, str]) -> bool:
        """One in progress is: whoever has begun it will look."""
        if newest.status != "completed":
            return True
        if newest.conclusion not in _SAYS_SOMETHING:
            return False
        if not any(map(_is_verdict, noted.values())):
            return True
        fails = noted.get(self._own) == _FAILS or await self._failing_beside(newest.head_sha, noted) is not None
        return (newest.conclusion == _FAILS) == fails

    def _to_judge(self, noted: Mapping[int, str], runs: Iterable[OwnCheckRun]) -> list[int]:
        """This one, if it has a verdict; else all that have, and those of which Redis has lost it."""
        if _is_verdict(noted.get(self._own)):
            return [self._own]
        judged = {number for number, conclusion in noted.items() if _is_verdict(conclusion)}
        forgotten = {number for number in map(_pull_of, runs) if number is not None and number not in noted}
        return sorted((judged | forgotten) - {self._own})

    async def _failing_beside(self, head: str, noted: Mapping[int, str]) -> int | None:
        """Another open pull request with that head that fails."""
        for number, conclusion in sorted(noted.items()):
            if number != self._own and conclusion == _FAILS and await self._has(number, head):
                return number
        return None

    async def _has(self, number: int, head: str) -> bool:
        """Whether that pull request is open, with that head."""
        known = self._open.get((number, head))
        if known is None:
            known = self._open[number, head] = await self._asked(number, head)
        return known

    async def _asked(self, number: int, head: str) -> bool:
        try:
            pull = await self._github.pull_request(number)
        except NotFoundError as error:
            log.info("a pull request is gone", error=str(error))
            return False
        return pull.is_open and pull.head_sha == head

    async def _noted(self, head: str) -> dict[int, str]:
        return {int(number): noted for number, noted in (await self._queue.recall_among(self._name(head))).items()}

    async def _note(self, head: str, what: str) -> None:
        await self._fence.before_remembering()
        await self._queue.remember_among(self._name(head), str(self._own), what, _REMEMBERED_FOR)

    def _name(self, head: str) -> str:
        return f"verdicts {self._job.repository_id} {head}"


def _is_verdict(noted: str | None) -> bool:
    return noted in _SAYS_SOMETHING


def _pull_of(run: OwnCheckRun) -> int | None:
    """The pull request that a check run is about; None: it is a merge group's."""
    mark = mark_in(run.external_id)
    return mark.number if isinstance(mark, PullMark) else None
