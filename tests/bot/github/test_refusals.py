"""GitHub's refusals, each known for what it is, since something else follows from it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.demo.faults import Fault
from bot.github.app import GitHubApp
from bot.github.errors import (
    ArchivedError,
    GitHubRefusedError,
    GitHubUnavailableError,
    InvalidError,
    IssuesDisabledError,
    LockedError,
    MissingPermissionError,
    TooLongError,
)
from bot.github.permissions import COMMAND_PERMISSIONS
from tests.bot.conftest import Shop
from tests.bot.github.conftest import Account, opened

pytestmark = pytest.mark.anyio


async def test_an_archived_repository_takes_no_comment(github: GitHubApp, account: Account) -> None:
    account.standin.owner.archive(account.repository.full_name, account.site.person)
    async with account.opened(github) as repository:
        assert (await repository.pull_request(account.pull.number)).is_open
        with pytest.raises(ArchivedError):
            await repository.create_comment(account.pull.number, "Hello")


async def test_a_locked_conversation_takes_no_comment(github: GitHubApp, shop: Shop) -> None:
    shop.standin.lock(shop.name, shop.pull.number, shop.person)
    async with opened(github, shop) as repository:
        with pytest.raises(LockedError):
            await repository.create_comment(shop.pull.number, "Hello")


async def test_a_repository_without_issues_has_none(github: GitHubApp, account: Account) -> None:
    account.standin.owner.disable_issues(account.repository.full_name)
    async with account.opened(github, COMMAND_PERMISSIONS) as repository:
        with pytest.raises(IssuesDisabledError):
            await repository.create_issue("Status", "Well")


async def test_a_text_that_is_too_long_is_refused_as_such(github: GitHubApp, shop: Shop) -> None:
    async with opened(github, shop) as repository:
        with pytest.raises(TooLongError):
            await repository.create_comment(shop.pull.number, "x" * 65_537)


async def test_a_text_that_is_refused_for_another_reason_is_not_too_long(github: GitHubApp, shop: Shop) -> None:
    async with opened(github, shop) as repository:
        with pytest.raises(InvalidError) as caught:
            await repository.create_comment(shop.pull.number, " ")
    assert not isinstance(caught.value, TooLongError)


async def test_a_missing_permission_is_named(github: GitHubApp, shop: Shop) -> None:
    async with opened(github, shop) as repository:
        with pytest.raises(MissingPermissionError) as caught:
            await repository.create_issue("Status", "Well")
    assert caught.value.permission == "issues=write"


@pytest.mark.parametrize("content", ["", "<html>No</html>", "[]", '{"message": 7}', '{"errors": {"a": 1}}'])
async def test_a_refusal_in_other_words_is_a_refusal(github: GitHubApp, shop: Shop, content: str) -> None:
    """As of a proxy in between."""
    shop.fails("POST", "/issues/*/comments", 403, message=content)
    async with opened(github, shop) as repository:
        with pytest.raises(GitHubRefusedError):
            await repository.create_comment(shop.pull.number, "Hello")


async def test_an_outage_may_come_with_a_time_too(github: GitHubApp, shop: Shop) -> None:
    path = f"*/repos/{shop.name}/pulls/*"
    shop.standin.faults.append(Fault("GET", path, status=503, headers={"Retry-After": "120"}))
    async with opened(github, shop) as repository:
        with pytest.raises(GitHubUnavailableError) as caught:
            await repository.pull_request(shop.pull.number)
    assert caught.value.after == timedelta(minutes=2)
