"""The published schema: it is that of the code, and every report in JSON is valid by it."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from report_templates.render import render_json
from report_templates.schema import render_report_schema
from tests.report_templates.statuses import ALL_CASES

ROOT: Final = Path(__file__).parents[2]
SCHEMA: Final = ROOT / "docs" / "report.schema.json"
REPORTS: Final = sorted((ROOT / "tests" / "golden" / "reports").glob("*.report.json"))


@cache
def _validator() -> Any:
    schema = json.loads(render_report_schema())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _mistakes(report: bytes) -> list[str]:
    return [
        f"{'/'.join(map(str, error.path))}: {error.message}" for error in _validator().iter_errors(json.loads(report))
    ]


def test_the_schema_in_the_documentation_is_that_of_the_code() -> None:
    """`UPDATE_GOLDEN=1` writes it anew; a key that goes needs a new minor version."""
    if os.environ.get("UPDATE_GOLDEN"):
        SCHEMA.write_bytes(render_report_schema())
    assert SCHEMA.read_bytes() == render_report_schema()


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.name)
def test_every_golden_report_is_valid(path: Path) -> None:
    assert not _mistakes(path.read_bytes())


@pytest.mark.parametrize("case", ALL_CASES)
def test_every_report_is_valid(case: str) -> None:
    assert not _mistakes(render_json(ALL_CASES[case]()))


def test_a_report_with_a_key_that_is_new_is_still_valid() -> None:
    data = json.loads(REPORTS[0].read_bytes())
    data["added later"] = data["head"]["added later"] = 1
    assert not _mistakes(json.dumps(data).encode())


def test_what_is_no_report_is_not_valid() -> None:
    data = json.loads(REPORTS[0].read_bytes())
    data["kind"], data["head"] = "other", None
    assert len(_mistakes(json.dumps(data).encode())) == 2
    assert ": 'metrics' is a required property" in _mistakes(b"{}")
