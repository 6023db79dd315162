"""Why there is more than one way to validate: who goes round the one that is wanted, what was copied or added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from analyzers.causes import evidence
from analyzers.causes.answers import MOST_NAMES, Answer, Link, is_most
from analyzers.causes.model import Inquiry
from analyzers.causes.wording import agreeing, code, counted, day, nouns, part, subject, with_counts
from analyzers.history import Origin, Traced
from analyzers.rules.auth.packs import BUILTIN_PATTERNS

_LIBRARIES: Final = frozenset(pattern.name for pattern in BUILTIN_PATTERNS)
_LIBRARY_CALLS: Final = frozenset(name for pattern in BUILTIN_PATTERNS for name in pattern.names)

_FALLBACKS: Final = frozenset({"auth.bypass.fail-open", "auth.bypass.fallback-user", "auth.bypass.skip-switch"})
"""What is added for the case that a check fails, or is not wanted."""


def library(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Calls that ask a library by themselves, where this repository has a way of its own."""
    del chain
    canonical = _own_canonical(inquiry)
    held = [each for each in inquiry.findings if canonical and _asks_library(each)]
    if canonical and is_most(len(held), len(inquiry.findings)):
        verb = agreeing(len(held), ("asks a library by itself", "ask a library by themselves"))
        yield _calls(inquiry, canonical, held, f"{verb}: {_most_called(held)}")


def other_wrapper(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Calls of other things than a library's that validate as well."""
    del chain
    canonical = _own_canonical(inquiry)
    held = [each for each in inquiry.findings if canonical and not _asks_library(each)]
    if canonical and is_most(len(held), len(inquiry.findings)):
        verb = agreeing(len(held), ("is of another function that validates", "are of other functions that validate"))
        yield _calls(inquiry, canonical, held, f"{verb}: {_most_called(held)}")


def _own_canonical(inquiry: Inquiry) -> str | None:
    """The canonical pattern, where it is this repository's own and the metric is about calls."""
    canonical = inquiry.auth_canonical
    return canonical if inquiry.target.metric.name == "auth.patterns" and canonical not in _LIBRARIES else None


def _asks_library(traced: Traced) -> bool:
    """Whether a library is called, be it by a pattern of the policy."""
    return traced.finding.symbol in _LIBRARIES or _called(traced) in _LIBRARY_CALLS


def _called(traced: Traced) -> str:
    return traced.finding.detail.partition(" in ")[0]


def _calls(inquiry: Inquiry, canonical: str, held: list[Traced], how: str) -> Answer:
    used = sum(each.production + each.tests for each in inquiry.patterns if each.pattern == canonical)
    files = len({each.finding.path for each in held})
    noun = nouns("auth.patterns")
    text = f"{code(canonical)}, which no call uses, is to be the one way. "
    if used:
        text = f"{code(canonical)}, with {counted(used, noun)}, is to be the one way. "
    text += f"{part(len(held), len(inquiry.findings), noun)} in {counted(files, ('file', 'files'))} {how}."
    return Answer(text, len(held), len(inquiry.findings), noun[1], *evidence.lines(inquiry, held))


def _most_called(held: list[Traced]) -> str:
    often = Counter(map(_called, held))
    ranked = sorted(often, key=lambda name: (-often[name], name))
    left = sum(often[name] for name in ranked[MOST_NAMES:])
    told = with_counts((name, often[name]) for name in ranked[:MOST_NAMES])
    return f"{told}, others ({left:,})" if left else told


def copied(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Second definitions of the check that are copies of it."""
    del chain
    held = [each for each in inquiry.findings if " validates here once more (a copy, " in each.finding.message]
    if inquiry.target.metric.name == "auth.implementations" and is_most(len(held), len(inquiry.findings)):
        copies = agreeing(len(held), ("was copied from the canonical one", "were copied from the canonical one"))
        text = f"{part(len(held), len(inquiry.findings), nouns('auth.implementations'))} {copies}: "
        text += "the text is the same for the most part."
        yield Answer(text, len(held), len(inquiry.findings), "definitions", *evidence.lines(inquiry, held))


def overridden(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Methods that take the place of the check in classes which inherit from it."""
    del chain
    held = [each for each in inquiry.findings if each.finding.message.endswith(", and never asks it")]
    if inquiry.target.metric.name == "auth.implementations" and is_most(len(held), len(inquiry.findings)):
        bases = Counter(each.finding.detail for each in held)
        ranked = sorted(bases, key=lambda name: (-bases[name], name))[:MOST_NAMES]
        verb = agreeing(len(held), ("overrides", "override"))
        text = f"{part(len(held), len(inquiry.findings), nouns('auth.implementations'))} {verb} "
        never = agreeing(len(held), ("never asks it", "never ask it"))
        text += f"{with_counts((name, bases[name]) for name in ranked)} and {never}."
        yield Answer(text, len(held), len(inquiry.findings), "definitions", *evidence.lines(inquiry, held))


def other_check(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Endpoints that are checked, but in another way than the canonical one."""
    del chain
    held = [each for each in inquiry.findings if " is checked by " in each.finding.message]
    if inquiry.target.metric.name == "auth.unprotected" and is_most(len(held), len(inquiry.findings)):
        verb = agreeing(len(held), ("has a check of another kind", "have checks of another kind"))
        wanted = f" than {code(inquiry.auth_canonical)}" if inquiry.auth_canonical else ""
        text = f"{part(len(held), len(inquiry.findings), nouns('auth.unprotected'))} {verb}{wanted}."
        yield Answer(text, len(held), len(inquiry.findings), "endpoints", *evidence.lines(inquiry, held))


def fallback_added(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Fallbacks of the check, and the commits that added them in their own words."""
    del chain
    added = {each.fingerprint: each for each in inquiry.findings if each.finding.rule in _FALLBACKS}
    held = [each for each in added.values() if _is_added(each.origin)]
    if not is_most(len(held), len(inquiry.findings)):
        return
    origins = {each.origin.by.id: each.origin for each in held if each.origin is not None}
    last = max(origins.values(), key=lambda each: (day(each.by), each.by.id))
    told = f"{subject(last.by)} ({day(last.by)})"
    how = "with one commit," if len(origins) == 1 else f"with {len(origins)} commits, the last of them"
    words = agreeing(len(held), ("is a fallback that was added", "are fallbacks that were added"))
    text = f"{part(len(held), len(inquiry.findings), nouns('auth.bypass'))} {words} {how} {told}."
    yield Answer(text, len(held), len(inquiry.findings), "places", *evidence.origins(inquiry, held))


def _is_added(origin: Origin | None) -> bool:
    return origin is not None and origin.is_exact and origin.after is not None
