"""`fifthwhy serve`, `web`, `worker` and `health`: the processes of a server."""

from __future__ import annotations

import os
import sys

import click

from bot.cli.chosen import redis_url, server_settings
from bot.cli.errors import errors_in_one_line, fail
from bot.cli.installation import set_up


@click.command()
def serve() -> None:
    """Run web and worker, with a Redis if need be.

    An embedded Redis is started unless FIFTHWHY_REDIS_URL is set. Without any credentials of a GitHub App, but with
    FIFTHWHY_PUBLIC_URL, only /setup is served until the App is created there.
    """
    from bot.embedded_redis import EmbeddedRedisError
    from bot.serve import serve as run
    from bot.settings.settings import has_no_app

    with errors_in_one_line(EmbeddedRedisError):
        if has_no_app() and not set_up():
            return
        sys.exit(run(server_settings()))


@click.command()
def web() -> None:
    """Run the web process, which takes webhooks.

    Needs FIFTHWHY_REDIS_URL.
    """
    import uvicorn

    from bot.observability.spans import tracing
    from bot.webhooks.web import create_app

    with errors_in_one_line():
        chosen = server_settings()
        secret = chosen.webhook_secret.get_secret_value()
        url, app_id = redis_url(chosen), chosen.github_app_id
        app = create_app(redis_url=url, webhook_secret=secret, app_id=app_id, metrics=chosen.metrics)
        with tracing(chosen.otlp_endpoint, ca_file=chosen.ca_file, secrets=chosen.secrets):
            uvicorn.run(app, host=chosen.host, port=chosen.port, log_config=None, access_log=False, server_header=False)


@click.command()
def worker() -> None:
    """Run a worker, which audits pull requests.

    Needs FIFTHWHY_REDIS_URL; start as many as you like.
    """
    import asyncio

    from bot.observability.exposition import exposing
    from bot.observability.spans import tracing
    from bot.worker.worker import run_worker

    with errors_in_one_line():
        chosen = server_settings()
        url = redis_url(chosen)
        with (
            exposing(chosen.metrics_host, chosen.metrics_port, chosen.data_dir),
            tracing(chosen.otlp_endpoint, ca_file=chosen.ca_file, secrets=chosen.secrets),
        ):
            asyncio.run(run_worker(chosen, url))


@click.command()
def health() -> None:
    """Ask whether the web process here answers."""
    import httpx

    port = os.environ.get("FIFTHWHY_PORT", "8000")
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=3, trust_env=False)
    except httpx.HTTPError as error:
        fail(f"the web process on port {port} does not answer: {error!r}")
    if answer.status_code != httpx.codes.OK:
        fail(f"the web process on port {port} answers {answer.status_code}")
