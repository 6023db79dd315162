"""A head that pull requests and a merge group share, in whatever order workers take their steps, die, and people push.

Redis is real, and GitHub is the stand-in, asked without HTTP, since it is asked some ten thousand times. Each question
to one of them is a step, before which others may take theirs; a worker may die before any of them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from inspect import iscoroutinefunction
from random import Random
from types import SimpleNamespace
from typing import Any, Final, Literal

import pytest
from arq.constants import job_key_prefix
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from bot.checks.drafts import CHECK_NAME
from bot.checks.own_check import Mark, OwnCheck, PullMark, mark_in, mark_of
from bot.checks.shared_head import SharedHead
from bot.demo.records import PullRequest as Pulled
from bot.github.errors import NotYetError
from bot.github.records import CheckConclusion, CheckRunDraft, MergeGroup, OwnCheckRun, PullRequest, Session
from bot.jobs.turns import SupersededError, Turn, turn
from bot.publishing.fenced import Fenced, FencedMemory
from bot.pull_requests.merge_group import begun
from bot.queue.jobs import GroupJob, ReviewJob
from bot.queue.queue import Queue, job_id, open_queue
from tests.bot.conftest import Site
from tests.repositories import Repo

BRANCHES: Final = ("first", "second", "third")
GROUP: Final = 0
"""In place of a pull request's number."""
VERDICTS: Final[tuple[CheckConclusion, ...]] = ("success", "failure")
WORKERS: Final = 2
MOST_ATTEMPTS: Final = 300

Change = Literal["closed or reopened", "pushed", "judged otherwise", "over", "over, and nobody told of it"]
What = Literal["step", "begin", "die", "change"]
Pace = Literal["one step", "to a turning point", "to the end"]
PACES: Final[tuple[Pace, ...]] = ("one step", "to a turning point", "to the end")
"""How far somebody goes at once: were it always one step, nobody would ever overtake."""
TURNING_POINTS: Final = ("audit", "create_check_run", "update_check_run")
CHANGES: Final[tuple[Change, ...]] = ("closed or reopened", "pushed", "judged otherwise")
OF_A_GROUP: Final[tuple[Change, ...]] = ("judged otherwise", "over", "over, and nobody told of it")


