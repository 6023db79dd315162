"""The terminal's report: plain, narrow enough, and free of anything that a terminal would obey."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.outcome import PatternCount
from analyzers.places import Commit, Place, Repository
from analyzers.policy import PolicyProblem
from analyzers.report import FindingRow, NoteRow, PathRow, PolicyChange, PolicyRow, Report, SymbolRow, UnreadRow
from report_templates.render import (
    render_comment,
    render_issue_status,
    render_json,
    render_markdown,
    render_terminal,
)
from tests.report_templates.github_html import has_control
from tests.report_templates.reports import HOSTILE, finding, metric, mixed, report, unread
from tests.report_templates.statuses import ALL_CASES, filled

_SURROGATES: Final = st.characters(categories=["Cs"])
_OUR_STYLES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("case", ALL_CASES)
@pytest.mark.parametrize("width", [80, 200])
def test_without_colour_it_is_plain_text_of_that_width(case: str, width: int) -> None:
    text = render_terminal(ALL_CASES[case](), width=width, color=False)
    assert not has_control(text)
    assert all(_columns(line) <= width for line in text.splitlines())
    assert all(line == line.rstrip() for line in text.splitlines())


def _columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


@pytest.mark.parametrize("case", ALL_CASES)
def test_colour_changes_no_word(case: str) -> None:
    shown = ALL_CASES[case]()
    plain = render_terminal(shown, width=80, color=False)
    coloured = render_terminal(shown, width=80, color=True)
    assert "\x1b[" in coloured
    without = "\n".join(line.rstrip() for line in _OUR_STYLES.sub("", coloured).splitlines())
    assert without.strip() == plain.strip()


# A path comes from bytes; in the text of a string or a policy there can be anything.
paths = st.one_of(st.sampled_from(HOSTILE), st.binary(max_size=40).map(os.fsdecode))
texts = st.one_of(st.sampled_from(HOSTILE), st.text(st.one_of(st.characters(exclude_categories=()), _SURROGATES)))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(paths, texts)
def test_no_repository_text_reaches_the_terminal_as_a_command(path: str, text: str) -> None:
    shown = report(introduced=(finding(path, message=text),), unread=(unread(path, 1, text),))
    assert not has_control(render_terminal(shown, width=80, color=False))
    assert not has_control(_OUR_STYLES.sub("", render_terminal(shown, width=80, color=True)))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(texts, st.booleans())
def test_whatever_a_report_holds_it_can_be_written_as_utf8(text: str, is_state: bool) -> None:
    shown = _filled(text)
    if is_state:
        shown = msgspec.structs.replace(shown, kind="state", base=None)
    render_terminal(shown, width=80, color=True).encode()
    render_comment(shown).encode()
    render_markdown(shown).encode()
    render_json(shown)


@settings(derandomize=True, deadline=None, max_examples=15)
@given(texts)
def test_no_text_in_a_status_reaches_the_terminal_as_a_command(text: str) -> None:
    shown = filled((text, text, text, text), f"https://github.example/{text}")
    assert not has_control(render_terminal(shown, width=80, color=False))
    assert not has_control(_OUR_STYLES.sub("", render_terminal(shown, width=80, color=True)))
    render_json(shown)
    render_issue_status(shown).encode()


def _filled(text: str) -> Report:
    """A report with that text wherever text can stand."""
    row = FindingRow("imports.cycles", text, text, "low", "tests", True, "f", Place(text, 1, 2, text))
    paths = (PathRow(text, 1, 0, True, "shim", text), PathRow(text, 1, 0, False))
    return report(
        version=text,
        repository=Repository(text, text),
        head=Commit(text, text, text),
        base=Commit(text, text, text),
        policy=PolicyRow(text, text, True, text),
        policy_change=PolicyChange(text, False, (PolicyProblem(1, text, text),), (), text),
        introduced=(row,),
        fixed=(row,),
        standing=(row,),
        symbols=(SymbolRow(text, text, True, 2, 1, paths),),
        more_symbols=3,
        auth=(PatternCount(text, 1, 0), PatternCount("b", 1, 0)),
        auth_canonical=text,
        unread=(UnreadRow(text, "syntax", text, 1, text, True),),
        notes=(NoteRow(text, 1, "problem", text, text, text, True), NoteRow(text, None, "problem", text, text, None)),
        more_notes=1,
        command=text,
    )


def test_a_lone_surrogate_is_shown_as_an_escape() -> None:
    text = render_terminal(report(introduced=(finding("caf\udce9.py", message="a \ud800 b"),)), width=80, color=False)
    assert r"caf\xe9.py:1" in text
    assert r"a \ud800 b" in text


def test_markup_of_the_renderer_is_text() -> None:
    text = render_terminal(report(introduced=(finding("[red]a[/red]:smile:.py"),)), width=80, color=False)
    assert "[red]a[/red]:smile:.py:1" in text


def test_a_status_is_a_word_and_a_sign() -> None:
    text = render_terminal(mixed(), width=200, color=False)
    assert "+2 worse" in text
    assert "-1 better" in text


def test_a_share_is_shown_in_percent_and_its_counts_below() -> None:
    metrics = (metric("imports.canonical_usage", 862, 866, among=881, base_among=880, undecided=3),)
    text = render_terminal(report(metrics=metrics, introduced=(finding("a.py"),)), width=120, color=False)
    assert re.search(r"on the canonical path +97.9 % +98.2 % +\+0.3 points better +100 % +no\n", text)
    assert "\nimport sites: 866 of 881; 3 that the code does not decide\n" in text


def test_no_name_of_a_symbol_is_cut() -> None:
    long = "shop.a_very_long_package.with_long_modules.and_longer_ones"
    row = SymbolRow("Token", long, True, 2, 1, (PathRow(long, 1, 0, True, "re-export", "OldToken"),))
    text = render_terminal(report(introduced=(finding("a.py"),), symbols=(row,)), width=60, color=False)
    lines = text.split("Imported from")[1].splitlines()[2:]
    assert "".join(line[8:].split(" ")[0] for line in lines).startswith(f"{long}.OldToken")


def test_a_very_long_list_is_cut() -> None:
    rows = tuple(finding(f"shop/module_{number}.py", number) for number in range(1, 3_001))
    text = render_terminal(report(introduced=rows), width=80, color=False)
    assert "…and 2,000 more; `fifthwhy audit" in text
