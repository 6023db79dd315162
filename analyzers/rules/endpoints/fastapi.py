"""FastAPI and Starlette: routes, dependencies along the tree of routers, middleware, mounts."""

from __future__ import annotations

from typing import Final

from analyzers.code import Found, Where
from analyzers.outline import Assign, Call, Class, Const, Def, Dict, Expr, Lambda, Ref, expressions_in
from analyzers.rules.endpoints.model import NOTHING, Shown, doubtful, together
from analyzers.rules.endpoints.reach import Guarding
from analyzers.rules.endpoints.view import Site, Spot, View, receiver
from analyzers.rules.endpoints.words import last_name

_FASTAPI_APPS: Final = frozenset({"fastapi.FastAPI", "fastapi.applications.FastAPI"})
_FASTAPI_ROUTERS: Final = frozenset({"fastapi.APIRouter", "fastapi.routing.APIRouter", "fastapi.routers.APIRouter"})
_STARLETTE_APPS: Final = frozenset({"starlette.applications.Starlette"})
_STARLETTE_ROUTERS: Final = frozenset({"starlette.routing.Router"})
_APPS: Final = _FASTAPI_APPS | _STARLETTE_APPS
_ROUTERS: Final = _FASTAPI_ROUTERS | _STARLETTE_ROUTERS
_METHODS: Final = frozenset({"get", "post", "put", "delete", "patch", "head", "options", "trace"})
_ROUTING: Final = _METHODS | {"api_route", "route", "websocket", "websocket_route"}
_ADDING: Final = frozenset({"add_api_route", "add_route", "add_api_websocket_route", "add_websocket_route"})
_PLAIN: Final = frozenset({"route", "websocket_route", "add_route", "add_websocket_route"})
"""Starlette's own, which know no dependencies."""
_ROUTES: Final = {"starlette.routing.Route": "http", "starlette.routing.WebSocketRoute": "websocket"}
_MOUNTS: Final = frozenset({"starlette.routing.Mount", "fastapi.routing.Mount"})
_MIDDLEWARE: Final = frozenset({"starlette.middleware.Middleware", "fastapi.middleware.Middleware"})
_ENDPOINT_CLASSES: Final = {
    "starlette.endpoints.HTTPEndpoint": ("get", "post", "put", "delete", "patch", "head", "options"),
    "starlette.endpoints.WebSocketEndpoint": ("on_connect", "on_receive"),
}


def survey_fastapi(view: View) -> None:
    """Note down what a file says about FastAPI and Starlette."""
    for found in view.functions:
        if isinstance(found.node, Def):
            _function(view, found, found.node)
    for site in view.sites:
        _call(view, site)
    for spot in view.spots:
        _changed(view, spot)


def _changed(view: View, spot: Spot) -> None:
    """`app.router.route_class = Guarded`, `app.router.dependencies = ...`."""
    for target in spot.statement.targets if isinstance(spot.statement, Assign) else ():
        if isinstance(target, Ref) and target.name.endswith((".route_class", ".dependencies", ".middleware_stack")):
            base = receiver(target)
            base = receiver(base) or base if base is not None and last_name(base) == "router" else base
            if base is not None and view.instance_kinds(base, spot.where) & (_APPS | _ROUTERS):
                _doubt(view, view.node(base, spot.where) or "", "it is changed after it is made")


# Routes


def _function(view: View, found: Found, node: Def) -> None:
    for number, decorator in enumerate(node.decorators):
        last = last_name(decorator)
        if not isinstance(decorator, Call) or last not in _ROUTING | {"middleware"}:
            continue
        base = receiver(decorator.func)
        kinds = frozenset() if base is None else view.instance_kinds(base, found.where)
        if base is None or not kinds & (_APPS | _ROUTERS):
            continue
        on = view.node(base, found.where)
        if last == "middleware":
            _function_middleware(view, found, node, on)
            continue
        below = [view.reach.decorator(each, found.where) for each in node.decorators[number + 1 :]]
        is_plain = last in _PLAIN or not kinds & (_FASTAPI_APPS | _FASTAPI_ROUTERS)
        _route(view, found, on, decorator, last, below, is_plain=is_plain, where=found.where)


