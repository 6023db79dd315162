"""What is noted down while a tree is read, until all of it is known."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

from analyzers.facts import BindingKind, Shape, UseKind
from analyzers.reading.dynamic import Dynamic
from analyzers.reading.names import is_reference
from analyzers.reading.quick import tags
from analyzers.reading.quick.cursor import Cursor
from analyzers.reading.said import Assigned, Said
from analyzers.reading.scopes import Scope
from analyzers.reading.seen import Candidate

# The bits of analyzers.facts.Context.
MODULE: Final[i64] = 0
FUNCTION: Final[i64] = 1
CLASS: Final[i64] = 2
TYPE_CHECKING: Final[i64] = 4
TRY: Final[i64] = 8
HANDLER: Final[i64] = 16
MAIN: Final[i64] = 32
NESTED: Final[i64] = 64

_LONGEST_REFERENCE: Final[i64] = 1_200
"""In bytes; names.py counts characters."""


_OF_PLACES: Final = (b"sys", b"site", b"pkgutil", b"pkg_resources")
_DOT: Final = ord(".")
_COLON: Final = ord(":")
_PATH: Final = b"\xa2\x04\x24__path__"
"""The name `__path__`: its tag, that of a text, the length, the text."""


class Bound:
    """A binding that others may import; `inside` is how many definitions stand around it."""

    def __init__(self, name: str, kind: BindingKind, context: i64, inside: i64) -> None:
        self.name = name
        self.kind = kind
        self.context = context
        self.inside = inside
        self.line: i64 = 0
        self.target: str | None = None
        self.shape: Shape | None = None


class Imported:
    """One name that an import brings in."""

    def __init__(self, level: i64, module: str, name: str | None, alias: str | None) -> None:
        self.level = level
        self.module = module
        self.name = name
        self.alias = alias
        self.line: i64 = 0
        self.statement: i64 = 0
        self.context: i64 = 0
        self.inside: i64 = 0
        self.nested = False


class Noted(Cursor):
    """The notes, and what the last node was that was read: those around it decide what to make of it."""

    def __init__(self, data: bytes, imports: bytes, lines: list[bytes], *, wants_uses: bool) -> None:
        super().__init__(data)
        self.lines = lines
        """Those of the text."""
        self.wants_uses = wants_uses
        """Uses of names are noted, and not only what is a fact."""
        self.watches_places = any([name in imports for name in _OF_PLACES])
        """Something is imported that may change `sys.path` or the like."""
        self.watches_errors = False
        """It matters which calls name an ImportError."""
        self.module = Scope("module", None, "")
        self.imports: list[Imported] = []
        self.bindings: list[Bound] = []
        self.strings: list[Said] = []
        self.assigned: list[Assigned] = []
        self.candidates: list[Candidate] = []
        self.defined: list[str] = []
        self.dynamic = Dynamic()
        self.type_checking: set[str] = set()
        self.suppress: set[str] = set()
        self.inside: i64 = 0
        """How many definitions stand around."""
        self.watches_fixtures = False
        """The file may have to do with pytest."""
        self.asked: list[str] | None = None
        """Of the parameters that were read last: see `parameters`."""
        self.start: i64 = 0
        """Where the bytes of the last name or chain begin, to read them again if they matter."""
        self.text_from: i64 = 0
        self.text_size: i64 = 0
        """A string's text, or the last name of a name or chain."""

    def use(self, kind: UseKind, scope: Scope) -> None:
        """Note a use of the dotted name that was read last, at the place that was read last."""
        self.use_of(self.dotted(self.start), kind, scope)

    def use_of(self, dotted: str, kind: UseKind, scope: Scope) -> None:
        """Note a use at the place that was read last."""
        self.candidates.append(((self.line, self.column, dotted, kind, self.end_line), scope))

    def string(self, scope: Scope, context: i64) -> None:
        """Note the string that was read last, if it reads as a dotted name."""
        value = self.reference()
        if value is not None:
            self.string_of(value, scope, context)

    def string_of(self, value: str, scope: Scope, context: i64) -> None:
        """Note a string at the place that was read last."""
        self.strings.append((self.line, self.column, value, None, None, (), scope, context, self.inside))

    def reference(self) -> str | None:
        """The string that was read last, if it reads as a dotted name."""
        if self.text_size > _LONGEST_REFERENCE:
            return None
        text = self.data[self.text_from : self.text_from + self.text_size]
        if _DOT not in text and _COLON not in text:
            return None
        value = text.decode()
        return value if is_reference(value) else None

    def last_name(self) -> str:
        """The last name of the name or chain that was read last; the text of a string."""
        return self.data[self.text_from : self.text_from + self.text_size].decode()

    def dotted(self, start: i64) -> str:
        """`a.b.c`, of a name or chain whose bytes begin there."""
        here = self.at
        line, column, end_line = self.line, self.column, self.end_line
        self.at = start
        attributes: i64 = 0
        while self.tag() == tags.MEMBER_EXPR:
            attributes += 1
        names = [self.text()]
        self.close()
        while attributes > 0:
            names.append(self.text())
            self.close()
            attributes -= 1
        self.at = here
        self.line, self.column, self.end_line = line, column, end_line
        return ".".join(names)

    def bind(self, name: str, target: str | None, scope: Scope, context: i64) -> None:
        """Bind a name; in the handler of an ImportError as the second choice."""
        scope.bind(name, target, second_choice=context & HANDLER != 0)

    def offer(self, name: str, kind: BindingKind, scope: Scope, context: i64, position: i64) -> Bound | None:
        """Note at a position what a module offers; None where the name is not the module's."""
        if scope is not self.module and scope.redirected.get(name) is not self.module:
            return None
        bound = Bound(name, kind, context, self.inside)
        self.bindings.insert(position, bound)
        return bound

    def changed(self, start: i64, scope: Scope) -> None:
        """Something may be changed of what has a dotted name that begins there, if any does."""
        if start >= 0 and (self.watches_places or self.is_path(start)):
            self.dynamic.changed(self.dotted(start), scope)

    def is_path(self, start: i64) -> bool:
        """Whether the name `__path__` begins there."""
        return self.data[start : start + len(_PATH)] == _PATH
