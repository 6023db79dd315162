"""The REST door: one table row per endpoint goes in, a Starlette router comes out.

Every request takes the same way: who asks, may they, what do they get, is that what GitHub describes.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import format_datetime
from typing import Any, Protocol, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.demo import schemas
from bot.demo.access import Access, Token
from bot.demo.answers import Answer, ApiError, Moved, RateLimits, content_of, entity_tag, not_found, respond
from bot.demo.profiles import JSON, api_url
from bot.demo.records import CheckRun, Comment, Issue, Repository, User
from bot.demo.registration import AppRegistration
from bot.demo.state import NotFoundError, State
from bot.demo.webhooks import Delivery

Record = TypeVar("Record")
_BY_ID = re.compile(r"/repositories/(\d+)(/.*)?")


class Changes(Protocol):
    """What the App does through the API that somebody is told of, or that is no part of the state."""

    def app_commented(self, issue: Issue, body: str) -> Comment:
        """The App writes a comment."""

    def comment_edited(self, comment: Comment, body: str, sender: User) -> Comment:
        """The App replaces a comment's text."""

    def comment_deleted(self, comment: Comment, sender: User) -> None:
        """The App removes a comment."""

    def app_opened_issue(self, full_name: str, title: str, body: str | None, labels: tuple[str, ...]) -> Issue:
        """The App opens an issue."""

    def check_run_started(self, repository: Repository, commit: str, said: dict[str, Any]) -> CheckRun:
        """The App starts a check run, or reports one that is completed."""

    def check_run_changed(self, run: CheckRun, said: dict[str, Any]) -> CheckRun:
        """The App goes on with a check run."""

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Every webhook delivery that was tried, oldest first."""

    @property
    def webhook_url(self) -> str | None:
        """Where the App's webhooks go."""

    def delivery_requested(self, delivery: Delivery) -> None:
        """The App asks for a delivery once more."""

    def manifest_converted(self, code: str) -> AppRegistration | None:
        """The App that a manifest's code stands for; None where the code is wrong, used or too old."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, with everything an endpoint may use to answer it."""

    state: State
    access: Access
    changes: Changes
    token: Token | None
    path: Mapping[str, str | int]
    query: Mapping[str, str]
    body: JSON

    @property
    def full_name(self) -> str:
        """The repository that the path names."""
        return f"{self.path['owner']}/{self.path['repo']}"

    @property
    def repository(self) -> Repository:
        """The repository that the path names, if the token covers it."""
        if self.token is None:  # the App as such has no repositories, only its installations have
            raise not_found()
        return self.access.covered(self.token, self.full_name)

    def page(self, records: list[Record], build: Callable[[State, Record], JSON], address: str) -> Answer:
        """The part of a list that the request asks for, as the answer."""
        shown, headers = self.part(records, address)
        return Answer([build(self.state, record) for record in shown], headers=headers)

    def part(self, records: list[Record], address: str) -> tuple[list[Record], dict[str, str]]:
        """The part of a list that the request asks for, with the `Link` header (RFC 8288) to the others."""
        size, page = self.size, max(self.number("page", 1), 1)
        last = max(-(-len(records) // size), 1)
        shown = records[(page - 1) * size : page * size]
        targets = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
        if page >= last:
            del targets["next"], targets["last"]
        if page == 1:
            del targets["prev"], targets["first"]
        others = "".join(f"{key}={value}&" for key, value in self.query.items() if key not in ("per_page", "page"))
        url = f"{api_url(self.state, address)}?{others}per_page={size}"
        links = ", ".join(f'<{url}&page={number}>; rel="{rel}"' for rel, number in targets.items())
        return shown, {"Link": links} if links else {}

    @property
    def size(self) -> int:
        """How many records a page has."""
        return min(max(self.number("per_page", 30), 1), 100)

    def number(self, name: str, default: int) -> int:
        """A number of the query, or the default where it is none."""
        value = self.query.get(name, "")
        return int(value) if value.isdecimal() else default


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the table: where, what schema, who, and the function that answers.

    `needs` names the permissions any one of which suffices; () is for any installation token, None for the App
    itself, with its JWT. `accepts` is the schema of the request body, `answers` that of the answer. Whoever asks at
    a `public` one need not say who it is.
    """

    method: str
    path: str
    handler: Callable[[Call], Answer]
    answers: str | None
    needs: tuple[str, ...] | None
    level: str = "read"
    accepts: str | None = None
    public: bool = False


class API:
    """Answers the endpoints of a table."""

    def __init__(
        self, state: State, access: Access, changes: Changes, limits: RateLimits, violations: list[Exception]
    ) -> None:
        self._state = state
        self._access = access
        self._changes = changes
        self._violations = violations
        self._limits = limits

    def application(self, table: tuple[Endpoint, ...]) -> ASGIApp:
        """A router over the table; what is not in it does not exist."""
        routes = [Route(row.path, self._endpoint(row), methods=[row.method]) for row in table]
        methods = ["GET", "POST", "PATCH", "PUT", "DELETE"]
        router = Router([*routes, Route("/{path:path}", self._unknown, methods=methods)])

        async def by_id(scope: Scope, receive: Receive, send: Send) -> None:
            await router(self._with_name(scope), receive, send)

        return by_id

    def _with_name(self, scope: Scope) -> Scope:
        """Repositories can be named by their id, which is where those that were renamed redirect to."""
        root = scope.get("root_path", "")
        match = _BY_ID.fullmatch(scope["path"].removeprefix(root)) if scope["type"] == "http" else None
        repository = self._state.repository_with_id(int(match[1])) if match else None
        if match is None or repository is None:
            return scope
        return {**scope, "path": f"{root}/repos/{repository.full_name}{match[2] or ''}"}

    def _endpoint(self, row: Endpoint) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            content = await request.body()
            return await run_in_threadpool(self._answer, row, request, content)

        return endpoint

    def _answer(self, row: Endpoint, request: Request, content: bytes) -> Response:
        caller = self._access.caller(request.headers.get("authorization", ""))
        headers = {"Date": format_datetime(self._state.now(), usegmt=True)}
        if row.needs:
            headers["x-accepted-github-permissions"] = "; ".join(f"{name}={row.level}" for name in row.needs)
        try:
            answer = self._reply(row, request, caller, content)
        except schemas.SchemaError as mismatch:
            self._violations.append(mismatch)
            answer = Answer({"message": str(mismatch)}, 500)
        said = content_of(answer.body, answer.status)
        # https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api: a 304 is free
        if row.method == "GET" and answer.status == 200:
            headers |= {"ETag": entity_tag(said), "Cache-Control": "private, max-age=60, s-maxage=60"}
            if request.headers.get("if-none-match") == headers["ETag"]:
                return respond(b"", 304, headers | self._limits.count(caller, free=True))
        return respond(said, answer.status, headers | self._limits.count(caller) | answer.headers)

    def _reply(self, row: Endpoint, request: Request, caller: str, content: bytes) -> Answer:
        """The endpoint's answer or its refusal, either of them as GitHub describes it."""
        try:
            self._limits.check(caller)
            answer = self._carry_out(row, request, content)
            described = row.answers
        except Moved as moved:
            answer, described = self._redirect(request, moved.repository), "BasicError"
        except ApiError as refusal:
            answer = Answer(refusal.body(), refusal.status)
            described = "ValidationError" if refusal.errors else "BasicError"
        if described is not None and self._state.checked:
            schemas.check_answer(described, answer.body)
        return answer

    def _carry_out(self, row: Endpoint, request: Request, content: bytes) -> Answer:
        token = self._authenticate(row, request.headers.get("authorization", ""))
        query = dict(request.query_params)
        call = Call(self._state, self._access, self._changes, token, request.path_params, query, {})
        try:
            if token is not None:
                self._authorize(row, call, token)
            return row.handler(replace(call, body=_parse(row, content)))
        except NotFoundError:
            raise not_found() from None

    def _authenticate(self, row: Endpoint, authorization: str) -> Token | None:
        if row.public:
            return None
        if row.needs is None:
            self._access.check_app(authorization)
            return None
        return self._access.check_token(authorization)

    def _authorize(self, row: Endpoint, call: Call, token: Token) -> None:
        if "repo" in call.path:
            repository = self._access.covered(token, call.full_name)
            if repository.disabled:
                raise ApiError(403, "Repository access blocked")
            if repository.archived and row.method != "GET":
                raise ApiError(403, "Repository was archived so is read-only.")
        if row.needs and not any(token.grants(permission, row.level) for permission in row.needs):
            raise ApiError(403, "Resource not accessible by integration")

    def _redirect(self, request: Request, repository: Repository) -> Answer:
        rest = request.url.path.partition("/repos/")[2].split("/", 2)[2:]
        query = f"?{request.url.query}" if request.url.query else ""
        url = api_url(self._state, "/".join([f"/repositories/{repository.id}", *rest])) + query
        status, message = (301, "Moved Permanently") if request.method == "GET" else (307, "Temporary Redirect")
        return Answer(ApiError(status, message).body() | {"url": url}, status, {"Location": url})

    def _unknown(self, request: Request) -> Response:
        refusal, caller = not_found(), self._access.caller(request.headers.get("authorization", ""))
        return respond(content_of(refusal.body(), refusal.status), refusal.status, self._limits.count(caller))


def _parse(row: Endpoint, content: bytes) -> JSON:
    if row.accepts is None:
        return {}
    try:
        body = json.loads(content or b"{}")
    except ValueError:
        raise ApiError(400, "Problems parsing JSON") from None
    if not isinstance(body, dict):
        raise ApiError(400, "Body should be a JSON object")
    if not schemas.accepts(row.accepts, body):
        raise ApiError(422, "Invalid request.")
    return body
