"""The terminal's report: plain words and signs, with colour only where it is asked for.

Repository text goes through `visible` and `spoken`, so no escape sequence of its own ever reaches the terminal.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Final

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analyzers.report import FindingRow, MetricRow, PolicyChange, Report
from report_templates import wording
from report_templates.escape import encodable_text, name, place_text, spoken, visible
from report_templates.listing import DOCUMENT, Findings, Page, contents, page

_NARROWEST: Final = 40


def render_terminal(report: Report, *, width: int, color: bool) -> str:
    """The report for a terminal of that many columns. Whatever it holds, it can be written as UTF-8."""
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
    for part in _parts(page(contents(report), DOCUMENT)):
        console.print(part)
    lines = (line.rstrip() for line in out.getvalue().splitlines())
    return encodable_text("\n".join(lines).strip("\n") + "\n")


def _parts(shown: Page) -> Iterator[RenderableType]:
    report = shown.report
    yield Text(wording.headline(report), style="bold")
    if not report.is_quiet:
        yield from _sections(shown)
    yield ""
    yield from _footer(report)


def _sections(shown: Page) -> Iterator[RenderableType]:
    report = shown.report
    yield from _new_ways(report)
    if shown.metrics:
        yield _metrics(shown)
    yield from _findings("Introduced", shown.introduced, report)
    yield from _findings("Fixed", shown.fixed, report)
    if report.kind == "state":
        yield from _findings("Violations", shown.standing, report)
    if _label_shown(shown):
        yield ""
        yield _name_text(f"(inferred): {wording.INFERRED}")
    if report.kind == "delta":
        yield from _standing(shown)
    yield from _policy(shown)
    yield from _symbols(shown)
    yield from _patterns(shown)
    yield from _notes(shown)
    yield from _unread(shown)


def _label_shown(shown: Page) -> bool:
    return (
        shown.introduced.inferred or shown.fixed.inferred or (shown.report.kind == "state" and shown.standing.inferred)
    )


def _heading(text: str) -> RenderableType:
    return Text(f"\n{text}", style="bold")


def _table(*columns: str) -> Table:
    """A table whose columns after the first are figures, except those marked with `<`. No name in it is cut."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for number, column in enumerate(columns):
        is_text = not number or column.startswith("<")
        table.add_column(column.lstrip("<"), justify="left" if is_text else "right", overflow="fold")
    return table


def _metrics(shown: Page) -> RenderableType:
    moving = shown.report.kind == "delta"
    table = _table("Metric", *(("Base", "Head", "<Change") if moving else ("Now",)), "Target", "<Met")
    for metric in shown.metrics:
        details = wording.details(metric)
        head = wording.head_figure(metric)
        table.add_row(
            Text(metric.title).append(f"\n{details}" if details else "", "dim"),
            *((wording.base_figure(metric), head, _change(metric)) if moving else (head,)),
            wording.target_figure(metric),
            Text(wording.met(metric), style="green" if metric.met else "red"),
        )
    return Padding(table, (1, 0, 0, 0))


def _change(metric: MetricRow) -> Text:
    style = "" if not metric.delta else "green" if metric.better else "red"
    return Text(wording.change(metric), style=style)


def _findings(title: str, found: Findings, report: Report) -> Iterator[RenderableType]:
    if not found.total:
        return
    yield _heading(f"{title} ({found.total:,})")
    for group in found.groups:
        yield f"{group.title}, {group.scope} ({group.total:,})"
        for finding in group.rows:
            yield from _finding(finding)
    yield from _left_out(found.more, report)


def _finding(finding: FindingRow) -> Iterator[RenderableType]:
    label = " (inferred)" if finding.inferred else ""
    yield Padding(Text(place_text(finding.place.path, finding.place.line), style="cyan"), (0, 0, 0, 2))
    yield Padding(_name_text(finding.message + label), (0, 0, 0, 6))


def _name_text(message: str) -> Text:
    """A message on one line, the names in it in a colour of their own."""
    text = Text(spoken(message))
    text.highlight_regex(re.compile("`[^`]*`"), "cyan")
    return text


def _left_out(more: int, report: Report) -> Iterator[RenderableType]:
    if more:
        yield f"…and {more:,} more; `{_list_all(report)}` lists them all."


def _list_all(report: Report) -> str:
    return visible(wording.list_all(report))


