"""The renderer: a report or a problem in, the text that is posted or shown out."""

from __future__ import annotations

from functools import partial
from typing import Final

import msgspec

from analyzers.problem import Problem
from analyzers.report import Report
from report_templates.environment import rendered
from report_templates.escape import encodable
from report_templates.listing import COMMENT, DOCUMENT, Contents, Listing, Room, contents, fitted, page
from report_templates.status_listing import ISSUE, LEAST_FIRST, WEEKLY, WHOLE, StatusRoom, status_page
from report_templates.status_terminal import render_status_terminal
from report_templates.terminal import render_report_terminal

__all__ = [
    "ISSUE_MARKER",
    "MARKER",
    "WEEKLY_MARKER",
    "render_check_summary",
    "render_comment",
    "render_issue_status",
    "render_json",
    "render_markdown",
    "render_problem",
    "render_terminal",
    "render_weekly",
]

MARKER: Final = "<!-- fifthwhy:pull-request -->"
"""First line of every comment on a pull request: by it and its author the comment is found again."""
ISSUE_MARKER: Final = "<!-- fifthwhy:issue-status -->"
"""The same, of a status audit that answers an issue."""
WEEKLY_MARKER: Final = "<!-- fifthwhy:weekly -->"
"""The same, of a weekly post."""

LIMIT: Final = 65_000
"""GitHub refuses comments of more than 65,536 characters. Ours are counted in bytes and keep some distance."""

SMALLEST_LIMIT: Final = 1_000
"""Below this not even the sentence and the command are sure to fit."""


def render_comment(report: Report, *, limit: int = LIMIT) -> str:
    """The comment on a pull request, of at most `limit` bytes whatever the report holds."""
    _check(limit)
    fullest = fitted(partial(_on_change, "pull_request.md.j2", MARKER, contents(report)), COMMENT, limit)
    return fullest or _posted(MARKER, rendered("brief.md.j2", report=report))


def render_check_summary(report: Report, *, limit: int = LIMIT) -> str:
    """The summary of a check run, of at most `limit` bytes (GitHub takes 65,535). Nothing in it folds."""
    _check(limit)
    fullest = fitted(partial(_on_change, "check_summary.md.j2", None, contents(report)), COMMENT, limit)
    return fullest or rendered("brief.md.j2", report=report)


def render_issue_status(report: Report, *, limit: int = LIMIT) -> str:
    """The status audit that answers an issue, of at most `limit` bytes. ValueError without a status."""
    return _on_status(report, "issue_status.md.j2", ISSUE_MARKER, ISSUE, limit)


def render_weekly(report: Report, *, limit: int = LIMIT) -> str:
    """The weekly post, of at most `limit` bytes. ValueError without a status."""
    return _on_status(report, "weekly.md.j2", WEEKLY_MARKER, WEEKLY, limit)


def render_markdown(report: Report) -> str:
    """The report as a Markdown document: longer than a comment, but not without bounds."""
    of = contents(report)
    if report.status is not None and report.kind == "state":
        return rendered("issue_status.md.j2", page=status_page(of, report.status, WHOLE))
    template = "pull_request.md.j2" if report.kind == "delta" else "state.md.j2"
    return rendered(template, page=page(of, DOCUMENT))


def render_terminal(report: Report, *, width: int, color: bool) -> str:
    """The report for a terminal of that many columns. Whatever it holds, it can be written as UTF-8."""
    if report.status is not None and report.kind == "state":
        shown = status_page(contents(report), report.status, WHOLE)
        return render_status_terminal(shown, width=width, color=color)
    return render_report_terminal(report, width=width, color=color)


def _check(limit: int) -> None:
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"a comment needs room for {SMALLEST_LIMIT} bytes, not {limit}")


def _on_change(template: str, marker: str | None, of: Contents, room: Room) -> str:
    return _posted(marker, rendered(template, page=page(of, room)))


def _on_status(report: Report, template: str, marker: str, room: StatusRoom, limit: int) -> str:
    _check(limit)
    status = report.status
    if status is None:
        raise ValueError("the report has no status")
    of = contents(report)

    def render(room: StatusRoom) -> str:
        return _posted(marker, rendered(template, page=status_page(of, status, room)))

    return fitted(render, room, limit, LEAST_FIRST) or _posted(marker, rendered("brief_status.md.j2", report=report))


def _posted(marker: str | None, text: str) -> str:
    return text if marker is None else f"{marker}\n{text}"


def render_problem(problem: Problem) -> str:
    """The comment on a pull request whose audit could not be done."""
    found = problem.policy.problems if problem.policy else ()
    problems = Listing(found[: COMMENT.problems], len(found))
    return _posted(MARKER, rendered("problem.md.j2", problem=problem, problems=problems))


def render_json(report: Report) -> bytes:
    """The report as JSON. A byte of a path that is not UTF-8 stands there as `\\xe9`, as in every report."""
    try:
        encoded = msgspec.json.encode(report)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(encodable(msgspec.to_builtins(report)))
    return msgspec.json.format(encoded, indent=2) + b"\n"
