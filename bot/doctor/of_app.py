"""Checks that GitHub answers: the App, its permissions and events, its webhook, what was delivered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

import httpx

from bot.doctor.check import Check
from bot.github.records import AppIdentity, HookConfig, HookDelivery, Installation
from bot.setup.manifest import manifest, webhook_address

_ALLOWED_SKEW: Final = timedelta(seconds=60)
"""A minute is what GitHub's documentation takes off the time of issue, to allow for clocks that differ.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
"""
_NOTED_SKEW: Final = timedelta(seconds=10)
_LOOKED_BACK: Final = timedelta(days=1)
_LEVELS: Final = ("none", "read", "write", "admin")
_MOST_NAMED: Final = 50
_SERVERS: Final = "See whether the web process runs, and whether what is before it lets GitHub through."


class Clock(Protocol):
    """Somebody who knows GitHub's time."""

    async def server_time(self) -> datetime:
        """GitHub's clock."""
        ...


class App(Clock, Protocol):
    """What the checks ask GitHub, as the App."""

    async def identity(self) -> AppIdentity:
        """The App as it is registered."""
        ...

    async def installations(self) -> tuple[Installation, ...]:
        """Where the App is installed."""
        ...

    async def hook_config(self) -> HookConfig:
        """Where webhooks go."""
        ...

    async def deliveries(self, since: datetime) -> tuple[HookDelivery, ...]:
        """What was delivered, or was not, since then."""
        ...


async def check_clock(github: Clock, now: Callable[[], datetime]) -> list[Check]:
    """GitHub refuses what the App signs with a clock that is off."""
    ahead = now() - await github.server_time()
    side = "ahead of" if ahead > timedelta() else "behind"
    seen = f"{abs(round(ahead.total_seconds()))} s {side} GitHub's"
    if abs(ahead) > _ALLOWED_SKEW:
        return [Check("clock", "failure", seen, "Set the clock and keep it by NTP: GitHub refuses what the App signs.")]
    if abs(ahead) > _NOTED_SKEW:
        return [Check("clock", "warning", seen, "Keep the clock by NTP: beyond a minute GitHub refuses the App.")]
    return [Check("clock", "ok", seen)]


async def check_identity(app: App) -> list[Check]:
    """Whether GitHub takes what the private key signs."""
    found = await app.identity()
    return [Check("app", "ok", f"{found.name} ({found.slug}), id {found.id}, {found.html_url}")]


async def check_permissions(app: App) -> list[Check]:
    """What the App asks for, and what each installation grants, against what fifthwhy needs."""
    found = await app.identity()
    lacking = _lacking(found.permissions)
    if lacking:
        remedy = "Add them under the App's settings on GitHub, Permissions; GitHub then asks each owner to accept."
        return [Check("permissions", "failure", f"the App does not ask for {lacking}", remedy)]
    installations = await app.installations()
    if not installations:
        remedy = f"Install it: {found.html_url}/installations/new"
        return [Check("permissions", "warning", "the App is installed nowhere", remedy)]
    problems = [check for one in installations if (check := _of_installation(one)) is not None]
    well = len(installations) - len(problems)
    among = f"{well} of {_counted(len(installations), 'installation')}"
    granted = [Check("permissions", "ok", f"all granted by {among}")] if well else []
    return [*granted, *problems[:_MOST_NAMED]]


async def check_events(app: App) -> list[Check]:
    """What the App is told of, against what fifthwhy listens to."""
    told = (await app.identity()).events
    lacking = [name for name in manifest().default_events if name not in told]
    if lacking:
        remedy = "Subscribe to them under the App's settings on GitHub, Permissions & events."
        return [Check("events", "failure", f"the App is not told of {', '.join(lacking)}", remedy)]
    return [Check("events", "ok", ", ".join(manifest().default_events))]