def _standing(shown: Page) -> Iterator[RenderableType]:
    if shown.standing.total:
        yield _heading(f"{wording.counted(shown.standing.total, 'violation stands', 'violations stand')} as before")
        for group in shown.standing.counts:
            yield f"  {group.title}, {group.scope}: {group.total:,}"


def _policy(shown: Page) -> Iterator[RenderableType]:
    change = shown.report.policy_change
    if change is None:
        return
    yield _heading("Policy")
    yield Text(f"{place_text(change.path)} {wording.policy(change)}")
    for problem in shown.problems.rows:
        yield Padding(_name_text(str(problem)), (0, 0, 0, 2))
    yield from _left_out(shown.problems.more, shown.report)
    yield from _effects(shown, change)


def _effects(shown: Page, change: PolicyChange) -> Iterator[RenderableType]:
    if not shown.effects:
        if not change.problems:
            yield wording.NO_EFFECT
        return
    table = _table("Metric at head", "By the policy in force", "By the proposed one")
    for effect in shown.effects:
        table.add_row(wording.title(effect.name), f"{effect.current:,}", f"{effect.proposed:,}")
    yield Padding(table, (1, 0, 0, 0))


def _symbols(shown: Page) -> Iterator[RenderableType]:
    if not shown.symbols.total:
        return
    yield _heading("Symbols imported by more than one path")
    table = _table("Symbol", "<Imported from", "Production", "Tests", "<Role")
    for entry in shown.symbols.rows:
        for number, path in enumerate(entry.paths.rows):
            symbol = name(entry.symbol.name) if number == 0 else ""
            status = wording.path_status(path, entry.symbol)
            table.add_row(symbol, name(wording.path_name(path)), f"{path.production:,}", f"{path.tests:,}", status)
        if entry.paths.more:
            table.add_row("", wording.counted(entry.paths.more, "more path"))
    yield table
    if shown.more_symbols:
        more = wording.more_symbols(shown.more_symbols)
        yield f"{more}; `{wording.EXPLAIN}` tells about one, `{_list_all(shown.report)}` lists them all."


def _new_ways(report: Report) -> Iterator[RenderableType]:
    for way in report.new_ways:
        place = "" if way.place is None else f", {place_text(way.place.path, way.place.line)}"
        yield Text(f"{wording.new_way(way, report)}: {name(way.pattern)}{place}", style="bold")


def _patterns(shown: Page) -> Iterator[RenderableType]:
    if shown.patterns.total > (shown.report.kind == "delta"):
        yield _heading("Validation patterns in use")
        table = _table("Pattern", "Production", "Tests", "<")
        for each in shown.patterns.rows:
            counts = f"{each.production:,}", f"{each.tests:,}"
            table.add_row(name(each.pattern), *counts, wording.pattern_status(each.pattern, shown.report))
        yield table
        yield from _left_out(shown.patterns.more, shown.report)


def _notes(shown: Page) -> Iterator[RenderableType]:
    if shown.notes.total:
        yield _heading(wording.notes_on_contracts(shown.notes.total))
        for note in shown.notes.rows:
            since = " (since this change)" if note.newly else ""
            yield Padding(Text(place_text(note.path, note.line), style="cyan").append(since), (0, 0, 0, 2))
            yield Padding(_name_text(f"{note.message}; {note.remedy}"), (0, 0, 0, 6))
        if shown.report.more_notes and shown.notes.more:
            yield f"…and {shown.notes.more:,} more."
        else:
            yield from _left_out(shown.notes.more, shown.report)


def _unread(shown: Page) -> Iterator[RenderableType]:
    if shown.unread.total:
        yield _heading(f"Not read, so nothing is claimed about it ({shown.unread.total:,})")
        for file in shown.unread.rows:
            where = place_text(file.path, file.line)
            since = " (since this change)" if file.newly else ""
            yield Padding(Text(f"{where}{since}  {file.reason}: {spoken(file.message)}"), (0, 0, 0, 2))
        yield from _left_out(shown.unread.more, shown.report)


def _footer(report: Report) -> Iterator[RenderableType]:
    base = f" compared with its merge base {visible(report.base.short)}" if report.base else ""
    source = f"policy {name(report.policy.source)}" if report.policy.source else "default policy"
    yield Text(
        f"{visible(report.head.short)}{base} · {source} {visible(report.policy.digest)}"
        f" · {wording.audited_files(report)} · fifthwhy {visible(report.version)}",
        style="dim",
    )
