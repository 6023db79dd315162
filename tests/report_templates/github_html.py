"""What a reader on GitHub sees of a Markdown text: rendered by GitHub's own renderer, then read tag by tag."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

import cmarkgfm
from cmarkgfm.cmark import Options

# As in a comment: raw HTML passes (GitHub cuts it down afterwards) and line breaks are kept.
_RENDERING: Final = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_HARDBREAKS | Options.CMARK_OPT_FOOTNOTES

_OURS: Final = frozenset(
    "a br code details em h3 h4 li ol p pre strong sub summary table tbody td th thead tr ul".split()  # noqa: SIM905
)
"""The elements that our templates make."""

# What GitHub turns into links and notifications, wherever it stands in a text that is neither code nor a link.
_LIVELY: Final = re.compile(
    r"""
      @\w                      # a person or a team
    | \#\d | \bGH-\d           # an issue
    | \b[0-9a-f]{7,40}\b       # a commit
    | https?:// | \bwww\b      # an address
    | \b[\w.+-]+@[\w-]+\.\w    # a mail address
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass
class Seen(HTMLParser):
    """The visible parts of a page."""

    plain: list[str] = field(default_factory=list)
    """Text that is neither in code nor in a link."""
    codes: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    """Table rows, each the texts of its cells."""
    items: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag != "br":
            self.open.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")
        self._begin(tag)

    def _begin(self, tag: str) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")
        elif tag == "li":
            self.items.append("")
        elif tag in {"h3", "h4"}:
            self.headings.append("")
        elif tag == "code":
            self.codes.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "br":  # written as <br />
            return
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_comment(self, data: str) -> None:
        self.comments.append(data.strip())

    def handle_data(self, data: str) -> None:
        if "code" in self.open:
            self.codes[-1] += data
        elif "a" not in self.open:
            self.plain.append(data)
        for tags, texts in (({"li"}, self.items), ({"h3", "h4"}, self.headings)):
            if tags & set(self.open):
                texts[-1] += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def seen(markdown: str) -> Seen:
    """Render Markdown as GitHub does and read what comes out. Fails on elements that are left open."""
    page = Seen()
    page.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=_RENDERING))
    page.close()
    assert not page.open, f"left open: {page.open}"
    return page


def harmless(markdown: str, web: str = "https://github.example/acme/shop") -> Seen:
    """The same, for a text of ours that holds hostile text: nothing of it may act."""
    page = seen(markdown)
    assert page.tags <= _OURS, page.tags - _OURS
    for text in page.plain:
        assert not _LIVELY.search(text), text
    for address in page.links:
        assert address.startswith(f"{web}/"), address
    assert len(page.rows) == _whole_rows(markdown)
    assert not any(has_control(text) for text in (*page.plain, *page.codes))
    return page


def _whole_rows(markdown: str) -> int:
    """The table rows in a Markdown text, each checked to have as many cells as the one above it.

    Read from the text, because the renderer drops the cells that are too many and adds those that are missing.
    """
    rows, columns = 0, 0
    for line in markdown.split("\n"):
        pipes = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("| ") else 0
        assert not pipes or not columns or pipes == columns, line
        columns = pipes
        rows += bool(pipes) and not re.fullmatch(r"(\| :?-+:? )+\|", line)
    return rows


def has_control(text: str) -> bool:
    """Whether a text holds anything that is not seen, other than line breaks."""
    return not text.replace("\n", "").isprintable()
