"""Webhook deliveries to events: bytes and headers in, one narrow value out. Later code never sees GitHub's JSON.

Of a payload only what an event is made of is read, into structs of our own: GitHub's full models are strict about some
hundred fields that play no part here, and older GitHub Enterprise Servers lack some of them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, TypeVar

import msgspec

from bot.commands.commands import commands_in
from bot.webhooks.events import (
    CheckEvent,
    CommandEvent,
    Event,
    Ignored,
    InstallationEvent,
    MergeGroupEvent,
    PullRequestEvent,
    PushEvent,
    RepositoryEvent,
)

_SIGNATURE: Final = re.compile(r"sha256=[0-9a-f]{64}")


class RejectedError(Exception):
    """A delivery that is refused; `status` is the HTTP answer that says so."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def signature_in(header: str | None) -> str:
    """What `X-Hub-Signature-256` holds, if that can be a signature at all. Raises RejectedError (401)."""
    if not header:
        raise RejectedError(401, "X-Hub-Signature-256 is missing")
    if not _SIGNATURE.fullmatch(header):
        raise RejectedError(401, "X-Hub-Signature-256 is no signature")
    return header


def verify(secret: str, body: bytes, header: str | None) -> None:
    """Check `X-Hub-Signature-256` over the raw body, in constant time. Raises RejectedError (401).

    https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, signature_in(header)):
        raise RejectedError(401, "X-Hub-Signature-256 does not match the body")


def parse(name: str, delivery: str, body: bytes, app_id: int) -> Event:
    """The event in a verified delivery to the App of that id. Raises RejectedError (400) for a body that is none.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads
    """
    kind = _KINDS.get(name)
    told = _decoded(body, _Told)
    if kind is None:
        return Ignored(delivery, f"the event {name[:50]!r} is not subscribed to")
    if kind.actions:
        if told.action is None:
            raise RejectedError(400, "`action` is missing")
        if told.action not in kind.actions:
            return Ignored(delivery, f"the action {told.action[:50]!r} of {name!r} asks for nothing")
    return kind.event(delivery, told.action or "", body, app_id)


_Id = Annotated[int, msgspec.Meta(gt=0, le=2**63 - 1)]
"""GitHub's ids and numbers, all of which the queue can hold."""
_Sha = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{40}\Z")]

Payload = TypeVar("Payload")


def _decoded(body: bytes, shape: type[Payload]) -> Payload:
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise RejectedError(400, f"the payload lacks what the event is made of: {error}") from error
    except (ValueError, RecursionError) as error:
        raise RejectedError(400, "the body is not JSON") from error


class _Told(msgspec.Struct):
    """What is looked at first."""

    action: str | None = None


class _Numbered(msgspec.Struct):
    id: _Id


class _Scope(msgspec.Struct):
    """What every delivery to an App has. Without `installation` a webhook belongs to a repository."""

    installation: _Numbered
    repository: _Numbered


# --- pull_request ---------------------------------------------------------------------------------------------------


class _Changes(msgspec.Struct):
    base: dict[str, Any] | None = None


class _PullRequest(_Scope):
    number: _Id
    changes: _Changes | None = None


def _pull_request(delivery: str, action: str, body: bytes, _app_id: int) -> Event:
    """https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request."""
    told = _decoded(body, _PullRequest)
    if action == "edited" and (told.changes is None or told.changes.base is None):
        return Ignored(delivery, "the base branch is the same")
    return PullRequestEvent(
        delivery=delivery,
        action=action,  # type: ignore[arg-type]  # one of its literals, by _KINDS
        installation_id=told.installation.id,
        repository_id=told.repository.id,
        number=told.number,
    )


# --- issue_comment --------------------------------------------------------------------------------------------------


class _User(msgspec.Struct):
    login: str
    type: str = "User"


class _Comment(msgspec.Struct):
    id: _Id
    body: str | None = None
    user: _User | None = None


class _Issue(msgspec.Struct):
    number: _Id


class _IssueComment(_Scope):
    comment: _Comment
    issue: _Issue
    sender: _User | None = None


def _issue_comment(delivery: str, _action: str, body: bytes, _app_id: int) -> Event:
    """https://docs.github.com/en/webhooks/webhook-events-and-payloads#issue_comment, of pull requests as well."""
    told = _decoded(body, _IssueComment)
    if any(user is None or user.type == "Bot" for user in (told.comment.user, told.sender)):
        return Ignored(delivery, "no person wrote the comment")
    if not commands_in(told.comment.body or ""):
        return Ignored(delivery, "the comment has no command")
    return CommandEvent(delivery, told.installation.id, told.repository.id, told.issue.number, told.comment.id)


# --- check_run, check_suite -----------------------------------------------------------------------------------------


class _Requested(msgspec.Struct):
    identifier: str


class _CheckRunTold(msgspec.Struct):
    id: _Id
    head_sha: _Sha
    app: _Numbered | None = None


class _CheckRun(_Scope):
    check_run: _CheckRunTold
    sender: _User
    requested_action: _Requested | None = None


class _CheckSuiteTold(msgspec.Struct):
    head_sha: _Sha
    app: _Numbered | None = None


class _CheckSuite(_Scope):
    check_suite: _CheckSuiteTold
    sender: _User


