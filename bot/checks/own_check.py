"""A check run of ours from its beginning to its conclusion, so that none is left spinning whatever comes in between.

What runs is remembered in Redis, and stands on GitHub too: in the external id of each run is what it is about, and who
has accepted it. Without the permission for checks all of this does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import msgspec
import structlog

from analyzers.gate import Acceptance
from bot.checks.drafts import CHECK_NAME, cancelled_draft, running_draft
from bot.github.errors import InvalidError, MissingPermissionError, NotFoundError
from bot.github.records import CheckRunDraft, OwnCheckRun, Session
from bot.publishing.publish import Memory
from bot.queue.jobs import GroupJob

log = structlog.get_logger(__name__)

_REMEMBERED_FOR: Final = timedelta(days=60)
_SUPERSEDED: Final = "Superseded"
_PERMISSION: Final = "checks=write"


class PullMark(msgspec.Struct, frozen=True):
    """In the external id of a check run: the pull request, the generation of the job, who has accepted what."""

    repository_id: int
    number: int
    generation: int
    accepted: Acceptance | None = None

    def __str__(self) -> str:
        text = f"fifthwhy:{self.repository_id}:{self.number}:{self.generation}"
        if self.accepted is None:
            return text
        at = round(self.accepted.at.timestamp())
        return f"{text}:{self.accepted.of}:{at}:{self.accepted.by}"

    @property
    def subject(self) -> tuple[int, str]:
        """What the check run is about."""
        return self.repository_id, str(self.number)


class GroupMark(msgspec.Struct, frozen=True):
    """The same of a merge queue's group, with what it takes to evaluate it again."""

    repository_id: int
    base_sha: str
    base_branch: str

    def __str__(self) -> str:
        return f"fifthwhy:{self.repository_id}:group:{self.base_sha}:{self.base_branch}"

    @property
    def subject(self) -> tuple[int, str]:
        """What the check run is about."""
        return self.repository_id, f"group {self.base_sha}"

    def job(self, installation_id: int, head: str, delivery: str) -> GroupJob:
        """What evaluates it, on its head."""
        return GroupJob(installation_id, self.repository_id, head, self.base_sha, self.base_branch, delivery)


Mark = PullMark | GroupMark


def mark_of(job: GroupJob) -> GroupMark:
    """What the check run of a group has in its external id."""
    return GroupMark(job.repository_id, job.base_sha, job.base_branch)


_PULL: Final = re.compile(r"fifthwhy:(\d+):(\d+):(\d+)(?::([0-9a-f]{16}):(\d{1,12}):([A-Za-z0-9_\[\]-]+))?")
_GROUP: Final = re.compile(r"fifthwhy:(\d+):group:([0-9a-f]{40}):(.+)")


def mark_in(external_id: str) -> Mark | None:
    """The mark in a check run's external id; None where it has none, or another version's."""
    if (found := _GROUP.fullmatch(external_id)) is not None:
        return GroupMark(int(found[1]), found[2], found[3])
    if (found := _PULL.fullmatch(external_id)) is None:
        return None
    accepted = None
    if found[4] is not None:
        accepted = Acceptance(found[6], datetime.fromtimestamp(int(found[5]), UTC), found[4])
    return PullMark(int(found[1]), int(found[2]), int(found[3]), accepted)


class CheckRuns(Protocol):
    """What is asked of GitHub. Every method raises GitHubError."""

    @property
    def session(self) -> Session:
        """What the token may do."""
        ...

    async def check_runs(self, sha: str, name: str) -> tuple[OwnCheckRun, ...]:
        """Our own check runs of this name on a commit, oldest first."""
        ...

    async def create_check_run(self, draft: CheckRunDraft) -> int:
        """Make a check run and return its id."""
        ...

    async def update_check_run(self, id: int, draft: CheckRunDraft) -> None:
        """Change a check run."""
        ...


class Judge(Protocol):
    """Who has the last word on a commit; `bot.checks.shared_head.SharedHead`. Every method raises GitHubError."""

    async def wait(self, head: str) -> None:
        """Raises NotYetError where somebody else is to come first."""
        ...

    async def strictest(self, draft: CheckRunDraft) -> CheckRunDraft:
        """What to say on that commit."""
        ...

    async def parting(self, draft: CheckRunDraft) -> CheckRunDraft:
        """What to say there in place of a run that comes to no end."""
        ...

    async def enter(self, head: str) -> None:
        """Hear that there will be something to say on that commit, or nothing more, which `leave` tells."""
        ...

    async def leave(self, head: str) -> None:
        """Hear that there is nothing more to say on that commit."""
        ...

    async def look(self, head: str, said: OwnCheckRun | None) -> None:
        """See whether all is right on that commit, now that this has been said there."""
        ...


