"""The other end of a history, looked at by a process of its own: from the oldest sample on, to meet whoever looks back.

What it finds it keeps in the past store, where the other one comes upon it. Nobody waits for it: whatever it does not
get done, or dies of, is done by the one who looks back. For one's own machine; a worker has other jobs to do.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import struct
import subprocess
from collections.abc import Iterator, Sequence
from typing import IO, Final

import msgspec

from analyzers.anchor import Anchor
from analyzers.places import Commit
from analyzers.policy import Policy
from analyzers.rules.sites import Symbol
from bot.git.object_reader import Repository
from bot.reading.own_python import started
from bot.settings.settings import LocalSettings

LENGTH: Final = struct.Struct(">I")
"""Before the task on standard input. What ends that is the end of whoever gave it."""

_LEAST_UNKNOWN: Final = 8
"""Samples. The process looks at its first one in full, which costs three or four of them, and takes memory."""
_LEAST_READERS: Final = 2


class Task(msgspec.Struct, frozen=True):
    """What to look at, by what, and what that may cost. `line` are the samples, newest first, which is known."""

    git_dir: bytes
    settings: dict[str, str | int | float]
    policy: str
    line: tuple[Commit, ...]
    canonical: tuple[tuple[Symbol, str], ...]
    auth: str | None
    today: dt.date
    seconds: float
    files: int

    @property
    def anchor(self) -> Anchor:
        """What the newest commit inferred."""
        return Anchor(dict(self.canonical), self.auth)


class OtherEnd:
    """Starts such processes on the caches of a machine, where that many samples are unknown that one pays."""

    def __init__(self, settings: LocalSettings, least_unknown: int = _LEAST_UNKNOWN) -> None:
        self._settings = settings
        self._least_unknown = least_unknown

    def pays(self, unknown: int) -> bool:
        """Whether to look at that many samples in one more process is quicker."""
        return unknown >= self._least_unknown and self._settings.reader_processes >= _LEAST_READERS

    def task(
        self,
        repository: Repository,
        policy: Policy,
        line: Sequence[Commit],
        anchor: Anchor,
        today: dt.date,
        share: tuple[float, int],
    ) -> Task:
        """What such a process is given; its `share` are seconds and files. It reads in one process less than we do."""
        fields = {name: getattr(self._settings, name) for name in LocalSettings.model_fields}
        settings = LocalSettings(**fields | {"reader_processes": self._settings.reader_processes - 1})
        return Task(
            git_dir=os.fsencode(repository.git_dir),
            settings=settings.model_dump(mode="json"),
            policy=policy.model_dump_json(exclude_defaults=True),
            line=tuple(line),
            canonical=tuple(anchor.paths.items()),
            auth=anchor.auth,
            today=today,
            seconds=share[0],
            files=share[1],
        )


@contextlib.contextmanager
def at_work(task: Task) -> Iterator[subprocess.Popen[bytes]]:
    """A process that looks at the samples of a task meanwhile; ended with this, whatever it is doing."""
    process = started("bot.measuring.other_end_process", errors=subprocess.DEVNULL)
    try:
        _hand_over(process.stdin, msgspec.msgpack.encode(task))
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def _hand_over(pipe: IO[bytes] | None, task: bytes) -> None:
    if pipe is None:
        raise ValueError("it must be a pipe")
    with contextlib.suppress(BrokenPipeError):  # it is gone: nobody waits for it
        pipe.write(LENGTH.pack(len(task)) + task)
        pipe.flush()
