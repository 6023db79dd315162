"""Flask and Quart, with Flask-RESTful, Flask-RESTX and Flask-Smorest: routes, view classes, blueprints, hooks."""

from __future__ import annotations

from typing import Final

from analyzers.code import Found, Where
from analyzers.outline import Assign, Call, Class, Const, Def, Expr, Item, Ref
from analyzers.rules.endpoints.model import EndpointKind, Shown, doubtful, together
from analyzers.rules.endpoints.view import Site, Spot, View, receiver
from analyzers.rules.endpoints.words import last_name

FLASK: Final = "<flask>"
"""The node that stands for every Flask application: hooks that blueprints set for all of them."""

_APPS: Final = frozenset(
    {
        *("flask.Flask", "flask.app.Flask", "quart.Quart", "apiflask.APIFlask", "flask_openapi3.OpenAPI"),
        *("connexion.App", "connexion.FlaskApp"),
    }
)
_BLUEPRINTS: Final = frozenset(
    {
        *("flask.Blueprint", "flask.blueprints.Blueprint", "quart.Blueprint", "apiflask.APIBlueprint"),
        *("flask_smorest.Blueprint", "flask_openapi3.APIBlueprint", "flask_smorest.blueprint.Blueprint"),
    }
)
_APIS: Final = frozenset(
    {
        *("flask_restful.Api", "flask_restx.Api", "flask_restplus.Api", "flask_restx.Namespace", "flask_smorest.Api"),
        *("flask_restplus.Namespace", "flask_restx.namespace.Namespace"),
    }
)
_TABLES: Final = (".view_functions", ".before_request_funcs", ".url_map", ".url_rule_class", ".request_class")
_ALL: Final = _APPS | _BLUEPRINTS | _APIS
_METHODS: Final = frozenset({"get", "post", "put", "delete", "patch", "head", "options"})
_HOOKS: Final = frozenset({"before_request", "before_app_request", "before_websocket"})
_VIEWS: Final = frozenset(
    {
        *("flask.views.View", "flask.views.MethodView", "flask.MethodView", "quart.views.MethodView"),
        *("flask_restful.Resource", "flask_restx.Resource", "flask_restplus.Resource", "flask.views.View"),
        *("apiflask.views.MethodView", "flask_smorest.MethodView"),
    }
)


def survey_flask(view: View) -> None:
    """Note down what a file says about Flask."""
    for found in (*view.functions, *view.classes):
        _decorated(view, found)
    for site in view.sites:
        _call(view, site)
    for spot in view.spots:
        _changed(view, spot)


def _changed(view: View, spot: Spot) -> None:
    """What is written into the tables of an application by hand may guard any view."""
    statement = spot.statement
    for target in statement.targets if isinstance(statement, Assign) else ():
        table = target.value if isinstance(target, Item) else target
        if isinstance(table, Ref) and table.name.endswith(_TABLES):
            base = receiver(table)
            node = None if base is None else view.node(base, spot.where)
            if node is not None:
                shown = doubtful("its views are changed after they are registered")
                view.mount("middleware", node, http=shown, websocket=shown)


def _decorated(view: View, found: Found) -> None:
    node = found.node
    if not isinstance(node, Def | Class):
        return
    for number, decorator in enumerate(node.decorators):
        target = decorator.func if isinstance(decorator, Call) else decorator
        last = last_name(target)
        if last not in _METHODS and last not in _HOOKS and last not in ("route", "websocket"):
            continue
        base = receiver(target)
        if base is None or not view.instance_kinds(base, found.where) & _ALL:
            continue
        on = view.node(base, found.where)
        if last in _HOOKS:
            below = [view.reach.decorator(each, found.where) for each in node.decorators[number + 1 :]]
            _hook(view, _self_reference(node), found.where, last, on, below)
        elif isinstance(decorator, Call):
            below = [view.reach.decorator(each, found.where) for each in node.decorators[number + 1 :]]
            _route(view, found, on, decorator, last, below)