async def check_webhook(app: App, public_url: str | None, client: httpx.AsyncClient) -> list[Check]:
    """Where GitHub sends webhooks, and whether somebody answers there."""
    config = await app.hook_config()
    if not config.url:
        remedy = "Turn it on and set its address under the App's settings on GitHub, Webhook."
        return [Check("webhook", "failure", "the App has no webhook", remedy)]
    problems = list(webhook_problems(config, config.url, public_url))
    return [*(problems or [Check("webhook", "ok", config.url)]), *await _reached(config.url, client)]


def webhook_problems(config: HookConfig, url: str, public_url: str | None) -> Iterable[Check]:
    """What is wrong with the webhook at `url`, for a server at `public_url`."""
    settings = "under the App's settings on GitHub, Webhook."
    if public_url is not None and url != webhook_address(public_url):
        seen = f"GitHub sends webhooks to {url}, and this server is at {public_url}"
        yield Check("webhook", "failure", seen, f"Set {webhook_address(public_url)} {settings}")
    if config.content_type != "json":
        yield Check("webhook", "failure", "webhooks are not sent as JSON", f"Choose application/json {settings}")
    if not config.secret:
        seen = "GitHub signs no webhook, so all are refused"
        yield Check("webhook", "failure", seen, f"Set the secret of FIFTHWHY_WEBHOOK_SECRET {settings}")
    if str(config.insecure_ssl or 0) != "0":
        seen = "GitHub does not check the server's certificate"
        yield Check("webhook", "warning", seen, f"Turn SSL verification on {settings}")


async def check_deliveries(app: App, now: Callable[[], datetime]) -> list[Check]:
    """What became of the last day's webhooks; one that failed and was redelivered well is well."""
    made = await app.deliveries(now() - _LOOKED_BACK)
    well = {one.guid for one in made if 200 <= one.status_code < 300}
    failed = {one.guid: one.status_code for one in reversed(made) if one.guid not in well}
    seen = f"{_counted(len(well), 'webhook')} in the last day"
    if not failed:
        return [Check("deliveries", "ok", seen)]
    answers = ", ".join(f"{count} with {_answer(code)}" for code, count in Counter(failed.values()).most_common())
    remedy = _SERVERS
    if 401 in failed.values():
        remedy = "FIFTHWHY_WEBHOOK_SECRET is another one than in the App's settings on GitHub."
    return [Check("deliveries", "warning", f"{seen}, and {len(failed)} that failed: {answers}", remedy)]


def _lacking(granted: Mapping[str, str]) -> str:
    """The permissions, as `checks=write`, that are needed and not granted at that level."""
    needed = manifest().default_permissions
    return ", ".join(
        f"{name}={level}" for name, level in needed.items() if _rank(granted.get(name, "none")) < _rank(level)
    )


def _rank(level: str) -> int:
    return _LEVELS.index(level) if level in _LEVELS else 0


def _of_installation(installation: Installation) -> Check | None:
    if installation.suspended:
        remedy = f"Whoever suspended it can end that: {installation.html_url}"
        return Check("permissions", "warning", f"{installation.account} has suspended the App", remedy)
    lacking = _lacking(installation.permissions)
    if not lacking:
        return None
    remedy = f"An owner accepts them here: {installation.html_url}"
    return Check("permissions", "warning", f"{installation.account} has not yet accepted {lacking}", remedy)


async def _reached(url: str, client: httpx.AsyncClient) -> list[Check]:
    """Ask the web process for its health on the way that webhooks take."""
    address = f"{url.removesuffix('/webhook')}/healthz"
    try:
        answer = await client.get(address)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        remedy = f"{_SERVERS} Not every network lets its own machines in from outside."
        return [Check("web", "warning", f"{address} does not answer from here: {error!r}", remedy)]
    if answer.status_code != httpx.codes.OK:
        return [Check("web", "failure", f"{address} answers {answer.status_code}", _SERVERS)]
    return [Check("web", "ok", f"{address} answers")]


def _answer(code: int) -> str:
    return f"answer {code}" if code else "no answer"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
