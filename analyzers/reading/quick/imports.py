"""Imports, each name on its own line."""

from __future__ import annotations

import ast
import re
from typing import Final

from mypy_extensions import i64

from analyzers.reading.quick import tags
from analyzers.reading.quick.cursor import GiveUp
from analyzers.reading.quick.expressions import Expressions
from analyzers.reading.quick.kinds import IS_IMPORT, IS_OTHER
from analyzers.reading.quick.noted import Imported
from analyzers.reading.scopes import Scope, imported

_TYPING: Final = frozenset({"typing", "typing_extensions"})
_WORD: Final = re.compile(r"[^\W\d]\w*|\*")
GETATTR: Final = "__getattr__"
"""Where a module has one, `ast` decides what it offers."""


class Imports(Expressions):
    """Reads imports. What a statement was is in `what` and `members`."""

    def __init__(self, data: bytes, imports: bytes, lines: list[bytes], *, wants_uses: bool) -> None:
        super().__init__(data, imports, lines, wants_uses=wants_uses)
        self.what: i64 = IS_OTHER
        """What the last statement was."""
        self.members: list[str] = []
        """The names that the last statement gives to a class that it stands in."""

    def parsed(self, first: i64, last: i64) -> ast.stmt:
        """The one statement on these lines."""
        try:
            body = ast.parse(b"\n".join(self.lines[first - 1 : last]).lstrip()).body
        except (SyntaxError, ValueError) as error:
            raise GiveUp from error
        if len(body) != 1:
            raise GiveUp
        return body[0]

    def _import(self, scope: Scope, context: i64) -> None:
        first, bindings = len(self.imports), len(self.bindings)
        for _ in range(self.whole()):
            name = self.text()
            alias = self.text() if self.flag() else None
            self.imports.append(Imported(0, name, None, alias))
            binds = alias if alias is not None else name.partition(".")[0]
            self._import_binds(binds, name if alias is not None else binds, scope, context)
        self._end_of_import(first, context, bindings)

    def _import_from(self, scope: Scope, context: i64) -> None:
        first, bindings = len(self.imports), len(self.bindings)
        level = self.whole()
        module = self.text()
        for _ in range(self.whole()):
            name = self.text()
            alias = self.text() if self.flag() else None
            self.imports.append(Imported(level, module, name, alias))
            self._import_binds(alias or name, imported(level, module, name), scope, context)
            if alias is None:
                continue
            if name == "TYPE_CHECKING" and module in _TYPING:
                self.type_checking.add(alias)
            elif name == "suppress" and module == "contextlib":
                self.suppress.add(alias)
        self._end_of_import(first, context, bindings)

    def _import_all(self, context: i64) -> None:
        first = len(self.imports)
        module = self.text()
        level = self.whole()
        self.imports.append(Imported(level, module, "*", None))
        self._end_of_import(first, context, len(self.bindings))

    def _import_binds(self, name: str, target: str, scope: Scope, context: i64) -> None:
        if name == GETATTR and scope is self.module:
            raise GiveUp
        self.bind(name, target, scope, context)
        if scope is not self.module:  # an import in here is none of the module's, though it may bind a name there
            self.offer(name, "assignment", scope, context, len(self.bindings))

    def _end_of_import(self, first: i64, context: i64, bindings: i64) -> None:
        self.location()
        for bound in self.bindings[bindings:]:
            bound.line = self.line
        self.expect(tags.INT)
        self.skip_number()
        self.expect(tags.END)
        for number in range(first, len(self.imports)):
            found = self.imports[number]
            found.line = found.statement = self.line
            found.context = context
            found.inside = self.inside
            found.nested = self.column != 0
        if self.end_line != self.line:
            self._place_names(first, self.line, self.end_line)
        self.what = IS_IMPORT

    def _place_names(self, first: i64, line: i64, end_line: i64) -> None:
        """Each name on its own line: ast-serialize tells those of the whole statement only."""
        words: list[tuple[str, int]] = []
        for number in range(line, end_line + 1):
            code = self.lines[number - 1].partition(b"#")[0]
            words += [(word, number) for word in _WORD.findall(code.decode())]
        behind = [place for place, (word, _) in enumerate(words) if word == "import"]
        if len(behind) != 1 or words[0][0] != "from":  # several statements, or `import a, \\`
            self._parse_names(first, line, end_line)
            return
        place = behind[0] + 1
        for found in self.imports[first:]:
            if place >= len(words) or words[place][0] != found.name:
                raise GiveUp
            found.line = words[place][1]
            place += 1 if found.alias is None else 3

    def _parse_names(self, first: i64, line: i64, end_line: i64) -> None:
        statement = self.parsed(line, end_line)
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            raise GiveUp
        aliases = statement.names
        if len(aliases) != len(self.imports) - first:
            raise GiveUp
        for number, alias in enumerate(aliases):
            self.imports[first + number].line = line + alias.lineno - 1
