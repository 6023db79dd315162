"""What a handler does with its WebSocket: it takes messages, works on them, answers, and closes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from analyzers.outline import (
    Assign,
    Call,
    Const,
    Def,
    Expr,
    Item,
    Loop,
    Ref,
    Several,
    expressions_in,
    expressions_of,
    statements_in,
)
from analyzers.rules.endpoints.words import last_name, words_of

RECEIVING: Final = frozenset({"receive", "receive_text", "receive_json", "receive_bytes", "recv", "receive_str"})
_ITERATING: Final = frozenset({"iter_text", "iter_json", "iter_bytes"})
_SENDING: Final = frozenset(
    {"send_text", "send_json", "send_bytes", "send_str", "send_message", "send_personal_message", "broadcast", "emit"}
)
_READING: Final = frozenset(
    {
        *("parse", "parsed", "extract", "read", "get", "decode", "encode", "load", "loads", "validate", "model"),
        *("strip", "split", "rsplit", "partition", "lower", "upper", "pop", "isinstance", "str", "dict", "len", "int"),
        *("removeprefix", "removesuffix", "replace", "cast", "unquote", "b64decode", "token", "safe", "json", "print"),
        *("debug", "info", "warning", "error", "log", "exception", "bytes"),
    }
)
"""First words of names of functions that only look at a message."""
_CLOSING: Final = frozenset({"close", "disconnect", "deny", "reject"})
_REFUSING_CODES: Final = frozenset({1008, 3000, 3003})
_SOCKETS: Final = frozenset({"websocket", "ws", "socket", "connection", "self"})


def receives(loop: Loop) -> bool:
    """Whether a loop takes messages from a WebSocket."""
    if loop.target is not None and (last_name(loop.head) in _ITERATING or _is_socket(loop.head)):
        return True
    return any(
        _takes_a_message(expr) for statement in (loop, *statements_in(loop.body)) for expr in expressions_of(statement)
    )


def _takes_a_message(expr: Expr) -> bool:
    return any(isinstance(part, Call) and last_name(part.func) in RECEIVING for part in expressions_in(expr))


def _is_socket(expr: Expr) -> bool:
    return isinstance(expr, Ref) and expr.name in ("websocket", "ws", "socket", "connection")


def sends(call: Call, function: Def) -> bool:
    """Whether a call answers over the WebSocket."""
    last = last_name(call.func)
    return last in _SENDING or (last == "send" and _of_socket(call, function))


def hands_on(call: Call, function: Def) -> bool:
    """Whether a call is passed the WebSocket, so that it may answer."""
    given = _given_to(function)
    values = (*call.args, *(value for _, value in call.keywords))
    return any(isinstance(each, Ref) and each.name in given for each in values)


def closes(expr: Expr, function: Def) -> bool:
    """Whether a call closes the WebSocket."""
    return isinstance(expr, Call) and last_name(expr.func) in _CLOSING and _of_socket(expr, function)


def says_why(expr: Expr) -> bool:
    """Whether a call closes with a code which says that somebody is refused."""
    if not isinstance(expr, Call):
        return False
    return any(_is_refusing_code(each) for each in (*expr.args, *(value for _, value in expr.keywords)))


def _is_refusing_code(expr: Expr) -> bool:
    match expr:
        case Const(int() as code):
            return code in _REFUSING_CODES or 4000 <= code <= 4999
        case Ref(name):
            return name.endswith("POLICY_VIOLATION")
        case _:
            return False


def _of_socket(call: Call, function: Def) -> bool:
    if not isinstance(call.func, Ref):
        return False
    root, _, rest = call.func.name.partition(".")
    return not rest or root in _given_to(function)


def _given_to(function: Def) -> frozenset[str]:
    """The names that a WebSocket may have in a function."""
    return _SOCKETS | {param.name for param in function.params if param.default is None}


def heard_in(statement: Assign, message: frozenset[str]) -> Iterator[str]:
    """The names that a message, or a part of it, is bound to by an assignment."""
    if statement.value is None or not (_takes_a_message(statement.value) or _mentions(statement.value, message)):
        return
    for target in statement.targets:
        for each in target.items if isinstance(target, Several) else (target,):
            if isinstance(each, Ref) and "." not in each.name:
                yield each.name


def works_on(call: Call, message: frozenset[str]) -> bool:
    """Whether a call does something with a message, other than to look at it."""
    last = last_name(call.func)
    words = words_of(last)
    if last[:1].isupper() or (words and words[0] in _READING):
        return False
    values = (*call.args, *(value for _, value in call.keywords))
    return any(_mentions(each, message) or _takes_a_message(each) for each in values)


def keeps(statement: Assign, message: frozenset[str]) -> bool:
    """Whether an assignment puts a message somewhere outside the function: `LATEST[name] = message`."""
    if statement.value is None or not _mentions(statement.value, message):
        return False
    return any(
        (isinstance(each, Item) and not _mentions(each.value, message)) or (isinstance(each, Ref) and "." in each.name)
        for each in statement.targets
    )


def _mentions(expr: Expr, names: frozenset[str]) -> bool:
    return bool(names) and any(
        isinstance(part, Ref) and part.name.partition(".")[0] in names for part in expressions_in(expr)
    )
