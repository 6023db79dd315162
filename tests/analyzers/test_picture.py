"""The part of the module graph that `fifthwhy graph` draws."""

from __future__ import annotations

import pytest

from analyzers.explain import UnknownNameError
from analyzers.picture import Picture, around
from tests.analyzers.graphs import arrows, graph_of, graph_with


def nodes(picture: Picture) -> str:
    return " ".join(node.name + ("!" if node.asked else "") for node in picture.nodes)


def signs(picture: Picture) -> list[str]:
    return [
        f"{arrow.importer} {'=' if arrow.circular else '.' if arrow.deferred else '-'}> {arrow.imported}"
        for arrow in picture.arrows
    ]


def test_what_is_near_is_drawn_in_either_direction() -> None:
    graph = arrows("far -> user", "user -> asked", "asked -> tool", "tool -> deep", "alone -> nobody")

    assert nodes(around(graph, ["asked"], depth=0, level="module")) == "asked!"
    assert nodes(around(graph, ["asked"], depth=1, level="module")) == "asked! tool user"
    assert nodes(around(graph, ["asked"], depth=9, level="module")) == "asked! tool user deep far"


def test_circles_and_imports_that_wait_are_drawn_differently() -> None:
    graph = graph_of({"a.py": "import b, c\n", "b.py": "import a\n", "c.py": "def f():\n    import a\n"})

    assert signs(around(graph, ["a"], depth=1, level="module")) == ["a => b", "a -> c", "b => a", "c .> a"]


def test_a_package_stands_for_all_of_it() -> None:
    files = {"p/__init__.py": "", "p/x.py": "import q.y\n", "p/z.py": "import p.x\n", "q/__init__.py": "", "q/y.py": ""}
    graph = graph_of({**files, "top.py": "import p.z\n"})

    assert nodes(around(graph, ["p"], depth=1, level="module")) == "p! p.x! p.z! q.y top"
    folded = around(graph, ["p"], depth=1, level="package")
    assert nodes(folded) == "p! q top"
    assert signs(folded) == ["p -> q", "top -> p"]


def test_of_too_much_the_rest_is_counted() -> None:
    graph = graph_with({"hub": [f"m{number:03}" for number in range(300)], **{f"m{n:03}": [] for n in range(300)}})
    picture = around(graph, ["hub"], depth=1, level="module")

    assert (len(picture.nodes), picture.more_nodes, len(picture.arrows)) == (150, 151, 149)


def test_a_name_that_is_no_module_gets_those_that_look_like_it() -> None:
    with pytest.raises(UnknownNameError, match="did you mean `shop`"):
        around(arrows("shop -> till"), ["shpo"], depth=1, level="module")
