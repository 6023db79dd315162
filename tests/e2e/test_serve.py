"""`fifthwhy serve` as it runs on one machine: web, worker and Redis, which end together and lose nothing."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Final

import pytest

from bot.demo.faults import Fault
from bot.demo.github import GitHubStandIn
from bot.demo.processes import app_environment, free_port
from bot.demo.registration import AppRegistration
from bot.demo.serving import LOOPBACK, serving
from tests.e2e.conftest import PATIENCE_SECONDS, App, PullRequest

SHOP: Final = {
    ".github/fifthwhy.yml": "symbols:\n  - name: Cart\n    canonical: shop.cart\n",
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n",
    "shop/models.py": "from shop.cart import Cart\n",
}
STRAY: Final = {"shop/page.py": "from shop.models import Cart\n"}


class Serving:
    """`fifthwhy serve`, from outside: its processes, and what it logs."""

    def __init__(self, environment: dict[str, str], folder: Path, command: str = "serve") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "bot", command],
            cwd=folder,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._log: list[str] = []
        self._logged = Condition()
        self._reader = Thread(target=self._read, name="log", daemon=True)
        self._reader.start()

    @property
    def log(self) -> str:
        """All that was logged so far."""
        return "".join(self._log)

    def wait_for(self, *words: str, times: int = 1) -> None:
        """Wait for lines in the log that hold all these words."""

        def there() -> bool:
            return sum(all(word in line for word in words) for line in self._log) >= times

        with self._logged:
            assert self._logged.wait_for(there, PATIENCE_SECONDS), f"not in the log: {words}\n{self.log}"

    def wait_until_ready(self, workers: int = 1) -> None:
        """Wait for the web process and for this many starts of a worker."""
        self.wait_for("Uvicorn running")
        self.wait_for("worker started", "interactive", times=workers)

    def child(self, words: bytes) -> int:
        """The process with these words in its command line."""
        (found,) = (pid for pid in self.children() if words in Path(f"/proc/{pid}/cmdline").read_bytes())
        return found

    def children(self) -> list[int]:
        """Every process that it has started, directly or not."""
        found, parents = [], [self.process.pid]
        while parents:
            parent = parents.pop()
            below = [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
            found += below
            parents += below
        return found

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop, and give its exit code."""
        self.process.send_signal(how)
        code = self.process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return code

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            for line in lines:
                with self._logged:
                    self._log.append(line)
                    self._logged.notify_all()


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """GitHub, with nobody yet who hears its webhooks."""
    folder = tmp_path_factory.mktemp("serve")
    standin = GitHubStandIn(AppRegistration.generate(account="acme"), folder / "github")
    with serving(standin) as address:
        yield App(standin, address, standin.add_person("ada"), folder)


@pytest.fixture
def serve(github: App, tmp_path: Path) -> Iterator[Callable[[], Serving]]:
    """Starts `fifthwhy serve`, each time on the same port and data; what still runs at the end is ended."""
    port = free_port()
    github.standin.webhooks.url = f"http://{LOOPBACK}:{port}/webhook"
    environment = app_environment(github.standin, github.address, "", tmp_path / "data", port)
    with ExitStack() as stack:

        def start() -> Serving:
            started = Serving(environment, tmp_path)
            stack.callback(end, started)
            return started

        yield start


def end(started: Serving) -> None:
    if started.process.poll() is None:
        started.stop()


@contextmanager
def ends(pids: list[int]) -> Iterator[None]:
    """See to it that these processes have ended at the end of the block."""
    with ExitStack() as stack:
        descriptors = [os.pidfd_open(pid) for pid in pids]
        for descriptor in descriptors:
            stack.callback(os.close, descriptor)
        yield
        for pid, descriptor in zip(pids, descriptors, strict=True):
            ended, _, _ = select.select([descriptor], [], [], PATIENCE_SECONDS)
            assert ended, f"process {pid} still runs"


def stray_pull_request(github: App) -> PullRequest:
    """A pull request that introduces one import off the canonical path."""
    return github.shop(SHOP).open(STRAY)


def test_a_pull_request_gets_its_comment(github: App, serve: Callable[[], Serving]) -> None:
    serve().wait_until_ready()
    assert "introduces 1 import" in stray_pull_request(github).wait_for_comment()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_everything_ends_with_it(github: App, serve: Callable[[], Serving], how: signal.Signals) -> None:
    serving = serve()
    serving.wait_until_ready()
    stray_pull_request(github).wait_for_comment()  # the readers of files have been started too
    with ends(serving.children()):
        assert serving.stop(how) == 0
    assert "Traceback" not in serving.log


def test_a_worker_that_is_killed_is_started_again(github: App, serve: Callable[[], Serving]) -> None:
    serving = serve()
    serving.wait_until_ready()

    os.kill(serving.child(b"\0worker\0"), signal.SIGKILL)

    serving.wait_for("process ended", "worker")
    serving.wait_until_ready(workers=2)
    assert "introduces 1 import" in stray_pull_request(github).wait_for_comment()


def test_a_redis_that_is_killed_is_started_again(github: App, serve: Callable[[], Serving]) -> None:
    serving = serve()
    serving.wait_until_ready()

    os.kill(serving.child(b"-server"), signal.SIGKILL)

    serving.wait_for("process ended", "redis")
    assert "introduces 1 import" in stray_pull_request(github).wait_for_comment()


def test_a_job_under_way_when_it_stops_is_done_once_it_is_started_again(
    github: App, serve: Callable[[], Serving]
) -> None:
    """What Redis holds survives on the disk; GitHub, which delivered its webhook, will not say it again."""
    first = serve()
    first.wait_until_ready()
    shop = github.shop(SHOP)
    held = Fault("GET", f"/api/v3/repos/{shop.name}/pulls/*", held=Event())
    github.standin.faults.append(held)
    pull = shop.open(STRAY)
    assert held.reached.wait(PATIENCE_SECONDS)
    assert first.stop() == 0
    assert held.held is not None
    held.held.set()
    assert pull.comments == []

    serve()

    assert "introduces 1 import" in pull.wait_for_comment()
    assert len(pull.ours) == 1
