"""The report: everything that a comment, a page or a terminal shows, counted and linked; templates only format it.

Serialisable to JSON. Texts that come from the audited repository are as they stand there: escaping is the templates'.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal
from urllib.parse import quote

import msgspec

from analyzers.audit import Audit
from analyzers.catalogue import CATALOGUE, Rule
from analyzers.delta import Side, compare
from analyzers.facts import Unread, UnreadReason
from analyzers.findings import Fingerprinted, Metric, RuleName, Severity
from analyzers.policy import Policy, PolicyProblem, Priority
from analyzers.rules.imports import SymbolPaths
from analyzers.snapshot import Snapshot
from analyzers.tree import Scope

MOST_SYMBOLS = 10
"""Symbols whose paths a report shows; the rest is counted."""


class Repository(msgspec.Struct, frozen=True):
    """The audited repository; `web` is its address on GitHub, without a slash at the end, where it has one."""

    name: str
    web: str | None

    def file(self, commit: str, path: str, line: int | None = None, end_line: int | None = None) -> str | None:
        """Permanent address of a file's lines at a commit."""
        if self.web is None:
            return None
        address = f"{self.web}/blob/{commit}/{quote(path.encode('utf-8', 'surrogateescape'))}"
        if line is None:
            return address
        return f"{address}#L{line}" if end_line in (None, line) else f"{address}#L{line}-L{end_line}"

    def commit(self, commit: str) -> str | None:
        """Address of a commit."""
        return None if self.web is None else f"{self.web}/commit/{commit}"


class Commit(msgspec.Struct, frozen=True):
    """One commit of the audited repository; `date` is ISO 8601."""

    id: str
    date: str
    subject: str

    @property
    def short(self) -> str:
        """The first ten digits, as GitHub links them."""
        return self.id[:10]


class Place(msgspec.Struct, frozen=True):
    """Lines of a file at a commit, with their address where the repository has one."""

    path: str
    line: int
    end_line: int
    url: str | None


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
    """A metric at base and at head; `base` and `delta` are None in a report on one commit."""

    name: RuleName
    title: str
    unit: str
    base: int | None
    head: int
    delta: int | None
    production: int
    tests: int
    sites: int | None
    target: int
    met: bool
    priority: Priority | None
    due: str | None


class PathRow(msgspec.Struct, frozen=True):
    """One path by which a symbol is imported."""

    module: str
    production: int
    tests: int
    canonical: bool


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
    digest: str
    infers: bool
    url: str | None


class MetricEffect(msgspec.Struct, frozen=True):
    """A metric at head under the policy in force and under a proposed one."""

    name: RuleName
    current: int
    proposed: int


class PolicyChange(msgspec.Struct, frozen=True):
    """A change of the policy file itself: its mistakes, or else what it would do to the metrics."""

    path: str
    removed: bool
    problems: tuple[PolicyProblem, ...]
    effects: tuple[MetricEffect, ...]
    url: str | None


class Files(msgspec.Struct, frozen=True):
    """How many Python files the audited commit has and what became of them."""

    python: int
    production: int
    tests: int
    unread: int


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
    """Findings that the change leaves as they are; in a report on one commit, all of them."""
    symbols: tuple[SymbolRow, ...]
    more_symbols: int
    auth: tuple[tuple[str, int], ...]
    """Validation patterns in use with their number of calls, most used first."""
    auth_canonical: str | None
    auth_inferred: bool
    files: Files
    unread: tuple[UnreadRow, ...]
    command: str
    """How to run the same audit locally."""

    @property
    def is_quiet(self) -> bool:
        """Whether the change alters nothing that is measured, so that one line says it all."""
        moved = any(row.delta for row in self.metrics)
        told = self.introduced or self.fixed or moved or self.newly_unread or self.policy_change
        return self.kind == "delta" and not told

    @property
    def newly_unread(self) -> int:
        """How many files cannot be read because of the change."""
        return sum(row.newly for row in self.unread)


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


class Measured(msgspec.Struct, frozen=True):
    """One commit's snapshot with its audit."""

    snapshot: Snapshot
    audit: Audit

    @property
    def side(self) -> Side:
        """What a comparison needs to know of it."""
        return Side(self.audit.findings, self.snapshot.unread_paths)


def delta_report(
    subject: Subject,
    policy: Policy,
    base: Measured,
    head: Measured,
    renamed_from: Mapping[str, str],
    change: PolicyChange | None,
) -> Report:
    """The report on a change: head compared with its merge base. `renamed_from`: path at head to path at base."""
    before = subject.base.id if subject.base else ""
    delta = compare(base.side, head.side, renamed_from)
    lost = {path for path in head.snapshot.unread_paths if renamed_from.get(path, path) in base.snapshot.unread_paths}
    compared = _Compared(
        base={metric.name: metric for metric in base.audit.metrics},
        introduced=_rows(delta.introduced, subject, subject.head.id),
        fixed=_rows(delta.fixed, subject, before),
        standing=_rows(delta.unchanged, subject, subject.head.id),
        policy_change=change,
        newly_unread=head.snapshot.unread_paths - lost,
    )
    return _report("delta", subject, policy, head, compared)