class _Known(msgspec.Struct, frozen=True):
    """What is remembered: the run on that commit; without an id it may have been made, or may not."""

    head: str
    generation: int
    id: int | None = None
    concluding: bool = False
    """Its conclusion was sent, or was about to be; whether it arrived, GitHub knows."""
    done: bool = False


class OwnCheck:
    """The check run for one subject: a pull request, at whatever commit it is, or a merge queue's group."""

    def __init__(
        self, runs: CheckRuns, memory: Memory, subject: str, mark: Mark, generation: int, judge: Judge
    ) -> None:
        self._runs = runs
        self._judge = judge
        self._memory = memory
        self._name = f"check {subject}"
        self._mark = mark
        self._generation = generation
        self._known: _Known | None = None
        self.is_granted = _PERMISSION not in runs.session.missing
        """Whether we may have check runs here at all."""
        self.was_forgotten = False
        """Nothing was remembered: there is nothing yet, or Redis has lost it."""

    @property
    def is_done(self) -> bool:
        """Whether it was concluded, by this attempt or by one before."""
        return self._known is not None and self._known.done

    async def begin(self, head: str) -> None:
        """Have a check run in progress on this commit, and none of ours on the one before.

        Whatever an earlier attempt or job has left is gone on with, or else closed. Raises NotYetError where somebody
        else is to come first on that commit.
        """
        await self._if_granted(lambda: self._begin(head))

    async def conclude(self, draft: CheckRunDraft) -> None:
        """Bring the run to its end; on the commit of the draft, should the head have moved in between.

        Once it has ended, by this attempt or one before, only what others have said on the commit is looked at.
        """
        await self._if_granted(lambda: self._conclude(draft))

    async def amend(self, draft: CheckRunDraft) -> None:
        """Say something else once it has come to its end. A draft without remarks: GitHub would add to those it has."""
        await self._if_granted(lambda: self._amend(draft))

    async def close(self, head: str, why: str) -> None:
        """Leave nothing in progress, as nobody needs it any more; `head` counts where nothing is remembered."""
        await self._if_granted(lambda: self._close_all(head, why))

    async def look_around(self, head: str) -> tuple[Acceptance, ...]:
        """Close what else of ours is in progress on this commit; returns what was accepted there, the last first."""
        accepted: list[Acceptance] = []
        await self._if_granted(lambda: self._look_around(head, accepted))
        return tuple(accepted)

    async def _begin(self, head: str) -> None:
        await self._judge.wait(head)
        known = await self._recalled()
        self.was_forgotten = known is None
        if known is not None and known.concluding and not known.done:
            known = await self._settled(known)
        if known is not None and (known.head, known.generation, known.done) == (head, self._generation, True):
            return  # the worker died after it had concluded
        id = None if known is None or known.done else await self._close_but(known, keep_on=head)
        if known is not None and known.head != head:
            await self._judge.leave(known.head)
            await self._judge.enter(head)
        if id is None:
            await self._remember(_Known(head, self._generation))
            id = await self._started(head)
        await self._remember(_Known(head, self._generation, id))

    async def _conclude(self, draft: CheckRunDraft) -> None:
        known = self._known
        if known is None:
            return
        said = None if known.done else await self._ended(known, draft)
        await self._judge.look(known.head if said is None else said.head_sha, said)

    async def _ended(self, known: _Known, draft: CheckRunDraft) -> OwnCheckRun:
        draft = await self._judge.strictest(draft)
        await self._remember(msgspec.structs.replace(known, concluding=True))
        try:
            id = await self._said(known, draft)
        except InvalidError as error:
            # Better without remarks than in progress for ever.
            log.warning("a check run goes without its annotations", error=str(error))
            id = await self._said(known, msgspec.structs.replace(draft, annotations=(), text=""))
        await self._remember(_Known(draft.head_sha, self._generation, id, done=True))
        return _as_said(id, draft)

    async def _amend(self, draft: CheckRunDraft) -> None:
        known = self._known
        if known is not None and known.done and known.id is not None:
            draft = await self._judge.strictest(draft)
            await self._runs.update_check_run(known.id, draft)
            await self._judge.look(draft.head_sha, _as_said(known.id, draft))

    async def _started(self, head: str) -> int | None:
        """The id of a new run; None where GitHub does not know the commit, or not yet: its conclusion may come."""
        try:
            return await self._runs.create_check_run(running_draft(head, str(self._mark)))
        except InvalidError as error:
            log.info("no check run in progress", error=str(error))
            return None

    async def _said(self, known: _Known, draft: CheckRunDraft) -> int:
        """The id of the run that says it."""
        if known.id is not None and draft.head_sha == known.head:
            await self._runs.update_check_run(known.id, draft)
            return known.id
        if known.id is not None:
            instead = f"`{draft.head_sha[:10]}` was audited in its place."
            await self._cancel(known.id, known.head, _SUPERSEDED, instead)
            await self._judge.leave(known.head)
        return await self._runs.create_check_run(draft)

    async def _settled(self, known: _Known) -> _Known:
        """A run whose conclusion has arrived is done: sent again, it would get its annotations twice."""
        completed = {run.id for run in await self._ours(known.head) if run.status == "completed"}
        known = msgspec.structs.replace(known, concluding=False, done=known.id in completed)
        await self._remember(known)
        return known

    async def _close_all(self, head: str, why: str) -> None:
        known = await self._recalled() or _Known(head, self._generation)
        if not known.done:
            await self._close_but(known, keep_on=None, why=why)
        await self._judge.leave(known.head)
        await self._remember(msgspec.structs.replace(known, done=True))

    async def _look_around(self, head: str, accepted: list[Acceptance]) -> None:
        current = None if self._known is None else self._known.id
        for run in await self._ours(head):
            if run.status != "completed" and run.id != current:
                await self._cancel(run.id, head, _SUPERSEDED, "This commit was audited again.")
            mark = mark_in(run.external_id)
            if isinstance(mark, PullMark) and mark.accepted is not None:
                accepted.insert(0, mark.accepted)

    async def _close_but(self, known: _Known, keep_on: str | None, why: str = "") -> int | None:
        """Close the runs that are in progress, but for the last one if it is on that commit: returns its id."""
        if known.id is not None:
            left = [known.id]
        else:
            left = [run.id for run in await self._ours(known.head) if run.status != "completed"]
        kept = left.pop() if left and known.head == keep_on else None
        instead = why or f"`{(keep_on or known.head)[:10]}` is audited in its place."
        for id in left:
            await self._cancel(id, known.head, "Closed" if why else _SUPERSEDED, instead)
        return kept

    async def _cancel(self, id: int, head: str, title: str, summary: str) -> None:
        draft = await self._judge.parting(cancelled_draft(head, str(self._mark), title, summary))
        try:
            await self._runs.update_check_run(id, draft)
        except NotFoundError as error:
            log.info("a check run is gone", error=str(error))

    async def _ours(self, head: str) -> list[OwnCheckRun]:
        """The runs on a commit that are about the same."""
        listed = await self._runs.check_runs(head, CHECK_NAME)
        return [run for run in listed if _subject(run) == self._mark.subject]

    async def _if_granted(self, do: Callable[[], Awaitable[None]]) -> None:
        """Owners accept permissions that were added later when they like; until then the rest goes on without."""
        if not self.is_granted:
            return
        try:
            await do()
        except MissingPermissionError as error:
            log.info("no check run", reason=str(error))
            self.is_granted = False

    async def _recalled(self) -> _Known | None:
        stored = await self._memory.recall(self._name)
        try:
            self._known = None if stored is None else msgspec.json.decode(stored, type=_Known)
        except msgspec.DecodeError:  # another version's
            self._known = None
        return self._known

    async def _remember(self, known: _Known) -> None:
        self._known = known
        await self._memory.remember(self._name, msgspec.json.encode(known).decode(), _REMEMBERED_FOR)


def _as_said(id: int, draft: CheckRunDraft) -> OwnCheckRun:
    """A run as it is once that has been said by it."""
    return OwnCheckRun(id, draft.external_id, draft.head_sha, draft.status, draft.conclusion)


def _subject(run: OwnCheckRun) -> tuple[int, str] | None:
    mark = mark_in(run.external_id)
    return None if mark is None else mark.subject
