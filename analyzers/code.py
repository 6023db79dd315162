"""Code: the outlines of one tree, and what an expression in them means.

A *meaning* is a dotted name: of a module, a function, a class or a method, `app.auth.verify`; with `()` behind it, of
an instance of a class, `app.auth.Verifier()`. What the code in sight does not decide has none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from analyzers.facts import Binding, Context
from analyzers.outline import (
    WALRUS,
    Assign,
    Attr,
    Bool,
    Call,
    Choice,
    Class,
    Const,
    Def,
    Expr,
    Item,
    Other,
    Outline,
    Param,
    Ref,
    Return,
    Several,
    Stmt,
    With,
    expressions_in,
    expressions_of,
    statements_in,
)
from analyzers.reading.scopes import OWN
from analyzers.resolve import WITHIN, Key, Resolver
from analyzers.snapshot import SourceFile, absolute_name, may_be_read

OutlinesOf = Callable[[Collection[str]], Mapping[str, Outline]]
"""Gives the outlines of these blobs; those that cannot be read may be missing."""

KnownOutline = Callable[[str], Outline | None]
"""Gives the outline of a blob if it was read before: at once, and without reading anything."""

_MOST_STEPS: Final = 12
"""Names that lead to names, on the way to a meaning."""
_MOST_BASES: Final = 24
"""Classes that are looked at for what one inherits."""

_MOST_CALLS: Final = 5
"""Functions that return what functions return."""
_AT_ONCE: Final = 16
"""Missing outlines that are ordered together, while whatever else there is goes on."""
_SHORT: Final = 6
"""Steps that may be gone already when an attribute is not found, for that to be the last word."""

INSTANCE: Final = "()"
_LOCAL: Final = Context.FUNCTION | Context.CLASS

_WRAPPED: Final = frozenset({"Optional", "Annotated", "Final", "ClassVar", "Awaitable", "Coroutine", "Type"})
"""Generic types whose first argument says what a value is; of `Coroutine` it is the last."""
_PARTIAL: Final = "functools.partial"


Locals = Mapping[str, tuple[Def | Class | Assign | Expr, ...]]
"""What local names are bound to."""


class Where(msgspec.Struct, frozen=True):
    """Where an expression stands: its file, the functions around it, the outermost first, and the class of a method."""

    file: SourceFile
    functions: tuple[Def, ...] = ()
    around: Class | None = None

    @property
    def inner(self) -> Def | Class | None:
        """The function or class right around."""
        return self.functions[-1] if self.functions else self.around

    def inside(self, function: Def, around: Class | None = None) -> Where:
        """The same file, within a function (a method of `around`)."""
        return Where(self.file, (*self.functions, function), around or self.around)


class _Known(NamedTuple):
    """A meaning that was worked out; `expr` is held, so that no other expression gets its id."""

    expr: Expr
    inner: Def | Class | None
    meaning: str | None
    asked: frozenset[Key]


class Found(msgspec.Struct, frozen=True):
    """A definition in the tree: a function, a class or an assignment, and where it stands."""

    dotted: str
    node: Def | Class | Assign
    where: Where

    @property
    def around(self) -> Class | None:
        """The class that a method is defined in."""
        return self.where.around


class Code:
    """The code of one tree, looked up by name.

    Outlines that were not ordered are noted down in `missing`, and nothing is known about their modules until they are
    fetched: who asks has to ask again then. `misses` counts how often that happened, so that one can tell whether an
    answer had to do without; `fetches`, how often some were fetched since. Who looks at one that was ordered waits for
    it.
    """

    def __init__(
        self, resolver: Resolver, outlines_of: OutlinesOf, known_outline: KnownOutline = lambda blob: None
    ) -> None:
        self.resolver = resolver
        self.missing: set[str] = set()
        self.misses = 0
        self.fetches = 0
        self._outlines_of = outlines_of
        self._known_outline = known_outline
        self._unread: set[str] = set()
        self._outlines: dict[str, Outline] = {}
        self._coming: dict[str, Mapping[str, Outline]] = {}
        self.is_partial = False
        """Some outline that was asked for could not be read, and may be another time."""
        self._named: dict[str, dict[str, Def | Class | Assign]] = {}
        self._assigned_in: dict[str, dict[str, list[Assign]]] = {}
        self._locals: dict[int, tuple[Def, Locals]] = {}
        self._members: dict[int, tuple[Def | Class, dict[str, Def | Class | Assign]]] = {}
        self._on_self: dict[int, tuple[Class, dict[str, list[tuple[Def, Assign]]]]] = {}
        self._meanings: dict[int, _Known] = {}
        self._heads: dict[tuple[str | int, str], tuple[Def | Class | None, str | None, frozenset[Key]]] = {}
        self._functions: dict[str, tuple[Found, ...]] = {}
        self._definitions: dict[str, Mapping[str, Binding]] = {}
        self._returns: dict[int, tuple[Def, str | None, frozenset[Key]]] = {}
        self._returning: set[int] = set()
        self._cuts = 0
        self._attributes: dict[tuple[str, str], tuple[str | None, frozenset[Key]]] = {}

    def order(self, blobs: Iterable[str]) -> None:
        """Have these outlines read meanwhile."""
        known = self._outlines.keys() | self._coming.keys()
        wanted = [blob for blob in dict.fromkeys(blobs) if blob not in known]
        if wanted:
            found = self._outlines_of(wanted)
            self._coming.update((blob, found) for blob in wanted)

    def fetch(self, blobs: Iterable[str]) -> None:
        """Have these outlines at hand, and those that were missing, as soon as somebody looks at them."""
        self.order((*blobs, *sorted(self.missing)))
        self.fetches += 1
        self.missing = set()

    def outline(self, file: SourceFile) -> Outline:
        """A file's outline; an empty one where it is not at hand."""
        known = self._outlines.get(file.blob) or self._arrived(file)
        if known is None:
            self.missing.add(file.blob)
            self.misses += 1
            if len(self.missing) >= _AT_ONCE:
                self.order(sorted(self.missing))
                self.missing = set()
            return Outline()
        return known

    def _arrived(self, file: SourceFile) -> Outline | None:
        """An outline that was ordered, or that was read before; None where it has to be ordered first."""
        blob = file.blob
        coming = self._coming.pop(blob, None)
        if coming is not None:
            known = coming.get(blob)
            self.is_partial = self.is_partial or (known is None and may_be_read(file))
            known = known or Outline()
        else:
            known = None if blob in self._unread else self._known_outline(blob)
        if known is None:
            self._unread.add(blob)
        else:
            self._outlines[blob] = known
        return known

    # Definitions

    def find(self, dotted: str) -> Found | None:
        """The definition that a dotted name of this tree stands for: `app.auth.verify`, `app.auth.Verifier.check`."""
        module = self.resolver.known_part(dotted)
        file = self.resolver.source(module) if module else None
        rest = dotted[len(module) + 1 :]
        if file is None or not rest:
            return None
        head, _, tail = rest.partition(".")
        node = self._top_level(file).get(head)
        return None if node is None else self._descend(Found(f"{module}.{head}", node, Where(file)), tail)

    def _descend(self, found: Found, tail: str) -> Found | None:
        """A member of a class, or of a function: `Verifier.check`, `factory.inner`."""
        for name in tail.split(".") if tail else ():
            node = found.node
            if isinstance(node, Assign):
                return None
            inner = self.members(node).get(name)
            if inner is None:
                return None
            where = _in_class(found) if isinstance(node, Class) else found.where.inside(node)
            found = Found(f"{found.dotted}.{name}", inner, where)
        return found

    def members(self, node: Def | Class) -> Mapping[str, Def | Class | Assign]:
        """What the names stand for that a class or a function binds; the last of several counts."""
        known = self._members.get(id(node))
        if known is None:
            known = self._members[id(node)] = node, names_in(node.body)
        return known[1]

    def _top_level(self, file: SourceFile) -> Mapping[str, Def | Class | Assign]:
        """What a module's own names stand for; the last of several counts."""
        known = self._named.get(file.blob)
        if known is None:
            known = names_in(self.outline(file).body)
            if file.blob in self._outlines:
                self._named[file.blob] = known
        return known

    def absolute(self, ref: Ref, file: SourceFile) -> str | None:
        """The dotted name that a name in a file stands for, where it starts from an import or a definition."""
        target = ref.target
        if target is None:
            return None
        if target.startswith(OWN):
            return None if file.module is None else f"{file.module}.{target[1:]}"
        absolute = absolute_name(target, file)
        seen = None if absolute is None else self.resolver.seen(absolute, file.path)
        if seen is None or not self.resolver.is_first_party(seen):
            return seen
        return self.resolver.defined_as(seen)

    # Meanings

    def meaning(self, expr: Expr, where: Where, steps: int = _MOST_STEPS) -> str | None:
        """What an expression stands for; None where the code in sight does not decide it."""
        if steps < _MOST_STEPS:
            return self._meaning(expr, where, steps)
        known = self._meanings.get(id(expr))
        if known is None or known.inner is not where.inner or known.expr is not expr:
            before, outer = self._state, self.resolver.begin_asking()
            found = self._meaning(expr, where, steps)
            asked = self.resolver.end_asking(outer)
            if self._is_whole(before):
                self._meanings[id(expr)] = _Known(expr, where.inner, found, asked)
            return found
        if known.asked:
            self.resolver.ask(known.asked)
        return known.meaning

    def _meaning(self, expr: Expr, where: Where, steps: int) -> str | None:
        if steps <= 0:
            return None
        match expr:
            case Ref():
                return self._of_ref(expr, where, steps - 1)
            case Call():
                return self._of_call(expr, where, steps - 1)
            case Attr(value, name):
                return self.attribute(self.meaning(value, where, steps - 1), name, steps - 1)
            case Bool("or", values) | Other("NamedExpr", (_, *values)):
                found = {self.meaning(value, where, steps - 1) for value in values} - {None}
                return found.pop() if len(found) == 1 else None
            case Choice(_, body, orelse):
                found = {self.meaning(value, where, steps - 1) for value in (body, orelse)} - {None}
                return found.pop() if len(found) == 1 else None
            case _:
                return None

    def callee(self, call: Call, where: Where) -> str | None:
        """What a call calls."""
        return self.meaning(call.func, where)

    def _of_ref(self, ref: Ref, where: Where, steps: int) -> str | None:
        absolute = self.absolute(ref, where.file)
        if absolute is not None:
            return self._of_dotted(absolute, steps)
        if ref.target is not None:
            return None
        head, _, rest = ref.name.partition(".")
        found = self._of_head(head, where, steps)
        for name in rest.split(".") if rest and found is not None else ():
            found = self.attribute(found, name, steps)
        return found

    def _of_head(self, name: str, where: Where, steps: int) -> str | None:
        """What a local name stands for, remembered for all of its function."""
        inner = where.inner
        key = (where.file.path if inner is None else id(inner), name)
        known = self._heads.get(key)
        if known is None:
            before, outer = self._state, self.resolver.begin_asking()
            found = self._of_local(name, where, steps)
            asked = self.resolver.end_asking(outer)
            if self._is_whole(before) and (found is not None or steps >= _MOST_STEPS - _SHORT):
                self._heads[key] = inner, found, asked
            return found
        if known[2]:
            self.resolver.ask(known[2])
        return known[1]

    def _of_dotted(self, dotted: str, steps: int) -> str | None:
        """The meaning of a dotted name: on the way to its end may stand an instance."""
        if not self.resolver.is_first_party(dotted):
            return dotted
        module = self.resolver.known_part(dotted)
        names = dotted[len(module) + 1 :].split(".") if len(dotted) > len(module) else []
        found: str | None = module
        for name in names:
            found = self.attribute(found, name, steps)
        return found

    def attribute(self, meaning: str | None, name: str, steps: int = _MOST_STEPS) -> str | None:
        """What an attribute of something stands for."""
        if meaning is None or steps <= 0:
            return None
        known = self._attributes.get((meaning, name))
        if known is None:
            before = self._state
            with self.resolver.asking() as asked:
                found = self._attribute(meaning, name, steps)
            if not self._is_whole(before) or (found is None and steps < _MOST_STEPS - _SHORT):
                return found
            known = self._attributes[meaning, name] = found, frozenset(asked)
        self.resolver.ask(known[1])
        return known[0]

    def _attribute(self, meaning: str, name: str, steps: int) -> str | None:
        of_class = meaning.removesuffix(INSTANCE)
        if not self.resolver.is_first_party(of_class):
            return f"{of_class}.{name}"
        if of_class == meaning and self.resolver.is_module(meaning):
            return self._of_global(meaning, name, steps - 1)
        found = self.find(of_class)
        return None if found is None or not isinstance(found.node, Class) else self._member(found, name, steps - 1)

    def _of_global(self, module: str, name: str, steps: int) -> str | None:
        dotted = f"{module}.{name}"
        if self.resolver.is_module(dotted) or name in self._definitions_in(module):
            return dotted
        found = self.find(dotted)
        if found is None:
            defined = self.resolver.defined_as(dotted)
            return None if defined == dotted or steps <= 0 else self._of_dotted(defined, steps)
        if isinstance(found.node, Assign):
            return self._assigned(found.node, found.where, steps)
        return dotted

    def _definitions_in(self, module: str) -> Mapping[str, Binding]:
        """The functions and classes that a module defines itself: its facts tell, without its code."""
        known = self._definitions.get(module)
        if known is None:
            facts = self.resolver.facts_of(module)
            last = {} if facts is None else {each.name: each for each in facts.bindings if not each.context & _LOCAL}
            imported = {fact.binds for fact in facts.imports} if facts is not None else set()
            known = self._definitions[module] = {
                name: each for name, each in last.items() if each.kind in ("function", "class") and name not in imported
            }
        self.resolver.ask(((module, WITHIN),))
        return known

    def is_defined(self, dotted: str) -> bool:
        """Whether a dotted name is that of a function or a class at module level."""
        return self._definition(dotted) is not None

    def _definition(self, dotted: str) -> Binding | None:
        """The same for one of them, by its dotted name."""
        module, _, name = dotted.rpartition(".")
        return self._definitions_in(module).get(name) if self.resolver.is_module(module) else None

    def foreign_bases(self, dotted: str) -> frozenset[str]:
        """The classes of other distributions that a class is one of, or inherits from."""
        found: set[str] = set()
        waiting, passed = [dotted], set[str]()
        while waiting and len(passed) < _MOST_BASES:
            name = waiting.pop()
            if name in passed:
                continue
            passed.add(name)
            if not self.resolver.is_first_party(name):
                found.add(name)
                continue
            known = self._definition(name)
            if known is None or known.shape is None:
                found |= {each for each in self.lineage(name) if isinstance(each, str)}
                continue
            module = name.rpartition(".")[0]
            waiting += [self._base_in(module, base) for base in known.shape.bases]
        return frozenset(found)

    def _base_in(self, module: str, base: str) -> str:
        """What the name of a base stands for in a module."""
        defined = self.resolver.defined_as(f"{module}.{base}")
        return defined if defined != f"{module}.{base}" or self._definition(defined) is not None else base

    def _assigned(self, node: Assign, where: Where, steps: int) -> str | None:
        """What stands for a name that is assigned: by its value, else by its annotation."""
        meaning = None if node.value is None or node.op else self.meaning(node.value, where, steps)
        if meaning is None and node.annotation is not None:
            return self.instance_of(node.annotation, where, steps)
        return meaning

    def _member(self, found: Found, name: str, steps: int) -> str | None:
        """What a class has under a name, itself or from its bases."""
        for base in self.lineage(found.dotted, steps):
            if isinstance(base, str):
                return f"{base}.{name}"
            if not isinstance(base.node, Class):
                continue
            member = self.members(base.node).get(name)
            if isinstance(member, Def) and _is_property(member):
                return self._returned(Found(f"{base.dotted}.{name}", member, _in_class(base)))
            if isinstance(member, Def | Class):
                return f"{base.dotted}.{name}"
            value = member or self.attribute_of_self(base.node, name)
            if isinstance(value, Assign):
                return self._assigned(value, _in_class(base), steps)
            if value is not None:
                return self._set_on_self(value, base, steps)
        return None

    def _set_on_self(self, value: tuple[Def, Assign], base: Found, steps: int) -> str | None:
        method, assign = value
        where = _in_class(base).inside(method, base.node if isinstance(base.node, Class) else None)
        return self._assigned(assign, where, steps)

    def attribute_of_self(self, cls: Class, name: str) -> tuple[Def, Assign] | None:
        """Where the methods of a class assign `self.name`, if they do so once, but for `None`."""
        known = self._on_self.get(id(cls))
        if known is None:
            known = self._on_self[id(cls)] = cls, _set_on_self(cls)
        found = known[1].get(name, ())
        return found[0] if len(found) == 1 else None

    def lineage(self, dotted: str, steps: int = _MOST_STEPS) -> Iterator[Found | str]:
        """A class and what it inherits from, the nearest first; the names of those of other distributions.

        Depth first from left to right, which is Python's order but for diamonds.
        """
        waiting = [dotted]
        passed: set[str] = set()
        while waiting and len(passed) < _MOST_BASES:
            name = waiting.pop(0)
            if name in passed:
                continue
            passed.add(name)
            found = self.find(name) if self.resolver.is_first_party(name) else None
            if found is None or not isinstance(found.node, Class):
                if not self.resolver.is_first_party(name):
                    yield name
                continue
            yield found
            bases = (self._base(base, found.where, steps) for base in found.node.bases)
            waiting = [base for base in bases if base is not None] + waiting

    def _base(self, base: Expr, where: Where, steps: int) -> str | None:
        plain = base.value if isinstance(base, Item) else base  # Generic[T]
        return self.meaning(plain, where, steps - 1)

    def _of_call(self, call: Call, where: Where, steps: int) -> str | None:
        if isinstance(call.func, Ref) and call.func.name == "super" and call.func.target is None:
            return self._super(where, steps)
        callee = self.meaning(call.func, where, steps)
        if callee is None or callee.endswith(INSTANCE):
            return None
        if callee == _PARTIAL:
            return self.meaning(call.args[0], where, steps) if call.args else None
        if not self.resolver.is_first_party(callee):
            return callee + INSTANCE if callee.rpartition(".")[2][:1].isupper() else None
        known = self._definition(callee)
        if known is not None and known.kind == "class":
            return callee + INSTANCE
        found = self.find(callee)
        if found is None:
            return None
        if isinstance(found.node, Class):
            return callee + INSTANCE
        return self._returned(found)

    def _super(self, where: Where, steps: int) -> str | None:
        if where.around is None or where.file.module is None:
            return None
        own = f"{where.file.module}.{where.around.qualname}"
        for base in self.lineage(own, steps):
            if isinstance(base, str):
                return base + INSTANCE
            if base.dotted != own:
                return base.dotted + INSTANCE
        return None

    def _returned(self, found: Found) -> str | None:
        """What a function gives: by its annotation, else by what it returns, if that is one thing."""
        node = found.node
        if not isinstance(node, Def):
            return None
        known = self._returns.get(id(node))
        if known is not None:
            self.resolver.ask(known[2])
            return known[1]
        if id(node) in self._returning or len(self._returning) >= _MOST_CALLS:
            self._cuts += 1
            return None
        before, outer = self._state, self.resolver.begin_asking()
        self._returning.add(id(node))
        meaning = self._worked_out(node, found.where)
        self._returning.discard(id(node))
        asked = self.resolver.end_asking(outer)
        if self._is_whole(before):
            self._returns[id(node)] = node, meaning, asked
        return meaning

    @property
    def _state(self) -> tuple[int, int]:
        return self.misses, self._cuts

    def _is_whole(self, before: tuple[int, int]) -> bool:
        """Whether nothing was missing since, and no circle was left early: then an answer may be remembered."""
        return self.misses == before[0] and (self._cuts == before[1] or not self._returning)

    def _worked_out(self, node: Def, where: Where) -> str | None:
        if node.returns is not None:
            return self.instance_of(node.returns, where)
        values = [each.value for each in node.statements if isinstance(each, Return)]
        inside = where.inside(node)
        meanings = {self._meaning(value, inside, _MOST_STEPS) for value in values if value and not _is_nothing(value)}
        return meanings.pop() if len(meanings) == 1 else None

    def _of_local(self, name: str, where: Where, steps: int) -> str | None:
        """What a name that is neither imported nor defined at module level stands for, from the inside out."""
        for number in range(len(where.functions) - 1, -1, -1):
            function = where.functions[number]
            inside = Where(where.file, where.functions[: number + 1], where.around)
            param = next((each for each in function.params if each.name == name), None)
            if param is not None:
                is_first = number == 0 and where.around is not None and param is function.params[0]
                return self._of_receiver(function, where) if is_first else self._of_param(param, inside, steps)
            bound = self.locals_of(function).get(name)
            if bound is not None:
                return self._of_values(bound, inside, steps)
        node = self._variable(name, where.file)
        return None if node is None else self._assigned(node, Where(where.file), steps)

    def _variable(self, name: str, file: SourceFile) -> Assign | None:
        """The only assignment to a variable of the module."""
        several = self._variables(file).get(name, ())
        return several[0] if len(several) == 1 else None

    def _variables(self, file: SourceFile) -> Mapping[str, Sequence[Assign]]:
        known = self._assigned_in.get(file.blob)
        if known is None:
            known = assignments_in(self.outline(file).body)
            if file.blob in self._outlines:
                self._assigned_in[file.blob] = known
        return known

    def locals_of(self, function: Def) -> Locals:
        """What each local name of a function is bound to, every time; `Other` where that has no value of its own."""
        known = self._locals.get(id(function))
        if known is None:
            known = self._locals[id(function)] = function, local_values(function)  # held, so that its id stays its own
        return known[1]

    def _of_receiver(self, method: Def, where: Where) -> str | None:
        """`self` or `cls`."""
        if where.file.module is None or where.around is None or _has_decorator(method, "staticmethod"):
            return None
        own = f"{where.file.module}.{where.around.qualname}"
        return own if _has_decorator(method, "classmethod") else own + INSTANCE

    def _of_param(self, param: Param, where: Where, steps: int) -> str | None:
        outside = Where(where.file, where.functions[:-1], where.around)
        if param.annotation is not None and not param.kind.startswith("*"):
            return self.instance_of(param.annotation, outside, steps)
        return None

    def _of_values(self, values: tuple[Def | Class | Assign | Expr, ...], where: Where, steps: int) -> str | None:
        if len(values) != 1:
            return None
        (value,) = values
        if isinstance(value, Def | Class):
            return None if where.file.module is None else f"{where.file.module}.{value.qualname}"
        if isinstance(value, Assign):
            return self._assigned(value, where, steps)
        return self.meaning(value, where, steps)

    def instance_of(self, annotation: Expr, where: Where, steps: int = _MOST_STEPS) -> str | None:
        """An instance of what an annotation names: `X`, `X | None`, `Optional[X]`, `Annotated[X, ...]`."""
        if steps <= 0:
            return None
        match annotation:
            case Item(Ref() as generic, key):
                name = generic.name.rpartition(".")[2]
                arguments = key.items if isinstance(key, Several) else (key,)
                if name not in _WRAPPED or not arguments:
                    return None
                return self.instance_of(arguments[-1 if name == "Coroutine" else 0], where, steps - 1)
            case Other("BinOp", parts):
                found = {self.instance_of(part, where, steps - 1) for part in parts if not _is_nothing(part)} - {None}
                return found.pop() if len(found) == 1 else None
            case Ref():
                return self._of_annotation(annotation, where, steps - 1)
            case _:
                return None

    def _of_annotation(self, ref: Ref, where: Where, steps: int) -> str | None:
        absolute = self.absolute(ref, where.file)
        known = None if absolute is None else self._definition(absolute)
        if absolute is not None and known is not None and known.kind == "class":
            return absolute + INSTANCE
        found = None if absolute is None else self.find(absolute)
        if found is not None and isinstance(found.node, Assign) and found.node.value is not None:
            return self.instance_of(found.node.value, found.where, steps)  # Alias = Annotated[X, ...]
        meaning = self.meaning(ref, where, steps)
        return None if meaning is None or meaning.endswith(INSTANCE) else meaning + INSTANCE

    # Values

    def value(self, expr: Expr, where: Where, steps: int = _MOST_STEPS) -> tuple[Expr, Where]:
        """What a name is bound to in the end: through local variables, constants of modules and attributes of classes.

        The expression itself where that is nobody's to tell: several bindings, a parameter, another distribution.
        """
        while steps > 0 and isinstance(expr, Ref):
            step = self._bound(expr, where)
            if step is None:
                break
            expr, where = step
            steps -= 1
        return expr, where

    def _bound(self, ref: Ref, where: Where) -> tuple[Expr, Where] | None:
        absolute = self.absolute(ref, where.file)
        if absolute is not None:
            return self._bound_globally(absolute)
        if ref.target is not None:
            return None
        head, _, rest = ref.name.partition(".")
        if rest:
            return self._bound_on(self._of_local(head, where, _MOST_STEPS), rest)
        for number in range(len(where.functions) - 1, -1, -1):
            function = where.functions[number]
            if any(each.name == head for each in function.params):
                return None
            bound = self.locals_of(function).get(head)
            if bound is not None:
                return _one_value(bound, Where(where.file, where.functions[: number + 1], where.around))
        node = self._variable(head, where.file)
        if node is not None and node.value is not None and not node.op:
            return node.value, Where(where.file)
        return self._bound_in_class(head, where)

    def _bound_in_class(self, name: str, where: Where) -> tuple[Expr, Where] | None:
        """A name in the body of a class, outside of its methods."""
        if where.around is None or where.functions:
            return None
        node = self.members(where.around).get(name)
        return (node.value, where) if isinstance(node, Assign) and node.value is not None else None

    def _bound_globally(self, dotted: str) -> tuple[Expr, Where] | None:
        if not self.resolver.is_first_party(dotted):
            return None
        found = self.find(dotted)
        if found is None:
            head, _, name = dotted.rpartition(".")
            return self._bound_on(self._of_dotted(head, _MOST_STEPS), name) if head else None
        node = found.node
        if not isinstance(node, Assign) or node.value is None or node.op:
            return None
        return node.value, found.where

    def _bound_on(self, meaning: str | None, name: str) -> tuple[Expr, Where] | None:
        """The value of an attribute of a class or of its instances."""
        if meaning is None or "." in name or not self.resolver.is_first_party(meaning):
            return None
        for base in self.lineage(meaning.removesuffix(INSTANCE)):
            if isinstance(base, str) or not isinstance(base.node, Class):
                return None
            member = self.members(base.node).get(name)
            if isinstance(member, Assign) and member.value is not None:
                return member.value, _in_class(base)
            on_self = self.attribute_of_self(base.node, name)
            if on_self is not None and on_self[1].value is not None:
                return on_self[1].value, _in_class(base).inside(on_self[0], base.node)
        return None

    # Places

    def functions(self, file: SourceFile) -> tuple[Found, ...]:
        """Every function of a file, however deeply nested."""
        known = self._functions.get(file.path)
        if known is None:
            known = tuple(_functions(self.outline(file).body, Where(file), file.module or ""))
            if file.blob in self._outlines:
                self._functions[file.path] = known
        return known


