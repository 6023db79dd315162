"""What a module as a whole says of itself: that it is deprecated, and that it holds nothing but imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterator
from typing import Final

from analyzers.facts import Context, Notice
from analyzers.reading.branches import bits_of_test, expects_import_error
from analyzers.reading.exports import is_all
from analyzers.reading.names import dotted_name
from analyzers.reading.scopes import Scope

DEPRECATED: Final = re.compile(r"[\s.*\[:(_`!=#-]*deprecated\b", re.IGNORECASE)
_TYPE_CHECKING: Final = Context.TYPE_CHECKING.value
_CATEGORIES: Final = frozenset({"DeprecationWarning", "PendingDeprecationWarning"})


def notices_in(tree: ast.Module, module: Scope, type_checking: Container[str]) -> Iterator[Notice]:
    """In the order of the source. A warning under a condition says nothing about the module."""
    docstring = _docstring(tree)
    if docstring is not None and DEPRECATED.match(str(docstring.value)):
        yield Notice("docstring", docstring.lineno)
    for statement in _always_run(tree, type_checking):
        if isinstance(statement, ast.Expr) and is_warning(statement.value, module):
            yield Notice("warning", statement.lineno)


def _docstring(tree: ast.Module) -> ast.Constant | None:
    first = tree.body[0] if tree.body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return first.value
    return None


def _always_run(tree: ast.Module, type_checking: Container[str]) -> Iterator[ast.stmt]:
    """The statements that every import of the module runs, in the order of the source."""
    waiting = tree.body[::-1]
    while waiting:
        statement = waiting.pop()
        yield statement
        if isinstance(statement, ast.If):
            said, otherwise = bits_of_test(statement.test, type_checking)
            waiting += (statement.body if otherwise == _TYPE_CHECKING else ())[::-1]
            waiting += (statement.orelse if said == _TYPE_CHECKING else ())[::-1]
        elif isinstance(statement, ast.With):
            waiting += statement.body[::-1]
        elif isinstance(statement, ast.Try | ast.TryStar):
            waiting += [*statement.body, *statement.finalbody][::-1]


def is_warning(node: ast.expr, module: Scope) -> bool:
    """`warnings.warn("...", DeprecationWarning)`, by whatever names."""
    if not isinstance(node, ast.Call) or _meaning(node.func, module) != "warnings.warn":
        return False
    given = [*node.args[:2], *(keyword.value for keyword in node.keywords if keyword.arg == "category")]
    categories = [item.func if isinstance(item, ast.Call) else item for item in given]
    return any((_meaning(item, module) or "").removeprefix("builtins.") in _CATEGORIES for item in categories)


def _meaning(node: ast.expr, module: Scope) -> str | None:
    dotted = dotted_name(node)
    return None if dotted is None else module.target_of(dotted) or dotted


def holds_only_imports(tree: ast.Module, module: Scope, type_checking: Container[str]) -> bool:
    """Whether the module is a shim: imports, and nothing else that does anything.

    `type_checking` holds the other names that the file gives to TYPE_CHECKING.
    """
    imports = 0
    for number, statement in enumerate(tree.body):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            imports += 1
        elif (inside := _only_imports_inside(statement, type_checking)) is not None:
            imports += inside
        elif not (
            isinstance(statement, ast.Pass)
            or (number == 0 and _docstring(tree) is not None)
            or _is_about_all(statement)
            or (isinstance(statement, ast.Expr) and is_warning(statement.value, module))
        ):
            return False
    return imports > 0


def _only_imports_inside(statement: ast.stmt, type_checking: Container[str]) -> int | None:
    """How many imports `if TYPE_CHECKING:` or `try: ... except ImportError:` holds, if nothing else."""
    if isinstance(statement, ast.If) and any(bits_of_test(statement.test, type_checking)):
        inner = [*statement.body, *statement.orelse]
    elif isinstance(statement, ast.Try) and expects_import_error(statement.handlers):
        handled = [part for handler in statement.handlers for part in handler.body]
        inner = [*statement.body, *handled, *statement.orelse, *statement.finalbody]
    else:
        return None
    if all(isinstance(part, ast.Import | ast.ImportFrom | ast.Pass) for part in inner):
        return sum(not isinstance(part, ast.Pass) for part in inner)
    return None


def _is_about_all(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assign):
        return all(map(is_all, statement.targets))
    if isinstance(statement, ast.AnnAssign | ast.AugAssign):
        return is_all(statement.target)
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and is_all(call.func.value)
