"""The terminal's report: plain, narrow enough, and free of anything that a terminal would obey."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report_templates.render import render_terminal
from tests.report_templates.github_html import has_control
from tests.report_templates.reports import CASES, HOSTILE, finding, mixed, report, unread

_OUR_STYLES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("width", [80, 200])
def test_without_colour_it_is_plain_text_of_that_width(case: str, width: int) -> None:
    text = render_terminal(CASES[case](), width=width, color=False)
    assert not has_control(text)
    assert all(_columns(line) <= width for line in text.splitlines())
    assert all(line == line.rstrip() for line in text.splitlines())


def _columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


@pytest.mark.parametrize("case", CASES)
def test_colour_changes_no_word(case: str) -> None:
    shown = CASES[case]()
    plain = render_terminal(shown, width=80, color=False)
    coloured = render_terminal(shown, width=80, color=True)
    assert "\x1b[" in coloured
    without = "\n".join(line.rstrip() for line in _OUR_STYLES.sub("", coloured).splitlines())
    assert without.strip() == plain.strip()


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.one_of(st.text(st.characters(exclude_categories=())), st.sampled_from(HOSTILE)))
def test_no_repository_text_reaches_the_terminal_as_a_command(text: str) -> None:
    shown = report(introduced=(finding(text, message=text),), unread=(unread(text, 1, text),))
    assert not has_control(render_terminal(shown, width=80, color=False))
    assert not has_control(_OUR_STYLES.sub("", render_terminal(shown, width=80, color=True)))


def test_markup_of_the_renderer_is_text() -> None:
    text = render_terminal(report(introduced=(finding("[red]a[/red]:smile:.py"),)), width=80, color=False)
    assert "[red]a[/red]:smile:.py:1" in text


def test_a_status_is_a_word_and_a_sign() -> None:
    text = render_terminal(mixed(), width=200, color=False)
    assert "+2 worse" in text
    assert "-1 better" in text


def test_a_very_long_list_is_cut() -> None:
    rows = tuple(finding(f"shop/module_{number}.py", number) for number in range(1, 3_001))
    text = render_terminal(report(introduced=rows), width=80, color=False)
    assert "…and 2,000 more; `fifthwhy audit" in text
