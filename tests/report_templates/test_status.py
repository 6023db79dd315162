"""Status reports: what each section says, when it vanishes, and that all fits whatever a report holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.causes.model import Cause, Chain, ChangeKind
from analyzers.findings import MetricName, RuleName
from analyzers.report import Report
from analyzers.status import (
    ActionRow,
    Goal,
    Headline,
    LinkedPull,
    PastFinding,
    Point,
    Projection,
    Recommendation,
    Since,
    Status,
    SuiteRow,
    TaskRow,
    Turn,
)
from report_templates.render import (
    ISSUE_MARKER,
    LIMIT,
    MARKER,
    SMALLEST_LIMIT,
    WEEKLY_MARKER,
    render_check_summary,
    render_issue_status,
    render_markdown,
    render_terminal,
    render_weekly,
)
from tests.report_templates.github_html import harmless
from tests.report_templates.reports import HEAD, HOSTILE, SHOP, finding, metric, mixed, report, state_by_default
from tests.report_templates.statuses import (
    ALL_CASES,
    STATUS_CASES,
    change_with_why,
    filled,
    line,
    state,
    status_empty,
    status_full,
    status_huge,
    status_small,
    trend,
    week,
)

Renderer = Callable[..., str]
ON_STATUS: Final[tuple[Renderer, ...]] = (render_issue_status, render_weekly)
FRAGMENTED: Final = metric("imports.fragmented", None, 51, tests=6, among=924)
SECTIONS: Final = [
    "Five whys",
    "Current state",
    "Where the work is",
    "Linked pull requests",
    "Test suites",
    "Risks",
    "Next actions",
    "Success metrics",
    "Trend",
    "Then and now",
    "Recommendation",
    "Not looked at",
]


def with_status(**parts: object) -> Report:
    """A report on one commit with a status of these parts only."""
    fields: dict[str, object] = {
        "headline": Headline("off", None, 0, 1, None),
        "recommendation": Recommendation("go on", "The rule.", "The reason."),
    }
    return state(FRAGMENTED, status=Status(**{**fields, **parts}))  # type: ignore[arg-type] # fields of Status


def told(**parts: object) -> str:
    """The issue's report on a status of these parts, in one line."""
    return " ".join(render_issue_status(with_status(**parts)).split())


def goal(current: float = 51, *, name: MetricName = "imports.fragmented", **changed: object) -> Goal:
    """A goal of nothing at all, which is missed unless `met`."""
    fields: dict[str, object] = {
        "target": 0,
        "gap": current,
        "met": False,
        "priority": None,
        "due": None,
        "phase": None,
        "reached": None,
    }
    return Goal(metric=name, current=current, **{**fields, **changed})  # type: ignore[arg-type] # fields of Goal


# --- sections -------------------------------------------------------------------------------------


def test_the_audit_of_an_issue_has_the_sections_of_a_status_report_in_their_order() -> None:
    headline, *sections = harmless(render_issue_status(status_full())).headings
    assert headline == "🔴 Off target: 1 of 4 targets met"
    assert sections == SECTIONS


def test_a_section_without_content_vanishes() -> None:
    assert harmless(render_issue_status(status_empty())).headings[1:] == ["Recommendation"]
    assert harmless(render_weekly(status_empty())).headings[1:] == ["Recommendation"]
    assert harmless(render_issue_status(status_small())).headings[1:] == [
        "Five whys",
        "Current state",
        "Next actions",
        "Success metrics",
        "Recommendation",
    ]


def test_the_weekly_post_begins_with_what_changed() -> None:
    headline, first, *_ = harmless(render_weekly(status_full())).headings
    assert headline == "Week to 2026-03-02: 🔴 Off target, 1 of 4 targets met"
    assert first == "What changed"
    assert len(render_weekly(status_full())) < len(render_issue_status(status_full()))


def test_each_has_its_own_marker_and_a_check_summary_has_none() -> None:
    full = status_full()
    markers = [render(full).partition("\n")[0] for render in ON_STATUS]
    assert markers == [ISSUE_MARKER, WEEKLY_MARKER]
    assert len({*markers, MARKER}) == 3
    assert "<!--" not in render_check_summary(mixed())
    assert "<!--" not in render_markdown(full)


@pytest.mark.parametrize("render", ON_STATUS)
def test_a_report_without_a_status_has_no_status_report(render: Renderer) -> None:
    with pytest.raises(ValueError, match="no status"):
        render(state_by_default())


