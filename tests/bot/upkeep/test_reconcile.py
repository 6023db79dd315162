"""What was missed is found: webhooks that nobody took, and heads that nobody published on; with an empty Redis too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from unittest.mock import ANY

import msgspec
import pytest
from redis import Redis

from analyzers.policy import WeeklyPolicy
from bot.demo.faults import Fault
from bot.demo.github import GitHubStandIn
from bot.demo.processes import free_port
from bot.demo.records import MergeGroup
from bot.demo.registration import AppRegistration
from bot.demo.serving import serving
from bot.github.app import GitHubApp
from bot.github.errors import GitHubUnavailableError
from bot.github.limits import Limiter
from bot.github.records import HookDelivery
from bot.jobs.tools import Tools
from bot.policies.github import GitHubPolicies
from bot.queue.jobs import CommandJob, GroupJob, LookBackJob
from bot.queue.queue import decode_job
from bot.upkeep.reconcile import go_round, look
from bot.upkeep.redelivery import ask_again, asked_for_now, missed
from bot.upkeep.rounds import Rounds
from bot.webhooks.web import create_app
from bot.weekly.schedule import Schedule
from tests.bot.conftest import Site, stored_jobs
from tests.bot.http import serving as serving_web
from tests.bot.reviewing import CANONICAL, FILES, GATED, POLICY, STRAY, Desk, Pull
from tests.repositories import Repo

pytestmark = pytest.mark.anyio

NOON: Final = datetime(2026, 3, 23, 12, tzinfo=UTC)
SETTLED: Final = timedelta(minutes=10)


def now(later: timedelta = SETTLED) -> datetime:
    """A while after whatever a test did before: what was pushed a moment ago may be on its way."""
    return datetime.now(UTC) + later


# --- which deliveries were missed -------------------------------------------------------------------------------------


def delivery(
    id: int, guid: str, status: int, minute: int = 0, event: str = "pull_request", action: str = "opened"
) -> HookDelivery:
    return HookDelivery(id, guid, event, action, status, NOON + timedelta(minutes=minute), redelivery=False)


def redelivery(id: int, guid: str, status: int, minute: int) -> HookDelivery:
    return msgspec.structs.replace(delivery(id, guid, status, minute), redelivery=True)


def guids(*deliveries: HookDelivery) -> list[str]:
    return [each.guid for each in missed(deliveries)]


@pytest.mark.parametrize("status", [0, 401, 404, 500, 502, 503, 504])
def test_what_nobody_took_was_missed(status: int) -> None:
    assert guids(delivery(1, "a", status)) == ["a"]


def test_what_was_too_large_for_a_proxy_was_missed() -> None:
    """GitHub sends nothing that is too large for fifthwhy itself; and the proxy's limit may be raised."""
    assert guids(delivery(1, "a", 413)) == ["a"]


@pytest.mark.parametrize("status", [200, 202, 400, 415])
def test_what_was_taken_or_never_will_be_was_not_missed(status: int) -> None:
    assert guids(delivery(1, "a", status)) == []


def test_any_attempt_that_succeeded_counts() -> None:
    assert guids(delivery(1, "a", 502), delivery(2, "a", 202, 5), delivery(3, "a", 502, 9)) == []


def test_the_oldest_come_first() -> None:
    assert guids(delivery(3, "c", 502, 9), delivery(1, "b", 502, 0), delivery(2, "a", 502, 5)) == ["b", "a", "c"]


def test_events_that_nobody_listens_to_are_let_go() -> None:
    assert guids(delivery(1, "a", 502, event="star")) == []


def test_what_fails_again_and_again_is_missed_as_long_as_github_has_it() -> None:
    again = [redelivery(number, "a", 502, number) for number in range(2, 70)]
    assert guids(delivery(1, "a", 502), *again) == ["a"]
    assert guids(*again) == []  # its first attempt is no longer in the log, which goes back three days


