"""`fifthwhy schema`."""

from __future__ import annotations

import click

from bot.cli.output import write


@click.group()
def schema() -> None:
    """Print the JSON Schemas of what is written as JSON."""


@schema.command("report")
def schema_report() -> None:
    """Print the JSON Schema of a report, as `fifthwhy audit --format json` writes it."""
    from report_templates.schema import render_report_schema

    write(render_report_schema(), None)


@schema.command("policy")
def schema_policy() -> None:
    """Print the JSON Schema of a policy file, for editors."""
    from report_templates.schema import render_policy_schema

    write(render_policy_schema(), None)
