"""Pull requests, as the App sees them over HTTP."""

from __future__ import annotations

import pytest

from bot.github.app import GitHubApp
from bot.github.records import PullRequest
from tests.bot.conftest import Shop
from tests.bot.github.conftest import opened

pytestmark = pytest.mark.anyio


async def look(github: GitHubApp, shop: Shop) -> PullRequest:
    async with opened(github, shop) as repository:
        return await repository.pull_request(shop.pull.number)


async def test_a_pull_request_is_known_by_what_an_audit_asks(github: GitHubApp, shop: Shop) -> None:
    assert await look(github, shop) == PullRequest(
        number=shop.pull.number,
        is_open=True,
        base_branch="main",
        head_sha=shop.pull.head.sha,
        author="ada",
        author_is_bot=False,
        updated_at=shop.pull.updated_at,
    )


async def test_a_pull_request_changes_while_we_look(github: GitHubApp, shop: Shop) -> None:
    assert (await look(github, shop)).is_open
    shop.standin.close_pull_request(shop.name, shop.pull.number, shop.person)
    assert not (await look(github, shop)).is_open


async def test_the_fork_of_a_pull_request_may_be_deleted(github: GitHubApp, shop: Shop) -> None:
    standin, person = shop.standin, shop.person
    fork = standin.add_repository(f"ada/{shop.repository.name}", shop.repository.path, fork_of=shop.name)
    pull = standin.open_pull_request(shop.name, head="ada:feature", base="main", title="Fork", by=person)
    async with opened(github, shop) as repository:
        before = await repository.pull_request(pull.number)
        standin.delete_repository(fork.full_name)
        assert await repository.pull_request(pull.number) == before


async def test_a_pull_request_of_a_bot_is_told_from_one_of_a_person(github: GitHubApp, shop: Shop) -> None:
    bot = shop.standin.add_bot(f"renovate-{shop.repository.id}[bot]")
    pull = shop.standin.open_pull_request(shop.name, head="feature", base="main", title="Bump", by=bot)
    async with opened(github, shop) as repository:
        found = await repository.pull_request(pull.number)
    assert (found.author, found.author_is_bot) == (bot.user.login, True)


async def test_all_open_pull_requests_are_listed_and_no_others(github: GitHubApp, shop: Shop) -> None:
    state, person = shop.standin.state, shop.person
    for _ in range(100):
        state.add_pull_request(shop.name, "feature", "main", "More", None, person.user, False)
    shop.standin.close_pull_request(shop.name, shop.pull.number, person)
    async with opened(github, shop) as repository:
        found = await repository.open_pulls()
        assert repository.calls == 1
        last = state.add_pull_request(shop.name, "feature", "main", "More", None, person.user, False)
        assert {pull.number for pull in await repository.open_pulls()} == set(range(2, last.number + 1))
    assert {pull.number for pull in found} == set(range(2, 102))


async def test_a_commit_belongs_to_the_open_pull_requests_whose_head_it_is(github: GitHubApp, shop: Shop) -> None:
    other = shop.standin.open_pull_request(shop.name, head="feature", base="main", title="Other", by=shop.person)
    async with opened(github, shop) as repository:
        assert await repository.pulls_of_commit(shop.pull.head.sha) == (shop.pull.number, other.number)
        shop.standin.close_pull_request(shop.name, shop.pull.number, shop.person)
        assert await repository.pulls_of_commit(shop.pull.head.sha) == (other.number,)
        assert await repository.pulls_of_commit(shop.pull.base.sha) == ()
