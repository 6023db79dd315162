"""What `fifthwhy history` prints: whole texts in `tests/golden/history/`, one file for each case and form.

To add one, create it empty. `UPDATE_GOLDEN=1 python -m pytest tests/report_templates/test_past.py` writes them all
anew; read the difference before you commit it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.history import History, Sample
from analyzers.policy import Policy, read_policy
from report_templates.past import (
    render_history_csv,
    render_history_json,
    render_history_markdown,
    render_history_terminal,
)
from tests.analyzers.pasts import HEAD, WEEK, history, weekly
from tests.report_templates.github_html import harmless, has_control
from tests.report_templates.reports import HOSTILE, SHOP

GOLDEN: Final = Path(__file__).parent.parent / "golden" / "history"
DAY: Final = dt.timedelta(days=1)

POLICY: Final = read_policy(
    b"metrics:\n"
    b"  imports.fragmented: {target: 0, priority: high, due: 2026-04-01}\n"
    b"  imports.canonical_usage: {target: 98}\n"
    b"  auth.unprotected: {target: 1, due: 2026-04-01}\n"
)


def moving() -> History:
    """Half a year: one metric falls, a share rises, one stays, one went away and came back, one is on target."""
    fell = [60, 61, 63, 66, 66, 64, 58, 57, 52, 52, 51, 49, 47, 44, 44, 43, 40, 38, 38, 35, 31, 30, 28, 27, 26, 25]
    return weekly(
        imports_fragmented=fell,
        imports_canonical_usage=[1_000 - each for each in fell],
        imports_legacy=[2, 1] + [0] * 22 + [1, 2],
        auth_unprotected=[3] * 26,
        imports_cycles=[0] * 26,
    )


def single() -> History:
    """Nothing to look back on."""
    return msgspec.structs.replace(weekly(imports_fragmented=[7], imports_cycles=[0]), left=25)


def daily() -> History:
    """Ten days, with too few of them to tell where they lead."""
    past = weekly(imports_fragmented=[1_200_000, 1_200_003, 1_200_001, 1_200_000], step=3 * DAY, among=9_000_000)
    return msgspec.structs.replace(past, every_days=1)


def hostile() -> History:
    """Subjects that try something."""
    past = weekly(imports_fragmented=list(range(len(HOSTILE))), step=2 * WEEK)
    subjects = (msgspec.structs.replace(each.commit, subject=HOSTILE[at]) for at, each in enumerate(past.samples))
    samples = tuple(Sample(commit, each.metrics) for commit, each in zip(subjects, past.samples, strict=True))
    return msgspec.structs.replace(past, samples=samples, every_days=14)


CASES: Final[Mapping[str, Callable[[], History]]] = {case.__name__: case for case in (moving, single, daily, hostile)}

FORMS: Final[Mapping[str, Callable[[History, Policy], str]]] = {
    "terminal-80.txt": lambda past, policy: render_history_terminal(past, policy, width=80, color=False),
    "terminal-140.txt": lambda past, policy: render_history_terminal(past, policy, width=140, color=False),
    "document.md": lambda past, policy: render_history_markdown(past, policy, SHOP),
    "history.csv": render_history_csv,
    "history.json": lambda past, policy: render_history_json(past, policy).decode(),
}

FILES: Final = sorted(path.name for path in GOLDEN.iterdir())


@pytest.mark.parametrize("name", FILES)
def test_history_is_rendered_as_expected(name: str) -> None:
    case, _, form = name.partition(".")
    rendered = FORMS[form](CASES[case](), POLICY)
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(rendered.encode())
    assert rendered == path.read_bytes().decode()
    if form.endswith(".md"):
        harmless(rendered)


def test_every_case_and_every_form_has_a_golden_file() -> None:
    parts = [name.partition(".") for name in FILES]

    assert {case for case, _, _ in parts} == set(CASES)
    assert {form for _, _, form in parts} == set(FORMS)


@pytest.mark.parametrize("width", [10, 40, 61, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    shown = render_history_terminal(moving(), POLICY, width=width, color=False)

    assert max(map(len, shown.splitlines())) <= max(width, 40)


def test_colour_is_used_only_where_it_is_asked_for() -> None:
    plain = render_history_terminal(moving(), POLICY, width=80, color=False)

    assert "\x1b[" in render_history_terminal(moving(), POLICY, width=80, color=True)
    assert "\x1b" not in plain


def test_what_came_and_went_does_not_add_up_where_something_could_not_be_read_and_that_is_said() -> None:
    past = weekly(imports_fragmented=[8, 8, 2, 2, 2], imports_canonical_usage=[900, 900, 950, 950, 950])
    hidden = msgspec.structs.replace(past.periods[1], fixed=(), comparable=False)
    lost = msgspec.structs.replace(past.periods[3], comparable=False)
    past = msgspec.structs.replace(past, periods=(past.periods[0], hidden, past.periods[2], lost))
    for text in (
        render_history_markdown(past, POLICY),
        render_history_terminal(past, POLICY, width=400, color=False),
    ):
        assert "Neither introduced nor fixed: 6 less on 2026-02-16, where files could be read at one of two" in text
        assert "Target 0: no change over the last 4 weeks" in text
        assert "Target 98.0 %: no rate, since what could not be read is not the same at all of its last points." in text


def test_nothing_of_a_commit_reaches_the_terminal_as_it_is() -> None:
    assert not has_control(render_history_terminal(hostile(), POLICY, width=200, color=False))


def test_only_metrics_that_moved_are_drawn() -> None:
    shown = render_history_markdown(moving(), POLICY)

    assert shown.count("```mermaid") == 3
    assert '"Imports of legacy modules"' in shown
    assert '"Endpoints that never reach the check"' not in shown


@given(st.lists(st.integers(0, 1_000), min_size=3, max_size=8).filter(lambda values: len(set(values)) > 1))
def test_a_chart_is_drawn_from_its_first_day_to_its_last_whatever_the_values(values: list[int]) -> None:
    text = render_history_terminal(weekly(imports_canonical_usage=values), POLICY, width=60, color=False)
    drawn = [line.partition("| ")[2] for line in text.splitlines() if "| " in line]
    assert any(line[:1] not in ("", " ") for line in drawn), "the first day"
    assert any(len(line) >= 46 for line in drawn), "the last day"


def test_without_a_repository_on_the_web_commits_are_not_linked() -> None:
    assert "](" not in render_history_markdown(moving(), POLICY)


def test_the_csv_has_a_row_for_each_sample_and_metric() -> None:
    past = moving()
    rows = list(csv.DictReader(io.StringIO(render_history_csv(past, POLICY))))

    assert len(rows) == sum(len(sample.metrics) for sample in past.samples)
    last = {row["metric"]: row for row in rows if row["commit"] == HEAD.id}
    assert last["imports.fragmented"] == {
        "commit": HEAD.id, "date": HEAD.date, "metric": "imports.fragmented", "value": "25", "among": "1000",
        "percent": "", "production": "25", "tests": "0", "introduced": "0", "fixed": "1",
    }  # fmt: skip
    assert (last["imports.canonical_usage"]["percent"], last["imports.canonical_usage"]["fixed"]) == ("97.5", "")


def test_the_json_holds_every_figure_and_where_it_leads() -> None:
    read = json.loads(render_history_json(moving(), POLICY))
    fragmented = read["courses"][0]

    assert (len(read["samples"]), read["every_days"]) == (26, 7)
    assert (fragmented["first"], fragmented["last"], fragmented["change"]) == (60, 25, -35)
    assert fragmented["introduced"] - fragmented["fixed"] == -35
    assert fragmented["trend"]["projection"]["weekly"] == -1.0


def test_a_subject_that_is_no_utf_8_can_be_written_in_every_form() -> None:
    commit = msgspec.structs.replace(HEAD, subject="caf\udce9")
    past = History((Sample(commit, weekly(imports_fragmented=[3]).samples[0].metrics),))

    for form in FORMS.values():
        assert form(past, POLICY).encode()


def test_commits_that_are_not_in_the_order_of_their_dates_can_be_shown() -> None:
    past = history([3 * WEEK, WEEK, 2 * WEEK, 0 * DAY], imports_fragmented=[4, 3, 2, 5])
    at_once = history([0 * DAY, 0 * DAY], imports_fragmented=[4, 3])

    for form in FORMS.values():
        assert form(past, POLICY)
        assert form(at_once, POLICY)
        assert form(History(()), POLICY)
