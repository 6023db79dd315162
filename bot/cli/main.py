"""The command line. Each command imports what it needs when it runs, so that `fifthwhy --help` is quick."""

from __future__ import annotations

from typing import Final

import click

from bot.cli.audit import audit
from bot.cli.demo import demo
from bot.cli.history import history
from bot.cli.installation import doctor, settings, setup
from bot.cli.jobs import jobs
from bot.cli.policy import policy
from bot.cli.processes import health, serve, web, worker
from bot.cli.questions import endpoints, explain, graph
from bot.cli.rule import rule
from bot.cli.schema import schema
from bot.version import VERSION

_OF_A_REPOSITORY: Final = (audit, history, explain, graph, endpoints, policy, rule, schema)
_OF_AN_INSTALLATION: Final = (setup, settings, doctor, serve, web, worker, health, jobs, demo)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="fifthwhy")
def main() -> None:
    """Tell what a change does to a Python repository's single sources of truth.

    One import path for each symbol, one way to authenticate. `fifthwhy audit` reports on a repository on this machine;
    `fifthwhy serve` runs the GitHub App that comments on pull requests; `fifthwhy demo` shows it at work.
    """


for command in (*_OF_A_REPOSITORY, *_OF_AN_INSTALLATION):
    main.add_command(command)
