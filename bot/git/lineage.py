"""The first-parent line of a commit: when which Python file came in or went, and what the policy was meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from analyzers.history import in_order
from analyzers.places import Commit
from analyzers.policy import LARGEST_POLICY, Policy, PolicyError, read_policy
from analyzers.tree import TreeEntry, is_python
from bot.git.births import Births, Watched
from bot.git.object_reader import Change, CommitInfo, Repository

EMPTY_BLOBS: Final = frozenset(
    (
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
        "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
    )
)
"""What git calls a file without content, by SHA-1 and by SHA-256."""
MOST_COMMITS: Final = 30_000
"""Commits that are looked at, the newest."""

_MOST_POLICIES: Final = 50
_MOST_POLICY_BYTES: Final = 256 * 1024
"""All versions of the policy together, the newest first: YAML is slow to read, a second for that much."""


class Arrival(msgspec.Struct, frozen=True):
    """The last time that a file came in: where on the line, and whether a file that went at once may be the same."""

    position: int
    moved: bool


class PolicyStep(msgspec.Struct, frozen=True):
    """A commit that changed the policy, and the file that it has then; None: it has none."""

    commit: Commit
    entry: TreeEntry | None


class Lineage(msgspec.Struct, frozen=True):
    """What a first-parent line tells.

    `line` is newest first; positions count in it. `births` are the first commits that had the modules asked about by
    their names, `beginnings` the first that had them or a file that moved there, where the line goes back that far.
    `arrivals` are those of all Python files, `departures` the positions at which those went that came no more;
    `empty` are those of them that had no content.
    `is_whole` says that the line goes back to the very first commit. `policy` is oldest first; `policy_begins` says
    that there was none before it.
    """

    line: tuple[Commit, ...] = ()
    births: Mapping[str, Commit] = {}
    arrivals: Mapping[str, Arrival] = {}
    policy: tuple[PolicyStep, ...] = ()
    policy_begins: bool = False
    departures: Mapping[str, int] = {}
    is_whole: bool = False
    beginnings: Mapping[str, Commit] = {}
    empty: frozenset[str] = frozenset()


def lineage_of(repository: Repository, head: str, watched: Watched, policy_paths: Sequence[str]) -> Lineage:
    """What the line of a commit tells of some modules, and of the policy: the first that there is at these paths.

    Raises GitError.
    """
    line = line_of(repository, head)
    is_whole = len(line) < MOST_COMMITS and not repository.is_shallow()
    positions = {commit.id: position for position, commit in enumerate(line)}
    arrivals: dict[str, Arrival] = {}
    departures: dict[str, int] = {}
    empty: set[str] = set()
    modules = Births(repository, line, watched)
    policy: list[tuple[Commit, tuple[Change, ...]]] = []
    steps = repository.differences(
        steps_back(line, to_the_root=is_whole),
        lambda path, on_one_side: path in policy_paths or (on_one_side and is_python(path)),
    )
    for sha, changes in steps:
        commit = line[positions[sha]]
        for path, moved in _arrived(changes):
            arrivals.setdefault(path, Arrival(positions[sha], moved))
        for change in changes:
            if change.new_blob is None and change.path not in arrivals and is_python(change.path):
                departures.setdefault(change.path, positions[sha])
                if change.old_blob in EMPTY_BLOBS:
                    empty.add(change.path)
        modules.see(positions[sha], changes)
        about = tuple(change for change in changes if change.path in policy_paths)
        policy += [(commit, about)] if about else []
    begins = all(change.old_blob is None for _, changes in policy[-1:] for change in changes)
    steps_of_policy = tuple(_policy_steps(policy[::-1], policy_paths))
    known = modules.named(), arrivals, steps_of_policy, begins, departures, is_whole, modules.begun(), frozenset(empty)
    return Lineage(line, *known)


def line_of(repository: Repository, head: str, most: int = MOST_COMMITS) -> tuple[Commit, ...]:
    """The first-parent line of a commit, newest first, with dates that only go back. Raises GitError."""
    return in_order([commit_of(info) for info in repository.first_parents(head, most)])


def commit_of(info: CommitInfo) -> Commit:
    """What a report says of a commit."""
    return Commit(info.sha, info.date, info.subject)


def steps_back(line: Sequence[Commit], *, to_the_root: bool) -> Iterator[tuple[str, str | None]]:
    """Each commit of a line with the one before it; the last one with nothing where it is the root."""
    yield from ((newer.id, older.id) for newer, older in pairwise(line))
    if to_the_root:
        yield from ((commit.id, None) for commit in line[-1:])


def _arrived(changes: Iterable[Change]) -> Iterator[tuple[str, bool]]:
    """The Python files that a commit added, each with whether one of its name or content went with that commit."""
    changes = tuple(changes)
    gone = [change for change in changes if change.new_blob is None]
    names = {change.path.rpartition("/")[2] for change in gone}
    blobs = {change.old_blob for change in gone}
    for change in changes:
        if change.old_blob is None and is_python(change.path):
            yield change.path, change.path.rpartition("/")[2] in names or change.new_blob in blobs


def _policy_steps(changed: Iterable[tuple[Commit, tuple[Change, ...]]], paths: Sequence[str]) -> Iterator[PolicyStep]:
    """The policy after each commit that changed it, oldest first."""
    there: dict[str, TreeEntry] = {}
    for commit, changes in changed:
        for change in changes:
            there.pop(change.path, None)
            if change.entry is not None and change.entry.kind == "file":
                there[change.path] = change.entry
        yield PolicyStep(commit, next((there[path] for path in paths if path in there), None))


def policies_of(repository: Repository, steps: Sequence[PolicyStep]) -> Iterator[tuple[Commit, Policy]]:
    """The newest of these policies, oldest first; where there is none, the defaults. Invalid ones are left out.

    Raises GitError.
    """
    steps = steps[-_MOST_POLICIES:]
    blobs = dict.fromkeys(step.entry.blob for step in reversed(steps) if step.entry is not None)
    read: dict[str, Policy] = {}
    left = _MOST_POLICY_BYTES
    for blob, content in repository.blobs(blobs, LARGEST_POLICY):
        left -= len(content) if isinstance(content, bytes) else 0
        policy = _policy(content) if isinstance(content, bytes) and left >= 0 else None
        read |= {} if policy is None else {blob: policy}
    for step in steps:
        policy = Policy() if step.entry is None else read.get(step.entry.blob)
        if policy is not None:
            yield step.commit, policy


def _policy(content: bytes) -> Policy | None:
    try:
        return read_policy(content)
    except PolicyError:
        return None
