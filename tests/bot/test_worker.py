"""What becomes of a job: done, put off, passed over or given up; with a real Redis and GitHub's stand-in."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final, cast

import pytest
from arq import Retry
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from analyzers.facts import FACTS_VERSION
from analyzers.index import INDEX_VERSION
from bot.demo.processes import app_environment
from bot.embedded_redis import EmbeddedRedis
from bot.facts_reader import Reader
from bot.facts_store import FactsStore
from bot.git import GitCorruptError, GitRefusedError, GitUnavailableError
from bot.github_api import GitHubRefusedError, GitHubUnavailableError
from bot.index_store import IndexStore
from bot.measure import Caches
from bot.past_store import PastStore
from bot.publish import Create
from bot.queue import QUEUE, Queue, open_queue
from bot.reader_pool import ReaderPool
from bot.review import ReviewTools
from bot.settings import ServerSettings, load
from bot.turns import BusyError, SupersededError
from bot.worker import _arq_worker, _attempt, _count_failure, _reader_pool, _tools, _work, run_worker
from report_templates.render import MARKER
from tests.bot.conftest import Shop, Site, stored_jobs

pytestmark = pytest.mark.anyio

PATIENCE_SECONDS: Final = 30
"""Nothing is judged by it: it only ends a test that hangs."""


def settings_for(site: Site, redis_url: str, data: Path) -> ServerSettings:
    environment = app_environment(site.standin, site.address, redis_url, data, port=8000)
    return load(ServerSettings, environment, data / "no.env")


@pytest.fixture(scope="module")
def settings(site: Site, redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory) -> ServerSettings:
    return settings_for(site, redis_server.url, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def readers(settings: ServerSettings) -> Iterator[ReaderPool]:
    with _reader_pool(settings) as pool:
        yield pool


@pytest.fixture
def tools(settings: ServerSettings, readers: ReaderPool) -> Iterator[ReviewTools]:
    """What a worker works with, as it is wired in production."""
    store = FactsStore(settings.data_dir / "facts.sqlite3", FACTS_VERSION)
    indexes = IndexStore(settings.data_dir / "index.sqlite3", INDEX_VERSION)
    past = PastStore(settings.data_dir / "past.sqlite3", INDEX_VERSION)
    with closing(store), closing(indexes), closing(past):
        yield _tools(settings, Caches(Reader(store, readers, settings.max_file_bytes), indexes, past))


@pytest.fixture
async def queue(redis_url: str) -> AsyncIterator[Queue]:
    async with open_queue(redis_url) as queue:
        yield queue


# --- what becomes of a failure ----------------------------------------------------------------------------------------


@dataclass
class Job:
    """A job that fails as it is told to."""

    shop: Shop
    tools: ReviewTools
    counted: int = 0
    failures: list[int] = field(default_factory=list)

    async def fails(self, error: Exception, times: int = 1) -> timedelta | None:
        """The pause after which it is tried again when it has failed like this so often; None where it has ended."""
        self.counted = times - 1
        return await self.runs(self._raising(error))

    async def runs(self, work: Callable[[], Awaitable[None]]) -> timedelta | None:
        try:
            await _attempt(work, self.shop.job, self.tools, self._count)
        except Retry as retry:
            return timedelta(milliseconds=retry.defer_score or 0)
        return None

    async def _count(self) -> int:
        self.counted += 1
        self.failures.append(self.counted)
        return self.counted

    def _raising(self, error: Exception) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            raise error

        return work


@pytest.fixture
def job(shop: Shop, tools: ReviewTools) -> Job:
    return Job(shop, tools)


PASSING: Final = [
    GitHubUnavailableError("GET /repos answered 502"),
    GitUnavailableError("git fetch: early EOF"),
    GitCorruptError("git cat-file: loose object is corrupt"),
    RedisConnectionError("Connection refused"),
    ConnectionResetError(104, "Connection reset by peer"),
]


def kind(value: object) -> str | None:
    return type(value).__name__ if isinstance(value, Exception) else None


async def test_a_job_that_is_done_is_not_done_again(job: Job) -> None:
    async def work() -> None:
        """Nothing went wrong."""

    assert await job.runs(work) is None
    assert job.failures == []


async def test_a_job_that_was_overtaken_ends_and_has_not_failed(job: Job) -> None:
    assert await job.fails(SupersededError("a newer job is in the queue")) is None
    assert (job.failures, job.shop.comments) == ([], [])


async def test_a_job_that_has_to_wait_for_its_turn_has_not_failed(job: Job) -> None:
    """It may have to wait more often than a job may fail."""
    assert await job.fails(BusyError("42/pull/7 is being worked on"), times=500) == timedelta(seconds=1)
    assert job.failures == []


@pytest.mark.parametrize("error", PASSING, ids=kind)
async def test_a_failure_that_may_pass_is_tried_again_after_ever_longer_pauses(job: Job, error: Exception) -> None:
    pauses = [await job.fails(error, times) for times in range(1, 10)]
    assert pauses == [timedelta(seconds=seconds) for seconds in (2, 4, 8, 16, 32, 64, 128, 256, 512)]
    assert job.shop.comments == []


async def test_a_failure_that_does_not_pass_is_told_on_the_pull_request_in_the_end(job: Job) -> None:
    assert await job.fails(GitUnavailableError("git fetch: early EOF"), times=10) is None

    (comment,) = job.shop.comments
    assert comment.body.startswith(MARKER)
    assert "Not audited" in comment.body
    assert "early EOF" not in comment.body


@pytest.mark.parametrize(
    ("asked", "failed_so_often", "pause"),
    [
        pytest.param(timedelta(seconds=73), 1, timedelta(seconds=73), id="longer than ours"),
        pytest.param(timedelta(seconds=3), 5, timedelta(seconds=32), id="shorter than ours"),
        pytest.param(timedelta(minutes=59), 1, timedelta(minutes=59), id="until the limit starts anew"),
        pytest.param(timedelta(days=9), 1, timedelta(hours=1), id="by a clock that is wrong"),
    ],
)
async def test_github_is_left_alone_for_as_long_as_it_asks(
    job: Job, asked: timedelta, failed_so_often: int, pause: timedelta
) -> None:
    assert await job.fails(GitHubUnavailableError("answered 429", asked), failed_so_often) == pause


@pytest.mark.parametrize("error", [GitHubRefusedError("answered 401"), GitRefusedError("error: 403")], ids=kind)
async def test_a_refusal_is_tried_once_more_with_a_new_token(job: Job, error: Exception) -> None:
    """The token may have been revoked before its time, or the repository renamed."""
    ids = job.shop.job.installation_id, job.shop.repository.id
    async with job.tools.github.repository(*ids) as repository:
        before = repository.session.token

    assert await job.fails(error) == timedelta(seconds=1)

    async with job.tools.github.repository(*ids) as repository:
        assert repository.session.token != before


async def test_what_github_refuses_again_ends_without_a_word(job: Job) -> None:
    assert await job.fails(GitHubRefusedError("answered 404"), times=2) is None
    assert job.shop.comments == []


async def test_what_only_git_is_refused_is_told_on_the_pull_request(job: Job) -> None:
    assert await job.fails(GitRefusedError("git fetch: the requested URL returned error: 403"), times=2) is None
    (comment,) = job.shop.comments
    assert "Not audited" in comment.body


async def test_a_mistake_of_ours_is_tried_again_twice(job: Job) -> None:
    with capture_logs() as logs:
        pauses = [await job.fails(ZeroDivisionError("ours"), times) for times in (1, 2)]
    assert pauses == [timedelta(seconds=2), timedelta(seconds=4)]
    assert [entry["event"] for entry in logs] == ["failed", "failed"]
    assert job.shop.comments == []


async def test_a_mistake_of_ours_is_told_by_a_reference_that_finds_it_in_the_log(job: Job) -> None:
    with capture_logs() as logs:
        assert await job.fails(ZeroDivisionError("with /internal/paths in it"), times=3) is None

    (comment,) = job.shop.comments
    (failed, _) = logs
    assert failed["exc_info"]
    assert failed["reference"] in comment.body
    assert "/internal/paths" not in comment.body


async def test_giving_up_edits_the_comment_that_is_there(job: Job) -> None:
    async with job.tools.github.repository(job.shop.job.installation_id, job.shop.repository.id) as repository:
        await repository.apply(job.shop.pull.number, Create(f"{MARKER}\nAn older report"))
    (before,) = job.shop.comments

    await job.fails(ZeroDivisionError("ours"), times=3)

    (after,) = job.shop.comments
    assert after.id == before.id
    assert "Not audited" in after.body


@pytest.mark.parametrize("status", [403, 404, 503])
async def test_giving_up_ends_the_job_even_where_nothing_can_be_said(job: Job, status: int) -> None:
    job.shop.fails("POST", "/issues/*/comments", status)
    assert await job.fails(ZeroDivisionError("ours"), times=3) is None
    assert job.shop.comments == []


async def test_a_job_is_not_given_up_for_want_of_a_redis_that_counts_its_failures(shop: Shop) -> None:
    redis = EmbeddedRedis(shop.repository.path / "redis")
    with redis:
        async with open_queue(redis.url) as queue:
            assert await _count_failure(queue, shop.job, 1) == 1
            assert await _count_failure(queue, shop.job, 1) == 2
            kill(redis)
            assert await _count_failure(queue, shop.job, 1) == 1


# --- the worker itself ------------------------------------------------------------------------------------------------

SHOP: Final = {
    ".github/fifthwhy.yml": "symbols:\n  - name: Cart\n    canonical: shop.cart\n",
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n",
    "shop/models.py": "from shop.cart import Cart\n",
}
STRAY: Final = {"shop/page.py": "from shop.models import Cart\n"}


def kill(server: EmbeddedRedis) -> None:
    """Kill the server as the kernel does when memory runs out, and wait until it is gone."""
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


@pytest.fixture
def stray(site: Site) -> Shop:
    """A pull request that introduces one import off the canonical path."""
    return site.shop(SHOP, STRAY)


async def work_off(tools: ReviewTools, redis_url: str) -> None:
    """Run a worker until the queue is empty."""
    async with open_queue(redis_url) as queue:
        worker = _arq_worker(tools, queue.redis)
        worker.burst = True
        await _work(worker)


async def test_a_job_is_done_and_nothing_of_it_stays(
    tools: ReviewTools, queue: Queue, redis: Redis, redis_url: str, stray: Shop
) -> None:
    await queue.enqueue(stray.job)

    await work_off(tools, redis_url)

    (comment,) = stray.comments
    assert "introduces 1 import" in comment.body
    assert stored_jobs(redis) == {}
    assert redis.keys("arq:*") == []


async def test_of_jobs_that_came_while_nobody_worked_only_the_newest_is_done(
    tools: ReviewTools, queue: Queue, redis_url: str, stray: Shop
) -> None:
    for _ in range(3):
        await queue.enqueue(stray.job)
    with capture_logs() as logs:
        await work_off(tools, redis_url)

    assert [entry["event"] for entry in logs if entry["event"] in ("superseded", "review done")].count(
        "review done"
    ) == 1
    assert len(stray.comments) == 1


async def test_a_job_that_is_run_twice_changes_nothing(
    tools: ReviewTools, queue: Queue, redis_url: str, stray: Shop
) -> None:
    """As after a worker was killed before it could tell Redis that it was done."""
    for _ in range(2):
        await queue.enqueue(stray.job)
        await work_off(tools, redis_url)

    (comment,) = stray.comments
    assert comment.created_at == comment.updated_at


async def test_a_pull_request_that_was_closed_meanwhile_is_let_alone(
    tools: ReviewTools, queue: Queue, redis_url: str, stray: Shop
) -> None:
    stray.standin.close_pull_request(stray.name, stray.pull.number, stray.person)
    await queue.enqueue(stray.job)
    await work_off(tools, redis_url)
    assert stray.comments == []


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(b"\x80\x04K\x01.", id="a pickle"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x93\x01\x02\x03", id="other msgpack"),
        pytest.param(
            b"\x85\xa1t\xc0\xa1f\xb3review_pull_request\xa1a\x92\x80\x01\xa1k\x80\xa2et\x01", id="a job without ids"
        ),
    ],
)
async def test_a_message_that_nobody_understands_harms_no_other_job(
    tools: ReviewTools, queue: Queue, redis: Redis, redis_url: str, stray: Shop, stored: bytes
) -> None:
    redis.set("arq:job:foreign", stored)
    redis.zadd(QUEUE, {"foreign": 1})
    await queue.enqueue(stray.job)

    await work_off(tools, redis_url)

    assert len(stray.comments) == 1
    assert redis.zcard(QUEUE) == 0


async def test_a_repository_that_is_renamed_between_two_audits_is_found_again(
    tools: ReviewTools, queue: Queue, redis_url: str, stray: Shop
) -> None:
    await queue.enqueue(stray.job)
    await work_off(tools, redis_url)
    boutique = replace(stray.repository, name="boutique-of-ada")
    stray.standin.state._repositories[boutique.id] = boutique

    await queue.enqueue(stray.job)
    await work_off(tools, redis_url)

    (comment,) = stray.comments
    assert "/acme/boutique-of-ada/blob/" in comment.body


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
        assert any(QUEUE in cast("str", told["command"]) for told in commands.listen())
