"""The budget of work that is done in the background, in steps that are kept."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.reading.facts_reader import Progress


class OutOfBudgetError(Exception):
    """The time or the number of files that looking back may cost is used up."""


class Budget:
    """What looking back may cost: seconds, and files that have to be read. `clock` gives seconds that only grow."""

    def __init__(
        self, seconds: float, files: int, progress: Progress, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._until = clock() + seconds
        self._files = files
        self._progress = progress

    def file(self, done: int, total: int) -> None:
        """Count a file that was read. Raises OutOfBudgetError."""
        self._files -= 1
        self._progress(done, total)
        self.check()

    def check(self) -> None:
        """Raise OutOfBudgetError where nothing is left."""
        if self._files < 0 or self._clock() > self._until:
            raise OutOfBudgetError

    def halved(self) -> tuple[float, int]:
        """The seconds that are left, and half of the files, which somebody else may read meanwhile and we may not."""
        half = max(self._files // 2, 0)
        self._files -= half
        return max(self._until - self._clock(), 0.0), half
