"""Contracts mean here what they mean to import-linter, which is asked for its own opinion."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

import grimp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from importlinter import configuration
from importlinter.application import use_cases
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract

from analyzers.audit import Question, audit
from analyzers.contracts import MOST_NOTES, contracts_of, externals
from analyzers.findings import Finding
from analyzers.foreign_contracts import read_foreign
from analyzers.graph import ModuleGraph
from analyzers.policy import Policy, read_policy
from analyzers.rules.contracts import Checked, check
from tests.analyzers.graphs import arrows, graph_of, graph_with, write
from tests.analyzers.trees import DETAIL, findings_of, snapshot_of

configuration.configure()

SHOP = {
    "shop/__init__.py": "",
    "shop/web/__init__.py": "",
    "shop/web/page.py": "from shop.domain import cart\nfrom shop import tools\n",
    "shop/domain/__init__.py": "",
    "shop/domain/cart.py": "import shop.db.rows\n",
    "shop/domain/rogue.py": "def late():\n    from shop.web.page import render\n",
    "shop/db/__init__.py": "",
    "shop/db/rows.py": "from ..tools import helper\n",
    "shop/tools.py": "import requests\nfrom shop.web import page\n",
}


def checked(graph: ModuleGraph, policy: str) -> Checked:
    (result,) = check(graph, contracts_of(read_policy(policy.encode()).contracts))
    return result


def told(findings: Iterable[Finding]) -> list[str]:
    return [f"{finding.path}:{finding.line} {finding.detail}" for finding in findings]


# --- what a finding says ----------------------------------------------------------------------------------------------


def test_a_forbidden_import_is_told_where_it_stands() -> None:
    result = checked(
        graph_of(SHOP),
        "contracts: [{name: Domain knows no web, type: forbidden, source_modules: [shop.domain],"
        " forbidden_modules: [shop.web], allow_indirect_imports: true}]",
    )
    (finding,) = result.findings

    assert (finding.path, finding.line, finding.scope) == ("shop/domain/rogue.py", 2, "production")
    assert (finding.symbol, finding.detail) == ("Domain knows no web", "shop.domain.rogue -> shop.web.page")
    assert finding.message == (
        "`shop.domain.rogue` imports `shop.web.page`, which the contract `Domain knows no web` forbids"
    )


def test_an_import_by_way_of_others_is_told_at_its_first_step() -> None:
    result = checked(
        graph_of(SHOP),
        "contracts: [{name: Domain knows no web, type: forbidden, source_modules: [shop.domain],"
        " forbidden_modules: [shop.web]}]",
    )

    assert told(result.findings) == [
        "shop/domain/rogue.py:2 shop.domain.rogue -> shop.web.page",
        "shop/domain/cart.py:1 shop.domain.cart -> shop.web.page",
    ]
    assert result.findings[1].message == (
        "`shop.domain.cart` imports `shop.web.page` by way of `shop.db.rows`, `shop.tools`, "
        "which the contract `Domain knows no web` forbids"
    )


def test_other_distributions_can_be_forbidden() -> None:
    contracts = contracts_of(
        read_policy(
            b"contracts: [{name: No requests, type: forbidden, source_modules: [shop.db],"
            b" forbidden_modules: [requests, yaml]}]"
        ).contracts
    )
    (result,) = check(graph_of(SHOP, externals(contracts)), contracts)

    assert told(result.findings) == ["shop/db/rows.py:1 shop.db.rows -> requests"]
    assert result.problems == ()


def test_every_importer_of_every_forbidden_module_has_its_chain() -> None:
    """So that one more import into an illegal way is one more finding."""
    graph = arrows("a.one -> common", "a.two -> common", "common -> b.x b.y")
    result = checked(graph, "contracts: [{name: C, type: forbidden, source_modules: [a], forbidden_modules: [b]}]")

    assert [finding.detail for finding in result.findings] == [
        "a.one -> b.x", "a.one -> b.y", "a.two -> b.x", "a.two -> b.y",
    ]  # fmt: skip


def test_of_too_many_chains_the_rest_is_counted() -> None:
    edges = {f"a.m{number}": ["common"] for number in range(40)}
    graph = graph_with({**edges, "common": [f"b.m{number}" for number in range(40)]})
    result = checked(graph, "contracts: [{name: C, type: forbidden, source_modules: [a], forbidden_modules: [b]}]")

    assert (len(result.findings), result.more) == (1000, 600)


def test_a_contract_about_modules_that_are_not_there_says_so() -> None:
    result = checked(arrows("a -> b"), "contracts: [{name: C, type: layers, layers: [a, (gone), lost | b]}]")

    assert [(note.message, note.remedy) for note in result.problems] == [
        (
            "contract `C`: layer `lost` does not exist",
            "correct the name, or put it in parentheses if it may be missing",
        )
    ]
    assert result.is_kept


def test_of_too_many_mistakes_the_rest_is_counted() -> None:
    layers = ", ".join(f"gone{number}" for number in range(3))
    graph = arrows(*(f"a.m{number} -> b" for number in range(100)))
    result = checked(graph, f"contracts: [{{name: C, type: layers, containers: ['a.*'], layers: [{layers}]}}]")

    assert (len(result.problems), result.more_problems) == (MOST_NOTES, 300 - MOST_NOTES)


# --- what import-linter says ------------------------------------------------------------------------------------------

FORBIDDEN = "[importlinter:contract:1]\nname = C\ntype = forbidden\n"
LAYERS = "[importlinter:contract:1]\nname = C\ntype = layers\n"
INDEPENDENCE = "[importlinter:contract:1]\nname = C\ntype = independence\n"
AS_ON_DISK = {
    "lintedpkg/__init__.py": "",
    "lintedpkg/a/__init__.py": "",
    "lintedpkg/a/one.py": "from lintedpkg.b import x\nimport json\n",
    "lintedpkg/a/two.py": "def f():\n    from . import three\n",
    "lintedpkg/a/three.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from lintedpkg.c import deep\n",
    "lintedpkg/b/__init__.py": "from ..c.deep import y\n",
    "lintedpkg/b/x.py": "from lintedpkg import a\n",
    "lintedpkg/c/__init__.py": "",
    "lintedpkg/c/deep.py": "import lintedpkg.c\n",
}


@pytest.mark.parametrize(
    "contract",
    [
        FORBIDDEN + "source_modules =\n  lintedpkg.a\nforbidden_modules =\n  lintedpkg.c\n",
        FORBIDDEN + "source_modules = lintedpkg.a\nforbidden_modules = lintedpkg.c\nallow_indirect_imports = true\n",
        FORBIDDEN + "source_modules = lintedpkg.*\nforbidden_modules = lintedpkg.*.deep\n",
        FORBIDDEN + "source_modules = lintedpkg.a.one\nforbidden_modules =\n  json\n  lintedpkg.b\n",
        FORBIDDEN + "source_modules = lintedpkg.c\nforbidden_modules = lintedpkg.a\n",
        FORBIDDEN
        + "source_modules = lintedpkg.a\nforbidden_modules = lintedpkg.c\n"
        + "ignore_imports =\n  lintedpkg.a.** -> lintedpkg.b.*\n  lintedpkg.a.three -> lintedpkg.c.deep\n"
        + "unmatched_ignore_imports_alerting = none\n",
        FORBIDDEN + "source_modules = lintedpkg.a\nforbidden_modules = lintedpkg.c.deep\nas_packages = False\n",
        LAYERS + "layers =\n  lintedpkg.a\n  lintedpkg.b\n  lintedpkg.c\n",
        LAYERS + "layers =\n  lintedpkg.c\n  lintedpkg.b\n  lintedpkg.a\n",
        LAYERS + "layers =\n  a | b\n  (d)\n  c\ncontainers = lintedpkg\n",
        LAYERS + "layers =\n  a : b\n  c\ncontainers = lintedpkg\n",
        INDEPENDENCE + "modules =\n  lintedpkg.a\n  lintedpkg.c\n",
        INDEPENDENCE + "modules =\n  lintedpkg.b\n  lintedpkg.c\nignore_imports = lintedpkg.b -> lintedpkg.c.deep\n",
    ],
)
@pytest.mark.parametrize("option", ["", "exclude_type_checking_imports = True\n"])
def test_a_contract_on_disk_is_kept_or_broken_as_import_linter_has_it(
    contract: str, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = f"[importlinter]\nroot_package = lintedpkg\ninclude_external_packages = True\n{option}\n{contract}"
    write({**AS_ON_DISK, ".importlinter": config}, tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    theirs = use_cases.lint_imports(".importlinter", cache_dir=None, no_logo=True, is_debug_mode=True)

    foreign = read_foreign({".importlinter": config.encode()})
    assert foreign.notes == ()
    (ours,) = check(graph_of(AS_ON_DISK, externals(foreign.contracts)), foreign.contracts)
    assert (ours.is_kept, ours.problems) == (theirs, ())


NAMES = ["p.a", "p.a.x", "p.a.y", "p.b", "p.b.x", "p.c", "p.d", "p.d.x", "p.e", "p.f"]
names = st.sampled_from(NAMES)
graphs = st.dictionaries(names, st.frozensets(names, max_size=3), max_size=10)
tops = st.sampled_from(["p.a", "p.b", "p.c", "p.d"])
ignored = st.lists(
    st.sampled_from(["p.a -> p.b", "p.a.* -> p.e", "p.** -> p.f", "p.*.x -> p.c", "p.e -> p.**.x"]),
    max_size=2,
    unique=True,
)


def both(edges: dict[str, frozenset[str]]) -> tuple[ModuleGraph, grimp.ImportGraph]:
    theirs = grimp.ImportGraph()
    for name in ["p", *NAMES]:
        theirs.add_module(name)
    for name, targets in edges.items():
        for target in targets - {name}:
            theirs.add_import(importer=name, imported=target)
    return graph_with({"p": [], **{name: sorted(edges.get(name, frozenset())) for name in NAMES}}), theirs


def theirs_of(kind: Any, graph: grimp.ImportGraph, **options: Any) -> Any:
    options = {key: str(value) if isinstance(value, bool) else value for key, value in options.items()}
    options["unmatched_ignore_imports_alerting"] = "none"
    contract = kind(name="C", session_options={"root_packages": ["p"]}, contract_options=options)
    return contract.check(graph=deepcopy(graph), verbose=False)


def ours_of(graph: ModuleGraph, kind: str, options: dict[str, Any]) -> Checked:
    (contract,) = read_foreign({"pyproject.toml": toml(kind, options)}).contracts
    (result,) = check(graph, [contract])
    return result


def toml(kind: str, options: dict[str, Any]) -> bytes:
    lines = "".join(
        f"{key} = {str(value).lower() if isinstance(value, bool) else value}\n" for key, value in options.items()
    )
    return (
        "[tool.importlinter]\nroot_package = 'p'\n[[tool.importlinter.contracts]]\n"
        f"name = 'C'\ntype = '{kind}'\n{lines}"
    ).encode()


@given(graphs, tops, st.lists(tops, min_size=1, unique=True), ignored, st.booleans(), st.booleans())
def test_forbidden_contracts_agree_with_import_linter(
    edges: dict[str, frozenset[str]],
    source: str,
    forbidden: list[str],
    ignore: list[str],
    only_direct: bool,
    as_packages: bool,
) -> None:
    """On whether the contract is kept, and for one importer on each pair of modules."""
    ours, theirs = both(edges)
    options = {
        "source_modules": [source],
        "forbidden_modules": forbidden,
        "ignore_imports": ignore,
        "allow_indirect_imports": only_direct,
        "as_packages": as_packages,
    }
    their = theirs_of(ForbiddenContract, theirs, **options)
    our = ours_of(ours, "forbidden", options)

    assert our.is_kept == their.kept
    pairs = {
        (chain[0]["importer"], chain[-1]["imported"])
        for pair in their.metadata["invalid_chains"]
        for chain in pair["chains"]
    }
    direct = {
        (chain[0]["importer"], chain[0]["imported"])
        for pair in their.metadata["invalid_chains"]
        for chain in pair["chains"]
        if len(chain) == 1
    }
    found = {tuple(finding.detail.split(" -> ")) for finding in our.findings}
    assert direct <= found
    if len(forbidden) == 1:
        assert pairs <= found


@given(
    graphs,
    st.permutations(["p.a", "p.b", "p.c", "p.d"]),
    st.sampled_from(["{}\n{}\n{}\n{}", "{} | {}\n{}\n{}", "{} : {}\n({})\n{}", "{}\n{} | {} | {}", "({})\n{}"]),
    ignored,
)
def test_layers_agree_with_import_linter(
    edges: dict[str, frozenset[str]], order: list[str], form: str, ignore: list[str]
) -> None:
    ours, theirs = both(edges)
    options = {"layers": form.format(*order).split("\n"), "ignore_imports": ignore}
    their = theirs_of(LayersContract, theirs, **options)
    our = ours_of(ours, "layers", options)

    assert our.is_kept == their.kept
    assert direct_of(their.metadata["invalid_dependencies"], "routes") == {
        detail for detail in direct_details(our) if detail in edge_details(edges)
    }


@given(graphs, st.lists(tops, min_size=1, unique=True), ignored)
def test_independence_agrees_with_import_linter(
    edges: dict[str, frozenset[str]], modules: list[str], ignore: list[str]
) -> None:
    ours, theirs = both(edges)
    options = {"modules": modules, "ignore_imports": ignore}
    their = theirs_of(IndependenceContract, theirs, **options)
    our = ours_of(ours, "independence", options)

    assert our.is_kept == their.kept
    assert direct_of(their.metadata["invalid_chains"], "chains") == direct_details(our)


def direct_of(found: Any, key: str) -> set[str]:
    """The illegal imports without anything in between that import-linter tells."""
    routes = [route for each in found for route in each[key] if len(route["chain"]) == 1]
    links = [link for route in routes for link in (route["chain"] + route["extra_firsts"] + route["extra_lasts"])]
    return {f"{link['importer']} -> {link['imported']}" for link in links}


def direct_details(result: Checked) -> set[str]:
    return {finding.detail for finding in result.findings if " by way of " not in finding.message}


def edge_details(edges: dict[str, frozenset[str]]) -> set[str]:
    return {f"{name} -> {target}" for name, targets in edges.items() for target in targets}


# --- one name in several roots ----------------------------------------------------------------------------------------

SERVICES = {
    f"{service}/app/{path}": text
    for service in ("mail", "shop")
    for path, text in {"__init__.py": "", "models.py": "import app.views\n", "views.py": ""}.items()
}
VIEWS_ABOVE_MODELS = """\
[importlinter]
root_package = app
[importlinter:contract:1]
name = Views above models
type = layers
layers =
    app.views
    app.models
"""


@pytest.mark.parametrize(
    ("written_in", "found"),
    [
        ("shop/.importlinter", ["shop/app/models.py:1 app.models -> app.views"]),
        ("mail/.importlinter", ["mail/app/models.py:1 app.models -> app.views"]),
        (
            ".importlinter",
            ["mail/app/models.py:1 app.models -> app.views", "shop/app/models.py:1 app.models -> app.views"],
        ),
    ],
)
def test_a_contract_of_a_service_is_about_its_own_modules(written_in: str, found: list[str]) -> None:
    contracts = read_foreign({written_in: VIEWS_ABOVE_MODELS.encode()}).contracts
    audited = audit(snapshot_of(SERVICES), Question(Policy(), contracts), DETAIL)
    assert told(each for each in findings_of(audited) if each.rule == "imports.contracts") == found
