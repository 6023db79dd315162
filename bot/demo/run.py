"""`fifthwhy demo`: the main job on this machine, with every part real but GitHub, which a local stand-in plays."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import create_server
from typing import Final, TypeVar

import click
import httpx

from bot.demo import sample
from bot.demo.github import GitHubStandIn
from bot.demo.registration import AppRegistration
from bot.demo.serving import LOOPBACK, serving
from bot.embedded_redis import EmbeddedRedis
from report_templates.escape import visible

T = TypeVar("T")

_PATIENCE_SECONDS: Final = 45.0
_POLL_SECONDS: Final = 0.05


class DemoError(Exception):
    """The demo cannot go on."""


def run_demo(*, keep: bool) -> int:
    """Run the demo and return the exit code. With `keep` it stays up until Ctrl-C."""
    folder = Path(tempfile.mkdtemp(prefix="fifthwhy-demo-"))
    try:
        with ExitStack() as stack:
            _Demo(folder, stack).run(keep=keep)
    except DemoError as error:
        click.echo(f"\nfifthwhy: {error}\nThe logs are in {folder}", err=True)
        return 1
    except KeyboardInterrupt:
        click.echo("\nStopped.")
    return 0


class _Demo:
    """One run: every part is started on the stack, in order, and stopped with it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._work = folder / "shop"

    def run(self, *, keep: bool) -> None:
        with _step("Building a small repository with git"):
            sample.build(self._work)
        with _step("Starting a local stand-in for GitHub"):
            port = _free_port()
            standin, address = self._start_stand_in(f"http://{LOOPBACK}:{port}/webhook")
        with _step("Starting Redis, the web process and a worker"):
            self._start_app(standin, address, port)
        person = standin.add_person("ada")
        standin.add_repository(sample.FULL_NAME, self._work)
        started = time.monotonic()
        with _step("Opening a pull request, which delivers a signed webhook"):
            standin.open_pull_request(
                sample.FULL_NAME,
                head=sample.BRANCH,
                base=sample.BASE,
                title=sample.TITLE,
                body=sample.DESCRIPTION,
                by=person,
            )
            delivered = standin.deliveries[-1]
            if delivered.status_code != httpx.codes.ACCEPTED:
                raise DemoError(f"the webhook was answered with {delivered.status_code}")
        with _step("Waiting for the comment"):
            body = standin.state.wait_until(lambda: _comment(standin), _PATIENCE_SECONDS)
            if body is None:
                raise DemoError(f"no comment was posted within {_PATIENCE_SECONDS:g} s")
        click.echo(f"\nPosted {time.monotonic() - started:.1f} s after the pull request was opened:\n")
        _show(body)
        page = self._save_page(f"{address}/{sample.FULL_NAME}/pull/1")
        if not keep:
            click.echo(f"\nRendered as on GitHub: {page.as_uri()}")
            click.echo("Everything is stopped again. `make demo KEEP=1` stays up, so that you can push to it.")
            return
        click.echo(f"\nRendered as on GitHub: {address}/{sample.FULL_NAME}/pull/1")
        sample.prepare_clone(self._work, standin.push_address(sample.FULL_NAME, person))
        _watch(standin, body, self._work)

    def _start_stand_in(self, webhook: str) -> tuple[GitHubStandIn, str]:
        app = AppRegistration.generate(account="acme")
        standin = GitHubStandIn(app, self._folder / "github", webhook_url=webhook)
        return standin, self._stack.enter_context(serving(standin))

    def _start_app(self, standin: GitHubStandIn, address: str, port: int) -> None:
        redis = self._stack.enter_context(EmbeddedRedis(self._folder / "redis"))
        environment = _environment(
            {
                "FIFTHWHY_GITHUB_APP_ID": str(standin.app.id),
                "FIFTHWHY_GITHUB_PRIVATE_KEY": standin.app.private_key_pem,
                "FIFTHWHY_WEBHOOK_SECRET": standin.app.webhook_secret,
                "FIFTHWHY_GITHUB_API_URL": f"{address}/api/v3",
                "FIFTHWHY_GITHUB_WEB_URL": address,
                "FIFTHWHY_REDIS_URL": redis.url,
                "FIFTHWHY_DATA_DIR": str(self._folder / "data"),
                "FIFTHWHY_HOST": LOOPBACK,
                "FIFTHWHY_PORT": str(port),
            }
        )
        children = [self._stack.enter_context(_process(name, environment, self._folder)) for name in ("web", "worker")]

        def ready() -> bool:
            if any(child.poll() is not None for child in children):
                raise DemoError("the web process or the worker ended at once")
            return _answers(f"http://{LOOPBACK}:{port}/readyz")

        _wait_for(ready, "web process and worker did not become ready")

    def _save_page(self, address: str) -> Path:
        """Keep the page, with its style, for when the stand-in is gone."""
        html = httpx.get(address, trust_env=False).raise_for_status().text
        root = address.partition("/acme")[0]
        style = httpx.get(f"{root}/assets/style.css", trust_env=False).raise_for_status().text
        page = self._folder / "pull-request.html"
        page.write_text(html.replace("</head>", f"<style>{style}</style></head>", 1), encoding="utf-8")
        return page


def _watch(standin: GitHubStandIn, body: str, work: Path) -> None:
    """Show each further edit of the comment, until Ctrl-C."""
    click.echo("\nNow push another commit and see the same comment edited:\n")
    for line in (f"cd {work}", *sample.FURTHER_COMMIT):
        click.echo(f"    {line}")
    click.echo("\nCtrl-C ends the demo.")
    while True:
        time.sleep(_POLL_SECONDS)
        now = _comment(standin)
        if now is not None and now != body:
            body = now
            click.echo("\nThe comment was edited:\n")
            _show(body)
            click.echo("\nCtrl-C ends the demo.")


def _comment(standin: GitHubStandIn) -> str | None:
    issue = standin.state.issue(sample.FULL_NAME, 1)
    comments = standin.state.comments(issue)
    return comments[0].body if comments else None


def _show(body: str) -> None:
    for line in body.splitlines():
        click.echo("  │ " + visible(line))


@contextmanager
def _step(what: str) -> Iterator[None]:
    started = time.monotonic()
    click.echo(f"{what} … ", nl=False)
    yield
    click.echo(f"done ({time.monotonic() - started:.1f} s)")


@contextmanager
def _process(command: str, environment: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A fifthwhy process that ends with the block; started in `folder`, so that no `.env` of the user's applies."""
    with (folder / f"{command}.log").open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "bot", command], env=dict(environment), cwd=folder, stdout=output, stderr=output
        )
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FIFTHWHY_")}
    return {**inherited, **settings}


def _wait_for(ask: Callable[[], T | None], otherwise: str) -> T:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if answer := ask():
            return answer
        time.sleep(_POLL_SECONDS)
    raise DemoError(f"{otherwise} within {_PATIENCE_SECONDS:g} s")


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with create_server((LOOPBACK, 0)) as server:
        return int(server.getsockname()[1])
