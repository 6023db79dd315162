"""Deltas: what a head introduces and fixes, compared with its merge base."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import get_args

import msgspec

from analyzers.enclosing import Defined, Evidence, Renames, apart, nothing_defined
from analyzers.findings import Finding, Fingerprinted, fingerprinted, identity
from analyzers.hidden import Hidden, places
from analyzers.moves import as_before


class Delta(msgspec.Struct, frozen=True):
    """Findings by what a change does to them. `unchanged` are shown where they stand at head."""

    introduced: tuple[Fingerprinted, ...]
    fixed: tuple[Fingerprinted, ...]
    unchanged: tuple[Fingerprinted, ...]


def any_file(path: str) -> bool:
    """Whether a file may be there, where nobody has looked."""
    del path
    return True


def no_module(path: str) -> str | None:
    """Which module a file is, where nobody has looked."""
    del path
    return None


class Side(msgspec.Struct, frozen=True):
    """One commit's findings, the paths of the files that could not be read there, what the others define; whether there
    is a file at a path, and which module it is.
    """

    findings: tuple[Finding, ...] = ()
    unread: frozenset[str] = frozenset()
    defined: Defined = nothing_defined
    has: Callable[[str], bool] = any_file
    module: Callable[[str], str | None] = no_module


def compare(base: Side, head: Side, renamed_from: Mapping[str, str], modules: Mapping[str, str]) -> Delta:
    """Compare two commits' findings by fingerprint. `renamed_from` maps paths at head to their paths at base, `modules`
    the dotted names of what has moved: a finding that differs in these alone has moved with them. So has one that
    differs in the name alone of a function or class around it that was renamed, or in both.

    Where a file could be read on one side only, nobody knows what changed in it, and in what asks for it
    (`analyzers.hidden`): what is found there at head counts as unchanged, and what was found there at base as neither
    fixed nor unchanged.
    """
    before = fingerprinted(base.findings, {})
    after = fingerprinted(head.findings, renamed_from)
    known = {entry.fingerprint for entry in before}
    still = {entry.fingerprint for entry in after}
    hidden_before, hidden_after = hidden(base, head, renamed_from)
    copies_before, copies_after = _Copies(before, {}), _Copies(after, renamed_from)

    def is_new(entry: Fingerprinted) -> bool:
        seen = entry.fingerprint in known or copies_before.are_alike(*_pair(entry.finding, renamed_from))
        return not seen and not hidden_before(entry.finding)

    def is_fixed(entry: Fingerprinted) -> bool:
        seen = entry.fingerprint in still or copies_after.are_alike(*_pair(entry.finding, {}))
        return not seen and not hidden_after(entry.finding)

    new, gone = tuple(filter(is_new, after)), tuple(filter(is_fixed, before))
    moved = _moved(new, gone, renamed_from, modules) if modules else {}
    moved |= _renamed(*_left(new, gone, moved), renamed_from, modules, Renames(base.defined, head.defined))
    was = {entry.fingerprint for entry in moved.values()}
    return Delta(
        introduced=tuple(entry for entry in after if is_new(entry) and entry.fingerprint not in moved),
        fixed=tuple(entry for entry in before if is_fixed(entry) and entry.fingerprint not in was),
        unchanged=tuple(
            _known_as(moved.get(entry.fingerprint), entry)
            for entry in after
            if not is_new(entry) or entry.fingerprint in moved
        ),
    )


_IsHidden = Callable[[Finding], bool]


def hidden(base: Side, head: Side, renamed_from: Mapping[str, str]) -> tuple[_IsHidden, _IsHidden]:
    """Whether what is found at head may have stood at base unseen, and what was found at base may stand at head so."""
    lost = {renamed_from.get(path, path) for path in head.unread}
    now = {before: path for path, before in renamed_from.items()}
    before, after = (
        Hidden(paths, [*map(base.module, paths), *(head.module(now.get(path, path)) for path in paths)])
        for paths in (base.unread - lost, lost - base.unread)
    )

    def was(finding: Finding) -> bool:
        at = [renamed_from.get(path, path) for path in places(finding)]
        return before.may_have(finding, at) and base.has(at[0])

    def is_still(finding: Finding) -> bool:
        return after.may_have(finding, places(finding)) and head.has(now.get(finding.path, finding.path))

    return was, is_still


def _known_as(before: Fingerprinted | None, entry: Fingerprinted) -> Fingerprinted:
    """A finding by the name that it had at base."""
    return entry if before is None else Fingerprinted(before.fingerprint, entry.finding)


def _moved(
    new: Iterable[Fingerprinted],
    gone: Iterable[Fingerprinted],
    renamed_from: Mapping[str, str],
    modules: Mapping[str, str],
) -> dict[str, Fingerprinted]:
    """New findings by fingerprint, each with the one that is gone that it was before what it names has moved.

    Only where both would be told otherwise: what a name meant that is used for something else now stays as it was.
    """
    waiting: dict[tuple[str, ...], list[Fingerprinted]] = defaultdict(list)
    for entry in gone:
        waiting[identity(entry.finding, {})].append(entry)
    moved: dict[str, Fingerprinted] = {}
    for entry in new:
        candidates = waiting.get(identity(as_before(entry.finding, modules), renamed_from))
        if candidates:
            moved[entry.fingerprint] = candidates.pop(0)
    return moved


_Found = tuple[Fingerprinted, ...]


def _left(new: _Found, gone: _Found, moved: Mapping[str, Fingerprinted]) -> tuple[_Found, _Found]:
    """What stands in something, of what is new and of what is gone, but for what has moved."""
    was = {entry.fingerprint for entry in moved.values()}
    return (
        tuple(entry for entry in new if entry.finding.within and entry.fingerprint not in moved),
        tuple(entry for entry in gone if entry.finding.within and entry.fingerprint not in was),
    )


def _renamed(
    new: Iterable[Fingerprinted],
    gone: Iterable[Fingerprinted],
    renamed_from: Mapping[str, str],
    modules: Mapping[str, str],
    renames: Renames,
) -> dict[str, Fingerprinted]:
    """New findings by fingerprint, each with the one that is gone that it was before what it stands in was renamed.

    Of several, the first that is left; those come first for which more speaks.
    """
    waiting: dict[tuple[str, ...], list[Fingerprinted]] = defaultdict(list)
    for entry in gone:
        waiting[identity(apart(entry.finding), {})].append(entry)
    renamed: dict[str, Fingerprinted] = {}
    for evidence in get_args(Evidence):
        for entry in new:
            candidates = waiting.get(identity(apart(as_before(entry.finding, modules)), renamed_from))
            if not candidates or entry.fingerprint in renamed:
                continue
            taken = (each for each in candidates if renames.take(each.finding, entry.finding, evidence))
            before = next(taken, None)
            if before is not None:
                candidates.remove(before)
                renamed[entry.fingerprint] = before
    return renamed


_Place = tuple[str, str]
"""A symbol and the path of a file that defines it, as at base."""


def _pair(finding: Finding, renamed_from: Mapping[str, str]) -> tuple[_Place, ...]:
    """A copy and what it is a copy of; empty for what is none."""
    if finding.rule != "ssot.duplicates":
        return ()
    paths = (finding.path, *finding.about)
    return tuple((finding.symbol, renamed_from.get(path, path)) for path in paths)


class _Copies:
    """Which files of one commit have copies of each other.

    Of a group of copies one is told to stand. Which one it is depends on the names of the files, so that another one
    may when a file moves: the copies are the same nevertheless.
    """

    def __init__(self, found: Iterable[Fingerprinted], renamed_from: Mapping[str, str]) -> None:
        self._leader: dict[_Place, _Place] = {}
        for entry in found:
            pair = _pair(entry.finding, renamed_from)
            for place in pair[1:]:
                self._leader[self._find(place)] = self._find(pair[0])

    def are_alike(self, *places: _Place) -> bool:
        """Whether all of these are in one group."""
        known = all(place in self._leader for place in places)
        return known and len({self._find(place) for place in places}) == 1

    def _find(self, place: _Place) -> _Place:
        while self._leader.setdefault(place, place) != place:
            self._leader[place] = self._leader[self._leader[place]]
            place = self._leader[place]
        return place
