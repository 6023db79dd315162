"""The pages on which a person creates the GitHub App. HTML without a script; whatever is shown is escaped."""

from __future__ import annotations

from functools import cache
from typing import Final

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined


class Start(msgspec.Struct, frozen=True):
    """Asks for the set-up token and for who is to own the App; `problem` is what was wrong with the last answer."""

    action: str
    github: str
    organization: str = ""
    problem: str = ""


class Confirm(msgspec.Struct, frozen=True):
    """Shows what the App will be, and sends its manifest (JSON) to GitHub at the address `action`."""

    action: str
    owner: str
    webhook: str
    permissions: tuple[tuple[str, str], ...]
    events: tuple[str, ...]
    manifest: str


class Done(msgspec.Struct, frozen=True):
    """Tells what comes next; `install` is where GitHub asks for the repositories."""

    name: str
    install: str


class Refused(msgspec.Struct, frozen=True):
    """Tells why not, and what to do about it."""

    title: str
    reason: str
    remedy: str = ""


Page = Start | Confirm | Done | Refused

_TEMPLATES: Final[dict[type, str]] = {
    Start: "start.html.j2",
    Confirm: "confirm.html.j2",
    Done: "done.html.j2",
    Refused: "refused.html.j2",
}


def render_setup_page(page: Page) -> str:
    """The page as HTML, with its style sheet in it."""
    return _environment().get_template(_TEMPLATES[type(page)]).render(page=page)


def render_style() -> str:
    """The style sheet as it stands in each page, for a content security policy that allows it alone."""
    return _environment().get_template("style.css").render()


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("report_templates", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
