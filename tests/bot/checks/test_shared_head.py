"""Pull requests with the same head share one check run in GitHub's eyes: the strictest verdict on it counts."""

from __future__ import annotations

from threading import Event

import anyio
import anyio.to_thread
import msgspec
import pytest
from redis import Redis

from bot.demo.records import Person
from bot.github.errors import GitHubUnavailableError
from bot.jobs.tools import Tools
from bot.queue.jobs import Job
from tests.bot.conftest import Site
from tests.bot.reviewing import CANONICAL, GATED, STRAY, Desk, Pull

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(worker_tools: Tools) -> Desk:
    return Desk(worker_tools)


@pytest.fixture(scope="module")
def maintainer(site: Site) -> Person:
    return site.standin.add_person("mary", role="maintain")


@pytest.fixture
def gated(site: Site) -> Pull:
    """A pull request that the gate of its base branch fails."""
    return Pull.opened(site, {"shop/basket.py": STRAY}, policy=GATED)


def second(pull: Pull, by: Person | None = None, branch: str = "feature", policy: str | None = None) -> Pull:
    """A pull request with the same head, from that branch onto one without a gate, or with this policy."""
    pull.repo.branch("other", at="main~1")
    if policy is not None:
        pull.repo.checkout("other")
        pull.repo.commit({".github/fifthwhy.yml": policy})
    if branch != "feature":
        pull.repo.branch(branch, at="feature")
    pull.repo.checkout("main")
    pull.upload()
    site = pull.site
    opened = site.standin.open_pull_request(
        pull.name, head=branch, base="other", title="The same", by=by or site.person
    )
    return Pull(site, pull.repo, pull.name, opened.number)


def newest(pull: Pull) -> tuple[str | None, str | None]:
    """What GitHub goes by: the newest check run of the head."""
    run = pull.runs()[-1]
    return run.conclusion, run.title


async def test_nobody_gets_past_a_gate_by_another_pull_request_with_the_same_head(
    desk: Desk, site: Site, gated: Pull
) -> None:
    await desk.does(gated.job)
    assert gated.run.conclusion == "failure"
    stranger = site.standin.add_person(f"stranger-{gated.repo.path.name}")
    await desk.does(second(gated, stranger).job)
    assert len(gated.runs()) == 2
    assert newest(gated) == ("failure", f"Fails, as #{gated.number} does, which has the same head")
    assert "By itself it comes to this" in (gated.runs()[-1].summary or "")


async def test_nobody_gets_past_a_gate_by_one_whose_audit_takes_too_long(desk: Desk, gated: Pull) -> None:
    await desk.does(gated.job)
    hasty = Desk(msgspec.structs.replace(desk.tools, seconds=0))
    await hasty.does(second(gated).job)
    assert newest(gated)[0] == "failure"


async def test_it_costs_one_request_and_only_where_another_one_has_failed(desk: Desk, gated: Pull) -> None:
    other = second(gated)
    await desk.does(other.job)
    await desk.does(gated.job)
    assert newest(gated)[0] == "failure"
    assert asks(gated).count(gated.number) == 1
    assert asks(gated).count(other.number) == 1
    await desk.does(other.job)
    assert newest(gated)[0] == "failure"
    assert asks(gated).count(gated.number) == 2
    assert asks(gated).count(other.number) == 2


async def test_a_pull_request_that_fails_counts_no_more_once_it_is_closed(desk: Desk, site: Site, gated: Pull) -> None:
    other = second(gated)
    await desk.does(gated.job)
    await desk.does(other.job)
    site.standin.close_pull_request(gated.name, gated.number, site.person)
    assert await desk.does(gated.job) == "closed"
    await desk.does_the_rest()
    assert newest(other)[0] == "success"


async def test_a_pull_request_that_fails_counts_no_more_once_it_has_another_head(desk: Desk, gated: Pull) -> None:
    other = second(gated, branch="same")
    await desk.does(gated.job)
    await desk.does(other.job)
    assert newest(other)[0] == "failure"
    gated.push({"README.md": "# Shop\n"})
    await desk.does(gated.job)
    await desk.does_the_rest()
    assert newest(other)[0] == "success"
    assert newest(gated)[0] == "failure"


