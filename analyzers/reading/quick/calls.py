"""Calls: the strings among their arguments, and those that change what the code decides."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

from analyzers.reading.dynamic import CALLS, CHANGES, EXTENDS, NAMESPACES, READERS
from analyzers.reading.quick import tags
from analyzers.reading.quick.binders import Binders
from analyzers.reading.quick.kinds import (
    CALL,
    CHAIN,
    CONSTANT,
    ITEM,
    MEMBER,
    NAME,
    NO_BASE,
    STRING,
)
from analyzers.reading.scopes import Scope
from analyzers.reading.seen import NO_NAME

_STARRED: Final[i64] = 2
_POSITIONAL: Final[i64] = 0
_EXPECTED: Final = frozenset({"expected_exception", "exception"})

Argument = tuple[int, int, int, str]
"""A string among the arguments of a call: which argument, line, column, text."""


class _Given:
    """The arguments of a call that matter, by their number."""

    def __init__(self) -> None:
        self.said: list[Argument] = []
        self.errors: list[int] = []
        """Those that name an ImportError."""
        self.namespaces: list[int] = []
        self.constants: list[tuple[int, str]] = []


class Calls(Binders):
    """Reads calls."""

    def _call(self, scope: Scope, context: i64) -> None:
        self.value(scope, context)
        callee, at, of_namespace = self.kind, self.start, self.is_namespace
        dotted = callee in (NAME, CHAIN)
        if callee == STRING:
            self.string(scope, context)
        elif callee == CHAIN and self.text_size == 6 and self.is_path(at + 1) and self.last_name() in EXTENDS:
            self.dynamic.open_modules()
        is_method = callee == MEMBER and self.wants_uses
        name = self.last_name() if is_method or self._matters(callee) else ""
        given = _Given()
        first_item = NO_BASE
        for number in range(self.count()):
            self.value(scope, context)
            if self.kind == STRING:
                self._say(number, given.said)
            elif self.kind == CHAIN and self.wants_uses:
                self.use("attribute", scope)
            elif self.kind == CALL and self.is_namespace:
                given.namespaces.append(number)
            elif self.kind == CONSTANT and self.text_size > 0:
                given.constants.append((number, self.last_name()))
            elif self.kind == ITEM and number == 0:
                first_item = self.base
            if self.watches_errors and self._is_import_error():
                given.errors.append(number)
        positional = self._arguments(given, at if dotted else NO_BASE, scope, context)
        if len(given.namespaces) > 0 and not (callee == NAME and name in READERS):
            self.dynamic.open_names()
        if callee == NAME:
            self._named_call(name, first_item, scope)
        elif callee == MEMBER and of_namespace and name in CHANGES:
            self.dynamic.open_names()
        self._end_of_call(at, name, scope, dotted=dotted)
        if is_method:
            self.use_of(NO_NAME + name, "call", scope)
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
