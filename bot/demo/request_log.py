"""What was asked of the stand-in over HTTP, for tests and load runs to count."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that was answered, or (`status` 0) whose connection ended without an answer."""

    method: str
    path: str
    status: int
    at: datetime
    seconds: float


class RequestLog:
    """ASGI middleware that notes down each request when the last of its answer goes out."""

    def __init__(self, app: ASGIApp, requests: list[Asked], clock: Callable[[], datetime]) -> None:
        self._app = app
        self._requests = requests
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and remember how it was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        at, started, status, ended = self._clock(), perf_counter(), 0, False

        def note() -> None:
            self._requests.append(Asked(scope["method"], scope["path"], status, at, perf_counter() - started))

        async def noting(message: Message) -> None:
            nonlocal status, ended
            if message["type"] == "http.response.start":
                status = message["status"]
            elif not message.get("more_body", False):
                ended = True
                note()  # before whoever asked can know the answer
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            if not ended:
                note()
