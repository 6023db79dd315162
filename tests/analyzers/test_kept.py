"""What was found in outlines before is used again where nothing that it depends on is another, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.audit import Audit, audit
from analyzers.detail import Detail
from analyzers.examine import Examined
from analyzers.outline import Outline
from analyzers.policy import read_policy
from tests.analyzers.test_advance import (
    BESIDE_TWINS,
    CHECKED,
    POLICIES_ABOUT_CHECKS,
    TWINS,
    Tree,
    checked,
    exchanged,
    policies_about_twins,
    twins,
)
from tests.analyzers.trees import (
    DETAIL,
    blob_of,
    findings_of,
    outlines_of,
    project_of,
    question_of,
    snapshot_of,
    uses_of,
)


class Store:
    """A place to keep things in, that counts which outlines were asked for."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.looked_into: set[str] = set()

    @property
    def detail(self) -> Detail:
        return Detail(uses_of, self._outlines, self._known, self._recall, self._keep)

    def _outlines(self, blobs: Collection[str]) -> Mapping[str, Outline]:
        self.looked_into.update(blobs)
        return outlines_of(blobs)

    def _known(self, blob: str) -> Outline | None:
        self.looked_into.add(blob)
        return None

    def _recall(self, keys: Collection[str]) -> Mapping[str, bytes]:
        return {key: self.kept[key] for key in keys if key in self.kept}

    def _keep(self, pairs: Iterable[tuple[str, bytes]]) -> None:
        self.kept.update(pairs)


def audited(tree: Tree, policy: str, detail: Detail) -> Audit:
    chosen = read_policy(policy.encode())
    question = question_of(chosen, tree)
    return audit(snapshot_of(tree, chosen), question, detail, points=project_of(tree).entry_points)


def paths_looked_into(tree: Tree, store: Store, policy: str = "") -> set[str]:
    """The files whose outlines an audit asks for."""
    store.looked_into.clear()
    done = audited(tree, policy, store.detail)
    blobs = {path: row.blob for path, row in done.ledger.files.all()}
    return {path for path, blob in blobs.items() if blob in store.looked_into}


def all_that_is_said(done: Audit) -> tuple[object, ...]:
    said = {path: (row, _without_order(row.examined)) for path, row in done.ledger.files.all()}
    rows = {path: msgspec.structs.replace(row, examined=examined) for path, (row, examined) in said.items()}
    asked = {path: frozenset(row.examined.asked) for path, row in done.ledger.files.all()}
    return rows, asked, findings_of(done), done.metrics, done.mounts, done.endpoints, done.wrappers


def _without_order(examined: Examined) -> Examined:
    return msgspec.structs.replace(examined, asked=())


def compare(trees: Iterable[Tree], policy: str) -> None:
    """One after the other with what was kept of those before, and each by itself."""
    store = Store()
    for tree in trees:
        expected = audited(tree, policy, DETAIL)
        assert all_that_is_said(audited(tree, policy, store.detail)) == all_that_is_said(expected)


@given(
    base=checked,
    changed=checked,
    same=st.sets(st.sampled_from((*CHECKED, "svc/settings.py")), min_size=4),
    policy=st.sampled_from(POLICIES_ABOUT_CHECKS),
)
def test_an_audit_with_what_another_tree_left_is_as_without(
    base: Tree, changed: Tree, same: set[str], policy: str
) -> None:
    head = exchanged(base, changed, same)
    compare((base, head, changed, base), policy)


@given(base=twins, changed=twins, same=st.sets(st.sampled_from(TWINS + BESIDE_TWINS)), policy=policies_about_twins)
def test_one_with_twins_is_so_as_well(base: Tree, changed: Tree, same: set[str], policy: str) -> None:
    compare((base, exchanged(base, changed, same), changed), policy)


@given(
    tree=checked,
    policies=st.lists(st.sampled_from(POLICIES_ABOUT_CHECKS), min_size=2, max_size=2),
)
def test_one_with_what_another_policy_left_is_so_as_well(tree: Tree, policies: list[str]) -> None:
    store = Store()
    for policy in (*policies, policies[0]):
        expected = all_that_is_said(audited(tree, policy, DETAIL))
        assert all_that_is_said(audited(tree, policy, store.detail)) == expected


SERVICE = {
    "svc/__init__.py": "",
    "svc/who.py": "def current(request):\n    if not request.user: raise PermissionError\n    return request.user\n",
    "svc/api.py": "from fastapi import APIRouter, Depends\nfrom svc.who import current\nrouter = APIRouter()\n"
    "@router.get('/a')\ndef a(user=Depends(current)): return user\n",
    "svc/plain.py": "def add(a, b): return a + b\n",
}
CHECK = "auth: {builtin: false, patterns: [{name: Check, dependencies: [svc.who.current]}]}"


