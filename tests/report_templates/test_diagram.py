"""Diagrams that Mermaid and Graphviz accept, whatever the modules are called."""

from __future__ import annotations

import re
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from analyzers.picture import Arrow, Node, Picture
from report_templates.diagram import Chart, render_chart, render_dot, render_mermaid

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
CHART_LINE: Final = re.compile(
    r"""
      [ ]{4} title [ ] "[\w .,()·-]+"
    | [ ]{4} x-axis [ ] \[ "[\w .,()·-]+" (?: ,[ ] "[\w .,()·-]+" )* \]
    | [ ]{4} y-axis [ ] "[\w .,()·-]+" [ ] -?[\d.]+ [ ] --> [ ] -?[\d.]+
    | [ ]{4} line [ ] \[ -?[\d.]+ (?: ,[ ] -?[\d.]+ )* \]
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


# --- charts -----------------------------------------------------------------------------------------

DAYS: Final = tuple(f"2026-{month:02}-{day:02}T09:00:00+00:00" for month in range(1, 7) for day in (1, 8, 15, 22, 29))


def _axis(days: tuple[str, ...]) -> list[str]:
    """The labels below a chart of as many values."""
    drawn = render_chart(Chart("Imports", "import sites", days, (tuple(map(float, range(len(days)))),))) or ""
    return re.findall('"([^"]*)"', drawn.split("x-axis")[1].partition("\n")[0])


def test_a_chart_of_a_figure_and_its_target() -> None:
    chart = Chart("Imports", "%", DAYS[:3], ((60, 55.25, 51), (100, 100, 100)))
    assert (render_chart(chart) or "").partition("\n")[2] == (
        "xychart-beta\n"
        '    title "Imports"\n'
        '    x-axis ["01-01", "01-08", "01-15"]\n'
        '    y-axis "percent" 51 --> 100\n'
        "    line [60, 55.2, 51]\n"
        "    line [100, 100, 100]\n"
    )


def test_one_day_makes_no_chart() -> None:
    assert render_chart(Chart("Imports", "import sites", DAYS[:1], ((1,),))) is None


def test_days_of_more_than_a_year_have_their_year() -> None:
    def axis(*days: str) -> str:
        return next(
            line for line in (render_chart(Chart("A", "b", days, ((1, 2),))) or "").split("\n") if "x-axis" in line
        )

    assert '["1970-01-02", "2026-01-07"]' in axis("1970-01-02", "2026-01-07")
    assert '["12-30", "01-07"]' in axis("2025-12-30", "2026-01-07")
    assert '["2025-01-02", "2026-01-07"]' in axis("2025-01-02", "2026-01-07")


def test_of_many_days_some_are_left_out_but_never_the_ends() -> None:
    assert _axis(DAYS[:26]) == [day[5:10] for day in DAYS[:26]]
    some = _axis(DAYS)
    assert len(some) == 28
    assert some == sorted(set(some))
    assert (some[0], some[-1]) == ("01-01", "06-29")


def test_days_of_several_years_have_the_year_and_no_two_the_same_label() -> None:
    assert _axis(("2025-01-05", "2026-01-05")) == ["2025-01-05", "2026-01-05"]
    assert _axis(("2026-01-05", "2026-01-05")) == ["2026-01-05", "2026-01-05 (2)"]


@given(st.lists(st.text(max_size=20), min_size=2, max_size=9), st.text(max_size=90))
def test_no_text_breaks_out_of_its_string(days: list[str], text: str) -> None:
    chart = render_chart(Chart(text, text, tuple(days), (tuple(map(float, range(len(days)))),)))
    for line in (chart or "").splitlines()[2:]:
        assert re.fullmatch(r'    (title|x-axis|y-axis|line) ("[\w .,()·-]+"|\[.*\])( -?[\d.]+ --> -?[\d.]+)?', line), (
            line
        )
        assert re.fullmatch(r"[^\"]*(\"[\w .,()·-]+\"[^\"]*)*", line), line
