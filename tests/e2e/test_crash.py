"""A worker that is killed, at any point: another one does its job, and the pull request ends with one right comment."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from threading import Event
from typing import Final, cast

import pytest
from redis import Redis

from bot.demo.faults import Fault
from bot.demo.github import GitHubStandIn
from bot.demo.processes import app_environment, free_port, process
from bot.demo.registration import AppRegistration
from bot.demo.serving import LOOPBACK, serving
from bot.embedded_redis import EmbeddedRedis
from tests.e2e.conftest import PATIENCE_SECONDS, App, PullRequest, Shop
from tests.e2e.listening import wait_until_it_listens
from tests.e2e.test_weekly import DAILY, posts, push

SHOP: Final = {
    ".github/fifthwhy.yml": "symbols:\n  - name: Cart\n    canonical: shop.cart\n",
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n",
    "shop/models.py": "from shop.cart import Cart\n",
}
STRAY: Final = {"shop/page.py": "from shop.models import Cart\n"}
CANONICAL: Final = {"shop/page.py": "from shop.cart import Cart\n"}

POINTS: Final = {
    "before the audit": ("GET", "/api/v3/repos/{name}/pulls/*"),
    "while its check run is created": ("POST", "/api/v3/repos/{name}/check-runs"),
    "while it fetches": ("POST", "/{name}.git/git-upload-pack"),
    "right before it publishes": ("GET", "/api/v3/repos/{name}/issues/*/comments"),
    "while its comment is created": ("POST", "/api/v3/repos/{name}/issues/*/comments"),
}


class Processes:
    """The processes of an App: Redis and web run on; workers are killed."""

    def __init__(self, app: App, redis: Redis, environment: dict[str, str]) -> None:
        self.app = app
        self.redis = redis
        self._environment = environment
        self._workers = ExitStack()
        self._worker: subprocess.Popen[bytes] | None = None

    def start_worker(self) -> None:
        """Start a worker, unless one runs."""
        if self._worker is None:
            self._worker = self._workers.enter_context(process("worker", self._environment, self.app.folder))

    def kill_worker(self) -> None:
        """As the kernel does when memory runs out: nothing is put back, and nobody is told."""
        assert self._worker is not None
        self._worker.kill()
        self._workers.close()
        self._worker = None

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """The worker that runs is stopped, as on a machine that swaps; when the block is over, it has noticed that."""
        assert self._worker is not None
        self._worker.send_signal(signal.SIGSTOP)
        yield
        before = self._busy()
        self.redis.config_set("notify-keyspace-events", "Kh")
        with self.redis.pubsub() as counts:  # type: ignore[no-untyped-call]
            counts.subscribe("__keyspace@0__:fifthwhy:outcomes")
            self._worker.send_signal(signal.SIGCONT)
            while self._busy() == before:
                assert counts.get_message(timeout=PATIENCE_SECONDS), "it has not noticed that its turn is over"

    def _busy(self) -> int:
        """How many attempts found that somebody else has, or had, the pull request in hand."""
        return int(cast("bytes | None", self.redis.hget("fifthwhy:outcomes", "busy")) or 0)

    def another_worker(self, folder: Path) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """A second worker, on another machine."""
        return process("worker", {**self._environment, "FIFTHWHY_DATA_DIR": str(folder / "data")}, folder)

    def stop(self) -> None:
        """End the worker that runs."""
        self._workers.close()

    def wait_until_nothing_is_left(self, shop: Shop, about: str = "pull/*") -> None:
        """Wait until no job for the pull requests of that shop is in Redis, which tells of each key that is deleted."""
        jobs = f"arq:job:*:{shop.app.standin.state.repository(shop.name).id}/{about}"
        self.redis.config_set("notify-keyspace-events", "Eg")
        with self.redis.pubsub() as deletions:  # type: ignore[no-untyped-call]
            deletions.subscribe("__keyevent@0__:del")
            while list(self.redis.scan_iter(jobs)):
                assert deletions.get_message(timeout=PATIENCE_SECONDS), "a job is left"


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    folder = tmp_path_factory.mktemp("crash")
    standin = GitHubStandIn(AppRegistration.generate(account="acme"), folder / "github")
    port = free_port()
    standin.webhooks.url = f"http://{LOOPBACK}:{port}/webhook"
    with serving(standin) as address, EmbeddedRedis(folder / "redis") as server, Redis.from_url(server.url) as redis:
        settings = {"FIFTHWHY_LEASE_SECONDS": "2"}
        environment = app_environment(standin, address, server.url, folder / "data", port) | settings
        with process("web", environment, folder):
            wait_until_it_listens(port)
            app = App(standin, address, standin.add_person("ada"), folder)
            processes = Processes(app, redis, environment)
            try:
                yield processes
            finally:
                processes.stop()


def hold(shop: Shop, method: str, path: str) -> Fault:
    fault = Fault(method, path.format(name=shop.name), held=Event())
    shop.app.standin.faults.append(fault)
    return fault


def release(fault: Fault) -> None:
    assert fault.held is not None
    fault.held.set()


def crashes(processes: Processes, shop: Shop, point: str) -> PullRequest:
    """A pull request during whose audit the worker was killed, and which then got its comment from another."""
    processes.start_worker()
    fault = hold(shop, *POINTS[point])
    pull = shop.open(STRAY)
    assert fault.reached.wait(PATIENCE_SECONDS), "the worker never came to this point"
    processes.kill_worker()
    release(fault)  # GitHub carries out what it was asked for, with nobody left to hear the answer
    processes.start_worker()
    pull.wait_for_comment(lambda body: "introduces 1 import" in body)
    processes.wait_until_nothing_is_left(shop)
    return pull


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_that_is_killed_leaves_one_right_comment(processes: Processes, point: str) -> None:
    shop = processes.app.shop(SHOP)

    pull = crashes(processes, shop, point)

    assert len(pull.ours) == 1
    head = shop.repo.git("rev-parse", pull.branch)
    assert [run.status for run in shop.check_runs(head)] == ["completed"]


def test_a_push_while_the_worker_is_dead_is_what_counts(processes: Processes) -> None:
    shop = processes.app.shop(SHOP)
    processes.start_worker()
    fault = hold(shop, *POINTS["right before it publishes"])
    pull = shop.open(STRAY)
    assert fault.reached.wait(PATIENCE_SECONDS)
    processes.kill_worker()
    release(fault)
    head = pull.push(CANONICAL)
    processes.start_worker()
    processes.wait_until_nothing_is_left(shop)

    assert all("introduces" not in comment.body for comment in pull.ours)
    assert [run.status for run in shop.check_runs(head)] == ["completed"]


def test_a_worker_that_was_paused_publishes_nothing_over_a_newer_report(processes: Processes, tmp_path: Path) -> None:
    shop = processes.app.shop(SHOP)
    processes.start_worker()
    pull = shop.open(CANONICAL)
    pull.wait_for_check()
    fault = hold(shop, "GET", "/api/v3/repos/{name}/issues/comments/*")
    pull.push(STRAY)
    assert fault.reached.wait(PATIENCE_SECONDS), "the worker never came to this point"
    with processes.asleep():
        release(fault)
        pull.push({"shop/page.py": "x = 1\n"})
        with processes.another_worker(tmp_path):
            pull.wait_for_check()
            processes.wait_until_nothing_is_left(shop)

    (comment,) = pull.ours
    assert "introduces" not in comment.body
    assert [run.conclusion for run in pull.check_runs] == ["success"]


def test_a_worker_that_is_killed_while_it_posts_leaves_one_weekly_post(processes: Processes) -> None:
    shop = processes.app.shop({**SHOP, ".github/fifthwhy.yml": DAILY})
    processes.start_worker()
    fault = hold(shop, "POST", "/api/v3/repos/{name}/issues/*/comments")
    push(shop, {"README.md": "# Shop\n"})
    assert fault.reached.wait(PATIENCE_SECONDS), "nothing was posted"
    processes.kill_worker()
    release(fault)
    processes.start_worker()
    processes.app.wait_for(lambda: posts(shop) or None, "the post was not made")
    processes.wait_until_nothing_is_left(shop, "weekly*")
    assert len(posts(shop)) == 1
