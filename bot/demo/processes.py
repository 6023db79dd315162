"""Runs fifthwhy in front of the stand-in as in production: Redis, the web process and a worker are processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import create_server
from typing import Final

import httpx

from bot.demo import schemas
from bot.demo.github import GitHubStandIn
from bot.demo.serving import LOOPBACK, serving
from bot.embedded_redis import EmbeddedRedis

_POLL_SECONDS: Final = 0.05
_READY_SECONDS: Final = 45.0
_END_SECONDS: Final = 20.0


class NotReadyError(Exception):
    """The processes ended, or did not become ready."""


@contextmanager
def running(
    standin: GitHubStandIn,
    folder: Path,
    settings: Mapping[str, str] | None = None,
    *,
    certificate: Path | None = None,
) -> Iterator[str]:
    """Serve the stand-in and run fifthwhy on it until the block ends; gives the stand-in's address.

    Data and logs are in `folder`; `settings` are variables of fifthwhy's beside those it needs. With a certificate
    the stand-in is served by https. Raises NotReadyError.
    """
    port = free_port()
    standin.webhooks.url = f"http://{LOOPBACK}:{port}/webhook"
    with ExitStack() as stack:
        address = stack.enter_context(serving(standin, certificate=certificate))
        redis = stack.enter_context(EmbeddedRedis(folder / "redis"))
        environment = app_environment(standin, address, redis.url, folder / "data", port) | dict(settings or {})
        children = [stack.enter_context(process(name, environment, folder)) for name in ("web", "worker")]
        schemas.prepare()  # while the processes start
        _wait_until_ready(port, children)
        yield address


def app_environment(standin: GitHubStandIn, address: str, redis: str, data: Path, port: int) -> dict[str, str]:
    """This environment with the settings of an App that works on the stand-in, and no others."""
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith("FIFTHWHY_")}
    return {
        **inherited,
        "FIFTHWHY_GITHUB_APP_ID": str(standin.app.id),
        "FIFTHWHY_GITHUB_PRIVATE_KEY": standin.app.private_key_pem,
        "FIFTHWHY_WEBHOOK_SECRET": standin.app.webhook_secret,
        "FIFTHWHY_GITHUB_API_URL": f"{address}/api/v3",
        "FIFTHWHY_GITHUB_WEB_URL": address,
        "FIFTHWHY_REDIS_URL": redis,
        "FIFTHWHY_DATA_DIR": str(data),
        "FIFTHWHY_HOST": LOOPBACK,
        "FIFTHWHY_PORT": str(port),
    }


@contextmanager
def process(command: str, environment: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A fifthwhy process that ends with the block; started in `folder`, so that no `.env` of the user's applies."""
    with (folder / f"{command}.log").open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "bot", command], env=dict(environment), cwd=folder, stdout=output, stderr=output
        )
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with create_server((LOOPBACK, 0)) as server:
        return int(server.getsockname()[1])


def _wait_until_ready(port: int, children: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if any(child.poll() is not None for child in children):
            raise NotReadyError("the web process or the worker ended at once")
        if _answers(f"http://{LOOPBACK}:{port}/readyz"):
            return
        time.sleep(_POLL_SECONDS)
    raise NotReadyError(f"web process and worker did not become ready within {_READY_SECONDS:g} s")


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False
