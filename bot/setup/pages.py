"""The set-up: pages on which a person has GitHub create the App, whose credentials are then stored.

https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest. Whoever finds a server
that has no App yet could make it theirs: hence the token, which only the server's log shows. That the answer comes from
the browser that began is what the state is for, in the address and in a cookie.
"""

from __future__ import annotations

import re
import secrets
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

import msgspec
import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bot.github.errors import GitHubError, GitHubRefusedError
from bot.settings.credentials import AlreadyStoredError, NewApp, store
from bot.setup.manifest import manifest_for, webhook_address
from report_templates.setup_pages import Confirm, Done, Page, Refused, Start, render_setup_page, render_style

log = structlog.get_logger(__name__)

_COOKIE: Final = "fifthwhy_setup"
_STATE_SECONDS: Final = 3600
"""GitHub's code is good for an hour; so is what it must come back with."""
_MOST_STATES: Final = 20
_LARGEST_FORM: Final = 4096
_ORGANIZATION: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?")
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")
"""It becomes a part of an address."""
_NOT_THE_ONE: Final = "This is not the set-up token in the server's log."
_WRONG_ORGANIZATION: Final = "This is not the name of an organization."
_BEGIN_ANEW: Final = "Begin anew at /setup."


class Place(msgspec.Struct, frozen=True):
    """Where things are: the server's own address, GitHub for people, and what is to hold the credentials."""

    public_url: str
    web_url: str
    data_dir: Path


Exchange = Callable[[str], Awaitable[NewApp]]
"""Asks GitHub for the App that a code stands for. Raises GitHubError, and ValueError where it cannot be used."""


def create_setup_app(
    place: Place, token: str, exchange: Exchange, done: Callable[[], None], clock: Callable[[], float] = time.monotonic
) -> Starlette:
    """The application of a server that has no App yet; `done` is called once the credentials are on the disk.

    It takes no webhook: there is no secret that could tell a real one.
    """
    setup = _Setup(place, token, exchange, done, clock)
    app = Starlette(
        routes=[
            Route("/setup", setup.start, methods=["GET"]),
            Route("/setup", setup.confirm, methods=["POST"]),
            Route("/setup/callback", setup.callback, methods=["GET"]),
            Route("/healthz", _healthz, methods=["GET"]),
            Route("/readyz", _not_ready, methods=["GET"]),
            Route("/webhook", _not_ready, methods=["POST"]),
        ],
    )
    app.router.redirect_slashes = False  # it would go by the Host header
    return app


