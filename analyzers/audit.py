"""The audit of one commit, and what becomes of it when files change."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol, get_args

import msgspec

from analyzers.anchor import NO_ANCHOR, Anchor
from analyzers.blocked_tests import blocked_in
from analyzers.catalogue import metric_of
from analyzers.code import Code
from analyzers.collection import CollectionRules
from analyzers.contracts import MOST_NOTES, AnyContract, Note, externals
from analyzers.detail import Detail
from analyzers.examine import (
    Inside,
    Looked,
    Questions,
    Terms,
    examine,
    examine_settings,
    questions_of,
    with_inside,
)
from analyzers.exchange import Tree
from analyzers.facts import Unread, Use
from analyzers.findings import Finding, Metric, MetricName, RuleName
from analyzers.fixtures_in_reach import Reach as FixtureReach
from analyzers.fixtures_in_reach import reach_in
from analyzers.graph import ModuleEdges, ModuleGraph
from analyzers.kept import KeptInsides
from analyzers.ledger import FileRow, Ledger, Surroundings, Totals, Wanted, symbol_key
from analyzers.policy import Policy
from analyzers.project import EntryPoint
from analyzers.resolve import Modules, Resolver
from analyzers.rules.auth.gate import is_worth_a_look
from analyzers.rules.auth.implementations import canonical_definitions
from analyzers.rules.auth.patterns import canonical_pattern
from analyzers.rules.auth.terms import auth_terms
from analyzers.rules.auth.wrappers import Wrapper, find_wrappers, with_wrappers
from analyzers.rules.contracts import check, check_everywhere
from analyzers.rules.cycles import cycles
from analyzers.rules.endpoints.model import Mount
from analyzers.rules.endpoints.reach import Reach
from analyzers.rules.endpoints.served import Served
from analyzers.rules.fragmented import CanonicalPath
from analyzers.rules.result import RuleResult
from analyzers.rules.sites import Symbol
from analyzers.rules.testing.blocked import Blocked
from analyzers.snapshot import Snapshot, SourceFile
from analyzers.tables import NoRows
from analyzers.tree import TEST_PATTERNS, PathPatterns, Scope
from analyzers.twins import Twins

_COUNTED: Final[tuple[MetricName, ...]] = (
    "imports.fragmented",
    "imports.legacy",
    "imports.strings",
    "imports.unresolved",
    "imports.cycles",
    "imports.contracts",
    "ssot.duplicates",
    "ssot.ignores",
    "auth.implementations",
    "auth.bypass",
    "auth.unprotected",
    "tests.blocked",
    "tests.fixtures",
)
"""The metrics that are the number of findings of the rules that they count."""


_MOST_ROUNDS: Final = 6
"""How often outlines lead to others that have to be read first."""


class Question(msgspec.Struct, frozen=True):
    """What a commit is audited by. `today` decides which ignore comments have expired.

    `notes` are about contracts that were written for other tools.
    """

    policy: Policy
    contracts: tuple[AnyContract, ...] = ()
    notes: tuple[Note, ...] = ()
    today: dt.date = dt.date.min
    tests: PathPatterns = PathPatterns(TEST_PATTERNS)
    collection: CollectionRules = CollectionRules()


class Audit:
    """One commit, audited. `ledger` holds what was found; `points` are the entry points in its settings."""

    def __init__(self, tree: AuditedTree, question: Question, terms: Terms, ledger: Ledger, wanted: Wanted) -> None:
        self.tree = tree
        self.question = question
        self.terms = terms
        self.ledger = ledger
        self.wanted = wanted
        self.points: tuple[EntryPoint, ...] = ()
        self.graph = GraphFindings()
        self.auth_canonical: str | None = None
        self.anchor: Anchor = NO_ANCHOR
        self.wrappers: tuple[Wrapper, ...] = ()
        self.mounts: dict[str, tuple[Mount, ...]] = {}
        """What files say about routers and applications, by path."""
        self.endpoints: frozenset[str] = frozenset()
        """The paths of the files that define endpoints."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Every metric of the catalogue."""
        return metrics_of(self.ledger.totals, self.question.policy, self.auth_canonical, self.graph)

    def canonical(self, symbol: Symbol) -> CanonicalPath | None:
        """A symbol's canonical path, where it has one."""
        row = self.ledger.symbols.get(symbol_key(symbol))
        return None if row is None else row.chosen


