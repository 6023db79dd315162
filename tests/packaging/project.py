"""Reads what the project says of itself: its metadata, its locks, its imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[2]
ROOMS: Final = ("bot", "report_templates", "analyzers")
_METADATA: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
_PINNED: Final = re.compile(r"(?P<requirement>[^\\]+?)(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n")


def declared(extra: str | None = None) -> list[Requirement]:
    """What the project says it needs at run time, or for one extra."""
    project = _METADATA["project"]
    lines = project["dependencies"] if extra is None else project["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


def pinned(lock: str) -> dict[str, Requirement]:
    """The requirements in a lock file by name; whatever is not pinned with hashes is an error."""
    text = "".join(line for line in (ROOT / lock).read_text("utf-8").splitlines(True) if not line.startswith("#"))
    found: dict[str, Requirement] = {}
    at = 0
    while at < len(text):
        match = _PINNED.match(text, at)
        assert match is not None, f"{lock} has something that is not pinned with hashes: {text[at : at + 80]!r}"
        requirement = Requirement(match["requirement"])
        found[canonicalize_name(requirement.name)] = requirement
        at = match.end()
    return found


def imports(room: str) -> Iterator[tuple[Path, str]]:
    """Every import in a room that leads out of it, as file and module."""
    for path in sorted((ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            else:
                continue
            yield from ((path.relative_to(ROOT), name) for name in modules if name.partition(".")[0] != room)


def third_party(room: str) -> Iterator[tuple[Path, str]]:
    """Those that lead to another project, as file and top-level package."""
    for path, module in imports(room):
        package = module.partition(".")[0]
        if package not in sys.stdlib_module_names and package not in ROOMS:
            yield path, package
