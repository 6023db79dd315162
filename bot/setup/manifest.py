"""What the App asks for: the manifest that comes with fifthwhy, and the same for one server.

https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import msgspec
import yaml

_IN_CHECKOUT: Final = Path(__file__).parents[2] / "app.yml"


class Hook(msgspec.Struct, frozen=True):
    """Where GitHub sends the App's webhooks."""

    url: str
    active: bool


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """An App manifest, in GitHub's own words."""

    name: str
    description: str
    url: str
    hook_attributes: Hook
    public: bool
    default_permissions: dict[str, str]
    default_events: tuple[str, ...]
    redirect_url: str = ""
    """Where GitHub sends the person who has created the App."""


@cache
def manifest() -> Manifest:
    """What app.yml says: the one in the package, or that of the checkout which this is."""
    packaged = files("bot").joinpath("app.yml")
    text = packaged.read_bytes() if packaged.is_file() else _IN_CHECKOUT.read_bytes()
    return msgspec.convert(yaml.safe_load(text), Manifest)


def webhook_address(public_url: str) -> str:
    """Where a server that is reached at `public_url` takes webhooks."""
    return f"{public_url}/webhook"


def manifest_for(public_url: str) -> Manifest:
    """The manifest of the App of one server."""
    return msgspec.structs.replace(
        manifest(),
        url=public_url,
        hook_attributes=Hook(webhook_address(public_url), active=True),
        redirect_url=f"{public_url}/setup/callback",
    )
