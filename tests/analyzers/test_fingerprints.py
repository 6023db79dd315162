"""A finding keeps its fingerprint while the code around it, its lines and its file's name change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from analyzers.findings import Finding, fingerprinted
from tests.analyzers.trees import findings_of, tell

POLICY: Final = """\
symbols: [{name: X, canonical: pkg.core}]
legacy: [{module: pkg.old}]
auth: {canonical: Flask-Login}
"""

APP: Final = """\
import jwt
from pkg.odd import X
from pkg.odd import (
    X as Again,
)
import pkg.old


def late():
    from pkg.odd import X
    jwt.decode("", KEY, ALGORITHMS)
    jwt.decode("", KEY, ALGORITHMS)


class View:
    def get(self):
        return jwt.decode("", KEY, ALGORITHMS)
"""

TREE: Final = {
    "pkg/__init__.py": "",
    "pkg/core.py": "class X: ...\n",
    "pkg/odd.py": "from pkg.core import X\n\nLIMIT = 1\n",
    "pkg/old.py": "def thing(): ...\n",
    "app.py": APP,
    ".github/fifthwhy.yml": POLICY,
}


def names(files: Mapping[str, str], renamed_from: Mapping[str, str] | None = None) -> list[str]:
    return [entry.fingerprint for entry in fingerprinted(findings_of(files), dict(renamed_from or {}))]


def accused(app: str) -> dict[str, str]:
    return TREE | {"app.py": app}


def test_equal_findings_in_one_file_are_told_apart() -> None:
    """Three imports of X from the same module are three findings: fixing one leaves two."""
    told = [tell(finding) for finding in findings_of(TREE)]
    assert len(told) == 7
    assert len(set(names(TREE))) == 7


FILLERS: Final = st.sampled_from(["\n", "# a comment\n", "    # an indented comment\n", "\n\n\n", "\t\n", "\x0c\n"])


@given(st.lists(st.tuples(st.integers(0, APP.count("\n")), FILLERS), max_size=10))
def test_blank_and_comment_lines_anywhere_change_no_fingerprint(inserted: list[tuple[int, str]]) -> None:
    lines = APP.splitlines(keepends=True)
    for place, filler in sorted(inserted, reverse=True):
        lines.insert(place, filler)
    assert names(accused("".join(lines))) == names(TREE)


def test_moving_code_about_changes_no_fingerprint() -> None:
    first, rest = APP.split("\n\n\ndef late", 1)
    late, view = rest.split("\n\n\nclass View", 1)
    moved = f"{first}\n\n\nclass View{view}\n\ndef late{late}\n"
    assert set(names(accused(moved))) == set(names(TREE))


def test_an_alias_and_the_layout_of_an_import_change_no_fingerprint() -> None:
    other = APP.replace("from pkg.odd import X\n", "from pkg.odd import (X as Y)\n", 1)
    assert names(accused(other)) == names(TREE)


def test_a_renamed_file_keeps_its_fingerprints() -> None:
    moved = {path: text for path, text in TREE.items() if path != "app.py"} | {"site/app_two.py": APP}
    assert set(names(moved, {"site/app_two.py": "app.py"})) == set(names(TREE))
    assert not set(names(moved)) & set(names(TREE))


def test_another_path_symbol_or_function_is_another_finding() -> None:
    base = set(names(TREE))
    tree = TREE | {"pkg/odder.py": "from pkg.core import X\n\nLIMIT = 1\n"}
    for before, after in (
        ("from pkg.odd import X\n", "from pkg.odder import X\n"),
        ("def get", "def post"),
        ("import pkg.old", "from pkg.old import thing"),
    ):
        changed = set(names(tree | {"app.py": APP.replace(before, after, 1)}))
        assert (len(base - changed), len(changed - base)) == (1, 1), after


@given(st.permutations(findings_of(TREE)))
def test_the_order_of_findings_does_not_matter(findings: list[Finding]) -> None:
    assert {entry.fingerprint for entry in fingerprinted(findings, {})} == set(names(TREE))


@given(st.permutations(sorted(TREE)))
def test_the_order_of_files_does_not_matter(paths: list[str]) -> None:
    assert names({path: TREE[path] for path in paths}) == names(TREE)


def test_paths_that_are_not_utf_8_have_fingerprints() -> None:
    """Git keeps paths as bytes; the ones that are no text arrive as surrogate escapes."""
    odd = TREE | {"caf\udce9.py": "from pkg.odd import X\n"}
    assert len(set(names(odd))) == 8
