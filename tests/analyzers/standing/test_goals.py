"""The success table, and when the light is which."""

from __future__ import annotations

import msgspec
import pytest

from analyzers.findings import MetricName
from analyzers.history import History
from analyzers.policy import Policy, read_policy
from analyzers.report import MetricRow, Report
from analyzers.standing.goals import goals_of, headline_of
from analyzers.status import Goal, Headline
from analyzers.trend import trends_of
from tests.analyzers.pasts import weekly
from tests.report_templates.reports import finding, metric, report

FALLING = weekly(imports_fragmented=[60, 55, 50])
"""At that rate it is at 0 ten weeks after the head of 2026-03-02."""


def state(*metrics: MetricRow, **changed: object) -> Report:
    return report(kind="state", base=None, pull_request=None, metrics=metrics, **changed)


def planned(row: MetricRow, policy: Policy) -> MetricRow:
    wanted = policy.metrics.get(row.name)
    due = wanted.due.isoformat() if wanted and wanted.due else None
    return msgspec.structs.replace(row, priority=wanted.priority if wanted else None, due=due)


def headline(*metrics: MetricRow, policy: str = "", past: History | None = None, **changed: object) -> Headline:
    read = read_policy(policy.encode())
    made = state(*(planned(row, read) for row in metrics), **changed)
    trends = trends_of(past, read) if past else ()
    return headline_of(goals_of(made, read, trends), made, read)


def goals(*metrics: MetricRow, policy: str = "", past: History | None = None) -> dict[MetricName, Goal]:
    read = read_policy(policy.encode())
    made = state(*(planned(row, read) for row in metrics))
    return {goal.metric: goal for goal in goals_of(made, read, trends_of(past, read) if past else ())}


FRAGMENTED = metric("imports.fragmented", None, 50, among=1_000)
MET = metric("imports.fragmented", None, 0, among=1_000)
UNPROTECTED = metric("auth.unprotected", None, 2, among=30)


def test_a_goal_holds_how_far_it_is_and_when_the_trend_gets_there() -> None:
    policy = "metrics:\n  imports.fragmented: {priority: high, due: 2026-12-31, phase: First}\n"
    goal = goals(FRAGMENTED, policy=policy, past=FALLING)["imports.fragmented"]

    assert (goal.current, goal.target, goal.gap, goal.met) == (50, 0, 50, False)
    assert (goal.priority, goal.due, goal.phase, goal.reached) == ("high", "2026-12-31", "First", "2026-05-11")


def test_a_share_is_told_in_percent_and_its_gap_in_points() -> None:
    share = metric("imports.canonical_usage", None, 920, among=1_000)

    assert [(goal.current, goal.target, goal.gap) for goal in goals(share).values()] == [(92.0, 100.0, 8.0)]


def test_a_target_that_is_met_has_no_gap() -> None:
    assert goals(MET)["imports.fragmented"].gap == 0


def test_metrics_without_anything_to_count_are_no_goals_unless_planned() -> None:
    nothing = metric("imports.legacy", None, 0)

    assert goals(nothing) == {}
    assert list(goals(nothing, policy="metrics:\n  imports.legacy: {target: 0}\n")) == ["imports.legacy"]


def test_a_rule_that_is_switched_off_has_no_goal_even_if_planned() -> None:
    policy = "rules: {auth.unprotected: off}\nmetrics:\n  auth.unprotected: {target: 0}\n"

    assert goals(metric("auth.unprotected", None, 0), policy=policy) == {}


def test_the_light_is_met_where_every_target_is() -> None:
    assert headline(MET) == Headline("met", None, 1, 1, None)


IN_TIME = "metrics:\n  imports.fragmented: {priority: medium, due: 2026-12-31}\n"


def test_a_target_that_is_met_by_what_the_code_decides_alone_is_told_apart() -> None:
    undecided = msgspec.structs.replace(MET, undecided=2)
    assert headline(undecided).left_open == 1
    assert headline(msgspec.structs.replace(FRAGMENTED, undecided=2)).left_open == 0, "it is off"


def test_the_light_is_near_where_all_that_is_off_comes_in_time() -> None:
    assert headline(FRAGMENTED, policy=IN_TIME, past=FALLING).light == "near"
    assert headline(FRAGMENTED, past=FALLING).light == "near", "without a due date nothing is late"


@pytest.mark.parametrize(
    ("policy", "past"),
    [
        pytest.param(IN_TIME.replace("medium", "high"), FALLING, id="high priority"),
        pytest.param(IN_TIME.replace("medium", "critical"), FALLING, id="critical priority"),
        pytest.param(IN_TIME.replace("2026-12", "2026-03"), FALLING, id="too late"),
        pytest.param(IN_TIME, weekly(imports_fragmented=[50, 50, 50]), id="not at this rate"),
        pytest.param(IN_TIME, None, id="no history"),
    ],
)
def test_the_light_is_off_otherwise(policy: str, past: History | None) -> None:
    assert headline(FRAGMENTED, policy=policy, past=past).light == "off"


def test_one_metric_that_is_late_puts_the_light_off_though_another_comes_in_time() -> None:
    assert headline(FRAGMENTED, UNPROTECTED, policy=IN_TIME, past=FALLING).light == "off"


def test_the_worst_metric_has_the_highest_priority() -> None:
    policy = "metrics:\n  auth.unprotected: {priority: high}\n  imports.fragmented: {priority: medium}\n"

    assert headline(FRAGMENTED, UNPROTECTED, policy=policy).worst == "auth.unprotected"


def test_of_equal_priority_the_one_that_is_due_first_is_worst() -> None:
    policy = "metrics:\n  auth.unprotected: {due: 2026-06-01}\n  imports.fragmented: {due: 2026-05-01}\n"

    assert headline(FRAGMENTED, UNPROTECTED, policy=policy).worst == "imports.fragmented"


def test_then_severe_findings_decide_and_then_the_gap_of_counts() -> None:
    severe = msgspec.structs.replace(finding("shop/api.py", name="auth.unprotected"), severity="high")

    assert headline(FRAGMENTED, UNPROTECTED, standing=(severe,)).worst == "auth.unprotected"
    assert headline(FRAGMENTED, UNPROTECTED).worst == "imports.fragmented"
    usage = metric("imports.canonical_usage", None, 0, among=1_000)
    assert headline(usage, UNPROTECTED).worst == "auth.unprotected", "a share tells of the same in another way"


def test_the_impact_is_in_the_policy_s_words_that_of_the_worst_metric_first() -> None:
    general = "context: {impact: Every second path costs a day}\n"
    own = general + "metrics:\n  imports.fragmented: {impact: Logins fail}\n"

    assert headline(FRAGMENTED, policy=general).impact == "Every second path costs a day"
    assert headline(FRAGMENTED, policy=own).impact == "Logins fail"
    assert headline(MET, policy=own).impact == "Every second path costs a day"
    assert headline(FRAGMENTED).impact is None
