"""Tornado: request handlers and WebSocket handlers, with what their base classes prepare."""

from __future__ import annotations

from typing import Final

from analyzers.code import Found, Where
from analyzers.outline import Call, Class, Const, Def, Expr, Several, expressions_in, expressions_of
from analyzers.rules.endpoints.model import Shown, doubtful, together
from analyzers.rules.endpoints.view import View
from analyzers.rules.endpoints.words import last_name

TORNADO: Final = "<tornado>"
"""The node that stands for Tornado's applications, which guard nothing by themselves."""

_HTTP: Final = frozenset({"tornado.web.RequestHandler", "tornado.web.StaticFileHandler"})
_SOCKET: Final = frozenset({"tornado.websocket.WebSocketHandler"})
_METHODS: Final = ("get", "post", "put", "delete", "patch", "head", "options")
_SPECS: Final = frozenset({"url", "URLSpec", "Rule"})


def survey_tornado(view: View) -> None:
    """Note down what a file says about Tornado."""
    for found in view.classes:
        kinds = view.kinds(found.dotted)
        if isinstance(found.node, Class) and kinds & (_HTTP | _SOCKET):
            _handler(view, found, found.node, is_socket=bool(kinds & _SOCKET))
    _served(view)


def _handler(view: View, found: Found, node: Class, *, is_socket: bool) -> None:
    around = _around(view, found, node)
    inside = Where(found.where.file, (), node)
    if is_socket:
        _socket(view, found, node, around)
        return
    for method in node.body:
        if isinstance(method, Def) and method.name in _METHODS:
            handler = Found(f"{found.dotted}.{method.name}", method, inside)
            parts = [view.reach.handler(handler, "http"), _decorated(view, handler), around]
            name = method.name.upper()
            view.endpoint(handler, found.dotted, parts, framework="Tornado", method=name, waits=True)


def _socket(view: View, found: Found, node: Class, around: Shown) -> None:
    """A WebSocket is opened by `get` and then `open`; what is checked with each message comes late."""
    parts = [around]
    for name in ("get", "open"):
        method = _method(view, found.dotted, name)
        if method is not None:
            parts += [_decorated(view, method), view.reach.handler(method, "websocket")]
    late = _method(view, found.dotted, "on_message")
    if late is not None:
        shown = together((_decorated(view, late), view.reach.handler(late, "websocket")))
        parts.append(Shown(perhaps=(*shown.reached, *shown.perhaps), doubt=shown.doubt))
    own = next((each for name in ("open", "on_message", "get") if (each := node.method(name)) is not None), None)
    inside = Where(found.where.file, (), node)
    place = found if own is None else Found(f"{found.dotted}.{own.name}", own, inside)
    view.endpoint(place, found.dotted, parts, framework="Tornado", kind="websocket", waits=True)


def _around(view: View, found: Found, node: Class) -> Shown:
    """What is run before every method, and what base classes may do that is not in sight."""
    shown: list[Shown] = [view.reach.decorator(each, found.where) for each in node.decorators]
    for base in view.code.lineage(found.dotted):
        if isinstance(base, str):
            if not base.startswith(("tornado.", "typing.", "abc.", "object")):
                shown.append(doubtful(f"{base} is not in sight"))
        elif isinstance(base.node, Class) and base.node.method("__init_subclass__") is not None:
            shown.append(doubtful(f"{base.dotted} changes its subclasses"))
    pattern = next(
        (p for base in view.code.lineage(found.dotted) if (p := view.reach.terms.pattern_of(_dotted(base)))), None
    )
    if pattern is not None:
        shown.append(view.reach.certain(pattern, pattern))
    for name in ("prepare", "initialize"):
        method = _method(view, found.dotted, name)
        if method is not None:
            shown += [_decorated(view, method), view.reach.unseen_of(method)]
    return together(shown)


def _dotted(base: Found | str) -> str:
    return base if isinstance(base, str) else base.dotted


def _method(view: View, dotted: str, name: str) -> Found | None:
    for base in view.code.lineage(dotted):
        if isinstance(base, str):
            continue
        if isinstance(base.node, Class) and base.node.method(name) is not None:
            return view.code.find(f"{base.dotted}.{name}")
    return None


def _decorated(view: View, method: Found) -> Shown:
    decorators = method.node.decorators if isinstance(method.node, Def) else ()
    return together(view.reach.decorator(each, method.where) for each in decorators)


def _served(view: View) -> None:
    """`(r"/path", Handler)` and `url(r"/path", Handler)`."""
    for spot in view.spots:
        for expr in expressions_of(spot.statement) if not isinstance(spot.statement, Def | Class) else ():
            for part in expressions_in(expr):
                pair = _pair(part)
                if pair is not None:
                    _mounted(view, pair, spot.where)


def _pair(part: Expr) -> tuple[Expr, Expr] | None:
    if isinstance(part, Several) and 2 <= len(part.items) <= 4:
        return part.items[0], part.items[1]
    if isinstance(part, Call) and last_name(part.func) in _SPECS and len(part.args) > 1:
        return part.args[0], part.args[1]
    return None


def _mounted(view: View, pair: tuple[Expr, Expr], where: Where) -> None:
    path, target = pair
    if isinstance(target, Const | Several):
        return
    found = view.found(target, where)
    if found is not None and isinstance(found.node, Class) and view.kinds(found.dotted) & (_HTTP | _SOCKET):
        view.mount("root", TORNADO)
        view.mount("view", found.dotted, TORNADO, view.text(path, where) or "{}")
