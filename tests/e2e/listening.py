"""A web process that was started takes a moment to listen."""

from __future__ import annotations

import httpx

from bot.demo.serving import LOOPBACK


def wait_until_it_listens(port: int) -> None:
    """Return once the web process answers; httpx tries again, after pauses that grow, while nobody listens."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=8), trust_env=False) as client:
        client.get(f"http://{LOOPBACK}:{port}/healthz").raise_for_status()
