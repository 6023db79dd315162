"""Case files: a small tree and what is expected of it, in one text that one can read.

    A name is followed through an alias

    Why that is right, in a sentence or two.

    === app/a.py
    from pkg.odd import X as Y
    === .github/fifthwhy.yml
    symbols: [{name: X, canonical: pkg.core}]
    === expected findings
    app/a.py:1 imports.fragmented X from pkg.odd

A header names a file or starts with `expected`. Expected are, one a line, in any order:

- `findings`, in every case: as `tests.analyzers.trees.tell` tells them, or `none`.
- `resolutions`: `pkg.odd.X -> pkg.core.X`, where `from pkg.odd import X` ends, or in a word how (`unknown`).
- `modules`: `src/pkg/core.py = pkg.core`, a file's module name, or `none`.
- `unread`: `old.py syntax`, files that cannot be read.
- `canonical`: `X pkg.core`, the path that was inferred for a symbol.

Files whose name starts with `silent` expect no finding; `resolution` ones are about resolutions only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent.parent / "cases"

_HEADER: Final = "=== "
_EXPECTED: Final = "expected "
_EXPECTATIONS: Final = frozenset({"findings", "resolutions", "modules", "unread", "canonical"})


class CaseError(ValueError):
    """A case file that is not written as one."""


@dataclass(frozen=True)
class Case:
    """One case file."""

    path: Path
    title: str
    why: str
    files: Mapping[str, str]
    expected: Mapping[str, tuple[str, ...]]


def case_files(family: str) -> list[Path]:
    """The case files of a family, the silent ones first."""
    return sorted((FOLDER / family).glob("*.case"), key=lambda path: (not path.name.startswith("silent"), path.name))


def read_case(path: Path) -> Case:
    """Read a case file. Raises CaseError."""
    opening, *parts = ("\n" + path.read_text(encoding="utf-8")).split("\n" + _HEADER)
    title, _, why = opening.strip().partition("\n")
    files: dict[str, str] = {}
    expected: dict[str, tuple[str, ...]] = {}
    for part in parts:
        header, _, body = part.partition("\n")
        if not header.startswith(_EXPECTED):
            files[header] = body.rstrip("\n") + "\n" if body.strip("\n") else ""
            continue
        kind = header.removeprefix(_EXPECTED)
        if kind not in _EXPECTATIONS:
            raise CaseError(f"{path.name}: nothing is known about `{header}`")
        lines = tuple(line.strip() for line in body.splitlines() if line.strip())
        expected[kind] = () if lines == ("none",) else lines
    if not title or not files or "findings" not in expected:
        raise CaseError(f"{path.name}: a case needs a title, files and `=== expected findings`")
    return Case(path, title, why.strip(), files, expected)