def _self_reference(node: Def | Class) -> Expr:
    """A name that stands for a function of this file."""
    return Ref(node.name, f":{node.qualname}", node.line)


def _route(view: View, found: Found, on: str | None, call: Call, last: str, below: list[Shown]) -> None:
    path = view.text(call.args[0] if call.args else call.keyword("rule"), found.where)
    route = "{}" if path is None else path
    if isinstance(found.node, Class):
        _view_class(view, found, on, route, below)
        return
    kind: EndpointKind = "websocket" if last == "websocket" else "http"
    shown = view.reach.handler(found, kind)
    view.endpoint(
        found,
        on,
        (shown, *below),
        framework="Flask",
        route=route,
        method=_method(view, call, last, found.where),
        kind=kind,
        defaults=(FLASK,),
    )


def _method(view: View, call: Call, last: str, where: Where) -> str:
    if last in _METHODS:
        return last.upper()
    items = view.items(call.keyword("methods"), where)
    names = [item.value for item, _ in items or () if isinstance(item, Const) and isinstance(item.value, str)]
    return "WS" if last == "websocket" else ",".join(sorted(name.upper() for name in names)) or "GET"


def _view_class(view: View, found: Found, on: str | None, route: str, below: list[Shown]) -> None:
    """A class whose methods answer; `decorators` of the class stand around all of them."""
    around = [*below, _class_decorators(view, found.dotted)]
    for name in (*sorted(_METHODS), "dispatch_request"):
        method, is_own = _method_of(view, found.dotted, name)
        if method is None or not isinstance(method.node, Def):
            continue
        decorated = [view.reach.decorator(each, method.where) for each in method.node.decorators]
        shown = view.reach.handler(method, "http")
        told = "" if name == "dispatch_request" else name.upper()
        place = method if is_own else found
        function = f"{found.dotted}.{name}"
        view.endpoint(
            place,
            on,
            (shown, *decorated, *around),
            framework="Flask",
            route=route,
            method=told,
            function=function,
            defaults=(FLASK,),
        )


def _method_of(view: View, dotted: str, name: str) -> tuple[Found | None, bool]:
    for base in view.code.lineage(dotted):
        if isinstance(base, str):
            return None, False
        if isinstance(base.node, Class) and base.node.method(name) is not None:
            return view.code.find(f"{base.dotted}.{name}"), base.dotted == dotted
    return None, False


def _class_decorators(view: View, dotted: str) -> Shown:
    """`decorators = [...]` of a view class, its own or an inherited one."""
    for base in view.code.lineage(dotted):
        if isinstance(base, str) or not isinstance(base.node, Class):
            continue
        inside = Where(base.where.file, (), base.node)
        for statement in base.node.body:
            if isinstance(statement, Assign) and any(
                isinstance(each, Ref) and each.name in ("decorators", "method_decorators") for each in statement.targets
            ):
                return list_of_decorators(view, statement.value, inside)
    return Shown()


def list_of_decorators(view: View, expr: Expr | None, where: Where) -> Shown:
    """What a list of decorators around a view shows."""
    if expr is None:
        return Shown()
    items = view.items(expr, where)
    if items is None:
        return doubtful("its decorators are not written out")
    return together(view.reach.decorator(item, place) for item, place in items)


def _call(view: View, site: Site) -> None:
    call, where = site
    last = last_name(call.func)
    match last:
        case "register_blueprint" | "add_namespace" | "register_api":
            _registered(view, site, last)
        case "add_url_rule" | "add_resource":
            _added(view, site, last)
        case "before_request" | "before_app_request":
            base = receiver(call.func)
            if base is not None and call.args and view.instance_kinds(base, where) & _ALL:
                around = _around_hook(view, call.args[0], where)
                _hook(view, call.args[0], where, last, view.node(base, where), around)
        case "init_app":
            _initialised(view, site)
        case _ if last[:1].isupper():
            _made(view, site)


def _around_hook(view: View, function: Expr, where: Where) -> list[Shown]:
    """What the decorators of a function show that is registered by its name."""
    found = view.found(function, where)
    if found is None or not isinstance(found.node, Def):
        return []
    return [view.reach.decorator(each, found.where) for each in found.node.decorators]


