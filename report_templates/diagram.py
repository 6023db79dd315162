"""Diagrams as text: the module graph for Mermaid and Graphviz, charts of figures over time for Mermaid.

All Mermaid of ours is written here (https://mermaid.js.org/syntax/flowchart.html,
https://mermaid.js.org/syntax/xyChart.html), so that no text of a repository is ever a word of that language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from analyzers.picture import Picture
from report_templates.escape import name, shortened

_MOST_DAYS: Final = 28
"""Days such as 03-02 that stand side by side below a chart without touching; of those with a year, fewer do."""
_MOST_LONG_DAYS: Final = 16
_CHART_SETTINGS: Final = (
    '%%{init: {"xyChart": {"width": 1000, "height": 320, "xAxis": {"labelFontSize": 10}}, '
    '"themeVariables": {"xyChart": {"plotColorPalette": "#0969da, #d1242f"}}}}%%'
)
_LONGEST_TITLE: Final = 80


class Chart(msgspec.Struct, frozen=True):
    """Figures over time: `days` in ISO 8601, oldest first, and lines with as many values. `unit` is what they count."""

    title: str
    unit: str
    days: tuple[str, ...]
    lines: tuple[tuple[float, ...], ...]


def render_chart(chart: Chart) -> str | None:
    """An `xychart-beta`, or None where there are fewer than two days, which make no line.

    Of very many days some are left out, evenly; never the first or the last.
    """
    if len(chart.days) < 2:
        return None
    short = len({day[5:10] for day in chart.days}) == len(chart.days) and _is_within_a_year(chart.days)
    kept = _spread(len(chart.days), _MOST_DAYS if short else _MOST_LONG_DAYS)
    labels = _unlike([chart.days[at][5 if short else 0 : 10] for at in kept])
    shown = [[line[at] for at in kept] for line in chart.lines]
    lowest, highest = _range([value for values in shown for value in values])
    unit = "percent" if chart.unit == "%" else chart.unit
    lines = [
        _CHART_SETTINGS,
        "xychart-beta",
        f"    title {_quoted(chart.title)}",
        f"    x-axis [{', '.join(map(_quoted, labels))}]",
        f"    y-axis {_quoted(unit)} {_number(lowest)} --> {_number(highest)}",
        *(f"    line [{', '.join(map(_number, values))}]" for values in shown),
    ]
    return "\n".join(lines) + "\n"


def _is_within_a_year(days: Sequence[str]) -> bool:
    """Whether days without their year tell when they were."""
    first, last = days[0], days[-1]
    if first[:4] == last[:4]:
        return True
    return first[:4].isdecimal() and last[:10] < f"{int(first[:4]) + 1:04}{first[4:10]}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _spread(count: int, most: int) -> list[int]:
    """At most that many of `count` places, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return [at * (count - 1) // (most - 1) for at in range(most)]


def _unlike(labels: Sequence[str]) -> list[str]:
    """Labels of which no two are the same: Mermaid would draw their values at one place."""
    seen: Counter[str] = Counter()
    told: list[str] = []
    for label in labels:
        seen[label] += 1
        told.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return told


def _range(values: Sequence[float]) -> tuple[float, float]:
    """What the axis spans: all values, and never nothing."""
    lowest, highest = min(values), max(values)
    return (lowest, highest) if highest > lowest else (lowest - 1 if lowest else 0, highest + 1)


def _quoted(text: str) -> str:
    """A string. Charts show entities as they are written, so what is not certainly plain becomes a dot; so does
    nothing at all, which Mermaid does not read.
    """
    plain = re.sub(r"[^\w .,()-]", "·", shortened(name(text), _LONGEST_TITLE))
    return f'"{plain or "·"}"'


def render_mermaid(picture: Picture) -> str:
    """A flowchart. Nodes are called n1, n2, …, so that no name of a module is ever a word of the language."""
    ids = _ids(picture)
    lines = ["flowchart LR", *(f"%% {line}" for line in _left_out(picture))]
    lines += [f'{ids[node.name]}["{_mermaid_text(node.name)}"]' for node in picture.nodes]
    for arrow in picture.arrows:
        sign = "==>" if arrow.circular else "-.->" if arrow.deferred else "-->"
        lines.append(f"{ids[arrow.importer]} {sign} {ids[arrow.imported]}")
    lines += _mermaid_styles(picture, ids)
    return "\n    ".join(lines) + "\n"


def _mermaid_styles(picture: Picture, ids: dict[str, str]) -> Iterator[str]:
    circular = [str(number) for number, arrow in enumerate(picture.arrows) if arrow.circular]
    if circular:
        yield f"linkStyle {','.join(circular)} stroke:#d1242f"
    asked = [ids[node.name] for node in picture.nodes if node.asked]
    if asked:
        yield "classDef asked stroke-width:3px"
        yield f"class {','.join(asked)} asked"


def _mermaid_text(text: str) -> str:
    """All but what a dotted name is made of as numbered entities, which a label shows as what they stand for."""
    return re.sub(r"[^\w.]", lambda char: f"#{ord(char[0])};", name(text))


def render_dot(picture: Picture) -> str:
    """A digraph, for `dot -Tsvg`."""
    ids = _ids(picture)
    lines = ["digraph fifthwhy {", *(f"// {line}" for line in _left_out(picture))]
    lines += ["rankdir=LR;", 'node [shape=box, fontname="sans-serif"];']
    for node in picture.nodes:
        bold = ", penwidth=3" if node.asked else ""
        lines.append(f'{ids[node.name]} [label="{_dot_text(node.name)}"{bold}];')
    for arrow in picture.arrows:
        style = ' [color="#d1242f", penwidth=2]' if arrow.circular else " [style=dashed]" if arrow.deferred else ""
        lines.append(f"{ids[arrow.importer]} -> {ids[arrow.imported]}{style};")
    return "\n    ".join(lines) + "\n}\n"


def _dot_text(text: str) -> str:
    """A quoted string (https://graphviz.org/doc/info/lang.html), in which a backslash begins an escape."""
    return name(text).replace("\\", "\\\\").replace('"', '\\"')


def _ids(picture: Picture) -> dict[str, str]:
    return {node.name: f"n{number}" for number, node in enumerate(picture.nodes, 1)}


def _left_out(picture: Picture) -> Iterator[str]:
    if picture.more_nodes:
        yield f"{picture.more_nodes:,} more are not shown; use a smaller --depth, or --level package"
    if picture.more_arrows:
        yield f"{picture.more_arrows:,} more arrows are not shown"
