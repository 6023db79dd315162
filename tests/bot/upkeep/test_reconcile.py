"""What was missed is found: webhooks that nobody took, and heads that nobody published on; with an empty Redis too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import pytest
from redis import Redis

from bot.demo.faults import Fault
from bot.demo.github import GitHubStandIn
from bot.demo.processes import free_port
from bot.demo.registration import AppRegistration
from bot.demo.serving import serving
from bot.github.app import GitHubApp
from bot.github.records import HookDelivery
from bot.jobs.tools import Tools
from bot.policies.github import GitHubPolicies
from bot.queue.jobs import LookBackJob
from bot.upkeep.reconcile import go_round, look
from bot.upkeep.redelivery import ask_again, missed
from bot.upkeep.rounds import Rounds
from bot.webhooks.web import create_app
from tests.bot.conftest import Site, stored_jobs
from tests.bot.http import serving as serving_web
from tests.bot.reviewing import FILES, POLICY, STRAY, Desk, Pull
from tests.repositories import Repo

pytestmark = pytest.mark.anyio

NOON: Final = datetime(2026, 3, 23, 12, tzinfo=UTC)
SETTLED: Final = timedelta(minutes=10)


def now(later: timedelta = SETTLED) -> datetime:
    """A while after whatever a test did before: what was pushed a moment ago may be on its way."""
    return datetime.now(UTC) + later


# --- which deliveries were missed -------------------------------------------------------------------------------------


def delivery(id: int, guid: str, status: int, minute: int = 0, event: str = "pull_request") -> HookDelivery:
    return HookDelivery(id, guid, event, "opened", status, NOON + timedelta(minutes=minute), redelivery=False)


def guids(*deliveries: HookDelivery) -> list[str]:
    return [each.guid for each in missed(deliveries)]


@pytest.mark.parametrize("status", [0, 401, 404, 500, 502, 503, 504])
def test_what_nobody_took_was_missed(status: int) -> None:
    assert guids(delivery(1, "a", status)) == ["a"]


@pytest.mark.parametrize("status", [200, 202, 400, 413, 415])
def test_what_was_taken_or_never_will_be_was_not_missed(status: int) -> None:
    assert guids(delivery(1, "a", status)) == []


def test_any_attempt_that_succeeded_counts() -> None:
    assert guids(delivery(1, "a", 502), delivery(2, "a", 202, 5), delivery(3, "a", 502, 9)) == []


def test_the_oldest_come_first() -> None:
    assert guids(delivery(3, "c", 502, 9), delivery(1, "b", 502, 0), delivery(2, "a", 502, 5)) == ["b", "a", "c"]


def test_events_that_nobody_listens_to_are_let_go() -> None:
    assert guids(delivery(1, "a", 502, event="star")) == []


def test_what_fails_again_and_again_is_let_go_in_the_end() -> None:
    assert guids(*(delivery(number, "a", 502, number) for number in range(7))) == ["a"]
    assert guids(*(delivery(number, "a", 502, number) for number in range(8))) == []


def test_the_last_attempt_is_asked_for_again_after_ever_longer_pauses() -> None:
    attempts = [delivery(number, "a", 502, 0) for number in range(1, 5)]
    (last,) = missed(attempts)
    assert last.id == 4
    assert not last.is_due(NOON + timedelta(minutes=15))
    assert last.is_due(NOON + timedelta(minutes=16))
    assert missed(attempts[:1])[0].is_due(NOON)


# --- with GitHub and Redis --------------------------------------------------------------------------------------------


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Site]:
    """A GitHub of one's own, with no repositories but those of the test."""
    standin = GitHubStandIn(AppRegistration.generate(account="acme"), tmp_path / "github")
    with serving(standin) as address:
        yield Site(standin, address, standin.add_person("ada"), tmp_path)


@pytest.fixture
def tools(worker_tools: Tools, own_site: Site, tmp_path: Path) -> Tools:
    app, address = own_site.standin.app, own_site.address
    github = GitHubApp(app.id, app.private_key_pem, f"{address}/api/v3")
    policies = GitHubPolicies(github, address, tmp_path / "data")
    return msgspec.structs.replace(
        worker_tools, github=github, web_url=address, policies=policies, data_dir=tmp_path / "data"
    )


@pytest.fixture
def desk(tools: Tools) -> Desk:
    return Desk(tools)


@pytest.fixture
def web(redis_url: str, own_site: Site) -> Iterator[str]:
    """Where webhooks are taken, if they get there."""
    app = own_site.standin.app
    with serving_web(create_app(redis_url=redis_url, webhook_secret=app.webhook_secret, app_id=app.id)) as (host, port):
        yield f"http://{host}:{port}/webhook"


def down(site: Site) -> None:
    """Let the web process be down: nobody listens where webhooks go."""
    site.standin.webhooks.url = f"http://127.0.0.1:{free_port()}/webhook"


