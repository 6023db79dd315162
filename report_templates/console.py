"""The console: what rich draws, as text for a terminal of so many columns."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Final

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from report_templates.escape import spoken

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


def heading(text: str) -> RenderableType:
    """What stands above a section."""
    return Text(f"\n{text}", style="bold")


def table(*columns: str) -> Table:
    """A table whose columns after the first are figures, except those marked with `<`. No name in it is cut."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for number, column in enumerate(columns):
        is_text = not number or column.startswith("<")
        made.add_column(column.lstrip("<"), justify="left" if is_text else "right", overflow="fold")
    return made


def sentence(message: str) -> Text:
    """A sentence that may hold repository text, the names in it in a colour of their own."""
    text = Text(spoken(message))
    text.highlight_regex(re.compile("`[^`]*`"), "cyan")
    return text