def _route(  # noqa: PLR0913
    view: View,
    found: Found,
    on: str | None,
    call: Call,
    last: str,
    below: list[Shown],
    *,
    is_plain: bool,
    where: Where,
) -> None:
    """One route. Starlette's own get no dependencies, neither of the application nor of a router."""
    is_socket = "websocket" in last
    path = view.text(call.args[0] if call.args else call.keyword("path"), where)
    own = NOTHING if is_plain else _dependencies(view, call.keyword("dependencies"), where)
    wraps = middleware_list(view, call.keyword("middleware"), where)
    shown = view.reach.handler(found, "websocket" if is_socket else "http", depends=not is_plain)
    if found.where.around is not None:
        below = [*below, view.reach.depended_on_by(found.dotted.rpartition(".")[0])]
    view.endpoint(
        found,
        _plain(on) if is_plain else on,
        (shown, own, wraps.websocket if is_socket else wraps.http, *below),
        framework="FastAPI" if not is_plain else "Starlette",
        route=path if path is not None else "{}",
        method="WS" if is_socket else _method(view, call, last, where),
        kind="websocket" if is_socket else "http",
    )


def _plain(on: str | None) -> str | None:
    """What routes hang on that no dependency reaches: they are mounted on it, so to say."""
    return None if on is None else f"{on}:plain"


def _method(view: View, call: Call, last: str, where: Where) -> str:
    if last in _METHODS:
        return last.upper()
    items = view.items(call.keyword("methods"), where)
    names = [item.value for item, _ in items or () if isinstance(item, Const) and isinstance(item.value, str)]
    return ",".join(sorted(name.upper() for name in names)) or "GET"


# Calls: applications, routers, what is included


def _call(view: View, site: Site) -> None:
    last = last_name(site.call.func)
    if last in _ADDING:
        _added(view, site, last)
    elif last in ("include_router", "mount", "add_middleware", "host"):
        _composed(view, site, last)
    elif last[:1].isupper():
        _made(view, site)


def _made(view: View, site: Site) -> None:
    call, where = site
    meaning = view.code.callee(call, where)
    kinds = view.kinds(meaning)
    if not kinds & (_APPS | _ROUTERS):
        return
    name = view.assigned_to(call, where)
    if name is None:
        return
    if kinds & _APPS:
        view.mount("root", name)
    view.mount("mount", f"{name}:plain", name)
    shown = _dependencies(view, call.keyword("dependencies"), where)
    prefix = view.text(call.keyword("prefix"), where)
    if not shown.is_empty:
        view.mount("guard", name, http=shown, websocket=shown)
    if prefix:
        view.mount("guard", name, prefix=prefix)
    route_class = call.keyword("route_class")
    if route_class is not None:
        _doubt(view, name, "its route class is of its own")
    elif meaning is not None and view.code.resolver.is_first_party(meaning):
        _own_class(view, meaning, name)
    wraps = middleware_list(view, call.keyword("middleware"), where)
    if wraps != Guarding():
        view.mount("middleware", name, http=wraps.http, websocket=wraps.websocket)
    if call.keyword("routes") is not None:
        _routes(view, call.keyword("routes"), where, name, Guarding())


def _doubt(view: View, name: str, why: str) -> None:
    view.mount("guard", name, http=doubtful(why), websocket=doubtful(why))


def _own_class(view: View, dotted: str, name: str) -> None:
    """A router class of one's own may bring dependencies along."""
    for base in view.code.lineage(dotted):
        if isinstance(base, str) or not isinstance(base.node, Class):
            continue
        if any(base.node.method(each) is not None for each in ("__init__", *_ROUTING, *_ADDING, "__call__")):
            _doubt(view, name, f"{base.dotted} is a class of its own")
            return


