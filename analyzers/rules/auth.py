"""auth.patterns: the ways in which tokens and sessions are validated, besides the one that is meant to be used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from analyzers.facts import Use
from analyzers.findings import Finding
from analyzers.policy import AuthPattern, Policy
from analyzers.reading.scopes import OWN
from analyzers.resolve import Modules, Resolver
from analyzers.snapshot import SourceFile, absolute_name, parents
from analyzers.tree import Scope

BUILTIN_PATTERNS: Final = (
    AuthPattern(name="PyJWT", calls=("jwt.decode", "jwt.decode_complete", "jwt.PyJWT.decode")),
    AuthPattern(name="python-jose", calls=("jose.jwt.decode", "jose.jws.verify", "jose.jwe.decrypt")),
    AuthPattern(name="Authlib", calls=("authlib.jose.jwt.decode", "authlib.jose.JsonWebToken.decode")),
    AuthPattern(name="joserfc", calls=("joserfc.jwt.decode", "joserfc.jws.deserialize_compact")),
    AuthPattern(
        name="Firebase Admin",
        calls=("firebase_admin.auth.verify_id_token", "firebase_admin.auth.verify_session_cookie"),
    ),
    AuthPattern(
        name="google-auth",
        calls=(
            "google.oauth2.id_token.verify_token",
            "google.oauth2.id_token.verify_oauth2_token",
            "google.oauth2.id_token.verify_firebase_token",
            "google.auth.jwt.decode",
        ),
    ),
    AuthPattern(
        name="Flask-JWT-Extended",
        calls=(
            "flask_jwt_extended.jwt_required",
            "flask_jwt_extended.verify_jwt_in_request",
            "flask_jwt_extended.decode_token",
        ),
    ),
    AuthPattern(name="Flask-Login", calls=("flask_login.login_required",)),
    AuthPattern(
        name="Django login_required",
        calls=("django.contrib.auth.decorators.login_required",),
    ),
)
"""Validation calls of the common libraries, by the names under which their documentation has them imported."""


UsesOf = Callable[[Mapping[str, frozenset[str]]], Mapping[str, tuple[Use, ...]]]
"""Gives the uses of the names in each blob that are asked for; blobs without any may be missing."""


class AuthSite(msgspec.Struct, frozen=True, array_like=True):
    """One call of a validation pattern; `callee` is the dotted name after resolving imports and re-exports."""

    path: str
    line: int
    end_line: int
    scope: Scope
    pattern: str
    callee: str
    within: str


class AuthTerms(msgspec.Struct, frozen=True):
    """What counts as a validation call in one tree: callee to pattern, and by path the canonical check's own code."""

    named: Mapping[str, str]
    own: Mapping[str, frozenset[str]]
    leading: frozenset[str] = frozenset()
    """The patterns' callees with all modules and classes on the way to them."""
    homes: frozenset[str] = frozenset()
    """The modules that a callee stands in."""
    tops: frozenset[str] = frozenset()
    """What the callees' dotted names start with."""

    def may_lead(self, dotted: str) -> bool:
        """Whether a validation call can start from what has that dotted name."""
        return dotted in self.leading


def auth_terms(tree: Modules, resolver: Resolver, policy: Policy, uses_of: UsesOf) -> AuthTerms:
    """Read the policy's patterns and the built-in ones in the light of a tree."""
    builtin = _of_installed_libraries(tree) if policy.auth.builtin else ()
    named = _by_callee((*policy.auth.patterns, *builtin), resolver)
    own = _implementation(policy, tree, resolver, uses_of)
    leading = {callee for name in named for callee in (name, *parents(name))}
    homes = frozenset(name.rpartition(".")[0] for name in named)
    tops = frozenset(name.partition(".")[0] for name in named)
    return AuthTerms(named, own, frozenset(leading), homes, tops)


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


def _of_installed_libraries(tree: Modules) -> Iterator[AuthPattern]:
    """The built-in patterns, but for those of a library whose name a production module of this repository has."""
    for pattern in BUILTIN_PATTERNS:
        own = tree.module(pattern.calls[0].partition(".")[0])
        if own is None or own.scope == "tests":
            yield pattern


def _by_callee(patterns: Iterable[AuthPattern], resolver: Resolver) -> dict[str, str]:
    """Callee to pattern, under the name given and under the one it is defined by. The first pattern wins."""
    named: dict[str, str] = {}
    for pattern in patterns:
        for call in _calls(pattern, resolver):
            named.setdefault(call, pattern.name)
            named.setdefault(resolver.defined_as(call), pattern.name)
    return named


def _calls(pattern: AuthPattern, resolver: Resolver) -> Iterator[str]:
    """The callees of a pattern, in every root that has them."""
    for call in pattern.calls:
        yield from resolver.meanings(call)


def _callee(use: Use, file: SourceFile) -> str | None:
    """The absolute dotted name of what is called."""
    if use.target.startswith(OWN):
        return None if file.module is None else f"{file.module}.{use.target[1:]}"
    return absolute_name(use.target, file)


def _implementation(policy: Policy, tree: Modules, resolver: Resolver, uses_of: UsesOf) -> dict[str, frozenset[str]]:
    """Top-level definitions that make up the canonical pattern where the repository defines it itself, by path.

    The canonical check has to call some library; that call is its implementation and not another way to validate.
    With it go the functions of the same file that it calls.
    """
    own: dict[str, set[str]] = defaultdict(set)
    for pattern in policy.auth.patterns:
        if pattern.name != policy.auth.canonical:
            continue
        for call in _calls(pattern, resolver):
            definition = resolver.resolve_dotted(call)[0].definition
            file = None if definition is None else tree.module(definition.module)
            if definition is not None and file is not None:
                uses = uses_of({file.blob: frozenset({OWN})}).get(file.blob, ())
                own[file.path] |= _reached(definition.name, uses)
    return {path: frozenset(names) for path, names in own.items()}


def _reached(name: str, uses: Iterable[Use]) -> set[str]:
    """`name` and every top-level definition of its file that it calls, directly or through others."""
    calls: dict[str, set[str]] = defaultdict(set)
    for use in uses:
        if use.target.startswith(OWN):
            calls[use.within.partition(".")[0]].add(use.target[1:].partition(".")[0])
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            waiting.extend(calls[current])
    return reached


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
