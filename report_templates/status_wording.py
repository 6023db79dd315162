"""Wording of status reports: the phrases that depend on a figure or on a state, the same in comments and terminals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from analyzers.catalogue import entry
from analyzers.causes.model import Cause
from analyzers.findings import MetricName
from analyzers.report import MetricRow
from analyzers.standing import phrases
from analyzers.standing.phrases import leads
from analyzers.status import (
    ActionRow,
    CheckState,
    Flows,
    Goal,
    Headline,
    Light,
    LinkedPull,
    Point,
    Recommendation,
    SuiteRow,
)
from report_templates.status_listing import Cut, GoalShown, Phase, StatusPage, TrendShown
from report_templates.wording import among, counted, head_figure, measured, percentage, target, title, undecided

LIGHTS: Final[Mapping[Light, tuple[str, str]]] = {
    "met": ("🟢", "On target"),
    "near": ("🟡", "Off target, and in time"),
    "off": ("🔴", "Off target"),
}
"""A sign for the eye, and the words that say the same."""

_ADVICE: Final = {"close": "Close", "go on": "Go on", "raise": "Raise"}
_BOTH: Final = 2
_MOVE_NONE: Final = ("warn", "write", "delete module")
"""Kinds of actions that keep a metric where others bring it."""
_CUTS: Final = {"symbol": "Symbol", "module": "Module", "folder": "Folder", "pattern": "Pattern"}


def figure(value: float, name: MetricName) -> str:
    """A value of a metric: a share in percent, else a count."""
    return percentage(value) if entry(name).is_share else f"{value:,.0f}"


def reading(point: Point, name: MetricName) -> str:
    """A metric at one commit; a share with its counts."""
    counts = f" ({point.some:,} of {point.among:,})" if point.some is not None and point.among else ""
    return figure(point.value, name) + counts


def light(headline: Headline) -> str:
    """Sign and words."""
    return " ".join(signal(headline))


def signal(headline: Headline) -> tuple[str, str]:
    """A sign for the eye, and the words that say the same; where there is nothing to count, nothing is on target."""
    return LIGHTS[headline.light] if headline.of else ("⚪", "Nothing to count")


def targets_met(headline: Headline) -> str:
    """How many targets are met, of all that there are."""
    if not headline.of:
        return "no target applies"
    left_open = f", {headline.left_open:,} of them by what the code decides" if headline.left_open else ""
    return f"{headline.met:,} of {counted(headline.of, 'target')} met{left_open}"


def goal_title(shown: GoalShown) -> str:
    """What a goal is about, with what is counted among, and what is left open."""
    parts = () if shown.metric is None else (among(shown.metric), undecided(shown.metric))
    told = "; ".join(part for part in parts if part)
    return f"{title(shown.goal.metric)} ({told})" if told else title(shown.goal.metric)


def goal_figure(goal: Goal) -> str:
    """A goal's metric today."""
    return figure(goal.current, goal.metric)


def goal_target(goal: Goal) -> str:
    """What it is to reach."""
    return figure(goal.target, goal.metric)


def goal_gap(goal: Goal) -> str:
    """How far it is from there."""
    if goal.met:
        return ""
    return f"{goal.gap:,.1f} points" if entry(goal.metric).is_share else f"{goal.gap:,.0f}"


def goal_clause(goal: Goal) -> str:
    """A goal in one clause: `51, target 0 by 2027-03-31, high priority`."""
    by = f" by {goal.due}" if goal.due else ""
    priority = f", {goal.priority} priority" if goal.priority else ""
    return f"{goal_figure(goal)}, target {goal_target(goal)}{by}{priority}"


def goal_reached(shown: GoalShown) -> str:
    """When the trend reaches the target, where it says so."""
    if shown.goal.met:
        return "met"
    if shown.goal.reached:
        return shown.goal.reached
    return "not at this rate" if shown.projected else ""


def worst(shown: GoalShown) -> str:
    """The metric that decides the light, with its goal."""
    return f"{goal_title(shown)}: {goal_clause(shown.goal)}"


def answer(cause: Cause) -> str:
    """An answer with how many of how many it holds for, unless it says so itself. Not escaped."""
    count, of = f"{cause.count:,}", f"{cause.among:,}"
    said = {word.strip("`.,;:()") for word in cause.answer.split()} >= {count, of}
    said = said or (cause.count == cause.among == _BOTH and cause.answer.startswith("Both "))
    return cause.answer if said or cause.among < 2 else f"{cause.answer} ({count} of {of} {cause.unit})"


def why(metric: MetricRow) -> str:
    """What stands above the five whys of a metric."""
    in_tests = f", {metric.tests:,} of them in tests" if metric.tests and metric.percent is None else ""
    return f"{measured(metric)}: {head_figure(metric)}{in_tests}, target {target(metric)}"


