"""Traces: a span for each attempt of a job, its phases and what it asks of GitHub; sent by OpenTelemetry.

Without an address nothing of OpenTelemetry is imported, and spans are nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from bot.observability.redaction import Redactor
from bot.settings.settings import lacking
from bot.version import VERSION

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span as OTelSpan
    from opentelemetry.trace import Tracer

Value = str | int


class Span(Protocol):
    """Something that takes time."""

    def note(self, name: str, value: Value) -> None:
        """Say something about it."""
        ...

    def begin(self, name: str) -> Span:
        """A part of it that begins now."""
        ...

    def end(self) -> None:
        """It has ended."""
        ...


class _None:
    def note(self, name: str, value: Value) -> None:
        pass

    def begin(self, name: str) -> Span:
        return self

    def end(self) -> None:
        pass


NONE: Final[Span] = _None()
"""What spans are where nobody wants them."""

_current: ContextVar[Span] = ContextVar("span", default=NONE)

_SECONDS: Final = 5.0
"""A collector that does not answer must not hold up the end of a process for long."""


def current() -> Span:
    """The span that is under way here."""
    return _current.get()


@contextmanager
def span(name: str, notes: Mapping[str, Value] = {}) -> Iterator[Span]:
    """A part of the current span, or the beginning of a trace, for the length of the block."""
    part = current().begin(name)
    for key, value in notes.items():
        part.note(key, value)
    token = _current.set(part)
    try:
        yield part
    finally:
        _current.reset(token)
        part.end()


@contextmanager
def tracing(endpoint: str | None, *, ca_file: Path | None = None, secrets: Collection[str] = ()) -> Iterator[None]:
    """Send the spans of this block to the collector at that address, as OTLP over HTTP; None sends nothing.

    Raises SettingsError where the extra `otel` is not installed. https://opentelemetry.io/docs/specs/otlp/#otlphttp
    """
    if endpoint is None:
        yield
        return
    provider = _provider(endpoint, ca_file)
    token = _current.set(_Real(provider.get_tracer("fifthwhy", VERSION), Redactor(secrets), None))
    try:
        yield
    finally:
        _current.reset(token)
        provider.shutdown()


def _provider(endpoint: str, ca_file: Path | None) -> TracerProvider:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise lacking("FIFTHWHY_OTLP_ENDPOINT", "otel") from error
    certificates = None if ca_file is None else str(ca_file)
    exporter = OTLPSpanExporter(f"{endpoint}/v1/traces", certificate_file=certificates, timeout=_SECONDS)
    # Not Resource.create, which adds what the environment says.
    provider = TracerProvider(resource=Resource({"service.name": "fifthwhy", "service.version": VERSION}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


class _Real:
    """A span that is sent; the root is none itself, and its parts begin traces."""

    def __init__(self, tracer: Tracer, redactor: Redactor, span: OTelSpan | None) -> None:
        self._tracer = tracer
        self._redactor = redactor
        self._span = span

    def note(self, name: str, value: Value) -> None:
        if self._span is not None:
            self._span.set_attribute(name, self._redactor.text(value) if isinstance(value, str) else value)

    def begin(self, name: str) -> Span:
        from opentelemetry.context import Context
        from opentelemetry.trace import set_span_in_context

        parent = Context() if self._span is None else set_span_in_context(self._span, Context())
        span = self._tracer.start_span(name, context=parent, record_exception=False, set_status_on_exception=False)
        return _Real(self._tracer, self._redactor, span)

    def end(self) -> None:
        if self._span is not None:
            self._span.end()
