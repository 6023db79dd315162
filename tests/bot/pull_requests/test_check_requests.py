"""Check runs: none is left spinning, whatever comes in between; their buttons; and the word on jobs given up."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from threading import Event

import msgspec
import pytest
from redis import Redis

from analyzers.gate import Acceptance, Gated
from bot.checks.drafts import ACCEPT
from bot.checks.own_check import GroupMark, Mark, PullMark, mark_in
from bot.demo.records import CheckRun, Person
from bot.github.errors import GitHubUnavailableError
from bot.jobs.tools import Tools
from bot.jobs.turns import SupersededError, turn
from bot.publishing.published import published_head
from bot.queue.jobs import CheckJob, GroupJob
from report_templates.render import MARKER
from tests.bot.conftest import Site, stored_jobs
from tests.bot.reviewing import CANONICAL, GATED, POLICY, STRAY, Desk, Pull
from tests.repositories import Repo

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(worker_tools: Tools) -> Desk:
    return Desk(worker_tools)


@pytest.fixture(scope="module")
def maintainer(site: Site) -> Person:
    return site.standin.add_person("grace", role="maintain")


def states(pull: Pull, commit: str | None = None) -> list[tuple[str, str | None]]:
    return [(run.status, run.conclusion) for run in pull.runs(commit)]


async def begun(desk: Desk, pull: Pull) -> int:
    """A job whose worker dies in the middle of it, with its check run in progress; its generation."""
    generation = await desk.tools.queue.enqueue(pull.job)
    pull.fails("GET", "/issues/*/comments", 502)
    with pytest.raises(GitHubUnavailableError):
        await desk.goes_on(pull.job, generation)
    assert [run.status for run in pull.runs()] == ["in_progress"]
    return generation


# --- none is left spinning --------------------------------------------------------------------------------------------


async def test_the_check_run_is_in_progress_while_the_audit_is_under_way(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await begun(desk, pull)
    assert pull.run.title == "Auditing"


async def test_the_next_attempt_goes_on_with_the_check_run_of_the_one_before(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    generation = await begun(desk, pull)
    await desk.goes_on(pull.job, generation)
    assert states(pull) == [("completed", "neutral")]


async def test_a_check_run_whose_answer_got_lost_is_found_and_not_made_twice(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    pull.fails("POST", "/check-runs", 504, takes_effect=True)
    generation = await desk.tools.queue.enqueue(pull.job)
    with pytest.raises(GitHubUnavailableError):
        await desk.goes_on(pull.job, generation)
    await desk.goes_on(pull.job, generation)
    assert states(pull) == [("completed", "neutral")]


async def test_a_conclusion_whose_answer_got_lost_is_not_sent_twice(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    pull.fails("PATCH", "/check-runs/*", 502, takes_effect=True)
    generation = await desk.tools.queue.enqueue(pull.job)
    with pytest.raises(GitHubUnavailableError):
        await desk.goes_on(pull.job, generation)
    await desk.goes_on(pull.job, generation)
    assert states(pull) == [("completed", "neutral")]
    assert len(pull.run.annotations) == 1


async def test_a_conclusion_that_did_not_arrive_is_sent_again(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    pull.fails("PATCH", "/check-runs/*", 502)
    generation = await desk.tools.queue.enqueue(pull.job)
    with pytest.raises(GitHubUnavailableError):
        await desk.goes_on(pull.job, generation)
    await desk.goes_on(pull.job, generation)
    assert states(pull) == [("completed", "neutral")]


async def test_a_conclusion_that_github_does_not_take_is_sent_without_annotations(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    pull.fails("PATCH", "/check-runs/*", 422, message="Invalid request.")
    await desk.does(pull.job)
    assert states(pull) == [("completed", "neutral")]
    assert pull.run.annotations == ()


async def test_a_commit_that_github_does_not_know_yet_gets_its_check_run_in_the_end(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    pull.fails("POST", "/check-runs", 422, message="No commit found for SHA")
    await desk.does(pull.job)
    assert states(pull) == [("completed", "neutral")]


async def test_a_push_in_the_middle_cancels_the_check_run_of_the_old_head(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await begun(desk, pull)
    old = pull.head
    pull.push({"shop/basket.py": CANONICAL})
    await desk.does(pull.job)
    assert states(pull, old) == [("completed", "cancelled")]
    assert states(pull) == [("completed", "success")]


async def test_a_job_that_is_overtaken_says_nothing_and_the_newer_one_goes_on(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    generation = await desk.tools.queue.enqueue(pull.job)
    async with turn(desk.tools.queue, pull.job, generation) as held:
        newer = await desk.tools.queue.enqueue(pull.job)
        with pytest.raises(SupersededError):
            await held.checkpoint("publish")
    await desk.goes_on(pull.job, newer)
    assert states(pull) == [("completed", "neutral")]


async def test_a_pull_request_that_is_closed_in_the_middle_has_its_check_run_cancelled(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await begun(desk, pull)
    site.standin.close_pull_request(pull.name, pull.number, site.person)
    assert await desk.does(pull.job) == "closed"
    assert states(pull) == [("completed", "cancelled")]
    assert pull.comments == []


async def test_a_closed_pull_request_whose_audit_ended_is_left_as_it_is(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    site.standin.close_pull_request(pull.name, pull.number, site.person)
    assert await desk.does(pull.job) == "closed"
    assert states(pull) == [("completed", "neutral")]


async def test_a_check_run_that_an_emptied_redis_has_forgotten_is_cancelled(
    desk: Desk, site: Site, redis: Redis
) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    generation = await desk.tools.queue.enqueue(pull.job)
    pull.fails("GET", "/issues/comments/*", 502)
    with pytest.raises(GitHubUnavailableError):
        await desk.goes_on(pull.job, generation)
    redis.flushall()
    await desk.does(pull.job)
    assert states(pull) == [("completed", "neutral"), ("completed", "cancelled"), ("completed", "neutral")]
    assert len(pull.comments) == 1


async def test_a_closed_pull_request_that_redis_has_forgotten_has_its_check_run_cancelled(
    desk: Desk, site: Site, redis: Redis
) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await begun(desk, pull)
    redis.flushall()
    site.standin.close_pull_request(pull.name, pull.number, site.person)
    await desk.does(pull.job)
    assert states(pull) == [("completed", "cancelled")]


async def test_a_head_that_moves_before_its_commits_are_fetched_is_not_judged_by_the_old_one(
    desk: Desk, site: Site
) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    old = pull.head
    pull.repo.checkout("feature")
    new = pull.repo.commit({"shop/basket.py": CANONICAL})
    pull.repo.checkout("main")
    pull.upload()
    bare = Repo(site.standin.state.repository(pull.name).path)
    bare.git("update-ref", f"refs/pull/{pull.number}/head", new)
    await desk.does(pull.job)
    assert states(pull, old) == [("completed", "cancelled")]
    assert states(pull, new) == [("completed", "success")]


# --- again ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["rerequested", "rerun"])
async def test_a_check_can_be_run_again(desk: Desk, site: Site, redis: Redis, action: str) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    before = set(stored_jobs(redis))
    assert await desk.does(pull.pressed(action, site.person)) == "again"
    assert [name for name in set(stored_jobs(redis)) - before if "/pull/" in name]
    await desk.does(pull.job)
    assert states(pull) == [("completed", "neutral"), ("completed", "neutral")]
    assert [len(run.annotations) for run in pull.runs()] == [1, 1]


async def test_all_checks_of_a_commit_can_be_run_again(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    assert await desk.does(pull.pressed("rerequested", site.person, suite=True)) == "again"


async def test_a_commit_that_has_no_check_run_yet_gets_one_when_its_checks_are_asked_for(
    desk: Desk, site: Site
) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    job = pull.job
    asked = CheckJob(job.installation_id, job.repository_id, None, pull.head, "rerequested", "ada", "delivery-2")
    assert await desk.does(asked) == "again"


async def test_who_may_not_ask_for_it_again_is_refused(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    outsider = site.standin.add_person("mallory", member=False)
    assert await desk.does(pull.pressed("rerun", outsider)) == "refused"


async def test_a_button_of_another_version_does_nothing(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    (before,) = pull.runs()
    assert await desk.does(pull.pressed("launch", site.person)) == "unknown"
    assert pull.runs() == [before]


# --- accept -----------------------------------------------------------------------------------------------------------


async def failed(desk: Desk, site: Site, policy: str = GATED) -> Pull:
    pull = Pull.opened(site, {"shop/basket.py": f"def pay():\n    {STRAY}"}, policy=policy)
    await desk.does(pull.job)
    assert pull.run.conclusion == "failure"
    return pull


async def test_a_maintainer_lets_a_failed_check_pass(desk: Desk, site: Site, maintainer: Person) -> None:
    pull = await failed(desk, site)
    assert await desk.does(pull.pressed("Accept", maintainer)) == "accepted"
    run = pull.run
    assert (run.conclusion, run.title) == ("neutral", "Accepted by grace")
    assert "**Accepted** by `grace`" in (run.summary or "")
    assert [button.identifier for button in run.actions] == ["rerun"]
    assert len(run.annotations) == 1


async def test_what_was_accepted_comes_with_a_patch_that_keeps_it_so(
    desk: Desk, site: Site, maintainer: Person
) -> None:
    pull = await failed(desk, site)
    await desk.does(pull.pressed("Accept", maintainer))
    diff = (pull.run.text or "").split("```diff\n")[1].split("```")[0]
    pull.repo.checkout("feature")
    (pull.repo.path / "accepted.patch").write_text(diff)
    pull.repo.git("apply", "--unidiff-zero", "accepted.patch")
    patched = (pull.repo.path / "shop/basket.py").read_text()
    assert "    # fifthwhy: ignore[imports.fragmented] accepted by grace in #1\n" in patched
    pull.push({"shop/basket.py": patched, "accepted.patch": None})
    await desk.does(pull.job)
    assert pull.run.conclusion == "success"


async def test_an_acceptance_holds_for_that_head_until_the_next_push(
    desk: Desk, site: Site, maintainer: Person
) -> None:
    pull = await failed(desk, site)
    await desk.does(pull.pressed("Accept", maintainer))
    await desk.does(pull.job)
    again = pull.runs()[-1]
    assert again.conclusion == "neutral"
    assert "accepted by grace" in (again.text or "")
    pull.push({"README.md": "# Shop\n"})
    await desk.does(pull.job)
    assert pull.run.conclusion == "failure"


async def test_an_acceptance_during_an_audit_counts_for_its_check_run(
    desk: Desk, site: Site, maintainer: Person
) -> None:
    pull = await failed(desk, site)
    generation = await desk.tools.queue.enqueue(pull.job)
    pull.fails("GET", "/issues/comments/*", 502)
    with pytest.raises(GitHubUnavailableError):
        await desk.goes_on(pull.job, generation)
    first, under_way = pull.runs()
    assert under_way.status == "in_progress"
    assert await desk.does(pull.pressed("Accept", maintainer, first)) == "accepted"
    await desk.goes_on(pull.job, generation)
    assert pull.runs()[-1].title == "Accepted by grace"


async def test_an_acceptance_while_a_conclusion_is_sent_counts_as_well(
    desk: Desk, site: Site, maintainer: Person
) -> None:
    pull = await failed(desk, site)
    held = pull.fails("PATCH", "/check-runs/*", None, held=Event())
    assert held.held is not None
    auditing = asyncio.create_task(desk.does(pull.job))
    assert await asyncio.to_thread(held.reached.wait, 30)
    assert await desk.does(pull.pressed("Accept", maintainer, pull.runs()[0])) == "accepted"
    held.held.set()
    await auditing
    run = pull.runs()[-1]
    assert (run.conclusion, run.title) == ("neutral", "Accepted by grace")
    assert len(run.annotations) == 1


async def test_an_acceptance_is_no_leave_for_anything_else(desk: Desk, site: Site, maintainer: Person) -> None:
    """The same head introduces more once the policy of the base says so."""
    pull = Pull.opened(
        site,
        {"shop/basket.py": STRAY, "shop/till.py": "from shop.old import Till\n"},
        base={"shop/old.py": "class Till: ...\n"},
        policy=GATED,
    )
    await desk.does(pull.job)
    await desk.does(pull.pressed("Accept", maintainer))
    pull.repo.commit({".github/fifthwhy.yml": GATED + "legacy: [{module: shop.old}]\n"})
    pull.upload()
    await desk.does(pull.job)
    assert pull.runs()[-1].conclusion == "failure"


async def test_an_emptied_redis_loses_no_acceptance(desk: Desk, site: Site, redis: Redis, maintainer: Person) -> None:
    pull = await failed(desk, site)
    await desk.does(pull.pressed("Accept", maintainer))
    redis.flushall()
    await desk.does(pull.job)
    assert (pull.runs()[-1].conclusion, pull.runs()[-1].title) == ("neutral", "Accepted by grace")


async def test_who_may_not_accept_is_told_which_role_it_takes_once(desk: Desk, site: Site) -> None:
    pull = await failed(desk, site)
    for delivery in ("delivery-2", "delivery-3"):
        pressed = msgspec.structs.replace(pull.pressed("Accept", site.person), delivery=delivery)
        assert await desk.does(pressed) == "refused"
    run = pull.run
    assert run.conclusion == "failure"
    assert "`ada` asked to accept this, which takes the role `maintain`" in (run.summary or "")
    assert sum(asked.method == "PATCH" for asked in pull.requests()) == 2


async def test_an_author_cannot_accept_what_their_own_pull_request_does(desk: Desk, site: Site) -> None:
    pull = await failed(desk, site, GATED + "commands: {authors: true}\n")
    assert await desk.does(pull.pressed("Accept", site.person)) == "refused"


async def test_the_policy_may_let_others_accept(desk: Desk, site: Site) -> None:
    pull = await failed(desk, site, GATED + "commands: {roles: {accept: write}}\n")
    assert await desk.does(pull.pressed("Accept", site.person)) == "accepted"


async def test_the_button_of_an_old_head_does_nothing(desk: Desk, site: Site, maintainer: Person) -> None:
    pull = await failed(desk, site)
    pressed = pull.pressed("Accept", maintainer)
    pull.push({"README.md": "# Shop\n"})
    assert await desk.does(pressed) == "outdated"


async def test_a_target_that_is_missed_can_be_accepted_too(desk: Desk, site: Site, maintainer: Person) -> None:
    targeted = GATED.replace("introduced", "target") + "metrics: {imports.fragmented: {target: 0}}\n"
    pull = await failed(desk, site, targeted)
    assert await desk.does(pull.pressed("Accept", maintainer)) == "accepted"
    assert (pull.run.conclusion, pull.run.text) == ("neutral", None)


async def test_what_does_not_fail_is_not_accepted(desk: Desk, site: Site, maintainer: Person) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    made_up = f"{ACCEPT}{Gated('told').digest}"
    assert await desk.does(pull.pressed(made_up, maintainer)) == "nothing to accept"


# --- accept: what was shown, by whom, and nobody is passed over -------------------------------------------------------

ORDER = {"shop/order.py": "class Order: ...\n", "shop/old.py": "from shop.order import Order\n"}
MORE = GATED.replace("gate:", "  - name: Order\n    canonical: shop.order\ngate:")


async def shown_before_more_fails(desk: Desk, site: Site) -> tuple[Pull, CheckRun]:
    """A failed pull request and its check run, after which the policy of the base has come to ask for more."""
    head = {"shop/basket.py": STRAY, "shop/till.py": "from shop.old import Order\n"}
    pull = Pull.opened(site, head, base=ORDER, policy=GATED)
    await desk.does(pull.job)
    shown = pull.run
    pull.repo.commit({".github/fifthwhy.yml": MORE})
    pull.upload()
    return pull, shown


async def test_nothing_is_accepted_that_was_not_shown(desk: Desk, site: Site, maintainer: Person) -> None:
    pull, shown = await shown_before_more_fails(desk, site)
    assert await desk.does(pull.pressed("Accept", maintainer, shown)) == "changed"
    run = pull.run
    assert run.conclusion == "failure"
    assert "`grace` asked to accept what was said here before" in (run.summary or "")
    assert "Order" in (run.summary or "")


async def test_what_has_changed_can_be_accepted_once_it_was_shown(desk: Desk, site: Site, maintainer: Person) -> None:
    pull, shown = await shown_before_more_fails(desk, site)
    await desk.does(pull.pressed("Accept", maintainer, shown))
    assert await desk.does(pull.pressed("Accept", maintainer)) == "accepted"
    assert pull.run.title == "Accepted by grace"


async def test_a_button_that_does_not_tell_what_it_showed_accepts_nothing_and_gives_way_to_one_that_does(
    desk: Desk, site: Site, maintainer: Person
) -> None:
    """As it was made before its identifier had the digest in it."""
    pull = await failed(desk, site)
    assert await desk.does(pull.pressed("accept", maintainer)) == "changed"
    assert pull.run.conclusion == "failure"
    assert "`grace` asked to accept what was said here before" in (pull.run.summary or "")
    assert await desk.does(pull.pressed("Accept", maintainer)) == "accepted"


async def test_an_acceptance_of_what_fails_no_more_leaves_a_check_that_passes(
    desk: Desk, site: Site, maintainer: Person
) -> None:
    pull = await failed(desk, site)
    pressed = pull.pressed("Accept", maintainer)
    pull.repo.commit({".github/fifthwhy.yml": POLICY})
    pull.upload()
    assert await desk.does(pressed) == "changed"
    assert pull.run.conclusion == "neutral"
    assert "Accepted" not in (pull.run.title or "")


async def test_a_check_that_was_judged_anew_in_the_meantime_is_not_written_over(
    desk: Desk, site: Site, redis: Redis, maintainer: Person
) -> None:
    """Its audit knows the newer policy, and that of the press does not."""
    pull, shown = await shown_before_more_fails(desk, site)
    pull.repo.reset("main~1")
    pull.upload()
    held = pull.fails("GET", f"/collaborators/{maintainer.user.login}/permission", None, held=Event())
    assert held.held is not None
    accepting = asyncio.create_task(desk.does(pull.pressed("Accept", maintainer, shown)))
    assert await asyncio.to_thread(held.reached.wait, 30)
    pull.repo.commit({".github/fifthwhy.yml": MORE})
    pull.upload()
    await desk.does(pull.job)
    before = set(stored_jobs(redis))
    held.held.set()
    await accepting
    assert pull.runs()[-1].conclusion == "failure"
    assert [name for name in set(stored_jobs(redis)) - before if "/pull/" in name]


async def test_a_refusal_takes_nothing_back_that_somebody_has_accepted(
    desk: Desk, site: Site, maintainer: Person
) -> None:
    pull = await failed(desk, site)
    shown = pull.run
    await desk.does(pull.pressed("Accept", maintainer, shown))
    await desk.does(pull.pressed("Accept", site.person, shown))
    assert pull.run.title == "Accepted by grace"


async def test_a_refusal_that_is_said_while_somebody_accepts_is_put_right(
    desk: Desk, site: Site, redis: Redis, maintainer: Person
) -> None:
    pull = await failed(desk, site)
    shown = pull.run
    held = pull.fails("PATCH", "/check-runs/*", None, held=Event())
    assert held.held is not None
    refusing = asyncio.create_task(desk.does(pull.pressed("Accept", site.person, shown)))
    assert await asyncio.to_thread(held.reached.wait, 30)
    await desk.does(pull.pressed("Accept", maintainer, shown))
    before = set(stored_jobs(redis))
    held.held.set()
    assert await refusing == "refused"
    assert [name for name in set(stored_jobs(redis)) - before if "/pull/" in name]
    await desk.does(pull.job)
    assert pull.runs()[-1].title == "Accepted by grace"


async def test_a_refusal_that_a_dying_worker_did_not_come_to_say_is_said_in_the_next_attempt(
    desk: Desk, site: Site
) -> None:
    pull = await failed(desk, site)
    pressed = pull.pressed("Accept", site.person)
    pull.fails("PATCH", "/check-runs/*", 502)
    generation = await desk.tools.queue.enqueue(pressed)
    with pytest.raises(GitHubUnavailableError):
        await desk.goes_on(pressed, generation)
    assert await desk.goes_on(pressed, generation) == "refused"
    assert "`ada` asked to accept this" in (pull.run.summary or "")


async def test_an_acceptance_waits_beside_what_somebody_else_asks_of_the_same_check(
    desk: Desk, site: Site, maintainer: Person
) -> None:
    pull = await failed(desk, site)
    queue, accepted = desk.tools.queue, pull.pressed("Accept", maintainer)
    generation = await queue.enqueue(accepted)
    await queue.enqueue(pull.pressed("Run again", site.person))
    assert not await queue.is_superseded(accepted, generation)
    assert await desk.goes_on(accepted, generation) == "accepted"


MARKS: list[Mark] = [
    PullMark(42, 7, 12),
    PullMark(42, 7, 12, Acceptance("ada", datetime(2026, 5, 4, 12, 0, tzinfo=UTC), "0123456789abcdef")),
    GroupMark(42, "a" * 40, "release/1.0:x"),
]


@pytest.mark.parametrize("mark", MARKS, ids=str)
async def test_a_mark_is_read_as_it_was_written(mark: Mark) -> None:
    assert mark_in(str(mark)) == mark


@pytest.mark.parametrize("text", ["", "7:1", "fifthwhy:1:2", "fifthwhy:1:2:3:accepted", "fifthwhy:x:2:3"])
async def test_another_external_id_is_no_mark(text: str) -> None:
    assert mark_in(text) is None


# --- merge queue ------------------------------------------------------------------------------------------------------


def group_job(pull: Pull, head: str, base: str) -> GroupJob:
    job = pull.job
    return GroupJob(job.installation_id, job.repository_id, head, base, "main", "delivery-3")


def queued(pull: Pull, behind: GroupJob | None = None) -> GroupJob:
    """The job for a pull request that is put into the merge queue."""
    repo, base = pull.repo, "main" if behind is None else behind.head_sha
    repo.git("checkout", "--quiet", "--detach", base)
    base_sha = repo.head()
    head = repo.merge("feature", f"Merge pull request #{pull.number}")
    repo.git("branch", "--force", f"gh-readonly-queue/main/pr-{pull.number}-{base_sha}", head)
    repo.checkout("main")
    pull.upload()
    return group_job(pull, head, base_sha)


async def test_a_merge_group_is_audited_on_its_own_head(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY}, policy=GATED)
    job = queued(pull)
    assert await desk.does(job) == "failure"
    (run,) = pull.runs(job.head_sha)
    assert (run.name, run.status, run.conclusion) == ("fifthwhy", "completed", "failure")
    assert [button.identifier for button in run.actions] == ["rerun"]
    assert pull.comments == []


async def test_a_merge_group_that_introduces_nothing_passes(desk: Desk, site: Site) -> None:
    assert await desk.does(queued(Pull.opened(site, {"shop/basket.py": CANONICAL}, policy=GATED))) == "success"


async def test_what_two_pull_requests_do_together_is_seen_in_their_group(desk: Desk, site: Site) -> None:
    """Each is right by itself: one adds a legacy module's import, the other makes the module legacy."""
    pull = Pull.opened(
        site, {"shop/till.py": "from shop.old import Till\n"}, {"shop/old.py": "class Till: ...\n"}, GATED
    )
    await desk.does(pull.job)
    assert pull.run.conclusion == "success"
    pull.repo.commit({".github/fifthwhy.yml": GATED + "legacy: [{module: shop.old}]\n"})
    assert await desk.does(queued(pull)) == "failure"


