"""The texts of a check run: what the gate says and why, above the summary of the report; and its annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec
from markupsafe import Markup

from analyzers.gate import Acceptance, Gated, gravest_first
from analyzers.ignore_patch import IgnorePatch
from analyzers.policy import GatePolicy, PolicyProblem
from analyzers.problem import Problem
from analyzers.report import FindingRow, Report
from report_templates.environment import rendered
from report_templates.escape import shortened, spoken, visible
from report_templates.listing import Listing, fits
from report_templates.render import LIMIT, MARKER, render_check_summary, render_problem
from report_templates.wording import counted, headline

MOST_ANNOTATIONS: Final = 50
"""More make a pull request hard to read; the summary lists more of them."""
_PREFACE: Final = 5_000
"""Bytes that what stands above the summary may take."""
_LONGEST_MESSAGE: Final = 2_000
_LARGEST: Final = 65_535
"""What GitHub takes: https://docs.github.com/en/rest/checks/runs#create-a-check-run."""
_MOST_METRICS: Final = 20


class Passing(msgspec.Struct, frozen=True):
    """What people have asked for with the button: that the change may pass."""

    accepted: Acceptance | None = None
    patch: IgnorePatch | None = None
    refused: str | None = None
    """Who may not ask for that."""
    role: str = ""
    """The role that it takes."""
    overtaken: str | None = None
    """Who was shown something else than what is said now."""


class Remark(msgspec.Struct, frozen=True):
    """An annotation in plain text: GitHub shows it as it is."""

    path: str
    line: int
    end_line: int
    title: str
    message: str
    row: FindingRow | None = None
    """What it is about; None: a mistake in the policy."""


def render_check_title(gated: Gated, report: Report, passing: Passing) -> str:
    """What stands beside the name of the check."""
    if passing.accepted is not None:
        return f"Accepted by {visible(passing.accepted.by)}"
    if gated.policy_invalid:
        return "The policy of this change cannot be used"
    if gated.metrics:
        return f"{counted(len(gated.metrics), 'metric misses its target', 'metrics miss their targets')}"
    return headline(report)


def render_check(gated: Gated, gate: GatePolicy, report: Report, passing: Passing) -> str:
    """The summary of a check run, of less than the 65,535 bytes that GitHub takes."""
    preface = rendered(
        "check.md.j2",
        report=report,
        gated=gated,
        gate=gate,
        metrics=Listing(gated.metrics[:_MOST_METRICS], len(gated.metrics)),
        accepted=passing.accepted,
        patch=passing.patch,
        refused=passing.refused,
        role=passing.role,
        overtaken=passing.overtaken,
    )
    if not fits(preface, _PREFACE):
        raise ValueError("what stands above the summary is bounded")
    return f"{preface.rstrip()}\n\n{render_check_summary(report, limit=LIMIT - _PREFACE)}".lstrip()


def render_patch(passing: Passing) -> str:
    """How to keep what was accepted: ignore comments, as a patch. Nothing where there is none, or no room for it."""
    patch = passing.patch
    if patch is None or not patch.text:
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", patch.text)), default=0) + 3)
    block = Markup(f"{fence}diff\n{patch.text}{fence}")  # noqa: S704 (in a fence that is longer than any in it)
    text = rendered("check_patch.md.j2", block=block, left=patch.left)
    return text if fits(text, LIMIT) else ""


def render_check_problem(problem: Problem) -> str:
    """The summary of a check run on what could not be audited."""
    return render_problem(problem).removeprefix(f"{MARKER}\n")


def render_check_problem_title(problem: Problem) -> str:
    """The same in a few words."""
    return f"Not audited: {problem.title}"


def render_check_shared(number: int | None, summary: str) -> str:
    """The summary of a check run that fails as another pull request with the same head does; its own goes below.

    Without a number it is a merge group that fails.
    """
    preface = rendered("check_shared.md.j2", number=number).rstrip()
    whole = f"{preface}\n\nBy itself it comes to this:\n\n{summary}"
    return whole if fits(whole, _LARGEST) else preface


def render_check_shared_title(number: int | None) -> str:
    """The same in a few words."""
    who = "a merge group" if number is None else f"#{number}"
    return f"Fails, as {who} does, which has the same head"


def remarks_on(report: Report) -> tuple[Remark, ...]:
    """What to note at lines of the head: mistakes in the policy that the change brings, and what it introduces."""
    change = report.policy_change
    problems = () if change is None else tuple(policy_remarks(change.path, change.problems))
    findings = tuple(_on(row) for row in gravest_first(report.introduced) if _can_be_named(row.place.path))
    return (*problems, *findings)[:MOST_ANNOTATIONS]


def policy_remarks(path: str, problems: tuple[PolicyProblem, ...]) -> Iterator[Remark]:
    """The mistakes in a policy file, each at its line."""
    for problem in problems[:MOST_ANNOTATIONS]:
        about = f"{problem.key}: " if problem.key else ""
        message = shortened(visible(f"{about}{problem.message}"), _LONGEST_MESSAGE)
        yield Remark(path, problem.line, problem.line, "policy", message)


def _on(row: FindingRow) -> Remark:
    place = row.place
    # Of a name that stretches over a hundred lines, people want to see the first.
    message = shortened(spoken(row.message), _LONGEST_MESSAGE)
    return Remark(place.path, place.line, place.end_line, row.rule, message, row)


def _can_be_named(path: str) -> bool:
    """Whether a path is text; what is not cannot be sent."""
    return path.isprintable()