async def test_one_of_which_nobody_told_us_that_it_was_closed_counts_no_more(
    desk: Desk, site: Site, gated: Pull
) -> None:
    other = second(gated)
    await desk.does(gated.job)
    site.standin.close_pull_request(gated.name, gated.number, site.person)
    await desk.does(other.job)
    assert newest(other)[0] == "success"


async def test_what_a_maintainer_accepts_fails_no_other_pull_request(
    desk: Desk, gated: Pull, maintainer: Person
) -> None:
    other = second(gated)
    await desk.does(gated.job)
    failed = gated.run
    await desk.does(other.job)
    assert await desk.does(gated.pressed("Accept", maintainer, failed)) == "accepted"
    await desk.does_the_rest()
    assert newest(other) == ("neutral", "Accepted by mary")


# --- what people press there ------------------------------------------------------------------------------------------

ORDER = {"shop/order.py": "class Order: ...\n", "shop/old.py": "from shop.order import Order\n"}
MORE = GATED.replace("gate:", "  - name: Order\n    canonical: shop.order\ngate:")


@pytest.fixture
def differing(site: Site) -> tuple[Pull, Pull]:
    """A pull request that its gate fails, and one with the same head whose gate fails more."""
    head = {"shop/basket.py": STRAY, "shop/till.py": "from shop.old import Order\n"}
    pull = Pull.opened(site, head, base=ORDER, policy=GATED)
    return pull, second(pull, policy=MORE)


async def test_one_press_accepts_what_two_pull_requests_with_the_same_head_fail_by_alike(
    desk: Desk, gated: Pull, maintainer: Person
) -> None:
    other = second(gated, policy=GATED)
    await desk.does(gated.job)
    await desk.does(other.job)
    assert await desk.does(gated.pressed("Accept", maintainer)) == "accepted"
    await desk.does_the_rest()
    assert newest(gated) == ("neutral", "Accepted by mary")
    assert [run.conclusion for run in gated.runs()][1:] == ["neutral"]


async def test_who_accepts_for_one_pull_request_is_shown_what_another_one_with_the_same_head_fails_by(
    desk: Desk, differing: tuple[Pull, Pull], maintainer: Person
) -> None:
    less, more = differing
    await desk.does(more.job)
    await desk.does(less.job)
    assert await desk.does(less.pressed("Accept", maintainer)) == "accepted"
    await desk.does_the_rest()
    run = less.runs()[-1]
    assert run.conclusion == "failure"
    assert "Order" in (run.summary or "")
    assert await desk.does(more.pressed("Accept", maintainer)) == "accepted"
    await desk.does_the_rest()
    assert newest(more) == ("neutral", "Accepted by mary")


async def test_a_press_on_the_check_of_a_pull_request_that_was_closed_accepts_for_the_one_that_stays(
    desk: Desk, site: Site, gated: Pull, maintainer: Person
) -> None:
    other = second(gated, policy=GATED)
    await desk.does(gated.job)
    await desk.does(other.job)
    pressed = gated.pressed("Accept", maintainer)
    site.standin.close_pull_request(other.name, other.number, site.person)
    assert await desk.does(pressed) == "accepted"
    await desk.does(other.job)
    await desk.does_the_rest()
    assert newest(gated) == ("neutral", "Accepted by mary")


async def test_a_press_on_the_check_of_a_pull_request_that_was_closed_accepts_nothing_that_was_not_shown(
    desk: Desk, site: Site, differing: tuple[Pull, Pull], maintainer: Person
) -> None:
    less, more = differing
    await desk.does(more.job)
    await desk.does(less.job)
    pressed = less.pressed("Accept", maintainer)
    site.standin.close_pull_request(less.name, less.number, site.person)
    assert await desk.does(pressed) == "changed"
    await desk.does_the_rest()
    assert newest(more)[0] == "failure"
    assert await desk.does(more.pressed("Accept", maintainer)) == "accepted"
    await desk.does_the_rest()
    assert newest(more) == ("neutral", "Accepted by mary")


