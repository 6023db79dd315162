"""The renderer: a report or a problem in, the text that is posted or shown out."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

import msgspec

from analyzers.problem import Problem
from analyzers.report import Report
from report_templates.environment import environment
from report_templates.escape import encodable
from report_templates.listing import COMMENT, DOCUMENT, Contents, Listing, Room, contents, fitted, page
from report_templates.terminal import render_terminal

__all__ = ["MARKER", "render_comment", "render_json", "render_markdown", "render_problem", "render_terminal"]

MARKER: Final = "<!-- fifthwhy:pull-request -->"
"""First line of every comment on a pull request: by it and its author the comment is found again."""

LIMIT: Final = 65_000
"""GitHub refuses comments of more than 65,536 characters. Ours are counted in bytes and keep some distance."""

SMALLEST_LIMIT: Final = 1_000
"""Below this not even the sentence and the command are sure to fit."""


def render_comment(report: Report, *, limit: int = LIMIT) -> str:
    """The comment on a pull request, of at most `limit` bytes whatever the report holds."""
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"a comment needs room for {SMALLEST_LIMIT} bytes, not {limit}")
    fullest = fitted(partial(_comment, contents(report)), COMMENT, limit)
    return fullest or _posted(_rendered("brief.md.j2", report=report))


def _comment(of: Contents, room: Room) -> str:
    return _posted(_rendered("pull_request.md.j2", page=page(of, room)))


def _posted(text: str) -> str:
    return f"{MARKER}\n{text}"


def render_markdown(report: Report) -> str:
    """The report as a Markdown document: longer than a comment, but not without bounds."""
    template = "pull_request.md.j2" if report.kind == "delta" else "state.md.j2"
    return _rendered(template, page=page(contents(report), DOCUMENT))


def render_problem(problem: Problem) -> str:
    """The comment on a pull request whose audit could not be done."""
    found = problem.policy.problems if problem.policy else ()
    problems = Listing(found[: COMMENT.problems], len(found))
    return _posted(_rendered("problem.md.j2", problem=problem, problems=problems))


def _rendered(template: str, **context: object) -> str:
    text = environment().get_template(template).render(context)
    # Sections that vanish leave their blank lines. No repository text has a line break that could be meant here.
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def render_json(report: Report) -> bytes:
    """The report as JSON. A byte of a path that is not UTF-8 stands there as `\\xe9`, as in every report."""
    try:
        encoded = msgspec.json.encode(report)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(encodable(msgspec.to_builtins(report)))
    return msgspec.json.format(encoded, indent=2) + b"\n"
