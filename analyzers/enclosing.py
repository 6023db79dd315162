"""Enclosing: the functions and classes that findings stand in, and which of these a change has given other names.

A finding that differs from one at base in nothing but such a name is the same one. It must not be hidden cheaply,
though: who deletes one function with a way round the check and adds another one has fixed one finding and introduced
one. So a name that went and a name that came are no evidence by themselves: what stands below them has to agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal, Protocol

import msgspec

from analyzers.facts import FileFacts
from analyzers.findings import Finding, RuleName
from analyzers.snapshot import SourceFile

Defined = Callable[[str], str]
"""Gives what the file at a path defines, as its facts tell that; nothing where it cannot be read."""

_SAY_IT: Final[Mapping[RuleName, tuple[str, ...]]] = {
    "auth.patterns": ("detail",),
    "auth.implementations": ("symbol",),
    "auth.bypass.unverified-signature": ("detail",),
    "auth.bypass.none-algorithm": ("detail",),
    "auth.bypass.algorithm-not-pinned": ("detail",),
    "auth.bypass.expiry-not-checked": ("detail",),
    "auth.bypass.audience-not-checked": ("detail",),
    "auth.bypass.issuer-not-checked": ("detail",),
    "auth.bypass.hardcoded-secret": ("detail",),
    "auth.bypass.tls-not-verified": ("detail",),
    "auth.bypass.fail-open": ("symbol",),
    "auth.bypass.skip-switch": ("symbol",),
    "auth.bypass.fallback-user": ("symbol",),
    "auth.bypass.token-comparison": ("symbol",),
    "auth.unprotected": ("detail",),
    "tests.fixtures": ("detail",),
}
"""What of a finding ends with the name of what it stands in."""

_FEWEST_ALIKE: Final = 2
"""Definitions that have to be in a class before and after, for it to be known by them."""


Evidence = Literal["around", "members", "inside"]
"""That something was renamed: all that stands in it is the same; at least most names of what is defined in it are; all
that stands in the function right around the finding is.
"""


class Files(Protocol):
    """The files of one tree."""

    def file(self, path: str) -> SourceFile | None:
        """The file at a path."""


def nothing_defined(path: str) -> str:
    """What is known to be defined where nobody has looked."""
    del path
    return ""


def defined_in(files: Files) -> Defined:
    """What the files of one tree define."""

    def defined(path: str) -> str:
        file = files.file(path)
        return file.facts.defined if file is not None and isinstance(file.facts, FileFacts) else ""

    return defined


def apart(finding: Finding) -> Finding:
    """A finding without the name of what it stands in."""
    said = {name: getattr(finding, name).removesuffix(finding.within) for name in _SAY_IT.get(finding.rule, ())}
    if "detail" in said and finding.symbol == finding.detail:  # an endpoint without a route
        said["symbol"] = said["detail"]
    return msgspec.structs.replace(finding, within="", **said)


class Renames:
    """Which functions and classes have other names now. `before` and `after` give what files define on each side.

    Whatever is once taken for another is so for all findings in it, and nothing else is.
    """

    def __init__(self, before: Defined, after: Defined) -> None:
        self._before = before
        self._after = after
        self._known: dict[tuple[str, str], tuple[dict[str, str], dict[str, str]]] = {}
        self._became: dict[tuple[str, str], str] = {}
        self._was: dict[tuple[str, str], str] = {}

    def take(self, old: Finding, new: Finding, by: Evidence) -> bool:
        """Whether what one finding stands in is what the other one stood in by another name; then it is from now on."""
        levels = tuple(_levels(old.within, new.within))
        if not levels:
            return False
        before, after = self._definitions(old.path, new.path)
        if not all(_is_moved(level, before, after) for level in levels):
            return False
        if by == "around":
            is_same = all(before[one] == after[other] for one, other in levels)
        elif by == "members":
            is_same = all(_is_like(level, before, after) for level in levels)
        else:
            is_same = old.within in before and before[old.within] == after.get(new.within)
        return is_same and self._agree(new.path, levels)

    def _definitions(self, old: str, new: str) -> tuple[dict[str, str], dict[str, str]]:
        """What two files define, by qualified names, with the digests of what stands there."""
        if (old, new) not in self._known:
            self._known[old, new] = _by_name(self._before(old)), _by_name(self._after(new))
        return self._known[old, new]

    def _agree(self, path: str, levels: tuple[tuple[str, str], ...]) -> bool:
        """Whether nothing that was taken before speaks against these names of one file, the old and the new ones."""
        became, was = self._became, self._was
        if any(became.get((path, old), new) != new or was.get((path, new), old) != old for old, new in levels):
            return False
        for old, new in levels:
            became[path, old], was[path, new] = new, old
        return True


def _by_name(defined: str) -> dict[str, str]:
    """The digests by qualified name; those of several of one name in one."""
    found: dict[str, str] = {}
    around: list[str] = []
    for line in defined.split("\n") if defined else ():
        name, _, digest = line.lstrip(".").partition(" ")
        around[line.count(".") :] = [name]
        qualname = ".".join(around)
        found[qualname] = found.get(qualname, "") + digest
    return found


def _levels(old: str, new: str) -> Iterator[tuple[str, str]]:
    """The names that differ in two qualified ones, from the outside in: `A`, `B` of `A.check`, `B.check`.

    Nothing where one stands deeper than the other.
    """
    was, now = old.split("."), new.split(".")
    if len(was) == len(now):
        for end in range(1, len(was) + 1):
            if was[end - 1] != now[end - 1]:
                yield ".".join(was[:end]), ".".join(now[:end])


def _is_moved(level: tuple[str, str], before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether the old name is gone from where it would be now, and the new one was not there before."""
    old, new = level
    around_old, _, last_old = old.rpartition(".")
    around_new, _, last_new = new.rpartition(".")
    stayed, came = f"{around_new}.{last_old}".lstrip("."), f"{around_old}.{last_new}".lstrip(".")
    return old in before and new in after and stayed not in after and came not in before


def _is_like(level: tuple[str, str], before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether the same stands in both, or half at least of what is defined in them has the same names."""
    old, new = level
    if before[old] == after[new]:
        return True
    one, other = (
        {name.removeprefix(outer) for name in names if name.startswith(outer)}
        for outer, names in ((f"{old}.", before), (f"{new}.", after))
    )
    common = len(one & other)
    return common >= _FEWEST_ALIKE and 2 * common >= len(one | other)
