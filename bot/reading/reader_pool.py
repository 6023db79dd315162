"""Reading files in processes of their own, so that a file that hangs, crashes or eats memory costs only itself.

A thread for each process hands it batches and starts another one when it dies. Each process has its own pair of
pipes and answers file by file; so it is known which file it was reading when it died, and no death harms another.
"""

from __future__ import annotations

import contextlib
import queue
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Final, Self

from analyzers.facts import UnreadReason
from bot.observability.metrics import READER_DEATHS
from bot.reading.own_python import started
from bot.reading.reader_process import ANSWER, BEGUN, COUNT, OUT_OF_MEMORY, READY

BATCH_FILES: Final = 64
BATCH_BYTES: Final = 256 * 1024
_BATCHES_PER_PROCESS: Final = 2
"""One that is read and one that waits; more would only fill memory."""
_DEATHS_WITHOUT_CAUSE: Final = 3
_READ: Final = "analyzers.reading.requests:answer"
_ENDING_SECONDS: Final = 10.0

File = tuple[str, bytes]
"""An id and a file's content, or an id and its encoded facts."""


class ReaderPoolError(Exception):
    """No file can be read: the reader processes do not start, or the pool was closed."""


class ReaderPool:
    """`processes` readers, which give each file `file_seconds` and themselves `memory_bytes` of address space.

    They start with the first file that is read and live until `close`. `read_file` runs there, found by its qualified
    name; `unread` encodes the answer for a file that its reader did not survive. The default for both is
    `analyzers.reading.read`.
    """

    def __init__(
        self,
        processes: int,
        file_seconds: float,
        memory_bytes: int,
        *,
        read_file: Callable[[bytes], bytes] | None = None,
        unread: Callable[[UnreadReason, str], bytes] | None = None,
    ) -> None:
        name = f"{read_file.__module__}:{read_file.__qualname__}" if read_file is not None else _READ
        self._limits = _Limits(name, file_seconds, memory_bytes)
        self._unread = unread
        self._processes = processes
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._mutex = threading.Lock()
        self._readers: list[_Reader] = []
        self._closed = False

    def read(self, files: Iterable[File]) -> Iterator[File]:
        """The encoded facts of each file, by its id, in whatever order they are ready.

        Takes from `files` only a little ahead of what it gives. May be called by several threads at once. A file that
        its reader did not survive is answered with `unread`; `ReaderPoolError` says that nothing can be read.
        """
        replies: _Replies = queue.SimpleQueue()
        waiting = 0
        for batch in _batches(files):
            self._submit(_Job(batch, replies))
            waiting += 1
            if waiting >= self._processes * _BATCHES_PER_PROCESS:
                yield from _next_reply(replies)
                waiting -= 1
        for _ in range(waiting):
            yield from _next_reply(replies)

    def close(self) -> None:
        """End the processes, whatever they are doing. A `read` under way gets a `ReaderPoolError`."""
        with self._mutex:
            self._closed = True
            readers, self._readers = self._readers, []
        for _ in readers:
            self._jobs.put(None)  # after all jobs, each of which is answered before its reader gets here
        for reader in readers:
            reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _submit(self, job: _Job) -> None:
        with self._mutex:
            if self._closed:
                raise ReaderPoolError("the readers were closed")
            if not self._readers:
                unread = self._unread if self._unread is not None else _default_unread()
                self._readers = [_Reader(self._jobs, self._limits, unread) for _ in range(self._processes)]
            self._jobs.put(job)


@dataclass(frozen=True, slots=True)
class _Limits:
    function: str
    file_seconds: float
    memory_bytes: int


_Replies = queue.SimpleQueue[list[File] | BaseException]


@dataclass(frozen=True, slots=True)
class _Job:
    batch: Sequence[File]
    replies: _Replies


class _DiedError(Exception):
    """A reader process is gone; `begun` tells whether it had its batch, and so died of a file."""

    def __init__(self, reason: UnreadReason, message: str, *, begun: bool) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.begun = begun


