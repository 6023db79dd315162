"""Annotations, which ast-serialize hands over as types: the strings and dotted names in them."""

from __future__ import annotations

from mypy_extensions import i64

from analyzers.reading.names import is_reference
from analyzers.reading.quick import tags
from analyzers.reading.quick.cursor import GiveUp
from analyzers.reading.quick.noted import Noted
from analyzers.reading.scopes import Scope


class Annotations(Noted):
    """Reads types. Gives up where a type has lost what its expression said, as with calls."""

    def annotation(self, scope: Scope, context: i64) -> None:
        """One type."""
        tag = self.tag()
        if tag == tags.UNBOUND_TYPE:
            self._name_with_arguments(scope, context)
        elif tag == tags.UNION_TYPE:
            self._union(scope, context)
        elif tag == tags.LIST_TYPE:
            self._annotations(scope, context)
        elif tag == tags.TUPLE_TYPE:
            self._annotations(scope, context)
            self.flag()
        elif tag == tags.UNPACK_TYPE:
            self.annotation(scope, context)
            self.flag()
        elif tag == tags.RAW_EXPRESSION_TYPE:
            self._literal(scope, context)
        elif tag != tags.ELLIPSIS_TYPE:
            raise GiveUp
        self.close()

    def skip_type_parameters(self, scope: Scope, context: i64) -> None:
        """`[T: bound = default]` (PEP 695), which is of no concern."""
        strings, candidates = len(self.strings), len(self.candidates)
        for _ in range(self.number()):
            self.whole()
            self.skip_text()
            self._optional(scope, context)
            self._annotations(scope, context)
            self._optional(scope, context)
        del self.strings[strings:]
        del self.candidates[candidates:]

    def _annotations(self, scope: Scope, context: i64) -> None:
        for _ in range(self.count()):
            self.annotation(scope, context)

    def _optional(self, scope: Scope, context: i64) -> None:
        if self.flag():
            self.annotation(scope, context)

    def _name_with_arguments(self, scope: Scope, context: i64) -> None:
        strings, candidates = len(self.strings), len(self.candidates)
        name = self.text()
        count = self.count()
        for _ in range(count):
            self.annotation(scope, context)
        self.flag()
        text = self.optional_text()
        self.optional_text()
        if text is not None:
            self._was_string(text, strings, candidates, scope, context)
        elif self.wants_uses and "." in name:
            here = self.at
            self.location()
            self.at = here
            if count > 0 and self.end_line != self.line:
                raise GiveUp  # it is not known where the name itself ends
            self.use_of(name, "attribute", scope)

    def _union(self, scope: Scope, context: i64) -> None:
        strings, candidates = len(self.strings), len(self.candidates)
        self._annotations(scope, context)
        self.flag()
        text = self.optional_text()
        self.optional_text()
        self.flag()
        if text is not None:
            self._was_string(text, strings, candidates, scope, context)

    def _was_string(self, text: str, strings: i64, candidates: i64, scope: Scope, context: i64) -> None:
        """It stands in quotes: what is inside is text."""
        del self.strings[strings:]
        del self.candidates[candidates:]
        if is_reference(text):
            here = self.at
            self.location()
            self.at = here
            self.string_of(text, scope, context)

    def _literal(self, scope: Scope, context: i64) -> None:
        kind = self.text()
        if kind == "builtins.str":
            text = self.text()
            if is_reference(text):
                self._was_string(text, len(self.strings), len(self.candidates), scope, context)
        elif kind == "builtins.bytes":
            self.skip_text()
        elif kind == "builtins.bool":
            self.flag()
        elif kind == "builtins.int":
            self.expect(tags.INT)
            self.skip_number()
        else:
            raise GiveUp