class AuditedTree(Tree, Modules, Protocol):
    """What an audit asks of a tree."""


def audit(
    snapshot: Snapshot,
    question: Question,
    detail: Detail,
    base: Audit | None = None,
    points: tuple[EntryPoint, ...] = (),
    *,
    is_last: bool = False,
    anchor: Anchor = NO_ANCHOR,
) -> Audit:
    """Audit a whole tree, with the entry points in its settings.

    Canonical paths that were inferred at `base` stay what they are, as long as they are used; those of an `anchor` in
    any case. Nothing can be advanced from one that `is_last`.
    """
    terms, wrappers, kept = _terms_of_whole(snapshot, question, detail)
    terms = msgspec.structs.replace(terms, is_last=is_last)
    wanted = Wanted(question.policy, terms.resolver)
    ledger = Ledger(NoRows(), question.policy, question.today)
    done = Audit(snapshot, question, terms, ledger, wanted)
    done.wrappers = wrappers
    done.anchor = anchor
    for path, row in rows_of(snapshot.files, terms, detail, kept):
        ledger.enter(path, row, wanted)
    served = {path: row.examined.served for path, row in ledger.files.all()}
    done.mounts = {path: each.mounts for path, each in sorted(served.items()) if each.mounts}
    done.endpoints = frozenset(path for path, each in served.items() if each.endpoints)
    enter_points(done, points)
    done.graph = msgspec.structs.replace(
        graph_findings(ledger, question, terms.resolver.twins),
        blocked=blocked_in(ledger, snapshot, question.collection),
        fixtures=reach_in(ledger, question.collection),
    )
    done.auth_canonical = canonical_auth(done, None if base is None else base.auth_canonical)
    before = no_canonical if base is None else base.canonical
    ledger.settle(surroundings(done, before))
    return done


def canonical_auth(done: Audit, before: str | None) -> str | None:
    """The way to validate that is meant to be used; `before` is what was inferred at base."""
    policy = done.question.policy
    if done.anchor.auth is not None and policy.auth.canonical is None:
        return done.anchor.auth
    return canonical_pattern(done.ledger.totals.calls, policy, before, done.terms.auth.enclosed)


def surroundings(done: Audit, before: Callable[[Symbol], CanonicalPath | None]) -> Surroundings:
    """What the ledger of an audit is settled by; `before` gives the canonical paths at base."""
    ledger, terms = done.ledger, done.terms
    defined = canonical_definitions(done.auth_canonical, terms.auth, terms.resolver, ledger.definitions)
    return Surroundings(
        resolver=terms.resolver,
        wanted=done.wanted,
        auth_canonical=done.auth_canonical,
        auth_used=ledger.totals.used,
        auth_definitions=defined,
        served=Served(done.mounts),
        before=before,
        graph=done.graph.by_path,
        anchor=done.anchor,
    )


def no_canonical(symbol: Symbol) -> None:
    """What stood before where nothing did."""
    del symbol


class GraphFindings(msgspec.Struct, frozen=True):
    """What the module graph as a whole shows, and what there was too much of to be told.

    `notes` are about contracts that name what is not there.
    """

    cycles: tuple[Finding, ...] = ()
    broken: tuple[Finding, ...] = ()
    contracts: int = 0
    more_cycles: int = 0
    more_broken: int = 0
    notes: tuple[Note, ...] = ()
    more_notes: int = 0
    blocked: Blocked = Blocked()
    fixtures: FixtureReach = FixtureReach()

    @property
    def by_path(self) -> dict[str, list[Finding]]:
        """The findings by the file that they are shown in."""
        found: dict[str, list[Finding]] = defaultdict(list)
        for finding in (*self.cycles, *self.broken, *self.blocked.findings, *self.fixtures.findings):
            found[finding.path].append(finding)
        return found


def terms_of(tree: AuditedTree, question: Question, detail: Detail, wrappers: Iterable[Wrapper] = ()) -> Terms:
    """What the files of a tree are examined by, where these functions wrap validations."""
    resolver = Resolver(tree)
    code = Code(resolver, detail.outlines, detail.known)
    auth = with_wrappers(auth_terms(tree, resolver, question.policy, detail.uses), wrappers)
    outside = externals(question.contracts)
    return Terms(question.policy, resolver, auth, code, Reach(code, auth), outside, collection=question.collection)


