"""From a file's syntax tree to its outline (`analyzers.outline`)."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable
from typing import Any, Final

from analyzers.outline import (
    WALRUS,
    Assign,
    Attr,
    Bool,
    Call,
    Check,
    Choice,
    Class,
    Compare,
    Const,
    Def,
    Dict,
    Do,
    Expr,
    Handler,
    If,
    Item,
    Join,
    Jump,
    Lambda,
    Loop,
    Match,
    Not,
    Other,
    Outline,
    Param,
    Raise,
    Ref,
    Return,
    Several,
    Stmt,
    Try,
    With,
)
from analyzers.reading.names import dotted_name
from analyzers.reading.scopes import OWN, Scope
from analyzers.reading.shapes import FunctionNode
from analyzers.reading.walk import scopes_of_tree

_DEEPEST: Final = 60
"""Expressions and blocks inside each other; beyond that nothing is told. No real code comes near."""
_LARGEST: Final = 2**63
_LONGEST_TEXT: Final = 300
"""Characters of a string that are kept."""

_COMPARISONS: Final[dict[type[ast.cmpop], str]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


def outline_of_tree(tree: ast.Module) -> Outline:
    """The outline of a module."""
    module, scopes = scopes_of_tree(tree)
    outliner = _Outliner(scopes)
    body = outliner.block(tree.body, module)
    return Outline(body, frozenset(outliner.words), tuple(outliner.aliases))


class _Outliner:
    """Converts nodes, each in its scope."""

    def __init__(self, scopes: dict[ast.AST, Scope]) -> None:
        self._scopes = scopes
        self._depth = 0
        self.words: set[str] = set()
        self._calls: set[str] = set()
        self.aliases: list[tuple[str, tuple[str, ...]]] = []

    # Statements

    def block(self, statements: Iterable[ast.stmt], scope: Scope) -> tuple[Stmt, ...]:
        """A block of statements; empty where it is nested too deeply."""
        if self._depth > _DEEPEST:
            return ()
        self._depth += 1
        told: list[Stmt] = []
        for statement in statements:
            form = _STATEMENTS.get(type(statement))
            if form is not None and (one := form(self, statement, scope)) is not None:
                told.append(one)
        self._depth -= 1
        return tuple(told)

    def _function(self, node: FunctionNode, scope: Scope) -> Stmt:
        inner = self._scopes[node]
        outer, self.words = self.words, set()
        outer_calls, self._calls = self._calls, set()
        params, decorators = self._params(node.args, scope), self._all(node.decorator_list, scope)
        returns, body = self._maybe(node.returns, scope), self.block(node.body, inner)
        for each in decorators:
            self._note_callee(each)
        words, calls = frozenset(self.words), frozenset(self._calls)
        self.words, self._calls = outer | words, outer_calls | calls
        self.words.add(node.name)
        is_async = isinstance(node, ast.AsyncFunctionDef)
        lines = node.lineno, node.end_lineno or node.lineno
        return Def(node.name, inner.qualname, params, decorators, returns, body, is_async, *lines, words, calls)

    def _note_callee(self, callee: Expr) -> None:
        if isinstance(callee, Ref):
            names = _words(callee)
            self._calls.add(callee.name.rpartition(".")[2])
            self._calls.add(names[-1])
        elif isinstance(callee, Attr):
            self._calls.add(callee.name)

    def _params(self, arguments: ast.arguments, scope: Scope) -> tuple[Param, ...]:
        plain = [*arguments.posonlyargs, *arguments.args]
        missing = len(plain) - len(arguments.defaults)
        told = [
            self._param(each, "", arguments.defaults[number - missing] if number >= missing else None, scope)
            for number, each in enumerate(plain)
        ]
        if arguments.vararg is not None:
            told.append(self._param(arguments.vararg, "*", None, scope))
        pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        told += [self._param(each, "kw", default, scope) for each, default in pairs]
        if arguments.kwarg is not None:
            told.append(self._param(arguments.kwarg, "**", None, scope))
        return tuple(told)

    def _param(self, node: ast.arg, kind: Any, default: ast.expr | None, scope: Scope) -> Param:
        return Param(node.arg, kind, self._maybe(node.annotation, scope), self._maybe(default, scope))

    def _class(self, node: ast.ClassDef, scope: Scope) -> Stmt:
        inner = self._scopes[node]
        return Class(
            node.name,
            inner.qualname,
            self._all(node.bases, scope),
            self._keywords(node.keywords, scope),
            self._all(node.decorator_list, scope),
            self.block(node.body, inner),
            node.lineno,
            node.end_lineno or node.lineno,
        )

    def _assign(self, node: ast.Assign, scope: Scope) -> Stmt:
        targets, value = self._all(node.targets, scope), self.expr(node.value, scope)
        self._note_alias(targets, value)
        return Assign(targets, value, None, "", node.lineno, node.end_lineno or node.lineno)

    def _note_alias(self, targets: tuple[Expr, ...], value: Expr) -> None:
        """`check = verify`, `check = partial(verify, ...)`."""
        named = (value, *value.args) if isinstance(value, Call) else (value,)
        words = tuple(word for each in named if isinstance(each, Ref) for word in _words(each))
        if words:
            names = (target.name.rpartition(".")[2] for target in targets if isinstance(target, Ref))
            self.aliases += [(name, words) for name in names]

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> Stmt:
        target, annotation = self.expr(node.target, scope), self.expr(node.annotation, scope)
        value = self._maybe(node.value, scope)
        return Assign((target,), value, annotation, "", node.lineno, node.end_lineno or node.lineno)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> Stmt:
        target, value = self.expr(node.target, scope), self.expr(node.value, scope)
        operator = type(node.op).__name__
        return Assign((target,), value, None, operator, node.lineno, node.end_lineno or node.lineno)

    def _do(self, node: ast.Expr, scope: Scope) -> Stmt | None:
        if type(node.value) is ast.Constant:
            return None
        return Do(self.expr(node.value, scope), node.lineno, node.end_lineno or node.lineno)

    def _delete(self, node: ast.Delete, scope: Scope) -> Stmt:
        gone = Other("Delete", self._all(node.targets, scope), node.lineno)
        return Do(gone, node.lineno, node.end_lineno or node.lineno)

    def _return(self, node: ast.Return, scope: Scope) -> Stmt:
        return Return(self._maybe(node.value, scope), node.lineno, node.end_lineno or node.lineno)

    def _raise(self, node: ast.Raise, scope: Scope) -> Stmt:
        return Raise(self._maybe(node.exc, scope), node.lineno, node.end_lineno or node.lineno)

    def _jump(self, node: ast.Break | ast.Continue | ast.Pass, scope: Scope) -> Stmt:
        del scope
        return Jump(
            "break" if type(node) is ast.Break else "continue" if type(node) is ast.Continue else "pass", node.lineno
        )

    def _check(self, node: ast.Assert, scope: Scope) -> Stmt:
        return Check(self.expr(node.test, scope), node.lineno)

    def _if(self, node: ast.If, scope: Scope) -> Stmt:
        return If(
            self.expr(node.test, scope), self.block(node.body, scope), self.block(node.orelse, scope), node.lineno
        )

    def _try(self, node: ast.Try, scope: Scope) -> Stmt:
        handlers = tuple(
            Handler(
                self._maybe(each.type, scope),
                each.name,
                self.block(each.body, scope),
                each.lineno,
                each.end_lineno or each.lineno,
            )
            for each in node.handlers
        )
        body, orelse, final = (self.block(part, scope) for part in (node.body, node.orelse, node.finalbody))
        return Try(body, handlers, orelse, final, node.lineno)

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> Stmt:
        items = tuple(
            (self.expr(each.context_expr, scope), self._maybe(each.optional_vars, scope)) for each in node.items
        )
        return With(items, self.block(node.body, scope), node.lineno)

    def _for(self, node: ast.For | ast.AsyncFor, scope: Scope) -> Stmt:
        target, head = self.expr(node.target, scope), self.expr(node.iter, scope)
        return Loop(target, head, self.block(node.body, scope), self.block(node.orelse, scope), node.lineno)

    def _while(self, node: ast.While, scope: Scope) -> Stmt:
        head = self.expr(node.test, scope)
        return Loop(None, head, self.block(node.body, scope), self.block(node.orelse, scope), node.lineno)

    def _match(self, node: ast.Match, scope: Scope) -> Stmt:
        cases = tuple((self._maybe(each.guard, scope), self.block(each.body, scope)) for each in node.cases)
        return Match(self.expr(node.subject, scope), cases, node.lineno)

    # Expressions

    def expr(self, node: ast.expr, scope: Scope) -> Expr:
        """An expression; what is nested too deeply is told as `Other` without parts."""
        if self._depth > _DEEPEST:
            return Other("...", (), node.lineno)
        self._depth += 1
        try:
            form = _EXPRESSIONS.get(type(node))
            return self._other(node, scope) if form is None else form(self, node, scope)
        finally:
            self._depth -= 1

    def _all(self, nodes: Iterable[ast.expr], scope: Scope) -> tuple[Expr, ...]:
        return tuple([self.expr(node, scope) for node in nodes])

    def _maybe(self, node: ast.expr | None, scope: Scope) -> Expr | None:
        return None if node is None else self.expr(node, scope)

    def _keywords(self, nodes: Iterable[ast.keyword], scope: Scope) -> tuple[tuple[str | None, Expr], ...]:
        self.words.update([node.arg for node in nodes if node.arg is not None])
        return tuple([(node.arg, self.expr(node.value, scope)) for node in nodes])

    def _constant(self, node: ast.Constant, scope: Scope) -> Expr:
        del scope
        value = node.value
        if isinstance(value, bytes):
            value = value[:_LONGEST_TEXT].decode("latin-1")
        elif isinstance(value, str):
            value = value[:_LONGEST_TEXT].encode("utf-8", "replace").decode()  # half a surrogate pair is no text
        elif isinstance(value, int | float | None):
            if isinstance(value, int) and abs(value) >= _LARGEST:
                return Other("Constant", (), node.lineno)
        else:
            return Other("Constant", (), node.lineno)
        return Const(value, node.lineno)

    def _name(self, node: ast.Name, scope: Scope) -> Expr:
        return self._ref(node.id, scope, node.lineno)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Expr:
        dotted = dotted_name(node)
        if dotted is not None:
            return self._ref(dotted, scope, node.lineno)
        self.words.add(node.attr)
        return Attr(self.expr(node.value, scope), node.attr, node.end_lineno or node.lineno)

    def _ref(self, dotted: str, scope: Scope, line: int) -> Ref:
        told = Ref(dotted, scope.target_of(dotted), line)
        self.words.update(_words(told))
        return told

    def _call(self, node: ast.Call, scope: Scope) -> Expr:
        func = self.expr(node.func, scope)
        self._note_callee(func)
        args, keywords = self._all(node.args, scope), self._keywords(node.keywords, scope)
        return Call(func, args, keywords, node.lineno, node.end_lineno or node.lineno)

    def _item(self, node: ast.Subscript, scope: Scope) -> Expr:
        return Item(self.expr(node.value, scope), self.expr(node.slice, scope), node.lineno)

    def _bool(self, node: ast.BoolOp, scope: Scope) -> Expr:
        return Bool("and" if type(node.op) is ast.And else "or", self._all(node.values, scope), node.lineno)

    def _unary(self, node: ast.UnaryOp, scope: Scope) -> Expr:
        value = self.expr(node.operand, scope)
        return Not(value, node.lineno) if type(node.op) is ast.Not else Other("UnaryOp", (value,), node.lineno)

    def _compare(self, node: ast.Compare, scope: Scope) -> Expr:
        ops = tuple(_COMPARISONS[type(op)] for op in node.ops)
        left, rights = self.expr(node.left, scope), self._all(node.comparators, scope)
        return Compare(left, ops, rights, node.lineno, node.end_lineno or node.lineno)

    def _binary(self, node: ast.BinOp, scope: Scope) -> Expr:
        parts = (self.expr(node.left, scope), self.expr(node.right, scope))
        return Join(parts, node.lineno) if type(node.op) is ast.Add else Other("BinOp", parts, node.lineno)

    def _joined(self, node: ast.JoinedStr, scope: Scope) -> Expr:
        parts = [each.value if isinstance(each, ast.FormattedValue) else each for each in node.values]
        return Join(self._all(parts, scope), node.lineno)

    def _dict(self, node: ast.Dict, scope: Scope) -> Expr:
        pairs = zip(node.keys, node.values, strict=True)
        return Dict(tuple([(self._maybe(key, scope), self.expr(value, scope)) for key, value in pairs]), node.lineno)

    def _several(self, node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> Expr:
        return Several(self._all(node.elts, scope), node.lineno)

    def _choice(self, node: ast.IfExp, scope: Scope) -> Expr:
        test, body, orelse = (self.expr(part, scope) for part in (node.test, node.body, node.orelse))
        return Choice(test, body, orelse, node.lineno)

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Expr:
        return Lambda(self._params(node.args, scope), self.expr(node.body, self._scopes[node]), node.lineno)

    def _await(self, node: ast.Await, scope: Scope) -> Expr:
        return self.expr(node.value, scope)

    def _starred(self, node: ast.Starred, scope: Scope) -> Expr:
        return Other("*", (self.expr(node.value, scope),), node.lineno)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: Scope) -> Expr:
        inner = self._scopes[node]
        element = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        parts = [*self._all(element, inner)]
        for number, each in enumerate(node.generators):
            parts.append(self.expr(each.iter, inner if number else scope))
            parts += self._all(each.ifs, inner)
        return Other(type(node).__name__, tuple(parts), node.lineno)

    def _other(self, node: ast.expr, scope: Scope) -> Expr:
        if type(node) is ast.NamedExpr:
            self.words.add(WALRUS)
        parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        return Other(type(node).__name__, self._all(parts, scope), node.lineno)


def _words(ref: Ref) -> list[str]:
    """The names in a dotted name, and as the last one that of what it stands for."""
    parts = ref.name.split(".")
    if ref.target is not None:
        parts.append(ref.target.rpartition(".")[2].lstrip(OWN))
    return parts


_Form = Callable[[_Outliner, Any, Scope], Any]

_STATEMENTS: Final[dict[type[ast.stmt], _Form]] = {
    ast.FunctionDef: _Outliner._function,
    ast.AsyncFunctionDef: _Outliner._function,
    ast.ClassDef: _Outliner._class,
    ast.Assign: _Outliner._assign,
    ast.AnnAssign: _Outliner._annotated,
    ast.AugAssign: _Outliner._augmented,
    ast.Expr: _Outliner._do,
    ast.Delete: _Outliner._delete,
    ast.Return: _Outliner._return,
    ast.Raise: _Outliner._raise,
    ast.Break: _Outliner._jump,
    ast.Continue: _Outliner._jump,
    ast.Pass: _Outliner._jump,
    ast.Assert: _Outliner._check,
    ast.If: _Outliner._if,
    ast.Try: _Outliner._try,
    ast.TryStar: _Outliner._try,
    ast.With: _Outliner._with,
    ast.AsyncWith: _Outliner._with,
    ast.For: _Outliner._for,
    ast.AsyncFor: _Outliner._for,
    ast.While: _Outliner._while,
    ast.Match: _Outliner._match,
}

_EXPRESSIONS: Final[dict[type[ast.expr], _Form]] = {
    ast.Constant: _Outliner._constant,
    ast.Name: _Outliner._name,
    ast.Attribute: _Outliner._attribute,
    ast.Call: _Outliner._call,
    ast.Subscript: _Outliner._item,
    ast.BoolOp: _Outliner._bool,
    ast.UnaryOp: _Outliner._unary,
    ast.Compare: _Outliner._compare,
    ast.BinOp: _Outliner._binary,
    ast.JoinedStr: _Outliner._joined,
    ast.Dict: _Outliner._dict,
    ast.List: _Outliner._several,
    ast.Tuple: _Outliner._several,
    ast.Set: _Outliner._several,
    ast.IfExp: _Outliner._choice,
    ast.Lambda: _Outliner._lambda,
    ast.Await: _Outliner._await,
    ast.Starred: _Outliner._starred,
    ast.ListComp: _Outliner._comprehension,
    ast.SetComp: _Outliner._comprehension,
    ast.DictComp: _Outliner._comprehension,
    ast.GeneratorExp: _Outliner._comprehension,
}

if sys.version_info >= (3, 12):

    def _type_alias(outliner: _Outliner, node: ast.TypeAlias, scope: Scope) -> Stmt:
        """`type Name = value` (PEP 695)."""
        target = Ref(node.name.id, scope.target_of(node.name.id), node.lineno)
        value = outliner.expr(node.value, scope)
        return Assign((target,), value, None, "", node.lineno, node.end_lineno or node.lineno)

    _STATEMENTS[ast.TypeAlias] = _type_alias
