"""GitHub's own schemas, as githubkit generates them: nothing leaves the stand-in that they do not know.

Source: https://github.com/github/rest-api-description, by way of githubkit-schemas.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import cache, reduce
from operator import or_
from typing import Any

from githubkit_schemas.latest import models, webhooks
from pydantic import TypeAdapter, ValidationError

# Permissions are an open set of names in GitHub's description, which the generated model closes.
_OPEN = frozenset({"permissions"})
# What GitHub sends and does not describe.
_UNDESCRIBED = frozenset({"ValidationError.status"})


class SchemaError(AssertionError):
    """The stand-in was about to say something that GitHub would not."""


def prepare() -> None:
    """Build the validators that every pull request needs; the first to use one would wait for it."""
    opened = _event("pull_request", "opened")
    for kind in (*map(_adapter, ("InstallationToken", "PullRequest", "IssueComment")), opened):
        with suppress(ValidationError):
            kind.validate_python({})


def check_answer(model: str, answer: object) -> None:
    """Hold an answer, or each item of a list of answers, against the model of this name."""
    for item in answer if isinstance(answer, list) else [answer]:
        try:
            known = _adapter(model).validate_python(item)
        except ValidationError as error:
            raise SchemaError(f"not a {model} as GitHub describes it: {error}") from error
        unknown = list(_unknown_keys(item, _adapter(model).dump_python(known, by_alias=True), at=model))
        if unknown:
            raise SchemaError(f"GitHub has no {', '.join(unknown)}")


def check_event(event: str, action: str, payload: bytes) -> None:
    """Hold a webhook payload against the schema of its event and action.

    `githubkit.webhooks.parse` looks the same model up, by way of a union that it builds anew for each payload.
    """
    kind = _event(event, action)
    try:
        kind.validate_json(payload)
    except ValidationError as error:
        raise SchemaError(f"not a {event} event as GitHub describes it: {error}") from error


def accepts(model: str, body: object) -> bool:
    """Whether a request body is one that GitHub describes."""
    try:
        _adapter(model).validate_python(body)
    except ValidationError:
        return False
    return True


@cache
def _adapter(model: str) -> TypeAdapter[Any]:
    """Of a model, or of several with `|` between them."""
    return TypeAdapter(reduce(or_, (getattr(models, name) for name in model.split("|"))))


@cache
def _event(event: str, action: str) -> TypeAdapter[Any]:
    """What an event is; some actions have several forms."""
    actions = getattr(webhooks, f"{event}_action_types", {})
    if not action and not isinstance(actions, Mapping):  # one of the few events without actions
        return TypeAdapter(actions)
    if action not in actions:
        raise SchemaError(f"GitHub has no event {event}.{action}")
    return TypeAdapter(actions[action])


def _unknown_keys(given: object, known: object, at: str) -> list[str]:
    if isinstance(given, list) and isinstance(known, list):
        return [key for a, b in zip(given, known, strict=True) for key in _unknown_keys(a, b, at)]
    if not isinstance(given, Mapping) or not isinstance(known, Mapping):
        return []
    found = [f"{at}.{key}" for key in given if key not in known and f"{at}.{key}" not in _UNDESCRIBED]
    for key, value in given.items():
        if key in known and key not in _OPEN:
            found += _unknown_keys(value, known[key], f"{at}.{key}")
    return found
