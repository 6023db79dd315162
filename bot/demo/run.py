"""`fifthwhy demo`: the main job on this machine, with every part real but GitHub, which a local stand-in plays."""

from __future__ import annotations

import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

import click
import httpx

from bot.demo import sample
from bot.demo.github import GitHubStandIn
from bot.demo.processes import NotReadyError, running
from bot.demo.registration import AppRegistration
from report_templates.escape import visible

_PATIENCE_SECONDS: Final = 45.0
_ASK_AGAIN_SECONDS: Final = 1.0


class DemoError(Exception):
    """The demo cannot go on."""


def run_demo(*, keep: bool) -> int:
    """Run the demo and return the exit code. With `keep` it stays up until Ctrl-C."""
    signal.signal(signal.SIGTERM, _interrupt)
    folder = Path(tempfile.mkdtemp(prefix="fifthwhy-demo-"))
    try:
        with ExitStack() as stack:
            _run(folder, stack, keep=keep)
    except (DemoError, NotReadyError) as error:
        click.echo(f"\nfifthwhy: {error}\nThe logs are in {folder}", err=True)
        return 1
    except KeyboardInterrupt:
        click.echo("\nStopped.")
    return 0


def _run(folder: Path, stack: ExitStack, *, keep: bool) -> None:
    """Every part is started on the stack, in order, and stopped with it."""
    work = folder / "shop"
    with _step("Building a small repository with git"):
        sample.build(work)
    with _step("Starting a local stand-in for GitHub, Redis, the web process and a worker"):
        standin = GitHubStandIn(AppRegistration.generate(account="acme"), folder / "github")
        address = stack.enter_context(running(standin, folder))
    person = standin.add_person("ada")
    standin.add_repository(sample.FULL_NAME, work)
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
    page = f"{address}/{sample.FULL_NAME}/pull/1"
    if keep:
        click.echo(f"\nRendered as on GitHub: {page}")
        sample.prepare_clone(work, standin.push_address(sample.FULL_NAME, person))
        _watch(standin, body, work)
    else:
        click.echo(f"\nRendered as on GitHub: {_saved(page, address, folder).as_uri()}")
        click.echo("Everything is stopped again. `make demo KEEP=1` stays up, so that you can push to it.")


def _saved(page: str, address: str, folder: Path) -> Path:
    """Keep the page, with its style, for when the stand-in is gone."""
    html = httpx.get(page, trust_env=False).raise_for_status().text
    style = httpx.get(f"{address}/assets/style.css", trust_env=False).raise_for_status().text
    file = folder / "pull-request.html"
    file.write_text(html.replace("</head>", f"<style>{style}</style></head>", 1), encoding="utf-8")
    return file


def _watch(standin: GitHubStandIn, body: str, work: Path) -> None:
    """Show each further edit of the comment, until Ctrl-C."""
    click.echo("\nNow push another commit and see the same comment edited:\n")
    for line in (f"cd {work}", *sample.FURTHER_COMMIT):
        click.echo(f"    {line}")
    click.echo("\nCtrl-C ends the demo.")
    while True:
        edited = standin.state.wait_until(_edited(standin, body), _ASK_AGAIN_SECONDS)
        if edited is not None:
            body = edited
            click.echo("\nThe comment was edited:\n")
            _show(body)
            click.echo("\nCtrl-C ends the demo.")


def _edited(standin: GitHubStandIn, body: str) -> Callable[[], str | None]:
    def edited() -> str | None:
        now = _comment(standin)
        return now if now != body else None

    return edited


def _comment(standin: GitHubStandIn) -> str | None:
    comments = standin.state.comments(standin.state.issue(sample.FULL_NAME, 1))
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


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
