"""The terminal's report: plain words and signs, with colour only where it is asked for.

Repository text goes through `visible` and `spoken`, so no escape sequence of its own ever reaches the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from analyzers.report import FindingRow, MetricRow, PolicyChange, Report
from report_templates import status_wording, wording
from report_templates.console import drawn, heading, sentence, table
from report_templates.escape import encodable_text, name, place_text, spoken, visible
from report_templates.listing import DOCUMENT, Findings, Listing, Page, Why, contents, page


def render_report_terminal(report: Report, *, width: int, color: bool) -> str:
    """A report without a status."""
    return encodable_text(drawn(_parts(page(contents(report), DOCUMENT)), width=width, color=color))


def _parts(shown: Page) -> Iterator[RenderableType]:
    report = shown.report
    yield Text(wording.headline(report), style="bold")
    if not report.is_quiet:
        yield from _sections(shown)
    yield ""
    yield from footer(report)


def _sections(shown: Page) -> Iterator[RenderableType]:
    report = shown.report
    yield from _new_ways(report)
    yield from _blockades(report)
    if shown.metrics:
        yield _metrics(shown)
    yield from _findings("Introduced", shown.introduced, report)
    yield from _findings("Fixed", shown.fixed, report)
    if report.kind == "state":
        yield from _findings("Violations", shown.standing, report)
    if _label_shown(shown):
        yield ""
        yield sentence(f"(inferred): {wording.INFERRED}")
    if report.kind == "delta":
        yield from _standing(shown)
    yield from whys("Why", shown.whys, report)
    yield from _policy(shown)
    yield from _symbols(shown)
    yield from _patterns(shown)
    yield from _notes(shown)
    yield from _unread(shown)


def _label_shown(shown: Page) -> bool:
    return (
        shown.introduced.inferred or shown.fixed.inferred or (shown.report.kind == "state" and shown.standing.inferred)
    )


def _metrics(shown: Page) -> RenderableType:
    moving = shown.report.kind == "delta"
    rows = table("Metric", *(("Base", "Head", "<Change") if moving else ("Now",)), "Target", "<Met")
    for metric in shown.metrics:
        details = wording.details(metric)
        head = wording.head_figure(metric)
        rows.add_row(
            Text(metric.title).append(f"\n{details}" if details else "", "dim"),
            *((wording.base_figure(metric), head, _change(metric)) if moving else (head,)),
            wording.target_figure(metric),
            Text(wording.met(metric), style="green" if metric.met else "red"),
        )
    return Padding(rows, (1, 0, 0, 0))


def _change(metric: MetricRow) -> Text:
    style = "" if not metric.delta else "green" if metric.better else "red"
    return Text(wording.change(metric), style=style)


def _findings(title: str, found: Findings, report: Report) -> Iterator[RenderableType]:
    if not found.total:
        return
    yield heading(f"{title} ({found.total:,})")
    for group in found.groups:
        yield f"{group.title}, {group.scope} ({group.total:,})"
        for finding in group.rows:
            yield from _finding(finding)
    yield from left_out(found.more, report)


def _finding(finding: FindingRow) -> Iterator[RenderableType]:
    label = " (inferred)" if finding.inferred else ""
    yield Padding(Text(place_text(finding.place.path, finding.place.line), style="cyan"), (0, 0, 0, 2))
    yield Padding(sentence(finding.message + label), (0, 0, 0, 6))


def left_out(more: int, report: Report) -> Iterator[RenderableType]:
    """How many rows are not shown, and the command that shows them."""
    if more:
        yield f"…and {more:,} more; `{_list_all(report)}` lists them all."


def _list_all(report: Report) -> str:
    return visible(wording.list_all(report))


def _standing(shown: Page) -> Iterator[RenderableType]:
    if shown.standing.total:
        yield heading(f"{wording.counted(shown.standing.total, 'violation stands', 'violations stand')} as before")
        for group in shown.standing.counts:
            yield f"  {group.title}, {group.scope}: {group.total:,}"


def whys(title: str, found: Listing[Why], report: Report) -> Iterator[RenderableType]:
    """The five whys of each metric: numbered questions with their answers, and what shows these to be right."""
    if not found.total:
        return
    yield heading(title)
    for why in found.rows:
        yield Text(wording.title(why.chain.metric) if why.metric is None else status_wording.why(why.metric))
        for number, cause in enumerate(why.causes, 1):
            yield Padding(sentence(f"{number}. {cause.row.question}"), (0, 0, 0, 2))
            yield Padding(sentence(status_wording.answer(cause.row)), (0, 0, 0, 5))
            for each in cause.evidence.rows:
                yield Padding(sentence(each.text), (0, 0, 0, 8))
            if cause.evidence.more:
                yield Padding(Text(f"…and {cause.evidence.more:,} more"), (0, 0, 0, 8))
        if why.chain.open_question:
            yield Padding(sentence(why.chain.open_question), (0, 0, 0, 2))
    yield from left_out(found.more, report)


def _policy(shown: Page) -> Iterator[RenderableType]:
    change = shown.report.policy_change
    if change is None:
        return
    yield heading("Policy")
    yield Text(f"{place_text(change.path)} {wording.policy(change)}")
    for problem in shown.problems.rows:
        yield Padding(sentence(str(problem)), (0, 0, 0, 2))
    yield from left_out(shown.problems.more, shown.report)
    yield from _effects(shown, change)


def _effects(shown: Page, change: PolicyChange) -> Iterator[RenderableType]:
    if not shown.effects:
        if not change.problems:
            yield wording.NO_EFFECT
        return
    rows = table("Metric at head", "By the policy in force", "By the proposed one")
    for effect in shown.effects:
        rows.add_row(wording.title(effect.name), f"{effect.current:,}", f"{effect.proposed:,}")
    yield Padding(rows, (1, 0, 0, 0))


def _symbols(shown: Page) -> Iterator[RenderableType]:
    if not shown.symbols.total:
        return
    yield heading("Symbols imported by more than one path")
    rows = table("Symbol", "<Imported from", "Production", "Tests", "<Role")
    for entry in shown.symbols.rows:
        for number, path in enumerate(entry.paths.rows):
            symbol = name(entry.symbol.name) if number == 0 else ""
            status = wording.path_status(path, entry.symbol)
            rows.add_row(symbol, name(wording.path_name(path)), f"{path.production:,}", f"{path.tests:,}", status)
        if entry.paths.more:
            rows.add_row("", wording.counted(entry.paths.more, "more path"))
    yield rows
    if shown.more_symbols:
        more = wording.more_symbols(shown.more_symbols)
        yield f"{more}; `{wording.EXPLAIN}` tells about one, `{_list_all(shown.report)}` lists them all."


def _new_ways(report: Report) -> Iterator[RenderableType]:
    for way in report.new_ways:
        place = "" if way.place is None else f", {place_text(way.place.path, way.place.line)}"
        yield Text(f"{wording.new_way(way, report)}: {name(way.pattern)}{place}", style="bold")


def _blockades(report: Report) -> Iterator[RenderableType]:
    if report.newly_blocked:
        yield Text(f"{wording.newly_blocked(report)}:", style="bold")
    for each in report.blockades:
        yield Padding(sentence(f"{wording.counted(each.modules, 'test module')} by `{each.cause}`"), (0, 0, 0, 2))
        yield Padding(Text(place_text(each.place.path, each.place.line), style="cyan"), (0, 0, 0, 4))
        yield Padding(sentence(each.message), (0, 0, 0, 8))


def _patterns(shown: Page) -> Iterator[RenderableType]:
    if shown.patterns.total > (shown.report.kind == "delta"):
        yield heading("Validation patterns in use")
        rows = table("Pattern", "Production", "Tests", "<")
        for each in shown.patterns.rows:
            counts = f"{each.production:,}", f"{each.tests:,}"
            rows.add_row(name(each.pattern), *counts, wording.pattern_status(each.pattern, shown.report))
        yield rows
        yield from left_out(shown.patterns.more, shown.report)


def _notes(shown: Page) -> Iterator[RenderableType]:
    if shown.notes.total:
        yield heading(wording.notes_on_contracts(shown.notes.total))
        for note in shown.notes.rows:
            since = " (since this change)" if note.newly else ""
            yield Padding(Text(place_text(note.path, note.line), style="cyan").append(since), (0, 0, 0, 2))
            yield Padding(sentence(f"{note.message}; {note.remedy}"), (0, 0, 0, 6))
        if shown.report.more_notes and shown.notes.more:
            yield f"…and {shown.notes.more:,} more."
        else:
            yield from left_out(shown.notes.more, shown.report)


def _unread(shown: Page) -> Iterator[RenderableType]:
    if shown.unread.total:
        yield heading(f"Not read, so nothing is claimed about it ({shown.unread.total:,})")
        for file in shown.unread.rows:
            where = place_text(file.path, file.line)
            since = " (since this change)" if file.newly else ""
            yield Padding(Text(f"{where}{since}  {file.reason}: {spoken(file.message)}"), (0, 0, 0, 2))
        yield from left_out(shown.unread.more, shown.report)


def footer(report: Report) -> Iterator[RenderableType]:
    """What was audited, by what policy and by which version."""
    base = f" compared with its merge base {visible(report.base.short)}" if report.base else ""
    source = f"policy {name(report.policy.source)}" if report.policy.source else "default policy"
    if report.policy.extends:
        source += f" on top of {', '.join(map(name, report.policy.extends))}"
    yield Text(
        f"{visible(report.head.short)}{base} · {source} {visible(report.policy.digest)}"
        f" · {wording.audited_files(report)} · fifthwhy {visible(report.version)}",
        style="dim",
    )