def _composed(view: View, site: Site, last: str) -> None:
    call, where = site
    base = receiver(call.func)
    if base is None:
        return
    parent = view.node(base, where)
    kinds = view.instance_kinds(base, where)
    if kinds and not kinds & (_APPS | _ROUTERS):
        return
    if last == "add_middleware":
        if call.args and parent is not None:
            wraps = view.reach.middleware(call.args[0], where, call)
            if wraps != Guarding():
                view.mount("middleware", parent, http=wraps.http, websocket=wraps.websocket)
        return
    position = 0 if last == "include_router" else 1
    child_expr = (
        call.args[position] if len(call.args) > position else call.keyword("router" if position == 0 else "app")
    )
    child = None if child_expr is None else view.node(child_expr, where)
    if child is None or child_expr is None:
        return
    if last == "include_router":
        shown = _dependencies(view, call.keyword("dependencies"), where)
        prefix = view.text(call.keyword("prefix"), where)
        view.mount("include", child, parent or "", "{}" if prefix is None else prefix, shown, shown)
    else:
        prefix = view.text(call.args[0] if call.args else call.keyword("path"), where)
        view.mount("mount", child, parent or "", "{}" if prefix is None else prefix)


def _added(view: View, site: Site, last: str) -> None:
    """`app.add_api_route("/x", handler)`."""
    call, where = site
    base = receiver(call.func)
    kinds = frozenset() if base is None else view.instance_kinds(base, where)
    handler = call.args[1] if len(call.args) > 1 else call.keyword("endpoint") or call.keyword("route")
    if base is None or handler is None or not kinds & (_APPS | _ROUTERS):
        return
    if isinstance(handler, Lambda):
        _inline(view, call, where, view.node(base, where), is_plain=last in _PLAIN)
        return
    found = view.found(handler, where)
    if found is None or found.where.file.path != view.file.path:
        return
    below = [view.reach.decorator(each, found.where) for each in _decorators(found)]
    if isinstance(found.node, Class):
        _endpoint_class(view, found, _plain(view.node(base, where)), view.text(call.args[0], where) or "{}", below)
        return
    _route(view, found, view.node(base, where), call, last, below, is_plain=last in _PLAIN, where=where)


def _inline(view: View, call: Call, where: Where, on: str | None, *, is_plain: bool) -> None:
    """A handler that is written where it is registered; it is taken to check nothing if it calls nothing."""
    handler = call.args[1] if len(call.args) > 1 else call.keyword("endpoint")
    calls = [] if handler is None else [part for part in expressions_in(handler) if isinstance(part, Call)]
    own = NOTHING if is_plain else _dependencies(view, call.keyword("dependencies"), where)
    shown = doubtful("its handler calls what is not looked at") if calls else NOTHING
    path = view.text(call.args[0] if call.args else call.keyword("path"), where)
    name = f"{where.file.module or ''}.lambda"
    view.endpoint(
        call,
        _plain(on) if is_plain else on,
        (shown, own),
        framework="Starlette" if is_plain else "FastAPI",
        route=path or "{}",
        method=_method(view, call, "route", where),
        function=name,
    )


def _decorators(found: Found) -> tuple[Expr, ...]:
    return found.node.decorators if isinstance(found.node, Def | Class) else ()


# Starlette's lists of routes


def _routes(view: View, expr: Expr | None, where: Where, on: str, wraps: Guarding, prefix: str = "") -> None:
    for item, place in view.items(expr, where) or ():
        if isinstance(item, Call):
            _listed(view, item, place, on, wraps, prefix)


