"""Step 3, how did it come in: before there was anything better, or after; at once, one by one, or copied along."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from analyzers.causes import evidence
from analyzers.causes.answers import LEAST_FOR_A_PART, MOST_EVIDENCE, MOST_NAMES, Answer, Link, is_most
from analyzers.causes.flows import Recent, came_after, recent, stood_before
from analyzers.causes.model import Copied, Evidence, Inquiry
from analyzers.causes.ways import wanted_modules
from analyzers.causes.wording import agreeing, code, counted, day, named, nouns, part, subject
from analyzers.history import Origin, Traced
from analyzers.places import Commit

LEAST_NET: Final = 3
"""How many more have to come in than go out over the last weeks to be called growing: one or two are no trend."""

LEAST_GROWTH_PERCENT: Final = 20
"""The part of what stands, in percent, that came in over the last weeks, for growth to be an answer by itself."""

MOST_AT_ONCE_PERCENT: Final = 20
"""A drip: no commit brought more than this part, in percent ..."""

LEAST_COMMITS: Final = 5
"""... and so many commits brought some."""


def _noun(inquiry: Inquiry) -> tuple[str, str]:
    return nouns(inquiry.target.metric.name)


def before_canonical(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """They were there before the wanted module, and were never migrated."""
    del chain
    births = _births(inquiry)
    held = [each for each in inquiry.findings if _is(stood_before, each, births)]
    if not is_most(len(held), len(inquiry.findings)):
        return
    modules = _modules(inquiry, held)
    older = agreeing(len(held), ("is older than", "are older than"))
    never = agreeing(len(held), ("was never moved there", "were never moved there"))
    told = part(len(held), len(inquiry.findings), _noun(inquiry))
    text = f"{told} {older} {_wanted(inquiry, modules)}, and {never}."
    yield _about(inquiry, text, held, _born(inquiry, modules))


def after_canonical(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """They came in although the wanted module was there."""
    del chain
    births = _births(inquiry)
    held = [each for each in inquiry.findings if _is(came_after, each, births)]
    if not is_most(len(held), len(inquiry.findings)):
        return
    modules = _modules(inquiry, held)
    were = agreeing(len(modules), ("was already", "were already"))
    told = part(len(held), len(inquiry.findings), _noun(inquiry))
    text = f"{told} came in when {_wanted(inquiry, modules)} {were} there."
    yield _about(inquiry, text + _told_flow(recent(inquiry)), held, _born(inquiry, modules))


def _births(inquiry: Inquiry) -> dict[str, Commit]:
    """The first commit that had the wanted module, by fingerprint of the finding."""
    births = inquiry.around.births
    return {mark: births[module] for mark, module in wanted_modules(inquiry).items() if module in births}


def _is(holds: Callable[[Origin, Commit], bool], traced: Traced, births: Mapping[str, Commit]) -> bool:
    birth = births.get(traced.fingerprint)
    return birth is not None and traced.origin is not None and holds(traced.origin, birth)


def _modules(inquiry: Inquiry, held: list[Traced]) -> list[str]:
    wanted = wanted_modules(inquiry)
    often = Counter(wanted[each.fingerprint] for each in held)
    return sorted(often, key=lambda name: (-often[name], name))


def _wanted(inquiry: Inquiry, modules: list[str]) -> str:
    if len(modules) == 1:
        return f"{code(modules[0])} ({day(inquiry.around.births[modules[0]])})"
    return named(modules, MOST_NAMES, ("module", "modules"))


def _born(inquiry: Inquiry, modules: list[str]) -> tuple[Evidence, ...]:
    births = inquiry.around.births
    return tuple(
        evidence.commit(inquiry, births[module], f"{code(module)} came with ") for module in modules[:MOST_NAMES]
    )


def _told_flow(flow: Recent | None) -> str:
    if flow is None:
        return ""
    told = f"{flow.introduced:,} came and {flow.fixed:,} went"
    since = day(flow.since)
    return f" They still come: {told} since {since}." if flow.net >= LEAST_NET else f" Since {since}, {told}."


def _about(inquiry: Inquiry, text: str, held: list[Traced], first: tuple[Evidence, ...] = ()) -> Answer:
    """An answer about findings: what comes first as evidence, then the commits that brought them."""
    brought, more = evidence.origins(inquiry, held)
    shown = (*first, *brought)
    more += len(shown[MOST_EVIDENCE:])
    return Answer(text, len(held), len(inquiry.findings), _noun(inquiry)[1], shown[:MOST_EVIDENCE], more)


def burst(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """One commit brought most."""
    del chain
    found, most = _brought_by_one(inquiry.findings)
    if most is None or not is_most(len(found), len(inquiry.findings)):
        return
    number = f", pull request #{most.pull_request}" if most.pull_request is not None else ""
    one = f"{subject(most.by)} ({day(most.by)}{number})"
    text = f"{part(len(found), len(inquiry.findings), _noun(inquiry))} came in with one commit, {one}."
    yield _about(inquiry, text, found)


def _brought_by_one(findings: tuple[Traced, ...]) -> tuple[list[Traced], Origin | None]:
    """What the commit brought that brought the most, of commits that are known exactly."""
    brought: dict[str, list[Traced]] = defaultdict(list)
    for each in findings:
        if each.origin is not None and each.origin.is_exact and each.origin.after is not None:
            brought[each.origin.by.id].append(each)
    if not brought:
        return [], None
    most = min(brought, key=lambda commit: (-len(brought[commit]), commit))
    return brought[most], brought[most][0].origin


def copied(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """They came with files that were copied from others."""
    del chain
    copies: dict[str, Copied] = {each.path: each for each in inquiry.around.copies}
    held = [each for each in inquiry.findings if _came_copied(each, copies)]
    if not is_most(len(held), len(inquiry.findings)):
        return
    paths = sorted({each.finding.path for each in held})
    files = counted(len(paths), ("file that looks", "files that look"))
    text = f"{part(len(held), len(inquiry.findings), _noun(inquiry))} came in with {files} like one that was there."
    shown, more = evidence.first(paths, lambda path: _copy(inquiry, copies[path]))
    yield Answer(text, len(held), len(inquiry.findings), _noun(inquiry)[1], shown, more)


def _came_copied(traced: Traced, copies: Mapping[str, Copied]) -> bool:
    copy = copies.get(traced.finding.path)
    return copy is not None and traced.origin is not None and traced.origin.by.id == copy.commit.id


def _copy(inquiry: Inquiry, copy: Copied) -> Evidence:
    # Rounded down: 100 % means that nothing differs.
    told = f"{code(copy.path)} has {int(100 * copy.likeness)} % of its names in common with {code(copy.of)}, "
    return evidence.commit(inquiry, copy.commit, f"{told}and came with ")


def growing(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """More come in than go out."""
    del chain
    flow = recent(inquiry)
    standing = len(inquiry.findings)
    if flow is None or flow.net < LEAST_NET or 100 * flow.net < LEAST_GROWTH_PERCENT * standing:
        return
    came = [each for each in inquiry.findings if each.origin is not None and came_after(each.origin, flow.since)]
    if not came:
        return
    told = f"{counted(flow.introduced, _noun(inquiry))} came in and {flow.fixed:,} went"
    shown, more = evidence.origins(inquiry, came)
    text = f"They still come: {told} since {day(flow.since)}."
    total = flow.introduced + flow.fixed
    yield Answer(text, flow.introduced, total, "that came or went", shown, more, share=min(1.0, flow.net / standing))


def drip(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Many commits brought a few each."""
    del chain
    held = [each for each in inquiry.findings if each.origin is not None and each.origin.after is not None]
    by_commit = Counter(each.origin.by.id for each in held if each.origin is not None)
    most = max(by_commit.values(), default=0)
    among = len(inquiry.findings)
    if not is_most(len(held), among) or len(held) < LEAST_FOR_A_PART or len(by_commit) < LEAST_COMMITS:
        return
    if 100 * most > MOST_AT_ONCE_PERCENT * len(held):
        return
    days = sorted(day(each.origin.by) for each in held if each.origin is not None)
    text = f"{part(len(held), among, _noun(inquiry))} came in bit by bit from {days[0]} to {days[-1]}, "
    text += f"never more than {most:,} at a time." + _told_flow(recent(inquiry))
    yield _about(inquiry, text, held)


def old(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """They stood already at the oldest commit that was looked at."""
    del chain
    held = [each for each in inquiry.findings if each.origin is not None and each.origin.after is None]
    if is_most(len(held), len(inquiry.findings)):
        oldest = min((day(each.origin.by) for each in held if each.origin is not None), default="")
        verb = agreeing(len(held), ("is", "are"))
        text = f"{part(len(held), len(inquiry.findings), _noun(inquiry))} {verb} older than what was looked at: "
        text += f"already there on {oldest}."
        yield _about(inquiry, text + _told_flow(recent(inquiry)), held)


def tests(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Most came with tests, and their history says nothing else."""
    del chain
    held = [each for each in inquiry.findings if each.finding.scope == "tests" and each.origin is not None]
    if is_most(len(held), len(inquiry.findings)) and inquiry.target.metric.name != "tests.blocked":
        text = f"{part(len(held), len(inquiry.findings), _noun(inquiry))} came in with tests."
        yield _about(inquiry, text, held)
