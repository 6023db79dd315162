"""The gate: what keeps a change from passing, by the policy; and what an acceptance is of."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from analyzers.findings import Severity
from analyzers.gate import Gated, gated, gravest_first
from analyzers.policy import Policy, PolicyProblem, read_policy
from analyzers.report import FindingRow, Report
from analyzers.tree import Scope
from tests.report_templates.reports import finding, metric, policy_change, report


def gate(mode: str, severity: str = "medium", more: str = "") -> Policy:
    return read_policy(f"gate: {{mode: {mode}, severity: {severity}}}\n{more}".encode())


def row(path: str = "shop/cart.py", severity: Severity = "medium", scope: Scope = "production") -> FindingRow:
    return replace(finding(path, scope=scope), severity=severity)


def introducing(*rows: FindingRow) -> Report:
    return report(introduced=rows)


# --- passes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["off", "introduced", "target"])
def test_a_change_that_introduces_nothing_passes(mode: str) -> None:
    assert gated(report(), gate(mode)) == Gated("passed")


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        pytest.param(gate("off"), row(severity="high"), id="the gate is off"),
        pytest.param(gate("introduced", "high"), row(), id="below the severity"),
        pytest.param(gate("introduced", "low"), row(severity="high", scope="tests"), id="in tests"),
        pytest.param(gate("target"), row(severity="high"), id="only targets count"),
    ],
)
def test_what_is_introduced_may_be_told_and_not_stopped(policy: Policy, found: FindingRow) -> None:
    assert gated(introducing(found), policy) == Gated("told")


def test_a_target_by_default_is_a_goal_and_no_gate() -> None:
    assert gated(report(metrics=(metric("imports.legacy", 9, 9),)), gate("target")).state == "passed"


def test_what_stands_as_before_is_no_business_of_the_change() -> None:
    assert gated(report(standing=(row(severity="high"),)), gate("introduced", "low")).state == "passed"


# --- fails ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("severity", "count"), [("low", 3), ("medium", 2), ("high", 1)])
def test_findings_of_the_severity_or_higher_fail(severity: str, count: int) -> None:
    rows = row("a.py", "low"), row("b.py", "medium"), row("c.py", "high")
    verdict = gated(introducing(*rows), gate("introduced", severity))
    assert verdict.state == "failed"
    assert len(verdict.findings) == count
    assert verdict.findings[0].severity == "high"


def test_a_metric_that_misses_the_target_of_the_policy_fails() -> None:
    policy = gate("target", more="metrics: {imports.legacy: {target: 0}}")
    missed = metric("imports.legacy", 9, 9)
    assert gated(report(metrics=(missed,)), policy) == Gated("failed", metrics=(missed,))


@pytest.mark.parametrize("mode", ["off", "introduced", "target"])
def test_a_policy_that_cannot_be_used_fails_and_cannot_be_accepted(mode: str) -> None:
    change = policy_change((PolicyProblem(3, "symbols.0.name", "is required"),))
    verdict = gated(report(policy_change=change), gate(mode))
    assert (verdict.state, verdict.policy_invalid, verdict.can_be_accepted) == ("failed", True, False)


# --- acceptances ------------------------------------------------------------------------------------------------------


def test_the_digest_names_what_fails_whatever_its_order_and_lines() -> None:
    policy = gate("introduced", "low")
    one, other = row("a.py"), row("b.py")
    moved = replace(one, place=replace(one.place, line=90, end_line=90))
    assert gated(introducing(one, other), policy).digest == gated(introducing(other, moved), policy).digest


def test_the_digest_is_another_one_once_something_else_fails() -> None:
    policy = gate("introduced", "low")
    assert gated(introducing(row("a.py")), policy).digest != gated(introducing(row("a.py"), row("b.py")), policy).digest


def test_the_gravest_come_first_and_production_before_tests() -> None:
    rows = row("t.py", "high", "tests"), row("b.py", "low"), row("c.py", "high"), row("a.py", "high")
    assert [each.place.path for each in gravest_first(rows)] == ["a.py", "c.py", "t.py", "b.py"]