def test_the_last_attempt_is_asked_for_again_after_ever_longer_pauses() -> None:
    attempts = [delivery(number, "a", 502, 0) for number in range(1, 5)]
    (last,) = missed(attempts)
    assert last.id == 4
    assert not last.is_due(NOON + timedelta(minutes=15))
    assert last.is_due(NOON + timedelta(minutes=16))
    assert missed(attempts[:1])[0].is_due(NOON)


def test_the_pauses_are_never_longer_than_an_hour() -> None:
    (last,) = missed(delivery(number, "a", 502, 0) for number in range(1, 70))
    assert not last.is_due(NOON + timedelta(minutes=59))
    assert last.is_due(NOON + timedelta(hours=1))


def asked_for(*attempts: HookDelivery) -> list[str]:
    """What GitHub is asked for two hours later."""
    return [each.guid for each in asked_for_now(missed(attempts), attempts, NOON + timedelta(hours=2))]


def test_while_nothing_gets_through_only_some_are_asked_for_again_and_new_ones() -> None:
    """Each attempt is in the log, which would be too long to be read before the web process is back."""
    failed = [delivery(number, f"{number:02}", 502, number) for number in range(30)]
    again = [redelivery(100 + number, f"{number:02}", 502, 40 + number) for number in range(30)]
    new = delivery(200, "new", 502, 80)
    assert asked_for(*failed, *again, new) == ["00", "01", "02", "03", "04", "new"]
    assert len(asked_for(*failed, *again, new, delivery(201, "taken", 202, 81))) == 31


COMMAND: Final = ("issue_comment", "created")
PRESS: Final = ("check_run", "requested_action")
ONCE_MORE: Final = ("check_suite", "rerequested")
GROUP: Final = ("merge_group", "checks_requested")
RETARGET: Final = ("pull_request", "edited")


@pytest.mark.parametrize(("event", "action"), [COMMAND, PRESS, ONCE_MORE, GROUP, RETARGET])
def test_what_only_a_webhook_tells_of_was_missed_if_redis_was_emptied_after_it_was_taken(
    event: str, action: str
) -> None:
    taken = delivery(1, "a", 202, 0, event, action)
    emptied = NOON + timedelta(minutes=59)
    assert [each.guid for each in missed([taken], emptied)] == ["a"]
    assert missed([taken], NOON) == ()
    assert missed([taken], NOON + timedelta(minutes=61)) == ()
    assert missed([taken, redelivery(2, "a", 202, 60)], emptied) == ()


def test_what_is_found_by_looking_is_not_delivered_again_for_a_redis_that_was_emptied() -> None:
    assert missed([delivery(1, "a", 202)], NOON + timedelta(minutes=1)) == ()


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


# --- what was taken, and lost with Redis ------------------------------------------------------------------------------


async def test_a_command_that_was_lost_with_redis_comes_again(
    desk: Desk, own_site: Site, web: str, redis: Redis
) -> None:
    await ask_again(desk.tools, datetime.now(UTC))
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    own_site.standin.webhooks.url = web
    comment = own_site.standin.comment(pull.name, pull.number, "/audit help", own_site.person)
    subject = f"{pull.job.repository_id}/comment/{comment.id}"
    assert subject in subjects(redis)
    redis.flushall()

    await look(desk.tools, datetime.now(UTC))
    await settled(own_site)
    assert subject in subjects(redis)
    await look(desk.tools, datetime.now(UTC) + timedelta(hours=1))
    await settled(own_site)
    assert [each.status_code for each in own_site.standin.deliveries] == [202, 202]


async def test_a_command_that_was_answered_before_redis_was_lost_has_one_answer(
    desk: Desk, own_site: Site, web: str, redis: Redis
) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    own_site.standin.webhooks.url = web
    comment = own_site.standin.comment(pull.name, pull.number, "/audit help", own_site.person)
    job = CommandJob(pull.job.installation_id, pull.job.repository_id, pull.number, comment.id, "delivery-1")
    await desk.does(job)
    (before,) = pull.comments
    redis.flushall()

    await look(desk.tools, datetime.now(UTC))
    await settled(own_site)
    assert job.subject in subjects(redis)
    await desk.does(job)
    assert [(each.id, each.body) for each in pull.comments] == [(before.id, before.body)]


