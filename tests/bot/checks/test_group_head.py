"""The head of a merge queue's group, which is a pull request's as well: neither hides the verdict on the other."""

from __future__ import annotations

from threading import Event

import anyio
import anyio.to_thread
import pytest

from bot.demo.records import MergeGroup, Person
from bot.github.errors import GitHubUnavailableError, NotYetError
from bot.jobs.tools import Tools
from bot.queue.jobs import GroupJob
from tests.bot.conftest import Site
from tests.bot.reviewing import CANONICAL, GATED, STRAY, Desk, Pull
from tests.repositories import Repo

pytestmark = pytest.mark.anyio

LENIENT = "lenient"
STRICT = "strict"


@pytest.fixture
def desk(worker_tools: Tools) -> Desk:
    return Desk(worker_tools)


def opened(site: Site, files: dict[str, str]) -> Pull:
    """A pull request onto a branch with a gate, beside a branch without one and another one with it.

    What the pull request brings is not what the third branch fails, which is what its base has.
    """
    pull = Pull.opened(site, files, {"shop/till.py": STRAY}, policy=GATED)
    pull.repo.branch(LENIENT, at="main~1")
    pull.repo.branch(STRICT, at="main~1")
    pull.repo.checkout(STRICT)
    pull.repo.commit({".github/fifthwhy.yml": GATED})
    pull.repo.checkout("main")
    pull.upload()
    return pull


def queued(pull: Pull) -> MergeGroup:
    return pull.site.standin.merge_queue.add(pull.name, pull.number, pull.site.person)


def job_of(pull: Pull, group: MergeGroup, *, is_over: bool = False) -> GroupJob:
    scope = pull.job.installation_id, pull.job.repository_id
    return GroupJob(*scope, group.head_sha, group.base_sha, group.base, "delivery-3", is_over)


def beside(pull: Pull, group: MergeGroup, base: str = LENIENT) -> Pull:
    """Somebody else's pull request with the group's head."""
    site, branch = pull.site, f"same-{base}"
    stranger: Person = site.standin.add_person(f"stranger-{pull.repo.path.name}-{base}")
    Repo(site.standin.state.repository(pull.name).path).git("update-ref", f"refs/heads/{branch}", group.head_sha)
    other = site.standin.open_pull_request(pull.name, head=branch, base=base, title="The same", by=stranger)
    return Pull(site, pull.repo, pull.name, other.number)


def newest(pull: Pull, group: MergeGroup) -> tuple[str | None, str | None]:
    """What GitHub goes by: the newest check run of the group's head."""
    run = pull.runs(group.head_sha)[-1]
    return run.conclusion, run.title


# --- a group that fails -----------------------------------------------------------------------------------------------


async def test_nobody_gets_a_group_past_its_gate_by_a_pull_request_with_its_head(desk: Desk, site: Site) -> None:
    pull = opened(site, {"shop/basket.py": STRAY})
    group = queued(pull)
    assert await desk.does(job_of(pull, group)) == "failure"
    await desk.does(beside(pull, group).job)
    assert newest(pull, group) == ("failure", "Fails, as a merge group does, which has the same head")


async def test_a_pull_request_says_nothing_on_a_commit_that_a_merge_queue_still_waits_for(
    desk: Desk, site: Site
) -> None:
    """The queue would merge at once."""
    pull = opened(site, {"shop/basket.py": STRAY})
    group = queued(pull)
    other = beside(pull, group)
    generation = await desk.tools.queue.enqueue(job_of(pull, group))
    waiting = await desk.tools.queue.enqueue(other.job)
    with pytest.raises(NotYetError):
        await desk.goes_on(other.job, waiting)
    assert pull.runs(group.head_sha) == []
    await desk.goes_on(job_of(pull, group), generation)
    await desk.goes_on(other.job, waiting)
    assert [run.conclusion for run in pull.runs(group.head_sha)] == ["failure", "failure"]


async def test_a_pull_request_that_was_begun_before_the_group_does_not_pass_in_its_place(
    desk: Desk, site: Site
) -> None:
    pull = opened(site, {"shop/basket.py": STRAY})
    group = queued(pull)
    other = beside(pull, group)
    held = other.fails("GET", f"/issues/{other.number}/comments", None, held=Event())
    waiting = await desk.tools.queue.enqueue(other.job)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(waits, desk, other, waiting)
        await anyio.to_thread.run_sync(held.reached.wait)
        generation = await desk.tools.queue.enqueue(job_of(pull, group))
        assert held.held is not None
        held.held.set()
    assert [run.status for run in pull.runs(group.head_sha)] == ["in_progress"]
    await desk.goes_on(job_of(pull, group), generation)
    await desk.goes_on(other.job, waiting)
    await desk.does_the_rest()
    assert newest(pull, group)[0] == "failure"


async def waits(desk: Desk, pull: Pull, generation: int) -> None:
    with pytest.raises(NotYetError):
        await desk.goes_on(pull.job, generation)


# --- a pull request that fails, or goes -------------------------------------------------------------------------------


async def test_a_group_is_judged_anew_once_a_pull_request_with_its_head_that_fails_is_closed(
    desk: Desk, site: Site
) -> None:
    pull = opened(site, {"shop/basket.py": CANONICAL})
    group = queued(pull)
    other = beside(pull, group, STRICT)
    assert await desk.does(job_of(pull, group)) == "success"
    await desk.does(other.job)
    assert newest(pull, group)[0] == "failure"
    site.standin.close_pull_request(other.name, other.number, site.person)
    await desk.does(other.job)
    await desk.does_the_rest()
    assert newest(pull, group)[0] == "success"


