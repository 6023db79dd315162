"""auth.patterns: the ways in which tokens and sessions are validated, besides the one that is meant to be used."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from analyzers.facts import FileFacts, Use
from analyzers.findings import Finding
from analyzers.policy import AuthPattern, Policy
from analyzers.resolve import Resolver
from analyzers.scopes import OWN
from analyzers.snapshot import Snapshot, SourceFile, absolute_name, readable

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


class AuthSite(msgspec.Struct, frozen=True):
    """One call of a validation pattern; `callee` is the dotted name after resolving imports and re-exports."""

    file: SourceFile
    use: Use
    pattern: str
    callee: str


class AuthPaths(msgspec.Struct, frozen=True):
    """The patterns in use, with the canonical one and the sites that do not use it."""

    canonical: str | None
    inferred: bool
    sites: tuple[AuthSite, ...]
    strays: tuple[AuthSite, ...]

    @property
    def patterns(self) -> Counter[str]:
        """Sites by pattern."""
        return Counter(site.pattern for site in self.sites)


def auth_paths(snapshot: Snapshot, resolver: Resolver, policy: Policy, before: str | None) -> AuthPaths:
    """Find every validation call. `before` is the canonical pattern inferred at the base commit."""
    builtin = _of_installed_libraries(snapshot) if policy.auth.builtin else ()
    named = _by_callee((*policy.auth.patterns, *builtin), resolver)
    own = _implementation(policy, snapshot, resolver)
    sites = [
        site
        for site in _sites(snapshot, resolver, named)
        if site.use.within.partition(".")[0] not in own.get(site.file.path, ())
    ]
    canonical = policy.auth.canonical or _infer(sites, before)
    strays = [site for site in sites if site.pattern != canonical]
    return AuthPaths(canonical, policy.auth.canonical is None, tuple(sites), tuple(strays))


def _of_installed_libraries(snapshot: Snapshot) -> Iterator[AuthPattern]:
    """The built-in patterns, but for those of a library whose name a production module of this repository has."""
    for pattern in BUILTIN_PATTERNS:
        own = snapshot.module(pattern.calls[0].partition(".")[0])
        if own is None or own.scope == "tests":
            yield pattern


def _by_callee(patterns: Iterable[AuthPattern], resolver: Resolver) -> dict[str, str]:
    """Callee to pattern, under the name given and under the one it is defined by. The first pattern wins."""
    named: dict[str, str] = {}
    for pattern in patterns:
        for call in pattern.calls:
            named.setdefault(call, pattern.name)
            named.setdefault(resolver.defined_as(call), pattern.name)
    return named


def _sites(snapshot: Snapshot, resolver: Resolver, named: Mapping[str, str]) -> Iterator[AuthSite]:
    for file in snapshot:
        facts = readable(file)
        for use in facts.uses if facts else ():
            callee = _callee(use, file)
            if callee is None:
                continue
            resolved = callee if callee in named else resolver.defined_as(callee)
            if resolved in named:
                yield AuthSite(file, use, named[resolved], resolved)


def _callee(use: Use, file: SourceFile) -> str | None:
    """The absolute dotted name of what is called."""
    if use.target.startswith(OWN):
        return None if file.module is None else f"{file.module}.{use.target[1:]}"
    return absolute_name(use.target, file)


def _infer(sites: Iterable[AuthSite], before: str | None) -> str | None:
    """The pattern most used in production, or in tests where production has none.

    The one inferred at base stays while it is used at all.
    """
    sites = tuple(sites)
    production = Counter(site.pattern for site in sites if site.file.scope == "production")
    votes = production or Counter(site.pattern for site in sites)
    if before is not None and votes[before]:
        return before
    return min(votes, key=lambda pattern: (-votes[pattern], pattern)) if votes else None


def _implementation(policy: Policy, snapshot: Snapshot, resolver: Resolver) -> dict[str, frozenset[str]]:
    """Top-level definitions that make up the canonical pattern where the repository defines it itself, by path.

    The canonical check has to call some library; that call is its implementation and not another way to validate.
    With it go the functions of the same file that it calls.
    """
    own: dict[str, set[str]] = defaultdict(set)
    for pattern in policy.auth.patterns:
        if pattern.name != policy.auth.canonical:
            continue
        for call in pattern.calls:
            definition = resolver.resolve_dotted(call)[0].definition
            file = None if definition is None else snapshot.module(definition.module)
            facts = None if file is None else readable(file)
            if definition is not None and file is not None and facts is not None:
                own[file.path] |= _reached(definition.name, facts)
    return {path: frozenset(names) for path, names in own.items()}


def _reached(name: str, facts: FileFacts) -> set[str]:
    """`name` and every top-level definition of its file that it calls, directly or through others."""
    calls: dict[str, set[str]] = defaultdict(set)
    for use in facts.uses:
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


def other_patterns(paths: AuthPaths) -> Iterator[Finding]:
    """auth.patterns: a validation call by another pattern than the canonical one."""
    for site in paths.strays:
        rest = _against(paths)
        yield Finding(
            rule="auth.patterns",
            path=site.file.path,
            line=site.use.line,
            end_line=site.use.end_line,
            symbol=site.pattern,
            detail=f"{site.callee} in {site.use.within}",
            message=f"`{site.callee}` validates on its own ({site.pattern}){rest}",
            severity="high",
            scope=site.file.scope,
            inferred=paths.inferred,
        )


def _against(paths: AuthPaths) -> str:
    if paths.canonical is None:
        return ""
    return f"; most calls use {paths.canonical}" if paths.inferred else f"; the canonical way is {paths.canonical}"