def state_report(subject: Subject, policy: Policy, head: Measured) -> Report:
    """The report on one commit."""
    delta = compare(Side(), head.side, {})
    return _report(
        "state", subject, policy, head, _Compared(standing=_rows(delta.introduced, subject, subject.head.id))
    )


class _Compared(msgspec.Struct, frozen=True):
    """The parts of a report that tell a change from the state of one commit."""

    base: Mapping[RuleName, Metric] = {}
    introduced: tuple[FindingRow, ...] = ()
    fixed: tuple[FindingRow, ...] = ()
    standing: tuple[FindingRow, ...] = ()
    policy_change: PolicyChange | None = None
    newly_unread: frozenset[str] = frozenset()


def _report(
    kind: Literal["delta", "state"], subject: Subject, policy: Policy, head: Measured, compared: _Compared
) -> Report:
    audit = head.audit
    at_head = {metric.name: metric for metric in audit.metrics}
    split = [paths for paths in audit.symbols if paths.strays]
    most = sorted(split, key=lambda paths: -len(paths.strays))[:MOST_SYMBOLS]
    return Report(
        kind=kind,
        version=subject.version,
        repository=subject.repository,
        pull_request=subject.pull_request,
        head=subject.head,
        base=subject.base,
        policy=_policy_row(subject, policy),
        policy_change=compared.policy_change,
        metrics=tuple(_metric(rule, compared.base.get(rule.name), at_head[rule.name], policy) for rule in CATALOGUE),
        introduced=compared.introduced,
        fixed=compared.fixed,
        standing=compared.standing,
        symbols=tuple(_symbol(paths) for paths in most),
        more_symbols=len(split) - len(most),
        auth=tuple(sorted(audit.auth.patterns.items(), key=lambda item: (-item[1], item[0]))),
        auth_canonical=audit.auth.canonical,
        auth_inferred=audit.auth.inferred,
        files=_files(head.snapshot),
        unread=tuple(_unread(head.snapshot, subject, compared.newly_unread)),
        command=_command(subject),
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


def _metric(rule: Rule, base: Metric | None, head: Metric, policy: Policy) -> MetricRow:
    wanted = policy.metrics.get(rule.name)
    target = rule.target if wanted is None or wanted.target is None else wanted.target
    return MetricRow(
        name=rule.name,
        title=rule.title,
        unit=rule.unit,
        base=None if base is None else base.value,
        head=head.value,
        delta=None if base is None else head.value - base.value,
        production=head.production,
        tests=head.tests,
        sites=head.sites,
        target=target,
        met=head.value <= target,
        priority=wanted.priority if wanted else None,
        due=wanted.due.isoformat() if wanted and wanted.due else None,
    )


def _symbol(paths: SymbolPaths) -> SymbolRow:
    scopes: dict[str, Counter[Scope]] = defaultdict(Counter)
    for site in paths.sites:
        scopes[site.module][site.file.scope] += 1
    canonical = paths.canonical
    rows = [
        PathRow(module, count["production"], count["tests"], module == canonical.module)
        for module, count in scopes.items()
    ]
    rows.sort(key=lambda row: (not row.canonical, -row.production - row.tests, row.module))
    return SymbolRow(
        name=canonical.symbol.name,
        canonical=canonical.module,
        inferred=canonical.inferred,
        sites=len(paths.sites),
        strays=len(paths.strays),
        paths=tuple(rows),
    )


def _policy_row(subject: Subject, policy: Policy) -> PolicyRow:
    url = None
    if subject.policy_source is not None and subject.policy_commit is not None:
        url = subject.repository.file(subject.policy_commit, subject.policy_source)
    return PolicyRow(subject.policy_source, policy.digest, policy.infers, url)


def _files(snapshot: Snapshot) -> Files:
    scopes = Counter(file.scope for file in snapshot)
    return Files(len(snapshot.files), scopes["production"], scopes["tests"], len(snapshot.unread))


def _unread(snapshot: Snapshot, subject: Subject, newly: frozenset[str]) -> list[UnreadRow]:
    """The files that could not be read, those first for which the change is the cause."""
    rows: list[UnreadRow] = []
    for file in snapshot.unread:
        if isinstance(file.facts, Unread):
            facts = file.facts
            url = subject.repository.file(subject.head.id, file.path, facts.line)
            rows.append(UnreadRow(file.path, facts.reason, facts.message, facts.line, url, file.path in newly))
    return sorted(rows, key=lambda row: (not row.newly, row.path))


def _command(subject: Subject) -> str:
    base = "" if subject.base is None else f" --base {subject.base.short}"
    return f"fifthwhy audit{base} --head {subject.head.short}"


def policy_effects(current: Audit, proposed: Audit) -> tuple[MetricEffect, ...]:
    """What a proposed policy does to each metric of one commit."""
    values = {metric.name: metric.value for metric in proposed.metrics}
    return tuple(MetricEffect(metric.name, metric.value, values[metric.name]) for metric in current.metrics)
