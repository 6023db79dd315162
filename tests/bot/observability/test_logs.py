"""What a process logs, as whoever reads its standard error sees it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any, Final, Literal

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.observability.logs import formatter

TOKEN: Final = "ghs_" + "Ab3" * 12
KNOWN: Final = "correct horse battery staple"
FORMS: Final[tuple[Literal["json", "console"], ...]] = ("json", "console")

PROGRAM: Final = f"""
import asyncio, logging, structlog
from bot.observability import logs
logs.configure("info", "FORM", secrets=["{KNOWN}"])
log = structlog.get_logger("ours")

def fails(held):
    raise ValueError(f"GitHub does not take {{held}}")

with structlog.contextvars.bound_contextvars(delivery="d-1", installation=7, subject="10/pull/3"):
    log.info("begun", session={{"token": "{TOKEN}"}}, reason="as in https://x:{KNOWN}@github.com")
    try:
        fails("{TOKEN}")
    except ValueError:
        log.exception("failed")
        logging.getLogger("theirs").exception("also here: {TOKEN}")
    logging.getLogger("theirs").warning("%s is no answer", "{TOKEN}")
    logging.getLogger("arq.worker").info("0.05s -> work()")
    logging.getLogger("arq.worker").warning("that queue is odd")
log.info("over\\n2026-01-01 [info] forged", reason="\\x1b[2J\\u202e")
"""


def logged(form: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("FORM", form)], capture_output=True, text=True, check=True
    )
    assert not done.stdout
    return done.stderr


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in logged("json").splitlines()]


@pytest.fixture(scope="module")
def text() -> str:
    return logged("console")


def test_every_line_tells_what_it_is_about(lines: list[dict[str, Any]]) -> None:
    """Lines of libraries as well."""
    about = [(line["delivery"], line["installation"], line["subject"]) for line in lines if line["event"][:4] != "over"]

    assert about == [("d-1", 7, "10/pull/3")] * 5


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_is_in_a_line_and_none_in_a_traceback(form: str) -> None:
    shown = logged(form)

    assert "ValueError: GitHub does not take [redacted]" in shown
    assert TOKEN not in shown
    assert KNOWN not in shown


def test_what_the_queue_s_library_tells_of_every_job_is_left_to_our_own_lines(text: str) -> None:
    assert "work()" not in text
    assert "that queue is odd" in text


def test_tracebacks_show_no_values_of_variables(text: str) -> None:
    assert "Traceback (most recent call last)" in text
    assert "held =" not in text
    assert "locals" not in text


def test_what_others_wrote_begins_no_line_and_speaks_to_no_terminal(text: str) -> None:
    """Each line but those of tracebacks begins with the time at which it was written."""
    assert "over\\n2026-01-01 [info] forged" in text
    assert "\x1b[2J" not in text
    assert "\u202e" not in text


VALUES: Final = st.text() | st.binary() | st.integers() | st.floats() | st.lists(st.text()) | st.none()


@given(said=st.text(), reason=VALUES, error=VALUES)
@settings(deadline=None)
def test_nothing_that_is_logged_breaks_the_log(said: str, reason: object, error: object) -> None:
    record = logging.makeLogRecord({"msg": said, "levelname": "INFO", "name": "ours"})
    with structlog.contextvars.bound_contextvars(reason=reason, error=error):
        line, text = (formatter(form).format(record) for form in FORMS)

    assert json.loads(line).keys() == {"event", "level", "logger", "timestamp", "reason", "error"}
    assert len((line + text).splitlines()) == 1
