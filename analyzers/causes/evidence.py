"""Evidence: what shows an answer to be right, each with its address."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from analyzers.causes.answers import MOST_EVIDENCE
from analyzers.causes.flows import moment
from analyzers.causes.model import Evidence, Inquiry
from analyzers.causes.wording import code, told_commit, told_origin
from analyzers.findings import Finding
from analyzers.history import Origin, Traced
from analyzers.places import Commit, Place

T = TypeVar("T")

_ELSEWHERE: Final = re.compile(r" in the code, `(?P<path>.+)` line (?P<line>\d+)$", re.DOTALL)


def first(things: Sequence[T], show: Callable[[T], Evidence]) -> tuple[tuple[Evidence, ...], int]:
    """The first of these as evidence, and how many more there are."""
    return tuple(show(each) for each in things[:MOST_EVIDENCE]), len(things[MOST_EVIDENCE:])


def line(inquiry: Inquiry, finding: Finding, told: str = "") -> Evidence:
    """The lines of a finding at the commit that is audited."""
    url = inquiry.repository.file(inquiry.head.id, finding.path, finding.line, finding.end_line)
    return Evidence("line", f"{code(finding.path)} line {finding.line}{told}", url)


def lines(inquiry: Inquiry, found: Iterable[Traced]) -> tuple[tuple[Evidence, ...], int]:
    """The lines of findings, each once."""
    places = {(each.finding.path, each.finding.line): each.finding for each in found}
    return first(tuple(places.values()), lambda finding: line(inquiry, finding, _literal(finding)))


def _literal(finding: Finding) -> str:
    """Where a secret stands that is used in the lines of a finding, if not there (`analyzers.rules.bypass.secrets`)."""
    elsewhere = _ELSEWHERE.search(finding.message) if finding.rule == "auth.bypass.hardcoded-secret" else None
    return "" if elsewhere is None else f" (the secret: {code(elsewhere['path'])} line {elsewhere['line']})"


def commit(inquiry: Inquiry, which: Commit, before: str = "") -> Evidence:
    """A commit; `before` says what it did."""
    return Evidence("commit", f"{before}{told_commit(which)}", inquiry.repository.commit(which.id))


def origin(inquiry: Inquiry, which: Origin, before: str = "") -> Evidence:
    """The commit in which something came in, or the two that it came in between."""
    repository, between = inquiry.repository, which.after if not which.is_exact else None
    url = repository.commit(which.by.id) if between is None else repository.compare(between.id, which.by.id)
    return Evidence("commit", f"{before}{told_origin(which)}", url)


def origins(inquiry: Inquiry, found: Iterable[Traced]) -> tuple[tuple[Evidence, ...], int]:
    """The commits that brought findings, those with the most first; of as many, the earlier."""
    known = [each.origin for each in found if each.origin is not None]
    often = Counter(each.by.id for each in known)
    ranked = sorted({each.by.id: each for each in known}.values(), key=lambda each: (-often[each.by.id], *_age(each)))
    return first(ranked, lambda each: origin(inquiry, each))


def _age(which: Origin) -> tuple[float, str]:
    made = moment(which.by)
    return 0.0 if made is None else made.timestamp(), which.by.id


def module(inquiry: Inquiry, name: str) -> Evidence | None:
    """Where a module is; None where that is not known."""
    place = inquiry.around.module_places.get(name)
    return None if place is None else Evidence("file", f"{code(name)} is {code(place.path)}", place.url)


def modules(inquiry: Inquiry, names: Iterable[str]) -> tuple[tuple[Evidence, ...], int]:
    """Where modules are, as far as that is known."""
    known = tuple(shown for name in names if (shown := module(inquiry, name)) is not None)
    return known[:MOST_EVIDENCE], len(known[MOST_EVIDENCE:])


def policy(inquiry: Inquiry, *keys: str) -> Evidence | None:
    """The line of the policy that is the nearest to one of these keys, its first line where it has none of them."""
    places = inquiry.around.policy_places
    for key in keys:
        if key in places:
            return _policy_line(places[key], key)
    if not places:
        return None
    place = min(places.values(), key=lambda each: (each.line, each.path))
    return Evidence("policy", f"the policy, {code(place.path)}", place.url)


def _policy_line(place: Place, key: str) -> Evidence:
    return Evidence("policy", f"{code(key)} in {code(place.path)} line {place.line}", place.url)
