"""Step 2 of imports that cannot work, why do they not: what they ask for went, is elsewhere, or never was there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from analyzers.causes import evidence
from analyzers.causes.answers import MOST_EVIDENCE, MOST_NAMES, Answer, Link, is_most
from analyzers.causes.lost import missing_of
from analyzers.causes.model import Departed, Evidence, Inquiry
from analyzers.causes.wording import agreeing, by_often, code, counted, listed, named, nouns, part
from analyzers.history import Traced
from analyzers.places import Commit

_MODULES: Final = ("module", "modules")

Reason = Literal["removed", "moved", "never there", "no such name", ""]

_IN_SHORT: Final[dict[Reason, tuple[str, str]]] = {
    "removed": ("asks for a module that was removed", "ask for modules that were removed"),
    "moved": ("asks for a module that was moved", "ask for modules that were moved"),
    "never there": (
        "asks for a module of which no commit of the first-parent line had a Python file",
        "ask for modules of which no commit of the first-parent line had a Python file",
    ),
    "no such name": ("asks a module for a name that it does not have", "ask modules for names that they do not have"),
}


def reason_of(inquiry: Inquiry, each: Traced) -> Reason:
    """Why an import does not work; empty where that cannot be told."""
    missing = missing_of(each.finding)
    departed = inquiry.around.departed.get(missing)
    if departed is not None:
        return "moved" if departed.to else "removed"
    sought = inquiry.sought.get(each.fingerprint)
    if sought is None:
        return ""
    if not sought.of_module:
        return "no such name"
    return "never there" if missing in inquiry.around.never_there else ""


def concerned(inquiry: Inquiry, chain: tuple[Link, ...]) -> tuple[Traced, ...]:
    """The findings that the chain is about so far: those of what step 1 says is not there, else all."""
    if not chain or chain[0].rule not in ("where.module", "blocked.module"):
        return inquiry.findings
    return tuple(each for each in inquiry.findings if missing_of(each.finding) in chain[0].answer.names)


def removed(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Modules that were there: git has the commits with which their files went."""
    found = concerned(inquiry, chain)
    held = [each for each in found if reason_of(inquiry, each) in ("removed", "moved")]
    if not is_most(len(held), len(found)):
        return
    modules = by_often(missing_of(each.finding) for each in held)
    moved = sum(1 for name in modules if inquiry.around.departed[name].to)
    verb = "moved" if moved == len(modules) else "removed or moved" if moved else "removed"
    noun = nouns(inquiry.target.metric.name)
    needs = agreeing(len(held), ("needs", "need") if noun[0] == "test module" else ("asks for", "ask for"))
    text = f"{part(len(held), len(found), noun)} {needs} {named(modules, MOST_NAMES, _MODULES)}, "
    were = agreeing(len(modules), ("was", "were"))
    text += f"which {were} there and {were} {verb}."
    shown = removals(inquiry, [missing_of(each.finding) for each in held])
    left = len(shown[MOST_EVIDENCE:])
    yield Answer(text, len(held), len(found), noun[1], shown[:MOST_EVIDENCE], left, tuple(modules))


def removals(inquiry: Inquiry, missing: Iterable[str]) -> tuple[Evidence, ...]:
    """The commits with which went what findings ask for, the one with the most of them first."""
    commits: dict[str, Commit] = {}
    gone: dict[str, list[str]] = defaultdict(list)
    for name in missing:
        departed = inquiry.around.departed.get(name)
        if departed is not None:
            commits[departed.commit.id] = departed.commit
            gone[departed.commit.id].append(name)
    ranked = sorted(gone, key=lambda commit: (-len(gone[commit]), commit))
    return tuple(removal(inquiry, commits[commit], by_often(gone[commit])) for commit in ranked)


