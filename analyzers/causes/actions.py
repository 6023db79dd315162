"""What to do next, as it follows from the causes of a chain: first what moves the metric, then what keeps it there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from analyzers.causes import actions_auth, actions_broken, actions_imports, actions_plan
from analyzers.causes.engine import in_order
from analyzers.causes.model import Action, Chain, Inquiry

Propose = Callable[[Inquiry, Chain], Iterator[Action]]

_PROPOSALS: Final[Sequence[Propose]] = (
    actions_imports.rewrite,
    actions_imports.rewrite_uses,
    actions_imports.settle_definitions,
    actions_imports.look_at_misnomers,
    actions_imports.rewrite_legacy,
    actions_imports.remove_copies,
    actions_auth.route_calls,
    actions_auth.route_endpoints,
    actions_auth.call_the_check,
    actions_auth.close_bypasses,
    actions_broken.put_imports_right,
    actions_plan.put_right,
    actions_imports.warn,
    actions_imports.delete,
    actions_plan.forbid,
    actions_plan.require_check,
    actions_plan.settle_branches,
    actions_plan.decide_on_goal,
    actions_plan.name_owner,
    actions_plan.set_date,
)


def actions_of(inquiry: Inquiry, chain: Chain) -> tuple[Action, ...]:
    """The actions that follow from a chain. A chain without causes has none."""
    if not chain.causes:
        return ()
    inquiry = in_order(inquiry)
    return tuple(action for propose in _PROPOSALS for action in propose(inquiry, chain))
