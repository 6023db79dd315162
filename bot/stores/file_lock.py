"""A lock between processes: a file that one of them holds at a time, freed by the kernel when its holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_POLL_SECONDS: Final = 0.02


class LockTimeoutError(Exception):
    """Somebody else held the lock for longer than we could wait."""


@contextlib.contextmanager
def held(path: Path, seconds: float) -> Iterator[int]:
    """Hold the lock file at `path`, waiting at most `seconds`; gives its file descriptor.

    The lock belongs to the open file and not to the process (flock(2)): a child that inherits the descriptor keeps
    the lock until it has ended too, which is why it is closed here and never unlocked.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + seconds
        while not _taken(descriptor):
            if time.monotonic() >= deadline:
                raise LockTimeoutError(f"{path.name} was held by another process for {seconds:g} seconds")
            time.sleep(_POLL_SECONDS)
        yield descriptor
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
