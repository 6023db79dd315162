"""Flask-SocketIO and python-socketio: events, guarded by the connect handler of their namespace."""

from __future__ import annotations

from typing import Final

from analyzers.code import Found, Where
from analyzers.outline import Call, Class, Def
from analyzers.rules.endpoints.model import Shown, together
from analyzers.rules.endpoints.view import View, receiver
from analyzers.rules.endpoints.words import last_name

_SERVERS: Final = frozenset(
    {"flask_socketio.SocketIO", "socketio.Server", "socketio.AsyncServer", "socketio.async_server.AsyncServer"}
)
_NAMESPACES: Final = frozenset(
    {
        *("flask_socketio.Namespace", "flask_socketio.namespace.Namespace", "socketio.Namespace"),
        *("socketio.AsyncNamespace", "socketio.async_namespace.AsyncNamespace"),
    }
)
_NO_EVENTS: Final = frozenset({"connect", "disconnect", "error", "default_error_handler", "connect_error"})


def survey_socketio(view: View) -> None:
    """Note down what a file says about events over Socket.IO."""
    for found in view.functions:
        if isinstance(found.node, Def):
            _function(view, found, found.node)
    for found in view.classes:
        if isinstance(found.node, Class) and view.kinds(found.dotted) & _NAMESPACES:
            _namespace(view, found, found.node)
    for call, where in view.sites:
        last = last_name(call.func)
        if last in ("on_namespace", "register_namespace") and call.args and isinstance(call.args[0], Call):
            made = view.found(call.args[0].func, where)
            if made is not None:
                view.mount("root", made.dotted)
        elif last[:1].isupper() and view.kinds(view.code.callee(call, where)) & _SERVERS:
            name = view.assigned_to(call, where)
            if name is not None:
                view.mount("root", name)


def _function(view: View, found: Found, node: Def) -> None:
    for number, decorator in enumerate(node.decorators):
        call = decorator if isinstance(decorator, Call) else None
        target = decorator.func if isinstance(decorator, Call) else decorator
        base = receiver(target) if last_name(target) in ("on", "event") else None
        if base is None or not view.instance_kinds(base, found.where) & _SERVERS:
            continue
        event = view.text(call.args[0], found.where) if call is not None and call.args else node.name
        space = view.text(call.keyword("namespace"), found.where) if call is not None else ""
        server = view.node(base, found.where)
        on = None if server is None or space is None else f"{server}:{space or '/'}"
        if on is not None and server is not None:
            view.mount("include", on, server)
        _event(view, found, event or "", on, node.decorators[number + 1 :])


def _event(view: View, found: Found, event: str, on: str | None, below: tuple[object, ...]) -> None:
    node = found.node
    decorators = [each for each in (node.decorators if isinstance(node, Def) else ()) if each in below]
    around = together(view.reach.decorator(each, found.where) for each in decorators)
    if event == "connect" and on is not None:
        guard = together((view.reach.connecting(found), around))
        view.mount("guard", on, http=guard, websocket=guard)
    if event in _NO_EVENTS:
        return
    soft = Shown(perhaps=(*around.reached, *around.perhaps), doubt=around.doubt)  # an answer refuses nobody here
    shown = view.reach.handler(found, "websocket")
    view.endpoint(found, on, (shown, soft), framework="Socket.IO", method="EVENT", route=event, kind="websocket")


def _namespace(view: View, found: Found, node: Class) -> None:
    inside = Where(found.where.file, (), node)
    guards: list[Shown] = []
    for base in view.code.lineage(found.dotted):
        if not isinstance(base, str) and isinstance(base.node, Class) and base.node.method("on_connect") is not None:
            method = view.code.find(f"{base.dotted}.on_connect")
            if method is not None and not guards:
                guards.append(view.reach.connecting(method))
    for method_node in node.body:
        if isinstance(method_node, Def) and method_node.name.startswith("on_"):
            event = method_node.name.removeprefix("on_")
            if event in _NO_EVENTS:
                continue
            handler = Found(f"{found.dotted}.{method_node.name}", method_node, inside)
            own = [view.reach.decorator(each, inside) for each in method_node.decorators]
            shown = view.reach.handler(handler, "websocket")
            parts = (shown, *own, *guards)
            view.endpoint(
                handler, found.dotted, parts, framework="Socket.IO", method="EVENT", route=event, kind="websocket"
            )
