"""Reading one file: bytes in, facts out. Never runs what it reads and never raises for what is in it.

One walk over the syntax tree of the standard library's `ast`, without recursion, so that deep nesting costs nothing
but the parser's own limit.
"""

from __future__ import annotations

import ast
import sys
import tokenize
import warnings
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Final

from analyzers.facts import (
    Binding,
    BindingKind,
    Context,
    Facts,
    FileFacts,
    ImportFact,
    Unread,
    UnreadReason,
    Use,
    UseKind,
    encode,
)
from analyzers.scopes import OWN, Scope, ScopeKind, alias_of, imported

_GRAMMAR: Final = f"read as Python {sys.version_info.major}.{sys.version_info.minor}"

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_Binder = ast.stmt | ast.expr | ast.pattern
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def read_encoded(blob: bytes) -> bytes:
    """The stored form of a file's facts; what the reader processes run."""
    return encode(read(blob))


def encode_unread(reason: UnreadReason, message: str) -> bytes:
    """The stored form of a file that could not be read for a reason outside itself."""
    return encode(Unread(reason, message))


def read(blob: bytes) -> Facts:
    """The facts of one Python source file, or why it cannot be read."""
    tree = _parse(blob)
    if isinstance(tree, Unread):
        return tree
    walk = _Walk(tree)
    walk.run()
    return walk.facts(lines=blob.count(b"\n") + (not blob.endswith(b"\n") and bool(blob)))


def _parse(blob: bytes) -> ast.Module | Unread:
    if b"\0" in blob:
        return Unread("encoding", "contains a null byte")
    source = _decoded(blob)
    if source is None:
        return Unread("encoding", "is not text in the encoding that it declares, or in UTF-8 where it declares none")
    try:
        return _tree(blob)
    except (RecursionError, MemoryError):
        return Unread("nesting", "nested deeper than the parser can follow")
    except SyntaxError as error:
        return _parse_again(source, error)
    except ValueError as error:  # an undecodable literal, seen as ValueError by some versions
        return Unread("syntax", f"{error} ({_GRAMMAR})")


def _decoded(blob: bytes) -> str | None:
    """The text by its byte order mark, cookie or UTF-8 (PEP 263). `ast` itself overlooks bad bytes in comments."""
    try:
        with warnings.catch_warnings():  # some codecs complain, such as unicode_escape
            warnings.simplefilter("ignore")
            encoding, _ = tokenize.detect_encoding(BytesIO(blob).readline)
            return blob.decode(encoding)
    except (SyntaxError, UnicodeError, LookupError):
        return None


