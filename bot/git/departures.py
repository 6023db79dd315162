"""With which commit Python files went, and where those went that only moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from analyzers.causes.model import Departed
from bot.git.lineage import Lineage
from bot.git.object_reader import RENAME_LIMIT, Repository

_MOST_COMMITS: Final = 20
"""Commits in which it is looked for what moved: those with which the most of these files went."""

_MOST_PATH_BYTES: Final = 500_000
"""Of the files that came with one of them: a command takes only so much (execve(2), E2BIG)."""


def departures_of(repository: Repository, lineage: Lineage, paths: Collection[str]) -> dict[str, Departed]:
    """Those of these files that went and came no more, as far as it can be told whether they moved.

    Raises GitError.
    """
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
    """Where there came too many files to be compared, what moved is not known, and nothing is said."""
    moved: Mapping[str, str] = {}
    if came:
        paths = [*gone, *came]
        if len(paths) > RENAME_LIMIT or sum(len(path.encode("utf-8", "replace")) for path in paths) > _MOST_PATH_BYTES:
            return
        older, newer = lineage.line[position + 1].id, lineage.line[position].id
        found = repository.renames(older, newer, [f":(literal){path}" for path in paths])
        moved = {old: new for new, old in found.items()}
    for path in gone:
        yield path, Departed(lineage.line[position], moved.get(path, ""))
