"""How Prometheus is answered: by the web process for the queue and itself, by each worker for what it does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec
import structlog
from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.observability.metrics import REGISTRY
from bot.queue.attempts import Outcome, outcomes
from bot.queue.dead_letters import DeadLetters
from bot.queue.queue import Depth, Queue

log = structlog.get_logger(__name__)

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
"""https://prometheus.io/docs/instrumenting/exposition_formats/."""


class QueueFigures(msgspec.Struct, frozen=True):
    """What Redis knows, of all workers together."""

    has_worker: bool
    depths: tuple[Depth, ...]
    outcomes: Mapping[Outcome, int]
    dead_letters: int


async def queue_figures(queue: Queue) -> QueueFigures:
    """Ask Redis. Raises one of `bot.queue.queue.Unavailable`."""
    return QueueFigures(
        has_worker=await queue.has_worker(),
        depths=await queue.depths(),
        outcomes=await outcomes(queue.redis),
        dead_letters=await DeadLetters(queue.redis).count(),
    )


def exposed(figures: QueueFigures | None) -> bytes:
    """The web process's metrics as text; without figures Redis is away."""
    registry = CollectorRegistry()
    registry.register(OfQueue(figures))
    return generate_latest(REGISTRY) + generate_latest(registry)


class OfQueue(Collector):
    """What Redis said, as metrics."""

    def __init__(self, figures: QueueFigures | None) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """Whether Redis is there, and if so, what is in it."""
        yield GaugeMetricFamily("fifthwhy_redis_up", "Whether Redis answers.", int(self._figures is not None))
        if self._figures is not None:
            yield from _of(self._figures)


def _of(figures: QueueFigures) -> Iterator[Metric]:
    alive = int(figures.has_worker)
    yield GaugeMetricFamily("fifthwhy_worker_up", "Whether a worker has been alive in the last seconds.", alive)
    jobs = GaugeMetricFamily("fifthwhy_queue_jobs", "Jobs in a lane that wait, run or are put off.", labels=_LANE)
    oldest = GaugeMetricFamily(
        "fifthwhy_queue_oldest_seconds",
        "For how long the oldest job of a lane that could run now has been there.",
        labels=["lane"],
    )
    for depth in figures.depths:
        for state, number in (("waiting", depth.waiting), ("running", depth.running), ("deferred", depth.deferred)):
            jobs.add_metric([depth.lane, state], number)
        oldest.add_metric([depth.lane], depth.oldest_seconds)
    yield jobs
    yield oldest
    attempts = CounterMetricFamily(
        "fifthwhy_job_attempts", "Attempts of jobs, of all workers, by how they ended.", labels=["outcome"]
    )
    for outcome, number in figures.outcomes.items():
        attempts.add_metric([outcome], number)
    yield attempts
    letters = "Jobs that were given up and that nobody has put back."
    yield GaugeMetricFamily("fifthwhy_dead_letters", letters, figures.dead_letters)


_LANE: Final = ["lane", "state"]


class OfDisk(Collector):
    """What a data directory holds, looked at whenever Prometheus asks."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    def collect(self) -> Iterator[Metric]:
        """What the mirrors take, and what is free beside them."""
        taken = sum(_size(pack) for pack in self._data_dir.glob("mirrors/*/*.git/objects/pack/*.pack"))
        yield GaugeMetricFamily("fifthwhy_mirrors_bytes", "What the packs of all git mirrors take on the disk.", taken)
        with suppress(OSError):
            free = shutil.disk_usage(self._data_dir).free
            yield GaugeMetricFamily("fifthwhy_disk_free_bytes", "What is free where the data directory is.", free)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # repacked meanwhile
        return 0


@contextmanager
def exposing(host: str, port: int | None, data_dir: Path) -> Iterator[None]:
    """Answer Prometheus on that port until the block ends; a port that is taken costs the metrics and not the jobs."""
    if port is None:
        yield
        return
    disk = OfDisk(data_dir)
    REGISTRY.register(disk)
    with ExitStack() as stack:
        stack.callback(REGISTRY.unregister, disk)
        try:
            server, thread = start_http_server(port, host, REGISTRY)
        except OSError as error:
            log.error("no metrics", host=host, port=port, error=repr(error))  # noqa: TRY400  # no bug
        else:
            for step in (thread.join, server.server_close, server.shutdown):
                stack.callback(step)
        yield
