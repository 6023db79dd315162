"""Calls, decorations and attribute accesses as they stand in a text, once all names in it are known."""

from __future__ import annotations

from typing import Final

from analyzers.facts import Use, UseKind
from analyzers.reading.dynamic import CALLS, Dynamic
from analyzers.reading.scopes import OWN, Scope

ANY_RECEIVER: Final = "*."
"""Starts the name of a method whatever it is called on."""
NO_NAME: Final = "()."
"""Starts the dotted name of what is called on something that has no name itself: `f().name`."""

Seen = tuple[int, int, str, UseKind, int]
"""Line, column, dotted name, kind, last line."""
Candidate = tuple[Seen, Scope]
"""It is a use only if its name turns out to start from an import or a definition."""


def uses_among(candidates: list[Candidate], heads: frozenset[str]) -> tuple[Use, ...]:
    """The uses of these names, in the order of the text; of the module's own definitions where `:` is among them.

    `*.name` among them asks for the calls of methods of that name on whatever there is: they have it as their target.
    """
    own = OWN in heads
    methods = {head[len(ANY_RECEIVER) :] for head in heads if head.startswith(ANY_RECEIVER)}
    uses: list[Use] = []
    for (line, _, dotted, kind, end_line), scope in sorted(candidates, key=_place):
        receiver, _, method = dotted.rpartition(".")
        if method in methods and receiver != "" and kind != "attribute":
            uses.append(Use(ANY_RECEIVER + method, kind, line, end_line, scope.qualname, 1, receiver, 1))
        origin = scope.origin_of(dotted)
        if origin is None:
            continue
        target, head, tail, here = origin
        is_own = target[0] == OWN
        if (is_own and kind != "attribute" and own) or (not is_own and head in heads):
            uses.append(Use(target, kind, line, end_line, scope.qualname, tail, head, here))
    return tuple(uses)


def note_calls(candidates: list[Candidate], dynamic: Dynamic) -> None:
    """Tell of the calls that may change what the code decides."""
    for (_, _, dotted, kind, _), scope in candidates:
        if kind == "call" and dotted.endswith(CALLS):
            target = scope.target_of(dotted)
            if target is not None:
                dynamic.called(target)


def _place(candidate: Candidate) -> Seen:
    return candidate[0]
