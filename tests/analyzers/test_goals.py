"""What a policy has wanted of each metric over time."""

from __future__ import annotations

import datetime as dt

from analyzers.goals import goals_of
from analyzers.places import Commit
from analyzers.policy import MetricPolicy, Policy


def commit(number: int) -> Commit:
    return Commit(f"{number:040}", f"2026-01-0{number}T00:00:00+00:00", "Change")


def policy(target: int | None = None, due: dt.date | None = None) -> Policy:
    return Policy(metrics={"imports.fragmented": MetricPolicy(target=target, due=due)})


def test_a_goal_is_told_once_for_each_change() -> None:
    due = dt.date(2026, 3, 1)
    policies = [policy(5), policy(5), policy(5, due), Policy()]
    goals = goals_of((commit(number), each) for number, each in enumerate(policies, 1))
    assert [(goal.commit.date[:10], goal.target, goal.due) for goal in goals["imports.fragmented"]] == [
        ("2026-01-01", 5, None),
        ("2026-01-03", 5, due),
        ("2026-01-04", 0, None),
    ]


def test_where_the_policy_says_nothing_the_catalogue_does() -> None:
    goals = goals_of([(commit(1), Policy()), (commit(2), policy(1))])
    assert [goal.target for goal in goals["ssot.compliance"]] == [100]
    assert goals_of([]) == {}
