"""Functions and classes, and blocks."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

from analyzers.facts import BindingKind, Shape
from analyzers.reading.fixtures import Head, asked_of, is_collected_class
from analyzers.reading.quick import tags
from analyzers.reading.quick.assignments import Assignments
from analyzers.reading.quick.binders import within
from analyzers.reading.quick.cursor import GiveUp
from analyzers.reading.quick.imports import GETATTR
from analyzers.reading.quick.kinds import (
    CHAIN,
    IS_IMPORT,
    IS_OTHER,
    IS_PASS,
    NAME,
    STRING,
)
from analyzers.reading.quick.noted import CLASS, FUNCTION, Bound
from analyzers.reading.scopes import OWN, Scope
from analyzers.reading.shapes import definition_of, is_test, sketch_of

_DEEPEST: Final[i64] = 90


class Definitions(Assignments):
    """Reads definitions and blocks."""

    def __init__(self, data: bytes, imports: bytes, lines: list[bytes], *, wants_uses: bool) -> None:
        super().__init__(data, imports, lines, wants_uses=wants_uses)
        self.nesting: i64 = 0
        """How many blocks stand around."""
        self.defines_fixtures = False
        """It mentions fixtures."""
        self.heads: list[Head] = []

    def statement(self, scope: Scope, context: i64) -> None:
        """One statement."""
        raise NotImplementedError

    def block(self, scope: Scope, context: i64) -> bool:
        """The statements of a block; whether they are nothing but imports and `pass`."""
        self.expect(tags.BLOCK)
        count = self.count()
        self.flag()
        only = self._statements(count, scope, context)
        if count == 0:
            self.skip_location()
        self.expect(tags.END)
        return only

    def optional_block(self, scope: Scope, context: i64) -> bool:
        """The same for a block that need not be there, and then is empty."""
        self.expect(tags.BLOCK)
        count = self.count()
        self.flag()
        only = self._statements(count, scope, context)
        self.expect(tags.END)
        return only

    def _statements(self, count: i64, scope: Scope, context: i64) -> bool:
        self.nesting += 1
        if self.nesting > _DEEPEST:
            raise GiveUp
        only = True
        while count > 0:
            self.statement(scope, context)
            only = only and (self.what == IS_IMPORT or self.what == IS_PASS)
            count -= 1
        self.nesting -= 1
        return only

    def _decorated(self, scope: Scope, context: i64) -> None:
        position = len(self.bindings)
        count = self.count()
        for _ in range(count):
            self._decorator(scope, context)
        first = self.whole()
        self.whole()
        self.expect(tags.FUNC_DEF)
        self._function(scope, context, position, first, count)
        self.expect(tags.END)

    def _decorator(self, scope: Scope, context: i64) -> None:
        self.value(scope, context)
        if self.kind == STRING:
            self.string(scope, context)
        elif (self.kind == NAME or self.kind == CHAIN) and self.wants_uses:
            self.use("decorator", scope)

    def _function(self, scope: Scope, context: i64, position: i64, first: i64, decorators: i64) -> None:
        """A function; its first decorator stands at the line `first`."""
        name = self.text()
        bound = self._define(name, "function", scope, context, position)
        inner = self._nested(name, "function", scope)
        names = self.parameters(inner, scope, context)
        asked = self.asked
        self.inside += 1
        self.block(inner, within(context, FUNCTION))
        self.inside -= 1
        self.flag()
        if self.flag():
            self.skip_type_parameters(scope, context)
        if self.flag():
            self.annotation(scope, context)
        self._end_of_definition(bound, scope, names, [])
        self._note_definition(inner)
        if self.watches_fixtures:
            self._may_note_head(name, scope, first, decorators, asked)
        self._gives(name)

    def _may_note_head(self, name: str, scope: Scope, first: i64, decorators: i64, asked: list[str] | None) -> None:
        """The head of the function that was read last, if it stands in the module, or in a class of it."""
        is_method = scope.kind == "class" and scope.parent is self.module
        if not is_method and scope is not self.module:
            return
        asks = asked is not None and len(asked) > (1 if is_method else 0) and name.startswith("test")
        if asks or (decorators > 0 and self.defines_fixtures):
            told = asked_of(asked, is_method=is_method)
            head = Head(name, scope.qualname, first if decorators > 0 else self.line, self.line, decorators, told)
            if not is_method and self.column > 0:
                head.is_test = False
            self.heads.append(head)

    def _class(self, scope: Scope, context: i64) -> None:
        position = len(self.bindings)
        name = self.text()
        bound = self._define(name, "class", scope, context, position)
        inner = self._nested(name, "class", scope)
        heads = len(self.heads)
        members = self._class_body(inner, within(context, CLASS))
        bases = self._bases(scope, context)
        decorators = self.count()
        for _ in range(decorators):
            self._decorator(scope, context)
        if self.flag():
            self.skip_type_parameters(scope, context)
        self.expect(tags.DICT)
        keywords = self.number()
        for _ in range(keywords):
            self.skip_text()
            self.expression(scope, context)
        self._end_of_definition(bound, scope, members, [base for base in bases if base is not None])
        self._note_definition(inner)
        if len(self.heads) > heads:
            is_plain = self.column == 0 and decorators == 0 and keywords == 0
            self._note_class(heads, is_collected_class(name, bases, members, is_plain=is_plain))
        self._gives(name)

    def _note_class(self, heads: i64, is_collected: bool) -> None:
        """Of the functions from there on, which stand in a class."""
        for number in range(heads, len(self.heads)):
            if not is_collected:
                self.heads[number].is_test = False

    def _class_body(self, inner: Scope, context: i64) -> list[str]:
        self.inside += 1
        members: list[str] = []
        self.expect(tags.BLOCK)
        count = self.count()
        self.flag()
        for _ in range(count):
            tag: i64 = self.data[self.at]
            self.statement(inner, context)
            if tag in (tags.ASSIGNMENT_STMT, tags.FUNC_DEF, tags.DECORATOR, tags.CLASS_DEF):
                members += self.members
        if count == 0:
            self.skip_location()
        self.expect(tags.END)
        self.inside -= 1
        return members

    def _bases(self, scope: Scope, context: i64) -> list[str | None]:
        bases: list[str | None] = []
        for _ in range(self.count()):
            self.expression(scope, context)
            bases.append(self.last_dotted())
        return bases

    def _define(self, name: str, kind: BindingKind, scope: Scope, context: i64, position: i64) -> Bound | None:
        if name == GETATTR and scope is self.module:
            raise GiveUp
        own = OWN + name if scope is self.module else None
        self.bind(name, own, scope, context)
        return self.offer(name, kind, scope, context, position)

    def _nested(self, name: str, kind: str, scope: Scope) -> Scope:
        qualname = f"{scope.qualname}.{name}" if scope.qualname else name
        return Scope("class" if kind == "class" else "function", scope, qualname)

    def _end_of_definition(self, bound: Bound | None, scope: Scope, members: list[str], bases: list[str]) -> None:
        self.location()
        self.expect(tags.END)
        if bound is None:
            return
        bound.line = self.line
        if scope is self.module and not self.wants_uses and not is_test(bound.name, members):
            sketch, size = sketch_of(self.lines[self.line : self.end_line])
            bound.shape = Shape(tuple(dict.fromkeys(members)), sketch, size, tuple(bases))

    def _note_definition(self, inner: Scope) -> None:
        """The definition that was read last, if facts are asked for."""
        if not self.wants_uses:
            is_class = inner.kind == "class"
            self.defined.append(definition_of(inner.qualname, self.lines, self.line, self.end_line, is_class=is_class))

    def _gives(self, name: str) -> None:
        self.members = [name]
        self.what = IS_OTHER
