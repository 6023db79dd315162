"""Facts: what one Python file says, free of any policy and of the file's own name.

A file's facts are a pure function of its bytes, so they can be kept for ever under the blob's id; for the same reason
relative imports stay relative here and are resolved once the file's place in a tree is known (`analyzers.snapshot`).
"""

from __future__ import annotations

import enum
import sys
from typing import Final, Literal

import msgspec

_SCHEMA: Final = "14"

FACTS_VERSION: Final = f"{_SCHEMA}-py{sys.version_info.major}.{sys.version_info.minor}"
"""Names the reader whose answer a stored fact is. The grammar is the running Python's, hence its version."""


class Context(enum.IntFlag):
    """Where a statement stands; the bits add up."""

    MODULE = 0
    FUNCTION = 1
    CLASS = 2
    TYPE_CHECKING = 4
    """In the body of `if TYPE_CHECKING:`, so never run (typing.TYPE_CHECKING)."""
    TRY = 8
    """In the body of a `try` that expects an ImportError: a failure there is provided for."""
    HANDLER = 16
    """In the handler of such a `try`: the second choice."""
    MAIN = 32
    """In the body of `if __name__ == "__main__":`: no importer ever sees it."""
    NESTED = 64
    """Of an import about which nothing else is to be said: not at the beginning of a line, so that a condition, a
    `with`, a `try` or what stands before it on the line decides whether it runs."""


class Hint(enum.IntFlag):
    """What a text may be about; the bits add up."""

    TOKEN_OPTIONS = 1
    """How a token is read: which checks are made."""
    NO_ALGORITHM = 4
    """The algorithm `none`."""
    REMOTE_CHECK = 2
    """A service that validates, or a connection whose other end nobody makes sure of."""
    MODULES = 8
    """Modules that are put into `sys.modules`, or other ways to find some."""


_STANDS_IN: Final = Hint.MODULES.value


class ImportFact(msgspec.Struct, frozen=True, array_like=True):
    """One name brought in by an `import` or `from` statement.

    `import a.b as c` has name None; `from ..a import b as c` has level 2, module "a", name "b", alias "c". `line` is
    the line of the name itself, `statement` the first line of the statement that it stands in.
    """

    level: int
    module: str
    name: str | None
    alias: str | None
    line: int
    statement: int
    context: int

    @property
    def binds(self) -> str:
        """The local name that the statement binds; `import a.b` binds `a`."""
        if self.alias is not None:
            return self.alias
        return self.name if self.name is not None else self.module.partition(".")[0]


class Shape(msgspec.Struct, frozen=True, array_like=True):
    """What a top-level class or function looks like, to tell a copy from a mere namesake.

    `members` are the names that a class body binds, or a function's parameters, in the order of the source; `bases` the
    dotted names of a class's bases. `sketch`
    holds the smallest distinct CRC-32 values of the definition's stripped, non-empty source lines (a bottom-k sketch:
    A. Broder, "On the resemblance and containment of documents", 1997); `size` is how many distinct lines there are.
    """

    members: tuple[str, ...]
    sketch: tuple[int, ...]
    size: int
    bases: tuple[str, ...] = ()


BindingKind = Literal["class", "function", "assignment", "alias"]


class Binding(msgspec.Struct, frozen=True, array_like=True):
    """A name bound at module level by anything but an import; `target` is the dotted right side of an alias.

    `shape` is there for classes and functions that stand at the top level, but for tests.
    """

    name: str
    kind: BindingKind
    line: int
    context: int
    target: str | None = None
    shape: Shape | None = None


UseKind = Literal["call", "decorator", "attribute"]


class Use(msgspec.Struct, frozen=True, array_like=True):
    """A call of, decoration with, or attribute access on something that the file imports or defines.

    `target` is the dotted expression with the file's own aliases resolved: `jwt.decode`; with leading dots where it was
    imported relatively: `..auth.verify`; `:name` where this very file defines it. Attribute accesses are kept where the
    expression starts from an import: `m.S` of `import m`. `within` is the qualified name of the enclosing function or
    class, empty at module level.
    """

    target: str
    kind: UseKind
    line: int
    end_line: int
    within: str
    tail: int = 0
    """How many attribute names stand behind the name that was imported or defined."""
    head: str = ""
    """That name, as it is called in the file."""
    here: int = 0
    """How many of the attribute names are written at this very place, and not where a local name was given."""


class StringRef(msgspec.Struct, frozen=True, array_like=True):
    """A string literal that reads as a dotted name: `"a.b.C"`, also `"a.b:C"` as entry points have it.

    `callee` is the dotted callee where the string is a direct argument of a call, with the file's own aliases resolved
    as far as they are known (`unittest.mock.patch`, `monkeypatch.setattr`), else None. `argument` is its position, or
    its keyword; `keywords` are the names of all keywords of the call, with `=True` or `=False` where they say so.
    `assigned` is the variable, in capitals, that a module-level statement assigns it to, alone or among others.
    """

    value: str
    line: int
    callee: str | None = None
    argument: int | str | None = None
    keywords: tuple[str, ...] = ()
    assigned: str | None = None
    context: int = 0


