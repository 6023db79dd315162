"""The view of one file that the frameworks share: its statements in order, and the routers and applications in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from analyzers.code import INSTANCE, Code, Found, Where
from analyzers.outline import (
    Assign,
    Attr,
    Call,
    Class,
    Const,
    Def,
    Do,
    Expr,
    Join,
    Other,
    Ref,
    Return,
    Several,
    Stmt,
    calls_in,
    statements_in,
)
from analyzers.rules.endpoints.model import (
    NOTHING,
    Endpoint,
    EndpointKind,
    Mount,
    MountKind,
    Shown,
    doubtful,
    together,
)
from analyzers.rules.endpoints.reach import Reach
from analyzers.snapshot import SourceFile, readable

_STEPS: Final = 8


class Spot(NamedTuple):
    """A statement and where it stands."""

    statement: Stmt
    where: Where


class Site(NamedTuple):
    """A call and where it stands."""

    call: Call
    where: Where


class View:
    """One file, its functions, classes and calls, each listed once."""

    def __init__(self, file: SourceFile, code: Code, reach: Reach) -> None:
        self.file = file
        self.code = code
        self.reach = reach
        self.spots: tuple[Spot, ...]
        self.sites: tuple[Site, ...]
        self.spots, self.sites = reach.places.get(file.path) or _places(file, code)
        reach.places[file.path] = self.spots, self.sites
        self.functions = tuple(
            Found(f"{file.module or ''}.{spot.statement.qualname}", spot.statement, spot.where)
            for spot in self.spots
            if isinstance(spot.statement, Def)
        )
        self.classes = tuple(
            Found(f"{file.module or ''}.{spot.statement.qualname}", spot.statement, spot.where)
            for spot in self.spots
            if isinstance(spot.statement, Class)
        )
        self.endpoints: list[Endpoint] = []
        self.mounts: list[Mount] = []
        self._kinds: dict[str, frozenset[str]] = {}
        self._changed: dict[str, frozenset[str]] = {}

        facts = readable(file)
        self._imported = frozenset(each.module.partition(".")[0] for each in facts.imports) if facts else frozenset()

    def imports(self, tops: Collection[str]) -> bool:
        """Whether the file imports from one of these distributions by itself."""
        return any(top in self._imported for top in tops)

    # What is found

    def endpoint(  # noqa: PLR0913
        self,
        found: Found | Call,
        on: str | None,
        shown: Iterable[Shown],
        *,
        framework: str,
        route: str = "",
        method: str = "",
        kind: EndpointKind = "http",
        waits: bool = False,
        function: str = "",
        defaults: tuple[str, ...] = (),
    ) -> None:
        """Note down one endpoint; `on` is None where nobody can tell what it hangs on."""
        node = found.node if isinstance(found, Found) else found
        function = function or (found.dotted if isinstance(found, Found) else "")
        own = f"{self.file.module}."
        all_shown = (
            together(shown) if on is not None else together((*shown, doubtful("what serves it is not in sight")))
        )
        self.endpoints.append(
            Endpoint(
                path=self.file.path,
                scope=self.file.scope,
                line=node.line,
                end_line=node.line if isinstance(node, Def | Class) else node.end_line,
                framework=framework,
                kind=kind,
                method=method or ("WS" if kind == "websocket" else ""),
                route=route,
                function=function,
                on=on or "",
                shown=all_shown,
                waits=waits,
                defaults=defaults,
                within=function.removeprefix(own) if function.startswith(own) else "",
            )
        )

    def mount(
        self,
        kind: MountKind,
        child: str,
        parent: str = "",
        prefix: str = "",
        http: Shown = NOTHING,
        websocket: Shown = NOTHING,
        method: str = "",
    ) -> None:
        """Note down what is said about a router or an application."""
        self.mounts.append(Mount(kind, parent, child, prefix, http, websocket, method))

    # Kinds of things

    def kinds(self, meaning: str | None) -> frozenset[str]:
        """The classes of other distributions that something is an instance of, or that a class inherits from."""
        if meaning is None:
            return frozenset()
        known = self._kinds.get(meaning)
        if known is None:
            known = self._kinds[meaning] = self.code.foreign_bases(meaning.removesuffix(INSTANCE))
        return known

    def instance_kinds(self, expr: Expr, where: Where) -> frozenset[str]:
        """The same for an expression that stands for an instance."""
        meaning = self.code.meaning(expr, where)
        return self.kinds(meaning) if meaning is not None and meaning.endswith(INSTANCE) else frozenset()

    # Names of routers and applications

    def node(self, expr: Expr, where: Where, steps: int = _STEPS) -> str | None:
        """The dotted name of the one object that an expression stands for; None where nobody can tell."""
        if steps <= 0:
            return None
        match expr:
            case Ref():
                absolute = self.code.absolute(expr, where.file)
                if absolute is not None:
                    return self._global(absolute, steps)
                return None if expr.target is not None else self._local(expr.name, where, steps)
            case Call():
                return self._made(expr, where, steps)
            case Attr(Call() as value, name):
                made = self.node(value, where, steps - 1)
                return None if made is None else f"{made}.{name}"
            case _:
                return None

    def _global(self, dotted: str, steps: int) -> str | None:
        found = self.code.find(dotted) if self.code.resolver.is_first_party(dotted) else None
        if found is None or not isinstance(found.node, Assign) or found.node.value is None:
            return self.module(dotted)
        known = self.code.resolver.known_part(dotted)
        return self._bound(found.node.value, found.where, self.module(known) + dotted[len(known) :], steps)

    def _bound(self, value: Expr, where: Where, name: str, steps: int) -> str | None:
        """The object behind a name that is bound to a value: what another name or a function gives, else the name's."""
        if isinstance(value, Ref | Call):
            return self.node(value, where, steps - 1) or name
        return name

    def _local(self, name: str, where: Where, steps: int) -> str | None:
        head, _, rest = name.partition(".")
        for number in range(len(where.functions) - 1, -1, -1):
            function = where.functions[number]
            inside = Where(where.file, where.functions[: number + 1], where.around)
            own = f"{where.file.module or ''}.{function.qualname}.{name}"
            if any(param.name == head for param in function.params):
                return self._of_self(name, inside) or own
            bound = self.code.locals_of(function).get(head)
            if bound is not None:
                value = bound[0].value if isinstance(bound[0], Assign) else bound[0]
                if rest or len(bound) != 1 or not isinstance(value, Ref | Call):
                    return own
                return self._bound(value, inside, own, steps)
        module = where.file.module
        known = module is not None and self.code.find(f"{module}.{head}") is not None
        return self._global(f"{module}.{name}", steps) if known else None

    def _of_self(self, name: str, where: Where) -> str | None:
        """`self.router`, by the class that it belongs to."""
        head, _, rest = name.partition(".")
        if (
            not rest
            or where.around is None
            or not where.functions[0].params
            or where.functions[0].params[0].name != head
        ):
            return None
        return f"{where.file.module or ''}.{where.around.qualname}.{rest}"

    def _made(self, call: Call, where: Where, steps: int) -> str | None:
        """What a function of this repository returns, if it is one object; None for what a class makes."""
        meaning = self.code.callee(call, where)
        if meaning is None or not self.code.resolver.is_first_party(meaning):
            return None
        found = self.code.find(meaning.removesuffix(INSTANCE))
        if found is None or not isinstance(found.node, Def):
            return None
        inside = found.where.inside(found.node)
        values = [each.value for each in found.node.statements if isinstance(each, Return)]
        nodes = {self.node(value, inside, steps - 1) or found.dotted for value in values if value is not None}
        return nodes.pop() if len(nodes) == 1 else None

    def assigned_to(self, call: Call, where: Where) -> str | None:
        """The name of the object that a call makes, by what it is assigned to or returned from."""
        for spot in self.spots:
            if spot.where == where and isinstance(spot.statement, Assign) and spot.statement.value is call:
                return self.node(spot.statement.targets[0], where) if spot.statement.targets else None
        if where.functions:
            return f"{where.file.module or ''}.{where.functions[-1].qualname}"
        return None

    # Values

    def text(self, expr: Expr | None, where: Where, steps: int = _STEPS) -> str | None:
        """A text, constant or put together from constants; what is not known stands as `{}`."""
        if expr is None:
            return ""
        value, place = self.code.value(expr, where)
        if isinstance(value, Const):
            return value.value if isinstance(value.value, str) else None
        if isinstance(value, Join) and steps > 0:  # a text may be joined from itself
            return "".join(self.text(part, place, steps - 1) or "{}" for part in value.parts)
        return None

    def items(self, expr: Expr | None, where: Where, steps: int = _STEPS) -> list[tuple[Expr, Where]] | None:
        """The items of a list that is written out, also of `a + b` and `[*a, b]`; None where that is not known."""
        if expr is None:
            return []
        if steps <= 0:
            return None
        value, place = self.code.value(expr, where)
        if isinstance(expr, Ref) and self._is_changed(expr, where, place):
            return None
        if isinstance(value, Join):
            parts = [self.items(part, place, steps - 1) for part in value.parts]
        elif isinstance(value, Several):
            parts = [
                self.items(item.parts[0], place, steps - 1)
                if isinstance(item, Other) and item.kind == "*"
                else [(item, place)]
                for item in value.items
            ]
        else:
            return None
        return None if any(part is None for part in parts) else [each for part in parts if part for each in part]

    def _is_changed(self, ref: Ref, where: Where, place: Where) -> bool:
        """Whether a list is appended to after it is made."""
        name = ref.name.rpartition(".")[2]
        return any(name in self._changed_names(each.file) for each in (where, place))

    def _changed_names(self, file: SourceFile) -> frozenset[str]:
        known = self._changed.get(file.blob)
        if known is None:
            body = self.code.outline(file).body
            known = self._changed[file.blob] = frozenset(_changed(each.statement) for each in _spots(body, Where(file)))
        return known

    def found(self, expr: Expr, where: Where) -> Found | None:
        """The function or class of this repository that an expression stands for."""
        meaning = self.code.meaning(expr, where)
        if meaning is None or not self.code.resolver.is_first_party(meaning):
            return None
        found = self.code.find(meaning.removesuffix(INSTANCE))
        if found is None or not isinstance(found.node, Def | Class):
            return None
        return Found(f"{found.where.file.module or ''}.{found.node.qualname}", found.node, found.where)

    def module(self, dotted: str) -> str:
        """The name by which a module is known that may have several: by its file, where it has one."""
        file = self.code.resolver.source(dotted) if self.code.resolver.is_first_party(dotted) else None
        return dotted if file is None or file.module is None else file.module


