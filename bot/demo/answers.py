"""What an API endpoint can say: an answer or a refusal, and the headers that GitHub puts on both.

Source: https://docs.github.com/en/rest/using-the-rest-api (rate limits, pagination, troubleshooting).
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from starlette.responses import Response

from bot.demo.profiles import JSON

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


def not_found() -> ApiError:
    """What does not exist and what the caller may not know of look the same."""
    return ApiError(404, "Not Found")


@dataclass(slots=True)
class _Window:
    resets_at: datetime
    used: int = 0


class RateLimits:
    """Counts the requests of each caller by the hour, for the headers. It reports and never refuses."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._windows: dict[str, _Window] = {}
        self._lock = Lock()

    def count(self, caller: str) -> dict[str, str]:
        """Count one request and return the `x-ratelimit-*` headers."""
        now = self._clock()
        with self._lock:
            window = self._windows.get(caller)
            if window is None or window.resets_at <= now:
                window = self._windows[caller] = _Window(now + timedelta(hours=1))
            window.used += 1
        return {
            "x-ratelimit-limit": str(REQUESTS_PER_HOUR),
            "x-ratelimit-remaining": str(max(0, REQUESTS_PER_HOUR - window.used)),
            "x-ratelimit-used": str(window.used),
            "x-ratelimit-reset": str(int(window.resets_at.timestamp())),
            "x-ratelimit-resource": "core",
        }


def respond(body: object, status: int, headers: dict[str, str]) -> Response:
    """The HTTP response: compact JSON, or no body for 204."""
    content = b"" if status == 204 else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    common = {
        "X-GitHub-Request-Id": secrets.token_hex(12).upper(),
        "X-GitHub-Media-Type": "github.v3; format=json",
    }
    response = Response(content, status, headers=common | headers)
    if status != 204:
        response.headers["Content-Type"] = "application/json; charset=utf-8"
    return response
