"""Durations as a person writes them: `26w`, `30d`."""

from __future__ import annotations

import re
from typing import Any, Final

import click

_WRITTEN: Final = re.compile(r"(\d{1,5})([dw])")
_DAYS: Final = {"d": 1, "w": 7}
MOST_DAYS: Final = 3_660


class Days(click.ParamType[int]):
    """A number of days, written in days or weeks."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The days that a text names."""
        if isinstance(value, int):
            return value
        written = _WRITTEN.fullmatch(str(value).strip().lower())
        days = int(written[1]) * _DAYS[written[2]] if written else 0
        if not 1 <= days <= MOST_DAYS:
            self.fail(f"{value!r} is no number of days or weeks such as 30d or 26w, up to {MOST_DAYS}d", param, ctx)
        return days
