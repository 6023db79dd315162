"""Step 5, why is that so: fixes that were undone, work that was never merged, goals put off, nobody named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from analyzers.causes import evidence
from analyzers.causes.answers import MOST_EVIDENCE, MOST_NAMES, Answer, Link, is_most
from analyzers.causes.model import Branch, Evidence, Goal, Inquiry
from analyzers.causes.wording import agreeing, code, counted, day, named, nouns, part, these
from analyzers.history import Repeat

LEAST_REPEATS: Final = 2
LEAST_REPEATS_PERCENT: Final = 20
"""Fixes that were undone, and the part that they make up of what stands: one revert is chance, a fifth is habit."""


def _noun(inquiry: Inquiry) -> tuple[str, str]:
    return nouns(inquiry.target.metric.name)


def undone(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """What had been fixed, and was brought back by a later merge."""
    del chain
    standing = {each.fingerprint for each in inquiry.findings}
    repeats = inquiry.history.repeats if inquiry.history is not None else ()
    held = [each for each in repeats if each.fingerprint in standing]
    among = len(standing)
    if len(held) < LEAST_REPEATS or 100 * len(held) < LEAST_REPEATS_PERCENT * among:
        return
    verb = agreeing(len(held), ("had been put right and was brought back", "had been put right and were brought back"))
    pairs: dict[tuple[str, str], Repeat] = {}
    for each in held:
        pairs.setdefault((each.fixed.by.id, each.again.by.id), each)
    shown = [both for each in pairs.values() for both in _both(inquiry, each)]
    text = f"{part(len(held), among, _noun(inquiry))} {verb}."
    left = len(shown[MOST_EVIDENCE - 1 :])
    yield Answer(text, len(held), among, _noun(inquiry)[1], tuple(shown[: MOST_EVIDENCE - 1]), left)


def _both(inquiry: Inquiry, repeat: Repeat) -> tuple[Evidence, Evidence]:
    where = code(repeat.finding.path)
    return (
        evidence.origin(inquiry, repeat.fixed, f"{where} was put right {_by(repeat.fixed.is_exact)} "),
        evidence.origin(inquiry, repeat.again, f"{where} fell back {_by(repeat.again.is_exact)} "),
    )


def _by(is_exact: bool) -> str:
    return "by" if is_exact else "by the time of"


def unmerged(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Work on the files that have the findings lies on branches that were never merged."""
    del chain
    branches = inquiry.around.branches or ()
    paths = {each.finding.path for each in inquiry.findings}
    touching = [each for each in branches if not paths.isdisjoint(each.paths)]
    covered = frozenset[str]().union(*(each.paths for each in touching))
    held = [each for each in inquiry.findings if each.finding.path in covered]
    among = len(inquiry.findings)
    if not is_most(len(held), among):
        return
    ranked = sorted(touching, key=lambda each: (-len(paths & each.paths), each.name))
    on = agreeing(len(ranked), ("a branch changes that was never merged", "branches change that were never merged"))
    names = named([each.name for each in ranked], MOST_NAMES, ("branch", "branches"))
    told = part(len(held), among, _noun(inquiry))
    text = f"{told} {agreeing(len(held), ('stands', 'stand'))} in files that {on}: {names}."
    shown, more = evidence.first(ranked, lambda each: _branch(inquiry, each, paths))
    yield Answer(text, len(held), among, _noun(inquiry)[1], shown, more, tuple(each.name for each in ranked))


def _branch(inquiry: Inquiry, branch: Branch, paths: set[str]) -> Evidence:
    files = counted(len(paths & branch.paths), ("file", "files"))
    return evidence.commit(inquiry, branch.commit, f"{code(branch.name)} changes {files} of them, last with ")


def put_off(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """The goal was made easier, or its day moved, since it was set."""
    del chain
    goals = inquiry.around.goals.get(inquiry.target.metric.name, ())
    moves = [(old, new) for old, new in pairwise(goals) if _is_easier(old, new)]
    if not moves:
        return
    told = "; ".join(_told_move(old, new) for old, new in moves[-MOST_NAMES:])
    times = "once" if len(moves) == 1 else f"{len(moves)} times"
    text = f"The goal was put off {times}: {told}."
    due = inquiry.target.due
    if due is not None and due.isoformat() < day(inquiry.head):
        text += f" {due.isoformat()} has passed as well."
    shown, more = evidence.first([new for _, new in moves], lambda goal: evidence.commit(inquiry, goal.commit))
    yield Answer(text, len(moves), len(goals) - 1, "changes of the goal", shown, more, share=1.0)


def _is_easier(old: Goal, new: Goal) -> bool:
    later = old.due is not None and (new.due is None or new.due > old.due)
    return new.target > old.target or later


def _told_move(old: Goal, new: Goal) -> str:
    moved = []
    if new.target > old.target:
        moved.append(f"from {old.target} to {new.target}")
    if old.due is not None and new.due != old.due and (new.due is None or new.due > old.due):
        moved.append(f"from {old.due.isoformat()} to {_told_day(new.due)}")
    return " and ".join(moved)


def _told_day(due: dt.date | None) -> str:
    return "no day" if due is None else due.isoformat()


def no_owner(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Files with findings that CODEOWNERS gives to nobody."""
    del chain
    owners, unknown = inquiry.around.owners, inquiry.around.owners_unknown
    held = [each for each in inquiry.findings if not owners.get(each.finding.path) and each.finding.path not in unknown]
    if not is_most(len(held), len(inquiry.findings)):
        return
    told = part(len(held), len(inquiry.findings), _noun(inquiry))
    verb = agreeing(len(held), ("stands in a file that has", "stand in files that have"))
    text = f"{told} {verb} no owner in CODEOWNERS."
    if not inquiry.around.has_codeowners:
        files = f"the files of {these(len(held), _noun(inquiry))}"
        text = f"There is no CODEOWNERS file: nobody is named for {files}."
    paths = sorted({each.finding.path for each in held})
    url = inquiry.repository.file
    shown, more = evidence.first(paths, lambda path: Evidence("file", code(path), url(inquiry.head.id, path)))
    yield Answer(text, len(held), len(inquiry.findings), _noun(inquiry)[1], shown, more)


def no_due_date(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """The policy says no day by which it is to be done."""
    del chain
    metric = inquiry.target.metric.name
    line = evidence.policy(inquiry, f"metrics.{metric}", "metrics")
    if inquiry.target.due is None and line is not None:
        among = len(inquiry.findings)
        told = f"{these(among, _noun(inquiry))} {agreeing(among, ('is', 'are'))}"
        text = f"The policy sets no due date for {code(metric)}: nothing says by when {told} to go."
        yield Answer(text, among, among, _noun(inquiry)[1], (line,))
