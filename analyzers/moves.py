"""Moves: modules and packages that a change gives other names, and what a finding was called before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, Protocol

import msgspec

from analyzers.findings import Finding, RuleName
from analyzers.snapshot import Layout
from analyzers.tree import is_python
from analyzers.twins import plain

_NAMED_BY: Final[Mapping[RuleName, tuple[str, ...]]] = {
    "imports.fragmented": ("detail",),
    "imports.legacy": ("symbol",),
    "imports.strings": ("symbol", "detail"),
    "imports.unresolved": ("symbol",),
    "auth.patterns": ("symbol", "detail"),
    "auth.implementations": ("detail",),
    "auth.bypass.unverified-signature": ("symbol",),
    "auth.unprotected": ("detail",),
    "tests.blocked": ("symbol", "detail"),
}
"""What of a finding begins with the dotted name of a module. Cycles, contracts and copies are known by files."""


class Named(Protocol):
    """The modules of one tree by their names."""

    @property
    def layout(self) -> Layout:
        """What gives the files their names."""

    def is_module(self, name: str) -> bool:
        """Whether a first-party module or namespace package of that name exists."""


def moved_modules(renamed_from: Mapping[str, str], base: Named, head: Named) -> dict[str, str]:
    """The dotted names at head of the modules that moved, and of the folders that moved as a whole, with those at base.

    A folder has moved if all that was renamed into it came from one that is gone, and it was not there before.
    """
    files: dict[str, set[str]] = defaultdict(set)
    folders: dict[str, set[str]] = defaultdict(set)
    for path, old in renamed_from.items():
        for now, before in _names(path, old, base, head):
            files[now].add(before)
            for folder, folder_before in _folders(now, before):
                folders[folder].add(folder_before)
    moved = {now: before for now, (before, *others) in folders.items() if not others}
    moved = {now: before for now, before in moved.items() if not base.is_module(now) and not head.is_module(before)}
    moved |= {now: before for now, (before, *others) in files.items() if not others}
    return {now: before for now, before in moved.items() if now != before}


def _names(path: str, old: str, base: Named, head: Named) -> Iterator[tuple[str, str]]:
    """The names of a file that moved, at head and at base, also as the code in its own root has them."""
    if is_python(path) and is_python(old):
        for now, before in zip(head.layout.names(path), base.layout.names(old), strict=False):
            yield now, before
            if plain(now) != now or plain(before) != before:
                yield plain(now), plain(before)


def _folders(now: str, before: str) -> Iterator[tuple[str, str]]:
    """The packages around two names, as long as what lies in them is called alike."""
    while True:
        now, _, last = now.rpartition(".")
        before, _, last_before = before.rpartition(".")
        if not now or not before or last != last_before or now == before:
            return
        yield now, before


def as_before(finding: Finding, modules: Mapping[str, str]) -> Finding:
    """A finding at head with the dotted names that the modules had at base."""
    symbol, detail = finding.symbol, finding.detail
    named_by = _NAMED_BY.get(finding.rule, ())
    if "symbol" in named_by:
        symbol = name_before(symbol, modules)
        if finding.symbol.endswith(f".{detail}"):  # `from package import module`
            detail = symbol.rpartition(".")[2]
    if "detail" in named_by:
        detail = name_before(detail, modules)
    return msgspec.structs.replace(finding, symbol=symbol, detail=detail)


def name_before(text: str, modules: Mapping[str, str]) -> str:
    """`pkg.new.X` or `pkg.new:X` by the name that the longest part of it that has moved had at base."""
    dotted, _, _ = text.partition(" ")[0].partition(":")
    end = len(dotted)
    while end > 0:
        if dotted[:end] in modules:
            return modules[dotted[:end]] + text[end:]
        end = dotted.rfind(".", 0, end)
    return text
