"""The past of a commit: samples along its first-parent line, and where each finding that stands today came in.

All of it is recomputed from git within a budget. What is done is kept, so that the next run goes on from there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from itertools import pairwise
from typing import Final, TypeVar

import msgspec

from analyzers.catalogue import metric_of
from analyzers.findings import MetricName
from analyzers.history import (
    Between,
    History,
    Origin,
    Seen,
    Stretch,
    between,
    history_of,
    moment,
    sampled,
    ways_back,
)
from analyzers.moves import Named, moved_modules
from analyzers.places import Commit
from analyzers.policy import Policy
from bot.budget import Budget, OutOfBudgetError
from bot.measure import Caches, Measuring
from bot.object_reader import CommitInfo, Repository
from bot.tracing import Ground, Target, only, trace
from bot.walk import Walk

MOST_COMMITS: Final = 100_000
"""Of a first-parent line those that are looked at, the newest."""

T = TypeVar("T")


class Plan(msgspec.Struct, frozen=True):
    """How far to look back, and how often. `traced` are the metrics whose findings are traced to the commits that
    brought them, in groups: first the first.
    """

    since_days: int = 182
    every_days: int = 7
    traced: tuple[frozenset[MetricName], ...] = ()


class Past:
    """Looks back from commits of one repository, under one policy."""

    def __init__(self, repository: Repository, caches: Caches, policy: Policy, budget: Budget) -> None:
        self._repository = repository
        self._caches = caches
        self._policy = policy
        self._budget = budget

    def history(self, head: str, plan: Plan, newest: Seen) -> History:
        """The history of a commit, as far as the budget goes; `newest` is what it was found to be.

        To look at the commit itself is no looking back: whoever asks has done so.
        """
        line = [_commit(each) for each in self._repository.first_parents(head, MOST_COMMITS)]
        since = moment(line[0]) - dt.timedelta(days=plan.since_days)
        points = [line[position] for position in sampled(line, since, plan.every_days)]
        seen = self._samples(points, newest)
        stretches = [self._stretch(older, newer) for newer, older in pairwise(seen)]
        for metrics in plan.traced:
            stretches = self._traced(line, stretches, metrics)
        past = history_of(seen[0], stretches, every_days=plan.every_days, left=len(points) - len(seen))
        open_ones = sum(not (each.is_exact or each.after is None) for each in past.origins.values())
        return msgspec.structs.replace(past, untraced=open_ones)

    # Samples

    def _samples(self, points: Sequence[Commit], newest: Seen) -> list[Seen]:
        """What each commit was found to be, newest first; fewer where the budget ends."""
        seen = [newest]
        with closing(Walk(self._repository, self._caches, self._policy, self._budget.file)) as walk:
            for point, then in zip(points[1:], [*points[2:], None], strict=False):  # one commit has no older one
                known = self._kept_sample(point)
                if known is None:
                    try:
                        self._budget.check()
                        known = self._keep_sample(walk.see(point, self._unknown(then)))
                    except OutOfBudgetError:
                        break
                seen.append(known)
        return seen

    def _unknown(self, point: Commit | None) -> Commit | None:
        return None if point is None or self._kept_sample(point) is not None else point

    def _kept_sample(self, point: Commit) -> Seen | None:
        return self._kept(f"sample {point.id}", Seen)

    def _keep_sample(self, seen: Seen) -> Seen:
        self._keep(f"sample {seen.commit.id}", seen)
        return seen

    # Stretches

    def _stretch(self, older: Seen, newer: Seen) -> Stretch:
        key = f"between {older.commit.id} {newer.commit.id}"
        found = self._kept(key, Between)
        if found is None:
            found = self._compare(older, newer)
            self._keep(key, found)
        return Stretch(older, newer, found)

    def _compare(self, older: Seen, newer: Seen) -> Between:
        renamed = self._repository.renames(older.commit.id, newer.commit.id)
        modules = moved_modules(renamed, self._names(older), self._names(newer)) if renamed else {}
        return between(older, newer, renamed, modules)

    def _names(self, seen: Seen) -> Named:
        measuring = Measuring(
            self._repository, self._caches, self._budget.file, self._policy, moment(seen.commit).date()
        )
        return measuring.ground(self._repository.tree(seen.commit.id))

    # Tracing

    def _traced(
        self, line: Sequence[Commit], stretches: Sequence[Stretch], metrics: frozenset[MetricName]
    ) -> list[Stretch]:
        """The stretches with what is known of single commits, the newest traced first, as far as the budget goes."""
        known = [self._known_origins(stretch) for stretch in stretches]
        wanted = {
            number: [target for target in targets if not known[number].has_exact(target)]
            for number, targets in self._targets(stretches, metrics).items()
        }
        rules = {target.finding.rule for targets in wanted.values() for target in targets}
        with closing(Walk(self._repository, self._caches, only(self._policy, rules), self._budget.file)) as walk:
            for number, targets in sorted(wanted.items()):
                if targets:
                    known[number] = self._trace(line, stretches[number], targets, known[number], walk)
        return [
            msgspec.structs.replace(stretch, introduced=origins.introduced, fixed=origins.fixed)
            for stretch, origins in zip(stretches, known, strict=True)
        ]

    def _known_origins(self, stretch: Stretch) -> _Origins:
        kept = self._kept(_key("origins", stretch), _Origins) or _Origins()
        introduced = {**kept.introduced, **stretch.introduced}
        return _Origins(introduced, {**kept.fixed, **stretch.fixed})

    def _targets(self, stretches: Sequence[Stretch], metrics: frozenset[MetricName]) -> Mapping[int, list[Target]]:
        """What came in and still stands, by the number of its stretch; and when it had been fixed before, that."""
        targets: dict[int, list[Target]] = {}
        newer = [stretch.newer.fingerprints for stretch in stretches]
        older = [stretch.older.fingerprints for stretch in stretches]
        went = [{flow.fingerprint for flow in stretch.between.fixed} for stretch in stretches]
        for entry in ways_back(stretches[0].newer, stretches).values() if stretches else ():
            name, number = entry.name, entry.stretch
            if name is None or number is None or metric_of(entry.finding.rule) not in metrics:
                continue
            targets.setdefault(number, []).append(Target(name, newer[number][name], came_in=True))
            before = next((each for each in range(number + 1, len(went)) if name in went[each]), None)
            if before is not None:
                targets.setdefault(before, []).append(Target(name, older[before][name], came_in=False))
        return targets

    def _trace(
        self, line: Sequence[Commit], stretch: Stretch, targets: Sequence[Target], known: _Origins, walk: Walk
    ) -> _Origins:
        """Trace targets to commits, as far as the budget goes; those that were known before stay."""
        part = _part(line, stretch.older.commit, stretch.newer.commit)
        found = trace(Ground(self._repository, part, stretch), targets, walk, self._budget.check)
        introduced, fixed = dict(known.introduced), dict(known.fixed)
        for target, origin in found.items():
            (introduced if target.came_in else fixed)[target.fingerprint] = origin
        origins = _Origins(introduced, fixed)
        self._keep(_key("origins", stretch), origins)
        return origins

    # What is kept

    def _kept(self, key: str, kind: type[T]) -> T | None:
        raw = self._caches.past.get(str(self._repository.git_dir), self._policy.counting_digest, key)
        if raw is not None:
            with suppress(msgspec.DecodeError):
                return msgspec.msgpack.decode(raw, type=kind)
        return None

    def _keep(self, key: str, value: object) -> None:
        with suppress(UnicodeEncodeError):  # the name of a file is not UTF-8: that is worked out again each time
            raw = msgspec.msgpack.encode(value)
            self._caches.past.put(str(self._repository.git_dir), self._policy.counting_digest, key, raw)


class _Origins(msgspec.Struct, frozen=True, array_like=True):
    """What is known of single commits in one stretch, by fingerprint at its newer end, or at its older one if fixed."""

    introduced: dict[str, Origin] = {}
    fixed: dict[str, Origin] = {}

    def has_exact(self, target: Target) -> bool:
        """Whether there is nothing left to find out about a target."""
        found = (self.introduced if target.came_in else self.fixed).get(target.fingerprint)
        return found is not None and found.is_exact


def _commit(info: CommitInfo) -> Commit:
    return Commit(info.sha, info.date, info.subject)


def _key(what: str, stretch: Stretch) -> str:
    return f"{what} {stretch.older.commit.id} {stretch.newer.commit.id}"


def _part(line: Sequence[Commit], older: Commit, newer: Commit) -> list[Commit]:
    """The commits after one and up to another, oldest first."""
    ids = [commit.id for commit in line]
    return list(line[ids.index(newer.id) : ids.index(older.id)])[::-1]
