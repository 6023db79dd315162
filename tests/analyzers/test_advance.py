"""An audit that is advanced by what changed says the same as one that looks at everything anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.advance import NeedsFullAuditError, advance
from analyzers.audit import Audit, audit
from analyzers.facts import Facts
from analyzers.findings import Finding
from analyzers.index import audit_from_index, rows_of_index
from analyzers.policy import read_policy
from analyzers.reading.read import read
from analyzers.snapshot import Snapshot
from analyzers.summary import Base, base_of, outcome_of_change, outcome_of_two
from analyzers.tree import TreeEntry
from tests.analyzers.trees import TODAY, blob_of, findings_of, question_of, snapshot_of, uses_of

Tree = Mapping[str, str]

MODULES = (
    "pkg/__init__.py",
    "pkg/core.py",
    "pkg/odd.py",
    "pkg/sub/__init__.py",
    "pkg/sub/deep.py",
    "app.py",
    "tests/test_app.py",
)
LINES = (
    "from pkg.core import X",
    "from pkg import X",
    "from pkg.odd import X",
    "from pkg.odd import X as Y",
    "from pkg.core import *",
    "from pkg.odd import *",
    "from .core import X",
    "from . import sub",
    "from pkg.sub import deep",
    "from pkg.sub.deep import Z",
    "import pkg.core",
    "import pkg.sub.deep as d",
    "pkg.core.X()",
    "d.Z()",
    "from pkg.gone import A",
    "from pkg.core import Gone",
    "class X:\n    def one(self): return 1\n    def two(self): return 2\n    def three(self): return 3",
    "class Z: ...",
    "X = Z",
    "Y = X",
    "__all__ = ['X']",
    "def __getattr__(name): return make(name)",
    "import jwt\njwt.decode(token)",
    "from pkg.core import X  # fifthwhy: ignore[imports] moving",
    "try:\n    from pkg.odd import X\nexcept ImportError:\n    X = None",
    "import warnings\nwarnings.warn('gone soon', DeprecationWarning)",
    "import importlib\nimportlib.import_module('pkg.odd.X')",
)
POLICIES = ("", "symbols: [{name: X, canonical: pkg.core}]", "legacy: [{module: pkg.odd}]\ninfer: true")

TWINS = (
    "shop/app/__init__.py",
    "shop/app/core.py",
    "shop/ns/odd.py",
    "mail/app/__init__.py",
    "mail/app/core.py",
    "mail/ns/odd.py",
)
BESIDE_TWINS = (
    "shop/app/only.py",
    "shop/run.py",
    "mail/app/only/__init__.py",
    "mail/app/more.py",
    "mail/ns/fine.py",
    "libs/lib/__init__.py",
    "app.py",
    "tests/test_app.py",
)
LINES_ABOUT_TWINS = (
    "from app.core import X",
    "from app import X",
    "from app.core import *",
    "from .core import X",
    "from . import core, only",
    "from app import only",
    "from app.only import X",
    "import app.core",
    "import app.more as m",
    "app.core.X()",
    "m.X()",
    "from ns.odd import X",
    "from ns import odd",
    "from .odd import X",
    "from ns.fine import X",
    "import ns.odd",
    "ns.odd.X()",
    "from lib import X",
    "from shop.app.core import X",
    "import mail.app.core",
    "mail.app.core.X()",
    "from app.gone import A",
    "class X:\n    def one(self): return 1\n    def two(self): return 2\n    def three(self): return 3",
    "class Z: ...",
    "X = Z",
    "def __getattr__(name): return make(name)",
    "def check(token): ...",
    "from app.core import check\ncheck('')",
    "import warnings\nwarnings.warn('gone soon', DeprecationWarning)",
    "import importlib\nimportlib.import_module('app.only.X')",
)
POLICIES_ABOUT_TWINS = (
    "",
    "roots: [shop, mail, libs, .]",
    "roots: [shop, mail]\nsymbols: [{name: X, canonical: app.core}]\ninfer: true",
    "symbols: [{name: X, canonical: app.only}, {name: X, canonical: ns.odd}]\nlegacy: [{module: app.core}]",
    "contracts: [{name: Layers, type: layers, layers: [app.core, app.only]}]",
    "auth: {canonical: Check, patterns: [{name: Check, calls: [app.core.check]}]}",
)
policies_about_twins = st.sampled_from(POLICIES_ABOUT_TWINS)


def texts(lines: Sequence[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(lines), max_size=4).map(lambda said: "\n".join(said) + "\n")


trees = st.dictionaries(st.sampled_from(MODULES), texts(LINES), min_size=1)
twins = st.fixed_dictionaries(
    {path: texts(LINES_ABOUT_TWINS) for path in TWINS},
    optional={path: texts(LINES_ABOUT_TWINS) for path in BESIDE_TWINS},
)


def facts_of(tree: Tree) -> dict[str, Facts]:
    return {blob_of(text): read(text.encode()) for text in tree.values()}


def changes(base: Tree, head: Tree) -> dict[str, TreeEntry | None]:
    paths = sorted(path for path in base.keys() | head.keys() if base.get(path) != head.get(path))
    return {path: TreeEntry(path, blob_of(head[path]), "100644") if path in head else None for path in paths}


def audited(tree: Tree, policy: str, base: Audit | None = None) -> tuple[Snapshot, Audit]:
    chosen = read_policy(policy.encode())
    snapshot = snapshot_of(tree, chosen)
    return snapshot, audit(snapshot, question_of(chosen), uses_of, base)


def stored(snapshot: Snapshot, done: Audit, policy: str, tree: Tree) -> Audit:
    """The same audit, gone on from its index."""
    rows = {(kind, key): value for kind, key, value in rows_of_index(done, snapshot)}
    facts = facts_of(tree)
    found = audit_from_index(_Kept(rows), read_policy(policy.encode()), TODAY, facts.get, uses_of)
    assert found is not None
    return found.audit


class _Kept:
    def __init__(self, rows: Mapping[tuple[int, str], bytes]) -> None:
        self._rows = rows

    def get(self, kind: int, key: str) -> bytes | None:
        return self._rows.get((kind, key))

    def all(self, kind: int) -> Iterator[tuple[str, bytes]]:
        return ((key, value) for (each, key), value in self._rows.items() if each == kind)


def told(done: Audit) -> tuple[tuple[Finding, ...], object, object]:
    symbols = {key: (row.canonical, row.inferred, row.paths, row.strays) for key, row in done.ledger.symbols.all()}
    return findings_of(done), done.metrics, symbols


@given(base=trees, head=trees, policy=st.sampled_from(POLICIES))
def test_a_head_that_is_advanced_to_is_as_if_audited_in_full(base: Tree, head: Tree, policy: str) -> None:
    compare(base, head, policy)


@given(base=twins, changed=twins, kept=st.sets(st.sampled_from(TWINS + BESIDE_TWINS)), policy=policies_about_twins)
def test_a_head_with_twins_is_so_as_well(base: Tree, changed: Tree, kept: set[str], policy: str) -> None:
    compare(base, exchanged(base, changed, kept), policy)


def exchanged(base: Tree, other: Tree, kept: set[str]) -> Tree:
    """One tree with some files of another."""
    return {path: text for path, text in base.items() if path in kept} | {
        path: text for path, text in other.items() if path not in kept
    }


def compare(base: Tree, head: Tree, policy: str) -> None:
    _, at_base = audited(base, policy)
    _, expected = audited(head, policy, at_base)
    try:
        at_head = advance(at_base, changes(base, head), facts_of(head), uses_of, anchored=True)
    except NeedsFullAuditError:
        return
    assert told(at_head) == told(expected)


@given(anchor=trees, base=trees, head=trees, policy=st.sampled_from(POLICIES))
def test_an_audit_gone_on_from_an_index_is_as_if_audited_in_full(
    anchor: Tree, base: Tree, head: Tree, policy: str
) -> None:
    compare_from_index(anchor, base, head, policy)


@given(base=twins, changed=twins, kept=st.sets(st.sampled_from(TWINS + BESIDE_TWINS)), policy=policies_about_twins)
def test_an_index_with_twins_is_gone_on_from_as_well(base: Tree, changed: Tree, kept: set[str], policy: str) -> None:
    compare_from_index(base, exchanged(base, changed, kept), changed, policy)


def compare_from_index(anchor: Tree, base: Tree, head: Tree, policy: str) -> None:
    every = {**facts_of(anchor), **facts_of(base), **facts_of(head)}
    _, expected_base = audited(base, policy)
    _, expected = audited(head, policy, expected_base)
    try:
        at_base = advance(
            stored(*audited(anchor, policy), policy, anchor), changes(anchor, base), every, uses_of, anchored=False
        )
        assert told(at_base) == told(expected_base)
        remembered = base_of(at_base)
        at_head = advance(at_base, changes(base, head), every, uses_of, anchored=True)
    except NeedsFullAuditError:
        return
    assert told(at_head) == told(expected)
    assert outcome_of_change(remembered, at_head, {}) == outcome_of_two(expected_base, expected, {})


@pytest.mark.parametrize(
    "head",
    [
        pytest.param({"other/__init__.py": ""}, id="a new top-level package"),
        pytest.param({"tool.py": "x = 1\n"}, id="a new top-level module"),
        pytest.param({"said.py": "x = 1\n"}, id="one that a string mentions"),
    ],
)
def test_a_top_level_name_that_others_import_asks_for_a_full_audit(head: Tree) -> None:
    base = {"pkg/__init__.py": "", "app.py": "import pkg, other, tool\nload('said.x')\n"}
    _, at_base = audited(base, "")
    with pytest.raises(NeedsFullAuditError):
        advance(at_base, changes(base, {**base, **head}), facts_of(head), uses_of, anchored=True)


def test_a_top_level_name_that_nobody_imports_does_not() -> None:
    base = {"pkg/__init__.py": "", "app.py": "import pkg\n"}
    head = {**base, "tool.py": "x = 1\n"}
    _, at_base = audited(base, "")
    assert advance(at_base, changes(base, head), facts_of(head), uses_of, anchored=True).tree.is_first_party("tool")


def test_what_no_change_touches_is_not_looked_at() -> None:
    base = {f"pkg/m{number}.py": "from pkg.core import X\n" for number in range(20)}
    base |= {"pkg/__init__.py": "", "pkg/core.py": "class X: ...\n"}
    head = {**base, "pkg/m3.py": "from pkg import X\n"}
    _, at_base = audited(base, "")
    at_head = advance(at_base, changes(base, head), facts_of(head), uses_of, anchored=True)
    assert set(at_head.ledger.previous) == {"pkg/m3.py"}


def test_the_remembered_base_keeps_its_figures() -> None:
    base = {"pkg/__init__.py": "", "pkg/core.py": "class X: ...\n", "app.py": "from pkg.core import X\n"}
    _, at_base = audited(base, "")
    remembered: Base = base_of(at_base)
    before = remembered.metrics
    advance(
        at_base,
        changes(base, {**base, "app.py": "from pkg.gone import X\n"}),
        facts_of({"app.py": "from pkg.gone import X\n"}),
        uses_of,
        anchored=True,
    )
    assert remembered.metrics == before
