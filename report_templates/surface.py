"""The endpoints of a commit, for terminals and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from analyzers.rules.endpoints.model import State
from analyzers.surface import EndpointAnswer, Surface
from report_templates.console import drawn
from report_templates.escape import encodable, name, place_text
from report_templates.wording import counted

_TITLES: Final[dict[State, str]] = {
    "unprotected": "Never reach the check",
    "unknown": "Cannot tell",
    "public": "Public",
    "protected": "Protected",
}


def render_surface_json(surface: Surface) -> bytes:
    """The surface as it is."""
    return msgspec.json.format(msgspec.json.encode(encodable(msgspec.to_builtins(surface))), indent=2) + b"\n"


def render_surface_terminal(surface: Surface, *, width: int, color: bool) -> str:
    """Every endpoint with its answer and what shows it."""
    return drawn(_parts(surface), width=width, color=color)


def _parts(surface: Surface) -> Iterator[RenderableType]:
    yield Text(_headline(surface), style="bold")
    for state, title in _TITLES.items():
        found = [each for each in surface.endpoints if each.state == state]
        if found:
            yield Text(f"\n{title} ({len(found):,})", style="bold")
            for each in found:
                yield from _endpoint(each)


def _headline(surface: Surface) -> str:
    if not surface.endpoints:
        return "There is no endpoint here that fifthwhy knows of."
    parts = ", ".join(f"{surface.count(state):,} {title.lower()}" for state, title in _TITLES.items())
    check = "no check is known" if surface.canonical is None else f"the check is {name(surface.canonical)}"
    inferred = " (inferred)" if surface.inferred and surface.canonical is not None else ""
    return f"{counted(len(surface.endpoints), 'endpoint')}: {parts}; {check}{inferred}."


def _endpoint(each: EndpointAnswer) -> Iterator[RenderableType]:
    route = f"{each.method} {each.route}".strip()
    yield Padding(Text(f"{name(route)}  {name(each.function)}  {place_text(each.path, each.line)}"), (0, 0, 0, 2))
    steps = " → ".join(name(step) for step in each.chain)
    told = ": ".join(part for part in (name(each.reason), steps) if part)
    if told and each.state != "unprotected":
        yield Padding(Text(told, style="dim"), (0, 0, 0, 6))
