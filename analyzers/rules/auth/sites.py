"""Where validations are used: calls, decorations, dependencies, base classes, permissions and middleware.

Two ways lead to them. The uses of names tell calls of what is imported, in every file. Outlines, of the files that may
have something to do with authentication, tell the rest: methods of instances, and what is only named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from analyzers.code import Code, Where
from analyzers.facts import Use
from analyzers.outline import (
    Assign,
    Attr,
    Call,
    Class,
    Def,
    Expr,
    Ref,
    Several,
    Stmt,
    blocks_of,
    calls_in,
    expressions_in,
    expressions_of,
    statements_in,
)
from analyzers.reading.scopes import OWN
from analyzers.reading.seen import ANY_RECEIVER, NO_NAME
from analyzers.resolve import Resolver
from analyzers.rules.auth.terms import AuthTerms
from analyzers.rules.auth.wrappers import dependency_pattern, validation
from analyzers.rules.bypass.decoding import verifies
from analyzers.snapshot import SourceFile, absolute_name
from analyzers.tree import Scope

_LISTS: Final = frozenset({"permission_classes", "authentication_classes", "decorators", "middleware", "middlewares"})
"""Attributes and keywords that take what validates by its mere name."""
_TAKERS: Final = frozenset({"add_middleware", "Middleware", "permission_classes", "authentication_classes"})
"""Calls that do so."""


CANONICAL: Final = "="
"""In the place of a wrapper: the code of the canonical check itself."""


_DECLARE: Final = frozenset({"Depends", "Security"})


class AuthSite(msgspec.Struct, frozen=True, array_like=True):
    """One use of a validation pattern; `callee` is the dotted name after resolving imports and re-exports.

    `inside` is the wrapper around it whose implementation it is, or the canonical check; empty where there is none.
    """

    path: str
    line: int
    end_line: int
    scope: Scope
    pattern: str
    callee: str
    within: str
    inside: str = ""
    by_name: bool = False
    """It was found by the name of a method, whatever that is called on."""


def used_sites(file: SourceFile, uses: Iterable[Use], resolver: Resolver, terms: AuthTerms) -> Iterator[AuthSite]:
    """Every call of a validation that the uses of names tell."""
    for use in uses:
        if use.kind == "attribute":
            continue
        callee = _callee(use, file, resolver, terms)
        if callee is not None:
            pattern = terms.methods.get(use.target.removeprefix(ANY_RECEIVER)) or terms.named[callee]
            site = _site(file, terms, (use.line, use.end_line), pattern, callee, use.within)
            by_name = use.target.startswith(ANY_RECEIVER)
            yield msgspec.structs.replace(site, by_name=True) if by_name else site


def _callee(use: Use, file: SourceFile, resolver: Resolver, terms: AuthTerms) -> str | None:
    """The name by which what is used is known as a pattern. Nobody but this repository passes names on."""
    if use.target.startswith(ANY_RECEIVER):
        return f"{use.head}.{use.target.removeprefix(ANY_RECEIVER)}"
    if use.target.startswith(OWN):
        dotted = None if file.module is None else f"{file.module}.{use.target[1:]}"
    else:
        dotted = absolute_name(use.target, file)
    seen = None if dotted is None else resolver.seen(dotted, file.path) or dotted
    if seen is None or seen in terms.named:
        return seen
    resolved = resolver.defined_as(seen) if resolver.is_first_party(seen) else None
    return resolved if resolved in terms.named else None


def _site(
    file: SourceFile, terms: AuthTerms, lines: tuple[int, int], pattern: str, callee: str, within: str
) -> AuthSite:
    inside = CANONICAL if terms.is_own(file.path, within) else terms.wrapper_around(file.module, within, pattern)
    return AuthSite(file.path, *lines, file.scope, pattern, callee, within, inside)


def outlined_sites(file: SourceFile, code: Code, terms: AuthTerms) -> Iterator[AuthSite]:
    """Every use of a validation that a file's outline tells."""
    seek = _Seek(file, code, terms)
    for where, within, expr, named in seek.expressions(code.outline(file).body, Where(file), ""):
        found = seek.named(expr, where) if named else seek.used(expr, where)
        if found is not None:
            pattern, callee, lines = found
            yield _site(file, terms, lines, pattern, callee, within)


_Place = tuple[Where, str, Expr, bool]
"""An expression with where it stands, the qualified name around it, and whether a mere name validates there."""
_Told = tuple[str, str, tuple[int, int]]


