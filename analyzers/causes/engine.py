"""The engine: from an inquiry to its chain of five whys, one answer for each step, the best supported one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, get_args

import msgspec

from analyzers.catalogue import CATALOGUE, entry, is_planned
from analyzers.causes.answers import Answer, CauseRule, Link, Weight
from analyzers.causes.model import Cause, Chain, Inquiry, Step
from analyzers.causes.questions import NO_HISTORY, open_question, question
from analyzers.causes.rules import CAUSE_RULES
from analyzers.findings import MetricName
from analyzers.history import Repeat, Traced

_STEPS: Final[tuple[Step, ...]] = get_args(Step)
_WEIGHTS: Final[dict[Weight, int]] = {"strong": 0, "plain": 1, "weak": 2}
_SEVERITIES: Final = {"high": 0, "medium": 1, "low": 2}
_PRIORITIES: Final = {"critical": 0, "high": 1, "medium": 2, "low": 3}
_NO_PRIORITY: Final = len(_PRIORITIES)
_CATALOGUED: Final[dict[MetricName, int]] = {each.name: number for number, each in enumerate(CATALOGUE)}


def chain_of(inquiry: Inquiry) -> Chain:
    """The five whys of one metric.

    A step whose question does not arise is passed over: why an odd path works, where there is none; how something came
    in, where no history was looked at. At any other question without an answer the chain ends, and says so.
    """
    inquiry = in_order(inquiry)
    links: tuple[Link, ...] = ()
    causes: list[Cause] = []
    left: str | None = None
    for step in _STEPS:
        rule, answer = _best(step, inquiry, links)
        if rule is not None and answer is not None:
            causes.append(_cause(rule, answer, question(step, inquiry, links)))
            links = (*links, Link(rule.name, step, answer))
        elif step == 3 and inquiry.history is None:
            left = NO_HISTORY
        elif _arises(step, inquiry):
            return Chain(inquiry.target.metric.name, tuple(causes), open_question(step, inquiry))
    return Chain(inquiry.target.metric.name, tuple(causes), left)


def _arises(step: Step, inquiry: Inquiry) -> bool:
    return step != 2 or inquiry.target.metric.name == "imports.fragmented"


def _best(step: Step, inquiry: Inquiry, links: tuple[Link, ...]) -> tuple[CauseRule | None, Answer | None]:
    """The answer with the most weight, then with the most support, then of the first rule.

    An answer without anything to show for it is none.
    """
    found = [
        ((_WEIGHTS[rule.weight], -answer.support, number), rule, answer)
        for number, rule in enumerate(CAUSE_RULES)
        if rule.step == step
        for answer in rule.ask(inquiry, links)
        if answer.evidence
    ]
    if not found:
        return None, None
    _, rule, answer = min(found, key=lambda each: each[0])
    return rule, answer


def _cause(rule: CauseRule, answer: Answer, asked: str) -> Cause:
    return Cause(
        rule=rule.name,
        step=rule.step,
        question=asked,
        answer=answer.text,
        count=answer.count,
        among=answer.among,
        unit=answer.unit,
        evidence=answer.evidence,
        more=answer.more,
    )


def in_order(inquiry: Inquiry) -> Inquiry:
    """The same inquiry in an order of its own, so that the same data give the same chain."""
    history = inquiry.history
    if history is not None:
        repeats = tuple(sorted(history.repeats, key=_repeat_place))
        history = msgspec.structs.replace(history, repeats=repeats)
    around = inquiry.around
    branches = None if around.branches is None else tuple(sorted(around.branches, key=lambda each: each.name))
    return msgspec.structs.replace(
        inquiry,
        findings=tuple(sorted(inquiry.findings, key=_place)),
        symbols=tuple(sorted(inquiry.symbols, key=lambda each: (each.symbol.name, each.symbol.definition.dotted))),
        patterns=tuple(sorted(inquiry.patterns, key=lambda each: each.pattern)),
        ignores=tuple(sorted(inquiry.ignores, key=lambda each: (each.path, each.line, each.symbol))),
        history=history,
        around=msgspec.structs.replace(
            around,
            guards=tuple(sorted(around.guards, key=lambda each: (each.module, each.kind, each.name))),
            branches=branches,
            copies=tuple(sorted(around.copies, key=lambda each: (each.path, each.of))),
            required_checks=None if around.required_checks is None else tuple(sorted(around.required_checks)),
        ),
    )


def _place(traced: Traced) -> tuple[str, int, str, str, str, str]:
    finding = traced.finding
    return finding.path, finding.line, finding.rule, finding.symbol, finding.detail, traced.fingerprint


def _repeat_place(repeat: Repeat) -> tuple[str, int, str]:
    return repeat.finding.path, repeat.finding.line, repeat.fingerprint


def chains_of(inquiries: Iterable[Inquiry]) -> tuple[Chain, ...]:
    """The chains of the metrics that are off target: by priority, then what the policy is about, then severity, then
    how far off.

    A share has none, since its findings are those of other metrics; nor has a metric without findings.
    """
    asked = sorted((each for each in inquiries if is_asked(each)), key=urgency)
    return tuple(chain_of(each) for each in asked)


def is_asked(inquiry: Inquiry) -> bool:
    """Whether a metric has a chain."""
    target = inquiry.target
    return bool(inquiry.findings) and not target.is_met and not entry(target.metric.name).is_share


def urgency(inquiry: Inquiry) -> tuple[int, bool, int, int, int]:
    """Sorts first what is the most urgent."""
    name = inquiry.target.metric.name
    planned = inquiry.policy.metrics.get(name)
    priority = None if planned is None else planned.priority
    severity = min((_SEVERITIES[each.finding.severity] for each in inquiry.findings), default=len(_SEVERITIES))
    gap = inquiry.target.metric.value - inquiry.target.target
    rank = _PRIORITIES.get(priority or "", _NO_PRIORITY)
    return rank, not is_planned(name, inquiry.policy), severity, -gap, _CATALOGUED[name]
