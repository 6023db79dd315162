"""When an issue is to be closed, raised, or gone on with."""

from __future__ import annotations

import msgspec
import pytest

from analyzers.history import History
from analyzers.outcome import Files
from analyzers.policy import read_policy
from analyzers.report import FindingRow, MetricRow
from analyzers.standing.recommendation import CLOSE, GO_ON, RAISE
from analyzers.status import Recommendation, SuiteRow, TaskRow
from analyzers.status_of import Context, status_of
from tests.analyzers.pasts import flow, weekly
from tests.report_templates.reports import finding, metric, report

MET = metric("imports.fragmented", None, 0, among=1_000)
OFF = metric("imports.fragmented", None, 50, among=1_000)
FALLING = weekly(imports_fragmented=[60, 55, 50])
"""At that rate it is at 0 on 2026-05-11."""
RISING = weekly(imports_fragmented=[40, 45, 50])
ALL_READ = Files(140, 110, 30, 0)

URGENT = "metrics:\n  imports.fragmented: {priority: high}\n"
IN_APRIL = "metrics:\n  imports.fragmented: {priority: high, due: 2026-04-01}\n"
IN_JUNE = "metrics:\n  imports.fragmented: {priority: critical, due: 2026-06-01}\n"


def advice(
    *rows: MetricRow,
    policy: str = "",
    past: History | None = None,
    context: Context = Context(),  # noqa: B008 (frozen)
    **changed: object,
) -> Recommendation:
    read = read_policy(policy.encode())
    wanted = read.metrics.get("imports.fragmented")
    due = wanted.due.isoformat() if wanted and wanted.due else None
    priority = wanted.priority if wanted else None
    metrics = tuple(msgspec.structs.replace(row, due=due, priority=priority) for row in rows)
    fields = {"kind": "state", "metrics": metrics, "files": ALL_READ, **changed}
    return status_of(report(**fields), read, past, (), (), context=context).recommendation


def test_an_issue_whose_targets_are_all_met_is_to_be_closed() -> None:
    found = advice(MET, metric("ssot.compliance", None, 110, among=110))

    assert (found.what, found.rule) == ("close", CLOSE)
    assert found.because == "2 of 2 targets met. 140 Python files, all read."


TASKS = (TaskRow("Write it down", done=True, phase=None), TaskRow("Tell them", done=False, phase=None))
FAILED = SuiteRow("critical", "failed", 3, 1, 0, 0, ())
BLOCKED = SuiteRow("critical", "blocked", 3, 0, 1, 0, ())
PASSED = SuiteRow("critical", "passed", 3, 0, 0, 0, ())


def test_checks_that_passed_and_tasks_that_are_done_do_not_keep_it_open() -> None:
    found = advice(MET, context=Context(suites=(PASSED,), tasks=TASKS[:1]))

    assert found.what == "close"
    assert found.because.endswith("1 suite, none failed or blocked. 1 task, all done.")


@pytest.mark.parametrize(
    ("row", "context", "files", "because"),
    [
        pytest.param(MET, Context(tasks=TASKS), ALL_READ, "1 of 2 tasks open.", id="a task is open"),
        pytest.param(MET, Context(), Files(140, 110, 30, 2), "2 of 140 Python files not read.", id="not all was read"),
        pytest.param(
            metric("auth.unprotected", None, 0, among=30, undecided=4),
            Context(),
            ALL_READ,
            "Endpoints that never reach the check: 0 of 30 endpoints, with 4 undecided.",
            id="something is undecided",
        ),
        pytest.param(MET, Context(suites=(FAILED,)), ALL_READ, "The suite `critical` has failed.", id="a suite failed"),
        pytest.param(
            MET, Context(suites=(BLOCKED,)), ALL_READ, "The suite `critical` is blocked.", id="one is blocked"
        ),
    ],
)
def test_an_issue_with_its_targets_met_stays_open_where(
    row: MetricRow, context: Context, files: Files, because: str
) -> None:
    found = advice(row, context=context, files=files)

    assert (found.what, found.rule, found.because) == ("go on", GO_ON, because)


def test_where_nothing_is_counted_nothing_can_be_closed() -> None:
    assert advice() == Recommendation("go on", GO_ON, "No metric has anything to count.")


def test_an_urgent_metric_that_will_be_late_is_to_be_raised() -> None:
    found = advice(OFF, policy=IN_APRIL, past=FALLING)

    assert (found.what, found.rule) == ("raise", RAISE)
    assert found.because == (
        "Imports off the canonical path: 50 of 1,000 import sites, target 0, high priority, due 2026-04-01 "
        "(5 less a week over the last 2 weeks, so reached on 2026-05-11)."
    )


def test_one_that_comes_in_time_is_gone_on_with() -> None:
    found = advice(OFF, policy=IN_JUNE, past=FALLING)

    assert found.what == "go on"
    assert found.because.startswith("0 of 1 target met. Imports off the canonical path: 50 of 1,000 import sites")