def test_targets_that_are_met_by_what_the_code_decides_alone_are_told_apart() -> None:
    shown = with_status(headline=Headline("met", None, 3, 3, None, left_open=1))
    assert "3 of 3 targets met, 1 of them by what the code decides" in render_issue_status(shown)


def test_findings_of_one_rule_are_listed_together_however_they_are_ordered() -> None:
    secret: RuleName = "auth.bypass.hardcoded-secret"
    rules: tuple[RuleName, ...] = (secret, "auth.bypass.skip-switch", secret)
    rows = tuple(finding(f"shop/{at}.py", name=rule) for at, rule in enumerate(rules))
    text = render_issue_status(state(FRAGMENTED, standing=rows, status=with_status().status))
    assert text.count("**Secret written in the code**, production (2)") == 1


def test_a_goal_says_what_its_metric_leaves_open() -> None:
    open_ends = msgspec.structs.replace(FRAGMENTED, undecided=7)
    shown = msgspec.structs.replace(with_status(goals=(goal(),)), metrics=(open_ends,))
    assert "(import sites: 924; 7 that the code does not decide): 51, target 0" in render_issue_status(shown)


def test_a_status_is_told_in_words_and_not_by_its_sign_alone() -> None:
    words = {"met": "On target", "near": "Off target, and in time", "off": "Off target"}
    for light, said in words.items():
        shown = with_status(headline=Headline(light, None, 1, 2, None))  # type: ignore[arg-type] # a Light
        assert f" {said}: 1 of 2 targets met" in render_issue_status(shown)
        assert render_terminal(shown, width=80, color=False).startswith(f"{said}: 1 of 2 targets met\n")


# --- the five whys --------------------------------------------------------------------------------


def test_whys_are_numbered_questions_with_answers_and_linked_evidence() -> None:
    page = harmless(render_issue_status(status_full()))
    assert "Why does shop.api still work?" in page.items[2]
    assert "It is a shim" in page.items[2]
    assert f"{SHOP.web}/blob/{HEAD.id}/shop/api.py#L1" in page.links
    assert f"{SHOP.web}/commit/{week(3).id}" in page.links


def cause(answer: str, count: int = 45, among: int = 51, more: int = 0) -> Cause:
    """An answer that one line shows to be right."""
    return Cause("where.few", 1, "Why?", answer, count, among, "import sites", (line("a.py", 1),), more)


def test_an_answer_states_its_count_and_its_denominator_once() -> None:
    chains = (Chain("imports.fragmented", (cause("`shop.api` has most."), cause("45 of 51 are there.")), None),)
    text = told(chains=chains)
    assert "`shop.api` has most. (45 of 51 import sites)" in text
    assert text.count("45 of 51") == 2
    assert "(1 of 1" not in told(chains=(Chain("imports.fragmented", (cause("Alone.", 1, 1),), None),))


def test_a_chain_that_stops_early_says_what_is_not_decided() -> None:
    open_question = "Why the other paths still work is not decidable from the code."
    assert open_question in told(chains=(Chain("imports.fragmented", (cause("It is."),), open_question),))


def test_evidence_that_is_not_listed_is_counted() -> None:
    assert "; …and 43 more" in told(chains=(Chain("imports.fragmented", (cause("It is.", more=43),), None),))


def test_a_pull_request_that_knows_why_says_so() -> None:
    assert "Why" in harmless(render_check_summary(change_with_why())).headings
    assert "Why do 2 of 30 import sites" in render_terminal(change_with_why(), width=80, color=False)


# --- goals and actions ----------------------------------------------------------------------------


def test_what_is_off_target_comes_by_priority_and_with_its_denominator() -> None:
    goals = (goal(priority="low"), goal(name="imports.legacy", priority="critical"), goal(name="imports.cycles"))
    items = harmless(render_issue_status(with_status(goals=goals))).items
    assert items == [
        "Imports of legacy modules: 51, target 0, critical priority",
        "Imports off the canonical path (import sites: 924): 51, target 0, low priority",
        "Import cycles: 51, target 0",
    ]


def test_the_success_metrics_say_when_the_target_is_reached_or_that_it_is_not() -> None:
    flat = trend("imports.cycles", (3, 3, 3), Projection(0, 2, None, None))
    shaky = trend("imports.contracts", (9, 3, 4), Projection(-2.5, 2, None, None, steady=False))
    goals = (
        goal(reached="2027-02-01", due="2027-03-31", phase="Imports"),
        goal(name="imports.cycles"),
        goal(name="imports.contracts"),
        goal(name="imports.legacy"),
        goal(0, name="imports.strings", met=True),
    )
    rows = harmless(render_issue_status(with_status(goals=goals, trends=(flat, shaky)))).rows
    assert [row[-1] for row in rows[1:6]] == ["2027-02-01", "not at this rate", "", "", "met"]
    assert rows[1][5:7] == ["2027-03-31", "Imports"]