async def test_a_press_of_a_button_that_was_lost_with_redis_comes_again(
    desk: Desk, own_site: Site, web: str, redis: Redis
) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    own_site.standin.webhooks.url = web
    own_site.standin.checks.press(pull.run, "rerun", own_site.person)
    (pressed,) = [subject for subject in subjects(redis) if "/check/" in subject]
    redis.flushall()

    await look(desk.tools, datetime.now(UTC))
    await settled(own_site)
    assert pressed in subjects(redis)


async def test_more_lost_commands_than_github_delivers_at_once_come_one_after_the_other(
    desk: Desk, own_site: Site, web: str, redis: Redis
) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    own_site.standin.webhooks.url = web
    for _ in range(2):
        own_site.standin.comment(pull.name, pull.number, "/audit help", own_site.person)
    wanted = subjects(redis)
    redis.flushall()
    own_site.standin.faults.append(Fault("POST", "/api/v3/app/hook/deliveries/*", 503))
    with pytest.raises(GitHubUnavailableError):
        await ask_again(desk.tools, datetime.now(UTC))

    assert await ask_again(desk.tools, datetime.now(UTC) + timedelta(minutes=5)) == 1
    await settled(own_site)
    for each in own_site.standin.deliveries:  # what was asked for is not asked for again for some minutes
        await desk.tools.queue.forget(f"delivery {each.guid}")
    assert await ask_again(desk.tools, datetime.now(UTC) + timedelta(minutes=10))
    await settled(own_site)
    assert subjects(redis) == wanted


async def test_what_redis_still_knows_makes_no_second_job(desk: Desk, own_site: Site, web: str, redis: Redis) -> None:
    """Nobody has looked for days, so that it is not known any more where one stopped; nothing else was lost."""
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    own_site.standin.webhooks.url = web
    own_site.standin.comment(pull.name, pull.number, "/audit help", own_site.person)
    before = stored_jobs(redis)
    assert await ask_again(desk.tools, datetime.now(UTC)) == 1
    await settled(own_site)
    assert stored_jobs(redis) == before


# --- merge groups -----------------------------------------------------------------------------------------------------


async def test_a_merge_group_that_nobody_told_of_is_evaluated(desk: Desk, own_site: Site, redis: Redis) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    group = own_site.standin.merge_queue.add(pull.name, pull.number, own_site.person)
    await look(desk.tools, now())
    job = group_job(pull, group)
    assert job.subject in subjects(redis)
    (stored,) = [each for name, each in stored_jobs(redis).items() if job.subject in name]
    assert msgspec.convert(decode_job(stored)["a"][0], GroupJob) == msgspec.structs.replace(job, delivery=ANY)


async def test_a_merge_group_that_was_reported_on_is_not_evaluated_again(
    desk: Desk, own_site: Site, redis: Redis
) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    job = group_job(pull, own_site.standin.merge_queue.add(pull.name, pull.number, own_site.person))
    await desk.does(job)
    redis.flushall()
    await look(desk.tools, now())
    assert job.subject not in subjects(redis)


async def test_a_pull_request_with_the_head_of_a_merge_group_does_not_make_it_reported_on(
    desk: Desk, own_site: Site, redis: Redis
) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    group = own_site.standin.merge_queue.add(pull.name, pull.number, own_site.person)
    bare = Repo(own_site.standin.state.repository(pull.name).path)
    bare.git("branch", "same", group.head_sha)
    other = own_site.standin.open_pull_request(
        pull.name, head="same", base="main", title="The same", by=own_site.person
    )
    await desk.does(Pull(own_site, pull.repo, pull.name, other.number).job)
    await look(desk.tools, now())
    assert group_job(pull, group).subject in subjects(redis)


async def test_a_merge_group_that_was_under_way_when_redis_was_emptied_leaves_no_check_run_spinning(
    desk: Desk, own_site: Site, redis: Redis
) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    job = group_job(pull, own_site.standin.merge_queue.add(pull.name, pull.number, own_site.person))
    pull.fails("PATCH", "/check-runs/*", 503)
    with pytest.raises(GitHubUnavailableError):
        await desk.does(job)
    redis.flushall()
    await look(desk.tools, now())
    assert job.subject in subjects(redis)
    await desk.does(job)
    spinning, verdict = pull.runs(job.head_sha)
    assert (spinning.conclusion, verdict.status) == ("cancelled", "completed")


