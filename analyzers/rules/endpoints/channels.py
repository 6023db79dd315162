"""Django Channels: consumers, and the middleware around the router that leads to them."""

from __future__ import annotations

from typing import Final

from analyzers.code import Found, Where
from analyzers.outline import Assign, Call, Class, Const, Def, Dict, Expr, Other, Ref, Return, Several
from analyzers.rules.endpoints.model import NOTHING, Shown, doubtful, together
from analyzers.rules.endpoints.view import View

_ROUTER: Final = "channels.routing.URLRouter"
_PROTOCOLS: Final = "channels.routing.ProtocolTypeRouter"
_OPENING: Final = ("connect", "websocket_connect")
_RECEIVING: Final = ("receive", "receive_json", "websocket_receive")


def survey_channels(view: View) -> None:
    """Note down what a file says about consumers."""
    for found in view.classes:
        kinds = view.kinds(found.dotted)
        if isinstance(found.node, Class) and any(_is_consumer(kind) for kind in kinds):
            _consumer(view, found, found.node)
    for spot in view.spots:
        statement = spot.statement
        if isinstance(statement, Assign) and isinstance(statement.value, Call) and not spot.where.functions:
            name = next((each.name for each in statement.targets if isinstance(each, Ref)), "")
            if view.code.callee(statement.value, spot.where) == _PROTOCOLS:
                _application(view, statement.value, spot.where, f"{view.file.module}.{name}")


def _is_consumer(kind: str) -> bool:
    return kind.startswith("channels.") and kind.endswith("Consumer") and "Http" not in kind


def _consumer(view: View, found: Found, node: Class) -> None:
    parts: list[Shown] = []
    for base in view.code.lineage(found.dotted):
        if isinstance(base, str) and not base.startswith(
            ("channels.", "typing.", "abc.", "djangochannelsrestframework")
        ):
            parts.append(doubtful(f"{base} is not in sight"))
    for name in (*_OPENING, "dispatch", "__call__"):
        method = _method(view, found.dotted, name)
        if method is not None:
            decorators = method.node.decorators if isinstance(method.node, Def) else ()
            parts += [view.reach.decorator(each, method.where) for each in decorators]
            parts.append(view.reach.handler(method, "websocket"))
    for name in _RECEIVING:
        method = _method(view, found.dotted, name)
        if method is not None:
            shown = view.reach.handler(method, "websocket")
            parts.append(Shown(perhaps=(*shown.reached, *shown.perhaps), doubt=shown.doubt))
    own = next((each for name in (*_OPENING, *_RECEIVING) if (each := node.method(name)) is not None), None)
    place = found if own is None else Found(f"{found.dotted}.{own.name}", own, Where(found.where.file, (), node))
    view.endpoint(place, found.dotted, parts, framework="Channels", kind="websocket", waits=True)


def _method(view: View, dotted: str, name: str) -> Found | None:
    for base in view.code.lineage(dotted):
        if not isinstance(base, str) and isinstance(base.node, Class) and base.node.method(name) is not None:
            return view.code.find(f"{base.dotted}.{name}")
    return None


def _application(view: View, call: Call, where: Where, name: str) -> None:
    protocols = call.args[0] if call.args else call.keyword("application_mapping")
    value, place = (protocols, where) if protocols is None else view.code.value(protocols, where)
    if not isinstance(value, Dict):
        return
    view.mount("root", name)
    for key, each in value.items:
        if isinstance(key, Const) and key.value == "websocket":
            _stack(view, each, place, name, NOTHING)


def _stack(view: View, expr: Expr, where: Where, name: str, around: Shown) -> None:
    """`Gate(AuthMiddlewareStack(URLRouter(patterns)))`, from the outside in."""
    expr, where = view.code.value(expr, where)
    if not isinstance(expr, Call) or not expr.args:
        return
    callee = view.code.callee(expr, where)
    if callee == _ROUTER:
        if not around.is_empty:
            view.mount("guard", name, websocket=around)
        _patterns(view, expr.args[0], where, name)
        return
    _stack(view, expr.args[0], where, name, together((around, _wrapper(view, expr, callee, where))))


def _wrapper(view: View, call: Call, callee: str | None, where: Where) -> Shown:
    if callee is not None and callee.startswith("channels."):
        return NOTHING
    found = view.found(call.func, where)
    if found is not None and isinstance(found.node, Def):
        inside = found.where.inside(found.node)
        values = [each.value for each in found.node.statements if isinstance(each, Return)]
        return together(_inner(view, value, inside) for value in values if value is not None)
    return view.reach.middleware(call.func, where).websocket


def _inner(view: View, expr: Expr, where: Where) -> Shown:
    """What a function of the kind `def stack(inner): return Gate(AuthMiddlewareStack(inner))` puts around."""
    shown = []
    while isinstance(expr, Call):
        shown.append(_wrapper(view, expr, view.code.callee(expr, where), where))
        if not expr.args:
            break
        expr = expr.args[0]
    return together(shown)


def _patterns(view: View, expr: Expr, where: Where, name: str) -> None:
    """The lists of paths that a router is given."""
    if isinstance(expr, Ref):
        node = view.node(expr, where)
        if node is not None:
            view.mount("include", node.removesuffix(".urlpatterns"), name)
    elif isinstance(expr, Several | Other):
        for part in expr.items if isinstance(expr, Several) else expr.parts:
            _patterns(view, part, where, name)
    else:
        for part in getattr(expr, "parts", ()):
            _patterns(view, part, where, name)
