"""All checks, one after the other; one that cannot be made keeps no other from being made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

import httpx

from bot.doctor.check import Check
from bot.doctor.of_app import (
    App,
    check_clock,
    check_deliveries,
    check_events,
    check_identity,
    check_permissions,
    check_webhook,
)
from bot.doctor.of_machine import check_disk, check_git, check_network, check_redis
from bot.github.app import GitHubApp
from bot.github.errors import GitHubError, GitHubUnavailableError, MissingPermissionError
from bot.github.transport import network
from bot.settings.settings import ServerSettings

_SECONDS: Final = 10.0
_ASK_AGAIN: Final = (
    "Try again. If it stays: a proxy or its certificate authority may be missing, or GitHub has trouble."
)
_WRONG_KEY: Final = (
    "See that FIFTHWHY_GITHUB_APP_ID and the private key are of one App, and that the clock is right. "
    "What GitHub knows of the App is looked at after that."
)
_APP: Final = "app"

Made = Callable[[], Awaitable[list[Check]]]


async def examine(settings: ServerSettings, now: Callable[[], datetime]) -> tuple[Check, ...]:
    """Every check, in the order in which to mend what they find."""
    api_url, ca_file = settings.github_api_url, settings.ca_file
    app = GitHubApp(settings.github_app_id, settings.private_key, api_url, ca_file=ca_file)
    async with httpx.AsyncClient(verify=network(api_url, ca_file).certificates, timeout=_SECONDS) as client:
        before = await _all_made((*_of_machine(settings), *_ways_in(app, now)))
        if _refused(before):
            return before
        return (*before, *await _all_made(_of_app(app, settings.public_url, client, now)))


async def examine_without_settings(problems: tuple[str, ...]) -> tuple[Check, ...]:
    """What can be told of a machine on which the settings do not hold."""
    remedy = "`fifthwhy settings` lists them all."
    return (*(Check("settings", "failure", problem, remedy) for problem in problems), *await _made("git", check_git))


def _of_machine(settings: ServerSettings) -> tuple[tuple[str, Made], ...]:
    redis_url = None if settings.redis_url is None else settings.redis_url.get_secret_value()
    return (
        ("git", check_git),
        ("disk", lambda: check_disk(settings.data_dir, settings.max_repository_bytes)),
        ("redis", lambda: check_redis(redis_url, settings.data_dir)),
        ("network", lambda: check_network(settings)),
    )


def _ways_in(app: App, now: Callable[[], datetime]) -> tuple[tuple[str, Made], ...]:
    return (("clock", lambda: check_clock(app, now)), (_APP, lambda: check_identity(app)))


def _of_app(
    app: App, public_url: str | None, client: httpx.AsyncClient, now: Callable[[], datetime]
) -> tuple[tuple[str, Made], ...]:
    return (
        ("permissions", lambda: check_permissions(app)),
        ("events", lambda: check_events(app)),
        ("webhook", lambda: check_webhook(app, public_url, client)),
        ("deliveries", lambda: check_deliveries(app, now)),
    )


def _refused(checks: tuple[Check, ...]) -> bool:
    """Whether GitHub does not know the App: all else that it is asked would come to the same."""
    return any(check.name == _APP and check.remedy == _WRONG_KEY for check in checks)


async def _all_made(checks: tuple[tuple[str, Made], ...]) -> tuple[Check, ...]:
    return tuple([found for name, check in checks for found in await _made(name, check)])


async def _made(name: str, check: Made) -> list[Check]:
    """What a check found, or why it could not be made."""
    try:
        return await check()
    except (GitHubUnavailableError, httpx.HTTPError) as error:
        return [Check(name, "failure", str(error) or repr(error), _ASK_AGAIN)]
    except GitHubError as error:
        remedy = "" if isinstance(error, MissingPermissionError) else _WRONG_KEY
        return [Check(name, "failure", str(error), remedy)]
    except Exception as error:  # noqa: BLE001  # whatever keeps a check from being made is what it found
        return [Check(name, "failure", f"{type(error).__name__}: {error}")]
