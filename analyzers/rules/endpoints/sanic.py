"""Sanic: routes, view classes, blueprints, middleware for requests."""

from __future__ import annotations

from typing import Final

from analyzers.code import Found, Where
from analyzers.outline import Call, Class, Const, Def, Expr, Ref, Several
from analyzers.rules.endpoints.flask import list_of_decorators
from analyzers.rules.endpoints.model import NOTHING, EndpointKind, Shown, together
from analyzers.rules.endpoints.view import Site, View, receiver
from analyzers.rules.endpoints.words import last_name

_APPS: Final = frozenset({"sanic.Sanic", "sanic.app.Sanic"})
_BLUEPRINTS: Final = frozenset({"sanic.Blueprint", "sanic.blueprints.Blueprint"})
_ALL: Final = _APPS | _BLUEPRINTS
_METHODS: Final = frozenset({"get", "post", "put", "delete", "patch", "head", "options"})
_ROUTING: Final = _METHODS | {"route", "websocket"}
_HOOKS: Final = frozenset({"middleware", "on_request"})
_VIEWS: Final = frozenset({"sanic.views.HTTPMethodView"})


def survey_sanic(view: View) -> None:
    """Note down what a file says about Sanic."""
    for found in view.functions:
        if isinstance(found.node, Def):
            _function(view, found, found.node)
    for site in view.sites:
        _call(view, site)


def _function(view: View, found: Found, node: Def) -> None:
    for number, decorator in enumerate(node.decorators):
        target = decorator.func if isinstance(decorator, Call) else decorator
        last = last_name(target)
        base = receiver(target) if last in _ROUTING | _HOOKS else None
        if base is None or not view.instance_kinds(base, found.where) & _ALL:
            continue
        on = view.node(base, found.where)
        if last in _HOOKS:
            _hook(view, Ref(node.name, f":{node.qualname}", node.line), decorator, found.where, on)
        elif isinstance(decorator, Call):
            below = [view.reach.decorator(each, found.where) for each in node.decorators[number + 1 :]]
            path = view.text(decorator.args[0] if decorator.args else decorator.keyword("uri"), found.where)
            _endpoint(view, found, on, path or "{}", last, below)


def _endpoint(view: View, found: Found, on: str | None, path: str, last: str, below: list[Shown]) -> None:
    kind: EndpointKind = "websocket" if "websocket" in last else "http"
    shown = view.reach.handler(found, kind)
    method = last.upper() if last in _METHODS else "" if kind == "websocket" else "GET"
    view.endpoint(found, on, (shown, *below), framework="Sanic", route=path, method=method, kind=kind)


def _hook(view: View, function: Expr, decorator: Expr, where: Where, on: str | None) -> None:
    attached = decorator.args[0] if isinstance(decorator, Call) and decorator.args else None
    if isinstance(attached, Const) and attached.value == "response":
        return
    shown = view.reach.hook(function, where)
    if on is not None and not shown.is_empty:
        view.mount("guard", on, http=shown, websocket=shown)


def _call(view: View, site: Site) -> None:
    call, where = site
    last = last_name(call.func)
    if last[:1].isupper() and view.kinds(view.code.callee(call, where)) & _ALL:
        _made(view, call, where)
        return
    if last not in ("blueprint", "add_route", "add_websocket_route", "register_middleware"):
        return
    base = receiver(call.func)
    if base is None or not call.args or not view.instance_kinds(base, where) & _ALL:
        return
    on = view.node(base, where)
    if last == "register_middleware":
        attached = call.args[1] if len(call.args) > 1 else None
        if not (isinstance(attached, Const) and attached.value == "response"):
            _hook(view, call.args[0], call.args[0], where, on)
    elif last == "blueprint":
        _blueprint(view, call, where, on)
    else:
        _added(view, call, where, on, last)


def _made(view: View, call: Call, where: Where) -> None:
    name = view.assigned_to(call, where)
    if name is None:
        return
    if view.kinds(view.code.callee(call, where)) & _APPS:
        view.mount("root", name)
    prefix = call.keyword("url_prefix")
    if prefix is not None:
        view.mount("guard", name, prefix=view.text(prefix, where) or "{}")


def _blueprint(view: View, call: Call, where: Where, on: str | None) -> None:
    value, place = view.code.value(call.args[0], where)
    group = [(item, place) for item in value.items] if isinstance(value, Several) else [(call.args[0], where)]
    for item, inside in group:
        node = view.node(item, inside)
        if node is not None:
            prefix = call.keyword("url_prefix")
            view.mount("include", node, on or "", view.text(prefix, where) or "" if prefix is not None else "")


def _added(view: View, call: Call, where: Where, on: str | None, last: str) -> None:
    handler, path = call.args[0], view.text(call.args[1] if len(call.args) > 1 else call.keyword("uri"), where) or "{}"
    around: Shown = NOTHING
    if isinstance(handler, Call):
        if last_name(handler.func) == "as_view":
            inner = receiver(handler.func)
        else:
            around = view.reach.decorator(handler.func, where)
            inner = handler.args[0] if handler.args else None
        if inner is None:
            return
        handler = inner
    found = view.found(handler, where)
    if found is None or found.where.file.path != view.file.path:
        return
    if isinstance(found.node, Class):
        _class_view(view, found, found.node, on, path)
        return
    below = (
        [view.reach.decorator(each, found.where) for each in found.node.decorators]
        if isinstance(found.node, Def)
        else []
    )
    _endpoint(view, found, on, path, "websocket" if "websocket" in last else "route", [*below, around])


def _class_view(view: View, found: Found, node: Class, on: str | None, path: str) -> None:
    inside = Where(found.where.file, (), node)
    around = []
    for statement in node.body:
        targets = getattr(statement, "targets", ())
        if any(isinstance(each, Ref) and each.name == "decorators" for each in targets):
            around.append(list_of_decorators(view, getattr(statement, "value", None), inside))
    for method in node.body:
        if isinstance(method, Def) and method.name in _METHODS:
            handler = Found(f"{found.dotted}.{method.name}", method, inside)
            decorated = [view.reach.decorator(each, inside) for each in method.decorators]
            shown = together((view.reach.handler(handler, "http"), *decorated, *around))
            view.endpoint(handler, on, (shown,), framework="Sanic", route=path, method=method.name.upper())
