"""The GitHub door: the few requests that fifthwhy makes, through githubkit, with narrow answers and plain errors.

githubkit's own retries are off. They sleep inside the process for as long as GitHub says and repeat a request whatever
its method, which posts comments twice; here a job that cannot go on is put off as a whole.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, Protocol, TypeVar

import httpx
import msgspec
from githubkit import AppAuthStrategy, GitHub, TokenAuthStrategy
from githubkit.exception import GitHubException, RequestError, RequestFailed
from githubkit.response import Response
from githubkit_schemas.latest.types import AppPermissionsType

from analyzers.status import LinkedPull
from analyzers.suites import Check, combined, state_of_run, state_of_status
from bot.linked import Review, closes, review_state
from bot.publish import Comment, Create, Delete, Effect, Update

_PER_PAGE: Final = 100
_MOST_PAGES: Final = 300
_MOST_CHECK_PAGES: Final = 30
_MOST_REVIEW_PAGES: Final = 10
MOST_CHECKS: Final = _MOST_CHECK_PAGES * _PER_PAGE
"""How many check runs, and how many commit statuses, of a commit are looked at."""
MOST_LINKED_PULLS: Final = 20
_LONGEST_DETAIL: Final = 200
_TIMEOUT: Final = httpx.Timeout(20.0, connect=5.0)
_USER_AGENT: Final = "fifthwhy"
_TOKEN_MARGIN: Final = timedelta(minutes=10)
"""A token is not used in the last minutes of its hour: it must outlive the job that begins with it."""

PERMISSIONS: Final[AppPermissionsType] = {"contents": "read", "metadata": "read", "pull_requests": "write"}
"""What a token for one audit of a pull request may do; never more than the App's own manifest."""

REPORT_PERMISSIONS: Final[AppPermissionsType] = {
    **PERMISSIONS,
    "checks": "read",
    "issues": "write",
    "statuses": "read",
}
"""What a token for one status report on an issue may do: all that the manifest asks for."""


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


class Issue(msgspec.Struct, frozen=True):
    """What a status report needs to know of the issue that it answers."""

    number: int
    title: str
    body: str
    state: Literal["open", "closed"]
    created_at: datetime
    html_url: str
    labels: tuple[str, ...]
    is_pull_request: bool