_NOT_OURS: Final = "the check is of another App"


def _check_run(delivery: str, action: str, body: bytes, app_id: int) -> Event:
    """https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_run."""
    told = _decoded(body, _CheckRun)
    run = told.check_run
    if run.app is None or run.app.id != app_id:
        return Ignored(delivery, _NOT_OURS)
    if action == "requested_action":
        if told.requested_action is None:
            raise RejectedError(400, "`requested_action` is missing")
        action = told.requested_action.identifier
    scope = told.installation.id, told.repository.id
    return CheckEvent(delivery, action, *scope, run.id, run.head_sha, told.sender.login)


def _check_suite(delivery: str, action: str, body: bytes, app_id: int) -> Event:
    """https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_suite."""
    told = _decoded(body, _CheckSuite)
    suite = told.check_suite
    if suite.app is None or suite.app.id != app_id:
        return Ignored(delivery, _NOT_OURS)
    return CheckEvent(
        delivery, action, told.installation.id, told.repository.id, None, suite.head_sha, told.sender.login
    )


# --- merge_group, push ----------------------------------------------------------------------------------------------

_BRANCHES: Final = "refs/heads/"


class _Group(msgspec.Struct):
    head_sha: _Sha
    base_sha: _Sha
    base_ref: str


class _MergeGroup(_Scope):
    merge_group: _Group


def _merge_group(delivery: str, action: str, body: bytes, _app_id: int) -> Event:
    """https://docs.github.com/en/webhooks/webhook-events-and-payloads#merge_group."""
    told = _decoded(body, _MergeGroup)
    group = told.merge_group
    return MergeGroupEvent(
        delivery=delivery,
        installation_id=told.installation.id,
        repository_id=told.repository.id,
        head_sha=group.head_sha,
        base_sha=group.base_sha,
        base_branch=group.base_ref.removeprefix(_BRANCHES),
        is_over=action == "destroyed",
    )


class _PushedTo(_Numbered):
    default_branch: str


class _Push(msgspec.Struct):
    installation: _Numbered
    repository: _PushedTo
    ref: str
    deleted: bool = False


def _push(delivery: str, _action: str, body: bytes, _app_id: int) -> Event:
    """https://docs.github.com/en/webhooks/webhook-events-and-payloads#push."""
    told = _decoded(body, _Push)
    branch = told.repository.default_branch
    if told.deleted or told.ref != _BRANCHES + branch:
        return Ignored(delivery, "nothing was pushed to the default branch")
    return PushEvent(
        delivery=delivery,
        installation_id=told.installation.id,
        repository_id=told.repository.id,
        branch=branch,
    )


# --- installation, installation_repositories, repository ------------------------------------------------------------


class _Installation(msgspec.Struct):
    installation: _Numbered
    repositories: list[_Numbered] | None = None
    repositories_added: list[_Numbered] = []
    repositories_removed: list[_Numbered] = []


def _installation(delivery: str, action: str, body: bytes, _app_id: int) -> Event:
    """https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation and #installation_repositories."""
    told = _decoded(body, _Installation)
    repositories = {"added": told.repositories_added, "removed": told.repositories_removed}.get(
        action, told.repositories or []
    )
    return InstallationEvent(
        delivery=delivery,
        action=action,  # type: ignore[arg-type]  # one of its literals, by _KINDS
        installation_id=told.installation.id,
        repository_ids=tuple(repository.id for repository in repositories),
    )


def _repository(delivery: str, action: str, body: bytes, _app_id: int) -> Event:
    """https://docs.github.com/en/webhooks/webhook-events-and-payloads#repository."""
    told = _decoded(body, _Scope)
    return RepositoryEvent(
        delivery=delivery,
        action=action,  # type: ignore[arg-type]  # one of its literals, by _KINDS
        installation_id=told.installation.id,
        repository_id=told.repository.id,
    )


class _Kind(msgspec.Struct, frozen=True):
    """How deliveries of one name are read, and for which actions; an event without any is read always."""

    event: Callable[[str, str, bytes, int], Event]
    actions: frozenset[str] = frozenset()


def _kind(event: Callable[[str, str, bytes, int], Event], *actions: str) -> _Kind:
    return _Kind(event, frozenset(actions))


_KINDS: Final[Mapping[str, _Kind]] = {
    "pull_request": _kind(_pull_request, "opened", "reopened", "synchronize", "ready_for_review", "edited", "closed"),
    "issue_comment": _kind(_issue_comment, "created"),
    "check_run": _kind(_check_run, "requested_action", "rerequested"),
    "check_suite": _kind(_check_suite, "rerequested"),
    "merge_group": _kind(_merge_group, "checks_requested", "destroyed"),
    "push": _kind(_push),
    "installation": _kind(_installation, "created", "deleted", "suspend", "unsuspend", "new_permissions_accepted"),
    "installation_repositories": _kind(_installation, "added", "removed"),
    "repository": _kind(
        _repository, "renamed", "transferred", "privatized", "publicized", "archived", "unarchived", "deleted"
    ),
}
"""All that is listened to. GitHub sends `installation` and `installation_repositories` to every App, unasked."""

LISTENED_TO: Final = frozenset(_KINDS)
