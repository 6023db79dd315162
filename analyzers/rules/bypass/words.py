"""The words that names are made of, and the names that expressions end in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from analyzers.outline import Attr, Call, Const, Dict, Expr, Item, Join, Ref

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_MOST_PARTS: Final = 3

USER: Final = frozenset(
    {"user", "users", "principal", "identity", "account", "claims", "payload", "member", "subject", "person"}
)
"""Words for who somebody is."""
STAND_IN: Final = frozenset(
    {"default", "dev", "developer", "demo", "dummy", "fake", "fallback", "guest", "local", "mock", "system", "test"}
)
"""Words for somebody who stands for those who have not shown who they are."""


@lru_cache(maxsize=65_536)
def words(name: str) -> frozenset[str]:
    """The words in a name, in lower case: `X-Api-Key`, `apiKey`, `API_KEY`."""
    return frozenset(word.lower() for word in _WORD.findall(name))


def names_with(names: Iterable[str], telling: frozenset[str]) -> frozenset[str]:
    """Those of some names that have one of these words in them."""
    return frozenset(name for name in names if not telling.isdisjoint(words(name)))


def last_name(expr: Expr) -> str:
    """The last part of a dotted name, of a call the callee's; empty for anything else."""
    match expr:
        case Ref(name):
            return name.rpartition(".")[2]
        case Attr(_, name):
            return name
        case Call(func):
            return last_name(func)
    return ""


def first_name(expr: Expr) -> str:
    """The name that an expression starts from: `request` of `request.headers.get("x")["y"]`; empty without one."""
    while not isinstance(expr, Ref):
        match expr:
            case Call(inner) | Attr(inner) | Item(inner):
                expr = inner
            case _:
                return ""
    return expr.name.partition(".")[0]


def told(expr: Expr) -> str:
    """An expression in short, as it would be written."""
    match expr:
        case Const(value):
            return f'"{value}"' if isinstance(value, str) else str(value)
        case Ref(name):
            return name
        case Attr(value, name):
            return f"{told(value)}.{name}"
        case Item(value, key):
            return f"{told(value)}[{told(key)}]"
        case Call(func, args, keywords):
            given = len(args) + len(keywords)
            return f"{told(func)}({told(args[0]) if given == 1 and args else '...' if given else ''})"
        case Join(parts):
            return " + ".join(map(told, parts)) if len(parts) <= _MOST_PARTS else "..."
        case Dict():
            return "{...}"
    return "..."
