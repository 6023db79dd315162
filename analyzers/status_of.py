"""The status of a commit: what a report tells besides its findings, put together from report, policy and past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from analyzers.catalogue import is_measured, metric_of
from analyzers.causes.model import Action, Chain
from analyzers.findings import MetricName
from analyzers.history import History, Traced
from analyzers.policy import Policy
from analyzers.report import MetricRow, Report
from analyzers.standing.breakdowns import breakdowns_of
from analyzers.standing.goals import by_urgency, goals_of, headline_of, projections
from analyzers.standing.phrases import counted
from analyzers.standing.recommendation import Ground, recommended
from analyzers.status import (
    ActionRow,
    IssueRow,
    LinkedPull,
    PastFinding,
    Risk,
    Since,
    Status,
    SuiteRow,
    TaskRow,
)
from analyzers.trend import trends_of

MOST_PLACES: Final = 5
"""Places that are told of one risk; the rest is counted."""


class Context(msgspec.Struct, frozen=True):
    """What is known from outside of the code: the issue, who is on it, its checks, earlier times.

    `notes` say in our own words what was not looked at of all this.
    """

    suites: tuple[SuiteRow, ...] = ()
    issue: IssueRow | None = None
    pulls: tuple[LinkedPull, ...] = ()
    more_pulls: int = 0
    tasks: tuple[TaskRow, ...] = ()
    since: tuple[Since, ...] = ()
    notes: tuple[str, ...] = ()


NO_CONTEXT: Final = Context()


def status_of(
    report: Report,
    policy: Policy,
    past: History | None,
    chains: tuple[Chain, ...],
    actions: tuple[Action, ...],
    *,
    traced: Sequence[Traced] = (),
    context: Context = NO_CONTEXT,
) -> Status:
    """The status of the commit that a report is about, which has all its findings (`whole`).

    `traced` are these findings with their details and origins, as far as known.
    """
    trends = () if past is None else trends_of(past, policy)
    goals = goals_of(report, policy, trends)
    ground = Ground(report, goals, projections(trends), past, context.suites, context.tasks)
    pressing = [goal.metric for goal in by_urgency(goals, report)]
    off = [goal.metric for goal in by_urgency((goal for goal in goals if not goal.met), report)]
    return Status(
        headline=headline_of(goals, report, policy),
        recommendation=recommended(ground),
        chains=chains,
        breakdowns=() if _is_cut(report) else breakdowns_of(report, off, traced),
        goals=goals,
        trends=tuple(sorted(trends, key=lambda trend: _position(trend.metric, pressing))),
        since=context.since,
        origins=tuple(_past_findings(report, traced)),
        suites=context.suites,
        risks=() if _is_cut(report) else tuple(_risks(report, policy)),
        actions=_action_rows(actions, report, policy),
        issue=context.issue,
        pulls=context.pulls,
        more_pulls=context.more_pulls,
        tasks=context.tasks,
        tags=policy.context.tags,
        notes=(*_notes(report, policy, past), *context.notes),
    )


def _position(metric: MetricName, order: Sequence[MetricName]) -> int:
    return order.index(metric) if metric in order else len(order)


def _is_cut(report: Report) -> bool:
    return len(report.standing) != sum(count.count for count in report.standing_counts)


def _past_findings(report: Report, traced: Sequence[Traced]) -> Iterator[PastFinding]:
    known = {row.fingerprint for row in report.standing}
    for each in traced:
        origin = each.origin
        if origin is not None and each.fingerprint in known:
            yield PastFinding(
                fingerprint=each.fingerprint,
                by=origin.by,
                after=origin.after,
                exact=origin.is_exact,
                pull_request=origin.pull_request,
                url=report.repository.commit(origin.by.id),
            )


def _risks(report: Report, policy: Policy) -> Iterator[Risk]:
    """Findings of high severity by rule and scope: production first, then those with the most."""
    severe = [row for row in report.standing if row.severity == "high"]
    kinds = dict.fromkeys((row.rule, row.scope) for row in severe)
    found = [(kind, [row.place for row in severe if (row.rule, row.scope) == kind]) for kind in kinds]
    for (rule, scope), places in sorted(found, key=lambda each: (each[0][1] == "tests", -len(each[1]))):
        wanted = policy.metrics.get(metric_of(rule))
        impact = wanted.impact if wanted else None
        more = len(places[MOST_PLACES:])
        yield Risk(rule, scope, len(places), impact, tuple(places[:MOST_PLACES]), more)


def _action_rows(actions: Iterable[Action], report: Report, policy: Policy) -> tuple[ActionRow, ...]:
    """Actions by phase, in the order in which the policy names the phases first; those without one come last."""
    phases = {name: wanted.phase for name, wanted in policy.metrics.items()}
    named = list(dict.fromkeys(phase for phase in phases.values() if phase))
    rank = {phase: number for number, phase in enumerate(named)}
    ordered = sorted(actions, key=lambda each: rank.get(phases.get(each.metric) or "", len(named)))
    rows = {row.name: row for row in report.metrics}
    return tuple(
        _action(number, each, phases.get(each.metric), rows[each.metric]) for number, each in enumerate(ordered, 1)
    )


def _action(number: int, action: Action, phase: str | None, row: MetricRow) -> ActionRow:
    # What a share comes to also depends on what it is of, which an action does not tell.
    is_share = row.percent is not None
    return ActionRow(
        number=number,
        text=action.text,
        metric=action.metric,
        phase=phase,
        before=float(action.before) if row.percent is None else row.percent,
        after=None if action.after is None or is_share else float(action.after),
        target=float(row.target),
        checked=action.is_checked and not is_share,
        cause=action.cause,
        findings=len(action.subjects),
        evidence=action.evidence,
        kind=action.kind,
        now=float(row.head) if row.percent is None else row.percent,
    )


def _not_traced(report: Report, past: History) -> Iterator[str]:
    """Of how many findings it is not known with which commit they came, or when at all."""
    if past.untraced:
        among = sum(count.count for count in report.standing_counts)
        verb = "is" if past.untraced == 1 else "are"
        known = f"{verb} known to have come in between two samples, but not with which commit"
        yield f"{past.untraced:,} of {counted(among, 'finding')} {known}."
    traceable = [row for row in report.standing if row.rule != "ssot.ignores"]  # those come to be stale by themselves
    lost = sum(row.fingerprint not in past.origins for row in traceable) if past.looks_back else 0
    if lost:
        yield f"Of {counted(lost, 'finding')} it is not known at all when {'it' if lost == 1 else 'they'} came in."


def _notes(report: Report, policy: Policy, past: History | None) -> Iterator[str]:
    """What was not looked at, and what nothing is said about."""
    if past is None:
        yield "The history was not looked at: there is no trend, and no origin of a finding."
    elif past.left:
        yield f"{counted(past.left, 'earlier sample')} could not be looked at within the budget."
    if past is not None:
        yield from _not_traced(report, past)
    if past is not None and past.cut is not None:
        yield f"This clone is shallow: what was before {past.cut.date[:10]} is not in it."
    if _is_cut(report):
        yield "Not all findings are in this report, so that breakdowns and risks are left out."
    for name in policy.metrics:
        if not is_measured(name, policy):
            yield f"The policy plans for `{name}` and switches its rule off: nothing is said about it."
    files = report.files
    if files.unread:
        yield f"{files.unread:,} of {counted(files.python, 'Python file')} could not be read: nothing is claimed there."
