"""`fifthwhy serve`: web and worker as two child processes beside an embedded Redis, all of which end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from types import FrameType
from typing import Final

import structlog

from bot.embedded_redis import EmbeddedRedis
from bot.settings.settings import ServerSettings

log = structlog.get_logger(__name__)

_POLL_SECONDS: Final = 0.2
_GRACE_SECONDS: Final = 20.0
_STEADY_SECONDS: Final = 60.0
"""A child that has run for this long is started again at once, whatever it did before."""

_LONGEST_PAUSE: Final = 30.0


class _Child:
    """One process that is started again when it dies, more slowly each time it dies young."""

    def __init__(self, command: str, environment: Mapping[str, str]) -> None:
        self._command = command
        self._environment = dict(environment)
        self._pause = 0.5
        self._started = 0.0
        self._next_start = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    def keep_running(self, now: float) -> None:
        """Start the process if it is not there and its pause is over."""
        if self._process is not None and self._process.poll() is not None:
            young = now - self._started < _STEADY_SECONDS
            self._pause = min(self._pause * 2, _LONGEST_PAUSE) if young else 0.5
            self._next_start = now + self._pause
            log.error("process ended", process=self._command, code=self._process.returncode, again_in=self._pause)
            self._process = None
        if self._process is None and now >= self._next_start:
            self._started = now
            self._process = subprocess.Popen([sys.executable, "-m", "bot", self._command], env=self._environment)

    def ask_to_stop(self) -> None:
        """Let the process finish what it can."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.terminate()

    def wait(self, deadline: float) -> None:
        """Wait for the end of the process; make one if it does not come."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _Stop:
    """Whether somebody asked us to stop, with Ctrl-C or SIGTERM."""

    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)

    def _ask(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True


def serve(settings: ServerSettings) -> int:
    """Run until told to stop; returns the exit code. Raises EmbeddedRedisError where no server can be started."""
    stop = _Stop()
    with ExitStack() as stack:
        environment = dict(os.environ)
        redis: EmbeddedRedis | None = None
        if settings.redis_url is None:
            redis = stack.enter_context(EmbeddedRedis(settings.data_dir / "redis"))
            environment["FIFTHWHY_REDIS_URL"] = redis.url
        children = [_Child(command, environment) for command in ("web", "worker")]
        log.info("serving", address=f"http://{settings.host}:{settings.port}", data=str(settings.data_dir))
        try:
            while not stop.asked:
                if redis is not None and redis.keep_running():
                    log.error("process ended", process="redis", again_in=0)
                for child in children:
                    child.keep_running(time.monotonic())
                time.sleep(_POLL_SECONDS)
        finally:
            for child in children:
                child.ask_to_stop()
            deadline = time.monotonic() + _GRACE_SECONDS
            for child in children:
                child.wait(deadline)
    return 0
