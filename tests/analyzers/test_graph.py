"""The module graph: what counts as an import of what, and which circles there are."""

from __future__ import annotations

import sys
from pathlib import Path

import grimp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.graph import ModuleGraph, changed_cycles, components, links_of
from analyzers.rules.cycles import cycles
from tests.analyzers.graphs import arrows, graph_of, graph_with, write

# --- edges ------------------------------------------------------------------------------------------------------------

SHOP = {
    "shop/__init__.py": "from shop.cart import Cart\n",
    "shop/cart.py": "class Cart: ...\n",
    "shop/page.py": "",
    "shop/deep/__init__.py": "",
    "shop/deep/down.py": "",
}


@pytest.mark.parametrize(
    ("source", "imported"),
    [
        ("import shop.cart", ["shop.cart"]),
        ("import shop.cart as cart", ["shop.cart"]),
        ("import shop.deep.down", ["shop.deep.down"]),
        ("import shop.deep.gone", ["shop.deep"]),
        ("from shop import cart", ["shop.cart"]),
        ("from shop import Cart", ["shop"]),
        ("from shop import Cart, cart", ["shop", "shop.cart"]),
        ("from shop import *", ["shop"]),
        ("from shop.cart import Cart", ["shop.cart"]),
        ("from . import cart", ["shop.cart"]),
        ("from .deep import down", ["shop.deep.down"]),
        ("from .deep.down import anything", ["shop.deep.down"]),
        ("from .. import beyond_the_top", []),
        ("import shop.page", []),
        ("import os, requests", []),
    ],
)
def test_what_an_import_of_page_leads_to(source: str, imported: list[str]) -> None:
    edges = graph_of({**SHOP, "shop/page.py": source}).modules["shop.page"].edges

    assert [edge.target for edge in edges] == imported


def test_a_module_that_a_package_has_under_another_name_is_the_package_s_affair() -> None:
    graph = graph_of(
        {
            "a/__init__.py": "from b import tool as cart\n",
            "b/__init__.py": "",
            "b/tool.py": "",
            "c.py": "from a import cart\n",
        }
    )

    assert [edge.target for edge in graph.modules["c"].edges] == ["a"]


def test_an_edge_says_where_the_import_stands_and_whether_it_runs() -> None:
    source = (
        "from typing import TYPE_CHECKING\n"
        "from shop import cart\n"
        "if TYPE_CHECKING:\n"
        "    from shop.deep import down\n"
        "def render():\n"
        "    import shop.deep\n"
        "if __name__ == '__main__':\n"
        "    import shop.cart\n"
    )
    edges = graph_of({**SHOP, "shop/page.py": source}).modules["shop.page"].edges

    assert [(edge.target, edge.line, edge.deferred, edge.type_checking) for edge in edges] == [
        ("shop.cart", 2, False, False),
        ("shop.deep.down", 4, False, True),
        ("shop.deep", 6, True, False),
        ("shop.cart", 8, True, False),
    ]


def test_other_distributions_are_edges_only_if_they_are_asked_for() -> None:
    graph = graph_of({"a.py": "import requests.auth\nimport yaml\nfrom requests import get\n"}, frozenset({"requests"}))

    assert [(edge.target, edge.line) for edge in graph.modules["a"].edges] == [("requests", 1)]


