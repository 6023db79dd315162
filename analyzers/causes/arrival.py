"""Step 3, how did it come in: before there was anything better, or after; at once, one by one, or copied along."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from analyzers.catalogue import metric_of
from analyzers.causes import evidence
from analyzers.causes.answers import LEAST_FOR_A_PART, MOST_EVIDENCE, MOST_NAMES, Answer, Link, is_most
from analyzers.causes.flows import Recent, came_after, moment, recent, stood_before
from analyzers.causes.model import Copied, Evidence, Inquiry
from analyzers.causes.ways import wanted_modules
from analyzers.causes.wording import (
    agreeing,
    came,
    code,
    counted,
    day,
    flowing,
    listed,
    merge,
    named,
    nouns,
    part,
    state,
)
from analyzers.history import Flow, History, Origin, Traced
from analyzers.places import Commit
from analyzers.rules.ignores import held_until

LEAST_NET: Final = 3
"""How many more have to come in than go out over the last weeks to be called growing: one or two are no trend."""

LEAST_GROWTH_PERCENT: Final = 20
"""The part of what stands, in percent, that came in over the last weeks, for growth to be an answer by itself."""

MOST_AT_ONCE_PERCENT: Final = 20
"""A drip: no commit brought more than this part, in percent ..."""

LEAST_COMMITS: Final = 5
"""... and so many commits brought some."""

OF_LATE: Final = dt.timedelta(weeks=2)
"""What has to have come in for more to be told to come still: the later half of what a trend is taken from."""


def _noun(inquiry: Inquiry) -> tuple[str, str]:
    return nouns(inquiry.target.metric.name)


def before_canonical(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """They were there before the wanted module and before all that it was made from, and were never migrated."""
    del chain
    begun = _of_wanted(inquiry, inquiry.around.beginnings)
    held = [each for each in inquiry.findings if _is(stood_before, each, begun, inquiry.history)]
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
    births = _of_wanted(inquiry, inquiry.around.births)
    held = [each for each in inquiry.findings if _is(came_after, each, births, inquiry.history)]
    if not is_most(len(held), len(inquiry.findings)):
        return
    modules = _modules(inquiry, held)
    were = agreeing(len(modules), ("was already", "were already"))
    told = part(len(held), len(inquiry.findings), _noun(inquiry))
    text = f"{told} {came(inquiry)} when {_wanted(inquiry, modules)} {were} there{_mostly_by_one(held)}."
    yield _about(inquiry, text + _told_flow(inquiry), held, _born(inquiry, modules))


def _mostly_by_one(held: Sequence[Traced]) -> str:
    """That one commit brought most of them, where it did."""
    brought, by = _brought_by_one(held)
    if by is None or not is_most(len(brought), len(held)) or len(held) == 1:
        return ""
    some = f"{len(brought):,}" if len(brought) != len(held) else "both" if len(held) == 2 else "all"
    return f", {some} of them with one commit, {merge(by)}"


def _of_wanted(inquiry: Inquiry, commits: Mapping[str, Commit]) -> dict[str, Commit]:
    """What commit belongs to the wanted module, by fingerprint of the finding."""
    return {mark: commits[module] for mark, module in wanted_modules(inquiry).items() if module in commits}


_Held = Callable[[Origin, Commit, History | None], bool]


def _is(holds: _Held, traced: Traced, births: Mapping[str, Commit], history: History | None) -> bool:
    birth = births.get(traced.fingerprint)
    return birth is not None and traced.origin is not None and holds(traced.origin, birth, history)


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


def _told_flow(inquiry: Inquiry) -> str:
    flow = recent(inquiry)
    if flow is None:
        return ""
    if not flow.introduced and not flow.fixed:
        return f" Since {day(flow.since)}, nothing came or went."
    noun = f" {flowing(inquiry)[flow.introduced != 1]}" if state(inquiry) else ""
    told = f"{flow.introduced:,}{noun} came and {flow.fixed:,} went"
    since = day(flow.since)
    if _still_come(inquiry, flow):
        return f" They still come: {told} since {since}{_turned(inquiry)}."
    return f" Since {since}, {told}."


def _turned(inquiry: Inquiry) -> str:
    """What the newest period did, where more went in it than came."""
    last = inquiry.history.periods[-1] if inquiry.history is not None else None
    if last is None:
        return ""
    introduced, fixed = _moved(inquiry, last.introduced), _moved(inquiry, last.fixed)
    return f"; of these, {introduced:,} came and {fixed:,} went since {day(last.older)}" if fixed > introduced else ""


def _still_come(inquiry: Inquiry, flow: Recent) -> bool:
    """Whether more come than go, not all at once, and also of late: else it has come to an end."""
    head = moment(inquiry.head)
    if flow.net < LEAST_NET or head is None or inquiry.history is None:
        return False
    periods = inquiry.history.periods
    first = next((n for n, each in enumerate(periods) if each.older.id == flow.since.id), len(periods))
    often, of_late = 0, 0
    for each in periods[first:]:
        introduced, fixed = _moved(inquiry, each.introduced), _moved(inquiry, each.fixed)
        often += introduced > 0
        newer = moment(each.newer)
        if newer is not None and newer > head - OF_LATE:
            of_late += introduced - fixed
    return often > 1 and of_late > 0


def _moved(inquiry: Inquiry, flows: Sequence[Flow]) -> int:
    return sum(1 for flow in flows if metric_of(flow.rule) == inquiry.target.metric.name)


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
    arose = came(inquiry)
    text = f"{part(len(found), len(inquiry.findings), _noun(inquiry))} {arose} with one commit, {merge(most)}."
    yield _about(inquiry, text, found)


def _brought_by_one(findings: Sequence[Traced]) -> tuple[list[Traced], Origin | None]:
    """What the commit brought that brought the most, of commits that are known exactly."""
    brought: dict[str, list[Traced]] = defaultdict(list)
    for each in findings:
        if each.origin is not None and each.origin.is_exact:
            brought[each.origin.by.id].append(each)
    if not brought:
        return [], None
    most = min(brought, key=lambda commit: (-len(brought[commit]), commit))
    return brought[most], brought[most][0].origin


def overdue(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """No commit made the comments stale: a day passed."""
    del chain
    if inquiry.history is None:
        return
    last = {each.fingerprint: held_until(each.finding) for each in inquiry.findings if each.origin is None}
    held = [each for each in inquiry.findings if last.get(each.fingerprint) is not None]
    if not is_most(len(held), len(inquiry.findings)):
        return
    days = sorted({str(last[each.fingerprint]) for each in held})
    when = days[0] if len(days) == 1 else f"from {days[0]} to {days[-1]}"
    its = agreeing(len(held), ("its", "their"))
    text = (
        f"{part(len(held), len(inquiry.findings), _noun(inquiry))} came to be stale when {its} last day passed, {when}."
    )
    yield Answer(text, len(held), len(inquiry.findings), _noun(inquiry)[1], *evidence.lines(inquiry, held))


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
    if flow is None or not _still_come(inquiry, flow) or 100 * flow.net < LEAST_GROWTH_PERCENT * standing:
        return
    known = [(each, each.origin) for each in inquiry.findings if each.origin is not None]
    came = [each for each, origin in known if came_after(origin, flow.since, inquiry.history)]
    if not came:
        return
    noun = flowing(inquiry)
    told = f"{counted(flow.introduced, noun)} came in and {flow.fixed:,} went"
    shown, more = evidence.origins(inquiry, came)
    text = f"They still come: {told} since {day(flow.since)}{_turned(inquiry)}."
    total = flow.introduced + flow.fixed
    yield Answer(text, flow.introduced, total, "that came or went", shown, more, share=min(1.0, flow.net / standing))


def drip(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Many commits brought a few each."""
    del chain
    held = [each for each in inquiry.findings if each.origin is not None and not _is_old(each.origin)]
    by_commit = Counter(each.origin.by.id for each in held if each.origin is not None)
    most = max(by_commit.values(), default=0)
    among = len(inquiry.findings)
    if not is_most(len(held), among) or len(held) < LEAST_FOR_A_PART or len(by_commit) < LEAST_COMMITS:
        return
    if 100 * most > MOST_AT_ONCE_PERCENT * len(held):
        return
    days = sorted(day(each.origin.by) for each in held if each.origin is not None)
    arose = came(inquiry)
    text = f"{part(len(held), among, _noun(inquiry))} {arose} bit by bit from {days[0]} to {days[-1]}, "
    text += f"never more than {most:,} at a time." + _told_flow(inquiry)
    yield _about(inquiry, text, held)