@dataclass
class Town:
    """A repository with a pull request from each branch, and what each comes to by itself; as GitHub shows it.

    There may be a merge queue as well, that waits for a group with the first head.
    """

    site: Site
    bare: Repo
    name: str
    numbers: dict[str, int]
    heads: tuple[str, str]
    verdicts: dict[int, CheckConclusion] = field(default_factory=dict)
    group_waits: bool = False
    before: int = 0
    """The newest check run of the plays before."""

    session = Session("", datetime(2026, 5, 4, tzinfo=UTC), "acme/town")

    def begins(self, verdicts: tuple[CheckConclusion, ...], group: CheckConclusion | None) -> None:
        """So many pull requests are open, at a commit on which nothing was said; perhaps a group waits there, too."""
        self.verdicts = {self.numbers[branch]: verdict for branch, verdict in zip(BRANCHES, verdicts, strict=False)}
        for branch in BRANCHES:
            if (self.pull(branch).state == "open") != (self.numbers[branch] in self.verdicts):
                self.changes(branch, "closed or reopened")
            self.points(branch, self.heads[0])
        self.group_waits = group is not None
        if group is not None:
            self.verdicts[GROUP] = group
        runs = [run for head in self.heads for run in self.site.standin.checks.runs(self.name, head)]
        self.before = max((run.id for run in runs), default=0)

    def points(self, branch: str, commit: str) -> None:
        if self.pull(branch).head.sha != commit:
            self.bare.git("update-ref", f"refs/heads/{branch}", commit)
            self.site.standin.refresh(self.name, self.site.person)

    def pull(self, branch: str) -> Pulled:
        return self.site.standin.state.pull_request(self.name, self.numbers[branch])

    def group_changes(self, change: Change) -> GroupJob | None:
        """Something happens to the group, if there is one; returns the job that this leads to."""
        if not self.group_waits:
            return None
        if change == "judged otherwise":
            self.verdicts[GROUP] = "success" if self.verdicts[GROUP] == "failure" else "failure"
            return self.group_job()
        self.group_waits = False
        return self.group_job(is_over=True) if change == "over" else None

    def changes(self, branch: str, change: Change) -> ReviewJob:
        """Something happens to a pull request, which a push opens again; returns the job of its webhook."""
        number, standin, person = self.numbers[branch], self.site.standin, self.site.person
        if change == "judged otherwise":
            self.verdicts[number] = "success" if self.verdicts[number] == "failure" else "failure"
        elif change == "pushed" and self.pull(branch).state == "open":
            self.points(branch, self.heads[self.pull(branch).head.sha == self.heads[0]])
        elif self.pull(branch).state == "open":
            standin.close_pull_request(self.name, number, person)
        else:
            standin.reopen_pull_request(self.name, number, person)
        return self.job(number)

    def job(self, number: int) -> ReviewJob:
        state = self.site.standin.state
        return ReviewJob(state.app.installation.id, state.repository(self.name).id, number, "delivery-1")

    def group_job(self, *, is_over: bool = False) -> GroupJob:
        state = self.site.standin.state
        scope = state.app.installation.id, state.repository(self.name).id
        return GroupJob(*scope, self.heads[0], self.heads[1], "main", "delivery-1", is_over)

    def open_at(self, head: str) -> list[int]:
        pulls = [self.pull(branch) for branch in BRANCHES]
        found = [pull.number for pull in pulls if pull.state == "open" and pull.head.sha == head]
        return [GROUP, *found] if self.group_waits and head == self.heads[0] else found

    def runs(self, head: str) -> list[OwnCheckRun]:
        """The check runs of this play on a commit, oldest first."""
        runs = [run for run in self.site.standin.checks.runs(self.name, head) if run.id > self.before]
        return [OwnCheckRun(run.id, run.external_id, head, run.status, run.conclusion) for run in runs]

    # As workers ask it

    async def pull_request(self, number: int) -> PullRequest:
        pull = self.site.standin.state.pull_request(self.name, number)
        return PullRequest(number, pull.state == "open", pull.base.ref, pull.head.sha, "ada", author_is_bot=False)

    async def merge_groups(self) -> tuple[MergeGroup, ...]:
        return (MergeGroup(self.heads[0], self.heads[1], "main"),) if self.group_waits else ()

    async def check_runs(self, sha: str, name: str) -> tuple[OwnCheckRun, ...]:
        return tuple(self.runs(sha) if name == CHECK_NAME else ())

    async def create_check_run(self, draft: CheckRunDraft) -> int:
        standin = self.site.standin
        said = {"name": draft.name, "own": True, **said_in(draft)}
        return standin.check_run_started(standin.state.repository(self.name), draft.head_sha, said).id

    async def update_check_run(self, id: int, draft: CheckRunDraft) -> None:
        standin = self.site.standin
        run = standin.state.verdicts.check_run(standin.state.repository(self.name), id)
        assert run is not None
        standin.check_run_changed(run, said_in(draft))


def said_in(draft: CheckRunDraft) -> dict[str, Any]:
    return {"external_id": draft.external_id, "status": draft.status, "conclusion": draft.conclusion}


class DiedError(Exception):
    """The worker is gone."""


