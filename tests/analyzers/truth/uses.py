"""Uses `m.S` of imported modules: every attribute of a name that nothing but imports binds, by Python's scopes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.analyzers.truth.code import File, Import, Place, expects_failure, imports_of, names_in

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True)
class LocalName:
    """`x = a.b`: another name for something."""

    names: list[str]


Bound = Import | LocalName | None
"""What binds a name; None: something else."""


@dataclass
class Scope:
    """A scope and what binds its names."""

    outer: Scope | None
    is_class: bool = False
    is_comprehension: bool = False
    bound: dict[str, list[Bound]] = field(default_factory=dict)
    second_choice: dict[str, list[Bound]] = field(default_factory=dict)
    """What handlers of ImportError bind."""
    elsewhere: dict[str, Scope] = field(default_factory=dict)
    """Names that are global or nonlocal here."""

    @property
    def top(self) -> Scope:
        """The module's own scope."""
        return self if self.outer is None else self.outer.top

    def bind(self, name: str, by: Bound, *, second_choice: bool = False) -> None:
        """Note that something binds a name here."""
        scope = self.elsewhere.get(name, self)
        (scope.second_choice if second_choice else scope.bound).setdefault(name, []).append(by)

    def own(self, name: str) -> list[Bound]:
        """What binds a name in this very scope; the second choice only where there is no first."""
        return self.bound.get(name) or self.second_choice.get(name, [])

    def holder(self, name: str) -> Scope:
        """The scope whose name code in this scope means."""
        if name in self.elsewhere:
            return self.elsewhere[name]
        scope: Scope | None = self
        while scope is not None:
            if scope.own(name) and (scope is self or not scope.is_class):
                return scope
            scope = scope.outer
        return self

    def meaning(self, name: str) -> list[Bound]:
        """What binds the name that code in this scope means."""
        return self.holder(name).own(name)


@dataclass(frozen=True)
class Use:
    """A dotted name that begins with what these imports bind. `hidden` of its parts stand behind local names."""

    line: int
    names: list[str]
    imports: list[Import]
    hidden: int


def uses_in(file: File) -> Iterator[Use]:
    """Every dotted name of a file that begins with something imported."""
    walk = Walk(file)
    module = Scope(None)
    for statement in file.tree.body:
        walk.visit(statement, module)
    for line, names, scope in walk.dotted:
        full, meant = spelled_out(names, scope)
        imports = [each for each in meant if isinstance(each, Import)]
        if imports and len(imports) == len(meant):
            yield Use(line, full, imports, len(full) - len(names))


def spelled_out(names: list[str], scope: Scope) -> tuple[list[str], list[Bound]]:
    """A dotted name with local names replaced by what they stand for, and what binds its first part."""
    for _ in range(8):
        meant = scope.meaning(names[0])
        first = meant[0] if meant else None
        if not isinstance(first, LocalName) or any(each != first for each in meant):
            return names, meant
        names, scope = [*first.names, *names[1:]], scope.holder(names[0])
    return names, []