def _terms_of_whole(
    snapshot: Snapshot, question: Question, detail: Detail
) -> tuple[Terms, tuple[Wrapper, ...], KeptInsides]:
    """What the files of a whole tree are examined by, with all wrappers in it; and what is known of their outlines."""
    terms = terms_of(snapshot, question, detail)
    wrappers = find_wrappers([file for file in snapshot if file.scope != "tests"], terms.code, terms.auth)
    auth = with_wrappers(terms.auth, wrappers)
    terms = msgspec.structs.replace(terms, auth=auth, reach=Reach(terms.code, auth))
    kept = KeptInsides(snapshot, terms, detail)
    worth = [file for file in snapshot if is_worth_a_look(file)] if question.policy.is_about_auth else []
    known = kept.recall(worth)
    terms.code.order(file.blob for file in worth if file.path not in known)
    return terms, wrappers, kept


def rows_of(
    files: Iterable[SourceFile], terms: Terms, detail: Detail, kept: KeptInsides | None = None
) -> Iterator[tuple[str, FileRow]]:
    """The rows of files by their paths, not settled yet."""
    asked = [(file, questions_of(file, terms)) for file in files]
    heads: dict[str, frozenset[str]] = {}
    for file, questions in asked:
        if questions.heads:
            heads[file.blob] = heads.get(file.blob, frozenset()) | questions.heads
    uses = detail.uses(heads) if heads else {}
    looked_into = [file for file, questions in asked if questions.is_looked_into]
    insides = {} if kept is None else kept.recall(looked_into)
    unknown = [file for file in looked_into if file.path not in insides]
    terms.code.order(file.blob for file in unknown)
    # The uses and the outlines may still be read while those are examined that have none.
    rows = {file.path: _row(file, terms, questions, ()) for file, questions in asked if not questions.heads}
    insides |= _insides(unknown, terms, kept)
    for file, questions in asked:
        row = rows.get(file.path) or _row(file, terms, questions, uses.get(file.blob, ()))
        inside = insides.get(file.path)
        if inside is not None:
            row = msgspec.structs.replace(row, examined=with_inside(file, row.examined, inside, terms))
        yield file.path, row


def _insides(files: Iterable[SourceFile], terms: Terms, kept: KeptInsides | None) -> dict[str, Inside]:
    """What the outlines of files say. Those that lead to others are looked into again once these are at hand."""
    looked = [Looked(file, terms) for file in files]
    waiting = looked
    for number in range(_MOST_ROUNDS):
        terms.code.fetch(each.file.blob for each in waiting)
        waiting = [each for each in waiting if each.look(again=number < _MOST_ROUNDS - 1)]
    if kept is not None and not terms.code.is_partial:
        kept.keep((each.file, each.inside) for each in looked if each.is_whole)
    return {each.file.path: each.inside for each in looked}


def _row(file: SourceFile, terms: Terms, questions: Questions, uses: tuple[Use, ...]) -> FileRow:
    unread = file.facts if isinstance(file.facts, Unread) else None
    examined = examine(file, terms, questions, uses)
    return FileRow(file.blob, file.module, file.is_package, file.scope, unread, examined)


def enter_points(done: Audit, points: tuple[EntryPoint, ...], before: tuple[EntryPoint, ...] = ()) -> None:
    """Count what entry points contribute, in the place of those that were counted before."""
    done.points = points
    for path in sorted({point.path for point in before}):
        done.ledger.remove(path, done.wanted)
    for path, row in _settings_rows(points, done.question, done.terms):
        done.ledger.enter(path, row, done.wanted)


def _settings_rows(points: Iterable[EntryPoint], question: Question, terms: Terms) -> Iterator[tuple[str, FileRow]]:
    """The rows of settings that name entry points by their paths, not settled yet."""
    by_path: dict[str, list[EntryPoint]] = defaultdict(list)
    excluded = PathPatterns(question.policy.exclude)
    for point in points if question.policy.applies("imports.strings") else ():
        if point.path not in excluded:
            by_path[point.path].append(point)
    for path, some in by_path.items():
        scope: Scope = "tests" if path in question.tests else "production"
        yield path, FileRow("", None, False, scope, None, examine_settings(some, scope, terms))


