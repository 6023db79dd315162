"""An explanation of a symbol, for terminals, as Markdown and as JSON."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

import msgspec
from markupsafe import Markup
from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from analyzers.explain import Explained, Explanation, ReachedBy, Step
from report_templates.escape import code, encodable, name, place, place_text, row

_NARROWEST: Final = 40
_DEEPEST: Final = 12
"""Levels of a tree that are drawn further to the right than the one above."""

_HOW: Final = {
    "definition": "defined",
    "from-import": "imported by name",
    "star": "star import",
    "alias": "under another name",
    "lazy": "when asked, by __getattr__",
    "fallback": "import with a second choice",
    "other": "in a way that the code does not show",
}


def render_explanation_json(explanation: Explanation) -> bytes:
    """The explanation as it is."""
    return msgspec.json.format(msgspec.json.encode(encodable(msgspec.to_builtins(explanation))), indent=2) + b"\n"


def render_explanation_markdown(explanation: Explanation) -> str:
    """The explanation as a Markdown document."""
    parts = [part for symbol in explanation.symbols for part in _markdown_of(symbol)]
    if explanation.open_paths:
        parts += ["## Paths that lead to no definition", _markdown_table(explanation.open_paths)]
    if explanation.more:
        parts.append(_more(explanation.more))
    return "\n\n".join(parts) + "\n"


def _markdown_of(symbol: Explained) -> Iterator[str]:
    yield f"## {code(symbol.name)}, defined as {code(symbol.definition)}"
    yield _markdown_table(symbol.paths, symbol.name)
    if symbol.more:
        yield _more(symbol.more)
    if len(symbol.tree) > 1:
        yield "Who hands it on to whom:"
        yield "\n".join(f"{'  ' * min(step.depth, _DEEPEST)}- {_markdown_step(step)}" for step in symbol.tree)


def _markdown_table(paths: tuple[ReachedBy, ...], asked: str | None = None) -> str:
    head = ["| Path | Production | Tests | Role |", "| --- | ---: | ---: | --- |"]
    rows = (row([code(_label(path, asked)), path.production, path.tests, Markup(_role(path))]) for path in paths)  # noqa: S704 (ours)
    return "\n".join([*head, *rows])


def _markdown_step(step: Step) -> str:
    where = f", {place(step.path, step.line)}" if step.path is not None else ""
    return f"{code(f'{step.module}.{step.name}')}: {_HOW[step.how].replace('__getattr__', '`__getattr__`')}{where}"


def _label(path: ReachedBy, asked: str | None) -> str:
    """The module, and the name there if it is another one than the symbol's."""
    return path.module if asked in (None, path.name) else f"{path.module}.{path.name}"


def _role(path: ReachedBy) -> str:
    return f"{path.role}, canonical" if path.canonical else path.role


def _more(count: int) -> str:
    return f"… and {count:,} more."


def render_explanation_terminal(explanation: Explanation, *, width: int, color: bool) -> str:
    """The explanation for a terminal of that many columns."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(width, _NARROWEST),
        force_terminal=color,
        color_system="standard" if color else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    for part in _terminal_parts(explanation):
        console.print(part)
    lines = (line.rstrip() for line in out.getvalue().splitlines())
    return "\n".join(lines).strip("\n") + "\n"


def _terminal_parts(explanation: Explanation) -> Iterator[RenderableType]:
    for symbol in explanation.symbols:
        yield Text(f"\n{name(symbol.name)}, defined as {name(symbol.definition)}", style="bold")
        yield _terminal_table(symbol.paths, symbol.name)
        if symbol.more:
            yield _more(symbol.more)
        if len(symbol.tree) > 1:
            yield "\nWho hands it on to whom:"
            yield from map(_terminal_step, symbol.tree, _branches(symbol.tree))
    if explanation.open_paths:
        yield Text("\nPaths that lead to no definition", style="bold")
        yield _terminal_table(explanation.open_paths)
    if explanation.more:
        yield _more(explanation.more)


def _terminal_table(paths: tuple[ReachedBy, ...], asked: str | None = None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Path")
    table.add_column("Production", justify="right")
    table.add_column("Tests", justify="right")
    table.add_column("Role")
    for path in paths:
        style = "green" if path.canonical else ""
        label, role = Text(name(_label(path, asked))), Text(_role(path), style=style)
        table.add_row(label, f"{path.production:,}", f"{path.tests:,}", role)
    return table


def _terminal_step(step: Step, branch: str) -> Text:
    text = Text(f"  {branch}{name(f'{step.module}.{step.name}')}  ").append(_HOW[step.how], "dim")
    if step.path is not None:
        text.append(f"  {place_text(step.path, step.line)}", "cyan")
    return text


def _branches(tree: tuple[Step, ...]) -> list[str]:
    """What is drawn before each step of a tree: `├─` where another follows on the same branch, else `└─`."""
    drawn: list[str] = []
    goes_on: set[int] = set()
    for step in reversed(tree):
        depth = min(step.depth, _DEEPEST)
        goes_on = {each for each in goes_on if each <= depth}
        stems = "".join("│  " if each in goes_on else "   " for each in range(1, depth))
        drawn.append(f"{stems}{'├─' if depth in goes_on else '└─'} " if depth else "")
        goes_on.add(depth)
    return drawn[::-1]
