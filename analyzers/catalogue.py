"""The catalogue: every rule that fifthwhy has, in the order in which reports show them."""

from __future__ import annotations

from typing import Final

import msgspec

from analyzers.findings import RuleName


class Rule(msgspec.Struct, frozen=True):
    """What a rule counts. Lower is better for all of them; `target` is what holds unless the policy says otherwise."""

    name: RuleName
    title: str
    unit: str
    target: int


CATALOGUE: Final = (
    Rule("imports.fragmented", "Imports off the canonical path", "import sites", 0),
    Rule("imports.legacy", "Imports of legacy modules", "import sites", 0),
    Rule("auth.patterns", "Ways to validate besides the canonical one", "patterns", 0),
)


def rule(name: RuleName) -> Rule:
    """The catalogue's entry of that name."""
    return next(entry for entry in CATALOGUE if entry.name == name)
