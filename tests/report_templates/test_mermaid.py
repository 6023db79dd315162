"""Every diagram that is written is one that Mermaid itself reads, whatever stands in it.

Mermaid is an npm package; `make setup` installs it into `tests/mermaid/`. One Node process is asked about all diagrams.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from analyzers.picture import Arrow, Node, Picture
from report_templates.diagram import Chart, render_chart, render_mermaid
from report_templates.render import render_issue_status, render_markdown, render_weekly
from tests.report_templates.reports import HOSTILE, SHOP
from tests.report_templates.statuses import STATUS_CASES, filled, status_full, status_huge
from tests.report_templates.test_diagram import PICTURE

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "tests" / "mermaid"
GOLDEN: Final = ROOT / "tests" / "golden"

_BLOCK: Final = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(markdown: str) -> list[str]:
    """The diagrams in a Markdown text."""
    return _BLOCK.findall(markdown)


@cache
def diagrams() -> dict[str, str]:
    """Every diagram there is, by where it comes from."""
    hostile = Picture(
        tuple(Node(text, asked=True) for text in HOSTILE),
        (Arrow(HOSTILE[0], HOSTILE[1], deferred=True, circular=True),),
    )
    found = {"a graph": render_mermaid(PICTURE), "a hostile graph": render_mermaid(hostile)}
    for path in (*sorted(GOLDEN.glob("**/*.md")), *sorted((ROOT / "docs").glob("*.md"))):
        found |= _numbered(str(path.relative_to(ROOT)), path.read_text("utf-8"))
    for name, case in STATUS_CASES.items():
        found |= _numbered(name, render_markdown(case()))
    for render in (render_issue_status, render_weekly):
        found |= _numbered(f"{render.__name__} of the largest status", render(status_huge()))
    found |= _numbered("a hostile document", render_markdown(filled(HOSTILE, f"{SHOP.web}/pull")))
    return found | _charts()


def _numbered(name: str, markdown: str) -> dict[str, str]:
    return {f"{name} ({number})": block for number, block in enumerate(blocks(markdown), 1)}


def _charts() -> dict[str, str]:
    days = tuple(f"20{26 + month // 12}-{month % 12 + 1:02}-{day:02}" for month in range(24) for day in (1, 15))
    charts = {
        f"a chart of {count} days of {unit}": render_chart(
            Chart('"Imports" %% of; `this`\n', unit, days[:count], (tuple(map(float, range(count))), (0.0,) * count))
        )
        for count in (2, 12, 28, 48)
        for unit in ("import sites", "%")
    }
    charts["the same days and values"] = render_chart(Chart("", " ", ("2026-03-02",) * 3, ((5, 5, 5),)))
    charts["figures below nothing"] = render_chart(Chart("line [1]", "é", ("", "x-axis"), ((-1.25, 1e6),)))
    return {name: chart for name, chart in charts.items() if chart is not None}


@cache
def mistakes() -> dict[str, str]:
    """What Mermaid does not read, and what it says about it."""
    asked = diagrams()
    return {name: error for name, (_, error) in zip(asked, _parsed([*asked.values()]), strict=True) if error}


def _parsed(texts: list[str]) -> list[tuple[str | None, str | None]]:
    """Of each diagram its type, or what is wrong with it. Skips where Mermaid is not installed; in CI it has to be."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules" / "mermaid").is_dir():
        assert not os.environ.get("CI"), "CI needs Node and `make setup`, which installs Mermaid"
        pytest.skip("Mermaid is not installed: `make setup` does it where Node and npm are on PATH")
    done = subprocess.run(
        [node, "parse.mjs"], cwd=FOLDER, input=json.dumps(texts).encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return [(answer["type"], answer["error"]) for answer in json.loads(done.stdout)]


def test_mermaid_reads_every_diagram() -> None:
    assert not mistakes()


def test_mermaid_knows_wrong_from_right_and_one_kind_from_another() -> None:
    chart = render_chart(Chart("t", "u", ("2026-03-02", "2026-03-09"), ((1, 2),)))
    answers = _parsed([chart or "", render_mermaid(PICTURE), 'xychart-beta\n    x-axis [a"b]\n', "flowchart LR\n ]["])
    assert [kind for kind, _ in answers] == ["xychart", "flowchart-v2", None, None]
    assert all(error for kind, error in answers if kind is None)


def test_reports_have_diagrams_to_ask_about() -> None:
    assert len(blocks(render_issue_status(status_full()))) == 2
    assert any(name.startswith("docs/") for name in diagrams())
    assert any(name.startswith("tests/golden/") for name in diagrams())


def test_the_lock_file_names_versions_and_digests_and_no_place_to_download_from() -> None:
    text = (FOLDER / "package-lock.json").read_text("utf-8")
    assert not re.search(r"://|\"resolved\"", text)
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    wanted = json.loads((FOLDER / "package.json").read_text("utf-8"))["dependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
