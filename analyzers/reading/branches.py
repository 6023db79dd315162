"""What a branch says about the code in it: only for type checkers, provided for, or only in the main program."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator
from typing import Final

from analyzers.facts import Context
from analyzers.reading.names import dotted_name

IMPORT_ERRORS: Final = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
SUPPRESSORS: Final = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex"})
_TYPE_CHECKING: Final = Context.TYPE_CHECKING.value
_MAIN: Final = Context.MAIN.value
_NOTHING: Final = (0, 0)


def bits_of_test(test: ast.expr, type_checking: Container[str]) -> tuple[int, int]:
    """The bits that `if test:` adds to its body and to its `else`.

    `type_checking` holds the other names that the file gives to TYPE_CHECKING.
    """
    negated = False
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, negated = test.operand, not negated
    kind = type(test)
    if kind is ast.Name or kind is ast.Attribute:
        last = (dotted_name(test) or "").rpartition(".")[2]
        bits = _TYPE_CHECKING if last == "TYPE_CHECKING" or last in type_checking else 0
    elif isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        bits = 0
        for value in test.values:
            if not isinstance(value, ast.BoolOp):
                bits |= bits_of_test(value, type_checking)[0]
    elif isinstance(test, ast.Constant):
        bits = _TYPE_CHECKING if test.value is False or (test.value == 0 and type(test.value) is int) else 0
    elif isinstance(test, ast.Compare):
        bits = _MAIN if _is_main(test) else 0
    else:
        return _NOTHING
    return (0, bits) if negated else (bits, 0)


def _is_main(test: ast.Compare) -> bool:
    if len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = (test.left, test.comparators[0])
    return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides) and any(
        isinstance(side, ast.Constant) and side.value == "__main__" for side in sides
    )


def expects_import_error(handlers: list[ast.ExceptHandler]) -> bool:
    """Whether one of them catches an ImportError."""
    for handler in handlers:
        caught = handler.type
        if caught is None or any(map(_is_import_error, caught.elts if isinstance(caught, ast.Tuple) else [caught])):
            return True
    return False


def suppresses_import_error(items: list[ast.withitem], suppress: Container[str]) -> bool:
    """Whether it is `with suppress(ImportError):`, or a test that expects one, as `with pytest.raises(ImportError):`.

    `suppress` holds the names by which the file calls `suppress`.
    """
    for item in items:
        call = item.context_expr
        if isinstance(call, ast.Call) and any(map(_is_import_error, _expected(call))):
            name = dotted_name(call.func) or ""
            if name in suppress or name.rpartition(".")[2] in SUPPRESSORS:
                return True
    return False


def _expected(call: ast.Call) -> Iterator[ast.expr]:
    """The exceptions that a call names, those in tuples as well."""
    named = (keyword.value for keyword in call.keywords if keyword.arg in ("expected_exception", "exception"))
    for argument in (*call.args, *named):
        yield from argument.elts if isinstance(argument, ast.Tuple) else (argument,)


def _is_import_error(node: ast.expr) -> bool:
    return (dotted_name(node) or "").rpartition(".")[2] in IMPORT_ERRORS
