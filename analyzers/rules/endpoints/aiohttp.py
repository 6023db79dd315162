"""aiohttp: handlers in tables and lists of routes, class views, middlewares, nested applications."""

from __future__ import annotations

from typing import Final

from analyzers.code import Found, Where
from analyzers.outline import Call, Class, Def, Expr
from analyzers.rules.endpoints.fastapi import middleware_list
from analyzers.rules.endpoints.model import NOTHING, Shown
from analyzers.rules.endpoints.reach import Guarding
from analyzers.rules.endpoints.view import Site, View, receiver
from analyzers.rules.endpoints.words import last_name

_APP: Final = "aiohttp.web.Application"
_APPS: Final = frozenset({_APP, "aiohttp.web_app.Application"})
_TABLES: Final = frozenset({"aiohttp.web.RouteTableDef", "aiohttp.web_routedef.RouteTableDef"})
_VIEWS: Final = frozenset({"aiohttp.web.View", "aiohttp.web_urldispatcher.View", "aiohttp_cors.CorsViewMixin"})
_METHODS: Final = frozenset({"get", "post", "put", "delete", "patch", "head", "options"})
_ADDING: Final = frozenset(f"add_{method}" for method in _METHODS) | {"add_route", "add_view"}


def survey_aiohttp(view: View) -> None:
    """Note down what a file says about aiohttp."""
    for found in (*view.functions, *view.classes):
        _decorated(view, found)
    for found in (*view.functions, *view.classes):
        _candidate(view, found)
    for site in view.sites:
        _call(view, site)


def _decorated(view: View, found: Found) -> None:
    node = found.node
    for number, decorator in enumerate(node.decorators if isinstance(node, Def | Class) else ()):
        last = last_name(decorator)
        if not isinstance(decorator, Call) or last not in _METHODS | {"view", "route"}:
            continue
        base = receiver(decorator.func)
        if base is None or not view.instance_kinds(base, found.where) & _TABLES or not isinstance(node, Def | Class):
            continue
        below = [view.reach.decorator(each, found.where) for each in node.decorators[number + 1 :]]
        position = 1 if last == "route" else 0
        path = view.text(decorator.args[position], found.where) if len(decorator.args) > position else None
        method = view.text(decorator.args[0], found.where) if last == "route" and decorator.args else last.upper()
        _handler(view, found, view.node(base, found.where), path or "{}", method or "", below)


def _handler(view: View, found: Found, on: str | None, path: str, method: str, below: list[Shown]) -> None:
    if isinstance(found.node, Class):
        _class_view(view, found, on, path, below, waits=False)
    else:
        shown = view.reach.handler(found, "http")
        view.endpoint(found, on, (shown, *below), framework="aiohttp", route=path, method=method)


def _class_view(view: View, found: Found, on: str | None, path: str, below: list[Shown], *, waits: bool) -> None:
    node = found.node
    for method in node.body if isinstance(node, Class) else ():
        if isinstance(method, Def) and method.name in _METHODS:
            inside = Where(found.where.file, (), node if isinstance(node, Class) else None)
            handler = Found(f"{found.dotted}.{method.name}", method, inside)
            decorated = [view.reach.decorator(each, inside) for each in method.decorators]
            shown = view.reach.handler(handler, "http")
            view.endpoint(
                handler,
                on,
                (shown, *decorated, *below),
                framework="aiohttp",
                route=path,
                method=method.name.upper(),
                waits=waits,
            )


def _candidate(view: View, found: Found) -> None:
    """A handler that is listed elsewhere, by its name."""
    node = found.node
    if not view.imports({"aiohttp"}) or any(each.function == found.dotted for each in view.endpoints):
        return
    if isinstance(node, Class):
        if view.kinds(found.dotted) & _VIEWS:
            _class_view(view, found, found.dotted, "", [], waits=True)
        return
    if not isinstance(node, Def) or not node.is_async or found.where.functions:
        return
    params = node.params[1:] if found.where.around is not None else node.params
    if len(params) == 1 and (params[0].name in ("request", "_request", "req", "_") or _is_request(view, found, node)):
        own = [view.reach.decorator(each, found.where) for each in node.decorators]
        shown = view.reach.handler(found, "http")
        view.endpoint(found, found.dotted, (shown, *own), framework="aiohttp", waits=True)


def _is_request(view: View, found: Found, node: Def) -> bool:
    annotation = node.params[-1].annotation
    return annotation is not None and view.code.meaning(annotation, found.where) == "aiohttp.web.Request"


def _call(view: View, site: Site) -> None:
    call, where = site
    last = last_name(call.func)
    if last == "Application" and view.code.callee(call, where) in _APPS:
        _made(view, call, where)
    elif last in ("add_routes", "add_subapp", "add_domain") or last in _ADDING:
        base = receiver(call.func)
        if base is not None:
            _added(view, call, where, last, base)


def _made(view: View, call: Call, where: Where) -> None:
    name = view.assigned_to(call, where)
    if name is None:
        return
    view.mount("root", name)
    wraps = middleware_list(view, call.keyword("middlewares"), where)
    if wraps != Guarding():
        view.mount("middleware", name, http=wraps.http, websocket=wraps.websocket)


def _application(view: View, base: Expr, where: Where) -> str | None:
    """The application behind `app` or `app.router`."""
    if view.instance_kinds(base, where) & _APPS:
        return view.node(base, where)
    outer = receiver(base)
    if outer is not None and last_name(base) == "router" and view.instance_kinds(outer, where) & _APPS:
        return view.node(outer, where)
    return None


def _added(view: View, call: Call, where: Where, last: str, base: Expr) -> None:
    on = _application(view, base, where)
    if on is None or not call.args:
        return
    if last in ("add_subapp", "add_domain"):
        child = view.node(call.args[1], where) if len(call.args) > 1 else None
        if child is not None:
            view.mount("include", child, on, view.text(call.args[0], where) or "{}")
    elif last == "add_routes":
        items = view.items(call.args[0], where)
        if items is None:
            table = view.node(call.args[0], where)
            if table is not None:
                view.mount("include", table, on)
        for item, place in items or ():
            if isinstance(item, Call):
                _listed(view, item, place, on, last_name(item.func))
    else:
        _listed(view, call, where, on, last.removeprefix("add_"))


def _listed(view: View, call: Call, where: Where, on: str, last: str) -> None:
    position = 1 if last == "route" else 0
    if len(call.args) < position + 2:
        return
    method = view.text(call.args[0], where) if last == "route" else last.upper()
    path = view.text(call.args[position], where) or "{}"
    target, around = call.args[position + 1], NOTHING
    value, place = view.code.value(target, where)
    if isinstance(value, Call) and value.args:
        around = view.reach.decorator(value.func, place)
        target, where = value.args[0], place
    found = view.found(target, where)
    if found is not None:
        view.mount("view", found.dotted, on, path, around, around, "" if method == "VIEW" else method or "")
