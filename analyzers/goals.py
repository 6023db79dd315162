"""What a policy has wanted of each metric over time."""

from __future__ import annotations

from collections.abc import Iterable

from analyzers.catalogue import CATALOGUE, target_of
from analyzers.causes.model import Goal
from analyzers.findings import MetricName
from analyzers.places import Commit
from analyzers.policy import MetricPolicy, Policy


def goals_of(policies: Iterable[tuple[Commit, Policy]]) -> dict[MetricName, tuple[Goal, ...]]:
    """The goals of every metric, from the policies that commits had, oldest first.

    The first says what was wanted to begin with; each other one is a change of target or due date.
    """
    goals: dict[MetricName, list[Goal]] = {}
    for commit, policy in policies:
        for entry in CATALOGUE:
            wanted = policy.metrics.get(entry.name, MetricPolicy())
            goal = Goal(commit, target_of(entry.name, policy), wanted.due)
            known = goals.setdefault(entry.name, [])
            if not known or (known[-1].target, known[-1].due) != (goal.target, goal.due):
                known.append(goal)
    return {name: tuple(each) for name, each in goals.items()}
