"""The command line. Each command imports what it needs when it runs, so that `fifthwhy --help` is quick."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

import click

from bot.settings.durations import Days
from bot.version import VERSION

if TYPE_CHECKING:
    from analyzers.report import Report
    from bot.reading.facts_reader import Progress

_WIDEST: Final = 140
_NARROWEST: Final = 60


_extends_from = click.option(
    "--extends-from",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder in which the owner's repositories are cloned, for a policy that extends theirs.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="fifthwhy")
def main() -> None:
    """Tell what a change does to a Python repository's single sources of truth.

    One import path for each symbol, one way to authenticate. `fifthwhy audit` reports on a repository on this machine;
    `fifthwhy serve` runs the GitHub App that comments on pull requests; `fifthwhy demo` shows it at work.
    """


@main.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".")
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
@click.option(
    "--policy",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Apply this policy file, not the repository's own.",
)
@_extends_from
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this file.")
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
    with _errors_in_one_line(ReaderPoolError, JUnitError), _progress_bar() as progress:
        if issue_report:
            asked = LocalStatus(request, Plan(since_days=since, every_days=every), budget, junit)
            report = status_locally(asked, load(LocalSettings), progress)
        else:
            report = audit_locally(request, load(LocalSettings), progress)
    _write(_rendered(report, form, output), output)
    if exit_code and _blocks(report):
        sys.exit(1)


@main.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".")
@click.option("--since", type=Days(), default="26w", show_default=True, help="How far to look back, as 30d or 26w.")
@click.option("--every", type=Days(), default="1w", show_default=True, help="How often; 1d looks at each day.")
@click.option("--head", metavar="REF", default="HEAD", show_default=True, help="The commit to look back from.")
@click.option(
    "--policy",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Apply this policy file, not the repository's own.",
)
@_extends_from
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
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file.")
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
    with _errors_in_one_line(ReaderPoolError), _progress_bar() as progress:
        given = None if policy is None else (str(policy), policy.read_bytes())
        asked = HistoryRequest(path, head, Plan(since_days=since, every_days=every), budget, given, extends_from)
        found = history_locally(asked, load(LocalSettings), progress)
    if form == "json":
        _write(template.render_history_json(found.history, found.policy), output)
    elif form == "csv":
        _write(template.render_history_csv(found.history, found.policy).encode(), output)
    elif form == "markdown":
        shown = template.render_history_markdown(found.history, found.policy, found.repository)
        _write(shown.encode(), output)
    else:
        width, color = _terminal(output)
        terminal = template.render_history_terminal(found.history, found.policy, width=width, color=color)
        _write(terminal.encode(), output)


@main.group()
def policy() -> None:
    """Work with policy files."""


@policy.command("check")
@click.argument("path", type=click.Path(path_type=Path, exists=True), default=".")
@_extends_from
def policy_check(path: Path, extends_from: Path | None) -> None:
    """Validate a policy file, or that of the repository in folder PATH.

    What it extends is looked at with --extends-from only.
    """
    from analyzers.policy import POLICY_PATHS, PolicyError, read_policy
    from bot.policies.sources import ClonedSources, layers_below

    file = path if path.is_file() else _policy_file(path, POLICY_PATHS)
    if file is None:
        click.echo(f"{_shown(str(path))} has no {POLICY_PATHS[0]}; the default policy applies.")
        return
    try:
        text = file.read_bytes()
        found = read_policy(text, layers_below(text, ClonedSources(extends_from)) if extends_from else None)
    except PolicyError as error:
        for problem in error.problems:
            where = f"{problem.key}: " if problem.key else ""
            click.echo(f"{_shown(str(file))}:{problem.line}: {where}{_shown(problem.message)}", err=True)
        sys.exit(1)
    counts = (
        _counted(len(found.symbols), "symbol"),
        _counted(len(found.legacy), "legacy module"),
        _counted(len(found.contracts), "contract"),
        _counted(len(found.auth.patterns), "auth pattern"),
    )
    part = f"; `{found.extends}`, which it extends, was not looked at" if found.extends and not extends_from else ""
    click.echo(f"{_shown(str(file))} is valid: {', '.join(counts)}; digest {found.digest}{part}.")


@main.group()
def schema() -> None:
    """Print the JSON Schemas of what is written as JSON."""


@schema.command("report")
def schema_report() -> None:
    """Print the JSON Schema of a report, as `fifthwhy audit --format json` writes it."""
    from report_templates.schema import render_report_schema

    _write(render_report_schema(), None)


@schema.command("policy")
def schema_policy() -> None:
    """Print the JSON Schema of a policy file, for editors."""
    from report_templates.schema import render_policy_schema

    _write(render_policy_schema(), None)


@main.command()
def settings() -> None:
    """List every setting.

    With its value, its source and what it is for. Secrets are not shown.
    """
    from bot.settings.settings import ServerSettings, describe

    with _errors_in_one_line():
        rows = describe(ServerSettings)
    for row in rows:
        click.echo(f"{row.variable}={row.value}  ({row.source})\n    {row.description}")


@main.command()
def serve() -> None:
    """Run web and worker, with a Redis if need be.

    An embedded Redis is started unless FIFTHWHY_REDIS_URL is set. Without any credentials of a GitHub App, but with
    FIFTHWHY_PUBLIC_URL, only /setup is served until the App is created there.
    """
    from bot.embedded_redis import EmbeddedRedisError
    from bot.serve import serve as run
    from bot.settings.settings import has_no_app

    with _errors_in_one_line(EmbeddedRedisError):
        if has_no_app() and not _set_up():
            return
        sys.exit(run(_server_settings()))


@main.command()
def setup() -> None:
    """Have GitHub create the App: serve /setup until it is.

    Needs FIFTHWHY_PUBLIC_URL. The credentials are stored in the data directory, where all commands find them; `fifthwhy
    serve` does the same by itself.
    """
    from bot.settings.settings import has_no_app

    with _errors_in_one_line():
        if not has_no_app():
            _fail("there are credentials of a GitHub App already: `fifthwhy settings` tells where")
        if _set_up():
            click.echo("The App is created; its credentials are stored.", err=True)


@main.command()
def web() -> None:
    """Run the web process, which takes webhooks.

    Needs FIFTHWHY_REDIS_URL.
    """
    import uvicorn

    from bot.observability.spans import tracing
    from bot.webhooks.web import create_app

    with _errors_in_one_line():
        chosen = _server_settings()
        secret = chosen.webhook_secret.get_secret_value()
        url, app_id = _redis_url(chosen), chosen.github_app_id
        app = create_app(redis_url=url, webhook_secret=secret, app_id=app_id, metrics=chosen.metrics)
        with tracing(chosen.otlp_endpoint, ca_file=chosen.ca_file, secrets=chosen.secrets):
            uvicorn.run(app, host=chosen.host, port=chosen.port, log_config=None, access_log=False, server_header=False)


@main.command()
def worker() -> None:
    """Run a worker, which audits pull requests.

    Needs FIFTHWHY_REDIS_URL; start as many as you like.
    """
    from bot.observability.exposition import exposing
    from bot.observability.spans import tracing
    from bot.worker.worker import run_worker

    with _errors_in_one_line():
        chosen = _server_settings()
        url = _redis_url(chosen)
        with (
            exposing(chosen.metrics_host, chosen.metrics_port, chosen.data_dir),
            tracing(chosen.otlp_endpoint, ca_file=chosen.ca_file, secrets=chosen.secrets),
        ):
            asyncio.run(run_worker(chosen, url))


@main.group()
def jobs() -> None:
    """Look after jobs that were given up.

    They are kept in the Redis of FIFTHWHY_REDIS_URL, or of `fifthwhy serve` on the same data directory.
    """


@jobs.command("failed")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def jobs_failed(*, as_json: bool) -> None:
    """List the jobs that were given up or could not be decoded, oldest first."""
    from bot.local import jobs as local_jobs

    with _errors_in_one_line(local_jobs.JobsError):
        letters = asyncio.run(local_jobs.failed(_queue_settings()))
    if as_json:
        _write_json([local_jobs.as_data(letter) for letter in letters])
    elif not letters:
        click.echo("No job has failed.")
    else:
        for letter in letters:
            click.echo(local_jobs.as_line(letter))


@jobs.command("show")
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def jobs_show(*, id: str, as_json: bool) -> None:
    """Tell all about the failed job ID: the reference in the log and on GitHub."""
    from bot.local import jobs as local_jobs

    with _errors_in_one_line(local_jobs.JobsError):
        letter = asyncio.run(local_jobs.show(_queue_settings(), id))
    if as_json:
        _write_json(local_jobs.as_data(letter))
    else:
        for line in local_jobs.as_lines(letter):
            click.echo(line)


@jobs.command("retry")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Put back every job that can be decoded.")
@click.option("--json", "as_json", is_flag=True, help="Print what was put back as JSON.")
def jobs_retry(*, ids: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Put failed jobs back into the queue, as if they had been asked for now."""
    from bot.local import jobs as local_jobs

    if bool(ids) == everything:
        raise click.UsageError("name the jobs to put back, or give --all")
    with _errors_in_one_line(local_jobs.JobsError):
        retried = asyncio.run(local_jobs.retry(_queue_settings(), ids))
    if as_json:
        _write_json([{"id": job.id, "subject": job.subject, "generation": job.generation} for job in retried])
    else:
        for job in retried:
            click.echo(f"{job.id}  {job.subject} is in the queue again, as generation {job.generation}.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
def doctor(*, as_json: bool) -> None:
    """Tell whether this installation can work.

    Checks the machine, Redis, the App's key, its permissions, its webhook and what was delivered. Exits with 1 if a
    check fails.
    """
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
        _write(render_checks_json(checks), None)
    else:
        click.echo(render_checks(checks), nl=False)
    sys.exit(0 if is_well(checks) else 1)


@main.command()
def health() -> None:
    """Ask whether the web process here answers."""
    import httpx

    port = os.environ.get("FIFTHWHY_PORT", "8000")
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=3, trust_env=False)
    except httpx.HTTPError as error:
        _fail(f"the web process on port {port} does not answer: {error!r}")
    if answer.status_code != httpx.codes.OK:
        _fail(f"the web process on port {port} answers {answer.status_code}")


