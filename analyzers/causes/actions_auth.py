"""Actions on authentication: let the calls, endpoints and definitions go through the one check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from analyzers.causes.answers import MOST_NAMES
from analyzers.causes.model import Action, Chain, Inquiry
from analyzers.causes.proposal import about, by_symbol, cause_of_step
from analyzers.causes.wording import code, nouns, these
from analyzers.history import Traced


def route_calls(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """Validation calls by other patterns, pattern by pattern; the metric counts patterns."""
    canonical = inquiry.auth_canonical
    if inquiry.target.metric.name != "auth.patterns" or not canonical:
        return
    groups = by_symbol(inquiry)
    for pattern in sorted(groups, key=lambda name: (-len(groups[name]), name))[:MOST_NAMES]:
        some = groups[pattern]
        text = f"Route {these(len(some), nouns('auth.patterns'))} of {code(pattern)} through {code(canonical)}"
        action = about(inquiry, "route through", text, cause_of_step(chain, 2), some)
        yield msgspec.structs.replace(action, after=inquiry.target.metric.value - 1)


def route_endpoints(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """Endpoints that never reach the check."""
    if inquiry.target.metric.name != "auth.unprotected":
        return
    found = inquiry.findings
    what = these(len(found), nouns("auth.unprotected"))
    through = f"through {code(inquiry.auth_canonical)}" if inquiry.auth_canonical else "through a check"
    text = f"Route {what} {through}, or list those that need none in `auth.public` of the policy"
    yield about(inquiry, "route through", text, cause_of_step(chain, 2), found)


def call_the_check(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """Second definitions of the check."""
    if inquiry.target.metric.name == "auth.implementations":
        found = inquiry.findings
        one = code(inquiry.auth_canonical) if inquiry.auth_canonical else "the canonical one"
        text = f"Have {these(len(found), nouns('auth.implementations'))} call {one}, or remove them"
        if len(found) == 1:
            text = f"Have this definition call {one}, or remove it"
        yield about(inquiry, "route through", text, cause_of_step(chain, 2), found)


def close_bypasses(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """Ways round the check, kind by kind."""
    if inquiry.target.metric.name != "auth.bypass":
        return
    groups: dict[str, list[Traced]] = defaultdict(list)
    for each in inquiry.findings:
        groups[each.finding.rule].append(each)
    for rule in sorted(groups, key=lambda name: (-len(groups[name]), name)):
        what = these(len(groups[rule]), nouns("auth.bypass"))
        text = f"Put {what} right as `fifthwhy rule {rule}` says"
        yield about(inquiry, "decide", text, cause_of_step(chain, 1), groups[rule])
