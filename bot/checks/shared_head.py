"""A commit that is the head of several pull requests, or of a merge queue's group: the strictest verdict counts.

GitHub goes by the newest check run of a name on a commit. So nobody may get a change past the gate of one branch by
opening a second pull request with the same head onto another branch. The protocol that sees to it is in SharedHead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final, Protocol

import structlog

from bot.checks.drafts import CHECK_NAME, parting_draft, shared_draft
from bot.checks.own_check import GroupMark, PullMark, mark_in, mark_of
from bot.github.errors import NotFoundError, NotYetError
from bot.github.records import CheckRunDraft, MergeGroup, OwnCheckRun, PullRequest
from bot.publishing.fenced import Fence
from bot.queue.jobs import GroupJob, ReviewJob
from bot.queue.queue import Queue

log = structlog.get_logger(__name__)

_REMEMBERED_FOR: Final = timedelta(days=60)
_FAILS: Final = "failure"
_SAYS_SOMETHING: Final = frozenset({_FAILS, "neutral", "success"})
_BEGUN: Final = "begun"
_LEFT: Final = "left"
_NEXT_LOOK: Final = timedelta(seconds=10)
"""How soon to see again whether a group has its verdict."""

Speaker = int | GroupMark
"""Who may have a verdict on a commit: a pull request, by its number, or a merge queue's group."""


class Site(Protocol):
    """What is asked of GitHub. Its methods raise GitHubError."""

    async def pull_request(self, number: int) -> PullRequest:
        """A pull request as it is now."""
        ...

    async def merge_groups(self) -> tuple[MergeGroup, ...]:
        """The groups that merge queues wait for."""
        ...

    async def check_runs(self, sha: str, name: str) -> tuple[OwnCheckRun, ...]:
        """Our own check runs of this name on a commit, oldest first."""
        ...


