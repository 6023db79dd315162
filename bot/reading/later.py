"""Mappings that a thread of its own works out, while whoever will need them does something else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition
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


class Arriving(Mapping[K, V]):
    """Pairs that come one after the other. Whoever looks for one waits until that is there, or no more will come."""

    def __init__(self, pairs: Callable[[], Iterable[tuple[K, V]]]) -> None:
        self._there: dict[K, V] = {}
        self._changed = Condition()
        beside = ThreadPoolExecutor(1)
        self._future: Future[None] = beside.submit(self._bring, pairs)
        self._future.add_done_callback(lambda _: self._tell())
        beside.shutdown(wait=False)

    def __getitem__(self, key: K) -> V:
        with self._changed:
            self._changed.wait_for(lambda: key in self._there or self._future.done())
            if key in self._there:
                return self._there[key]
        self._future.result()
        raise KeyError(key)

    def __iter__(self) -> Iterator[K]:
        self._future.result()
        return iter(self._there)

    def __len__(self) -> int:
        self._future.result()
        return len(self._there)

    def _bring(self, pairs: Callable[[], Iterable[tuple[K, V]]]) -> None:
        for key, value in pairs():
            with self._changed:
                self._there[key] = value
                self._changed.notify_all()

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()
