"""auth.implementations: more than one definition of the canonical check.

The canonical class or function is defined again in another production module, and validates there as well or is a copy;
or a class inherits from it and checks in its own way, without asking its parent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from analyzers.code import Code, Where
from analyzers.findings import Finding
from analyzers.outline import Attr, Call, Class, Def, Raise, Ref, expressions_in, expressions_of, statements_in
from analyzers.resolve import Resolver
from analyzers.rules.auth.sites import AuthSite
from analyzers.rules.auth.terms import AuthTerms
from analyzers.rules.duplicates import DefinitionSite, likeness
from analyzers.snapshot import SourceFile
from analyzers.tables import Table


class Override(msgspec.Struct, frozen=True, array_like=True):
    """A method that takes the place of a validation, `base`, in a class that inherits from it."""

    pattern: str
    base: str
    qualname: str
    line: int
    end_line: int


class Check(msgspec.Struct, frozen=True, array_like=True):
    """A top-level definition that validates: by which patterns, and what it calls for each."""

    name: str
    line: int
    callees: tuple[tuple[str, str], ...]


class Canonical(msgspec.Struct, frozen=True):
    """The canonical pattern, and the top-level definitions that it is used by: by name, what one looks like and the
    modules.
    """

    pattern: str | None = None
    definitions: Mapping[str, tuple[DefinitionSite | None, frozenset[str]]] = {}


def overrides_in(file: SourceFile, code: Code, terms: AuthTerms) -> tuple[Override, ...]:
    """The methods in a production file that take the place of a validation."""
    if file.scope == "tests" or file.module is None or not terms.first_party:
        return ()
    found: list[Override] = []
    for statement in statements_in(code.outline(file).body):
        if isinstance(statement, Class) and statement.bases:
            found += _overrides(statement, file, code, terms)
    return tuple(found)


def _overrides(cls: Class, file: SourceFile, code: Code, terms: AuthTerms) -> Iterator[Override]:
    own = f"{file.module}.{cls.qualname}"
    bases = [base for base in code.lineage(own) if not isinstance(base, str) and base.dotted != own]
    where = Where(file, (), cls)
    for method in (each for each in cls.body if isinstance(each, Def)):
        names = (f"{base.dotted}.{method.name}" for base in bases)
        replaced = next((name for name in names if terms.pattern_of(name) in terms.first_party), None)
        if replaced is None or _only_refuses(method) or _asks_parent(method):
            continue
        pattern = terms.named[replaced]
        if not _calls(pattern, method, where, code, terms):
            yield Override(pattern, replaced, method.qualname, method.line, method.end_line)


def _asks_parent(method: Def) -> bool:
    """Whether it calls `super().method(...)`, or `Base.method(self, ...)`."""
    for statement in method.statements:
        for expr in expressions_of(statement):
            for part in expressions_in(expr):
                if isinstance(part, Call) and _is_parents(part, method):
                    return True
    return False


def _is_parents(call: Call, method: Def) -> bool:
    match call.func:
        case Attr(Call(Ref("super")), name):
            return name == method.name
        case Ref(name):
            receiver, _, last = name.rpartition(".")
            return last == method.name and receiver.rpartition(".")[2][:1].isupper()
    return False


def _calls(pattern: str, method: Def, where: Where, code: Code, terms: AuthTerms) -> bool:
    inside = where.inside(method)
    return any(
        isinstance(part, Call) and terms.pattern_of_call(part, inside, code) == pattern
        for statement in method.statements
        for expr in expressions_of(statement)
        for part in expressions_in(expr)
    )


def _only_refuses(method: Def) -> bool:
    return all(isinstance(statement, Raise) for statement in method.body)


def canonical_definitions(
    canonical: str | None, terms: AuthTerms, resolver: Resolver, definitions: Table[list[DefinitionSite]]
) -> Canonical:
    """What defines the canonical pattern, where this repository does."""
    modules: dict[str, set[str]] = defaultdict(set)
    for callee, pattern in terms.named.items():
        if pattern == canonical and (terms.is_from_policy(callee) or callee == canonical):
            definition = resolver.resolve_dotted(callee)[0].definition
            if definition is not None:
                modules[definition.name].add(definition.module)
    found: dict[str, tuple[DefinitionSite | None, frozenset[str]]] = {}
    for name, some in modules.items():
        site = next((each for each in definitions.get(name) or () if each.module in some), None)
        found[name] = site, frozenset(some)
    return Canonical(canonical, found)


def checks_in(definitions: Iterable[tuple[str, int]], sites: Iterable[AuthSite]) -> tuple[Check, ...]:
    """The top-level definitions in a file that validate; `definitions` are the names and lines of all."""
    callees: dict[str, dict[str, str]] = defaultdict(dict)
    for site in sites:
        callees[site.within.partition(".")[0]].setdefault(site.pattern, site.callee)
    return tuple(Check(name, line, tuple(callees[name].items())) for name, line in definitions if name in callees)


def second_definitions(
    place: tuple[str, str | None],
    definitions: Iterable[DefinitionSite],
    checks: Iterable[Check],
    canonical: Canonical,
    *,
    inferred: bool,
) -> Iterator[Finding]:
    """The definitions in one file (its path and module) that define the canonical check again."""
    path, module = place
    found: dict[str, tuple[int, str]] = {}
    for each in checks:
        others = [callee for pattern, callee in each.callees if pattern != canonical.pattern]
        if others:
            found[each.name] = each.line, f"by `{others[0]}`"
    for site in definitions:
        first, _ = canonical.definitions.get(site.name, (None, frozenset()))
        alike = None if first is None or first.kind != site.kind else likeness(first, site)
        if alike is not None:
            found[site.name] = site.line, f"a copy, {alike} alike"
    for name, (line, how) in sorted(found.items()):
        _, modules = canonical.definitions.get(name, (None, frozenset()))
        if modules and module not in modules:
            yield Finding(
                rule="auth.implementations",
                path=path,
                line=line,
                end_line=line,
                symbol=name,
                detail=min(modules),
                message=f"`{name}` validates here once more ({how}); the canonical one is in `{min(modules)}`",
                severity="high",
                scope="production",
                inferred=inferred,
            )


def own_ways(overrides: Iterable[Override], path: str, canonical: str | None, *, inferred: bool) -> Iterator[Finding]:
    """The methods in one file that take the place of the canonical check."""
    for each in overrides:
        if each.pattern == canonical:
            yield Finding(
                rule="auth.implementations",
                path=path,
                line=each.line,
                end_line=each.end_line,
                symbol=each.qualname,
                detail=each.base,
                message=f"`{each.qualname}` takes the place of `{each.base}`, and never asks it",
                severity="high",
                scope="production",
                inferred=inferred,
                within=each.qualname,
            )