@pytest.mark.parametrize(
    ("after", "checked", "said"),
    [
        (6, True, "51 → 6, target 0; counted with the change applied in memory"),
        (6, False, "51 → 6, target 0; expected, not counted"),
        (None, False, "51 now, target 0; by how much it moves cannot be told"),
    ],
)
def test_an_action_says_how_far_it_leads_and_how_that_is_known(after: int | None, checked: bool, said: str) -> None:
    action = ActionRow(1, "Do it", "imports.fragmented", None, 51, after, 0, checked, "where.few", 45, ())
    assert f"1. Do it Imports off the canonical path: {said}" in told(actions=(action,))


def test_what_the_actions_above_leave_is_not_told_as_today() -> None:
    action = ActionRow(2, "Decide", "imports.fragmented", None, 6, None, 0, False, "where.few", 45, (), now=51)
    assert "path: 6 after what is above, target 0; by how much it moves cannot be told" in told(actions=(action,))
    counted = msgspec.structs.replace(action, after=2)
    assert "path: 6 after what is above → 2, target 0; expected, not counted" in told(actions=(counted,))
    first = msgspec.structs.replace(action, before=51)
    assert "path: 51 now, target 0; by how much it moves cannot be told" in told(actions=(first,))


@pytest.mark.parametrize(
    ("kind", "after"), [("warn", None), ("write", None), ("delete module", None), ("delete module", 6)]
)
def test_what_takes_nothing_away_says_so(kind: ChangeKind, after: int | None) -> None:
    action = ActionRow(2, "Do it", "imports.fragmented", None, 6, after, 0, True, "where.few", 0, (), kind)
    assert "Imports off the canonical path: takes none away by itself" in told(actions=(action,))


def test_actions_are_grouped_by_phase_with_the_tasks_of_the_issue() -> None:
    action = ActionRow(1, "Do it", "imports.fragmented", "Imports", 51, 6, 0, True, "where.few", 45, ())
    tasks = (TaskRow("this", True, "Imports"), TaskRow("that", False, "Later"), TaskRow("more", False, "Imports"))
    text = told(actions=(action, msgspec.structs.replace(action, number=2, phase=None)), tasks=tasks)
    assert re.search(
        r"\*\*Imports\*\* 1\. .* Task list of the issue: 1 of 2 done - done: this - open: more "
        r"\*\*Later\*\* Task list of the issue: 0 of 1 done - open: that \*\*In no phase\*\* 2\. Do it",
        text,
    )


# --- the rest -------------------------------------------------------------------------------------


def test_a_trend_has_a_chart_its_figures_and_where_it_leads() -> None:
    falling = trend("imports.fragmented", (60, 55, 51), Projection(-4.5, 2, "2027-02-01", False))
    text = told(trends=(falling,))
    assert "from 60 to 51, target 0; 4.5 less a week over the last 2 weeks, so reached on 2027-02-01, too late." in text
    assert 'x-axis ["12-01", "12-08", "03-02"] y-axis "import sites" 0 --> 60 line [60, 55, 51] line [0, 0, 0]' in text
    assert f"| 2025-12-08 | [`{week(1).short}`]" in text
    assert "Introduced" not in told(trends=(msgspec.structs.replace(falling, flows=()),))
    rising = trend("imports.fragmented", (50, 51), Projection(1, 1, None, False))
    assert "not reached at this rate." in told(trends=(rising,))
    assert "too few points to tell" in told(trends=(trend("imports.fragmented", (50, 51), None),))


def test_a_rate_says_what_it_is_taken_from_and_what_the_newest_sample_did_otherwise() -> None:
    turned = trend(
        "imports.fragmented", (0, 36, 85, 65), Projection(20.55, 3, None, False, turn=Turn("2025-12-15", -20))
    )
    text = told(trends=(turned,))
    assert "20.55 more a week over the last 3 weeks, 20 less since 2025-12-15, so not reached at this rate." in text
    assert text.count("A rate is the net change since the first sample of the last four weeks") == 1
    assert "A rate is" not in told(trends=(trend("imports.fragmented", (50, 51), None),))


