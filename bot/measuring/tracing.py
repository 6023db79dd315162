"""Tracing findings to the commits that brought or fixed them, by bisecting one stretch of history for all at once.

A finding is a matter of the whole tree, so each commit that is looked at is audited, by the rules in question alone. It
is mostly one that changed the finding's own file: these are tried first, and then whether the one found is it. Where
that file, or a module that the finding names, could not be read at a commit, that says nothing, and others are asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import pairwise
from typing import Final, get_args

import msgspec

from analyzers.anchor import NO_ANCHOR, Anchor
from analyzers.findings import Finding, RuleName
from analyzers.hidden import Hidden, places
from analyzers.history import Origin, Seen, Stretch, between, pull_request_in
from analyzers.places import Commit
from analyzers.policy import Policy
from bot.git.object_reader import Repository
from bot.measuring.budget import OutOfBudgetError
from bot.measuring.walk import Walk

_START: Final = -1
"""Where a stretch begins: before its first commit."""

_MOST_SILENT: Final = 16
"""States that say nothing of a finding, after which no other ones are asked."""


class Target(msgspec.Struct, frozen=True):
    """A finding to be traced: one that came in, by its name at the newer end; or one that was fixed, at the older."""

    fingerprint: str
    finding: Finding
    came_in: bool


class _Search:
    """Between which states of a stretch a target changed: not yet at `low`, but at `high`."""

    def __init__(self, target: Target, length: int, touched: Sequence[int]) -> None:
        self.target = target
        self.low = _START
        self.high = length - 1
        self._touched = touched
        """The commits that changed the finding's file, in order."""
        self._silent: set[int] = set()

    @property
    def is_over(self) -> bool:
        return self.high - self.low == 1

    def next(self) -> int:
        """The state to look at next: half-way between the commits that changed the file; then the one before the
        commit that is left, which shows whether it is the one; then half-way.
        """
        inside = [number for number in self._touched if self.low < number < self.high and number not in self._silent]
        if inside:
            return inside[len(inside) // 2]
        best = self.high - 1 if self.high in self._touched else (self.low + self.high) // 2
        if best in self._silent:
            ends = (self.low, *self._silent_inside(), self.high)
            _, best = max((after - before, (before + after) // 2) for before, after in pairwise(ends))
        return best

    def learn(self, state: int, *, is_there: bool | None) -> None:
        """Take in whether the finding stands in a state; None: it says nothing."""
        if not self.low < state < self.high:
            return
        if is_there is None:
            self._silent.add(state)
        elif is_there == self.target.came_in:
            self.high = state
        else:
            self.low = state
        self._settle()

    def _silent_inside(self) -> list[int]:
        return sorted(number for number in self._silent if self.low < number < self.high)

    def _settle(self) -> None:
        """Where only states are left that say nothing, or nobody may ask on: nobody has seen the finding there."""
        silent = self._silent_inside()
        if silent and (len(silent) == self.high - self.low - 1 or len(silent) >= _MOST_SILENT):
            if self.target.came_in:
                self.low = silent[-1]
            else:
                self.high = silent[0]


class Ground(msgspec.Struct, frozen=True):
    """Where is searched: the commits of a stretch of history, oldest first, and what they are measured by."""

    repository: Repository
    line: Sequence[Commit]
    stretch: Stretch
    anchor: Anchor = NO_ANCHOR

    def state(self, number: int) -> Commit:
        """The commit that a state is that of."""
        return self.stretch.older.commit if number == _START else self.line[number]


def trace(ground: Ground, targets: Sequence[Target], walk: Walk, check: Callable[[], None]) -> dict[Target, Origin]:
    """The origin of each target, as exact as the budget allows.

    `check` raises OutOfBudgetError where that is used up, as `walk` may; what was found until then stays.
    """
    touched = _touched(ground)
    searches = [_Search(each, len(ground.line), _touching(each.finding, touched)) for each in targets]
    state = len(ground.line) - 1
    with suppress(OutOfBudgetError):
        while any(not search.is_over for search in searches):
            check()
            state = _nearest(searches, state)
            open_here = [search for search in searches if search.low < state < search.high]
            look = _Look(ground, state, walk, [search.target for search in open_here])
            for search in open_here:
                search.learn(state, is_there=look.tells(search.target))
    return _origins(ground, searches)


def _nearest(searches: Iterable[_Search], state: int) -> int:
    """Of the states that the searches ask for, that which is nearest: it is got to with the least effort."""
    asked = {search.next() for search in searches if not search.is_over}
    return min(asked, key=lambda each: (abs(each - state), each))


def _touched(ground: Ground) -> Mapping[str, list[int]]:
    """The commits that changed each path, by their numbers, in order."""
    number = {commit.id: at for at, commit in enumerate(ground.line)}
    by_path: dict[str, list[int]] = {}
    for sha, paths in ground.repository.touched(ground.stretch.older.commit.id, ground.stretch.newer.commit.id):
        for path in paths:
            by_path.setdefault(path, []).append(number[sha])
    return {path: sorted(numbers) for path, numbers in by_path.items()}


def _touching(finding: Finding, touched: Mapping[str, list[int]]) -> list[int]:
    paths = {finding.path, *finding.about}
    return sorted({number for path in paths for number in touched.get(path, ())})


def only(policy: Policy, rules: set[RuleName]) -> Policy:
    """The policy with all other rules switched off."""
    chosen = {rule: rule in rules for rule in get_args(RuleName)}
    return policy.model_copy(update={"rules": chosen})


class _Look:
    """A state that was audited, and which of some targets stand there."""

    def __init__(self, ground: Ground, state: int, walk: Walk, targets: Iterable[Target]) -> None:
        self._ground = ground
        self._commit = ground.state(state)
        self._seen = walk.see(self._commit, anchor=ground.anchor)
        self._walk = walk
        always = ground.stretch.older.unread.keys() & ground.stretch.newer.unread.keys()
        self._unread = {path: module for path, module in self._seen.unread.items() if path not in always}
        self._hidden = Hidden(self._unread, self._unread.values())
        self._names = frozenset(self._seen.fingerprints)
        self._missing = [target for target in targets if target.fingerprint not in self._names]

    def tells(self, target: Target) -> bool | None:
        """Whether a target stands there; None where what that depends on could not be read."""
        return self._has(target) or (None if self._may_be_hidden(target) else False)

    def _may_be_hidden(self, target: Target) -> bool:
        """Whether it may stand there unseen: not where its file is not there at all, under any name."""
        path, *about = places(target.finding)
        if not self._unread:
            return False
        if self._walk.has(path):
            return self._hidden.may_have(target.finding, (path, *about))
        before = self._moved.get(path)
        is_there = before is not None or not target.came_in
        return is_there and self._hidden.may_have(target.finding, (before or path, *about))

    def _has(self, target: Target) -> bool:
        """Whether a target stands there, also in a file that was called otherwise then, or in a function or class."""
        if target.fingerprint in self._names or target in self._renamed:
            return True
        if not target.came_in or self._walk.has(target.finding.path):
            return False
        before = self._moved.get(target.finding.path)
        return before is not None and (target.finding.rule, before, target.finding.symbol) in self._alike

    @cached_property
    def _renamed(self) -> frozenset[Target]:
        """The targets that are told from what stands there by the name alone of a function or class around them."""
        stretch = self._ground.stretch
        wanted = [target for target in self._missing if target.finding.within]
        came_in = {target.fingerprint: target for target in wanted if target.came_in}
        fixed = {target.fingerprint: target for target in wanted if not target.came_in}
        standing: set[Target] = set()
        if came_in:
            paths = {target.finding.path for target in came_in.values()}
            moved = {} if all(map(self._walk.has, paths)) else self._moved
            here = _in_files(self._seen, {moved.get(path, path) for path in paths})
            new = between(here, _in_files(stretch.newer, paths), moved, {}).introduced
            standing.update(came_in[name] for name in came_in.keys() - {flow.fingerprint for flow in new})
        if fixed:
            paths = {target.finding.path for target in fixed.values()}
            gone = between(_in_files(stretch.older, paths), _in_files(self._seen, paths), {}, {}).fixed
            standing.update(fixed[name] for name in fixed.keys() - {flow.fingerprint for flow in gone})
        return frozenset(standing)

    @cached_property
    def _moved(self) -> Mapping[str, str]:
        return self._ground.repository.renames(self._commit.id, self._ground.stretch.newer.commit.id)

    @cached_property
    def _alike(self) -> frozenset[tuple[str, str, str]]:
        return frozenset((finding.rule, finding.path, finding.symbol) for finding in self._seen.findings)


def _in_files(seen: Seen, paths: Collection[str]) -> Seen:
    """What was found in some files, as if all of them had been read: what could not be is no place to stand."""
    findings = tuple(finding for finding in seen.findings if finding.path in paths)
    return msgspec.structs.replace(seen, findings=findings, unread={})


def _origins(ground: Ground, searches: Sequence[_Search]) -> dict[Target, Origin]:
    """What the searches come to."""
    found: dict[Target, Origin] = {}
    absent = _absent(ground, searches)
    for search in searches:
        by = ground.state(search.high)
        is_new = search.is_over and search.target.came_in
        found[search.target] = Origin(
            by=by,
            after=ground.state(search.low),
            is_exact=search.is_over,
            pull_request=pull_request_in(by.subject) if search.is_over else None,
            added_file=is_new and search.target.finding.path in absent[search.low],
        )
    return found


def _absent(ground: Ground, searches: Sequence[_Search]) -> dict[int, set[str]]:
    """The files that were not there yet before the commits that brought the findings, by the state before."""
    wanted: dict[int, set[str]] = {}
    for search in searches:
        if search.is_over and search.target.came_in:
            wanted.setdefault(search.low, set()).add(search.target.finding.path)
    return {
        state: paths - {entry.path for entry in ground.repository.entries(ground.state(state).id, paths)}
        for state, paths in wanted.items()
    }
