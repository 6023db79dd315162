"""The worker process: jobs from a real Redis, done on GitHub's stand-in, whoever goes away meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any, Final, cast

import pytest
from redis import Redis
from redis.exceptions import ResponseError
from structlog.testing import capture_logs

from bot.demo.faults import Fault
from bot.demo.processes import app_environment
from bot.embedded_redis import EmbeddedRedis
from bot.jobs.tools import Tools
from bot.measuring.caches import opened_caches
from bot.measuring.measure import Caches
from bot.queue.attempts import Attempts
from bot.queue.dead_letters import DeadLetters, given_up
from bot.queue.jobs import GroupJob, Job, ReviewJob
from bot.queue.misplaced import set_misplaced_aside
from bot.queue.queue import Queue, open_queue
from bot.settings.settings import ServerSettings, load
from bot.worker.background import keep_going
from bot.worker.lane_worker import LaneWorker
from bot.worker.worker import Crew, lanes_of, run_worker, tools_for, work_on
from tests.bot.conftest import Shop, Site, stored_jobs
from tests.bot.lanes import INTERACTIVE, Work, review, tools_of

pytestmark = pytest.mark.anyio

PATIENCE_SECONDS: Final = 30
"""Nothing is judged by it: it only ends a test that hangs."""

SHOP: Final = {
    ".github/fifthwhy.yml": "symbols:\n  - name: Cart\n    canonical: shop.cart\n",
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n",
    "shop/models.py": "from shop.cart import Cart\n",
}
STRAY: Final = {"shop/page.py": "from shop.models import Cart\n"}


def settings_for(site: Site, redis_url: str, data: Path) -> ServerSettings:
    environment = app_environment(site.standin, site.address, redis_url, data, port=8000)
    return load(ServerSettings, environment, data / "no.env")


@pytest.fixture(scope="module")
def settings(site: Site, redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory) -> ServerSettings:
    return settings_for(site, redis_server.url, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def caches(settings: ServerSettings) -> Iterator[Caches]:
    """What a worker keeps between two audits, as it is wired in production."""
    with opened_caches(settings) as caches:
        yield caches


@pytest.fixture
def stray(site: Site) -> Shop:
    """A pull request that introduces one import off the canonical path."""
    return site.shop(SHOP, STRAY)


class Worker:
    """A worker on the lane of pull requests."""

    def __init__(self, settings: ServerSettings, caches: Caches, redis_url: str) -> None:
        self._settings = settings
        self._caches = caches
        self._redis_url = redis_url

    async def works_off(self) -> None:
        """Work until no job is left, not even one that is put off."""
        async with self._working() as queue, asyncio.timeout(PATIENCE_SECONDS):
            while await _is_left(queue):
                pass

    @asynccontextmanager
    async def _working(self) -> AsyncIterator[Queue]:
        async with open_queue(self._redis_url) as queue:
            rules, _ = lanes_of(self._settings)
            working = asyncio.create_task(LaneWorker(rules, tools_for(self._settings, self._caches, queue)).work())
            try:
                yield queue
            finally:
                working.cancel()
                with suppress(asyncio.CancelledError):
                    await working


async def _is_left(queue: Queue) -> bool:
    interactive, _ = await queue.depths()
    return bool(interactive.waiting or interactive.deferred or interactive.running)


@pytest.fixture
def worker(settings: ServerSettings, caches: Caches, redis_url: str) -> Worker:
    return Worker(settings, caches, redis_url)


# --- done -------------------------------------------------------------------------------------------------------------


async def test_a_job_is_done_and_nothing_of_it_stays(worker: Worker, queue: Queue, redis: Redis, stray: Shop) -> None:
    await queue.enqueue(stray.job)

    await worker.works_off()

    (comment,) = stray.comments
    assert "introduces 1 import" in comment.body
    own = f"{stray.job.installation_id}:{stray.job.subject}:"
    assert not [job for job in stored_jobs(redis) if job.startswith(own)]
    assert redis.keys(f"arq:*:{own}*") == redis.keys("fifthwhy:attempts:*") == []


async def test_of_jobs_that_came_while_nobody_worked_only_the_newest_is_done(
    worker: Worker, queue: Queue, stray: Shop
) -> None:
    for _ in range(3):
        await queue.enqueue(stray.job)
    with capture_logs() as logs:
        await worker.works_off()

    assert [entry["event"] for entry in logs].count("job done") == 1
    assert len(stray.comments) == 1


async def test_a_job_that_is_run_twice_changes_nothing(worker: Worker, queue: Queue, stray: Shop) -> None:
    """As after a worker was killed before it could tell Redis that it was done."""
    for _ in range(2):
        await queue.enqueue(stray.job)
        await worker.works_off()

    (comment,) = stray.comments
    assert comment.created_at == comment.updated_at


async def test_a_pull_request_that_was_closed_meanwhile_is_let_alone(worker: Worker, queue: Queue, stray: Shop) -> None:
    stray.standin.close_pull_request(stray.name, stray.pull.number, stray.person)
    await queue.enqueue(stray.job)
    await worker.works_off()
    assert stray.comments == []


async def test_a_repository_that_is_renamed_between_two_audits_is_found_again(
    worker: Worker, queue: Queue, stray: Shop
) -> None:
    await queue.enqueue(stray.job)
    await worker.works_off()
    boutique = replace(stray.repository, name="boutique-of-ada")
    stray.standin.state._repositories[boutique.id] = boutique

    await queue.enqueue(stray.job)
    await worker.works_off()

    (comment,) = stray.comments
    assert "/acme/boutique-of-ada/blob/" in comment.body


# --- not done ---------------------------------------------------------------------------------------------------------


async def test_an_answer_that_fails_is_asked_for_again(worker: Worker, queue: Queue, stray: Shop) -> None:
    stray.fails("GET", "/pulls/*", 502)
    await queue.enqueue(stray.job)
    await worker.works_off()
    (comment,) = stray.comments
    assert "introduces 1 import" in comment.body


async def test_a_job_that_is_given_up_is_told_by_a_reference_that_finds_it(
    worker: Worker, queue: Queue, stray: Shop
) -> None:
    generation = await queue.enqueue(stray.job)
    attempts = Attempts(queue.redis, f"{stray.job.installation_id}:{stray.job.subject}:{generation}")
    for _ in range(3):
        await attempts.begin()  # and the worker died
    await worker.works_off()

    (letter,) = await DeadLetters(queue.redis).all()
    (check,) = stray.standin.checks.runs(stray.name, stray.pull.head.sha)
    assert check.conclusion == "neutral"
    assert letter.id in str(check)


async def test_what_github_refuses_ends_without_a_word(worker: Worker, queue: Queue, stray: Shop) -> None:
    stray.fails("GET", "/pulls/*", 404, times=2)
    await queue.enqueue(stray.job)
    await worker.works_off()
    assert stray.comments == []
    (letter,) = await DeadLetters(queue.redis).all()
    assert letter.job() == stray.job


async def dies_in(queue: Queue, job: Job, times: int = 3) -> int:
    """The generation of a job in which the worker has died so often."""
    generation = await queue.enqueue(job)
    attempts = Attempts(queue.redis, f"{job.installation_id}:{job.subject}:{generation}")
    for _ in range(times):
        await attempts.begin()  # and never ended
    return generation


@pytest.mark.parametrize("status", [403, 404])
async def test_giving_up_ends_the_job_even_where_nothing_can_be_said(
    worker: Worker, queue: Queue, stray: Shop, status: int
) -> None:
    stray.fails("GET", "/pulls/*", status, times=2)
    await dies_in(queue, stray.job)
    await worker.works_off()
    assert await DeadLetters(queue.redis).count() == 1


async def test_that_a_job_was_given_up_is_said_once_github_can_be_told(
    worker: Worker, queue: Queue, stray: Shop
) -> None:
    stray.fails("POST", "/check-runs", 503, times=2)
    await dies_in(queue, stray.job)
    await worker.works_off()
    (letter,) = await DeadLetters(queue.redis).all()
    (check,) = stray.standin.checks.runs(stray.name, stray.pull.head.sha)
    assert (check.status, check.conclusion) == ("completed", "neutral")
    assert letter.id in str(check)


async def test_a_merge_group_is_reported_though_github_fails_as_it_is_told(
    worker: Worker, queue: Queue, stray: Shop
) -> None:
    """Its queue would wait for it in vain."""
    job, head, base = stray.job, stray.pull.head.sha, stray.pull.base.sha
    stray.fails("GET", "/commits/*/check-runs", 502)
    stray.fails("POST", "/check-runs", 502)
    await dies_in(queue, GroupJob(job.installation_id, job.repository_id, head, base, "main", "delivery-1"))
    await worker.works_off()
    (check,) = stray.standin.checks.runs(stray.name, head)
    assert (check.status, check.conclusion) == ("completed", "neutral")


async def test_a_worker_that_dies_while_it_tells_leaves_one_dead_letter(
    worker: Worker, queue: Queue, stray: Shop
) -> None:
    generation = await dies_in(queue, stray.job)
    letter = given_up(stray.job, generation, reference="0a1b2c3d", reason="the worker died", attempts=3)
    attempts = Attempts(queue.redis, f"{stray.job.installation_id}:{stray.job.subject}:{generation}")
    await attempts.give_up(letter)  # and the worker died
    await worker.works_off()
    assert await DeadLetters(queue.redis).all() == (letter,)
    (check,) = stray.standin.checks.runs(stray.name, stray.pull.head.sha)
    assert "0a1b2c3d" in str(check)


async def test_giving_up_a_job_does_not_overwrite_what_a_newer_push_got(
    worker: Worker, queue: Queue, stray: Shop
) -> None:
    await queue.enqueue(stray.job)
    await worker.works_off()
    held = Fault("GET", f"/api/v3/repos/{stray.name}/issues/comments/*", held=Event())
    stray.standin.faults.append(held)
    assert held.held is not None
    await dies_in(queue, stray.job)
    working = asyncio.create_task(worker.works_off())
    assert await asyncio.to_thread(held.reached.wait, PATIENCE_SECONDS)  # it is about to say that it was given up
    await queue.enqueue(stray.job)
    held.held.set()
    await working

    (comment,) = stray.comments
    assert "introduces 1 import" in comment.body
    assert comment.created_at == comment.updated_at
    runs = stray.standin.checks.runs(stray.name, stray.pull.head.sha)
    assert all(run.title != "Not audited: an error in fifthwhy" for run in runs)


# --- a Redis that goes away -------------------------------------------------------------------------------------------


def kill(server: EmbeddedRedis) -> None:
    """Kill the server as the kernel does when memory runs out, and wait until it is gone."""
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


async def test_a_worker_goes_on_when_redis_was_gone(site: Site, stray: Shop, tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "redis") as server:
        settings = settings_for(site, server.url, tmp_path / "data")
        worker = asyncio.create_task(run_worker(settings, server.url))
        with Redis.from_url(server.url) as redis:
            await asyncio.to_thread(until_a_worker_asks_for_jobs, redis)
        kill(server)
        server.keep_running()
        async with open_queue(server.url) as queue:
            await queue.enqueue(stray.job)

        state = site.standin.state
        assert await asyncio.to_thread(state.wait_until, lambda: stray.comments or None, PATIENCE_SECONDS)
        worker.cancel()
        await worker


def until_a_worker_asks_for_jobs(redis: Redis) -> None:
    with redis.monitor() as commands:  # type: ignore[no-untyped-call]
        assert any("fifthwhy:queue:interactive" in cast("str", told["command"]) for told in commands.listen())


# --- what stops all of a worker's work --------------------------------------------------------------------------------


@asynccontextmanager
async def a_worker(redis_url: str, crew: Crew) -> AsyncIterator[None]:
    """A worker whose crew does what a test says, for the length of the block."""
    task = asyncio.create_task(work_on(redis_url, crew, shortest_pause=0.01))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_mistake_of_ours_that_stops_the_worker_is_logged_and_the_work_begins_anew(redis_url: str) -> None:
    begun, again = 0, asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun == 1:
            raise ZeroDivisionError("somebody divided by nothing")
        again.set()
        await asyncio.Event().wait()

    with capture_logs() as logged:
        async with a_worker(redis_url, lambda _queue: [work()]), asyncio.timeout(PATIENCE_SECONDS):
            await again.wait()

    (line,) = [line for line in logged if line["event"] == "the worker has stopped"]
    assert line["log_level"] == "error"
    assert "divided by nothing" in repr(line["exc_info"].exceptions)


@pytest.mark.parametrize(
    "key",
    [
        "fifthwhy:newest",
        "fifthwhy:queue:interactive",
        "fifthwhy:installations:interactive",
        "fifthwhy:put-off:interactive",
        "fifthwhy:waiting:interactive:1",
        "fifthwhy:outcomes",
        "fifthwhy:dead:letters",
        "fifthwhy:dead:by-age",
        "fifthwhy:generation",
        "fifthwhy:notices",
        "fifthwhy:round",
        "fifthwhy:installations",
        "fifthwhy:weekly:wanted",
        "fifthwhy:weekly:due",
        "fifthwhy:memory:listed",
        "fifthwhy:memory:installations",
        "fifthwhy:memory:deliveries",
        "fifthwhy:memory:emptied",
        "fifthwhy:once:reconcile",
        "fifthwhy:once:schedule",
    ],
)
async def test_a_name_of_the_queue_that_holds_something_else_is_set_aside_and_the_work_goes_on(
    redis_url: str, redis: Redis, queue: Queue, key: str
) -> None:
    await queue.enqueue(review(1))
    redis.delete(key)
    redis.lpush(key, "a list")
    work = Work()

    def crew(queue: Queue) -> list[Coroutine[Any, Any, None]]:
        return [LaneWorker(INTERACTIVE, tools_of(queue), {ReviewJob: work.handle}).work()]

    with capture_logs() as logged:
        async with a_worker(redis_url, crew), asyncio.timeout(PATIENCE_SECONDS):
            while not await is_taken(queue, review(2)):
                pass
            await work.until(lambda: review(2) in work.ended)

    assert [line["key"] for line in logged if "set aside" in line["event"]] == [key]
    assert redis.lrange(f"fifthwhy:set-aside:{key}", 0, -1) == [b"a list"]


async def is_taken(queue: Queue, job: Job) -> bool:
    """Whether the queue takes a job."""
    with suppress(ResponseError):
        await queue.enqueue(job)
        return True
    return False


async def test_what_a_duty_finds_misplaced_does_not_take_the_jobs_with_it(
    redis_url: str, redis: Redis, queue: Queue
) -> None:
    redis.lpush("fifthwhy:of-a-duty", "a list")
    work, now = Work(), asyncio.Event()
    work.hold(1)

    async def duty(tools: Tools) -> None:
        await now.wait()
        await tools.queue.redis.zcard("fifthwhy:of-a-duty")

    def crew(queue: Queue) -> list[Coroutine[Any, Any, None]]:
        tools = tools_of(queue)
        return [LaneWorker(INTERACTIVE, tools, {ReviewJob: work.handle}).work(), keep_going(duty, tools)]

    with capture_logs() as logged:
        async with a_worker(redis_url, crew), asyncio.timeout(PATIENCE_SECONDS):
            await queue.enqueue(review(1))
            await work.until_begun(1)
            now.set()
            while not any(line["log_level"] in {"error", "warning"} for line in logged):
                await queue.ping()
            work.release(1)
            await work.until(lambda: work.ended)

    assert [line["event"] for line in logged if line["log_level"] in {"error", "warning"}] == ["a duty failed"]
    assert work.begun == [review(1)]


@pytest.mark.parametrize("counted", ["no number", None, "9" * 30, "9" * 19, "007"])
async def test_a_push_is_audited_though_redis_has_lost_count(
    redis_url: str, redis: Redis, queue: Queue, counted: str | None
) -> None:
    """A count that began at one again would have each new job count as superseded."""
    newest = [await queue.enqueue(review(1)) for _ in range(5)][-1]
    redis.delete("fifthwhy:generation")
    if counted is not None:
        redis.set("fifthwhy:generation", counted)

    await set_misplaced_aside(queue.redis, {})

    assert await queue.enqueue(review(1)) == newest + 1


@pytest.mark.parametrize("score", [float("inf"), 1e18])
async def test_a_push_is_audited_though_a_newest_one_is_noted_that_cannot_be(
    redis: Redis, queue: Queue, score: float
) -> None:
    await queue.enqueue(review(2))
    redis.zadd("fifthwhy:newest", {review(1).subject: score})

    await set_misplaced_aside(queue.redis, {})

    generation = await queue.enqueue(review(1))
    assert not await queue.is_superseded(review(1), generation)
    assert await set_misplaced_aside(queue.redis, {}) == ()
