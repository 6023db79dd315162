"""Statements: what a module imports, defines and says of itself."""

from __future__ import annotations

import ast
import re
from typing import Final

from mypy_extensions import i64

from analyzers.facts import BindingKind, Notice, Shape
from analyzers.reading.branches import SUPPRESSORS
from analyzers.reading.exports import Exports, is_all
from analyzers.reading.notices import DEPRECATED, is_warning
from analyzers.reading.quick import tags
from analyzers.reading.quick.cursor import GiveUp
from analyzers.reading.quick.expressions import (
    CALL,
    CHAIN,
    ITEM,
    MEMBER,
    NAME,
    NOTHING,
    STRING,
    Expressions,
    within,
)
from analyzers.reading.quick.noted import CLASS, FUNCTION, HANDLER, MODULE, TRY, TYPE_CHECKING, Bound, Imported
from analyzers.reading.scopes import OWN, Scope, alias_of, imported
from analyzers.reading.shapes import is_test, sketch_of

_TYPING: Final = frozenset({"typing", "typing_extensions"})
_NO_CODE: Final = (b"", b"#")
_WARNING: Final = b"DeprecationWarning"
_WORD: Final = re.compile(r"[^\W\d]\w*|\*")
_GETATTR: Final = "__getattr__"
_DEEPEST: Final[i64] = 90
_DECIDED_BY_MYPY: Final = (b"platform", b"version_info", b"PY2", b"PY3", b"MYPY", b"TYPE_CHECKING")
"""What conditions are made of that mypy decides by the options (mypy/reachability.py)."""

# What a statement is for the question whether a module holds nothing but imports.
_IS_OTHER: Final[i64] = 0
_IS_IMPORT: Final[i64] = 1
_IS_PASS: Final[i64] = 2
_IS_STRING: Final[i64] = 3
_IS_BRANCH: Final[i64] = 4
"""An `if` or `try` in which nothing stands but imports."""
_IS_ALL: Final[i64] = 5
"""About `__all__`."""
_IS_CALL: Final[i64] = 6
"""A call that may warn of the module's deprecation."""


