"""What a pull request is to an issue: whether it closes it, and where its reviews stand."""

from __future__ import annotations

import pytest

from analyzers.status import ReviewState
from bot.github.linked import Review, closes, review_state


@pytest.mark.parametrize(
    "body",
    [
        "",
        "See #5",
        "Fixes #51",
        "Fixes #4, #5",
        "prefixes #5",
        "suffix #5",
        "not-fixed #5",
        "Fixes other/shop#5",
        "Fixes\n\n#5",
        "Fixes#5",
        "`Fixes #5`",
        "Fixes `#5`",
        "```\nFixes #5\n```",
        "    Fixes #5",
        "<!-- Fixes #5 -->",
        "<!--\nSay here what it\nFixes #5\n-->\nText",
        "Text <!-- closes #5 --> text",
        "> Fixes #5",
        "Fixes #５",
    ],
)
def test_what_github_would_not_close_is_not_said_to_be_closed(body: str) -> None:
    assert not closes(body, 5, "acme/shop")


@pytest.mark.parametrize(
    "body",
    [
        *(f"{word} #5" for word in ("close", "closes", "closed", "fix", "fixes", "fixed")),
        *(f"This {word} #5." for word in ("resolve", "resolves", "resolved", "CLOSES", "Fixes:")),
        "Fixes Acme/Shop#5",
        "- Moves carts\n- fixes #5\r\n- moves users",
        "## Fixes #5",
        "Fixes #4, fixes #5",
    ],
)
def test_the_keywords_of_github_close_an_issue(body: str) -> None:
    """https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue"""
    assert closes(body, 5, "acme/shop")


@pytest.mark.parametrize("piece", ["fixes ", "fixes acme/", "`` ` ", "[", "<a b='", "> ", "&", "<!--", "a\n=\n"])
def test_no_description_is_too_long_to_read(piece: str) -> None:
    assert not closes(piece * (65_536 // len(piece)), 5, "acme/shop")


def review(reviewer: int, state: str, association: str = "MEMBER") -> Review:
    return Review(reviewer, state, association)


@pytest.mark.parametrize(
    ("reviews", "asked", "expected"),
    [
        ([], False, "none"),
        ([], True, "waiting"),
        ([review(1, "COMMENTED")], False, "waiting"),
        ([review(1, "APPROVED")], False, "approved"),
        ([review(1, "APPROVED")], True, "approved"),
        ([review(1, "APPROVED"), review(2, "CHANGES_REQUESTED")], False, "changes requested"),
        ([review(1, "CHANGES_REQUESTED"), review(1, "APPROVED")], False, "approved"),
        ([review(1, "CHANGES_REQUESTED"), review(1, "COMMENTED")], False, "changes requested"),
        ([review(1, "DISMISSED")], False, "waiting"),
        ([review(1, "APPROVED", "NONE")], False, "waiting"),
        ([review(1, "APPROVED", "OWNER"), review(2, "CHANGES_REQUESTED", "CONTRIBUTOR")], False, "approved"),
    ],
)
def test_the_last_verdict_of_each_who_has_a_say_counts(
    reviews: list[Review], asked: bool, expected: ReviewState
) -> None:
    assert review_state(reviews, asked=asked) == expected
