"""The GitHub door: the few requests that fifthwhy makes, through githubkit, with narrow answers and plain errors.

githubkit's own retries are off. They sleep inside the process for as long as GitHub says and repeat a request whatever
its method, which posts comments twice; here a job that cannot go on is put off as a whole.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

import httpx
import msgspec
from githubkit import AppAuthStrategy, GitHub, TokenAuthStrategy
from githubkit.exception import GitHubException, RequestError, RequestFailed
from githubkit.response import Response
from githubkit_schemas.latest.types import AppPermissionsType

from bot.publish import Comment, Create, Delete, Effect, Update

_PER_PAGE: Final = 100
_MOST_PAGES: Final = 300
_TIMEOUT: Final = httpx.Timeout(20.0, connect=5.0)
_USER_AGENT: Final = "fifthwhy"
_TOKEN_MARGIN: Final = timedelta(minutes=10)
"""A token is not used in the last minutes of its hour: it must outlive the job that begins with it."""

PERMISSIONS: Final[AppPermissionsType] = {"contents": "read", "metadata": "read", "pull_requests": "write"}
"""What a token for one audit may do; never more than the App's own manifest."""


class GitHubError(Exception):
    """GitHub did not do what was asked."""


class GitHubRefusedError(GitHubError):
    """GitHub will not do it: gone, suspended or forbidden. Asking again changes nothing."""


