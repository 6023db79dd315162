"""Inquiries for tests, built from what one would say of a repository.

asked = inquire(strays(9, through="pkg.old"), roles={"pkg.old": "shim"})
told(asked) == ["where.module: All 9 imports go through `pkg.old`.", ...]
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from analyzers.catalogue import entry, metric_of
from analyzers.causes.engine import chain_of
from analyzers.causes.model import Goal, Inquiry, Surroundings, Target
from analyzers.findings import Finding, Metric, MetricName, RuleName, Severity
from analyzers.history import Flow, History, Origin, Period, Sample, Traced
from analyzers.outcome import PathCount, SymbolCount
from analyzers.places import Commit, Place, Repository
from analyzers.policy import Policy
from analyzers.resolve import Definition
from analyzers.rules.sites import PathRole, Symbol
from analyzers.tree import Scope

WEB: Final = "https://github.com/acme/shop"
SHOP: Final = Repository("acme/shop", WEB)
CANONICAL: Final = "pkg.factory"


def commit(day: str, subject: str = "Change") -> Commit:
    """A commit of a day; one of another subject is another one."""
    name = hashlib.sha256(f"{day} {subject}".encode()).hexdigest()[:40]
    return Commit(name, f"{day}T12:00:00+00:00", subject)


HEAD: Final = commit("2026-01-15", "Head")


def came(day: str, subject: str = "Change", *, after: str | None = "", pull_request: int | None = None) -> Origin:
    """The exact commit that brought something; `after` a day, it was one of those since; after None, older than all."""
    by = commit(day, subject)
    if after is None:
        return Origin(by, None, is_exact=False)
    if after:
        return Origin(by, commit(after), is_exact=False)
    day_before = dt.date.fromisoformat(day) - dt.timedelta(days=1)
    return Origin(by, commit(day_before.isoformat(), "The one before"), is_exact=True, pull_request=pull_request)


def place(path: str, line: int = 1) -> Place:
    """A line at head."""
    return Place(path, line, line, SHOP.file(HEAD.id, path, line))


def finding(
    rule: RuleName,
    path: str,
    symbol: str,
    detail: str = "",
    message: str = "found",
    *,
    line: int = 1,
    severity: Severity = "medium",
    about: tuple[str, ...] = (),
) -> Finding:
    """A finding in production or, below `tests/`, in tests."""
    scope: Scope = "tests" if path.startswith("tests/") else "production"
    return Finding(rule, path, line, line, symbol, detail, message, severity, scope, about=about)


def traced(found: Finding, origin: Origin | None = None) -> Traced:
    """A finding with where it came from."""
    key = f"{found.rule} {found.path} {found.line} {found.symbol} {found.detail}"
    return Traced(hashlib.sha256(key.encode()).hexdigest()[:20], found, origin)


def stray(path: str, through: str = "pkg.old", symbol: str = "X", origin: Origin | None = None) -> Traced:
    """An import of a symbol off its canonical path."""
    message = f"`{symbol}` is imported from `{through}`; its canonical module is `{CANONICAL}`"
    return traced(finding("imports.fragmented", path, symbol, through, message), origin)


def strays(
    count: int,
    through: str = "pkg.old",
    symbol: str = "X",
    origin: Origin | None = None,
    folder: str = "app",
    names: str = "a",
) -> list[Traced]:
    """So many of them, each in a file of its own."""
    return [stray(f"{folder}/{names}{number}.py", through, symbol, origin) for number in range(count)]


def inquire(
    findings: Sequence[Traced],
    *,
    roles: Mapping[str, PathRole] | None = None,
    policy: Policy | None = None,
    history: History | None = None,
    due: dt.date | None = None,
    target: int = 0,
    around: Surroundings | None = None,
    value: int | None = None,
    **more: Any,
) -> Inquiry:
    """An inquiry into the metric that counts these findings; imports go through modules of these roles."""
    name = metric_of(findings[0].finding.rule) if findings else "imports.fragmented"
    count = len(findings) if value is None else value
    tests = sum(1 for each in findings if each.finding.scope == "tests")
    metric = Metric(name, count, count - tests, tests, 100 if name == "imports.fragmented" else None)
    return Inquiry(
        repository=SHOP,
        head=HEAD,
        policy=policy or Policy(),
        target=Target(metric, entry(name).title, target, due, is_met=count <= target),
        findings=tuple(findings),
        symbols=_symbols(findings, roles or {}) if name == "imports.fragmented" else (),
        patterns=more.pop("patterns", ()),
        auth_canonical=more.pop("auth_canonical", None),
        history=history,
        around=around or Surroundings(),
        **more,
    )


def _symbols(findings: Iterable[Traced], roles: Mapping[str, PathRole]) -> tuple[SymbolCount, ...]:
    often = Counter((each.finding.symbol, each.finding.detail) for each in findings)
    return tuple(
        SymbolCount(
            Symbol(name, Definition(CANONICAL, name)),
            CANONICAL,
            False,
            sum(count for (symbol, _), count in often.items() if symbol == name),
            (
                PathCount(CANONICAL, name, 20, 0, "definition"),
                *(
                    _path(module, name, count, roles.get(module, "undecided"))
                    for (symbol, module), count in sorted(often.items())
                    if symbol == name
                ),
            ),
        )
        for name in sorted({symbol for symbol, _ in often})
    )


def _path(module: str, name: str, count: int, role: PathRole) -> PathCount:
    return PathCount(module, name, count, 0, role, "Other" if role == "misnomer" else "")


def looked_at(
    findings: Iterable[Traced] = (), came_and_went: Mapping[str, tuple[int, int]] | None = None, **more: Any
) -> History:
    """A history of weekly samples: how many came and went in the week before a day."""
    found = list(findings)
    rule: RuleName = found[0].finding.rule if found else "imports.fragmented"
    periods = [_period(day, *counts, rule) for day, counts in sorted((came_and_went or {}).items())]
    origins = {each.fingerprint: each.origin for each in found if each.origin is not None}
    return History((Sample(HEAD, ()),), tuple(periods), origins, **more)


def _period(day: str, introduced: int, fixed: int, rule: RuleName) -> Period:
    older = (dt.date.fromisoformat(day) - dt.timedelta(days=7)).isoformat()

    def flows(count: int) -> tuple[Flow, ...]:
        return tuple(Flow(f"{day} {number}", rule, "production", "app/x.py", "X") for number in range(count))

    return Period(commit(older, "Sample"), commit(day, "Sample"), flows(introduced), flows(fixed))


def goal(day: str, target: int = 0, due: str | None = None) -> Goal:
    """What was wanted from a day on."""
    return Goal(commit(day, "Set a goal"), target, None if due is None else dt.date.fromisoformat(due))


def surrounded(inquiry: Inquiry, **around: Any) -> Inquiry:
    """The same inquiry with other surroundings."""
    return msgspec.structs.replace(inquiry, around=msgspec.structs.replace(inquiry.around, **around))


def told(inquiry: Inquiry) -> list[str]:
    """The answers of its chain, each after the rule that gave it."""
    return [f"{cause.rule}: {cause.answer}" for cause in chain_of(inquiry).causes]


def answer(inquiry: Inquiry, rule: str) -> str | None:
    """What one rule answers in its chain; None where another one does, or none."""
    return next((cause.answer for cause in chain_of(inquiry).causes if cause.rule == rule), None)


def metric_named(name: MetricName, findings: Sequence[Traced]) -> Inquiry:
    """An inquiry into a metric under another name than that of its findings."""
    asked = inquire(findings)
    metric = msgspec.structs.replace(asked.target.metric, name=name)
    return msgspec.structs.replace(asked, target=msgspec.structs.replace(asked.target, metric=metric))
