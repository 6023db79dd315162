"""Actions on imports that cannot work: rewrite them to where the names are, take out what was removed, or add it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from analyzers.causes.answers import MOST_EVIDENCE, MOST_NAMES
from analyzers.causes.broken import home_of, removal, removals, went
from analyzers.causes.model import Action, Chain, Inquiry
from analyzers.causes.proposal import about, by_symbol, cause_of_step
from analyzers.causes.wording import agreeing, by_often, code, named, these
from analyzers.history import Traced

_IMPORTS: Final = ("import", "imports")
_MODULES: Final = ("module", "modules")
_MORE: Final = ("one more import", "{count:,} more imports")


def put_imports_right(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """By the names with the most imports one by one; of the rest, those of which it is known what to do."""
    if inquiry.target.metric.name != "imports.unresolved":
        return
    groups = by_symbol(inquiry)
    ranked = sorted((name for name in groups if name), key=lambda name: (-len(groups[name]), name))
    for name in ranked[:MOST_NAMES]:
        yield _of_one(inquiry, chain, name, groups[name])
    rest = [each for name in ranked[MOST_NAMES:] for each in groups[name]]
    yield from _of_the_rest(inquiry, chain, rest)


def _of_one(inquiry: Inquiry, chain: Chain, name: str, some: Sequence[Traced]) -> Action:
    departed = inquiry.around.departed.get(name)
    what = f"{these(len(some), _IMPORTS)} of"
    homes = {_target(inquiry, each) for each in some}
    if len(homes) == 1 and (home := homes.pop()):
        why = (
            f": {went(departed)}"
            if departed is not None and departed.to
            else ", the only module known to define what is asked for"
        )
        text = f"Rewrite {what} {code(name)} to {code(home)}{why}"
        action = about(inquiry, "rewrite imports", text, cause_of_step(chain, 2), some)
        return _shown(inquiry, msgspec.structs.replace(action, to=home), name)
    if departed is None:
        text = f"Add {code(name)}, or take {what} it out"
        return about(inquiry, "decide", text, cause_of_step(chain, 1), some)
    them = agreeing(len(some), ("it", "them"))
    also = f", or change {them}" if departed.to else f", with what uses {them}"
    text = f"Take {what} {code(name)} out{also}: {went(departed)}"
    return _shown(inquiry, about(inquiry, "decide", text, cause_of_step(chain, 2), some), name)


def _shown(inquiry: Inquiry, action: Action, name: str) -> Action:
    """The action with the commit that a module went with, if it is known."""
    departed = inquiry.around.departed.get(name)
    gone = () if departed is None else (removal(inquiry, departed.commit, [name]),)
    return msgspec.structs.replace(action, evidence=(*gone, *action.evidence)[:MOST_EVIDENCE])


def _target(inquiry: Inquiry, each: Traced) -> str:
    """The module to take the names from; where the file moved, no other one: that is a copy, or has its reasons."""
    departed = inquiry.around.departed.get(each.finding.symbol)
    if departed is None or not departed.to:
        return home_of(inquiry, each)
    sought = inquiry.sought.get(each.fingerprint)
    return "" if sought is None else sought.moved


def _of_the_rest(inquiry: Inquiry, chain: Chain, rest: Sequence[Traced]) -> Iterator[Action]:
    known = [each for each in rest if _target(inquiry, each)]
    if known:
        homes = named(by_often(_target(inquiry, each) for each in known), MOST_NAMES, _MODULES)
        text = f"Rewrite {_more(len(known))} to what has the names that are asked for: {homes}"
        yield about(inquiry, "rewrite imports", text, cause_of_step(chain, 2), known)
    departed = inquiry.around.departed
    gone = [
        each
        for each in rest
        if each.finding.symbol in departed and not departed[each.finding.symbol].to and not _target(inquiry, each)
    ]
    if gone:
        names = [each.finding.symbol for each in gone]
        modules = named(by_often(names), MOST_NAMES, _MODULES)
        them = agreeing(len(gone), ("it", "them"))
        text = f"Take out {_more(len(gone))} of what was removed, with what uses {them}: {modules}"
        action = about(inquiry, "decide", text, cause_of_step(chain, 2), gone)
        yield msgspec.structs.replace(action, evidence=removals(inquiry, names)[:MOST_EVIDENCE])


def _more(count: int) -> str:
    return agreeing(count, _MORE).format(count=count)
