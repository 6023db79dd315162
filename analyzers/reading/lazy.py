"""A module-level `__getattr__` (PEP 562): which names it maps to which places, as far as the code spells that out.

The function is worked out for every name that it mentions: through branches on the name, imports, and look-ups in
literal maps. `lazy_loader.attach` is understood too. Whatever else there is makes the module's names open.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from analyzers.facts import Lazy
from analyzers.reading.names import dotted_name
from analyzers.reading.scopes import Scope, imported
from analyzers.reading.values import (
    AnyOther,
    NoSuchKeyError,
    Place,
    Text,
    UnclearError,
    Value,
    Values,
    are_equal,
    joined,
)

Names = dict[str, tuple[str, int]]
"""Each name's target and line."""


def lazy_names(tree: ast.Module, module: Scope) -> tuple[tuple[Lazy, ...], bool]:
    """The names, and whether there may be more of them than these."""
    statements = tuple(_statements(tree.body))
    values: Values | None = None
    names: Names = {}
    is_open = False
    for statement in statements:
        if isinstance(statement, ast.FunctionDef) and statement.name == "__getattr__":
            values = values or Values(tree, module, statements)
            found, more = _Function(statement, values, module).names()
        elif isinstance(statement, ast.Assign) and _binds_getattr(statement):
            attached = _attached(statement.value, module)
            found, more = attached or {}, attached is None
        else:
            found, more = {}, _brings_getattr(statement)
        is_open |= more
        names |= found
    return tuple(Lazy(name, target, line) for name, (target, line) in names.items()), is_open


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Of the module itself, in branches too."""
    waiting = body[::-1]
    while waiting:
        statement = waiting.pop()
        yield statement
        for field in ("finalbody", "orelse", "handlers", "cases", "body"):
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for part in reversed(getattr(statement, field, ())):
                    waiting += part.body[::-1] if isinstance(part, ast.ExceptHandler | ast.match_case) else [part]


def _binds_getattr(statement: ast.Assign) -> bool:
    return any(
        isinstance(part, ast.Name) and part.id == "__getattr__"
        for target in statement.targets
        for part in (target.elts if isinstance(target, ast.Tuple | ast.List) else [target])
    )


def _brings_getattr(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return any((alias.asname or alias.name) == "__getattr__" for alias in statement.names)
    return isinstance(statement, ast.AsyncFunctionDef | ast.ClassDef) and statement.name == "__getattr__"


def _string(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _attached(value: ast.expr, module: Scope) -> Names | None:
    """`lazy_loader.attach(__name__, submodules=[...], submod_attrs={"y": ["X"]})`."""
    if not isinstance(value, ast.Call) or module.target_of(dotted_name(value.func) or "?") != "lazy_loader.attach":
        return None
    given = dict(zip(("package_name", "submodules", "submod_attrs"), value.args, strict=False))
    given |= {keyword.arg or "**": keyword.value for keyword in value.keywords}
    if not given.keys() <= {"package_name", "submodules", "submod_attrs"} or len(value.args) > 3:
        return None
    names: Names = {}
    modules = given.get("submodules")
    if isinstance(modules, ast.List | ast.Tuple | ast.Set):
        for part in modules.elts:
            name = _string(part)
            if name is None:
                return None
            names[name] = ("." + name, part.lineno)
    elif modules is not None and not (isinstance(modules, ast.Constant) and modules.value is None):
        return None
    attributes = given.get("submod_attrs")
    if attributes is None or (isinstance(attributes, ast.Constant) and attributes.value is None):
        return names
    inverted = _inverted(attributes, ".") if isinstance(attributes, ast.Dict) else None
    return None if inverted is None else names | inverted


def _inverted(literal: ast.Dict, prefix: str) -> Names | None:
    """The names of `{"y": ["X", ...]}`."""
    names: Names = {}
    for key, value in zip(literal.keys, literal.values, strict=True):
        module = _string(key)
        if module is None or not isinstance(value, ast.List | ast.Tuple | ast.Set):
            return None
        for part in value.elts:
            name = _string(part)
            if name is None:
                return None
            names[name] = (joined(prefix + module, name), part.lineno)
    return names


class _Function:
    """One `def __getattr__(name)`."""

    def __init__(self, node: ast.FunctionDef, values: Values, module: Scope) -> None:
        self._node = node
        self._values = values
        arguments = node.args
        positional = arguments.posonlyargs + arguments.args
        others = arguments.kwonlyargs or arguments.vararg or arguments.kwarg
        is_plain = len(positional) == 1 and not others and all(_keeps(each, module) for each in node.decorator_list)
        self._name = positional[0].arg if is_plain else None

    def names(self) -> tuple[Names, bool]:
        """What it maps, and whether there may be more.

        It is gone through once for a name that the code does not mention, which has to be refused, and once for each of
        those from which that one was told apart on the way.
        """
        names: Names = {}
        other = AnyOther()
        is_open = not self._refuses(other)
        for name, line in other.mentioned.items():
            try:
                place = self._place(Text.on(line, name))
            except UnclearError:
                is_open = True
            else:
                names |= {} if place is None else {name: (place.dotted, line)}
        return names, is_open

    def _refuses(self, name: Value) -> bool:
        try:
            return self._place(name) is None
        except UnclearError:
            return False

    def _place(self, name: Value) -> Place | None:
        """What it gives for a name; None where it refuses. Raises UnclearError."""
        if self._name is None:
            raise UnclearError
        try:
            returned = _Run(self._values, self._name, name).through(self._node.body)
        except _RefusedError:
            return None
        except NoSuchKeyError:  # no importer expects a KeyError
            raise UnclearError from None
        if returned is None or not isinstance(returned.value, Place):
            raise UnclearError
        return returned.value


def _keeps(decorator: ast.expr, module: Scope) -> bool:
    """Whether all that a decorator does is to keep what was returned."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return module.target_of(dotted_name(called) or "?") in {"functools.cache", "functools.lru_cache"}


