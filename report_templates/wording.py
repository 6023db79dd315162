"""Wording: the phrases that depend on a number or on a rule, the same in comments and in terminals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from analyzers.catalogue import rule
from analyzers.findings import RuleName
from analyzers.policy import POLICY_PATHS
from analyzers.report import FindingRow, MetricRow, PathRow, PolicyChange, Report, SymbolRow

POLICY_PATH: Final = POLICY_PATHS[0]


class Words(msgspec.Struct, frozen=True):
    """What a rule's violations are called, one and many, and how its denominator is put."""

    one: str
    many: str
    among: str


WORDS: Final[Mapping[RuleName, Words]] = {
    "imports.fragmented": Words(
        "import off the canonical path", "imports off the canonical path", "of {} import {sites}"
    ),
    "imports.legacy": Words("import of a legacy module", "imports of legacy modules", "of {} {sites}"),
    "auth.patterns": Words(
        "validation call off the canonical pattern",
        "validation calls off the canonical pattern",
        "in {} validation {calls}",
    ),
}
VIOLATIONS: Final = Words("violation", "violations", "")

INFERRED: Final = (
    "the policy names no canonical answer here, so the one that most of the code uses counts; "
    f"settle it under `symbols` or `auth.canonical` in `{POLICY_PATH}`."
)
"""What the label `inferred` means and how to settle it."""


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 file`, `2 files`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def base(metric: MetricRow) -> str:
    """A metric's value at base."""
    return "" if metric.base is None else f"{metric.base:,}"


def met(metric: MetricRow) -> str:
    """Whether a metric reaches its target."""
    return "yes" if metric.met else "no"


def signed(count: int) -> str:
    """A difference with its sign."""
    return f"{count:+,}" if count else "0"


def change(delta: int | None) -> str:
    """A difference and what it means; lower is better for every metric."""
    if not delta:
        return "unchanged"
    return f"{signed(delta)} {'worse' if delta > 0 else 'better'}"


def among(metric: MetricRow) -> str:
    """A metric's denominator, where it has one: what was looked at."""
    if not metric.sites:
        return ""
    sites, calls = ("site", "call") if metric.sites == 1 else ("sites", "calls")
    return WORDS[metric.name].among.format(f"{metric.sites:,}", sites=sites, calls=calls)


def measured(metric: MetricRow) -> str:
    """What a metric counts, with its denominator where it has one."""
    return f"{metric.title}, {among(metric)}" if metric.sites else metric.title


def split(metric: MetricRow) -> str:
    """A metric's value with its parts in production and in tests."""
    return f"{metric.head:,} ({metric.production:,} + {metric.tests:,})" if metric.head else "0"


def target(metric: MetricRow) -> str:
    """What a metric is to reach, by when and how urgently."""
    due = f" by {metric.due}" if metric.due else ""
    priority = f", {metric.priority} priority" if metric.priority else ""
    return f"{metric.target:,}{due}{priority}"


def title(name: RuleName) -> str:
    """What a metric is called."""
    return rule(name).title


def headline(report: Report) -> str:
    """What there is to know, in one sentence."""
    return _of_change(report) if report.kind == "delta" else _of_state(report)


def _of_change(report: Report) -> str:
    subject = "This change" if report.pull_request is None else "This pull request"
    if report.is_quiet:
        return f"{subject} changes nothing that fifthwhy measures."
    policy = _policy_clause(report.policy_change)
    if report.introduced or report.fixed:
        told = _introduces(report.introduced, report.fixed)
        return f"{subject} {told}, and {policy}." if policy else f"{subject} {told}."
    if report.newly_unread:
        unread = counted(report.newly_unread, "Python file that cannot be read", "Python files that cannot be read")
        return f"{subject} has {unread}; nothing is claimed about {'it' if report.newly_unread == 1 else 'them'}."
    if policy:
        return f"{subject} {policy}; it introduces no violations and fixes none."
    return f"{subject} introduces no violations and fixes none, yet a metric moves."


def _policy_clause(change: PolicyChange | None) -> str:
    if change is None:
        return ""
    if change.removed:
        return "removes the policy"
    return "makes the policy invalid" if change.problems else "changes the policy"


def _introduces(introduced: tuple[FindingRow, ...], fixed: tuple[FindingRow, ...]) -> str:
    words = _words({row.rule for row in (*introduced, *fixed)})
    if not introduced:
        return f"fixes {counted(len(fixed), words.one, words.many)} and introduces none"
    told = f"introduces {counted(len(introduced), words.one, words.many)}"
    return f"{told} and fixes {len(fixed):,}" if fixed else told


def _words(rules: set[RuleName]) -> Words:
    return WORDS[rules.pop()] if len(rules) == 1 else VIOLATIONS


def _of_state(report: Report) -> str:
    if not report.files.python:
        return "There is no Python code to audit here."
    words = _words({row.rule for row in report.standing})
    found = counted(len(report.standing), words.one, words.many) if report.standing else "No violations"
    met = sum(metric.met for metric in report.metrics)
    return f"{found}; {met} of {counted(len(report.metrics), 'target')} met."


def path_status(path: PathRow, symbol: SymbolRow) -> str:
    """What is to be known of one path of a symbol."""
    return _canonical(path.canonical, symbol.inferred)


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


def more_symbols(report: Report) -> str:
    """How many symbols are split besides those that the report holds."""
    return f"{counted(report.more_symbols, 'more symbol has', 'more symbols have')} more than one path."


def audited_files(report: Report) -> str:
    """How many files were looked at, and how many of them told nothing."""
    files = counted(report.files.python, "Python file")
    return f"{files}, {report.files.unread:,} not read" if report.files.unread else files


def list_all(report: Report) -> str:
    """The command that lists what a report leaves out."""
    return f"{report.command} --format json"