async def test_a_merge_group_that_waits_is_not_overtaken(desk: Desk, own_site: Site) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    job = group_job(pull, own_site.standin.merge_queue.add(pull.name, pull.number, own_site.person))
    generation = await desk.tools.queue.enqueue(job)
    await look(desk.tools, now())
    assert not await desk.tools.queue.is_superseded(job, generation)


async def test_where_no_pull_request_is_open_nobody_asks_for_merge_groups(desk: Desk, own_site: Site) -> None:
    """GitHub refuses to list the branches of a repository that is empty."""
    repository_with(own_site, POLICY)
    await look(desk.tools, now())
    assert not [asked for asked in own_site.standin.requests if "/git/" in asked.path]


async def test_a_merge_group_is_left_alone_where_no_check_run_may_be_made(
    desk: Desk, own_site: Site, redis: Redis
) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    job = group_job(pull, own_site.standin.merge_queue.add(pull.name, pull.number, own_site.person))
    own_site.standin.owner.have_accepted(
        "acme", {"metadata": "read", "contents": "read", "pull_requests": "write", "issues": "write"}
    )
    await look(desk.tools, now())
    assert job.subject not in subjects(redis)


def group_job(pull: Pull, group: MergeGroup) -> GroupJob:
    scope = pull.job.installation_id, pull.job.repository_id
    return GroupJob(*scope, group.head_sha, group.base_sha, group.base, "delivery-1")


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


def same_head(pull: Pull) -> Pull:
    """Another pull request with that head, onto a branch without a policy."""
    pull.repo.branch("other", at="main~1")
    pull.upload()
    standin, person = pull.site.standin, pull.site.person
    opened = standin.open_pull_request(pull.name, head="feature", base="other", title="The same", by=person)
    return Pull(pull.site, pull.repo, pull.name, opened.number)


async def test_a_cancelled_check_that_hides_the_verdict_is_followed_by_another_one_though_redis_was_lost(
    desk: Desk, own_site: Site, redis: Redis
) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": CANONICAL})
    await desk.does(pull.job)
    other = same_head(pull)
    other.fails("GET", f"/issues/{other.number}/comments", 502)
    with pytest.raises(GitHubUnavailableError):
        await desk.does(other.job)
    own_site.standin.close_pull_request(other.name, other.number, own_site.person)
    await desk.does(other.job)
    assert pull.runs()[-1].conclusion == "cancelled"
    redis.flushall()
    await look(desk.tools, now())
    await desk.does_the_rest()
    assert pull.runs()[-1].conclusion == "success"


async def test_a_check_that_says_otherwise_than_the_verdict_is_followed_by_another_one_though_redis_was_lost(
    desk: Desk, own_site: Site, redis: Redis
) -> None:
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY}, policy=GATED)
    await desk.does(pull.job)
    redis.flushall()
    other = same_head(pull)
    await desk.does(other.job)
    assert [run.conclusion for run in pull.runs()] == ["failure", "success"]
    redis.flushall()
    await look(desk.tools, now())
    await desk.does_the_rest()
    assert pull.runs()[-1].conclusion == "failure"


async def test_a_check_that_is_not_concluded_as_redis_was_lost_is_followed_by_another_one(
    desk: Desk, own_site: Site, redis: Redis
) -> None:
    """Also where the same commit had a verdict before it was audited again."""
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    pull.fails("PATCH", "/check-runs/*", 503)
    with pytest.raises(GitHubUnavailableError):
        await desk.does(pull.job)
    assert pull.runs()[-1].status == "in_progress"
    redis.flushall()
    await look(desk.tools, now())
    await desk.does_the_rest()
    assert [run.status for run in pull.runs()] == ["completed"] * 3


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


