"""What an expression comes to, as far as the code spells it out: literals, look-ups in them, and imports.

Nothing is run. Whatever is not one of the few forms below is unclear, as is what would take too long.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from analyzers.reading.dynamic import CHANGES, EXTENDS
from analyzers.reading.names import dotted_name
from analyzers.reading.scopes import OWN, Scope

_MOST_STEPS: Final = 500_000
"""Expressions and statements that are looked at for one file: enough for some hundred branches on a name."""
_DEEPEST: Final = 50
_LONGEST: Final = 1_000
"""Characters of a string that is put together."""
_MUTATORS: Final = CHANGES | EXTENDS | {"add", "remove", "discard", "popitem", "reverse", "sort"}
_NAMED: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)
_PACKAGES: Final = frozenset({"__name__", "__package__", "__spec__.parent"})


class UnclearError(Exception):
    """The code does not say what it comes to."""


class NoSuchKeyError(Exception):
    """A look-up that raises a KeyError."""


class Text(str):
    """A string, and the line that it stands in."""

    __slots__ = ("line",)

    line: int

    @classmethod
    def on(cls, line: int, value: str) -> Text:
        """A string that the code on a line comes to."""
        text = cls(value)
        text.line = line
        return text


@dataclass(frozen=True)
class Place:
    """What an import brings, or an attribute of that, by its dotted name; with leading dots where it is relative."""

    dotted: str

    def attribute(self, name: str) -> Place:
        """`place.name`."""
        return Place(joined(self.dotted, name))


class AnyOther:
    """A string that is none of those that the code mentions. It keeps the ones from which it was told apart."""

    def __init__(self) -> None:
        self.mentioned: dict[str, int] = {}
        """Each with its line."""

    def is_none_of(self, values: Iterable[Value]) -> None:
        """Tell it apart from these. Raises UnclearError where it may be one of them."""
        for value in values:
            if isinstance(value, Text):
                self.mentioned.setdefault(str(value), value.line)
            elif isinstance(value, Place | AnyOther):
                raise UnclearError


Value: TypeAlias = "Text | int | Place | AnyOther | tuple[Value, ...] | dict[Text, Value] | None"
"""Lists and sets are tuples: nothing here changes one."""

Names = dict[str, Value]


def joined(module: str, name: str) -> str:
    """The dotted name of a name in a module."""
    return module + name if module.endswith(".") else f"{module}.{name}"


class Values:
    """Works out expressions of one module, whose own names are those that are bound to a literal once and for all."""

    def __init__(self, tree: ast.Module, scope: Scope, statements: Iterable[ast.stmt]) -> None:
        self._scope = scope
        self._literals = dict(_literals(tree, statements))
        self._known: dict[str, Value] = {}
        self._steps = 0
        self._depth = 0

    def step(self, several: int = 0) -> None:
        """Count what is looked at, so many values among it. Raises UnclearError where that is too much."""
        self._steps += 1 + several // 100
        if self._steps > _MOST_STEPS:
            raise UnclearError

    def of(self, node: ast.expr, names: Names) -> Value:
        """What an expression comes to where these local names are bound. Raises UnclearError and NoSuchKeyError."""
        self.step()
        form = _FORMS.get(type(node))
        if form is None or self._depth > _DEEPEST:
            raise UnclearError
        self._depth += 1
        try:
            return form(self, node, names)
        finally:
            self._depth -= 1

    def holds(self, node: ast.expr, names: Names) -> bool:
        """Whether a condition is met."""
        return _is_true(self.of(node, names))

    def bind(self, target: ast.expr, value: Value, names: Names) -> None:
        """`target = value`, for a name or several."""
        if isinstance(target, ast.Name):
            names[target.id] = value
            return
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else []
        if not isinstance(value, tuple) or not parts or len(parts) != len(value):
            raise UnclearError
        for part, each in zip(parts, value, strict=True):
            self.bind(part, each, names)

    def _constant(self, node: ast.Constant, names: Names) -> Value:
        del names
        if isinstance(node.value, str):
            return Text.on(node.lineno, node.value)
        if node.value is None or isinstance(node.value, int):
            return node.value
        raise UnclearError

    def _name(self, node: ast.Name, names: Names) -> Value:
        if node.id in names:
            return names[node.id]
        if node.id in self._known:
            return self._known[node.id]
        literal = self._literals.pop(node.id, None)  # gone meanwhile, lest it be asked for its own value
        if literal is not None:
            value = self._known[node.id] = self.of(literal, {})
            return value
        target = self._scope.target_of(node.id)
        if target is None or target.startswith(OWN):
            raise UnclearError
        return Place(target)

    def _attribute(self, node: ast.Attribute, names: Names) -> Value:
        return _attribute(self.of(node.value, names), node.attr)

    def _sequence(self, node: ast.Tuple | ast.List | ast.Set, names: Names) -> Value:
        return tuple(self.of(part, names) for part in node.elts)

    def _dict(self, node: ast.Dict, names: Names) -> Value:
        found: dict[Text, Value] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                found |= _as_map(self.of(value, names))
            else:
                found[_as_text(self.of(key, names))] = self.of(value, names)
        return found

    def _dict_comprehension(self, node: ast.DictComp, names: Names) -> Value:
        return {
            _as_text(self.of(node.key, bound)): self.of(node.value, bound)
            for bound in self._rounds(node.generators, names)
        }

    def _rounds(self, clauses: list[ast.comprehension], names: Names) -> Iterator[Names]:
        """The names that the clauses of a comprehension bind, each time round."""
        if not clauses:
            yield names
            return
        clause, *inner = clauses
        through = self.of(clause.iter, names)
        if not isinstance(through, tuple | dict) or clause.is_async:
            raise UnclearError
        for each in through:
            self.step()
            bound = dict(names)
            self.bind(clause.target, each, bound)
            if all(self.holds(condition, bound) for condition in clause.ifs):
                yield from self._rounds(inner, bound)

    def _added(self, node: ast.BinOp, names: Names) -> Value:
        if not isinstance(node.op, ast.Add):
            raise UnclearError
        return _put_together(node, (_as_text(self.of(part, names)) for part in (node.left, node.right)))

    def _formatted(self, node: ast.JoinedStr, names: Names) -> Value:
        parts: list[str] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue) and (part.conversion != -1 or part.format_spec is not None):
                raise UnclearError
            parts.append(_as_text(self.of(part.value if isinstance(part, ast.FormattedValue) else part, names)))
        return _put_together(node, parts)

    def _item(self, node: ast.Subscript, names: Names) -> Value:
        value, key = self.of(node.value, names), self.of(node.slice, names)
        if isinstance(value, dict):
            return _looked_up(value, key)
        if not isinstance(value, tuple) or not isinstance(key, int) or not 0 <= key < len(value):
            raise UnclearError
        return value[key]

    def _and_or(self, node: ast.BoolOp, names: Names) -> Value:
        value: Value = None
        for part in node.values:
            value = self.of(part, names)
            if _is_true(value) is isinstance(node.op, ast.Or):
                break
        return value

    def _not(self, node: ast.UnaryOp, names: Names) -> Value:
        if not isinstance(node.op, ast.Not):
            raise UnclearError
        return not self.holds(node.operand, names)

    def _walrus(self, node: ast.NamedExpr, names: Names) -> Value:
        value = names[node.target.id] = self.of(node.value, names)
        return value

    def _compared(self, node: ast.Compare, names: Names) -> Value:
        if len(node.ops) != 1:
            raise UnclearError
        operator, one, other = node.ops[0], self.of(node.left, names), self.of(node.comparators[0], names)
        if isinstance(operator, ast.Is | ast.IsNot) and None not in (one, other):
            raise UnclearError
        if isinstance(operator, ast.Eq | ast.Is):
            return are_equal(one, other)
        if isinstance(operator, ast.NotEq | ast.IsNot):
            return not are_equal(one, other)
        if isinstance(operator, ast.In | ast.NotIn):
            self.step(len(other) if isinstance(other, tuple) else 0)
            return _is_among(one, other) is isinstance(operator, ast.In)
        raise UnclearError

    def _called(self, node: ast.Call, names: Names) -> Value:
        callee = node.func
        if isinstance(callee, ast.Name) and callee.id == "getattr" and callee.id not in names:
            return self._getattr(node, names)
        if not isinstance(callee, ast.Attribute):
            return self._import_module(self.of(callee, names), node, names)
        receiver = self.of(callee.value, names)
        if not isinstance(receiver, dict):
            return self._import_module(_attribute(receiver, callee.attr), node, names)
        self.step(len(receiver))
        if node.keywords:
            raise UnclearError
        return _of_map(receiver, callee.attr, [self.of(argument, names) for argument in node.args])

    def _getattr(self, node: ast.Call, names: Names) -> Value:
        if len(node.args) != 2 or node.keywords:
            raise UnclearError
        value, name = (self.of(argument, names) for argument in node.args)
        return _attribute(value, _as_text(name))

    def _import_module(self, callee: Value, node: ast.Call, names: Names) -> Value:
        """`importlib.import_module(".y", __name__)`."""
        if callee != Place("importlib.import_module") or not node.args:
            raise UnclearError
        packages = [*node.args[1:], *(keyword.value for keyword in node.keywords if keyword.arg == "package")]
        if len(packages) > 1 or len(packages) != len(node.args) - 1 + len(node.keywords):
            raise UnclearError
        module = _as_text(self.of(node.args[0], names))
        is_known = all(dotted_name(package) in _PACKAGES for package in packages)
        if not module or not is_known or (module.startswith(".") and not packages):
            raise UnclearError
        return Place(str(module))


_Form = Callable[[Values, Any, Names], Value]
_FORMS: Final[Mapping[type[ast.expr], _Form]] = {
    ast.Constant: Values._constant,
    ast.Name: Values._name,
    ast.Attribute: Values._attribute,
    ast.Tuple: Values._sequence,
    ast.List: Values._sequence,
    ast.Set: Values._sequence,
    ast.Dict: Values._dict,
    ast.DictComp: Values._dict_comprehension,
    ast.BinOp: Values._added,
    ast.JoinedStr: Values._formatted,
    ast.Subscript: Values._item,
    ast.BoolOp: Values._and_or,
    ast.UnaryOp: Values._not,
    ast.NamedExpr: Values._walrus,
    ast.Compare: Values._compared,
    ast.Call: Values._called,
}


def are_equal(one: Value, other: Value) -> bool:
    """Whether two values are the same. Raises UnclearError where an import, which may be anything, is one of them."""
    if isinstance(one, AnyOther):
        one.is_none_of([other])
        return False
    if isinstance(other, AnyOther):
        return are_equal(other, one)
    if isinstance(one, Place) or isinstance(other, Place):
        raise UnclearError
    return one == other


def _put_together(node: ast.expr, parts: Iterable[str]) -> Text:
    parts = tuple(parts)
    if sum(map(len, parts)) > _LONGEST:
        raise UnclearError
    return Text.on(node.lineno, "".join(parts))


def _is_among(value: Value, several: Value) -> bool:
    if not isinstance(several, tuple | dict):
        raise UnclearError
    if isinstance(value, AnyOther):
        value.is_none_of(several)
        return False
    if isinstance(value, Text):
        return value in several or (isinstance(several, tuple) and any(are_equal(value, each) for each in several))
    raise UnclearError


def _is_true(value: Value) -> bool:
    if isinstance(value, Place | AnyOther):
        raise UnclearError
    return bool(value)


def _attribute(value: Value, name: str) -> Place:
    if not isinstance(value, Place):
        raise UnclearError
    return value.attribute(name)


def _looked_up(found: dict[Text, Value], key: Value) -> Value:
    if not _is_among(key, found):
        raise NoSuchKeyError
    return found[_as_text(key)]


def _of_map(found: dict[Text, Value], method: str, arguments: list[Value]) -> Value:
    """What the methods of a map give that do not change it."""
    if method == "items" and not arguments:
        return tuple(found.items())
    if method in {"keys", "values"} and not arguments:
        return tuple(found if method == "keys" else found.values())
    if method == "get" and arguments:
        return _looked_up(found, arguments[0]) if _is_among(arguments[0], found) else _default(arguments)
    raise UnclearError


def _default(arguments: list[Value]) -> Value:
    return arguments[1] if len(arguments) == 2 else None


def _as_text(value: Value) -> Text:
    if not isinstance(value, Text):
        raise UnclearError
    return value


def _as_map(value: Value) -> dict[Text, Value]:
    if not isinstance(value, dict):
        raise UnclearError
    return value


def _literals(tree: ast.Module, statements: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """What module-level names are bound to, as far as they are bound once and never changed."""
    changed = _Changes()
    for node in ast.walk(tree):
        changed.note(node)
    for statement in statements:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        for target in targets:
            value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
            if isinstance(target, ast.Name) and value is not None and target.id not in changed.names:
                yield target.id, value


class _Changes:
    """The names that a file binds more than once, or of whose value it changes a part."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._bound: set[str] = set()

    def note(self, node: ast.AST) -> None:
        """What one node of the tree does."""
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            self._bind(node.id)
        elif isinstance(node, ast.alias):
            self._bind(node.asname or node.name.partition(".")[0])
        elif isinstance(node, _NAMED) and node.name is not None:
            self._bind(node.name)
        elif isinstance(node, ast.Attribute | ast.Subscript):
            is_stored = not isinstance(node.ctx, ast.Load)
            if is_stored or (isinstance(node, ast.Attribute) and node.attr in _MUTATORS):
                self._change(node.value)

    def _bind(self, name: str) -> None:
        if name in self._bound:
            self.names.add(name)
        self._bound.add(name)

    def _change(self, node: ast.expr) -> None:
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        if isinstance(node, ast.Name):
            self.names.add(node.id)
