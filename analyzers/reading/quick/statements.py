"""Statements of every kind: what a module imports, defines and says of itself."""

from __future__ import annotations

import ast
from typing import Final

from mypy_extensions import i64

from analyzers.facts import Notice
from analyzers.reading.notices import DEPRECATED, is_warning
from analyzers.reading.quick import tags
from analyzers.reading.quick.branching import Branches
from analyzers.reading.quick.cursor import GiveUp
from analyzers.reading.quick.kinds import (
    CALL,
    CHAIN,
    IS_ALL,
    IS_BRANCH,
    IS_CALL,
    IS_IMPORT,
    IS_OTHER,
    IS_PASS,
    IS_STRING,
    STRING,
)
from analyzers.reading.quick.noted import MODULE
from analyzers.reading.scopes import Scope

_NO_CODE: Final = (b"", b"#")
_DECIDED_BY_MYPY: Final = (b"platform", b"version_info", b"PY2", b"PY3", b"MYPY", b"TYPE_CHECKING")
"""What conditions are made of that mypy decides by the options (mypy/reachability.py)."""


class Statements(Branches):
    """Reads a module."""

    def __init__(self, data: bytes, imports: bytes, lines: list[bytes], *, wants_uses: bool) -> None:
        super().__init__(data, imports, lines, wants_uses=wants_uses)
        self.notices: list[Notice] = []
        self.only_imports = False
        self.may_warn = False
        """The text mentions a DeprecationWarning."""
        self.calls: list[tuple[ast.expr, int]] = []
        """Calls at module level that may be warnings, with their lines."""

    def read(self) -> None:
        """The whole module."""
        imports: i64 = 0
        others = False
        warnings: list[ast.expr] = []
        count = self.whole()
        if count == 0 and any([line.strip()[:1] not in _NO_CODE for line in self.lines]):
            raise GiveUp  # a file that begins with `# type: ignore` is empty to mypy
        for number in range(count):
            before = len(self.imports)
            self.statement(self.module, MODULE)
            if self.what == IS_IMPORT or self.what == IS_BRANCH:
                imports += len(self.imports) - before
            elif self.what == IS_CALL:
                warnings.append(self.calls[-1][0])
            elif self.what == IS_STRING and number == 0:
                self._docstring()
            elif self.what != IS_PASS and self.what != IS_ALL:
                others = True
        if self.calls_all:
            raise GiveUp
        for call, line in self.calls:
            if is_warning(call, self.module):
                self.notices.append(Notice("warning", line))
        others = others or not all([is_warning(call, self.module) for call in warnings])
        self.only_imports = imports > 0 and not others

    def _docstring(self) -> None:
        if DEPRECATED.match(self.last_name()):
            self.notices.append(Notice("docstring", self.line))

    def statement(self, scope: Scope, context: i64) -> None:
        """One statement."""
        tag = self.tag()
        self.what = IS_OTHER
        if tag == tags.ASSIGNMENT_STMT:
            self._assignment(scope, context)
        elif tag == tags.EXPR_STMT:
            self._expression_statement(scope, context)
        elif tag == tags.IF_STMT:
            self._if(scope, context)
        elif tag == tags.RETURN_STMT:
            self.optional(scope, context)
            self.close()
        elif tag == tags.FUNC_DEF:
            self._function(scope, context, len(self.bindings), 0, 0)
        elif tag == tags.DECORATOR:
            self._decorated(scope, context)
        elif tag == tags.CLASS_DEF:
            self._class(scope, context)
        elif tag == tags.IMPORT_FROM:
            self._import_from(scope, context)
        elif tag == tags.IMPORT:
            self._import(scope, context)
        elif tag == tags.ASSERT_STMT:
            self._assert(scope, context)
        else:
            self._rarer_statement(tag, scope, context)

    def _rarer_statement(self, tag: i64, scope: Scope, context: i64) -> None:
        if tag == tags.FOR_STMT:
            self._for(scope, context)
        elif tag == tags.WITH_STMT:
            self._with(scope, context)
        elif tag == tags.TRY_STMT:
            self._try(scope, context)
        elif tag == tags.RAISE_STMT:
            self.optional(scope, context)
            self.optional(scope, context)
            self.close()
        elif tag == tags.OPERATOR_ASSIGNMENT_STMT:
            self._augmented(scope, context)
        elif tag == tags.PASS_STMT:
            self.close()
            self.what = IS_PASS
        elif tag == tags.CONTINUE_STMT or tag == tags.BREAK_STMT:
            self.close()
        elif tag == tags.WHILE_STMT:
            self.expression(scope, context)
            self._loop(scope, context)
            self._closed_statement()
        elif tag == tags.GLOBAL_DECL or tag == tags.NONLOCAL_DECL:
            for _ in range(self.whole()):
                scope.redirect(self.text(), to_module=tag == tags.GLOBAL_DECL)
            self.close()
        elif tag == tags.DEL_STMT:
            self.target(scope, context, None)
            self.close()
        elif tag == tags.IMPORT_ALL:
            self._import_all(context)
        elif tag == tags.MATCH_STMT:
            self._match(scope, context)
        elif tag == tags.TYPE_ALIAS_STMT:
            self._type_alias(scope, context)
        else:
            raise GiveUp

    def _assert(self, scope: Scope, context: i64) -> None:
        start = self.at
        self.expression(scope, context)
        if scope is self.module:
            test = self.data[start : self.at]
            if any([word in test for word in _DECIDED_BY_MYPY]):
                raise GiveUp  # what follows an assertion that fails on this platform is left out
        self.optional(scope, context)
        self.close()

    def _expression_statement(self, scope: Scope, context: i64) -> None:
        """A string that stands alone is a docstring or a comment."""
        self.value(scope, context)
        if self.kind == CHAIN and self.wants_uses:
            self.use("attribute", scope)
        self.what = IS_STRING if self.kind == STRING else IS_OTHER
        self.expect(tags.END)
        if self.calls_all:
            self.calls_all = False
            if self.kind != CALL:
                raise GiveUp
            self._exported()
        elif self.kind == CALL and scope is self.module and self.conditions == 0 and not self.wants_uses:
            self._may_warn()

    def _may_warn(self) -> None:
        if not self.may_warn:
            return
        statement = self.parsed(self.line, self.end_line)
        if not isinstance(statement, ast.Expr):
            raise GiveUp
        self.calls.append((statement.value, self.line))
        self.what = IS_CALL
