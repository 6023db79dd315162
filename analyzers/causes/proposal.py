"""What actions have in common: the cause that they follow from, the findings that they are about, what follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from analyzers.causes import evidence
from analyzers.causes.model import Action, Cause, Chain, ChangeKind, Evidence, Inquiry
from analyzers.history import Traced


def cause_at(chain: Chain, *rules: str) -> Cause | None:
    """The cause of the chain that one of these rules gave."""
    return next((cause for cause in chain.causes if cause.rule in rules), None)


def cause_of_step(chain: Chain, *steps: int) -> Cause:
    """The cause of the first of these steps that has one, else the first of all."""
    found = (cause for step in steps for cause in chain.causes if cause.step == step)
    return next(found, chain.causes[0])


def by_symbol(inquiry: Inquiry) -> dict[str, list[Traced]]:
    """The findings by what they are about."""
    groups: dict[str, list[Traced]] = defaultdict(list)
    for each in inquiry.findings:
        groups[each.finding.symbol].append(each)
    return groups


def about(
    inquiry: Inquiry, kind: ChangeKind, text: str, cause: Cause, found: Sequence[Traced], *, moves: bool = True
) -> Action:
    """An action on findings, each of which counts one in the metric; it takes them away if it `moves` them."""
    before = inquiry.target.metric.value
    shown, _ = evidence.lines(inquiry, found)
    return Action(
        kind=kind,
        text=text,
        metric=inquiry.target.metric.name,
        cause=cause.rule,
        subjects=tuple(each.fingerprint for each in found),
        before=before,
        after=before - len(found) if moves else None,
        evidence=shown,
    )


def keeping(
    inquiry: Inquiry,
    kind: ChangeKind,
    text: str,
    cause: Cause,
    shown: tuple[Evidence, ...] = (),
    modules: Collection[str] = (),
) -> Action:
    """An action that takes no finding away by itself; its evidence is that of its cause unless another is given."""
    return Action(
        kind=kind,
        text=text,
        metric=inquiry.target.metric.name,
        cause=cause.rule,
        subjects=(),
        before=inquiry.target.metric.value,
        evidence=shown or cause.evidence,
        modules=tuple(modules),
    )
