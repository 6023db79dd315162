"""Expressions of every kind."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

from analyzers.reading.quick import tags
from analyzers.reading.quick.calls import Calls
from analyzers.reading.quick.cursor import GiveUp
from analyzers.reading.quick.kinds import (
    NOTHING,
    OTHER,
)
from analyzers.reading.scopes import Scope

_DEEPEST: Final[i64] = 400


class Expressions(Calls):
    """Reads any expression."""

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
