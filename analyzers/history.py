"""History: what the metrics were at past commits, what came and went between them, and where what stands came in.

The commits are those on the first-parent line of one branch, oldest first. All of it is recomputed from git.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from analyzers.delta import Delta, Side, compare, hidden
from analyzers.findings import Finding, Metric, RuleName, fingerprinted
from analyzers.hidden import Hidden, places
from analyzers.places import Commit
from analyzers.rules.ignores import held_until
from analyzers.tree import Scope

_MONDAY: Final = dt.datetime(1970, 1, 5, tzinfo=dt.UTC)


class Sample(msgspec.Struct, frozen=True):
    """One commit that was looked at, and every metric of the catalogue there."""

    commit: Commit
    metrics: tuple[Metric, ...]


class Flow(msgspec.Struct, frozen=True, array_like=True):
    """A finding that came or went, as it was told at the side where it stands."""

    fingerprint: str
    rule: RuleName
    scope: Scope
    path: str
    symbol: str


class Period(msgspec.Struct, frozen=True):
    """What came (inflow) and went (outflow) from one sample to the next. `comparable`: the same could not be read at
    both, mostly nothing.
    """

    older: Commit
    newer: Commit
    introduced: tuple[Flow, ...]
    fixed: tuple[Flow, ...]
    comparable: bool = True


class Origin(msgspec.Struct, frozen=True):
    """Where a finding that stands today first appeared.

    It stood at `by` and did not at `after`: the commit is known exactly (`is_exact`) where `after` is the first parent
    of `by`, or where `by` is the very first commit. `after` None: it stood at the oldest commit that was looked at,
    which is `by`.
    """

    by: Commit
    after: Commit | None
    is_exact: bool
    pull_request: int | None = None
    """The pull request that `by` merged, by its subject."""
    added_file: bool = False
    """The commit is known exactly, and the finding's file came with it."""


class Traced(msgspec.Struct, frozen=True):
    """A finding that stands today with its origin, where that is known."""

    fingerprint: str
    finding: Finding
    origin: Origin | None


class Repeat(msgspec.Struct, frozen=True):
    """A finding that stands today and had been fixed before: `fixed` and `again` are as exact as an origin is."""

    fingerprint: str
    finding: Finding
    fixed: Origin
    """Its `by` is the commit at which the finding was gone, `after` the last one looked at where it stood."""
    again: Origin


class History(msgspec.Struct, frozen=True):
    """The past of one commit, as far as it was looked at.

    `samples` and `periods` are oldest first, the last sample being the commit that is audited; `origins` are by
    fingerprint. `left` counts samples that the budget did not reach, `untraced` the findings whose
    commit is not known. `order` numbers the commits of the line, the oldest first. `from_root`: the oldest sample is
    the very first commit. `cut`: the oldest commit that a shallow clone has, where more was asked for.
    """

    samples: tuple[Sample, ...]
    periods: tuple[Period, ...] = ()
    origins: Mapping[str, Origin] = {}
    repeats: tuple[Repeat, ...] = ()
    every_days: int = 7
    left: int = 0
    untraced: int = 0
    order: Mapping[str, int] = {}
    from_root: bool = False
    cut: Commit | None = None

    @property
    def looks_back(self) -> bool:
        """Whether anything earlier was looked at, or there is nothing earlier."""
        return len(self.samples) > 1 or self.from_root


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """One audited commit: every metric, all findings in the order of reports, the files that could not be read with the
    modules that they are (empty: none).

    It is the same on every day from `first_day` to `last_day`: then an ignore comment expires. `defined` is what those
    files define whose findings stand in something, by path (`analyzers.facts.FileFacts.defined`).
    """

    commit: Commit
    metrics: tuple[Metric, ...]
    findings: tuple[Finding, ...]
    unread: dict[str, str]
    first_day: dt.date = dt.date.min
    last_day: dt.date = dt.date.max
    defined: dict[str, str] = {}

    @property
    def side(self) -> Side:
        """What is compared of it."""
        return Side(
            self.findings,
            frozenset(self.unread),
            defined=lambda path: self.defined.get(path, ""),
            module=self.unread.get,
        )

    @property
    def fingerprints(self) -> dict[str, Finding]:
        """The findings by the names that they have at this commit."""
        return {entry.fingerprint: entry.finding for entry in fingerprinted(self.findings, {})}


