"""Answering the commands in a comment: from its ids to one reply, with a reaction at the beginning and at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Literal

import msgspec
import structlog

from analyzers.policy import CommandsPolicy
from analyzers.problem import Problem
from analyzers.status_of import Context
from bot.commands.answers import Answer, Answers, help_answer
from bot.commands.commands import AskedFor, Command, asked_for
from bot.commands.issue import Circumstances, issue_of, row_of
from bot.commands.permits import MOST_AN_HOUR, Asker, Permit, Permits
from bot.commands.reply import USUAL, CommandReply, Pace
from bot.commands.roles import Refusals, role_of
from bot.git.git import GitCorruptError
from bot.github.errors import (
    ArchivedError,
    IssuesDisabledError,
    LockedError,
    MissingPermissionError,
    NotFoundError,
)
from bot.github.permissions import COMMAND_PERMISSIONS
from bot.github.records import IssueComment, PullRequest, RepositoryInfo
from bot.github.repository import GitHubRepository
from bot.jobs.ground import Asked, Ground, ground_of
from bot.jobs.problems import EXPLAINED, explain, for_a_command, internal_error
from bot.jobs.tools import Tools
from bot.jobs.turns import Turn
from bot.jobs.watch import Watch, watched
from bot.publishing.fenced import Fenced, FencedMemory
from bot.queue.jobs import CommandJob, LookBackJob, ReviewJob
from report_templates.reply import (
    render_enough,
    render_problem_answer,
    render_refusal,
    render_reviewing,
    room_for,
)

log = structlog.get_logger(__name__)

_BACKGROUND: Final = (
    "Not all of the past could be looked at in the time that an answer may take. The rest is looked at in the "
    "background: ask again in a while."
)

_ASKED_FOR_ONCE_IN: Final = timedelta(days=1)
"""By one comment: the job that answers it may run again."""

Outcome = Literal["gone", "withdrawn", "archived", "closed to us", "refused", "unanswered", "answered"]
"""closed to us: the conversation is locked, or the like. unanswered: the reply says why there is no answer."""


async def answer(job: CommandJob, turn: Turn, tools: Tools, pace: Pace = USUAL) -> Outcome:
    """Answer what the comment asks for now, which may be other things than when the webhook told of it, or none.

    Raises SupersededError and BusyError from the turn, and what is worth another try: GitHubError, GitUnavailableError,
    GitCorruptError.
    """
    async with tools.github.repository(job.installation_id, job.repository_id, COMMAND_PERMISSIONS) as repository:
        comment = await repository.comment(job.comment_id)
        if comment is None or comment.author_is_bot:
            return "gone"
        asked = asked_for(comment.body)
        if not asked.commands:
            return "withdrawn"
        info = await repository.info()
        if info.archived or info.disabled:
            return "archived"
        try:
            return await _Answering(job, turn, tools, repository, _Asking(comment, asked, info), pace).run()
        except (ArchivedError, IssuesDisabledError, LockedError) as reason:
            log.info("nothing can be written there", reason=str(reason))
            return "closed to us"
        except NotFoundError:
            if await repository.comment(job.comment_id) is None:
                return "gone"
            raise


async def tell_unanswered(job: CommandJob, reference: str, turn: Turn, tools: Tools) -> None:
    """Say that there will be no answer, by a mistake of ours that `reference` finds in the log.

    Raises GitHubError, and SupersededError and BusyError from the turn.
    """
    async with tools.github.repository(job.installation_id, job.repository_id, COMMAND_PERMISSIONS) as repository:
        comment = await repository.comment(job.comment_id)
        asked = AskedFor() if comment is None else asked_for(comment.body)
        if comment is None or not asked.commands:
            return
        problem = for_a_command(internal_error(reference), branch="", on_issue=True)
        reply = CommandReply(
            Fenced(repository, turn), FencedMemory(tools.queue, turn), job, comment, tools.web_url, asked.left_out
        )
        for command in asked.commands:
            reply.answer_alike(command, render_problem_answer(problem, room_for(len(asked.commands))))
        await reply.say()
        await reply.end(well=False)


class _Asking(msgspec.Struct, frozen=True):
    """Who asks for what, and where."""

    comment: IssueComment
    asked_for: AskedFor
    repository: RepositoryInfo

    @property
    def commands(self) -> tuple[Command, ...]:
        """Those that are answered, if whoever asks may."""
        return self.asked_for.commands


class _Answering:
    """The steps to one reply, with what all of them need."""

    def __init__(
        self,
        job: CommandJob,
        turn: Turn,
        tools: Tools,
        repository: GitHubRepository,
        asking: _Asking,
        pace: Pace,
    ) -> None:
        self._job = job
        self._turn = turn
        self._tools = tools
        self._repository = repository
        self._asking = asking
        self._pace = pace
        left_out = asking.asked_for.left_out
        self._reply = CommandReply(
            Fenced(repository, turn), FencedMemory(tools.queue, turn), job, asking.comment, tools.web_url, left_out
        )
        about = tools.queue, job.repository_id, asking.comment.author
        self._refusals = Refusals(*about)
        self._warnings = Refusals(*about, "commands-refused", timedelta(hours=1))
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + tools.seconds
        self._pull: PullRequest | None = None
        self._answered_some = False
        self._well = not left_out

    async def run(self) -> Outcome:
        """All of it. Nothing is fetched for whom the policy, as it was a few minutes ago, allows nothing."""
        heard = not await self._were_told()
        if heard:
            await self._reply.begin()
        self._pull = await self._pull_request()
        asker, permits = await self._asker(), Permits(self._tools.queue, self._job.repository_id, self._branch)
        policy, ground = await permits.remembered(), None
        permit = None if policy is None else await permits.permit(asker, self._asking.commands, policy)
        if policy is None or permit is None or permit.granted:
            ground = await self._fetched()
            policy = ground.policy.policy.commands if isinstance(ground, Ground) else CommandsPolicy()
            await permits.remember(policy, is_certain=isinstance(ground, Ground))
            permit = await permits.permit(asker, self._asking.commands, policy)
        told = await self._refuse(permit, policy)
        self._well &= not permit.refused and not permit.too_many
        if not (told or heard or permit.granted):
            return "refused"
        if not heard:
            await self._reply.begin()
        if ground is not None:
            await self._work(ground, policy, permit.granted)
        return await self._end("unanswered" if permit.granted else "refused")

    @property
    def _branch(self) -> str:
        """The one by whose policy everything is measured."""
        return self._asking.repository.default_branch if self._pull is None else self._pull.base_branch

    @property
    def _room(self) -> int:
        """Bytes of one answer."""
        return room_for(len(self._asking.commands))

    # Before any work

    async def _pull_request(self) -> PullRequest | None:
        try:
            return await self._repository.pull_request(self._job.number)
        except NotFoundError:
            return None  # an issue

    async def _fetched(self) -> Ground | Problem:
        pull, job, tools = self._pull, self._job, self._tools
        asked = Asked(
            repository_id=job.repository_id,
            session=self._repository.session,
            branch=self._branch,
            pull=pull,
            sources=tools.policies.sources(job.installation_id, self._repository),
        )
        try:
            async with asyncio.timeout_at(self._deadline):
                return await asyncio.to_thread(ground_of, asked, tools)
        except EXPLAINED as error:
            return self._problem(error)

    async def _asker(self) -> Asker:
        comment = self._asking.comment
        role = await role_of(self._repository, self._tools.queue, self._job.repository_id, comment.author)
        is_author = self._pull is not None and self._pull.author == comment.author
        return Asker(comment.author, role, is_author, comment.id)

    async def _were_told(self) -> bool:
        """Whether another comment of theirs was answered by a refusal a while ago."""
        id = self._asking.comment.id
        return await self._refusals.were_told(id) or await self._warnings.were_told(id)

    async def _refuse(self, permit: Permit, policy: CommandsPolicy) -> bool:
        """Say what is not done, and why, to those who are to be told; whether they are."""
        id, words = self._asking.comment.id, dict[Command, str]()
        if permit.refused and await self._refusals.tell(id):
            words |= {each: render_refusal(policy.role(each.permitted_as), policy) for each in permit.refused}
        if permit.too_many and await self._warnings.tell(id):
            words |= {each: render_enough(policy.role(each.permitted_as), MOST_AN_HOUR) for each in permit.too_many}
        for command in self._asking.commands:
            if command in words:
                self._reply.answer_alike(command, words[command])
            elif command in permit.granted:
                self._reply.wait(command)
        return bool(words)

    # The work

    async def _work(self, ground: Ground | Problem, policy: CommandsPolicy, allowed: Sequence[Command]) -> None:
        listing = _listing(allowed)
        for command in allowed:
            self._reply.start(command)
            if command.name == "help":
                found = help_answer(command, policy, lists=command == listing)
            else:
                found = await self._answered(command, ground)
            self._reply.answer(command, found.text, (*found.notes, _BACKGROUND) if found.left else found.notes)
            self._well &= found.well
            self._answered_some |= found.well
            if found.left:
                await self._look_back()

    async def _answered(self, command: Command, ground: Ground | Problem) -> Answer:
        if isinstance(ground, Problem):
            return self._explained(ground)
        if command.name == "audit" and self._pull is not None:
            return await self._reviewing(self._pull)
        if command.name != "policy" and not self._reply.is_begun:
            await self._say()
        try:
            return await self._worked_out(command, ground)
        except EXPLAINED as error:
            looks_back = command.name == "history" or (command.permitted_as == "audit" and self._pull is None)
            left = isinstance(error, TimeoutError) and looks_back
            return msgspec.structs.replace(self._explained(self._problem(error)), left=int(left))

    async def _reviewing(self, pull: PullRequest) -> Answer:
        job = self._job
        if pull.is_open:
            wanted = ReviewJob(job.installation_id, job.repository_id, pull.number, job.delivery)
            name = f"review {job.repository_id}/{job.comment_id}"
            await self._tools.queue.enqueue_once(name, wanted, _ASKED_FOR_ONCE_IN)
        return Answer(render_reviewing(is_open=pull.is_open))

    async def _worked_out(self, command: Command, ground: Ground) -> Answer:
        circumstances = Circumstances()
        if self._pull is None and command.permitted_as == "audit" and ground.fault is None:
            circumstances = await self._circumstances(ground)
        watch = Watch(self._turn, self._phase_begins)
        answers = Answers(ground, self._tools.caches, watch, self._room)
        seconds = max(0.0, self._deadline - self._loop.time()) * self._pace.to_look_back
        family = command.family

        def work() -> Answer:
            try:
                match command.name:
                    case "explain":
                        return answers.explanation(command.symbol)
                    case "history":
                        return answers.history(seconds)
                    case "policy":
                        return answers.policy()
                    case _ if family is not None and self._pull is not None:
                        return answers.change(family)
                    case _:
                        return answers.status(circumstances, seconds, family)
            except GitCorruptError:
                ground.mirror.discard()  # the job is tried again, with a new one
                raise

        async with asyncio.timeout_at(self._deadline):
            return await watched(watch, work)

    async def _circumstances(self, ground: Ground) -> Circumstances:
        """What is known of the issue; where a permission is missing for what refers to it, the issue alone."""
        number = self._job.number
        required = await self._repository.required_checks(self._branch)
        try:
            found = await issue_of(self._repository, number, ground.tip, ground.policy.policy)
        except MissingPermissionError as error:
            log.warning("what refers to the issue cannot be read", error=str(error))
            issue = await self._repository.issue(number)
            lacks = f"fifthwhy has no permission `{error.permission}` here"
            notes = (f"Pull requests and suites were not looked at: {lacks}.",)
            return Circumstances(Context(issue=row_of(issue), notes=notes), issue.created_at, required)
        context = Context(
            suites=found.suites, issue=found.issue, pulls=found.pulls, more_pulls=found.more_pulls, tasks=found.tasks
        )
        return Circumstances(context, found.opened, required)

    async def _look_back(self) -> None:
        job = self._job
        await self._tools.queue.enqueue(LookBackJob(job.installation_id, job.repository_id, self._branch, job.delivery))

    # What is said

    def _problem(self, error: Exception) -> Problem:
        limits, seconds = self._tools.mirror_limits, self._tools.seconds
        log.info("no answer possible", reason=repr(error))
        return explain(error, most_bytes=limits.max_bytes, fetch_seconds=limits.seconds, audit_seconds=seconds)

    def _explained(self, problem: Problem) -> Answer:
        told = for_a_command(problem, branch=self._branch, on_issue=self._pull is None)
        return Answer(render_problem_answer(told, self._room), well=False)

    def _phase_begins(self, name: str) -> None:
        """From the thread."""
        asyncio.run_coroutine_threadsafe(self._reply.say_phase(name, self._pace), self._loop).result()

    async def _say(self) -> None:
        await self._turn.checkpoint("publish")
        await self._reply.say(self._pace)

    async def _end(self, otherwise: Outcome) -> Outcome:
        """The last word, none to a comment that was deleted; `otherwise` is what came of it if nothing was answered."""
        if await self._repository.comment(self._asking.comment.id) is None:
            await self._reply.withdraw()
            return "gone"
        await self._say()
        await self._reply.end(well=self._well)
        return "answered" if self._answered_some else otherwise


def _listing(commands: Sequence[Command]) -> Command | None:
    """The one whose answer lists all commands: who asks for that, or else the last that was not understood."""
    helps = [command for command in commands if command.name == "help"]
    return next((command for command in helps if not command.problem), helps[-1] if helps else None)