def removal(inquiry: Inquiry, commit: Commit, modules: Sequence[str]) -> Evidence:
    """The commit that modules went with."""
    to = {each.by or each.to for each in map(inquiry.around.departed.__getitem__, modules)}
    where = f" to {code(to.pop())}" if len(to) == 1 and "" not in to else ""
    return evidence.commit(inquiry, commit, f"{named(modules, 1, _MODULES)} went{where} with ")


def went(departed: Departed) -> str:
    """What a commit did to a module: `4fa1c02 removed it`."""
    by = code(departed.commit.short)
    if departed.by:
        now = f"is {code(departed.to)} by now" if departed.to else "is gone as well"
        return f"{by} moved it to {code(departed.by)}, which {now}"
    return f"{by} moved it to {code(departed.to)}" if departed.to else f"{by} removed it"


def elsewhere(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Names that one other module defines, and no third one."""
    found = concerned(inquiry, chain)
    held = [each for each in found if home_of(inquiry, each)]
    if not is_most(len(held), len(found)):
        return
    noun = nouns(inquiry.target.metric.name)
    homes = by_often(home_of(inquiry, each) for each in held)
    gives = agreeing(len(held), ("asks in the wrong place", "ask in the wrong place"))
    where = f"only {code(homes[0])} defines" if len(homes) == 1 else f"{named(homes, MOST_NAMES, _MODULES)} define"
    alone = "" if len(homes) == 1 else ", each of them alone"
    text = f"{part(len(held), len(found), noun)} {gives}: {where} what is asked for{alone}."
    yield Answer(text, len(held), len(found), noun[1], *evidence.lines(inquiry, held), names=tuple(homes))


def home_of(inquiry: Inquiry, each: Traced) -> str:
    """The one module that defines all that an import asks for; empty where there is none."""
    sought = inquiry.sought.get(each.fingerprint)
    return "" if sought is None else sought.home


def never_there(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Modules of which no commit of the line had a file."""
    found = concerned(inquiry, chain)
    held = [each for each in found if reason_of(inquiry, each) == "never there"]
    if is_most(len(held), len(found)):
        noun = nouns(inquiry.target.metric.name)
        modules = by_often(missing_of(each.finding) for each in held)
        asks = agreeing(len(held), ("asks for", "ask for"))
        text = f"{part(len(held), len(found), noun)} {asks} {named(modules, MOST_NAMES, _MODULES)}: "
        of = agreeing(len(modules), ("it", "any of them"))
        text += f"no commit of the first-parent line had a Python file of {of}."
        yield Answer(text, len(held), len(found), noun[1], *evidence.lines(inquiry, held), names=tuple(modules))


def several(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Where no reason has most: the reasons one by one, and for how many there is another place."""
    found = concerned(inquiry, chain)
    reasons = {each.fingerprint: reason for each in found if (reason := reason_of(inquiry, each))}
    held = [each for each in found if each.fingerprint in reasons]
    often = Counter(reasons.values())
    if inquiry.target.metric.name != "imports.unresolved" or len(often) < 2 or not is_most(len(held), len(found)):
        return
    noun = nouns(inquiry.target.metric.name)
    ranked = sorted(often, key=lambda reason: (-often[reason], reason))
    told = listed([f"{often[reason]:,} {agreeing(often[reason], _IN_SHORT[reason])}" for reason in ranked])
    text = f"There are several reasons: of {counted(len(found), noun)}, {told}."
    homes = sum(1 for each in found if home_of(inquiry, each))
    if homes:
        text += f" For {homes:,} of them, one other module alone is known to define what is asked for."
    departed = inquiry.around.departed
    gone = removals(inquiry, [missing_of(each.finding) for each in held])
    lines, more = evidence.lines(inquiry, [each for each in held if missing_of(each.finding) not in departed])
    shown = (*gone[: MOST_EVIDENCE - 2], *lines)
    left = len(gone[MOST_EVIDENCE - 2 :]) + more + len(shown[MOST_EVIDENCE:])
    yield Answer(text, len(held), len(found), noun[1], shown[:MOST_EVIDENCE], left)
