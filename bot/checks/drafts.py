"""What a check run is to say: decided here from a report and its gate, sent elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from analyzers.findings import Severity
from analyzers.gate import Gated
from bot.github.records import Annotation, Button, CheckConclusion, CheckRunDraft, Level
from bot.jobs.change_audit import Audited, Unaudited
from report_templates.check import (
    Passing,
    Remark,
    policy_remarks,
    remarks_on,
    render_check,
    render_check_problem,
    render_check_problem_title,
    render_check_shared,
    render_check_shared_title,
    render_check_title,
    render_patch,
)

CHECK_NAME: Final = "fifthwhy"
"""What people require in their branch protection; another name would be another check."""

RERUN: Final = "rerun"
ACCEPT: Final = "acc-"
"""With the digest of what fails behind it, so that a press accepts what was shown and nothing else. GitHub takes 20
characters, which are just these.
"""

_RERUN: Final = Button("Run again", "Audit this commit once more", RERUN)
_LEVELS: Final[Mapping[Severity, Level]] = {"low": "notice", "medium": "warning", "high": "failure"}


def running_draft(head: str, mark: str) -> CheckRunDraft:
    """An audit that is under way."""
    return CheckRunDraft(CHECK_NAME, head, mark, "in_progress", title="Auditing", summary="The audit is under way.")


def cancelled_draft(head: str, mark: str, title: str, summary: str) -> CheckRunDraft:
    """An audit that came to no end, as nobody needs it any more."""
    return CheckRunDraft(CHECK_NAME, head, mark, "completed", "cancelled", title, summary)


def audited_draft(
    audited: Audited,
    gated: Gated,
    mark: str,
    passing: Passing = Passing(),  # noqa: B008  # frozen
    details_url: str | None = None,
    *,
    can_accept: bool = True,
    annotate: bool = True,
) -> CheckRunDraft:
    """What was found. Without `annotate` for a run that has its annotations already: GitHub would add to them."""
    report, policy = audited.report, audited.policy.policy
    accept = Button("Accept", "Let it pass until the next push", f"{ACCEPT}{gated.digest}")
    buttons = (_RERUN, accept) if can_accept and gated.can_be_accepted and passing.accepted is None else (_RERUN,)
    return CheckRunDraft(
        name=CHECK_NAME,
        head_sha=audited.head,
        external_id=mark,
        status="completed",
        conclusion=_conclusion(gated, passing),
        title=render_check_title(gated, report, passing),
        summary=render_check(gated, policy.gate, report, passing),
        text=render_patch(passing),
        annotations=tuple(map(_annotation, remarks_on(report))) if annotate else (),
        actions=buttons,
        details_url=details_url,
    )


def unaudited_draft(found: Unaudited, head: str, mark: str, details_url: str | None = None) -> CheckRunDraft:
    """What could not be audited, and why.

    A policy that cannot be used fails, since nothing is measured until somebody puts it right, as this change may do.
    All else is no fault of the change, and stops nobody.
    """
    fails = found.problem.kind == "policy_invalid" and not found.repairs_policy
    remarks = () if found.policy_path is None else policy_remarks(found.policy_path, found.policy_problems)
    return CheckRunDraft(
        name=CHECK_NAME,
        head_sha=head,
        external_id=mark,
        status="completed",
        conclusion="failure" if fails else "neutral",
        title=render_check_problem_title(found.problem),
        summary=render_check_problem(found.problem),
        annotations=tuple(map(_annotation, remarks)),
        actions=(_RERUN,),
        details_url=details_url,
    )


def shared_draft(draft: CheckRunDraft, number: int | None) -> CheckRunDraft:
    """What is said of one pull request where another one with the same head fails: GitHub has one place for both.

    Without a number it is a merge group that fails.
    """
    return msgspec.structs.replace(
        draft,
        conclusion="failure",
        title=render_check_shared_title(number),
        summary=render_check_shared(number, draft.summary),
    )


def parting_draft(draft: CheckRunDraft, *, fails: bool) -> CheckRunDraft:
    """What is said in place of *cancelled* where a merge queue would take that for the verdict on its group."""
    instead = "A merge group has the same head: this stands for what that came to."
    conclusion: CheckConclusion = "failure" if fails else "neutral"
    return msgspec.structs.replace(draft, conclusion=conclusion, summary=f"{draft.summary}\n\n{instead}")


def _conclusion(gated: Gated, passing: Passing) -> CheckConclusion:
    if gated.state == "failed":
        return "failure" if passing.accepted is None else "neutral"
    return "success" if gated.state == "passed" else "neutral"


def _annotation(remark: Remark) -> Annotation:
    """Tests keep nothing from passing, so nothing in them looks as if it did."""
    row = remark.row
    level: Level = "failure" if row is None else _LEVELS[row.severity]
    if row is not None and row.scope != "production":
        level = "notice"
    return Annotation(remark.path, remark.line, remark.end_line, level, remark.title, remark.message)
