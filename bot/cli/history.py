"""`fifthwhy history`."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli import options
from bot.cli.durations import Days
from bot.cli.errors import errors_in_one_line
from bot.cli.output import terminal, write
from bot.cli.progress import progress_bar


@click.command()
@options.repository
@click.option("--since", type=Days(), default="26w", show_default=True, help="How far to look back, as 30d or 26w.")
@click.option("--every", type=Days(), default="1w", show_default=True, help="How often; 1d looks at each day.")
@click.option("--head", metavar="REF", default="HEAD", show_default=True, help="The commit to look back from.")
@options.policy
@options.extends_from
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "markdown", "csv", "json"]),
    default="terminal",
    show_default=True,
)
@click.option(
    "--budget",
    type=click.FloatRange(0, 86_400),
    default=600,
    show_default=True,
    help="Seconds that it may take. The next time goes on from there.",
)
@options.output("Write it to this file.")
def history(  # noqa: PLR0913  # one parameter an option
    *,
    path: Path,
    since: int,
    every: int,
    head: str,
    policy: Path | None,
    extends_from: Path | None,
    form: str,
    budget: float,
    output: Path | None,
) -> None:
    """Tell what the metrics of the repository in PATH were.

    Looked at are the last commits before each Monday on the first-parent line, each by today's policy, and what came
    and went between them.
    """
    from bot.local.history import HistoryRequest, history_locally
    from bot.measuring.past import Plan
    from bot.observability import logs
    from bot.reading.reader_pool import ReaderPoolError
    from bot.settings.settings import LocalSettings, load
    from report_templates import past as template

    logs.configure("warning", "console")
    with errors_in_one_line(ReaderPoolError), progress_bar() as progress:
        given = None if policy is None else (str(policy), policy.read_bytes())
        asked = HistoryRequest(path, head, Plan(since_days=since, every_days=every), budget, given, extends_from)
        found = history_locally(asked, load(LocalSettings), progress)
    if form == "json":
        write(template.render_history_json(found.history, found.policy), output)
    elif form == "csv":
        write(template.render_history_csv(found.history, found.policy).encode(), output)
    elif form == "markdown":
        shown = template.render_history_markdown(found.history, found.policy, found.repository)
        write(shown.encode(), output)
    else:
        width, color = terminal(output)
        rendered = template.render_history_terminal(found.history, found.policy, width=width, color=color)
        write(rendered.encode(), output)