class Stage:
    """Where one worker takes one step at a time, and somebody else says whose step is the next."""

    def __init__(self, town: Town, queue: Queue, events: list[tuple[str, Change]], deaths: int) -> None:
        self.town, self.queue, self.events, self.deaths = town, queue, list(events), deaths
        self.pending: dict[str, tuple[ReviewJob | GroupJob, int]] = {}
        self.at_work: dict[str, asyncio.Task[None]] = {}
        self.cues: dict[str, asyncio.Future[None]] = {}
        self.next: dict[str, str] = {}
        self.attempts = 0
        self.reached = asyncio.Event()

    async def asked_for(self, job: ReviewJob | GroupJob) -> int:
        generation = await self.queue.enqueue(job)
        self.pending[job.subject] = job, generation
        return generation

    async def play(self, chance: Random) -> None:
        if self.town.group_waits:
            await self.asked_for(self.town.group_job())
        for number in self.town.verdicts.keys() - {GROUP}:
            await self.asked_for(self.town.job(number))
        await self.play_on(chance)

    async def play_on(self, chance: Random) -> None:
        while choices := sorted(self.choices()):
            (what, subject), pace = chance.choice(choices), chance.choice(PACES)
            await self.happens(what, subject)
            while subject in self.cues and pace != "one step":
                if pace == "to a turning point" and self.next[subject] in TURNING_POINTS:
                    break
                await self.step(subject)

    def choices(self) -> set[tuple[What, str]]:
        """What may happen next, and to whom."""
        found: set[tuple[What, str]] = {("step", subject) for subject in self.cues}
        if len(self.at_work) < WORKERS:
            found |= {("begin", subject) for subject in self.pending if subject not in self.at_work}
        if self.events:
            found.add(("change", ""))
        if self.deaths:
            found |= {("die", subject) for subject in self.cues}
        return found

    async def happens(self, what: What, subject: str) -> None:
        match what:
            case "step":
                await self.step(subject)
            case "begin":
                await self.begin(subject)
            case "die":
                await self.die(subject)
            case "change":
                await self.change(*self.events.pop(0))

    async def change(self, branch: str, change: Change) -> None:
        job = self.town.changes(branch, change) if branch else self.town.group_changes(change)
        if job is not None:
            await self.asked_for(job)

    async def begin(self, subject: str) -> None:
        self.attempts += 1
        assert self.attempts <= MOST_ATTEMPTS, "the jobs have no end"
        job, generation = self.pending.pop(subject)
        self.at_work[subject] = asyncio.create_task(self.attempt(job, generation))
        await self.until_next_cue(subject)

    async def step(self, subject: str) -> None:
        self.cues.pop(subject).set_result(None)
        await self.until_next_cue(subject)

    async def die(self, subject: str) -> None:
        self.deaths -= 1
        self.cues.pop(subject).set_exception(DiedError())
        await self.until_next_cue(subject)

    async def until_next_cue(self, subject: str) -> None:
        task = self.at_work[subject]
        self.reached = asyncio.Event()
        task.add_done_callback(lambda _: self.reached.set())
        await self.reached.wait()
        if task.done():
            del self.at_work[subject]
            await task
        await self.look_at_the_queue()

    async def look_at_the_queue(self) -> None:
        """A merge queue does at once what the newest check run says: nobody but the group may have decided that."""
        head = self.town.heads[0]
        runs = self.town.runs(head) if self.town.group_waits else []
        if not runs or runs[-1].status != "completed":
            return
        assert runs[-1].conclusion != "cancelled"
        if runs[-1].conclusion != "failure":
            job = self.town.group_job()
            assert str(mark_of(job)) in await self.queue.recall_among(f"verdicts {job.repository_id} {head}")

    async def cue(self, subject: str, before: str) -> None:
        self.next[subject] = before
        self.cues[subject] = asyncio.get_running_loop().create_future()
        self.reached.set()
        await self.cues[subject]

    async def attempt(self, job: ReviewJob | GroupJob, generation: int) -> None:
        try:
            async with turn(self.queue, job, generation) as held:
                await (self.review(job, held) if isinstance(job, ReviewJob) else self.evaluate(job, held))
        except (DiedError, NotYetError):
            self.pending.setdefault(job.subject, (job, generation))
            return
        except SupersededError:
            assert job.subject in self.pending
        await self.queue.redis.delete(job_key_prefix + job_id(job, generation))

    async def review(self, job: ReviewJob, held: Turn) -> None:
        """What `bot.pull_requests.review` does, but that nothing is measured and there is no comment."""
        queue: Any = Stepped(self.queue, self, job.subject)
        repository: Any = Stepped(self.town, self, job.subject)
        pull = await repository.pull_request(job.number)
        mark = PullMark(job.repository_id, job.number, held.generation)
        shared = SharedHead(queue, job, repository, held)
        memory = FencedMemory(queue, held)
        check = OwnCheck(Fenced(repository, held), memory, job.subject, mark, held.generation, shared)
        if not pull.is_open:
            await check.close(pull.head_sha, "Closed.")
            return
        await check.begin(pull.head_sha)
        await self.cue(job.subject, "audit")
        await check.conclude(said_by(job.number, self.town, pull.head_sha, mark))

    async def evaluate(self, job: GroupJob, held: Turn) -> None:
        """What `bot.pull_requests.merge_group` does, but that nothing is measured."""
        tools: Any = SimpleNamespace(queue=Stepped(self.queue, self, job.subject))
        repository: Any = Stepped(self.town, self, job.subject)
        check = await begun(job, held, tools, repository)
        if check is not None:
            await self.cue(job.subject, "audit")
            await check.conclude(said_by(GROUP, self.town, job.head_sha, mark_of(job)))


def said_by(number: int, town: Town, head: str, mark: Mark) -> CheckRunDraft:
    verdict = town.verdicts[number]
    return CheckRunDraft(CHECK_NAME, head, str(mark), "completed", verdict, verdict, "By itself.")