def test_a_trend_that_began_with_nothing_to_count_says_so() -> None:
    began = msgspec.structs.replace(trend("imports.fragmented", (0, 36, 65), None), from_nothing=True)
    assert "from 0, when there was nothing to count, to 65, target 0" in told(trends=(began,))


def test_what_moved_a_figure_without_coming_or_going_is_told_below_its_table() -> None:
    moved = trend("imports.fragmented", (4, 6, 9), None)
    flows = (msgspec.structs.replace(moved.flows[0], apart=2), msgspec.structs.replace(moved.flows[1], apart=-1))
    text = told(trends=(msgspec.structs.replace(moved, flows=flows),))
    assert (
        "Neither introduced nor fixed: 2 more on 2025-12-08, 1 less on 2026-03-02, "
        "where files could be read at one of two commits only." in text
    )
    assert "Neither introduced nor fixed" not in told(trends=(moved,))


def test_it_is_told_in_a_terminal_as_well_and_is_no_part_of_a_rate() -> None:
    moved = trend("imports.fragmented", (4, 6, 9), Projection(0, 2, None, None))
    moved = msgspec.structs.replace(moved, flows=(msgspec.structs.replace(moved.flows[0], apart=2), moved.flows[1]))
    text = " ".join(render_terminal(with_status(trends=(moved,)), width=100, color=False).split())
    assert "Neither introduced nor fixed: 2 more on 2025-12-08, where files could be read" in text
    assert "What could be read at one of two commits only is no part of it." in text
    assert "What could be read" not in told(trends=(trend("imports.fragmented", (4, 6), Projection(1, 2, None, None)),))


def test_where_other_files_could_be_read_at_the_last_points_no_rate_is_told() -> None:
    apart = msgspec.structs.replace(trend("imports.fragmented", (4, 6, 9), None), comparable=False)
    text = told(trends=(apart,))
    assert "no rate, since what could not be read is not the same at all of its last points." in text
    assert "too few points" not in text


def test_one_point_makes_no_trend() -> None:
    assert "Trend" not in told(trends=(trend("imports.fragmented", (51,), None),))


def test_another_time_is_compared_with_today_and_what_stayed_is_counted() -> None:
    since = Since("since this issue was opened", week(0), {"imports.fragmented": 60})
    text = told(since=(since,))
    assert "| Since this issue was opened | Then | Now |" in text
    assert "| Imports off the canonical path | 60 | 51 |" in text
    same = msgspec.structs.replace(since, values={"imports.fragmented": 51})
    assert "of 2025-12-01; 1 metric is as then." in told(since=(same,))


def test_pull_requests_are_linked_by_number_with_state_review_and_checks() -> None:
    pull = LinkedPull(12, "Move it", "open", True, "waiting", "failed", f"{SHOP.web}/pull/12")
    page = harmless(render_issue_status(with_status(pulls=(pull,), more_pulls=2)))
    assert page.rows[1] == ["#12 Move it", "open, closes this issue", "waiting for review", "failed"]
    assert f"{SHOP.web}/pull/12" in page.links
    assert "…and 2 more." in told(pulls=(pull,), more_pulls=2)


def test_a_suite_says_what_its_checks_came_to() -> None:
    suite = SuiteRow("Integration", "missing", 1_200, 0, 0, 1, (), running=2)
    assert "| Integration | missing | 1,200 passed, 1 missing, 2 running |" in told(suites=(suite,))


def test_a_finding_says_since_when_it_stands() -> None:
    items = [item for item in harmless(render_issue_status(status_full())).items if " is imported from " in item]
    assert items[0].endswith(f". Since {week(3).short} of 2025-12-22 (pull request 12).")
    assert items[1].endswith(
        f". Since a commit after {week(4).short} and not later than {week(5).short} of 2026-01-05."
    )
    page = render_issue_status(status_full())
    assert f". Since [`{week(0).short}`]" in page
    assert "of 2025-12-01 or before." in page
    assert f"(pull request [12]({SHOP.web}/pull/12))." in page


def test_what_came_with_the_very_first_commit_is_not_said_to_be_older() -> None:
    row = finding("shop/cart.py", 3)
    first = PastFinding(row.fingerprint, week(0), None, True, None, None)
    shown = state(FRAGMENTED, standing=(row,), status=with_status(origins=(first,)).status)
    assert "of 2025-12-01." in render_issue_status(shown)
    assert "or before" not in render_issue_status(shown)


def test_what_is_on_target_says_which_target() -> None:
    met = goal(1, name="auth.patterns", target=1, gap=0, met=True, priority="low")
    said = "**On target**: Ways to validate besides the canonical one: 1, target 1, low priority."
    assert said in told(goals=(met,))


