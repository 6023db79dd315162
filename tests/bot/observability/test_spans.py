"""What a collector of traces is sent."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, Final

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bot.jobs.seen_jobs import Phases, job_seen
from bot.observability.spans import NONE, current, span, tracing
from bot.queue.jobs import ReviewJob
from tests.bot.sinks import Sink, sink

TOKEN: Final = "ghs_" + "Ab3" * 12
KNOWN: Final = "correct horse battery staple"
JOB: Final = ReviewJob(7, 10, 3, "d-1")


def spans_in(place: Sink) -> dict[str, Any]:
    """Every span that was sent, by its name."""
    found: dict[str, Any] = {}
    for body in place.sent("/v1/traces"):
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                found |= {one.name: one for one in scope.spans}
    return found


def test_an_attempt_its_phases_and_what_it_asks_for_are_one_trace() -> None:
    with sink() as place:
        with tracing(place.address), job_seen(JOB, lambda _error: "broken"):
            phases = Phases(JOB)
            phases.enter("audit")
            phases.enter("publish")
            with span("github", {"status": 200}):
                pass
            phases.end()
        found = spans_in(place)

    assert found.keys() == {"job review", "audit", "publish", "github"}
    job = found.pop("job review")
    assert not job.parent_span_id
    assert {one.trace_id for one in found.values()} == {job.trace_id}
    assert {one.parent_span_id for one in found.values()} == {job.span_id}
    notes = {note.key: note.value.string_value or note.value.int_value for note in job.attributes}
    assert notes == {
        "delivery": "d-1",
        "installation": 7,
        "repository": 10,
        "subject": "10/pull/3",
        "outcome": "done",
    }


def test_no_secret_is_in_a_trace_and_nothing_of_an_error_but_how_it_was_judged() -> None:
    with sink() as place:
        with (
            tracing(place.address, secrets=[KNOWN]),
            pytest.raises(ValueError, match="GitHub"),
            job_seen(JOB, lambda _error: "broken"),
            span("github", {"asked": f"https://x:{TOKEN}@github.com", "said": KNOWN}),
        ):
            raise ValueError(f"GitHub does not take {TOKEN}")
        everything = b"".join(place.sent())

    assert spans_in(place)["job review"].attributes[-1].value.string_value == "broken"
    assert TOKEN.encode() not in everything
    assert KNOWN.encode() not in everything
    assert b"ValueError" not in everything


def test_each_job_has_a_trace_of_its_own() -> None:
    with sink() as place:
        with tracing(place.address):
            for number in (1, 2):
                with span(f"job {number}"):
                    pass
        found = spans_in(place)

    assert found["job 1"].trace_id != found["job 2"].trace_id


def test_without_a_collector_spans_are_nothing_and_nothing_of_opentelemetry_is_imported() -> None:
    with tracing(None), span("job"):
        assert current() is NONE
    program = "import sys, bot.observability.spans\nwith bot.observability.spans.tracing(None): print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)

    assert not [name for name in done.stdout.split() if name.startswith("opentelemetry")]
