"""The gate: whether a change may pass by the policy, and what keeps it from passing."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final, Literal, get_args

import msgspec

from analyzers.findings import Severity
from analyzers.policy import Policy
from analyzers.report import FindingRow, MetricRow, Report

_RANKS: Final = {severity: rank for rank, severity in enumerate(get_args(Severity))}


class Acceptance(msgspec.Struct, frozen=True):
    """Somebody has let a change pass in spite of what the gate said; `of` is the digest of what that was."""

    by: str
    at: datetime
    """In UTC."""
    of: str


class Gated(msgspec.Struct, frozen=True):
    """What the gate says of a change, and why it `failed`: by findings, by metrics, or by the policy that it brings.

    passed: nothing is introduced. told: something is, that the gate lets through.
    """

    state: Literal["passed", "told", "failed"]
    findings: tuple[FindingRow, ...] = ()
    """The gravest first."""
    metrics: tuple[MetricRow, ...] = ()
    policy_invalid: bool = False

    @property
    def can_be_accepted(self) -> bool:
        """Whether somebody may let it pass all the same; a policy that cannot be used would stop all that follow."""
        return self.state == "failed" and not self.policy_invalid

    @property
    def digest(self) -> str:
        """Short name of what keeps the change from passing: an acceptance holds for this and nothing else."""
        reasons = [finding.fingerprint for finding in self.findings]
        reasons += [f"{metric.name}={metric.head}" for metric in self.metrics]
        return hashlib.sha256("\n".join(sorted(reasons)).encode()).hexdigest()[:16]


def gated(report: Report, policy: Policy) -> Gated:
    """What the gate of a policy says of a change. Test code never keeps it from passing; what it brings is told."""
    change = report.policy_change
    invalid = change is not None and bool(change.problems)
    findings, metrics = _blocking(report, policy), _missed(report, policy)
    if findings or metrics or invalid:
        return Gated("failed", findings, metrics, invalid)
    return Gated("told" if report.introduced or report.newly_blocked else "passed")


def gravest_first(findings: tuple[FindingRow, ...]) -> tuple[FindingRow, ...]:
    """Findings by severity, production before tests, then by place: one order for the same findings."""

    def key(row: FindingRow) -> tuple[object, ...]:
        return (-_RANKS[row.severity], row.scope != "production", row.place.path, row.place.line, row.fingerprint)

    return tuple(sorted(findings, key=key))


def _blocking(report: Report, policy: Policy) -> tuple[FindingRow, ...]:
    if policy.gate.mode != "introduced":
        return ()
    least = _RANKS[policy.gate.severity]
    counted = (row for row in report.introduced if row.scope == "production" and _RANKS[row.severity] >= least)
    return gravest_first(tuple(counted))


def _missed(report: Report, policy: Policy) -> tuple[MetricRow, ...]:
    """The metrics that miss the target that the policy gives them; those by default are goals, and no gate."""
    if policy.gate.mode != "target":
        return ()
    targeted = {name for name, wanted in policy.metrics.items() if wanted.target is not None}
    return tuple(row for row in report.metrics if row.name in targeted and not row.met)
