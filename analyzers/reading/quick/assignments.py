"""Assignments: what a module offers, and what it changes."""

from __future__ import annotations

import ast

from mypy_extensions import i64

from analyzers.reading.exports import Exports, is_all
from analyzers.reading.quick import tags
from analyzers.reading.quick.cursor import GiveUp
from analyzers.reading.quick.imports import GETATTR, Imports
from analyzers.reading.quick.kinds import (
    CALL,
    CHAIN,
    IS_ALL,
    ITEM,
    MEMBER,
    NAME,
    NOTHING,
)
from analyzers.reading.scopes import Scope, alias_of


class Assignments(Imports):
    """Reads assignments of all kinds."""

    def __init__(self, data: bytes, imports: bytes, lines: list[bytes], *, wants_uses: bool) -> None:
        super().__init__(data, imports, lines, wants_uses=wants_uses)
        self.exports = Exports()

    def _assignment(self, scope: Scope, context: i64) -> None:
        position = len(self.bindings)
        targets = self.count()
        if targets == 1 and self.data[self.at] == tags.NAME_EXPR:
            self.at += 1
            name = self.text()
            self.close()
            self._one_name(name, scope, context, position)
        else:
            self._targets(targets, scope, context, position)

    def _one_name(self, name: str, scope: Scope, context: i64, position: i64) -> None:
        """`name = value`, `name: type` or `name: type = value`."""
        if name == GETATTR and scope is self.module:
            raise GiveUp
        self.expression(scope, context)
        has_value = self.kind != NOTHING
        dotted = self.last_dotted()
        self._assigned_value(scope)
        if self.flag():
            self.annotation(scope, context)
        self.flag()
        self.location()
        self.expect(tags.END)
        self.members = [name]
        if name == "__all__" and scope is self.module:
            self.what = IS_ALL
        if has_value:
            self._note_assigned(name, scope)
            self._assign(name, dotted, scope, context, position)
            self._noted_name(name, scope)
        elif scope.kind == "function":
            self.bind(name, None, scope, context)

    def _assign(self, name: str, dotted: str | None, scope: Scope, context: i64, position: i64) -> None:
        target = None if dotted is None else alias_of(dotted)
        self.bind(name, target, scope, context)
        bound = self.offer(name, "assignment" if dotted is None else "alias", scope, context, position)
        if bound is not None:
            bound.line = self.line
            bound.target = dotted

    def _noted_name(self, name: str, scope: Scope) -> None:
        """What becomes of a module's own variables."""
        if scope is self.module:
            if name == "__path__":
                self.dynamic.open_modules()
            elif name == "__all__":
                self._exported()

    def _targets(self, count: i64, scope: Scope, context: i64, position: i64) -> None:
        """`a = b = value`, `a, b = value`, `a.b = value`, `a[b] = value`, or one of the last with an annotation."""
        names: list[tuple[str, bool]] = []
        changes: list[int] = []
        by_name = self.data[self.at] == tags.NAME_EXPR
        for _ in range(count):
            self._one_target(names, changes, scope, context)
        self.expression(scope, context)
        has_value = self.kind != NOTHING
        dotted = self.last_dotted()
        kind, base, is_namespace, by_module_name = self.kind, self.base, self.is_namespace, self.by_module_name
        annotated = self.flag()
        if annotated:
            self.annotation(scope, context)
        self.flag()
        self.location()
        self.expect(tags.END)
        if annotated or not has_value:
            return  # an annotated attribute or item binds nothing, and changes nothing that is looked for
        if by_name:
            self._note_assigned(names[0][0], scope)
        for start in changes:
            self.changed(start, scope)
        if (kind == CALL and is_namespace) or -2 in changes:
            self.dynamic.open_names()
        elif kind == ITEM and by_module_name:
            self.changed(base, scope)
        self._bind_targets(names, dotted, scope, context, position)

    def _bind_targets(
        self, names: list[tuple[str, bool]], dotted: str | None, scope: Scope, context: i64, position: i64
    ) -> None:
        self.members = [name for name, _ in names]
        for name, alone in names:
            before = len(self.bindings)
            if alone:
                if scope is self.module and (name == GETATTR or name == "__all__"):
                    raise GiveUp
                if scope is self.module and name == "__path__":
                    self.dynamic.open_modules()
                self._assign(name, dotted, scope, context, position)
            else:
                bound = self.offer(name, "assignment", scope, context, position)
                if bound is not None:
                    bound.line = self.line
            position += len(self.bindings) - before

    def _one_target(self, names: list[tuple[str, bool]], changes: list[int], scope: Scope, context: i64) -> None:
        """One target of an assignment: the names that it binds, and where what it may change begins."""
        if self.data[self.at] == tags.NAME_EXPR:
            self.at += 1
            names.append((self.text(), True))
            self.close()
            return
        inner: list[str] = []
        self.target(scope, context, inner)
        names.extend([(name, False) for name in inner])
        if GETATTR in inner and scope is self.module:
            raise GiveUp
        self._note_change(changes)

    def _note_change(self, changes: list[int]) -> None:
        if self.kind == CHAIN:
            changes.append(self.start)
        elif self.kind == MEMBER:
            changes.append(self.base)
        elif self.kind == ITEM:
            changes.append(-2 if self.is_namespace else self.base)

    def _assigned_value(self, scope: Scope) -> None:
        """A value that gives a name to a namespace or to a module object."""
        if self.kind == CALL and self.is_namespace:
            self.dynamic.open_names()
        elif self.kind == ITEM and self.by_module_name:
            self.changed(self.base, scope)

    def _exported(self) -> None:
        """A statement about `__all__`, on the lines that were read last."""
        if self.wants_uses:
            return
        statement = self.parsed(self.line, self.end_line)
        self.what = IS_ALL
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            self.exports.assign(statement.value)
        elif isinstance(statement, ast.AugAssign):
            self.exports.extend("extend", [statement.value])
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            callee = statement.value.func
            if not isinstance(callee, ast.Attribute) or not is_all(callee.value):
                raise GiveUp
            self.exports.extend(callee.attr, statement.value.args)
        else:
            raise GiveUp

    def _augmented(self, scope: Scope, context: i64) -> None:
        self.skip_text()
        changes: list[int] = []
        names: list[str] = []
        start = self.at
        self.target(scope, context, names)
        is_all = scope is self.module and self.kind == NAME and names == ["__all__"]
        is_path = scope is self.module and self.kind == NAME and names == ["__path__"]
        self._note_change(changes)
        if is_path:
            self.dynamic.open_modules()
        self.expression(scope, context)
        self._assigned_value(scope)
        for place in changes:
            self.changed(place, scope)
        if -2 in changes:
            self.dynamic.open_names()
        self.location()
        self.expect(tags.END)
        if self.data[start] == tags.NAME_EXPR:
            self._note_assigned(names[0], scope)
        if is_all:
            self._exported()

    def _note_assigned(self, name: str, scope: Scope) -> None:
        """A variable in capitals that the statement which was read last assigns to."""
        if scope is self.module and name.isupper():
            self.assigned.append((self.line, self.column, self.end_line, name))

    def _type_alias(self, scope: Scope, context: i64) -> None:
        """`type Name = value` (PEP 695)."""
        position = len(self.bindings)
        self.expect(tags.NAME_EXPR)
        name = self.text()
        self.close()
        self.skip_type_parameters(scope, context)
        self.expression(scope, context)
        dotted = self.last_dotted()
        self.location()
        self.expect(tags.END)
        self._assign(name, dotted, scope, context, position)