@main.command()
@click.option("--keep", is_flag=True, help="Stay up, so that you can push to the demo repository.")
def demo(keep: bool) -> None:
    """Show it at work on this machine.

    A pull request on a local stand-in for GitHub gets its comment. Needs no account and no Redis; ends within a minute.
    """
    from bot.demo.run import run_demo
    from bot.embedded_redis import EmbeddedRedisError

    with _errors_in_one_line(EmbeddedRedisError):
        sys.exit(run_demo(keep=keep))


@main.command()
@click.argument("symbol")
@click.argument("path", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".")
@click.option("--head", metavar="REF", default="HEAD", show_default=True, help="The commit to look at.")
@click.option(
    "--format", "form", type=click.Choice(["terminal", "markdown", "json"]), default="terminal", show_default=True
)
@_extends_from
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the answer to this file.")
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
    with _errors_in_one_line(ReaderPoolError, UnknownNameError), _progress_bar() as progress:
        found = explain_locally(symbol, LocalCommit(path, head, extends_from), load(LocalSettings), progress)
    if form == "json":
        _write(template.render_explanation_json(found), output)
    elif form == "markdown":
        _write(template.render_explanation_markdown(found).encode(), output)
    else:
        width, color = _terminal(output)
        _write(template.render_explanation_terminal(found, width=width, color=color).encode(), output)


