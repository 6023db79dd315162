"""The report: everything that a comment, a page or a terminal shows, counted and linked; templates only format it.

Serialisable to JSON. Texts that come from the audited repository are as they stand there: escaping is the templates'.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Literal

import msgspec

from analyzers.catalogue import CATALOGUE, Entry, is_met, percent, target_of
from analyzers.contracts import Note, NoteKind
from analyzers.facts import UnreadReason
from analyzers.findings import Fingerprinted, Metric, MetricName, RuleName, Severity
from analyzers.outcome import Blockade, Files, NewWay, Outcome, PathCount, PatternCount, RuleCount, SymbolCount
from analyzers.places import Commit, Place, Repository
from analyzers.policy import POLICY_PATHS, Policy, PolicyProblem, Priority
from analyzers.rules.sites import PathRole
from analyzers.status import Status
from analyzers.tree import Scope


class FindingRow(msgspec.Struct, frozen=True):
    """A finding as a report shows it."""

    rule: RuleName
    symbol: str
    message: str
    severity: Severity
    scope: Scope
    inferred: bool
    fingerprint: str
    place: Place


class MetricRow(msgspec.Struct, frozen=True):
    """A metric at base and at head; the base's figures and `delta` are None in a report on one commit.

    `head` of `among`, and `base` of `base_among`, count things. For a share (unit "%") the parts in percent are
    `percent` and `base_percent`, rounded down to a tenth so that 100 means all, `delta` is their difference in
    percentage points, and `target` is in percent; else `delta` is the difference of the counts. `undecided` counts
    what the code does not decide. `better` says what the delta means; None where nothing moved. Where a share is about
    production alone, `tests` of `tests_among` is that of tests, `tests_percent` in percent; no other figure holds it.
    """

    name: MetricName
    title: str
    unit: str
    base: int | None
    head: int
    delta: float | None
    production: int
    tests: int
    among: int | None
    target: int
    met: bool
    priority: Priority | None
    due: str | None
    base_among: int | None = None
    percent: float | None = None
    base_percent: float | None = None
    undecided: int = 0
    better: bool | None = None
    tests_among: int | None = None
    tests_percent: float | None = None


class PathRow(msgspec.Struct, frozen=True):
    """One path by which a symbol is reached.

    `module` is the module, `name` the name asked for there where it is another one than the symbol's. `role` says why
    the path works.
    """

    module: str
    production: int
    tests: int
    canonical: bool
    role: PathRole = "undecided"
    name: str | None = None


class SymbolRow(msgspec.Struct, frozen=True):
    """A symbol that is imported by more than one path."""

    name: str
    canonical: str
    inferred: bool
    sites: int
    strays: int
    paths: tuple[PathRow, ...]


class UnreadRow(msgspec.Struct, frozen=True):
    """A Python file that could not be read, and why. Nothing is claimed about it.

    `newly` says that the change did it: the file is new, or could be read before.
    """

    path: str
    reason: UnreadReason
    message: str
    line: int | None
    url: str | None
    newly: bool = False


class PolicyRow(msgspec.Struct, frozen=True):
    """The policy that was applied. `source` is its path in the repository, a file given by hand, or None: defaults."""

    source: str | None
    """The owner's, which stands in for one that is missing, is `OWNER/REPOSITORY:PATH`."""
    digest: str
    infers: bool
    url: str | None
    extends: tuple[str, ...] = ()
    """The files that it adds to, the nearest first."""


class MetricEffect(msgspec.Struct, frozen=True):
    """A metric at head under the policy in force and under a proposed one."""

    name: MetricName
    current: int
    proposed: int


class PolicyChange(msgspec.Struct, frozen=True):
    """A change of the policy file itself: its mistakes, or else what it would do to the metrics."""

    path: str
    removed: bool
    problems: tuple[PolicyProblem, ...]
    effects: tuple[MetricEffect, ...]
    url: str | None


class NoteRow(msgspec.Struct, frozen=True):
    """What does not count of a contract, and what helps. `newly` says that it did before the change."""

    path: str
    line: int | None
    kind: NoteKind
    message: str
    remedy: str
    url: str | None
    newly: bool = False


class NewWayRow(msgspec.Struct, frozen=True):
    """A way to validate that a change adds: the how many-th in production, and where it is used first, if that is
    known.
    """

    pattern: str
    number: int
    place: Place | None


class BlockadeRow(msgspec.Struct, frozen=True):
    """What a change does to test modules: `modules` of them cannot be collected any more, all because of `cause`.

    `message` tells how that comes about for the first of them, at `place`.
    """

    cause: str
    modules: int
    message: str
    place: Place


