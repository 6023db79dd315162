"""A module-level `__getattr__` (PEP 562): which names it maps to which places, if the code spells that out.

Understood are branches on the name with an import in them, literal maps from names to modules, and
`lazy_loader.attach`. Whatever else such a function does makes the module's names open.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from analyzers.facts import Lazy
from analyzers.reading.names import dotted_name
from analyzers.reading.scopes import Scope, imported

Names = dict[str, tuple[str, int]]
"""Each name's target and line."""


def lazy_names(tree: ast.Module, module: Scope) -> tuple[tuple[Lazy, ...], bool]:
    """The names, and whether there may be more of them than these."""
    literals = dict(_literals(tree))
    names: Names = {}
    is_open = False
    for statement in _statements(tree.body):
        found: Names | None = None
        if isinstance(statement, ast.FunctionDef) and statement.name == "__getattr__":
            found = _Function(statement, literals, module).names()
        elif isinstance(statement, ast.Assign) and _binds_getattr(statement):
            found = _attached(statement.value, module)
        elif not _brings_getattr(statement):
            continue
        is_open |= found is None
        names.update(found or {})
    return tuple(Lazy(name, target, line) for name, (target, line) in names.items()), is_open


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Of the module itself, in branches too."""
    waiting = body[::-1]
    while waiting:
        statement = waiting.pop()
        yield statement
        for field in ("finalbody", "orelse", "handlers", "body"):
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for part in reversed(getattr(statement, field, ())):
                    waiting += part.body[::-1] if isinstance(part, ast.ExceptHandler) else [part]


def _binds_getattr(statement: ast.Assign) -> bool:
    return any(
        isinstance(part, ast.Name) and part.id == "__getattr__"
        for target in statement.targets
        for part in (target.elts if isinstance(target, ast.Tuple | ast.List) else [target])
    )


def _brings_getattr(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return any((alias.asname or alias.name) == "__getattr__" for alias in statement.names)
    return isinstance(statement, ast.AsyncFunctionDef | ast.ClassDef) and statement.name == "__getattr__"


def _literals(tree: ast.Module) -> Iterator[tuple[str, ast.Dict]]:
    """Module-level literal maps. A name that is bound more than once is none."""
    maps: dict[str, ast.Dict | None] = {}
    for statement in _statements(tree.body):
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign | ast.AugAssign):
            targets = [statement.target]
        for target in targets:
            base = target.value if isinstance(target, ast.Subscript) else target
            if isinstance(base, ast.Name):
                value = getattr(statement, "value", None)
                fits = isinstance(value, ast.Dict) and base is target and base.id not in maps
                maps[base.id] = value if fits else None
    return ((name, value) for name, value in maps.items() if value is not None)


def _string(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _joined(module: str, name: str) -> str:
    return module + name if module.endswith(".") else f"{module}.{name}"


def _attached(value: ast.expr, module: Scope) -> Names | None:
    """`lazy_loader.attach(__name__, submodules=[...], submod_attrs={"y": ["X"]})`."""
    if not isinstance(value, ast.Call) or module.target_of(dotted_name(value.func) or "?") != "lazy_loader.attach":
        return None
    given = dict(zip(("package_name", "submodules", "submod_attrs"), value.args, strict=False))
    given |= {keyword.arg or "**": keyword.value for keyword in value.keywords}
    if not given.keys() <= {"package_name", "submodules", "submod_attrs"} or len(value.args) > 3:
        return None
    names: Names = {}
    modules = given.get("submodules")
    if isinstance(modules, ast.List | ast.Tuple | ast.Set):
        for part in modules.elts:
            name = _string(part)
            if name is None:
                return None
            names[name] = ("." + name, part.lineno)
    elif modules is not None and not (isinstance(modules, ast.Constant) and modules.value is None):
        return None
    attributes = given.get("submod_attrs")
    if attributes is None or (isinstance(attributes, ast.Constant) and attributes.value is None):
        return names
    inverted = _inverted(attributes, ".") if isinstance(attributes, ast.Dict) else None
    return None if inverted is None else names | inverted


def _inverted(literal: ast.Dict, prefix: str) -> Names | None:
    """The names of `{"y": ["X", ...]}`."""
    names: Names = {}
    for key, value in zip(literal.keys, literal.values, strict=True):
        module = _string(key)
        if module is None or not isinstance(value, ast.List | ast.Tuple | ast.Set):
            return None
        for part in value.elts:
            name = _string(part)
            if name is None:
                return None
            names[name] = (_joined(prefix + module, name), part.lineno)
    return names


class _Function:
    """One `def __getattr__(name)`."""

    def __init__(self, node: ast.FunctionDef, literals: dict[str, ast.Dict], module: Scope) -> None:
        self._node = node
        self._literals = literals
        self._module = module
        arguments = node.args.args + node.args.posonlyargs
        self._name = arguments[0].arg if len(arguments) == 1 else None

    def names(self) -> Names | None:
        """What it maps; None if anything in it is not understood."""
        names: Names = {}
        body = list(self._node.body)
        if body and isinstance(body[0], ast.Expr) and _string(body[0].value) is not None:
            del body[0]
        if self._name is None or not body or not self._raises(body[-1]):
            return None
        for statement in body[:-1]:
            found = self._branch(statement)
            if found is None:
                return None
            names = found | names
        return names

    def _raises(self, statement: ast.stmt) -> bool:
        if not isinstance(statement, ast.Raise) or statement.exc is None:
            return False
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return dotted_name(raised) == "AttributeError"

    def _branch(self, statement: ast.stmt) -> Names | None:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            return {}  # `import importlib` ahead of the branches
        if not isinstance(statement, ast.If) or not isinstance(statement.test, ast.Compare):
            return None
        names = self._tested(statement.test, statement.body)
        for other in statement.orelse:
            if isinstance(other, ast.Raise) and self._raises(other):
                continue
            found = self._branch(other)
            if found is None or names is None:
                return None
            names = found | names
        return names

    def _tested(self, test: ast.Compare, body: list[ast.stmt]) -> Names | None:
        """`if name == "X":`, `if name in ("X", "Y"):` or `if name in MAP:` with what follows."""
        if len(test.ops) != 1 or dotted_name(test.left) != self._name:
            return None
        against = test.comparators[0]
        if isinstance(test.ops[0], ast.Eq) and (name := _string(against)) is not None:
            target = self._returned(body, name)
            return None if target is None else {name: (target, test.lineno)}
        if not isinstance(test.ops[0], ast.In):
            return None
        if isinstance(against, ast.Name) and against.id in self._literals:
            return self._mapped(self._literals[against.id], against.id, body)
        return None

    def _returned(self, body: list[ast.stmt], name: str) -> str | None:
        """The place of `from .y import X; return X`, `from . import y; return y.X` and the like."""
        scope = Scope("function", self._module, "")
        for statement in body[:-1]:
            if isinstance(statement, ast.ImportFrom):
                for alias in statement.names:
                    target = imported(statement.level, statement.module or "", alias.name)
                    scope.bind(alias.asname or alias.name, target)
            elif isinstance(statement, ast.Import):
                for alias in statement.names:
                    scope.bind(*((alias.asname, alias.name) if alias.asname else [alias.name.partition(".")[0]] * 2))
            else:
                return None
        last = body[-1]
        if not isinstance(last, ast.Return) or last.value is None:
            return None
        dotted = dotted_name(last.value)
        if dotted is not None:
            target_of = scope.target_of(dotted)
            return None if target_of is None or target_of.startswith(":") else target_of
        return self._imported_by_call(last.value, name, scope)

    def _imported_by_call(self, value: ast.expr, name: str, scope: Scope) -> str | None:
        """The place of `importlib.import_module(".y", __name__).X`, `getattr(import_module(".y", ...), "X")`."""
        attribute: str | None = None
        if isinstance(value, ast.Attribute):
            attribute = value.attr
            value = value.value
        elif isinstance(value, ast.Call) and dotted_name(value.func) == "getattr" and len(value.args) == 2:
            asked = value.args[1]
            attribute = name if dotted_name(asked) == self._name else _string(asked)
            value = value.args[0]
            if attribute is None:
                return None
        module = self._module_argument(value, scope)
        text = None if module is None else _string(module)
        if text is None and module is not None:
            text = self._formatted(module, name)
        if text is None:
            return None
        return text if attribute is None else _joined(text, attribute)

    def _formatted(self, module: ast.expr, name: str) -> str | None:
        """`"." + name` and `f".{name}"`."""
        if isinstance(module, ast.BinOp) and isinstance(module.op, ast.Add) and dotted_name(module.right) == self._name:
            start = _string(module.left)
            return None if start is None else start + name
        return None

    def _module_argument(self, value: ast.expr, scope: Scope) -> ast.expr | None:
        """What `importlib.import_module` is asked for, if it is that."""
        if not isinstance(value, ast.Call) or not value.args or (value.keywords and len(value.args) > 1):
            return None
        if scope.target_of(dotted_name(value.func) or "?") != "importlib.import_module":
            return None
        packages = [*value.args[1:], *(keyword.value for keyword in value.keywords if keyword.arg == "package")]
        if any(dotted_name(package) not in {"__name__", "__package__"} for package in packages):
            return None
        return value.args[0]

    def _mapped(self, literal: ast.Dict, map_name: str, body: list[ast.stmt]) -> Names | None:
        """`return getattr(import_module(MAP[name]), name)` and its variants, with the entries of the map."""
        looked_up = _LookUp(self._name or "", map_name, self._module)
        if not looked_up.follows(body):
            return None
        names: Names = {}
        for key, value in zip(literal.keys, literal.values, strict=True):
            name = _string(key)
            if name is None:
                return None
            target = looked_up.target(name, value)
            if target is None:
                return None
            names[name] = (target, (key or value).lineno)
        return names


class _LookUp:
    """The body below `if name in MAP:`: it imports the module that the map names and returns an attribute of it."""

    def __init__(self, name: str, map_name: str, module: Scope) -> None:
        self._name = name
        self._entry = f"{map_name}[{name}]"
        self._module = module
        self._known: dict[str, str] = {name: "name"}
        """What the local names hold: "name", "entry", "module part", "name part", "module" or "value"."""
        self._attribute = "name"
        self._whole = False
        """The module itself is what is returned."""

    def follows(self, body: list[ast.stmt]) -> bool:
        """Whether every statement is one of those that such a function consists of."""
        for statement in body[:-1]:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                if not self._imports(statement):
                    return False
            elif not isinstance(statement, ast.Assign) or len(statement.targets) != 1 or not self._assign(statement):
                return False
        last = body[-1]
        if not isinstance(last, ast.Return) or last.value is None:
            return False
        kind = self._kind(last.value)
        self._whole = kind == "module"
        return kind in {"value", "module"}

    def target(self, name: str, value: ast.expr) -> str | None:
        """The place that one entry of the map stands for."""
        pair = value.elts if isinstance(value, ast.Tuple | ast.List) else None
        split = "name part" in self._known.values() or any(kind == "module part" for kind in self._known.values())
        if split or self._pair_used:
            parts = [] if pair is None else [_string(part) for part in pair]
            if len(parts) != 2 or parts[0] is None or parts[1] is None:
                return None
            attribute = parts[1] if self._attribute == "name part" else name
            return parts[0] if self._whole else _joined(parts[0], attribute)
        text = _string(value)
        if text is None:
            return None
        return text if self._whole else _joined(text, name)

    _pair_used = False

    def _imports(self, statement: ast.Import | ast.ImportFrom) -> bool:
        if isinstance(statement, ast.Import):
            return all(alias.name == "importlib" for alias in statement.names)
        return statement.module == "importlib" and all(alias.name == "import_module" for alias in statement.names)

    def _assign(self, statement: ast.Assign) -> bool:
        target, value = statement.targets[0], statement.value
        if isinstance(target, ast.Tuple) and self._kind(value) == "entry" and len(target.elts) == 2:
            names = [dotted_name(part) for part in target.elts]
            if None in names:
                return False
            self._known |= dict(zip((name or "" for name in names), ("module part", "name part"), strict=True))
            return True
        if isinstance(target, ast.Subscript):  # `globals()[name] = value`: keeps what was found
            call = target.value
            return (
                isinstance(call, ast.Call)
                and dotted_name(call.func) == "globals"
                and self._kind(target.slice) == "name"
                and self._kind(value) in {"value", "module"}
            )
        kind = self._kind(value)
        if not isinstance(target, ast.Name) or kind is None:
            return False
        self._known[target.id] = kind
        return True

    def _kind(self, node: ast.expr) -> str | None:
        """What an expression comes to."""
        if isinstance(node, ast.Name):
            return self._known.get(node.id)
        if isinstance(node, ast.Subscript):
            return self._item(node)
        if not isinstance(node, ast.Call):
            return None
        called = dotted_name(node.func)
        if called == "getattr" and len(node.args) == 2 and not node.keywords:
            return self._getattr(*node.args)
        if called is not None and called.rpartition(".")[2] == "import_module" and node.args:
            packages = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
            if all(dotted_name(package) in {"__name__", "__package__"} for package in packages):
                return "module" if self._kind(node.args[0]) in {"entry", "module part"} else None
        return None

    def _item(self, node: ast.Subscript) -> str | None:
        if ast.unparse(node) == self._entry:
            return "entry"
        index = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if self._kind(node.value) == "entry" and index in (0, 1) and type(index) is int:
            self._pair_used = True
            return ("module part", "name part")[index]
        return None

    def _getattr(self, module: ast.expr, attribute: ast.expr) -> str | None:
        asked = self._kind(attribute)
        if self._kind(module) != "module" or asked not in {"name", "name part"}:
            return None
        self._attribute = asked
        return "value"