def subjects(redis: Redis) -> list[str]:
    """What is to be done, once for each job in the queue."""
    return sorted(name.split(":")[1] for name in stored_jobs(redis))


async def settled(site: Site) -> None:
    """Wait until every delivery has had its answer."""
    await asyncio.to_thread(site.standin.webhooks.settle)


async def test_a_webhook_that_came_while_the_web_process_was_down_comes_again(
    tools: Tools, own_site: Site, web: str, redis: Redis
) -> None:
    down(own_site)
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    assert stored_jobs(redis) == {}

    own_site.standin.webhooks.url = web
    assert await ask_again(tools, now()) == 1
    await settled(own_site)
    assert subjects(redis) == [pull.job.subject]
    assert [each.status_code for each in own_site.standin.deliveries] == [502, 202]


async def test_what_was_taken_is_not_asked_for_again(tools: Tools, own_site: Site, web: str) -> None:
    own_site.standin.webhooks.url = web
    Pull.opened(own_site, {"shop/basket.py": STRAY})
    assert await ask_again(tools, now()) == 0


async def test_several_workers_ask_once(tools: Tools, own_site: Site, web: str, redis: Redis) -> None:
    down(own_site)
    for name in ("basket", "till"):
        Pull.opened(own_site, {f"shop/{name}.py": STRAY})
    own_site.standin.webhooks.url = web
    counts = await asyncio.gather(*(ask_again(tools, now()) for _ in range(4)))
    await settled(own_site)
    assert sum(counts) == 2
    assert len(own_site.standin.deliveries) == 4
    assert len(stored_jobs(redis)) == 2


async def test_what_fails_once_more_is_still_known_the_next_time(tools: Tools, own_site: Site, web: str) -> None:
    """Where it was looked last does not pass over what is still missed."""
    down(own_site)
    Pull.opened(own_site, {"shop/basket.py": STRAY})
    assert await ask_again(tools, now()) == 1
    await settled(own_site)
    guid = own_site.standin.deliveries[0].guid
    await tools.queue.forget(f"delivery {guid}")
    own_site.standin.webhooks.url = web
    assert await ask_again(tools, now(timedelta(hours=1))) == 1
    await settled(own_site)
    assert own_site.standin.deliveries[-1].status_code == 202


# --- heads ------------------------------------------------------------------------------------------------------------


async def test_an_empty_redis_heals(desk: Desk, own_site: Site, redis: Redis) -> None:
    """The job was acknowledged, and is lost with all else; nobody delivers it again."""
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    await desk.tools.queue.enqueue(pull.job)
    redis.flushall()
    await look(desk.tools, now())
    assert pull.job.subject in subjects(redis)


async def test_what_was_published_is_not_done_again(desk: Desk, own_site: Site, redis: Redis) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    before = subjects(redis)
    await look(desk.tools, now())
    assert subjects(redis) == before


async def test_what_was_published_before_redis_was_lost_is_known_by_its_check_run(
    desk: Desk, own_site: Site, redis: Redis
) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    redis.flushall()
    await look(desk.tools, now())
    assert pull.job.subject not in subjects(redis)


async def test_a_push_that_nobody_told_of_is_noticed(desk: Desk, own_site: Site, redis: Redis) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    redis.delete(*(f"arq:job:{name}" for name in stored_jobs(redis)))
    pull.push({"shop/till.py": STRAY})
    await look(desk.tools, now())
    assert pull.job.subject in subjects(redis)


async def test_a_push_of_a_moment_ago_is_left_to_its_webhook(desk: Desk, own_site: Site, redis: Redis) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    await look(desk.tools, now(timedelta()))
    assert pull.job.subject not in subjects(redis)


async def test_a_review_that_waits_is_not_overtaken(desk: Desk, own_site: Site, redis: Redis) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    generation = await desk.tools.queue.enqueue(pull.job)
    await look(desk.tools, now())
    assert not await desk.tools.queue.is_superseded(pull.job, generation)


async def test_what_cannot_be_done_is_not_asked_for_each_time(desk: Desk, own_site: Site, redis: Redis) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    await look(desk.tools, now())
    redis.delete(*(f"arq:job:{name}" for name in stored_jobs(redis)))
    await look(desk.tools, now(timedelta(minutes=30)))
    assert pull.job.subject not in subjects(redis)


async def test_pull_requests_that_rest_are_left_alone(desk: Desk, own_site: Site, redis: Redis) -> None:
    """Nobody has touched them for days: that fifthwhy was installed meanwhile is no reason to speak up."""
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    await look(desk.tools, now(timedelta(days=4)))
    assert pull.job.subject not in subjects(redis)