async def test_what_was_accepted_on_the_pull_request_passes_the_merge_queue(
    desk: Desk, site: Site, maintainer: Person
) -> None:
    pull = await failed(desk, site)
    await desk.does(pull.pressed("Accept", maintainer))
    assert await desk.does(queued(pull)) == "neutral"


async def test_a_merge_group_that_cannot_be_audited_is_reported_with_the_reason(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY}, policy=GATED)
    job = queued(pull)
    assert await desk.does(group_job(pull, job.head_sha, "1" * 40)) == "neutral"
    (run,) = pull.runs(job.head_sha)
    assert (run.status, run.conclusion) == ("completed", "neutral")
    assert run.title == "Not audited: a commit of this group is gone"


async def test_a_merge_group_that_the_queue_has_replaced_is_left_alone(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY}, policy=GATED)
    assert await desk.does(group_job(pull, "2" * 40, queued(pull).base_sha)) == "gone"


async def test_a_merge_group_can_be_evaluated_again(desk: Desk, site: Site, redis: Redis) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY}, policy=GATED)
    job = queued(pull)
    await desk.does(job)
    (run,) = pull.runs(job.head_sha)
    before = set(stored_jobs(redis))
    assert await desk.does(pull.pressed("rerequested", site.person, run)) == "again"
    assert [name for name in set(stored_jobs(redis)) - before if f"/group/{job.head_sha}" in name]


