"""githubkit as it is used here: without retries, every answer read into the few fields that are needed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, Final, TypeVar

import httpx
import msgspec
from githubkit import AppAuthStrategy, GitHub, UnauthAuthStrategy
from githubkit.auth import BaseAuthStrategy
from githubkit.cache import BaseCacheStrategy
from githubkit.exception import GitHubException, GraphQLFailed, RequestError, RequestFailed
from githubkit.response import Response

from bot.github.errors import GitHubRefusedError, GitHubUnavailableError, refusal_of
from bot.github.records import Session
from bot.github.transport import Transport

PER_PAGE: Final = 100
_TIMEOUT: Final = httpx.Timeout(20.0, connect=5.0)
_USER_AGENT: Final = "fifthwhy"

Answer = TypeVar("Answer")
Reply = TypeVar("Reply")
Auth = TypeVar("Auth", AppAuthStrategy, UnauthAuthStrategy, "SessionAuth")


class SessionAuth(httpx.Auth, BaseAuthStrategy):
    """Signs with the token of a session. Where GitHub no longer takes it, a new one is asked for, once a request."""

    def __init__(self, session: Session, renew: Callable[[Session], Awaitable[Session]]) -> None:
        self.session = session
        self._renew = renew

    def get_auth_flow(self, github: object) -> httpx.Auth:
        """What signs each request."""
        return self

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """A request that was answered with 401 was not carried out, so any method may be sent again."""
        used = self.session
        request.headers["Authorization"] = f"token {used.token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            if self.session is used:
                self.session = await self._renew(used)
            request.headers["Authorization"] = f"token {self.session.token}"
            yield request


def client(auth: Auth, api_url: str, transport: Transport, signatures: BaseCacheStrategy | None = None) -> GitHub[Auth]:
    """A client that sends through `transport`, to be opened once. What an App has signed is kept in `signatures`."""
    return GitHub(
        auth,
        base_url=api_url,
        user_agent=_USER_AGENT,
        timeout=_TIMEOUT,
        async_transport=transport,
        cache_strategy=signatures,
        http_cache=False,
        auto_retry=False,
    )


async def ask(request: Awaitable[Response[Any, Any]], answer: type[Answer]) -> Answer:
    """Send a request and read the fields that are needed from its answer. Raises GitHubError."""
    return read(await send(request), answer)


def read(response: Response[Any, Any], answer: type[Answer]) -> Answer:
    """The fields of an answer; one that is not GitHub's, as of a proxy in between, may be another next time."""
    try:
        return msgspec.json.decode(response.content, type=answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        maybe_done = response.raw_request.method != "GET"
        raise GitHubUnavailableError(f"GitHub's answer cannot be read: {error}", maybe_done=maybe_done) from error


async def pages(
    request: Callable[[int], Awaitable[Response[Any, Any]]], answer: type[Answer], most: int
) -> AsyncIterator[Answer]:
    """The pages of a list, by their numbers; no more than `most`.

    A page may be short and not the last, where GitHub leaves out what the token must not see.
    https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
    """
    for number in range(1, most + 1):
        response = await send(request(number))
        yield read(response, answer)
        if 'rel="next"' not in response.headers.get("link", ""):
            return


async def send(request: Awaitable[Reply]) -> Reply:
    """Send a request, REST or GraphQL. Raises GitHubError, and what redis-py raises where it is away."""
    try:
        return await request
    except RequestFailed as error:
        raise refusal_of(error.response) from error
    except RequestError as error:
        if not isinstance(error.exc, httpx.HTTPError):
            raise error.exc from error.exc.__cause__  # our own transport's, or of the Redis that it asks
        raise GitHubUnavailableError(f"GitHub cannot be reached: {error.exc!r}", maybe_done=True) from error
    except GraphQLFailed as error:
        raise GitHubRefusedError(f"GitHub answered: {error!r}") from error
    except GitHubException as error:
        raise GitHubRefusedError(f"GitHub does not accept the App's credentials: {error!r}") from error
