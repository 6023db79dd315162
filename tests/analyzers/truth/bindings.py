"""What the statements of one module bind, and what it hands to those who import everything from it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tests.analyzers.truth.code import File, Place, imports_of, last_name, names_in, statements


@dataclass(frozen=True)
class Binding:
    """A name that a module binds: defined there, or taken from `module` (as a whole, without `source`)."""

    name: str
    line: int
    second_choice: bool
    module: str | None = None
    source: str | None = None
    alias: list[str] | None = None
    """`Old = a.b.New`."""
    is_open: bool = False
    """A function gives the name by way of a name of its own."""


def bindings_of(file: File) -> Iterator[Binding]:
    """Every name that the module's own statements bind, from top to bottom; star imports apart."""
    for statement, place in statements(file.tree.body, Place()):
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from bound_from_inside(statement)
        if not place.in_function and not place.in_class and not place.main_only:
            yield from bound_by(statement, place, file)


def bound_from_inside(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Binding]:
    """The names that a function says are the module's."""
    inside = [statement for statement, _ in statements(function.body, Place())]
    aliases = {name for each in inside if alias_in(each) is not None for name in names_bound(each)}
    for statement in inside:
        for name in statement.names if isinstance(statement, ast.Global) else ():
            yield Binding(name, statement.lineno, second_choice=False, is_open=name in aliases)


def bound_by(statement: ast.stmt, place: Place, file: File) -> Iterator[Binding]:
    """The names that one statement binds, without those that statements in it bind."""
    second, line = place.second_choice, statement.lineno
    for each in imports_of(statement, file, place):
        if each.name is None:
            yield Binding(each.binds, line, second, each.head)
        elif each.name != "*":
            yield Binding(each.binds, line, second, each.module or "", each.name)
    alias = alias_in(statement)
    for name in names_bound(statement):
        yield Binding(name, line, second, alias=alias)


def alias_in(statement: ast.stmt) -> list[str] | None:
    """The right side of `Old = a.b.New`."""
    if isinstance(statement, ast.Assign) and all(isinstance(target, ast.Name) for target in statement.targets):
        return names_in(statement.value)
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return names_in(statement.value)
    return None


def names_bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement defines."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    if isinstance(statement, ast.AnnAssign) and statement.value is None:
        return
    for node in own_parts(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name


def own_parts(node: ast.AST) -> Iterator[ast.AST]:
    """What belongs to a statement itself: not the statements in it, nor what binds in a scope of its own."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.Lambda):
            continue
        yield child
        if isinstance(child, ast.comprehension):
            yield from own_parts_of_comprehension(child)
        else:
            yield from own_parts(child)


def own_parts_of_comprehension(node: ast.comprehension) -> Iterator[ast.AST]:
    """All but the names that it runs through."""
    for part in (node.iter, *node.ifs):
        yield part
        yield from own_parts(part)


def said_at_run_time(file: File) -> set[str]:
    """What a file does that its statements do not show: to the names of its module, to `__path__`, to `sys.path`."""
    found: set[str] = set()
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"globals", "exec"}:
            found.add("names")
        elif isinstance(node, ast.Name) and node.id == "__path__":
            found.add("modules")
        elif isinstance(node, ast.Attribute):
            dotted = names_in(node)
            if dotted == ["sys", "modules"]:
                found.add("names")
            if dotted is not None and (dotted[:2] == ["sys", "path"]) and (dotted[2:] or not is_read(node)):
                found |= {"names", "path"}
    return found


def is_read(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Load)


def exported(file: File) -> tuple[set[str] | None, bool]:
    """What `__all__` is known to hold, and whether that is all. None: there is none."""
    names: set[str] | None = None
    complete = True
    for statement, place in statements(file.tree.body, Place()):
        if place.in_function or place.in_class:
            continue
        for value in values_for_all(statement):
            names = names or set()
            some, known = texts(value)
            names |= some
            complete = complete and known
    return names, complete


def values_for_all(statement: ast.stmt) -> list[ast.expr | None]:
    """What a statement puts into `__all__`. None: something that cannot be read."""
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return [statement.value] if any(last_name(each) == "__all__" for each in targets) else []
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        called = names_in(call.func)
        if called == ["__all__", "append"]:
            return [ast.List(call.args, ast.Load())]
        if called == ["__all__", "extend"]:
            return [*call.args]
        return [None] if called is not None and called[0] == "__all__" else []
    if isinstance(statement, ast.ImportFrom):
        return [None for alias in statement.names if (alias.asname or alias.name) == "__all__"]
    return []


def texts(value: ast.expr | None) -> tuple[set[str], bool]:
    """The texts in a literal list, and whether there is nothing else in it."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        (left, left_known), (right, right_known) = texts(value.left), texts(value.right)
        return left | right, left_known and right_known
    if not isinstance(value, ast.List | ast.Tuple | ast.Set):
        return set(), False
    found = {each.value for each in value.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return found, len(found) == len({ast.unparse(each) for each in value.elts})