def receiver(func: Expr) -> Expr | None:
    """`a.b` of `a.b.get`."""
    if isinstance(func, Attr):
        return func.value
    if isinstance(func, Ref) and "." in func.name:
        target = func.target
        if target is not None:
            target = target.rpartition(".")[0] or None
        return Ref(func.name.rpartition(".")[0], target, func.line)
    return None


def _changed(statement: Stmt) -> str:
    """The name of the list that a statement changes; empty if it changes none."""
    if isinstance(statement, Assign) and statement.op and isinstance(statement.targets[0], Ref):
        return statement.targets[0].name.rpartition(".")[2]
    if isinstance(statement, Do) and isinstance(statement.value, Call) and isinstance(statement.value.func, Ref):
        head, _, last = statement.value.func.name.rpartition(".")
        return head.rpartition(".")[2] if last in ("append", "extend", "insert", "remove") else ""
    return ""


def _places(file: SourceFile, code: Code) -> tuple[tuple[Spot, ...], tuple[Site, ...]]:
    spots = tuple(_spots(code.outline(file).body, Where(file)))
    return spots, tuple(_sites(spots))


def _spots(body: tuple[Stmt, ...], where: Where) -> Iterator[Spot]:
    for statement in statements_in(body):
        yield Spot(statement, where)
        if isinstance(statement, Def):
            yield from _spots(statement.body, where.inside(statement))
        elif isinstance(statement, Class):
            inner = Where(where.file, where.functions if where.around is None else (), statement)
            yield from _spots(statement.body, inner)


def _sites(spots: Iterable[Spot]) -> Iterator[Site]:
    for statement, where in spots:
        if isinstance(statement, Def):
            continue
        for call in calls_in((statement,)):
            yield Site(call, where)
