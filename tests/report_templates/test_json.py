"""The report as JSON: complete, stable, and readable whatever the paths are."""

from __future__ import annotations

import json

import msgspec
import pytest

from analyzers.report import Report
from report_templates.render import render_json
from tests.report_templates.reports import CASES, finding, report


@pytest.mark.parametrize("case", sorted(CASES.keys() - {"hostile"}))
def test_a_report_comes_back_from_its_json(case: str) -> None:
    shown = CASES[case]()
    assert msgspec.json.decode(render_json(shown), type=Report) == shown


@pytest.mark.parametrize("case", CASES)
def test_the_same_report_gives_the_same_bytes(case: str) -> None:
    assert render_json(CASES[case]()) == render_json(CASES[case]())


def test_a_path_that_is_not_utf8_is_shown_as_its_bytes() -> None:
    data = json.loads(render_json(report(introduced=(finding("caf\udce9\n.py"),))))
    assert data["introduced"][0]["place"]["path"] == "caf\\xe9\n.py"


def test_nothing_is_cut() -> None:
    rows = tuple(finding(f"shop/module_{number}.py", number) for number in range(1, 3_001))
    assert len(json.loads(render_json(report(introduced=rows)))["introduced"]) == 3_000
