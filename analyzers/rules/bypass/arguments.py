"""What a call is given, with everything in sight followed: dicts built before, `**options`, `functools.partial`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from analyzers.code import INSTANCE, Code, Where
from analyzers.outline import (
    Assign,
    Bool,
    Call,
    Const,
    Def,
    Dict,
    Do,
    Expr,
    Item,
    Other,
    Ref,
    Return,
    Several,
    Stmt,
    statements_in,
)
from analyzers.rules.bypass.places import is_around, last_name, path_to, receiver

_MOST_STEPS: Final = 6
"""Dicts that are built from dicts, and partials of partials."""
_COPIES: Final = frozenset({"copy.copy", "copy.deepcopy", "types.MappingProxyType", "frozendict.frozendict"})
_PARTIALS: Final = frozenset({"functools.partial", "functools.partialmethod"})


class Given(msgspec.Struct, frozen=True):
    """A value and where it stands, names followed to what they are bound to."""

    expr: Expr
    where: Where

    @property
    def is_false(self) -> bool:
        """Whether it is `False` for sure."""
        return isinstance(self.expr, Const) and (self.expr.value is False or self.expr.value == 0)

    @property
    def is_true(self) -> bool:
        """Whether it is `True` for sure."""
        return isinstance(self.expr, Const) and bool(self.expr.value)

    @property
    def is_none(self) -> bool:
        """Whether it is `None` for sure."""
        return isinstance(self.expr, Const) and self.expr.value is None


class Entries(msgspec.Struct, frozen=True):
    """What is in a dict, by key; None where something is that the code in sight does not decide.

    `is_open`: it may hold more than that, or other values.
    """

    known: Mapping[str, Given | None] = {}
    is_open: bool = False

    def says_nothing_of(self, key: str) -> bool:
        """Whether there is no such key for sure."""
        return not self.is_open and key not in self.known

    def under(self, other: Entries) -> Entries:
        """These with others put on top."""
        below: dict[str, Given | None] = dict(self.known)
        if other.is_open:
            below = dict.fromkeys(below)
        return Entries({**below, **other.known}, self.is_open or other.is_open)


_OPEN: Final = Entries({}, is_open=True)


class Arguments(msgspec.Struct, frozen=True):
    """The arguments of a call. `is_open`: more may be given than is in sight."""

    positional: tuple[Given, ...]
    named: Entries
    is_open: bool = False

    def get(self, name: str, position: int | None = None) -> Given | None:
        """The argument of that name or at that position; None where there is none, or nobody can tell."""
        if name in self.named.known:
            return self.named.known[name]
        return self.positional[position] if position is not None and position < len(self.positional) else None

    def lacks(self, name: str, position: int | None = None) -> bool:
        """Whether an argument is not given for sure."""
        has_position = position is not None and position < len(self.positional)
        return self.named.says_nothing_of(name) and not self.is_open and not has_position


def given(expr: Expr, where: Where, code: Code) -> Given:
    """An expression, followed to what it is bound to; what stands in a class is no more than a default for `self`."""
    return Given(expr, where) if _is_set_on_self(expr, where) else Given(*code.value(expr, where))


def _is_set_on_self(expr: Expr, where: Where) -> bool:
    """Whether a method sets an attribute that its class has a value for as well."""
    if not isinstance(expr, Ref) or where.around is None or not expr.name.startswith("self."):
        return False
    in_class = {target.name for target in _targets_in(where.around.body)}
    return expr.name.removeprefix("self.") in in_class and any(
        target.name == expr.name
        for method in where.around.body
        if isinstance(method, Def)
        for target in _targets_in(method.body)
    )


def _targets_in(body: tuple[Stmt, ...]) -> Iterator[Ref]:
    for statement in statements_in(body):
        if isinstance(statement, Assign):
            yield from (target for target in statement.targets if isinstance(target, Ref))


def arguments_of(call: Call, where: Where, code: Code, steps: int = _MOST_STEPS) -> Arguments:
    """What a call is given, with what a `functools.partial` in between has been given already."""
    before = _of_partial(call.func, where, code, steps)
    positional: list[Given] = list(before.positional) if before else []
    named = before.named if before else Entries()
    is_open = before is not None and before.is_open
    for arg in call.args:
        if isinstance(arg, Other) and arg.kind == "*":
            spread = code.value(arg.parts[0], where)
            if not isinstance(spread[0], Several):
                is_open = True
                break
            positional += [given(each, spread[1], code) for each in spread[0].items]
        else:
            positional.append(given(arg, where, code))
    for key, value in call.keywords:
        more = entries(value, where, code, call.line, steps) if key is None else _one(key, given(value, where, code))
        named = named.under(more)
    return Arguments(tuple(positional), named, is_open)


def _one(key: str, value: Given | None) -> Entries:
    return Entries({key: value})


def _of_partial(func: Expr, where: Where, code: Code, steps: int) -> Arguments | None:
    """The arguments that a partial holds; None where what is called is none."""
    bound, there = code.value(func, where)
    if steps <= 0 or not isinstance(bound, Call) or not bound.args:
        return None
    if last_name(bound.func) not in {"partial", "partialmethod"} or code.callee(bound, there) not in _PARTIALS:
        return None
    inner = Call(bound.args[0], bound.args[1:], bound.keywords, bound.line, bound.end_line)
    return arguments_of(inner, there, code, steps - 1)


# Dicts


def entries(expr: Expr, where: Where, code: Code, line: int, steps: int = _MOST_STEPS) -> Entries:
    """What is in a dict by the time that `line` runs."""
    if steps <= 0:
        return _OPEN
    match expr:
        case Const(None):
            return Entries()
        case Dict(items):
            return _of_display(items, where, code, expr.line, steps - 1)
        case Ref():
            return _of_name(expr, where, code, line, steps - 1)
        case Call():
            return _of_call(expr, where, code, line, steps - 1)
        case Other("BinOp", (one, other)):
            return entries(one, where, code, line, steps - 1).under(entries(other, where, code, line, steps - 1))
        case Bool("or", (Ref() as first, Dict() as second)) if not second.items:
            return entries(first, where, code, line, steps - 1)
        case _:
            return _OPEN


def _of_name(ref: Ref, where: Where, code: Code, line: int, steps: int) -> Entries:
    """The dict that a name stands for, with what has been done to it since."""
    value, there = code.value(ref, where)
    if isinstance(value, Ref):
        return _OPEN
    base = entries(value, there, code, line if there == where else value.line, steps)
    return _changed(base, ref, where, code, line, steps)


def _of_display(
    items: tuple[tuple[Expr | None, Expr], ...], where: Where, code: Code, line: int, steps: int
) -> Entries:
    found = Entries()
    for key, value in items:
        if key is None:
            found = found.under(entries(value, where, code, line, steps))
        elif isinstance(name := code.value(key, where)[0], Const) and isinstance(name.value, str):
            found = found.under(_one(name.value, given(value, where, code)))
        else:
            found = Entries(found.known, is_open=True)
    return found


def _of_call(call: Call, where: Where, code: Code, line: int, steps: int) -> Entries:
    """`dict(...)`, a copy of a dict, or a function that returns one."""
    func = call.func
    if isinstance(func, Ref) and func.name == "dict" and func.target is None:
        found = Entries()
        for arg in call.args:
            found = found.under(entries(arg, where, code, line, steps))
        for key, value in call.keywords:
            more = entries(value, where, code, line, steps) if key is None else _one(key, given(value, where, code))
            found = found.under(more)
        return found
    if isinstance(func, Ref) and func.name.endswith(".copy") and not call.args:
        base = receiver(func)
        if base is not None and func.target != "copy.copy":
            return entries(base, where, code, line, steps)
    callee = code.callee(call, where)
    if callee in _COPIES and len(call.args) == 1:
        return entries(call.args[0], where, code, line, steps)
    return _returned(callee, code, steps)


def _returned(callee: str | None, code: Code, steps: int) -> Entries:
    """The dict that a function of this tree returns, if it does so in one place."""
    if callee is None or callee.endswith(INSTANCE) or not code.resolver.is_first_party(callee):
        return _OPEN
    found = code.find(callee)
    if found is None or not isinstance(found.node, Def):
        return _OPEN
    returns = [each for each in found.node.statements if isinstance(each, Return)]
    if len(returns) != 1 or returns[0].value is None:
        return _OPEN
    return entries(returns[0].value, found.where.inside(found.node), code, returns[0].line, steps)


def _changed(base: Entries, ref: Ref, where: Where, code: Code, line: int, steps: int) -> Entries:
    """A dict after what has been done to it under its name: `d["key"] = value`, `d.update(...)`."""
    for body, there in _bodies(ref, where, code):
        here = path_to(body, line)
        for statement in statements_in(body):
            change = _change(statement, ref.name, there, code, steps)
            if change is None or (there == where and statement.line >= line):
                continue
            if (there == where and not is_around(path_to(body, statement.line), here)) or (
                there != where and path_to(body, statement.line)
            ):
                change = Entries(dict.fromkeys(change.known), change.is_open)
            base = base.under(change)
    return base


def _bodies(ref: Ref, where: Where, code: Code) -> Iterator[tuple[tuple[Stmt, ...], Where]]:
    """Where a name may be changed that is seen from a place: at module level, if it is bound there, and in it."""
    if ref.target is not None or not where.functions:
        yield code.outline(where.file).body, Where(where.file)
    if where.functions:
        yield where.functions[-1].body, where


def _change(statement: Stmt, name: str, where: Where, code: Code, steps: int) -> Entries | None:
    match statement:
        case Assign((Item(Ref(changed), key),), value) if changed == name and value is not None:
            found = code.value(key, where)[0]
            if isinstance(found, Const) and isinstance(found.value, str):
                return _one(found.value, given(value, where, code))
            return _OPEN
        case Do(Call(Ref(method), args, keywords)) if method.startswith(f"{name}."):
            return _by_method(method.removeprefix(f"{name}."), args, keywords, where, code, steps)
        case Do(Other("Delete", (Item(Ref(changed), Const(str(key))),))) if changed == name:
            return _one(key, None)
        case _:
            return None


def _by_method(
    method: str,
    args: tuple[Expr, ...],
    keywords: tuple[tuple[str | None, Expr], ...],
    where: Where,
    code: Code,
    steps: int,
) -> Entries | None:
    if method == "update":
        found = Entries()
        for arg in args:
            found = found.under(entries(arg, where, code, arg.line, steps))
        for key, value in keywords:
            more = (
                entries(value, where, code, value.line, steps) if key is None else _one(key, given(value, where, code))
            )
            found = found.under(more)
        return found
    if method in {"setdefault", "pop"} and args and isinstance(args[0], Const) and isinstance(args[0].value, str):
        return _one(args[0].value, None)
    return _OPEN if method in {"clear", "popitem"} else None
