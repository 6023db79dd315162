"""Outlines: what the code of one file does, for rules that look into functions.

A pruned syntax tree: statements and expressions as Python has them, without comments, docstrings and formatting, and
with each name that starts from an import or a definition of the module resolved to it. Like facts, an outline is a pure
function of a file's bytes. What has no form of its own here is `Other`, with its parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, Final, Literal

import msgspec

OUTLINE_VERSION: Final = "4"

Scalar = str | int | float | bool | None


class Const(msgspec.Struct, frozen=True, array_like=True, tag="c"):
    """A literal; bytes are told as text, in which each character stands for one byte."""

    value: Scalar
    line: int


class Ref(msgspec.Struct, frozen=True, array_like=True, tag="r"):
    """A dotted name as it is written, `jwt.decode`, `self.auth.check`, `token`.

    `target` is what it means where it starts from an import or from a definition at module level: absolute
    (`jwt.decode`), with leading dots where it was imported relatively (`..auth.verify`), or behind a colon where this
    file defines it (`:Auth.check`). None: a local name, a parameter, a builtin, or nobody can tell.
    """

    name: str
    target: str | None
    line: int


class Call(msgspec.Struct, frozen=True, array_like=True, tag="("):
    """A call. A keyword without a name is `**value`; a starred argument is an `Other` of kind "*"."""

    func: Expr
    args: tuple[Expr, ...]
    keywords: tuple[tuple[str | None, Expr], ...]
    line: int
    end_line: int

    def keyword(self, name: str) -> Expr | None:
        """The value of a keyword that is written out."""
        return next((value for key, value in self.keywords if key == name), None)


class Attr(msgspec.Struct, frozen=True, array_like=True, tag="."):
    """An attribute of what is no dotted name: `f().name`."""

    value: Expr
    name: str
    line: int


class Item(msgspec.Struct, frozen=True, array_like=True, tag="["):
    """`value[key]`."""

    value: Expr
    key: Expr
    line: int


class Bool(msgspec.Struct, frozen=True, array_like=True, tag="b"):
    """`a and b and c`, `a or b`."""

    op: Literal["and", "or"]
    values: tuple[Expr, ...]
    line: int


class Not(msgspec.Struct, frozen=True, array_like=True, tag="!"):
    """`not value`."""

    value: Expr
    line: int


class Compare(msgspec.Struct, frozen=True, array_like=True, tag="="):
    """`left op right op right`; the operators as they are written: `==`, `!=`, `in`, `not in`, `is`, `is not`, `<`."""

    left: Expr
    ops: tuple[str, ...]
    rights: tuple[Expr, ...]
    line: int
    end_line: int


class Join(msgspec.Struct, frozen=True, array_like=True, tag="+"):
    """`a + b`, or an f-string, by its parts."""

    parts: tuple[Expr, ...]
    line: int


class Dict(msgspec.Struct, frozen=True, array_like=True, tag="d"):
    """A dict display; the key None stands for `**value`."""

    items: tuple[tuple[Expr | None, Expr], ...]
    line: int


class Several(msgspec.Struct, frozen=True, array_like=True, tag="s"):
    """A list, tuple or set display."""

    items: tuple[Expr, ...]
    line: int


class Choice(msgspec.Struct, frozen=True, array_like=True, tag="?"):
    """`body if test else orelse`."""

    test: Expr
    body: Expr
    orelse: Expr
    line: int


class Lambda(msgspec.Struct, frozen=True, array_like=True, tag="l"):
    """`lambda ...: body`."""

    params: tuple[Param, ...]
    body: Expr
    line: int


class Other(msgspec.Struct, frozen=True, array_like=True, tag="o"):
    """Anything else, by its parts. `kind` is the class of the node (`ListComp`), or "*" for a starred value, or
    "..." for what is nested too deeply to be told.
    """

    kind: str
    parts: tuple[Expr, ...]
    line: int


Expr = Const | Ref | Call | Attr | Item | Bool | Not | Compare | Join | Dict | Several | Choice | Lambda | Other
"""An expression. `await x` is told as `x`; `name := value` as an `Other` of kind "NamedExpr" of both."""


WALRUS: Final = ":="


class Param(msgspec.Struct, frozen=True, array_like=True):
    """A parameter; `kind` is "" for an ordinary one, "kw" for a keyword-only one, "*" and "**"."""

    name: str
    kind: Literal["", "kw", "*", "**"]
    annotation: Expr | None
    default: Expr | None


class Assign(msgspec.Struct, frozen=True, array_like=True, tag="A"):
    """`target = target = value`, `target: annotation = value`. `target += value` has the operator `+`."""

    targets: tuple[Expr, ...]
    value: Expr | None
    annotation: Expr | None
    op: str
    line: int
    end_line: int


class Do(msgspec.Struct, frozen=True, array_like=True, tag="D"):
    """An expression that stands alone; also `del`, as an `Other`."""

    value: Expr
    line: int
    end_line: int


class Return(msgspec.Struct, frozen=True, array_like=True, tag="R"):
    """`return value`."""

    value: Expr | None
    line: int
    end_line: int


class Raise(msgspec.Struct, frozen=True, array_like=True, tag="X"):
    """`raise value`."""

    value: Expr | None
    line: int
    end_line: int


class Jump(msgspec.Struct, frozen=True, array_like=True, tag="J"):
    """`break`, `continue` or `pass`."""

    kind: Literal["break", "continue", "pass"]
    line: int


class Check(msgspec.Struct, frozen=True, array_like=True, tag="T"):
    """`assert test`."""

    test: Expr
    line: int


class If(msgspec.Struct, frozen=True, array_like=True, tag="I"):
    """`if test: body else: orelse`; `elif` is an `If` alone in `orelse`."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    line: int


