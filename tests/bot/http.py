"""Serves an ASGI application over real HTTP, as `fifthwhy web` does."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def serving(app: ASGIApp) -> Iterator[tuple[str, int]]:
    """Serve until the block ends; gives the address to connect to, which listens already."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, lifespan="on", log_config=None, access_log=False, server_header=False)
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="web", daemon=True)
        thread.start()
        try:
            host, port = listener.getsockname()
            yield host, port
        finally:
            server.should_exit = True
            thread.join()
