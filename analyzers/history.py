"""History: what the metrics were at past commits, what came and went between them, and where what stands came in.

The commits are those on the first-parent line of one branch, oldest first. All of it is recomputed from git.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from analyzers.findings import Finding, Metric, RuleName
from analyzers.places import Commit
from analyzers.tree import Scope


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
    """What came (inflow) and went (outflow) from one sample to the next."""

    older: Commit
    newer: Commit
    introduced: tuple[Flow, ...]
    fixed: tuple[Flow, ...]


class Origin(msgspec.Struct, frozen=True):
    """Where a finding that stands today first appeared.

    It stood at `by` and did not at `after`: the commit is known exactly (`is_exact`) where `after` is the first parent
    of `by`. `after` None: it stood already at the oldest commit that was looked at, which is `by`.
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
    fingerprint. `left` counts samples, and `untraced` findings, that the budget did not reach.
    """

    samples: tuple[Sample, ...]
    periods: tuple[Period, ...] = ()
    origins: Mapping[str, Origin] = {}
    repeats: tuple[Repeat, ...] = ()
    every_days: int = 7
    left: int = 0
    untraced: int = 0
