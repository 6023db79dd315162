"""A Redis that goes away or is emptied, a disk that is full: what was acknowledged is done in the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event
from typing import IO, Final

import pytest
from redis import Redis

from bot.demo.faults import Fault
from bot.demo.github import GitHubStandIn
from bot.demo.processes import app_environment, free_port, process
from bot.demo.registration import AppRegistration
from bot.demo.serving import LOOPBACK, serving
from bot.embedded_redis import EmbeddedRedis
from tests.e2e.conftest import PATIENCE_SECONDS, App
from tests.e2e.listening import wait_until_it_listens

SHOP: Final = {
    ".github/fifthwhy.yml": "symbols:\n  - name: Cart\n    canonical: shop.cart\n",
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n",
    "shop/models.py": "from shop.cart import Cart\n",
}
STRAY: Final = {"shop/page.py": "from shop.models import Cart\n"}


FULL_DISK: Final = """
mkdir -p "$FIFTHWHY_DATA_DIR" && mount -t tmpfs -o size=64k tmpfs "$FIFTHWHY_DATA_DIR" || exit
"$0" -m bot worker < /dev/null &
worker=$!
read -r _ && mount -o remount,size=64m "$FIFTHWHY_DATA_DIR"
read -r _
kill $worker && wait
"""
"""Begins with a small file system, makes it large at the first line, and ends with its input."""


def make_room(ask: IO[bytes]) -> None:
    ask.write(b"\n")
    ask.flush()


def may_mount() -> bool:
    """Whether anybody may have file systems of their own here."""
    try:
        return subprocess.run(["unshare", "--map-root-user", "--mount", "true"], check=False).returncode == 0
    except OSError:
        return False


class Installation:
    """An App whose Redis is killed and started again, with a web process; workers come and go."""

    def __init__(self, app: App, redis: EmbeddedRedis, environment: dict[str, str]) -> None:
        self.app = app
        self.redis = redis
        self._environment = environment

    def worker(self) -> AbstractContextManager[object]:
        """A worker for the length of a block."""
        return process("worker", self._environment, self.app.folder)

    @contextmanager
    def worker_on_a_full_disk(self) -> Iterator[Callable[[], None]]:
        """A worker that finds no room for anything on the disk with its data; call what it gives to make room."""
        command = ["unshare", "--map-root-user", "--mount", "sh", "-c", FULL_DISK, sys.executable]
        with (self.app.folder / "full.log").open("ab") as log:
            worker = subprocess.Popen(
                command, env=self._environment, cwd=self.app.folder, stdin=subprocess.PIPE, stdout=log, stderr=log
            )
            assert worker.stdin is not None
            with worker.stdin as ask:
                yield lambda: make_room(ask)
            worker.wait(PATIENCE_SECONDS)

    def kill_redis(self) -> None:
        """Kill it, and wait until it is gone."""
        pid = self.redis.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

    def wait_for_delivery(self, status: int) -> str:
        """The id of the newest delivery, once it was answered with this status."""
        return self.app.wait_for(
            lambda: next(
                (one.guid for one in reversed(self.app.standin.deliveries) if one.status_code == status), None
            ),
            f"no delivery was answered with {status}",
        )


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("outage")
    standin = GitHubStandIn(AppRegistration.generate(account="acme"), folder / "github")
    port = free_port()
    standin.webhooks.url = f"http://{LOOPBACK}:{port}/webhook"
    with serving(standin) as address, EmbeddedRedis(folder / "redis") as redis:
        settings = {"FIFTHWHY_LEASE_SECONDS": "2"}
        environment = app_environment(standin, address, redis.url, folder / "data", port) | settings
        app = App(standin, address, standin.add_person("ada"), folder)
        with process("web", environment, folder):
            wait_until_it_listens(port)
            yield Installation(app, redis, environment)


def test_what_was_acknowledged_outlasts_a_redis_that_is_killed(installation: Installation) -> None:
    pull = installation.app.shop(SHOP).open(STRAY)
    installation.wait_for_delivery(202)
    installation.kill_redis()
    installation.redis.keep_running()
    with installation.worker():
        pull.wait_for_comment(lambda body: "introduces 1 import" in body)
    assert len(pull.ours) == 1


def test_a_job_during_which_redis_was_away_is_done_once_it_is_back(installation: Installation) -> None:
    shop = installation.app.shop(SHOP)
    held = Fault("GET", f"/api/v3/repos/{shop.name}/pulls/*", held=Event())
    installation.app.standin.faults.append(held)
    with installation.worker():
        pull = shop.open(STRAY)
        assert held.reached.wait(PATIENCE_SECONDS)
        installation.kill_redis()
        assert held.held is not None
        held.held.set()
        installation.redis.keep_running()
        pull.wait_for_comment(lambda body: "introduces 1 import" in body)
    assert len(pull.ours) == 1


def test_what_comes_while_redis_is_away_is_refused_and_done_when_it_is_redelivered(
    installation: Installation,
) -> None:
    installation.kill_redis()
    pull = installation.app.shop(SHOP).open(STRAY)
    refused = installation.wait_for_delivery(503)
    installation.redis.keep_running()
    assert installation.app.standin.redeliver(refused).status_code == 202
    with installation.worker():
        pull.wait_for_comment(lambda body: "introduces 1 import" in body)


def test_what_a_redis_that_was_emptied_has_lost_comes_again(installation: Installation) -> None:
    """A command, a review and a merge group were acknowledged, and nobody had begun with them."""
    shop = installation.app.shop(SHOP)
    pull = shop.open(STRAY)
    command = shop.issue("Where do we stand?")
    shop.comment(command.number, "/audit help")
    group = installation.app.standin.merge_queue.add(shop.name, pull.number, installation.app.person)
    with Redis.from_url(installation.redis.url, socket_timeout=PATIENCE_SECONDS) as redis:
        redis.flushall()
    with installation.worker():
        shop.wait_for_reply(command.number)
        installation.app.wait_for(
            lambda: [run for run in shop.check_runs(group.head_sha) if run.status == "completed"] or None,
            "no verdict on the merge group",
        )
    assert len(shop.replies(command.number)) == 1


def test_a_redis_that_falls_silent_holds_nobody_for_ever(installation: Installation) -> None:
    """As behind a broken network: the connections stay, and nothing is said on them."""
    shop = installation.app.shop(SHOP)
    held = Fault("GET", f"/api/v3/repos/{shop.name}/pulls/*", held=Event())
    installation.app.standin.faults.append(held)
    pid = installation.redis.pid
    assert pid is not None
    with installation.worker():
        pull = shop.open(STRAY)
        assert held.reached.wait(PATIENCE_SECONDS)
        os.kill(pid, signal.SIGSTOP)
        assert held.held is not None
        held.held.set()
        refused = installation.app.shop(SHOP).open(STRAY)
        guid = installation.wait_for_delivery(503)
        os.kill(pid, signal.SIGCONT)
        pull.wait_for_comment(lambda body: "introduces 1 import" in body)
        assert installation.app.standin.redeliver(guid).status_code == 202
        refused.wait_for_comment(lambda body: "introduces 1 import" in body)
    assert len(pull.ours) == 1


@pytest.mark.skipif(not may_mount(), reason="file systems of one's own are not allowed here")
def test_a_job_that_finds_no_room_on_the_disk_is_done_once_there_is_some(installation: Installation) -> None:
    shop = installation.app.shop(SHOP)
    fetched = Fault("GET", f"/api/v3/repos/{shop.name}/pulls/*", times=1)
    again = Fault("GET", f"/api/v3/repos/{shop.name}/pulls/*", held=Event())
    installation.app.standin.faults.extend((fetched, again))
    with installation.worker_on_a_full_disk() as make_room:
        pull = shop.open(STRAY)
        assert again.reached.wait(PATIENCE_SECONDS), "no second attempt"
        make_room()
        assert again.held is not None
        again.held.set()
        pull.wait_for_comment(lambda body: "introduces 1 import" in body)
    assert len(pull.ours) == 1
