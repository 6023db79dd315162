"""How Prometheus is answered by each worker; by the web process with `bot.queue.figures`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

import structlog
from prometheus_client import start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.observability.metrics import REGISTRY

log = structlog.get_logger(__name__)

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
"""https://prometheus.io/docs/instrumenting/exposition_formats/."""


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
