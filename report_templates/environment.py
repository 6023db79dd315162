"""The templates' environment: what a template may call, and that nothing leaves one unescaped.

Jinja's autoescaping is on for its bookkeeping (macros and blocks return `Markup`), but what it would escape for HTML
has been through `markdown` before: a forgotten filter gives an ugly text, never a dangerous one. The one way round,
joining strings inside a template, is closed by a test.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final, ParamSpec

from jinja2 import Environment, PackageLoader, StrictUndefined, Undefined
from markupsafe import Markup

from analyzers.causes.model import Evidence
from analyzers.places import Commit
from analyzers.report import MetricRow, Report
from analyzers.status import IssueRow, LinkedPull, PastFinding
from report_templates import status_wording, wording
from report_templates.escape import code, destination, link, markdown, place, prose, row

P = ParamSpec("P")


@cache
def environment() -> Environment:
    """The environment of all templates, made once."""
    made = Environment(
        loader=PackageLoader("report_templates", package_path=""),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(_FILTERS)
    made.globals.update(inferred_means=wording.INFERRED, no_effect=wording.NO_EFFECT, explain=wording.EXPLAIN)
    return made


def rendered(template: str, **context: object) -> str:
    """What a template makes of its context."""
    text = environment().get_template(template).render(context)
    # Sections that vanish leave their blank lines. No repository text has a line break that could be meant here.
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _shown(value: object) -> Markup:
    if isinstance(value, Undefined):
        return Markup(str(value))  # noqa: S704 (it raises, naming what is missing)
    return markdown(value)


def _ours(phrase: Callable[P, str]) -> Callable[P, Markup]:
    """A phrase without any repository text, taken as it is."""

    def filtered(*args: P.args, **kwargs: P.kwargs) -> Markup:
        return Markup(phrase(*args, **kwargs))  # noqa: S704 (our own words and figures)

    return filtered


def _change(metric: MetricRow) -> str:
    # The sign helps the eye; the words say the same.
    sign = "" if not metric.delta else "🟢 " if metric.better else "🔴 "
    return sign + wording.change(metric)


def _commit(report: Report, commit: Commit) -> Markup:
    return link(code(commit.short), report.repository.commit(commit.id))


def _line_link(line: int, url: str | None) -> Markup:
    return link(Markup(f"line {line}"), url, line)  # noqa: S704 (a number)


def _day(date: str) -> Markup:
    """The day of a date in ISO 8601."""
    return Markup(date[:10]) if re.match(r"\d{4}-\d{2}-\d{2}(T|$)", date, re.ASCII) else code(date)  # noqa: S704 (digits)


def _numbered(row: LinkedPull | IssueRow) -> Markup:
    """A pull request or an issue by its number, linked: as plain text, the number could be taken for another's."""
    if destination(row.url) is None:
        return code(f"#{row.number}")
    return link(Markup(f"#{row.number}"), row.url)  # noqa: S704 (a number)


def _bold(text: str) -> Markup:
    """Stressed words; nothing where there are none, since stars alone would be a rule across the page."""
    words = prose(text)
    return Markup(f"**{words}**") if words else words  # noqa: S704 (what is in it is escaped)


def _named(text: str, url: str | None) -> Markup:
    return link(code(text), url)


def _evidence(evidence: Evidence) -> Markup:
    return link(prose(evidence.text), evidence.url)


def _origin(past: PastFinding, report: Report) -> Markup:
    """Where a finding first appeared: a sentence behind it."""
    by = f"{link(code(past.by.short), past.url or report.repository.commit(past.by.id))} of {_day(past.by.date)}"
    if not past.exact and past.after is None:
        return Markup(f"Since {by} or before.")  # noqa: S704 (made of parts that are escaped)
    if not past.exact and past.after is not None:
        return Markup(f"Since a commit after {_commit(report, past.after)} and not later than {by}.")  # noqa: S704 (the same)
    merged = "" if past.pull_request is None else f" (pull request {_pull(past.pull_request, report)})"
    return Markup(f"Since {by}{merged}.")  # noqa: S704 (the same)


def _pull(number: int, report: Report) -> Markup:
    """A pull request of the audited repository by its number, linked where that has an address."""
    web = report.repository.web
    told = Markup(str(number))  # noqa: S704 (a number)
    return told if web is None else link(told, f"{web}/pull/{number}")


def _fenced(mermaid: str) -> Markup:
    """A diagram of ours, in which no text of a repository can end the block: see `diagram`."""
    return Markup(f"```mermaid\n{mermaid}```")  # noqa: S704 (as `diagram` writes it)


_FILTERS: Final[dict[str, Callable[..., str]]] = {
    # Markdown of repository text.
    "code": code,
    "place": place,
    "row": row,
    "bold": _bold,
    "commit": _commit,
    "evidence": _evidence,
    "fenced": _fenced,
    "named": _named,
    "numbered": _numbered,
    "origin": _origin,
    "day": _day,
    "line_link": _line_link,
    # Repository text still to be escaped.
    "path_name": wording.path_name,
    "phase_name": status_wording.phase_name,
    "heading": status_wording.heading,
    "answer": status_wording.answer,
    # Our own words.
    "audited_files": _ours(wording.audited_files),
    "base": _ours(wording.base),
    "change": _ours(_change),
    "counted": _ours(wording.counted),
    "head": _ours(wording.head),
    "headline": _ours(wording.headline),
    "kind": _ours(wording.kind),
    "list_all": _ours(wording.list_all),
    "measured": _ours(wording.measured),
    "met": _ours(wording.met),
    "more_symbols": _ours(wording.more_symbols),
    "new_way": _ours(wording.new_way),
    "newly_blocked": _ours(wording.newly_blocked),
    "notes_on_contracts": _ours(wording.notes_on_contracts),
    "path_status": _ours(wording.path_status),
    "pattern_status": _ours(wording.pattern_status),
    "policy": _ours(wording.policy),
    "target": _ours(wording.target),
    "title": _ours(wording.title),
    # Those of status reports.
    "action_effect": _ours(status_wording.action_effect),
    "advice": _ours(status_wording.advice),
    "apart": _ours(status_wording.apart),
    "chart_legend": _ours(status_wording.chart_legend),
    "course": _ours(status_wording.course),
    "course_ends": _ours(status_wording.course_ends),
    "cut_by": _ours(status_wording.cut_by),
    "cut_rest": _ours(status_wording.cut_rest),
    "figure": _ours(status_wording.figure),
    "flow": _ours(status_wording.flow),
    "goal_clause": _ours(status_wording.goal_clause),
    "goal_figure": _ours(status_wording.goal_figure),
    "goal_gap": _ours(status_wording.goal_gap),
    "goal_reached": _ours(status_wording.goal_reached),
    "goal_target": _ours(status_wording.goal_target),
    "goal_title": _ours(status_wording.goal_title),
    "light": _ours(status_wording.light),
    "pull_checks": _ours(status_wording.pull_checks),
    "pull_review": _ours(status_wording.pull_review),
    "pull_state": _ours(status_wording.pull_state),
    "rates": _ours(status_wording.rates),
    "reading": _ours(status_wording.reading),
    "same": _ours(status_wording.same),
    "suite_counts": _ours(status_wording.suite_counts),
    "targets_met": _ours(status_wording.targets_met),
    "tasks_done": _ours(status_wording.tasks_done),
    "why": _ours(status_wording.why),
    "worst": _ours(status_wording.worst),
}
