"""Installations and repositories that come, go and change: what is dropped, what is kept, and what never leaks."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import msgspec
import pytest
from redis import Redis
from redis.exceptions import ResponseError

from analyzers.policy import WeeklyPolicy
from bot.demo.faults import Fault
from bot.git.mirror import MirrorLimits
from bot.github.errors import GitHubUnavailableError
from bot.jobs.tools import Tools
from bot.measuring.caches import opened_caches
from bot.measuring.measure import Caches
from bot.publishing.published import published_head
from bot.queue.dead_letters import DeadLetters
from bot.queue.jobs import CommandJob, GroupJob, LifecycleChange, LifecycleJob, LookBackJob, ReviewJob
from bot.queue.queue import NEWEST
from bot.stores.file_lock import held
from bot.upkeep.leftovers import Leftovers
from bot.upkeep.lifecycle import Notices, heed, list_again, sweep
from bot.upkeep.rounds import Rounds
from bot.webhooks.events import InstallationAction, InstallationEvent, RepositoryAction, RepositoryEvent
from bot.webhooks.jobs import jobs_for
from bot.weekly.schedule import Schedule
from bot.worker.lane_worker import LaneWorker
from tests.bot.conftest import Site, small_settings, stored_jobs
from tests.bot.lanes import INTERACTIVE, PATIENCE_SECONDS
from tests.bot.reviewing import STRAY, Desk, Pull

pytestmark = pytest.mark.anyio

LONG_AGO = datetime.fromtimestamp(0, UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The disk of one machine."""
    return tmp_path / "data"


@pytest.fixture
def caches(folder: Path) -> Iterator[Caches]:
    folder.mkdir()
    with opened_caches(small_settings(folder)) as caches:
        yield caches


@pytest.fixture
def tools(worker_tools: Tools, folder: Path, caches: Caches) -> Tools:
    """Of a worker with a disk of its own."""
    return msgspec.structs.replace(worker_tools, data_dir=folder, caches=caches)


@pytest.fixture
def desk(tools: Tools) -> Desk:
    return Desk(tools)


def mirrors(folder: Path) -> list[Path]:
    return list(folder.glob("mirrors/*/*.git"))


def kept(folder: Path) -> dict[str, int]:
    """How much is on the disk: mirrors, and rows of each cache."""
    counts = {"mirrors": len(mirrors(folder))}
    for file, table in (("facts", "facts"), ("index", "index_rows"), ("past", "past")):
        with closing(sqlite3.connect(folder / f"{file}.sqlite3")) as connection, suppress(sqlite3.OperationalError):
            counts[file] = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    return counts


def told(pull: Pull, change: LifecycleChange, *, whole: bool = False) -> LifecycleJob:
    """The job that a webhook about the pull request's repository makes, or about its installation."""
    job = pull.job
    return LifecycleJob(job.installation_id, change, (job.repository_id,), whole, f"delivery-{change}")


def goes(pull: Pull) -> LifecycleJob:
    """The repository is archived; the job that its webhook makes."""
    pull.site.standin.owner.archive(pull.name, pull.site.person)
    return told(pull, "went")


def look_back(pull: Pull) -> LookBackJob:
    return LookBackJob(pull.job.installation_id, pull.job.repository_id, "main", "delivery-1")


@pytest.fixture
def stranger(site: Site) -> Iterator[Pull]:
    """A pull request of an account of its own."""
    owner = site.standin.owner
    account = f"stranger-{next(site.numbers)}"
    owner.add_organization(account)
    owner.install(account, site.person)
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    moved = owner.transfer(pull.name, account, site.person)
    yield Pull(site, pull.repo, moved.full_name, pull.number)
    site.standin.faults.clear()


def strangers_job(pull: Pull) -> ReviewJob:
    installed = pull.site.standin.owner.installed(account_of(pull))
    return msgspec.structs.replace(pull.job, installation_id=installed.id)


def account_of(pull: Pull) -> str:
    return pull.name.partition("/")[0]


# --- what webhooks ask for --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "change"),
    [("created", "came"), ("unsuspend", "came"), ("deleted", "went"), ("suspend", "went")],
)
def test_an_installation_comes_and_goes_as_a_whole(action: InstallationAction, change: LifecycleChange) -> None:
    event = InstallationEvent("delivery-1", action, 1, (10, 11))
    assert jobs_for(event) == (LifecycleJob(1, change, (10, 11), True, "delivery-1"),)


