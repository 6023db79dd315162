"""Where error reports and traces go in tests: a server on loopback that keeps what it is sent."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.bot.http import serving

PATIENCE_SECONDS: Final = 30
"""Nothing is judged by it: it only ends a test that hangs."""


class Sink:
    """Keeps each body it is sent, by the path it was sent to."""

    def __init__(self) -> None:
        self.address = ""
        self._bodies: list[tuple[str, bytes]] = []
        self._changed = Condition()

    async def take(self, request: Request) -> Response:
        """Answer as Sentry and a collector do."""
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        with self._changed:
            self._bodies.append((request.url.path, body))
            self._changed.notify_all()
        if request.url.path.startswith("/v1/"):
            return Response(headers={"Content-Type": "application/x-protobuf"})
        return JSONResponse({})

    def sent(self, path: str = "") -> list[bytes]:
        """What has come so far."""
        with self._changed:
            return [body for to, body in self._bodies if to.startswith(path)]

    def wait_for(self, holds: Callable[[], object]) -> None:
        """Wait for what is to come."""
        with self._changed:
            assert self._changed.wait_for(lambda: bool(holds()), PATIENCE_SECONDS), [to for to, _ in self._bodies]


@contextmanager
def sink() -> Iterator[Sink]:
    """A sink that listens until the block ends."""
    kept = Sink()
    with serving(Starlette(routes=[Route("/{path:path}", kept.take, methods=["POST"])])) as (host, port):
        kept.address = f"http://{host}:{port}"
        yield kept
