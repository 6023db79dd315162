"""The report as JSON: complete, stable, and readable whatever the paths are."""

from __future__ import annotations

import json

import msgspec
import pytest

from analyzers.report import PathRow, Report, SymbolRow
from report_templates.render import render_json
from tests.report_templates.reports import finding, metric, report
from tests.report_templates.statuses import ALL_CASES


@pytest.mark.parametrize("case", sorted(ALL_CASES.keys() - {"hostile", "status_hostile"}))
def test_a_report_comes_back_from_its_json(case: str) -> None:
    shown = ALL_CASES[case]()
    assert msgspec.json.decode(render_json(shown), type=Report) == shown


@pytest.mark.parametrize("case", ALL_CASES)
def test_the_same_report_gives_the_same_bytes(case: str) -> None:
    assert render_json(ALL_CASES[case]()) == render_json(ALL_CASES[case]())


def test_a_path_that_is_not_utf8_is_shown_as_its_bytes() -> None:
    data = json.loads(render_json(report(introduced=(finding("caf\udce9\n.py"),))))
    assert data["introduced"][0]["place"]["path"] == "caf\\xe9\n.py"


def test_a_metric_keeps_its_keys() -> None:
    """Others read them: one may be added, none may go or change its meaning."""
    row = metric("ssot.compliance", 3, 2, tests=4, among=3, undecided=1, tests_among=5)
    (share,) = json.loads(render_json(report(metrics=(row,))))["metrics"]
    assert share == {
        "name": "ssot.compliance",
        "title": "Production files without a finding",
        "unit": "%",
        "base": 3,
        "head": 2,
        "delta": -33.4,
        "production": 2,
        "tests": 4,
        "among": 3,
        "target": 100,
        "met": False,
        "priority": None,
        "due": None,
        "base_among": 3,
        "percent": 66.6,
        "base_percent": 100.0,
        "undecided": 1,
        "better": False,
        "tests_among": 5,
        "tests_percent": 80.0,
    }


def test_a_path_of_a_symbol_keeps_its_keys() -> None:
    row = SymbolRow("Token", "shop", True, 2, 1, (PathRow("shop.old", 1, 0, False, "alias", "OldToken"),))
    (symbol,) = json.loads(render_json(report(symbols=(row,))))["symbols"]
    assert symbol["paths"] == [
        {
            "module": "shop.old",
            "production": 1,
            "tests": 0,
            "canonical": False,
            "role": "alias",
            "name": "OldToken",
        }
    ]


def test_nothing_is_cut() -> None:
    rows = tuple(finding(f"shop/module_{number}.py", number) for number in range(1, 3_001))
    assert len(json.loads(render_json(report(introduced=rows)))["introduced"]) == 3_000
