"""What a worker does when GitHub says that it was asked too much: nothing at all, until then, in every process."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.demo.faults import Fault
from bot.embedded_redis import EmbeddedRedis
from bot.github.app import GitHubApp
from bot.github.errors import GitHubUnavailableError, MissingPermissionError
from bot.github.limits import Limiter, on_behalf_of
from bot.github.records import CheckRunDraft
from bot.queue.queue import Unavailable
from tests.bot.conftest import Site
from tests.bot.github.conftest import Account, HandClock

pytestmark = pytest.mark.anyio

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


class Worker:
    """The App in a process of its own, on the Redis that all share."""

    def __init__(self, site: Site, connection: Redis, clock: HandClock) -> None:
        app, self.clock = site.standin.app, clock
        limiter = Limiter(connection, clock)
        self.github = GitHubApp(app.id, app.private_key_pem, f"{site.address}/api/v3", limiter=limiter)

    async def comment(self, account: Account, body: str = "Hello") -> None:
        async with account.opened(self.github) as repository:
            await repository.create_comment(account.pull.number, body)

    async def refused(self, account: Account) -> timedelta:
        """For how long a comment is put off; fails if it is not."""
        with pytest.raises(GitHubUnavailableError) as caught:
            await self.comment(account)
        assert caught.value.after is not None
        return caught.value.after


@pytest.fixture
def worker(site: Site, connection: Redis, clock: HandClock) -> Worker:
    return Worker(site, connection, clock)


@pytest.fixture
def another(site: Site, connection: Redis, clock: HandClock) -> Worker:
    return Worker(site, connection, clock)


def limit(account: Account, status: int = 403, message: str = SECONDARY, **headers: str) -> None:
    """Let the next comment on the account meet a limit."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    path = f"/api/v3/repos/{account.name}/*"
    account.standin.faults.append(Fault("POST", path, status, told, message))


def asked(account: Account) -> int:
    """How many requests about the account have reached GitHub."""
    parts = (f"/repos/{account.name}/", f"/installations/{account.installation_id}/")
    return sum(any(part in request.path for part in parts) for request in account.standin.requests)


@pytest.mark.parametrize("status", [403, 429])
async def test_nobody_asks_again_before_the_time_that_github_names(
    account: Account, worker: Worker, another: Worker, status: int
) -> None:
    limit(account, status, retry_after="300")
    assert await worker.refused(account) == timedelta(minutes=5)
    before = asked(account)
    worker.clock.time += timedelta(minutes=4)
    assert await worker.refused(account) == timedelta(minutes=1)
    assert await another.refused(account) == timedelta(minutes=1)
    assert asked(account) == before
    worker.clock.time += timedelta(minutes=1)
    await another.comment(account)


async def test_the_hour_s_last_request_is_answered_and_the_next_one_not_sent(account: Account, worker: Worker) -> None:
    """GitHub's clock counts, not ours: the limit starts anew forty minutes after its answer."""
    reset = int((datetime.now(UTC) + timedelta(minutes=40)).timestamp())
    path = f"/api/v3/repos/{account.name}/shop/pulls/1"
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    account.standin.faults.append(Fault("GET", path, 404, headers))
    async with account.opened(worker.github) as repository:
        with pytest.raises(GitHubUnavailableError):
            await repository.pull_request(1)
        before = asked(account)
        with pytest.raises(GitHubUnavailableError) as caught:
            await repository.pull_request(1)
    assert caught.value.after is not None
    assert timedelta(minutes=39) < caught.value.after <= timedelta(minutes=40)
    assert asked(account) == before


async def test_a_secondary_limit_without_a_time_is_waited_for_longer_each_time(
    account: Account, worker: Worker, another: Worker
) -> None:
    for minutes in (1, 2, 4):
        limit(account)
        assert await worker.refused(account) == timedelta(minutes=minutes)
        assert await another.refused(account) == timedelta(minutes=minutes)
        worker.clock.time += timedelta(minutes=minutes)
    await worker.comment(account)


async def test_a_refusal_that_is_no_limit_parks_nobody(account: Account, worker: Worker) -> None:
    limit(account, 403, "Resource not accessible by integration")
    with pytest.raises(MissingPermissionError):
        await worker.comment(account)
    await worker.comment(account)


async def test_a_limit_of_one_installation_is_none_of_another(account: Account, worker: Worker, site: Site) -> None:
    limit(account, retry_after="300")
    await worker.refused(account)
    shop = site.shop()
    async with worker.github.repository(shop.job.installation_id, shop.repository.id) as repository:
        assert (await repository.pull_request(shop.pull.number)).is_open


async def test_nothing_is_sent_once_redis_is_away(account: Account, site: Site, tmp_path: Path) -> None:
    """What other workers have sent is not known then; the job is put off, as for any other need of Redis."""
    with ExitStack() as stack:
        server = stack.enter_context(EmbeddedRedis(tmp_path / "redis"))
        async with Redis.from_url(server.url) as connection:
            worker = Worker(site, connection, HandClock())
            async with account.opened(worker.github) as repository:
                await repository.pull_request(account.pull.number)
                stack.close()
                before = asked(account)
                with pytest.raises(Unavailable):
                    await repository.create_comment(account.pull.number, "Hello")
    assert asked(account) == before


async def test_comments_are_a_second_apart(account: Account, worker: Worker, another: Worker) -> None:
    """The workers' clock moves only while one of them waits."""
    await worker.comment(account, "First")
    await another.comment(account, "Second")
    async with account.opened(worker.github) as repository:
        (first, _) = await repository.list_comments(account.pull.number)
        await repository.update_comment(first.id, "First, edited")
    assert worker.clock.slept == [timedelta(seconds=1)] * 2


async def test_a_comment_that_was_put_off_is_let_through_at_its_time(
    account: Account, site: Site, connection: Redis
) -> None:
    """Each worker has a clock; they all begin at once."""
    for _ in range(3):
        await Worker(site, connection, HandClock()).comment(account, "One of many")
    worker = Worker(site, connection, HandClock())
    assert await worker.refused(account) == timedelta(seconds=3)
    worker.clock.time += timedelta(seconds=3)
    await worker.comment(account)
    assert worker.clock.slept == []


async def test_a_check_run_is_not_held_up_by_a_comment(account: Account, worker: Worker) -> None:
    async with account.opened(worker.github) as repository:
        sha = account.pull.head.sha
        id = await repository.create_check_run(CheckRunDraft("fifthwhy", sha, "1", "in_progress"))
        await repository.create_comment(account.pull.number, "Hello")
        await repository.update_check_run(id, CheckRunDraft("fifthwhy", sha, "1", "completed", "success"))
    assert worker.clock.slept == []


async def test_how_much_is_left_of_the_hour_is_known(account: Account, worker: Worker) -> None:
    async with account.opened(worker.github) as repository:
        left = [repository.rate_left]
        for _ in range(2):
            await repository.create_check_run(CheckRunDraft("fifthwhy", account.pull.head.sha, "1", "queued"))
            left.append(repository.rate_left)
    hour = account.standin.limits.per_hour
    assert left == [None, hour - 1, hour - 2]


async def test_two_jobs_that_comment_on_one_issue_wait_for_a_turn_each(
    worker: Worker, account: Account, clock: HandClock
) -> None:
    began = clock.time
    for number in range(3):
        clock.time = began
        await worker.comment(account, f"Hello {number}")
    clock.time = began

    delays = []
    for command in ("comment/1", "comment/2"):
        with on_behalf_of(command):
            delays.append(await worker.refused(account))

    assert delays == [timedelta(seconds=3), timedelta(seconds=4)]
