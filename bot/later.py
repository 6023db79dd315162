"""A mapping that a thread of its own works out, while whoever will need it does something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Later(Mapping[K, V]):
    """What a function gives. Whoever looks into it waits until that is there, and gets the errors of the function."""

    def __init__(self, work_out: Callable[[], Mapping[K, V]]) -> None:
        beside = ThreadPoolExecutor(1)
        self._future = beside.submit(work_out)
        beside.shutdown(wait=False)

    def __getitem__(self, key: K) -> V:
        return self._future.result()[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._future.result())

    def __len__(self) -> int:
        return len(self._future.result())