def _functions(body: tuple[Stmt, ...], where: Where, module: str) -> Iterator[Found]:
    for statement in statements_in(body):
        if isinstance(statement, Def):
            yield Found(f"{module}.{statement.qualname}", statement, where)
            yield from _functions(statement.body, where.inside(statement), module)
        elif isinstance(statement, Class):
            inner = Where(where.file, where.functions if where.around is None else (), statement)
            yield from _functions(statement.body, inner, module)


def _in_class(found: Found) -> Where:
    return Where(found.where.file, (), found.node if isinstance(found.node, Class) else found.where.around)


def names_in(body: tuple[Stmt, ...]) -> dict[str, Def | Class | Assign]:
    """What the names stand for that a block binds, in its inner blocks as well; the last of several counts."""
    names: dict[str, Def | Class | Assign] = {}
    for statement in statements_in(body):
        if isinstance(statement, Def | Class):
            if not (isinstance(statement, Def) and _is_overload(statement)):
                names[statement.name] = statement
        elif isinstance(statement, Assign):
            for target in statement.targets:
                if isinstance(target, Ref) and "." not in target.name:
                    names[target.name] = statement
    return names


def assignments_in(body: tuple[Stmt, ...]) -> dict[str, list[Assign]]:
    """Every assignment to the names that a block binds."""
    found: dict[str, list[Assign]] = {}
    for statement in statements_in(body):
        if isinstance(statement, Assign):
            for target in statement.targets:
                if isinstance(target, Ref) and "." not in target.name:
                    found.setdefault(target.name, []).append(statement)
    return found