class Stepped:
    """Redis or GitHub, as a worker on the stage asks it."""

    def __init__(self, asked: Any, stage: Stage, subject: str) -> None:
        self._asked, self._stage, self._subject = asked, stage, subject

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._asked, name)
        if not iscoroutinefunction(found):
            return found

        async def when_it_is_its_turn(*arguments: Any) -> Any:
            await self._stage.cue(self._subject, name)
            return await found(*arguments)

        return when_it_is_its_turn

    async def enqueue(self, job: ReviewJob | GroupJob) -> int:
        await self._stage.cue(self._subject, "enqueue")
        return await self._stage.asked_for(job)


@pytest.fixture(scope="module")
def town(site: Site) -> Town:
    repo = Repo.create(site.folder / "town")
    repo.commit({"README.md": "# Shop\n"})
    repo.branch("next")
    heads = repo.commit(), repo.commit()
    for branch in BRANCHES:
        repo.branch(branch, at=heads[0])
    repo.checkout("main")
    site.standin.add_repository("acme/town", repo.path)
    bare = Repo(site.standin.state.repository("acme/town").path)
    numbers = {}
    for branch in BRANCHES:
        opened = site.standin.open_pull_request("acme/town", head=branch, base="main", title="Change", by=site.person)
        numbers[branch] = opened.number
    return Town(site, bare, "acme/town", numbers, heads)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    verdicts=st.tuples(st.permutations(VERDICTS), st.lists(st.sampled_from(VERDICTS), max_size=1)),
    events=st.lists(st.tuples(st.sampled_from(BRANCHES[:2]), st.sampled_from(CHANGES)), max_size=4),
    deaths=st.integers(0, 2),
    chance=st.integers(0, 2**32).map(Random),
)
def test_the_newest_check_run_says_the_strictest_verdict_once_all_jobs_have_run(
    town: Town,
    redis: Redis,
    redis_url: str,
    verdicts: tuple[list[CheckConclusion], list[CheckConclusion]],
    events: list[tuple[str, Change]],
    deaths: int,
    chance: Random,
) -> None:
    redis.flushall()
    town.begins((*verdicts[0], *verdicts[1]), group=None)
    asyncio.run(played(town, redis_url, events, deaths, chance))
    assert_strictest(town)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    verdicts=st.tuples(*[st.sampled_from(VERDICTS)] * 3),
    events=st.lists(
        st.tuples(st.sampled_from(BRANCHES[:2]), st.sampled_from(CHANGES))
        | st.tuples(st.just(""), st.sampled_from(OF_A_GROUP)),
        max_size=4,
    ),
    deaths=st.integers(0, 2),
    chance=st.integers(0, 2**32).map(Random),
)
def test_a_merge_queue_never_takes_the_verdict_on_a_pull_request_for_that_on_its_group(
    town: Town,
    redis: Redis,
    redis_url: str,
    verdicts: tuple[CheckConclusion, ...],
    events: list[tuple[str, Change]],
    deaths: int,
    chance: Random,
) -> None:
    redis.flushall()
    """Of two pull requests with its head."""
    town.begins(verdicts[:2], group=verdicts[2])
    asyncio.run(played(town, redis_url, events, deaths, chance))
    assert_strictest(town)


def assert_strictest(town: Town) -> None:
    for head in town.heads:
        by_themselves = {town.verdicts[number] for number in town.open_at(head)}
        if by_themselves:
            passes = {"failure"} if "failure" in by_themselves else {"success", "neutral"}
            newest = town.runs(head)[-1]
            assert newest.conclusion in passes
            if newest.conclusion == "failure" and GROUP not in town.verdicts:
                mark = mark_in(newest.external_id)
                assert isinstance(mark, PullMark)
                assert mark.number in town.open_at(head)  # else nobody could accept it


async def played(town: Town, redis_url: str, events: list[tuple[str, Change]], deaths: int, chance: Random) -> None:
    """Of a group that nobody told of that it is over, a pull request hears at its next audit."""
    async with open_queue(redis_url) as queue:
        stage = Stage(town, queue, events, deaths)
        await stage.play(chance)
        if ("", "over, and nobody told of it") in events:
            for number in town.open_at(town.heads[0]):
                if number != GROUP:
                    await stage.asked_for(town.job(number))
            await stage.play_on(chance)