def test_a_second_audit_of_the_same_tree_looks_into_no_outline() -> None:
    store = Store()
    assert paths_looked_into(SERVICE, store) == {"svc/api.py", "svc/who.py"}
    assert paths_looked_into(SERVICE, store) == set()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"svc/plain.py": "def add(a, b): return b + a\n"}, id="a file that nobody asked about"),
        pytest.param({"svc/new.py": "import svc.plain\n"}, id="another one"),
        pytest.param({"docs/index.md": "Hello\n"}, id="no Python"),
    ],
)
def test_what_has_nothing_to_do_with_it_leads_to_no_new_look(change: dict[str, str]) -> None:
    store = Store()
    audited(SERVICE, "", store.detail)
    assert paths_looked_into(SERVICE | change, store) == set()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"svc/who.py": "def current(request): return request.user\n"}, id="a module that was asked about"),
        pytest.param({"svc/who/__init__.py": SERVICE["svc/who.py"]}, id="another file takes its name"),
        pytest.param({"svc/who/other.py": ""}, id="its name is that of a folder too"),
        pytest.param({"svc/who.py": "def current(\n"}, id="it cannot be read any more"),
        pytest.param({"fastapi/__init__.py": ""}, id="the repository has what was a library"),
        pytest.param({"setup.cfg": "[options]\npackage_dir =\n    = svc\n"}, id="other folders are on the import path"),
    ],
)
def test_what_was_asked_about_leads_to_a_new_look(change: dict[str, str]) -> None:
    store = Store()
    audited(SERVICE, "", store.detail)
    assert "svc/api.py" in paths_looked_into(SERVICE | change, store)
    compare((SERVICE, SERVICE | change, SERVICE), "")


def test_a_name_that_is_handed_on_is_followed_anew_where_it_is_from_another_place() -> None:
    handed_on = SERVICE | {
        "svc/__init__.py": "from svc.who import current\n",
        "svc/api.py": SERVICE["svc/api.py"].replace("svc.who", "svc"),
    }
    head = handed_on | {"svc/__init__.py": "from svc.plain import add as current\n"}
    store = Store()
    audited(handed_on, "", store.detail)
    assert "svc/api.py" in paths_looked_into(head, store)
    compare((handed_on, head, handed_on), "")


def test_a_file_that_moves_is_looked_into_again() -> None:
    store = Store()
    audited(SERVICE, "", store.detail)
    moved = {path.replace("api", "web"): text for path, text in SERVICE.items()}
    assert "svc/web.py" in paths_looked_into(moved, store)


def test_another_policy_leads_to_a_new_look_but_not_other_targets() -> None:
    store = Store()
    audited(SERVICE, "", store.detail)
    for policy in (CHECK, "auth: {public: [{path: '/a', reason: open}]}"):
        assert "svc/api.py" in paths_looked_into(SERVICE, store, policy)
    assert paths_looked_into(SERVICE, store, "metrics: {auth.bypass: {target: 3}}") == set()


def test_a_module_that_can_never_be_read_does_not_keep_others_from_being_kept() -> None:
    broken = SERVICE | {"svc/who.py": "def current(\n"}
    store = Store()
    audited(broken, "", store.detail)
    assert store.kept
    assert "svc/api.py" not in paths_looked_into(broken, store)


def test_nothing_is_kept_where_an_outline_could_not_be_read_this_time() -> None:
    store = Store()
    unlucky = blob_of(SERVICE["svc/who.py"])

    def some(blobs: Collection[str]) -> Mapping[str, Outline]:
        return outlines_of(set(blobs) - {unlucky})

    audited(SERVICE, "", msgspec.structs.replace(store.detail, outlines=some))
    assert not store.kept


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda encoded: b"", id="nothing"),
        pytest.param(lambda encoded: encoded[: len(encoded) // 2], id="cut off"),
        pytest.param(lambda encoded: b"\xc1" + encoded[1:], id="no MessagePack"),
        pytest.param(lambda encoded: msgspec.msgpack.encode([b"", {"sites": 1}]), id="of another shape"),
        pytest.param(lambda encoded: encoded.replace(b"svc", b"\xff\xff\xff"), id="text that is none"),
        pytest.param(lambda encoded: msgspec.msgpack.encode([b"0" * 16, []]), id="by what other modules said"),
    ],
)
def test_what_is_damaged_or_not_ours_is_looked_for_again(damage: Callable[[bytes], bytes]) -> None:
    store = Store()
    expected = all_that_is_said(audited(SERVICE, "", store.detail))
    store.kept = {key: damage(encoded) for key, encoded in store.kept.items()}
    assert paths_looked_into(SERVICE, store) == {"svc/api.py", "svc/who.py"}
    assert all_that_is_said(audited(SERVICE, "", store.detail)) == expected