class GitHubUnavailableError(GitHubError):
    """GitHub cannot do it now; `after` is how long it asks to be left alone."""

    def __init__(self, message: str, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class PullRequest(msgspec.Struct, frozen=True):
    """What an audit needs to know of a pull request."""

    number: int
    is_open: bool
    base_branch: str


class Session(msgspec.Struct, frozen=True):
    """Leave to work on one repository for a while."""

    token: str
    expires: datetime
    full_name: str

    def __repr__(self) -> str:
        return f"Session({self.full_name!r})"


class Comments(Protocol):
    """What publishing needs of GitHub."""

    async def list_comments(self, number: int) -> tuple[Comment, ...]:
        """Every comment of an issue or pull request, oldest first."""
        ...

    async def apply(self, number: int, effect: Effect) -> None:
        """Carry out one effect."""
        ...


class GitHubApp:
    """The App itself: hands out sessions for single repositories."""

    def __init__(self, app_id: int, private_key: str, api_url: str) -> None:
        self.app_id = app_id
        self._api_url = api_url
        # Made once: loading the certificates costs more than a request.
        self._certificates = httpx.create_ssl_context()
        self._github = _client(AppAuthStrategy(app_id, private_key), api_url, self._certificates)
        self._sessions: dict[tuple[int, int], Session] = {}

    @asynccontextmanager
    async def repository(self, installation_id: int, repository_id: int) -> AsyncIterator[GitHubRepository]:
        """Open one repository with a token that is good for nothing else. Its name is today's, whatever it was."""
        key = installation_id, repository_id
        session = self._sessions.get(key)
        if session is None or session.expires - _TOKEN_MARGIN < datetime.now(UTC):
            session = self._sessions[key] = await self._open(installation_id, repository_id)
        async with _client(TokenAuthStrategy(session.token), self._api_url, self._certificates) as github:
            yield GitHubRepository(github, session)

    def forget(self, installation_id: int, repository_id: int) -> None:
        """Drop a session that GitHub no longer accepts."""
        self._sessions.pop((installation_id, repository_id), None)

    async def _open(self, installation_id: int, repository_id: int) -> Session:
        # https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
        answer = await _ask(
            self._github.rest.apps.async_create_installation_access_token(
                installation_id,
                repository_ids=[repository_id],
                permissions=PERMISSIONS,
            ),
            _Token,
        )
        if not answer.repositories:
            raise GitHubRefusedError(f"installation {installation_id} does not cover repository {repository_id}")
        return Session(answer.token, answer.expires_at, answer.repositories[0].full_name)


class GitHubRepository:
    """One repository, as far as its session's token reaches."""

    def __init__(self, github: GitHub[TokenAuthStrategy], session: Session) -> None:
        self._github = github
        self.session = session
        self._owner, _, self._name = session.full_name.partition("/")

    async def pull_request(self, number: int) -> PullRequest:
        """https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request."""
        answer = await _ask(self._github.rest.pulls.async_get(self._owner, self._name, number), _Pull)
        return PullRequest(number=answer.number, is_open=answer.state == "open", base_branch=answer.base.ref)

    async def list_comments(self, number: int) -> tuple[Comment, ...]:
        """https://docs.github.com/en/rest/issues/comments#list-issue-comments, all pages."""
        found: list[Comment] = []
        for page in range(1, _MOST_PAGES + 1):
            answer = await _ask(
                self._github.rest.issues.async_list_comments(
                    self._owner, self._name, number, per_page=_PER_PAGE, page=page
                ),
                list[_Comment],
            )
            found.extend(comment.value for comment in answer)
            if len(answer) < _PER_PAGE:
                break
        return tuple(found)

    async def apply(self, number: int, effect: Effect) -> None:
        """https://docs.github.com/en/rest/issues/comments: create, update or delete one."""
        issues = self._github.rest.issues
        match effect:
            case Create(body):
                await _send(issues.async_create_comment(self._owner, self._name, number, data={"body": body}))
            case Update(id, body):
                await _send(issues.async_update_comment(self._owner, self._name, id, data={"body": body}))
            case Delete(id):
                await _send(issues.async_delete_comment(self._owner, self._name, id))


class _Named(msgspec.Struct):
    full_name: str


class _Token(msgspec.Struct):
    token: str
    expires_at: datetime
    repositories: list[_Named] = []


class _Base(msgspec.Struct):
    ref: str


class _Pull(msgspec.Struct):
    number: int
    state: str
    base: _Base


class _App(msgspec.Struct):
    id: int


class _Comment(msgspec.Struct):
    id: int
    body: str | None = None
    performed_via_github_app: _App | None = None

    @property
    def value(self) -> Comment:
        app = self.performed_via_github_app
        return Comment(self.id, self.body or "", None if app is None else app.id)


Auth = TypeVar("Auth", AppAuthStrategy, TokenAuthStrategy)
Answer = TypeVar("Answer")


def _client(auth: Auth, api_url: str, certificates: ssl.SSLContext) -> GitHub[Auth]:
    return GitHub(
        auth,
        base_url=api_url,
        user_agent=_USER_AGENT,
        timeout=_TIMEOUT,
        ssl_verify=certificates,
        http_cache=False,
        auto_retry=False,
    )


async def _ask(request: Awaitable[Response[Any, Any]], answer: type[Answer]) -> Answer:
    """Send a request and read the fields that are needed from its answer."""
    response = await _send(request)
    try:
        return msgspec.json.decode(response.content, type=answer)
    except msgspec.DecodeError as error:
        raise GitHubUnavailableError(f"GitHub's answer cannot be read: {error}") from error


async def _send(request: Awaitable[Response[Any, Any]]) -> Response[Any, Any]:
    try:
        return await request
    except RequestFailed as error:
        raise _translate(error.response) from error
    except RequestError as error:
        raise GitHubUnavailableError(f"GitHub cannot be reached: {error.exc!r}") from error
    except GitHubException as error:
        raise GitHubRefusedError(f"GitHub does not accept the App's credentials: {error!r}") from error


def _translate(response: Response[Any, Any]) -> GitHubError:
    """Rate limits and server errors pass; other refusals stay.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    status = response.status_code
    request = response.raw_request
    message = f"{request.method} {request.url.path} answered {status}"
    after = _asked_to_wait(response)
    if status >= 500 or status == 429 or after is not None:
        return GitHubUnavailableError(message, after)
    return GitHubRefusedError(message)


def _asked_to_wait(response: Response[Any, Any]) -> timedelta | None:
    headers = response.headers
    if (seconds := headers.get("retry-after", "")).isdigit():
        return timedelta(seconds=int(seconds))
    if headers.get("x-ratelimit-remaining") == "0" and (reset := headers.get("x-ratelimit-reset", "")).isdigit():
        return max(datetime.fromtimestamp(int(reset), UTC) - datetime.now(UTC), timedelta(seconds=1))
    if response.status_code == 403 and b"secondary rate limit" in response.content[:2000].lower():
        return timedelta(minutes=1)
    return None
