"""Expressions with a scope of their own, and targets: what binds names."""

from __future__ import annotations

from mypy_extensions import i64

from analyzers.reading.quick import tags
from analyzers.reading.quick.cursor import GiveUp
from analyzers.reading.quick.kinds import (
    CHAIN,
    OTHER,
    TUPLE,
)
from analyzers.reading.quick.noted import FUNCTION, HANDLER, TRY
from analyzers.reading.quick.operations import Operations
from analyzers.reading.scopes import Scope


class Binders(Operations):
    """Reads comprehensions, lambdas, parameters, `:=` and targets."""

    def _comprehension(self, scope: Scope, context: i64, *, is_dict: bool) -> None:
        """The first iterable is evaluated outside, all the rest in a scope of its own."""
        inner = Scope("comprehension", scope, scope.qualname)
        bindings = len(self.bindings)
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
        if len(self.bindings) > bindings + 1:
            raise GiveUp  # in which order its parts bind names
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
        """Bind the parameters of a function inside it; what stands beside them belongs outside. Their names.

        Those by name that have no default are then in `asked`, unless there are some by place alone.
        """
        names: list[str] = []
        asked: list[str] = []
        by_place = False
        for _ in range(self.count()):
            name = self.text()
            inner.bind(name, None)
            names.append(name)
            kind = self.whole()
            if self.flag():
                self.annotation(scope, context)
            self.optional(scope, context)
            if self.flag():
                by_place = True
            elif self.watches_fixtures and (kind == tags.ARG_PLAIN or kind == tags.ARG_BY_NAME):
                asked.append(name)
            self.skip_location()
        self.asked = None if by_place else asked
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
            self.bind(name, None, scope, context)
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


def within(context: i64, kind: i64) -> i64:
    """The context inside a function or class: a handler around a definition does not reach the names inside it."""
    return (context & ~(TRY | HANDLER)) | kind
