"""What to do next, as it follows from the causes of a chain: first what moves the metric, then what keeps it there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, Literal

import msgspec

from analyzers.causes import actions_auth, actions_broken, actions_imports, actions_plan
from analyzers.causes.engine import in_order
from analyzers.causes.model import Action, Chain, Done, Inquiry, Proposal
from analyzers.causes.ways import odd_module, ways_of

Propose = Callable[[Inquiry, Chain], Iterator[Action]]

_Of = Literal["what is left", "modules that stay", "all"]
"""The findings that actions are about: those that nothing before takes away, those that go through modules which
nothing before deletes, or all, since the action is to keep them from coming back."""

_PROPOSALS: Final[Sequence[tuple[Propose, _Of]]] = (
    (actions_imports.rewrite, "what is left"),
    (actions_imports.rewrite_uses, "what is left"),
    (actions_imports.settle_definitions, "what is left"),
    (actions_imports.look_at_misnomers, "what is left"),
    (actions_imports.rewrite_legacy, "what is left"),
    (actions_imports.remove_copies, "what is left"),
    (actions_auth.route_calls, "what is left"),
    (actions_auth.route_endpoints, "what is left"),
    (actions_auth.call_the_check, "what is left"),
    (actions_auth.close_bypasses, "what is left"),
    (actions_broken.put_imports_right, "what is left"),
    (actions_plan.put_right, "what is left"),
    (actions_imports.warn, "all"),
    (actions_imports.delete, "all"),
    (actions_plan.forbid, "modules that stay"),
    (actions_plan.require_check, "all"),
    (actions_plan.settle_branches, "what is left"),
    (actions_plan.decide_on_goal, "what is left"),
    (actions_plan.name_owner, "all"),
    (actions_plan.set_date, "all"),
)


def proposals_of(inquiry: Inquiry, chain: Chain) -> Iterator[Proposal]:
    """What follows from a chain, group by group. From one without causes follows nothing."""
    inquiry = in_order(inquiry)
    for propose, of in _PROPOSALS if chain.causes else ():
        yield partial(_proposed, propose, of, inquiry, chain)


def actions_of(inquiry: Inquiry, chain: Chain) -> tuple[Action, ...]:
    """The actions that follow from a chain where nothing is done before them."""
    return tuple(action for proposal in proposals_of(inquiry, chain) for action in proposal(Done()))


def _proposed(propose: Propose, of: _Of, inquiry: Inquiry, chain: Chain, done: Done) -> Iterator[Action]:
    found = inquiry.findings
    if of == "what is left" and done.taken:
        found = tuple(each for each in found if each.fingerprint not in done.taken)
    elif of == "modules that stay" and done.deleted:
        ways = ways_of(inquiry)
        found = tuple(each for each in found if odd_module(each, ways) not in done.deleted)
    if found:
        yield from propose(msgspec.structs.replace(inquiry, findings=found), chain)
