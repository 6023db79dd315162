"""What runs in a reader process: reads one file after another for `bot.reading.reader_pool`, under limits of its own.

It gets batches on standard input and answers file by file on standard output. It never cleans up: whatever goes
wrong ends the process, and the pool tells from the way it ended what the file that was being read did.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable, Iterator
from typing import IO, Final

READY: Final = b"R"
"""Sent once, when the process is ready for its first batch."""
BEGUN: Final = b"B"
"""Sent when a batch has arrived whole: from here on a death is some file's doing."""
ANSWER: Final = struct.Struct(">?I")
"""Before each answer: whether it is facts (and not the name of an error), and its length."""
COUNT: Final = struct.Struct(">I")
"""A batch is the number of files, the length of each, then their contents."""
OUT_OF_MEMORY: Final = 83
"""The exit code that says so."""

_STDERR_BYTES: Final = 64 * 1024
_BATCHES_A_COLLECTION: Final = 32


def main() -> None:
    """`python -m bot.reading.reader_process MODULE:FUNCTION SECONDS_PER_FILE MEMORY_BYTES`."""
    function, file_seconds, memory_bytes = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    batches, answers = sys.stdin.buffer, _private_stdout()
    _limit(memory_bytes)
    try:
        read = _function(function)
        gc.disable()  # syntax trees hold no circles; to look for some takes a third of the time
        gc.freeze()  # nor does what was imported
        _send(answers, READY)
        for number in itertools.count(1):
            batch = _next_batch(batches)
            if not batch:
                break
            if number % _BATCHES_A_COLLECTION == 0:
                gc.collect()
            _send(answers, BEGUN)
            for blob in batch:
                signal.setitimer(signal.ITIMER_REAL, file_seconds)
                answer = _answer(read, blob)
                signal.setitimer(signal.ITIMER_REAL, 0)
                _send(answers, answer)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    os._exit(0)


def _private_stdout() -> IO[bytes]:
    """Standard output for answers only: what anybody prints goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return answers


def _limit(memory_bytes: int) -> None:
    # The alarm's default action ends the process, also in the middle of C code that never returns, and also when the
    # pool is gone and nobody else would end it.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, _STDERR_BYTES),
        (resource.RLIMIT_AS, memory_bytes),
    ):
        _, hard = resource.getrlimit(kind)
        lowered = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (lowered, lowered))
        except (OSError, ValueError):
            continue  # macOS refuses to limit the address space


def _function(name: str) -> Callable[[bytes], bytes]:
    module, _, attribute = name.partition(":")
    function: Callable[[bytes], bytes] = getattr(importlib.import_module(module), attribute)
    return function


def _next_batch(batches: IO[bytes]) -> list[bytes]:
    """The contents of the next files; nothing when the pool has closed, or died."""
    return list(_contents(batches, batches.read(COUNT.size)))


def _contents(batches: IO[bytes], count: bytes) -> Iterator[bytes]:
    if len(count) < COUNT.size:
        return
    lengths = batches.read(COUNT.size * COUNT.unpack(count)[0])
    for (length,) in COUNT.iter_unpack(lengths):
        content = batches.read(length)
        if len(content) < length:
            os._exit(0)
        yield content


def _answer(read: Callable[[bytes], bytes], blob: bytes) -> bytes:
    try:
        facts = read(blob)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the entry point of this process; the error's name is the answer
        name = type(error).__name__.encode()
        return ANSWER.pack(False, len(name)) + name
    return ANSWER.pack(True, len(facts)) + facts


def _send(answers: IO[bytes], message: bytes) -> None:
    try:
        answers.write(message)
        answers.flush()
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main()
