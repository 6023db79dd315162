"""Hidden: what may stand at a commit unseen, since a file could not be read there.

One rule for all that compares commits: a pull request with its base, a sample with the one before, and the commits
between two of them with its ends.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import accumulate
from typing import Final

from analyzers.findings import Finding

_DEEPEST: Final = 32
"""Parts of a dotted name that are looked at."""
_DOTTED: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_FROM_THE_CODE: Final = re.compile(r"`([^`]*)`")


class Hidden:
    """Files that could not be read at one of two commits only; `called` are their paths at the other one, where these
    are others.
    """

    def __init__(self, paths: Collection[str], called: Collection[str] = ()) -> None:
        self._paths = frozenset(paths)
        self._called = called

    def may_have(self, finding: Finding, places: Collection[str]) -> bool:
        """Whether what is found at the one commit may stand at the other one unseen: a file that it is about could not
        be read, or that of a module that it names. `places` are the paths of its files there.
        """
        if not self._paths:
            return False
        if not self._paths.isdisjoint(places):
            return True
        return any(name in self._modules for word in _named(finding) for name in _around(word))

    @cached_property
    def _modules(self) -> frozenset[str]:
        """What they may be called in imports, whatever the folder that names count from."""
        return frozenset(name for path in (*self._paths, *self._called) for name in _names_of(path))


def places(finding: Finding) -> tuple[str, ...]:
    """The paths of the files that a finding is about."""
    return (finding.path, *finding.about)


def _named(finding: Finding) -> Iterator[str]:
    """What may be names of modules."""
    for text in (finding.symbol, finding.detail, *_FROM_THE_CODE.findall(finding.message)):
        yield from _DOTTED.findall(text)


def _around(dotted: str) -> Iterator[str]:
    """A dotted name and all that it is in, the outermost first; of an endless one the beginning."""
    return accumulate(dotted.split(".", _DEEPEST)[:_DEEPEST], "{}.{}".format)


def _names_of(path: str) -> Iterator[str]:
    """The dotted names that a module may have by its path, the whole one and those of two parts and more."""
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    yield ".".join(parts)
    yield from (".".join(parts[first:]) for first in range(1, len(parts) - 1))