class _RefusedError(Exception):
    """An AttributeError: there is no such name."""


class _Returned(NamedTuple):
    value: Value


class _Run:
    """One way through the function, for one name. Raises UnclearError for anything that is not understood."""

    def __init__(self, values: Values, parameter: str, name: Value) -> None:
        self._values = values
        self._name = name
        self._names: dict[str, Value] = {parameter: name}
        """What the local names hold."""

    def through(self, body: list[ast.stmt]) -> _Returned | None:
        """What some statements return; None where they come to their end."""
        waiting = body[::-1]
        while waiting:
            statement = waiting.pop()
            self._values.step()
            if isinstance(statement, ast.If):
                chosen = statement.body if self._values.holds(statement.test, self._names) else statement.orelse
                waiting += chosen[::-1]
            elif isinstance(statement, ast.Match):
                waiting += self._chosen(statement)[::-1]
            elif isinstance(statement, ast.Try):
                returned, after = self._try(statement)
                if returned is not None:
                    return returned
                waiting += after[::-1]
            elif isinstance(statement, ast.Return):
                return _Returned(None if statement.value is None else self._of(statement.value))
            else:
                self._step(statement)
        return None

    def _of(self, node: ast.expr) -> Value:
        return self._values.of(node, self._names)

    def _step(self, statement: ast.stmt) -> None:
        """A statement that goes on to the next one, or refuses."""
        if isinstance(statement, ast.Import | ast.ImportFrom):
            self._import(statement)
        elif isinstance(statement, ast.Assign):
            value = self._of(statement.value)
            for target in statement.targets:
                self._assign(target, value)
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            self._assign(statement.target, self._of(statement.value))
        elif isinstance(statement, ast.Raise) and _is_attribute_error(statement.exc):
            raise _RefusedError
        elif not isinstance(statement, ast.Pass) and not _is_docstring(statement):
            raise UnclearError

    def _import(self, statement: ast.Import | ast.ImportFrom) -> None:
        for alias in statement.names:
            if isinstance(statement, ast.ImportFrom):
                target = imported(statement.level, statement.module or "", alias.name)
                self._names[alias.asname or alias.name] = Place(target)
            else:
                top = alias.name.partition(".")[0]
                self._names[alias.asname or top] = Place(alias.name if alias.asname else top)

    def _assign(self, target: ast.expr, value: Value) -> None:
        if not isinstance(target, ast.Subscript):
            self._values.bind(target, value, self._names)
        elif not _is_call_of_globals(target.value) or self._of(target.slice) != self._name:
            raise UnclearError  # what is not `globals()[name] = value`, which keeps what was found

    def _chosen(self, statement: ast.Match) -> list[ast.stmt]:
        """The body of the case that fits."""
        subject = self._of(statement.subject)
        for case in statement.cases:
            if self._fits(case.pattern, subject) and (
                case.guard is None or self._values.holds(case.guard, self._names)
            ):
                return case.body
        return []

    def _fits(self, pattern: ast.pattern, subject: Value) -> bool:
        self._values.step()
        if isinstance(pattern, ast.MatchValue):
            return are_equal(subject, self._of(pattern.value))
        if isinstance(pattern, ast.MatchOr):
            return any(self._fits(each, subject) for each in pattern.patterns)
        if not isinstance(pattern, ast.MatchAs):
            raise UnclearError
        fits = pattern.pattern is None or self._fits(pattern.pattern, subject)
        if fits and pattern.name is not None:
            self._names[pattern.name] = subject
        return fits

    def _try(self, statement: ast.Try) -> tuple[_Returned | None, list[ast.stmt]]:
        """`try: target = MAP[name]` / `except KeyError: ...`: what it returns, and what it goes on with."""
        if statement.finalbody or not all(_expects_no_such_key(handler) for handler in statement.handlers):
            raise UnclearError
        try:
            return self.through(statement.body), statement.orelse
        except NoSuchKeyError:
            return None, statement.handlers[0].body


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and _string(statement.value) is not None


def _is_attribute_error(raised: ast.expr | None) -> bool:
    called = raised.func if isinstance(raised, ast.Call) else raised
    return called is not None and dotted_name(called) == "AttributeError"


def _is_call_of_globals(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and dotted_name(node.func) == "globals" and not node.args


def _expects_no_such_key(handler: ast.ExceptHandler) -> bool:
    """`except KeyError:`; what expects more may be about an import that fails."""
    return handler.type is not None and dotted_name(handler.type) in {"KeyError", "LookupError"}
