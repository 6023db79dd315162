"""The plan that leaves one comment of ours on a pull request: what is sent, and whose comments are let alone."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.publish import Comment, Create, Delete, Effect, Update, plan

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
