"""Sessions on repositories: tokens that reach no further than a job needs, and failures that pass or stay."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Final

import anyio
import httpx
import pytest

from bot.demo.faults import Fault
from bot.demo.processes import free_port
from bot.demo.registration import AppRegistration
from bot.github.app import GitHubApp
from bot.github.errors import (
    GitHubRefusedError,
    GitHubUnavailableError,
    InstallationGoneError,
    InstallationSuspendedError,
    MissingPermissionError,
    MovedError,
    NotFoundError,
)
from bot.github.records import CheckRunDraft, PullRequest
from tests.bot.conftest import Shop, Site
from tests.bot.github.conftest import Account, opened

pytestmark = pytest.mark.anyio

NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
GET_PULL: Final = "/pulls/*"
A_TEST_FAILS_AFTER_SECONDS: Final = 30


async def ask(github: GitHubApp, shop: Shop) -> PullRequest:
    """Ask for the pull request, as every audit does first."""
    with anyio.fail_after(A_TEST_FAILS_AFTER_SECONDS):
        async with github.repository(shop.job.installation_id, shop.repository.id) as repository:
            return await repository.pull_request(shop.pull.number)


async def session(github: GitHubApp, shop: Shop) -> tuple[str, str]:
    """The token of the session that is open on a repository, and the name that the repository has in it."""
    async with github.repository(shop.job.installation_id, shop.repository.id) as repository:
        return repository.session.token, repository.session.full_name


def rename(shop: Shop, name: str) -> None:
    """Rename the repository, as its owner does in its settings."""
    renamed = replace(shop.repository, name=name)
    shop.standin.state._repositories[renamed.id] = renamed


TOKEN: Final = {
    "token": "ghs_1",
    "expires_at": "2099-01-01T00:00:00Z",
    "permissions": {},
    "repository_selection": "selected",
    "repositories": [{"full_name": "acme/shop"}],
}


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[str, list[str]]]:
    """The address of a server that answers nothing, and the heads of the requests that have come there."""
    heads: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}/", heads


@asynccontextmanager
async def hanging_up() -> AsyncIterator[str]:
    """The address of a server that hands out a token, and takes any other request without a word."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        if b"/access_tokens" in head:
            content = json.dumps(TOKEN).encode()
            writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n" % len(content) + content)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}"


# --- tokens -----------------------------------------------------------------------------------------------------------


async def test_a_token_opens_no_other_repository(github: GitHubApp, shop: Shop, site: Site, delivered: Shop) -> None:
    token, _ = await session(github, shop)
    async with httpx.AsyncClient(base_url=f"{site.address}/api/v3", trust_env=False, verify=NO_TLS) as http:
        http.headers["Authorization"] = f"Bearer {token}"
        own = await http.get(f"/repos/{shop.name}/pulls/{shop.pull.number}")
        others = await http.get(f"/repos/{delivered.name}/pulls/{delivered.pull.number}")
    assert (own.status_code, others.status_code) == (200, 404)


async def test_a_token_may_do_no_more_than_an_audit_needs(github: GitHubApp, shop: Shop) -> None:
    """The App as such may write to issues; an audit of a pull request may not."""
    assert shop.standin.app.permissions["issues"] == "write"
    issue = shop.standin.open_issue(shop.name, "How does it stand?", None, shop.person)
    async with github.repository(shop.job.installation_id, shop.repository.id) as repository:
        with pytest.raises(GitHubRefusedError, match="answered 403"):
            await repository.create_comment(issue.number, "Well")


async def test_a_token_is_asked_for_once_and_used_again(github: GitHubApp, shop: Shop) -> None:
    assert await session(github, shop) == await session(github, shop)


async def test_a_token_that_was_forgotten_is_asked_for_anew(github: GitHubApp, shop: Shop) -> None:
    before, _ = await session(github, shop)
    github.forget(shop.job.installation_id, shop.repository.id)
    after, _ = await session(github, shop)
    assert before != after


async def test_a_token_is_shown_in_no_representation(github: GitHubApp, shop: Shop) -> None:
    async with github.repository(shop.job.installation_id, shop.repository.id) as repository:
        assert repr(repository.session) == f"Session({shop.name!r})"
        assert repository.session.token not in f"{repository.session}"


async def test_a_token_that_github_no_longer_takes_is_exchanged_once(github: GitHubApp, account: Account) -> None:
    """It was revoked, or GitHub's clock is ahead of ours. A request that was answered with 401 had no effect."""
    async with account.opened(github) as repository:
        first = repository.session.token
        account.standin.faults.append(Fault("POST", f"*/{account.name}/*/comments", status=401))
        await repository.create_comment(account.pull.number, "Hello")
        assert repository.session.token != first
    assert [comment.body for comment in account.standin.state.comments(account.pull)] == ["Hello"]
    assert account.tokens() == 2


