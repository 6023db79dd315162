"""`fifthwhy demo` as somebody sees it who has just cloned the repository."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import httpx
import pytest

from report_templates.render import MARKER

DEMO: Final = [sys.executable, "-P", "-m", "bot", "demo"]
A_TEST_FAILS_AFTER_SECONDS: Final = 120
ENDS: Final = "Ctrl-C ends the demo.\n"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An empty home directory, and nothing set."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}


def left_running(folder: Path) -> list[str]:
    """The processes that have to do with a folder, by their command lines."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            inside = (process / "cwd").resolve().is_relative_to(folder)
        except OSError:  # it has ended meanwhile
            continue
        if inside or str(folder) in command:
            found.append(command)
    return found


def comment(shown: str) -> str:
    """The comment as it was printed last, without its margin."""
    lines = [line for line in shown.splitlines(keepends=True) if line.startswith("  │ ")]
    start = max(number for number, line in enumerate(lines) if MARKER in line)
    return "".join(line.removeprefix("  │ ") for line in lines[start:])


def test_it_prints_the_comment_and_where_to_see_it_and_leaves_nothing_running(
    environment: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        DEMO,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=A_TEST_FAILS_AFTER_SECONDS,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "introduces 4" in comment(done.stdout)
    address = re.search(r"^Rendered as on GitHub: (file://\S+)$", done.stdout, re.MULTILINE)
    assert address is not None
    page = Path(unquote(urlsplit(address[1]).path)).read_text()
    assert "<table" in page
    assert "refunds.py" in page
    assert left_running(tmp_path) == []


@pytest.fixture
def kept(environment: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo that stays up; it has posted its comment."""
    with subprocess.Popen(
        [*DEMO, "--keep"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        yield demo
        demo.terminate()


def until_the_next_end(demo: subprocess.Popen[str]) -> str:
    """What the demo prints until it waits again."""
    assert demo.stdout is not None
    shown = []
    for line in demo.stdout:
        shown.append(line)
        if line == ENDS:
            break
    return "".join(shown)


def test_with_keep_the_commands_that_it_prints_push_and_the_same_comment_is_edited(
    kept: subprocess.Popen[str], environment: dict[str, str], tmp_path: Path
) -> None:
    posted = until_the_next_end(kept)
    commands = "".join(
        line.removeprefix("    ") for line in posted.splitlines(keepends=True) if line.startswith("    ")
    )
    page = re.search(r"^Rendered as on GitHub: (http://127\.0\.0\.1:\d+/\S+)$", posted, re.MULTILINE)
    assert page is not None

    subprocess.run(["sh", "-ec", commands], env=environment, capture_output=True, check=True)
    edited = until_the_next_end(kept)

    assert "The comment was edited:" in edited
    assert "introduces 4" in comment(posted)
    assert "introduces 3" in comment(edited)
    rendered = httpx.get(page[1], trust_env=False).text
    assert rendered.count("introduces") == 1

    kept.send_signal(signal.SIGINT)
    rest, errors = kept.communicate(timeout=A_TEST_FAILS_AFTER_SECONDS)
    assert (kept.returncode, rest, errors) == (0, "\nStopped.\n", "")
    assert left_running(tmp_path) == []
