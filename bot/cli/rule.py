"""`fifthwhy rule`."""

from __future__ import annotations

import click

from bot.cli.errors import errors_in_one_line
from bot.cli.output import terminal, write


@click.command()
@click.argument("name", metavar="[ID]", required=False)
def rule(name: str | None) -> None:
    """Tell about a rule: what it finds, why, and how to mend it.

    ID is a rule, such as auth.bypass.fail-open, or a family of them, such as auth.bypass. Without one, all are listed.
    """
    from analyzers.rule_book import RULES, UnknownRuleError, rules_of
    from report_templates.rule_page import render_rule, render_rules

    with errors_in_one_line(UnknownRuleError):
        found = RULES if name is None else rules_of(name)
    width, color = terminal(None)
    shown = render_rule(found[0], width=width, color=color) if found[0].id == name else None
    write((shown or render_rules(found, width=width, color=color)).encode(), None)