def local_values(function: Def) -> Locals:
    """The same as `Code.locals_of`, worked out."""
    values: dict[str, list[Def | Class | Assign | Expr]] = {}
    has_walrus = WALRUS in function.words
    for statement in function.statements:
        for name, value in _bindings(statement, has_walrus):
            values.setdefault(name, []).append(value)
    return {name: tuple(several) for name, several in values.items()}


def _bindings(statement: Stmt, has_walrus: bool) -> Iterator[tuple[str, Def | Class | Assign | Expr]]:
    match statement:
        case Def(name) | Class(name):
            yield name, statement
        case Assign(targets):
            yield from (pair for target in targets for pair in _assignments(target, statement))
        case With(items):
            yield from ((bound.name, value) for value, bound in items if isinstance(bound, Ref))
    for expr in expressions_of(statement) if has_walrus else ():
        for part in expressions_in(expr):
            if isinstance(part, Other) and part.kind == "NamedExpr" and isinstance(part.parts[0], Ref):
                yield part.parts[0].name, part.parts[1]


def _assignments(target: Expr, statement: Assign) -> Iterator[tuple[str, Assign | Expr]]:
    if isinstance(target, Ref) and "." not in target.name:
        yield target.name, statement
    elif isinstance(target, Several | Other):
        yield from ((name, Other("unpacked", (), statement.line)) for name in _names(target))


