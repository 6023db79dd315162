"""What files say about endpoints: what they define, what serves it, and what is validated on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from analyzers.tree import Scope

DEPTH: Final = 4
"""Functions that are followed from a handler to a validation."""
WIDTH: Final = 24
"""Ways from an endpoint up to an application, and callees of one function, that are looked at."""

EndpointKind = Literal["http", "websocket"]
State = Literal["protected", "unprotected", "unknown", "public"]
MountKind = Literal["root", "include", "mount", "view", "same", "guard", "middleware", "setting", "known"]

DJANGO: Final = "<django>"
"""The node that stands for a Django site: its middleware is set there."""
DRF: Final = "<drf>"
"""The node that stands for what views of Django REST framework do by default."""


class Reached(msgspec.Struct, frozen=True, array_like=True):
    """A pattern with the steps that lead to it, each `function (path:line)`, where it is called."""

    pattern: str
    chain: tuple[str, ...]


class Shown(msgspec.Struct, frozen=True, array_like=True):
    """What a piece of code shows: patterns that nobody gets past, those that some may get past, what cannot be told."""

    reached: tuple[Reached, ...] = ()
    perhaps: tuple[Reached, ...] = ()
    doubt: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is no validation, and nothing is left open."""
        return not (self.reached or self.perhaps or self.doubt)


NOTHING: Final = Shown()


def doubtful(why: str) -> Shown:
    """What cannot be told."""
    return Shown(doubt=why)


def together(several: Iterable[Shown]) -> Shown:
    """All that several pieces of code show which are all passed; the first chain to each pattern counts."""
    reached: dict[str, Reached] = {}
    perhaps: dict[str, Reached] = {}
    doubt = ""
    for shown in several:
        for each in shown.reached:
            reached.setdefault(each.pattern, each)
        for each in shown.perhaps:
            perhaps.setdefault(each.pattern, each)
        doubt = doubt or shown.doubt
    rest = tuple(each for pattern, each in perhaps.items() if pattern not in reached)
    return Shown(tuple(reached.values()), rest, doubt)


class Endpoint(msgspec.Struct, frozen=True, array_like=True):
    """One handler of one route.

    `on` is the dotted name of the router, application or view it hangs on. `route` is the path as it is written there,
    without the prefixes of what it hangs on. `waits` says that it is one only where something mounts `on`.
    """

    path: str
    scope: Scope
    line: int
    end_line: int
    framework: str
    kind: EndpointKind
    method: str
    route: str
    function: str
    on: str
    shown: Shown
    waits: bool = False
    defaults: tuple[str, ...] = ()
    """The settings that hold for it."""
    within: str = ""
    """The qualified name of its function, where that stands in the same file."""


class Mount(msgspec.Struct, frozen=True, array_like=True):
    """What a file says about one router, application or view, `child`.

    root: it is an application. include: `parent` serves it, and what guards the parent guards it; mount: middleware
    alone does. view: the same as include, for one view. same: it is a parameter that `parent` is passed for.
    guard: what guards all its routes; middleware: that too, and what is mounted on it. setting: what holds everywhere.
    known: some endpoint reaches the pattern `child`.
    """

    kind: MountKind
    parent: str
    child: str
    prefix: str = ""
    http: Shown = NOTHING
    websocket: Shown = NOTHING
    method: str = ""


class Survey(msgspec.Struct, frozen=True, array_like=True):
    """What one file says about endpoints."""

    endpoints: tuple[Endpoint, ...] = ()
    mounts: tuple[Mount, ...] = ()


class Verdict(msgspec.Struct, frozen=True, array_like=True):
    """Whether an endpoint is protected: the chain that shows it, and why in words; its path with all prefixes."""

    state: State
    chain: tuple[str, ...] = ()
    reason: str = ""
    route: str = ""
    method: str = ""
    other: str = ""
    """The pattern that is reached instead of the canonical one."""


Mounts = Mapping[str, tuple[Mount, ...]]
"""What each file says about what is served, by path."""
