"""Wording: the phrases that depend on a number or on a rule, the same in comments and in terminals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from analyzers.catalogue import entry, metric_of
from analyzers.findings import MetricName, RuleName
from analyzers.policy import POLICY_PATHS
from analyzers.report import FindingRow, MetricRow, NewWayRow, PathRow, PolicyChange, Report, SymbolRow
from analyzers.rule_book import rule
from analyzers.rules.sites import PathRole

POLICY_PATH: Final = POLICY_PATHS[0]

ROLES: Final[Mapping[PathRole, str]] = {
    "definition": "defined here",
    "shim": "shim",
    "re-export": "re-export",
    "duplicate": "second definition",
    "misnomer": "name of another thing",
    "alias": "another name",
    "broken": "does not resolve",
    "undecided": "cannot tell",
}
"""Why a path works, or that it does not."""

_UNDECIDED: Final[Mapping[MetricName, str]] = {
    "imports.cycles": "modules in cycles that are not listed",
    "imports.contracts": "that are not listed",
    "ssot.duplicates": "that were not compared",
    "ssot.compliance": "that could not be read",
}
"""What a metric leaves out, where it is for another reason than that the code does not decide it."""

INFERRED: Final = (
    "the policy names no canonical answer here, so the one that most of the code uses counts; "
    f"settle it under `symbols` or `auth.canonical` in `{POLICY_PATH}`."
)
"""What the label `inferred` means and how to settle it."""


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 file`, `2 files`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def nouns(rules: Iterable[RuleName]) -> tuple[str, str]:
    """What violations of these rules are called, one and many."""
    named = {metric_of(rule) for rule in rules}
    if len(named) != 1:
        return "violation", "violations"
    counted_by = entry(named.pop())
    return counted_by.one, counted_by.many


def kind(name: RuleName) -> str:
    """What findings of a rule are called above a list of them."""
    metric = metric_of(name)
    many = entry(metric).many if metric == name else rule(name).title
    return many[:1].upper() + many[1:]


def met(metric: MetricRow) -> str:
    """Whether a metric reaches its target."""
    return "yes" if metric.met else "no"


def percentage(percent: float) -> str:
    """A share; a tenth of a percent counts, but for all and nothing."""
    return f"{percent:.0f} %" if percent in {0, 100} else f"{percent:.1f} %"


def base_figure(metric: MetricRow) -> str:
    """A metric at base, as one figure."""
    if metric.base_percent is not None:
        return percentage(metric.base_percent)
    return "" if metric.base is None else f"{metric.base:,}"


def head_figure(metric: MetricRow) -> str:
    """A metric at head, as one figure."""
    return f"{metric.head:,}" if metric.percent is None else percentage(metric.percent)


def base(metric: MetricRow) -> str:
    """A metric at base; a share with its counts."""
    share = metric.base_percent is not None and metric.base is not None
    return base_figure(metric) + (_parts(metric.base or 0, metric.base_among) if share else "")


def head(metric: MetricRow) -> str:
    """A metric at head: a share with its counts, and tests apart; a count with its parts in production and in tests."""
    if metric.percent is not None:
        share = head_figure(metric) + _parts(metric.head, metric.among)
        return "; ".join(part for part in (share, tests_apart(metric)) if part)
    return f"{metric.head:,} ({metric.production:,} + {metric.tests:,})" if metric.head else "0"


def _parts(some: int, among: int | None) -> str:
    return f" ({some:,} of {among:,})" if among else ""


def tests_apart(metric: MetricRow) -> str:
    """The share of tests, where a metric is about production alone and there are any: `tests 80.0 % (8 of 10)`."""
    if metric.tests_percent is None or not metric.tests_among:
        return ""
    return f"tests {percentage(metric.tests_percent)}" + _parts(metric.tests, metric.tests_among)


def change(metric: MetricRow) -> str:
    """What has become of a metric, and whether that is good."""
    if not metric.delta:
        return "unchanged"
    moved = f"{metric.delta:+,.0f}" if metric.percent is None else f"{metric.delta:+,.1f} points"
    return f"{moved} {'better' if metric.better else 'worse'}"


def among(metric: MetricRow) -> str:
    """A metric's denominator, where it has one: `import sites: 708`; for a share `import sites: 866 of 881`."""
    if not metric.among:
        return ""
    some = "" if metric.percent is None else f"{metric.head:,} of "
    return f"{entry(metric.name).among}: {some}{metric.among:,}"


def undecided(metric: MetricRow) -> str:
    """What a metric says nothing about, where there is such a thing."""
    if not metric.undecided:
        return ""
    return f"{metric.undecided:,} {_UNDECIDED.get(metric.name, 'that the code does not decide')}"


def measured(metric: MetricRow) -> str:
    """What a metric counts, with the denominator of a count, and what it leaves open."""
    looked_at = f" ({among(metric)})" if metric.among and metric.percent is None else ""
    left_open = f", and {undecided(metric)}" if metric.undecided else ""
    return f"{metric.title}{looked_at}{left_open}"


def details(metric: MetricRow) -> str:
    """What there is to a metric besides its figures, put below its title."""
    in_tests = f"{metric.tests:,} of them in tests" if metric.tests and metric.percent is None else ""
    planned = (f"due {metric.due}" if metric.due else "", f"{metric.priority} priority" if metric.priority else "")
    return "; ".join(
        part for part in (in_tests, among(metric), tests_apart(metric), undecided(metric), *planned) if part
    )