def _names(target: Expr) -> Iterator[str]:
    for part in expressions_in(target):
        if isinstance(part, Ref) and "." not in part.name:
            yield part.name


def _one_value(values: tuple[Def | Class | Assign | Expr, ...], where: Where) -> tuple[Expr, Where] | None:
    if len(values) != 1:
        return None
    (value,) = values
    if isinstance(value, Assign):
        return None if value.value is None or value.op else (value.value, where)
    if isinstance(value, Def | Class) or (isinstance(value, Other) and value.kind == "unpacked"):
        return None
    return value, where


def _set_on_self(cls: Class) -> dict[str, list[tuple[Def, Assign]]]:
    """What the methods of a class assign to attributes of their first parameter, but for `None`."""
    found: dict[str, list[tuple[Def, Assign]]] = {}
    for method in cls.body:
        if not isinstance(method, Def) or not method.params:
            continue
        receiver = method.params[0].name + "."
        for statement in method.statements:
            if isinstance(statement, Assign) and not _is_nothing(statement.value):
                for target in statement.targets:
                    if isinstance(target, Ref) and target.name.startswith(receiver):
                        found.setdefault(target.name[len(receiver) :], []).append((method, statement))
    return found


def _is_nothing(expr: Expr | None) -> bool:
    return isinstance(expr, Const) and expr.value is None


def _has_decorator(function: Def, name: str) -> bool:
    return any(isinstance(each, Ref) and each.name == name for each in function.decorators)


def _is_property(function: Def) -> bool:
    ends = {each.name.rpartition(".")[2] for each in function.decorators if isinstance(each, Ref)}
    return bool(ends & {"property", "cached_property"})


def _is_overload(function: Def) -> bool:
    return any(isinstance(each, Ref) and each.name.rpartition(".")[2] == "overload" for each in function.decorators)
