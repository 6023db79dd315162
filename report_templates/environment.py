"""The templates' environment: what a template may call, and that nothing leaves one unescaped.

Jinja's autoescaping is on for its bookkeeping (macros and blocks return `Markup`), but what it would escape for HTML
has been through `markdown` before: a forgotten filter gives an ugly text, never a dangerous one. The one way round,
joining strings inside a template, is closed by a test.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final, ParamSpec

from jinja2 import Environment, PackageLoader, StrictUndefined, Undefined
from markupsafe import Markup

from analyzers.places import Commit
from analyzers.report import MetricRow, Report
from report_templates import wording
from report_templates.escape import code, link, markdown, place, row

P = ParamSpec("P")


@cache
def environment() -> Environment:
    """The environment of all templates, made once."""
    made = Environment(
        loader=PackageLoader("report_templates", package_path=""),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(_FILTERS)
    made.globals.update(inferred_means=wording.INFERRED, no_effect=wording.NO_EFFECT, explain=wording.EXPLAIN)
    return made


def _shown(value: object) -> Markup:
    if isinstance(value, Undefined):
        return Markup(str(value))  # noqa: S704 (it raises, naming what is missing)
    return markdown(value)


def _ours(phrase: Callable[P, str]) -> Callable[P, Markup]:
    """A phrase without any repository text, taken as it is."""

    def filtered(*args: P.args, **kwargs: P.kwargs) -> Markup:
        return Markup(phrase(*args, **kwargs))  # noqa: S704 (our own words and figures)

    return filtered


def _change(metric: MetricRow) -> str:
    # The sign helps the eye; the words say the same.
    sign = "" if not metric.delta else "🟢 " if metric.better else "🔴 "
    return sign + wording.change(metric)


def _commit(report: Report, commit: Commit) -> Markup:
    return link(code(commit.short), report.repository.commit(commit.id))


def _line_link(line: int, url: str | None) -> Markup:
    return link(Markup(f"line {line}"), url, line)  # noqa: S704 (a number)


_FILTERS: Final[dict[str, Callable[..., str]]] = {
    # Markdown of repository text.
    "code": code,
    "place": place,
    "row": row,
    "commit": _commit,
    "line_link": _line_link,
    # Repository text still to be escaped.
    "path_name": wording.path_name,
    # Our own words.
    "audited_files": _ours(wording.audited_files),
    "base": _ours(wording.base),
    "change": _ours(_change),
    "counted": _ours(wording.counted),
    "head": _ours(wording.head),
    "headline": _ours(wording.headline),
    "list_all": _ours(wording.list_all),
    "measured": _ours(wording.measured),
    "met": _ours(wording.met),
    "more_symbols": _ours(wording.more_symbols),
    "new_way": _ours(wording.new_way),
    "notes_on_contracts": _ours(wording.notes_on_contracts),
    "path_status": _ours(wording.path_status),
    "pattern_status": _ours(wording.pattern_status),
    "policy": _ours(wording.policy),
    "target": _ours(wording.target),
    "title": _ours(wording.title),
}
