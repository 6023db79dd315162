"""`fifthwhy explain`, `graph` and `endpoints`: questions about one commit."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from bot.cli import options
from bot.cli.errors import errors_in_one_line
from bot.cli.output import terminal, write
from bot.cli.progress import progress_bar


@click.command()
@click.argument("symbol")
@options.repository
@options.commit
@click.option(
    "--format", "form", type=click.Choice(["terminal", "markdown", "json"]), default="terminal", show_default=True
)
@options.extends_from
@options.output("Write the answer to this file.")
def explain(  # one parameter an option
    *, symbol: str, path: Path, head: str, form: str, extends_from: Path | None, output: Path | None
) -> None:
    """Explain by which paths SYMBOL is reached.

    PATH is the folder of a repository.

    SYMBOL is a bare name or a dotted one, such as shop.cart.Cart. Shown are its paths, how many places use each, and
    who hands it on to whom.
    """
    from analyzers.explain import UnknownNameError
    from bot.local.questions import LocalCommit, explain_locally
    from bot.observability import logs
    from bot.reading.reader_pool import ReaderPoolError
    from bot.settings.settings import LocalSettings, load
    from report_templates import explanation as template

    logs.configure("warning", "console")
    with errors_in_one_line(ReaderPoolError, UnknownNameError), progress_bar() as progress:
        found = explain_locally(symbol, LocalCommit(path, head, extends_from), load(LocalSettings), progress)
    if form == "json":
        write(template.render_explanation_json(found), output)
    elif form == "markdown":
        write(template.render_explanation_markdown(found).encode(), output)
    else:
        width, color = terminal(output)
        write(template.render_explanation_terminal(found, width=width, color=color).encode(), output)


@click.command()
@options.repository
@click.option("--around", "name", metavar="NAME", required=True, help="A module, a package or a symbol.")
@click.option("--depth", type=click.IntRange(0, 100), default=1, show_default=True, help="How many imports away.")
@click.option("--level", type=click.Choice(["module", "package"]), default="module", show_default=True)
@click.option("--format", "form", type=click.Choice(["mermaid", "dot"]), default="mermaid", show_default=True)
@options.commit
@options.extends_from
@options.output("Write the diagram to this file.")
def graph(  # noqa: PLR0913  # one parameter an option
    *,
    path: Path,
    name: str,
    depth: int,
    level: Literal["module", "package"],
    form: str,
    head: str,
    extends_from: Path | None,
    output: Path | None,
) -> None:
    """Draw what imports what in the repository in PATH.

    Thick or red arrows close a circle, dashed ones are imports that do not run when the module is imported.
    """
    from analyzers.explain import UnknownNameError
    from bot.local.questions import LocalCommit, View, draw_locally
    from bot.observability import logs
    from bot.reading.reader_pool import ReaderPoolError
    from bot.settings.settings import LocalSettings, load
    from report_templates.diagram import render_dot, render_mermaid

    logs.configure("warning", "console")
    with errors_in_one_line(ReaderPoolError, UnknownNameError), progress_bar() as progress:
        commit = LocalCommit(path, head, extends_from)
        picture = draw_locally(View(name, depth, level), commit, load(LocalSettings), progress)
    write((render_mermaid if form == "mermaid" else render_dot)(picture).encode(), output)


@click.command()
@options.repository
@click.option("--format", "form", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True)
@options.commit
@options.extends_from
@options.output("Write the list to this file.")
def endpoints(*, path: Path, form: str, head: str, extends_from: Path | None, output: Path | None) -> None:
    """List every endpoint of the repository in PATH.

    Each with whether it reaches the check: by which calls, or what cannot be told.
    """
    from bot.local.questions import LocalCommit, endpoints_locally
    from bot.observability import logs
    from bot.reading.reader_pool import ReaderPoolError
    from bot.settings.settings import LocalSettings, load
    from report_templates.surface import render_surface_json, render_surface_terminal

    logs.configure("warning", "console")
    with errors_in_one_line(ReaderPoolError), progress_bar() as progress:
        found = endpoints_locally(LocalCommit(path, head, extends_from), load(LocalSettings), progress)
    if form == "json":
        write(render_surface_json(found), output)
    else:
        width, color = terminal(output)
        write(render_surface_terminal(found, width=width, color=color).encode(), output)
