"""The weekly post: on which issue, when it is a new one and when an edit, and that each tick is posted once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Final

import pytest
from redis import Redis

from bot.demo.faults import Fault
from bot.demo.records import Comment, Issue
from bot.github.errors import GitHubUnavailableError, LockedError, NotFoundError
from bot.jobs.tools import Tools
from bot.jobs.turns import BusyError
from bot.queue.jobs import WeeklyJob
from bot.queue.queue import TURN
from bot.weekly.posts import mark_in
from bot.weekly.schedule import Schedule
from bot.weekly.weekly import UnusableIssueError
from report_templates.render import WEEKLY_MARKER
from tests.bot.cause_histories import pages
from tests.bot.conftest import Site
from tests.bot.reviewing import CANONICAL, FILES, POLICY, STRAY, Desk
from tests.repositories import Content, Repo

pytestmark = pytest.mark.anyio

TITLED: Final = POLICY + "weekly: {cron: '0 9 * * 1', title: Where we stand}\n"
GUARDED: Final = {
    "pyproject.toml": '[tool.ruff.lint]\nselect = ["TID251"]\n'
    '[tool.ruff.lint.flake8-tidy-imports.banned-api]\n"shop.models".msg = "Use shop.cart."\n'
}
FIRST: Final = datetime(2024, 3, 4, 9, tzinfo=UTC)
"""A Monday, two months after the first commit."""
SECOND: Final = FIRST + timedelta(weeks=1)
THIRD: Final = FIRST + timedelta(weeks=2)
PATIENCE_SECONDS: Final = 30
"""Nothing is judged by it: it only ends a test that hangs."""


@pytest.fixture
def desk(worker_tools: Tools) -> Desk:
    return Desk(worker_tools)


@dataclass
class Board:
    """A repository whose policy asks for a weekly post, and what is posted there."""

    site: Site
    repo: Repo
    name: str

    @classmethod
    def of(cls, site: Site, policy: str = TITLED) -> Board:
        number = next(site.numbers)
        repo = Repo.create(site.folder / f"board-{number}")
        repo.commit({**FILES, ".github/fifthwhy.yml": policy})
        site.standin.add_repository(f"acme/board-{number}", repo.path)
        return cls(site, repo, f"acme/board-{number}")

    @property
    def id(self) -> int:
        return self.site.standin.state.repository(self.name).id

    def job(self, tick: datetime) -> WeeklyJob:
        return WeeklyJob(self.site.standin.app.installation.id, self.id, tick.isoformat(), f"weekly {tick}")

    def push(self, files: dict[str, Content], days: int = 7) -> None:
        self.repo.wait(days=days)
        self.repo.commit(files)
        bare = self.site.standin.state.repository(self.name).path
        self.repo.git("push", "--quiet", "--force", str(bare), "refs/heads/*:refs/heads/*")

    @property
    def issues(self) -> list[Issue]:
        state = self.site.standin.state
        return state.issues(state.repository(self.name))

    @property
    def posts(self) -> list[Comment]:
        """All of ours, on whatever issue, oldest first."""
        state = self.site.standin.state
        written = [comment for issue in self.issues for comment in state.comments(issue)]
        return [comment for comment in written if comment.body.startswith(WEEKLY_MARKER)]

    def fails(self, method: str, path: str, status: int, **more: object) -> None:
        fault = Fault(method, f"/api/v3/repos/{self.name}{path}", status, **more)  # type: ignore[arg-type]
        self.site.standin.faults.append(fault)


async def test_the_first_post_is_on_an_issue_of_its_own_that_is_pinned(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    assert await desk.does(board.job(FIRST)) == "posted"
    (issue,) = board.issues
    assert (issue.title, issue.author, site.standin.state.is_pinned(issue)) == (
        "Where we stand",
        site.standin.app.bot,
        True,
    )
    (post,) = board.posts
    assert "Week to" in post.body


@pytest.mark.parametrize("required", [False, True])
async def test_a_post_asks_for_a_required_check_where_there_is_none(desk: Desk, site: Site, required: bool) -> None:
    board = Board.of(site)
    board.push({**GUARDED, **pages(6, STRAY)}, days=30)
    if required:
        site.standin.owner.add_ruleset(board.name, "main", ["fifthwhy"])
    await desk.does(board.job(FIRST))
    (post,) = board.posts
    assert ("Require a check that counts `imports.fragmented`" in post.body) != required


async def test_the_next_post_is_on_the_same_issue_and_tells_what_changed(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    await desk.does(board.job(FIRST))
    board.push({"shop/basket.py": STRAY}, days=65)
    assert await desk.does(board.job(SECOND)) == "posted"
    assert len(board.issues) == 1
    _, second = board.posts
    assert "Since the post before" in second.body


async def test_a_week_in_which_nothing_changed_edits_the_last_post(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    await desk.does(board.job(FIRST))
    board.push({"README.md": "# Shop\n"})
    assert await desk.does(board.job(SECOND)) == "edited"
    (post,) = board.posts
    mark = mark_in(post.body)
    assert mark is not None
    assert (mark.tick, mark.commit) == (SECOND, board.repo.head())


async def test_an_edited_post_goes_on_telling_what_changed_when_it_was_new(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    await desk.does(board.job(FIRST))
    first = board.repo.head()
    board.push({"shop/basket.py": STRAY}, days=65)
    await desk.does(board.job(SECOND))
    board.push({"README.md": "# Shop\n"})
    assert await desk.does(board.job(THIRD)) == "edited"
    _, last = board.posts
    mark = mark_in(last.body)
    assert mark is not None
    assert mark.since == first


async def test_a_tick_is_posted_once_however_often_its_job_runs(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    await desk.does(board.job(FIRST))
    assert await desk.does(board.job(FIRST)) == "done"
    assert len(board.posts) == 1


async def test_a_redis_that_has_lost_everything_posts_nothing_twice(desk: Desk, site: Site, redis: Redis) -> None:
    board = Board.of(site)
    await desk.does(board.job(FIRST))
    redis.flushall()
    assert await desk.does(board.job(FIRST)) == "done"
    assert len(board.posts) == 1


async def test_a_job_that_comes_late_does_not_undo_a_newer_post(desk: Desk, site: Site, redis: Redis) -> None:
    board = Board.of(site)
    await desk.does(board.job(FIRST))
    board.push({"shop/basket.py": STRAY}, days=65)
    await desk.does(board.job(SECOND))
    redis.flushall()
    assert await desk.does(board.job(FIRST)) == "done"
    assert len(board.posts) == 2


async def test_a_post_whose_answer_got_lost_is_found_by_looking(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    board.fails("POST", "/issues/*/comments", 502, takes_effect=True)
    with pytest.raises(GitHubUnavailableError):
        await desk.does(board.job(FIRST))
    assert await desk.does(board.job(FIRST)) == "done"
    assert len(board.posts) == 1


async def test_an_issue_whose_answer_got_lost_is_found_by_its_title(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    board.fails("POST", "/issues", 502, takes_effect=True)
    with pytest.raises(GitHubUnavailableError):
        await desk.does(board.job(FIRST))
    assert await desk.does(board.job(FIRST)) == "posted"
    assert len(board.issues) == 1


async def test_two_posts_of_one_tick_become_one(desk: Desk, site: Site, redis: Redis) -> None:
    board = Board.of(site)
    await desk.does(board.job(FIRST))
    (post,) = board.posts
    site.standin.state.add_comment(board.issues[0], site.standin.app.bot, post.body, via_app=True)
    redis.flushall()
    assert await desk.does(board.job(FIRST)) == "done"
    assert [each.id for each in board.posts] == [post.id]


async def test_what_people_say_on_the_issue_is_left_alone(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    await desk.does(board.job(FIRST))
    copied = site.standin.comment(board.name, board.issues[0].number, board.posts[0].body, site.person)
    assert await desk.does(board.job(SECOND)) == "edited"
    assert site.standin.state.comment(board.name, copied.id) == copied


# --- a policy that is new, or gone ------------------------------------------------------------------------------------


async def test_what_was_due_before_the_policy_asked_for_it_is_not_caught_up(desk: Desk, site: Site) -> None:
    board = Board.of(site, POLICY)
    board.push({".github/fifthwhy.yml": TITLED}, days=65)
    assert await desk.does(board.job(FIRST)) == "not due"
    assert (board.issues, board.posts) == ([], [])


async def test_a_policy_that_no_longer_asks_ends_it(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    await desk.does(board.job(FIRST))
    board.push({".github/fifthwhy.yml": POLICY})
    assert await desk.does(board.job(SECOND)) == "not wanted"
    assert await Schedule(desk.tools.queue.redis).due(datetime.now(UTC) + timedelta(days=30)) == ()


async def test_a_policy_that_cannot_be_used_posts_nothing(desk: Desk, site: Site) -> None:
    board = Board.of(site, "weekly: {cron: daily}\n")
    assert await desk.does(board.job(FIRST)) == "not possible"


# --- issues that are in the way ---------------------------------------------------------------------------------------


async def test_an_issue_that_was_closed_is_followed_by_a_new_one(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    await desk.does(board.job(FIRST))
    site.standin.state.set_open(board.issues[0], "closed")
    assert await desk.does(board.job(SECOND)) == "posted"
    assert [issue.state for issue in board.issues] == ["closed", "open"]


async def test_an_issue_that_was_locked_is_followed_by_a_new_one(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    await desk.does(board.job(FIRST))
    site.standin.lock(board.name, board.issues[0].number, site.person)
    assert await desk.does(board.job(SECOND)) == "posted"
    assert len(board.issues) == 2


async def test_an_issue_by_somebody_else_with_that_title_is_left_alone(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    theirs = site.standin.open_issue(board.name, "Where we stand", None, site.person)
    await desk.does(board.job(FIRST))
    assert site.standin.state.comments(theirs) == []
    assert len(board.issues) == 2


NUMBERED: Final = POLICY + "weekly: {cron: '0 9 * * 1', issue: 1}\n"


async def test_an_issue_that_the_policy_names_is_posted_on(desk: Desk, site: Site) -> None:
    board = Board.of(site, NUMBERED)
    issue = site.standin.open_issue(board.name, "Consolidate", None, site.person)
    assert await desk.does(board.job(FIRST)) == "posted"
    assert [each.number for each in board.posts] == [issue.number]
    assert not site.standin.state.is_pinned(issue)


async def test_a_named_issue_that_is_closed_is_told_to_the_operator(desk: Desk, site: Site) -> None:
    board = Board.of(site, NUMBERED)
    issue = site.standin.open_issue(board.name, "Consolidate", None, site.person)
    site.standin.state.set_open(issue, "closed")
    with pytest.raises(UnusableIssueError, match=r"#1.* is closed"):
        await desk.does(board.job(FIRST))
    assert board.posts == []


async def test_a_named_issue_that_does_not_exist_is_told_to_the_operator(desk: Desk, site: Site) -> None:
    board = Board.of(site, NUMBERED)
    with pytest.raises(NotFoundError):
        await desk.does(board.job(FIRST))


async def test_a_named_issue_that_is_locked_is_told_to_the_operator(desk: Desk, site: Site) -> None:
    board = Board.of(site, NUMBERED)
    site.standin.open_issue(board.name, "Consolidate", None, site.person)
    site.standin.lock(board.name, 1, site.person)
    with pytest.raises(LockedError):
        await desk.does(board.job(FIRST))


async def test_a_repository_with_issues_disabled_gets_none(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    site.standin.owner.disable_issues(board.name)
    assert await desk.does(board.job(FIRST)) == "issues disabled"


async def test_an_archived_repository_is_left_alone(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    site.standin.owner.archive(board.name, site.person)
    assert await desk.does(board.job(FIRST)) == "archived"


async def test_an_issue_that_cannot_be_pinned_is_posted_on(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    for number in range(3):
        site.standin.state.pin(site.standin.open_issue(board.name, f"Pinned {number}", None, site.person))
    assert await desk.does(board.job(FIRST)) == "posted"


async def test_a_repository_that_is_fixed_tells_so(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    await desk.does(board.job(FIRST))
    board.push({"shop/page.py": CANONICAL}, days=65)
    assert await desk.does(board.job(SECOND)) == "posted"


# --- a worker that was paused -----------------------------------------------------------------------------------------


@asynccontextmanager
async def paused(desk: Desk, board: Board, job: WeeklyJob, method: str, path: str) -> AsyncIterator[asyncio.Task[str]]:
    """A worker that is stopped at this request, until the block is over; meanwhile its lease has ended."""
    held = Fault(method, f"/api/v3/repos/{board.name}{path}", held=Event())
    board.site.standin.faults.append(held)
    assert held.held is not None
    asleep = asyncio.create_task(desk.does(job))
    assert await asyncio.to_thread(held.reached.wait, PATIENCE_SECONDS)
    await desk.tools.queue.redis.delete(TURN + job.subject)
    yield asleep
    held.held.set()


async def test_a_worker_that_was_paused_adds_no_second_post(desk: Desk, site: Site) -> None:
    """It was about to edit the last post, which somebody has deleted since; another one has posted in its place."""
    board = Board.of(site)
    await desk.does(board.job(FIRST))
    (first,) = board.posts
    job = board.job(SECOND)
    async with paused(desk, board, job, "PATCH", "/issues/comments/*") as asleep:
        site.standin.delete_comment(board.name, first.id, site.person)
        assert await desk.does(job) == "posted"
    with pytest.raises(BusyError):
        await asleep
    assert len(board.posts) == 1


async def test_a_worker_that_was_paused_pins_nothing(desk: Desk, site: Site) -> None:
    board = Board.of(site)
    job = board.job(FIRST)
    async with paused(desk, board, job, "POST", "/issues") as asleep:
        await desk.does(job)
    with pytest.raises(BusyError):
        await asleep
    assert [site.standin.state.is_pinned(issue) for issue in board.issues] == [True, False]
    assert len(board.posts) == 1