def _tree(source: bytes | str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _parse_again(source: str, error: SyntaxError) -> ast.Module | Unread:
    """Tell apart what `ast` reports alike: too deep nesting, syntax newer than its own, and no Python at all."""
    if "too many nested" in str(error.msg):
        return Unread("nesting", f"{error.msg} ({_GRAMMAR})", error.lineno)
    unread = Unread("syntax", f"{error.msg} ({_GRAMMAR})", error.lineno)

    from analyzers.newer_syntax import in_older_words  # libcst takes a quarter of a second to import

    older = in_older_words(source)
    try:
        return unread if older is None else _tree(older)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return unread


def dotted_name(node: ast.expr) -> str | None:
    """`a.b.c` for the expression that says so, None for any other."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    names.append(node.id)
    return ".".join(reversed(names))


class _Walk:
    """One pass over a module. Uses are kept until the end, when every scope knows its names."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._module = Scope("module", None, "")
        self._imports: list[ImportFact] = []
        self._bindings: list[Binding] = []
        self._candidates: list[tuple[ast.expr, ast.expr, bool, Scope]] = []
        self._exports: list[str] | None = None
        self._exports_open = False
        self._stack: list[tuple[ast.AST, Scope, int]] = []

    def run(self) -> None:
        """Visit every node once, in the order of the source."""
        self._push(self._tree.body, self._module, Context.MODULE)
        stack = self._stack
        while stack:
            node, scope, context = stack.pop()
            visit = _VISITS.get(type(node))
            if visit is None:
                self._push_children(node, scope, context)
            else:
                visit(self, node, scope, context)

    def facts(self, *, lines: int) -> FileFacts:
        """What the walk has found."""
        return FileFacts(
            imports=tuple(self._imports),
            bindings=tuple(self._bindings),
            uses=tuple(self._uses()),
            exports=None if self._exports is None else tuple(filter(str.isidentifier, dict.fromkeys(self._exports))),
            exports_open=self._exports_open,
            lines=lines,
        )

    def _uses(self) -> Iterator[Use]:
        for callee, span, is_call, scope in self._candidates:
            dotted = dotted_name(callee)
            target = None if dotted is None else scope.target_of(dotted)
            if target is not None:
                kind: UseKind = "call" if is_call else "decorator"
                yield Use(target, kind, span.lineno, span.end_lineno or span.lineno, scope.qualname)

    def _push(self, nodes: list[ast.stmt] | list[ast.expr], scope: Scope, context: int) -> None:
        self._stack.extend((node, scope, context) for node in reversed(nodes))

    def _push_children(self, node: ast.AST, scope: Scope, context: int) -> None:
        children: list[tuple[ast.AST, Scope, int]] = []
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                children.extend((item, scope, context) for item in value if isinstance(item, ast.AST))
            elif isinstance(value, ast.AST):
                children.append((value, scope, context))
        self._stack.extend(reversed(children))

    def _bind(self, name: str, target: str | None, scope: Scope, context: int) -> None:
        scope.bind(name, target, second_choice=bool(context & Context.HANDLER))

    def _record(
        self, name: str, kind: BindingKind, node: _Binder, scope: Scope, context: int, target: str | None
    ) -> None:
        """Note what a module offers to those who import from it."""
        if scope is self._module or scope.redirected.get(name) is self._module:
            self._bindings.append(Binding(name, kind, node.lineno, context, target))

    # Imports

    def visit_import(self, node: ast.Import, scope: Scope, context: int) -> None:
        for alias in node.names:
            fact = ImportFact(0, alias.name, None, alias.asname, node.lineno, alias.end_lineno or node.lineno, context)
            self._imports.append(fact)
            target = alias.name if alias.asname else fact.binds
            self._bind(fact.binds, target, scope, context)

    def visit_import_from(self, node: ast.ImportFrom, scope: Scope, context: int) -> None:
        for alias in node.names:
            end = alias.end_lineno or node.lineno
            fact = ImportFact(node.level, node.module or "", alias.name, alias.asname, node.lineno, end, context)
            self._imports.append(fact)
            if alias.name != "*":
                target = imported(fact.level, fact.module, alias.name)
                self._bind(fact.binds, target, scope, context)

    # Definitions

    def visit_function(self, node: FunctionNode, scope: Scope, context: int) -> None:
        self._define(node, "function", scope, context)
        arguments = node.args
        inner = self._nested(node.name, "function", scope)
        _bind_arguments(arguments, inner)
        self._push(node.body, inner, _within(context, Context.FUNCTION))
        outside = [*node.decorator_list, *_annotations(arguments), *_defaults(arguments)]
        self._push([*outside, node.returns] if node.returns else outside, scope, context)

    def visit_lambda(self, node: ast.Lambda, scope: Scope, context: int) -> None:
        inner = Scope("function", scope, scope.qualname)
        _bind_arguments(node.args, inner)
        self._stack.append((node.body, inner, _within(context, Context.FUNCTION)))
        self._push(_defaults(node.args), scope, context)

    def visit_class(self, node: ast.ClassDef, scope: Scope, context: int) -> None:
        self._define(node, "class", scope, context)
        inner = self._nested(node.name, "class", scope)
        self._push(node.body, inner, _within(context, Context.CLASS))
        keywords = [keyword.value for keyword in node.keywords]
        self._push([*node.decorator_list, *node.bases, *keywords], scope, context)

    def _define(self, node: FunctionNode | ast.ClassDef, kind: BindingKind, scope: Scope, context: int) -> None:
        own = OWN + node.name if scope is self._module else None
        self._bind(node.name, own, scope, context)
        self._record(node.name, kind, node, scope, context, None)
        for decorator in node.decorator_list:
            if not isinstance(decorator, ast.Call):
                self._candidates.append((decorator, decorator, False, scope))

    def _nested(self, name: str, kind: ScopeKind, scope: Scope) -> Scope:
        return Scope(kind, scope, f"{scope.qualname}.{name}" if scope.qualname else name)

    # Names

    def visit_call(self, node: ast.Call, scope: Scope, context: int) -> None:
        self._candidates.append((node.func, node, True, scope))
        if scope is self._module and isinstance(node.func, ast.Attribute) and _is_all(node.func.value):
            self._extend_exports(node.func.attr, node.args)
        self._push_children(node, scope, context)

    def visit_name(self, node: ast.Name, scope: Scope, context: int) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._bind(node.id, None, scope, context)

    def visit_named_expression(self, node: ast.NamedExpr, scope: Scope, context: int) -> None:
        outside = scope.outside_comprehension()
        outside.bind(node.target.id, None)
        self._record(node.target.id, "assignment", node, outside, context, None)
        self._stack.append((node.value, scope, context))

    def visit_assign(self, node: ast.Assign, scope: Scope, context: int) -> None:
        dotted = dotted_name(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._assign(target.id, dotted, node, scope, context)
            else:
                self._record_unpacked(target, node, scope, context)
                self._stack.append((target, scope, context))
        if len(node.targets) == 1 and _is_all(node.targets[0]) and scope is self._module:
            self._set_exports(node.value)
        self._stack.append((node.value, scope, context))

    def visit_annotated_assign(self, node: ast.AnnAssign, scope: Scope, context: int) -> None:
        if isinstance(node.target, ast.Name) and node.value is not None:
            self._assign(node.target.id, dotted_name(node.value), node, scope, context)
            if _is_all(node.target) and scope is self._module:
                self._set_exports(node.value)
            self._push([node.annotation, node.value], scope, context)
        elif isinstance(node.target, ast.Name) and scope.kind != "function":
            self._stack.append((node.annotation, scope, context))  # `x: int` binds nothing there
        else:
            self._push_children(node, scope, context)

    if sys.version_info >= (3, 12):

        def visit_type_alias(self, node: ast.TypeAlias, scope: Scope, context: int) -> None:
            """`type Name = value` (PEP 695)."""
            self._assign(node.name.id, dotted_name(node.value), node, scope, context)
            self._stack.append((node.value, scope, context))

    def visit_augmented_assign(self, node: ast.AugAssign, scope: Scope, context: int) -> None:
        if scope is self._module and _is_all(node.target):
            self._extend_exports("extend", [node.value])
        self._push_children(node, scope, context)

    def _assign(self, name: str, dotted: str | None, node: ast.stmt, scope: Scope, context: int) -> None:
        self._bind(name, None if dotted is None else alias_of(dotted), scope, context)
        self._record(name, "assignment" if dotted is None else "alias", node, scope, context, dotted)

    def _record_unpacked(self, target: ast.expr, node: ast.stmt, scope: Scope, context: int) -> None:
        for part in ast.walk(target):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                self._record(part.id, "assignment", node, scope, context, None)

    def visit_for(self, node: ast.For | ast.AsyncFor, scope: Scope, context: int) -> None:
        self._record_unpacked(node.target, node, scope, context)
        self._push_children(node, scope, context)

    def visit_with(self, node: ast.With | ast.AsyncWith, scope: Scope, context: int) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self._record_unpacked(item.optional_vars, node, scope, context)
        self._push_children(node, scope, context)

    def visit_match_name(self, node: ast.MatchAs | ast.MatchStar, scope: Scope, context: int) -> None:
        if node.name is not None:
            self._bind(node.name, None, scope, context)
            self._record(node.name, "assignment", node, scope, context, None)
        self._push_children(node, scope, context)

    def visit_match_mapping(self, node: ast.MatchMapping, scope: Scope, context: int) -> None:
        if node.rest is not None:
            self._bind(node.rest, None, scope, context)
            self._record(node.rest, "assignment", node, scope, context, None)
        self._push_children(node, scope, context)

    def visit_global(self, node: ast.Global, scope: Scope, context: int) -> None:
        for name in node.names:
            scope.redirect(name, to_module=True)

    def visit_nonlocal(self, node: ast.Nonlocal, scope: Scope, context: int) -> None:
        for name in node.names:
            scope.redirect(name, to_module=False)

    def visit_comprehension(self, node: _Comprehension, scope: Scope, context: int) -> None:
        """The first iterable is evaluated outside, all the rest in a scope of its own."""
        inner = Scope("comprehension", scope, scope.qualname)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self._push(parts, inner, context)
        for number, part in enumerate(node.generators):
            self._push([part.target, *part.ifs], inner, context)
            self._stack.append((part.iter, inner if number else scope, context))

    # Branches

    def visit_if(self, node: ast.If, scope: Scope, context: int) -> None:
        guarded, unguarded = _type_checking_branches(node.test)
        self._push(node.orelse, scope, context | unguarded)
        self._push(node.body, scope, context | guarded)
        self._stack.append((node.test, scope, context))

    def visit_try(self, node: ast.Try, scope: Scope, context: int) -> None:
        fallback = any(_expects_import_error(handler) for handler in node.handlers)
        self._push(node.finalbody, scope, context)
        self._push(node.orelse, scope, context)
        for handler in reversed(node.handlers):
            handled = context | Context.HANDLER if fallback else context
            self._push(handler.body, scope, handled)
            if handler.name is not None:
                self._bind(handler.name, None, scope, context)
            if handler.type is not None:
                self._stack.append((handler.type, scope, context))
        self._push(node.body, scope, context | Context.TRY if fallback else context)

    # __all__

    def _set_exports(self, value: ast.expr) -> None:
        """Names of every assignment are kept: which branch counts is not known."""
        names = _string_list(value)
        self._exports = [*(self._exports or ()), *(names or ())]
        self._exports_open |= names is None

    def _extend_exports(self, method: str, arguments: list[ast.expr]) -> None:
        names: list[str] | None = None
        if len(arguments) == 1 and method == "extend":
            names = _string_list(arguments[0])
        elif len(arguments) == 1 and method == "append":
            names = _string_list(ast.List(elts=arguments))
        self._exports_open |= names is None or self._exports is None
        self._exports = [*(self._exports or ()), *(names or ())]


def _within(context: int, kind: Context) -> int:
    """The context inside a function or class: a handler around a definition does not reach the names inside it."""
    return (context & ~(Context.TRY | Context.HANDLER)) | kind


def _bind_arguments(arguments: ast.arguments, scope: Scope) -> None:
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    for argument in [*named, arguments.vararg, arguments.kwarg]:
        if argument is not None:
            scope.bind(argument.arg, None)


def _annotations(arguments: ast.arguments) -> list[ast.expr]:
    named = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    ]
    return [argument.annotation for argument in named if argument is not None and argument.annotation is not None]


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)]