async def test_one_press_shows_what_another_pull_request_fails_by_and_a_second_one_not_once_more(
    desk: Desk, differing: tuple[Pull, Pull], maintainer: Person
) -> None:
    less, more = differing
    await desk.does(more.job)
    await desk.does(less.job)
    pressed = less.pressed("Accept", maintainer)
    for _ in range(2):
        await desk.does(pressed)
        await desk.does_the_rest()
    assert len(less.runs()) == 3


async def test_a_press_on_the_check_of_a_pull_request_that_github_has_removed_counts_for_the_one_that_stays(
    desk: Desk, gated: Pull, maintainer: Person
) -> None:
    other = second(gated, policy=GATED)
    await desk.does(gated.job)
    await desk.does(other.job)
    gated.fails("GET", f"/pulls/{other.number}", 404, times=20)
    assert await desk.does(gated.pressed("Run again", maintainer)) == "again"
    assert await desk.tools.queue.has(gated.job)
    assert await desk.does(gated.pressed("Accept", maintainer)) == "accepted"


async def test_a_press_accepts_for_no_pull_request_whose_base_asks_for_another_role(
    desk: Desk, site: Site, gated: Pull
) -> None:
    other = second(gated, policy=GATED + "commands: {roles: {accept: write}}\n")
    await desk.does(gated.job)
    await desk.does(other.job)
    assert await desk.does(gated.pressed("Accept", site.person)) == "accepted"
    await desk.does_the_rest()
    assert newest(gated) == ("failure", f"Fails, as #{gated.number} does, which has the same head")


async def test_a_check_that_fails_as_another_one_does_can_be_run_again_to_see_and_accept_that(
    desk: Desk, site: Site, gated: Pull, maintainer: Person
) -> None:
    other = second(gated)
    await desk.does(gated.job)
    await desk.does(other.job)
    site.standin.close_pull_request(other.name, other.number, site.person)
    assert await desk.does(gated.pressed("Run again", site.person)) == "again"
    await desk.does_the_rest()
    assert await desk.does(gated.pressed("Accept", maintainer)) == "accepted"
    await desk.does_the_rest()
    assert newest(gated) == ("neutral", "Accepted by mary")


async def test_a_check_of_a_pull_request_that_is_closed_gives_way_to_one_that_can_be_accepted(
    desk: Desk, site: Site, gated: Pull
) -> None:
    other = second(gated)
    await desk.does(gated.job)
    await desk.does(other.job)
    site.standin.close_pull_request(other.name, other.number, site.person)
    await desk.does(other.job)
    await desk.does_the_rest()
    run = gated.runs()[-1]
    assert run.conclusion == "failure"
    assert [button.label for button in run.actions] == ["Run again", "Accept"]


async def test_a_check_that_fails_as_another_one_does_tells_how_to_have_that_one_s_buttons(
    desk: Desk, gated: Pull
) -> None:
    other = second(gated)
    await desk.does(gated.job)
    await desk.does(other.job)
    assert f"`/audit` on #{gated.number}" in (gated.runs()[-1].summary or "")


# --- at the same time -------------------------------------------------------------------------------------------------


async def test_one_that_fails_while_another_one_is_told_that_it_passes_has_the_last_word(
    desk: Desk, gated: Pull
) -> None:
    other = second(gated)
    held = gated.fails("PATCH", "/check-runs/*", None, held=Event())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(desk.does, other.job)
        await anyio.to_thread.run_sync(held.reached.wait)
        await desk.does(gated.job)
        assert held.held is not None
        held.held.set()
    await desk.does_the_rest()
    assert newest(gated)[0] == "failure"


async def test_one_that_passes_while_another_one_comes_to_fail_has_not_the_last_word(desk: Desk, gated: Pull) -> None:
    """It is opened later, so its check run is the newer one, and it has nothing to wait for."""
    other = second(gated)
    held = gated.fails("POST", "/issues/*/comments", None, held=Event())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(desk.does, gated.job)
        await anyio.to_thread.run_sync(held.reached.wait)
        await desk.does(other.job)
        assert newest(gated)[0] == "success"
        assert held.held is not None
        held.held.set()
    await desk.does_the_rest()
    assert newest(gated)[0] == "failure"


