"""The strings of a file that read as dotted names, once all of the file is known."""

from __future__ import annotations

from bisect import bisect_right

from analyzers.facts import StringRef
from analyzers.reading.scopes import Scope

Said = tuple[int, int, str, str | None, int | str | None, tuple[str, ...], Scope, int, int]
"""Line, column, text, callee, which argument, the keywords of the call, scope, context, how many definitions around."""
Assigned = tuple[int, int, int, str]
"""A module-level assignment to a variable in capitals: line, column, last line, name."""


def references(strings: list[Said], assigned: list[Assigned], module: Scope) -> tuple[StringRef, ...]:
    """In the order of the text."""
    strings.sort(key=_place)
    assigned.sort()
    found: list[StringRef] = []
    for line, column, value, callee, argument, keywords, scope, context, _ in strings:
        if callee is None:
            variable = _variable(line, column, assigned) if scope is module else None
            found.append(StringRef(value, line, None, None, (), variable, context))
        else:
            found.append(StringRef(value, line, scope.target_of(callee) or callee, argument, keywords, None, context))
    return tuple(found)


def _place(said: Said) -> tuple[int, int]:
    return said[:2]


def _variable(line: int, column: int, assigned: list[Assigned]) -> str | None:
    """The variable of the last assignment that begins before a place, if that reaches so far."""
    before = bisect_right(assigned, (line, column, 0, ""))
    if before == 0 or assigned[before - 1][2] < line:
        return None
    return assigned[before - 1][3]