@main.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".")
@click.option("--around", "name", metavar="NAME", required=True, help="A module, a package or a symbol.")
@click.option("--depth", type=click.IntRange(0, 100), default=1, show_default=True, help="How many imports away.")
@click.option("--level", type=click.Choice(["module", "package"]), default="module", show_default=True)
@click.option("--format", "form", type=click.Choice(["mermaid", "dot"]), default="mermaid", show_default=True)
@click.option("--head", metavar="REF", default="HEAD", show_default=True, help="The commit to look at.")
@_extends_from
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the diagram to this file.")
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
    with _errors_in_one_line(ReaderPoolError, UnknownNameError), _progress_bar() as progress:
        commit = LocalCommit(path, head, extends_from)
        picture = draw_locally(View(name, depth, level), commit, load(LocalSettings), progress)
    _write((render_mermaid if form == "mermaid" else render_dot)(picture).encode(), output)


@main.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".")
@click.option("--format", "form", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True)
@click.option("--head", metavar="REF", default="HEAD", show_default=True, help="The commit to look at.")
@_extends_from
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the list to this file.")
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
    with _errors_in_one_line(ReaderPoolError), _progress_bar() as progress:
        found = endpoints_locally(LocalCommit(path, head, extends_from), load(LocalSettings), progress)
    if form == "json":
        _write(render_surface_json(found), output)
    else:
        width, color = _terminal(output)
        _write(render_surface_terminal(found, width=width, color=color).encode(), output)


