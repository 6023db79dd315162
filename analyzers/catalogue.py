"""The catalogue: everything that fifthwhy counts, in the order in which reports show it."""

from __future__ import annotations

from typing import Final, get_args

import msgspec

from analyzers.findings import Metric, MetricName, RuleName, family_of
from analyzers.policy import Policy


class Entry(msgspec.Struct, frozen=True):
    """What a metric counts. `target` is what holds unless the policy says otherwise.

    `one` and `many` are what its violations are called; empty where it is a figure without findings of its own.
    A share has the unit "%", and is better the higher it is; every other metric is better the lower it is.
    """

    name: MetricName
    title: str
    unit: str
    target: int
    one: str = ""
    many: str = ""
    among: str = ""
    """What the denominator counts, where there is one."""

    @property
    def is_share(self) -> bool:
        """Whether the metric is a share in percent."""
        return self.unit == "%"

    @property
    def counts_findings(self) -> bool:
        """Whether the value is the number of findings, so that it moves by what came less what went."""
        return bool(self.one) and self.unit != "patterns"  # the findings of these are calls


CATALOGUE: Final = (
    Entry(
        "imports.fragmented",
        "Imports off the canonical path",
        "import sites",
        0,
        "import off the canonical path",
        "imports off the canonical path",
        "import sites",
    ),
    Entry("imports.patterns", "Import paths beyond one for each symbol", "paths", 0, among="symbols"),
    Entry("imports.canonical_usage", "Import sites on the canonical path", "%", 100, among="import sites"),
    Entry(
        "imports.legacy",
        "Imports of legacy modules",
        "import sites",
        0,
        "import of a legacy module",
        "imports of legacy modules",
    ),
    Entry(
        "imports.strings",
        "Dotted names in strings off the canonical path",
        "strings",
        0,
        "string off the canonical path",
        "strings off the canonical path",
        "strings that name something of this repository",
    ),
    Entry(
        "imports.unresolved",
        "Imports that cannot work",
        "imports",
        0,
        "import that cannot work",
        "imports that cannot work",
        "first-party imports",
    ),
    Entry("imports.cycles", "Import cycles", "cycles", 0, "import cycle", "import cycles"),
    Entry(
        "imports.contracts",
        "Imports that break a contract",
        "imports",
        0,
        "import that breaks a contract",
        "imports that break a contract",
        "contracts",
    ),
    Entry(
        "ssot.duplicates",
        "Copies of a definition",
        "definitions",
        0,
        "copy of a definition",
        "copies of definitions",
    ),
    Entry("ssot.compliance", "Production files without a finding", "%", 100, among="production files"),
    Entry(
        "ssot.ignores",
        "Ignore comments that are stale or say no reason",
        "comments",
        0,
        "stale ignore comment",
        "stale ignore comments",
        "ignore comments",
    ),
    Entry(
        "auth.patterns",
        "Ways to validate besides the canonical one",
        "patterns",
        0,
        "validation call off the canonical pattern",
        "validation calls off the canonical pattern",
        "validation calls",
    ),
    Entry(
        "auth.implementations",
        "Second definitions of the canonical check",
        "definitions",
        0,
        "second definition of the check",
        "second definitions of the check",
    ),
    Entry(
        "auth.bypass",
        "Ways round the check",
        "places",
        0,
        "way round the check",
        "ways round the check",
        "files looked into",
    ),
    Entry(
        "auth.unprotected",
        "Endpoints that never reach the check",
        "endpoints",
        0,
        "endpoint without the check",
        "endpoints without the check",
        "endpoints",
    ),
    Entry(
        "tests.blocked",
        "Test modules that cannot be collected",
        "test modules",
        0,
        "test module that cannot be collected",
        "test modules that cannot be collected",
        "test modules",
    ),
    Entry(
        "tests.fixtures",
        "Fixtures out of reach",
        "fixtures requested",
        0,
        "fixture out of reach",
        "fixtures out of reach",
    ),
)


_BY_NAME: Final = {each.name: each for each in CATALOGUE}


def entry(name: MetricName) -> Entry:
    """The catalogue's entry of that name."""
    return _BY_NAME[name]


def target_of(name: MetricName, policy: Policy) -> int:
    """What a metric is to reach, by the policy, else by default; a share in percent."""
    wanted = policy.metrics.get(name)
    return entry(name).target if wanted is None or wanted.target is None else wanted.target


def is_met(name: MetricName, value: float, target: float) -> bool:
    """Whether a metric reaches its target; a share and its target are in percent."""
    return value >= target if entry(name).is_share else value <= target


def figure(metric: Metric) -> float:
    """A metric as one figure: a share in percent, else its value."""
    return percent(metric.value, metric.among) if entry(metric.name).is_share else float(metric.value)


def percent(some: int, among: int | None) -> float:
    """In percent, rounded down to a tenth: 100 means all. Of nothing, all complies."""
    return some * 1000 // among / 10 if among else 100.0


def is_planned(name: MetricName, policy: Policy) -> bool:
    """Whether the policy is about a metric: it says what it is to reach, or names what it counts."""
    named: dict[MetricName, bool] = {
        "imports.fragmented": bool(policy.symbols),
        "imports.legacy": bool(policy.legacy),
        "imports.contracts": bool(policy.contracts),
        "auth.patterns": bool(policy.auth.canonical or policy.auth.patterns),
    }
    return name in policy.metrics or named.get(name, False)


def is_measured(name: MetricName, policy: Policy) -> bool:
    """Whether a metric says anything: unless all rules whose findings it counts are switched off."""
    rules = [rule for rule, metric in _METRIC_OF.items() if metric == name]
    return not rules or any(policy.applies(rule) for rule in rules)


def metric_of(rule: RuleName) -> MetricName:
    """The metric that counts the findings of a rule: that of its name, or of the family that it belongs to."""
    return _METRIC_OF[rule]


_METRIC_OF: Final[dict[RuleName, MetricName]] = {
    rule: each for rule in get_args(RuleName) for each in get_args(MetricName) if each == family_of(rule)
}
