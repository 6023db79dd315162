"""What GitHub's refusals mean to a job, one kind for each that something different follows from."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from githubkit.response import Response


class GitHubError(Exception):
    """GitHub did not do what was asked."""


class GitHubRefusedError(GitHubError):
    """GitHub will not do it: gone, suspended or forbidden. Asking again changes nothing."""


class NotFoundError(GitHubRefusedError):
    """It does not exist, is deleted, or is none of this token's business; GitHub does not tell them apart."""


class InstallationGoneError(GitHubRefusedError):
    """The App was uninstalled."""


class InstallationSuspendedError(GitHubRefusedError):
    """Its owner, or GitHub, has suspended the installation."""


class MovedError(GitHubRefusedError):
    """The repository has another name or owner since the session was opened; a new session knows it."""


class MissingPermissionError(GitHubRefusedError):
    """The installation does not grant `permission`, such as `checks=write`: not asked for, or not yet accepted."""

    def __init__(self, message: str, permission: str) -> None:
        super().__init__(message)
        self.permission = permission


class ArchivedError(GitHubRefusedError):
    """The repository is archived: nothing can be written there."""


class LockedError(GitHubRefusedError):
    """The conversation is locked: nobody but collaborators may write there."""


class NotInPlanError(GitHubRefusedError):
    """The account would have to pay for it."""


class IssuesDisabledError(GitHubRefusedError):
    """The repository has its issues turned off."""


class InvalidError(GitHubRefusedError):
    """GitHub does not take what was sent (422)."""


class RepositoryGoneError(InvalidError):
    """The installation does not cover the repository: it was deleted, given away or taken out."""


class TooLongError(InvalidError):
    """The text is longer than GitHub takes."""


class GitHubUnavailableError(GitHubError):
    """GitHub cannot do it now; `after` is how long it asks to be left alone.

    `maybe_done` says that a change was sent and may have been made, since its answer was lost: look before it is sent
    again.
    """

    def __init__(self, message: str, after: timedelta | None = None, *, maybe_done: bool = False) -> None:
        super().__init__(message)
        self.after = after
        self.maybe_done = maybe_done


class NotYetError(GitHubUnavailableError):
    """GitHub was not even asked: by its limits it is not time yet, but will be `after` that."""


class _Detail(msgspec.Struct):
    message: str | None = None


class _Refusal(msgspec.Struct):
    """https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed."""

    message: str = ""
    errors: list[_Detail | str] = []


def refusal_of(response: Response[object, object]) -> GitHubError:
    """The error that an answer of 400 and more stands for; limits are the transport's business."""
    status, request = response.status_code, response.raw_request
    message = f"{request.method} {request.url.path} answered {status}"
    if status >= 500 or status == 429:
        return GitHubUnavailableError(message, maybe_done=status >= 500 and request.method != "GET")
    said = _words(response.content)
    if status == 403 and "not accessible by" in said:
        return MissingPermissionError(message, response.headers.get("x-accepted-github-permissions", ""))
    return _kind(status, said)(message)


def _kind(status: int, said: str) -> type[GitHubRefusedError]:
    """GitHub gives the reasons in words only."""
    if status == 403:
        reasons = (
            ("suspended", InstallationSuspendedError),
            ("archived", ArchivedError),
            ("locked", LockedError),
            ("upgrade to", NotInPlanError),
        )
        return next((kind for word, kind in reasons if word in said), GitHubRefusedError)
    if status == 410 and "issues" in said and "disabled" in said:
        return IssuesDisabledError
    if status in (404, 410):
        return NotFoundError
    if status == 422:
        return TooLongError if "too long" in said else InvalidError
    return GitHubRefusedError


def _words(content: bytes) -> str:
    """What an error says in all, in lower case; nothing where it is not GitHub's."""
    try:
        refusal = msgspec.json.decode(content, type=_Refusal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    details = (error if isinstance(error, str) else error.message or "" for error in refusal.errors)
    return " ".join((refusal.message, *details)).lower()
