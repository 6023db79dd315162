"""Words of causes and actions: counted nouns, names from the code between backticks, dates and subjects of commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from analyzers.history import Origin
from analyzers.places import Commit

_LONGEST_NAME: Final = 200
_LONGEST_SUBJECT: Final = 90

_NOUNS: Final[Mapping[str, tuple[str, str]]] = {
    "imports.fragmented": ("import", "imports"),
    "imports.legacy": ("import", "imports"),
    "imports.strings": ("string", "strings"),
    "imports.unresolved": ("import", "imports"),
    "imports.cycles": ("cycle", "cycles"),
    "imports.contracts": ("import", "imports"),
    "ssot.duplicates": ("copy", "copies"),
    "ssot.ignores": ("comment", "comments"),
    "auth.patterns": ("call", "calls"),
    "auth.implementations": ("definition", "definitions"),
    "auth.bypass": ("place", "places"),
    "auth.unprotected": ("endpoint", "endpoints"),
    "tests.blocked": ("test module", "test modules"),
    "tests.fixtures": ("request", "requests"),
}
"""What the findings of a metric are called, for short."""


def nouns(metric: str) -> tuple[str, str]:
    """What one finding of a metric is called, and several."""
    return _NOUNS.get(metric, ("finding", "findings"))


def counted(count: int, words: tuple[str, str]) -> str:
    """`1 import`, `45 imports`."""
    return f"{count:,} {words[count != 1]}"


def these(count: int, words: tuple[str, str]) -> str:
    """`this import`, `these 45 imports`."""
    return f"this {words[0]}" if count == 1 else f"these {count:,} {words[1]}"


def part(count: int, among: int, words: tuple[str, str]) -> str:
    """`39 of 45 imports`, `All 45 imports`, `Both imports`, `The only import`."""
    if count != among:
        return f"{count:,} of {among:,} {words[1]}"
    if count == 1:
        return f"The only {words[0]}"
    return f"Both {words[1]}" if count == 2 else f"All {count:,} {words[1]}"


def agreeing(count: int, verbs: tuple[str, str]) -> str:
    """The verb for one or for several: `goes` or `go`."""
    return verbs[count != 1]


def code(name: str) -> str:
    """A name from the code, between backticks."""
    shown = name.replace("`", "'")
    return f"`{shown if len(shown) <= _LONGEST_NAME else shown[: _LONGEST_NAME - 1] + '…'}`"


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def named(names: Sequence[str], most: int, more: tuple[str, str]) -> str:
    """The first names, the rest counted: `a, b, c and 4 more modules`."""
    shown = [code(name) for name in names[:most]]
    left = len(names) - len(shown)
    return listed([*shown, f"{left:,} more {more[left != 1]}"]) if left else listed(shown)


def with_counts(counts: Iterable[tuple[str, int]]) -> str:
    """`a`, or where there are several `a (25) and b (20)`."""
    pairs = tuple(counts)
    if len(pairs) == 1:
        return code(pairs[0][0])
    return listed([f"{code(name)} ({count:,})" for name, count in pairs])


def day(commit: Commit) -> str:
    """The day of a commit, as its author's clock had it."""
    return commit.date[:10]


def subject(commit: Commit) -> str:
    """The subject line of a commit between backticks, since it is somebody else's words."""
    words = " ".join(commit.subject.split())
    return code(words if len(words) <= _LONGEST_SUBJECT else words[: _LONGEST_SUBJECT - 1] + "…")


def told_commit(commit: Commit) -> str:
    """A commit by its first digits, subject and day."""
    return f"`{commit.short}` {subject(commit)} ({day(commit)})"


def told_origin(origin: Origin) -> str:
    """The commit that brought something, with the pull request that it merged; or the two that it came in between."""
    if not origin.is_exact and origin.after is not None:
        return f"between `{origin.after.short}` ({day(origin.after)}) and `{origin.by.short}` ({day(origin.by)})"
    number = f", pull request #{origin.pull_request}" if origin.pull_request is not None else ""
    return f"`{origin.by.short}` {subject(origin.by)} ({day(origin.by)}{number})"