class SharedHead:
    """The verdicts on a commit, seen from one of the pull requests that have it for their head, or from a group.

    In Redis is noted of each what it comes to by itself, or that it has left the commit, as a group that is over has.
    Before that it may be noted that it is at work, which says no more than that Redis has not lost it.

    1. A verdict is noted before it is said on GitHub (`strictest`); that one has left, once its check run is cancelled.
    2. Whoever has noted and said something looks after that (`look`, `leave`), at what is noted and at the newest check
       run. If that one says something else than the strictest verdict, or nothing, as it was cancelled, or is about
       one that has left while another pull request fails, which has no button there, a review is put into the queue,
       which begins a newer one.
    3. A job that dies before it has looked is done again, and looks then.
    4. A merge queue does at once what the newest check run says. So no pull request begins one, or says that it passes,
       on a commit that a group waits for (`wait`), nor does it cancel one where a group has its verdict (`parting`).

    So whoever looks last sees all that was noted and said: if the newest check run were not as it has to be, somebody
    would come to look after them.

    The methods raise GitHubError, what the fence raises and one of `bot.queue.queue.Unavailable`.
    """

    def __init__(self, queue: Queue, job: ReviewJob | GroupJob, github: Site, fence: Fence) -> None:
        self._queue = queue
        self._job = job
        self._github = github
        self._fence = fence
        self._own: Speaker = job.number if isinstance(job, ReviewJob) else mark_of(job)
        self._open: dict[tuple[Speaker, str], bool] = {}
        """Whether somebody is open with that head, as GitHub said: if that changes, its own job looks."""

    async def strictest(self, draft: CheckRunDraft) -> CheckRunDraft:
        """Note what this one comes to by itself; returns that, unless another open one with the same head fails.

        GitHub is asked only where one is known to have failed. Raises NotYetError where a group is to come first.
        """
        await self._note(draft.head_sha, str(draft.conclusion))
        if draft.conclusion == _FAILS:
            return draft
        failing = await self._failing(draft.head_sha, self._beside(await self._noted(draft.head_sha)))
        if failing is not None:
            return shared_draft(draft, failing if isinstance(failing, int) else None)
        await self.wait(draft.head_sha)
        return draft

    async def wait(self, head: str) -> None:
        """Raises NotYetError for a pull request whose head is that of a group that has its verdict still to come.

        What is known in Redis suffices: the group's job was there before anybody could know of its head.
        """
        if isinstance(self._own, GroupMark) or any(isinstance(each, GroupMark) for each in await self._noted(head)):
            return
        scope = self._job.installation_id, self._job.repository_id
        if await self._queue.has(GroupJob(*scope, head, "", "", "")):
            raise NotYetError(f"a merge group with the head {head} comes first", _NEXT_LOOK)

    async def parting(self, draft: CheckRunDraft) -> CheckRunDraft:
        """How to end a check run that is to be cancelled: where a group waits, by what counts without this one."""
        noted = self._beside(await self._noted(draft.head_sha))
        for speaker, conclusion in noted.items():
            if isinstance(speaker, GroupMark) and _is_verdict(conclusion) and await self._has(speaker, draft.head_sha):
                return parting_draft(draft, fails=await self._failing(draft.head_sha, noted) is not None)
        return draft

    async def is_over(self, head: str) -> bool:
        """Whether this group is merged or gone. GitHub is asked only where others are on the commit, or we heard so."""
        noted = await self._noted(head)
        if noted.keys() <= {self._own} and noted.get(self._own) != _LEFT:
            return False
        return not await self._has(self._own, head)

    async def enter(self, head: str) -> None:
        """Note that this pull request is at work on a commit, so that `leave` need not ask GitHub who else is there.

        For one that Redis has known on another commit before: else it may have lost what others have noted. No group
        is noted like that, as whoever waits for its verdict would take it for one.
        """
        if isinstance(self._own, int) and self._own not in await self._noted(head):
            await self._note(head, _BEGUN)

    async def leave(self, head: str) -> None:
        """Note that this one is closed or over, or has got another head; and look what that makes of the others."""
        is_known = self._own in await self._noted(head)
        await self._note(head, _LEFT)
        await self._look(head, None, everywhere=not is_known)

    async def look(self, head: str, said: OwnCheckRun | None) -> None:
        """See to it that the newest check run on the commit says what it has to; `said` is the one just concluded.

        GitHub is asked only where somebody else had something to note on the commit.
        """
        await self._look(head, said, everywhere=False)

    async def _look(self, head: str, said: OwnCheckRun | None, *, everywhere: bool) -> None:
        noted = await self._noted(head)
        if not everywhere and noted.keys() <= {self._own}:
            return
        runs = {run.id: run for run in await self._github.check_runs(head, CHECK_NAME) if _speaker_of(run) is not None}
        if said is not None:
            runs[said.id] = said
        if not runs or await self._is_right(runs[max(runs)], noted):
            return
        for speaker in self._to_judge(noted, runs.values()):
            log.info("another check run has to take the place of the newest", head=head, of=str(speaker))
            await self._queue.enqueue(self._job_of(speaker, head))

    async def _is_right(self, newest: OwnCheckRun, noted: Mapping[Speaker, str]) -> bool:
        """One in progress is: whoever has begun it will look. One that fails is not if its buttons are of no use."""
        if newest.status != "completed":
            return True
        if newest.conclusion not in _SAYS_SOMETHING:
            return False
        if not any(map(_is_verdict, noted.values())):
            return True
        failing = await self._failing(newest.head_sha, noted)
        if newest.conclusion != _FAILS or failing is None:
            return newest.conclusion != _FAILS and failing is None
        left = {speaker for speaker, what in noted.items() if what == _LEFT}
        return isinstance(failing, GroupMark) or _speaker_of(newest) not in left

    def _to_judge(self, noted: Mapping[Speaker, str], runs: Iterable[OwnCheckRun]) -> list[Speaker]:
        """This one, if it has a verdict; else all that have, and those of which Redis has lost it."""
        if _is_verdict(noted.get(self._own)):
            return [self._own]
        judged = {speaker for speaker, conclusion in noted.items() if _is_verdict(conclusion)}
        forgotten = {speaker for speaker in map(_speaker_of, runs) if speaker is not None and speaker not in noted}
        return sorted((judged | forgotten) - {self._own}, key=self._order)

    def _job_of(self, speaker: Speaker, head: str) -> ReviewJob | GroupJob:
        """The job that makes a check run of it on that commit."""
        job = self._job
        if isinstance(speaker, int):
            return ReviewJob(job.installation_id, job.repository_id, speaker, job.delivery)
        return speaker.job(job.installation_id, head, job.delivery)

    def _beside(self, noted: Mapping[Speaker, str]) -> dict[Speaker, str]:
        return {speaker: conclusion for speaker, conclusion in noted.items() if speaker != self._own}

    def _order(self, speaker: Speaker) -> tuple[bool, int, str]:
        """This one first, of which most is known; then pull requests by their numbers."""
        return speaker != self._own, speaker if isinstance(speaker, int) else 0, str(speaker)

    async def _failing(self, head: str, noted: Mapping[Speaker, str]) -> Speaker | None:
        """One of these that is open, with that head, and fails."""
        for speaker in sorted(noted, key=self._order):
            if noted[speaker] == _FAILS and await self._has(speaker, head):
                return speaker
        return None

    async def _has(self, speaker: Speaker, head: str) -> bool:
        """Whether that one is open, with that head."""
        known = self._open.get((speaker, head))
        if known is None:
            known = self._open[speaker, head] = await self._asked(speaker, head)
        return known

    async def _asked(self, speaker: Speaker, head: str) -> bool:
        if isinstance(speaker, GroupMark):
            return any(group.head_sha == head for group in await self._github.merge_groups())
        if speaker == self._own:
            return True  # as its job has seen
        try:
            pull = await self._github.pull_request(speaker)
        except NotFoundError as error:
            log.info("a pull request is gone", error=str(error))
            return False
        return pull.is_open and pull.head_sha == head

    async def _noted(self, head: str) -> dict[Speaker, str]:
        stored = await self._queue.recall_among(self._name(head))
        return {_speaker_in(key): noted for key, noted in stored.items()}

    async def _note(self, head: str, what: str) -> None:
        await self._fence.before_remembering()
        await self._queue.remember_among(self._name(head), str(self._own), what, _REMEMBERED_FOR)

    def _name(self, head: str) -> str:
        return f"verdicts {self._job.repository_id} {head}"


def _is_verdict(noted: str | None) -> bool:
    return noted in _SAYS_SOMETHING


def _speaker_of(run: OwnCheckRun) -> Speaker | None:
    """What a check run is about."""
    mark = mark_in(run.external_id)
    return mark.number if isinstance(mark, PullMark) else mark


def _speaker_in(key: str) -> Speaker:
    """A group is noted by its mark, a pull request by its number."""
    mark = mark_in(key)
    return mark if isinstance(mark, GroupMark) else int(key)
