"""GitHub as the App meets it over HTTP: what it asks for, what it makes of the answers, good and bad."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Final

import anyio
import httpx
import pytest

from bot.demo.faults import Fault
from bot.demo.processes import free_port
from bot.github_api import GitHubApp, GitHubRefusedError, GitHubUnavailableError, PullRequest
from bot.publish import Comment, Create, Delete, Update
from tests.bot.conftest import Shop, Site

pytestmark = pytest.mark.anyio

NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
GET_PULL: Final = "/pulls/*"
A_TEST_FAILS_AFTER_SECONDS: Final = 30


@pytest.fixture
def github(site: Site) -> GitHubApp:
    """The App, with no session open."""
    return GitHubApp(site.standin.app.id, site.standin.app.private_key_pem, f"{site.address}/api/v3")


@pytest.fixture(autouse=True)
def _works_again(site: Site) -> Iterator[None]:
    yield
    site.standin.faults.clear()


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


# --- what works -------------------------------------------------------------------------------------------------------


async def test_a_pull_request_is_known_by_its_number_state_and_base(github: GitHubApp, shop: Shop) -> None:
    assert await ask(github, shop) == PullRequest(shop.pull.number, is_open=True, base_branch="main")
    shop.standin.close_pull_request(shop.name, shop.pull.number, shop.person)
    assert not (await ask(github, shop)).is_open


async def test_comments_are_created_edited_and_deleted(github: GitHubApp, shop: Shop) -> None:
    async with github.repository(shop.job.installation_id, shop.repository.id) as repository:
        await repository.apply(shop.pull.number, Create("First 🛒"))
        (first,) = await repository.list_comments(shop.pull.number)
        await repository.apply(shop.pull.number, Create("Second"))
        await repository.apply(shop.pull.number, Update(first.id, "First, edited"))
        assert [comment.body for comment in shop.comments] == ["First, edited", "Second"]
        await repository.apply(shop.pull.number, Delete(first.id))
    assert [comment.body for comment in shop.comments] == ["Second"]
    assert first == Comment(first.id, "First 🛒", shop.standin.app.id)


async def test_comments_of_people_are_no_app_s(github: GitHubApp, shop: Shop) -> None:
    shop.standin.comment(shop.name, shop.pull.number, "Looks good", shop.person)
    async with github.repository(shop.job.installation_id, shop.repository.id) as repository:
        (comment,) = await repository.list_comments(shop.pull.number)
    assert (comment.body, comment.app_id) == ("Looks good", None)


@pytest.mark.parametrize("number", [0, 99, 100, 101, 250])
async def test_every_comment_is_listed_however_many_there_are(github: GitHubApp, shop: Shop, number: int) -> None:
    state = shop.standin.state
    written = [state.add_comment(shop.pull, shop.person.user, f"Remark {n}", via_app=False) for n in range(number)]
    async with github.repository(shop.job.installation_id, shop.repository.id) as repository:
        listed = await repository.list_comments(shop.pull.number)
    assert [comment.id for comment in listed] == [comment.id for comment in written]


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
            await repository.apply(issue.number, Create("Well"))


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


async def test_a_renamed_repository_is_worked_on_under_its_new_name(github: GitHubApp, shop: Shop) -> None:
    """The webhook may be older than the name: the token's answer says what it is called today."""
    rename(shop, "boutique")
    _, name = await session(github, shop)
    assert name == "acme/boutique"
    assert (await ask(github, shop)).is_open


async def test_a_repository_outside_the_installation_is_refused(github: GitHubApp, shop: Shop) -> None:
    with pytest.raises(GitHubRefusedError, match=r"POST .*/access_tokens answered 422"):
        async with github.repository(shop.job.installation_id, 999_999):
            pass


async def test_an_installation_that_is_gone_is_refused(github: GitHubApp, shop: Shop) -> None:
    with pytest.raises(GitHubRefusedError, match=r"POST .*/access_tokens answered 404"):
        async with github.repository(999_999, shop.repository.id):
            pass


async def test_a_key_that_github_does_not_know_is_refused(shop: Shop, site: Site) -> None:
    stranger = GitHubApp(4242, site.standin.app.private_key_pem, f"{site.address}/api/v3")
    with pytest.raises(GitHubRefusedError):
        await ask(stranger, shop)


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


async def test_a_secondary_limit_without_a_time_is_waited_for_a_minute(github: GitHubApp, shop: Shop) -> None:
    """https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api, "Exceeding the rate limit"."""
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    shop.fails("POST", "/issues/*/comments", 403, message=message)
    async with github.repository(shop.job.installation_id, shop.repository.id) as repository:
        with pytest.raises(GitHubUnavailableError) as caught:
            await repository.apply(shop.pull.number, Create("Hello"))
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
        with pytest.raises(GitHubUnavailableError):
            await repository.apply(shop.pull.number, Create("Hello"))
    assert [comment.body for comment in shop.comments] == ["Hello"]


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
    delivered.fails("GET", GET_PULL, status, message="Resource not accessible by integration")
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
