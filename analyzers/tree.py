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


class Others(msgspec.Struct, frozen=True):
    """What lies in a tree besides the text of modules.

    `built` are the paths of modules in another form: stubs, compiled extensions, what these are made from; and of links
    and submodules: what they stand for can be imported, and is not looked at. `folders` are the paths of all folders.
    """

    built: tuple[str, ...] = ()
    folders: frozenset[str] = frozenset()


NO_OTHERS: Final = Others()


def others_in(tree: Iterable[TreeEntry]) -> Others:
    """What lies in a tree besides the text of modules."""
    tree = tuple(tree)
    built = tuple(entry.path for entry in tree if is_elsewhere(entry.mode) or is_built(entry.path))
    return Others(built, folders_around(entry.path for entry in tree))


def folders_around(paths: Iterable[str]) -> frozenset[str]:
    """The folders that files lie in, also further down, whose names Python could import."""
    seen: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in seen:
            seen.add(folder)
            folder = folder.rpartition("/")[0]
    # A path that is no text cannot be kept in an index, and nobody imports it.
    return frozenset(each for each in seen if each.rpartition("/")[2].isidentifier() and each.isprintable())


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
