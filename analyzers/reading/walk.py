"""The walk over a file's syntax tree that collects its facts.

It goes without recursion, so that deep nesting costs nothing but the parser's own limit, and visits every node once, in
the order of the source.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

from analyzers.facts import (
    NO_FIXTURES,
    Binding,
    BindingKind,
    Context,
    FileFacts,
    Fixtures,
    Ignore,
    ImportFact,
    StringRef,
    Use,
    UseKind,
)
from analyzers.reading.branches import bits_of_test, expects_import_error, suppresses_import_error
from analyzers.reading.dynamic import Dynamic
from analyzers.reading.exports import Exports, is_all
from analyzers.reading.fixtures import Head, asked_of, fixtures_in, is_collected_class, may_matter
from analyzers.reading.lazy import lazy_names
from analyzers.reading.names import dotted_name, is_reference
from analyzers.reading.nodes import FIELDS, LEAVES, bind_arguments, defaults
from analyzers.reading.notices import holds_only_imports, notices_in
from analyzers.reading.said import Assigned, Said, references
from analyzers.reading.scopes import OWN, Scope, ScopeKind, alias_of, imported
from analyzers.reading.seen import NO_NAME, Candidate, Seen, note_calls, uses_among
from analyzers.reading.shapes import (
    FunctionNode,
    assigned_names,
    class_members,
    definition_of,
    definitions_of,
    shape_of,
)

_Binder = ast.stmt | ast.expr | ast.pattern
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

# Plain numbers: the arithmetic of enum.IntFlag takes a microsecond.
_MODULE: Final = Context.MODULE.value
_NESTED: Final = Context.NESTED.value
_FUNCTION: Final = Context.FUNCTION.value
_CLASS: Final = Context.CLASS.value
_TRY: Final = Context.TRY.value
_HANDLER: Final = Context.HANDLER.value
_INSIDE: Final = ~(_TRY | _HANDLER)
_PROVIDING: Final = 1 << 8
"""Marks the handlers of a `try` that expects an ImportError until they are visited."""

_MAY_BE_NOTICE: Final = re.compile("[Dd]eprecat|DEPRECAT")
_TYPE_CHECKING: Final = ("typing", "typing_extensions")


def facts_of_tree(tree: ast.Module, source: str, ignores: tuple[Ignore, ...]) -> FileFacts:
    """The facts of a module: its tree, its text with `\\n` between the lines, what its comments ask for."""
    walk = _Walk(source)
    walk.run(tree)
    return walk.facts(tree, ignores)


def uses_of_tree(tree: ast.Module, heads: frozenset[str]) -> tuple[Use, ...]:
    """The uses of these names in a module; of its own definitions where `:` is among them."""
    walk = _Walk("")
    walk.run(tree)
    return walk.uses(heads)


def scopes_of_tree(tree: ast.Module) -> tuple[Scope, dict[ast.AST, Scope]]:
    """The scope of a module, and those that functions, classes, lambdas and comprehensions open, by their nodes."""
    walk = _Walk("")
    walk.run(tree)
    return walk.scopes()


def notes_of_expression(
    text: str, line: int, column: int, scope: Scope, context: int
) -> tuple[list[Said], list[Candidate]] | None:
    """The strings and uses in an expression that begins at a place, in a scope that is known already.

    None where the expression binds names or changes what the code decides, or is none by itself: `a: b` in brackets.
    """
    try:
        tree = ast.parse(f"({text})", mode="eval")
    except SyntaxError:
        return None
    if "__all__" in text or any(isinstance(node, ast.NamedExpr) for node in ast.walk(tree)):
        return None
    walk = _Walk("")
    strings, candidates = walk.notes(tree.body, scope, context)
    if walk.changes_anything():
        return None
    down, right = line - 1, column - 1
    return (
        [(each[0] + down, each[1] + (right if each[0] == 1 else 0), *each[2:]) for each in strings],
        [
            ((seen[0] + down, seen[1] + (right if seen[0] == 1 else 0), *seen[2:4], seen[4] + down), within)
            for seen, within in candidates
        ],
    )


class _Walk:
    """One pass over a module. Uses are kept until the end, when every scope knows its names."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._lines: list[bytes] = []
        self._module = Scope("module", None, "")
        self._imports: list[ImportFact] = []
        self._bindings: list[Binding] = []
        self._candidates: list[Candidate] = []
        self._strings: list[Said] = []
        self._assigned: list[Assigned] = []
        self._exports = Exports()
        self._dynamic = Dynamic()
        self._type_checking: set[str] = set()
        self._suppress: set[str] = set()
        self._stack: list[tuple[ast.AST, Scope, int]] = []
        self._scopes: dict[ast.AST, Scope] = {}
        self._heads: list[Head] = []
        self._of_tests: set[Scope] = set()
        """The classes whose tests are run."""

    def run(self, tree: ast.Module) -> None:
        """Visit every node once, in the order of the source."""
        self._push(tree.body, self._module, _MODULE)
        self._visit_all()

    def _visit_all(self) -> None:
        stack, pop, visits = self._stack, self._stack.pop, _VISITS
        while stack:
            node, scope, context = pop()
            visits[type(node)](self, node, scope, context)

    def notes(self, node: ast.expr, scope: Scope, context: int) -> tuple[list[Said], list[Candidate]]:
        """The strings and uses in one expression."""
        self._push([node], scope, context)
        self._visit_all()
        return self._strings, self._candidates

    def changes_anything(self) -> bool:
        """Whether something was found that changes what the code decides."""
        note_calls(self._candidates, self._dynamic)
        return bool(self._dynamic.kinds())

    def facts(self, tree: ast.Module, ignores: tuple[Ignore, ...]) -> FileFacts:
        """What the walk has found."""
        note_calls(self._candidates, self._dynamic)
        lazy, is_open = lazy_names(tree, self._module) if "__getattr__" in self._source else ((), False)
        if is_open:
            self._dynamic.open_names()
        return FileFacts(
            imports=tuple(self._imports),
            bindings=tuple(self._bindings),
            exports=self._exports.names(),
            exports_open=self._exports.open,
            strings=self._references(),
            lazy=lazy,
            notices=tuple(notices_in(tree, self._module, self._type_checking))
            if _MAY_BE_NOTICE.search(self._source)
            else (),
            dynamic=self._dynamic.kinds(),
            only_imports=holds_only_imports(tree, self._module, self._type_checking),
            ignores=ignores,
            fixtures=self._fixtures(),
            defined=definitions_of(list(self._definitions())),
        )

    def _definitions(self) -> Iterator[str]:
        """The functions and classes, as facts tell of them."""
        lines = self._lines or self._source.encode("utf-8", "surrogatepass").split(b"\n")
        for node, scope in self._scopes.items():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                last = node.end_lineno or node.lineno
                yield definition_of(scope.qualname, lines, node.lineno, last, is_class=isinstance(node, ast.ClassDef))

    def _fixtures(self) -> Fixtures:
        text = self._source.encode("utf-8", "surrogatepass")
        return fixtures_in(self._heads, text, text.split(b"\n")) if may_matter(text) else NO_FIXTURES

    def uses(self, heads: frozenset[str]) -> tuple[Use, ...]:
        """The uses of these names, in the order of the source."""
        return uses_among(self._candidates, heads)

    def scopes(self) -> tuple[Scope, dict[ast.AST, Scope]]:
        """The module's own scope, and those inside it by the nodes that open them."""
        return self._module, self._scopes

    def _references(self) -> tuple[StringRef, ...]:
        return references(self._strings, self._assigned, self._module)

    def _push(self, nodes: list[ast.stmt] | list[ast.expr], scope: Scope, context: int) -> None:
        self._stack.extend([(node, scope, context) for node in reversed(nodes)])

    def visit_children(self, node: ast.AST, scope: Scope, context: int) -> None:
        """Nodes that say nothing themselves."""
        children: list[tuple[ast.AST, Scope, int]] = []
        for field in FIELDS[type(node)]:
            value = getattr(node, field, None)
            if type(value) is list:
                children.extend([(item, scope, context) for item in value if isinstance(item, ast.AST)])
            elif isinstance(value, ast.AST):
                children.append((value, scope, context))
        children.reverse()
        self._stack.extend(children)

    def visit_leaf(self, node: ast.AST, scope: Scope, context: int) -> None:
        """Nothing below is worth a visit."""

    def _bind(self, name: str, target: str | None, scope: Scope, context: int) -> None:
        scope.bind(name, target, second_choice=bool(context & _HANDLER))

    def _record(
        self, name: str, kind: BindingKind, node: _Binder, scope: Scope, context: int, target: str | None
    ) -> None:
        """Note what a module offers to those who import from it."""
        if scope is self._module or scope.redirected.get(name) is self._module:
            shape = None
            if scope is self._module and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self._lines = self._lines or self._source.encode("utf-8", "surrogatepass").split(b"\n")
                shape = shape_of(node, self._lines)
            self._bindings.append(Binding(name, kind, node.lineno, context, target, shape))

    # Imports

    def visit_import(self, node: ast.Import, scope: Scope, context: int) -> None:
        told = _told(node, context)
        for alias in node.names:
            fact = ImportFact(0, alias.name, None, alias.asname, alias.lineno, node.lineno, told)
            self._imports.append(fact)
            binds = fact.binds
            self._bind(binds, alias.name if alias.asname else binds, scope, context)
            self._record_global(binds, node, scope, context)

    def visit_import_from(self, node: ast.ImportFrom, scope: Scope, context: int) -> None:
        level, module, line, told = node.level, node.module or "", node.lineno, _told(node, context)
        for alias in node.names:
            name, asname = alias.name, alias.asname
            self._imports.append(ImportFact(level, module, name, asname, alias.lineno, line, told))
            if name != "*":
                self._bind(asname or name, imported(level, module, name), scope, context)
                self._record_global(asname or name, node, scope, context)
            if name == "TYPE_CHECKING" and asname and module in _TYPE_CHECKING:
                self._type_checking.add(asname)
            elif name == "suppress" and asname and module == "contextlib":
                self._suppress.add(asname)

    def _record_global(self, name: str, node: ast.stmt, scope: Scope, context: int) -> None:
        """An import inside a function is no import of the module's, though it may bind a name there."""
        if scope is not self._module:
            self._record(name, "assignment", node, scope, context, None)

    # Definitions

    def visit_function(self, node: FunctionNode, scope: Scope, context: int) -> None:
        self._define(node, "function", scope, context)
        inner = self._scopes[node] = self._nested(node.name, "function", scope)
        if scope is self._module or (scope.kind == "class" and scope.parent is self._module):
            self._note_head(node, scope)
        self._push(node.body, inner, _within(context, _FUNCTION))
        named = bind_arguments(node.args, inner)
        annotations = [argument.annotation for argument in named if argument.annotation is not None]
        outside = [*self._plain_decorators(node, scope), *annotations, *defaults(node.args)]
        self._push([*outside, node.returns] if node.returns else outside, scope, context)

    def _note_head(self, node: FunctionNode, scope: Scope) -> None:
        decorators = node.decorator_list
        first = decorators[0].lineno if decorators else node.lineno
        asked = asked_of(_asked(node.args), is_method=scope is not self._module)
        if not ((decorators and "fixture" in self._source) or (asked and node.name.startswith("test"))):
            return
        head = Head(node.name, scope.qualname, first, node.lineno, len(decorators), asked)
        head.is_test &= scope in self._of_tests if scope is not self._module else node.col_offset == 0
        self._heads.append(head)

    def visit_lambda(self, node: ast.Lambda, scope: Scope, context: int) -> None:
        inner = self._scopes[node] = Scope("function", scope, scope.qualname)
        bind_arguments(node.args, inner)
        self._stack.append((node.body, inner, _within(context, _FUNCTION)))
        self._push(defaults(node.args), scope, context)

    def visit_class(self, node: ast.ClassDef, scope: Scope, context: int) -> None:
        self._define(node, "class", scope, context)
        inner = self._scopes[node] = self._nested(node.name, "class", scope)
        is_plain = scope is self._module and not (node.col_offset or node.keywords or node.decorator_list)
        if is_collected_class(
            node.name, [dotted_name(base) for base in node.bases], class_members(node), is_plain=is_plain
        ):
            self._of_tests.add(inner)
        self._push(node.body, inner, _within(context, _CLASS))
        keywords = [keyword.value for keyword in node.keywords]
        self._push([*self._plain_decorators(node, scope), *node.bases, *keywords], scope, context)

    def _define(self, node: FunctionNode | ast.ClassDef, kind: BindingKind, scope: Scope, context: int) -> None:
        own = OWN + node.name if scope is self._module else None
        self._bind(node.name, own, scope, context)
        self._record(node.name, kind, node, scope, context, None)

    def _plain_decorators(self, node: FunctionNode | ast.ClassDef, scope: Scope) -> list[ast.expr]:
        """Notes those that are names; the others are expressions to visit."""
        others: list[ast.expr] = []
        for decorator in node.decorator_list:
            dotted = dotted_name(decorator)
            if dotted is None:
                others.append(decorator)
            else:
                self._candidates.append((_seen(dotted, "decorator", decorator), scope))
        return others

    def _nested(self, name: str, kind: ScopeKind, scope: Scope) -> Scope:
        return Scope(kind, scope, f"{scope.qualname}.{name}" if scope.qualname else name)

    # Names and strings

    def visit_call(self, node: ast.Call, scope: Scope, context: int) -> None:
        callee = node.func
        dotted = dotted_name(callee)
        if dotted is not None:
            self._candidates.append((_seen(dotted, "call", node), scope))
            if scope is self._module and dotted.startswith("__all__.") and is_all(callee.value):  # type: ignore[attr-defined]
                self._exports.extend(callee.attr, node.args)  # type: ignore[attr-defined]
        elif isinstance(callee, ast.Attribute):
            self._candidates.append((_seen(NO_NAME + callee.attr, "call", node), scope))
        self._dynamic.call(node, scope)
        inner: list[tuple[ast.AST, Scope, int]] = [] if dotted is not None else [(callee, scope, context)]
        keywords = () if dotted is None else tuple(map(_keyword, node.keywords))
        arguments: list[tuple[int | str | None, ast.expr]] = [
            *enumerate(node.args),
            *((keyword.arg, keyword.value) for keyword in node.keywords),
        ]
        for name, argument in arguments:
            if type(argument) is not ast.Constant:
                inner.append((argument, scope, context))
            elif type(argument.value) is str and is_reference(argument.value):
                given = None if dotted is None else name
                place = argument.lineno, argument.col_offset
                self._strings.append((*place, argument.value, dotted, given, keywords, scope, context, 0))
        inner.reverse()
        self._stack.extend(inner)

    def visit_constant(self, node: ast.Constant, scope: Scope, context: int) -> None:
        value = node.value
        if type(value) is str and is_reference(value):
            self._strings.append((node.lineno, node.col_offset, value, None, None, (), scope, context, 0))

    def visit_expression_statement(self, node: ast.Expr, scope: Scope, context: int) -> None:
        """A string that stands alone is a docstring or a comment."""
        if type(node.value) is not ast.Constant:
            self._stack.append((node.value, scope, context))

    def visit_joined(self, node: ast.JoinedStr, scope: Scope, context: int) -> None:
        """The text between the fields of an f-string names nothing."""
        fields = [value for value in node.values if type(value) is not ast.Constant]
        self._push(fields, scope, context)

    def visit_name(self, node: ast.Name, scope: Scope, context: int) -> None:
        if type(node.ctx) is not ast.Load:
            self._bind(node.id, None, scope, context)

    def visit_attribute(self, node: ast.Attribute, scope: Scope, context: int) -> None:
        dotted = dotted_name(node) if type(node.ctx) is ast.Load else None
        if dotted is not None:
            self._candidates.append((_seen(dotted, "attribute", node), scope))
        else:
            self._stack.append((node.value, scope, context))

    def visit_named_expression(self, node: ast.NamedExpr, scope: Scope, context: int) -> None:
        outside = scope.outside_comprehension()
        outside.bind(node.target.id, None)
        self._record(node.target.id, "assignment", node, outside, context, None)
        self._stack.append((node.value, scope, context))

    def visit_assign(self, node: ast.Assign, scope: Scope, context: int) -> None:
        dotted = dotted_name(node.value)
        self._note_assigned(node, node.targets[0], scope)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._assign(target.id, dotted, node, scope, context)
            else:
                self._record_unpacked(target, node, scope, context)
                self._stack.append((target, scope, context))
        if len(node.targets) == 1 and is_all(node.targets[0]) and scope is self._module:
            self._exports.assign(node.value)
        self._dynamic.assigned(node.targets, node.value, scope)
        self._stack.append((node.value, scope, context))

    def visit_annotated_assign(self, node: ast.AnnAssign, scope: Scope, context: int) -> None:
        if isinstance(node.target, ast.Name) and node.value is not None:
            self._note_assigned(node, node.target, scope)
            self._assign(node.target.id, dotted_name(node.value), node, scope, context)
            if is_all(node.target) and scope is self._module:
                self._exports.assign(node.value)
            self._dynamic.assigned([node.target], node.value, scope)
            self._push([node.annotation, node.value], scope, context)
        elif isinstance(node.target, ast.Name) and scope.kind != "function":
            self._stack.append((node.annotation, scope, context))  # `x: int` binds nothing there
        else:
            self.visit_children(node, scope, context)

    def visit_type_alias(self, node: Any, scope: Scope, context: int) -> None:
        """`type Name = value` (PEP 695): an `ast.TypeAlias`, which Python 3.11 has not."""
        self._assign(node.name.id, dotted_name(node.value), node, scope, context)
        self._stack.append((node.value, scope, context))

    def visit_augmented_assign(self, node: ast.AugAssign, scope: Scope, context: int) -> None:
        self._note_assigned(node, node.target, scope)
        if scope is self._module and is_all(node.target):
            self._exports.extend("extend", [node.value])
        self._dynamic.assigned([node.target], node.value, scope)
        self.visit_children(node, scope, context)

    def _assign(self, name: str, dotted: str | None, node: ast.stmt, scope: Scope, context: int) -> None:
        self._bind(name, None if dotted is None else alias_of(dotted), scope, context)
        self._record(name, "assignment" if dotted is None else "alias", node, scope, context, dotted)

    def _note_assigned(self, node: ast.stmt, target: ast.expr, scope: Scope) -> None:
        if scope is self._module and isinstance(target, ast.Name) and target.id.isupper():
            self._assigned.append((node.lineno, node.col_offset, node.end_lineno or node.lineno, target.id))

    def _record_unpacked(self, target: ast.expr, node: ast.stmt, scope: Scope, context: int) -> None:
        for name in assigned_names(target):
            self._record(name, "assignment", node, scope, context, None)

    def visit_for(self, node: ast.For | ast.AsyncFor, scope: Scope, context: int) -> None:
        self._record_unpacked(node.target, node, scope, context)
        self.visit_children(node, scope, context)

    def visit_with(self, node: ast.With | ast.AsyncWith, scope: Scope, context: int) -> None:
        tried = _TRY if suppresses_import_error(node.items, self._suppress) else 0
        self._push(node.body, scope, context | tried)
        for item in reversed(node.items):
            if item.optional_vars is not None:
                self._stack.append((item.optional_vars, scope, context))
            self._stack.append((item.context_expr, scope, context))
        for item in node.items:
            if item.optional_vars is not None:
                self._record_unpacked(item.optional_vars, node, scope, context)

    def visit_match_name(self, node: ast.MatchAs | ast.MatchStar, scope: Scope, context: int) -> None:
        if node.name is not None:
            self._bind(node.name, None, scope, context)
            self._record(node.name, "assignment", node, scope, context, None)
        self.visit_children(node, scope, context)

    def visit_match_mapping(self, node: ast.MatchMapping, scope: Scope, context: int) -> None:
        if node.rest is not None:
            self._bind(node.rest, None, scope, context)
            self._record(node.rest, "assignment", node, scope, context, None)
        self.visit_children(node, scope, context)

    def visit_global(self, node: ast.Global, scope: Scope, context: int) -> None:
        for name in node.names:
            scope.redirect(name, to_module=True)

    def visit_nonlocal(self, node: ast.Nonlocal, scope: Scope, context: int) -> None:
        for name in node.names:
            scope.redirect(name, to_module=False)

    def visit_comprehension(self, node: _Comprehension, scope: Scope, context: int) -> None:
        """The first iterable is evaluated outside, all the rest in a scope of its own."""
        inner = self._scopes[node] = Scope("comprehension", scope, scope.qualname)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self._push(parts, inner, context)
        for number, part in enumerate(node.generators):
            self._push([part.target, *part.ifs], inner, context)
            self._stack.append((part.iter, inner if number else scope, context))

    # Branches

    def visit_if(self, node: ast.If, scope: Scope, context: int) -> None:
        body, orelse = bits_of_test(node.test, self._type_checking)
        self._push(node.orelse, scope, context | orelse)
        self._push(node.body, scope, context | body)
        self._stack.append((node.test, scope, context))

    def visit_try(self, node: ast.Try, scope: Scope, context: int) -> None:
        fallback = expects_import_error(node.handlers)
        self._push(node.finalbody, scope, context)
        self._push(node.orelse, scope, context)
        for handler in reversed(node.handlers):
            self._stack.append((handler, scope, context | _PROVIDING if fallback else context))
        self._push(node.body, scope, context | _TRY if fallback else context)

    def visit_handler(self, node: ast.ExceptHandler, scope: Scope, context: int) -> None:
        around = context & ~_PROVIDING
        if node.name is not None:
            self._bind(node.name, None, scope, around)
        self._push(node.body, scope, around if around == context else around | _HANDLER)
        if node.type is not None:
            self._stack.append((node.type, scope, around))


