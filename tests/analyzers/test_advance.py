"""An audit that is advanced by what changed says the same as one that looks at everything anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.advance import Exchange, NeedsFullAuditError, advance, advance_to
from analyzers.anchor import NO_ANCHOR, Anchor
from analyzers.audit import Audit, audit
from analyzers.facts import Facts
from analyzers.findings import Finding
from analyzers.index import audit_from_index, rows_of_index
from analyzers.policy import read_policy
from analyzers.reading.read import read
from analyzers.snapshot import Snapshot
from analyzers.summary import Base, anchor_of, base_of, outcome_of_change, outcome_of_two
from analyzers.tree import TreeEntry, folders_around, is_python
from tests.analyzers.trees import DETAIL, TODAY, blob_of, findings_of, project_of, question_of, snapshot_of

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
OTHER_FILES = ("pkg/data/x.txt", "pkg/data/more/x.txt", "pkg/sub/data/x.txt", "pkg/core/x.txt", "assets/img/x.txt")
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
    "from pkg import data",
    "import pkg.data.more, pkg.sub.data",
    "from pkg.sub.data import gone",
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
    "_M = {'X': ('pkg.core', 'X'), 'Z': ('pkg.gone', 'Z')}\n"
    "def __getattr__(name):\n"
    "    import importlib\n"
    "    try: module, attribute = _M[name]\n"
    "    except KeyError: raise AttributeError(name) from None\n"
    "    return getattr(importlib.import_module(module), attribute)",
    "def __getattr__(name):\n"
    "    if name in ('X', 'Gone'):\n"
    "        from . import odd\n"
    "        return getattr(odd, name)\n"
    "    raise AttributeError(name)",
    "import jwt\njwt.decode(token)",
    "from pkg.core import X  # fifthwhy: ignore[imports] moving",
    "try:\n    from pkg.odd import X\nexcept ImportError:\n    X = None",
    "import warnings\nwarnings.warn('gone soon', DeprecationWarning)",
    "import importlib\nimportlib.import_module('pkg.odd.X')",
    "import importlib\nimportlib.import_module('pkg.core.X')",
    "def broken(:",
)
POLICIES = (
    "",
    "symbols: [{name: X, canonical: pkg.core}]",
    "legacy: [{module: pkg.odd}]\ninfer: true",
    "contracts: [{name: C, type: layers, layers: [pkg.odd, pkg.core, pkg.sub.deep]}]",
)

ENTRY_POINTS = ("pkg.core:X", "pkg.odd:X", "pkg:X", "pkg.odd:Gone", "pkg.gone", "pkg.sub:deep", "app:Z.main")


def settings_of(entry_points: Iterable[str]) -> str:
    return "\n".join(["[project.scripts]", *(f'run{number} = "{each}"' for number, each in enumerate(entry_points))])


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
ENTRY_POINTS_OF_TWINS = ("app.core:X", "app.only:X", "app:Gone", "app.gone", "run:X")
policies_about_twins = st.sampled_from(POLICIES_ABOUT_TWINS)


CHECKED = (
    "svc/__init__.py",
    "svc/tokens.py",
    "svc/deps.py",
    "svc/api.py",
    "svc/main.py",
    "svc/other.py",
    "tests/test_api.py",
)
LINES_ABOUT_CHECKS = (
    "import jwt\nfrom svc.settings import OPTIONS\ndef verify(token): return jwt.decode(token, KEY, options=OPTIONS)",
    "from jwt import decode as d\ndef verify(token):\n    c = d(token, KEY, algorithms=['HS256'])\n    return c",
    "import jwt\ndef verify(token):\n    try:\n        return jwt.decode(token, 'k', algorithms=['none'])\n"
    "    except Exception:\n        return {'sub': 'guest'}",
    "import jwt\nclass Service:\n    def check(self, token): return jwt.decode(token, KEY, algorithms=['RS256'])",
    "from svc.tokens import Service\nservice = Service()",
    "from svc.deps import service\ndef peek(t): return service.check(t)['sub'], 1",
    "from svc.tokens import verify\nverify('')",
    "from svc.tokens import verify\ndef current(token): return verify(token)",
    "from svc.deps import current\nfrom fastapi import Depends",
    "from fastapi import APIRouter, Depends\nfrom svc.deps import current\nrouter = APIRouter()\n"
    "@router.get('/a')\ndef a(user=Depends(current)): return user",
    "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/b')\ndef b(): return 1\n"
    "@router.websocket('/w')\nasync def w(websocket): await websocket.accept()",
    "from fastapi import FastAPI, Depends\nfrom svc.api import router\nfrom svc.deps import current\napp = FastAPI()\n"
    "app.include_router(router, prefix='/v1', dependencies=[Depends(current)])",
    "from fastapi import FastAPI\nfrom svc import api\napp = FastAPI()\napp.include_router(api.router)",
    "from svc.tokens import Service\nclass Lax(Service):\n    def check(self, token): return {}",
    "from flask_login import login_required\n@login_required\ndef page(): ...",
    "def verify(token):\n    return True",
    "OPTIONS = {'verify_signature': False}",
)
POLICIES_ABOUT_CHECKS = (
    "",
    "auth: {canonical: Check, patterns: [{name: Check, calls: [svc.tokens.verify]}]}",
    "auth: {canonical: Check, patterns: [{name: Check, calls: [svc.tokens.Service.check, '*.check']}]}",
    "auth: {canonical: Check, patterns: [{name: Check, calls: ['*.check']}]}",
    "auth: {public: [{path: '/v1/*', reason: open}]}",
    "auth: {builtin: false, patterns: [{name: Check, dependencies: [svc.deps.current]}]}",
)


COLLECTED = (
    "pkg/__init__.py",
    "pkg/core.py",
    "pkg/odd.py",
    "pkg/sub/__init__.py",
    "pkg/sub/deep.py",
    "tests/__init__.py",
    "tests/conftest.py",
    "tests/helpers.py",
    "tests/test_a.py",
    "tests/unit/__init__.py",
    "tests/unit/conftest.py",
    "tests/unit/test_b.py",
    "tests/unit/pkg.py",
    "vendor/pkg/gone.py",
    "extra/far/__init__.py",
    "setup.py",
)
LINES_ABOUT_TESTS = (
    "import pkg.core",
    "from pkg.core import X",
    "from pkg.odd import X",
    "from pkg import odd",
    "from pkg.sub import deep",
    "from pkg.sub.deep import Z",
    "from tests.helpers import make",
    "from tests.unit.test_b import make",
    "import tests.unit.conftest",
    "from pkg.gone import A",
    "from pkg.core import Gone",
    "from . import gone",
    "import far",
    "from far.gone import A",
    "if X: import pkg.odd",
    "def f():\n    import pkg.odd",
    "try:\n    import pkg.gone\nexcept ImportError:\n    pass",
    "import sys\nsys.modules['pkg.gone'] = None",
    "import pytest\npytest.importorskip('lxml')",
    "collect_ignore = ['test_a.py']",
    "class X: ...",
    "class Z: ...",
    "def make(): ...",
    "import pytest\n@pytest.fixture\ndef cart(): ...",
    "import pytest\n@pytest.fixture(name='cart')\ndef made(): ...",
    "def test_cart(cart): ...",
    "class TestCart:\n    def test_cart(self, cart, made): ...",
    "pytest_plugins = ['far']",
    "from tests.helpers import *",
    "from tests.helpers import cart",
    "import setuptools\nsetuptools.setup(entry_points={'pytest11': ['x = pkg.core']})",
    "def broken(:",
)
POLICIES_ABOUT_TESTS = (
    "",
    "rules: {imports.unresolved: off}",
    "rules: {tests.fixtures: off}",
    "contracts: [{name: C, type: layers, layers: [pkg, tests]}]",
)


def texts(lines: Sequence[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(lines), max_size=4).map(lambda said: "\n".join(said) + "\n")


settings = st.fixed_dictionaries(
    {}, optional={"pyproject.toml": st.lists(st.sampled_from(ENTRY_POINTS)).map(settings_of)}
)
others = st.fixed_dictionaries({}, optional={path: st.just("no Python\n") for path in OTHER_FILES})
modules = st.dictionaries(st.sampled_from(MODULES), texts(LINES), min_size=1)
trees = st.builds(lambda *parts: parts[0] | parts[1] | parts[2], modules, settings, others)
twins = st.fixed_dictionaries(
    {path: texts(LINES_ABOUT_TWINS) for path in TWINS},
    optional={path: texts(LINES_ABOUT_TWINS) for path in BESIDE_TWINS}
    | {"shop/pyproject.toml": st.lists(st.sampled_from(ENTRY_POINTS_OF_TWINS)).map(settings_of)},
)


checked = st.fixed_dictionaries(
    {path: texts(LINES_ABOUT_CHECKS) for path in CHECKED[1:5]},
    optional={path: texts(LINES_ABOUT_CHECKS) for path in (*CHECKED[:1], *CHECKED[5:])}
    | {"svc/settings.py": texts(LINES_ABOUT_CHECKS[-2:])},
)


collected = st.fixed_dictionaries({}, optional={path: texts(LINES_ABOUT_TESTS) for path in COLLECTED})
kept_of_collected = st.sets(st.sampled_from(COLLECTED), min_size=6)


def facts_of(tree: Tree) -> dict[str, Facts]:
    return {blob_of(text): read(text.encode()) for path, text in tree.items() if is_python(path)}


def changes(base: Tree, head: Tree) -> dict[str, TreeEntry | None]:
    paths = sorted(path for path in base.keys() | head.keys() if is_python(path) and base.get(path) != head.get(path))
    return {path: TreeEntry(path, blob_of(head[path]), "100644") if path in head else None for path in paths}


def audited(tree: Tree, policy: str, base: Audit | None = None) -> tuple[Snapshot, Audit]:
    chosen = read_policy(policy.encode())
    snapshot = snapshot_of(tree, chosen)
    return snapshot, audit(snapshot, question_of(chosen), DETAIL, base, project_of(tree).entry_points)


def advanced(done: Audit, base: Tree, head: Tree, by: Anchor | None = None) -> Audit:
    points = project_of(head).entry_points
    before, after = folders_around(base), folders_around(head)
    folders = {folder: folder in after for folder in before ^ after}
    changed = changes(base, head)
    return advance(done, Exchange(changed, facts_of(head), points, folders), DETAIL, by)


def stored(snapshot: Snapshot, done: Audit, policy: str, tree: Tree) -> Audit:
    """The same audit, gone on from its index."""
    rows = {(kind, key): value for kind, key, value in rows_of_index(done, snapshot)}
    facts = facts_of(tree)
    found = audit_from_index(_Kept(rows), read_policy(policy.encode()), TODAY, facts.get, DETAIL)
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
    blocked = done.graph.blocked.roots, done.graph.blocked.broken, done.graph.fixtures
    return findings_of(done), (done.metrics, frozenset(done.graph.notes), blocked), symbols


@given(base=trees, head=trees, policy=st.sampled_from(POLICIES))
def test_a_head_that_is_advanced_to_is_as_if_audited_in_full(base: Tree, head: Tree, policy: str) -> None:
    compare(base, head, policy)


@given(base=twins, changed=twins, kept=st.sets(st.sampled_from(TWINS + BESIDE_TWINS)), policy=policies_about_twins)
def test_a_head_with_twins_is_so_as_well(base: Tree, changed: Tree, kept: set[str], policy: str) -> None:
    compare(base, exchanged(base, changed, kept), policy)


@given(
    base=checked,
    changed=checked,
    kept=st.sets(st.sampled_from((*CHECKED, "svc/settings.py"))),
    policy=st.sampled_from(POLICIES_ABOUT_CHECKS),
)
def test_a_head_with_other_checks_is_so_as_well(base: Tree, changed: Tree, kept: set[str], policy: str) -> None:
    compare(base, exchanged(base, changed, kept), policy)


@given(base=collected, changed=collected, kept=kept_of_collected, policy=st.sampled_from(POLICIES_ABOUT_TESTS))
def test_a_head_with_other_tests_is_so_as_well(base: Tree, changed: Tree, kept: set[str], policy: str) -> None:
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
        at_head = advanced(at_base, base, head)
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


@given(
    base=checked,
    changed=checked,
    kept=st.sets(st.sampled_from((*CHECKED, "svc/settings.py"))),
    policy=st.sampled_from(POLICIES_ABOUT_CHECKS),
)
def test_an_index_of_checks_is_gone_on_from_as_well(base: Tree, changed: Tree, kept: set[str], policy: str) -> None:
    compare_from_index(base, exchanged(base, changed, kept), changed, policy)


@given(base=collected, changed=collected, kept=kept_of_collected, policy=st.sampled_from(POLICIES_ABOUT_TESTS))
def test_an_index_of_tests_is_gone_on_from_as_well(base: Tree, changed: Tree, kept: set[str], policy: str) -> None:
    compare_from_index(base, exchanged(base, changed, kept), changed, policy)


def compare_from_index(anchor: Tree, base: Tree, head: Tree, policy: str) -> None:
    _, expected_base = audited(base, policy)
    _, expected = audited(head, policy, expected_base)
    try:
        at_base = advanced(stored(*audited(anchor, policy), policy, anchor), anchor, base, NO_ANCHOR)
        assert told(at_base) == told(expected_base)
        remembered = base_of(at_base)
        at_head = advanced(at_base, base, head)
    except NeedsFullAuditError:
        return
    assert told(at_head) == told(expected)
    assert outcome_of_change(remembered, at_head, {}) == outcome_of_two(expected_base, expected, {})


@given(base=trees, head=trees, policy=st.sampled_from(POLICIES))
def test_a_tree_that_is_gone_on_to_as_a_whole_is_as_if_audited_in_full(base: Tree, head: Tree, policy: str) -> None:
    compare_by_whole_trees(base, head, policy)


@given(base=trees, changed=trees, kept=st.sets(st.sampled_from(MODULES)), policy=st.sampled_from(POLICIES))
def test_one_with_most_files_in_common_is_so_as_well(base: Tree, changed: Tree, kept: set[str], policy: str) -> None:
    compare_by_whole_trees(base, exchanged(base, changed, kept), policy)


@given(base=twins, changed=twins, kept=st.sets(st.sampled_from(TWINS + BESIDE_TWINS)), policy=policies_about_twins)
def test_one_with_twins_is_so_as_well(base: Tree, changed: Tree, kept: set[str], policy: str) -> None:
    compare_by_whole_trees(base, exchanged(base, changed, kept), policy)


@given(
    base=checked,
    changed=checked,
    kept=st.sets(st.sampled_from((*CHECKED, "svc/settings.py"))),
    policy=st.sampled_from(POLICIES_ABOUT_CHECKS),
)
def test_one_with_other_checks_is_so_as_well(base: Tree, changed: Tree, kept: set[str], policy: str) -> None:
    compare_by_whole_trees(base, exchanged(base, changed, kept), policy)


@given(base=collected, changed=collected, kept=kept_of_collected, policy=st.sampled_from(POLICIES_ABOUT_TESTS))
def test_one_with_other_tests_is_so_as_well(base: Tree, changed: Tree, kept: set[str], policy: str) -> None:
    compare_by_whole_trees(base, exchanged(base, changed, kept), policy)


def compare_by_whole_trees(base: Tree, head: Tree, policy: str) -> None:
    _, expected = audited(head, policy)
    _, at_base = audited(base, policy)
    with suppress(NeedsFullAuditError):
        assert told(gone_on_to(at_base, head, policy, NO_ANCHOR)) == told(expected)


def gone_on_to(done: Audit, head: Tree, policy: str, by: Anchor) -> Audit:
    snapshot = snapshot_of(head, read_policy(policy.encode()))
    return advance_to(done, snapshot, project_of(head).entry_points, DETAIL, by)


@given(base=trees, head=trees, others=st.tuples(trees, trees), policy=st.sampled_from(POLICIES))
def test_an_audit_that_is_gone_on_from_by_another_anchor_is_as_if_audited_in_full_by_that(
    base: Tree, head: Tree, others: tuple[Tree, Tree], policy: str
) -> None:
    before, after = (anchor_of(audited(tree, policy)[1]) for tree in others)
    expected = told(audited_by(head, policy, after))
    with suppress(NeedsFullAuditError):
        assert told(gone_on_to(audited_by(base, policy, before), head, policy, after)) == expected
    with suppress(NeedsFullAuditError):
        assert told(advanced(audited_by(base, policy, before), base, head, by=after)) == expected


def audited_by(tree: Tree, policy: str, anchor: Anchor) -> Audit:
    chosen = read_policy(policy.encode())
    points = project_of(tree).entry_points
    return audit(snapshot_of(tree, chosen), question_of(chosen), DETAIL, None, points, anchor=anchor)


MOVES = (
    ("pkg/core.py", "pkg/kernel.py"),
    ("pkg/odd.py", "pkg/new/odd.py"),
    ("pkg/sub/__init__.py", "pkg/low/__init__.py"),
    ("pkg/sub/deep.py", "pkg/low/deep.py"),
    ("tests/test_app.py", "tests/test_all.py"),
)


@given(base=trees, moves=st.sets(st.sampled_from(MOVES)), edits=st.booleans(), policy=st.sampled_from(POLICIES))
def test_a_head_whose_files_have_moved_is_compared_alike(
    base: Tree, moves: set[tuple[str, str]], edits: bool, policy: str
) -> None:
    moved = {old: new for old, new in moves if old in base}
    head = {moved.get(path, path): with_names_of(moved, text) if edits else text for path, text in base.items()}
    renamed_from = {new: old for old, new in moved.items()}
    _, at_base = audited(base, policy)
    _, expected_base = audited(base, policy)
    _, expected = audited(head, policy, expected_base)
    remembered = base_of(at_base)
    try:
        at_head = advanced(at_base, base, head)
    except NeedsFullAuditError:
        return
    outcome = outcome_of_change(remembered, at_head, renamed_from)
    assert outcome == outcome_of_two(expected_base, expected, renamed_from)


def with_names_of(moved: Mapping[str, str], text: str) -> str:
    """A text in which modules are called as they are where they lie now."""
    for old, new in moved.items():
        was, now = (path.removesuffix(".py").replace("/", ".") for path in (old, new))
        text = text.replace(was, now)
    return text


NAMES = (
    *(("verify", "confirm"), ("Service", "Provider"), ("check", "inspect"), ("current", "present"), ("peek", "look")),
    *(("def a(", "def list_all("), ("def b(", "def report("), ("page", "sheet"), ("Lax", "Loose")),
    *(("test_cart", "test_basket"), ("TestCart", "TestBasket")),
)
"""What functions and classes are called, and may be called instead."""


@given(
    base=checked,
    moved=st.booleans(),
    renames=st.sets(st.sampled_from(NAMES)),
    kept=st.sets(st.sampled_from(CHECKED)),
    policy=st.sampled_from(POLICIES_ABOUT_CHECKS),
)
def test_a_head_whose_functions_have_other_names_is_compared_alike(
    base: Tree, moved: bool, renames: set[tuple[str, str]], kept: set[str], policy: str
) -> None:
    compare_renamed(base, renames, kept, {"svc/tokens.py": "svc/keys.py"} if moved else {}, policy)


@given(
    base=collected,
    moved=st.booleans(),
    renames=st.sets(st.sampled_from(NAMES[-2:])),
    kept=st.sets(st.sampled_from(COLLECTED), max_size=2),
    policy=st.sampled_from(POLICIES_ABOUT_TESTS),
)
def test_one_whose_tests_have_other_names_is_so_as_well(
    base: Tree, moved: bool, renames: set[tuple[str, str]], kept: set[str], policy: str
) -> None:
    compare_renamed(base, renames, kept, {"tests/test_a.py": "tests/test_b.py"} if moved else {}, policy)


def compare_renamed(
    base: Tree, renames: set[tuple[str, str]], kept: set[str], moves: Mapping[str, str], policy: str
) -> None:
    """Compare a tree with one in which functions and classes of all but some files have other names."""
    moved = {old: new for old, new in moves.items() if old in base and new not in base}
    head = {
        moved.get(path, path): text if path in kept else with_other_names(renames, text) for path, text in base.items()
    }
    renamed_from = {new: old for old, new in moved.items()}
    snapshot, at_base = audited(base, policy)
    _, expected_base = audited(base, policy)
    _, expected = audited(head, policy, expected_base)
    outcome = outcome_of_two(expected_base, expected, renamed_from)
    known = stored(snapshot, at_base, policy, base)
    for done in (at_base, known):
        remembered = base_of(done)
        with suppress(NeedsFullAuditError):
            assert outcome_of_change(remembered, advanced(done, base, head), renamed_from) == outcome


def with_other_names(renames: set[tuple[str, str]], text: str) -> str:
    for old, new in sorted(renames):
        text = text.replace(old, new)
    return text


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
        advanced(at_base, base, {**base, **head})


def test_one_that_the_base_imports_and_the_anchor_did_not_does_as_well() -> None:
    anchor = {"pkg/__init__.py": "", "app.py": "import pkg\n"}
    base = anchor | {"app.py": "import pkg, tool\nload('said.x')\n"}
    for path in ("tool.py", "said.py"):
        at_base = advanced(stored(*audited(anchor, ""), "", anchor), anchor, base, NO_ANCHOR)
        with pytest.raises(NeedsFullAuditError):
            advanced(at_base, base, base | {path: "x = 1\n"})


@pytest.mark.parametrize("path", ["other/__init__.py", "tool.py", "said.py", "pkg/tests/__init__.py"])
def test_with_the_whole_tree_at_hand_names_may_come_and_go(path: str) -> None:
    base = {"pkg/__init__.py": "", "pkg/tests/test_a.py": "", "app.py": "import pkg, other, tool\nload('said.x')\n"}
    head = base | {path: "x = 1\n"}
    for before, after in ((base, head), (head, base)):
        _, done = audited(before, "")
        assert told(gone_on_to(done, after, "", NO_ANCHOR)) == told(audited(after, "")[1])


@pytest.mark.parametrize("line", ["from svc.tokens import Service", "import acme"])
def test_a_wrapper_in_a_file_that_a_change_brings_is_found_by_either_way(line: str) -> None:
    policy = "auth: {patterns: [{name: Check, calls: [svc.tokens.Service.check, acme.check, '*.check']}]}"
    base = {"svc/tokens.py": "", "svc/main.py": ""}
    head = base | {"svc/main.py": f"{line}\ndef require_user(token): return made().check(token)\n"}
    _, at_base = audited(base, policy)

    _, expected = audited(head, policy)

    assert [wrapper.dotted for wrapper in expected.wrappers] == ["svc.main.require_user"]
    with pytest.raises(NeedsFullAuditError):
        advanced(at_base, base, head)


def test_a_top_level_name_that_nobody_imports_does_not() -> None:
    base = {"pkg/__init__.py": "", "app.py": "import pkg\n"}
    head = {**base, "tool.py": "x = 1\n"}
    _, at_base = audited(base, "")
    assert advanced(at_base, base, head).tree.is_first_party("tool")


def test_entry_points_are_looked_at_again_whatever_changes() -> None:
    base = {
        "pyproject.toml": settings_of(["pkg.core:X", "pkg.odd:X"]),
        "pkg/__init__.py": "",
        "pkg/core.py": "class X: ...\n",
        "pkg/odd.py": "from pkg.core import X\n",
    }
    _, at_base = audited(base, "")
    assert [finding.symbol for finding in findings_of(at_base)] == ["pkg.odd:X"]
    moved = {path: text for path, text in base.items() if path != "pkg/core.py"} | {"pkg/cart.py": "class X: ...\n"}
    at_head = advanced(at_base, base, moved)
    assert {(found.path, found.line) for found in findings_of(at_head) if found.rule == "imports.strings"} == {
        ("pyproject.toml", 2),
        ("pyproject.toml", 3),
    }
    mended = moved | {"pyproject.toml": settings_of(["pkg.cart:X"])}
    assert [found.path for found in findings_of(advanced(at_head, moved, mended))] == ["pkg/odd.py"]


def test_a_contract_is_told_to_name_what_a_change_takes_away() -> None:
    base = {"pkg/__init__.py": "", "pkg/core.py": "", "pkg/odd.py": "x = 1\n", "app.py": "x = 1\n"}
    policy = "contracts: [{name: C, type: independence, modules: [pkg.core, pkg.odd, pkg.never]}]"
    head = {path: text for path, text in base.items() if path != "pkg/odd.py"}
    _, at_base = audited(base, policy)
    remembered = base_of(at_base)
    outcome = outcome_of_change(remembered, advanced(at_base, base, head), {})
    assert [(note.message, note in outcome.new_notes) for note in outcome.notes] == [
        ("contract `C`: module `pkg.never` does not exist", False),
        ("contract `C`: module `pkg.odd` does not exist", True),
    ]


def test_what_no_change_touches_is_not_looked_at() -> None:
    base = {f"pkg/m{number}.py": "from pkg.core import X\n" for number in range(20)}
    base |= {"pkg/__init__.py": "", "pkg/core.py": "class X: ...\n"}
    head = {**base, "pkg/m3.py": "from pkg import X\n"}
    _, at_base = audited(base, "")
    at_head = advanced(at_base, base, head)
    assert set(at_head.ledger.previous) == {"pkg/m3.py"}


BLOCKED = {
    "pkg/__init__.py": "",
    "pkg/core.py": "class X: ...\n",
    "pkg/odd.py": "from pkg.gone import A\n",
    "app.py": "from pkg.core import X\n",
    "tests/test_a.py": "import pkg.odd\n",
    "tests/test_b.py": "import pkg.core\n",
}


def blocked_in(done: Audit) -> list[str]:
    return [finding.path for finding in findings_of(done) if finding.rule == "tests.blocked"]


def test_blocked_tests_are_kept_where_a_change_has_nothing_to_do_with_them() -> None:
    _, at_base = audited(BLOCKED, "")
    before = at_base.graph.blocked
    at_head = advanced(at_base, BLOCKED, BLOCKED | {"app.py": "import pkg.core\n", "tests/test_c.py": "import app\n"})
    assert at_head.graph.blocked is before


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param({"pkg/odd.py": "A = 1\n"}, [], id="what was missing is asked for no more"),
        pytest.param({"pkg/gone.py": "A = 1\n"}, [], id="it is there now"),
        pytest.param({"pkg/core.py": ""}, ["tests/test_a.py"], id="another name is gone that tests do not ask for"),
        pytest.param({"pkg/core.py": "import pkg.odd\n"}, ["tests/test_a.py", "tests/test_b.py"], id="further up"),
        pytest.param({"tests/conftest.py": "import pkg.odd\n"}, ["tests/test_a.py", "tests/test_b.py"], id="conftest"),
        pytest.param({"pkg/__init__.py": "import pkg.no\n"}, ["tests/test_a.py", "tests/test_b.py"], id="package"),
    ],
)
def test_blocked_tests_are_found_anew_where_it_has(change: Tree, expected: list[str]) -> None:
    _, at_base = audited(BLOCKED, "")
    assert blocked_in(at_base) == ["tests/test_a.py"]
    assert blocked_in(advanced(at_base, BLOCKED, {**BLOCKED, **change})) == expected


def test_a_change_is_told_which_test_modules_it_blocks_by_cause() -> None:
    base = {path: text for path, text in BLOCKED.items() if path != "pkg/odd.py"} | {
        "pkg/odd.py": "",
        "tests/test_c.py": "from pkg.core import X\nimport pkg.lost\n",
        "tests/test_d.py": "from pkg.core import X\n",
    }
    head = base | {"pkg/core.py": "", "pkg/odd.py": "from pkg.core import X\n", "tests/test_b.py": "import pkg.never\n"}
    _, at_base = audited(base, "")
    remembered = base_of(at_base)
    outcome = outcome_of_change(remembered, advanced(at_base, base, head), {})
    told_blocks = [(each.cause, each.modules, each.finding.path) for each in outcome.blockades]
    assert told_blocks == [("pkg.core.X", 2, "tests/test_a.py"), ("pkg.never", 1, "tests/test_b.py")]
    assert outcome.newly_blocked == 3


def test_a_string_is_looked_at_again_when_the_path_that_it_goes_round_moves() -> None:
    base = {
        "pkg/__init__.py": "",
        "pkg/core.py": "class X: ...\n",
        "pkg/odd.py": "from pkg.core import X\ny = 1\n",
        "app.py": "from pkg.odd import X\n",
        "load.py": "import importlib\nimportlib.import_module('pkg.core.X')\n",
    }
    head = {**base, "app.py": "from pkg.core import X\n"}
    _, at_base = audited(base, "")
    assert [finding.rule for finding in findings_of(at_base)] == ["imports.strings"]
    at_head = advanced(at_base, base, head)
    assert findings_of(at_head) == ()


def test_the_remembered_base_keeps_its_figures() -> None:
    base = {"pkg/__init__.py": "", "pkg/core.py": "class X: ...\n", "app.py": "from pkg.core import X\n"}
    _, at_base = audited(base, "")
    remembered: Base = base_of(at_base)
    before = remembered.metrics
    advanced(at_base, base, {**base, "app.py": "from pkg.gone import X\n"})
    assert remembered.metrics == before