@pytest.mark.parametrize(("action", "change"), [("added", "came"), ("removed", "went")])
def test_repositories_come_and_go_by_themselves(action: InstallationAction, change: LifecycleChange) -> None:
    event = InstallationEvent("delivery-1", action, 1, (10,))
    assert jobs_for(event) == (LifecycleJob(1, change, (10,), False, "delivery-1"),)


@pytest.mark.parametrize(
    ("action", "change"),
    [
        ("transferred", "came"),
        ("unarchived", "came"),
        ("archived", "went"),
        ("deleted", "went"),
        ("renamed", "changed"),
        ("privatized", "changed"),
        ("publicized", "changed"),
    ],
)
def test_what_happens_to_a_repository_is_taken_in(action: RepositoryAction, change: LifecycleChange) -> None:
    event = RepositoryEvent("delivery-1", action, 1, 10)
    assert jobs_for(event) == (LifecycleJob(1, change, (10,), False, "delivery-1"),)


def test_accepted_permissions_ask_for_nothing() -> None:
    assert jobs_for(InstallationEvent("delivery-1", "new_permissions_accepted", 1, ())) == ()


def test_two_changes_are_both_taken_in() -> None:
    first, second = (LifecycleJob(1, "went", (10,), False, f"delivery-{number}") for number in (1, 2))
    assert first.subject != second.subject


# --- repositories that go ---------------------------------------------------------------------------------------------


async def test_nothing_of_a_repository_that_went_stays_on_the_disk(desk: Desk, site: Site, folder: Path) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    await desk.does(look_back(pull))
    before = kept(folder)
    assert before["mirrors"] == 1
    assert before["facts"] > 0
    assert before["index"] > 0

    assert await desk.does(goes(pull)) == "went"
    await heed(desk.tools, LONG_AGO)
    assert set(kept(folder).values()) == {0}


async def test_every_machine_removes_what_it_has(desk: Desk, worker_tools: Tools, site: Site) -> None:
    """The webhook is taken in on one machine; the mirror is on another one."""
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    await Desk(worker_tools).does(goes(pull))
    assert kept(desk.tools.data_dir)["mirrors"] == 1
    await heed(desk.tools, LONG_AGO)
    assert kept(desk.tools.data_dir)["mirrors"] == 0


async def test_other_repositories_keep_what_they_have(desk: Desk, site: Site, folder: Path) -> None:
    gone, other = (Pull.opened(site, {f"shop/{name}.py": STRAY}) for name in ("basket", "till"))
    await desk.does(gone.job)
    await desk.does(other.job)
    await desk.does(goes(gone))
    await heed(desk.tools, LONG_AGO)
    assert kept(folder)["mirrors"] == 1
    assert await desk.does(other.job) == "unchanged"


async def test_what_was_remembered_of_it_is_forgotten(desk: Desk, site: Site, redis: Redis) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    queue = desk.tools.queue
    assert await published_head(queue, pull.job.repository_id, pull.number) == pull.head
    await desk.does(goes(pull))
    assert await published_head(queue, pull.job.repository_id, pull.number) is None
    assert list(redis.scan_iter(f"fifthwhy:memory:* {pull.job.repository_id}*")) == []


async def test_its_jobs_that_wait_are_dropped_and_no_others(desk: Desk, site: Site, redis: Redis) -> None:
    gone, other = (Pull.opened(site, {f"shop/{name}.py": STRAY}) for name in ("basket", "till"))
    queue = desk.tools.queue
    for job in (gone.job, look_back(gone), other.job):
        await queue.enqueue(job)
    await desk.does(goes(gone))
    assert [name.split(":")[1] for name in stored_jobs(redis)] == [other.job.subject]
    assert not await queue.has(gone.job)


async def test_an_installation_that_went_leaves_nothing_waiting(desk: Desk, stranger: Pull, redis: Redis) -> None:
    queue, schedule = desk.tools.queue, Schedule(desk.tools.queue.redis)
    job = strangers_job(stranger)
    installation = job.installation_id
    await queue.enqueue(job)
    await queue.enqueue(ReviewJob(installation + 1, 1, 1, "of another installation"))
    weekly = WeeklyPolicy(cron="0 9 * * 1", issue=1)
    await schedule.note(installation, job.repository_id, weekly, datetime.now(UTC))
    stranger.site.standin.owner.uninstall(account_of(stranger), stranger.site.person)
    await desk.does(LifecycleJob(installation, "went", (job.repository_id,), True, "delivery-deleted"))
    assert await schedule.due(datetime.now(UTC) + timedelta(days=30)) == ()
    waiting = {name for name in stored_jobs(redis) if "/pull/" in name}
    assert {name.split(":")[0] for name in waiting} == {str(installation + 1)}


