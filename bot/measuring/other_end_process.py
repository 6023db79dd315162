"""What runs in a process that `bot.measuring.other_end` starts: looks at samples, the oldest first, and keeps them."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

import msgspec

from analyzers.policy import Policy
from bot.git.object_reader import Repository
from bot.measuring.budget import Budget, OutOfBudgetError
from bot.measuring.caches import opened_caches
from bot.measuring.measure import no_garbage_collection
from bot.measuring.other_end import LENGTH, Task
from bot.measuring.past import Past
from bot.settings.settings import LocalSettings


def main() -> None:
    """`python -m bot.measuring.other_end_process`, with a task on standard input that stays open meanwhile."""
    (length,) = LENGTH.unpack(sys.stdin.buffer.read(LENGTH.size))
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(length), type=Task)
    threading.Thread(target=_end_with, args=[sys.stdin.fileno()], daemon=True).start()
    with suppress(OutOfBudgetError), no_garbage_collection(), opened_caches(_settings(task)) as caches:
        repository = Repository(Path(os.fsdecode(task.git_dir)))
        budget = Budget(task.seconds, task.files, _tell_nobody)
        past = Past(repository, caches, Policy.model_validate_json(task.policy), budget)
        past.look_from_the_oldest(task.line, task.anchor, task.today)


def _settings(task: Task) -> LocalSettings:
    return LocalSettings.model_validate(task.settings)


def _end_with(given: int) -> None:
    """End with whoever gave the task. The readers end with us."""
    os.read(given, 1)  # past the buffer: a thread that holds its lock would make an error of our own end
    os._exit(1)


def _tell_nobody(_done: int, _all: int) -> None: ...


if __name__ == "__main__":
    main()