@pytest.mark.parametrize(("files", "verdict"), [(CANONICAL, "neutral"), (STRAY, "failure")])
async def test_nobody_drops_a_group_from_its_queue_by_closing_a_pull_request_in_the_middle_of_its_audit(
    desk: Desk, site: Site, files: str, verdict: str
) -> None:
    """The queue would take a cancelled check run for a verdict, and at once."""
    pull = opened(site, {"shop/basket.py": files})
    group = queued(pull)
    other = beside(pull, group)
    await desk.does(job_of(pull, group))
    other.fails("GET", f"/issues/{other.number}/comments", 502)
    with pytest.raises(GitHubUnavailableError):
        await desk.does(other.job)
    assert pull.runs(group.head_sha)[-1].status == "in_progress"
    site.standin.close_pull_request(other.name, other.number, site.person)
    await desk.does(other.job)
    assert newest(pull, group) == (verdict, "Closed")
    assert len(pull.runs(group.head_sha)) == 2


# --- a group that is over ---------------------------------------------------------------------------------------------


async def test_a_group_that_fails_counts_no_more_once_it_is_out_of_the_queue(desk: Desk, site: Site) -> None:
    pull = opened(site, {"shop/basket.py": STRAY})
    group = queued(pull)
    other = beside(pull, group)
    await desk.does(job_of(pull, group))
    await desk.does(other.job)
    site.standin.merge_queue.remove(group, site.person)
    assert await desk.does(job_of(pull, group, is_over=True)) == "over"
    await desk.does_the_rest()
    assert newest(pull, group)[0] == "success"


async def test_a_group_of_which_nobody_told_us_that_it_is_over_counts_no_more(desk: Desk, site: Site) -> None:
    pull = opened(site, {"shop/basket.py": STRAY})
    group = queued(pull)
    other = beside(pull, group)
    await desk.does(job_of(pull, group))
    site.standin.merge_queue.remove(group, site.person)
    await desk.does(other.job)
    assert newest(pull, group)[0] == "success"


async def test_a_pull_request_whose_head_was_merged_by_a_queue_is_judged_by_its_own_base(
    desk: Desk, site: Site
) -> None:
    """As one that brings the main branch into a release."""
    pull = opened(site, {"shop/basket.py": CANONICAL})
    group = queued(pull)
    await desk.does(job_of(pull, group))
    site.standin.merge_queue.merge(group, site.person)
    await desk.does(job_of(pull, group, is_over=True))
    other = beside(pull, group, STRICT)
    await desk.does(other.job)
    assert newest(pull, group)[0] == "failure"
    assert await desk.does(job_of(pull, group)) == "over"
    assert newest(pull, group)[0] == "failure"


async def test_a_group_that_was_asked_for_too_late_does_not_hide_the_verdict_on_a_pull_request(
    desk: Desk, site: Site
) -> None:
    pull = opened(site, {"shop/basket.py": CANONICAL})
    group = queued(pull)
    site.standin.merge_queue.merge(group, site.person)
    other = beside(pull, group, STRICT)
    await desk.does(other.job)
    assert await desk.does(job_of(pull, group)) == "over"
    assert newest(pull, group)[0] == "failure"


async def test_the_audit_of_a_group_that_is_over_is_broken_off(desk: Desk, site: Site) -> None:
    pull = opened(site, {"shop/basket.py": STRAY})
    group = queued(pull)
    pull.fails("PATCH", "/check-runs/*", 502)
    with pytest.raises(GitHubUnavailableError):
        await desk.does(job_of(pull, group))
    site.standin.merge_queue.remove(group, site.person)
    assert await desk.does(job_of(pull, group, is_over=True)) == "over"
    assert newest(pull, group) == ("cancelled", "Closed")


async def test_a_group_that_is_over_and_given_up_is_told_nothing_more(desk: Desk, site: Site) -> None:
    pull = opened(site, {"shop/basket.py": STRAY})
    group = queued(pull)
    await desk.does(job_of(pull, group))
    await desk.gives_up(job_of(pull, group, is_over=True), "0123abcd")
    assert [run.conclusion for run in pull.runs(group.head_sha)] == ["failure"]


# --- what it costs ----------------------------------------------------------------------------------------------------


async def test_a_group_by_itself_costs_no_more_requests_than_its_check_run(desk: Desk, site: Site) -> None:
    pull = opened(site, {"shop/basket.py": CANONICAL})
    group = queued(pull)
    await desk.does(job_of(pull, group))
    (run,) = pull.runs(group.head_sha)
    asked = [(each.method, each.path.rsplit("/", 1)[1]) for each in pull.requests()]
    assert asked == [("POST", "check-runs"), ("GET", "check-runs"), ("PATCH", str(run.id))]
    site.standin.merge_queue.merge(group, site.person)
    await desk.does(job_of(pull, group, is_over=True))
    assert len(pull.requests()) == len(asked)


async def test_a_pull_request_asks_for_groups_only_where_one_has_failed(desk: Desk, site: Site) -> None:
    pull = opened(site, {"shop/basket.py": CANONICAL})
    await desk.does(pull.job)
    group = queued(pull)
    await desk.does(job_of(pull, group))
    await desk.does(beside(pull, group).job)
    assert not [asked for asked in pull.requests() if "/git/" in asked.path]
