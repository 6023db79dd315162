"""What an expression is, for what stands around it; and what a statement is."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

OTHER: Final[i64] = 0
NAME: Final[i64] = 1
CHAIN: Final[i64] = 2
"""Attributes of a name: `a.b.c`."""
CONSTANT: Final[i64] = 3
STRING: Final[i64] = 4
CALL: Final[i64] = 5
ITEM: Final[i64] = 6
TUPLE: Final[i64] = 7
AND_OR: Final[i64] = 8
MEMBER: Final[i64] = 9
"""An attribute of something that is no name."""
NOTHING: Final[i64] = 10
"""No value at all, as in `x: int`."""

NO_BASE: Final[i64] = -1
"""There is no dotted name whose bytes begin anywhere."""

# What a statement is for the question whether a module holds nothing but imports.
IS_OTHER: Final[i64] = 0
IS_IMPORT: Final[i64] = 1
IS_PASS: Final[i64] = 2
IS_STRING: Final[i64] = 3
IS_BRANCH: Final[i64] = 4
"""An `if` or `try` in which nothing stands but imports."""
IS_ALL: Final[i64] = 5
"""About `__all__`."""
IS_CALL: Final[i64] = 6
"""A call that may warn of the module's deprecation."""