async def test_a_mirror_that_is_in_use_is_removed_another_time(desk: Desk, site: Site, folder: Path) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    (mirror,) = mirrors(folder)
    leftovers = Leftovers(folder, MirrorLimits(seconds=0.01), desk.tools.caches)
    with held(mirror.with_suffix(".lock"), 30):
        assert not leftovers.remove(pull.job.repository_id)
    assert leftovers.remove(pull.job.repository_id)


async def test_what_came_back_is_kept(desk: Desk, site: Site, folder: Path) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    await desk.does(goes(pull))
    site.standin.owner.unarchive(pull.name, site.person)
    await desk.does(told(pull, "came"))
    await heed(desk.tools, LONG_AGO)
    assert kept(folder)["mirrors"] == 1


@pytest.mark.parametrize("whole", [True, False])
async def test_what_is_said_to_have_come_and_is_gone_already_is_not_looked_at(
    desk: Desk, stranger: Pull, *, whole: bool
) -> None:
    """The webhook was delivered again days later, or is a genuine one that somebody plays again."""
    job = strangers_job(stranger)
    stranger.site.standin.owner.uninstall(account_of(stranger), stranger.site.person)
    came = LifecycleJob(job.installation_id, "came", (job.repository_id,), whole, "delivery-created")
    assert await desk.does(came) == "not there"
    assert await Rounds(desk.tools.queue).of(job.installation_id) == ()


