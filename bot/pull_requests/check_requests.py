"""What people do with a check run: ask for it again, or accept what it says; and the word to them on jobs given up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, get_args

import msgspec
import structlog

from analyzers.gate import Acceptance, Gated, gated
from analyzers.policy import CommandName, CommandsPolicy
from bot.checks.acceptances import acceptance_of, passing_of, remember_acceptance
from bot.checks.drafts import ACCEPT, CHECK_NAME, RERUN, audited_draft, unaudited_draft
from bot.checks.own_check import GroupMark, OwnCheck, PullMark, mark_in, mark_of
from bot.checks.shared_head import SharedHead
from bot.commands.answer import tell_unanswered
from bot.commands.roles import may, role_of
from bot.github.errors import NotFoundError
from bot.github.records import OwnCheckRun, PullRequest
from bot.github.repository import GitHubRepository
from bot.jobs.change_audit import Audited, Unaudited, audit_change, change_of
from bot.jobs.ground import Asked, Ground, ground_of
from bot.jobs.problems import EXPLAINED, internal_error
from bot.jobs.tools import Tools
from bot.jobs.turns import Turn
from bot.publishing.fenced import Fenced, FencedMemory
from bot.publishing.published import remember_published
from bot.pull_requests.merge_group import begun
from bot.pull_requests.review import CLOSED, comment_on
from bot.queue.jobs import CheckJob, CommandJob, GroupJob, Job, ReviewJob
from report_templates.check import Passing

log = structlog.get_logger(__name__)

Outcome = Literal["again", "accepted", "changed", "refused", "nothing to accept", "outdated", "unknown"]
"""changed: what fails is not what was shown where somebody has pressed the button, so nothing was accepted.