class Lazy(msgspec.Struct, frozen=True, array_like=True):
    """A name that a module-level `__getattr__` maps to a place that the code spells out (PEP 562).

    `target` is the dotted name that it stands for, with leading dots where it is relative.
    """

    name: str
    target: str
    line: int


NoticeKind = Literal["warning", "docstring"]


class Notice(msgspec.Struct, frozen=True, array_like=True):
    """Where a module says of itself that it is deprecated: a module-level DeprecationWarning, or its docstring."""

    kind: NoticeKind
    line: int


DynamicKind = Literal["names", "modules", "path"]
"""What the code of a file does not decide.

"names": the module may offer names that are not in sight (an open `__getattr__`, `globals()`, `sys.modules`, `exec`).
"modules": the package may have submodules that are not in sight (`__path__`). "path": the file changes `sys.path`.
"""


class Ignore(msgspec.Struct, frozen=True, array_like=True):
    """A comment `# fifthwhy: ignore[rule, rule] reason until=YYYY-MM-DD`.

    `line` is the comment's; `alone` says that nothing else stands there, so that it is about the next statement. It is
    about the lines from `covers` to `covers_to`: a whole statement, or the line that it stands on inside of one.
    `until` is as written. `problem` says why the comment cannot be used, if so.
    """

    line: int
    alone: bool
    covers: int
    covers_to: int
    rules: tuple[str, ...]
    reason: str
    until: str | None = None
    problem: str | None = None


class FixtureRequest(msgspec.Struct, frozen=True, array_like=True):
    """A parameter of a test by which it asks for a fixture; `function` is the test's qualified name."""

    name: str
    line: int
    function: str


class Fixtures(msgspec.Struct, frozen=True, array_like=True):
    """What a file has to do with pytest's fixtures.

    `requested` is what its tests certainly get from fixtures, `defined` the names of those that it defines. `open` says
    that it may make others in ways that are not in sight; then nothing is told of its tests. `plugin` says that it
    mentions `pytest11`, by which a distribution hands its fixtures to whoever has it installed.
    """

    requested: tuple[FixtureRequest, ...] = ()
    defined: tuple[str, ...] = ()
    open: bool = False
    plugin: bool = False


NO_FIXTURES: Final = Fixtures()


class FileFacts(msgspec.Struct, frozen=True, array_like=True, tag="facts"):
    """Everything that one readable file says, but for the uses of its names, which are read when they are asked for."""

    imports: tuple[ImportFact, ...] = ()
    bindings: tuple[Binding, ...] = ()
    exports: tuple[str, ...] | None = None
    """`__all__`, or None where the file has none."""
    exports_open: bool = False
    """`__all__` is built in a way that cannot be read from the code."""
    strings: tuple[StringRef, ...] = ()
    lazy: tuple[Lazy, ...] = ()
    notices: tuple[Notice, ...] = ()
    dynamic: tuple[DynamicKind, ...] = ()
    only_imports: bool = False
    """Nothing but imports, a docstring, `__all__` and deprecation warnings: the body of a shim."""
    ignores: tuple[Ignore, ...] = ()
    hints: int = 0
    """What its text has words for (`Hint`), comments and strings included: without them, some rules need not look."""
    may_end: int = 0
    """The first line, outside of functions and classes, that may skip all that follows (`pytest.skip`, `importorskip`,
    `raise SkipTest`); 0 where there is none."""
    fixtures: Fixtures = NO_FIXTURES
    defined: str = ""
    """Its functions and classes, wherever they stand: a line for each of its name, a space, and a digest of what stands
    in it, behind the line of what it is in and with a dot more before it. One text, since there are many of them and
    they are seldom asked for."""

    @property
    def certain_until(self) -> int:
        """The line before which imports of no context run whenever the file is imported, and nothing stands in for what
        they ask for.
        """
        return 0 if self.hints & _STANDS_IN else self.may_end or sys.maxsize


UnreadReason = Literal["syntax", "encoding", "nesting", "size", "missing", "timeout", "memory", "crash"]


class Unread(msgspec.Struct, frozen=True, array_like=True, tag="unread"):
    """Why a file could not be read. It costs that file alone."""

    reason: UnreadReason
    message: str
    line: int | None = None


Facts = FileFacts | Unread

_uses_decoder: msgspec.msgpack.Decoder[tuple[Use, ...]] = msgspec.msgpack.Decoder(tuple[Use, ...])
_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[FileFacts | Unread] = msgspec.msgpack.Decoder(FileFacts | Unread)


def encode(facts: Facts) -> bytes:
    """The stored form of a file's facts: MessagePack, equal for equal facts."""
    return _encoder.encode(facts)


def decode(stored: bytes) -> Facts:
    """Facts from their stored form; raises `msgspec.DecodeError` for anything else."""
    try:
        return _decoder.decode(stored)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(f"text that is not UTF-8: {error}") from error


def encode_uses(uses: tuple[Use, ...]) -> bytes:
    """The stored form of some of a file's uses."""
    return _encoder.encode(uses)


def decode_uses(stored: bytes) -> tuple[Use, ...]:
    """Uses from their stored form; raises `msgspec.DecodeError` for anything else."""
    try:
        return _uses_decoder.decode(stored)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(f"text that is not UTF-8: {error}") from error
