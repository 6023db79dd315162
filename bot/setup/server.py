"""Serves the set-up until the App is created, with a token that is good for this one time."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType

import structlog
import uvicorn

from bot.github.manifest import create_from_manifest
from bot.observability.redaction import Shown
from bot.settings.credentials import make_writable
from bot.settings.settings import ServerSettings, SettingsError, SetupSettings, load
from bot.setup.pages import Place, create_setup_app

log = structlog.get_logger(__name__)


def serve_setup(settings: SetupSettings) -> bool:
    """Serve /setup; tells whether the App was created, or else somebody asked to stop. Raises SettingsError."""
    place = _place(settings)
    created = False

    def done() -> None:
        nonlocal created
        created = True
        server.should_exit = True

    token = secrets.token_urlsafe(16)
    exchange = partial(create_from_manifest, api_url=settings.github_api_url, ca_file=settings.ca_file)
    app = create_setup_app(place, token, exchange, done)
    server = uvicorn.Server(
        uvicorn.Config(
            app, host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False
        )
    )
    log.warning("there is no GitHub App yet: create it", at=f"{place.public_url}/setup", token=Shown(token))
    with _asked_to_stop(server):
        server.run()
    return created


def _place(settings: SetupSettings) -> Place:
    if settings.public_url is None:
        raise _without_address()
    try:
        make_writable(settings.data_dir)
    except OSError as error:
        raise SettingsError((f"FIFTHWHY_DATA_DIR={settings.data_dir} cannot be written: {error.strerror}",)) from None
    return Place(settings.public_url, settings.github_web_url, settings.data_dir)


def _without_address() -> SettingsError:
    """What a server lacks that can neither work nor be set up."""
    hint = "or set FIFTHWHY_PUBLIC_URL to the https address of this server, and have the App created at its /setup"
    try:
        load(ServerSettings)
    except SettingsError as error:
        return SettingsError((*error.problems, hint))
    return SettingsError((hint,))


@contextmanager
def _asked_to_stop(server: uvicorn.Server) -> Iterator[None]:
    """End the server, and not the process, at a signal: uvicorn raises it once more after it has stopped."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