class Between(msgspec.Struct, frozen=True, array_like=True):
    """What happened from one commit to a later one. `before` maps the fingerprint that a finding has at the later one
    to what it was at the earlier one, where that is another: its file moved, or its module. `hidden` are those of the
    earlier one that may stand at the later one unseen (`analyzers.hidden`).
    """

    introduced: tuple[Flow, ...]
    fixed: tuple[Flow, ...]
    before: dict[str, str]
    hidden: tuple[str, ...] = ()


def sampled(line: Sequence[Commit], since: dt.datetime, every_days: int) -> tuple[int, ...]:
    """Which commits of a first-parent line, newest first, to look at: the newest, the last of each period, the first.

    Periods are whole multiples of `every_days` from a Monday on, so that the commits stay the same from day to day and
    are not audited again. `since` is the earliest date; a line that ends later is looked at to its end. Dates are in
    order, as `in_order` has them. Gives positions, newest first.
    """
    step = dt.timedelta(days=every_days)
    newest = moment(line[0])
    end = _MONDAY + (newest - _MONDAY) // step * step
    found = [0]
    while end >= since:
        position = next((n for n in range(found[-1], len(line)) if moment(line[n]) < end), None)
        if position is None:
            found += [len(line) - 1] if found[-1] != len(line) - 1 else []
            break
        if position != found[-1]:
            found.append(position)
        end -= step
    return tuple(found)


def moment(commit: Commit) -> dt.datetime:
    """When it was committed."""
    return dt.datetime.fromisoformat(commit.date)


def in_order(line: Sequence[Commit]) -> tuple[Commit, ...]:
    """The commits of a line, newest first, with dates that only go back.

    The most that agree with the order of the line are taken at their word. Each other one was made by a clock that is
    wrong, and is taken to be as old as the one before it.
    """
    oldest_first = line[::-1]
    right = _longest_rise([moment(commit).timestamp() for commit in oldest_first])
    date = oldest_first[min(right)].date if right else ""
    found: list[Commit] = []
    for number, commit in enumerate(oldest_first):
        date = commit.date if number in right else date
        found.append(commit if commit.date == date else msgspec.structs.replace(commit, date=date))
    return tuple(reversed(found))


def _longest_rise(values: Sequence[float]) -> frozenset[int]:
    """The positions of the most values that never fall (https://en.wikipedia.org/wiki/Patience_sorting)."""
    lowest: list[float] = []  # that a rise of each length ends with
    ends: list[int] = []
    before: list[int] = []
    for number, value in enumerate(values):
        length = bisect_right(lowest, value)
        before.append(ends[length - 1] if length else -1)
        lowest[length : length + 1] = [value]
        ends[length : length + 1] = [number]
    found: set[int] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        found.add(at)
        at = before[at]
    return frozenset(found)


def between(older: Seen, newer: Seen, renamed_from: Mapping[str, str], modules: Mapping[str, str]) -> Between:
    """Compare two commits. `renamed_from` maps later paths to earlier ones, `modules` later dotted names likewise."""
    delta = compare(older.side, newer.side, renamed_from, modules)
    own = {id(entry.finding): entry.fingerprint for entry in fingerprinted(newer.findings, {})}
    return Between(
        introduced=tuple(_flow(own[id(entry.finding)], entry.finding) for entry in delta.introduced),
        fixed=tuple(_flow(entry.fingerprint, entry.finding) for entry in delta.fixed),
        before={
            own[id(entry.finding)]: entry.fingerprint
            for entry in delta.unchanged
            if own[id(entry.finding)] != entry.fingerprint
        },
        hidden=tuple(_hidden(older, newer, delta, renamed_from)),
    )


def _hidden(older: Seen, newer: Seen, delta: Delta, renamed_from: Mapping[str, str]) -> Iterator[str]:
    if {renamed_from.get(path, path) for path in newer.unread} <= older.unread.keys():
        return
    known = {entry.fingerprint for entry in (*delta.fixed, *delta.unchanged)}
    _, may_stand = hidden(older.side, newer.side, renamed_from)
    yield from (name for name, each in older.fingerprints.items() if name not in known and may_stand(each))


