"""What only the App as such may ask: who it is, where it is installed, what was delivered to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.demo.github import GitHubStandIn
from bot.demo.processes import free_port
from bot.demo.records import Person
from bot.demo.registration import AppRegistration
from bot.demo.serving import serving
from bot.github.app import GitHubApp
from bot.github.records import HookDelivery
from tests.bot.conftest import Site
from tests.bot.github.conftest import Account
from tests.repositories import Repo

pytestmark = pytest.mark.anyio


async def test_the_app_knows_who_it_is(github: GitHubApp, site: Site) -> None:
    identity = await github.identity()
    app = site.standin.app
    assert (identity.id, identity.slug, identity.name) == (app.id, app.slug, app.name)
    assert identity.login == app.bot.login
    assert identity.permissions == app.permissions


async def test_an_installation_says_what_was_granted_and_where_more_is(github: GitHubApp, account: Account) -> None:
    account.standin.owner.have_accepted(account.name, {"metadata": "read"})
    found = {one.account: one for one in await github.installations()}
    installation = found[account.name]
    assert (installation.id, installation.suspended) == (account.installation_id, False)
    assert installation.permissions == {"metadata": "read"}
    assert str(installation.id) in installation.html_url
    account.standin.owner.suspend(account.name, account.site.person)
    assert {one.account: one.suspended for one in await github.installations()}[account.name]


async def test_the_repositories_of_an_installation_are_listed_as_they_are_today(
    github: GitHubApp, account: Account
) -> None:
    (found,) = await github.repositories(account.installation_id)
    assert (found.id, found.full_name, found.default_branch) == (account.repository.id, f"{account.name}/shop", "main")
    assert (found.private, found.archived, found.has_issues) == (True, False, True)
    account.standin.owner.archive(found.full_name, account.site.person)
    (found,) = await github.repositories(account.installation_id)
    assert found.archived
    async with account.opened(github) as repository:
        assert await repository.info() == found


async def test_github_tells_the_time(github: GitHubApp) -> None:
    assert abs(await github.server_time() - datetime.now(UTC)) < timedelta(minutes=5)


class Log:
    """A GitHub whose clock the test moves, and whose webhooks nobody takes."""

    def __init__(self, folder: Path) -> None:
        self.start = self.time = datetime.now(UTC).replace(microsecond=0)  # when the App signs, too
        nobody = f"http://127.0.0.1:{free_port()}/webhook"
        app = AppRegistration.generate(account="acme")
        self.standin = GitHubStandIn(app, folder / "github", nobody, clock=lambda: self.time)
        self.person: Person = self.standin.add_person("ada")
        repo = Repo.create(folder / "shop")
        repo.commit({"a.py": "A = 1\n"})
        repo.branch("feature")
        repo.commit({"b.py": "B = 2\n"})
        self.standin.add_repository("acme/shop", repo.path)
        self.standin.open_pull_request("acme/shop", head="feature", base="main", title="Change", by=self.person)

    def comment(self, times: int = 1) -> None:
        """Have as many webhooks sent, a second apart."""
        for _ in range(times):
            self.time += timedelta(seconds=1)
            self.standin.comment("acme/shop", 1, "Hello", self.person)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[tuple[Log, str]]:
    log = Log(tmp_path)
    with serving(log.standin) as address:
        yield log, f"{address}/api/v3"


async def test_failed_deliveries_are_listed_newest_first_and_delivered_again(log: tuple[Log, str]) -> None:
    github_log, api = log
    github = GitHubApp(github_log.standin.app.id, github_log.standin.app.private_key_pem, api)
    github_log.comment()
    newest, oldest = await github.deliveries(since=github_log.start)
    assert [one.event for one in (newest, oldest)] == ["issue_comment", "pull_request"]
    tried = github_log.standin.deliveries[-1]
    assert newest == HookDelivery(
        tried.id, tried.guid, "issue_comment", "created", newest.status_code, github_log.time, redelivery=False
    )
    assert not 200 <= newest.status_code < 300
    await github.redeliver(newest.id)
    while len(found := await github.deliveries(since=github_log.start)) < 3:
        pass
    assert (found[0].guid, found[0].redelivery) == (newest.guid, True)


async def test_the_log_is_read_no_further_back_than_asked(log: tuple[Log, str]) -> None:
    github_log, api = log
    github = GitHubApp(github_log.standin.app.id, github_log.standin.app.private_key_pem, api)
    github_log.comment(times=250)
    since = github_log.time - timedelta(seconds=119)
    before = len(github_log.standin.requests)
    found = await github.deliveries(since=since)
    assert [one.delivered_at for one in found] == [github_log.time - timedelta(seconds=n) for n in range(120)]
    assert len(github_log.standin.requests) - before == 2


async def test_a_log_that_is_too_long_to_be_read_is_told(log: tuple[Log, str]) -> None:
    github_log, api = log
    github = GitHubApp(github_log.standin.app.id, github_log.standin.app.private_key_pem, api)
    github_log.comment(times=150)
    with capture_logs() as logged:
        assert len(await github.deliveries(since=github_log.start, most_pages=2)) == 151
    assert logged == []
    with capture_logs() as logged:
        assert len(await github.deliveries(since=github_log.start, most_pages=1)) == 100
    assert [line["log_level"] for line in logged] == ["warning"]