def _asked(arguments: ast.arguments) -> list[str] | None:
    """The parameters by name without a default; None where there are some by place alone."""
    if arguments.posonlyargs:
        return None
    plain = arguments.args[: len(arguments.args) - len(arguments.defaults)]
    by_name = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return [each.arg for each in (*plain, *(each for each, default in by_name if default is None))]


def _keyword(keyword: ast.keyword) -> str:
    said = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
    return f"{keyword.arg}={said}" if said is True or said is False else keyword.arg or "**"


def _told(node: ast.stmt, context: int) -> int:
    """The context of an import, with whether anything else is around it that may keep it from running."""
    return _NESTED if node.col_offset and context == _MODULE else context


def _seen(dotted: str, kind: UseKind, node: ast.expr) -> Seen:
    return node.lineno, node.col_offset, dotted, kind, node.end_lineno or node.lineno


def _within(context: int, kind: int) -> int:
    """The context inside a function or class: a handler around a definition does not reach the names inside it."""
    return (context & _INSIDE) | kind


_VISITS: Final[dict[type[ast.AST], Callable[..., None]]] = {
    **{kind: _Walk.visit_leaf if issubclass(kind, LEAVES) else _Walk.visit_children for kind in FIELDS},
    ast.Import: _Walk.visit_import,
    ast.ImportFrom: _Walk.visit_import_from,
    ast.FunctionDef: _Walk.visit_function,
    ast.AsyncFunctionDef: _Walk.visit_function,
    ast.Lambda: _Walk.visit_lambda,
    ast.ClassDef: _Walk.visit_class,
    ast.Call: _Walk.visit_call,
    ast.Constant: _Walk.visit_constant,
    ast.Expr: _Walk.visit_expression_statement,
    ast.JoinedStr: _Walk.visit_joined,
    ast.Name: _Walk.visit_name,
    ast.Attribute: _Walk.visit_attribute,
    ast.NamedExpr: _Walk.visit_named_expression,
    ast.Assign: _Walk.visit_assign,
    ast.AnnAssign: _Walk.visit_annotated_assign,
    ast.AugAssign: _Walk.visit_augmented_assign,
    ast.For: _Walk.visit_for,
    ast.AsyncFor: _Walk.visit_for,
    ast.With: _Walk.visit_with,
    ast.AsyncWith: _Walk.visit_with,
    ast.MatchAs: _Walk.visit_match_name,
    ast.MatchStar: _Walk.visit_match_name,
    ast.MatchMapping: _Walk.visit_match_mapping,
    ast.Global: _Walk.visit_global,
    ast.Nonlocal: _Walk.visit_nonlocal,
    ast.ListComp: _Walk.visit_comprehension,
    ast.SetComp: _Walk.visit_comprehension,
    ast.DictComp: _Walk.visit_comprehension,
    ast.GeneratorExp: _Walk.visit_comprehension,
    ast.If: _Walk.visit_if,
    ast.Try: _Walk.visit_try,
    ast.TryStar: _Walk.visit_try,
    ast.ExceptHandler: _Walk.visit_handler,
}
if sys.version_info >= (3, 12):
    _VISITS[ast.TypeAlias] = _Walk.visit_type_alias
if sys.version_info >= (3, 14):
    _VISITS[ast.TemplateStr] = _Walk.visit_joined