async def test_a_worker_that_dies_before_it_has_looked_at_the_others_does_so_in_the_next_attempt(
    desk: Desk, gated: Pull
) -> None:
    other = second(gated)
    held = gated.fails("POST", "/issues/*/comments", None, held=Event())
    generation = await desk.tools.queue.enqueue(gated.job)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(breaks_off, desk, gated.job, generation)
        await anyio.to_thread.run_sync(held.reached.wait)
        await desk.does(other.job)
        gated.fails("GET", "/commits/*/check-runs", 502)
        assert held.held is not None
        held.held.set()
    assert newest(gated)[0] == "success"
    await desk.does_the_rest()
    assert newest(gated)[0] == "failure"


async def breaks_off(desk: Desk, job: Job, generation: int) -> None:
    with pytest.raises(GitHubUnavailableError):
        await desk.goes_on(job, generation)


# --- a check run that is cancelled ------------------------------------------------------------------------------------


@pytest.fixture
async def begun(desk: Desk, site: Site) -> tuple[Pull, Pull]:
    """A pull request that passes, and a stranger's with the same head, in the middle of its audit."""
    good = Pull.opened(site, {"shop/basket.py": CANONICAL}, policy=GATED)
    await desk.does(good.job)
    stranger = site.standin.add_person(f"stranger-{good.repo.path.name}")
    other = second(good, stranger, branch="same")
    other.fails("GET", f"/issues/{other.number}/comments", 502)
    generation = await desk.tools.queue.enqueue(other.job)
    await breaks_off(desk, other.job, generation)
    assert [run.status for run in good.runs()] == ["completed", "in_progress"]
    return good, other


async def test_nobody_leaves_another_pull_request_without_a_verdict_by_closing_their_own(
    desk: Desk, site: Site, begun: tuple[Pull, Pull]
) -> None:
    good, other = begun
    site.standin.close_pull_request(other.name, other.number, site.person)
    await desk.does(other.job)
    assert newest(good)[0] == "cancelled"
    await desk.does_the_rest()
    assert newest(good)[0] == "success"


async def test_nobody_leaves_another_pull_request_without_a_verdict_by_a_push_to_their_own(
    desk: Desk, begun: tuple[Pull, Pull]
) -> None:
    good, other = begun
    other.repo.checkout("same")
    other.repo.commit({"README.md": "# Shop\n"})
    other.repo.checkout("main")
    other.upload()
    other.site.standin.refresh(other.name, other.site.person)
    await desk.does(other.job)
    assert newest(good)[0] == "cancelled"
    await desk.does_the_rest()
    assert newest(good)[0] == "success"


async def test_nobody_leaves_another_pull_request_without_a_verdict_in_an_emptied_redis(
    desk: Desk, site: Site, redis: Redis, begun: tuple[Pull, Pull]
) -> None:
    good, other = begun
    redis.flushall()
    site.standin.close_pull_request(other.name, other.number, site.person)
    await desk.does(other.job)
    await desk.does_the_rest()
    assert newest(good)[0] == "success"


async def test_of_two_that_are_closed_neither_asks_for_the_other_for_ever(
    desk: Desk, site: Site, redis: Redis, begun: tuple[Pull, Pull]
) -> None:
    redis.flushall()
    for pull in begun:
        site.standin.close_pull_request(pull.name, pull.number, site.person)
        await desk.does(pull.job)
    await desk.does_the_rest()
    assert [run.conclusion for run in begun[0].runs()] == ["success", "cancelled"]


def asks(pull: Pull) -> list[int]:
    """The pull requests that GitHub was asked about so far."""
    place = f"/api/v3/repos/{pull.name}/pulls/"
    return [int(asked.path.removeprefix(place)) for asked in pull.requests() if asked.path.startswith(place)]
