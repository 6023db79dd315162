"""Hidden: what may stand at a commit unseen, since a file could not be read there.

One rule for all that compares commits: a pull request with its base, a sample with the one before, and the commits
between two of them with its ends.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import accumulate
from typing import Final

from analyzers.findings import Finding

_DEEPEST: Final = 32
"""Parts of a dotted name that are looked at."""
_DOTTED: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_FROM_THE_CODE: Final = re.compile(r"`([^`]*)`")


class Hidden:
    """Files that could not be read at one of two commits only, and the modules that they are, by the names that these
    have at either.
    """

    def __init__(self, paths: Collection[str], modules: Iterable[str | None]) -> None:
        self._paths = frozenset(paths)
        self._modules = frozenset(modules)

    def may_have(self, finding: Finding, places: Collection[str]) -> bool:
        """Whether what is found at the one commit may stand at the other one unseen: a file that it is about could not
        be read, or that of a module that it names. `places` are the paths of its files there.
        """
        if not self._paths:
            return False
        return not self._paths.isdisjoint(places) or any(
            name in self._modules for word in _named(finding) for name in _around(word)
        )


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