def graph_findings(ledger: Ledger, question: Question, twins: Twins) -> GraphFindings:
    """Look at the whole module graph: its cycles, and the contracts about it."""
    policy = question.policy
    contracts = question.contracts if policy.applies("imports.contracts") else ()
    if not contracts and not policy.applies("imports.cycles"):
        return GraphFindings()
    graph = ModuleGraph(module_edges(path, row) for path, row in ledger.files.all() if row.module is not None)
    circles = cycles(graph) if policy.applies("imports.cycles") else RuleResult()
    return msgspec.structs.replace(
        broken_contracts(graph, contracts, twins), cycles=circles.findings, more_cycles=circles.undecided
    )


def broken_contracts(graph: ModuleGraph, contracts: Sequence[AnyContract], twins: Twins) -> GraphFindings:
    """What the contracts come to."""
    checked = check_everywhere(graph, contracts, twins) if twins.tops else check(graph, contracts)
    broken = tuple(finding for each in checked for finding in each.findings)
    notes = tuple(note for each in checked for note in each.problems)
    return GraphFindings(
        broken=broken,
        contracts=len(contracts),
        more_broken=sum(each.more for each in checked),
        notes=notes[:MOST_NOTES],
        more_notes=len(notes[MOST_NOTES:]) + sum(each.more_problems for each in checked),
    )


def module_edges(path: str, row: FileRow) -> ModuleEdges:
    """A file's place in the module graph."""
    return ModuleEdges(row.module or "", path, row.scope, row.examined.edges)


def metrics_of(totals: Totals, policy: Policy, auth_canonical: str | None, graph: GraphFindings) -> tuple[Metric, ...]:
    """Every metric of the catalogue, from the sums."""
    counts = {
        **totals.counts,
        "undecided imports.cycles": graph.more_cycles,
        "undecided imports.contracts": graph.more_broken,
    }
    among: dict[MetricName, int] = {
        "imports.fragmented": _both(counts, "sites"),
        "imports.contracts": graph.contracts,
    }
    counted = (_count_findings(name, counts, among) for name in _COUNTED)
    return (
        *counted,
        _patterns(counts),
        _canonical_usage(counts),
        _compliance(counts),
        _auth_patterns(totals, policy, auth_canonical),
    )


def _both(counts: Mapping[str, int], figure: str) -> int:
    return counts.get(f"{figure} production", 0) + counts.get(f"{figure} tests", 0)


def _count_findings(name: MetricName, counts: Mapping[str, int], among: Mapping[MetricName, int]) -> Metric:
    rules = [rule for rule in get_args(RuleName) if metric_of(rule) == name]
    production, tests = (sum(counts.get(f"{rule} {of}", 0) for rule in rules) for of in ("production", "tests"))
    looked_at = among.get(name, counts.get(f"among {name}")) or None
    return Metric(name, production + tests, production, tests, looked_at, counts.get(f"undecided {name}", 0))


def _patterns(counts: Mapping[str, int]) -> Metric:
    """imports.patterns: paths beyond the first of each symbol; those that tests alone use are theirs."""
    spare, production = counts.get("spare", 0), counts.get("spare production", 0)
    return Metric("imports.patterns", spare, production, spare - production, counts.get("symbols", 0) or None)


def _canonical_usage(counts: Mapping[str, int]) -> Metric:
    """imports.canonical_usage: import sites that do not go round the canonical path."""
    production = counts.get("sites production", 0) - counts.get("stray production", 0)
    tests = counts.get("sites tests", 0) - counts.get("stray tests", 0)
    return Metric("imports.canonical_usage", production + tests, production, tests, _both(counts, "sites"))


def _compliance(counts: Mapping[str, int]) -> Metric:
    """ssot.compliance: production files that were read and have no finding, and test files apart."""
    read, in_tests = (counts.get(f"files {of}", 0) - counts.get(f"unread {of}", 0) for of in ("production", "tests"))
    clean = counts.get("clean production", 0)
    unread = counts.get("unread production", 0)
    return Metric("ssot.compliance", clean, clean, counts.get("clean tests", 0), read, unread, in_tests)


def _auth_patterns(totals: Totals, policy: Policy, canonical: str | None) -> Metric:
    """auth.patterns: distinct patterns besides the canonical one; those that production uses count there."""
    calls = totals.calls
    if not policy.applies("auth.patterns"):
        return Metric("auth.patterns", 0, 0, 0)
    others = {(pattern, scope) for pattern, scope in calls if pattern != canonical}
    production = {pattern for pattern, scope in others if scope == "production"}
    tests = {pattern for pattern, _ in others} - production
    looked_at = sum(calls.values()) or None
    return Metric("auth.patterns", len(production) + len(tests), len(production), len(tests), looked_at)