class Report(msgspec.Struct, frozen=True):
    """One audit, ready to be shown. `kind` says whether two commits were compared or one looked at."""

    kind: Literal["delta", "state"]
    version: str
    repository: Repository
    pull_request: int | None
    head: Commit
    base: Commit | None
    policy: PolicyRow
    policy_change: PolicyChange | None
    metrics: tuple[MetricRow, ...]
    introduced: tuple[FindingRow, ...]
    fixed: tuple[FindingRow, ...]
    standing: tuple[FindingRow, ...]
    """Findings that the change leaves as they are; in a report on one commit, all of them. May be cut short."""
    standing_counts: tuple[RuleCount, ...]
    """How many there are of these, cut short or not."""
    symbols: tuple[SymbolRow, ...]
    more_symbols: int
    auth: tuple[PatternCount, ...]
    """Validation patterns in use, most used first."""
    auth_canonical: str | None
    auth_inferred: bool
    new_ways: tuple[NewWayRow, ...]
    """The ways to validate that a change adds."""
    files: Files
    unread: tuple[UnreadRow, ...]
    notes: tuple[NoteRow, ...]
    """What does not count of contracts as they are written, mistakes first."""
    more_notes: int
    command: str
    """How to run the same audit locally."""
    status: Status | None = None
    """What a status report has besides, where one was asked for."""
    newly_blocked: int = 0
    """Test modules that the change keeps from being collected."""
    blockades: tuple[BlockadeRow, ...] = ()
    """By what, that which blocks most of them first. May be cut short."""

    @property
    def is_quiet(self) -> bool:
        """Whether the change alters nothing that is measured, so that one line says it all."""
        moved = any(row.delta for row in self.metrics if row.percent is None)  # shares move with what they are of
        told = self.introduced or self.fixed or moved or self.newly_unread or self.newly_noted or self.policy_change
        return self.kind == "delta" and not told

    @property
    def newly_unread(self) -> int:
        """How many files cannot be read because of the change."""
        return sum(row.newly for row in self.unread)

    @property
    def newly_noted(self) -> int:
        """How many names in contracts lead nowhere because of the change."""
        return sum(row.newly for row in self.notes)


class Subject(msgspec.Struct, frozen=True):
    """What a report is about, known before anything is counted."""

    repository: Repository
    head: Commit
    base: Commit | None
    policy_source: str | None
    policy_commit: str | None
    """The commit that the policy was read from; None where it was not read from the repository."""
    version: str
    pull_request: int | None = None
    policy_extends: tuple[str, ...] = ()
    is_by_others: bool = False
    """Whether policies of other repositories have a say."""
    policy_by_hand: bool = False
    """Whether the policy is a file that was named, whatever the repository has."""

    def locally(self, options: str) -> str:
        """The command that makes the same report in a clone; the owner's other repositories lie beside it."""
        by_hand = self.policy_source if self.policy_by_hand else None
        policy = "" if by_hand is None else f" --policy {shlex.quote(by_hand)}"
        beside = " --extends-from .." if self.is_by_others else ""
        return f"fifthwhy audit{options} --head {self.head.short}{policy}{beside}"


def report_of(subject: Subject, policy: Policy, outcome: Outcome, change: PolicyChange | None = None) -> Report:
    """The report on what an audit has found."""
    before = subject.base.id if subject.base else ""
    at_base = {metric.name: metric for metric in outcome.base_metrics or ()}
    at_head = {metric.name: metric for metric in outcome.metrics}
    return Report(
        kind="state" if outcome.base_metrics is None else "delta",
        version=subject.version,
        repository=subject.repository,
        pull_request=subject.pull_request,
        head=subject.head,
        base=subject.base,
        policy=_policy_row(subject, policy),
        policy_change=change,
        metrics=tuple(_metric(each, at_base.get(each.name), at_head[each.name], policy) for each in CATALOGUE),
        introduced=_rows(outcome.introduced, subject, subject.head.id),
        fixed=_rows(outcome.fixed, subject, before),
        standing=_rows(outcome.standing, subject, subject.head.id),
        standing_counts=outcome.standing_counts,
        symbols=tuple(_symbol(counts) for counts in outcome.symbols),
        more_symbols=outcome.more_symbols,
        auth=outcome.auth,
        auth_canonical=outcome.auth_canonical,
        auth_inferred=outcome.auth_inferred,
        new_ways=tuple(_new_way(way, subject) for way in outcome.new_ways),
        files=outcome.files,
        unread=tuple(_unread(outcome, subject)),
        notes=tuple(_notes(outcome, subject)),
        more_notes=outcome.more_notes,
        command=_command(subject),
        newly_blocked=outcome.newly_blocked,
        blockades=tuple(_blockade(each, subject) for each in outcome.blockades),
    )


def _rows(findings: Iterable[Fingerprinted], subject: Subject, commit: str) -> tuple[FindingRow, ...]:
    return tuple(_row(entry, subject, commit) for entry in findings)


def _row(entry: Fingerprinted, subject: Subject, commit: str) -> FindingRow:
    finding = entry.finding
    url = subject.repository.file(commit, finding.path, finding.line, finding.end_line)
    return FindingRow(
        rule=finding.rule,
        symbol=finding.symbol,
        message=finding.message,
        severity=finding.severity,
        scope=finding.scope,
        inferred=finding.inferred,
        fingerprint=entry.fingerprint,
        place=Place(finding.path, finding.line, finding.end_line, url),
    )


