"""Facts: what one Python file says, free of any policy and of the file's own name.

A file's facts are a pure function of its bytes, so they can be kept for ever under the blob's id; for the same reason
relative imports stay relative here and are resolved once the file's place in a tree is known (`analyzers.snapshot`).
"""

from __future__ import annotations

import enum
import sys
from typing import Final, Literal

import msgspec

_SCHEMA: Final = "3"

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


class ImportFact(msgspec.Struct, frozen=True, array_like=True):
    """One name brought in by an `import` or `from` statement.

    `import a.b as c` has name None; `from ..a import b as c` has level 2, module "a", name "b", alias "c".
    The span runs from the statement's first line to the line of the name itself.
    """

    level: int
    module: str
    name: str | None
    alias: str | None
    line: int
    end_line: int
    context: int

    @property
    def binds(self) -> str:
        """The local name that the statement binds; `import a.b` binds `a`."""
        if self.alias is not None:
            return self.alias
        return self.name if self.name is not None else self.module.partition(".")[0]


BindingKind = Literal["class", "function", "assignment", "alias"]


class Binding(msgspec.Struct, frozen=True, array_like=True):
    """A name bound at module level by anything but an import; `target` is the dotted right side of an alias."""

    name: str
    kind: BindingKind
    line: int
    context: int
    target: str | None = None


UseKind = Literal["call", "decorator"]


class Use(msgspec.Struct, frozen=True, array_like=True):
    """A call of, or decoration with, something that the file imports or defines.

    `target` is the callee with the file's own aliases resolved: `jwt.decode`; with leading dots where it was imported
    relatively: `..auth.verify`; `:name` where this very file defines it. `within` is the qualified name of the
    enclosing function or class, empty at module level.
    """

    target: str
    kind: UseKind
    line: int
    end_line: int
    within: str


class FileFacts(msgspec.Struct, frozen=True, array_like=True, tag="facts"):
    """Everything that one readable file says."""

    imports: tuple[ImportFact, ...] = ()
    bindings: tuple[Binding, ...] = ()
    uses: tuple[Use, ...] = ()
    exports: tuple[str, ...] | None = None
    """`__all__`, or None where the file has none."""
    exports_open: bool = False
    """`__all__` is built in a way that cannot be read from the code."""
    lines: int = 0


UnreadReason = Literal["syntax", "encoding", "nesting", "size", "missing", "timeout", "memory", "crash"]


class Unread(msgspec.Struct, frozen=True, array_like=True, tag="unread"):
    """Why a file could not be read. It costs that file alone."""

    reason: UnreadReason
    message: str
    line: int | None = None


Facts = FileFacts | Unread

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
