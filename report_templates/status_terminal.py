"""The terminal's status report: why, what to do next, what is to be reached and where it leads.

Findings are counted only: a report without a status lists them.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from analyzers.standing import phrases
from report_templates import status_wording as wording
from report_templates.console import drawn, heading, sentence, table
from report_templates.escape import encodable_text, name, place_text, spoken, visible
from report_templates.status_listing import GoalShown, Phase, SinceShown, StatusPage
from report_templates.terminal import footer, left_out, whys
from report_templates.wording import counted, kind, list_all, title

_LIGHT_STYLES = {"met": "bold green", "near": "bold yellow", "off": "bold red"}


def render_status_terminal(page: StatusPage, *, width: int, color: bool) -> str:
    """A report with a status for a terminal of that many columns."""
    return encodable_text(drawn(_parts(page), width=width, color=color))


def _parts(page: StatusPage) -> Iterator[RenderableType]:
    yield from _headline(page)
    yield from whys("Five whys", page.whys, page.report)
    yield from _standing(page)
    yield from _breakdowns(page)
    yield from _pulls(page)
    yield from _suites(page)
    yield from _risks(page)
    yield from _actions(page)
    yield from _goals(page)
    yield from _trends(page)
    for entry in page.since:
        yield from _since(entry)
    yield from _recommendation(page)
    yield from _rest(page)
    yield ""
    yield from footer(page.report)


def _headline(page: StatusPage) -> Iterator[RenderableType]:
    headline, head = page.status.headline, page.report.head
    words = wording.signal(headline)[1]
    style = _LIGHT_STYLES[headline.light] if headline.of else "bold"
    yield Text(f"{words}: {wording.targets_met(headline)}", style=style)
    if page.worst:
        yield Text(f"Worst: {wording.worst(page.worst)}.")
    if headline.impact:
        yield sentence(f"Impact: {headline.impact}")
    if page.status.issue:
        yield sentence(f"Issue {page.status.issue.number}: {page.status.issue.title}")
    yield Text(f"{name(page.report.repository.name)} at {visible(head.short)} of {name(head.date[:10])}")


def _standing(page: StatusPage) -> Iterator[RenderableType]:
    if not page.goals:
        return
    yield heading("Current state")
    for label, goals in (("On target", page.secured), ("Off target, by priority", page.critical)):
        if goals:
            yield f"{label}:"
            for each in goals:
                yield Padding(Text(f"{wording.goal_title(each)}: {wording.goal_clause(each.goal)}"), (0, 0, 0, 2))


def _breakdowns(page: StatusPage) -> Iterator[RenderableType]:
    if not page.breakdowns.total:
        return
    yield heading("Where the work is")
    for number, cut in enumerate(page.breakdowns.rows):
        rows = table(f"{title(cut.breakdown.metric)}, by {cut.breakdown.by}", "Production", "Tests")
        for share in cut.shares:
            rows.add_row(name(share.name), f"{share.production:,}", f"{share.tests:,}")
        if cut.more:
            rows.add_row(wording.cut_rest(cut))
        yield Padding(rows, (min(number, 1), 0, 0, 0))
    yield from left_out(page.breakdowns.more, page.report)


def _pulls(page: StatusPage) -> Iterator[RenderableType]:
    if not page.pulls.total:
        return
    yield heading("Linked pull requests")
    rows = table("Pull request", "<State", "<Review", "<Checks")
    for pull in page.pulls.rows:
        states = (wording.pull_state(pull), wording.pull_review(pull), wording.pull_checks(pull))
        rows.add_row(Text(f"{pull.number} {spoken(pull.title)}"), *states)
    yield rows
    if page.pulls.more:
        yield f"…and {page.pulls.more:,} more."


def _suites(page: StatusPage) -> Iterator[RenderableType]:
    if not page.suites.total:
        return
    yield heading("Test suites")
    rows = table("Suite", "<State", "<Tests and checks")
    for suite in page.suites.rows:
        style = "" if suite.state == "passed" else "red"
        rows.add_row(Text(name(suite.name)), Text(suite.state, style=style), wording.suite_counts(suite))
    yield rows
    for check in page.checks.rows:
        detail = f": {check.detail}" if check.detail else ""
        yield Padding(sentence(f"{name(check.name)} {check.state}{detail}"), (0, 0, 0, 2))
    yield from left_out(page.suites.more + page.checks.more, page.report)


def _risks(page: StatusPage) -> Iterator[RenderableType]:
    if not page.risks.total:
        return
    yield heading("Risks")
    for entry in page.risks.rows:
        risk = entry.risk
        impact = f": {risk.impact}" if risk.impact else ""
        yield sentence(f"{kind(risk.rule)}, {risk.scope} ({risk.count:,}){impact}")
        for place in entry.places.rows:
            yield Padding(Text(place_text(place.path, place.line), style="cyan"), (0, 0, 0, 2))
        if entry.places.more:
            yield Padding(Text(f"…and {entry.places.more:,} more"), (0, 0, 0, 2))
    yield from left_out(page.risks.more, page.report)


def _actions(page: StatusPage) -> Iterator[RenderableType]:
    if not page.phases:
        return
    yield heading("Next actions")
    for phase in page.phases:
        yield from _phase(page, phase)
    yield from left_out(page.more_actions, page.report)
    if page.more_tasks:
        yield f"…and {page.more_tasks:,} more in the task list of the issue."


def _phase(page: StatusPage, phase: Phase) -> Iterator[RenderableType]:
    called = wording.phase_name(page, phase)
    if called:
        yield Text(name(called), style="underline")
    for action in phase.actions:
        yield Padding(sentence(f"{action.row.number}. {action.row.text}"), (0, 0, 0, 2))
        yield Padding(Text(wording.action_effect(action.row), style="dim"), (0, 0, 0, 5))
    if phase.tasks:
        yield Padding(Text(wording.tasks_done(phase)), (0, 0, 0, 2))
        for task in phase.tasks:
            yield Padding(sentence(f"{'done' if task.done else 'open'}: {task.text}"), (0, 0, 0, 4))


def _goals(page: StatusPage) -> Iterator[RenderableType]:
    if not page.goals:
        return
    yield heading("Success metrics")
    rows = table("Metric", "Now", "Target", "Gap", "<Reached")
    for each in page.goals:
        goal = each.goal
        label = Text(title(goal.metric)).append(_planned(each), "dim")
        reached = Text(wording.goal_reached(each), style="green" if goal.met else "")
        rows.add_row(label, wording.goal_figure(goal), wording.goal_target(goal), wording.goal_gap(goal), reached)
    yield rows


def _planned(each: GoalShown) -> str:
    """What the policy plans for a goal, below its title."""
    goal = each.goal
    parts = (
        f"due {goal.due}" if goal.due else "",
        f"{goal.priority} priority" if goal.priority else "",
        name(goal.phase) if goal.phase else "",
    )
    told = "; ".join(part for part in parts if part)
    return f"\n{told}" if told else ""


def _trends(page: StatusPage) -> Iterator[RenderableType]:
    if not page.trends.total:
        return
    yield heading("Trend")
    for shown in page.trends.rows:
        told = f"{title(shown.trend.metric)}: {wording.course_ends(shown)}; {wording.course(shown)}."
        yield Text(visible(told))
        if shown.latest:
            yield Padding(Text(f"{wording.flow(shown.latest)} since the sample before"), (0, 0, 0, 2))
        apart = phrases.apart(shown.trend.metric, shown.trend.flows)
        if apart:
            yield Padding(Text(visible(apart)), (0, 0, 0, 2))
    yield Text(wording.rates(page))
    yield "`fifthwhy history` draws it."


def _since(entry: SinceShown) -> Iterator[RenderableType]:
    since = entry.since
    yield heading(spoken(f"{wording.heading(since.why)}, {since.commit.short} of {since.commit.date[:10]}"))
    if entry.moved:
        rows = table("Metric", "Then", "Now")
        for moved in entry.moved:
            figures = (wording.figure(value, moved.metric) for value in (moved.then, moved.now))
            rows.add_row(title(moved.metric), *figures)
        yield rows
    if entry.same:
        yield f"{wording.same(entry.same)}."


def _recommendation(page: StatusPage) -> Iterator[RenderableType]:
    advised = page.status.recommendation
    yield heading("Recommendation")
    yield sentence(f"{wording.advice(advised)}. {advised.because}")
    yield sentence(f"Rule: {advised.rule}")


def _rest(page: StatusPage) -> Iterator[RenderableType]:
    if page.status.notes:
        yield heading("Not looked at")
        for note in page.status.notes:
            yield Padding(sentence(note), (0, 0, 0, 2))
    standing = page.page.standing
    if standing.total:
        yield ""
        yield f"{counted(standing.total, 'violation')}; `{visible(list_all(page.report))}` lists them."
    if page.page.unread.total:
        it = "it" if page.page.unread.total == 1 else "them"
        yield f"{counted(page.page.unread.total, 'Python file')} not read, so nothing is claimed about {it}."
    if page.tags.total:
        yield Text(f"Tags: {', '.join(map(name, page.tags.rows))}")
