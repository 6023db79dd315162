"""Trees: the files of one commit as git lists them, and which of them are Python files of which scope."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

import msgspec
from pathspec import PathSpec

Scope = Literal["production", "tests"]

TEST_PATTERNS: Final = ("tests/", "test/", "testing/", "test_*.py", "*_test.py", "tests.py", "conftest.py")
"""What counts as test code unless the policy says otherwise. Whole names: `latest/` is not a test folder."""

LONGEST_PATTERN: Final = 500

_LINK: Final = "120000"
_SUBMODULE: Final = "160000"

_BUILT: Final = (".pyi", ".pyx", ".so", ".pyd", ".c")
"""How files end beside which, or from which, a module is made that has no source text in Python."""


class TreeEntry(msgspec.Struct, frozen=True):
    """One line of `git ls-tree`: a path (surrogate escapes where it is not UTF-8), its blob and its mode."""

    path: str
    blob: str
    mode: str

    @property
    def kind(self) -> Literal["file", "symlink", "submodule"]:
        """What the mode says that the path is (git's "object modes")."""
        if self.mode == _LINK:
            return "symlink"
        return "submodule" if self.mode == _SUBMODULE else "file"


def python_files(tree: Iterable[TreeEntry]) -> tuple[TreeEntry, ...]:
    """The regular Python files of a tree. Links are never followed and submodules are another repository."""
    return tuple(entry for entry in tree if entry.kind == "file" and is_python(entry.path))


def is_python(path: str) -> bool:
    """Whether a path is that of a Python file."""
    return path.endswith(".py")


def built_files(tree: Iterable[TreeEntry]) -> tuple[str, ...]:
    """The paths of modules in another form than source text: stubs, compiled extensions, what these are made from.

    And of links and submodules: what they stand for can be imported, and is not looked at.
    """
    return tuple(entry.path for entry in tree if is_elsewhere(entry.mode) or is_built(entry.path))


def is_elsewhere(mode: str | None) -> bool:
    """Whether a mode is that of a link or a submodule, whose content lies in another place."""
    return mode in (_LINK, _SUBMODULE)


def is_built(path: str) -> bool:
    """Whether a path may be that of a module in another form than source text."""
    return path.endswith(_BUILT)


def built_stem(path: str) -> str:
    """The path of such a module without what its name ends on: `pkg/_fast` for `pkg/_fast.cpython-311-linux.so`."""
    folder, slash, name = path.rpartition("/")
    return folder + slash + name.partition(".")[0]


class PathPatterns:
    """Path patterns written as in `.gitignore` (https://git-scm.com/docs/gitignore)."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._spec = PathSpec.from_lines("gitignore", patterns)

    def __contains__(self, path: str) -> bool:
        return self._spec.match_file(path)
