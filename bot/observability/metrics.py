"""Metrics: what this process counts and times, for Prometheus. docs/operating.md says what each is for.

Names and units follow https://prometheus.io/docs/practices/naming/. No label holds what people make up: its values are
words of ours, or ids of a bounded number of installations.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from typing import Final

from cachetools import TTLCache
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

REGISTRY: Final = CollectorRegistry()

_MOST_INSTALLATIONS: Final = 200
_AN_HOUR: Final = 3600
_ANSWER_BUCKETS: Final = (0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_JOB_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 120, 300, 600, 1800)
_AGE_BUCKETS: Final = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600, 6 * 3600, 24 * 3600, 3 * 24 * 3600)

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a series began is of no use here
ProcessCollector(registry=REGISTRY)

DELIVERIES: Final = Counter(
    "fifthwhy_deliveries_total",
    "Deliveries from GitHub, by event and by what became of them.",
    ["event", "outcome"],
    registry=REGISTRY,
)
DELIVERY_SECONDS: Final = Histogram(
    "fifthwhy_delivery_answer_seconds",
    "How long GitHub waited for the answer to a delivery.",
    buckets=_ANSWER_BUCKETS,
    registry=REGISTRY,
)
DELIVERY_AGE: Final = Histogram(
    "fifthwhy_delivery_age_seconds",
    "How old a delivery was when it arrived, by the time in its GUID; one that was missed and redelivered is old.",
    buckets=_AGE_BUCKETS,
    registry=REGISTRY,
)
JOB_WAIT: Final = Histogram(
    "fifthwhy_job_wait_seconds",
    "From the time a job was put into Redis until its first attempt began.",
    ["kind"],
    buckets=_JOB_BUCKETS,
    registry=REGISTRY,
)
JOB_SECONDS: Final = Histogram(
    "fifthwhy_job_seconds",
    "How long one attempt of a job took, by how it ended.",
    ["kind", "outcome"],
    buckets=_JOB_BUCKETS,
    registry=REGISTRY,
)
PHASE_SECONDS: Final = Histogram(
    "fifthwhy_job_phase_seconds",
    "How long each phase of an attempt took.",
    ["kind", "phase"],
    buckets=_JOB_BUCKETS,
    registry=REGISTRY,
)
GITHUB_REQUESTS: Final = Counter(
    "fifthwhy_github_requests_total",
    "Requests to GitHub's API, by the class of the answer's status; `none` where no answer came.",
    ["kind", "status"],
    registry=REGISTRY,
)
CACHE_LOOKUPS: Final = Counter(
    "fifthwhy_cache_lookups_total",
    "What was looked up in a cache, and whether it was there: facts, index, past, answers (GitHub's, by ETag).",
    ["cache", "result"],
    registry=REGISTRY,
)
READER_DEATHS: Final = Counter(
    "fifthwhy_reader_restarts_total",
    "Reader processes that did not survive a file, or died by themselves, and were started again.",
    ["reason"],
    registry=REGISTRY,
)


def looked_up(cache: str, found: int, wanted: int = 1) -> None:
    """Count what was found in a cache, of so many things that were looked for."""
    CACHE_LOOKUPS.labels(cache, "hit").inc(found)
    CACHE_LOOKUPS.labels(cache, "miss").inc(wanted - found)


class RateLeft(Collector):
    """How many requests GitHub leaves each installation this hour; of those that were last asked for, and no more."""

    def __init__(self) -> None:
        self._left: TTLCache[int, int] = TTLCache(_MOST_INSTALLATIONS, _AN_HOUR)
        self._lock = Lock()
        """Prometheus is answered from a thread of its own."""

    def note(self, installation: int, left: int) -> None:
        """Remember what GitHub said last."""
        with self._lock:
            self._left[installation] = left

    def collect(self) -> Iterator[Metric]:
        """The figures as they are now."""
        family = GaugeMetricFamily(
            "fifthwhy_github_rate_remaining_requests",
            "How many requests GitHub leaves an installation this hour; 0 stands for the App itself.",
            labels=["installation"],
        )
        with self._lock:
            left = dict(self._left.items())
        for installation, requests in left.items():
            family.add_metric([str(installation)], requests)
        yield family


RATE_LEFT: Final = RateLeft()
REGISTRY.register(RATE_LEFT)