def test_one_that_is_past_its_due_date_is_to_be_raised_whatever_the_trend() -> None:
    overdue = IN_APRIL.replace("2026-04-01", "2026-03-01")

    for past in (None, FALLING):
        assert advice(OFF, policy=overdue, past=past).what == "raise"
    assert advice(OFF, policy=IN_APRIL).what == "go on", "there is time, and no trend that says more"


def test_an_urgent_metric_that_moves_away_is_to_be_raised_without_a_due_date() -> None:
    assert advice(OFF, policy=URGENT, past=RISING).what == "raise"
    assert advice(OFF, policy=URGENT, past=weekly(imports_fragmented=[50, 50, 50])).what == "go on"


def test_what_turned_in_the_last_weeks_is_not_raised() -> None:
    found = advice(OFF, policy=IN_APRIL, past=weekly(imports_fragmented=[20, 90, 80, 60, 50]))

    assert found.what == "go on"
    assert found.because.endswith(
        "(7.5 more a week over the last 4 weeks, falling only in the later half: too soon for a date)."
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([90, 40, 20, 40, 50], "(15 more a week over the last 2 weeks, so not reached at this rate)."),
        ([1, 1, 50, 50, 50], "(no change over the last 2 weeks, so not reached at this rate)."),
    ],
)
def test_what_got_worse_or_stands_still_lately_is_raised_though_there_was_progress_before(
    values: list[int], told: str
) -> None:
    found = advice(OFF, policy=IN_JUNE, past=weekly(imports_fragmented=values))

    assert found.what == "raise"
    assert found.because.endswith(told)


def test_a_share_moves_away_downwards() -> None:
    policy = "metrics:\n  imports.canonical_usage: {priority: high}\n"
    share = msgspec.structs.replace(metric("imports.canonical_usage", None, 900, among=1_000), priority="high")
    read = read_policy(policy.encode())
    falling, rising = (weekly(imports_canonical_usage=values) for values in ([950, 920, 900], [850, 880, 900]))

    found = [
        status_of(report(kind="state", metrics=(share,)), read, past, (), ()).recommendation
        for past in (falling, rising)
    ]
    assert [each.what for each in found] == ["raise", "go on"]
    assert ": 90.0 percent (900 of 1,000 import sites), target 100 percent, high priority" in found[0].because


def test_a_metric_without_urgency_is_not_raised_however_late_it_is() -> None:
    assert advice(OFF, policy=IN_APRIL.replace("high", "medium"), past=RISING).what == "go on"


def severe(name: str) -> FindingRow:
    row = finding("shop/api.py", name="auth.unprotected", symbol="GET /orders")
    return msgspec.structs.replace(row, severity="high", fingerprint=name)


def with_new(*fingerprints: str) -> History:
    past = weekly(auth_unprotected=[1, 1, 1])
    last = msgspec.structs.replace(past.periods[-1], introduced=tuple(flow(each) for each in fingerprints))
    return msgspec.structs.replace(past, periods=(*past.periods[:-1], last))


def test_a_severe_finding_that_came_in_since_the_sample_before_is_to_be_raised() -> None:
    found = advice(
        metric("auth.unprotected", None, 2, among=30), past=with_new("new"), standing=(severe("old"), severe("new"))
    )

    assert found.what == "raise"
    assert found.because.startswith("1 of 2 findings of high severity came in after `")
    assert found.because.endswith(" of 2026-02-23, such as the endpoint `GET /orders` reaches no validation.")


def test_severe_findings_that_stood_before_and_new_ones_that_are_mild_are_not() -> None:
    mild = msgspec.structs.replace(severe("new"), severity="medium")

    found = advice(metric("auth.unprotected", None, 2), past=with_new("new"), standing=(severe("old"), mild))
    assert found.what == "go on"


def test_new_findings_of_another_commit_than_the_audited_one_say_nothing() -> None:
    past = with_new("new")
    older = msgspec.structs.replace(past, periods=past.periods[:1])

    assert advice(metric("auth.unprotected", None, 1), past=older, standing=(severe("new"),)).what == "go on"


def test_what_is_to_be_raised_is_not_closed_though_every_target_is_met() -> None:
    allowed = msgspec.structs.replace(metric("auth.unprotected", None, 1, among=30), target=3, met=True)

    assert advice(allowed, past=with_new("new"), standing=(severe("new"),)).what == "raise"


def test_what_is_most_urgent_is_told_first_and_of_many_only_the_first() -> None:
    rows = (
        metric("imports.patterns", None, 1, among=40),
        metric("imports.canonical_usage", None, 950, among=1_000),
        metric("ssot.duplicates", None, 3),
        metric("auth.unprotected", None, 2, among=30),
    )
    found = advice(*rows, OFF, policy=URGENT)

    assert found.because == (
        "0 of 5 targets met. Imports off the canonical path: 50 of 1,000 import sites, target 0, high priority. "
        "Copies of a definition: 3 definitions, target 0, high priority. And 3 more."
    )
    assert "Import paths beyond one for each symbol: 1 path (symbols: 40), target 0." in advice(rows[0]).because