def _is_all(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "__all__"


def _string_list(node: ast.expr) -> list[str] | None:
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


def _type_checking_branches(test: ast.expr) -> tuple[int, int]:
    """The bits that `if test:` adds to its body and to its `else`."""
    negated = False
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, negated = test.operand, not negated
    name = dotted_name(test)
    if name is None or name.rpartition(".")[2] != "TYPE_CHECKING":
        return 0, 0
    return (0, Context.TYPE_CHECKING) if negated else (Context.TYPE_CHECKING, 0)


_IMPORT_ERRORS: Final = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def _expects_import_error(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any((dotted_name(item) or "").rpartition(".")[2] in _IMPORT_ERRORS for item in types)


_VISITS: Final[dict[type[ast.AST], Callable[..., None]]] = {
    ast.Import: _Walk.visit_import,
    ast.ImportFrom: _Walk.visit_import_from,
    ast.FunctionDef: _Walk.visit_function,
    ast.AsyncFunctionDef: _Walk.visit_function,
    ast.Lambda: _Walk.visit_lambda,
    ast.ClassDef: _Walk.visit_class,
    ast.Call: _Walk.visit_call,
    ast.Name: _Walk.visit_name,
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
    # Leaves without names: nothing below them is worth a visit.
    ast.Constant: lambda walk, node, scope, context: None,
}
if sys.version_info >= (3, 12):
    _VISITS[ast.TypeAlias] = _Walk.visit_type_alias
