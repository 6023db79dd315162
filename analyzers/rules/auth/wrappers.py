"""Wrappers: functions of the repository whose job is to call a validation and to hand on what it says.

The call inside a wrapper is its implementation, and not one more way to validate; who calls the wrapper validates.
A wrapper of one first-party way is that way under another name; one of a library, or of several ways, is a way itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from analyzers.code import Code, Found, Where
from analyzers.facts import FileFacts
from analyzers.outline import (
    Assign,
    Attr,
    Bool,
    Call,
    Choice,
    Def,
    Do,
    Expr,
    Item,
    Ref,
    Return,
    Several,
    Stmt,
    expressions_in,
    expressions_of,
    parts_of,
    statements_in,
)
from analyzers.rules.auth.gate import imports_callee, is_looked_into
from analyzers.rules.auth.terms import AuthTerms
from analyzers.rules.bypass.decoding import verifies
from analyzers.rules.imported import Imported, first_party_imports
from analyzers.snapshot import SourceFile, parents, readable

DEPENDS: Final = frozenset({"fastapi.Depends", "fastapi.Security", "fastapi.params.Depends", "fastapi.params.Security"})
"""What declares a dependency in FastAPI, by meaning."""

_MOST_LEVELS: Final = 5
"""Wrappers of wrappers."""

_HARMLESS: Final = frozenset(
    {
        "abstractmethod",
        "asynccontextmanager",
        "cache",
        "cached_property",
        "classmethod",
        "contextmanager",
        "final",
        "lru_cache",
        "override",
        "property",
        "staticmethod",
        "wraps",
    }
)
"""Decorators that leave a function's job what it is. Any other one may make it an endpoint or a command."""

_SAYS_SO: Final = re.compile(
    r"(?i)auth(?!or(?!i))|authoriz|access|claims|credential|current|decode|guard|identity|login|permi|principal|protect"
    r"|require|user|valid|verif|(?:check|get|read|load|parse|from|resolve)\w*(?:token|session|jwt|key)|token_info"
)
"""Names of functions whose job it is to validate."""
_SAYS_OTHERWISE: Final = re.compile(
    r"(?i)(?:^|_)(?:build|create|debug|delete|encode|ensure|exchange|generate|invalidate|issue|log|make|mint|new|prepare"
    r"|purge|refresh|register|renew|revoke|rotate|save|send|set|sign|store|update)(?:_|$)|expir|logout|unverified"
)
"""Names of functions whose job is another one."""


class Wrapper(msgspec.Struct, frozen=True, array_like=True):
    """A function that wraps validations: its dotted name, its file, the way that it is, and the ways that it calls."""

    dotted: str
    path: str
    pattern: str
    encloses: tuple[str, ...]
    is_method: bool = False

    @property
    def module(self) -> str:
        """The module that it is defined in."""
        return self.dotted.rsplit(".", 2 if self.is_method else 1)[0]


def wrappers_in(file: SourceFile, code: Code, terms: AuthTerms) -> tuple[Wrapper, ...]:
    """The wrappers that a production file defines."""
    if file.scope == "tests" or file.module is None:
        return ()
    words = terms.words_in(file, code)
    found = (_wrapper(function, code, terms) for function in code.functions(file) if _mentions(function, words))
    return tuple(each for each in found if each is not None)


def _mentions(found: Found, words: frozenset[str]) -> bool:
    return isinstance(found.node, Def) and not words.isdisjoint(found.node.words)


def _wrapper(found: Found, code: Code, terms: AuthTerms) -> Wrapper | None:
    function = found.node
    if not isinstance(function, Def) or len(found.where.functions) > 0 or not _may_wrap(function):
        return None
    if terms.is_from_policy(found.dotted) or _SAYS_OTHERWISE.search(function.name):
        return None
    calls = _handed_on(function, found.where, code, terms) or _by_inner(function, found.where, code, terms)
    enclosed = tuple(sorted(set(calls)))
    if not enclosed:
        return None
    is_method = found.around is not None
    pattern = (terms.methods.get(function.name) if is_method else None) or _pattern(found.dotted, enclosed, terms)
    return Wrapper(found.dotted, found.where.file.path, pattern, enclosed, is_method)


def _pattern(dotted: str, enclosed: tuple[str, ...], terms: AuthTerms) -> str:
    """The way that a wrapper of these ways is, where no pattern names it."""
    if terms.canonical in enclosed:
        return terms.canonical or dotted
    if len(enclosed) == 1 and enclosed[0] in terms.first_party:
        return enclosed[0]
    return dotted


def _may_wrap(function: Def) -> bool:
    names = (each.func if isinstance(each, Call) else each for each in function.decorators)
    return all(isinstance(each, Ref) and each.name.rpartition(".")[2] in _HARMLESS for each in names)


