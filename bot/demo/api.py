"""The REST door: one table row per endpoint goes in, a Starlette router comes out.

Every request takes the same way: who asks, may they, what do they get, is that what GitHub describes.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from bot.demo import schemas
from bot.demo.access import Access, Token
from bot.demo.answers import Answer, ApiError, RateLimits, not_found, respond
from bot.demo.profiles import JSON, api_url
from bot.demo.records import Comment, Issue, Repository, User
from bot.demo.state import NotFoundError, State

Record = TypeVar("Record")


class Changes(Protocol):
    """The changes that the App makes through the API, each of which may set off a webhook."""

    def app_commented(self, issue: Issue, body: str) -> Comment:
        """The App writes a comment."""

    def comment_edited(self, comment: Comment, body: str, sender: User) -> Comment:
        """The App replaces a comment's text."""

    def comment_deleted(self, comment: Comment, sender: User) -> None:
        """The App removes a comment."""


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
        size = min(max(self._number("per_page", 30), 1), 100)
        page, last = max(self._number("page", 1), 1), max(-(-len(records) // size), 1)
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

    def _number(self, name: str, default: int) -> int:
        value = self.query.get(name, "")
        return int(value) if value.isdecimal() else default


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the table: where, what schema, who, and the function that answers.

    `needs` names the permissions any one of which suffices; None is for the App itself, with its JWT.
    `accepts` is the schema of the request body, `answers` that of the answer.
    """

    method: str
    path: str
    handler: Callable[[Call], Answer]
    answers: str | None
    needs: tuple[str, ...] | None
    level: str = "read"
    accepts: str | None = None


class API:
    """Answers the endpoints of a table."""

    def __init__(self, state: State, access: Access, changes: Changes, violations: list[Exception]) -> None:
        self._state = state
        self._access = access
        self._changes = changes
        self._violations = violations
        self._limits = RateLimits(state.now)

    def router(self, table: tuple[Endpoint, ...]) -> Router:
        """A router over the table; what is not in it does not exist."""
        routes = [Route(row.path, self._endpoint(row), methods=[row.method]) for row in table]
        return Router(
            [*routes, Route("/{path:path}", self._unknown, methods=["GET", "POST", "PATCH", "PUT", "DELETE"])]
        )

    def _endpoint(self, row: Endpoint) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            content = await request.body()
            return await run_in_threadpool(self._answer, row, request, content)

        return endpoint

    def _answer(self, row: Endpoint, request: Request, content: bytes) -> Response:
        authorization = request.headers.get("authorization", "")
        headers = self._limits.count(authorization)
        if row.needs:
            headers["x-accepted-github-permissions"] = "; ".join(f"{name}={row.level}" for name in row.needs)
        try:
            answer = self._reply(row, request, authorization, content)
            return respond(answer.body, answer.status, headers | answer.headers)
        except schemas.SchemaError as mismatch:
            self._violations.append(mismatch)
            return respond({"message": str(mismatch)}, 500, headers)

    def _reply(self, row: Endpoint, request: Request, authorization: str, content: bytes) -> Answer:
        """The endpoint's answer or its refusal, either of them as GitHub describes it."""
        try:
            answer = self._carry_out(row, request, authorization, content)
            described = row.answers
        except ApiError as refusal:
            answer = Answer(refusal.body(), refusal.status)
            described = "ValidationError" if refusal.errors else "BasicError"
        if described is not None:
            schemas.check_answer(described, answer.body)
        return answer

    def _carry_out(self, row: Endpoint, request: Request, authorization: str, content: bytes) -> Answer:
        token = self._authenticate(row, authorization)
        body = _parse(row, content)
        query = dict(request.query_params)
        call = Call(self._state, self._access, self._changes, token, request.path_params, query, body)
        try:
            if token is not None:
                self._authorize(row, call, token)
            return row.handler(call)
        except NotFoundError:
            raise not_found() from None

    def _authenticate(self, row: Endpoint, authorization: str) -> Token | None:
        if row.needs is None:
            self._access.check_app(authorization)
            return None
        return self._access.check_token(authorization)

    def _authorize(self, row: Endpoint, call: Call, token: Token) -> None:
        self._access.covered(token, call.full_name)
        if not any(token.grants(permission, row.level) for permission in row.needs or ()):
            raise ApiError(403, "Resource not accessible by integration")

    def _unknown(self, request: Request) -> Response:
        refusal = not_found()
        return respond(refusal.body(), refusal.status, self._limits.count(request.headers.get("authorization", "")))


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
