"""What is seen of each attempt of a job and of its phases: in metrics and in traces."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from bot.observability import metrics, spans
from bot.queue.jobs import Job


def kind_of(job: Job) -> str:
    """What sort of job it is, in a word."""
    return str(job.__struct_config__.tag)


@contextmanager
def job_seen(job: Job, outcome_of: Callable[[Exception], str]) -> Iterator[None]:
    """Time one attempt of a job, by how it ends."""
    kind, started, outcome = kind_of(job), time.perf_counter(), "done"
    ids: dict[str, spans.Value] = {
        "delivery": job.delivery,
        "installation": job.installation_id,
        "repository": job.repository_id,
        "subject": job.subject,
    }
    with spans.span(f"job {kind}", ids) as current:
        try:
            yield
        except asyncio.CancelledError:
            outcome = "stopped"
            raise
        except Exception as error:
            outcome = outcome_of(error)
            raise
        finally:
            current.note("outcome", outcome)
            metrics.JOB_SECONDS.labels(kind, outcome).observe(time.perf_counter() - started)


def waited(job: Job, enqueued: datetime) -> None:
    """Note that a job, which was put into Redis then, begins for the first time."""
    metrics.JOB_WAIT.labels(kind_of(job)).observe(max(0.0, (datetime.now(UTC) - enqueued).total_seconds()))


class Phases:
    """The phases of one attempt, each of which ends where the next begins."""

    def __init__(self, job: Job) -> None:
        self._kind = kind_of(job)
        self._parent = spans.current()
        """A phase may be entered from elsewhere, where the attempt's is not the current one."""
        self._phase: str | None = None
        self._span: spans.Span = spans.NONE
        self._started = 0.0

    def enter(self, phase: str) -> None:
        """Begin a phase."""
        self.end()
        self._phase, self._started = phase, time.perf_counter()
        self._span = self._parent.begin(phase)

    def end(self) -> None:
        """End the phase that is under way, if there is one."""
        if self._phase is not None:
            metrics.PHASE_SECONDS.labels(self._kind, self._phase).observe(time.perf_counter() - self._started)
            self._span.end()
            self._phase = None