class Taken(msgspec.Struct, frozen=True):
    """A commit as it is compared with a later one: what may stand there unseen stands there as it did before.

    `carried` is that, by the names that it has there; `before` are those that it had before, where these are others.
    """

    seen: Seen
    carried: Mapping[str, Finding] = {}
    before: Mapping[str, str] = {}


def taken(older: Seen, newer: Seen, found: Between, renamed_from: Mapping[str, str]) -> Taken:
    """The later of two commits, that could not be read in parts, by the earlier one as that was taken itself."""
    unread = {path: module for path, module in newer.unread.items() if renamed_from.get(path, path) in older.unread}
    if unread == newer.unread and not found.hidden:
        return Taken(newer)
    now = {before: path for path, before in renamed_from.items()}
    there = older.fingerprints
    carried = [(name, _as_called(there[name], now)) for name in found.hidden]
    seen = msgspec.structs.replace(
        newer,
        findings=(*newer.findings, *(finding for _, finding in carried)),
        unread=unread,
        defined={now.get(path, path): told for path, told in older.defined.items()} | newer.defined,
    )
    names = {id(finding): name for name, finding in seen.fingerprints.items()}
    return Taken(
        seen,
        carried={names[id(finding)]: finding for _, finding in carried},
        before={names[id(finding)]: name for name, finding in carried if names[id(finding)] != name},
    )


def _as_called(finding: Finding, now: Mapping[str, str]) -> Finding:
    """A finding by the paths that its files have now; another one, even where these are the same."""
    about = tuple(now.get(path, path) for path in finding.about)
    return msgspec.structs.replace(finding, path=now.get(finding.path, finding.path), about=about)


def _flow(fingerprint: str, finding: Finding) -> Flow:
    return Flow(fingerprint, finding.rule, finding.scope, finding.path, finding.symbol)


class Stretch(msgspec.Struct, frozen=True):
    """Two samples that follow each other, what happened between them, and how far that is traced to single commits.

    `introduced` and `fixed` are by the fingerprint at `newer`, or at `older` for what was fixed. `carried` is what is
    taken to stand at `older` unseen, as it did before.
    """

    older: Seen
    newer: Seen
    between: Between
    introduced: Mapping[str, Origin] = {}
    fixed: Mapping[str, Origin] = {}
    carried: Mapping[str, Finding] = {}

    @property
    def there(self) -> dict[str, Finding]:
        """What stands at `older`, seen or not, by name."""
        return {**self.older.fingerprints, **self.carried}


class Standing(msgspec.Struct, frozen=True):
    """A finding of the newest sample on its way back: the stretch in which it came in (its number, from the newest) and
    its name then; without a stretch its name in the oldest sample, or no name where its trail is lost.
    """

    finding: Finding
    stretch: int | None
    name: str | None


def ways_back(newest: Seen, stretches: Sequence[Stretch]) -> dict[str, Standing]:
    """Follow each finding of the newest sample back through the stretches, newest first."""
    going = {fingerprint: fingerprint for fingerprint in newest.fingerprints}
    found = newest.fingerprints
    arrived: dict[str, Standing] = {}
    for number, stretch in enumerate(stretches):
        came = {flow.fingerprint for flow in stretch.between.introduced}
        there = stretch.there
        for today, name in list(going.items()):
            earlier = stretch.between.before.get(name, name)
            if name in came:
                arrived[today] = Standing(found[today], number, name)
            elif earlier not in there:
                arrived[today] = Standing(found[today], None, None)
            else:
                going[today] = earlier
                continue
            del going[today]
    return arrived | {today: Standing(found[today], None, name) for today, name in going.items()}


class Ends:
    """From where what came or went in a stretch is looked for: from its older end, or from the nearest sample before
    that at which it could be seen.
    """

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self._stretches = stretches
        self._hidden: dict[tuple[int, int], Hidden] = {}

    def of(self, number: int, finding: Finding) -> int:
        """The number of the stretch whose older end that is."""
        last = len(self._stretches)
        seen = (
            each for each in range(number, last) if not self._hidden_at(each, number).may_have(finding, places(finding))
        )
        return next(seen, number)

    def older(self, number: int, finding: Finding) -> Commit:
        """That commit."""
        return self._stretches[self.of(number, finding)].older.commit

    def _hidden_at(self, each: int, number: int) -> Hidden:
        """What the older end of a stretch hides of what is found at the newer end of another one."""
        if (each, number) not in self._hidden:
            older, newer = self._stretches[each].older.unread, self._stretches[number].newer.unread
            unread = {path: module for path, module in older.items() if path not in newer}
            self._hidden[each, number] = Hidden(unread, unread.values())
        return self._hidden[each, number]


