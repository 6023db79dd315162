"""Escaping, checked with GitHub's own renderer: what was text stays that text, and nothing of it acts."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report_templates.escape import (
    LONGEST_LINK,
    LONGEST_NAME,
    LONGEST_PROSE,
    code,
    destination,
    encodable,
    link,
    markdown,
    place,
    prose,
    row,
    shortened,
    spoken,
    visible,
)
from tests.report_templates.github_html import harmless, has_control, seen
from tests.report_templates.reports import HOSTILE

always = settings(derandomize=True, deadline=None, max_examples=300)

_PARTS = (
    "`",
    "``",
    "|",
    "\\",
    "\n",
    " ",
    "@a",
    "#1",
    "www",
    ".",
    "https://x.y",
    "<b>",
    "&amp;",
    "*",
    "_",
    "-",
    "1.",
    "!",
    "[",
    "](",
)
texts = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.lists(st.sampled_from([*_PARTS, "word", "\u202e", "\udce9", "\x1b["])).map("".join),
    st.sampled_from(HOSTILE),
)


def _words(text: str) -> str:
    """A text but for its backticks and the lengths of its spaces."""
    return " ".join(text.replace("`", "").split())


# --- seen and unseen ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["shop/cart.py", "größe.py", "購物.py", "a b|c`d@e", "e\u0301.py", "x😀.py"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\u202egnp", r"\u202egnp"),
        ("a\u200bb\ufeff", r"a\u200bb\ufeff"),
        ("a\xa0b\u3164", r"a\xa0b\u3164"),
        ("caf\udce9", r"caf\xe9"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_what_is_not_seen_is_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@always
@given(texts)
def test_nothing_unseen_is_left(text: str) -> None:
    assert visible(text).isprintable()
    assert spoken(text).isprintable()
    visible(text).encode()


def test_long_text_loses_its_middle() -> None:
    assert shortened("abcdefghij", 10) == "abcdefghij"
    assert shortened("abcdefghijk", 10) == "abcde…hijk"
    assert len(shortened("a" * 4_096)) == LONGEST_NAME


# --- code -----------------------------------------------------------------------------------------


@always
@given(texts)
def test_code_shows_the_very_text(text: str) -> None:
    page = harmless(f"x {code(text)} y")
    assert page.codes == [shortened(visible(text)) or " "]
    assert "".join(page.plain) == "x  y\n"


@always
@given(texts, texts)
def test_code_shows_the_very_text_in_a_table(one: str, two: str) -> None:
    page = harmless(f"{row(['one', 'two'])}\n| - | - |\n{row([code(one), code(two)])}\n")
    assert page.codes == [shortened(visible(text)) or " " for text in (one, two)]
    assert [len(cells) for cells in page.rows] == [2, 2]


@pytest.mark.parametrize("length", [1, 2, 79, 80, 81, 159])
def test_code_holds_backticks_in_rows_of_any_length(length: int) -> None:
    """cmark gives up on fences of more than 80 backticks."""
    assert seen(code("`" * length)).codes == ["`" * length]


def test_code_keeps_spaces_at_its_ends() -> None:
    assert seen(code("  a ")).codes == ["  a "]
    assert seen(code(" ")).codes == [" "]


# --- prose ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "it doesn't use python-jose (OAuth2), e.g. on Python 3.11; see below: 12 of 1,000 files.",
        "„größer“ als сто, 漢字",
        "a dash - or two – or three — here",
    ],
)
def test_plain_words_stay_plain(text: str) -> None:
    assert prose(text) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("see #12, fixes GH-1", "see `#12`, fixes `GH-1`"),
        ("ask @ada (octo/repo#3)!", "ask `@ada` (`octo/repo#3`)\\!"),
        ("at https://evil.example/a.", "at `https://evil.example/a`."),
        ("deadbeef and defaced", "`deadbeef` and `defaced`"),
        ("www. me@evil.example", "`www`. `me@evil.example`"),
        ("*bold* _it_ <b> &amp; | $x$", "`*bold*` `_it_` `<b>` `&amp`; `|` `$x$`"),
        ("one\n\n# two", "one `#` two"),
        ("- item", "\\- item"),
        ("1. item", "1\\. item"),
        ("`a.b` is `c`", "`a.b` is `c`"),
        ("an odd ` is text", "an odd `` ` `` is text"),
        ("`a`@b", "`a@b`"),
        ("``", "` `` `"),
        ("", ""),
    ],
)
def test_what_is_not_certainly_plain_becomes_code(text: str, written: str) -> None:
    assert prose(text) == written


@always
@given(texts)
def test_prose_shows_the_same_words_and_nothing_of_it_acts(text: str) -> None:
    for markdown_text in (prose(text), f"- {prose(text)}", f"**x** {prose(text)}", f"### {prose(text)}"):
        page = harmless(markdown_text)
        shown = " ".join("".join(page.items or page.headings or [*page.plain]).split())
        assert not has_control(shown)
    assert _words(harmless(f"- x {prose(text)}").items[0]) == _words("x " + shortened(spoken(text), LONGEST_PROSE))


@always
@given(texts, texts)
def test_prose_stays_in_its_cell(one: str, two: str) -> None:
    page = harmless(f"{row(['one', 'two'])}\n| - | - |\n{row([one, two])}\n")
    assert [len(cells) for cells in page.rows] == [2, 2]
    for cell, text in zip(page.rows[1], (one, two), strict=True):
        assert _words(cell) == _words(shortened(spoken(text), LONGEST_PROSE))


# --- links ----------------------------------------------------------------------------------------


@always
@given(texts, texts)
def test_links_lead_where_they_should(text: str, path: str) -> None:
    address = f"https://github.example/acme/shop/{path}"
    page = harmless(f"x {link(code(text), address)} y")
    assert page.codes == [shortened(visible(text)) or " "]
    assert "".join(page.plain) == "x  y\n"
    if destination(address) is None:
        assert page.links == []
    else:
        wanted = unquote_to_bytes(address.encode("utf-8", "surrogatepass"))
        assert [unquote_to_bytes(found) for found in page.links] == [wanted]


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "//evil.example", "data:text/html,x", "", "https://x.example/" + "a" * LONGEST_LINK],
)
def test_what_is_no_usable_address_is_not_linked(address: str) -> None:
    assert link(code("a"), address) == "`a`"


def test_a_place_keeps_its_line_however_long_its_path() -> None:
    shown = place("a/" * 2_048, 12)
    assert shown.endswith(":12`")
    assert len(shown) <= LONGEST_NAME + 10


def test_a_line_is_added_to_an_address_without_one() -> None:
    assert link(code("a"), "https://x.example/p", 3) == "[`a`](https://x.example/p#L3)"
    assert link(code("a"), "https://x.example/p#L9", 3) == "[`a`](https://x.example/p#L9)"


# --- values and data ------------------------------------------------------------------------------


def test_values_are_text_or_whole_numbers() -> None:
    assert markdown(12_345) == "12,345"
    assert markdown("@ada") == "`@ada`"
    assert markdown(code("a")) == "`a`"
    for value in (None, True, 1.5, ["a"]):
        with pytest.raises(TypeError, match="text or a whole number"):
            markdown(value)


def test_data_becomes_encodable() -> None:
    data = {"a": ["caf\udce9.py", 1, None, "größe\n"]}
    assert encodable(data) == {"a": [r"caf\xe9.py", 1, None, "größe\n"]}


def test_plain_punctuation_is_never_code() -> None:
    assert not re.search("`", prose('("a"), b: c; d? (e).'))
