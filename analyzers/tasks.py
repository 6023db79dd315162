"""The task list of an issue: its entries, which are done, and the headings that they stand below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from analyzers.status import TaskRow

LONGEST_BODY: Final = 65_536
"""Characters; GitHub takes no longer text. What is behind is not read."""
_LONGEST_TEXT: Final = 300
_LONGEST_SOURCE: Final = 1_000

# Inline marks are read for single entries, after these are cut: so a hostile text costs no more than its length.
_BLOCKS: Final = MarkdownIt("commonmark", {"tasklists": True}).disable("inline")
_INLINE: Final = MarkdownIt("commonmark")


def tasks_of(body: str) -> tuple[TaskRow, ...]:
    """The entries of all task lists in a Markdown text, from top to bottom, nested ones after their parent.

    The phase of an entry is the nearest heading above it. What stands in code, in a comment or in a quotation is none.
    """
    tokens = _BLOCKS.parse(body[:LONGEST_BODY])
    tasks: list[TaskRow] = []
    phase: str | None = None
    quotations = 0
    for at, token in enumerate(tokens):
        if token.type in ("blockquote_open", "blockquote_close"):
            quotations += token.nesting
        elif token.type == "heading_open" and token.level == 0:
            phase = _plain(tokens[at + 1].content) or None
        elif "checked" in token.meta and not quotations and (text := _text_of_item(tokens, at)):
            tasks.append(TaskRow(text, token.meta["checked"], phase))
    return tuple(tasks)


def _text_of_item(tokens: Sequence[Token], at: int) -> str:
    """What a list item begins with, if that is text."""
    first = tokens[at + 1]  # an item is closed at last
    return _plain(tokens[at + 2].content) if first.type in ("paragraph_open", "heading_open") else ""


def _plain(inline: str) -> str:
    """Markdown in one line without its marks: what of it is read aloud."""
    (token,) = _INLINE.parseInline(inline[:_LONGEST_SOURCE])
    words = "".join(_said(child) for child in token.children or ()).split()
    return " ".join(words)[:_LONGEST_TEXT]


def _said(token: Token) -> str:
    if token.type in ("text", "code_inline", "image"):
        return token.content
    return " " if token.type in ("softbreak", "hardbreak") else ""
