"""`__all__`: the names in it, as far as they can be read without running anything."""

from __future__ import annotations

import ast


class Exports:
    """What the statements about `__all__` add up to. Every assignment counts: which branch is taken is not known."""

    __slots__ = ("_names", "open")

    def __init__(self) -> None:
        self._names: list[str] | None = None
        self.open = False
        """It is built in a way that cannot be read."""

    def names(self) -> tuple[str, ...] | None:
        """Each name once, in the order of the source; None where there is no `__all__`."""
        return None if self._names is None else tuple(filter(str.isidentifier, dict.fromkeys(self._names)))

    def assign(self, value: ast.expr) -> None:
        """`__all__ = value`."""
        names = string_list(value)
        self._names = [*(self._names or ()), *(names or ())]
        self.open |= names is None

    def extend(self, method: str, arguments: list[ast.expr]) -> None:
        """`__all__.extend([...])` or another method; `__all__ += [...]` is the same as extend."""
        names: list[str] | None = None
        if len(arguments) == 1 and method == "extend":
            names = string_list(arguments[0])
        elif len(arguments) == 1 and method == "append":
            names = string_list(ast.List(elts=arguments))
        self.open |= names is None or self._names is None
        self._names = [*(self._names or ()), *(names or ())]


def is_all(node: ast.expr) -> bool:
    """Whether this is `__all__`."""
    return isinstance(node, ast.Name) and node.id == "__all__"


def string_list(node: ast.expr) -> list[str] | None:
    """The names of a literal list, tuple or sum of them; None for anything that would have to be run."""
    names: list[str] = []
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add):
            waiting += (part.right, part.left)
        elif isinstance(part, ast.List | ast.Tuple | ast.Set):
            values = [item.value if isinstance(item, ast.Constant) else None for item in part.elts]
            names += [value for value in values if isinstance(value, str)]
            if not all(isinstance(value, str) for value in values):
                return None
        else:
            return None
    return names