class Statements(Expressions):
    """Reads a module."""

    def __init__(self, data: bytes, imports: bytes, lines: list[bytes], *, wants_uses: bool) -> None:
        super().__init__(data, imports, lines, wants_uses=wants_uses)
        self.exports = Exports()
        self.notices: list[Notice] = []
        self.only_imports = False
        self.calls: list[tuple[ast.expr, int]] = []
        """Calls at module level that may be warnings, with their lines."""
        self.conditions: i64 = 0
        """How many conditions, loops and handlers stand around."""
        self.may_warn = False
        """The text mentions a DeprecationWarning."""
        self.nesting: i64 = 0
        self.what: i64 = _IS_OTHER
        """What the last statement was."""
        self.members: list[str] = []
        """The names that the last statement gives to a class that it stands in."""

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
            if self.what == _IS_IMPORT or self.what == _IS_BRANCH:
                imports += len(self.imports) - before
            elif self.what == _IS_CALL:
                warnings.append(self.calls[-1][0])
            elif self.what == _IS_STRING and number == 0:
                self._docstring()
            elif self.what != _IS_PASS and self.what != _IS_ALL:
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

    def parsed(self, first: i64, last: i64) -> ast.stmt:
        """The one statement on these lines."""
        try:
            body = ast.parse(b"\n".join(self.lines[first - 1 : last]).lstrip()).body
        except (SyntaxError, ValueError) as error:
            raise GiveUp from error
        if len(body) != 1:
            raise GiveUp
        return body[0]

    def statement(self, scope: Scope, context: i64) -> None:
        """One statement."""
        tag = self.tag()
        self.what = _IS_OTHER
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
            self._function(scope, context, len(self.bindings))
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

    def _assert(self, scope: Scope, context: i64) -> None:
        start = self.at
        self.expression(scope, context)
        if scope is self.module:
            test = self.data[start : self.at]
            if any([word in test for word in _DECIDED_BY_MYPY]):
                raise GiveUp  # what follows an assertion that fails on this platform is left out
        self.optional(scope, context)
        self.close()

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
            self.what = _IS_PASS
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

    def _closed_statement(self) -> None:
        """The end of a statement with blocks in it."""
        self.close()
        self.what = _IS_OTHER

    # Blocks

    def block(self, scope: Scope, context: i64) -> bool:
        """The statements of a block; whether they are nothing but imports and `pass`, with an import among them."""
        self.expect(tags.BLOCK)
        count = self.count()
        self.flag()
        only = self._statements(count, scope, context)
        if count == 0:
            self.skip_location()
        self.expect(tags.END)
        return only

    def optional_block(self, scope: Scope, context: i64) -> bool:
        """The same for a block that need not be there, and then is empty."""
        self.expect(tags.BLOCK)
        count = self.count()
        self.flag()
        only = self._statements(count, scope, context)
        self.expect(tags.END)
        return only

    def _statements(self, count: i64, scope: Scope, context: i64) -> bool:
        self.nesting += 1
        if self.nesting > _DEEPEST:
            raise GiveUp
        only = True
        while count > 0:
            self.statement(scope, context)
            only = only and (self.what == _IS_IMPORT or self.what == _IS_PASS)
            count -= 1
        self.nesting -= 1
        return only

    # Imports

    def _import(self, scope: Scope, context: i64) -> None:
        first, bindings = len(self.imports), len(self.bindings)
        for _ in range(self.whole()):
            name = self.text()
            alias = self.text() if self.flag() else None
            self.imports.append(Imported(0, name, None, alias))
            binds = alias if alias is not None else name.partition(".")[0]
            self._import_binds(binds, name if alias is not None else binds, scope, context)
        self._end_of_import(first, context, bindings)

    def _import_from(self, scope: Scope, context: i64) -> None:
        first, bindings = len(self.imports), len(self.bindings)
        level = self.whole()
        module = self.text()
        for _ in range(self.whole()):
            name = self.text()
            alias = self.text() if self.flag() else None
            self.imports.append(Imported(level, module, name, alias))
            self._import_binds(alias or name, imported(level, module, name), scope, context)
            if alias is None:
                continue
            if name == "TYPE_CHECKING" and module in _TYPING:
                self.type_checking.add(alias)
            elif name == "suppress" and module == "contextlib":
                self.suppress.add(alias)
        self._end_of_import(first, context, bindings)

    def _import_all(self, context: i64) -> None:
        first = len(self.imports)
        module = self.text()
        level = self.whole()
        self.imports.append(Imported(level, module, "*", None))
        self._end_of_import(first, context, len(self.bindings))

    def _import_binds(self, name: str, target: str, scope: Scope, context: i64) -> None:
        if name == _GETATTR and scope is self.module:
            raise GiveUp
        scope.bind(name, target, second_choice=context & HANDLER != 0)
        if scope is not self.module:  # an import in here is none of the module's, though it may bind a name there
            self.offer(name, "assignment", scope, context, len(self.bindings))

    def _end_of_import(self, first: i64, context: i64, bindings: i64) -> None:
        self.location()
        for bound in self.bindings[bindings:]:
            bound.line = self.line
        self.expect(tags.INT)
        self.skip_number()
        self.expect(tags.END)
        for number in range(first, len(self.imports)):
            found = self.imports[number]
            found.line = found.statement = self.line
            found.context = context
            found.inside = self.inside
        if self.end_line != self.line:
            self._place_names(first, self.line, self.end_line)
        self.what = _IS_IMPORT

    def _place_names(self, first: i64, line: i64, end_line: i64) -> None:
        """Each name on its own line: ast-serialize tells those of the whole statement only."""
        words: list[tuple[str, int]] = []
        for number in range(line, end_line + 1):
            code = self.lines[number - 1].partition(b"#")[0]
            words += [(word, number) for word in _WORD.findall(code.decode())]
        behind = [place for place, (word, _) in enumerate(words) if word == "import"]
        if len(behind) != 1 or words[0][0] != "from":  # several statements, or `import a, \\`
            self._parse_names(first, line, end_line)
            return
        place = behind[0] + 1
        for found in self.imports[first:]:
            if place >= len(words) or words[place][0] != found.name:
                raise GiveUp
            found.line = words[place][1]
            place += 1 if found.alias is None else 3

    def _parse_names(self, first: i64, line: i64, end_line: i64) -> None:
        statement = self.parsed(line, end_line)
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            raise GiveUp
        aliases = statement.names
        if len(aliases) != len(self.imports) - first:
            raise GiveUp
        for number, alias in enumerate(aliases):
            self.imports[first + number].line = line + alias.lineno - 1

    # Definitions

    def _decorated(self, scope: Scope, context: i64) -> None:
        position = len(self.bindings)
        for _ in range(self.count()):
            self._decorator(scope, context)
        self.whole()
        self.whole()
        self.expect(tags.FUNC_DEF)
        self._function(scope, context, position)
        self.expect(tags.END)

    def _decorator(self, scope: Scope, context: i64) -> None:
        self.value(scope, context)
        if self.kind == STRING:
            self.string(scope, context)
        elif (self.kind == NAME or self.kind == CHAIN) and self.wants_uses:
            self.use("decorator", scope)

    def _function(self, scope: Scope, context: i64, position: i64) -> None:
        name = self.text()
        bound = self._define(name, "function", scope, context, position)
        inner = self._nested(name, "function", scope)
        names = self.parameters(inner, scope, context)
        self.inside += 1
        self.block(inner, within(context, FUNCTION))
        self.inside -= 1
        self.flag()
        if self.flag():
            self.skip_type_parameters(scope, context)
        if self.flag():
            self.annotation(scope, context)
        self._end_of_definition(bound, scope, names, [])
        self._gives(name)

    def _class(self, scope: Scope, context: i64) -> None:
        position = len(self.bindings)
        name = self.text()
        bound = self._define(name, "class", scope, context, position)
        inner = self._nested(name, "class", scope)
        members = self._class_body(inner, within(context, CLASS))
        bases = self._bases(scope, context)
        for _ in range(self.count()):
            self._decorator(scope, context)
        if self.flag():
            self.skip_type_parameters(scope, context)
        self.expect(tags.DICT)
        for _ in range(self.number()):
            self.skip_text()
            self.expression(scope, context)
        self._end_of_definition(bound, scope, members, bases)
        self._gives(name)

    def _class_body(self, inner: Scope, context: i64) -> list[str]:
        self.inside += 1
        members: list[str] = []
        self.expect(tags.BLOCK)
        count = self.count()
        self.flag()
        for _ in range(count):
            tag: i64 = self.data[self.at]
            self.statement(inner, context)
            if tag in (tags.ASSIGNMENT_STMT, tags.FUNC_DEF, tags.DECORATOR, tags.CLASS_DEF):
                members += self.members
        if count == 0:
            self.skip_location()
        self.expect(tags.END)
        self.inside -= 1
        return members

    def _bases(self, scope: Scope, context: i64) -> list[str]:
        bases: list[str] = []
        for _ in range(self.count()):
            self.expression(scope, context)
            if self.kind == NAME or self.kind == CHAIN:
                bases.append(self.dotted(self.start))
        return bases

    def _define(self, name: str, kind: BindingKind, scope: Scope, context: i64, position: i64) -> Bound | None:
        if name == _GETATTR and scope is self.module:
            raise GiveUp
        own = OWN + name if scope is self.module else None
        scope.bind(name, own, second_choice=context & HANDLER != 0)
        return self.offer(name, kind, scope, context, position)

    def _nested(self, name: str, kind: str, scope: Scope) -> Scope:
        qualname = f"{scope.qualname}.{name}" if scope.qualname else name
        return Scope("class" if kind == "class" else "function", scope, qualname)

    def _end_of_definition(self, bound: Bound | None, scope: Scope, members: list[str], bases: list[str]) -> None:
        self.location()
        self.expect(tags.END)
        if bound is None:
            return
        bound.line = self.line
        if scope is self.module and not self.wants_uses and not is_test(bound.name, members):
            sketch, size = sketch_of(self.lines[self.line : self.end_line])
            bound.shape = Shape(tuple(dict.fromkeys(members)), sketch, size, tuple(bases))

    def _gives(self, name: str) -> None:
        self.members = [name]
        self.what = _IS_OTHER

    # Assignments

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
        if name == _GETATTR and scope is self.module:
            raise GiveUp
        self.expression(scope, context)
        has_value = self.kind != NOTHING
        dotted = self.dotted(self.start) if self.kind == NAME or self.kind == CHAIN else None
        self._assigned_value(scope)
        if self.flag():
            self.annotation(scope, context)
        self.flag()
        self.location()
        self.expect(tags.END)
        self.members = [name]
        if name == "__all__" and scope is self.module:
            self.what = _IS_ALL
        if has_value:
            self._note_assigned(name, scope)
            self._assign(name, dotted, scope, context, position)
            self._noted_name(name, scope)
        elif scope.kind == "function":
            scope.bind(name, None, second_choice=context & HANDLER != 0)

    def _assign(self, name: str, dotted: str | None, scope: Scope, context: i64, position: i64) -> None:
        target = None if dotted is None else alias_of(dotted)
        scope.bind(name, target, second_choice=context & HANDLER != 0)
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
        dotted = self.dotted(self.start) if self.kind == NAME or self.kind == CHAIN else None
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
                if scope is self.module and (name == _GETATTR or name == "__all__"):
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
        if _GETATTR in inner and scope is self.module:
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
        self.what = _IS_ALL
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
        dotted = self.dotted(self.start) if self.kind == NAME or self.kind == CHAIN else None
        self.location()
        self.expect(tags.END)
        self._assign(name, dotted, scope, context, position)

    def _expression_statement(self, scope: Scope, context: i64) -> None:
        """A string that stands alone is a docstring or a comment."""
        self.value(scope, context)
        if self.kind == CHAIN and self.wants_uses:
            self.use("attribute", scope)
        self.what = _IS_STRING if self.kind == STRING else _IS_OTHER
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
        self.what = _IS_CALL

    # Branches and loops

    def _if(self, scope: Scope, context: i64) -> None:
        self.expression(scope, context)
        said, negated = self.bits, self.negated
        by_name = said != 0
        at_runtime = said == TYPE_CHECKING
        self.conditions += 0 if at_runtime and negated else 1
        only = self.block(scope, context | (0 if negated else said))
        self.conditions -= 0 if at_runtime and negated else 1
        at_runtime = at_runtime and not negated
        otherwise = context | (said if negated else 0)
        branches = self.whole()
        self.conditions += 0 if at_runtime and branches == 0 else 1
        for _ in range(branches):
            self.expression(scope, otherwise)
            said, negated = self.bits, self.negated
            self.block(scope, otherwise | (0 if negated else said))
            otherwise |= said if negated else 0
        if self.flag():
            only = self.block(scope, otherwise) and only
        self.conditions -= 0 if at_runtime and branches == 0 else 1
        self.close()
        self.what = _IS_BRANCH if by_name and only and branches == 0 else _IS_OTHER

    def _for(self, scope: Scope, context: i64) -> None:
        position = len(self.bindings)
        names: list[str] = []
        self.target(scope, context, names)
        bound = self._offered(names, scope, context, position)
        self.expression(scope, context)
        self._loop(scope, context)
        self.flag()
        self._placed(bound)

    def _loop(self, scope: Scope, context: i64) -> None:
        self.conditions += 1
        self.block(scope, context)
        self.optional_block(scope, context)
        self.conditions -= 1

    def _offered(self, names: list[str], scope: Scope, context: i64, position: i64) -> list[Bound]:
        found: list[Bound] = []
        for name in names:
            bound = self.offer(name, "assignment", scope, context, position)
            if bound is not None:
                found.append(bound)
                position += 1
        return found

    def _placed(self, bindings: list[Bound]) -> None:
        """The end of a statement, and with it the line of what it binds."""
        self.location()
        self.expect(tags.END)
        for bound in bindings:
            bound.line = self.line
        self.what = _IS_OTHER

    def _with(self, scope: Scope, context: i64) -> None:
        position = len(self.bindings)
        names: list[str] = []
        tried: i64 = 0
        for _ in range(self.whole()):
            suppresses = self.watches_errors = self._calls_suppressor()
            self.expression(scope, context)
            self.watches_errors = False
            if suppresses and self.kind == CALL and self.names_import_error:
                tried = TRY
            if self.flag():
                self.target(scope, context, names)
        bound = self._offered(names, scope, context, position)
        self.block(scope, context | tried)
        self.flag()
        self._placed(bound)

    def _calls_suppressor(self) -> bool:
        """Whether a call about to be read is one of `suppress`, `pytest.raises` or the like."""
        if self.data[self.at] != tags.CALL_EXPR:
            return False
        at = self.at + 1
        while self.data[at] == tags.MEMBER_EXPR:
            at += 1
        if self.data[at] != tags.NAME_EXPR:
            return False
        callee = self.dotted(self.at + 1)
        return callee in self.suppress or callee.rpartition(".")[2] in SUPPRESSORS

    def _try(self, scope: Scope, context: i64) -> None:
        imports, bindings, strings = len(self.imports), len(self.bindings), len(self.strings)
        only = self.block(scope, context)
        count = self.whole()
        fallback = self._handled_types(count, scope, context)
        if fallback:
            self._mark_tried(imports, bindings, strings)
        names: list[str] = []
        self.conditions += 1
        for _ in range(count):
            names.append(self._optional_name())
        for name in names:
            if name != "":
                scope.bind(name, None, second_choice=context & HANDLER != 0)
            only = self.block(scope, context | HANDLER if fallback else context) and only
        if self.flag():
            only = self.block(scope, context) and only
        self.conditions -= 1
        if self.flag():
            only = self.block(scope, context) and only
        is_star = self.flag()
        self.close()
        self.what = _IS_BRANCH if only and fallback and not is_star else _IS_OTHER

    def _handled_types(self, count: i64, scope: Scope, context: i64) -> bool:
        """Whether one of the handlers expects an ImportError."""
        self.watches_errors = True
        fallback = False
        for _ in range(count):
            if self.flag():
                self.expression(scope, context)
                fallback = self._is_import_error() or fallback
            else:
                fallback = True
        self.watches_errors = False
        return fallback

    def _mark_tried(self, imports: i64, bindings: i64, strings: i64) -> None:
        """What was read since then, outside of definitions, stood in a `try` that provides for its failure."""
        for found in self.imports[imports:]:
            if found.inside == self.inside:
                found.context |= TRY
        for bound in self.bindings[bindings:]:
            if bound.inside == self.inside:
                bound.context |= TRY
        for number in range(strings, len(self.strings)):
            said = self.strings[number]
            if said[8] == self.inside:
                self.strings[number] = (*said[:7], said[7] | TRY, said[8])

    # Matching

    def _match(self, scope: Scope, context: i64) -> None:
        self.expression(scope, context)
        self.conditions += 1
        for _ in range(self.whole()):
            self._pattern(scope, context)
            self.optional(scope, context)
            self.block(scope, context)
        self.conditions -= 1
        self._closed_statement()

    def _pattern(self, scope: Scope, context: i64) -> None:
        tag = self.tag()
        position = len(self.bindings)
        name = ""
        if tag == tags.AS_PATTERN:
            if self.flag():
                self._pattern(scope, context)
            name = self._optional_name()
        elif tag == tags.STARRED_PATTERN:
            name = self._optional_name()
        elif tag == tags.OR_PATTERN or tag == tags.SEQUENCE_PATTERN:
            for _ in range(self.whole()):
                self._pattern(scope, context)
        elif tag == tags.VALUE_PATTERN:
            self.expression(scope, context)
        elif tag == tags.SINGLETON_PATTERN:
            self.tag()
        elif tag == tags.MAPPING_PATTERN:
            for _ in range(self.whole()):
                self.expression(scope, context)
                self._pattern(scope, context)
            name = self._optional_name()
        elif tag == tags.CLASS_PATTERN:
            self._class_pattern(scope, context)
        else:
            raise GiveUp
        self.location()
        self.expect(tags.END)
        if name != "":
            scope.bind(name, None, second_choice=context & HANDLER != 0)
            self._placed_pattern(name, scope, context, position)

    def _placed_pattern(self, name: str, scope: Scope, context: i64, position: i64) -> None:
        bound = self.offer(name, "assignment", scope, context, position)
        if bound is not None:
            bound.line = self.line

    def _optional_name(self) -> str:
        if not self.flag():
            return ""
        name = self.text()
        self.skip_location()
        return name

    def _class_pattern(self, scope: Scope, context: i64) -> None:
        self.expression(scope, context)
        for _ in range(self.whole()):
            self._pattern(scope, context)
        for _ in range(self.whole()):
            self.skip_text()
            self._pattern(scope, context)
