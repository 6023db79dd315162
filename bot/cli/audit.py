"""`fifthwhy audit`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import options
from bot.cli.durations import Days
from bot.cli.errors import errors_in_one_line
from bot.cli.output import terminal, write
from bot.cli.progress import progress_bar

if TYPE_CHECKING:
    from analyzers.report import Report


@click.command()
@options.repository
@click.option("--base", metavar="REF", help="Compare with where HEAD parted from REF. Default: the default branch.")
@click.option("--head", metavar="REF", default="HEAD", show_default=True, help="The commit to audit.")
@click.option("--state", is_flag=True, help="Report on one commit, compared with nothing.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "markdown", "json", "sarif"]),
    default="terminal",
    show_default=True,
)
@options.policy
@options.extends_from
@options.output("Write the report to this file.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if head introduces findings.")
@click.option("--issue-report", is_flag=True, help="Report on one commit with its past, why, and what to do next.")
@click.option(
    "--since", type=Days(), default="26w", show_default=True, help="With --issue-report: how far to look back."
)
@click.option("--every", type=Days(), default="1w", show_default=True, help="With --issue-report: how often.")
@click.option(
    "--budget",
    type=click.FloatRange(0, 86_400),
    default=120,
    show_default=True,
    help="With --issue-report: seconds that looking back may take. The next time goes on from there.",
)
@click.option(
    "--junit",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="With --issue-report: a JUnit XML file with results for the policy's suites. May be given several times.",
)
def audit(  # noqa: PLR0913  # one parameter an option
    *,
    path: Path,
    base: str | None,
    head: str,
    state: bool,
    form: str,
    policy: Path | None,
    extends_from: Path | None,
    output: Path | None,
    exit_code: bool,
    issue_report: bool,
    since: int,
    every: int,
    budget: float,
    junit: tuple[Path, ...],
) -> None:
    """Audit the repository in PATH.

    Commits are audited, not uncommitted changes. Without --base, HEAD is compared with where it parted from the
    default branch; on the default branch itself, the report is on the state of that commit. The policy is the base's.
    """
    from bot.local.audit import LocalRequest, audit_locally
    from bot.local.junit import JUnitError
    from bot.local.status import LocalStatus, status_locally
    from bot.measuring.past import Plan
    from bot.observability import logs
    from bot.reading.reader_pool import ReaderPoolError
    from bot.settings.settings import LocalSettings, load

    if issue_report and base is not None:
        raise click.UsageError("--issue-report is on one commit, so it takes no --base")
    if junit and not issue_report:
        raise click.UsageError("--junit is for --issue-report")
    if state and base is not None:
        raise click.UsageError("--state compares with nothing, so it takes no --base")
    logs.configure("warning", "console")
    given = None if policy is None else (str(policy), policy.read_bytes())
    whole = form in {"json", "sarif"}
    request = LocalRequest(path, base, head, state or issue_report, whole, given, extends_from)
    with errors_in_one_line(ReaderPoolError, JUnitError), progress_bar() as progress:
        if issue_report:
            asked = LocalStatus(request, Plan(since_days=since, every_days=every), budget, junit)
            report = status_locally(asked, load(LocalSettings), progress)
        else:
            report = audit_locally(request, load(LocalSettings), progress)
    write(_rendered(report, form, output), output)
    if exit_code and _blocks(report):
        sys.exit(1)


def _blocks(report: Report) -> bool:
    """Whether head introduces findings. How tests come by a token endangers nobody: such findings are told, no more."""
    return any(row.scope != "tests" or not row.rule.startswith("auth.") for row in report.introduced)


def _rendered(report: Report, form: str, output: Path | None) -> bytes:
    from report_templates.render import render_issue_status, render_json, render_markdown, render_terminal
    from report_templates.sarif import render_sarif

    if form == "json":
        return render_json(report)
    if form == "sarif":
        return render_sarif(report)
    if form == "markdown":
        return (render_markdown(report) if report.status is None else render_issue_status(report)).encode()
    width, color = terminal(output)
    return render_terminal(report, width=width, color=color).encode()
