"""Logs: structured lines on standard error, never on standard output, which belongs to reports."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Collection
from typing import Any, Final, Literal

import structlog
from structlog.typing import EventDict, Processor

from bot.observability.redaction import Redactor
from report_templates.escape import visible

_QUIETER = ("arq", "httpx", "httpcore", "githubkit", "uvicorn.access")
"""Libraries whose INFO is a line per request or job, which our own lines tell with what it is about."""

Report = Callable[[EventDict, BaseException | None], None]
"""Takes what is logged as an error, redacted, and the exception behind it."""

_SERIOUS: Final = frozenset({"error", "critical", "exception"})


_FIRST_STEPS: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure(
    level: str, form: Literal["console", "json"], *, secrets: Collection[str] = (), report: Report | None = None
) -> None:
    """Send structlog's and the standard library's records through one chain, as text for people or JSON lines.

    `secrets` are values that must be in no line, beside those that are known by their shape. Errors go to `report` too.
    """
    structlog.configure(
        processors=[*_FIRST_STEPS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(form, secrets=secrets, report=report))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIETER:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def formatter(
    form: Literal["console", "json"], *, secrets: Collection[str] = (), report: Report | None = None
) -> logging.Formatter:
    """What makes text of structlog's and the standard library's records alike."""
    steps: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _Clean(secrets, report)]
    if form == "json":
        steps += [structlog.processors.JSONRenderer(sort_keys=True)]
    else:
        # Tracebacks are text by then; structlog's own would show the values of variables.
        plain = structlog.dev.plain_traceback
        steps += [_one_line, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_FIRST_STEPS, processors=steps)


class _Clean:
    """Makes the exception text, redacts everything, and hands on what is an error."""

    def __init__(self, secrets: Collection[str], report: Report | None) -> None:
        self._redactor = Redactor(secrets)
        self._report = report

    def __call__(self, logger: Any, method: str, event_dict: EventDict) -> EventDict:
        error = _exception_in(event_dict)
        formatted = structlog.processors.format_exc_info(logger, method, event_dict)
        cleaned = self._redactor.fields(dict(formatted))
        if self._report is not None and cleaned.get("level") in _SERIOUS:
            self._report(dict(cleaned), error)
        return cleaned


def _exception_in(event_dict: EventDict) -> BaseException | None:
    found = event_dict.get("exc_info")
    if isinstance(found, BaseException):
        return found
    return (found if isinstance(found, tuple) else sys.exc_info())[1] if found else None


def _one_line(_logger: Any, _method: str, event_dict: EventDict) -> EventDict:
    """What was written by others neither begins a line of its own nor speaks to the terminal."""
    shown = {name: visible(value) if isinstance(value, str) else value for name, value in event_dict.items()}
    if isinstance(traceback := event_dict.get("exception"), str):
        shown["exception"] = "\n".join(visible(line) for line in traceback.split("\n"))
    return shown
