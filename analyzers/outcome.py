"""The outcome of an audit: all that a report tells, counted, before anything is linked or put into words."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from analyzers.contracts import Note
from analyzers.facts import Unread
from analyzers.findings import Finding, Fingerprinted, Metric, RuleName
from analyzers.rules.sites import PathRole, Symbol
from analyzers.tree import Scope


class PathCount(msgspec.Struct, frozen=True, array_like=True):
    """How often a symbol is reached by one path: `name` of `module`. `role` says why the path works.

    `own` is what a misnomer is called where it is defined.
    """

    module: str
    name: str
    production: int
    tests: int
    role: PathRole
    own: str = ""


class SymbolCount(msgspec.Struct, frozen=True, array_like=True):
    """A symbol with its paths; `canonical` is the module of the canonical one, `strays` how many sites go round it."""

    symbol: Symbol
    canonical: str
    inferred: bool
    strays: int
    paths: tuple[PathCount, ...]


class PatternCount(msgspec.Struct, frozen=True):
    """How often a validation pattern is used."""

    pattern: str
    production: int
    tests: int


class NewWay(msgspec.Struct, frozen=True):
    """A pattern that production code did not use before: the how many-th it is, and the finding that shows it."""

    pattern: str
    number: int
    finding: Finding | None


class Blockade(msgspec.Struct, frozen=True):
    """Test modules that a change keeps from being collected: how many by one cause, and the finding that shows it."""

    cause: str
    modules: int
    finding: Finding


class RuleCount(msgspec.Struct, frozen=True):
    """How many findings of one rule there are in one scope."""

    rule: RuleName
    scope: Scope
    count: int


class Files(msgspec.Struct, frozen=True):
    """How many Python files the audited commit has and what became of them."""

    python: int
    production: int
    tests: int
    unread: int


class Outcome(msgspec.Struct, frozen=True):
    """What an audit has found: of one commit where `base_metrics` is None, else of a change.

    `standing` are the findings that the change leaves as they are, or all of one commit; they may be cut short, while
    `standing_counts` counts them all. `symbols` are those with more than one path, most strays first, `more_symbols`
    counts the rest. `unread` maps paths to the reason why a file could not be read at head.
    """

    metrics: tuple[Metric, ...]
    base_metrics: tuple[Metric, ...] | None
    introduced: tuple[Fingerprinted, ...]
    fixed: tuple[Fingerprinted, ...]
    standing: tuple[Fingerprinted, ...]
    standing_counts: tuple[RuleCount, ...]
    symbols: tuple[SymbolCount, ...]
    more_symbols: int
    auth: tuple[PatternCount, ...]
    """Validation patterns in use, most used first."""
    auth_canonical: str | None
    auth_inferred: bool
    new_ways: tuple[NewWay, ...]
    """The patterns in production that a change adds to those that there were, where there are more of them now."""
    files: Files
    unread: Mapping[str, Unread]
    newly_unread: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()
    """What does not count of contracts, mistakes first."""
    more_notes: int = 0
    new_notes: frozenset[Note] = frozenset()
    """Those that hold because of the change: it takes away what a contract names."""
    newly_blocked: int = 0
    """Test modules that the change keeps from being collected."""
    blockades: tuple[Blockade, ...] = ()
    """By what, that which blocks most of them first; the rest is counted."""