class Handler(msgspec.Struct, frozen=True, array_like=True):
    """`except type as name: body`."""

    type: Expr | None
    name: str | None
    body: tuple[Stmt, ...]
    line: int
    end_line: int


class Try(msgspec.Struct, frozen=True, array_like=True, tag="Y"):
    """`try: body except ...: ... else: orelse finally: final`."""

    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Stmt, ...]
    final: tuple[Stmt, ...]
    line: int


class With(msgspec.Struct, frozen=True, array_like=True, tag="W"):
    """`with value as target, ...: body`."""

    items: tuple[tuple[Expr, Expr | None], ...]
    body: tuple[Stmt, ...]
    line: int


class Loop(msgspec.Struct, frozen=True, array_like=True, tag="L"):
    """`for target in head: body else: orelse`; without a target, `while head: body`."""

    target: Expr | None
    head: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    line: int


class Match(msgspec.Struct, frozen=True, array_like=True, tag="M"):
    """`match subject:` with the guard and the body of each case."""

    subject: Expr
    cases: tuple[tuple[Expr | None, tuple[Stmt, ...]], ...]
    line: int


class Def(msgspec.Struct, frozen=True, array_like=True, tag="F", dict=True):
    """A function or method. `qualname` has the classes and functions around it; `line` is that of `def`.

    Decorators stand in the order of the source, the outermost first. `words` are the names in it, of variables,
    attributes and keywords, as they are written and as they are called where they come from; `calls` those of what is
    called in it and decorates it: quick ways to tell that a function has nothing to do with something. Where it binds
    by `:=`, that is among the words.
    """

    name: str
    qualname: str
    params: tuple[Param, ...]
    decorators: tuple[Expr, ...]
    returns: Expr | None
    body: tuple[Stmt, ...]
    is_async: bool
    line: int
    end_line: int
    words: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()

    @cached_property
    def statements(self) -> tuple[Stmt, ...]:
        """Every statement in its body and the blocks inside it; functions and classes as one."""
        return tuple(statements_in(self.body))

    @cached_property
    def all_calls(self) -> tuple[Call, ...]:
        """The calls in its body, by line, without those in functions inside it."""
        return calls_in(self.statements)


class Class(msgspec.Struct, frozen=True, array_like=True, tag="C"):
    """A class."""

    name: str
    qualname: str
    bases: tuple[Expr, ...]
    keywords: tuple[tuple[str | None, Expr], ...]
    decorators: tuple[Expr, ...]
    body: tuple[Stmt, ...]
    line: int
    end_line: int

    def method(self, name: str) -> Def | None:
        """The last method of that name in its own body."""
        found = [each for each in self.body if isinstance(each, Def) and each.name == name]
        return found[-1] if found else None


Stmt = Assign | Do | Return | Raise | Jump | Check | If | Try | With | Loop | Match | Def | Class
"""A statement. Imports, `global` and `nonlocal` are left out: they are in the names that they resolve."""


class Outline(msgspec.Struct, frozen=True, array_like=True):
    """The code of one file. `words` are the names in all of it, as in functions; `aliases` the names that are given to
    what has a name already, `self.check = verify`, each with the words of that.
    """

    body: tuple[Stmt, ...] = ()
    words: frozenset[str] = frozenset()
    aliases: tuple[tuple[str, tuple[str, ...]], ...] = ()


def blocks_of(statement: Stmt) -> tuple[tuple[Stmt, ...], ...]:
    """The blocks of statements inside one, but for those of functions and classes."""
    form = _BLOCKS.get(type(statement))
    return () if form is None else form(statement)


