"""What Prometheus is told of the queue, and of the web process that tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.observability.metrics import REGISTRY
from bot.queue.attempts import Outcome, outcomes
from bot.queue.dead_letters import DeadLetters
from bot.queue.queue import Depth, Queue


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
