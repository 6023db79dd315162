"""The one way to GitHub's API: what each request passes on its way out, and what its answer tells of limits."""

from __future__ import annotations

import re
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final
from urllib.request import getproxies, proxy_bypass

import httpx
import msgspec
from cachetools import LRUCache
from githubkit.response import Response

from bot.github.errors import GitHubUnavailableError, MovedError
from bot.github.limits import Kind, Limiter
from bot.observability.metrics import GITHUB_REQUESTS, RATE_LEFT, looked_up
from bot.observability.spans import span

_CACHE_BYTES: Final = 16 * 1024 * 1024
_LARGEST_CACHED: Final = 512 * 1024
_CONTENT: Final = re.compile(r"/issues(/\d+/comments|/comments/\d+)?$")
"""What GitHub notifies people of. Check runs, reactions and deletions are not: else each audit would take seconds."""
_PUBLIC: Final = "api.github.com"
_MINUTE: Final = timedelta(minutes=1)
_LONGEST_NUMBER: Final = 10
_VERSION: Final = "X-GitHub-Api-Version"
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class Answer(msgspec.Struct, frozen=True):
    """An answer that GitHub need not send again unless it has changed."""

    etag: str
    link: str
    content: bytes


Answers = LRUCache[tuple[str, str], Answer]
"""By token and address. A token is held by one process, and its answers with it: no other token gets to see them."""


def new_answers() -> Answers:
    """An empty cache, of a bounded size."""
    return LRUCache(_CACHE_BYTES, getsizeof=lambda answer: len(answer.content) + 1024)


class Network(msgspec.Struct, frozen=True):
    """How this machine reaches GitHub: whose certificates it trusts, and by which proxy."""

    certificates: ssl.SSLContext
    proxy: str | None


def network(api_url: str, ca_file: Path | None = None) -> Network:
    """The way to `api_url` as the environment says: SSL_CERT_FILE, HTTPS_PROXY, NO_PROXY; `ca_file` is trusted too."""
    address = httpx.URL(api_url)
    # Made once: loading the certificates costs more than a request.
    certificates = httpx.create_ssl_context()
    if ca_file is not None:
        certificates.load_verify_locations(cafile=ca_file)
    proxies = {} if proxy_bypass(address.host) else getproxies()
    return Network(certificates, proxies.get(address.scheme) or proxies.get("all"))


