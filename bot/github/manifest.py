"""The App as GitHub hands it out once, to who has had it created from a manifest."""

from __future__ import annotations

from pathlib import Path

import msgspec
from githubkit import UnauthAuthStrategy

from bot.github.client import ask, client
from bot.github.transport import Transport, network, new_answers
from bot.settings.credentials import Credentials, NewApp
from bot.settings.values import check_webhook_secret, private_key


class _Conversion(msgspec.Struct):
    id: int
    name: str
    html_url: str
    pem: str
    webhook_secret: str | None = None


async def create_from_manifest(code: str, *, api_url: str, ca_file: Path | None) -> NewApp:
    """The App that a code stands for: https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest.

    Raises GitHubError, and ValueError where no server could work with what GitHub gives.
    """
    way = network(api_url, ca_file)
    async with client(UnauthAuthStrategy(), api_url, Transport(way, None, 0, new_answers())) as github:
        created = await ask(github.rest.apps.async_create_from_manifest(code), _Conversion)
    if created.webhook_secret is None:
        raise ValueError("it has no webhook secret")
    check_webhook_secret(created.webhook_secret)
    credentials = Credentials(created.id, private_key(created.pem), created.webhook_secret)
    return NewApp(created.name, created.html_url, credentials)
