"""What a command shows or writes."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Final

from bot.cli.errors import fail, shown

_WIDEST: Final = 140
_NARROWEST: Final = 60


def terminal(output: Path | None) -> tuple[int, bool]:
    """How wide what is shown may be, and whether it may have colours."""
    color = output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((100, 24)).columns)), color


def write(rendered: bytes, output: Path | None) -> None:
    """Write what was rendered to a file, or else to standard output."""
    if output is not None:
        try:
            output.write_bytes(rendered)
        except OSError as error:
            fail(f"{shown(str(output))} cannot be written: {error.strerror}")
        return
    sys.stdout.buffer.write(rendered)
    sys.stdout.buffer.flush()


def write_json(value: object) -> None:
    """Write a value as JSON, for people too."""
    import json

    write(json.dumps(value, indent=2).encode() + b"\n", None)
