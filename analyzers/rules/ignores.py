"""ssot.ignores: comments that ask to leave a finding out, what they leave out, and which of them are stale.

    from shop.old import Cart  # fifthwhy: ignore[imports.fragmented] moves with the checkout until=2027-01-31

A comment that leaves nothing out any more is a finding itself, so that exceptions do not outlive their reasons.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable
from typing import Final, get_args

import msgspec

from analyzers.facts import Ignore
from analyzers.findings import OFF_BY_DEFAULT, Finding, RuleName
from analyzers.policy import Policy
from analyzers.tree import Scope

_OWN: Final = "ssot.ignores"
_RULES: Final[tuple[RuleName, ...]] = get_args(RuleName)
_FAMILIES: Final = frozenset(rule.partition(".")[0] for rule in _RULES)
_HELD: Final = re.compile(r"The comment held until (\d{4}-\d\d-\d\d) and ")


class IgnoreResult(msgspec.Struct, frozen=True):
    """What becomes of one file's findings. `among` is how many ignore comments the file has."""

    kept: tuple[Finding, ...] = ()
    silenced: tuple[Finding, ...] = ()
    stale: tuple[Finding, ...] = ()
    among: int = 0


def apply_ignores(
    path: str,
    scope: Scope,
    findings: Iterable[Finding],
    ignores: Iterable[Ignore],
    today: dt.date,
    policy: Policy,
) -> IgnoreResult:
    """Take out of a file's findings those that its comments cover, and say which comments are stale.

    A comment covers findings of its rules, or of the rules of its families, on its own line or on the code that it
    belongs to. Findings of this rule cannot be left out.
    """
    findings, ignores = tuple(findings), tuple(ignores)
    silenced: set[Finding] = set()
    stale: list[Finding] = []
    for ignore in ignores:
        covered = [finding for finding in findings if _holds(ignore, today) and _covers(ignore, finding)]
        silenced.update(covered)
        if policy.applies(_OWN) and (complaint := _complaint(ignore, today, policy, used=bool(covered))):
            stale.append(_finding(ignore, complaint, path, scope))
    return IgnoreResult(
        kept=tuple(finding for finding in findings if finding not in silenced),
        silenced=tuple(finding for finding in findings if finding in silenced),
        stale=tuple(stale),
        among=len(ignores),
    )


def next_expiry(ignores: Iterable[Ignore], today: dt.date) -> dt.date | None:
    """The first day after today on which one of the comments no longer holds, so that what was said is out of date.

    None where that never comes.
    """
    last_days = [day for ignore in ignores if (day := _last_day(ignore)) is not None and today <= day < dt.date.max]
    return min(last_days) + dt.timedelta(days=1) if last_days else None


def days_alike(ignores: Iterable[Ignore], today: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day on which the comments hold, and do not, just as they do today."""
    last_days = [day for ignore in ignores if (day := _last_day(ignore)) is not None]
    over = [day for day in last_days if day < today]
    first = max(over) + dt.timedelta(days=1) if over else dt.date.min
    return first, min((day for day in last_days if today <= day), default=dt.date.max)


def _last_day(ignore: Ignore) -> dt.date | None:
    """The day through which a usable comment holds; None where it names none."""
    return None if ignore.until is None or ignore.problem is not None else dt.date.fromisoformat(ignore.until)


def held_until(finding: Finding) -> dt.date | None:
    """The last day of the comment that a finding is about; None where that has not passed, or there is none."""
    told = _HELD.match(finding.message) if finding.rule == _OWN else None
    return None if told is None else dt.date.fromisoformat(told[1])


def _holds(ignore: Ignore, today: dt.date) -> bool:
    last_day = _last_day(ignore)
    return ignore.problem is None and (last_day is None or today <= last_day)


def _covers(ignore: Ignore, finding: Finding) -> bool:
    first, last = ignore.covers, ignore.covers_to
    there = finding.line <= ignore.line <= finding.end_line or (finding.line <= last and first <= finding.end_line)
    return there and any(finding.rule in _named(rule) for rule in ignore.rules)


def _named(rule: str) -> tuple[RuleName, ...]:
    """The rules that a comment means by a name: that rule, or those of that family (`imports`)."""
    return tuple(each for each in _RULES if each != _OWN and (each == rule or each.startswith(f"{rule}.")))


def _complaint(ignore: Ignore, today: dt.date, policy: Policy, *, used: bool) -> str:
    """What is wrong with a comment, in plain words; empty where nothing is."""
    if ignore.problem is not None:
        return ignore.problem
    unknown = [rule for rule in ignore.rules if not _named(rule)]
    if unknown:
        return _unknown(unknown[0])
    if not _holds(ignore, today):
        return f"The comment held until {ignore.until} and leaves nothing out since: put right what it is about."
    if used or any(_may_find_more(rule, policy) for rule in ignore.rules):
        return ""
    return f"The comment leaves nothing out: there is no finding of {_told(ignore.rules)} here. Remove it."


def _may_find_more(name: str, policy: Policy) -> bool:
    """Whether a rule that is switched off might have found what a comment is about.

    A family has rules that do not apply by default: these count only if the comment names them.
    """
    return any(not policy.applies(rule) and (rule == name or rule not in OFF_BY_DEFAULT) for rule in _named(name))


def _told(rules: Iterable[str]) -> str:
    return " or ".join(f"`{rule}`" for rule in rules)


def _unknown(rule: str) -> str:
    if rule == _OWN:
        return f"Findings of `{_OWN}` cannot be left out: put the comment right or remove it."
    if "*" in rule:
        return f"`{rule}` is no rule: the comment must name the rules that it is about, or a family such as `imports`."
    near = difflib.get_close_matches(rule, [*_RULES, *sorted(_FAMILIES)], n=1)
    hint = f" Did you mean `{near[0]}`?" if near else f" The rules are {_told(_RULES)}."
    return f"`{rule}` is no rule of fifthwhy.{hint}"


def _finding(ignore: Ignore, message: str, path: str, scope: Scope) -> Finding:
    return Finding(
        rule=_OWN,
        path=path,
        line=ignore.line,
        end_line=ignore.line,
        symbol=", ".join(ignore.rules),
        detail=ignore.reason,
        message=message,
        severity="low",
        scope=scope,
    )
