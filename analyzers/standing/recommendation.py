"""What to do with the issue: raise it, close it or go on, by rules over targets, trend and severity.

The first rule that holds counts, in that order: an alarm goes before a wish to close.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from analyzers.catalogue import entry
from analyzers.findings import MetricName
from analyzers.history import History, moment
from analyzers.places import Commit
from analyzers.report import MetricRow, Report
from analyzers.standing.goals import URGENT, by_urgency
from analyzers.standing.phrases import counted, enumerated, leads, measured, stands
from analyzers.status import Goal, Projection, Recommendation, SuiteRow, TaskRow

RAISE: Final = (
    "Raise it when a metric of high or critical priority is past its due date, will not be there in time or moves away "
    "from its target, or when a finding of high severity came in since the sample before."
)
CLOSE: Final = (
    "Close it when every target is met, every file was read, nothing is undecided in these metrics, no suite has "
    "failed or is blocked, and no task is open."
)
GO_ON: Final = "Go on when it is neither to be raised nor to be closed."


class Ground(msgspec.Struct, frozen=True):
    """What a recommendation is held against."""

    report: Report
    goals: Sequence[Goal]
    projections: Mapping[MetricName, Projection]
    past: History | None = None
    suites: Sequence[SuiteRow] = ()
    tasks: Sequence[TaskRow] = ()

    @property
    def rows(self) -> tuple[MetricRow, ...]:
        """The metrics that have a goal, the most urgent first."""
        rows = {row.name: row for row in self.report.metrics}
        return tuple(rows[goal.metric] for goal in by_urgency(self.goals, self.report))


def recommended(ground: Ground) -> Recommendation:
    """The recommendation, with its rule and the figures that it was held against."""
    alarms = [*_late(ground), *_new_and_severe(ground)]
    if alarms:
        return Recommendation("raise", RAISE, enumerated(alarms))
    left = [*_off(ground), *_open(ground)]
    if not left and ground.goals:
        met = list(_met(ground))
        return Recommendation("close", CLOSE, enumerated(met, len(met)))
    return Recommendation("go on", GO_ON, enumerated(left) or "No metric has anything to count.")


def _late(ground: Ground) -> Iterator[str]:
    for row in ground.rows:
        if row.met or row.priority not in URGENT:
            continue
        projection = ground.projections.get(row.name)
        if row.due is not None and row.due < moment(ground.report.head).date().isoformat():
            yield f"{stands(row)}, which is past"
        elif projection is not None and (projection.in_time is False or _moves_away(row, projection)):
            yield f"{stands(row)} ({_leads(row, projection)})"


def _leads(row: MetricRow, projection: Projection) -> str:
    return leads(projection, is_share=row.percent is not None)


def _moves_away(row: MetricRow, projection: Projection) -> bool:
    return projection.steady and (projection.weekly < 0 if entry(row.name).is_share else projection.weekly > 0)


def _new_and_severe(ground: Ground) -> Iterator[str]:
    """Findings of high severity that came in between the sample before and the audited commit."""
    periods = ground.past.periods if ground.past is not None else ()
    if not periods or periods[-1].newer.id != ground.report.head.id:
        return
    new = {flow.fingerprint for flow in periods[-1].introduced} | _came_since(ground.past, periods[-1].older)
    severe = [row for row in ground.report.standing if row.severity == "high"]
    found = [row for row in severe if row.fingerprint in new]
    if found:
        since = periods[-1].older
        told = f"{len(found):,} of {counted(len(severe), 'finding')} of high severity came in after `{since.short}`"
        yield f"{told} of {moment(since).date().isoformat()}, such as {found[0].message.rstrip('.')}"


def _came_since(past: History | None, since: Commit) -> set[str]:
    """The findings whose origin is later than a commit, by fingerprint."""
    order = {} if past is None else past.order
    late = order.get(since.id, len(order))
    return set() if past is None else {name for name, each in past.origins.items() if order.get(each.by.id, 0) > late}


def _off(ground: Ground) -> Iterator[str]:
    off = [row for row in ground.rows if not row.met]
    if not off:
        return
    yield f"{len(ground.rows) - len(off):,} of {counted(len(ground.rows), 'target')} met"
    for row in off:
        projection = ground.projections.get(row.name)
        yield stands(row) if projection is None else f"{stands(row)} ({_leads(row, projection)})"


def _open(ground: Ground) -> Iterator[str]:
    """What keeps an issue open though every target is met."""
    files = ground.report.files
    if files.unread:
        yield f"{files.unread:,} of {counted(files.python, 'Python file')} not read"
    for row in ground.rows:
        if row.undecided:
            yield f"{entry(row.name).title}: {measured(row)}, with {row.undecided:,} undecided"
    for suite in ground.suites:
        if suite.state in ("failed", "blocked"):
            yield f"the suite `{suite.name}` {'has failed' if suite.state == 'failed' else 'is blocked'}"
    undone = sum(not task.done for task in ground.tasks)
    if undone:
        yield f"{undone:,} of {counted(len(ground.tasks), 'task')} open"


def _met(ground: Ground) -> Iterator[str]:
    yield f"{len(ground.rows):,} of {counted(len(ground.rows), 'target')} met"
    yield f"{counted(ground.report.files.python, 'Python file')}, all read"
    if ground.suites:
        yield f"{counted(len(ground.suites), 'suite')}, none failed or blocked"
    if ground.tasks:
        yield f"{counted(len(ground.tasks), 'task')}, all done"
