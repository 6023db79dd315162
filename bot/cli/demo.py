"""`fifthwhy demo`: the one command that knows the stand-in for GitHub."""

from __future__ import annotations

import sys

import click

from bot.cli.errors import errors_in_one_line


@click.command()
@click.option("--keep", is_flag=True, help="Stay up, so that you can push to the demo repository.")
def demo(keep: bool) -> None:
    """Show it at work on this machine.

    A pull request on a local stand-in for GitHub gets its comment. Needs no account and no Redis; ends within a minute.
    """
    from bot.demo.run import run_demo
    from bot.embedded_redis import EmbeddedRedisError

    with errors_in_one_line(EmbeddedRedisError):
        sys.exit(run_demo(keep=keep))