async def test_pull_requests_from_before_the_installation_are_left_alone(
    desk: Desk, own_site: Site, redis: Redis
) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    job = pull.job
    await Rounds(desk.tools.queue).come(job.installation_id, [job.repository_id], now(timedelta(hours=1)))
    await look(desk.tools, now(timedelta(hours=2)))
    assert job.subject not in subjects(redis)


async def test_a_start_with_many_pull_requests_is_no_flood(desk: Desk, own_site: Site, redis: Redis) -> None:
    repo = Repo.create(own_site.folder / "busy")
    repo.commit(FILES)
    for number in range(25):
        repo.branch(f"feature-{number}", "main")
        repo.commit({f"shop/basket_{number}.py": STRAY})
    repo.checkout("main")
    own_site.standin.add_repository("acme/busy", repo.path)
    for number in range(25):
        own_site.standin.open_pull_request(
            "acme/busy", head=f"feature-{number}", base="main", title="Change", by=own_site.person
        )
    await look(desk.tools, now())
    first = {name for name in subjects(redis) if "/pull/" in name}
    assert len(first) == 20

    installation = own_site.standin.app.installation.id
    await desk.tools.queue.drop(installation)
    await go_round(desk.tools, now())
    second = {name for name in subjects(redis) if "/pull/" in name}
    assert len(second) == 5
    assert not first & second


async def test_an_installation_that_cannot_be_asked_does_not_hold_up_others(
    desk: Desk, own_site: Site, redis: Redis
) -> None:
    standin = own_site.standin
    standin.owner.add_organization("zoo")
    other = standin.owner.install("zoo", own_site.person)
    asleep, awake = (Pull.opened(own_site, {f"shop/{name}.py": STRAY}) for name in ("basket", "till"))
    moved = standin.owner.transfer(awake.name, "zoo", own_site.person)
    standin.faults.append(Fault("GET", f"/api/v3/repos/{asleep.name}/*", 503, times=5))
    await look(desk.tools, now())
    assert subjects(redis) == [f"{moved.id}/pull/{awake.number}"]
    assert [name.split(":")[0] for name in stored_jobs(redis)] == [str(other.id)]


async def test_a_suspended_installation_is_not_asked(desk: Desk, own_site: Site, redis: Redis) -> None:
    Pull.opened(own_site, {"shop/basket.py": STRAY})
    own_site.standin.owner.suspend("acme", own_site.person)
    await look(desk.tools, now())
    assert stored_jobs(redis) == {}
    covered = await Rounds(desk.tools.queue).covered(now())
    assert covered is not None
    assert covered.repository_ids == frozenset()


async def test_an_installation_that_cannot_be_listed_keeps_what_it_had(
    desk: Desk, own_site: Site, redis: Redis
) -> None:
    await look(desk.tools, now(timedelta()))
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    await Rounds(desk.tools.queue).come(pull.job.installation_id, [pull.job.repository_id], now(-timedelta(hours=1)))
    redis.delete("fifthwhy:memory:listed")
    own_site.standin.faults.append(Fault("GET", "/api/v3/installation/repositories", 503, times=5))
    await look(desk.tools, now(timedelta(hours=2)))
    assert pull.job.subject in subjects(redis)


async def test_without_the_permission_for_checks_it_is_reviewed(desk: Desk, own_site: Site, redis: Redis) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    own_site.standin.owner.have_accepted(
        "acme", {"metadata": "read", "contents": "read", "pull_requests": "write", "issues": "write"}
    )
    await look(desk.tools, now())
    assert pull.job.subject in subjects(redis)


async def test_github_that_is_away_is_asked_the_next_time(desk: Desk, own_site: Site, redis: Redis) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    own_site.standin.faults.append(Fault("GET", "/api/v3/*", 503, times=10))
    await look(desk.tools, now())
    own_site.standin.faults.clear()
    await look(desk.tools, now())
    assert pull.job.subject in subjects(redis)


# --- schedules --------------------------------------------------------------------------------------------------------


def repository_with(site: Site, policy: str) -> LookBackJob:
    repo = Repo.create(site.folder / "weekly")
    repo.commit({**FILES, ".github/fifthwhy.yml": policy})
    id = site.standin.add_repository("acme/weekly", repo.path).id
    return LookBackJob(site.standin.app.installation.id, id, "main", "schedule")


async def test_a_schedule_that_redis_has_lost_is_found_within_a_day(desk: Desk, own_site: Site, redis: Redis) -> None:
    job = repository_with(own_site, POLICY + "weekly: {cron: '0 9 * * 1', title: Status}\n")
    await look(desk.tools, now())
    assert subjects(redis) == [job.subject]


async def test_a_repository_without_a_schedule_is_not_fetched(desk: Desk, own_site: Site, redis: Redis) -> None:
    repository_with(own_site, POLICY)
    await look(desk.tools, now())
    assert stored_jobs(redis) == {}
