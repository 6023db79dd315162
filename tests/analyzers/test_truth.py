"""The truth: a plain recount of import sites, which shares nothing with the engine, gives the same numbers.

Counted are the standard library and the installed packages that run these tests: real code, in real amounts.
"""

from __future__ import annotations

import ast
import sysconfig
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from analyzers.reading.read import read
from analyzers.snapshot import absolute_module, ground_of, readable, snapshot_on
from analyzers.tree import PathPatterns, TreeEntry

Sites = Counter[tuple[str, str | None, str | None]]
"""How often a file imports a name (None: the module itself) from an absolute module (None: there is none)."""

LEFT_OUT: Final = frozenset({"test", "tests", "testing", "idlelib", "lib2to3", "site-packages", "turtledemo"})
LARGEST: Final = 100_000
MOST_BYTES: Final = 5_000_000


def recount(path: str, text: bytes) -> Sites:
    """Every import below every node of the tree that Python itself makes of the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    sites: Sites = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                sites[path, alias.name, None] += 1
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                sites[path, absolute(path, node), alias.name] += 1
    return sites


def absolute(path: str, node: ast.ImportFrom) -> str | None:
    """The module of a `from` statement in the file at `path`, counted from the top folder."""
    folders = path.split("/")[:-1]
    importable = all(part.isidentifier() for part in path.removesuffix(".py").split("/"))
    if node.level == 0:
        return node.module
    up = node.level - 1
    if not importable or len(folders) <= up:
        return None
    package = folders[: len(folders) - up]
    return ".".join([*package, node.module] if node.module else package)


def told_by_the_engine(files: dict[str, bytes]) -> Sites:
    tests = PathPatterns(())
    entries = [TreeEntry(path, path, "100644") for path in files]
    ground = ground_of(entries, roots=(".",), tests=tests, exclude=PathPatterns(()))
    snapshot = snapshot_on(ground, {path: read(text) for path, text in files.items()}, tests)
    sites: Sites = Counter()
    for file in snapshot:
        facts = readable(file)
        assert facts is not None, file.path
        for fact in facts.imports:
            sites[file.path, absolute_module(fact, file), fact.name] += 1
    return sites


def python_files_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """A spread of the files in a folder that Python itself can parse."""
    paths = sorted(path for path in folder.rglob("*.py") if not LEFT_OUT & set(path.relative_to(folder).parts))
    total = sum(min(path.stat().st_size, LARGEST) for path in paths)
    for path in paths[:: 1 + total // MOST_BYTES]:
        text = path.read_bytes()
        if len(text) <= LARGEST and is_python(text):
            yield path.relative_to(folder).as_posix(), text


def is_python(text: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            text.decode()
            ast.parse(text)
        except (SyntaxError, ValueError):
            return False
    return True


@pytest.mark.parametrize("place", ["stdlib", "purelib"])
def test_a_plain_recount_finds_the_same_import_sites(place: str) -> None:
    files = dict(python_files_in(Path(sysconfig.get_path(place))))
    assert len(files) > 100
    expected = sum((recount(path, text) for path, text in files.items()), Sites())
    assert told_by_the_engine(files) == expected
