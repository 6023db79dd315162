"""The surface: every endpoint of one commit, and whether it reaches the check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from analyzers.audit import Audit, no_canonical, surroundings
from analyzers.rules.endpoints.model import EndpointKind, State

_ORDER: Final[tuple[State, ...]] = ("unprotected", "unknown", "public", "protected")


class EndpointAnswer(msgspec.Struct, frozen=True):
    """One endpoint. `chain` are the steps from it to the validation, each `function (path:line)`; `reason` says what
    else there is to be known: why it is public, or what cannot be told.
    """

    state: State
    kind: EndpointKind
    framework: str
    method: str
    route: str
    function: str
    path: str
    line: int
    chain: tuple[str, ...]
    reason: str


class Surface(msgspec.Struct, frozen=True):
    """The endpoints, those without a check first, by place; and the pattern that they are to reach."""

    canonical: str | None
    inferred: bool
    endpoints: tuple[EndpointAnswer, ...]

    def count(self, state: State) -> int:
        """How many endpoints have that answer."""
        return sum(each.state == state for each in self.endpoints)


def surface_of(audit: Audit) -> Surface:
    """The surface of an audited commit."""
    ordered = sorted(_answers(audit), key=lambda each: (_ORDER.index(each.state), each.path, each.line, each.route))
    return Surface(audit.auth_canonical, audit.question.policy.auth.canonical is None, tuple(ordered))


def _answers(audit: Audit) -> Iterator[EndpointAnswer]:
    around = surroundings(audit, no_canonical)
    for path in sorted(audit.endpoints):
        row = audit.ledger.files.get(path)
        for endpoint, verdict in () if row is None else audit.ledger.verdicts(row, around):
            yield EndpointAnswer(
                state=verdict.state,
                kind=endpoint.kind,
                framework=endpoint.framework,
                method=verdict.method,
                route=verdict.route,
                function=endpoint.function,
                path=path,
                line=endpoint.line,
                chain=verdict.chain,
                reason=verdict.reason,
            )