def _by_inner(function: Def, where: Where, code: Code, terms: AuthTerms) -> list[str]:
    """The ways that the inner function of a decorator calls; `function` is the decorator, or what makes one."""
    inside = where.inside(function)
    returned = {_returned_name(each) for each in function.statements}
    for each in function.body:
        if isinstance(each, Def) and each.name in returned:
            own = [pattern for _, pattern in _validations(each.body, inside.inside(each), code, terms)]
            return own or _by_inner(each, inside, code, terms)
    return []


def _returned_name(statement: Stmt) -> str | None:
    if not isinstance(statement, Return):
        return None
    value = statement.value
    if isinstance(value, Call) and value.args:  # functools.wraps(f)(inner), cast(F, inner)
        value = value.args[-1]
    return value.name if isinstance(value, Ref) else None


def _handed_on(function: Def, where: Where, code: Code, terms: AuthTerms) -> list[str]:
    """The ways whose result a function hands on, or whose refusal, where its name says that this is its job."""
    inside = where.inside(function)
    calls = dict(_validations(function.body, inside, code, terms))
    origins: dict[str, set[str]] = dict(_dependencies(function, where, code, terms))
    if not calls and not origins:
        return []
    says_so = _SAYS_SO.search(function.name) is not None or function.name == "__call__"
    flow = _Flow(calls, origins, through_calls=says_so)
    flow.follow(function.body)
    handed = set(flow.returned)
    if says_so:
        handed |= {pattern for call, pattern in calls.items() if flow.stands_alone(call)}
    return sorted(handed)


def _validations(body: tuple[Stmt, ...], where: Where, code: Code, terms: AuthTerms) -> Iterator[tuple[Call, str]]:
    for statement in statements_in(body):
        if isinstance(statement, Def):
            continue
        for expr in expressions_of(statement):
            for part in expressions_in(expr):
                if isinstance(part, Call) and (pattern := validation(part, where, code, terms)) is not None:
                    yield part, pattern


def validation(call: Call, where: Where, code: Code, terms: AuthTerms) -> str | None:
    """The pattern that a call validates by; None for one that reads a token and does not verify it."""
    pattern = terms.pattern_of_call(call, where, code)
    return None if pattern is None or verifies(call, where, code) is False else pattern


def _dependencies(function: Def, where: Where, code: Code, terms: AuthTerms) -> Iterator[tuple[str, set[str]]]:
    """Parameters that a validation fills in, with the ways: `user = Depends(current_user)`."""
    for param in function.params:
        for source in (param.default, param.annotation):
            for part in () if source is None else expressions_in(source):
                pattern = dependency_pattern(part, where, code, terms)
                if pattern is not None:
                    yield param.name, {pattern}


def dependency_pattern(expr: Expr, where: Where, code: Code, terms: AuthTerms) -> str | None:
    """The way that `Depends(x)` or `Security(x)` validates by; None for any other expression."""
    if not isinstance(expr, Call) or not isinstance(expr.func, Ref) or not _may_depend(expr.func):
        return None
    if code.callee(expr, where) not in DEPENDS:
        return None
    target = expr.args[0] if expr.args else expr.keyword("dependency")
    return None if target is None else terms.pattern_at(target, where, code)


def _may_depend(func: Ref) -> bool:
    return (func.target or func.name).rpartition(".")[2] in ("Depends", "Security")


class _Flow:
    """Follows what validations said through the local names of a function."""

    def __init__(self, calls: Mapping[Call, str], origins: dict[str, set[str]], *, through_calls: bool) -> None:
        self.returned: set[str] = set()
        self._calls = calls
        self._origins = origins
        self._through_calls = through_calls
        self._alone: set[Call] = set()

    def follow(self, body: tuple[Stmt, ...]) -> None:
        """Go through a function's statements in their order."""
        for statement in statements_in(body):
            if isinstance(statement, Assign) and statement.value is not None:
                origins = self._in(statement.value)
                for target in statement.targets if origins else ():
                    self._bind(target, origins)
            elif isinstance(statement, Return) and statement.value is not None:
                self.returned |= self._in(statement.value)
            elif isinstance(statement, Do) and isinstance(statement.value, Call):
                self._alone.add(statement.value)

    def stands_alone(self, call: Call) -> bool:
        """Whether nothing is done with what a call gives, so that it can only be there to refuse."""
        return call in self._alone

    def _bind(self, target: Expr, origins: set[str]) -> None:
        for part in expressions_in(target):
            if isinstance(part, Ref) and "." not in part.name:
                self._origins.setdefault(part.name, set()).update(origins)

    def _in(self, expr: Expr) -> set[str]:
        """The validations whose result an expression holds."""
        if isinstance(expr, Call):
            pattern = self._calls.get(expr)
            if pattern is not None:
                return {pattern}
            if not self._through_calls:
                return self._in_receiver(expr)
        if isinstance(expr, Ref):
            return set(self._origins.get(expr.name.partition(".")[0], ()))
        if not self._through_calls and not isinstance(expr, Item | Attr | Bool | Choice | Several):
            return set()
        found: set[str] = set()
        for part in parts_of(expr):
            found |= self._in(part)
        return found

    def _in_receiver(self, call: Call) -> set[str]:
        """What `claims.get("sub")` holds, and `User(claims)`."""
        if _is_constructor(call):
            return set().union(*map(self._in, call.args)) if call.args else set()
        if isinstance(call.func, Ref):
            return self._in(call.func) if "." in call.func.name else set()
        return self._in(call.func)


