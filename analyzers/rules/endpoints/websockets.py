"""The websockets library: handlers that are served, and what is asked before there is a connection."""

from __future__ import annotations

from typing import Final

from analyzers.code import Where
from analyzers.outline import Call, Const, Def
from analyzers.rules.endpoints.model import NOTHING, Shown, doubtful
from analyzers.rules.endpoints.view import View
from analyzers.rules.endpoints.words import last_name

_SERVING: Final = frozenset({"serve", "unix_serve"})


def survey_websockets(view: View) -> None:
    """Note down what a file says about servers of the websockets library."""
    for call, where in view.sites:
        if last_name(call.func) in _SERVING and (view.code.callee(call, where) or "").startswith("websockets."):
            _server(view, call, where)


def _server(view: View, call: Call, where: Where) -> None:
    handler = call.args[0] if call.args else call.keyword("ws_handler") or call.keyword("handler")
    found = None if handler is None else view.found(handler, where)
    if found is None or not isinstance(found.node, Def) or found.where.file.path != view.file.path:
        return
    own = [view.reach.decorator(each, found.where) for each in found.node.decorators]
    shown = view.reach.handler(found, "websocket")
    on = f"{found.dotted}:{call.line}"
    view.mount("root", on)
    view.endpoint(found, on, (shown, *own, _before(view, call, where)), framework="websockets", kind="websocket")


def _before(view: View, call: Call, where: Where) -> Shown:
    """What `process_request` and a protocol of one's own ask."""
    asked = call.keyword("process_request")
    if asked is not None and not isinstance(asked, Const):
        return view.reach.hook(asked, where)
    protocol = call.keyword("create_protocol") or call.keyword("klass")
    if protocol is None:
        return (
            doubtful("its options are not written out") if any(name is None for name, _ in call.keywords) else NOTHING
        )
    value, place = view.code.value(protocol, where)
    if isinstance(value, Call):
        pattern = view.reach.terms.pattern_of_call(value, place, view.code)
        if pattern is not None:
            return view.reach.certain(pattern, last_name(value.func))
    return doubtful("its protocol is of its own")
