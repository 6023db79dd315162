"""Error reports: what is logged as an error goes to Sentry, if that is set; without it nothing of Sentry is imported.

A report holds the line of the log and the places that the exception came by: no values of variables, no source, no
request, and nothing that looks like a secret.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from structlog.typing import EventDict

from bot.observability.logs import Report
from bot.observability.redaction import Redactor
from bot.settings.settings import lacking
from bot.version import VERSION

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

_NOT_TAGS: Final = frozenset({"event", "exception", "level", "timestamp", "logger"})
_LONGEST_TAG: Final = 200
"""https://docs.sentry.io/platforms/python/enriching-events/tags/."""


def reporter(dsn: str | None, *, ca_file: Path | None = None, secrets: Collection[str] = ()) -> Report | None:
    """What sends errors to the Sentry project of that DSN; None where there is none.

    Raises SettingsError where the extra `sentry` is not installed.
    """
    if dsn is None:
        return None
    try:
        import sentry_sdk
        from sentry_sdk.integrations.atexit import AtexitIntegration
    except ImportError as error:
        raise lacking("FIFTHWHY_SENTRY_DSN", "sentry") from error
    redactor = Redactor(secrets)

    def before_send(event: Event, _hint: Hint) -> Event | None:
        return cast("Event", redactor.fields(event))

    sentry_sdk.init(
        dsn=dsn,
        release=f"fifthwhy@{VERSION}",
        before_send=before_send,
        default_integrations=False,  # they would look into requests, logs and jobs by themselves
        auto_enabling_integrations=False,
        integrations=[AtexitIntegration(callback=lambda _pending, _timeout: None)],  # what waits is sent at the end
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        send_default_pii=False,
        max_breadcrumbs=0,
        ca_certs=None if ca_file is None else str(ca_file),
    )
    return _report


def _report(line: EventDict, error: BaseException | None) -> None:
    import sentry_sdk

    if str(line.get("logger", "")).startswith("sentry_sdk"):
        return  # what cannot be sent must not lead to more of it
    with sentry_sdk.new_scope() as scope:
        for name, value in line.items():
            if name not in _NOT_TAGS:
                scope.set_tag(name, str(value)[:_LONGEST_TAG])
        scope.set_tag("logger", str(line.get("logger", "")))
        if error is None:
            scope.capture_message(str(line.get("event", "")), level="error")
        else:
            scope.set_extra("message", str(line.get("event", "")))
            scope.capture_exception(error)
