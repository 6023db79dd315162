"""Words of causes and actions: counted nouns, names from the code between backticks, dates and subjects of commits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from analyzers.causes.model import Inquiry
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


_STATES: Final[Mapping[str, str]] = {
    "imports.contracts": "against a contract",
    "imports.legacy": "legacy",
    "imports.strings": "wrong",
    "imports.unresolved": "broken",
    "ssot.ignores": "stale or without a reason",
    "auth.patterns": "off the canonical pattern",
    "auth.unprotected": "without the check",
    "tests.blocked": "blocked",
}
"""What findings are whose place may have stood long before: not they came then, but what they ask for went, or became
another thing."""


_INFERRED_STATES: Final[Mapping[str, str]] = {
    "imports.fragmented": "off the canonical path",
}
"""The same of those that are held against what most of the code does: that may have come later than they did."""


def state(inquiry: Inquiry) -> str | None:
    """What findings came to be, where their place may have stood before: `blocked`. None for others."""
    metric = inquiry.target.metric.name
    inferred = any(each.finding.inferred for each in inquiry.findings)
    return _STATES.get(metric) or (_INFERRED_STATES.get(metric) if inferred else None)


def came(inquiry: Inquiry) -> str:
    """How findings arose: `came in`, `came to be blocked`."""
    known = state(inquiry)
    return "came in" if known is None else f"came to be {known}"


def flowing(inquiry: Inquiry) -> tuple[str, str]:
    """What is said to come and go: findings, where their place may have stood before and may stand on."""
    return nouns(inquiry.target.metric.name) if state(inquiry) is None else ("finding", "findings")


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
    """`39 of 45 imports`, `All 45 imports`, `Both imports`, `This import`."""
    if count != among:
        return f"{count:,} of {among:,} {words[1]}"
    if count == 1:
        return f"This {words[0]}"
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
    return f"`{origin.by.short}` {merge(origin)}"


def merge(origin: Origin) -> str:
    """The subject of a commit with its day, and the pull request that it merged unless the subject says it."""
    by, number = origin.by, origin.pull_request
    is_told = number is None or re.search(rf"#{number}\b", by.subject) is not None
    return f"{subject(by)} ({day(by)}{'' if is_told else f', pull request #{number}'})"


def by_often(names: Iterable[str]) -> list[str]:
    """Names, the most frequent first; of those in a `Counter` as often as that says."""
    often = Counter(names)
    return sorted(often, key=lambda name: (-often[name], name))
