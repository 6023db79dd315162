"""What a pull request is to an issue, and how far it has come: decided from what GitHub says of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec
from markdown_it import MarkdownIt

from analyzers.status import ReviewState

_LONGEST_BODY: Final = 65_536
# Only what tells text from the rest: a keyword in code, or in the comments of a template, closes nothing.
_TEXT: Final = MarkdownIt("zero", {"html": True}).enable(
    ["blockquote", "code", "fence", "heading", "html_block", "lheading", "list", "backticks", "html_inline"]
)
# https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
_CLOSING: Final = re.compile(
    r"(?<![\w/-])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]{1,10}(?P<repository>[\w.-]{1,100}/[\w.-]{1,100})?"
    r"#(?P<number>[0-9]{1,10})(?!\w)",
    re.IGNORECASE,
)

_DECIDES: Final = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""Who may have the say on a pull request; a review of anybody else is a remark."""


class Review(msgspec.Struct, frozen=True):
    """One review of a pull request; `state` and `association` are in GitHub's words."""

    reviewer: int
    state: str
    association: str


def closes(body: str, number: int, full_name: str) -> bool:
    """Whether the description of a pull request says, in GitHub's way, that it closes this issue of `full_name`."""
    text = "\n".join(_text_of(body[:_LONGEST_BODY]))
    return any(
        int(found["number"]) == number and (found["repository"] or full_name).lower() == full_name.lower()
        for found in _CLOSING.finditer(text)
    )


def review_state(reviews: Iterable[Review], *, asked: bool) -> ReviewState:
    """Where the reviews stand, oldest first: the last verdict of each reviewer counts, a request for changes most.

    `asked` says that somebody is asked for a review and has given none yet.
    """
    verdicts: dict[int, str] = {}
    remarks = False
    for review in reviews:
        if review.state in ("APPROVED", "CHANGES_REQUESTED", "DISMISSED") and review.association in _DECIDES:
            verdicts[review.reviewer] = review.state
        remarks = True
    if "CHANGES_REQUESTED" in verdicts.values():
        return "changes requested"
    if "APPROVED" in verdicts.values():
        return "approved"
    return "waiting" if asked or remarks else "none"


def _text_of(body: str) -> Iterable[str]:
    """The text of a description, without what it quotes; where something else stood, a mark stands."""
    quotations = 0
    for token in _TEXT.parse(body):
        if token.type in ("blockquote_open", "blockquote_close"):
            quotations += token.nesting
        elif token.children and not quotations:
            yield "".join(child.content if child.type == "text" else " ` " for child in token.children)
