"""The page of a rule, and the list of rules, for terminals; the words about a rule that other renderers need too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from textwrap import indent
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analyzers.policy import POLICY_PATHS
from analyzers.rule_book import Rule
from report_templates.console import Verbatim, drawn

_UNIGNORABLE: Final = "ssot.ignores"
"""Its findings cannot be left out by a comment."""

_SEVERITY_STYLES: Final = {"high": "red", "medium": "yellow", "low": ""}


def cwe_name(cwe: int) -> str:
    """A weakness by its name."""
    return f"CWE-{cwe}"


def cwe_address(cwe: int) -> str:
    """The address of the page of a weakness."""
    return f"https://cwe.mitre.org/data/definitions/{cwe}.html"


def switched(rule: Rule) -> str:
    """What stands in the policy to switch a rule off, or on where it does not apply by default."""
    return f"rules:\n  {rule.id}: {'off' if rule.by_default else 'on'}\n"


def to_switch(rule: Rule) -> str:
    """What that is for."""
    return "To switch it off" if rule.by_default else "It does not apply by default. To switch it on"


def ignored(rule: Rule) -> str | None:
    """The comment that leaves one finding out, where there is one."""
    if rule.id == _UNIGNORABLE:
        return None
    return f"# fifthwhy: ignore[{rule.id}] reason until=YYYY-MM-DD"


def plain(text: str) -> str:
    """A text of ours without the backticks around code."""
    return text.replace("`", "")


def render_rules(rules: Iterable[Rule], *, width: int, color: bool) -> str:
    """Rules with their titles and severities, one a line where there is room."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for rule in rules:
        table.add_row(Text(rule.id, style="cyan"), _severity(rule), plain(rule.title))
    return drawn([table], width=width, color=color)


def render_rule(rule: Rule, *, width: int, color: bool) -> str:
    """All about one rule."""
    return drawn(_parts(rule), width=width, color=color)


def _parts(rule: Rule) -> Iterator[RenderableType]:
    yield Text(plain(rule.title), style="bold")
    yield Text.assemble((rule.id, "cyan"), "  ", _severity(rule))
    if rule.cwe is not None:
        yield f"{cwe_name(rule.cwe)}  {cwe_address(rule.cwe)}"
    yield Padding(_spoken(rule.explanation), (1, 0, 0, 0))
    yield from _code("Wrong:", rule.wrong)
    yield from _code("Right:", rule.right)
    yield from _code(f"{to_switch(rule)}, say in {POLICY_PATHS[0]}:", switched(rule))
    comment = ignored(rule)
    if comment is None:
        yield "\nIts findings cannot be left out by a comment."
    else:
        yield from _code("To leave one finding out, say why in a comment on its line (until is not required):", comment)


def _severity(rule: Rule) -> Text:
    return Text(rule.severity, style=_SEVERITY_STYLES[rule.severity])


def _spoken(text: str) -> Text:
    shown = Text(text)
    shown.highlight_regex(re.compile("`[^`]*`"), "cyan")
    return shown


def _code(heading: str, code: str) -> Iterator[RenderableType]:
    """Lines to be copied, so none is broken, however narrow the terminal."""
    yield Text(f"\n{heading}", style="bold")
    yield Verbatim(indent(code.rstrip(), "    "))
