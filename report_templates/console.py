"""The console: what rich draws, as text for a terminal of so many columns."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Final

from rich.console import Console, RenderableType
from rich.text import Text

_NARROWEST: Final = 40


class Verbatim(Text):
    """Lines that are to be copied: none is broken, however narrow the terminal."""


def drawn(parts: Iterable[RenderableType], *, width: int, color: bool) -> str:
    """The parts below each other. Their text is taken as it is, with no markup of rich's in it."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(width, _NARROWEST),
        force_terminal=color,
        color_system="standard" if color else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, Verbatim))
    lines = (line.rstrip() for line in out.getvalue().splitlines())
    return "\n".join(lines).strip("\n") + "\n"