def _is_constructor(call: Call) -> bool:
    return isinstance(call.func, Ref) and call.func.name.rpartition(".")[2][:1].isupper()


def find_wrappers(files: Iterable[SourceFile], code: Code, terms: AuthTerms) -> tuple[Wrapper, ...]:
    """All wrappers in these files, also those of other wrappers.

    They are looked for where files are looked into at all, so that a file that a change brings is no other case.
    """
    importers = _Importers(files, code)
    waiting = importers.of_patterns(terms)
    known: dict[str, Wrapper] = {}
    for _ in range(_MOST_LEVELS):
        told = with_wrappers(terms, known.values())
        found = _in_files([file for file in waiting if importers.is_looked_into(file, told)], code, told)
        new = {each.dotted: each for each in found if known.get(each.dotted) != each}
        if not new:
            break
        known |= new
        waiting = importers.of_modules(each.module for each in new.values())
    return tuple(sorted(known.values(), key=lambda each: each.dotted))


def _in_files(files: Sequence[SourceFile], code: Code, terms: AuthTerms) -> list[Wrapper]:
    """The wrappers in files; those that lead to outlines that are not at hand are looked at again."""
    found: list[Wrapper] = []
    for _ in range(_MOST_LEVELS):
        code.fetch(file.blob for file in files)
        again: list[SourceFile] = []
        for file in files:
            misses = code.misses
            wrappers = wrappers_in(file, code, terms)
            if code.misses > misses:
                again.append(file)
            else:
                found += wrappers
        files = again
    return found


class _Importers:
    """Which files import what."""

    def __init__(self, files: Iterable[SourceFile], code: Code) -> None:
        self._files = [(file, facts) for file in files if (facts := readable(file)) is not None]
        self._code = code
        self._by_module: dict[str, dict[str, SourceFile]] = {}
        self._imports: dict[str, tuple[Imported, ...]] = {}

    def of_patterns(self, terms: AuthTerms) -> list[SourceFile]:
        """The files in which what counts as a validation may be called."""
        libraries = [file for file, _ in self._files if imports_callee(file, terms)]
        if not terms.from_policy:
            return libraries
        own = {file.path: file for file in (*libraries, *self.of_modules(terms.own_homes))}
        return list(own.values())

    def of_modules(self, modules: Iterable[str]) -> list[SourceFile]:
        """The files that import what these modules define, and the modules' own."""
        if not self._by_module:
            for file, facts in self._files:
                self._note(file, facts)
        found: dict[str, SourceFile] = {}
        for module in sorted(set(modules)):
            found |= self._by_module.get(module, {})
        return list(found.values())

    def is_looked_into(self, file: SourceFile, terms: AuthTerms) -> bool:
        """Whether the outline of a file matters."""
        return is_looked_into(file, self._imports.get(file.path, ()), terms)

    def _note(self, file: SourceFile, facts: FileFacts) -> None:
        modules = {file.module}
        imports = self._imports[file.path] = first_party_imports(file, facts, self._code.resolver)
        for _, module, resolution in imports:
            definition = None if resolution is None else resolution.definition
            modules.add(module if definition is None else definition.module)
        for each in modules - {None}:
            self._by_module.setdefault(each or "", {})[file.path] = file


def with_wrappers(terms: AuthTerms, wrappers: Iterable[Wrapper]) -> AuthTerms:
    """What counts as a validation where these wrappers do as well."""
    wrappers = sorted(wrappers, key=lambda each: each.dotted)
    named = {**{each.dotted: each.pattern for each in wrappers}, **terms.named}
    told = terms.naming(named, {each.dotted: each.encloses for each in wrappers}, {each.pattern for each in wrappers})
    # Methods are called on instances, which outlines tell: nobody need look for uses of their classes.
    functions = [each.dotted for each in wrappers if not each.is_method]
    homes = (each.module for each in wrappers)
    return msgspec.structs.replace(
        told,
        imported=terms.imported.union(functions, *map(parents, functions)),
        own_homes=terms.own_homes.union(homes),
    )