class LinkedPulls(msgspec.Struct, frozen=True):
    """Pull requests that refer to an issue, the newest first; `more` counts those that are not among them."""

    pulls: tuple[LinkedPull, ...]
    more: int


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
        self._sessions: dict[tuple[int, int, frozenset[str]], Session] = {}

    @asynccontextmanager
    async def repository(
        self, installation_id: int, repository_id: int, permissions: AppPermissionsType = PERMISSIONS
    ) -> AsyncIterator[GitHubRepository]:
        """Open one repository with a token that is good for nothing else. Its name is today's, whatever it was."""
        key = installation_id, repository_id, frozenset(permissions)
        session = self._sessions.get(key)
        if session is None or session.expires - _TOKEN_MARGIN < datetime.now(UTC):
            session = self._sessions[key] = await self._open(installation_id, repository_id, permissions)
        async with _client(TokenAuthStrategy(session.token), self._api_url, self._certificates) as github:
            yield GitHubRepository(github, session)

    def forget(self, installation_id: int, repository_id: int) -> None:
        """Drop the sessions on a repository that GitHub no longer accepts."""
        gone = installation_id, repository_id
        self._sessions = {key: session for key, session in self._sessions.items() if key[:2] != gone}

    async def _open(self, installation_id: int, repository_id: int, permissions: AppPermissionsType) -> Session:
        # https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
        answer = await _ask(
            self._github.rest.apps.async_create_installation_access_token(
                installation_id,
                repository_ids=[repository_id],
                permissions=permissions,
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

    async def issue(self, number: int) -> Issue:
        """https://docs.github.com/en/rest/issues/issues#get-an-issue. A pull request is an issue too."""
        return (await _ask(self._github.rest.issues.async_get(self._owner, self._name, number), _Issue)).value

    async def linked_pulls(self, number: int) -> LinkedPulls:
        """The pull requests of this repository that refer to an issue, those opened last first.

        One after the other, as GitHub asks for:
        https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
        """
        numbers = sorted(await self._referring(number), reverse=True)
        shown = [await self._linked_pull(pull, number) for pull in numbers[:MOST_LINKED_PULLS]]
        return LinkedPulls(tuple(shown), more=len(numbers) - len(shown))

    async def checks(self, sha: str) -> tuple[Check, ...]:
        """The check runs and the commit statuses of a commit, oldest first, of each no more than MOST_CHECKS.

        https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference and
        https://docs.github.com/en/rest/commits/statuses#get-the-combined-status-for-a-specific-reference, which lists
        the last status of each context.
        """
        where, checks, repos = (self._owner, self._name, sha), self._github.rest.checks, self._github.rest.repos
        runs: list[_CheckRun] = []
        async for page in _pages(
            lambda page: checks.async_list_for_ref(*where, filter_="latest", per_page=_PER_PAGE, page=page),
            _CheckRuns,
            _MOST_CHECK_PAGES,
        ):
            runs += page.check_runs
        statuses: list[_Status] = []
        async for listed in _pages(
            lambda page: repos.async_get_combined_status_for_ref(*where, per_page=_PER_PAGE, page=page),
            _Statuses,
            _MOST_CHECK_PAGES,
        ):
            statuses += listed.statuses
        runs.sort(key=lambda run: run.id)
        return (*(run.value for run in runs), *(status.value for status in statuses))

    async def list_comments(self, number: int) -> tuple[Comment, ...]:
        """https://docs.github.com/en/rest/issues/comments#list-issue-comments, all pages."""
        list_page, where = self._github.rest.issues.async_list_comments, (self._owner, self._name, number)
        found: list[Comment] = []
        async for page in _pages(
            lambda page: list_page(*where, per_page=_PER_PAGE, page=page), list[_Comment], _MOST_PAGES
        ):
            found += (comment.value for comment in page)
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

    async def _referring(self, number: int) -> set[int]:
        """https://docs.github.com/en/rest/issues/timeline#list-timeline-events-for-an-issue: cross-references."""
        list_page, where = self._github.rest.issues.async_list_events_for_timeline, (self._owner, self._name, number)
        found: set[int] = set()
        async for page in _pages(
            lambda page: list_page(*where, per_page=_PER_PAGE, page=page), list[_Event], _MOST_PAGES
        ):
            found |= {pull for event in page if (pull := event.pull_request_of(self.session.full_name)) is not None}
        return found - {number}

    async def _linked_pull(self, number: int, issue: int) -> LinkedPull:
        """A pull request with its reviews and its checks, and whether it closes the issue once it is merged."""
        pull = await _ask(self._github.rest.pulls.async_get(self._owner, self._name, number), _PullInFull)
        # Closing keywords count in pull requests to the default branch only.
        to_default = pull.base.ref == pull.base.repo.default_branch
        return LinkedPull(
            number=number,
            title=pull.title,
            state=pull.how_far,
            closes=to_default and closes(pull.body or "", issue, self.session.full_name),
            review=review_state(await self._reviews(number), asked=pull.asks_for_review),
            checks=combined(await self.checks(pull.head.sha)),
            url=pull.html_url,
        )

    async def _reviews(self, number: int) -> tuple[Review, ...]:
        """https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request, oldest first."""
        list_page, where = self._github.rest.pulls.async_list_reviews, (self._owner, self._name, number)
        found: list[Review] = []
        async for page in _pages(
            lambda page: list_page(*where, per_page=_PER_PAGE, page=page), list[_Review], _MOST_REVIEW_PAGES
        ):
            found += (review.value for review in page)
        return tuple(found)


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


class _Identified(msgspec.Struct):
    id: int


class _Label(msgspec.Struct):
    name: str | None = None


class _PullLinks(msgspec.Struct):
    """What an issue has only if it is a pull request."""


class _Issue(msgspec.Struct):
    number: int
    title: str
    state: Literal["open", "closed"]
    created_at: datetime
    html_url: str
    body: str | None = None
    labels: list[_Label | str] = []
    pull_request: _PullLinks | None = None

    @property
    def value(self) -> Issue:
        names = (label if isinstance(label, str) else label.name or "" for label in self.labels)
        return Issue(
            number=self.number,
            title=self.title,
            body=self.body or "",
            state=self.state,
            created_at=self.created_at,
            html_url=self.html_url,
            labels=tuple(name for name in names if name),
            is_pull_request=self.pull_request is not None,
        )


class _SourceIssue(msgspec.Struct):
    number: int
    repository_url: str
    pull_request: _PullLinks | None = None


class _Source(msgspec.Struct):
    issue: _SourceIssue | None = None


class _Event(msgspec.Struct):
    """An event of a timeline; only cross-references have a source."""

    event: str = ""
    source: _Source | None = None

    def pull_request_of(self, full_name: str) -> int | None:
        """The number of the pull request that refers to the issue, if it is one of this repository."""
        issue = self.source.issue if self.event == "cross-referenced" and self.source else None
        if issue is None or issue.pull_request is None:
            return None
        repository = issue.repository_url.rpartition("/repos/")[2]
        return issue.number if repository.lower() == full_name.lower() else None


class _Head(msgspec.Struct):
    sha: str


class _Target(msgspec.Struct):
    default_branch: str


class _TargetBranch(msgspec.Struct):
    ref: str
    repo: _Target


class _PullInFull(msgspec.Struct):
    title: str
    state: Literal["open", "closed"]
    html_url: str
    head: _Head
    base: _TargetBranch
    body: str | None = None
    draft: bool = False
    merged_at: datetime | None = None
    requested_reviewers: list[_Identified] | None = None
    requested_teams: list[_Identified] | None = None

    @property
    def how_far(self) -> Literal["open", "draft", "merged", "closed"]:
        if self.state == "closed":
            return "merged" if self.merged_at else "closed"
        return "draft" if self.draft else "open"

    @property
    def asks_for_review(self) -> bool:
        return bool(self.requested_reviewers or self.requested_teams)


class _Review(msgspec.Struct):
    state: str
    author_association: str = "NONE"
    user: _Identified | None = None

    @property
    def value(self) -> Review:
        # GitHub shows accounts that were deleted as one.
        return Review(self.user.id if self.user else 0, self.state, self.author_association)


class _Slug(msgspec.Struct):
    slug: str | None = None


class _Output(msgspec.Struct):
    title: str | None = None


class _CheckRun(msgspec.Struct):
    id: int
    name: str
    status: str
    conclusion: str | None = None
    html_url: str | None = None
    output: _Output | None = None
    app: _Slug | None = None

    @property
    def value(self) -> Check:
        return Check(
            name=self.name,
            state=state_of_run(self.status, self.conclusion),
            detail=_one_line(self.output.title if self.output else None),
            url=self.html_url,
            source=f"app {self.app.slug if self.app else None}",
        )


class _CheckRuns(msgspec.Struct):
    check_runs: list[_CheckRun]


class _Status(msgspec.Struct):
    context: str
    state: str
    description: str | None = None
    target_url: str | None = None

    @property
    def value(self) -> Check:
        # Whoever reports the status chooses this address.
        url = self.target_url if (self.target_url or "").startswith(("https://", "http://")) else None
        return Check(self.context, state_of_status(self.state), _one_line(self.description), url, source="status")


class _Statuses(msgspec.Struct):
    statuses: list[_Status]


def _one_line(text: str | None) -> str:
    return " ".join((text or "")[: _LONGEST_DETAIL * 10].split())[:_LONGEST_DETAIL]


class _Comment(msgspec.Struct):
    id: int
    body: str | None = None
    performed_via_github_app: _Identified | None = None

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
    return _read(await _send(request), answer)


def _read(response: Response[Any, Any], answer: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(response.content, type=answer)
    except msgspec.DecodeError as error:
        raise GitHubUnavailableError(f"GitHub's answer cannot be read: {error}") from error


async def _pages(
    request: Callable[[int], Awaitable[Response[Any, Any]]], answer: type[Answer], most: int
) -> AsyncIterator[Answer]:
    """The pages of a list, by their numbers; no more than `most`.

    A page may be short and not the last, where GitHub leaves out what the token must not see.
    https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
    """
    for number in range(1, most + 1):
        response = await _send(request(number))
        yield _read(response, answer)
        if 'rel="next"' not in response.headers.get("link", ""):
            return


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