async def test_a_pull_request_is_found_again_if_nothing_came_of_its_review_in_the_queue(
    desk: Desk, own_site: Site, redis: Redis
) -> None:
    """Redis fails, or the worker dies, right as it is put there."""
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    redis.set("fifthwhy:generation", "no number")
    await look(desk.tools, now())
    assert pull.job.subject not in subjects(redis)
    redis.delete("fifthwhy:generation")
    await look(desk.tools, now(timedelta(minutes=30)))
    assert pull.job.subject in subjects(redis)


async def test_a_pull_request_that_was_given_up_is_left_alone_until_the_next_push(
    desk: Desk, own_site: Site, redis: Redis
) -> None:
    """Also on a head that is not its first one: whatever kills workers is not handed to three more of them."""
    pull = Pull.opened(own_site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    pull.push({"shop/till.py": STRAY})
    await desk.gives_up(pull.job, "abcd0123")
    redis.delete(*(f"arq:job:{name}" for name in stored_jobs(redis)))
    await look(desk.tools, now())
    assert pull.job.subject not in subjects(redis)

    pull.push({"shop/bag.py": STRAY})
    await look(desk.tools, now(timedelta(hours=1)))
    assert pull.job.subject in subjects(redis)


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
    await desk.tools.queue.drop(installation, older_than=1_000)
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


async def test_what_is_misplaced_about_one_repository_does_not_hold_up_others(
    desk: Desk, own_site: Site, redis: Redis
) -> None:
    damaged, other = (Pull.opened(own_site, {f"shop/{name}.py": STRAY}) for name in ("basket", "till"))
    redis.lpush(f"fifthwhy:memory:schedule {damaged.job.repository_id}", "a list")
    await look(desk.tools, now())
    assert subjects(redis) == [other.job.subject]


async def test_what_is_misplaced_about_one_installation_does_not_hold_up_others(
    desk: Desk, own_site: Site, redis: Redis
) -> None:
    app, standin, queue = own_site.standin.app, own_site.standin, desk.tools.queue
    standin.owner.add_organization("zoo")
    other = standin.owner.install("zoo", own_site.person)
    Pull.opened(own_site, {"shop/basket.py": STRAY})
    pull = Pull.opened(own_site, {"shop/till.py": STRAY})
    moved = standin.owner.transfer(pull.name, "zoo", own_site.person)
    redis.lpush(f"fifthwhy:github:{{{app.installation.id}}}:parked", "a list")
    github = GitHubApp(app.id, app.private_key_pem, f"{own_site.address}/api/v3", limiter=Limiter(queue.redis))
    await look(msgspec.structs.replace(desk.tools, github=github), now())
    assert subjects(redis) == [f"{moved.id}/pull/{pull.number}"]
    assert [name.split(":")[0] for name in stored_jobs(redis)] == [str(other.id)]


async def test_a_suspended_installation_is_not_asked(desk: Desk, own_site: Site, redis: Redis) -> None:
    Pull.opened(own_site, {"shop/basket.py": STRAY})
    own_site.standin.owner.suspend("acme", own_site.person)
    await look(desk.tools, now())
    assert stored_jobs(redis) == {}
    covered = await Rounds(desk.tools.queue).covered(now())
    assert covered is not None
    assert covered.repository_ids == frozenset()


async def test_an_installation_that_is_not_there_is_not_looked_at(desk: Desk, own_site: Site) -> None:
    """No webhook told that it went, or one that it came arrived after that."""
    Pull.opened(own_site, {"shop/basket.py": STRAY})
    rounds = Rounds(desk.tools.queue)
    await rounds.come(88888, [555], now(-timedelta(hours=1)))
    await look(desk.tools, now())
    assert await rounds.of(88888) == ()


async def test_no_post_is_due_for_an_installation_that_is_not_there(desk: Desk) -> None:
    """The webhook that told that it went was lost."""
    schedule = Schedule(desk.tools.queue.redis)
    await schedule.note(88888, 555, WeeklyPolicy(cron="0 9 * * 1", issue=1), now())
    await look(desk.tools, now())
    assert await schedule.due(now(timedelta(days=30))) == ()


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
