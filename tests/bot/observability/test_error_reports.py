"""What Sentry is sent, by processes of their own: it is a part of the process that reports to it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import pytest

from tests.bot.sinks import Sink, sink

TOKEN: Final = "ghs_" + "Ab3" * 12
KNOWN: Final = "correct horse battery staple"

PROGRAM: Final = """
import sys
import structlog
from bot.observability import logs
from bot.observability.error_reports import reporter

known = "KNOWN"
logs.configure("info", "json", secrets=[known], report=reporter(sys.argv[1], secrets=[known]))
log = structlog.get_logger("bot.worker.work")

def fails(session, body):
    raise ValueError(f"GitHub does not take {session}")

with structlog.contextvars.bound_contextvars(delivery="d-1", installation=7, kind="ReviewJob"):
    log.info("begun")
    log.warning("parked")
    try:
        try:
            fails({"token": "TOKEN"}, "a remark of somebody's")
        except ValueError as error:
            raise RuntimeError(f"the secret is {known}") from error
    except RuntimeError:
        log.exception("failed", reference="12345678", token="TOKEN", body="a remark of somebody's")
    log.error("given up", reason="TOKEN was refused")
"""


@pytest.fixture(scope="module")
def sent() -> Iterator[Sink]:
    """What the program has sent by the time it has ended."""
    program = PROGRAM.replace("TOKEN", TOKEN).replace("KNOWN", KNOWN)
    with sink() as place:
        dsn = place.address.replace("http://", "http://public@") + "/42"
        subprocess.run([sys.executable, "-c", program, dsn], check=True, capture_output=True, timeout=60)
        yield place


@pytest.fixture(scope="module")
def events(sent: Sink) -> list[dict[str, Any]]:
    """The events in the envelopes: https://develop.sentry.dev/sdk/data-model/envelopes/."""
    found = []
    for envelope in sent.sent("/api/42/envelope/"):
        found += [json.loads(line) for head, line in pairwise(envelope.splitlines()) if b'"type":"event"' in head]
    return found


def test_what_is_logged_as_an_error_is_reported_and_nothing_else(events: list[dict[str, Any]]) -> None:
    assert [event["level"] for event in events] == ["error", "error"]
    assert [entry["type"] for entry in events[0]["exception"]["values"]] == ["ValueError", "RuntimeError"]
    assert events[1]["message"] == "given up"


def test_a_report_tells_what_it_is_about(events: list[dict[str, Any]]) -> None:
    tags = events[0]["tags"]

    assert (tags["delivery"], tags["installation"], tags["reference"]) == ("d-1", "7", "12345678")


def test_a_report_holds_no_secret_no_values_and_no_text_of_others(sent: Sink) -> None:
    everything = b"".join(sent.sent())

    assert TOKEN.encode() not in everything
    assert KNOWN.encode() not in everything
    assert b"a remark of somebody's" not in everything
    assert b'"vars"' not in everything
    assert b'"context_line"' not in everything


def test_without_a_project_nothing_of_sentry_is_imported() -> None:
    program = """
import sys
from bot.observability.error_reports import reporter

assert reporter(None) is None
print(*sys.modules)
"""

    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)

    assert not [name for name in done.stdout.split() if name.startswith("sentry_sdk")]


def test_what_is_not_installed_is_told_with_what_to_install() -> None:
    program = """
import sys
sys.modules["sentry_sdk"] = None  # as if it were not there
from bot.observability.error_reports import reporter
from bot.settings.settings import SettingsError
try:
    reporter("http://public@127.0.0.1/42")
except SettingsError as error:
    print(error)
"""

    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)

    assert done.stdout == "FIFTHWHY_SENTRY_DSN needs what is not installed: pip install 'fifthwhy[sentry]'\n"