class Walk:
    """Goes through a file once, noting what each scope binds and where dotted names stand."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.dotted: list[tuple[int, list[str], Scope]] = []
        self.in_handler = False
        self.named: set[int] = set()

    def visit(self, node: ast.AST, scope: Scope) -> None:
        """Note one node with all that is below it."""
        if isinstance(node, ast.Attribute):
            self.attribute(node, scope)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            self.function(node, scope)
        elif isinstance(node, ast.ClassDef):
            self.class_(node, scope)
        elif isinstance(node, Comprehension):
            self.comprehension(node, scope)
        elif isinstance(node, ast.ExceptHandler) and expects_failure(node.type):
            self.handler(node, scope)
        else:
            self.bindings(node, scope)
            self.below(node, scope)

    def handler(self, node: ast.ExceptHandler, scope: Scope) -> None:
        before, self.in_handler = self.in_handler, True
        self.bindings(node, scope)
        self.below(node, scope)
        self.in_handler = before

    def below(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            self.visit(child, scope)

    def attribute(self, node: ast.Attribute, scope: Scope) -> None:
        names = names_in(node)
        if names is None or not isinstance(node.ctx, ast.Load):
            self.below(node, scope)
        else:
            self.dotted.append((node.lineno, names, scope))

    def function(self, node: Function, scope: Scope) -> None:
        """Decorators, defaults and annotations belong outside; the rest is a scope."""
        inner = Scope(scope)
        arguments = node.args
        outside: list[ast.AST | None] = [*arguments.defaults, *arguments.kw_defaults]
        if not isinstance(node, ast.Lambda):
            self.bind(node.name, scope)
            outside += [*node.decorator_list, node.returns]
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        for argument in every:
            if argument is not None:
                inner.bind(argument.arg, None)
                outside.append(argument.annotation)
        self.declare(node, inner)
        for part in outside:
            if part is not None:
                self.visit(part, scope)
        for statement in node.body if isinstance(node.body, list) else [node.body]:
            self.visit(statement, inner)

    def declare(self, node: Function, scope: Scope) -> None:
        """`global` and `nonlocal` hold for the whole function."""
        waiting: list[ast.AST] = [*node.body] if isinstance(node.body, list) else []
        while waiting:
            part = waiting.pop()
            if isinstance(part, ast.Global):
                scope.elsewhere.update(dict.fromkeys(part.names, scope.top))
            elif isinstance(part, ast.Nonlocal):
                scope.elsewhere.update({name: binder(scope.outer, name) for name in part.names})
            elif not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
                waiting += ast.iter_child_nodes(part)

    def class_(self, node: ast.ClassDef, scope: Scope) -> None:
        self.bind(node.name, scope)
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part, scope)
        inner = Scope(scope, is_class=True)
        for statement in node.body:
            self.visit(statement, inner)

    def comprehension(self, node: Comprehension, scope: Scope) -> None:
        """What it runs through first belongs outside; the rest is a scope."""
        inner = Scope(scope, is_comprehension=True)
        for number, generator in enumerate(node.generators):
            self.visit(generator.iter, inner if number else scope)
            for part in (generator.target, *generator.ifs):
                self.visit(part, inner)
        for name in ("elt", "key", "value"):
            value = getattr(node, name, None)
            if isinstance(value, ast.expr):
                self.visit(value, inner)

    def bindings(self, node: ast.AST, scope: Scope) -> None:
        """What a node itself binds."""
        if isinstance(node, ast.Import | ast.ImportFrom):
            for each in imports_of(node, self.file, Place()):
                scope.bind(each.binds, each, second_choice=self.in_handler)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            self.assignment(node.targets[0], node.value, scope)
        elif isinstance(node, ast.NamedExpr):
            self.bind(node.target.id, beyond_comprehensions(scope))
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) and id(node) not in self.named:
            self.bind(node.id, scope)
        elif isinstance(node, ast.MatchAs | ast.MatchStar | ast.ExceptHandler) and node.name:
            self.bind(node.name, scope)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            self.bind(node.rest, scope)

    def assignment(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        names = names_in(value)
        if isinstance(target, ast.Name) and names is not None:
            scope.bind(target.id, LocalName(names), second_choice=self.in_handler)
            self.named.add(id(target))

    def bind(self, name: str, scope: Scope) -> None:
        scope.bind(name, None, second_choice=self.in_handler)


def beyond_comprehensions(scope: Scope) -> Scope:
    """Where `:=` binds."""
    while scope.is_comprehension and scope.outer is not None:
        scope = scope.outer
    return scope


def binder(scope: Scope | None, name: str) -> Scope:
    """The function around that binds a name which is nonlocal further in."""
    assert scope is not None
    if scope.outer is None or (scope.own(name) and not scope.is_class):
        return scope
    return binder(scope.outer, name)
