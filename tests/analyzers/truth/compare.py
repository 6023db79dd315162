"""A tree counted again and audited by the engine, side by side."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from analyzers.audit import Audit
from analyzers.findings import Finding, Metric, MetricName
from tests.analyzers.trees import audit_of, findings_of
from tests.analyzers.truth.code import Code, Files
from tests.analyzers.truth.graph import Arrows, Chains, arrows, circles, forbidden, layered, when_run
from tests.analyzers.truth.legacy import noticed, through_shims
from tests.analyzers.truth.missing import unresolved
from tests.analyzers.truth.names import Names
from tests.analyzers.truth.paths import Site, count_paths, sites_in
from tests.analyzers.truth.told import Told, as_told

BY_FINDING: Final = ("imports.fragmented", "imports.legacy", "imports.unresolved")
"""The rules whose findings are compared one by one."""


@dataclass(frozen=True)
class Terms:
    """What a tree is audited by: symbols with their canonical modules, and two contracts."""

    symbols: dict[str, str]
    infer: bool
    forbidden: tuple[str, list[str]] | None = None
    layers: tuple[str, ...] = ()

    def policy(self) -> bytes:
        """The same as a policy file."""
        contracts: list[dict[str, object]] = []
        if self.forbidden is not None:
            source, targets = self.forbidden
            contracts.append(
                {"name": "apart", "type": "forbidden", "source_modules": [source], "forbidden_modules": targets}
            )
        if self.layers:
            contracts.append({"name": "layers", "type": "layers", "layers": list(self.layers)})
        symbols = [{"name": name, "canonical": module} for name, module in self.symbols.items()]
        policy = {"roots": ["."], "symbols": symbols, "infer": self.infer, "contracts": contracts}
        return json.dumps(policy).encode()


INFERRED: Final = Terms({}, infer=True)


class Counted:
    """What the recount says of a tree, whatever the terms."""

    def __init__(self, files: Files) -> None:
        self.names = Names(Code(files))

    @cached_property
    def sites(self) -> list[Site]:
        """Every place where a name is taken from a module."""
        return [each for file in self.names.code.files for each in sites_in(file, self.names)]

    @cached_property
    def told(self) -> list[Told]:
        """The findings that need no terms."""
        return noticed(self.names) + unresolved(self.names)

    @cached_property
    def running(self) -> Arrows:
        """What runs when a module is imported."""
        return when_run(self.names)

    @cached_property
    def circles(self) -> dict[str, int]:
        """The modules on a cycle, with the length of the shortest one through each."""
        return circles(self.running)

    @cached_property
    def imports(self) -> Arrows:
        """All imports: what contracts see."""
        return arrows(self.names)


class Recount:
    """What it says of the tree under some terms."""

    def __init__(self, counted: Counted, terms: Terms) -> None:
        self.tree = counted
        self.paths = count_paths(counted.sites, counted.names, terms.symbols, infer=terms.infer)
        self.told = Counter(self.paths.told + counted.told + through_shims(counted.names, self.paths.measured))
        self.broken: Chains = layered(counted.imports, "layers", list(terms.layers))
        if terms.forbidden is not None:
            self.broken |= forbidden(counted.imports, "apart", *terms.forbidden)


class Audited:
    """The same tree as the engine sees it."""

    def __init__(self, files: Files, terms: Terms) -> None:
        self.audit: Audit = audit_of({**files, ".github/fifthwhy.yml": terms.policy()})
        self.findings = findings_of(self.audit)

    def metric(self, name: MetricName) -> Metric:
        """A metric by its name."""
        return next(metric for metric in self.audit.metrics if metric.name == name)

    def of(self, rule: str) -> list[Finding]:
        """The findings of a rule."""
        return [finding for finding in self.findings if finding.rule == rule]

    @property
    def told(self) -> Counter[Told]:
        """The findings of the rules that are compared one by one."""
        return Counter(as_told(finding) for rule in BY_FINDING for finding in self.of(rule))


def assert_equal(recount: Recount, audited: Audited) -> Counter[str]:
    """The recount and the engine say the same; returns how many findings of each rule there are."""
    assert not audited.told - recount.told, f"told by the engine alone: {audited.told - recount.told}"
    assert not recount.told - audited.told, f"counted by hand alone: {recount.told - audited.told}"
    assert_paths_equal(recount, audited)
    assert_cycles_equal(recount.tree, audited)
    assert_contracts_equal(recount, audited)
    return Counter(finding.rule for finding in audited.findings)


def assert_paths_equal(recount: Recount, audited: Audited) -> None:
    """imports.patterns and imports.canonical_usage, with numerator and denominator."""
    paths = recount.paths
    patterns, usage = audited.metric("imports.patterns"), audited.metric("imports.canonical_usage")
    strays = [each for each in paths.told if each.rule == "imports.fragmented"]
    in_production = sum(not each.tests for each in strays)
    counted = (paths.spare, paths.spare_in_production, paths.sites, paths.sites - len(strays))
    told = (patterns.value, patterns.production, usage.among, usage.value)
    assert told == counted, f"{told} is not {counted}"
    assert usage.production == paths.sites_in_production - in_production


def assert_cycles_equal(tree: Counted, audited: Audited) -> None:
    """Each cycle that is told is one, and a shortest one for some module; of each module on a cycle one is told."""
    left = dict(tree.circles)
    for finding in audited.of("imports.cycles"):
        cycle = finding.detail.split(" → ")
        assert cycle[0] == cycle[-1], finding
        assert all(target in tree.running[module] for module, target in pairwise(cycle)), finding
        assert finding.line == tree.running[cycle[0]][cycle[1]], finding
        shortest = {module for module in cycle if tree.circles[module] == len(cycle) - 1}
        assert shortest, finding
        left = {module: length for module, length in left.items() if module not in shortest}
    assert len(left) <= audited.metric("imports.cycles").undecided, left


def assert_contracts_equal(recount: Recount, audited: Audited) -> None:
    """For each pair of modules that breaks a contract, a chain as short as any."""
    told: Chains = {}
    for finding in audited.of("imports.contracts"):
        source, _, target = finding.detail.partition(" -> ")
        between = re.findall("`([^`]+)`", finding.message.partition(", which the contract")[0])[2:]
        told[finding.symbol, source, target] = length(finding)
        assert finding.line == recount.tree.imports[source][between[0] if between else target], finding
    assert told.items() <= recount.broken.items(), dict(told.items() - recount.broken.items())
    more = audited.metric("imports.contracts").undecided
    assert len(told) + more == len(recount.broken), recount.broken.keys() - told.keys()


def length(finding: Finding) -> int:
    """The number of imports in the chain that a finding tells."""
    told, _, more = finding.message.partition(", which the contract")[0].partition(" and ")
    return told.count("`") // 2 - 1 + (int(more.split()[0]) if more else 0)
