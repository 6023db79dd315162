"""What a cause rule says: an answer, before it becomes a step of a chain; and what counts as enough support."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal

import msgspec

from analyzers.causes.model import Evidence, Inquiry, Step

MOST_PERCENT: Final = 60
"""The part that "most" means, in percent: clearly more than half, so that a few findings change nothing."""

LEAST_FOR_A_PART: Final = 5
"""Findings that it takes for a part of them to say something: 2 of 3 is chance. All of them always says something."""

MOST_NAMES: Final = 3
"""Few carry much: names that a reader takes in at a glance. What takes more of them is spread."""

MOST_EVIDENCE: Final = 5
"""Evidence that is listed with an answer; the rest is counted."""

Weight = Literal["strong", "plain", "weak"]
"""strong: names what carries the most, or tells what happened. plain: tells how things are. weak: tells what is
missing, or no more than describes. An answer goes before all of less weight, however many findings these hold for."""


class Answer(msgspec.Struct, frozen=True):
    """What a rule answers: it holds for `count` of `among` (what `unit` calls them).

    `names` are those that the next question asks about. `share` is the part of the findings that the answer holds for,
    where `count` counts something else.
    """

    text: str
    count: int
    among: int
    unit: str
    evidence: tuple[Evidence, ...]
    more: int = 0
    names: tuple[str, ...] = ()
    share: float | None = None

    @property
    def support(self) -> float:
        """The part of the findings that it holds for, from 0 to 1."""
        if self.share is not None:
            return self.share
        return self.count / self.among if self.among else 0.0


class Link(msgspec.Struct, frozen=True):
    """A step of the chain that is being made: the rule that answered, and what it said."""

    rule: str
    step: Step
    answer: Answer


Ask = Callable[[Inquiry, tuple[Link, ...]], Iterator[Answer]]
"""Takes an inquiry and the chain so far; yields the answers that have enough support."""


class CauseRule(msgspec.Struct, frozen=True):
    """A named rule that may answer the question of one step."""

    name: str
    step: Step
    weight: Weight
    ask: Ask


def is_most(count: int, among: int) -> bool:
    """Whether a part is enough for an answer: all, or most of what is not too few."""
    if 0 < count == among:
        return True
    return among >= LEAST_FOR_A_PART and 100 * count >= MOST_PERCENT * among