class _Reader:
    """A thread with a process: takes jobs until it gets None, replacing the process whenever it dies."""

    def __init__(
        self, jobs: queue.SimpleQueue[_Job | None], limits: _Limits, unread: Callable[[UnreadReason, str], bytes]
    ) -> None:
        self._jobs = jobs
        self._limits = limits
        self._unread = unread
        self._mutex = threading.Lock()
        self._process: _Process | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="reader", daemon=True)
        self._thread.start()

    def close(self) -> None:
        with self._mutex:
            self._closed = True
            if self._process is not None:
                self._process.kill()
        self._thread.join()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job.replies.put(self._read(job.batch))
            except BaseException as error:  # noqa: BLE001 - nobody else sees what a thread raises: pass it on
                job.replies.put(error)
        if self._process is not None:
            self._process.close()

    def _read(self, batch: Sequence[File]) -> list[File]:
        facts: list[File] = []
        deaths_without_cause = 0
        while len(facts) < len(batch):
            rest = batch[len(facts) :]
            try:
                for (name, _), answer in zip(rest, self._living().read(rest), strict=True):
                    facts.append((name, self._encoded(answer)))
            except _DiedError as death:
                READER_DEATHS.labels(death.reason).inc()
                self._bury()
                deaths_without_cause += not death.begun
                if death.begun or deaths_without_cause >= _DEATHS_WITHOUT_CAUSE:
                    guilty, _ = batch[len(facts)]
                    facts.append((guilty, self._unread(death.reason, death.message)))
        return facts

    def _encoded(self, answer: tuple[bool, bytes]) -> bytes:
        is_facts, content = answer
        if is_facts:
            return content
        return self._unread("crash", f"reading it failed with {content.decode('utf-8', 'replace')}")

    def _living(self) -> _Process:
        with self._mutex:
            if self._closed:
                raise ReaderPoolError("the readers were closed")
            if self._process is None:
                self._process = _Process(self._limits)
            return self._process

    def _bury(self) -> None:
        with self._mutex:
            dead, self._process = self._process, None
            closed = self._closed
        if dead is not None:
            dead.close()
        if closed:  # it did not die of a file, but by our hand
            raise ReaderPoolError("the readers were closed")


class _Process:
    """One reader process, seen from outside."""

    def __init__(self, limits: _Limits) -> None:
        self._limits = limits
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._process = _start(limits, self._errors)
        self._in, self._out = _pipes(self._process)
        self._ready = False

    def read(self, files: Sequence[File]) -> Iterator[tuple[bool, bytes]]:
        """The answer for each file in turn; raises `_DiedError` where the process dies over the next one."""
        self._wait_until_ready()
        lengths = b"".join(COUNT.pack(len(content)) for _, content in files)
        try:
            self._in.write(COUNT.pack(len(files)) + lengths)
            self._in.writelines(content for _, content in files)
            self._in.flush()
        except BrokenPipeError:
            raise self._death(begun=False) from None
        if self._out.read(1) != BEGUN:
            raise self._death(begun=False)
        for _ in files:
            yield self._answer()

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            self._in.close()
        self._out.close()
        self._errors.close()

    def _wait_until_ready(self) -> None:
        if self._ready:
            return
        if self._out.read(1) != READY:
            code = self._process.wait()
            self._errors.seek(0)
            said = self._errors.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
            raise ReaderPoolError(f"the reader processes do not start (exit code {code}): {said}")
        self._ready = True

    def _answer(self) -> tuple[bool, bytes]:
        head = self._out.read(ANSWER.size)
        if len(head) == ANSWER.size:
            is_facts, length = ANSWER.unpack(head)
            content = self._out.read(length)
            if len(content) == length:
                return is_facts, content
        raise self._death(begun=True)

    def _death(self, *, begun: bool) -> _DiedError:
        try:
            code = self._process.wait(_ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        reason, message = self._cause(code)
        return _DiedError(reason, message, begun=begun)

    def _cause(self, code: int) -> tuple[UnreadReason, str]:
        if code == -signal.SIGALRM:
            return "timeout", f"took longer than {self._limits.file_seconds:g} seconds to read"
        if code == OUT_OF_MEMORY:
            return "memory", f"takes more than {self._limits.memory_bytes // 1024**2:,} MB of memory to read"
        if code == -signal.SIGKILL:
            return "crash", "its reader was killed; the machine may be out of memory"
        if code < 0:
            return "crash", f"its reader crashed ({signal.Signals(-code).name})"
        return "crash", f"its reader ended by itself (exit code {code})"


def _start(limits: _Limits, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    # -B: the limit on written files would cut off compiled modules, and leave them to everybody else like that.
    arguments = limits.function, str(limits.file_seconds), str(limits.memory_bytes)
    return started("bot.reading.reader_process", *arguments, errors=errors, options=["-B"])


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise ValueError("both must be pipes")
    return process.stdin, process.stdout


def _default_unread() -> Callable[[UnreadReason, str], bytes]:
    from analyzers.reading.read import encode_unread

    return encode_unread


def _next_reply(replies: _Replies) -> list[File]:
    reply = replies.get()
    if isinstance(reply, BaseException):
        raise reply
    return reply


def _batches(files: Iterable[File]) -> Iterator[list[File]]:
    batch: list[File] = []
    size = 0
    for file in files:
        batch.append(file)
        size += len(file[1])
        if size >= BATCH_BYTES or len(batch) >= BATCH_FILES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
