"""The GraphQL door, for the one mutation that has no REST endpoint: pinning an issue.

Source: https://docs.github.com/en/graphql/reference/mutations#pinissue.
"""

import json
import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.demo.access import Access, Token
from bot.demo.answers import ApiError, RateLimits, content_of, respond
from bot.demo.profiles import JSON
from bot.demo.records import Issue
from bot.demo.state import MOST_PINNED, State

_ISSUE = re.compile(r"I_(\d+)")


class GraphQL:
    """Answers `pinIssue`; anything else is a field that does not exist."""

    def __init__(self, state: State, access: Access, limits: RateLimits) -> None:
        self._state = state
        self._access = access
        self._limits = limits

    def route(self) -> Route:
        """Where GitHub Enterprise Server has it."""
        return Route("/api/graphql", self.endpoint, methods=["POST"])

    async def endpoint(self, request: Request) -> Response:
        """The answer to one query; what goes wrong inside of a query is told with status 200."""
        content, authorization = await request.body(), request.headers.get("authorization", "")
        headers = self._limits.count(self._access.caller(authorization))
        try:
            token = self._access.check_token(authorization)
            body = _parse(content)
            answer = await run_in_threadpool(self._answer, token, body)
        except ApiError as refusal:
            return respond(content_of(refusal.body(), refusal.status), refusal.status, headers)
        return respond(content_of(answer, 200), 200, headers)

    def _answer(self, token: Token, body: JSON) -> JSON:
        query, variables = str(body.get("query", "")), json.dumps(body.get("variables") or {})
        if "pinIssue" not in query:
            return {"errors": [{"type": "undefinedField", "message": "Field doesn't exist on type 'Mutation'"}]}
        match = _ISSUE.search(variables) or _ISSUE.search(query)
        issue = self._issue(token, int(match[1])) if match else None
        if issue is None:
            return _failed("NOT_FOUND", "Could not resolve to a node with the global id")
        if not token.grants("issues", "write"):
            return _failed("FORBIDDEN", "Resource not accessible by integration")
        if not self._state.pin(issue):
            return _failed("UNPROCESSABLE", f"Maximum {MOST_PINNED} pinned issues per repository")
        return {"data": {"pinIssue": {"issue": {"id": f"I_{issue.id}", "isPinned": True}}}}

    def _issue(self, token: Token, number: int) -> Issue | None:
        reach = self._access.reach(token)
        return next((one for repo in reach for one in self._state.issues(repo) if one.id == number), None)


def _parse(content: bytes) -> JSON:
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "Problems parsing JSON")
    return body


def _failed(kind: str, message: str) -> JSON:
    return {"data": {"pinIssue": None}, "errors": [{"type": kind, "path": ["pinIssue"], "message": message}]}
