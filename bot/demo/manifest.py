"""Registering an App from a manifest: the page that takes it, and the code that is worth the App's credentials.

Source: https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.demo.registration import ALWAYS_SENT, AppRegistration
from bot.demo.state import State

CODE_LIFETIME = timedelta(hours=1)


class ManifestError(Exception):
    """GitHub takes no such manifest; the message is what its page shows."""


@dataclass(frozen=True, slots=True)
class Registered:
    """An App that was registered, and where it wants its webhooks."""

    app: AppRegistration
    webhook_url: str | None
    expires_at: datetime


class Manifests:
    """Takes manifests from the browser and hands out each App's credentials once."""

    def __init__(self, state: State, registered: Callable[[Registered], None]) -> None:
        self._state = state
        self._registered = registered
        self._lock = Lock()
        self._codes: dict[str, Registered] = {}

    def routes(self) -> list[Route]:
        """The pages that take a manifest, for one's own account and for an organization."""
        paths = ("/settings/apps/new", "/organizations/{organization}/settings/apps/new")
        return [Route(path, self.new_app, methods=["POST"]) for path in paths]

    async def new_app(self, request: Request) -> Response:
        """What the button of the page does: register the App, and send the browser back with the code."""
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        account = request.path_params.get("organization")
        try:
            manifest = _manifest(form.get("manifest", [""])[0])
            code = await run_in_threadpool(self._register, manifest, account)
        except ManifestError as error:
            return PlainTextResponse(f"Invalid GitHub App configuration: {error}\n", 422)
        state = request.query_params.get("state") or form.get("state", [None])[0]
        query = urlencode({"code": code} | ({"state": state} if state else {}))
        joint = "&" if "?" in manifest["redirect_url"] else "?"
        return RedirectResponse(f"{manifest['redirect_url']}{joint}{query}", 302)

    def convert(self, code: str) -> AppRegistration | None:
        """The App behind a code, once; from then on it is the one App here."""
        with self._lock:
            registered = self._codes.pop(code, None)
        if registered is None or registered.expires_at <= self._state.now():
            return None
        self._registered(registered)
        return registered.app

    def _register(self, manifest: dict[str, Any], account: str | None) -> str:
        login = account or self._state.app.installation.account.login
        owner = self._state.people.user(login)
        if owner is None:
            raise ManifestError(f"there is no organization {login}")
        app = AppRegistration.generate(
            slug="-".join(manifest["name"].lower().split()),
            account=owner,
            permissions=manifest.get("default_permissions", {}) | {"metadata": "read"},
            events=tuple(manifest.get("default_events", ())),
            number=self._state.new_id(),
        )
        code = secrets.token_hex(20)
        url = manifest.get("hook_attributes", {}).get("url")
        with self._lock:
            self._codes[code] = Registered(app, url, self._state.now() + CODE_LIFETIME)
        return code


def _manifest(text: str) -> dict[str, Any]:
    try:
        manifest = json.loads(text)
    except ValueError:
        raise ManifestError("Error Parsing manifest: it is no JSON") from None
    if not isinstance(manifest, dict):
        raise ManifestError("Error Parsing manifest: it is no object")
    for field in ("name", "url", "redirect_url"):
        if not isinstance(manifest.get(field), str) or not manifest[field]:
            raise ManifestError(f"{field.replace('_', ' ').capitalize()} can't be blank")
    if len(manifest["name"]) > 34:
        raise ManifestError("Name is too long (maximum is 34 characters)")
    if refused := [event for event in manifest.get("default_events", ()) if event in ALWAYS_SENT]:
        raise ManifestError(f"Default events unsupported: {', '.join(refused)}")
    return manifest
