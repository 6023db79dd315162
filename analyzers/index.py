"""The index of an audited commit: its rows, fit to be kept, and an audit that goes on from them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec

from analyzers.audit import Audit, GraphFindings, Question, terms_of
from analyzers.collection import CollectionRules
from analyzers.contracts import AnyContract, Note
from analyzers.detail import Detail
from analyzers.facts import FACTS_VERSION, Facts, Unread
from analyzers.findings import Finding
from analyzers.ledger import Ledger, Totals, Wanted, report_order
from analyzers.outline import OUTLINE_VERSION
from analyzers.policy import Policy
from analyzers.project import EntryPoint
from analyzers.rules.auth.wrappers import Wrapper
from analyzers.rules.endpoints.model import Mount
from analyzers.rules.ignores import next_expiry
from analyzers.snapshot import Layout, ModuleRow, Snapshot, SourceFile
from analyzers.summary import Listed
from analyzers.tables import Kind, Rows, Table, meta_row
from analyzers.tree import PathPatterns, Scope, is_python

INDEX_VERSION: Final = f"19-{FACTS_VERSION}-{OUTLINE_VERSION}"
"""Names the code whose rows an index holds."""

MOST_STANDING: Final = 1_000
"""Findings that are kept in the order in which reports show them, so that the first ones need no search."""

MOST_SPLIT: Final = 200
"""The same for symbols with strays."""

FactsOf = Callable[[str], Facts | None]
"""The facts of a blob; None where they are not at hand."""


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A file in its place."""

    blob: str
    module: str | None
    is_package: bool
    scope: Scope


class Meta(msgspec.Struct, frozen=True):
    """The index as a whole.

    `standing` are the first findings in the order of reports, `split` the symbols with the most strays, by key.
    `until` is the day from which an ignore comment does not hold any more that held then.
    """

    layout: Layout
    totals: Totals
    unread: dict[str, Unread]
    auth_canonical: str | None
    wrappers: tuple[Wrapper, ...]
    mounts: dict[str, tuple[Mount, ...]]
    endpoints: frozenset[str]
    graph: GraphFindings
    contracts: tuple[AnyContract, ...]
    notes: tuple[Note, ...]
    collection: CollectionRules
    points: tuple[EntryPoint, ...]
    today: dt.date
    until: dt.date | None
    standing: tuple[Finding, ...]
    split: tuple[str, ...]
    findings: int

    @property
    def listed(self) -> Listed:
        """What is held ready of all that a change does not touch."""
        more = self.totals.counts.get("split", 0) > len(self.split)
        return Listed(self.standing, self.findings > len(self.standing), self.split, more)


class MissingFactsError(Exception):
    """The index needs facts that are not kept any more."""


class StoredTree:
    """The tree of an indexed commit, read file by file."""

    def __init__(self, rows: Rows, layout: Layout, facts_of: FactsOf) -> None:
        self.layout = layout
        self._places: Table[Place] = Table(Kind.PLACES, rows, Place)
        self._modules: Table[ModuleRow] = Table(Kind.MODULES, rows, ModuleRow)
        self._facts_of = facts_of
        self._files: dict[str, SourceFile] = {}

    def file(self, path: str) -> SourceFile | None:
        """The file at a path. Raises MissingFactsError."""
        place = self._places.get(path)
        if place is None or path in self._files:
            return self._files.get(path)
        facts = self._facts_of(place.blob)
        if facts is None:
            raise MissingFactsError(path)
        file = SourceFile(path, place.blob, place.module, place.is_package, place.scope, facts)
        self._files[path] = file
        return file

    def paths(self) -> Iterable[str]:
        """The paths of all files, in no particular order."""
        return self._places.keys()

    def module_row(self, name: str) -> ModuleRow | None:
        """What is known under a dotted name."""
        return self._modules.get(name)

    def module(self, name: str) -> SourceFile | None:
        """The file of a first-party module, or None: no such module, or a folder without `__init__.py`."""
        row = self.module_row(name)
        return self.file(row.claims[0][2]) if row is not None and row.claims else None

    def is_module(self, name: str) -> bool:
        """Whether a first-party module or namespace package of that name exists."""
        return self.module_row(name) is not None

    def is_built(self, name: str) -> bool:
        """Whether a module of that name exists in another form than source text."""
        return self.layout.is_built(name)

    def is_first_party(self, name: str) -> bool:
        """Whether a dotted name starts in this repository."""
        return self.is_module(name.partition(".")[0])