async def test_a_repository_that_comes_gets_no_word_on_what_was_open_before(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(told(pull, "came"))
    since = await Rounds(desk.tools.queue).since(pull.job.repository_id)
    assert since is not None
    assert not await desk.tools.queue.has(pull.job)
    assert (pull.comments, pull.runs()) == ([], [])


async def test_what_was_open_before_is_left_alone_also_while_github_does_not_answer(desk: Desk, stranger: Pull) -> None:
    """Somebody else may list the repositories meanwhile, and look at them."""
    api = stranger.site.standin.faults
    api.append(Fault("GET", "/api/v3/installation/repositories", 503))
    job = strangers_job(stranger)
    with pytest.raises(GitHubUnavailableError):
        await desk.does(LifecycleJob(job.installation_id, "came", (job.repository_id,), False, "delivery-added"))
    assert await Rounds(desk.tools.queue).since(job.repository_id) is not None


# --- what is said to have gone, and has not ---------------------------------------------------------------------------


def suspension(pull: Pull) -> LifecycleJob:
    """The job of a webhook that the whole installation was suspended; it names no repository."""
    return LifecycleJob(strangers_job(pull).installation_id, "went", (), True, "delivery-suspend")


async def suspended_and_let_in_again(pull: Pull, desk: Desk) -> None:
    """Both webhooks are taken in."""
    owner, person = pull.site.standin.owner, pull.site.person
    job = suspension(pull)
    owner.suspend(account_of(pull), person)
    assert await desk.does(job) == "went"
    owner.unsuspend(account_of(pull), person)
    assert await desk.does(LifecycleJob(job.installation_id, "came", (), True, "delivery-unsuspend")) == "came"


async def test_what_was_asked_for_after_a_suspension_was_lifted_is_done(
    desk: Desk, stranger: Pull, redis: Redis
) -> None:
    """The suspension itself is taken in late, when all of this waits already."""
    queue, job = desk.tools.queue, suspension(stranger)
    scope = job.installation_id, stranger.job.repository_id
    stranger.site.standin.owner.suspend(account_of(stranger), stranger.site.person)
    generation = await queue.enqueue(job)
    later = (
        LifecycleJob(job.installation_id, "came", (), True, "delivery-unsuspend"),
        CommandJob(*scope, 1, 99, "delivery-command"),
        GroupJob(*scope, "a" * 40, "b" * 40, "main", "delivery-group"),
    )
    for each in later:
        await queue.enqueue(each)
    assert await desk.goes_on(job, generation) == "went"
    assert {name.split(":")[1] for name in stored_jobs(redis)} == {each.subject for each in later}


async def test_a_suspension_that_was_lifted_drops_nothing(desk: Desk, stranger: Pull, redis: Redis) -> None:
    waiting = strangers_job(stranger)
    await desk.tools.queue.enqueue(waiting)
    assert await desk.does(suspension(stranger)) == "still there"
    assert waiting.subject in {name.split(":")[1] for name in stored_jobs(redis)}


async def test_github_is_asked_once_more_a_minute_later_in_case_its_answer_was_an_old_one(
    desk: Desk, stranger: Pull
) -> None:
    job, queue = suspension(stranger), desk.tools.queue
    await desk.does(job)
    assert await queue.has(job)
    generation = await queue.redis.zscore(NEWEST, job.subject)
    assert generation is not None
    assert await desk.goes_on(job, int(generation)) == "still there"
    assert not await queue.has(job)


async def test_github_is_asked_once_more_though_redis_failed_right_then(
    desk: Desk, stranger: Pull, redis: Redis
) -> None:
    job, queue = suspension(stranger), desk.tools.queue
    generation = await queue.enqueue(job)
    redis.set("fifthwhy:generation", "no number")
    with pytest.raises(ResponseError):
        await desk.goes_on(job, generation)
    redis.set("fifthwhy:generation", str(generation))
    assert await desk.goes_on(job, generation) == "still there"
    assert await queue.is_superseded(job, generation)


async def test_github_is_asked_once_more_about_the_one_of_two_that_is_still_there(
    desk: Desk, site: Site, folder: Path
) -> None:
    """Its list may be some seconds older than the webhook: the other one is not in it any more."""
    gone, listed = (Pull.opened(site, {f"shop/{name}.py": STRAY}) for name in ("basket", "till"))
    await desk.does(gone.job)
    await desk.does(listed.job)
    ids = gone.job.repository_id, listed.job.repository_id
    goes(gone)
    job, queue = LifecycleJob(gone.job.installation_id, "went", ids, False, "delivery-removed"), desk.tools.queue
    assert await desk.does(job) == "went"
    assert await queue.has(job)
    await heed(desk.tools, LONG_AGO)
    assert kept(folder)["mirrors"] == 1

    goes(listed)
    generation = await queue.redis.zscore(NEWEST, job.subject)
    assert generation is not None
    assert await desk.goes_on(job, int(generation)) == "went"
    assert not await queue.has(job)
    await heed(desk.tools, LONG_AGO)
    assert kept(folder)["mirrors"] == 0


async def test_a_webhook_that_is_played_again_shuts_nobody_out(desk: Desk, site: Site, folder: Path) -> None:
    """It was genuine once: the repository was taken out, and is back."""
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    assert await desk.does(told(pull, "went")) == "still there"
    await heed(desk.tools, LONG_AGO)
    assert kept(folder)["mirrors"] == 1
    assert await published_head(desk.tools.queue, pull.job.repository_id, pull.number) == pull.head


async def test_after_a_suspension_a_worker_that_starts_keeps_what_was_fetched(
    desk: Desk, stranger: Pull, folder: Path
) -> None:
    await suspended_and_let_in_again(stranger, desk)
    await desk.does(strangers_job(stranger))
    await heed(desk.tools, LONG_AGO)
    assert kept(folder)["mirrors"] == 1


async def test_after_a_suspension_its_repositories_are_looked_at_again(desk: Desk, stranger: Pull) -> None:
    job = strangers_job(stranger)
    await suspended_and_let_in_again(stranger, desk)
    assert await Rounds(desk.tools.queue).of(job.installation_id) == (job.repository_id,)


async def test_what_came_back_without_a_webhook_is_kept_once_it_was_listed(
    desk: Desk, site: Site, folder: Path
) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    await desk.does(goes(pull))
    site.standin.owner.unarchive(pull.name, site.person)
    await list_again(pull.job.installation_id, desk.tools, soon())
    await heed(desk.tools, LONG_AGO)
    assert kept(folder)["mirrors"] == 1


async def test_a_list_of_before_does_not_bring_back_what_went_since(desk: Desk, site: Site, folder: Path) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    before = datetime.now(UTC) - timedelta(minutes=1)
    await desk.does(goes(pull))
    await Notices(desk.tools.queue.redis).take_back([pull.job.repository_id], before)
    await heed(desk.tools, LONG_AGO)
    assert kept(folder)["mirrors"] == 0


async def test_github_is_asked_again_whether_something_went_when_it_is_away(desk: Desk, stranger: Pull) -> None:
    api = stranger.site.standin.faults
    api.append(Fault("GET", "/api/v3/installation/repositories", 503))
    with pytest.raises(GitHubUnavailableError):
        await desk.does(suspension(stranger))


# --- another name -----------------------------------------------------------------------------------------------------


async def test_a_new_name_is_known_at_once(desk: Desk, site: Site) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    job = told(pull, "changed")
    renamed = site.standin.owner.rename(pull.name, f"{pull.name.partition('/')[2]}-renamed", site.person)
    await desk.does(job)
    await heed(desk.tools, LONG_AGO)
    async with desk.tools.github.repository(job.installation_id, job.repository_id) as repository:
        assert repository.session.full_name == renamed.full_name


# --- in the middle of a job -------------------------------------------------------------------------------------------


@asynccontextmanager
async def working(tools: Tools) -> AsyncIterator[None]:
    """A worker for the length of the block."""
    task = asyncio.create_task(LaneWorker(INTERACTIVE, tools).work())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def meets(pull: Pull, tools: Tools, happens: str) -> None:
    """Let something happen to the account while a review of its pull request is under way, and see that job end."""
    held = Fault("POST", f"/api/v3/repos/{pull.name}/check-runs", held=Event())
    pull.site.standin.faults.append(held)
    job = strangers_job(pull)
    await tools.queue.enqueue(job)
    async with working(tools):
        assert await asyncio.to_thread(held.reached.wait, 30)
        owner = pull.site.standin.owner
        match happens:
            case "uninstall":
                owner.uninstall(account_of(pull), pull.site.person)
            case "suspend":
                owner.suspend(account_of(pull), pull.site.person)
            case _:
                owner.delete(pull.name, pull.site.person)
        assert held.held is not None
        held.held.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await tools.queue.has(job):
                pass


@pytest.mark.parametrize("happens", ["uninstall", "suspend", "delete"])
async def test_what_happens_in_the_middle_of_a_job_ends_it_quietly(stranger: Pull, tools: Tools, happens: str) -> None:
    await meets(stranger, tools, happens)
    assert await DeadLetters(tools.queue.redis).count() == 0


# --- the sweep --------------------------------------------------------------------------------------------------------


async def listed(tools: Tools, site: Site, at: datetime, without: tuple[int, ...] = ()) -> None:
    """Let the one installation have been listed then; some repositories were not there."""
    installation = site.standin.app.installation.id
    rounds = Rounds(tools.queue)
    await rounds.take_installations([installation], at)
    found = await tools.github.repositories(installation)
    await rounds.take(installation, [info for info in found if info.id not in without], at)


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)


