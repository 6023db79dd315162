"""The shape of a top-level definition, and the names that its head binds."""

from __future__ import annotations

import ast
import hashlib
from binascii import b2a_base64
from collections.abc import Iterator
from typing import Final
from zlib import crc32

from analyzers.facts import Shape
from analyzers.reading.names import dotted_name

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_SKETCH: Final = 16
_DIGEST_BYTES: Final = 8
_RANGE: Final = 2**32
_COMMENT: Final = ord("#")


def shape_of(node: FunctionNode | ast.ClassDef, lines: list[bytes]) -> Shape | None:
    """The shape of a definition; `lines` are those of its file, the first at index 0. None for a test."""
    members = list(class_members(node) if isinstance(node, ast.ClassDef) else map(_name, parameters(node.args)))
    if is_test(node.name, members):
        return None
    sketch, size = sketch_of(lines[node.lineno : node.end_lineno or node.lineno])
    bases = (dotted_name(base) for base in node.bases) if isinstance(node, ast.ClassDef) else ()
    named = tuple(base for base in bases if base is not None)
    return Shape(tuple(dict.fromkeys(members)), sketch, size, named)


def is_test(name: str, members: list[str]) -> bool:
    """Whether a test runner would collect it (pytest's `python_functions` and `python_classes`), wherever it stands."""
    if name.startswith("test"):
        return True
    return name.startswith("Test") and any(member.startswith("test") for member in members)


def sketch_of(lines: list[bytes]) -> tuple[tuple[int, ...], int]:
    """The sketch of a definition's lines, and how many distinct ones there are."""
    values: set[int] = set()
    for line in lines:
        stripped = line.strip()
        if stripped and stripped[0] != _COMMENT:
            values.add(crc32(stripped))
    return tuple(_smallest(values)), len(values)


def definition_of(qualname: str, lines: list[bytes], first: int, last: int, *, is_class: bool) -> str:
    """A definition's qualified name, a space, and a digest of its stripped lines that say something.

    `first` and `last` are its lines, the first of the file being 1; decorators stand before them. Its own name has no
    part in the digest, nor what stands before that.
    """
    said: list[bytes] = []
    for line in lines[first:last]:
        stripped = line.strip()
        if stripped and stripped[0] != _COMMENT:
            said.append(stripped)
    head = b"".join(lines[first - 1 : first]).partition(b":" if is_class else b"(")[2]
    text = b"\n".join([head, *said])
    digest = hashlib.blake2b(text, digest_size=_DIGEST_BYTES).digest()
    return f"{qualname} {b2a_base64(digest, newline=False).decode()[:-1]}"


def definitions_of(defined: list[str]) -> str:
    """The definitions of a file in one text, in order, so that each stands behind the one that it is in.

    What they are in is told by a dot for each: the names of classes would be most of the text.
    """
    return "\n".join(["." * each.count(".") + each[each.rfind(".") + 1 :] for each in sorted(defined)])


def _smallest(values: set[int]) -> list[int]:
    """Of many, only those are sorted that are small enough for their number to be among the smallest."""
    if len(values) <= _SKETCH * 4:
        return sorted(values)[:_SKETCH]
    bound = _RANGE // (1 + len(values)) * _SKETCH * 3
    small = [value for value in values if value < bound]
    return sorted(small if len(small) >= _SKETCH else values)[:_SKETCH]


def _name(argument: ast.arg) -> str:
    return argument.arg


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """All of them, in the order of the source."""
    found = [*arguments.posonlyargs, *arguments.args]
    if arguments.vararg is not None:
        found.append(arguments.vararg)
    if arguments.kwonlyargs:
        found += arguments.kwonlyargs
    if arguments.kwarg is not None:
        found.append(arguments.kwarg)
    return found


def class_members(node: ast.ClassDef) -> Iterator[str]:
    """The names that the statements directly in a class body bind."""
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                yield from assigned_names(target)
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id


def assigned_names(target: ast.expr) -> Iterator[str]:
    """`a`, `b` of the target `(a, *b)`, in the order of the source."""
    waiting = [target]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Tuple | ast.List):
            waiting += reversed(part.elts)
        elif isinstance(part, ast.Starred):
            waiting.append(part.value)
