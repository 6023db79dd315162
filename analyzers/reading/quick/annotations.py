"""Annotations, which ast-serialize hands over as types: the strings and dotted names in them."""

from __future__ import annotations

from mypy_extensions import i64

from analyzers.reading.names import is_reference
from analyzers.reading.quick import tags
from analyzers.reading.quick.cursor import GiveUp
from analyzers.reading.quick.noted import Noted
from analyzers.reading.scopes import Scope
from analyzers.reading.walk import notes_of_expression


class Annotations(Noted):
    """Reads types. Where one has lost what its expression said, as with calls, that is read from the text."""

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
            if not self._literal(scope, context):
                self._read_again(scope, context)
                return
        elif tag == tags.CALL_TYPE:
            self._call_type(scope, context)
            return
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

    def _literal(self, scope: Scope, context: i64) -> bool:
        """A constant; False for an expression of which nothing is left."""
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
            self.expect(tags.NONE)
            self.optional_text()
            return False
        return True

    def _call_type(self, scope: Scope, context: i64) -> None:
        strings, candidates = len(self.strings), len(self.candidates)
        self.annotation(scope, context)
        self._annotations(scope, context)
        for _ in range(self.count()):
            self.optional_text()
            self.annotation(scope, context)
        del self.strings[strings:]
        del self.candidates[candidates:]
        self._read_again(scope, context)

    def _read_again(self, scope: Scope, context: i64) -> None:
        """An expression that is no type, such as `Depends(current_user)`: its text is read with `ast`."""
        self.expect(tags.LOCATION)
        line, column = self.number(), self.number()
        last_line, last_column = line + self.number(), column + self.number()
        self.expect(tags.END)
        lines = self.lines[line - 1 : last_line]
        if not all([text.isascii() for text in lines]):
            raise GiveUp  # columns count something else there
        if line == last_line:
            lines[0] = lines[0][column:last_column]
        else:
            lines[0] = lines[0][column:]
            lines[-1] = lines[-1][:last_column]
        notes = notes_of_expression(b"\n".join(lines).decode(), line, column, scope, context)
        if notes is None:
            raise GiveUp
        # What stands in a lambda is inside of a definition.
        self.strings += [(*said[:8], self.inside if said[7] == context else -1) for said in notes[0]]
        self.candidates += notes[1]
