"""Files that look like others: by what they import and by the names that they define."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from analyzers.facts import FileFacts

LIKENESS: Final = 0.8
"""The share of names that two files must have in common, of all that either has."""
LEAST_NAMES: Final = 8
"""A file with fewer names looks like many."""
LEAST_DEFINED: Final = 4
"""So many of the names in common must be names that both define: files of one package import much the same."""

_MOST_LIKE_IT: Final = 5
"""A file that looks like more than so many is one of a sort, such as a migration, and nobody's copy."""
_MOST_WITH_A_NAME: Final = 500
"""Files beyond which a name that they have tells nothing."""


class Alike(msgspec.Struct, frozen=True):
    """A file, and the one that it looks like most."""

    path: str
    of: str
    likeness: float


def copies_of(
    new: Mapping[str, FileFacts],
    others: Iterable[tuple[str, FileFacts]],
    was_before: Callable[[str, str], bool],
) -> tuple[Alike, ...]:
    """The new files that look like another one, by path. `was_before(other, new)` says which others are older.

    Likeness is Jaccard's: the names in common by all names.
    """
    wanted = {path: names for path, facts in new.items() if len(names := names_of(facts)) >= LEAST_NAMES}
    if not wanted:
        return ()
    known = {path: names for path, facts in others if len(names := names_of(facts)) >= LEAST_NAMES}
    rarest = _rarest(wanted, known.values())
    having: dict[str, list[str]] = {name: [] for names in rarest.values() for name in names}
    for path, names in known.items():
        for name in names & having.keys():
            having[name].append(path)
    found: list[Alike] = []
    for path, names in sorted(wanted.items()):
        candidates = {other for name in rarest[path] for other in having[name] if other != path}
        older = {other: known[other] for other in sorted(candidates) if was_before(other, path)}
        found += _most_alike(path, names, older)
    return tuple(found)


def _rarest(wanted: Mapping[str, frozenset[str]], known: Iterable[frozenset[str]]) -> dict[str, list[str]]:
    """For each file so many of its rarest names that whoever is alike has one: the others alone are too few.

    A name that many files have is left out.
    """
    telling = frozenset[str]().union(*wanted.values())
    often: Counter[str] = Counter()
    for names in known:
        often.update(names & telling)
    rarest: dict[str, list[str]] = {}
    for path, names in wanted.items():
        enough = len(names) - math.ceil(LIKENESS * len(names)) + 1
        ordered = sorted(names, key=lambda name: (often[name], name))
        rarest[path] = [name for name in ordered[:enough] if often[name] <= _MOST_WITH_A_NAME]
    return rarest


def names_of(facts: FileFacts) -> frozenset[str]:
    """What a file imports, as it writes it, and what it defines, the members of its classes among that."""
    return frozenset((*_imported(facts), *_defined(facts)))


def _imported(facts: FileFacts) -> Iterator[str]:
    for fact in facts.imports:
        yield f"{'.' * fact.level}{fact.module} {fact.name or ''}"


def _defined(facts: FileFacts) -> Iterator[str]:
    for binding in facts.bindings:
        yield binding.name
        if binding.kind == "class" and binding.shape is not None:
            yield from binding.shape.members


def _is_defined(name: str) -> bool:
    return " " not in name


def _most_alike(path: str, names: frozenset[str], others: Mapping[str, frozenset[str]]) -> list[Alike]:
    """The likest of those that have enough in common, of equals the first; none where there are many."""
    found: list[Alike] = []
    for other, known in others.items():
        common = names & known
        likeness = len(common) / len(names | known)
        if likeness >= LIKENESS and sum(map(_is_defined, common)) >= LEAST_DEFINED:
            found.append(Alike(path, other, likeness))
    found.sort(key=lambda alike: -alike.likeness)
    return found[:1] if len(found) <= _MOST_LIKE_IT else []
