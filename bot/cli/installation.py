"""`fifthwhy setup`, `settings` and `doctor`: an installation before and while it runs."""

from __future__ import annotations

import sys

import click

from bot.cli.errors import errors_in_one_line, fail
from bot.cli.output import write


@click.command()
def setup() -> None:
    """Have GitHub create the App: serve /setup until it is.

    Needs FIFTHWHY_PUBLIC_URL. The credentials are stored in the data directory, where all commands find them; `fifthwhy
    serve` does the same by itself.
    """
    from bot.settings.settings import has_no_app

    with errors_in_one_line():
        if not has_no_app():
            fail("there are credentials of a GitHub App already: `fifthwhy settings` tells where")
        if set_up():
            click.echo("The App is created; its credentials are stored.", err=True)


@click.command()
def settings() -> None:
    """List every setting.

    With its value, its source and what it is for. Secrets are not shown.
    """
    from bot.settings.settings import ServerSettings, describe

    with errors_in_one_line():
        rows = describe(ServerSettings)
    for row in rows:
        click.echo(f"{row.variable}={row.value}  ({row.source})\n    {row.description}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
def doctor(*, as_json: bool) -> None:
    """Tell whether this installation can work.

    Checks the machine, Redis, the App's key, its permissions, its webhook and what was delivered. Exits with 1 if a
    check fails.
    """
    import asyncio
    from datetime import UTC, datetime

    from bot.doctor.check import is_well, render_checks, render_checks_json
    from bot.doctor.examine import examine, examine_without_settings
    from bot.observability import logs
    from bot.settings.settings import ServerSettings, SettingsError, load

    logs.configure("error", "console")
    try:
        chosen = load(ServerSettings)
    except SettingsError as error:
        checks = asyncio.run(examine_without_settings(error.problems))
    else:
        checks = asyncio.run(examine(chosen, lambda: datetime.now(UTC)))
    if as_json:
        write(render_checks_json(checks), None)
    else:
        click.echo(render_checks(checks), nl=False)
    sys.exit(0 if is_well(checks) else 1)


def set_up() -> bool:
    """Serve /setup until the App is created; False where it was told to stop before."""
    from bot.observability import logs
    from bot.settings.settings import SetupSettings, load
    from bot.setup.server import serve_setup

    chosen = load(SetupSettings)
    logs.configure(chosen.log_level, chosen.log_format)
    return serve_setup(chosen)
