"""auth.patterns: the ways in which tokens and sessions are validated, besides the one that is meant to be used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from analyzers.facts import Use
from analyzers.findings import Finding
from analyzers.policy import Policy
from analyzers.reading.scopes import OWN
from analyzers.resolve import Resolver
from analyzers.rules.auth.terms import AuthTerms
from analyzers.snapshot import SourceFile, absolute_name
from analyzers.tree import Scope


class AuthSite(msgspec.Struct, frozen=True, array_like=True):
    """One call of a validation pattern; `callee` is the dotted name after resolving imports and re-exports."""

    path: str
    line: int
    end_line: int
    scope: Scope
    pattern: str
    callee: str
    within: str


def auth_sites(file: SourceFile, uses: Iterable[Use], resolver: Resolver, terms: AuthTerms) -> tuple[AuthSite, ...]:
    """Every validation call in a file, but for those that make up the canonical check."""
    own = terms.own.get(file.path, frozenset())
    found: list[AuthSite] = []
    for use in uses:
        if use.kind == "attribute" or use.within.partition(".")[0] in own:
            continue
        callee = _callee(use, file)
        if callee is not None and (resolved := _resolved(callee, file.path, resolver, terms)) is not None:
            pattern = terms.named[resolved]
            found.append(AuthSite(file.path, use.line, use.end_line, file.scope, pattern, resolved, use.within))
    return tuple(found)


def _resolved(callee: str, path: str, resolver: Resolver, terms: AuthTerms) -> str | None:
    """The name by which a callee is known as a pattern. Nobody but this repository passes names on."""
    seen = resolver.seen(callee, path) or callee
    if seen in terms.named:
        return seen
    if not resolver.is_first_party(seen):
        return None
    resolved = resolver.defined_as(seen)
    return resolved if resolved in terms.named else None


def canonical_pattern(votes: Mapping[tuple[str, Scope], int], policy: Policy, before: str | None) -> str | None:
    """The pattern that is meant to be used: the policy's, else the one most used in production, or in tests if none is.

    `votes` counts calls by pattern and scope. `before` is what was inferred at base: it stays while it is used at all.
    """
    if policy.auth.canonical is not None:
        return policy.auth.canonical
    if before is not None and any(votes.get((before, scope)) for scope in ("production", "tests")):
        return before
    production = {pattern: count for (pattern, scope), count in votes.items() if scope == "production" and count}
    tests = {pattern: count for (pattern, scope), count in votes.items() if scope == "tests" and count}
    chosen = production or tests
    return min(chosen, key=lambda pattern: (-chosen[pattern], pattern)) if chosen else None


def _callee(use: Use, file: SourceFile) -> str | None:
    """The absolute dotted name of what is called."""
    if use.target.startswith(OWN):
        return None if file.module is None else f"{file.module}.{use.target[1:]}"
    return absolute_name(use.target, file)


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
            )
