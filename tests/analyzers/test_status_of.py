"""The status of a commit, put together: risks, actions, origins, notes."""

from __future__ import annotations

import msgspec

from analyzers.causes.model import Action, Chain
from analyzers.findings import Finding, MetricName
from analyzers.history import History, Origin, Traced
from analyzers.outcome import Files, RuleCount
from analyzers.policy import read_policy
from analyzers.report import FindingRow, Report
from analyzers.status import IssueRow, LinkedPull, Since, Status
from analyzers.status_of import MOST_PLACES, Context, status_of
from tests.analyzers.pasts import HEAD, WEEK, before, weekly
from tests.report_templates.reports import SHOP, finding, metric, report


def status(made: Report, policy: str = "", past: History | None = None, **more: object) -> Status:
    read = read_policy(policy.encode())
    actions: tuple[Action, ...] = more.pop("actions", ())  # type: ignore[assignment] # as in status_of
    return status_of(made, read, past, (), actions, **more)  # type: ignore[arg-type]


def state(**changed: object) -> Report:
    return report(**{"kind": "state", **changed})


def severe(path: str, line: int = 1, **more: object) -> FindingRow:
    row = finding(path, line, name="auth.unprotected", **more)  # type: ignore[arg-type] # as in finding
    return msgspec.structs.replace(row, severity="high")


def test_severe_findings_are_told_as_risks_by_rule_and_scope_with_the_policy_s_wording() -> None:
    places = [severe("shop/api.py", line) for line in range(1, MOST_PLACES + 3)]
    rows = (severe("tests/test_api.py", scope="tests"), finding("shop/cart.py"), *places)
    first, second = status(state(standing=rows), "metrics:\n  auth.unprotected: {impact: Anybody can order}\n").risks

    assert (first.rule, first.scope, first.count, first.more) == ("auth.unprotected", "production", 7, 2)
    assert (first.impact, first.places[0].line) == ("Anybody can order", 1)
    assert (second.scope, second.count, second.more) == ("tests", 1, 0)


def test_nothing_severe_is_no_risk_and_has_no_impact_by_itself() -> None:
    assert status(state(standing=(finding("shop/cart.py"),))).risks == ()
    (risk,) = status(state(standing=(severe("shop/api.py"),)), "context: {impact: It costs a day}\n").risks
    assert risk.impact is None


def act(text: str, metric_name: MetricName, after: int | None = 0, *, checked: bool = True) -> Action:
    return Action("rewrite imports", text, metric_name, "shim", ("a", "b"), 3, after, checked)


PHASES = """\
metrics:
  auth.unprotected: {phase: Safety, target: 1}
  imports.legacy: {phase: Tidying}
  imports.fragmented: {phase: Safety}
"""


def test_actions_are_numbered_by_phase_in_the_order_of_the_policy() -> None:
    given = (
        act("sort", "imports.cycles"),
        act("drop", "imports.legacy"),
        act("rewrite", "imports.fragmented"),
        act("protect", "auth.unprotected"),
    )
    rows = status(state(), PHASES, actions=given).actions

    assert [(row.number, row.phase, row.text) for row in rows] == [
        (1, "Safety", "rewrite"),
        (2, "Safety", "protect"),
        (3, "Tidying", "drop"),
        (4, None, "sort"),
    ]
    assert (rows[0].before, rows[0].after, rows[0].checked, rows[0].findings) == (3, 0, True, 2)


def test_what_an_action_does_to_a_share_is_not_told() -> None:
    usage = metric("imports.canonical_usage", None, 900, among=1_000)
    (row,) = status(state(metrics=(usage,)), actions=(act("rewrite", "imports.canonical_usage", 950),)).actions

    assert (row.before, row.after, row.checked, row.target) == (90.0, None, False, 100)


def traced(row: FindingRow, origin: Origin | None) -> Traced:
    told = (row.symbol, "", row.message, row.severity, row.scope)
    return Traced(row.fingerprint, Finding(row.rule, row.place.path, row.place.line, row.place.end_line, *told), origin)


def test_where_findings_that_stand_came_in_is_told_with_a_link() -> None:
    rows = (finding("shop/a.py"), finding("shop/b.py"), finding("shop/c.py"))
    gone = finding("shop/d.py")
    exact = Origin(before(WEEK), before(2 * WEEK), is_exact=True, pull_request=12)
    oldest = Origin(before(3 * WEEK), None, is_exact=False)
    known = (traced(rows[0], exact), traced(rows[1], oldest), traced(rows[2], None), traced(gone, exact))
    first, second = status(state(standing=rows), traced=known).origins

    assert (first.fingerprint, first.by, first.after) == (rows[0].fingerprint, before(WEEK), before(2 * WEEK))
    assert (first.exact, first.pull_request, first.url) == (True, 12, SHOP.commit(before(WEEK).id))
    assert (second.by, second.after, second.exact) == (before(3 * WEEK), None, False)