async def test_a_token_is_exchanged_for_all_that_work_with_it(github: GitHubApp, account: Account) -> None:
    async with account.opened(github) as one, account.opened(github) as other:
        for repository in (one, other):
            account.standin.faults.append(Fault("GET", f"*/{account.name}/*/pulls/*", status=401))
            await repository.pull_request(account.pull.number)
        assert one.session == other.session
    assert account.tokens() == 2


async def test_a_token_that_is_refused_again_is_not_exchanged_for_ever(github: GitHubApp, account: Account) -> None:
    account.standin.faults.append(Fault("GET", f"*/{account.name}/*/pulls/*", status=401, times=9))
    async with account.opened(github) as repository:
        with pytest.raises(GitHubRefusedError, match="answered 401"):
            await repository.pull_request(account.pull.number)
    assert account.tokens() == 2


async def test_sessions_of_other_rights_are_other_sessions(github: GitHubApp, shop: Shop) -> None:
    async with opened(github, shop, {"checks": "write"}) as writes, opened(github, shop, {"checks": "read"}) as reads:
        assert writes.session.token != reads.session.token


async def test_a_permission_that_is_not_accepted_yet_is_gone_on_without(github: GitHubApp, account: Account) -> None:
    """The App asks for check runs since its last version; the owner has not looked at that yet."""
    accepted = {"contents": "read", "metadata": "read", "pull_requests": "write", "checks": "read"}
    account.standin.owner.have_accepted(account.name, accepted)
    async with account.opened(github) as repository:
        assert repository.session.missing == ("checks=write",)
        await repository.create_comment(account.pull.number, "Hello")
        assert await repository.check_runs(account.pull.head.sha, "fifthwhy") == ()
        with pytest.raises(MissingPermissionError) as caught:
            await repository.create_check_run(CheckRunDraft("fifthwhy", account.pull.head.sha, "1", "queued"))
    assert caught.value.permission == "checks=write"


async def test_a_renamed_repository_is_worked_on_under_its_new_name(github: GitHubApp, shop: Shop) -> None:
    """The webhook may be older than the name: the token's answer says what it is called today."""
    rename(shop, "boutique")
    _, name = await session(github, shop)
    assert name == "acme/boutique"
    assert (await ask(github, shop)).is_open


async def test_a_repository_that_is_renamed_meanwhile_is_still_read(github: GitHubApp, account: Account) -> None:
    async with account.opened(github) as repository:
        account.standin.owner.rename(account.repository.full_name, "boutique", account.site.person)
        assert (await repository.pull_request(account.pull.number)).is_open


async def test_an_enterprise_server_is_asked_for_no_version_that_it_may_not_know(shop: Shop) -> None:
    """https://docs.github.com/en/rest/about-the-rest-api/api-versions: it would answer 400."""
    async with listening() as (address, heads):
        with pytest.raises(GitHubUnavailableError):
            await session(GitHubApp(shop.standin.app.id, shop.standin.app.private_key_pem, address), shop)
    assert len(heads) == 1
    assert "x-github-api-version" not in heads[0].lower()


async def test_a_token_goes_along_to_no_other_address(github: GitHubApp, shop: Shop) -> None:
    async with listening() as (address, heads), opened(github, shop) as repository:
        shop.fails("GET", GET_PULL, 301, headers={"Location": address})
        with pytest.raises(GitHubUnavailableError):
            await repository.pull_request(shop.pull.number)
        token = repository.session.token
    (head,) = heads
    assert head.startswith("GET / ")
    assert token not in head


async def test_nothing_is_written_to_where_a_repository_has_moved(github: GitHubApp, account: Account) -> None:
    """The job is tried again with a new session, which knows the new name."""
    owner, person = account.standin.owner, account.site.person
    async with account.opened(github) as repository:
        owner.rename(account.repository.full_name, "boutique", person)
        with pytest.raises(MovedError, match="answered 307"):
            await repository.create_comment(account.pull.number, "Hello")
    github.forget(account.installation_id, account.repository.id)
    async with account.opened(github) as repository:
        assert repository.session.full_name == f"{account.name}/boutique"
        await repository.create_comment(account.pull.number, "Hello")
    assert len(account.standin.state.comments(account.pull)) == 1


async def test_a_repository_that_was_given_away_is_refused(github: GitHubApp, account: Account) -> None:
    account.standin.owner.add_organization(f"initech-{account.name}")
    async with account.opened(github) as repository:
        account.standin.owner.transfer(account.repository.full_name, f"initech-{account.name}", account.site.person)
        with pytest.raises(NotFoundError):
            await repository.pull_request(account.pull.number)