class Transport(httpx.AsyncBaseTransport):
    """Sends what one session, or the App itself, asks for.

    `calls` counts what was sent. Raises GitHubUnavailableError where a limit was met, before or after sending, and
    MovedError where a change was sent to an address that the repository no longer has.
    """

    def __init__(self, way: Network, limiter: Limiter | None, installation: int, answers: Answers) -> None:
        self._next = httpx.AsyncHTTPTransport(verify=way.certificates, proxy=way.proxy)
        self._limiter = limiter
        self._installation = installation
        self._answers = answers
        self.calls = 0
        self.rate_left: int | None = None
        """How many requests GitHub leaves this hour, where it has said so."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask for leave, ask GitHub, heed what it says of its limits."""
        if self._limiter is not None:
            name = f"{request.method} {request.url.path}"
            await self._limiter.admit(self._installation, _kind_of(request), name)
        known = self._prepare(request)
        self.calls += 1
        response = await self._seen(request)
        if request.method == "GET":
            looked_up("answers", response.status_code == 304)
        await self._heed(request, response)
        if response.status_code == 304 and known is not None:
            return _again(known, response)
        self._keep(request, response)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._next.aclose()

    def _prepare(self, request: httpx.Request) -> Answer | None:
        if request.url.host != _PUBLIC:
            # An Enterprise Server may not know the version that our client was made for, and answers 400 then.
            request.headers.pop(_VERSION, None)
        request.headers.pop("If-None-Match", None)  # of an attempt with another token
        known = self._answers.get(_name(request)) if request.method == "GET" else None
        if known is not None:
            request.headers["If-None-Match"] = known.etag
        return known

    async def _seen(self, request: httpx.Request) -> httpx.Response:
        kind, status = _kind_of(request), "none"
        with span("github", {"kind": kind, "installation": self._installation}) as asked:
            try:
                response = await self._send(request)
                status = f"{response.status_code // 100}xx"
                asked.note("status", response.status_code)
                return response
            finally:
                GITHUB_REQUESTS.labels(kind, status).inc()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await self._next.handle_async_request(request)
            await response.aread()
        except httpx.RequestError as error:
            maybe_done = request.method != "GET" and not isinstance(error, _NEVER_SENT)
            raise GitHubUnavailableError(f"GitHub cannot be reached: {error!r}", maybe_done=maybe_done) from error
        return response

    async def _heed(self, request: httpx.Request, response: httpx.Response) -> None:
        """Park the installation where a limit is met; send no change to another address (RFC 9110, 15.4)."""
        left = _number(response, "x-ratelimit-remaining")
        if left is not None:
            self.rate_left = left
            RATE_LEFT.note(self._installation, left)
        after = _asked_to_wait(response)
        if after is not None and self._limiter is not None:
            after = await self._limiter.park(self._installation, after or None)
        if after is not None and response.is_error:
            maybe_done = response.status_code >= 500 and request.method != "GET"
            raise GitHubUnavailableError(_says(request, response), after or _MINUTE, maybe_done=maybe_done)
        if request.method != "GET" and response.has_redirect_location:
            raise MovedError(_says(request, response))

    def _keep(self, request: httpx.Request, response: httpx.Response) -> None:
        etag = response.headers.get("etag")
        if etag is None or request.method != "GET" or response.status_code != 200:
            return
        if len(response.content) <= _LARGEST_CACHED:
            self._answers[_name(request)] = Answer(etag, response.headers.get("link", ""), response.content)


def _name(request: httpx.Request) -> tuple[str, str]:
    return request.headers.get("authorization", ""), str(request.url)


def _again(known: Answer, response: httpx.Response) -> httpx.Response:
    """The answer that GitHub did not send again: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate."""
    headers = {"etag": known.etag, "link": known.link, "date": response.headers.get("date", "")}
    return httpx.Response(200, headers=headers, content=known.content)


def _kind_of(request: httpx.Request) -> Kind:
    if request.method == "GET":
        return "read"
    return "content" if request.method != "DELETE" and _CONTENT.search(request.url.path) else "write"


def _asked_to_wait(response: httpx.Response) -> timedelta | None:
    """How long GitHub asks to be left alone; zero where it does not say how long, None where it does not ask."""
    refused = response.status_code in (403, 429)
    if (refused or response.status_code >= 500) and (seconds := _number(response, "retry-after")) is not None:
        return timedelta(seconds=max(seconds, 1))
    ours = refused or response.headers.get("x-ratelimit-resource", "core") == "core"
    if ours and _number(response, "x-ratelimit-remaining") == 0:
        reset = datetime.fromtimestamp(_number(response, "x-ratelimit-reset") or 0, UTC)
        return max(reset - date_of(response), timedelta(seconds=1))
    if response.status_code == 429:
        return timedelta()
    # Of the secondary limits only the words are certain; older Enterprise Servers speak of abuse.
    said = response.content[:2000].lower() if refused else b""
    return timedelta() if b"rate limit" in said or b"abuse detection" in said else None


def date_of(response: httpx.Response | Response[Any, Any]) -> datetime:
    """When GitHub answered, by its own clock (RFC 9110, 6.6.1); by ours where it does not say."""
    try:
        return parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return datetime.now(UTC)


def _number(response: httpx.Response, header: str) -> int | None:
    value = response.headers.get(header, "")
    return int(value) if value.isdecimal() and len(value) <= _LONGEST_NUMBER else None


def _says(request: httpx.Request, response: httpx.Response) -> str:
    return f"{request.method} {request.url.path} answered {response.status_code}"
