"""The kinds of nodes of a syntax tree, and small questions about some of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from analyzers.reading.scopes import Scope
from analyzers.reading.shapes import parameters

LEAVES: Final = (ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop, ast.Pass, ast.Break, ast.Continue)
_WITHOUT_NODES: Final = frozenset({"ctx", "op", "ops", "attr", "id", "arg", "name", "kind", "conversion", "simple"})


def _node_types(base: type[ast.AST]) -> Iterator[type[ast.AST]]:
    yield base
    for kind in base.__subclasses__():
        yield from _node_types(kind)


FIELDS: Final[dict[type[ast.AST], tuple[str, ...]]] = {
    kind: tuple(field for field in kind._fields if field not in _WITHOUT_NODES) for kind in _node_types(ast.AST)
}
"""The fields of each kind of node that may hold nodes worth a visit."""


def bind_arguments(arguments: ast.arguments, scope: Scope) -> list[ast.arg]:
    """Bind a function's parameters in its scope, and return them."""
    named = parameters(arguments)
    for argument in named:
        scope.bind(argument.arg, None)
    return named


def defaults(arguments: ast.arguments) -> list[ast.expr]:
    """The default values of a function's parameters."""
    if not arguments.kw_defaults:
        return arguments.defaults
    return [*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)]
