"""Places: the bodies of a file in which something runs, and how the statements in one lie to each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from analyzers.code import Code, Where
from analyzers.outline import (
    Attr,
    Call,
    Class,
    Const,
    Def,
    Expr,
    If,
    Item,
    Match,
    Raise,
    Ref,
    Return,
    Stmt,
    Try,
    blocks_of,
    calls_in,
    expressions_of,
    parts_of,
    statements_in,
)
from analyzers.snapshot import SourceFile

Path = tuple[tuple[Stmt, int], ...]
"""The way down to a line: each statement around it, with the number of the block inside it that holds the line."""


class Place(msgspec.Struct, frozen=True):
    """The body of a module, a class or a function, and where what stands in it stands."""

    where: Where
    qualname: str
    body: tuple[Stmt, ...]

    @property
    def statements(self) -> tuple[Stmt, ...]:
        """The statements in it, and in the blocks inside it."""
        function = self.function
        return (
            function.statements
            if function is not None and function.body is self.body
            else tuple(statements_in(self.body))
        )

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls in it, by line."""
        function = self.function
        return function.all_calls if function is not None and function.body is self.body else calls_at(self.body)

    @property
    def function(self) -> Def | None:
        """The function whose body this is."""
        return self.where.functions[-1] if self.where.functions else None


class Places:
    """The bodies of one file."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.all = tuple(places)

    def __iter__(self) -> Iterator[Place]:
        return iter(self.all)

    def callers_of(self, place: Place) -> Iterator[tuple[Place, Call]]:
        """The calls in this file of the function whose body a place is, by its name."""
        function = place.function
        if function is None or place.where.file.path != self.all[0].where.file.path:
            return
        for caller in self.all:
            if caller is not place:
                for call in caller.calls:
                    if last_name(call.func) == function.name:
                        yield caller, call


def places_in(file: SourceFile, code: Code) -> Iterator[Place]:
    """Every body of a file, the outer ones first."""
    yield from _places(code.outline(file).body, Where(file), "")


def _places(body: tuple[Stmt, ...], where: Where, qualname: str) -> Iterator[Place]:
    yield Place(where, qualname, body)
    for statement in statements_in(body):
        if isinstance(statement, Def):
            yield from _places(statement.body, where.inside(statement), statement.qualname)
        elif isinstance(statement, Class):
            inner = Where(where.file, where.functions if where.around is None else (), statement)
            yield from _places(statement.body, inner, statement.qualname)


def called(expr: Expr) -> str:
    """The last part of the name of what is called, as it is called where it comes from."""
    if isinstance(expr, Ref) and expr.target is not None:
        return expr.target.rpartition(".")[2].removeprefix(":")
    return last_name(expr)


def expressions_at(body: tuple[Stmt, ...]) -> Iterator[Expr]:
    """Every expression that a body evaluates itself, from the outside in; without those of functions inside it."""
    for statement in statements_in(body):
        waiting = list(expressions_of(statement))
        while waiting:
            expr = waiting.pop()
            yield expr
            waiting.extend(parts_of(expr))


def calls_at(body: tuple[Stmt, ...]) -> tuple[Call, ...]:
    """The calls among them, by line."""
    return calls_in(statements_in(body))


def last_name(expr: Expr) -> str:
    """The last part of a name or attribute: what a call calls, without what it is called on."""
    if isinstance(expr, Ref):
        return expr.name.rpartition(".")[2]
    return expr.name if isinstance(expr, Attr) else ""


def receiver(expr: Expr) -> Expr | None:
    """What a method is called on: `codec` of `codec.decode`; None where there is nothing."""
    if isinstance(expr, Attr):
        return expr.value
    if not isinstance(expr, Ref) or "." not in expr.name:
        return None
    target = None if expr.target is None else expr.target.rpartition(".")[0]
    return Ref(expr.name.rpartition(".")[0], target or None, expr.line)


def names_inside(expr: Expr) -> Iterator[str]:
    """The dotted names in an expression, but for those of what is called; `body[token]` for `body["token"]`."""
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        match part:
            case Ref(name) | Item(Ref(name), Const(int())):
                yield name
            case Item(Ref(name), Const(str(key))) | Call(Ref(name), (Const(str(key)),)) if _takes(part):
                yield f"{name.removesuffix('.get')}[{key}]"
            case Call(Ref(name, target), args, keywords):
                if target is None and "." in name:
                    yield name.rpartition(".")[0]
                waiting.extend((*args, *(value for _, value in keywords)))
            case _:
                waiting.extend(parts_of(part))


def _takes(expr: Expr) -> bool:
    return isinstance(expr, Item) or (isinstance(expr, Call) and last_name(expr.func) == "get")


# How lines lie to each other


def path_to(body: tuple[Stmt, ...], line: int) -> Path:
    """The way down to a line."""
    path: list[tuple[Stmt, int]] = []
    block = body
    while True:
        around = next((each for each in reversed(block) if each.line <= line), None)
        blocks = () if around is None else blocks_of(around)
        inner = [number for number, each in enumerate(blocks) if each and each[0].line <= line]
        if around is None or not inner:
            return tuple(path)
        number = max(inner, key=lambda number: blocks[number][0].line)
        path.append((around, number))
        block = blocks[number]


def is_around(path: Path, other: Path) -> bool:
    """Whether what lies at one path has run, if it comes before, wherever one gets to the other."""
    return len(path) <= len(other) and all(_same(one, two) for one, two in zip(path, other, strict=False))


def are_apart(one: Path, other: Path) -> bool:
    """Whether a run that gets to one does not get to the other: two branches, or a handler and what it is for."""
    for (statement, number), (_, second) in _parting(one, other):
        if isinstance(statement, If | Match):
            return True
        if isinstance(statement, Try):
            handlers = range(1, 1 + len(statement.handlers))
            is_last = 2 + len(statement.handlers) in {number, second}
            return not is_last and (number in handlers or second in handlers)
    return False


def _parting(one: Path, other: Path) -> Iterator[tuple[tuple[Stmt, int], tuple[Stmt, int]]]:
    """Where two ways down take different blocks of the same statement."""
    for step, second in zip(one, other, strict=False):
        if step[0] is not second[0]:
            return
        if step[1] != second[1]:
            yield step, second
            return


def leaves_on_the_way(path: Path, other: Path) -> bool:
    """Whether one cannot get from a path to what comes later at another, since a block in between ends by leaving."""
    shared = 0
    while shared < min(len(path), len(other)) and _same(path[shared], other[shared]):
        shared += 1
    return any(_ends_by_leaving(blocks_of(statement)[number]) for statement, number in path[shared:])


def _ends_by_leaving(block: tuple[Stmt, ...]) -> bool:
    return bool(block) and isinstance(block[-1], Return | Raise)


def _same(one: tuple[Stmt, int], other: tuple[Stmt, int]) -> bool:
    return one[0] is other[0] and one[1] == other[1]