def _new_way(way: NewWay, subject: Subject) -> NewWayRow:
    finding = way.finding
    if finding is None:
        return NewWayRow(way.pattern, way.number, None)
    url = subject.repository.file(subject.head.id, finding.path, finding.line, finding.end_line)
    return NewWayRow(way.pattern, way.number, Place(finding.path, finding.line, finding.end_line, url))


def _blockade(each: Blockade, subject: Subject) -> BlockadeRow:
    finding = each.finding
    url = subject.repository.file(subject.head.id, finding.path, finding.line, finding.end_line)
    place = Place(finding.path, finding.line, finding.end_line, url)
    return BlockadeRow(each.cause, each.modules, finding.message, place)


def _metric(entry: Entry, base: Metric | None, head: Metric, policy: Policy) -> MetricRow:
    wanted = policy.metrics.get(entry.name)
    target = target_of(entry.name, policy)
    share = percent(head.value, head.among) if entry.is_share else None
    base_share = percent(base.value, base.among) if entry.is_share and base is not None else None
    delta: float | None = None
    if base is not None:
        delta = head.value - base.value
        if share is not None and base_share is not None:
            delta = round(share - base_share, 1)
    return MetricRow(
        name=entry.name,
        title=entry.title,
        unit=entry.unit,
        base=None if base is None else base.value,
        head=head.value,
        delta=delta,
        production=head.production,
        tests=head.tests,
        among=head.among,
        target=target,
        met=is_met(entry.name, head.value if share is None else share, target),
        priority=wanted.priority if wanted else None,
        due=wanted.due.isoformat() if wanted and wanted.due else None,
        base_among=None if base is None else base.among,
        percent=share,
        base_percent=base_share,
        undecided=head.undecided,
        better=(delta > 0) == entry.is_share if delta else None,
        tests_among=head.tests_among,
        tests_percent=None if head.tests_among is None else percent(head.tests, head.tests_among),
    )


def _symbol(counts: SymbolCount) -> SymbolRow:
    rows = [_path(path, counts) for path in counts.paths]
    rows.sort(key=lambda row: (not row.canonical, -row.production - row.tests, row.module, row.name or ""))
    return SymbolRow(
        name=counts.symbol.name,
        canonical=counts.canonical,
        inferred=counts.inferred,
        sites=sum(path.production + path.tests for path in counts.paths),
        strays=counts.strays,
        paths=tuple(rows),
    )


def _path(path: PathCount, counts: SymbolCount) -> PathRow:
    other = path.name if path.name != counts.symbol.name else None
    canonical = other is None and path.module == counts.canonical
    return PathRow(path.module, path.production, path.tests, canonical, path.role, other)


def _policy_row(subject: Subject, policy: Policy) -> PolicyRow:
    url = None
    if subject.policy_source is not None and subject.policy_commit is not None:
        url = subject.repository.file(subject.policy_commit, subject.policy_source)
    return PolicyRow(subject.policy_source, policy.digest, policy.infers, url, subject.policy_extends)


def _unread(outcome: Outcome, subject: Subject) -> list[UnreadRow]:
    """The files that could not be read, those first for which the change is the cause."""
    rows = [
        UnreadRow(
            path=path,
            reason=unread.reason,
            message=unread.message,
            line=unread.line,
            url=subject.repository.file(subject.head.id, path, unread.line),
            newly=path in outcome.newly_unread,
        )
        for path, unread in outcome.unread.items()
    ]
    return sorted(rows, key=lambda row: (not row.newly, row.path))


def _notes(outcome: Outcome, subject: Subject) -> list[NoteRow]:
    """What is noted of contracts, that first for which the change is the cause."""
    rows = (_note(note, subject, newly=note in outcome.new_notes) for note in outcome.notes)
    return sorted(rows, key=lambda row: not row.newly)


def _note(note: Note, subject: Subject, *, newly: bool) -> NoteRow:
    """Contracts come from the base, the policy from where it was read."""
    commit: str | None = (subject.base or subject.head).id
    path = note.path
    if path is None:
        path, commit = subject.policy_source or POLICY_PATHS[0], subject.policy_commit
    url = None if commit is None else subject.repository.file(commit, path, note.line)
    return NoteRow(path, note.line, note.kind, note.message, note.remedy, url, newly)


def _command(subject: Subject) -> str:
    return subject.locally("" if subject.base is None else f" --base {subject.base.short}")


def policy_effects(current: Iterable[Metric], proposed: Iterable[Metric]) -> tuple[MetricEffect, ...]:
    """What a proposed policy does to each metric of one commit."""
    values = {metric.name: metric.value for metric in proposed}
    return tuple(MetricEffect(metric.name, metric.value, values[metric.name]) for metric in current)
