"""What an API endpoint can say: an answer or a refusal, and the headers that GitHub puts on both.

Source: https://docs.github.com/en/rest/using-the-rest-api (rate limits, pagination, troubleshooting).
"""

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from starlette.responses import Response

from bot.demo.profiles import JSON
from bot.demo.records import Repository

DOCUMENTATION = "https://docs.github.com/rest"
REQUESTS_PER_HOUR = 5000


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: an object, a list, or nothing."""

    body: JSON | list[JSON] | None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class ApiError(Exception):
    """An error that GitHub would answer with."""

    def __init__(self, status: int, message: str, errors: list[JSON] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors

    def body(self) -> JSON:
        """The error in GitHub's shape."""
        answer: JSON = {
            "message": self.message,
            "documentation_url": DOCUMENTATION,
            "status": str(self.status),
        }
        return answer | {"errors": self.errors} if self.errors else answer


class Moved(ApiError):  # noqa: N818 (it is no error, and answered like one)
    """The repository has another name now; its id has not changed.

    https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
    """

    def __init__(self, repository: Repository) -> None:
        super().__init__(301, "Moved Permanently")
        self.repository = repository


def not_found() -> ApiError:
    """What does not exist and what the caller may not know of look the same."""
    return ApiError(404, "Not Found")


@dataclass(slots=True)
class _Window:
    resets_at: datetime
    used: int = 0


class RateLimits:
    """Counts the requests of each caller by the hour, and says when there were too many.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.per_hour = REQUESTS_PER_HOUR
        self._clock = clock
        self._windows: dict[str, _Window] = {}
        self._lock = Lock()

    def count(self, caller: str, *, free: bool = False) -> dict[str, str]:
        """Count one request, unless it is free, and return the `x-ratelimit-*` headers."""
        with self._lock:
            window = self._window(caller)
            window.used += not free
        return {
            "x-ratelimit-limit": str(self.per_hour),
            "x-ratelimit-remaining": str(max(0, self.per_hour - window.used)),
            "x-ratelimit-used": str(window.used),
            "x-ratelimit-reset": str(int(window.resets_at.timestamp())),
            "x-ratelimit-resource": "core",
        }

    def check(self, caller: str) -> None:
        """Refuse whoever has asked too often, as GitHub does."""
        with self._lock:
            exhausted = self._window(caller).used >= self.per_hour
        if exhausted:
            raise ApiError(403, f"API rate limit exceeded for {caller}.")

    def _window(self, caller: str) -> _Window:
        now = self._clock()
        window = self._windows.get(caller)
        if window is None or window.resets_at <= now:
            window = self._windows[caller] = _Window(now + timedelta(hours=1))
        return window


def content_of(body: object, status: int) -> bytes:
    """The bytes of an answer: compact JSON, or none for 204."""
    return b"" if status == 204 else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def entity_tag(content: bytes) -> str:
    """The `ETag` of an answer (RFC 9110)."""
    return f'W/"{hashlib.sha256(content).hexdigest()}"'


def respond(content: bytes, status: int, headers: dict[str, str]) -> Response:
    """The HTTP response with GitHub's headers."""
    common = {
        "X-GitHub-Request-Id": secrets.token_hex(12).upper(),
        "X-GitHub-Media-Type": "github.v3; format=json",
    }
    response = Response(content, status, headers=common | headers)
    if status not in (204, 304):
        response.headers["Content-Type"] = "application/json; charset=utf-8"
    return response
