"""Whole reports as they are posted and shown, one file each in `tests/golden/reports/`.

A file is called `<case>.<form>`: the case is one of `ALL_CASES`, the form one of `FORMS`. To add one, create
it empty. `UPDATE_GOLDEN=1 python -m pytest tests/report_templates/test_golden.py` writes them all anew; read the
difference before you commit it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from analyzers.report import Report
from report_templates.render import (
    render_check_summary,
    render_comment,
    render_issue_status,
    render_json,
    render_markdown,
    render_terminal,
    render_weekly,
)
from report_templates.sarif import render_sarif
from tests.report_templates.github_html import harmless
from tests.report_templates.statuses import ALL_CASES

GOLDEN: Final = Path(__file__).parent.parent / "golden" / "reports"

FORMS: Final[dict[str, Callable[[Report], str]]] = {
    "comment.md": render_comment,
    "check.md": render_check_summary,
    "issue.md": render_issue_status,
    "weekly.md": render_weekly,
    "document.md": render_markdown,
    "terminal-80.txt": lambda report: render_terminal(report, width=80, color=False),
    "terminal-200.txt": lambda report: render_terminal(report, width=200, color=False),
    "report.json": lambda report: render_json(report).decode(),
    "report.sarif": lambda report: render_sarif(report).decode(),
    "results.sarif": lambda report: _without_rules(render_sarif(report).decode()),
}


def _without_rules(log: str) -> str:
    """SARIF without the rules, which are the same in all."""
    return re.sub(r'^( +)"rules": \[\n.*?\n\1\]', r'\1"rules": [...]', log, count=1, flags=re.MULTILINE | re.DOTALL)


FILES: Final = sorted(path.name for path in GOLDEN.iterdir())


@pytest.mark.parametrize("name", FILES)
def test_report_is_rendered_as_expected(name: str) -> None:
    case, _, form = name.partition(".")
    rendered = FORMS[form](ALL_CASES[case]())
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(rendered.encode())
    assert rendered == path.read_bytes().decode()
    if form.endswith(".md"):
        harmless(rendered)


def test_every_case_has_a_golden_file() -> None:
    assert {name.partition(".")[0] for name in FILES} == set(ALL_CASES)
