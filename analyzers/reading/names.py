"""Dotted names: as expressions, and as what a string says."""

from __future__ import annotations

import ast
import re
from typing import Final

_LONGEST: Final = 300
_WORD: Final = r"[^\W\d]\w*"
_REFERENCE: Final = re.compile(rf"{_WORD}(?:\.{_WORD})*(?::{_WORD}(?:\.{_WORD})*)?")


def dotted_name(node: ast.expr) -> str | None:
    """`a.b.c` for the expression that says so, None for any other."""
    if type(node) is ast.Name:
        return node.id
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    names.append(node.id)
    return ".".join(reversed(names))


def is_reference(text: str) -> bool:
    """Whether a string reads as `a.b` or `a:b`."""
    if len(text) > _LONGEST or not ("." in text or ":" in text) or _REFERENCE.fullmatch(text) is None:
        return False
    return text.isascii() or all(word.isidentifier() for word in re.split("[.:]", text))
