"""What the code of a file does not decide: names and submodules that are not in sight, and a changed `sys.path`."""

from __future__ import annotations

import ast
from typing import Final

from analyzers.facts import DynamicKind
from analyzers.reading.names import dotted_name
from analyzers.reading.scopes import Scope

_CALLS: Final[dict[str, DynamicKind]] = {
    "sys.path.append": "path",
    "sys.path.insert": "path",
    "sys.path.extend": "path",
    "sys.modules.update": "names",
    "sys.modules.setdefault": "names",
    "site.addsitedir": "path",
    "pkgutil.extend_path": "modules",
    "pkg_resources.declare_namespace": "modules",
}
CALLS: Final = tuple({name.rpartition(".")[2] for name in _CALLS})
"""What the callees of such calls end with, under whatever name."""
_PLACES: Final[dict[str, DynamicKind]] = {"sys.path": "path", "sys.modules": "names"}
NAMESPACES: Final = frozenset({"globals", "vars", "locals"})
READERS: Final = frozenset({"sorted", "list", "set", "tuple", "dict", "len", "iter", "dir", "repr", "any", "all"})
CHANGES: Final = frozenset({"update", "setdefault", "pop", "clear", "__setitem__"})
EXTENDS: Final = frozenset({"append", "extend", "insert"})
_ORDER: Final[tuple[DynamicKind, ...]] = ("names", "modules", "path")


class Dynamic:
    """Filled while the file is walked; what depends on the meaning of names is decided at the end."""

    __slots__ = ("_kinds", "_places")

    def __init__(self) -> None:
        self._kinds: set[DynamicKind] = set()
        self._places: list[tuple[str, Scope]] = []

    def kinds(self) -> tuple[DynamicKind, ...]:
        """What was found, each once."""
        for dotted, scope in self._places:
            kind = _PLACES.get(scope.target_of(dotted) or "")
            if kind is not None:
                self._kinds.add(kind)
        return tuple(kind for kind in _ORDER if kind in self._kinds)

    def open_names(self) -> None:
        """The module may offer names that are not in sight."""
        self._kinds.add("names")

    def open_modules(self) -> None:
        """The package may have submodules that are not in sight."""
        self._kinds.add("modules")

    def changed(self, dotted: str, scope: Scope) -> None:
        """What has this name is changed, or given another one."""
        self._places.append((dotted, scope))
        if dotted == "__path__":
            self.open_modules()

    def called(self, target: str) -> None:
        """A call whose callee is known."""
        kind = _CALLS.get(target)
        if kind is not None:
            self._kinds.add(kind)

    def call(self, node: ast.Call, scope: Scope) -> None:
        """Any call: of `exec`, with the module's namespace or with `sys.modules[...]`, on `__path__`."""
        callee = node.func
        if type(callee) is ast.Name:
            name = callee.id
            if name == "exec" and scope.kind == "module":
                self._kinds.add("names")
            if name == "setattr" and node.args and isinstance(node.args[0], ast.Subscript):
                self._changed(node.args[0].value, scope)
            if name in READERS:
                return
        elif type(callee) is ast.Attribute:
            if callee.attr in CHANGES and is_namespace(callee.value, scope):
                self._kinds.add("names")
            elif callee.attr in EXTENDS and type(callee.value) is ast.Name and callee.value.id == "__path__":
                self._kinds.add("modules")
        for argument in node.args:
            if type(argument) is ast.Call and is_namespace(argument, scope):
                self._kinds.add("names")

    def assigned(self, targets: list[ast.expr], value: ast.expr, scope: Scope) -> None:
        """An assignment that puts something into a namespace, or gives one or a module object a name."""
        for target in targets:
            kind = type(target)
            if kind is ast.Name:
                if target.id == "__path__" and scope.kind == "module":  # type: ignore[attr-defined]
                    self._kinds.add("modules")
            elif kind is ast.Attribute:
                self._attribute(target, scope)  # type: ignore[arg-type]
            elif kind is ast.Subscript:
                # What a module's `__getattr__` keeps there is among what it is found to give (analyzers.reading.lazy).
                if is_namespace(target.value, scope) and scope.qualname != "__getattr__":  # type: ignore[attr-defined]
                    self._kinds.add("names")
                self._changed(target.value, scope)  # type: ignore[attr-defined]
        if type(value) is ast.Call and is_namespace(value, scope):
            self._kinds.add("names")
        elif type(value) is ast.Subscript and type(value.slice) is ast.Name and value.slice.id == "__name__":
            self._changed(value.value, scope)  # `this = sys.modules[__name__]`

    def _attribute(self, target: ast.Attribute, scope: Scope) -> None:
        if isinstance(target.value, ast.Subscript):  # `sys.modules[__name__].__class__ = ...`
            self._changed(target.value.value, scope)
        else:
            self._changed(target, scope)

    def _changed(self, place: ast.expr, scope: Scope) -> None:
        dotted = dotted_name(place)
        if dotted is not None:
            self.changed(dotted, scope)


def is_namespace(node: ast.expr, scope: Scope) -> bool:
    """`globals()` anywhere; `vars()` and `locals()` at module level."""
    if type(node) is not ast.Call or type(node.func) is not ast.Name or node.func.id not in NAMESPACES:
        return False
    return not node.args and (node.func.id == "globals" or scope.kind == "module")
