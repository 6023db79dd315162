"""The past of a commit: charts and tables for terminals, Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

import msgspec
from markupsafe import Markup
from plotille import Figure
from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analyzers.history import History, moment
from analyzers.past import Course, Past, PastSample, Reading, past_of
from analyzers.places import Repository
from analyzers.policy import Policy
from analyzers.standing.phrases import NOT_COMPARABLE, apart, leads
from analyzers.status import Point
from report_templates.console import Verbatim, drawn
from report_templates.diagram import Chart, render_chart
from report_templates.escape import code, encodable, encodable_text, link, name, row, visible
from report_templates.wording import counted, percentage

_MOST_ROWS: Final = 8
"""Of a chart."""
_DOTS: Final = 4
"""Of a braille sign, one above the other."""
_AXIS: Final = 13
"""Columns that plotille gives to the labels of the upright axis and to the axis itself."""
_WIDEST: Final = 100

_EMPTY_DOT: Final = "\u2800"
"""The braille sign without dots, with which plotille fills a chart."""


def render_history_json(history: History, policy: Policy) -> bytes:
    """Every figure at every sample, and the trends."""
    past = msgspec.to_builtins(past_of(history, policy))
    return msgspec.json.format(msgspec.json.encode(encodable(past)), indent=2) + b"\n"


_COLUMNS: Final = ("value", "among", "percent", "production", "tests", "introduced", "fixed")


def render_history_csv(history: History, policy: Policy) -> str:
    """One row for each sample and metric, oldest first. What does not apply is empty."""
    out = io.StringIO()
    written = csv.writer(out, lineterminator="\n")
    written.writerow(["commit", "date", "metric", *_COLUMNS])
    for sample in past_of(history, policy).samples:
        for reading in sample.readings:
            figures = (getattr(reading, column) for column in _COLUMNS)
            written.writerow([sample.commit.id, sample.commit.date, reading.metric, *figures])
    return out.getvalue()


# --- what both texts say ----------------------------------------------------------------------------


def _headline(past: Past) -> str:
    if not past.samples:
        return "There is no commit to look at."
    first, last = past.samples[0].commit, past.samples[-1].commit
    if len(past.samples) == 1:
        nothing = "" if past.left or past.cut else ": there is nothing earlier to compare it with"
        return f"One sample, of {_day(last.date)}{nothing}."
    return (
        f"{len(past.samples):,} samples from {_day(first.date)} to {_day(last.date)}, at most {_rate(past.every_days)}"
    )


def _rate(days: int) -> str:
    if days % 7:
        return "one a day" if days == 1 else f"one in {days:,} days"
    return "one a week" if days == 7 else f"one in {days // 7:,} weeks"


def _left(past: Past) -> Iterator[str]:
    """What was not looked at."""
    if past.left:
        yield f"{counted(past.left, 'earlier sample')} could not be looked at within the budget."
    if past.cut:
        yield f"This clone is shallow: what was before {visible(past.cut)} is not in it."


def _day(date: str) -> str:
    return visible(date[:10])


def _figure(value: float, course: Course) -> str:
    return percentage(value) if course.trend.unit == "%" else f"{value:,.0f}"


def _change(course: Course) -> str:
    if len(course.trend.points) < 2:
        return ""
    if course.better is None:
        return "unchanged" if not course.moved else "as at first"
    moved = f"{course.change:+,.1f} points" if course.trend.unit == "%" else f"{course.change:+,.0f}"
    return f"{moved} {'better' if course.better else 'worse'}"


def _count(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _leads(course: Course) -> str:
    """Where a metric's last weeks lead, in a sentence, and what it moved by though nothing came or went; empty where
    nothing of it is known.
    """
    return " ".join(filter(None, (_rate_of(course), apart(course.trend.metric, course.trend.flows))))


def _rate_of(course: Course) -> str:
    projection = course.trend.projection
    if not course.trend.comparable:
        return f"Target {_figure(course.trend.target, course)}: {NOT_COMPARABLE}."
    if projection is None:
        return ""
    told = leads(projection, is_share=course.trend.unit == "%")
    when = "" if projection.reached is None else ", in time" if projection.in_time else ", too late"
    due = f" (due {course.due}{when})" if course.due else ""
    return f"Target {_figure(course.trend.target, course)}: {told}{due}."


def _unit(course: Course) -> str:
    return "percent" if course.trend.unit == "%" else course.trend.unit


_SUMMARY: Final = ("Metric", "First", "Last", "Change", "Introduced", "Fixed", "Target", "Met")


def _summary(course: Course) -> tuple[str, ...]:
    trend = course.trend
    figures = (_figure(value, course) for value in (course.first, course.last))
    came, went = _count(course.introduced), _count(course.fixed)
    target = _figure(trend.target, course)
    return (course.title, *figures, _change(course), came, went, target, "yes" if course.met else "no")


# --- terminal ---------------------------------------------------------------------------------------


def render_history_terminal(history: History, policy: Policy, *, width: int, color: bool) -> str:
    """A chart for each metric that moved, and tables, for a terminal of that many columns."""
    past = past_of(history, policy)
    return encodable_text(drawn(_parts(past, width), width=width, color=color))


def _parts(past: Past, width: int) -> Iterator[RenderableType]:
    yield Text(_headline(past), style="bold")
    yield from _left(past)
    if past.courses:
        yield Padding(_summary_table(past), (1, 0, 0, 0))
    for course in past.courses:
        if course.moved:
            yield Text(f"\n{course.title} ({_unit(course)})", style="bold")
            yield Verbatim("\n".join(_chart(course, width)), style="cyan")
        if _leads(course):
            yield Padding(Text(_leads(course) if course.moved else f"{course.title}. {_leads(course)}"), (1, 0, 0, 0))
    if len(past.samples) > 1:
        yield Text("\nFindings that came and went, up to each sample", style="bold")
        yield _samples_table(past)


def _summary_table(past: Past) -> Table:
    table = _table(*_SUMMARY, text=("Metric", "Change", "Met"))
    for course in past.courses:
        style = "" if course.better is None else "green" if course.better else "red"
        title, first, last, change, *rest = _summary(course)
        table.add_row(title, first, last, Text(change, style=style), *rest)
    return table


def _samples_table(past: Past) -> Table:
    table = _table("Date", "Commit", "Introduced", "Fixed", "Subject", text=("Date", "Commit", "Subject"))
    for sample in past.samples:
        commit = sample.commit
        counts = _count(sample.introduced), _count(sample.fixed)
        table.add_row(_day(commit.date), visible(commit.short), *counts, Text(name(commit.subject)))
    return table


def _table(*columns: str, text: tuple[str, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        is_text = column in text
        table.add_column(column, justify="left" if is_text else "right", overflow="fold", no_wrap=not is_text)
    return table


def _chart(course: Course, width: int) -> Iterator[str]:
    """The lines of a chart, with its first and its last day below."""
    points = course.trend.points
    columns = max(20, min(width, _WIDEST) - _AXIS)
    # The two uppermost lines are the name and the end of the axis, where there is no value.
    for line in _figure_of(points, columns, course).show().split("\n")[2:]:
        yield line.replace(_EMPTY_DOT, " ").rstrip()
    first, last = _day(points[0].commit.date), _day(points[-1].commit.date)
    yield f"{' ' * _AXIS}{first}{last:>{columns - len(first)}}"


def _figure_of(points: tuple[Point, ...], columns: int, course: Course) -> Figure:
    days, values = _days(points), [point.value for point in points]
    decimals = 1 if course.trend.unit == "%" else 0
    rows, step = _scale(max(values) - min(values), decimals)
    chart = Figure()
    chart.width, chart.height, chart.linesep = columns, rows, "\n"
    chart.with_colors, chart.origin, chart.with_x_axis = False, False, False
    chart.y_ticks_fkt = lambda low, _: f"{float(low):,.{decimals}f}"
    chart.set_x_limits(min(days), max(days))
    chart.set_y_limits(min(values), min(values) + rows * step)
    chart.plot(days, values)
    return chart


def _days(points: tuple[Point, ...]) -> list[float]:
    """Where each point is from left to right: by its time, or by its number where all are of one time."""
    times = [moment(point.commit).timestamp() for point in points]
    return times if max(times) > min(times) else [float(number) for number in range(len(times))]


def _scale(spread: float, decimals: int) -> tuple[int, float]:
    """How many rows a chart has, and what one of them is worth: such that the highest value is in the uppermost, and
    not rounded up to a dot above it.
    """
    parts = 10**decimals
    units = round(spread * parts)
    step = units // _MOST_ROWS + 1
    while 2 * _DOTS * (units % step) >= (2 * _DOTS - 1) * step:
        step += 1
    return max(2, units // step + 1), step / parts


# --- Markdown ---------------------------------------------------------------------------------------


def render_history_markdown(history: History, policy: Policy, repository: Repository | None = None) -> str:
    """A chart for each metric that moved, and tables; with links to the commits of a repository on the web."""
    past = past_of(history, policy)
    return "\n\n".join(_markdown(past, repository)) + "\n"


def _markdown(past: Past, repository: Repository | None) -> Iterator[str]:
    yield f"### {_headline(past)}"
    yield from _left(past)
    if past.courses:
        head = [f"| {' | '.join(_SUMMARY)} |", "| :-- | --: | --: | :-- | --: | --: | --: | :-- |"]
        yield "\n".join([*head, *(row(map(_ours, _summary(course))) for course in past.courses)])
    for course in past.courses:
        yield from _markdown_course(course)
    if len(past.samples) > 1:
        yield "#### Samples"
        yield "\n".join(_markdown_samples(past, repository))


def _markdown_course(course: Course) -> Iterator[str]:
    drawing = _mermaid(course) if course.moved else None
    if drawing is None and not _leads(course):
        return
    yield f"#### {course.title}"
    if drawing is not None:
        yield f"```mermaid\n{drawing}```"
    if _leads(course):
        yield _leads(course)


def _mermaid(course: Course) -> str | None:
    points, trend = course.trend.points, course.trend
    days = tuple(point.commit.date for point in points)
    return render_chart(Chart(course.title, trend.unit, days, (tuple(point.value for point in points),)))


def _markdown_samples(past: Past, repository: Repository | None) -> Iterator[str]:
    moved = [course for course in past.courses if course.moved]
    yield f"| {' | '.join(['Date', 'Commit', *(course.title for course in moved), 'Introduced', 'Fixed'])} |"
    yield f"| :-- | :-- |{' --: |' * (len(moved) + 2)}"
    for sample in past.samples:
        commit = sample.commit
        linked = link(code(commit.short), None if repository is None else repository.commit(commit.id))
        figures = (_ours(_reading(sample, course)) for course in moved)
        came, went = _count(sample.introduced), _count(sample.fixed)
        yield row([code(_day(commit.date)), linked, *figures, _ours(came), _ours(went)])


def _reading(sample: PastSample, course: Course) -> str:
    found = next((each for each in sample.readings if each.metric == course.trend.metric), None)
    return "" if found is None else _value(found)


def _value(reading: Reading) -> str:
    return f"{reading.value:,}" if reading.percent is None else percentage(reading.percent)


def _ours(text: str) -> Markup:
    return Markup(text)  # noqa: S704 (our own words and figures)