def test_where_nothing_is_counted_nothing_is_said_to_be_on_target() -> None:
    assert harmless(render_issue_status(status_empty())).headings[0] == "⚪ Nothing to count: no target applies"
    shown = render_terminal(status_empty(), width=80, color=False)
    assert shown.startswith("Nothing to count: no target applies")


def test_the_figures_of_a_share_have_their_denominator() -> None:
    points = tuple(Point(week(n), percent, 866 - n, 881) for n, percent in enumerate((98.2, 98.1)))
    shares = msgspec.structs.replace(trend("ssot.compliance", (98.2, 98.1), None, 100), points=points, flows=())
    rows = harmless(render_issue_status(with_status(trends=(shares,)))).rows
    assert [row[-1] for row in rows[1:]] == ["98.2 % (866 of 881)", "98.1 % (865 of 881)"]


def test_both_of_two_need_no_figures() -> None:
    cause = Cause("where.folder", 1, "Why?", "Both imports are in `shop`.", 2, 2, "imports", ())
    assert "in `shop`. (2 of 2" not in told(chains=(Chain("imports.fragmented", (cause,), None),))


def test_the_recommendation_names_its_rule() -> None:
    advice = Recommendation("raise", "Late and urgent.", "51 of 924.")
    assert "**Raise.** 51 of 924. Rule: Late and urgent." in told(recommendation=advice)


# --- what fits, and what does no harm -------------------------------------------------------------


@pytest.mark.parametrize("render", ON_STATUS)
@pytest.mark.parametrize("limit", [SMALLEST_LIMIT, 4_000, 20_000, LIMIT])
def test_the_largest_status_fits(render: Renderer, limit: int) -> None:
    text = render(status_huge(), limit=limit)
    assert len(text.encode()) <= limit
    harmless(text)


def test_the_largest_status_is_still_a_harmless_document() -> None:
    harmless(render_markdown(filled(HOSTILE, f"{SHOP.web}/pull")))


def test_findings_give_way_before_actions_do() -> None:
    rows = tuple(finding(f"shop/module_{number}.py", number) for number in range(1, 101))
    full = msgspec.structs.replace(status_full(), standing=rows)
    text = render_issue_status(full, limit=16_000)
    assert "lists them all" in text
    assert [item for item in harmless(text).items if "Rewrite these 45 imports" in item]
    assert "#### Trend" in text


@pytest.mark.parametrize("render", [*ON_STATUS, render_check_summary])
def test_a_limit_without_room_for_the_headline_is_refused(render: Renderer) -> None:
    with pytest.raises(ValueError, match="1000 bytes"):
        render(status_full(), limit=SMALLEST_LIMIT - 1)


@pytest.mark.parametrize("limit", [SMALLEST_LIMIT, LIMIT])
def test_the_summary_of_a_check_fits_and_nothing_in_it_folds(limit: int) -> None:
    rows = tuple(finding(f"shop/module_{number}.py", number) for number in range(1, 10_001))
    summary = render_check_summary(report(introduced=rows, standing=rows), limit=limit)
    assert len(summary.encode()) <= limit
    assert "details" not in harmless(summary).tags


@pytest.mark.parametrize("case", ALL_CASES)
def test_every_template_is_harmless_in_every_case(case: str) -> None:
    shown = ALL_CASES[case]()
    harmless(render_check_summary(shown))
    harmless(render_markdown(shown))
    if shown.status is not None:
        for render in ON_STATUS:
            harmless(render(shown))


texts = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60)), min_size=4, max_size=4).map(tuple)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(texts, st.integers(SMALLEST_LIMIT, LIMIT))
def test_no_text_of_a_repository_or_of_github_does_harm(some: tuple[str, ...], limit: int) -> None:
    shown = filled(some, f"{SHOP.web}/pull")
    for render in ON_STATUS:
        text = render(shown, limit=limit)
        assert len(text.encode()) <= limit
        harmless(text)


@pytest.mark.parametrize("case", sorted(STATUS_CASES.keys() - {"status_hostile"}))
def test_without_its_html_a_status_report_loses_nothing_but_folds(case: str) -> None:
    """As in a mail of plain text."""
    tags = set(re.findall(r"</?([a-z]+)", re.sub(r"`[^`\n]+`|\]\([^)]*\)", "", render_markdown(STATUS_CASES[case]()))))
    assert tags <= {"details", "summary", "sub"}