def test_trends_are_those_of_the_past_and_goals_say_where_they_lead() -> None:
    made = state(metrics=(metric("imports.fragmented", None, 40, among=1_000),))
    found = status(made, past=weekly(imports_fragmented=[60, 50, 40]))

    assert [trend.metric for trend in found.trends] == ["imports.fragmented"]
    assert [goal.reached for goal in found.goals] == ["2026-03-30"]
    assert status(made).trends == ()


def test_off_target_metrics_are_broken_down_and_met_ones_are_not() -> None:
    rows = (finding("shop/a.py", 1), finding("shop/a.py", 2))
    off, allowed = metric("imports.fragmented", None, 2), metric("imports.fragmented", None, 2)
    allowed = msgspec.structs.replace(allowed, target=5, met=True)

    assert {cut.by for cut in status(state(standing=rows, metrics=(off,))).breakdowns} == {"symbol", "folder"}
    assert status(state(standing=rows, metrics=(allowed,))).breakdowns == ()


def test_a_report_that_is_cut_short_has_no_breakdowns_and_no_risks_and_says_so() -> None:
    counts = (RuleCount("auth.unprotected", "production", 9),)
    cut = state(
        standing=(severe("shop/a.py", 1), severe("shop/a.py", 2)),
        standing_counts=counts,
        metrics=(metric("auth.unprotected", None, 9),),
    )
    found = status(cut)

    assert (found.breakdowns, found.risks) == ((), ())
    assert "Not all findings are in this report, so that breakdowns and risks are left out." in found.notes


def test_notes_tell_what_was_not_looked_at() -> None:
    rows = (finding("shop/a.py"), finding("shop/b.py"))
    past = msgspec.structs.replace(weekly(imports_fragmented=[2, 2]), left=1, untraced=1)
    policy = "rules: {auth.unprotected: off}\nmetrics:\n  auth.unprotected: {target: 0}\n"
    made = state(standing=rows, files=Files(140, 110, 30, 1))
    found = status(made, policy, past, context=Context(notes=("Checks were not asked for.",)))

    assert found.notes == (
        "1 earlier sample could not be looked at within the budget.",
        "1 of 2 findings is known to have come in between two samples, but not with which commit.",
        "Of 2 findings it is not known at all when they came in.",
        "The policy plans for `auth.unprotected` and switches its rule off: nothing is said about it.",
        "1 of 140 Python files could not be read: nothing is claimed there.",
        "Checks were not asked for.",
    )


def test_a_shallow_clone_is_told_with_the_day_where_it_ends() -> None:
    past = msgspec.structs.replace(weekly(imports_fragmented=[0, 0, 0]), cut=before(2 * WEEK))
    day = before(2 * WEEK).date[:10]
    assert status(state(), past=past).notes == (f"This clone is shallow: what was before {day} is not in it.",)


def test_without_a_past_the_notes_say_that_there_is_none() -> None:
    assert status(state()).notes == ("The history was not looked at: there is no trend, and no origin of a finding.",)
    assert status(state(), past=weekly(imports_fragmented=[0, 0, 0])).notes == ()


def test_what_surrounds_the_code_is_handed_on() -> None:
    chain = Chain("imports.fragmented", (), "why is that so")
    issue = IssueRow(5, "One path", "2026-01-01T00:00:00Z", "https://github.example/acme/shop/issues/5")
    pull = LinkedPull(6, "Rewrite", "open", True, "none", None, "https://github.example/acme/shop/pull/6")
    since = Since("since then", HEAD, {})
    context = Context(issue=issue, pulls=(pull,), more_pulls=2, since=(since,))
    policy = read_policy(b"context: {tags: [ssot, auth]}\n")
    found = status_of(state(), policy, None, (chain,), (), context=context)

    assert (found.chains, found.issue, found.pulls, found.more_pulls) == ((chain,), issue, (pull,), 2)
    assert (found.since, found.tags) == ((since,), ("ssot", "auth"))


def test_a_status_can_be_written_as_json_and_read_again() -> None:
    made = state(standing=(severe("shop/api.py"),), metrics=(metric("auth.unprotected", None, 1, among=30),))
    found = status(made, PHASES, weekly(auth_unprotected=[3, 2, 1]), actions=(act("protect", "auth.unprotected"),))

    assert msgspec.json.decode(msgspec.json.encode(found), type=Status) == found


def test_an_action_says_where_its_metric_is_today_and_what_those_above_leave() -> None:
    rows = state(metrics=(metric("imports.fragmented", None, 8, among=30),))
    (row,) = status(rows, actions=(act("Decide", "imports.fragmented", None, checked=False),)).actions
    assert (row.now, row.before, row.after) == (8, 3, None)
