"""An audit whose publishing is put off by GitHub's limits is kept: it costs nothing when the job comes back."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from bot.github.errors import GitHubUnavailableError, NotYetError
from bot.github.limits import Limiter
from bot.jobs.change_audit import Unaudited
from bot.jobs.problems import internal_error
from bot.jobs.put_off import PutOff
from bot.jobs.tools import Tools
from bot.jobs.turns import SupersededError
from bot.queue.jobs import ReviewJob
from tests.bot.conftest import Site
from tests.bot.github.conftest import HandClock, app_of
from tests.bot.reviewing import CANONICAL, GATED, STRAY, Desk, Pull

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(worker_tools: Tools) -> Desk:
    return Desk(worker_tools)


async def put_off(desk: Desk, pull: Pull) -> int:
    """An attempt that may not post its comment yet; the generation of its job."""
    pull.fails("POST", "/issues/*/comments", 429, headers={"Retry-After": "60"})
    generation = await desk.tools.queue.enqueue(pull.job)
    with pytest.raises(GitHubUnavailableError):
        await desk.goes_on(pull.job, generation)
    return generation


def fetched(pull: Pull) -> int:
    """How many requests git has made for the repository."""
    return sum(asked.path.startswith(f"/{pull.name}.git/") for asked in pull.site.standin.requests)


async def test_a_job_that_comes_back_for_its_turn_is_published_without_another_audit(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    generation = await put_off(desk, pull)
    before = fetched(pull)
    assert await desk.goes_on(pull.job, generation) == "created"
    assert fetched(pull) == before
    assert "introduces 1 import" in pull.comments[0].body
    assert pull.run.conclusion == "neutral"


async def test_a_verdict_does_not_wait_for_the_turn_to_comment(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY}, policy=GATED)
    clocks = [HandClock() for _ in range(4)]
    limiters = [Limiter(desk.tools.queue.redis, clock) for clock in clocks]
    for number, limiter in enumerate(limiters[:3]):
        await limiter.admit(pull.job.installation_id, "content", f"comment {number}")
    spaced = Desk(msgspec.structs.replace(desk.tools, github=app_of(site, limiters[3])))
    generation = await desk.tools.queue.enqueue(pull.job)
    with pytest.raises(NotYetError):
        await spaced.goes_on(pull.job, generation)
    assert (pull.run.conclusion, pull.comments) == ("failure", [])

    clocks[3].time += timedelta(seconds=3)
    assert await spaced.goes_on(pull.job, generation) == "created"
    assert (len(pull.run.annotations), len(pull.comments)) == (1, 1)


async def test_what_could_not_be_audited_is_not_tried_again_for_being_put_off(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {".github/fifthwhy.yml": "symbols: 1\n"}, policy="symbols: 2\n")
    generation = await put_off(desk, pull)
    before = fetched(pull)
    assert await desk.goes_on(pull.job, generation) == "created"
    assert fetched(pull) == before
    assert pull.run.conclusion == "failure"


async def test_a_push_in_between_is_audited(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    generation = await put_off(desk, pull)
    pull.push({"shop/basket.py": CANONICAL})
    assert await desk.does(pull.job) == "created"
    assert "introduces" not in pull.comments[0].body
    with pytest.raises(SupersededError):
        await desk.goes_on(pull.job, generation)


async def test_a_head_that_moved_without_a_word_is_audited(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    generation = await put_off(desk, pull)
    pull.push({"shop/basket.py": CANONICAL})
    await desk.goes_on(pull.job, generation)
    assert "introduces" not in pull.comments[0].body
    assert pull.run.commit == pull.head


async def test_somebody_who_asks_again_gets_a_new_audit(desk: Desk, site: Site) -> None:
    """As by the button: another job is another audit."""
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await put_off(desk, pull)
    before = fetched(pull)
    await desk.does(pull.job)
    assert fetched(pull) > before


def test_there_is_an_end_to_what_is_kept() -> None:
    """Who has waited for longest is the next, so what is kept already stays."""
    unaudited = Unaudited(internal_error("0123abcd"))
    jobs = [ReviewJob(1, 2, number, "delivery-1") for number in range(3)]
    kept = PutOff(most_rows=200)
    for job in jobs:
        with pytest.raises(GitHubUnavailableError), kept.until_told(job, 1, "head", unaudited):
            raise GitHubUnavailableError("answered 429")
    assert [kept.take(job, 1, "head") for job in jobs] == [unaudited, unaudited, None]


def test_nothing_is_kept_of_what_was_told() -> None:
    kept, job = PutOff(), ReviewJob(1, 2, 3, "delivery-1")
    with kept.until_told(job, 1, "head", Unaudited(internal_error("0123abcd"))):
        pass
    assert kept.take(job, 1, "head") is None