class _Setup:
    def __init__(
        self, place: Place, token: str, exchange: Exchange, done: Callable[[], None], clock: Callable[[], float]
    ) -> None:
        self._place = place
        self._token = token
        self._exchange = exchange
        self._done = done
        self._clock = clock
        self._states: dict[str, float] = {}
        self._created: dict[str, NewApp] = {}

    async def start(self, request: Request) -> Response:
        """Ask for the token, and who is to own the App."""
        organization = request.query_params.get("organization", "")
        return self._start(organization if _ORGANIZATION.fullmatch(organization) else "")

    async def confirm(self, request: Request) -> Response:
        """Check the token; show the manifest, and let the browser carry it to GitHub."""
        form = await _form(request)
        organization = form.get("organization", "").strip()
        if not secrets.compare_digest(form.get("token", "").strip().encode(), self._token.encode()):
            log.warning("set-up refused", reason="wrong token")
            return self._start("", _NOT_THE_ONE)
        if organization and not _ORGANIZATION.fullmatch(organization):
            return self._start("", _WRONG_ORGANIZATION)
        state = self._new_state()
        response = _page(self._confirm(organization, state), form_target=self._place.web_url)
        response.set_cookie(
            _COOKIE,
            state,
            max_age=_STATE_SECONDS,
            path=urlsplit(self._place.public_url).path + "/setup",
            secure=self._place.public_url.startswith("https://"),
            httponly=True,
            samesite="lax",  # GitHub sends the browser back with a plain link
        )
        return response

    async def callback(self, request: Request) -> Response:
        """GitHub sends the browser back: fetch the credentials, store them, say what comes next."""
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        if not self._knows(state, request.cookies.get(_COOKIE, "")):
            return self._refused(403, "This is not the answer to a set-up that began in this browser.")
        if not _CODE.fullmatch(code):
            return self._refused(400, "GitHub's answer holds no code.")
        try:
            # GitHub takes a code once: what it gave for it is kept until it is on the disk.
            created = self._created[code] = self._created.get(code) or await self._exchange(code)
            file = store(self._place.data_dir, created.credentials)
        except AlreadyStoredError:
            self._done()
            return configured(request)
        except (GitHubError, ValueError, OSError) as error:
            return self._failed(error, code)
        self._states.clear()
        log.info("app created", app=created.credentials.app_id, credentials=str(file))
        self._done()
        response = _page(Done(created.name, self._install_address(created)))
        response.delete_cookie(_COOKIE, path=urlsplit(self._place.public_url).path + "/setup")
        return response

    def _new_state(self) -> str:
        while len(self._states) >= _MOST_STATES:
            del self._states[next(iter(self._states))]
        state = secrets.token_urlsafe(32)
        self._states[state] = self._clock() + _STATE_SECONDS
        return state

    def _knows(self, state: str, cookie: str) -> bool:
        """Whether the state is one of ours, still good, and that of this browser."""
        until = self._states.get(state)
        same = secrets.compare_digest(state.encode(), cookie.encode())
        return until is not None and self._clock() <= until and same

    def _start(self, organization: str, problem: str = "") -> Response:
        action = urlsplit(self._place.public_url).path + "/setup"
        page = Start(action, self._place.web_url, organization, problem)
        return _page(page, 403 if problem else 200)

    def _confirm(self, organization: str, state: str) -> Confirm:
        whose = f"organizations/{quote(organization, safe='')}/" if organization else ""
        manifest = manifest_for(self._place.public_url)
        return Confirm(
            action=f"{self._place.web_url}/{whose}settings/apps/new?state={state}",
            owner=f"The organization {organization}" if organization else "Your own account",
            webhook=webhook_address(self._place.public_url),
            permissions=tuple(manifest.default_permissions.items()),
            events=manifest.default_events,
            manifest=msgspec.json.encode(manifest).decode(),
        )

    def _install_address(self, created: NewApp) -> str:
        ours = created.html_url.startswith(f"{self._place.web_url}/")
        return f"{created.html_url}/installations/new" if ours else self._place.web_url

    def _failed(self, error: Exception, code: str) -> Response:
        """What is not said here is in the log. The state stays good: where it may help, loading again is enough."""
        log.error("set-up failed", error=str(error).replace(code, "[code]"))  # it may still be good
        if isinstance(error, GitHubRefusedError):
            return self._refused(502, "GitHub does not know the code that it sent: it was used before, or is too old.")
        if isinstance(error, ValueError):
            return self._refused(502, f"GitHub's App cannot be used: {error}. Delete it at GitHub.")
        what = "GitHub does not answer." if isinstance(error, GitHubError) else "The credentials cannot be stored."
        return self._refused(503, what, "Load this page again; the server's log says more.")

    def _refused(self, status: int, reason: str, remedy: str = _BEGIN_ANEW) -> Response:
        return _page(Refused("The App was not set up", reason, remedy), status)


def configured(_request: Request) -> Response:
    """The answer at /setup of a server that has its App."""
    reason = "This server has its GitHub App; it is set up once."
    remedy = "Whoever runs the server can remove the stored credentials and start it again."
    return _page(Refused("Nothing to set up", reason, remedy), 410)


def _page(page: Page, status: int = 200, *, form_target: str = "") -> HTMLResponse:
    """A page that runs no script, is in no frame and no cache, and sends its form here or to one other place only."""
    style = b64encode(sha256(render_style().encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'; form-action 'self' {form_target}".strip()
    headers = {
        "Content-Security-Policy": f"{policy}; base-uri 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        # Not "no-referrer", with which the form would reach GitHub from nowhere.
        "Referrer-Policy": "strict-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(render_setup_page(page), status, headers)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a short form; of a long one, none."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST_FORM:
                return {}
        fields = parse_qs(body.decode(), max_num_fields=10)
    except (ClientDisconnect, ValueError):  # not UTF-8, or too many fields
        return {}
    return {name: values[0] for name, values in fields.items()}


async def _healthz(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _not_ready(_request: Request) -> Response:
    return JSONResponse({"error": "there is no GitHub App yet; open /setup"}, 503)