def target_figure(metric: MetricRow) -> str:
    """What a metric is to reach, as one figure."""
    return f"{metric.target:,}" if metric.percent is None else percentage(metric.target)


def target(metric: MetricRow) -> str:
    """What a metric is to reach, by when and how urgently."""
    due = f" by {metric.due}" if metric.due else ""
    priority = f", {metric.priority} priority" if metric.priority else ""
    return f"{target_figure(metric)}{due}{priority}"


def title(name: MetricName) -> str:
    """What a metric is called."""
    return entry(name).title


def headline(report: Report) -> str:
    """What there is to know, in one sentence."""
    return _of_change(report) if report.kind == "delta" else _of_state(report)


def _of_change(report: Report) -> str:
    subject = "This change" if report.pull_request is None else "This pull request"
    if report.is_quiet:
        does = "makes no difference to what" if report.pull_request is None else "changes nothing that"
        return f"{subject} {does} fifthwhy measures."
    policy = _policy_clause(report.policy_change)
    if report.introduced or report.fixed:
        told = _introduces(report.introduced, report.fixed)
        return f"{subject} {told}, and {policy}." if policy else f"{subject} {told}."
    if report.newly_unread:
        unread = counted(report.newly_unread, "Python file that cannot be read", "Python files that cannot be read")
        return f"{subject} has {unread}; nothing is claimed about {'it' if report.newly_unread == 1 else 'them'}."
    if policy:
        return f"{subject} {policy}; it introduces no violations and fixes none."
    if report.newly_noted:
        return f"{subject} introduces no violations and fixes none, but contracts name what it takes away."
    return f"{subject} introduces no violations and fixes none, yet a metric moves."


def _policy_clause(change: PolicyChange | None) -> str:
    if change is None:
        return ""
    if change.removed:
        return "removes the policy"
    return "makes the policy invalid" if change.problems else "changes the policy"


def _introduces(introduced: tuple[FindingRow, ...], fixed: tuple[FindingRow, ...]) -> str:
    one, many = nouns(row.rule for row in (*introduced, *fixed))
    if not introduced:
        return f"fixes {counted(len(fixed), one, many)} and introduces none"
    told = f"introduces {counted(len(introduced), one, many)}"
    return f"{told} and fixes {len(fixed):,}" if fixed else told


def _of_state(report: Report) -> str:
    if not report.files.python:
        return "There is no Python code to audit here."
    counts = [count for count in report.standing_counts if count.count]
    total = sum(count.count for count in counts)
    found = counted(total, *nouns(count.rule for count in counts)) if counts else "No violations"
    met = sum(metric.met for metric in report.metrics)
    return f"{found}; {met} of {counted(len(report.metrics), 'target')} met."


def path_status(path: PathRow, symbol: SymbolRow) -> str:
    """What is to be known of one path of a symbol."""
    canonical = _canonical(path.canonical, symbol.inferred)
    return f"{canonical}, {ROLES[path.role]}" if canonical else ROLES[path.role]


def path_name(path: PathRow) -> str:
    """A path as it is imported; with the name that is asked for where it is not the symbol's. Not escaped."""
    return path.module if path.name is None else f"{path.module}.{path.name}"


def newly_blocked(report: Report) -> str:
    """That a change keeps test modules from being collected; goes before by what."""
    subject = "This change" if report.pull_request is None else "This pull request"
    return f"{subject} blocks {counted(report.newly_blocked, 'test module')}"


def new_way(way: NewWayRow, report: Report) -> str:
    """That a change adds one more way to validate; goes before what it is."""
    subject = "This change" if report.pull_request is None else "This pull request"
    article = "an" if way.number in (8, 11, 18) or 80 <= way.number < 90 else "a"
    return f"{subject} adds {article} {_ordinal(way.number)} way to validate a token"


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{'th' if number % 100 in (11, 12, 13) else ending}"


def pattern_status(pattern: str, report: Report) -> str:
    """What is to be known of one validation pattern."""
    return _canonical(pattern == report.auth_canonical, report.auth_inferred)


def _canonical(is_canonical: bool, is_inferred: bool) -> str:
    if not is_canonical:
        return ""
    return "canonical (inferred)" if is_inferred else "canonical"


NO_EFFECT: Final = "At head it moves no metric."


def policy(change: PolicyChange) -> str:
    """What happens to the policy file; goes after its path."""
    if change.removed:
        return "is removed; once that is merged, the default policy applies."
    return "cannot be used as it is at head:" if change.problems else "changes; what it says applies once it is merged."


def more_symbols(more: int) -> str:
    """How many symbols are imported by more than one path besides those that are shown."""
    return f"…and {counted(more, 'more symbol that has', 'more symbols that have')} more than one path"


EXPLAIN: Final = "fifthwhy explain SYMBOL"
"""The command that tells everything about one symbol."""


def audited_files(report: Report) -> str:
    """How many files were looked at, and how many of them told nothing."""
    files = counted(report.files.python, "Python file")
    return f"{files}, {report.files.unread:,} not read" if report.files.unread else files


def notes_on_contracts(count: int) -> str:
    """What stands above what does not count of contracts."""
    return f"{counted(count, 'part of a contract does', 'parts of contracts do')} not count as written"


def list_all(report: Report) -> str:
    """The command that lists what a report leaves out."""
    return f"{report.command} --format json"
