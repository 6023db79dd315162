"""Branches that were never merged: what they change, as far as that has not come in some other way."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from analyzers.causes.model import Branch
from analyzers.places import Commit
from analyzers.tree import is_python
from bot.git.git import UnknownRefError
from bot.git.lineage import commit_of, line_of, steps_back
from bot.git.object_reader import Change, Repository, Tip

_OTHER_LINES: Final = re.compile(
    r"(?:main|master|trunk|dev|develop|development|next|staging|production|gh-pages)"
    r"|(?:stable|releases?|maint|maintenance|unmaintained|support)[/-].+"
    r"|v?[0-9]+(?:\.(?:[0-9]+|x))*|.+[/-]v?[0-9]+(?:\.(?:[0-9]+|x))+"
)
"""Branches that are kept beside the default one, and not made to be merged into it."""
_MOST_BRANCHES: Final = 50
_MOST_TIPS: Final = 500
"""Branches of which it is asked whether they are merged, the newest."""
_MOST_UNMERGED: Final = 20_000
"""Commits of all branches together that the line does not have."""
_MOST_STEPS: Final = 5_000
"""Commits of the line in which it is looked for what branches change."""


class _Parted(msgspec.Struct, frozen=True):
    """A branch, the commit where it parted, and what it changes since."""

    name: str
    commit: Commit
    base: str
    changes: tuple[Change, ...] = ()


def unmerged_branches(
    repository: Repository, line: Sequence[Commit], since: dt.datetime | None
) -> tuple[Branch, ...] | None:
    """The newest branches with changes of Python files that are not on a first-parent line, newest first.

    If the default branch goes on from there, it counts instead. None where nobody can know: the clone has one branch,
    or a history that was cut, or too much parted. A branch counts as merged as well if most files that it changes were
    on the line at some time as it has them: so it is after a merge by squashing. Branches with no commit `since` then
    and such as are kept on purpose, as for a release, are left out. Raises GitError.
    """
    tips = repository.branches()
    if len({tip.name for tip in tips}) < 2 or repository.is_shallow():
        return None
    head, default = line[0].id, _default(repository)
    main = [tip for tip in tips if tip.name == default]
    recent = [tip for tip in tips if tip.name != default and (since is None or _when(tip) >= since)][:_MOST_TIPS]
    parents = repository.unmerged([tip.commit.sha for tip in (*main, *recent)], head, _MOST_UNMERGED)
    if parents is None:
        return None
    further = _further(head, [tip.commit.sha for tip in main], parents)
    if further is not None:
        return unmerged_branches(repository, line_of(repository, further), since)
    own = [tip for tip in _newest_by_name(recent) if tip.commit.sha in parents and not _OTHER_LINES.fullmatch(tip.name)]
    parted = _parted(repository, line, own[:_MOST_BRANCHES], parents)
    landed = _landed(repository, line, parted)
    branches = (_branch(each, landed) for each in parted)
    return tuple(branch for branch in branches if branch is not None)


def _default(repository: Repository) -> str | None:
    try:
        return repository.default_branch().removeprefix("origin/")
    except UnknownRefError:
        return None


def _further(head: str, tips: Sequence[str], parents: Mapping[str, tuple[str, ...]]) -> str | None:
    """The first of these commits that goes on from another one."""
    edges = zip(tips, _edges(tips, parents), strict=True)
    return next((tip for tip, edge in edges if head in edge), None)


def _when(tip: Tip) -> dt.datetime:
    return dt.datetime.fromisoformat(tip.commit.date)


def _newest_by_name(tips: Sequence[Tip]) -> list[Tip]:
    """Each branch once, and of several with one last commit the first."""
    named: dict[str, Tip] = {}
    for tip in tips:
        named.setdefault(tip.name, tip)
    return list({tip.commit.sha: tip for tip in reversed(named.values())}.values())[::-1]


def _parted(
    repository: Repository, line: Sequence[Commit], tips: Sequence[Tip], parents: Mapping[str, tuple[str, ...]]
) -> list[_Parted]:
    """The branches that share a history with the line, with what they change."""
    edges = _edges([tip.commit.sha for tip in tips], parents)
    positions = {commit.id: position for position, commit in enumerate(line)}
    found: dict[str, _Parted] = {}
    for tip, edge in zip(tips, edges, strict=True):
        base = _base(repository, tip.commit.sha, line[0].id, edge, positions)
        if base is not None:
            found[tip.commit.sha] = _Parted(tip.name, commit_of(tip.commit), base)
    pairs = [(sha, each.base) for sha, each in found.items()]
    changed = dict(repository.differences(pairs, lambda path, _: is_python(path)))
    return [msgspec.structs.replace(each, changes=changed[sha]) for sha, each in found.items() if sha in changed]


def _edges(tips: Sequence[str], parents: Mapping[str, tuple[str, ...]]) -> list[set[str]]:
    """For each branch the commits of the line that its own begin from. `parents` tells a commit before its parents."""
    reached = dict.fromkeys(parents, 0)
    for number, tip in enumerate(tips):
        if tip in reached:
            reached[tip] |= 1 << number
    edges: list[set[str]] = [set() for _ in tips]
    for commit, above in parents.items():
        for parent in above:
            if parent in reached:
                reached[parent] |= reached[commit]
            else:
                for number in _bits(reached[commit]):
                    edges[number].add(parent)
    return edges


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _base(repository: Repository, tip: str, head: str, edge: set[str], positions: Mapping[str, int]) -> str | None:
    """Where a branch parted, None where it never was one with the line."""
    if len(edge) < 2:
        return next(iter(edge), None)
    if edge <= positions.keys():  # on one line, the newest has all others behind it
        return min(edge, key=lambda commit: positions[commit])
    return repository.merge_base(tip, head)


def _landed(repository: Repository, line: Sequence[Commit], parted: Sequence[_Parted]) -> Mapping[str, set[str | None]]:
    """The contents that the files which branches change have had on the line since the first branch parted."""
    paths = {change.path for each in parted for change in each.changes}
    bases = {each.base for each in parted}
    deepest = max((position for position, commit in enumerate(line) if commit.id in bases), default=_MOST_STEPS)
    contents: dict[str, set[str | None]] = {}
    steps = steps_back(line[: min(deepest, _MOST_STEPS) + 1], to_the_root=False)
    for _, changes in repository.differences(steps, lambda path, _: path in paths) if paths else ():
        for change in changes:
            contents.setdefault(change.path, set()).add(change.new_blob)
    return contents


def _branch(parted: _Parted, landed: Mapping[str, set[str | None]]) -> Branch | None:
    """The branch with the files that have not come in; None where most have."""
    open_ones = {change.path for change in parted.changes if change.new_blob not in landed.get(change.path, ())}
    if 2 * len(open_ones) < len(parted.changes) or not open_ones:
        return None
    return Branch(parted.name, parted.commit, frozenset(open_ones))
