"""The issue that the weekly status is posted on: found, made and pinned."""

from __future__ import annotations

import pytest

from bot.github.app import GitHubApp
from bot.github.permissions import REPORT_PERMISSIONS
from tests.bot.conftest import Shop
from tests.bot.github.conftest import opened

pytestmark = pytest.mark.anyio

TITLE = "Where our single sources of truth stand"


async def test_an_issue_that_was_made_is_found_again(github: GitHubApp, shop: Shop) -> None:
    async with opened(github, shop, REPORT_PERMISSIONS) as repository:
        assert await repository.find_issue(TITLE) is None
        number = await repository.create_issue(TITLE, "Every week")
        assert await repository.find_issue(TITLE) == number
        assert (await repository.issue(number)).body == "Every week"


async def test_an_issue_of_somebody_else_is_not_ours_whatever_its_title(github: GitHubApp, shop: Shop) -> None:
    shop.standin.open_issue(shop.name, TITLE, None, shop.person)
    async with opened(github, shop, REPORT_PERMISSIONS) as repository:
        assert await repository.find_issue(TITLE) is None


async def test_a_closed_issue_and_one_of_another_title_are_not_found(github: GitHubApp, shop: Shop) -> None:
    async with opened(github, shop, REPORT_PERMISSIONS) as repository:
        number = await repository.create_issue(TITLE, "Every week")
        state = shop.standin.state
        state.set_open(state.issue(shop.name, number), "closed")
        await repository.create_issue("Another", "Every week")
        assert await repository.find_issue(TITLE) is None


async def test_of_two_issues_the_older_is_found(github: GitHubApp, shop: Shop) -> None:
    async with opened(github, shop, REPORT_PERMISSIONS) as repository:
        first = await repository.create_issue(TITLE, "Every week")
        await repository.create_issue(TITLE, "Every week")
        assert await repository.find_issue(TITLE) == first


async def test_an_issue_is_pinned_until_there_is_no_more_room(github: GitHubApp, shop: Shop) -> None:
    async with opened(github, shop, REPORT_PERMISSIONS) as repository:
        numbers = [await repository.create_issue(f"{TITLE} {number}", "Well") for number in range(4)]
        assert [await repository.pin_issue(number) for number in numbers] == [True, True, True, False]


async def test_an_issue_that_the_token_must_not_pin_is_not_pinned(github: GitHubApp, shop: Shop) -> None:
    issue = shop.standin.open_issue(shop.name, TITLE, None, shop.person)
    async with opened(github, shop) as repository:
        assert not await repository.pin_issue(issue.number)


async def test_an_issue_that_was_locked_is_not_found(github: GitHubApp, shop: Shop) -> None:
    """The App could not write on it."""
    async with opened(github, shop, REPORT_PERMISSIONS) as repository:
        number = await repository.create_issue(TITLE, "Every week")
        shop.standin.lock(shop.name, number, shop.person)
        assert await repository.find_issue(TITLE) is None
