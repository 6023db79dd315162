"""Python that is newer than the one that runs, put into words which that one can parse.

`ast` knows the grammar of its own Python only. libcst's parser is independent of it, so what `ast` refuses is parsed
again there; if that succeeds, the few newer constructs are rewritten in place so that every import, definition and call
keeps its line. What comes out is only read for facts, never run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

LARGEST: Final = 300_000
"""libcst reads a megabyte in several seconds; a larger file that does not parse is left unread."""

_TEXT_WITH_CODE = cst.FormattedString | cst.TemplatedString | cst.ConcatenatedString
_Edit = tuple[int, int, str]
"""Characters from … to …, and what takes their place."""


def in_older_words(source: str) -> str | None:
    """The same imports, definitions and calls on the same lines in older syntax; None if it is not Python at all."""
    if len(source) > LARGEST:
        return None
    try:
        wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
        positions = wrapper.resolve(PositionProvider)
    except (cst.ParserSyntaxError, cst.CSTValidationError, cst.CSTLogicError, RecursionError, ValueError):
        return None
    rewriting = _Rewriting(source, dict(positions))
    wrapper.module.visit(rewriting)
    return rewriting.result()


class _Rewriting(cst.CSTVisitor):
    """Collects the edits: f-strings and t-strings (PEP 701, 750), type parameters and aliases (PEP 695, 696)."""

    def __init__(self, source: str, positions: dict[cst.CSTNode, CodeRange]) -> None:
        super().__init__()
        self._source = source
        self._positions = positions
        self._starts = [0, *(end.end() for end in re.finditer(r"\r\n|\r|\n", source))]
        self._edits: list[_Edit] = []

    def result(self) -> str:
        """The source with every edit made."""
        parts: list[str] = []
        done = 0
        for start, end, text in sorted(self._edits):
            parts += (self._source[done:start], text)
            done = end
        return "".join([*parts, self._source[done:]])

    def visit_FormattedString(self, node: cst.FormattedString) -> bool:  # noqa: N802  # libcst's name
        return self._replace_text(node)

    def visit_TemplatedString(self, node: cst.TemplatedString) -> bool:  # noqa: N802
        return self._replace_text(node)

    def visit_ConcatenatedString(self, node: cst.ConcatenatedString) -> bool:  # noqa: N802
        return self._replace_text(node)

    def visit_TypeParameters(self, node: cst.TypeParameters) -> bool:  # noqa: N802
        start, end = self._span(node)
        self._edits.append((start, end, self._lines_between(start, end)))
        return False

    def visit_TypeAlias(self, node: cst.TypeAlias) -> bool:  # noqa: N802
        start, _ = self._span(node)
        name, _ = self._span(node.name)
        self._edits.append((start, name, ""))
        return True

    def _replace_text(self, node: _TEXT_WITH_CODE) -> bool:
        """`f"a {b()} c {d}"` becomes `(b(),d,)`: a tuple of what is evaluated, each part on its own line."""
        start, end = self._span(node)
        parts = ["("]
        done = start
        for expression in _expressions(node):
            begin, stop = self._span(expression)
            parts += (self._lines_between(done, begin), self._older(expression, begin, stop), ",")
            done = stop
        parts += (self._lines_between(done, end), ")")
        self._edits.append((start, end, "".join(parts)))
        return False

    def _older(self, expression: cst.BaseExpression, begin: int, stop: int) -> str:
        """The text of an expression inside a string, which may hold strings of that kind itself."""
        inner = _Rewriting(self._source, self._positions)
        expression.visit(inner)
        parts: list[str] = []
        done = begin
        for start, end, text in sorted(inner._edits):
            parts += (self._source[done:start], text)
            done = end
        return "(" + "".join([*parts, self._source[done:stop]]) + ")"

    def _span(self, node: cst.CSTNode) -> tuple[int, int]:
        place = self._positions[node]
        return (
            self._starts[place.start.line - 1] + place.start.column,
            self._starts[place.end.line - 1] + place.end.column,
        )

    def _lines_between(self, start: int, end: int) -> str:
        return "\n" * len(re.findall(r"\r\n|\r|\n", self._source[start:end]))


def _expressions(node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """What a string evaluates, in the order of the source, format specifications included."""
    if isinstance(node, cst.ConcatenatedString):
        yield from _expressions(node.left)
        yield from _expressions(node.right)
    elif isinstance(node, cst.FormattedString | cst.TemplatedString):
        for part in node.parts:
            yield from _expressions(part)
    elif isinstance(node, cst.FormattedStringExpression | cst.TemplatedStringExpression):
        yield node.expression
        for part in node.format_spec or ():
            yield from _expressions(part)
