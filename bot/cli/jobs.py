"""`fifthwhy jobs`."""

from __future__ import annotations

import click

from bot.cli.chosen import queue_settings
from bot.cli.errors import errors_in_one_line
from bot.cli.output import write_json


@click.group()
def jobs() -> None:
    """Look after jobs that were given up.

    They are kept in the Redis of FIFTHWHY_REDIS_URL, or of `fifthwhy serve` on the same data directory.
    """


@jobs.command("failed")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def jobs_failed(*, as_json: bool) -> None:
    """List the jobs that were given up or could not be decoded, oldest first."""
    import asyncio

    from bot.local import jobs as local_jobs

    with errors_in_one_line(local_jobs.JobsError):
        letters = asyncio.run(local_jobs.failed(queue_settings()))
    if as_json:
        write_json([local_jobs.as_data(letter) for letter in letters])
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
    import asyncio

    from bot.local import jobs as local_jobs

    with errors_in_one_line(local_jobs.JobsError):
        letter = asyncio.run(local_jobs.show(queue_settings(), id))
    if as_json:
        write_json(local_jobs.as_data(letter))
    else:
        for line in local_jobs.as_lines(letter):
            click.echo(line)


@jobs.command("retry")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Put back every job that can be decoded.")
@click.option("--json", "as_json", is_flag=True, help="Print what was put back as JSON.")
def jobs_retry(*, ids: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Put failed jobs back into the queue, as if they had been asked for now."""
    import asyncio

    from bot.local import jobs as local_jobs

    if bool(ids) == everything:
        raise click.UsageError("name the jobs to put back, or give --all")
    with errors_in_one_line(local_jobs.JobsError):
        retried = asyncio.run(local_jobs.retry(queue_settings(), ids))
    if as_json:
        write_json([{"id": job.id, "subject": job.subject, "generation": job.generation} for job in retried])
    else:
        for job in retried:
            click.echo(f"{job.id}  {job.subject} is in the queue again, as generation {job.generation}.")
