"""Runs the stand-in on a loopback port, in a thread of this process."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import uvicorn

from bot.demo.github import GitHubStandIn

LOOPBACK = "127.0.0.1"


@contextmanager
def serving(standin: GitHubStandIn, port: int = 0, certificate: Path | None = None) -> Iterator[str]:
    """Serve until the block ends and give the address; port 0 takes a free one. Never on another interface.

    With a certificate, a PEM file that holds the key as well, by https. The socket listens before the server runs,
    so that the first request may come at once. At the end of the block deliveries are finished, and an answer that
    broke GitHub's schemas is raised.
    """
    with socket.create_server((LOOPBACK, port)) as listener:
        # asyncio does this for its own sockets only. Without it an answer waits 40 ms for the client's delayed ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        address = f"{'https' if certificate else 'http'}://{LOOPBACK}:{listener.getsockname()[1]}"
        standin.state.address = address
        config = uvicorn.Config(
            standin.asgi,
            ssl_certfile=certificate,
            lifespan="off",
            log_level="warning",
            date_header=False,  # answers carry the stand-in's own time
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="github-stand-in", daemon=True)
        thread.start()
        try:
            yield address
        finally:
            server.should_exit = True
            thread.join()
            standin.webhooks.close()
    standin.raise_violations()
