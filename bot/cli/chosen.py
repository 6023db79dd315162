"""What the settings say, for the commands of a server, and logging as they want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.errors import fail

if TYPE_CHECKING:
    from bot.settings.settings import QueueSettings, ServerSettings


def server_settings() -> ServerSettings:
    """Those of web and worker. Raises SettingsError."""
    from bot.observability import logs
    from bot.observability.error_reports import reporter
    from bot.settings.settings import ServerSettings, load

    chosen = load(ServerSettings)
    dsn = None if chosen.sentry_dsn is None else chosen.sentry_dsn.get_secret_value()
    report = reporter(dsn, ca_file=chosen.ca_file, secrets=chosen.secrets)
    logs.configure(chosen.log_level, chosen.log_format, secrets=chosen.secrets, report=report)
    return chosen


def queue_settings() -> QueueSettings:
    """Those of whoever looks after the queue. Raises SettingsError."""
    from bot.observability import logs
    from bot.settings.settings import QueueSettings, load

    logs.configure("error", "console")
    return load(QueueSettings)


def redis_url(chosen: ServerSettings) -> str:
    """The Redis of web and worker; without one, the command fails."""
    if chosen.redis_url is None:
        fail("FIFTHWHY_REDIS_URL is not set: name the Redis that web and workers share, or use `fifthwhy serve`")
    return str(chosen.redis_url.get_secret_value())
