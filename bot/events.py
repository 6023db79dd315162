"""Webhook deliveries to events: bytes and headers in, one narrow value out. Later code never sees GitHub's JSON."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Final, Literal

import msgspec
import structlog
from githubkit_schemas.latest.models import (
    WebhookPullRequestEdited,
    WebhookPullRequestOpened,
    WebhookPullRequestReadyForReview,
    WebhookPullRequestReopened,
    WebhookPullRequestSynchronize,
)
from pydantic import BaseModel, Field, ValidationError

log = structlog.get_logger(__name__)

PullRequestAction = Literal["opened", "reopened", "synchronize", "ready_for_review", "edited"]

_MODELS: Final[Mapping[str, type[BaseModel]]] = {
    "opened": WebhookPullRequestOpened,
    "reopened": WebhookPullRequestReopened,
    "synchronize": WebhookPullRequestSynchronize,
    "ready_for_review": WebhookPullRequestReadyForReview,
    "edited": WebhookPullRequestEdited,
}
"""The pull request actions that change what an audit would say."""


def prepare() -> None:
    """Have pydantic build the models' validators now; the first delivery would wait a second for it."""
    for model in _MODELS.values():
        with suppress(ValidationError):
            model.model_validate({})


class RejectedError(Exception):
    """A delivery that is refused; `status` is the HTTP answer that says so."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class PullRequestEvent(msgspec.Struct, frozen=True):
    """A pull request that has to be looked at (again)."""

    delivery: str
    action: PullRequestAction
    installation_id: int
    repository_id: int
    number: int


class Ignored(msgspec.Struct, frozen=True):
    """A genuine delivery that asks for nothing."""

    delivery: str
    reason: str


Event = PullRequestEvent | Ignored


def verify(secret: str, body: bytes, signature: str | None) -> None:
    """Check `X-Hub-Signature-256` over the raw body, in constant time. Raises RejectedError (401).

    https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    if not signature:
        raise RejectedError(401, "X-Hub-Signature-256 is missing")
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogateescape")):
        raise RejectedError(401, "X-Hub-Signature-256 does not match the body")


def parse(name: str, delivery: str, body: bytes) -> Event:
    """The event in a verified delivery. Raises RejectedError (400) for a body that is none.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
    """
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RejectedError(400, "the body is not JSON") from error
    if not isinstance(payload, dict):
        raise RejectedError(400, "the body is not a JSON object")
    if name != "pull_request":
        return Ignored(delivery, f"the event {name[:50]!r} is not subscribed to")
    return _pull_request(delivery, payload)


_Number = Annotated[int, Field(strict=True, gt=0, lt=2**63)]
"""GitHub's ids and numbers, all of which the queue can hold."""


class _Numbered(BaseModel):
    id: _Number


class _Changes(BaseModel):
    base: dict[str, object] | None = None


class _Essentials(BaseModel):
    """The part of a pull request delivery that an audit cannot do without."""

    number: _Number
    installation: _Numbered
    repository: _Numbered
    changes: _Changes | None = None


def _pull_request(delivery: str, payload: dict[str, object]) -> Event:
    action = payload.get("action")
    if not isinstance(action, str):
        raise RejectedError(400, "`action` is missing")
    if action not in _MODELS:
        return Ignored(delivery, f"the action {action[:50]!r} changes nothing that is measured")
    essentials = _read(delivery, action, payload)
    if action == "edited" and (essentials.changes is None or essentials.changes.base is None):
        return Ignored(delivery, "the base branch is the same")
    return PullRequestEvent(
        delivery=delivery,
        action=action,  # type: ignore[arg-type]  # one of the keys of _MODELS
        installation_id=essentials.installation.id,
        repository_id=essentials.repository.id,
        number=essentials.number,
    )


def _read(delivery: str, action: str, payload: dict[str, object]) -> _Essentials:
    """Parse with githubkit's model; where GitHub has moved on from it, with the few fields that are needed.

    The generated models are strict about some hundred fields that play no part here. A delivery that lacks one of
    those must not be lost, but somebody should know.
    """
    try:
        _MODELS[action].model_validate(payload)
    except ValidationError as error:
        log.warning(
            "payload differs from GitHub's schema", delivery=delivery, action=action, errors=error.error_count()
        )
    try:
        return _Essentials.model_validate(payload)
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, details["loc"])) for details in error.errors()}))
        raise RejectedError(400, f"the payload lacks what an audit needs: {fields}") from error