@main.command()
@click.argument("name", metavar="[ID]", required=False)
def rule(name: str | None) -> None:
    """Tell about a rule: what it finds, why, and how to mend it.

    ID is a rule, such as auth.bypass.fail-open, or a family of them, such as auth.bypass. Without one, all are listed.
    """
    from analyzers.rule_book import RULES, UnknownRuleError, rules_of
    from report_templates.rule_page import render_rule, render_rules

    with _errors_in_one_line(UnknownRuleError):
        found = RULES if name is None else rules_of(name)
    width, color = _terminal(None)
    shown = render_rule(found[0], width=width, color=color) if found[0].id == name else None
    _write((shown or render_rules(found, width=width, color=color)).encode(), None)


def _policy_file(folder: Path, names: tuple[str, ...]) -> Path | None:
    """The policy file of the work tree that a folder is in."""
    for place in (folder, *folder.absolute().parents):
        found = next((place / name for name in names if (place / name).is_file()), None)
        if found is not None or (place / ".git").exists():
            return found
    return None


def _server_settings() -> Any:
    from bot.observability import logs
    from bot.observability.error_reports import reporter
    from bot.settings.settings import ServerSettings, load

    chosen = load(ServerSettings)
    dsn = None if chosen.sentry_dsn is None else chosen.sentry_dsn.get_secret_value()
    report = reporter(dsn, ca_file=chosen.ca_file, secrets=chosen.secrets)
    logs.configure(chosen.log_level, chosen.log_format, secrets=chosen.secrets, report=report)
    return chosen


def _queue_settings() -> Any:
    from bot.observability import logs
    from bot.settings.settings import QueueSettings, load

    logs.configure("error", "console")
    return load(QueueSettings)


def _set_up() -> bool:
    """Serve /setup until the App is created; False where it was told to stop before."""
    from bot.observability import logs
    from bot.settings.settings import SetupSettings, load
    from bot.setup.server import serve_setup

    chosen = load(SetupSettings)
    logs.configure(chosen.log_level, chosen.log_format)
    return serve_setup(chosen)


def _redis_url(chosen: Any) -> str:
    if chosen.redis_url is None:
        _fail("FIFTHWHY_REDIS_URL is not set: name the Redis that web and workers share, or use `fifthwhy serve`")
    return str(chosen.redis_url.get_secret_value())


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
    width, color = _terminal(output)
    return render_terminal(report, width=width, color=color).encode()


def _terminal(output: Path | None) -> tuple[int, bool]:
    """How wide what is shown may be, and whether it may have colours."""
    color = output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((100, 24)).columns)), color


def _write(rendered: bytes, output: Path | None) -> None:
    if output is not None:
        try:
            output.write_bytes(rendered)
        except OSError as error:
            _fail(f"{_shown(str(output))} cannot be written: {error.strerror}")
        return
    sys.stdout.buffer.write(rendered)
    sys.stdout.buffer.flush()


def _write_json(value: object) -> None:
    import json

    _write(json.dumps(value, indent=2).encode() + b"\n", None)


@contextmanager
def _progress_bar() -> Iterator[Progress]:
    """A bar on standard error, if that is a terminal, once there is something to read."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("reading Python files"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield show


@contextmanager
def _errors_in_one_line(*more: type[Exception]) -> Iterator[None]:
    """Show what a person can mend as one line each, `more` too; anything else is a bug and keeps its traceback."""
    from bot.git.git import GitError
    from bot.local.audit import UnrelatedError
    from bot.measuring.measure import InvalidPolicyError
    from bot.settings.settings import SettingsError

    try:
        yield
    except InvalidPolicyError as error:
        _fail(*(f"{_shown(error.path)}: {_shown(str(problem))}" for problem in error.problems))
    except SettingsError as error:
        _fail(*str(error).splitlines())
    except (GitError, UnrelatedError) as error:
        _fail(_shown(str(error)))
    except more as error:
        _fail(_shown(str(error)))


def _fail(*lines: str) -> NoReturn:
    for line in lines:
        click.echo(f"fifthwhy: {line}", err=True)
    sys.exit(2)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _shown(text: str) -> str:
    """Text from a repository, fit for a terminal."""
    from report_templates.escape import visible

    return visible(text)