def test_grimp_sees_the_same_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """import-linter's own graph, of files of every kind of import; contracts are to mean the same on both."""
    files = {
        "seen_by_grimp/__init__.py": "from .one import name\n",
        "seen_by_grimp/one.py": "from . import two\nimport seen_by_grimp.sub.leaf\n",
        "seen_by_grimp/two.py": "import seen_by_grimp\nfrom seen_by_grimp import name\nfrom .sub import *\n",
        "seen_by_grimp/sub/__init__.py": "def late():\n    from .. import one\n",
        "seen_by_grimp/sub/leaf.py": (
            "from typing import TYPE_CHECKING\nimport json\nfrom ..two import gone\n"
            "if TYPE_CHECKING:\n    from seen_by_grimp.sub import other\n"
        ),
        "seen_by_grimp/sub/other.py": "try:\n    from . import leaf\nexcept ImportError:\n    leaf = None\n",
    }
    write(files, tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    theirs = grimp.build_graph("seen_by_grimp", cache_dir=None)
    ours = graph_of(files)

    assert {name: {edge.target for edge in module.edges} for name, module in ours.modules.items()} == {
        name: theirs.find_modules_directly_imported_by(name) for name in theirs.modules
    }
    assert not [name for name in sys.modules if name.startswith("seen_by_grimp")]


def test_of_a_package_and_a_module_of_one_name_python_takes_the_package() -> None:
    graph = graph_of({"a.py": "import b\n", "a/__init__.py": "import c\n", "b.py": "", "c.py": ""})

    assert graph.modules["a"].path == "a/__init__.py"


# --- cycles -----------------------------------------------------------------------------------------------------------


def told(graph: ModuleGraph) -> list[str]:
    return [finding.symbol for finding in cycles(graph).findings]


def test_modules_that_import_each_other_are_a_cycle() -> None:
    graph = graph_of({"b.py": "x = 1\nimport a\n", "a.py": "import os\nfrom b import x\n"})
    (finding,) = cycles(graph).findings

    assert (finding.path, finding.line, finding.symbol) == ("a.py", 2, "a → b → a")
    assert finding.message == "import cycle of 2 modules: `a` imports `b`, which imports `a`"
    assert finding.detail == "a → b → a"


@pytest.mark.parametrize(
    "late",
    [
        "def f():\n    import a\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n",
        "if __name__ == '__main__':\n    import a\n",
        "class K:\n    def f(self):\n        from a import x\n",
    ],
)
def test_an_import_that_waits_closes_no_cycle(late: str) -> None:
    assert told(graph_of({"a.py": "import b\nx = 1\n", "b.py": late})) == []


def test_an_import_in_a_class_body_or_a_try_runs_at_once() -> None:
    files = {
        "a.py": "import b\n",
        "b.py": "class K:\n    try:\n        import a\n    except ImportError:\n        pass\n",
    }

    assert told(graph_of(files)) == ["a → b → a"]


def test_a_package_that_gathers_its_submodules_is_no_cycle() -> None:
    """Neither the submodules' own `from . import sibling`, nor the package as such."""
    files = {
        "pkg/__init__.py": "from . import one, two\nfrom .one import name\n",
        "pkg/one.py": "from . import two\nimport pkg.two\nname = 1\n",
        "pkg/two.py": "import pkg\n",
        "pkg/deep/__init__.py": "from pkg import two\n",
        "pkg/me.py": "import pkg.me\n",
    }

    assert told(graph_of(files)) == []


def test_a_submodule_that_takes_a_name_from_its_own_package_is_a_cycle() -> None:
    """The package has not come to that name yet if the submodule is imported first from there."""
    files = {"pkg/__init__.py": "from .sub import x\nname = 1\n", "pkg/sub.py": "from pkg import name\nx = 1\n"}
    (finding,) = cycles(graph_of(files)).findings

    assert (finding.path, finding.line, finding.symbol) == ("pkg/__init__.py", 1, "pkg → pkg.sub → pkg")


def test_each_module_is_told_its_shortest_cycle_and_each_cycle_once() -> None:
    graph = arrows("a -> b", "b -> c a", "c -> a", "x -> a", "d -> d")

    assert told(graph) == ["a → b → a", "a → b → c → a"]


def test_a_long_cycle_is_told_in_short() -> None:
    names = [f"m{number:02}" for number in range(12)]
    graph = graph_with({name: [following] for name, following in zip(names, [*names[1:], names[0]], strict=True)})
    (finding,) = cycles(graph).findings

    assert finding.symbol == "m00 → m01 → m02 → m03 → m04 → m05 → m06 → m07 → … → m00"
    assert finding.message.endswith("which imports `m07`, and 4 more modules lead back to `m00`")
    assert finding.detail.count("→") == 12


def test_a_knot_without_end_is_told_in_part_and_counted() -> None:
    """Each of 1,500 modules and a hub import each other."""
    graph = graph_with({"hub": [f"m{n}" for n in range(1500)], **{f"m{n}": ["hub"] for n in range(1500)}})
    result = cycles(graph)

    assert (len(result.findings), result.undecided) == (1000, 500)


def test_a_chain_of_ten_thousand_modules_is_no_matter_of_recursion() -> None:
    names = [f"m{number}" for number in range(10_000)]
    order = {name: (following,) for name, following in zip(names, [*names[1:], names[0]], strict=True)}

    assert [len(members) for members in components(order)] == [10_000]


modules = st.sampled_from("abcdefgh")
graphs = st.dictionaries(modules, st.frozensets(modules, max_size=3), max_size=8)


@given(graphs)
def test_cycles_are_those_that_grimp_s_chains_close(edges: dict[str, frozenset[str]]) -> None:
    """A module is in a told cycle if a chain leads from what it imports back to it; each told cycle is real."""
    graph = graph_with({module: sorted(edges.get(module, ())) for module in "abcdefgh"})
    theirs = grimp.ImportGraph()
    for module in "abcdefgh":
        theirs.add_module(module)
        for target in edges.get(module, frozenset()) - {module}:
            theirs.add_import(importer=module, imported=target)
    on_cycle = {
        module
        for module in "abcdefgh"
        for target in edges.get(module, frozenset()) - {module}
        if theirs.chain_exists(importer=target, imported=module)
    }

    found = graph.cycles.cycles
    assert {module for cycle in found for module in cycle} == on_cycle
    assert all(cycle[0] == min(cycle) and len(set(cycle)) == len(cycle) for cycle in found)
    assert all(
        following in edges[module]
        for cycle in found
        for module, following in zip(cycle, (*cycle[1:], cycle[0]), strict=True)
    )


@given(graphs, graphs)
def test_a_change_of_edges_is_measured_as_if_all_were(
    base: dict[str, frozenset[str]], replaced: dict[str, frozenset[str]]
) -> None:
    before = graph_with({module: sorted(base.get(module, ())) for module in "abcdefgh"})
    after = graph_with({module: sorted((base | replaced).get(module, ())) for module in "abcdefgh"})
    ends = {
        end
        for module in replaced
        if base.get(module, frozenset()) != replaced[module]
        for end in (module, *(base.get(module, frozenset()) ^ replaced[module]))
    }
    change = changed_cycles(ends, links_of(before.run_order), links_of(after.run_order))

    kept = set(before.cycles.cycles) - set(change.before.cycles)
    assert kept | set(change.after.cycles) == set(after.cycles.cycles)
    assert not kept & set(change.after.cycles)
