"""Names and scopes inside one file: which import or definition a dotted expression starts from.

Follows the language reference, section 4.2 "Naming and binding": a function sees the scopes around it except class
bodies; a name that is bound anywhere in a function is local to the whole of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

ScopeKind = Literal["module", "class", "function", "comprehension"]

OWN: Final = ":"
"""Starts the target of a use whose callee is defined in the file itself."""

_MAX_ALIASES: Final = 8


_NONE_REBOUND: Final[frozenset[str]] = frozenset()


class Scope:
    """The names of one module, class, function or comprehension, filled while the file is walked."""

    __slots__ = ("_bound", "_rebound", "kind", "parent", "qualname", "redirected")

    def __init__(self, kind: ScopeKind, parent: Scope | None, qualname: str) -> None:
        self.kind = kind
        self.parent = parent
        self.qualname = qualname
        self.redirected: Mapping[str, Scope] = _NONE_REDIRECTED
        """Names that `global` or `nonlocal` hands to another scope."""
        self._bound: dict[str, str | None] = {}
        self._rebound: frozenset[str] = _NONE_REBOUND

    def bind(self, name: str, target: str | None, *, second_choice: bool = False) -> None:
        """Bind `name` to an import or definition (its target), or to something unknown (None).

        Two different answers for one name make it unknown, but for the second choice of a `try ... except
        ImportError`, which never outweighs the first.
        """
        scope = self.redirected.get(name, self)
        if name not in scope._bound:
            scope._bound[name] = target
        elif scope._bound[name] != target and not second_choice:
            scope._rebound |= {name}

    def outside_comprehension(self) -> Scope:
        """Where the target of `:=` is bound: it leaves the comprehension it stands in (PEP 572)."""
        scope = self
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        return scope

    def redirect(self, name: str, *, to_module: bool) -> None:
        """Apply `global name` or `nonlocal name`.

        A function around may bind a nonlocal name further down only; then the nearest function is taken for it.
        """
        around = [self]
        while around[-1].parent is not None:
            around.append(around[-1].parent)
        functions = [scope for scope in around[1:] if scope.kind == "function"]
        holders = [scope for scope in functions if scope._holds(name)]
        target = around[-1] if to_module else next(iter([*holders, *functions]), self)
        if target is not self:
            self.redirected = {**self.redirected, name: target}

    def target_of(self, dotted: str) -> str | None:
        """What `a.b.c` means here, with its first name replaced by what that is bound to; None if unknown."""
        origin = self.origin_of(dotted)
        return None if origin is None else origin[0]

    def origin_of(self, dotted: str) -> tuple[str, str, int, int] | None:
        """The same, with the name that is imported or defined, how many names stand behind that in the end, and how
        many of these are in `dotted` itself, and not in what a local name was given.
        """
        scope = self
        here = dotted.count(".")
        for _ in range(_MAX_ALIASES):
            head, dot, rest = dotted.partition(".")
            holder = scope._holder(head)
            if holder is None or head in holder._rebound:
                return None
            target = holder._bound[head]
            if target is None:
                return None
            if not target.startswith("="):
                return target + dot + rest, head, rest.count(".") + 1 if rest else 0, here
            dotted, scope = target[1:] + dot + rest, holder
        return None

    def _holds(self, name: str) -> bool:
        return name in self._bound and name not in self.redirected

    def _holder(self, name: str) -> Scope | None:
        if self._holds(name):
            return self
        scope = self.parent
        while scope is not None:
            if scope.kind != "class" and scope._holds(name):
                return scope
            scope = scope.parent
        return None


_NONE_REDIRECTED: Final[Mapping[str, Scope]] = {}
"""Shared by nearly all scopes, since there are many of them."""


def alias_of(dotted: str) -> str:
    """The target that says "whatever `dotted` means here", for `name = a.b`."""
    return "=" + dotted


def imported(level: int, module: str, name: str | None) -> str:
    """The target of an imported name: `jwt.decode`, `..auth.verify`."""
    stem = "." * level + module
    if name is None:
        return stem
    return stem + name if stem.endswith(".") or not stem else f"{stem}.{name}"
