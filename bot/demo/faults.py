"""Faults on purpose: answers that fail, get lost or wait, to show in a test what the App makes of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from threading import Event, Lock

import anyio.to_thread
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.demo.answers import DOCUMENTATION


@dataclass(slots=True)
class Fault:
    """What the next requests to a route meet.

    `path` is a shell pattern in which `*` also matches slashes: `/api/v3/repos/*/issues/*/comments`.
    `status` None means the real answer. `takes_effect` carries the request out and loses its answer, as a
    gateway that times out does. `reached` is set once the request is here; it is taken up no sooner than
    `held` is set, if there is one: answers are slow here for as long as a test needs, by no clock.
    """

    method: str
    path: str
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    message: str = "Server Error"
    times: int = 1
    takes_effect: bool = False
    held: Event | None = None
    reached: Event = field(default_factory=Event)

    def meets(self, method: str, path: str) -> bool:
        """Whether this request is one that the fault is meant for."""
        return self.times > 0 and self.method == method and fnmatchcase(path, self.path)


class Faults:
    """ASGI middleware that lets the first fault that matches a request have its way."""

    def __init__(self, app: ASGIApp, faults: list[Fault]) -> None:
        self._app = app
        self._faults = faults
        self._lock = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the fault says, or pass the request on."""
        fault = self._take(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, send)
            return
        fault.reached.set()
        if fault.held is not None:
            await anyio.to_thread.run_sync(fault.held.wait, abandon_on_cancel=True)
        if fault.takes_effect or fault.status is None:
            await self._app(scope, receive, send if fault.status is None else _nowhere)
        if fault.status is not None:
            await _fail(fault, fault.status, send)

    def _take(self, method: str, path: str) -> Fault | None:
        with self._lock:
            fault = next((one for one in self._faults if one.meets(method, path)), None)
            if fault is not None:
                fault.times -= 1
            return fault


async def _fail(fault: Fault, status: int, send: Send) -> None:
    content = {"message": fault.message, "documentation_url": DOCUMENTATION, "status": str(status)}
    start: Message = {"type": "http.response.start", "status": status, "headers": []}
    headers = MutableHeaders(raw=start["headers"])
    headers["Content-Type"] = "application/json; charset=utf-8"
    headers.update(dict(fault.headers))
    await send(start)
    await send({"type": "http.response.body", "body": json.dumps(content).encode()})


async def _nowhere(_: Message) -> None:
    """The answer that a lost connection would have carried."""
