"""Branches, loops and patterns: what stands in them, and under which conditions."""

from __future__ import annotations

from mypy_extensions import i64

from analyzers.reading.branches import SUPPRESSORS
from analyzers.reading.quick import tags
from analyzers.reading.quick.cursor import GiveUp
from analyzers.reading.quick.definitions import Definitions
from analyzers.reading.quick.kinds import (
    CALL,
    IS_BRANCH,
    IS_OTHER,
)
from analyzers.reading.quick.noted import HANDLER, TRY, TYPE_CHECKING, Bound
from analyzers.reading.scopes import Scope


class Branches(Definitions):
    """Reads statements with blocks in them."""

    def __init__(self, data: bytes, imports: bytes, lines: list[bytes], *, wants_uses: bool) -> None:
        super().__init__(data, imports, lines, wants_uses=wants_uses)
        self.conditions: i64 = 0
        """How many conditions, loops and handlers stand around."""

    def _closed_statement(self) -> None:
        """The end of a statement with blocks in it."""
        self.close()
        self.what = IS_OTHER

    def _if(self, scope: Scope, context: i64) -> None:
        self.expression(scope, context)
        said, negated = self.bits, self.negated
        by_name = said != 0
        at_runtime = said == TYPE_CHECKING
        conditional: i64 = 0 if at_runtime and negated else 1
        self.conditions += conditional
        only = self.block(scope, context | (0 if negated else said))
        self.conditions -= conditional
        otherwise = context | (said if negated else 0)
        branches = self.whole()
        conditional = 0 if at_runtime and not negated and branches == 0 else 1
        self.conditions += conditional
        for _ in range(branches):
            self.expression(scope, otherwise)
            said, negated = self.bits, self.negated
            self.block(scope, otherwise | (0 if negated else said))
            otherwise |= said if negated else 0
        if self.flag():
            only = self.block(scope, otherwise) and only
        self.conditions -= conditional
        self.close()
        self.what = IS_BRANCH if by_name and only and branches == 0 else IS_OTHER

    def _for(self, scope: Scope, context: i64) -> None:
        position = len(self.bindings)
        names: list[str] = []
        self.target(scope, context, names)
        bound = self._offered(names, scope, context, position)
        self.expression(scope, context)
        self._loop(scope, context)
        self.flag()
        self._placed(bound)

    def _loop(self, scope: Scope, context: i64) -> None:
        self.conditions += 1
        self.block(scope, context)
        self.optional_block(scope, context)
        self.conditions -= 1

    def _offered(self, names: list[str], scope: Scope, context: i64, position: i64) -> list[Bound]:
        found: list[Bound] = []
        for name in names:
            bound = self.offer(name, "assignment", scope, context, position)
            if bound is not None:
                found.append(bound)
                position += 1
        return found

    def _placed(self, bindings: list[Bound]) -> None:
        """The end of a statement, and with it the line of what it binds."""
        self.location()
        self.expect(tags.END)
        for bound in bindings:
            bound.line = self.line
        self.what = IS_OTHER

    def _with(self, scope: Scope, context: i64) -> None:
        position = len(self.bindings)
        names: list[str] = []
        tried: i64 = 0
        for _ in range(self.whole()):
            suppresses = self.watches_errors = self._calls_suppressor()
            self.expression(scope, context)
            self.watches_errors = False
            if suppresses and self.kind == CALL and self.names_import_error:
                tried = TRY
            if self.flag():
                self.target(scope, context, names)
        bound = self._offered(names, scope, context, position)
        self.block(scope, context | tried)
        self.flag()
        self._placed(bound)

    def _calls_suppressor(self) -> bool:
        """Whether a call about to be read is one of `suppress`, `pytest.raises` or the like."""
        if self.data[self.at] != tags.CALL_EXPR:
            return False
        at = self.at + 1
        while self.data[at] == tags.MEMBER_EXPR:
            at += 1
        if self.data[at] != tags.NAME_EXPR:
            return False
        callee = self.dotted(self.at + 1)
        return callee in self.suppress or callee.rpartition(".")[2] in SUPPRESSORS

    def _try(self, scope: Scope, context: i64) -> None:
        imports, bindings, strings = len(self.imports), len(self.bindings), len(self.strings)
        only = self.block(scope, context)
        count = self.whole()
        fallback = self._handled_types(count, scope, context)
        if fallback:
            self._mark_tried(imports, bindings, strings)
        names: list[str] = []
        self.conditions += 1
        for _ in range(count):
            names.append(self._optional_name())
        for name in names:
            if name != "":
                self.bind(name, None, scope, context)
            only = self.block(scope, context | HANDLER if fallback else context) and only
        if self.flag():
            only = self.block(scope, context) and only
        self.conditions -= 1
        if self.flag():
            only = self.block(scope, context) and only
        is_star = self.flag()
        self.close()
        self.what = IS_BRANCH if only and fallback and not is_star else IS_OTHER

    def _handled_types(self, count: i64, scope: Scope, context: i64) -> bool:
        """Whether one of the handlers expects an ImportError."""
        self.watches_errors = True
        fallback = False
        for _ in range(count):
            if self.flag():
                self.expression(scope, context)
                fallback = self._is_import_error() or fallback
            else:
                fallback = True
        self.watches_errors = False
        return fallback

    def _mark_tried(self, imports: i64, bindings: i64, strings: i64) -> None:
        """What was read since then, outside of definitions, stood in a `try` that provides for its failure."""
        for found in self.imports[imports:]:
            if found.inside == self.inside:
                found.context |= TRY
        for bound in self.bindings[bindings:]:
            if bound.inside == self.inside:
                bound.context |= TRY
        for number in range(strings, len(self.strings)):
            said = self.strings[number]
            if said[8] == self.inside:
                self.strings[number] = (*said[:7], said[7] | TRY, said[8])

    # Matching

    def _match(self, scope: Scope, context: i64) -> None:
        self.expression(scope, context)
        self.conditions += 1
        for _ in range(self.whole()):
            self._pattern(scope, context)
            self.optional(scope, context)
            self.block(scope, context)
        self.conditions -= 1
        self._closed_statement()

    def _pattern(self, scope: Scope, context: i64) -> None:
        tag = self.tag()
        position = len(self.bindings)
        name = ""
        if tag == tags.AS_PATTERN:
            if self.flag():
                self._pattern(scope, context)
            name = self._optional_name()
        elif tag == tags.STARRED_PATTERN:
            name = self._optional_name()
        elif tag == tags.OR_PATTERN or tag == tags.SEQUENCE_PATTERN:
            for _ in range(self.whole()):
                self._pattern(scope, context)
        elif tag == tags.VALUE_PATTERN:
            self.expression(scope, context)
        elif tag == tags.SINGLETON_PATTERN:
            self.tag()
        elif tag == tags.MAPPING_PATTERN:
            for _ in range(self.whole()):
                self.expression(scope, context)
                self._pattern(scope, context)
            name = self._optional_name()
        elif tag == tags.CLASS_PATTERN:
            self._class_pattern(scope, context)
        else:
            raise GiveUp
        self.location()
        self.expect(tags.END)
        if name != "":
            self.bind(name, None, scope, context)
            self._placed_pattern(name, scope, context, position)

    def _placed_pattern(self, name: str, scope: Scope, context: i64, position: i64) -> None:
        bound = self.offer(name, "assignment", scope, context, position)
        if bound is not None:
            bound.line = self.line

    def _optional_name(self) -> str:
        if not self.flag():
            return ""
        name = self.text()
        self.skip_location()
        return name

    def _class_pattern(self, scope: Scope, context: i64) -> None:
        self.expression(scope, context)
        for _ in range(self.whole()):
            self._pattern(scope, context)
        for _ in range(self.whole()):
            self.skip_text()
            self._pattern(scope, context)