def cut_by(cut: Cut) -> str:
    """What a breakdown is by, above its column."""
    return _CUTS[cut.breakdown.by]


def cut_rest(cut: Cut) -> str:
    """The shares that are not shown, in one row."""
    return f"…and {cut.more:,} more, with {counted(cut.more_findings, 'finding')}"


def pull_state(pull: LinkedPull) -> str:
    """What has become of a pull request."""
    return f"{pull.state}, closes this issue" if pull.closes else pull.state


def pull_review(pull: LinkedPull) -> str:
    """How it was reviewed."""
    return "waiting for review" if pull.review == "waiting" else pull.review


def pull_checks(pull: LinkedPull) -> str:
    """How its checks went."""
    return pull.checks or "none"


def suite_counts(suite: SuiteRow) -> str:
    """What a suite's checks came to: `12 passed, 1 failed`."""
    counts: tuple[tuple[int, CheckState], ...] = (
        (suite.passed, "passed"),
        (suite.failed, "failed"),
        (suite.blocked, "blocked"),
        (suite.missing, "missing"),
        (suite.running, "running"),
    )
    return ", ".join(f"{count:,} {state}" for count, state in counts if count)


def action_effect(action: ActionRow) -> str:
    """What an action does to its metric, and how that is known."""
    before, wanted = figure(action.before, action.metric), figure(action.target, action.metric)
    if action.after == action.before or (action.after is None and action.kind in _MOVE_NONE):
        return f"{title(action.metric)}: takes none away by itself"
    is_later = action.now not in (None, action.before)
    if action.after is None:
        when = "after what is above" if is_later else "now"
        return f"{title(action.metric)}: {before} {when}, target {wanted}; by how much it moves cannot be told"
    known = "counted with the change applied in memory" if action.checked else "expected, not counted"
    after = f"{before}{' after what is above' if is_later else ''} → {figure(action.after, action.metric)}"
    return f"{title(action.metric)}: {after}, target {wanted}; {known}"


def tasks_done(phase: Phase) -> str:
    """What stands above the issue's own tasks."""
    return f"Task list of the issue: {phase.done:,} of {phase.total:,} done"


def course(shown: TrendShown) -> str:
    """Where a trend leads."""
    projection = shown.trend.projection
    if shown.is_met:
        return "the target is met"
    if not shown.trend.comparable:
        return phrases.NOT_COMPARABLE
    if projection is None:
        return "too few points to tell where it leads"
    in_time = {True: ", in time", False: ", too late", None: ""}[projection.in_time] if projection.reached else ""
    return leads(projection, is_share=entry(shown.trend.metric).is_share) + in_time


def course_ends(shown: TrendShown) -> str:
    """Its first and its last value, with the target."""
    trend = shown.trend
    first, last, wanted = (
        figure(value, trend.metric) for value in (trend.points[0].value, trend.points[-1].value, trend.target)
    )
    nothing = ", when there was nothing to count," if trend.from_nothing else ""
    return f"from {first}{nothing} to {last}, target {wanted}"


RATES: Final = (
    "A rate is the net change since the first sample of the last four weeks, or since the middle of them where that is "
    "slower."
)

_APART: Final = "What could be read at one of two commits only is no part of it."


def rates(page: StatusPage) -> str:
    """How the rates of trends are worked out, where one is told."""
    told = [shown.trend for shown in page.trends.rows if shown.trend.projection is not None and not shown.is_met]
    if not told:
        return ""
    moved = (flows.apart for trend in told for flows in trend.flows if trend.metric != "ssot.duplicates")
    return f"{RATES} {_APART}" if any(moved) else RATES


def apart(shown: TrendShown) -> str:
    """What a metric moved by in the listed points though nothing came or went; empty where it did not."""
    return phrases.apart(shown.trend.metric, (each.flows for each in shown.moments.rows if each.flows))


def flow(flows: Flows) -> str:
    """What came and went."""
    return f"{flows.introduced:,} introduced, {flows.fixed:,} fixed"


def heading(text: str) -> str:
    """A phrase as the beginning of a sentence. Not escaped."""
    return text[:1].upper() + text[1:]


def same(count: int) -> str:
    """The metrics that did not move."""
    return f"{counted(count, 'metric is', 'metrics are')} as then"


def advice(recommendation: Recommendation) -> str:
    """What to do, in a word."""
    return _ADVICE[recommendation.what]


def chart_legend(shown: TrendShown) -> str:
    """What the lines of a chart are."""
    unit = entry(shown.trend.metric).unit
    return f"Blue: {'percent' if unit == '%' else unit}; red, and straight: the target."


def phase_name(page: StatusPage, phase: Phase) -> str:
    """What stands above the actions of a phase; nothing where the plan has no phases. Not escaped."""
    if phase.name is not None:
        return phase.name
    return "" if len(page.phases) == 1 else "In no phase"