def _hook(view: View, function: Expr, where: Where, last: str, on: str | None, around: list[Shown]) -> None:
    """A function that is run before each view; what its decorators refuse never gets to the view either."""
    shown = together((*around, view.reach.hook(function, where)))
    if shown.is_empty:
        return
    if last == "before_app_request":
        view.mount("setting", FLASK, http=Shown(perhaps=(*shown.reached, *shown.perhaps), doubt=shown.doubt))
    elif on is not None:
        is_socket = last == "before_websocket"
        view.mount("guard", on, http=Shown() if is_socket else shown, websocket=shown if is_socket else Shown())


def _made(view: View, site: Site) -> None:
    call, where = site
    meaning = view.code.callee(call, where)
    kinds = view.kinds(meaning)
    if not kinds & _ALL:
        return
    name = view.assigned_to(call, where)
    if name is None:
        return
    if kinds & _APPS:
        view.mount("root", name)
    prefix = call.keyword("url_prefix") or call.keyword("prefix") or call.keyword("path")
    if prefix is not None:
        view.mount("guard", name, prefix=view.text(prefix, where) or "{}")
    shown = list_of_decorators(view, call.keyword("decorators"), where)
    if not shown.is_empty:
        view.mount("guard", name, http=shown)
    if kinds & _APIS and "Namespace" not in (meaning or ""):
        parent = call.args[0] if call.args else call.keyword("app")
        node = view.node(parent, where) if parent is not None else None
        if node is not None:
            view.mount("include", name, node)


def _initialised(view: View, site: Site) -> None:
    """`api.init_app(app)`."""
    call, where = site
    base = receiver(call.func)
    if base is None or not call.args or not view.instance_kinds(base, where) & _APIS:
        return
    child, parent = view.node(base, where), view.node(call.args[0], where)
    if child is not None:
        view.mount("include", child, parent or "")


def _registered(view: View, site: Site, last: str) -> None:
    call, where = site
    base = receiver(call.func)
    child = call.args[0] if call.args else call.keyword("blueprint") or call.keyword("ns")
    if base is None or child is None:
        return
    node, parent = view.node(child, where), view.node(base, where)
    if node is None:
        return
    prefix = call.keyword("url_prefix") or call.keyword("path")
    view.mount("include", node, parent or "", view.text(prefix, where) or "{}" if prefix is not None else "")


def _added(view: View, site: Site, last: str) -> None:
    """`app.add_url_rule("/x", view_func=f)`, `api.add_resource(Cls, "/x")`."""
    call, where = site
    base = receiver(call.func)
    if base is None or not view.instance_kinds(base, where) & _ALL:
        return
    if last == "add_resource":
        handler, path = (call.args[0] if call.args else None), (call.args[1] if len(call.args) > 1 else None)
    else:
        handler = call.keyword("view_func") or (call.args[2] if len(call.args) > 2 else None)
        path = call.args[0] if call.args else call.keyword("rule")
    around: list[Shown] = []
    on = view.node(base, where)
    handler, where_of = (handler, where) if handler is None else view.code.value(handler, where)
    while isinstance(handler, Call):
        if last_name(handler.func) == "as_view":
            handler = receiver(handler.func)
            break
        if not handler.args:
            return
        around.append(view.reach.decorator(handler.func, where_of))
        handler = handler.args[0]
    found = None if handler is None else view.found(handler, where_of)
    if found is None or found.where.file.path != view.file.path:
        return
    route = view.text(path, where) or "{}"
    if isinstance(found.node, Class):
        _view_class(view, found, on, route, around)
    elif isinstance(found.node, Def):
        around += [view.reach.decorator(each, found.where) for each in found.node.decorators]
        shown = view.reach.handler(found, "http")
        method = _method(view, call, "route", where)
        view.endpoint(found, on, (shown, *around), framework="Flask", route=route, method=method, defaults=(FLASK,))
