"""The reply to commands in a comment: the answer to each, made to fit, below a marker by which it is found again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from markupsafe import Markup

from analyzers.explain import Explanation, UnknownNameError
from analyzers.history import History
from analyzers.places import Repository
from analyzers.policy import CommandsPolicy, Policy, PolicyProblem
from analyzers.policy_parts import PolicyParts
from analyzers.problem import PolicyFault, Problem
from analyzers.report import Report
from report_templates.environment import rendered
from report_templates.escape import code, prose
from report_templates.explanation import render_explanation_markdown
from report_templates.listing import Listing, first_of, fits
from report_templates.past import render_history_markdown
from report_templates.render import (
    ISSUE_MARKER,
    LIMIT,
    MARKER,
    render_comment,
    render_issue_status,
    render_problem,
)

_FRAME: Final = 2_500
"""Bytes that marker, headings and notes may take."""
_MOST_PARTS: Final = 200
_MOST_PROBLEMS: Final = 50


class Part(msgspec.Struct, frozen=True):
    """What one command has come to: a text that is Markdown already, or a `state` for as long as there is none.

    `others` are commands that the same text answers.
    """

    written: str
    text: str = ""
    state: str = ""
    notes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class Reply(msgspec.Struct, frozen=True):
    """All that stands in one reply; `url` is the comment with the commands, `asker` who wrote it.

    `note` stands below all answers.
    """

    comment_id: int
    url: str
    asker: str
    parts: tuple[Part, ...]
    note: str = ""


class HelpRow(msgspec.Struct, frozen=True):
    """A command, what it does and for whom it is."""

    written: str
    does: str
    who: str


class PolicyAnswer(msgspec.Struct, frozen=True):
    """The policy of a branch. `path` None: the repository has none. `fault`: it cannot be used, and defaults apply."""

    branch: str
    path: str | None
    url: str | None
    policy: Policy
    parts: PolicyParts
    warnings: tuple[PolicyProblem, ...] = ()
    fault: PolicyFault | None = None


def reply_marker(comment_id: int) -> str:
    """First line of the reply to a comment: by it and its author the reply is found again."""
    return f"<!-- fifthwhy:reply {comment_id} -->"


def room_for(parts: int) -> int:
    """How many bytes each answer of a reply may take."""
    return LIMIT // max(1, parts) - _FRAME


def render_reply(reply: Reply) -> str:
    """The whole comment, of at most LIMIT bytes where each answer keeps to its room."""
    parts = [
        msgspec.structs.asdict(part) | {"text": Markup(part.text)}  # noqa: S704 (rendered here)
        for part in reply.parts
    ]
    text = rendered("replies/reply.md.j2", parts=parts, url=reply.url, asker=reply.asker, note=reply.note)
    return f"{reply_marker(reply.comment_id)}\n{text}"


def render_help(rows: Iterable[HelpRow], *, most: int, authors: bool) -> str:
    """What there is to ask for, and whether `authors` of pull requests may; `most` commands may be in one comment."""
    return rendered("replies/help.md.j2", commands=tuple(rows), most=most, authors=authors)


def render_not_understood(problem: str) -> str:
    """Why a line that begins as a command does is none."""
    return rendered("replies/not_understood.md.j2", problem=problem)


def render_refusal(role: str, policy: CommandsPolicy) -> str:
    """To somebody who may not do what they asked for: which role it takes."""
    return rendered("replies/refusal.md.j2", role=role, authors=policy.authors)


def render_enough(role: str, most: int) -> str:
    """To the author of a pull request who lacks the role and has asked for all that they may in an hour."""
    return rendered("replies/enough.md.j2", role=role, most=most)


def render_reviewing(*, is_open: bool) -> str:
    """To somebody who asks for the audit of a pull request."""
    return rendered("replies/reviewing.md.j2", is_open=is_open)


def render_policy_answer(answer: PolicyAnswer, limit: int) -> str:
    """The policy in force, key by key."""
    found = answer.fault.problems if answer.fault else ()
    text = rendered(
        "replies/policy.md.j2",
        branch=answer.branch,
        path=answer.path,
        url=answer.url,
        digest=answer.policy.digest,
        fault=answer.fault,
        problems=Listing(found[:_MOST_PROBLEMS], len(found)),
        warnings=answer.warnings,
        said=first_of(answer.parts.said, _MOST_PARTS),
        unsaid=answer.parts.unsaid,
    )
    return _cut(text, limit, "`fifthwhy policy check` reads the file itself")


def render_status_answer(report: Report, limit: int) -> str:
    """The status report of a commit."""
    return render_issue_status(report, limit=limit).removeprefix(f"{ISSUE_MARKER}\n")


def render_change_answer(report: Report, limit: int) -> str:
    """The report on a pull request."""
    return render_comment(report, limit=limit).removeprefix(f"{MARKER}\n")


def render_problem_answer(problem: Problem, limit: int) -> str:
    """Why there is no answer."""
    return _cut(render_problem(problem).removeprefix(f"{MARKER}\n"), limit, "`fifthwhy policy check` tells all")


def render_explanation_answer(explanation: Explanation, limit: int) -> str:
    """By which paths a symbol is reached."""
    local = f"{code(f'fifthwhy explain {explanation.asked}')} tells all"
    # A document begins with larger headings than a comment does; no name has a line break in it.
    text = re.sub(r"^## ", "#### ", render_explanation_markdown(explanation), flags=re.MULTILINE)
    return _cut(text, limit, local)


def render_unknown_name(error: UnknownNameError) -> str:
    """To somebody who asks about a symbol that nothing has."""
    return f"{prose(str(error))}\n"


def render_history_answer(history: History, policy: Policy, repository: Repository, limit: int) -> str:
    """What the metrics were, with charts."""
    return _cut(render_history_markdown(history, policy, repository), limit, "`fifthwhy history` tells all")


def _cut(text: str, limit: int, rest: str) -> str:
    """A text of ours of at most that many bytes: whole blocks from its beginning, tables and lists line by line."""
    if fits(text, limit):
        return text
    ending = f"\n…and more than a comment holds; {rest}.\n"
    left = limit - len(ending.encode())
    kept: list[str] = []
    for piece in _pieces(text):
        left -= len(piece.encode())
        if left < 0:
            break
        kept.append(piece)
    while kept and (kept[-1].isspace() or kept[-1].startswith("#")):
        kept.pop()  # a heading of what was cut off
    return "".join(kept) + ending


_PIECE: Final = re.compile(
    r"""
      ```.*\n (?: (?!```).*\n )* ```.*\n  # what is between fences
    | \|.*\n \|[\ :|-]+\n              # the head of a table
    | .*\n
    """,
    re.VERBOSE,
)


def _pieces(text: str) -> Iterator[str]:
    """What a text of whole lines may be cut into: lines, but some of them only together."""
    return (found[0] for found in _PIECE.finditer(text))