class _Seek:
    """Looks for validations in one outline."""

    def __init__(self, file: SourceFile, code: Code, terms: AuthTerms) -> None:
        self._file = file
        self._code = code
        self._terms = terms
        self._words = terms.words_in(file, code)
        self._is_test = file.scope == "tests"

    def expressions(self, body: tuple[Stmt, ...], where: Where, within: str) -> Iterator[_Place]:
        """Every expression that may use a validation."""
        for statement in body:
            if isinstance(statement, Def) and not self._may_use(statement):
                continue
            yield from self._of_statement(statement, where, within)
            if isinstance(statement, Def):
                yield from self.expressions(statement.body, where.inside(statement), statement.qualname)
            elif isinstance(statement, Class):
                inner = Where(where.file, (), statement)
                yield from self.expressions(statement.body, inner, statement.qualname)
            for block in blocks_of(statement):
                yield from self.expressions(block, where, within)

    def _may_use(self, function: Def) -> bool:
        """Whether the names in a function are such that it may use a validation; in tests it has to be by a call."""
        if self._words.isdisjoint(function.words):
            return False
        return not self._is_test or not function.calls.isdisjoint(self._words | _DECLARE)

    def _of_statement(self, statement: Stmt, where: Where, within: str) -> Iterator[_Place]:
        if isinstance(statement, Def | Class):
            plain = (each for each in statement.decorators if not isinstance(each, Call) and not self._is_plain(each))
            yield from ((where, within, each, True) for each in plain)
        if isinstance(statement, Class):
            yield from ((where, within, base, True) for base in statement.bases)
        if isinstance(statement, Assign) and statement.value is not None and _lists(statement):
            yield from ((where, within, each, True) for each in _items(statement.value))
        for expr in expressions_of(statement):
            for part in expressions_in(expr):
                if isinstance(part, Call):
                    yield where, within, part, False
                    yield from ((where, within, each, True) for each in _taken(part))

    def used(self, expr: Expr, where: Where) -> _Told | None:
        """The pattern that a call uses, by being one, or by declaring one as a dependency."""
        if not isinstance(expr, Call):
            return None
        lines = expr.line, expr.end_line
        depended = dependency_pattern(expr, where, self._code, self._terms)
        if depended is not None:
            target = expr.args[0] if expr.args else expr.keyword("dependency")
            return depended, self._told(target, where), lines
        if self._words.isdisjoint(_callee_names(expr.func)) or self._is_plain(expr.func) or _is_parents(expr.func):
            return None
        pattern = validation(expr, where, self._code, self._terms)
        return None if pattern is None else (pattern, self._told(expr.func, where), lines)

    def _is_plain(self, expr: Expr) -> bool:
        """Whether it is an import or a definition that the uses of names tell."""
        return isinstance(expr, Ref) and self._code.absolute(expr, self._file) in self._terms.named

    def named(self, expr: Expr, where: Where) -> _Told | None:
        """The pattern that a mere name stands for."""
        if not isinstance(expr, Ref):
            return None
        pattern = self._terms.pattern_at(expr, where, self._code)
        return None if pattern is None else (pattern, self._told(expr, where), (expr.line, expr.line))

    def _told(self, expr: Expr | None, where: Where) -> str:
        """What a callee is called in reports: by its meaning, else as it is written."""
        meaning = None if expr is None else self._code.meaning(expr, where)
        if meaning is not None:
            return meaning.removesuffix("()")
        if isinstance(expr, Attr):
            return NO_NAME + expr.name
        return expr.name if isinstance(expr, Ref) else "a method"


def _callee_names(func: Expr) -> tuple[str, ...]:
    """The last name of what is called, as it is written and where it comes from."""
    if isinstance(func, Attr):
        return (func.name,)
    if not isinstance(func, Ref):
        return ()
    return func.name.rpartition(".")[2], (func.target or "").rpartition(".")[2].removeprefix(OWN)


def _is_parents(func: Expr) -> bool:
    """`super().check`: to ask the class that one inherits from is a part of one's own check."""
    return isinstance(func, Attr) and isinstance(func.value, Call) and _name_of(func.value.func) == "super"


def _lists(statement: Assign) -> bool:
    return any(isinstance(target, Ref) and target.name.rpartition(".")[2] in _LISTS for target in statement.targets)


def _items(value: Expr) -> Iterator[Expr]:
    return iter(value.items) if isinstance(value, Several) else iter(())


def _taken(call: Call) -> Iterator[Expr]:
    """The arguments of a call that validate by their mere name."""
    if _name_of(call.func).rpartition(".")[2] in _TAKERS:
        for argument in call.args:
            yield from argument.items if isinstance(argument, Several) else (argument,)
    for keyword, value in call.keywords:
        if keyword in _LISTS:
            yield from _items(value)


def _name_of(expr: Expr) -> str:
    return expr.name if isinstance(expr, Ref) else ""


def unverified_lines(file: SourceFile, code: Code, terms: AuthTerms) -> Iterator[tuple[int, int]]:
    """The lines of the calls that read a token and do not verify it: these are no validations."""
    outline = code.outline(file)
    words = terms.words_in(file, code)
    places = [(Where(file), calls_in(statements_in(outline.body)))]
    for found in code.functions(file):
        if isinstance(found.node, Def) and not words.isdisjoint(found.node.calls):
            places.append((found.where.inside(found.node), found.node.all_calls))
    for where, calls in places:
        for call in calls:
            if not words.isdisjoint(_callee_names(call.func)) and verifies(call, where, code) is False:
                yield call.line, call.end_line


def merged(*found: Iterable[AuthSite]) -> tuple[AuthSite, ...]:
    """Sites from both ways, in the order of the file. What was found by a method's name alone is left out where it is
    known what that method is: both ways and both kinds of patterns may tell of one call.
    """
    every = [site for sites in found for site in sites]
    known = {_call_of(site) for site in every if not site.by_name}
    told = [site for site in every if not site.by_name or _call_of(site) not in known]
    return tuple(sorted(told, key=lambda site: (site.line, site.end_line, site.pattern, site.callee, site.within)))


def _call_of(site: AuthSite) -> tuple[int, int, str, str]:
    return site.line, site.end_line, site.within, site.callee.rpartition(".")[2]
