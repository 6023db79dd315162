"""A new server, from nothing but its address to its first comment: `fifthwhy serve` and a browser."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot.demo.faults import Fault
from bot.demo.github import GitHubStandIn
from bot.demo.processes import free_port
from bot.demo.registration import AppRegistration
from bot.demo.serving import LOOPBACK, serving
from bot.settings.credentials import credentials_file
from tests.bot.setup.test_pages import Form
from tests.e2e.conftest import PATIENCE_SECONDS, App
from tests.e2e.test_serve import SHOP, STRAY, Serving, end


@dataclass
class NewServer:
    """A server for which nothing is set but where it is and where GitHub is."""

    github: App
    address: str
    folder: Path
    environment: dict[str, str]
    stack: ExitStack

    def start(self) -> Serving:
        started = Serving(self.environment, self.folder)
        self.stack.callback(end, started)
        return started

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    def create_app(self, serving: Serving) -> httpx.Response:
        """Do what a person does: open the page, type in the token from the log, confirm at GitHub, come back."""
        typed = token(serving)
        with httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS) as browser:
            form = Form(browser.get(f"{self.address}/setup?organization=acme").text)
            asked = browser.post(self.address + form.action, data=form.fields | {"token": typed})
            to_github = Form(asked.text)
            sent_back = browser.post(to_github.action, data=to_github.fields)
            assert sent_back.is_redirect
            return browser.get(sent_back.headers["location"])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NewServer]:
    standin = GitHubStandIn(AppRegistration.generate(account="acme"), tmp_path / "github")
    with ExitStack() as stack:
        github = stack.enter_context(serving(standin))
        port = free_port()
        address = f"http://{LOOPBACK}:{port}"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FIFTHWHY_")}
        environment = {
            **inherited,
            "FIFTHWHY_PUBLIC_URL": address,
            "FIFTHWHY_GITHUB_API_URL": f"{github}/api/v3",
            "FIFTHWHY_DATA_DIR": str(tmp_path / "data"),
            "FIFTHWHY_PORT": str(port),
        }
        app = App(standin, github, standin.add_person("ada"), tmp_path)
        yield NewServer(app, address, tmp_path, environment, stack)


def token(serving: Serving) -> str:
    serving.wait_for("create it", "token=")
    serving.wait_for("Uvicorn running")
    found = re.search(r"token=(\S+)", serving.log)
    assert found is not None
    return found[1]


def test_from_nothing_to_the_first_comment(server: NewServer) -> None:
    started = server.start()

    done = server.create_app(started)

    assert done.status_code == 200
    assert f"{server.github.address}/apps/fifthwhy/installations/new" in done.text
    started.wait_for("worker started")
    started.wait_for("Uvicorn running", times=2)
    server.github.standin.owner.install("acme", server.github.person)
    pull = server.github.shop(SHOP).open(STRAY)
    assert "introduces 1 import" in pull.wait_for_comment()


def test_what_was_set_up_stays_set_up(server: NewServer) -> None:
    first = server.start()
    server.create_app(first)
    first.wait_for("worker started")
    assert first.stop() == 0

    second = server.start()

    second.wait_until_ready()
    assert "create it" not in second.log
    assert httpx.get(f"{server.address}/setup", trust_env=False).status_code == 410


def test_no_secret_is_in_the_log(server: NewServer) -> None:
    fault = Fault("POST", "/api/v3/app-manifests/*", 503)
    server.github.standin.faults.append(fault)
    started = server.start()
    with httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS) as browser:
        asked = Form(browser.post(f"{server.address}/setup", data={"token": token(started)}).text)
        back = browser.post(asked.action, data=asked.fields).headers["location"]
        assert browser.get(back).status_code == 503
        assert browser.get(back).status_code == 200
    started.wait_for("worker started")
    app = server.github.standin.app

    code = re.findall(r"code=(\w+)", back)[0]
    assert "set-up failed" in started.log
    for secret in (code, app.webhook_secret, app.client_secret, app.private_key_pem.splitlines()[1]):
        assert secret not in started.log
    assert stat.S_IMODE(credentials_file(server.data_dir).stat().st_mode) == 0o600


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_told_to(server: NewServer, how: signal.Signals) -> None:
    started = server.start()
    token(started)

    assert started.stop(how) == 0
    assert "Traceback" not in started.log
    assert not credentials_file(server.data_dir).exists()


def test_setting_up_may_be_all_that_is_done(server: NewServer) -> None:
    """For those who run web and workers on their own."""
    started = Serving(server.environment, server.folder, "setup")
    server.stack.callback(end, started)

    server.create_app(started)

    assert started.process.wait(PATIENCE_SECONDS) == 0
    assert credentials_file(server.data_dir).exists()
    again = fifthwhy(server, "setup")
    assert (again.returncode, "already" in again.stderr) == (2, True)


@pytest.mark.parametrize("command", ["serve", "setup"])
def test_a_server_without_an_address_does_not_start(server: NewServer, command: str) -> None:
    del server.environment["FIFTHWHY_PUBLIC_URL"]

    ran = fifthwhy(server, command)

    assert ran.returncode == 2
    assert "fifthwhy: FIFTHWHY_WEBHOOK_SECRET is not set" in ran.stderr
    assert "fifthwhy: or set FIFTHWHY_PUBLIC_URL" in ran.stderr


@pytest.mark.parametrize("command", ["serve", "web", "worker"])
def test_without_a_webhook_secret_nothing_starts(server: NewServer, command: str) -> None:
    """There is no default that somebody could forget to change; an App that is half set up is not set up anew."""
    server.environment |= {
        "FIFTHWHY_GITHUB_APP_ID": "7",
        "FIFTHWHY_GITHUB_PRIVATE_KEY": server.github.standin.app.private_key_pem,
        "FIFTHWHY_REDIS_URL": "redis://127.0.0.1:1",
    }

    ran = fifthwhy(server, command)

    assert ran.returncode == 2
    assert ran.stderr.startswith("fifthwhy: FIFTHWHY_WEBHOOK_SECRET is not set; it takes at least 16 random characters")


def test_a_data_directory_that_cannot_be_written_is_told_before_anything_is_created(server: NewServer) -> None:
    server.data_dir.write_text("in the way")

    ran = fifthwhy(server, "serve")

    assert ran.returncode == 2
    assert f"FIFTHWHY_DATA_DIR={server.data_dir} cannot be written" in ran.stderr


def fifthwhy(server: NewServer, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "bot", command],
        cwd=server.folder,
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
