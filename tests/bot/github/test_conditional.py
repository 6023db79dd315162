"""Conditional requests: what has not changed is not sent again, costs nothing, and is shown to no other token."""

from __future__ import annotations

import pytest

from bot.demo.faults import Fault
from bot.github.app import GitHubApp
from tests.bot.conftest import Shop
from tests.bot.github.conftest import Account, opened

pytestmark = pytest.mark.anyio


def statuses(account: Account) -> list[int]:
    """How GitHub answered what was asked about the account's repository."""
    path = f"/api/v3/repos/{account.repository.full_name}/"
    return [asked.status for asked in account.standin.requests if asked.path.startswith(path)]


async def test_what_has_not_changed_is_not_sent_again(github: GitHubApp, account: Account) -> None:
    for _ in range(2):
        async with account.opened(github) as repository:
            pull = await repository.pull_request(account.pull.number)
            assert pull.head_sha == account.pull.head.sha
            assert await repository.permission("ada") == "write"
    assert statuses(account) == [200, 200, 304, 304]


async def test_a_request_that_was_answered_with_what_is_known_is_free(github: GitHubApp, account: Account) -> None:
    async with account.opened(github) as repository:
        await repository.pull_request(account.pull.number)
        before = repository.rate_left
        await repository.pull_request(account.pull.number)
        assert repository.rate_left == before


async def test_what_has_changed_is_seen_at_once(github: GitHubApp, account: Account) -> None:
    async with account.opened(github) as repository:
        assert (await repository.pull_request(account.pull.number)).is_open
        account.standin.close_pull_request(account.repository.full_name, account.pull.number, account.site.person)
        assert not (await repository.pull_request(account.pull.number)).is_open
    assert statuses(account) == [200, 200]


async def test_a_comment_of_our_own_is_seen_at_once(github: GitHubApp, account: Account) -> None:
    async with account.opened(github) as repository:
        assert await repository.list_comments(account.pull.number) == ()
        await repository.create_comment(account.pull.number, "Hello")
        assert [comment.body for comment in await repository.list_comments(account.pull.number)] == ["Hello"]


async def test_every_page_is_known_again(github: GitHubApp, shop: Shop) -> None:
    state = shop.standin.state
    for number in range(250):
        state.add_comment(shop.pull, shop.person.user, f"Remark {number}", via_app=False)
    async with opened(github, shop) as repository:
        first = await repository.list_comments(shop.pull.number)
        assert await repository.list_comments(shop.pull.number) == first
    assert len(first) == 250


async def test_another_token_is_told_anew(github: GitHubApp, account: Account) -> None:
    """What one token may see is none of another's business."""
    async with account.opened(github) as repository:
        await repository.pull_request(account.pull.number)
    github.forget(account.installation_id, account.repository.id)
    async with account.opened(github) as repository:
        await repository.pull_request(account.pull.number)
    assert statuses(account) == [200, 200]


async def test_a_token_that_is_exchanged_in_between_is_told_anew(github: GitHubApp, account: Account) -> None:
    async with account.opened(github) as repository:
        await repository.pull_request(account.pull.number)
        account.standin.faults.append(Fault("GET", f"*/{account.name}/*/pulls/*", status=401))
        assert (await repository.pull_request(account.pull.number)).is_open
    assert statuses(account) == [200, 401, 200]
