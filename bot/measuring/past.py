"""The past of a commit: samples along its first-parent line, and where each finding that stands today came in.

All of it is recomputed from git within a budget. What is done is kept, so that the next run goes on from there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from itertools import dropwhile, pairwise
from typing import Final, TypeVar, get_args

import msgspec

from analyzers.anchor import NO_ANCHOR, Anchor
from analyzers.audit import Audit
from analyzers.catalogue import metric_of
from analyzers.findings import MetricName
from analyzers.history import (
    Between,
    Ends,
    History,
    Origin,
    Seen,
    Stretch,
    Taken,
    between,
    history_of,
    moment,
    sampled,
    taken,
    ways_back,
)
from analyzers.moves import Named, moved_modules
from analyzers.places import Commit
from analyzers.policy import Policy
from bot.git.lineage import line_of
from bot.git.object_reader import Repository
from bot.measuring.budget import Budget, OutOfBudgetError
from bot.measuring.measure import Caches, Measuring
from bot.measuring.other_end import OtherEnd, at_work
from bot.measuring.tracing import Ground, Target, only, trace
from bot.measuring.walk import Walk

MOST_COMMITS: Final = 100_000
"""Of a first-parent line those that are looked at, the newest."""

T = TypeVar("T")

_Where = tuple[int, int]
"""Where to look for what came or went: the number of its stretch, and of that from whose older end to look on."""


class Plan(msgspec.Struct, frozen=True):
    """How far to look back, and how often. `traced` are the metrics whose findings are traced to the commits that
    brought them, in groups: first the first.
    """

    since_days: int = 182
    every_days: int = 7
    traced: tuple[frozenset[MetricName], ...] = ()


class Past:
    """Looks back from commits of one repository, under one policy, by what a commit inferred and as of its day.

    With an `other_end`, another process looks at the oldest samples meanwhile; what is found is the same.
    """

    def __init__(
        self,
        repository: Repository,
        caches: Caches,
        policy: Policy,
        budget: Budget,
        other_end: OtherEnd | None = None,
    ) -> None:
        self._repository = repository
        self._caches = caches
        self._policy = policy
        self._budget = budget
        self._other_end = other_end
        self._today = dt.date.min
        self._anchors: dict[str, Anchor] = {}
        self._commits: dict[str, Commit] = {}
        self._renames: dict[tuple[str, str], dict[str, str]] = {}
        self._named: tuple[str, Named] | None = None

    def history(
        self, head: str, plan: Plan, newest: Seen, anchor: Anchor = NO_ANCHOR, start: Audit | None = None
    ) -> History:
        """The history of a commit, as far as the budget goes; `newest` is what it was found to be, `anchor` what it
        inferred.

        To look at the commit itself is no looking back: whoever asks has done so. The audit to `start` from is used up.
        """
        self._today = moment(newest.commit).date()
        line = line_of(self._repository, head, MOST_COMMITS)
        self._commits = {commit.id: commit for commit in line}
        since = moment(line[0]) - dt.timedelta(days=plan.since_days)
        points = [line[position] for position in sampled(line, since, plan.every_days)]
        self._anchors = {head: anchor}
        seen = self._samples(points, msgspec.structs.replace(newest, commit=line[0]), start)
        stretches = self._of_one_commit(line, self._stretches(seen))
        for metrics in plan.traced:
            stretches = self._traced(line, stretches, metrics)
        is_cut = self._repository.is_shallow()
        is_root = seen[-1].commit.id == line[-1].id and len(line) < MOST_COMMITS and not is_cut
        left = len(points) - len(seen)
        past = history_of(seen[0], stretches, every_days=plan.every_days, left=left, from_root=is_root)
        return msgspec.structs.replace(
            past,
            order={commit.id: number for number, commit in enumerate(reversed(line))},
            cut=line[-1] if is_cut and moment(line[-1]) > since else None,
        )

    def look_from_the_oldest(self, line: Sequence[Commit], anchor: Anchor, today: dt.date) -> None:
        """Look at samples, and keep them, from the oldest that is not known to the first that is: somebody else looks
        from the newest on, by that one's `anchor`. Raises OutOfBudgetError.
        """
        self._today = today
        self._anchors = {line[0].id: anchor}
        by = {older.id: self._anchor(newer, older) for newer, older in pairwise(line)}
        unknown = dropwhile(lambda point: self._kept_sample(point, by[point.id]) is not None, reversed(line[1:]))
        with closing(self._walk(self._policy)) as walk:
            for point, then in pairwise([*unknown, None]):
                if point is None or self._kept_sample(point, by[point.id]) is not None:
                    break
                self._budget.check()
                self._keep_sample(walk.see(point, then, by[point.id]), by[point.id])

    # Samples

    def _samples(self, points: Sequence[Commit], newest: Seen, start: Audit | None) -> list[Seen]:
        """What each commit was found to be, newest first; fewer where the budget ends."""
        seen = [newest]
        with ExitStack() as stack:
            walk = stack.enter_context(closing(self._walk(self._policy)))
            self._begin_at_the_other_end(points, stack)
            if start is not None:
                walk.begin(newest.commit, start)
            for point, then in zip(points[1:], [*points[2:], None], strict=False):  # one commit has no older one
                anchor = self._anchor(seen[-1].commit, point)
                known = self._kept_sample(point, anchor)
                if known is None:
                    try:
                        self._budget.check()
                        known = self._keep_sample(walk.see(point, self._unknown(point, then), anchor), anchor)
                    except OutOfBudgetError:
                        break
                seen.append(known)
        return seen

    def _begin_at_the_other_end(self, points: Sequence[Commit], stack: ExitStack) -> None:
        if self._other_end is None:
            return
        anchors = [self._anchor(newer, older) for newer, older in pairwise(points)]
        unknown = sum(self._kept_sample(*each) is None for each in zip(points[1:], anchors, strict=True))
        if self._other_end.pays(unknown):
            first, share = self._anchors[points[0].id], self._budget.halved()
            with suppress(OSError, ValueError):  # it does not start, or a name or a subject is not UTF-8
                task = self._other_end.task(self._repository, self._policy, points, first, self._today, share)
                stack.enter_context(at_work(task))

    def _unknown(self, newer: Commit, point: Commit | None) -> Commit | None:
        if point is None or self._kept_sample(point, self._anchor(newer, point)) is not None:
            return None
        return point

    def _keep_sample(self, seen: Seen, anchor: Anchor) -> Seen:
        self._keep(f"sample {seen.commit.id} {anchor.digest}", seen)
        return seen

    def _walk(self, policy: Policy) -> Walk:
        return Walk(self._repository, self._caches, policy, self._budget.file, self._today)

    def _kept_sample(self, point: Commit, anchor: Anchor) -> Seen | None:
        known = self._kept(f"sample {point.id} {anchor.digest}", Seen)
        if known is None or not known.first_day <= self._today <= known.last_day:
            return None
        return msgspec.structs.replace(known, commit=point)

    def _anchor(self, newer: Commit, older: Commit) -> Anchor:
        """What a sample is measured by: what the newest commit inferred, in the names that modules had then."""
        if older.id in self._anchors:
            return self._anchors[older.id]
        anchor = self._anchors[newer.id]
        if anchor.paths or anchor.auth:
            anchor = anchor.moved(self._moved(older, newer))
        self._anchors[older.id] = anchor
        return anchor

    def _moved(self, older: Commit, newer: Commit) -> dict[str, str]:
        """The later dotted names of the modules that moved from one commit to another, with the earlier ones."""
        key = f"moved {older.id} {newer.id}"
        found = self._kept(key, dict[str, str])
        if found is None:
            renamed = self._renamed(older, newer)
            later = self._names(newer) if renamed else None  # first: it was the older one of the pair before
            found = {} if later is None else moved_modules(renamed, self._names(older), later)
            self._keep(key, found)
        return found

    # Stretches

    def _stretches(self, seen: Sequence[Seen]) -> list[Stretch]:
        """What happened between each two samples, the newest first. What could not be seen at one is taken to stand
        there as at the one before, so that it neither went nor comes again.
        """
        for newer, older in pairwise(seen):
            self._moved(older.commit, newer.commit)  # from the newest on: each is asked for its names once
        stretches: list[Stretch] = []
        before, trail = Taken(seen[-1]), ""
        for older, newer in pairwise(reversed(seen)):
            key = self._key("between", older, newer) + trail
            found = self._kept(key, Between) or self._compared(key, before.seen, newer)
            is_hidden = found.hidden or not newer.unread.keys() <= before.seen.unread.keys()
            renamed = self._renamed(older.commit, newer.commit) if is_hidden else {}
            after = taken(before.seen, newer, found, renamed)
            known = msgspec.structs.replace(found, before={**found.before, **after.before})
            stretches.append(Stretch(older, newer, known, carried=before.carried))
            trail = "" if after.seen is newer else f" over {hashlib.sha256(key.encode()).hexdigest()}"
            before = after
        return stretches[::-1]

    def _compared(self, key: str, older: Seen, newer: Seen) -> Between:
        moved = self._moved(older.commit, newer.commit)
        found = between(older, newer, self._renamed(older.commit, newer.commit), moved)
        self._keep(key, found)
        return found

    def _renamed(self, older: Commit, newer: Commit) -> dict[str, str]:
        """The later paths of the files that moved from one commit to another, with the earlier ones."""
        sides = older.id, newer.id
        if sides not in self._renames:
            key = f"renamed {older.id} {newer.id}"
            found = self._kept(key, dict[str, str])
            if found is None:
                found = self._repository.renames(*sides)
                self._keep(key, found)
            self._renames[sides] = found
        return self._renames[sides]

    def _names(self, commit: Commit) -> Named:
        """The names of its modules. Those asked for last are at hand: each sample ends a stretch and begins another."""
        if self._named is None or self._named[0] != commit.id:
            self._named = commit.id, self._names_at(commit)
        return self._named[1]

    def _names_at(self, commit: Commit) -> Named:
        measuring = Measuring(self._repository, self._caches, self._budget.file, self._policy, self._today)
        return measuring.ground(self._repository.tree(commit.id))

    # Tracing

    def _traced(
        self, line: Sequence[Commit], stretches: Sequence[Stretch], metrics: frozenset[MetricName]
    ) -> list[Stretch]:
        """The stretches with what is known of single commits, the newest traced first, as far as the budget goes."""
        return self._searched(line, stretches, self._targets(stretches, metrics))

    def _of_one_commit(self, line: Sequence[Commit], stretches: Sequence[Stretch]) -> list[Stretch]:
        """The stretches in which one commit alone can have brought what came: nothing has to be looked at for that."""
        position = {commit.id: number for number, commit in enumerate(line)}
        short = {
            (number, number)
            for number, each in enumerate(stretches)
            if position[each.older.commit.id] - position[each.newer.commit.id] == 1
        }
        every = frozenset(get_args(MetricName))
        targets = self._targets(stretches, every) if short else {}
        return self._searched(line, stretches, {where: targets[where] for where in targets.keys() & short})

    def _searched(
        self, line: Sequence[Commit], stretches: Sequence[Stretch], targets: Mapping[_Where, Sequence[Target]]
    ) -> list[Stretch]:
        """The stretches with what is known once these targets were searched for, as far as the budget goes."""
        known = [self._known_origins(stretch) for stretch in stretches]
        wanted = {
            where: [target for target in some if not known[where[0]].has_exact(target)]
            for where, some in targets.items()
        }
        rules = {target.finding.rule for targets in wanted.values() for target in targets}
        with closing(self._walk(only(self._policy, rules))) as walk:
            for (number, end), some in sorted(wanted.items()):
                if some:
                    ground = self._ground(line, stretches[number], stretches[end].older)
                    known[number] = self._trace(ground, stretches[number], some, known[number], walk)
        return [
            msgspec.structs.replace(stretch, introduced=origins.introduced, fixed=origins.fixed)
            for stretch, origins in zip(stretches, known, strict=True)
        ]

    def _known_origins(self, stretch: Stretch) -> _Origins:
        kept = self._kept(self._key("origins", stretch.older, stretch.newer), _Origins) or _Origins()
        kept = kept.dated(self._commits) if kept.first_day <= self._today <= kept.last_day else _Origins()
        introduced = {**kept.introduced, **stretch.introduced}
        return _Origins(introduced, {**kept.fixed, **stretch.fixed}, kept.first_day, kept.last_day)

    def _targets(self, stretches: Sequence[Stretch], metrics: frozenset[MetricName]) -> Mapping[_Where, list[Target]]:
        """What came in and still stands, by where to look for it; and when it had been fixed before, that."""
        targets: dict[_Where, list[Target]] = {}
        ends = Ends(stretches)
        newer = [stretch.newer.fingerprints for stretch in stretches]
        older = [stretch.there for stretch in stretches]
        fixed = [{flow.fingerprint for flow in stretch.between.fixed} for stretch in stretches]
        for entry in ways_back(stretches[0].newer, stretches).values() if stretches else ():
            name, number = entry.name, entry.stretch
            if name is None or number is None or metric_of(entry.finding.rule) not in metrics:
                continue
            came = Target(name, newer[number][name], came_in=True)
            targets.setdefault((number, ends.of(number, came.finding)), []).append(came)
            before = next((each for each in range(number + 1, len(fixed)) if name in fixed[each]), None)
            if before is not None:
                went = Target(name, older[before][name], came_in=False)
                targets.setdefault((before, ends.of(before, went.finding)), []).append(went)
        return targets

    def _ground(self, line: Sequence[Commit], stretch: Stretch, older: Seen) -> Ground:
        """Where to look for what came or went in a stretch, from an older end that may lie before its own."""
        part = _part(line, older.commit, stretch.newer.commit)
        anchor = self._anchors[stretch.newer.commit.id].joined(self._anchors[older.commit.id])
        return Ground(self._repository, part, msgspec.structs.replace(stretch, older=older), anchor)

    def _trace(
        self, ground: Ground, stretch: Stretch, targets: Sequence[Target], known: _Origins, walk: Walk
    ) -> _Origins:
        """Trace targets to commits, as far as the budget goes; those that were known before stay."""
        found = trace(ground, targets, walk, self._budget.check)
        introduced, fixed = dict(known.introduced), dict(known.fixed)
        for target, origin in found.items():
            (introduced if target.came_in else fixed)[target.fingerprint] = origin
        days = max(known.first_day, walk.first_day), min(known.last_day, walk.last_day)
        origins = _Origins(introduced, fixed, *days)
        self._keep(self._key("origins", stretch.older, stretch.newer), origins)
        return origins

    # What is kept

    def _key(self, what: str, older: Seen, newer: Seen) -> str:
        """Names two samples by all that they depend on besides the policy."""
        sides = (f"{each.commit.id} {self._anchors[each.commit.id].digest} {each.first_day}" for each in (older, newer))
        return f"{what} {' '.join(sides)}"

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
    first_day: dt.date = dt.date.min
    last_day: dt.date = dt.date.max

    def dated(self, commits: Mapping[str, Commit]) -> _Origins:
        """The same with the commits as they are told of now."""
        return msgspec.structs.replace(
            self, introduced=_dated(self.introduced, commits), fixed=_dated(self.fixed, commits)
        )

    def has_exact(self, target: Target) -> bool:
        """Whether there is nothing left to find out about a target."""
        found = (self.introduced if target.came_in else self.fixed).get(target.fingerprint)
        return found is not None and found.is_exact


def _dated(origins: Mapping[str, Origin], commits: Mapping[str, Commit]) -> dict[str, Origin]:
    return {
        name: msgspec.structs.replace(
            origin,
            by=commits.get(origin.by.id, origin.by),
            after=None if origin.after is None else commits.get(origin.after.id, origin.after),
        )
        for name, origin in origins.items()
    }


def _part(line: Sequence[Commit], older: Commit, newer: Commit) -> list[Commit]:
    """The commits after one and up to another, oldest first."""
    ids = [commit.id for commit in line]
    return list(line[ids.index(newer.id) : ids.index(older.id)])[::-1]