Of several, the first of these is told.
"""

_OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
_ACCEPT_UNSEEN: Final = "accept"
"""The button as it was made before its identifier had the digest in it: nobody knows what it showed."""
_RERUNS: Final = frozenset({RERUN, "rerequested"})
_REFUSED_EVERY: Final = timedelta(days=1)


def _now() -> datetime:
    return datetime.now(UTC)


async def requested(job: CheckJob, turn: Turn, tools: Tools, clock: Callable[[], datetime] = _now) -> Outcome:
    """Do what somebody asks of a check run, by GitHub's button or one of ours, if their role allows it.

    Raises SupersededError and BusyError from the turn, and what is worth another try: GitHubError, GitUnavailableError.
    """
    async with tools.github.repository(job.installation_id, job.repository_id) as repository:
        every = await repository.check_runs(job.head_sha, CHECK_NAME)
        runs = tuple(run for run in every if job.check_run_id in (None, run.id))
        asking = _Asking(job, turn, tools, repository, every)
        if job.action in _RERUNS:
            return await asking.again(runs)
        if job.action == _ACCEPT_UNSEEN or job.action.startswith(ACCEPT):
            return await asking.accept(runs, job.action.removeprefix(ACCEPT), clock)
        return "unknown"


class _Asking:
    """What somebody asks for, with what it takes to do that."""

    def __init__(
        self, job: CheckJob, turn: Turn, tools: Tools, repository: GitHubRepository, runs: Sequence[OwnCheckRun]
    ) -> None:
        self._job = job
        self._runs = runs
        self._completed = {run.id for run in runs if run.status == "completed"}
        """The runs that had come to their end before anything was measured here."""
        self._turn = turn
        self._tools = tools
        self._repository = repository
        self._sources = tools.policies.sources(job.installation_id, repository)

    # Once more

    async def again(self, runs: Iterable[OwnCheckRun]) -> Outcome:
        """Put in the queue what makes these runs; each begins a check run of its own."""
        job = self._job
        marks = [mark_in(run.external_id) for run in runs]
        groups = {mark for mark in marks if isinstance(mark, GroupMark)}
        numbers = {mark.number for mark in marks if isinstance(mark, PullMark)}
        if not groups and not numbers:
            numbers = set(await self._repository.pulls_of_commit(job.head_sha))
        if not groups and not numbers:
            return "outdated"
        first = await self._pull(min(numbers)) if numbers else None
        if not await self._may_rerun(first):
            return "refused"
        wanted: list[Job] = [mark.job(job.installation_id, job.head_sha, job.delivery) for mark in groups]
        wanted += [self._review_of(number) for number in sorted(numbers | await self._failing_beside(numbers))]
        for each in wanted:
            await self._tools.queue.enqueue(each)
        return "again"

    async def _failing_beside(self, numbers: Collection[int]) -> set[int]:
        """The other pull requests that fail here, as far as this one may have them run again."""
        marks = self._marks_beside(numbers) if numbers else []
        pulls = [await self._with_head(mark.number) for mark in marks]
        return {pull.number for pull in pulls if pull is not None and await self._may_rerun(pull)}

    async def _may_rerun(self, pull: PullRequest | None) -> bool:
        if pull is None:
            return await self._may("rerun", CommandsPolicy(), None)
        return await self._may("rerun", await self._commands(pull), pull)

    async def _commands(self, pull: PullRequest) -> CommandsPolicy:
        """Who may do what, by the policy of the base; by default where that cannot be had."""
        asked = Asked(self._job.repository_id, self._repository.session, pull.base_branch, None, self._sources)
        try:
            ground: Ground = await asyncio.to_thread(ground_of, asked, self._tools)
        except EXPLAINED as reason:
            log.info("no policy", reason=repr(reason))
            return CommandsPolicy()
        return ground.policy.policy.commands

    async def _may(self, command: CommandName, policy: CommandsPolicy, pull: PullRequest | None) -> bool:
        by = self._job.by
        role = await role_of(self._repository, self._tools.queue, self._job.repository_id, by)
        return may(command, policy, role, is_author=pull is not None and pull.author == by)

    # Others with the same head: GitHub goes by the newest check run of a commit, so people press the buttons there

    def _marks_beside(self, numbers: Collection[int]) -> list[PullMark]:
        """The other pull requests that were told on this commit that they fail."""
        failed = [mark_in(run.external_id) for run in self._runs if run.conclusion == "failure"]
        marks = {mark.number: mark for mark in failed if isinstance(mark, PullMark) and mark.number not in numbers}
        return [marks[number] for number in sorted(marks)]

    async def _with_head(self, number: int) -> PullRequest | None:
        """That pull request, if it is open with this head."""
        pull = await self._pull(number)
        return pull if pull is not None and pull.is_open and pull.head_sha == self._job.head_sha else None

    async def _pull(self, number: int) -> PullRequest | None:
        try:
            return await self._repository.pull_request(number)
        except NotFoundError as error:  # as when GitHub removes somebody with all that they wrote
            log.info("a pull request is gone", error=str(error))
            return None

    def _review_of(self, number: int) -> ReviewJob:
        return ReviewJob(self._job.installation_id, self._job.repository_id, number, self._job.delivery)

    # Accept

    async def accept(self, runs: Iterable[OwnCheckRun], shown: str, clock: Callable[[], datetime]) -> Outcome:
        """Conclude anew what the gate has failed, in the name of who accepts it: for this head and these findings.

        `shown` is the digest of what failed where the button was pressed. It counts for every open pull request with
        this head that fails by just that; for one that fails by something else, that is shown next.
        """
        mark = next((mark for run in runs if isinstance(mark := mark_in(run.external_id), PullMark)), None)
        if mark is None:
            return "outdated"
        # The others first: then what is said last, on the newest check run, holds.
        outcomes = [
            await self._accept(other, shown, clock, is_beside=True) for other in self._marks_beside({mark.number})
        ]
        outcomes.append(await self._accept(mark, shown, clock, is_beside=False))
        return min(outcomes, key=_OUTCOMES.index)

    async def _accept(self, mark: PullMark, shown: str, clock: Callable[[], datetime], *, is_beside: bool) -> Outcome:
        job, pull = self._job, await self._with_head(mark.number)
        if pull is None:
            return "outdated"
        change = change_of(pull, job.repository_id)
        found = await audit_change(change, self._repository.session, self._sources, self._turn, self._tools)
        if isinstance(found, Unaudited) or found.head != job.head_sha:
            return "nothing to accept"
        verdict = gated(found.report, found.policy.policy)
        has_changed = verdict.digest != shown
        if not has_changed and not verdict.can_be_accepted:
            return "nothing to accept"
        accepted = await acceptance_of(self._tools.queue, mark, job.head_sha, verdict)
        commands = found.policy.policy.commands
        if is_beside and accepted is None and has_changed:
            return await self._show(mark, pull, verdict, commands)
        if accepted is None and not await self._may("accept", commands, pull):
            if await self._is_to_be_told():
                await self._say(found, verdict, mark, Passing(refused=job.by, role=commands.role("accept")))
            return "refused"
        if accepted is None and has_changed:
            await self._say(found, verdict, mark, Passing(overtaken=job.by))
            return "changed"
        await self._say_accepted(found, verdict, mark, accepted or self._acceptance(verdict, clock))
        return "accepted"

    async def _show(self, mark: PullMark, pull: PullRequest, verdict: Gated, commands: CommandsPolicy) -> Outcome:
        """Have the newest check run show what this one fails by, with the button to accept that."""
        if not verdict.can_be_accepted or not await self._may("accept", commands, pull):
            return "nothing to accept"
        if not _is_of(self._runs[-1], mark):
            await self._tools.queue.enqueue(self._review_of(mark.number))
        return "changed"

    def _acceptance(self, verdict: Gated, clock: Callable[[], datetime]) -> Acceptance:
        return Acceptance(self._job.by, clock().replace(microsecond=0), verdict.digest)

    async def _say_accepted(self, found: Audited, verdict: Gated, mark: PullMark, accepted: Acceptance) -> None:
        await remember_acceptance(self._tools.queue, mark, self._job.head_sha, accepted)
        passing = await asyncio.to_thread(passing_of, found, verdict, mark, accepted)
        await self._say(found, verdict, msgspec.structs.replace(mark, accepted=accepted), passing)

    async def _is_to_be_told(self) -> bool:
        """Whether a refusal is the first one today, or this very job was broken off before it was told."""
        job = self._job
        name = f"accept-refused {job.repository_id} {job.head_sha} {job.by.lower()}"
        return await self._tools.queue.claim(name, job.delivery, _REFUSED_EVERY) == job.delivery

    async def _say(self, found: Audited, verdict: Gated, mark: PullMark, passing: Passing) -> None:
        """On the newest run for this head. One in progress hears of it from the memory, where it looks at its end.

        One that has come to its end in the meantime may know better, as by a newer policy: that is judged once more.
        """
        await self._turn.checkpoint("conclude")
        listed = await self._repository.check_runs(self._job.head_sha, CHECK_NAME)
        newest = next((run for run in reversed(listed) if _is_of(run, mark)), None)
        if newest is None or newest.status != "completed":
            return
        job = self._review_of(mark.number)
        if newest.id not in self._completed:
            await self._tools.queue.enqueue(job)
            return
        shared = SharedHead(self._tools.queue, job, self._repository, self._turn)
        draft = await shared.strictest(audited_draft(found, verdict, str(mark), passing, annotate=False))
        await Fenced(self._repository, self._turn).update_check_run(newest.id, draft)
        await shared.look(draft.head_sha, msgspec.structs.replace(newest, conclusion=draft.conclusion))
        if passing.accepted is None and await acceptance_of(self._tools.queue, mark, draft.head_sha, verdict):
            await self._tools.queue.enqueue(job)  # somebody else has accepted it while this was being said


def _is_of(run: OwnCheckRun, mark: PullMark) -> bool:
    other = mark_in(run.external_id)
    return other is not None and other.subject == mark.subject


# --- given up ---------------------------------------------------------------------------------------------------------


TOLD: Final = (ReviewJob, GroupJob, CommandJob)
"""The jobs for which somebody waits on GitHub."""


async def tell_given_up(job: Job, reference: str, turn: Turn, tools: Tools) -> None:
    """Say on GitHub that nothing will come of a job, by a mistake of ours that `reference` finds in the log.

    A neutral check run, which stops nobody; a comment that is there says so too. Raises GitHubError; SupersededError
    and BusyError from the turn, as a newer job has more to say.
    """
    match job:
        case ReviewJob():
            await _tell_on_pull(job, reference, turn, tools)
        case GroupJob():
            await _tell_on_group(job, reference, turn, tools)
        case CommandJob():
            await tell_unanswered(job, reference, turn, tools)
        case _:
            raise TypeError(f"nobody waits for a {type(job).__name__}")


async def _tell_on_pull(job: ReviewJob, reference: str, turn: Turn, tools: Tools) -> None:
    found = Unaudited(internal_error(reference))
    async with tools.github.repository(job.installation_id, job.repository_id) as repository:
        pull = await repository.pull_request(job.number)
        mark = PullMark(job.repository_id, job.number, turn.generation)
        fenced, memory = Fenced(repository, turn), FencedMemory(tools.queue, turn)
        shared = SharedHead(tools.queue, job, repository, turn)
        check = OwnCheck(fenced, memory, job.subject, mark, turn.generation, shared)
        if not pull.is_open:
            await check.close(pull.head_sha, CLOSED)
            return
        await check.begin(pull.head_sha)
        if not check.is_done:  # else it was said before, or an attempt had said what it found
            await comment_on(fenced, job, found, memory, is_checked=check.is_granted)
        await check.conclude(unaudited_draft(found, pull.head_sha, str(mark)))
    await remember_published(tools.queue, job.repository_id, job.number, pull.head_sha)


async def _tell_on_group(job: GroupJob, reference: str, turn: Turn, tools: Tools) -> None:
    async with tools.github.repository(job.installation_id, job.repository_id) as repository:
        check = await begun(job, turn, tools, repository)
        if check is not None:
            found = Unaudited(internal_error(reference))
            await check.conclude(unaudited_draft(found, job.head_sha, str(mark_of(job))))