def history_of(
    newest: Seen, stretches: Sequence[Stretch], *, every_days: int, left: int = 0, from_root: bool = False
) -> History:
    """Put samples and what is traced together. `stretches` are newest first. Where there are none, nothing is known of
    where findings came in, but for the very first commit.
    """
    samples = [newest, *(stretch.older for stretch in stretches)]
    standing = ways_back(newest, stretches)
    origins = dict(_origins(standing, _oldest(samples[-1].commit, is_root=from_root), stretches))
    if not stretches and not from_root:
        origins = {}
    return History(
        samples=tuple(Sample(seen.commit, seen.metrics) for seen in reversed(samples)),
        periods=tuple(map(_period, reversed(stretches))),
        origins=origins,
        repeats=tuple(_repeats(standing, stretches)),
        every_days=every_days,
        left=left,
        untraced=sum(not (each.is_exact or each.after is None) for each in origins.values()),
        from_root=from_root,
    )


def _period(each: Stretch) -> Period:
    is_comparable = each.older.unread.keys() == each.newer.unread.keys()
    return Period(each.older.commit, each.newer.commit, each.between.introduced, each.between.fixed, is_comparable)


def _oldest(commit: Commit, *, is_root: bool) -> Origin:
    """The origin of what stood at the oldest sample."""
    number = pull_request_in(commit.subject) if is_root else None
    return Origin(commit, None, is_root, number, added_file=is_root)


def _origins(
    standing: Mapping[str, Standing], oldest: Origin, stretches: Sequence[Stretch]
) -> Iterator[tuple[str, Origin]]:
    ends = Ends(stretches)
    for today, entry in standing.items():
        if entry.name is None:
            continue
        origin = oldest
        if entry.stretch is not None:
            stretch = stretches[entry.stretch]
            unknown = Origin(stretch.newer.commit, ends.older(entry.stretch, entry.finding), is_exact=False)
            origin = stretch.introduced.get(entry.name, unknown)
        if not _is_overdue(entry.finding, origin):
            yield today, origin


def _is_overdue(finding: Finding, origin: Origin) -> bool:
    """Whether a comment came to be stale when its last day had passed, and not with the commit that wrote it: it is
    looked at everywhere as of today.
    """
    last_day = held_until(finding)
    written = origin.by if origin.is_exact or origin.after is None else origin.after
    return last_day is not None and moment(written).date() <= last_day


def _repeats(standing: Mapping[str, Standing], stretches: Sequence[Stretch]) -> Iterator[Repeat]:
    """What stands and was fixed before it came in again, as far as it had the same name then."""
    fixed = [{flow.fingerprint for flow in stretch.between.fixed} for stretch in stretches]
    ends = Ends(stretches)
    for today, entry in sorted(standing.items()):
        if entry.stretch is None or entry.name is None:
            continue
        for number in range(entry.stretch + 1, len(stretches)):
            if entry.name in fixed[number]:
                stretch = stretches[number]
                again = stretches[entry.stretch]
                came = Origin(again.newer.commit, ends.older(entry.stretch, entry.finding), is_exact=False)
                went = Origin(stretch.newer.commit, ends.older(number, entry.finding), is_exact=False)
                yield Repeat(
                    today,
                    entry.finding,
                    stretch.fixed.get(entry.name, went),
                    again.introduced.get(entry.name, came),
                )
                break


_MERGED: Final = re.compile(r"Merge pull request #(\d{1,9}) from ")
_SQUASHED: Final = re.compile(r"\(#(\d{1,9})\)$")


def pull_request_in(subject: str) -> int | None:
    """The pull request that a commit merged, by its subject as GitHub writes it for merges and squashes.

    https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request
    """
    found = _MERGED.match(subject) or _SQUASHED.search(subject.strip())
    return int(found[1]) if found else None
