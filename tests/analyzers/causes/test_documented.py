"""The page about causes describes the rules that there are, in their order, with their weight and thresholds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analyzers.causes import answers, arrival, flows, reasons, where
from analyzers.causes.answers import CauseRule
from analyzers.causes.rules import CAUSE_RULES

PAGE = (Path(__file__).parents[3] / "docs/causes.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^### (\S+)\n\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))


def test_every_rule_is_described_in_its_place() -> None:
    assert list(SECTIONS) == [rule.name for rule in CAUSE_RULES]


@pytest.mark.parametrize("rule", CAUSE_RULES, ids=lambda rule: rule.name)
def test_the_weight_of_a_rule_is_told(rule: CauseRule) -> None:
    assert SECTIONS[rule.name].startswith(f"{rule.weight.capitalize()}. ")


def test_thresholds_are_told_as_they_are() -> None:
    text = " ".join(PAGE.split())
    assert f"{answers.MOST_PERCENT} %, and then for at least {answers.LEAST_FOR_A_PART} findings" in text
    assert answers.MOST_NAMES == 3
    assert "at most three names" in text
    assert where.LEAST_EACH == 2
    assert "two findings each on average" in text
    assert f"in the last {flows.WEEKS} weeks, *they still come* is said if at least {arrival.LEAST_NET} more" in text
    assert arrival.OF_LATE.days == 14
    assert "more came in than went in the last two weeks" in text
    growing = " ".join(SECTIONS["arrival.growing"].split())
    assert f"at least {arrival.LEAST_NET} more came in than went" in growing
    assert f"at least {arrival.LEAST_GROWTH_PERCENT} % of what stands" in growing
    assert f"At least {arrival.LEAST_COMMITS} commits" in SECTIONS["arrival.drip"]
    assert f"none more than {arrival.MOST_AT_ONCE_PERCENT} %" in SECTIONS["arrival.drip"]
    undone = " ".join(SECTIONS["reasons.undone"].split())
    assert f"At least {reasons.LEAST_REPEATS}, and {reasons.LEAST_REPEATS_PERCENT} % of what stands" in undone
