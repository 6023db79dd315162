"""Comments and reactions, as the App writes and reads them over HTTP."""

from __future__ import annotations

import pytest

from bot.github.app import GitHubApp
from bot.github.errors import NotFoundError
from bot.github.permissions import COMMAND_PERMISSIONS
from bot.github.records import Comment
from tests.bot.conftest import Shop
from tests.bot.github.conftest import opened

pytestmark = pytest.mark.anyio

NOBODY = 999_999


async def test_comments_are_created_edited_and_deleted(github: GitHubApp, shop: Shop) -> None:
    async with github.repository(shop.job.installation_id, shop.repository.id) as repository:
        await repository.create_comment(shop.pull.number, "First 🛒")
        (first,) = await repository.list_comments(shop.pull.number)
        await repository.create_comment(shop.pull.number, "Second")
        await repository.update_comment(first.id, "First, edited")
        assert [comment.body for comment in shop.comments] == ["First, edited", "Second"]
        await repository.delete_comment(first.id)
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


async def test_a_comment_is_known_by_its_thread_its_author_and_its_app(github: GitHubApp, shop: Shop) -> None:
    written = shop.standin.comment(shop.name, shop.pull.number, "/audit", shop.person)
    async with opened(github, shop) as repository:
        theirs = await repository.comment(written.id)
        ours = await repository.comment(await repository.create_comment(shop.pull.number, "Well"))
    assert theirs is not None
    assert ours is not None
    assert (theirs.number, theirs.body, theirs.author, theirs.author_is_bot) == (1, "/audit", "ada", False)
    assert (theirs.app_id, theirs.created_at) == (None, written.created_at.replace(microsecond=0))
    assert (ours.author_is_bot, ours.app_id) == (True, shop.standin.app.id)


async def test_a_comment_on_an_issue_is_found_by_its_id_too(github: GitHubApp, shop: Shop) -> None:
    issue = shop.standin.open_issue(shop.name, "Consolidate", None, shop.person)
    written = shop.standin.comment(shop.name, issue.number, "/audit", shop.person)
    async with opened(github, shop, COMMAND_PERMISSIONS) as repository:
        found = await repository.comment(written.id)
    assert found is not None
    assert found.number == issue.number


async def test_a_comment_that_was_deleted_is_told_from_one_that_was_edited(github: GitHubApp, shop: Shop) -> None:
    async with opened(github, shop) as repository:
        id = await repository.create_comment(shop.pull.number, "First")
        assert await repository.update_comment(id, "Second")
        shop.standin.delete_comment(shop.name, id, shop.person)
        assert not await repository.update_comment(id, "Third")
        assert await repository.comment(id) is None
        await repository.delete_comment(id)
    assert shop.comments == []


async def test_a_reaction_is_there_once_however_often_it_is_made(github: GitHubApp, shop: Shop) -> None:
    comment = shop.standin.comment(shop.name, shop.pull.number, "/audit", shop.person)
    async with opened(github, shop) as repository:
        await repository.react(comment.id, "eyes")
        await repository.react(comment.id, "eyes")
    assert shop.standin.state.reactions.counts(comment) == {"eyes": 1}


async def test_a_reaction_is_taken_back_and_those_of_others_stay(github: GitHubApp, shop: Shop) -> None:
    comment = shop.standin.comment(shop.name, shop.pull.number, "/audit", shop.person)
    shop.standin.state.reactions.add(comment, shop.person.user, "eyes")
    async with opened(github, shop) as repository:
        eyes = await repository.react(comment.id, "eyes")
        await repository.react(comment.id, "rocket")
        await repository.unreact(comment.id, eyes)
        await repository.unreact(comment.id, eyes)
    (theirs, ours) = shop.standin.state.reactions.of(comment)
    assert (theirs.author, ours.content) == (shop.person.user, "rocket")


async def test_a_reaction_to_a_comment_that_is_gone_is_a_refusal(github: GitHubApp, shop: Shop) -> None:
    async with opened(github, shop) as repository:
        with pytest.raises(NotFoundError):
            await repository.react(NOBODY, "eyes")
        await repository.unreact(NOBODY, NOBODY)
