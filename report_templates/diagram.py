"""Diagrams of the module graph as text: Mermaid (https://mermaid.js.org/syntax/flowchart.html) and Graphviz's DOT."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers.picture import Picture
from report_templates.escape import name


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
