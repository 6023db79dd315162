"""With which commit Python files went, and where those are now that only moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from analyzers.causes.model import Departed
from bot.git.lineage import Lineage
from bot.git.object_reader import Repository

_MOST_COMMITS: Final = 20
"""Commits in which it is looked for what moved: those with which the most of these files went."""

_MOST_MOVES: Final = 5
"""Moves that a file is followed by; of one with more, nothing is said."""


def departures_of(repository: Repository, lineage: Lineage, paths: Collection[str]) -> dict[str, Departed]:
    """Those of these files that went and came no more, as far as it can be told whether they moved.

    Raises GitError.
    """
    steps: dict[str, Departed] = {}
    asked = set(paths)
    for _ in range(_MOST_MOVES):
        found = _steps(repository, lineage, asked)
        steps |= found
        asked = {each.to for each in found.values()} & lineage.departures.keys() - steps.keys()
        if not asked:
            break
    wanted = sorted(steps.keys() & set(paths))
    return {path: now for path in wanted if (now := _now(steps, lineage, path)) is not None}


def _now(steps: Mapping[str, Departed], lineage: Lineage, path: str) -> Departed | None:
    """With where the file is in the end, if that is known: what it moved to may have gone or moved on."""
    first = steps[path]
    to = first.to
    while to in lineage.departures:  # each went later than the one before
        if to not in steps:
            return None
        to = steps[to].to
    return first if to == first.to else Departed(first.commit, to, by=first.to, before=first.before)


def _steps(repository: Repository, lineage: Lineage, paths: Collection[str]) -> dict[str, Departed]:
    """The same with where they moved then."""
    gone: dict[int, list[str]] = defaultdict(list)
    for path in sorted(paths):
        if path in lineage.departures:
            gone[lineage.departures[path]].append(path)
    asked = sorted(gone, key=lambda position: (-len(gone[position]), position))[:_MOST_COMMITS]
    came: dict[int, list[str]] = {position: [] for position in asked}
    for path, arrival in lineage.arrivals.items():
        if arrival.position in came:
            came[arrival.position].append(path)
    return {
        path: departed
        for position in asked
        for path, departed in _departed(repository, lineage, position, gone[position], came[position])
    }


def _departed(
    repository: Repository, lineage: Lineage, position: int, gone: Sequence[str], came: Sequence[str]
) -> Iterator[tuple[str, Departed]]:
    """Where there came too many files to be compared, what moved is not known, and nothing is said. Nor is it of files
    without content, where others came: what is in them does not tell where they are.
    """
    moved: Mapping[str, str] = {}
    gone_with, before = lineage.line[position], lineage.line[position + 1]
    if came:
        found = repository.renames_among(before.id, gone_with.id, [*gone, *came])
        if found is None:
            return
        moved = {old: new for new, old in found.items()}
        gone = [path for path in gone if path not in lineage.empty]
    for path in gone:
        yield path, Departed(gone_with, moved.get(path, ""), before=before)