# --- given up ---------------------------------------------------------------------------------------------------------


async def test_a_job_that_is_given_up_is_told_by_a_neutral_check_run(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await begun(desk, pull)
    await desk.gives_up(pull.job, "0123abcd")
    run = pull.run
    assert (run.status, run.conclusion, run.title) == ("completed", "neutral", "Not audited: an error in fifthwhy")
    assert "0123abcd" in (run.summary or "")
    assert pull.comments == []


async def test_a_job_that_is_given_up_is_told_in_a_comment_that_is_there(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    await desk.gives_up(pull.job, "0123abcd")
    (comment,) = pull.comments
    assert comment.body.startswith(MARKER)
    assert "0123abcd" in comment.body


@pytest.mark.parametrize("is_first", [True, False], ids=["on the first head", "on a later one"])
async def test_a_job_that_was_given_up_and_told_is_not_missing_to_the_reconciler(
    desk: Desk, site: Site, *, is_first: bool
) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    if not is_first:
        await desk.does(pull.job)
        pull.push({"README.md": "# Shop\n"})
    await desk.gives_up(pull.job, "0123abcd")
    assert await published_head(desk.tools.queue, pull.job.repository_id, pull.number) == pull.head


async def test_without_the_permission_for_checks_a_job_that_is_given_up_is_told_in_a_comment(
    desk: Desk, site: Site
) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    pull.fails("POST", "/check-runs", 403, message="Resource not accessible by integration")
    await desk.gives_up(pull.job, "0123abcd")
    (comment,) = pull.comments
    assert "0123abcd" in comment.body


async def test_a_merge_group_that_is_given_up_does_not_stall_the_queue(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY}, policy=GATED)
    job = queued(pull)
    await desk.gives_up(job, "0123abcd")
    (run,) = pull.runs(job.head_sha)
    assert (run.status, run.conclusion) == ("completed", "neutral")
