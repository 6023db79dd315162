"""Summing up: from audits to the outcome that a report tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, get_args

import msgspec

from analyzers.anchor import Anchor
from analyzers.audit import Audit, AuditedTree
from analyzers.contracts import MOST_NOTES, Note
from analyzers.delta import Delta, Side, compare
from analyzers.enclosing import defined_in
from analyzers.facts import Unread
from analyzers.findings import Finding, Fingerprinted, Metric, RuleName, fingerprinted
from analyzers.history import Seen
from analyzers.ledger import FileRow, SymbolRow, Totals, in_order, report_order
from analyzers.moves import moved_modules
from analyzers.outcome import Blockade, Files, NewWay, Outcome, PathCount, PatternCount, RuleCount, SymbolCount
from analyzers.places import Commit
from analyzers.resolve import Definition, Resolver
from analyzers.rules.fragmented import role_of
from analyzers.rules.ignores import days_alike
from analyzers.tree import Scope

MOST_SYMBOLS: Final = 10
"""Symbols whose paths are told; the rest is counted."""

MOST_NEW_WAYS: Final = 5
"""New ways to validate that are told one by one."""

MOST_BLOCKADES: Final = 5
"""Causes that keep test modules from being collected, told one by one."""

_SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
_RULES: Final[tuple[RuleName, ...]] = get_args(RuleName)


def seen_of(audit: Audit, commit: Commit) -> Seen:
    """What is to be remembered of one commit among others."""
    rows = [row for _, row in audit.ledger.files.all()]
    ignores = (ignore for row in rows for ignore in row.examined.ignores)
    days = days_alike(ignores, audit.question.today)
    found = _findings(rows)
    at = defined_in(audit.tree)
    defined = {path: at(path) for path in {finding.path for finding in found if finding.within}}
    unread = {path: file.module or "" for path in audit.ledger.unread if (file := audit.tree.file(path)) is not None}
    return Seen(commit, audit.metrics, tuple(found), unread, *days, defined)


def anchor_of(audit: Audit) -> Anchor:
    """What an audit inferred, to measure earlier commits by."""
    rows = (row for _, row in audit.ledger.symbols.all() if row.inferred and row.paths)
    paths = {row.symbol: row.canonical for row in rows if row.canonical is not None}
    return Anchor(paths, audit.auth_canonical if audit.question.policy.auth.canonical is None else None)


class Base(msgspec.Struct, frozen=True):
    """What is to be remembered of a commit before its audit is advanced to another one."""

    tree: AuditedTree
    metrics: tuple[Metric, ...]
    unread: Mapping[str, Unread]
    notes: tuple[Note, ...]
    more_notes: int
    ways: frozenset[str]
    """The validation patterns that production used."""


def base_of(audit: Audit) -> Base:
    """What a comparison needs of a base besides the findings that change."""
    return Base(
        audit.tree,
        audit.metrics,
        dict(audit.ledger.unread),
        audit.graph.notes,
        audit.graph.more_notes,
        _ways(audit.ledger.totals),
    )


def _ways(totals: Totals) -> frozenset[str]:
    return frozenset(pattern for pattern, scope in totals.calls if scope == "production")


def outcome_of_state(audit: Audit, *, whole: bool = False) -> Outcome:
    """The outcome of the audit of one commit; `whole` with all symbols that have more than one path."""
    standing = fingerprinted(_findings(row for _, row in audit.ledger.files.all()), {})
    counts = _counts_of(audit.ledger.totals, ())
    return _outcome(audit, None, Delta((), (), standing), frozenset(), counts, whole=whole)


def outcome_of_change(
    base: Base, head: Audit, renamed_from: Mapping[str, str], listed: Listed | None = None, *, whole: bool = False
) -> Outcome:
    """The outcome of a change, whose head was advanced from its base. `renamed_from`: path at head to path at base.

    Where nothing was touched, nothing was introduced or fixed; all else is compared by fingerprint. `listed` is what an
    index holds ready of all the rest; without it, every row is gone through.
    """
    ledger = head.ledger
    touched = ledger.previous
    before = _findings(row for row in touched.values() if row is not None)
    after = _findings(row for path in touched if (row := ledger.files.get(path)) is not None)
    delta = compare(
        _side(before, base.unread, base.tree),
        _side(after, ledger.unread, head.tree),
        renamed_from,
        moved_modules(renamed_from, base.tree, head.tree),
    )
    if listed is None:
        rest = _findings(row for path, row in ledger.files.all() if path not in touched)
    else:
        rest = [finding for finding in listed.standing if finding.path not in ledger.files.changed]
        rest += _findings(row for path, row in ledger.files.kept_here() if path not in touched)
    standing = [*delta.unchanged, *fingerprinted(rest, renamed_from)]
    if listed is not None and listed.is_cut:
        standing = [entry for entry in standing if report_order(entry.finding) <= report_order(listed.standing[-1])]
    lost = {path for path in ledger.unread if renamed_from.get(path, path) in base.unread}
    full = Delta(delta.introduced, delta.fixed, tuple(standing))
    counts = _counts_of(ledger.totals, delta.introduced)
    return _outcome(head, base, full, frozenset(ledger.unread) - lost, counts, listed, whole=whole)


class Listed(msgspec.Struct, frozen=True):
    """What an index holds ready: the first findings in the order of reports (`is_cut`: not all), and the symbols with
    the most strays, by key (`more`: that is not all of them).
    """

    standing: tuple[Finding, ...]
    is_cut: bool
    split: tuple[str, ...]
    more: bool


def _counts_of(totals: Totals, introduced: Iterable[Fingerprinted]) -> tuple[RuleCount, ...]:
    """Of all findings of a commit those that a change did not introduce, by rule and scope."""
    new = Counter((entry.finding.rule, entry.finding.scope) for entry in introduced)
    keys = ((rule, scope) for rule in _RULES for scope in _SCOPES)
    counts = (
        RuleCount(rule, scope, totals.counts.get(f"{rule} {scope}", 0) - new[rule, scope]) for rule, scope in keys
    )
    return tuple(count for count in counts if count.count)


def outcome_of_two(base: Audit, head: Audit, renamed_from: Mapping[str, str], *, whole: bool = False) -> Outcome:
    """The outcome of a change both ends of which were audited in full."""
    modules = moved_modules(renamed_from, base.tree, head.tree)
    delta = compare(_whole(base), _whole(head), renamed_from, modules)
    lost = {path for path in head.ledger.unread if renamed_from.get(path, path) in base.ledger.unread}
    counts = _counts_of(head.ledger.totals, delta.introduced)
    return _outcome(head, base_of(base), delta, frozenset(head.ledger.unread) - lost, counts, whole=whole)


def _whole(end: Audit) -> Side:
    return _side(_findings(row for _, row in end.ledger.files.all()), end.ledger.unread, end.tree)


def _side(found: Iterable[Finding], unread: Iterable[str], tree: AuditedTree) -> Side:
    def has(path: str) -> bool:
        return tree.file(path) is not None

    def module(path: str) -> str | None:
        file = tree.file(path)
        return None if file is None else file.module

    return Side(tuple(found), frozenset(unread), defined_in(tree), has, module)


def _findings(rows: Iterable[FileRow]) -> list[Finding]:
    return sorted((finding for row in rows for finding in row.findings), key=in_order)


def _as_reported(found: Iterable[Fingerprinted]) -> tuple[Fingerprinted, ...]:
    return tuple(sorted(found, key=lambda entry: report_order(entry.finding)))


def _outcome(
    audit: Audit,
    base: Base | None,
    delta: Delta,
    newly_unread: frozenset[str],
    counts: tuple[RuleCount, ...],
    listed: Listed | None = None,
    *,
    whole: bool = False,
) -> Outcome:
    totals = audit.ledger.totals
    symbols = _every_symbol(audit) if whole else _symbols(audit, listed)
    notes = sorted((*audit.graph.notes, *audit.question.notes), key=_note_order) if _has_contracts(audit) else []
    blockades = _blockades(delta)
    return Outcome(
        metrics=audit.metrics,
        base_metrics=None if base is None else base.metrics,
        introduced=_as_reported(delta.introduced),
        fixed=_as_reported(delta.fixed),
        standing=_as_reported(delta.unchanged),
        standing_counts=counts,
        symbols=symbols,
        more_symbols=0 if whole else totals.counts.get("split", 0) - len(symbols),
        auth=_patterns(totals),
        auth_canonical=audit.auth_canonical,
        auth_inferred=audit.question.policy.auth.canonical is None,
        new_ways=() if base is None else tuple(_new_ways(base.ways, _ways(totals), delta.introduced)),
        files=_files(audit),
        unread=dict(audit.ledger.unread),
        newly_unread=newly_unread,
        notes=tuple(notes[:MOST_NOTES]),
        more_notes=len(notes[MOST_NOTES:]) + audit.graph.more_notes,
        new_notes=_new_notes(audit, base),
        newly_blocked=sum(each.modules for each in blockades),
        blockades=blockades[:MOST_BLOCKADES],
    )


def _patterns(totals: Totals) -> tuple[PatternCount, ...]:
    calls = totals.calls
    counts = [
        PatternCount(pattern, calls.get((pattern, "production"), 0), calls.get((pattern, "tests"), 0))
        for pattern in {pattern for pattern, _ in calls}
    ]
    return tuple(sorted(counts, key=lambda each: (-each.production - each.tests, each.pattern)))


def _new_ways(before: frozenset[str], after: frozenset[str], introduced: Iterable[Fingerprinted]) -> Iterator[NewWay]:
    """The ways that came, unless as many went: to put one in the place of another is no step back."""
    if len(after) <= len(before):
        return
    findings = [each.finding for each in introduced if each.finding.rule == "auth.patterns"]
    shown = {each.symbol: each for each in reversed(findings) if each.scope == "production"}
    new = sorted(after - before, key=lambda pattern: (pattern not in shown, pattern))
    for number, pattern in enumerate(new[:MOST_NEW_WAYS], start=len(after) - len(new) + 1):
        yield NewWay(pattern, number, shown.get(pattern))


def _blockades(delta: Delta) -> tuple[Blockade, ...]:
    """The test modules that a change blocks, by cause; not those that something else had blocked before."""
    before = {entry.finding.path for entry in delta.fixed if entry.finding.rule == "tests.blocked"}
    by_cause: dict[str, list[Finding]] = {}
    for entry in delta.introduced:
        if entry.finding.rule == "tests.blocked" and entry.finding.path not in before:
            by_cause.setdefault(entry.finding.detail, []).append(entry.finding)
    found = (Blockade(cause, len(each), min(each, key=in_order)) for cause, each in by_cause.items())
    return tuple(sorted(found, key=lambda each: (-each.modules, each.cause)))


def _has_contracts(audit: Audit) -> bool:
    return audit.question.policy.applies("imports.contracts")


def _note_order(note: Note) -> tuple[bool, str, int, str]:
    return note.kind != "problem", note.path or "", note.line or 0, note.message


def _new_notes(audit: Audit, base: Base | None) -> frozenset[Note]:
    """What was not noted at base, as far as all that was noted there is known."""
    if base is None or base.more_notes:
        return frozenset()
    return frozenset(audit.graph.notes) - frozenset(base.notes)


def _files(audit: Audit) -> Files:
    counts = audit.ledger.totals.counts
    production, tests = counts.get("files production", 0), counts.get("files tests", 0)
    return Files(production + tests, production, tests, len(audit.ledger.unread))


def _symbols(audit: Audit, listed: Listed | None) -> tuple[SymbolCount, ...]:
    """The symbols with the most strays."""
    symbols = audit.ledger.symbols
    rows = dict(symbols.kept_here()) if listed is not None else dict(symbols.all())
    if listed is not None:
        if listed.more and len(symbols.changed & set(listed.split)) > len(listed.split) - MOST_SYMBOLS:
            rows = dict(symbols.all())
        rows |= {key: row for key in listed.split if (row := symbols.get(key)) is not None}
    split = sorted((-row.strays, key) for key, row in rows.items() if row.strays)
    return tuple(symbol_count(rows[key], audit.terms.resolver) for _, key in split[:MOST_SYMBOLS])


def _every_symbol(audit: Audit) -> tuple[SymbolCount, ...]:
    """The symbols that are reached by more than one path, those with the most strays first."""
    split = ((-row.strays, key, row) for key, row in audit.ledger.symbols.all() if row.strays or len(row.paths) > 1)
    ordered = sorted(split, key=lambda entry: entry[:2])
    return tuple(symbol_count(row, audit.terms.resolver) for *_, row in ordered)


def symbol_count(row: SymbolRow, resolver: Resolver) -> SymbolCount:
    """A symbol with its paths, and why each of them works."""
    return SymbolCount(row.symbol, row.canonical or "", row.inferred, row.strays, tuple(_paths(row, resolver)))


def _paths(row: SymbolRow, resolver: Resolver) -> Iterator[PathCount]:
    for way, (production, tests) in sorted(row.paths.items()):
        module, _, name = way.rpartition(":")
        role = role_of(row.symbol, Definition(module, name), resolver)
        reached = resolver.resolve(module, name).definition if role == "misnomer" else None
        yield PathCount(module, name, production, tests, role, "" if reached is None else reached.name)
