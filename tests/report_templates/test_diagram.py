"""Diagrams that Mermaid and Graphviz accept, whatever the modules are called."""

from __future__ import annotations

import re
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from analyzers.picture import Arrow, Node, Picture
from report_templates.diagram import render_dot, render_mermaid

PICTURE: Final = Picture(
    nodes=(Node("shop.cart", asked=True), Node("shop.page", asked=False), Node("end", asked=False)),
    arrows=(
        Arrow("shop.cart", "shop.page", deferred=False, circular=True),
        Arrow("shop.page", "shop.cart", deferred=False, circular=True),
        Arrow("shop.page", "end", deferred=True, circular=False),
        Arrow("shop.cart", "end", deferred=False, circular=False),
    ),
    more_nodes=1200,
)

MERMAID_LINE: Final = re.compile(
    r"""
      flowchart[ ]LR
    | %%[ ].*
    | n\d+\["[\w.#;]*"\]               # a node, whose label is made of letters, dots and entities
    | n\d+[ ](?:-->|-\.->|==>)[ ]n\d+
    | linkStyle[ ]\d+(?:,\d+)*[ ]stroke:\#[0-9a-f]{6}
    | classDef[ ]asked[ ]stroke-width:3px
    | class[ ]n\d+(?:,n\d+)*[ ]asked
    """,
    re.VERBOSE,
)
QUOTED: Final = r'"(?:[^"\\\n]|\\.)*"'
DOT_LINE: Final = re.compile(
    rf"""
      digraph[ ]fifthwhy[ ]\{{ | \}} | //[ ].* | rankdir=LR;
    | node[ ]\[shape=box,[ ]fontname={QUOTED}\];
    | n\d+[ ]\[label={QUOTED}(?:,[ ]penwidth=3)?\];
    | n\d+[ ]->[ ]n\d+(?:[ ]\[(?:style=dashed|color={QUOTED},[ ]penwidth=2)\])?;
    """,
    re.VERBOSE,
)


def test_a_mermaid_flowchart() -> None:
    assert render_mermaid(PICTURE) == (
        "flowchart LR\n"
        "    %% 1,200 more are not shown; use a smaller --depth, or --level package\n"
        '    n1["shop.cart"]\n'
        '    n2["shop.page"]\n'
        '    n3["end"]\n'
        "    n1 ==> n2\n"
        "    n2 ==> n1\n"
        "    n2 -.-> n3\n"
        "    n1 --> n3\n"
        "    linkStyle 0,1 stroke:#d1242f\n"
        "    classDef asked stroke-width:3px\n"
        "    class n1 asked\n"
    )


def test_a_graphviz_digraph() -> None:
    assert render_dot(PICTURE) == (
        "digraph fifthwhy {\n"
        "    // 1,200 more are not shown; use a smaller --depth, or --level package\n"
        "    rankdir=LR;\n"
        '    node [shape=box, fontname="sans-serif"];\n'
        '    n1 [label="shop.cart", penwidth=3];\n'
        '    n2 [label="shop.page"];\n'
        '    n3 [label="end"];\n'
        '    n1 -> n2 [color="#d1242f", penwidth=2];\n'
        '    n2 -> n1 [color="#d1242f", penwidth=2];\n'
        "    n2 -> n3 [style=dashed];\n"
        "    n1 -> n3;\n"
        "}\n"
    )


@given(st.lists(st.text(max_size=30) | st.text(alphabet='"\\#;[]<>`%\n\u202e', max_size=10), min_size=2, unique=True))
def test_no_name_breaks_out_of_its_label(names: list[str]) -> None:
    nodes = tuple(Node(name, asked=True) for name in names)
    picture = Picture(nodes, (Arrow(names[0], names[1], deferred=True, circular=False),))

    for line in render_mermaid(picture).splitlines():
        assert MERMAID_LINE.fullmatch(line.strip()), line
    for line in render_dot(picture).splitlines():
        assert DOT_LINE.fullmatch(line.strip()), line


def test_the_grammars_here_know_wrong_from_right() -> None:
    assert not MERMAID_LINE.fullmatch('n1["a"b"]')
    assert not DOT_LINE.fullmatch('n1 [label="a"b"];')
    assert not DOT_LINE.fullmatch('n1 [label="a\\"];')