async def test_a_repository_outside_the_installation_is_refused(github: GitHubApp, shop: Shop) -> None:
    with pytest.raises(GitHubRefusedError, match=r"POST .*/access_tokens answered 422"):
        async with github.repository(shop.job.installation_id, 999_999):
            pass


async def test_an_app_that_is_uninstalled_in_the_middle_of_a_job_knows_it(github: GitHubApp, account: Account) -> None:
    async with account.opened(github) as repository:
        account.standin.owner.uninstall(account.name, account.site.person)
        with pytest.raises(InstallationGoneError):
            await repository.pull_request(account.pull.number)


async def test_an_installation_that_is_suspended_in_the_middle_of_a_job_is_known_to_be(
    github: GitHubApp, account: Account
) -> None:
    async with account.opened(github) as repository:
        account.standin.owner.suspend(account.name, account.site.person)
        with pytest.raises(InstallationSuspendedError):
            await repository.pull_request(account.pull.number)


async def test_a_suspended_installation_gets_no_token(github: GitHubApp, account: Account) -> None:
    account.standin.owner.suspend(account.name, account.site.person)
    with pytest.raises(InstallationSuspendedError):
        async with account.opened(github):
            pass


async def test_an_installation_that_is_gone_is_refused(github: GitHubApp, shop: Shop) -> None:
    with pytest.raises(InstallationGoneError, match=r"POST .*/access_tokens answered 404"):
        async with github.repository(999_999, shop.repository.id):
            pass


async def test_a_key_that_github_does_not_know_is_refused(shop: Shop, site: Site) -> None:
    stranger = GitHubApp(4242, site.standin.app.private_key_pem, f"{site.address}/api/v3")
    with pytest.raises(GitHubRefusedError):
        await ask(stranger, shop)


async def test_a_wrong_key_is_refused_though_the_right_one_was_used_before(
    github: GitHubApp, shop: Shop, site: Site
) -> None:
    """Whoever tries keys out, as `fifthwhy doctor` does, must not be shown what another one has signed."""
    await ask(github, shop)
    wrong = AppRegistration.generate(account="acme").private_key_pem
    with pytest.raises(GitHubRefusedError, match="answered 401"):
        await ask(GitHubApp(site.standin.app.id, wrong, f"{site.address}/api/v3"), shop)


# --- what passes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_an_error_of_github_s_own_may_pass(github: GitHubApp, delivered: Shop, status: int) -> None:
    delivered.fails("GET", GET_PULL, status)
    with pytest.raises(GitHubUnavailableError, match=f"/pulls/1 answered {status}") as caught:
        await ask(github, delivered)
    assert caught.value.after is None


async def test_an_error_while_asking_for_the_token_may_pass(github: GitHubApp, delivered: Shop, site: Site) -> None:
    site.standin.faults.append(Fault("POST", "*/access_tokens", status=502))
    with pytest.raises(GitHubUnavailableError, match="access_tokens answered 502"):
        await ask(github, delivered)


@pytest.mark.parametrize("status", [403, 429])
async def test_a_limit_says_how_long_to_wait(github: GitHubApp, delivered: Shop, status: int) -> None:
    delivered.fails("GET", GET_PULL, status, headers={"Retry-After": "73"}, message="You have exceeded a limit")
    with pytest.raises(GitHubUnavailableError) as caught:
        await ask(github, delivered)
    assert caught.value.after == timedelta(seconds=73)


@pytest.mark.parametrize("status", [403, 429])
async def test_a_limit_says_when_it_starts_anew(github: GitHubApp, delivered: Shop, status: int) -> None:
    reset = datetime.now(UTC) + timedelta(minutes=40)
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(reset.timestamp()))}
    delivered.fails("GET", GET_PULL, status, headers=headers, message="API rate limit exceeded")
    with pytest.raises(GitHubUnavailableError) as caught:
        await ask(github, delivered)
    assert caught.value.after is not None
    assert timedelta(minutes=30) < caught.value.after <= timedelta(minutes=40)


