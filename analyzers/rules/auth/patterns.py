"""auth.patterns: the ways in which tokens and sessions are validated, besides the one that is meant to be used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from analyzers.findings import Finding
from analyzers.policy import Policy
from analyzers.rules.auth.sites import AuthSite
from analyzers.tree import Scope


def canonical_pattern(
    votes: Mapping[tuple[str, Scope], int], policy: Policy, before: str | None, enclosed: Mapping[str, frozenset[str]]
) -> str | None:
    """The pattern that is meant to be used: the policy's; else the one whose code calls most of the others; else the
    one most used in production, or in tests if none is.

    `votes` counts calls by pattern and scope; `enclosed` tells which others each one calls. `before` is what was
    inferred at base: it stays while it is used at all.
    """
    if policy.auth.canonical is not None:
        return policy.auth.canonical
    if before is not None and any(votes.get((before, scope)) for scope in ("production", "tests")):
        return before
    around = _around_most({pattern for pattern, _ in votes}, enclosed)
    if around is not None:
        return around
    production = {pattern: count for (pattern, scope), count in votes.items() if scope == "production" and count}
    tests = {pattern: count for (pattern, scope), count in votes.items() if scope == "tests" and count}
    chosen = production or tests
    return min(chosen, key=lambda pattern: (-chosen[pattern], pattern)) if chosen else None


def _around_most(used: set[str], enclosed: Mapping[str, frozenset[str]]) -> str | None:
    """The pattern whose code calls more than half of all other patterns, several at least."""
    known = used.union(*enclosed.values())
    size = {pattern: len(enclosed[pattern] - {pattern}) for pattern in sorted(used & enclosed.keys())}
    best = max(size, key=lambda pattern: size[pattern], default=None)
    return best if best is not None and size[best] > 1 and 2 * size[best] > len(known) - 1 else None


def other_patterns(sites: Iterable[AuthSite], canonical: str | None, *, inferred: bool) -> Iterator[Finding]:
    """auth.patterns: a validation call by another pattern than the canonical one."""
    instead = "" if canonical is None else f"; the canonical way is {canonical}"
    if canonical is not None and inferred:
        instead = f"; most calls use {canonical}"
    for site in sites:
        if site.pattern != canonical:
            yield Finding(
                rule="auth.patterns",
                path=site.path,
                line=site.line,
                end_line=site.end_line,
                symbol=site.pattern,
                detail=f"{site.callee} in {site.within}",
                message=f"`{site.callee}` validates on its own ({site.pattern}){instead}",
                severity="high",
                scope=site.scope,
                inferred=inferred,
                within=site.within,
            )