# Tables by type, not `match`: these functions are most of what looking into a repository takes.
_BLOCKS: Final[dict[type[Stmt], Callable[[Any], tuple[tuple[Stmt, ...], ...]]]] = {
    If: lambda each: (each.body, each.orelse),
    Loop: lambda each: (each.body, each.orelse),
    With: lambda each: (each.body,),
    Try: lambda each: (each.body, *(handler.body for handler in each.handlers), each.orelse, each.final),
    Match: lambda each: tuple(body for _, body in each.cases),
}


def statements_in(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    """Every statement in a block and the blocks inside it, in the order of the source, but for those of functions."""
    waiting = list(reversed(body))
    while waiting:
        statement = waiting.pop()
        yield statement
        form = _BLOCKS.get(type(statement))
        if form is not None:
            for block in reversed(form(statement)):
                waiting.extend(reversed(block))


def expressions_of(statement: Stmt) -> tuple[Expr, ...]:
    """The expressions that a statement itself evaluates, without those of the blocks inside it."""
    form = _EVALUATED.get(type(statement))
    return () if form is None else tuple([each for each in form(statement) if each is not None])


def _of_params(params: tuple[Param, ...]) -> list[Expr | None]:
    return [part for param in params for part in (param.annotation, param.default)]


_EVALUATED: Final[dict[type[Stmt], Callable[[Any], Iterable[Expr | None]]]] = {
    Assign: lambda each: (*each.targets, each.annotation, each.value),
    Do: lambda each: (each.value,),
    Check: lambda each: (each.test,),
    If: lambda each: (each.test,),
    Match: lambda each: (each.subject,),
    Return: lambda each: (each.value,),
    Raise: lambda each: (each.value,),
    With: lambda each: [value for value, _ in each.items],
    Loop: lambda each: (each.head, each.target),
    Try: lambda each: [handler.type for handler in each.handlers],
    Def: lambda each: (*each.decorators, *_of_params(each.params)),
    Class: lambda each: (*each.decorators, *each.bases, *[value for _, value in each.keywords]),
}


def parts_of(expr: Expr) -> tuple[Expr, ...]:
    """The expressions right inside one."""
    form = _PARTS.get(type(expr))
    return () if form is None else form(expr)


_PARTS: Final[dict[type[Expr], Callable[[Any], tuple[Expr, ...]]]] = {
    Call: lambda each: (each.func, *each.args, *[value for _, value in each.keywords]),
    Attr: lambda each: (each.value,),
    Item: lambda each: (each.value, each.key),
    Bool: lambda each: each.values,
    Not: lambda each: (each.value,),
    Compare: lambda each: (each.left, *each.rights),
    Join: lambda each: each.parts,
    Dict: lambda each: tuple([part for pair in each.items for part in pair if part is not None]),
    Several: lambda each: each.items,
    Choice: lambda each: (each.test, each.body, each.orelse),
    Lambda: lambda each: (each.body,),
    Other: lambda each: each.parts,
}


def calls_in(statements: Iterable[Stmt]) -> tuple[Call, ...]:
    """The calls that statements themselves evaluate, by line."""
    calls: list[Call] = []
    for statement in statements:
        form = _EVALUATED.get(type(statement))
        waiting = [] if form is None else [each for each in form(statement) if each is not None]
        while waiting:
            expr = waiting.pop()
            inner = _PARTS.get(type(expr))
            if inner is not None:
                if type(expr) is Call:
                    calls.append(expr)
                waiting.extend(inner(expr))
    calls.sort(key=_line)
    return tuple(calls)


def _line(call: Call) -> int:
    return call.line


def expressions_in(expr: Expr) -> Iterator[Expr]:
    """An expression and all inside it, from the outside in, in the order of the source."""
    waiting = [expr]
    while waiting:
        current = waiting.pop()
        yield current
        form = _PARTS.get(type(current))
        if form is not None:
            waiting.extend(reversed(form(current)))


def functions_in(body: tuple[Stmt, ...]) -> Iterator[tuple[Def, Class | None]]:
    """Every function in a block, however deeply nested, with the class that it is a method of."""
    yield from _functions_in(body, None)


def _functions_in(body: tuple[Stmt, ...], around: Class | None) -> Iterator[tuple[Def, Class | None]]:
    for statement in statements_in(body):
        if isinstance(statement, Def):
            yield statement, around
            yield from _functions_in(statement.body, None)
        elif isinstance(statement, Class):
            yield from _functions_in(statement.body, statement)


_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Outline] = msgspec.msgpack.Decoder(Outline)


def encode_outline(outline: Outline) -> bytes:
    """The stored form of an outline."""
    return _encoder.encode(outline)


def decode_outline(stored: bytes) -> Outline:
    """An outline from its stored form; raises `msgspec.DecodeError` for anything else."""
    try:
        return _decoder.decode(stored)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(f"text that is not UTF-8: {error}") from error
