"""Names, operators, strings, and what the last expression was."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

from analyzers.reading.branches import IMPORT_ERRORS
from analyzers.reading.quick import tags
from analyzers.reading.quick.annotations import Annotations
from analyzers.reading.quick.cursor import GiveUp
from analyzers.reading.quick.kinds import (
    AND_OR,
    CALL,
    CHAIN,
    CONSTANT,
    ITEM,
    MEMBER,
    NAME,
    NO_BASE,
    OTHER,
    STRING,
    TUPLE,
)
from analyzers.reading.quick.noted import MAIN, TYPE_CHECKING
from analyzers.reading.scopes import Scope

_CONSTANTS: Final = frozenset({b"True", b"None", b"False"})


class Operations(Annotations):
    """What the last expression was is in `kind` and the fields behind it."""

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
        raise NotImplementedError

    def last_dotted(self) -> str | None:
        """The name or chain that was read last, if the last expression was one."""
        return self.dotted(self.start) if self.kind == NAME or self.kind == CHAIN else None

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

    def _is_import_error(self) -> bool:
        if self.kind == NAME or self.kind == CHAIN:
            return self.last_name() in IMPORT_ERRORS
        return self.kind == TUPLE and self.names_import_error

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