async def test_a_limit_that_has_started_anew_meanwhile_is_waited_for_a_moment(
    github: GitHubApp, delivered: Shop
) -> None:
    delivered.fails("GET", GET_PULL, 403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"})
    with pytest.raises(GitHubUnavailableError) as caught:
        await ask(github, delivered)
    assert caught.value.after == timedelta(seconds=1)


@pytest.mark.parametrize(
    "message",
    [
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again.",
    ],
)
async def test_a_secondary_limit_without_a_time_is_waited_for_a_minute(
    github: GitHubApp, shop: Shop, message: str
) -> None:
    """https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api, "Exceeding the rate limit"."""
    shop.fails("POST", "/issues/*/comments", 403, message=message)
    async with github.repository(shop.job.installation_id, shop.repository.id) as repository:
        with pytest.raises(GitHubUnavailableError) as caught:
            await repository.create_comment(shop.pull.number, "Hello")
    assert caught.value.after == timedelta(minutes=1)
    assert shop.comments == []


async def test_a_server_that_is_not_there_may_come_back(site: Site, delivered: Shop) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/api/v3"
    github = GitHubApp(site.standin.app.id, site.standin.app.private_key_pem, nobody)
    with pytest.raises(GitHubUnavailableError, match="cannot be reached"):
        await ask(github, delivered)


async def test_an_answer_that_is_not_github_s_may_pass(github: GitHubApp, delivered: Shop) -> None:
    """As of a proxy in between, which says 200 to everything."""
    delivered.fails("GET", GET_PULL, 200, message="Please log in to the guest network")
    with pytest.raises(GitHubUnavailableError, match="answer cannot be read"):
        await ask(github, delivered)


async def test_a_request_is_sent_once_whatever_its_answer(github: GitHubApp, shop: Shop) -> None:
    """A POST that GitHub carried out before its answer got lost would otherwise be two comments."""
    shop.standin.faults.append(Fault("POST", "*/comments", status=502, takes_effect=True))
    async with github.repository(shop.job.installation_id, shop.repository.id) as repository:
        with pytest.raises(GitHubUnavailableError) as caught:
            await repository.create_comment(shop.pull.number, "Hello")
    assert caught.value.maybe_done
    assert [comment.body for comment in shop.comments] == ["Hello"]


async def test_what_was_refused_for_a_limit_was_not_done(github: GitHubApp, shop: Shop) -> None:
    shop.fails("POST", "/issues/*/comments", 429)
    async with opened(github, shop) as repository:
        with pytest.raises(GitHubUnavailableError) as caught:
            await repository.create_comment(shop.pull.number, "Hello")
    assert not caught.value.maybe_done


async def test_what_could_not_be_sent_was_not_done(shop: Shop, site: Site) -> None:
    """A connection that ends while the answer is awaited is another matter."""
    github = GitHubApp(site.standin.app.id, site.standin.app.private_key_pem, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(GitHubUnavailableError) as caught:
        await session(github, shop)
    assert not caught.value.maybe_done


async def test_a_change_whose_answer_never_came_may_have_been_made(shop: Shop) -> None:
    async with hanging_up() as address:
        github = GitHubApp(shop.standin.app.id, shop.standin.app.private_key_pem, address)
        async with opened(github, shop) as repository:
            with pytest.raises(GitHubUnavailableError) as caught:
                await repository.create_comment(shop.pull.number, "Hello")
    assert caught.value.maybe_done


async def test_a_slow_answer_holds_up_nobody_else(github: GitHubApp, shop: Shop, delivered: Shop) -> None:
    held = Fault("GET", f"/api/v3/repos/{shop.name}/pulls/*", held=Event())
    shop.standin.faults.append(held)
    assert held.held is not None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask, github, shop)
        await anyio.to_thread.run_sync(held.reached.wait)
        assert (await ask(github, delivered)).is_open
        held.held.set()


# --- what stays -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 404, 410, 422, 451])
async def test_a_refusal_stays_however_often_one_asks(github: GitHubApp, delivered: Shop, status: int) -> None:
    delivered.fails("GET", GET_PULL, status, times=2, message="No")
    with pytest.raises(GitHubRefusedError, match=f"answered {status}"):
        await ask(github, delivered)


async def test_a_forbidden_request_is_a_refusal_though_the_limit_is_far(github: GitHubApp, delivered: Shop) -> None:
    delivered.fails("GET", GET_PULL, 403, headers={"X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": "1"})
    with pytest.raises(GitHubRefusedError):
        await ask(github, delivered)


async def test_a_pull_request_that_does_not_exist_is_a_refusal(github: GitHubApp, delivered: Shop) -> None:
    async with github.repository(delivered.job.installation_id, delivered.repository.id) as repository:
        with pytest.raises(GitHubRefusedError, match=r"/pulls/4242 answered 404"):
            await repository.pull_request(4242)


async def test_a_deleted_repository_is_a_refusal(github: GitHubApp, shop: Shop) -> None:
    await ask(github, shop)
    shop.standin.delete_repository(shop.name)
    with pytest.raises(GitHubRefusedError, match="answered 404"):
        await ask(github, shop)
