"""The plan that leaves one comment of ours on a pull request: what is sent, and whose comments are let alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from threading import Event
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from bot.demo.faults import Fault
from bot.demo.records import Comment as Written
from bot.github.errors import GitHubUnavailableError
from bot.github.records import Comment
from bot.jobs.tools import Tools
from bot.publishing.publish import Create, Delete, Effect, Thread, Update, plan, publish
from tests.bot.conftest import Shop

MARKER: Final = "<!-- fifthwhy:pull-request -->"
US: Final = 1001
ANOTHER_APP: Final = 1002
BODY: Final = f"{MARKER}\nIntroduces 1 import.\n"
OLDER: Final = f"{MARKER}\nIntroduces 2 imports.\n"


def ours(id: int, body: str = BODY) -> Comment:
    return Comment(id, body, US)


def planned(*comments: Comment, body: str = BODY) -> tuple[Effect, ...]:
    return plan(comments, marker=MARKER, app_id=US, body=body)


# --- nothing to do ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(BODY, id="as it was sent"),
        pytest.param(BODY.strip(), id="without its last line end, which GitHub cuts off"),
        pytest.param(BODY.replace("\n", "\r\n"), id="with the CRLF of a browser's form"),
        pytest.param(f"\n  {BODY}\n\n", id="with white space around it"),
    ],
)
def test_a_comment_that_says_it_already_is_let_alone(body: str) -> None:
    assert planned(ours(1, body)) == ()


# --- create -----------------------------------------------------------------------------------------------------------


def test_the_first_comment_is_created() -> None:
    assert planned() == (Create(BODY),)


@pytest.mark.parametrize(
    "theirs",
    [
        pytest.param(Comment(1, BODY, None), id="a person's comment with our marker"),
        pytest.param(Comment(1, BODY, ANOTHER_APP), id="another App's comment with our marker"),
        pytest.param(ours(1, "Another comment of ours"), id="our comment without the marker"),
        pytest.param(ours(1, f"As said:\n{BODY}"), id="our comment that quotes the marker"),
        pytest.param(ours(1, f"> {BODY}"), id="our comment that quotes itself"),
        pytest.param(ours(1, OLDER.replace("fifthwhy", "FifthWhy")), id="the marker in another case"),
        pytest.param(ours(1, OLDER.replace("pull-request", "status")), id="the marker of another kind of comment"),
        pytest.param(ours(1, ""), id="an empty comment"),
    ],
)
def test_a_comment_that_is_not_this_one_is_never_touched(theirs: Comment) -> None:
    assert planned(theirs) == (Create(BODY),)


# --- update and delete ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(OLDER, id="an older report"),
        pytest.param(OLDER.replace("\n", "\r\n"), id="an older report after an edit by hand"),
        pytest.param(BODY + "and a remark by hand\n", id="an edit by hand"),
        pytest.param(BODY.upper().replace(MARKER.upper(), MARKER), id="a change of case only"),
        pytest.param(MARKER, id="nothing but the marker"),
    ],
)
def test_a_comment_that_says_something_else_is_edited_in_place(body: str) -> None:
    assert planned(ours(1, body)) == (Update(1, BODY),)


def test_of_several_of_ours_the_oldest_stays() -> None:
    assert planned(ours(9, OLDER), ours(3, OLDER), ours(7)) == (Update(3, BODY), Delete(7), Delete(9))


def test_duplicates_go_even_where_the_oldest_says_it_already() -> None:
    assert planned(ours(3), ours(7)) == (Delete(7),)


# --- whatever there is ------------------------------------------------------------------------------------------------

COMMENTS: Final = st.lists(
    st.builds(
        Comment,
        id=st.integers(1, 10_000),
        body=st.sampled_from([BODY, OLDER, BODY.replace("\n", "\r\n"), f" {OLDER}", "Looks good", f"> {BODY}", ""]),
        app_id=st.sampled_from([US, ANOTHER_APP, None]),
    ),
    unique_by=lambda comment: comment.id,
    max_size=12,
)


def applied(comments: list[Comment], effects: tuple[Effect, ...]) -> list[Comment]:
    """What GitHub shows once the effects were carried out."""
    shown = {comment.id: comment for comment in comments}
    for effect in effects:
        match effect:
            case Create(body):
                shown[max(shown, default=0) + 1] = ours(max(shown, default=0) + 1, body)
            case Update(id, body):
                shown[id] = Comment(id, body, shown[id].app_id)
            case Delete(id):
                del shown[id]
    return list(shown.values())


@given(COMMENTS)
def test_one_comment_of_ours_is_left_and_nobody_else_s_is_touched(before: list[Comment]) -> None:
    after = applied(before, planned(*before))

    of_ours = [comment for comment in after if comment.app_id == US and comment.body.lstrip().startswith(MARKER)]
    assert [comment.body.replace("\r\n", "\n").strip() for comment in of_ours] == [BODY.strip()]
    assert {*before} - {*after} <= {
        comment for comment in before if comment.app_id == US and comment.body.lstrip().startswith(MARKER)
    }


@given(COMMENTS)
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(before: list[Comment]) -> None:
    assert planned(*applied(before, planned(*before))) == ()


@given(COMMENTS)
def test_the_order_in_which_comments_are_listed_does_not_matter(comments: list[Comment]) -> None:
    assert planned(*reversed(comments)) == planned(*comments)


# --- what people have hidden ------------------------------------------------------------------------------------------


def hidden(id: int, body: str = BODY) -> Comment:
    return Comment(id, body, US, minimized=True)


def test_a_hidden_comment_is_posted_anew_in_its_place() -> None:
    effects = plan((hidden(3), hidden(5)), marker=MARKER, app_id=US, body=BODY, anew=True)
    assert effects == (Create(BODY), Delete(3), Delete(5))


def test_a_comment_that_was_posted_anew_and_is_hidden_again_is_only_kept_true() -> None:
    assert planned(hidden(3, OLDER)) == (Update(3, BODY),)


def test_of_several_of_ours_one_that_can_be_seen_stays() -> None:
    assert planned(hidden(3), ours(7)) == (Delete(3),)


def test_nothing_is_posted_where_no_comment_is_wanted() -> None:
    assert plan((), marker=MARKER, app_id=US, body=BODY, create=False) == ()
    assert plan((hidden(3),), marker=MARKER, app_id=US, body=BODY, create=False, anew=True) == ()


# --- on GitHub --------------------------------------------------------------------------------------------------------


@dataclass
class Conversation:
    """A pull request on the stand-in, and the comment on it."""

    shop: Shop
    tools: Tools
    before: int = 0

    @property
    def ours(self) -> list[Written]:
        return [comment for comment in self.shop.comments if comment.author.type == "Bot"]

    async def says(self, body: str, *, create: bool = True) -> str:
        """What came of it."""
        job, app_id = self.shop.job, self.tools.github.app_id
        async with self.tools.github.repository(job.installation_id, job.repository_id) as repository:
            thread = Thread(job.repository_id, job.number, MARKER, app_id)
            self.before = len(self.shop.standin.requests)
            return (await publish(repository, self.tools.queue, thread, body, create=create)).outcome

    @property
    def asked(self) -> list[str]:
        """The methods of the requests that the last one took."""
        return [asked.method for asked in self.shop.standin.requests[self.before :] if "/comments" in asked.path]


@pytest.fixture
def conversation(shop: Shop, worker_tools: Tools) -> Conversation:
    return Conversation(shop, worker_tools)


@pytest.mark.anyio
async def test_the_first_comment_is_looked_for_before_and_after(conversation: Conversation) -> None:
    assert await conversation.says(OLDER) == "created"
    assert conversation.asked == ["GET", "POST", "GET"]


@pytest.mark.anyio
async def test_the_next_one_goes_by_the_id(conversation: Conversation) -> None:
    await conversation.says(OLDER)
    assert await conversation.says(BODY) == "edited"
    assert conversation.asked == ["GET", "PATCH"]
    assert await conversation.says(BODY) == "unchanged"
    assert conversation.asked == ["GET"]


@pytest.mark.anyio
async def test_a_comment_that_redis_has_forgotten_is_found_by_its_marker(
    conversation: Conversation, redis: Redis
) -> None:
    await conversation.says(OLDER)
    redis.flushall()
    assert await conversation.says(BODY) == "edited"
    assert len(conversation.ours) == 1


@pytest.mark.anyio
async def test_a_post_whose_answer_got_lost_is_not_repeated(conversation: Conversation) -> None:
    shop = conversation.shop
    lost = Fault("POST", f"/api/v3/repos/{shop.name}/issues/*/comments", status=504, takes_effect=True)
    shop.standin.faults.append(lost)
    with pytest.raises(GitHubUnavailableError):
        await conversation.says(BODY)
    assert await conversation.says(BODY) == "unchanged"
    assert len(conversation.ours) == 1


@pytest.mark.anyio
async def test_a_comment_that_another_worker_posts_meanwhile_makes_one_in_the_end(conversation: Conversation) -> None:
    shop, told = conversation.shop, Event()
    posting = Fault("POST", f"/api/v3/repos/{shop.name}/issues/*/comments", held=told)
    shop.standin.faults.append(posting)
    saying = asyncio.create_task(conversation.says(BODY))
    await asyncio.to_thread(posting.reached.wait, 30)
    other = shop.standin.app_commented(shop.pull, OLDER)
    told.set()
    await saying
    assert [(comment.id, comment.body) for comment in conversation.ours] == [(other.id, BODY)]


@pytest.mark.anyio
async def test_a_comment_that_was_deleted_is_posted_anew_once(conversation: Conversation) -> None:
    shop = conversation.shop
    await conversation.says(OLDER)
    shop.standin.delete_comment(shop.name, conversation.ours[0].id, shop.person)
    assert await conversation.says(BODY) == "created"
    shop.standin.delete_comment(shop.name, conversation.ours[0].id, shop.person)
    assert await conversation.says(OLDER) == "withheld"
    assert conversation.ours == []


@pytest.mark.anyio
async def test_a_comment_that_was_hidden_is_posted_anew_once(conversation: Conversation) -> None:
    shop = conversation.shop
    await conversation.says(OLDER)
    first = shop.standin.minimize_comment(shop.name, conversation.ours[0].id)
    assert await conversation.says(BODY) == "created"
    (second,) = conversation.ours
    assert (second.id != first.id, second.minimized, second.body) == (True, None, BODY)
    shop.standin.minimize_comment(shop.name, second.id)
    assert await conversation.says(OLDER) == "edited"
    assert [comment.id for comment in conversation.ours] == [second.id]


@pytest.mark.anyio
async def test_a_comment_that_a_person_has_edited_is_put_right(conversation: Conversation) -> None:
    shop = conversation.shop
    await conversation.says(BODY)
    shop.standin.edit_comment(shop.name, conversation.ours[0].id, BODY + "by hand", shop.person)
    assert await conversation.says(BODY) == "edited"
    assert [comment.body for comment in conversation.ours] == [BODY]


@pytest.mark.anyio
async def test_a_comment_whose_marker_a_person_has_edited_away_is_put_right(conversation: Conversation) -> None:
    shop = conversation.shop
    await conversation.says(BODY)
    shop.standin.edit_comment(shop.name, conversation.ours[0].id, "by hand", shop.person)
    assert await conversation.says(BODY) == "edited"
    assert [comment.body for comment in conversation.ours] == [BODY]


@pytest.mark.anyio
async def test_line_ends_of_a_browser_are_no_change(conversation: Conversation) -> None:
    shop = conversation.shop
    await conversation.says(BODY)
    shop.standin.edit_comment(shop.name, conversation.ours[0].id, BODY, shop.person)
    assert await conversation.says(BODY) == "unchanged"


@pytest.mark.anyio
async def test_where_none_is_wanted_none_is_posted_and_one_that_is_there_is_edited(conversation: Conversation) -> None:
    assert await conversation.says(OLDER, create=False) == "none"
    await conversation.says(OLDER)
    assert await conversation.says(BODY, create=False) == "edited"
    assert len(conversation.ours) == 1