async def test_what_no_installation_covers_is_swept_from_the_disk(desk: Desk, site: Site, folder: Path) -> None:
    """The webhook that told so was lost."""
    gone, other = (Pull.opened(site, {f"shop/{name}.py": STRAY}) for name in ("basket", "till"))
    await desk.does(gone.job)
    await desk.does(other.job)
    await listed(desk.tools, site, soon(), without=(gone.job.repository_id,))
    assert await sweep(desk.tools, soon()) == (gone.job.repository_id,)
    assert kept(folder)["mirrors"] == 1


async def test_nothing_is_swept_before_everything_was_listed(desk: Desk, site: Site, folder: Path) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    assert await sweep(desk.tools, soon()) is None
    await Rounds(desk.tools.queue).take_installations([pull.job.installation_id], soon())
    assert await sweep(desk.tools, soon()) is None
    assert kept(folder)["mirrors"] == 1


async def test_nothing_is_swept_by_an_old_list(desk: Desk, site: Site, folder: Path) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    await listed(desk.tools, site, soon(), without=(pull.job.repository_id,))
    assert await sweep(desk.tools, soon() + timedelta(days=3)) is None
    assert kept(folder)["mirrors"] == 1


async def test_a_mirror_that_was_made_after_the_list_is_kept(desk: Desk, site: Site, folder: Path) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await listed(desk.tools, site, soon() - timedelta(hours=1), without=(pull.job.repository_id,))
    await desk.does(pull.job)
    assert await sweep(desk.tools, soon()) == ()
    assert kept(folder)["mirrors"] == 1


async def test_where_the_app_was_uninstalled_everywhere_nothing_stays(desk: Desk, site: Site, folder: Path) -> None:
    pull = Pull.opened(site, {"shop/basket.py": STRAY})
    await desk.does(pull.job)
    await Rounds(desk.tools.queue).take_installations([], soon())
    assert await sweep(desk.tools, soon()) == (pull.job.repository_id,)