def old(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """They stood already at the oldest commit that was looked at."""
    del chain
    held = [each for each in inquiry.findings if each.origin is not None and _is_old(each.origin)]
    if is_most(len(held), len(inquiry.findings)):
        oldest = min((day(each.origin.by) for each in held if each.origin is not None), default="")
        told = part(len(held), len(inquiry.findings), _noun(inquiry))
        text = f"{told} {agreeing(len(held), ('is', 'are'))} older than what was looked at: already there on {oldest}."
        known = state(inquiry)
        if known is not None:
            were = agreeing(len(held), ("was", "were"))
            text = f"{told} {were} {known} before what was looked at: already so on {oldest}."
        yield _about(inquiry, text + _told_flow(inquiry), held)


def _is_old(origin: Origin) -> bool:
    """Whether something stood at the oldest commit that was looked at, and did not come in with that."""
    return origin.after is None and not origin.is_exact


def tests(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Most came with tests, and their history says nothing else."""
    del chain
    held = [each for each in inquiry.findings if each.finding.scope == "tests" and each.origin is not None]
    if is_most(len(held), len(inquiry.findings)) and inquiry.target.metric.name != "tests.blocked":
        verb = agreeing(len(held), ("is in tests", "are in tests")) if state(inquiry) else "came in with tests"
        yield _about(inquiry, f"{part(len(held), len(inquiry.findings), _noun(inquiry))} {verb}.", held)


def several(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """No one way holds for most: with which commits they came, as far as these are known."""
    held = [each for each in inquiry.findings if each.origin is not None]
    if not is_most(len(held), len(inquiry.findings)) or next(tests(inquiry, chain), None) is not None:
        return
    told = list(_parts([each.origin for each in held if each.origin is not None]))
    arose, among = came(inquiry), len(inquiry.findings)
    if len(told) == 1:
        text = f"{part(len(held), among, _noun(inquiry))} {arose} {told[0][1]}."
    else:
        (count, how), *others = told
        parts = [f"{count:,} {arose} {how}", *(f"{count:,} {how}" for count, how in others)]
        text = f"It was not at once: of {counted(among, _noun(inquiry))}, {listed(parts)}."
    yield _about(inquiry, text + _told_flow(inquiry), held)


def _parts(origins: Sequence[Origin]) -> Iterator[tuple[int, str]]:
    """How many came with which commit, or in which span: those with the most, then the rest, then what is older."""
    brought = Counter(each.by.id for each in origins if not _is_old(each))
    known = {each.by.id: each for each in origins}
    ranked = sorted(brought, key=lambda commit: (-brought[commit], day(known[commit].by), commit))
    told = [commit for commit in ranked[:MOST_NAMES] if brought[commit] > 1]
    yield from ((brought[commit], _with(known[commit])) for commit in told)
    rest = [known[commit] for commit in ranked[len(told) :]]
    if rest:
        count = sum(brought[each.by.id] for each in rest)
        yield count, _with(rest[0]) if len(rest) == 1 else f"{_times(rest, count)} {_from_to(rest)}"
    old = [each for each in origins if _is_old(each)]
    if old:
        yield len(old), f"by {min(day(each.by) for each in old)}, before what was looked at"


def _with(origin: Origin) -> str:
    """`with` a commit, or `between` two days."""
    if origin.is_exact or origin.after is None:
        return f"with {merge(origin)}"
    return f"between {day(origin.after)} and {day(origin.by)}"


def _times(origins: Sequence[Origin], count: int) -> str:
    """`one by one`, or with how many commits more."""
    if len(origins) == count:
        return "one by one"
    noun = ("commit", "commits") if all(each.is_exact for each in origins) else ("time", "times")
    return f"{'with' if noun[0] == 'commit' else 'at'} {len(origins):,} more {noun[1]}"


def _from_to(origins: Sequence[Origin]) -> str:
    days = sorted(day(each.by) for each in origins)
    return f"on {days[0]}" if days[0] == days[-1] else f"from {days[0]} to {days[-1]}"