def index_digest(policy: Policy) -> str:
    """What an index depends on besides the commit."""
    return hashlib.sha256(f"{INDEX_VERSION}\0{policy.counting_digest}".encode()).hexdigest()[:16]


def rows_of_index(audit: Audit, snapshot: Snapshot) -> Iterator[tuple[int, str, bytes]]:
    """The rows by which the audit of a whole tree can be gone on from.

    Raises UnicodeEncodeError where a path is not UTF-8: there is no index of such a tree.
    """
    encoder = msgspec.msgpack.Encoder()
    ledger = audit.ledger
    yield int(Kind.META), "", encoder.encode(_meta(audit, snapshot.layout))
    for path, row in ledger.files.all():
        if is_python(path):
            place = Place(row.blob, row.module, row.is_package, row.scope)
            yield int(Kind.PLACES), path, encoder.encode(place)
    for name, module in snapshot.modules.items():
        yield int(Kind.MODULES), name, encoder.encode(module)
    yield from ledger.files.encoded(encoder)
    yield from ledger.askers.encoded(encoder)
    yield from ledger.symbols.encoded(encoder)
    yield from ledger.definitions.encoded(encoder)


def _meta(audit: Audit, layout: Layout) -> Meta:
    ledger = audit.ledger
    files = [row for _, row in ledger.files.all()]
    ignores = [ignore for row in files for ignore in row.examined.ignores]
    standing = sorted((finding for row in files for finding in row.findings), key=report_order)
    split = sorted((-row.strays, key) for key, row in ledger.symbols.all() if row.strays)
    return Meta(
        layout=layout,
        totals=ledger.totals,
        unread=ledger.unread,
        auth_canonical=audit.auth_canonical,
        wrappers=audit.wrappers,
        mounts=audit.mounts,
        endpoints=audit.endpoints,
        graph=audit.graph,
        contracts=audit.question.contracts,
        notes=audit.question.notes,
        collection=audit.question.collection,
        points=audit.points,
        today=audit.question.today,
        until=next_expiry(ignores, audit.question.today),
        standing=tuple(standing[:MOST_STANDING]),
        split=tuple(key for _, key in split[:MOST_SPLIT]),
        findings=len(standing),
    )


class Indexed(msgspec.Struct, frozen=True):
    """An audit that goes on from an index, with what the index says as a whole."""

    audit: Audit
    meta: Meta


def audit_from_index(rows: Rows, policy: Policy, today: dt.date, facts_of: FactsOf, detail: Detail) -> Indexed | None:
    """The audit that an index was made from; None where it does not hold on that day. Raises MissingFactsError."""
    meta = meta_row(rows, Meta)
    if meta is None or today < meta.today or (meta.until is not None and today >= meta.until):
        return None
    question = Question(policy, meta.contracts, meta.notes, today, PathPatterns(policy.tests), meta.collection)
    tree = StoredTree(rows, meta.layout, facts_of)
    terms = terms_of(tree, question, detail, meta.wrappers)
    ledger = Ledger(rows, policy, today, meta.totals, meta.unread)
    audit = Audit(tree, question, terms, ledger, Wanted(policy, terms.resolver))
    audit.graph = meta.graph
    audit.points = meta.points
    audit.auth_canonical = meta.auth_canonical
    audit.wrappers = meta.wrappers
    audit.mounts = meta.mounts
    audit.endpoints = meta.endpoints
    return Indexed(audit, meta)