def _listed(view: View, call: Call, where: Where, on: str, wraps: Guarding, prefix: str) -> None:
    meaning = view.code.callee(call, where) or ""
    path = prefix + (view.text(call.args[0] if call.args else call.keyword("path"), where) or "")
    more = middleware_list(view, call.keyword("middleware"), where)
    inner = Guarding(together((wraps.http, more.http)), together((wraps.websocket, more.websocket)))
    if meaning in _MOUNTS:
        routes = call.keyword("routes")
        if routes is not None:
            _routes(view, routes, where, on, inner, path)
        target = call.args[1] if len(call.args) > 1 else call.keyword("app")
        child = None if target is None else view.node(target, where)
        if child is not None:
            view.mount("mount", child, on, path, inner.http, inner.websocket)
        return
    kind = _ROUTES.get(meaning)
    handler = call.args[1] if len(call.args) > 1 else call.keyword("endpoint")
    if kind is None or handler is None:
        return
    found = view.found(handler, where)
    if found is None or found.where.file.path != view.file.path:
        return
    is_socket = kind == "websocket"
    below = [view.reach.decorator(each, found.where) for each in _decorators(found)]
    below.append(inner.websocket if is_socket else inner.http)
    if isinstance(found.node, Class):
        _endpoint_class(view, found, _plain(on), path, below)
        return
    shown = view.reach.handler(found, "websocket" if is_socket else "http")
    view.endpoint(
        found,
        _plain(on),
        (shown, *below),
        framework="Starlette",
        route=path,
        method="WS" if is_socket else _method(view, call, "route", where),
        kind="websocket" if is_socket else "http",
    )


def _endpoint_class(view: View, found: Found, on: str | None, path: str, below: list[Shown]) -> None:
    kinds = view.kinds(found.dotted)
    for base, methods in _ENDPOINT_CLASSES.items():
        if base not in kinds or not isinstance(found.node, Class):
            continue
        own = [view.code.find(f"{found.dotted}.{name}") for name in methods if found.node.method(name) is not None]
        handlers = [each for each in own if each is not None]
        if "websocket" in base.lower():
            shown = together(view.reach.handler(each, "websocket") for each in handlers)
            view.endpoint(
                handlers[0] if handlers else found,
                on,
                (shown, *below),
                framework="Starlette",
                route=path,
                kind="websocket",
            )
            continue
        for each in handlers:
            decorated = [view.reach.decorator(d, each.where) for d in _decorators(each)]
            shown = view.reach.handler(each, "http")
            name = each.dotted.rpartition(".")[2].upper()
            view.endpoint(each, on, (shown, *decorated, *below), framework="Starlette", route=path, method=name)


# What guards


def _dependencies(view: View, expr: Expr | None, where: Where) -> Shown:
    """What `dependencies=[Depends(f), ...]` shows."""
    items = view.items(expr, where)
    if items is None:
        return NOTHING if isinstance(expr, Const) else doubtful("its dependencies are not written out")
    brought = []
    for item, place in items:
        value, inside = view.code.value(item, place)
        if isinstance(value, Call) and view.reach.is_depends(value, inside):
            on = value.args[0] if value.args else value.keyword("dependency")
            if on is not None:
                brought.append(_certain_only(view, on, inside))
        else:
            brought.append(doubtful("a dependency is not in sight"))
    return together(brought)


def _certain_only(view: View, on: Expr, where: Where) -> Shown:
    """A dependency whose result nobody sees has to refuse by itself."""
    return view.reach.unseen(view.reach.dependency(on, where))


def _function_middleware(view: View, found: Found, node: Def, on: str | None) -> None:
    """`@app.middleware("http")`, which no WebSocket passes through."""
    if on is None or len(node.params) < 2:
        return
    step = view.reach.step(node.name, node.line, found.where)
    passing = frozenset({node.params[-1].name})
    shown = view.reach.wrapping(found, passing, step)
    if not shown.is_empty:
        view.mount("middleware", on, http=shown)


def middleware_list(view: View, expr: Expr | None, where: Where) -> Guarding:
    """What a list of middleware shows."""
    if expr is None or isinstance(expr, Const):
        return Guarding()
    items = view.items(expr, where)
    if items is None:
        return Guarding(doubtful("its middleware is not written out"), doubtful("its middleware is not written out"))
    found = []
    for item, place in items:
        value, inside = view.code.value(item, place)
        if isinstance(value, Call) and view.code.callee(value, inside) in _MIDDLEWARE and value.args:
            found.append(view.reach.middleware(value.args[0], inside, value))
        elif isinstance(value, Dict | Ref | Call):
            found.append(view.reach.middleware(value, inside))
    return Guarding(together(each.http for each in found), together(each.websocket for each in found))
