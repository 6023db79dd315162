"""What a check finds, and how it is shown."""

from __future__ import annotations

from typing import Final, Literal

import click
import msgspec

from report_templates.escape import visible

Status = Literal["ok", "warning", "failure"]

_COLORS: Final[dict[Status, str]] = {"ok": "green", "warning": "yellow", "failure": "red"}


class Check(msgspec.Struct, frozen=True):
    """One check: what was seen, and what to do about it."""

    name: str
    status: Status
    seen: str
    remedy: str = ""


class CheckUp(msgspec.Struct, frozen=True):
    """All checks as JSON has them; `well` is whether none failed."""

    well: bool
    checks: tuple[Check, ...]


def is_well(checks: tuple[Check, ...]) -> bool:
    """Whether no check failed. A warning is for people to judge."""
    return all(check.status != "failure" for check in checks)


def render_checks(checks: tuple[Check, ...]) -> str:
    """One line a check, its remedy below. GitHub and Redis are not trusted with the terminal."""
    lines = []
    for check in checks:
        status = click.style(f"{check.status:<8}", fg=_COLORS[check.status])
        lines.append(f"{status} {check.name:<12} {visible(check.seen)}")
        if check.remedy:
            lines.append(f"{'':<22}{visible(check.remedy)}")
    return "".join(f"{line}\n" for line in lines)


def render_checks_json(checks: tuple[Check, ...]) -> bytes:
    """The same for programs."""
    return msgspec.json.format(msgspec.json.encode(CheckUp(is_well(checks), checks)), indent=2) + b"\n"
