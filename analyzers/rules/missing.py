"""What is missing for sure, and what may come from a build, an installed package or code that is not in sight."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from analyzers.resolve import Definition, Resolver
from analyzers.snapshot import parents
from analyzers.twins import plain

OF_EVERY_MODULE: Final = frozenset(
    {
        "__annotations__",
        "__builtins__",
        "__cached__",
        "__class__",
        "__dict__",
        "__doc__",
        "__file__",
        "__loader__",
        "__name__",
        "__package__",
        "__path__",
        "__spec__",
    }
)
"""Names that a module has without binding them (https://docs.python.org/3/reference/import.html)."""

_MADE: Final = re.compile(r"_?version|_build|.*_pb2(?:_grpc)?|(?:lex|yacc|parse)tab|__init__")
"""Modules that a build or a run writes, so that they are in no tree; and the second name of every package."""


def is_missing(chain: tuple[Definition, ...], resolver: Resolver) -> bool:
    """Whether what a chain of re-exports leads to can come from nowhere else either.

    It is the end of the chain that counts: `from pkg import __version__` works after a build that writes
    `pkg/_version.py`.
    """
    if _goes_by_second_name(chain):
        return False
    *passed, end = chain
    for place in passed:
        facts = resolver.facts_of(place.module)
        if facts is None or "path" in facts.dynamic:
            return False
    return _is_nowhere(end.dotted if resolver.is_module(end.module) else end.module, resolver)


def _is_nowhere(dotted: str, resolver: Resolver) -> bool:
    """Whether what is not in the tree can come from nowhere else.

    It can where a build writes such modules, where a stub or a compiled extension stands for it, where the package
    around finds its modules by itself or could not be read, where that package is called otherwise by this repository,
    where the package of that name in another root has it, and where the top-level name is a mere folder, which an
    installed package of that name hides (PEP 420).
    """
    if plain(dotted) != dotted and resolver.is_module(plain(dotted)):
        return False
    around = tuple(parents(dotted))
    if any(resolver.is_built_only(name) for name in (dotted, *around)):
        return False
    package = next((name for name in around if resolver.is_module(name)), None)
    if package is None:
        return False
    absent = dotted.removeprefix(f"{package}.").split(".")
    if any(map(_MADE.fullmatch, absent)) or _goes_by_second_name(resolver.resolve(package, absent[0]).chain):
        return False
    said = resolver.facts_of(package)
    return _is_plain_folder(package, around[-1], resolver) if said is None else not said.dynamic


def _goes_by_second_name(chain: tuple[Definition, ...]) -> bool:
    """Whether a package deep in the tree answers to a short name by which this repository does not call it.

    `app/api/websocket/` may be found as `websocket`; who imports that means the distribution of this name.
    """
    return any(
        one.name == other.name and other.module.endswith(f".{plain(one.module)}") for one, other in pairwise(chain)
    )


def _is_plain_folder(package: str, top: str, resolver: Resolver) -> bool:
    """A folder without `__init__.py` inside a package of this repository; not a file that could not be read."""
    return package != top and not resolver.is_unread(package) and resolver.facts_of(top) is not None
