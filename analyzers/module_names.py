"""Module names as a tree, to find what lies in a package and what an expression with wildcards means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

_Node = dict[str, "_Node"]

_MOST_NAMED: Final = 200_000
"""Places in the tree that one expression may lead to; `a.**.**.**` leads to each many times."""


class ModuleNames:
    """All names of a commit's modules, those of folders without `__init__.py` among them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._top: _Node = {}
        self._expanded: dict[str, frozenset[str]] = {}
        for name in names:
            node = self._top
            for part in name.split("."):
                node = node.setdefault(part, {})

    def __contains__(self, name: str) -> bool:
        return self._node(name) is not None

    def within(self, package: str) -> Iterator[str]:
        """A module and all that lie below it; nothing where there is none of that name."""
        node = self._node(package)
        if node is not None:
            yield package
            yield from (name for name, _ in _below(package, node))

    def named(self, expression: str) -> frozenset[str]:
        """The modules that an expression means: `*` stands for one part of a name, `**` for one or more."""
        known = self._expanded.get(expression)
        if known is None:
            known = self._expanded[expression] = self._named(expression)
        return known

    def _named(self, expression: str) -> frozenset[str]:
        places: dict[str, _Node] = {"": self._top}
        for part in expression.split("."):
            following: dict[str, _Node] = {}
            for name, node in places.items():
                following.update(_matching(part, name, node))
                if len(following) > _MOST_NAMED:
                    break
            places = following
        return frozenset(places)

    def _node(self, name: str) -> _Node | None:
        node: _Node | None = self._top
        for part in name.split("."):
            node = None if node is None else node.get(part)
        return node


def _matching(part: str, name: str, node: _Node) -> Iterable[tuple[str, _Node]]:
    if part == "**":
        return _below(name, node)
    if part == "*":
        return _children(name, node)
    return [(_joined(name, part), node[part])] if part in node else []


def _children(name: str, node: _Node) -> Iterator[tuple[str, _Node]]:
    return ((_joined(name, part), child) for part, child in node.items())


def _below(name: str, node: _Node) -> Iterator[tuple[str, _Node]]:
    waiting = [(name, node)]
    while waiting:
        for place in _children(*waiting.pop()):
            waiting.append(place)
            yield place


def _joined(name: str, part: str) -> str:
    return f"{name}.{part}" if name else part
