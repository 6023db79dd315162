"""Pull requests on the stand-in, and a desk at which one job is done at a time, as a worker does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
import pytest
from arq.constants import job_key_prefix

from bot.demo.faults import Fault
from bot.demo.records import CheckRun, Comment, Person
from bot.demo.request_log import Asked
from bot.jobs.tools import Tools
from bot.jobs.turns import turn
from bot.pull_requests.check_requests import tell_given_up
from bot.queue.jobs import CheckJob, GroupJob, Job, ReviewJob
from bot.queue.queue import decode_job, job_id, waiting_prefix
from bot.worker.handlers import HANDLERS
from tests.bot.conftest import Site
from tests.repositories import Content, Repo

POLICY: Final = "symbols:\n  - name: Cart\n    canonical: shop.cart\n"
GATED: Final = POLICY + "gate: {mode: introduced, severity: low}\n"
FILES: Final = {
    ".github/fifthwhy.yml": POLICY,
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n",
    "shop/models.py": "from shop.cart import Cart\n",
    "shop/page.py": "from shop.models import Cart\n",
}
STRAY: Final = "from shop.models import Cart\n"
CANONICAL: Final = "from shop.cart import Cart\n"
_MOST_JOBS: Final = 50


@dataclass
class Pull:
    """A pull request, and what is said on it."""

    site: Site
    repo: Repo
    name: str
    number: int

    @classmethod
    def opened(
        cls,
        site: Site,
        head: Mapping[str, Content],
        base: Mapping[str, Content] | None = None,
        policy: str | None = POLICY,
        by: Person | None = None,
    ) -> Pull:
        """A repository with the files of the shop and these at base, and a pull request with these at head."""
        number = next(site.numbers)
        repo = Repo.create(site.folder / f"pull-{number}")
        own = {} if policy is None else {".github/fifthwhy.yml": policy}
        repo.commit({path: text for path, text in FILES.items() if path not in own and ".github" not in path})
        repo.commit({**own, **(base or {})})
        repo.branch("feature")
        repo.commit(head)
        repo.checkout("main")
        name = f"acme/pull-{number}"
        site.standin.add_repository(name, repo.path)
        pull = site.standin.open_pull_request(name, head="feature", base="main", title="Change", by=by or site.person)
        return cls(site, repo, name, pull.number)

    @property
    def job(self) -> ReviewJob:
        """The job that a webhook for it makes."""
        state = self.site.standin.state
        return ReviewJob(state.app.installation.id, state.repository(self.name).id, self.number, "delivery-1")

    @property
    def head(self) -> str:
        return self.site.standin.state.pull_request(self.name, self.number).head.sha

    @property
    def comments(self) -> list[Comment]:
        """The App's, oldest first."""
        state = self.site.standin.state
        every = state.comments(state.issue(self.name, self.number))
        return [comment for comment in every if comment.author == self.site.standin.app.bot]

    def runs(self, commit: str | None = None) -> list[CheckRun]:
        """The App's check runs of a commit, or of the head; oldest first."""
        return self.site.standin.checks.runs(self.name, commit or self.head)

    @property
    def run(self) -> CheckRun:
        """The only check run of the head."""
        (run,) = self.runs()
        return run

    def push(self, files: Mapping[str, Content], *, force_from: str | None = None) -> str:
        """Commit to the branch and push."""
        self.repo.checkout("feature")
        if force_from is not None:
            self.repo.reset(force_from)
        commit = self.repo.commit(files)
        self.repo.checkout("main")
        self.upload()
        self.site.standin.refresh(self.name, self.site.person)
        return commit

    def upload(self) -> None:
        """Copy every branch into the stand-in's repository."""
        bare = self.site.standin.state.repository(self.name).path
        self.repo.git("push", "--quiet", "--force", "--prune", str(bare), "refs/heads/*:refs/heads/*")

    def fails(self, method: str, path: str, status: int | None = 500, **more: object) -> Fault:
        """Let GitHub fail; `path` is below the repository's."""
        fault = Fault(method, f"/api/v3/repos/{self.name}{path}", status, **more)  # type: ignore[arg-type]
        self.site.standin.faults.append(fault)
        return fault

    def requests(self) -> list[Asked]:
        """What the App has asked of this repository so far; tokens and git apart."""
        place = f"/api/v3/repos/{self.name}"
        return [asked for asked in self.site.standin.requests if asked.path.startswith(place)]

    def pressed(self, action: str, by: Person, run: CheckRun | None = None, *, suite: bool = False) -> CheckJob:
        """The job that a button makes, called by its label or identifier; without a run, of the newest of the head."""
        shown, job = run or self.runs()[-1], self.job
        run_id = None if suite else shown.id
        scope = job.installation_id, job.repository_id
        identifier = next((button.identifier for button in shown.actions if button.label == action), action)
        return CheckJob(*scope, run_id, shown.commit, identifier, by.user.login, "delivery-2")


@dataclass
class Desk:
    """Where one job is done after the other."""

    tools: Tools

    async def does(self, job: Job) -> str:
        """What came of it."""
        generation = await self.tools.queue.enqueue(job)
        return await self.goes_on(job, generation)

    async def gives_up(self, job: Job, reference: str, generation: int | None = None) -> None:
        """Say that nothing will come of a job."""
        of = await self.tools.queue.enqueue(job) if generation is None else generation
        async with turn(self.tools.queue, job, of) as held:
            await tell_given_up(job, reference, held, self.tools)

    async def goes_on(self, job: Job, generation: int) -> str:
        """Another attempt of a job."""
        async with turn(self.tools.queue, job, generation) as held:
            outcome = await HANDLERS[type(job)](job, held, self.tools)
        await self._is_done(job, generation)
        return outcome

    async def does_the_rest(self) -> None:
        """Every review and evaluation of a merge group that waits, and those that these ask for."""
        queue = self.tools.queue
        for _ in range(_MOST_JOBS):
            keys = [key.decode() async for key in queue.redis.scan_iter(f"{job_key_prefix}*")]
            stored = [key for key in keys if "/pull/" in key or "/group/" in key]
            if not stored:
                return
            arguments, generation = decode_job(await queue.redis.get(min(stored)))["a"]
            job = msgspec.convert(arguments, ReviewJob | GroupJob)
            if await queue.is_superseded(job, generation):
                await self._is_done(job, generation)
            else:
                await self.goes_on(job, generation)
        pytest.fail("the jobs have no end")

    async def _is_done(self, job: Job, generation: int) -> None:
        redis, name = self.tools.queue.redis, job_id(job, generation)
        await redis.delete(job_key_prefix + name)
        await redis.zrem(f"{waiting_prefix(job.lane)}{job.installation_id}", name)
