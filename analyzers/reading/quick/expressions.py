"""Expressions: the strings, calls and names in them."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

from analyzers.reading.branches import IMPORT_ERRORS
from analyzers.reading.dynamic import CALLS, CHANGES, EXTENDS, NAMESPACES, READERS
from analyzers.reading.quick import tags
from analyzers.reading.quick.annotations import Annotations
from analyzers.reading.quick.cursor import GiveUp
from analyzers.reading.quick.noted import FUNCTION, HANDLER, MAIN, TRY, TYPE_CHECKING
from analyzers.reading.scopes import Scope

OTHER: Final[i64] = 0
NAME: Final[i64] = 1
CHAIN: Final[i64] = 2
"""Attributes of a name: `a.b.c`."""
CONSTANT: Final[i64] = 3
STRING: Final[i64] = 4
CALL: Final[i64] = 5
ITEM: Final[i64] = 6
TUPLE: Final[i64] = 7
AND_OR: Final[i64] = 8
MEMBER: Final[i64] = 9
"""An attribute of something that is no name."""
NOTHING: Final[i64] = 10
"""No value at all, as in `x: int`."""

NO_BASE: Final[i64] = -1

_STARRED: Final[i64] = 2
_POSITIONAL: Final[i64] = 0
_DEEPEST: Final[i64] = 400
_CONSTANTS: Final = frozenset({b"True", b"None", b"False"})
_EXPECTED: Final = frozenset({"expected_exception", "exception"})

Argument = tuple[int, int, int, str]
"""A string among the arguments of a call: which argument, line, column, text."""


class _Given:
    """The arguments of a call that matter, by their number."""

    def __init__(
        self, said: list[Argument], errors: list[int], namespaces: list[int], constants: list[tuple[int, str]]
    ) -> None:
        self.said = said
        self.errors = errors
        self.namespaces = namespaces
        self.constants = constants


class Expressions(Annotations):
    """Reads expressions. What the last one was is in `kind` and the fields behind it."""

    def __init__(self, data: bytes, imports: bytes, lines: list[bytes], *, wants_uses: bool) -> None:
        super().__init__(data, imports, lines, wants_uses=wants_uses)
        self.depth: i64 = 0
        self.kind: i64 = OTHER
        self.bits: i64 = 0
        """What `if` with this as its test says about the code behind it."""
        self.negated = False
        self.is_namespace = False
        """It is `globals()` or the like; for a member, what that belongs to is."""
        self.base: i64 = NO_BASE
        """Where the base of `base[...]` begins, if that is dotted; for a member, that of what it belongs to."""
        self.by_module_name = False
        """It is `...[__name__]`."""
        self.names_import_error = False
        """It is a tuple that names one, or a call with one among its arguments."""
        self.calls_all = False
        """A method of `__all__` was called."""

    def expression(self, scope: Scope, context: i64) -> None:
        """Any expression."""
        self.value(scope, context)
        if self.kind == STRING:
            self.string(scope, context)
        elif self.kind == CHAIN and self.wants_uses:
            self.use("attribute", scope)

    def expressions(self, scope: Scope, context: i64) -> None:
        """A list of them."""
        for _ in range(self.count()):
            self.expression(scope, context)

    def optional(self, scope: Scope, context: i64) -> None:
        """An expression that need not be there."""
        if self.flag():
            self.expression(scope, context)

    def value(self, scope: Scope, context: i64) -> None:
        """An expression of which only the parts are noted. What becomes of itself, the caller decides."""
        start = self.at
        tag = self.tag()
        if tag == tags.NAME_EXPR:
            self._name(start)
            return
        self.depth += 1
        if self.depth > _DEEPEST:
            raise GiveUp
        if tag == tags.MEMBER_EXPR:
            self._member(start, scope, context)
        elif tag == tags.CALL_EXPR:
            self._call(scope, context)
        elif tag == tags.STR_EXPR:
            self._string()
        elif tag == tags.COMPARISON_EXPR:
            self._comparison(scope, context)
        elif tag == tags.INDEX_EXPR:
            self._item(scope, context)
        elif tag == tags.BOOL_OP_EXPR:
            self._and_or(scope, context)
        elif tag == tags.UNARY_EXPR:
            self._unary(scope, context)
        elif tag == tags.INT_EXPR:
            self._int()
        else:
            self.kind = OTHER
            self._rarer(tag, scope, context)
            self.bits = 0
            self.negated = False
        self.depth -= 1

    def _rarer(self, tag: i64, scope: Scope, context: i64) -> None:
        """Those that say nothing as a condition."""
        if tag == tags.OP_EXPR:
            self._operation(scope, context)
        elif tag == tags.TUPLE_EXPR:
            self._tuple(scope, context)
        elif tag == tags.FSTRING_EXPR:
            self._formatted(scope, context)
        elif tag == tags.LIST_EXPR or tag == tags.SET_EXPR:
            self.expressions(scope, context)
            self._closed(OTHER)
        elif tag == tags.DICT_EXPR:
            self._dict(scope, context)
        elif tag == tags.LIST_COMPREHENSION or tag == tags.SET_COMPREHENSION or tag == tags.GENERATOR_EXPR:
            self._comprehension(scope, context, is_dict=False)
        elif tag == tags.DICT_COMPREHENSION:
            self._comprehension(scope, context, is_dict=True)
        elif tag == tags.CONDITIONAL_EXPR:
            self._children(3, scope, context)
        elif tag == tags.STAR_EXPR or tag == tags.AWAIT_EXPR or tag == tags.YIELD_FROM_EXPR:
            self._children(1, scope, context)
        elif tag == tags.YIELD_EXPR:
            self._optional_children(1, scope, context)
        elif tag == tags.SLICE_EXPR:
            self._optional_children(3, scope, context)
        elif tag == tags.LAMBDA_EXPR:
            self._lambda(scope, context)
        elif tag == tags.ASSIGNMENT_EXPR:
            self._walrus(scope, context)
        elif tag == tags.TSTRING_EXPR:
            self._template(scope, context)
        elif tag == tags.TEMP_NODE:
            self.expect(tags.END)
            self.kind = NOTHING
        else:
            self._constant(tag)

    def _closed(self, kind: i64) -> None:
        self.close()
        self.kind = kind

    def _children(self, count: i64, scope: Scope, context: i64) -> None:
        while count > 0:
            self.expression(scope, context)
            count -= 1
        self._closed(OTHER)

    def _optional_children(self, count: i64, scope: Scope, context: i64) -> None:
        while count > 0:
            self.optional(scope, context)
            count -= 1
        self._closed(OTHER)

    def _constant(self, tag: i64) -> None:
        if tag == tags.BYTES_EXPR or tag == tags.BIG_INT_EXPR:
            self.skip_text()
        elif tag == tags.FLOAT_EXPR:
            self.at += 9
        elif tag == tags.COMPLEX_EXPR:
            self.at += 18
        elif tag != tags.ELLIPSIS_EXPR:
            raise GiveUp
        self._closed(CONSTANT)
        self.text_size = 0

    def _int(self) -> None:
        self.expect(tags.INT)
        is_zero = self.data[self.at] == 20
        self.skip_number()
        self._closed(CONSTANT)
        self.text_size = 0
        self.bits = TYPE_CHECKING if is_zero else 0
        self.negated = False

    # Names

    def _name(self, start: i64) -> None:
        self._last_name()
        self.start = start
        self.kind = NAME
        self.bits = 0
        self.negated = False
        size = self.text_size
        if (size == 4 or size == 5) and self.data[self.text_from : self.text_from + size] in _CONSTANTS:
            self.kind = CONSTANT
            self.bits = TYPE_CHECKING if size == 5 else 0
            return
        self._tested()

    def _last_name(self) -> None:
        """The end of a name or member; uses want to know the place."""
        self.expect(tags.STR)
        size = self.number()
        self.text_from = self.at
        self.text_size = size
        self.at += size
        if self.wants_uses:
            self.location()
        else:
            self.skip_location()
        self.expect(tags.END)

    def _tested(self) -> None:
        """What a name or chain says as a condition."""
        if (self.text_size == 13 and self.last_name() == "TYPE_CHECKING") or (
            len(self.type_checking) > 0 and self.last_name() in self.type_checking
        ):
            self.bits = TYPE_CHECKING

    def _member(self, start: i64, scope: Scope, context: i64) -> None:
        self.value(scope, context)
        of = self.kind
        if of == STRING:
            self.string(scope, context)
        of_namespace = of == CALL and self.is_namespace
        base = self.base if of == ITEM else NO_BASE
        self._last_name()
        self.start = start
        self.bits = 0
        self.negated = False
        if of in (NAME, CHAIN):
            self.kind = CHAIN
            self._tested()
        else:
            self.kind = MEMBER
            self.is_namespace = of_namespace
            self.base = base

    # Calls

    def _call(self, scope: Scope, context: i64) -> None:
        self.value(scope, context)
        callee, at, of_namespace = self.kind, self.start, self.is_namespace
        dotted = callee in (NAME, CHAIN)
        if callee == STRING:
            self.string(scope, context)
        elif callee == CHAIN and self.text_size == 6 and self.is_path(at + 1) and self.last_name() in EXTENDS:
            self.dynamic.open_modules()
        name = self.last_name() if self._matters(callee) else ""
        said: list[Argument] = []
        errors: list[int] = []
        namespaces: list[int] = []
        constants: list[tuple[int, str]] = []
        first_item = NO_BASE
        for number in range(self.count()):
            self.value(scope, context)
            if self.kind == STRING:
                self._say(number, said)
            elif self.kind == CHAIN and self.wants_uses:
                self.use("attribute", scope)
            elif self.kind == CALL and self.is_namespace:
                namespaces.append(number)
            elif self.kind == CONSTANT and self.text_size > 0:
                constants.append((number, self.last_name()))
            elif self.kind == ITEM and number == 0:
                first_item = self.base
            if self.watches_errors and self._is_import_error():
                errors.append(number)
        given = _Given(said, errors, namespaces, constants)
        positional = self._arguments(given, at if dotted else NO_BASE, scope, context)
        if len(given.namespaces) > 0 and not (callee == NAME and name in READERS):
            self.dynamic.open_names()
        if callee == NAME:
            self._named_call(name, first_item, scope)
        elif callee == MEMBER and of_namespace and name in CHANGES:
            self.dynamic.open_names()
        self._end_of_call(at, name, scope, dotted=dotted)
        self.is_namespace = (
            callee == NAME and positional == 0 and name in NAMESPACES and (name == "globals" or scope is self.module)
        )

    def _matters(self, callee: i64) -> bool:
        """Whether the name of a callee may be one that changes what the code decides."""
        if callee == NAME:
            return self.watches_places or self.text_size == 4 or self.text_size == 6 or self.text_size == 7
        return (callee == CHAIN and self.watches_places) or (callee == MEMBER and self.is_namespace)

    def _named_call(self, name: str, first_item: i64, scope: Scope) -> None:
        if name == "exec" and scope is self.module:
            self.dynamic.open_names()
        elif name == "setattr":
            self.changed(first_item, scope)

    def _end_of_call(self, at: i64, name: str, scope: Scope, *, dotted: bool) -> None:
        if self.wants_uses or scope is self.module:
            self.location()
        else:
            self.skip_location()
        self.expect(tags.END)
        if self.wants_uses and dotted:
            self.use_of(self.dotted(at), "call", scope)
        self.kind = CALL
        self.bits = 0
        self.negated = False
        if dotted and self.watches_places and not self.wants_uses and name.endswith(CALLS):
            self.use_of(self.dotted(at), "call", scope)
        if dotted and scope is self.module and self.dotted(at).startswith("__all__."):
            self.calls_all = True

    def _say(self, number: int, said: list[Argument]) -> None:
        text = self.reference()
        if text is not None:
            said.append((number, self.line, self.column, text))

    def _is_import_error(self) -> bool:
        if self.kind == NAME or self.kind == CHAIN:
            return self.last_name() in IMPORT_ERRORS
        return self.kind == TUPLE and self.names_import_error

    def _arguments(self, given: _Given, callee: i64, scope: Scope, context: i64) -> i64:
        """How the arguments are given; how many of them by position. Of `given.namespaces` only those stay."""
        self.expect(tags.LIST_INT)
        count = self.number()
        if len(given.said) == 0 and len(given.errors) == 0 and len(given.namespaces) == 0:
            self.names_import_error = False
            return self._skip_arguments(count)
        positions: list[int] = []
        positional: i64 = 0
        for _ in range(count):
            kind = self.number()
            by_position = kind in (_POSITIONAL, _STARRED)
            positions.append(positional if kind == _POSITIONAL else -2 if kind == _STARRED else -1)
            positional += 1 if by_position else 0
        names: list[str | None] = []
        for _ in range(self.count()):
            names.append(self.optional_text())
        self._said(given, positions, names, callee, scope, context)
        given.namespaces[:] = [number for number in given.namespaces if positions[number] >= 0]
        expecting = [number for number in given.errors if positions[number] >= 0 or names[number] in _EXPECTED]
        self.names_import_error = len(expecting) > 0
        return positional

    def _said(
        self, given: _Given, positions: list[int], names: list[str | None], callee: i64, scope: Scope, context: i64
    ) -> None:
        """Note the strings among the arguments."""
        keywords: tuple[str, ...] | None = None
        for number, line, column, text in given.said:
            if callee == NO_BASE or positions[number] == -2:
                self.strings.append((line, column, text, None, None, (), scope, context, self.inside))
                continue
            if keywords is None:
                keywords = _keywords(positions, names, given.constants)
            argument = positions[number] if positions[number] >= 0 else names[number]
            self.strings.append(
                (line, column, text, self.dotted(callee), argument, keywords, scope, context, self.inside)
            )

    def _skip_arguments(self, count: i64) -> i64:
        positional: i64 = 0
        while count > 0:
            kind = self.number()
            positional += 1 if kind in (_POSITIONAL, _STARRED) else 0
            count -= 1
        count = self.count()
        while count > 0:
            if self.tag() == tags.STR:
                size = self.number()
                self.at += size
            count -= 1
        return positional

    # Operations

    def _string(self) -> None:
        self.expect(tags.STR)
        self.text_size = self.number()
        self.text_from = self.at
        self.at += self.text_size
        self.flag()
        self.location()
        self.expect(tags.END)
        self.kind = STRING
        self.bits = 0
        self.negated = False

    def _comparison(self, scope: Scope, context: i64) -> None:
        self.expression(scope, context)
        left = self._side_of_main()
        self.expect(tags.LIST_INT)
        count = self.number()
        equal = count == 1 and self.data[self.at] == 20
        while count > 0:
            self.skip_number()
            count -= 1
        self.expressions(scope, context)
        right = self._side_of_main()
        self._closed(OTHER)
        self.bits = MAIN if equal and left + right == 3 else 0
        self.negated = False

    def _side_of_main(self) -> i64:
        """1 for `__name__`, 2 for `"__main__"`."""
        if self.text_size == 8:
            if self.kind == NAME and self.last_name() == "__name__":
                return 1
            if self.kind == STRING and self.last_name() == "__main__":
                return 2
        return 0

    def _and_or(self, scope: Scope, context: i64) -> None:
        is_and = self.whole() == 0
        bits: i64 = 0
        for _ in range(self.count()):
            self.expression(scope, context)
            if is_and and self.kind != AND_OR and not self.negated:
                bits |= self.bits
        self._closed(AND_OR)
        self.bits = bits
        self.negated = False

    def _unary(self, scope: Scope, context: i64) -> None:
        is_not = self.whole() == 1
        self.expression(scope, context)
        self._closed(OTHER)
        if is_not:
            self.negated = not self.negated
        else:
            self.bits = 0
            self.negated = False

    def _operation(self, scope: Scope, context: i64) -> None:
        self.whole()
        self.expression(scope, context)
        self.expression(scope, context)
        self.expect(tags.END)
        self.kind = OTHER

    def _tuple(self, scope: Scope, context: i64) -> None:
        errors = False
        for _ in range(self.count()):
            self.expression(scope, context)
            if self.watches_errors and self.kind != TUPLE:
                errors = errors or self._is_import_error()
        self._closed(TUPLE)
        self.names_import_error = errors

    def _item(self, scope: Scope, context: i64) -> None:
        self.value(scope, context)
        kind, base = self.kind, self.start
        is_namespace = kind == CALL and self.is_namespace
        if kind == STRING:
            self.string(scope, context)
        elif kind == CHAIN and self.wants_uses:
            self.use("attribute", scope)
        self.expression(scope, context)
        by_module_name = self.kind == NAME and self.last_name() == "__name__"
        self._closed(ITEM)
        self.base = base if kind in (NAME, CHAIN) else NO_BASE
        self.is_namespace = is_namespace
        self.by_module_name = by_module_name
        self.bits = 0
        self.negated = False

    def _dict(self, scope: Scope, context: i64) -> None:
        for _ in range(self.count()):
            self.optional(scope, context)
        self.expressions(scope, context)
        self._closed(OTHER)

    # Scopes of their own

    def _comprehension(self, scope: Scope, context: i64, *, is_dict: bool) -> None:
        """The first iterable is evaluated outside, all the rest in a scope of its own."""
        inner = Scope("comprehension", scope, scope.qualname)
        if is_dict:
            self.optional(inner, context)
        self.expression(inner, context)
        count = self.whole()
        for _ in range(count):
            self.target(inner, context, None)
        for number in range(count):
            self.expression(inner if number > 0 else scope, context)
        for _ in range(count):
            self.expressions(inner, context)
        for _ in range(count):
            self.flag()
        self._closed(OTHER)

    def _lambda(self, scope: Scope, context: i64) -> None:
        inner = Scope("function", scope, scope.qualname)
        self.parameters(inner, scope, context)
        self.expect(tags.BLOCK)
        self.count()
        self.flag()
        self.expect(tags.RETURN_STMT)
        self.inside += 1
        self.optional(inner, within(context, FUNCTION))
        self.inside -= 1
        self.close()
        self.expect(tags.END)
        self._closed(OTHER)

    def parameters(self, inner: Scope, scope: Scope, context: i64) -> list[str]:
        """Bind the parameters of a function inside it; what stands beside them belongs outside. Their names."""
        names: list[str] = []
        for _ in range(self.count()):
            name = self.text()
            inner.bind(name, None)
            names.append(name)
            self.whole()
            if self.flag():
                self.annotation(scope, context)
            self.optional(scope, context)
            self.flag()
            self.skip_location()
        return names

    def _walrus(self, scope: Scope, context: i64) -> None:
        position = len(self.bindings)
        self.expect(tags.NAME_EXPR)
        name = self.text()
        self.close()
        outside = scope.outside_comprehension()
        outside.bind(name, None)
        bound = self.offer(name, "assignment", outside, context, position)
        self.expression(scope, context)
        self.location()
        self.expect(tags.END)
        if bound is not None:
            bound.line = self.line
        self.kind = OTHER

    def target(self, scope: Scope, context: i64, names: list[str] | None) -> None:
        """What is bound or changed: names are, and noted; of all else, its parts are looked at."""
        tag = self.data[self.at]
        if tag == tags.NAME_EXPR:
            start = self.at
            self.at += 1
            self._name(start)
            name = self.last_name()
            scope.bind(name, None, second_choice=context & HANDLER != 0)
            if names is not None:
                names.append(name)
        elif tag == tags.MEMBER_EXPR:
            self.value(scope, context)
            if self.kind == CHAIN and self.wants_uses:
                self._use_of_owner(scope, context)
        elif tag == tags.INDEX_EXPR:
            self.value(scope, context)
        elif tag == tags.TUPLE_EXPR or tag == tags.LIST_EXPR:
            self.at += 1
            for _ in range(self.count()):
                self.target(scope, context, names)
            self._closed(TUPLE)
        elif tag == tags.STAR_EXPR:
            self.at += 1
            self.target(scope, context, names)
            self._closed(OTHER)
        else:
            raise GiveUp

    def _use_of_owner(self, scope: Scope, context: i64) -> None:
        """Of `a.b.c = ...`, `a.b` is used."""
        here, start, text_from, text_size = self.at, self.start, self.text_from, self.text_size
        self.at = start + 1
        self.expression(scope, context)
        self.at, self.start, self.text_from, self.text_size = here, start, text_from, text_size
        self.kind = CHAIN

    # Strings with fields

    def _formatted(self, scope: Scope, context: i64) -> None:
        """An f-string: the text between its fields names nothing."""
        for _ in range(self.whole()):
            if self.flag():
                self._pieces(scope, context)
            else:
                self.skip_text()
                self.skip_location()
        self.flag()
        self._closed(OTHER)

    def _pieces(self, scope: Scope, context: i64) -> None:
        for _ in range(self.whole()):
            tag = self.tag()
            if tag == tags.STR:
                size = self.number()
                self.at += size
                self.skip_location()
            elif tag == tags.FSTRING_INTERPOLATION:
                self.expression(scope, context)
                self._conversion_and_format(scope, context)
                self.expect(tags.END)
            else:
                raise GiveUp

    def _conversion_and_format(self, scope: Scope, context: i64) -> None:
        if self.flag():
            self.skip_text()
        if self.flag():
            self._pieces(scope, context)
            self.skip_location()

    def _template(self, scope: Scope, context: i64) -> None:
        """A t-string (PEP 750)."""
        for _ in range(self.whole()):
            if self.flag():
                self.expression(scope, context)
                self.skip_text()
                self._conversion_and_format(scope, context)
            else:
                self.skip_text()
                self.skip_location()
        self.flag()
        self._closed(OTHER)


def _keywords(positions: list[int], names: list[str | None], constants: list[tuple[int, str]]) -> tuple[str, ...]:
    """The names of the keywords, with `=True` or `=False` where they say so."""
    said = {number: f"={value}" for number, value in constants if value != "None"}
    return tuple(
        [
            "**" if name is None else name + said.get(number, "")
            for number, name in enumerate(names)
            if positions[number] == -1
        ]
    )


def within(context: i64, kind: i64) -> i64:
    """The context inside a function or class: a handler around a definition does not reach the names inside it."""
    return (context & ~(TRY | HANDLER)) | kind
