"""The documentation of the reports shows one as it is posted, and tells of every section."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tests.report_templates.test_status import SECTIONS

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "reports.md").read_text("utf-8")


def test_the_example_is_what_is_posted() -> None:
    (example,) = re.findall(r"^````markdown\n(.*?)^````$", PAGE, re.MULTILINE | re.DOTALL)
    assert example == (ROOT / "tests/golden/reports/status_small.issue.md").read_text("utf-8")


def test_every_section_is_told_of() -> None:
    table = PAGE.partition("## Issue status")[2].partition("Charts are")[0]
    assert [section for section in SECTIONS if f"| {section.lower()} |" not in table] == []


def test_every_template_that_is_named_exists() -> None:
    named = set(re.findall(r"`(\w+\.md\.j2)`", PAGE))
    assert len(named) == 4
    assert all((ROOT / "report_templates" / name).is_file() for name in named)
