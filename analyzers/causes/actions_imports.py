"""Actions on imports and definitions: rewrite, warn, delete, make one of two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from analyzers.causes import evidence
from analyzers.causes.answers import MOST_NAMES
from analyzers.causes.model import Action, Chain, Inquiry
from analyzers.causes.proposal import about, cause_at, cause_of_step, keeping
from analyzers.causes.ways import Way, is_of_shim, odd_module, others_of, ways_of
from analyzers.causes.wording import agreeing, code, counted, named, these
from analyzers.history import Traced

_IMPORTS: Final = ("import", "imports")
_USES: Final = ("use", "uses")
_MODULES: Final = ("module", "modules")
_SHIMS: Final = ("the shim", "the shims")

_MOST_GROUPS: Final = 5
"""Modules to rewrite legacy imports to that are told one by one."""

_OTHER_THING: Final = frozenset({"duplicate", "misnomer"})
"""Roles by which one gets another thing than by the canonical path."""


def rewrite(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """Import statements that get the same thing by another path."""
    ways = ways_of(inquiry)
    found = [each for each in inquiry.findings if _is_same_thing(each, ways) and not _is_use(each)]
    yield from _rewritten(inquiry, chain, _by_canonical(found, ways), _IMPORTS)


def rewrite_uses(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """Uses `m.S` of an imported module."""
    ways = ways_of(inquiry)
    found = [each for each in inquiry.findings if _is_same_thing(each, ways) and _is_use(each)]
    yield from _rewritten(inquiry, chain, _by_canonical(found, ways), _USES)


def _is_same_thing(each: Traced, ways: Mapping[str, Way]) -> bool:
    way = ways.get(each.fingerprint)
    return way is not None and way.role not in _OTHER_THING and way.role != "undecided"


def _is_use(each: Traced) -> bool:
    """Whether the finding is a use by way of a module, and no import statement."""
    return f" is used from `{each.finding.detail}`; " in each.finding.message


def _by_canonical(found: Sequence[Traced], ways: Mapping[str, Way]) -> dict[str, list[Traced]]:
    groups: dict[str, list[Traced]] = defaultdict(list)
    for each in found:
        groups[ways[each.fingerprint].symbol.canonical].append(each)
    return groups


def _rewritten(
    inquiry: Inquiry, chain: Chain, groups: Mapping[str, list[Traced]], noun: tuple[str, str]
) -> Iterator[Action]:
    for module in sorted(groups, key=lambda name: (-len(groups[name]), name)):
        found = groups[module]
        names = sorted({each.finding.symbol for each in found})
        what = f"{these(len(found), noun)} of {named(names, MOST_NAMES, ('name', 'names'))}"
        action = about(inquiry, "rewrite imports", f"Rewrite {what} to {code(module)}", cause_of_step(chain, 2), found)
        yield msgspec.structs.replace(action, to=module)


def settle_definitions(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """Imports that get another definition of the name: that has to be settled before anything is rewritten."""
    ways = ways_of(inquiry)
    held = [each for each in inquiry.findings if each.fingerprint in ways]
    found = [each for each in held if ways[each.fingerprint].role == "duplicate"]
    for module, some in sorted(_by_canonical(found, ways).items()):
        modules = sorted({ways[each.fingerprint].path.module for each in some})
        names = named(sorted({each.finding.symbol for each in some}), MOST_NAMES, ("name", "names"))
        others = named(modules, MOST_NAMES, _MODULES)
        text = f"Make one definition of {names} out of those in {others} and {code(module)}, "
        text += f"and take {these(len(some), _IMPORTS)} from there"
        yield about(inquiry, "remove copy", text, cause_of_step(chain, 2), some)


def look_at_misnomers(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """Imports that get another thing by the name: which of the two is meant, only whoever wrote them can say."""
    ways = ways_of(inquiry)
    held = [each for each in inquiry.findings if each.fingerprint in ways]
    found = [each for each in held if ways[each.fingerprint].role == "misnomer"]
    for module, some in sorted(_by_canonical(found, ways).items()):
        names = named(sorted({each.finding.symbol for each in some}), MOST_NAMES, ("name", "names"))
        others = others_of(ways[each.fingerprint] for each in some)
        what = f"{these(len(some), _IMPORTS)} of {names}, which {agreeing(len(some), ('gets', 'get'))} {others}"
        text = f"Look at {what}: take {agreeing(len(some), ('it', 'each'))} from {code(module)}, "
        text += "or import what it gets by its own name"
        yield about(inquiry, "decide", text, cause_of_step(chain, 2), some)


def rewrite_legacy(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """Imports of legacy modules of which it is known where else the names are."""
    if inquiry.target.metric.name != "imports.legacy":
        return
    groups: dict[str, list[Traced]] = defaultdict(list)
    for each in inquiry.findings:
        groups[instead_of(inquiry, each)].append(each)
    ranked = sorted((name for name in groups if name), key=lambda name: (-len(groups[name]), name))
    cause = cause_of_step(chain, 2)
    for module in ranked[:_MOST_GROUPS]:
        some = groups[module]
        what = f"{these(len(some), _IMPORTS)} of {_modules_of(some)}"
        action = about(inquiry, "rewrite imports", f"Rewrite {what} to {code(module)}", cause, some)
        yield msgspec.structs.replace(action, to=module)
    rest = [each for module in ranked[_MOST_GROUPS:] for each in groups[module]]
    if rest:
        what = f"the other {counted(len(rest), _IMPORTS)} of shims to the modules that define the names"
        yield about(inquiry, "rewrite imports", f"Rewrite {what}", cause, rest)
    if groups[""]:
        what = f"{_modules_of(groups[''])}: {counted(len(groups['']), _IMPORTS)}"
        text = f"Say in the policy (`legacy`) what is to be used instead of {what}"
        yield about(inquiry, "decide", text, cause, groups[""], moves=False)


def _modules_of(some: Sequence[Traced]) -> str:
    return named(sorted({each.finding.symbol for each in some}), MOST_NAMES, _MODULES)


def instead_of(inquiry: Inquiry, each: Traced) -> str:
    """The module that is to be imported instead of a legacy one; empty where nobody says it."""
    for entry in inquiry.policy.legacy:
        if entry.module == each.finding.symbol and entry.use is not None:
            return entry.use
    _, found, place = each.finding.message.rpartition("` is defined in `")
    return place.removesuffix("`") if found else ""


def remove_copies(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """Copies of definitions, by the one that each is a copy of: those with the most."""
    if inquiry.target.metric.name != "ssot.duplicates":
        return
    groups: dict[tuple[str, str], list[Traced]] = defaultdict(list)
    for each in inquiry.findings:
        groups[each.finding.symbol, each.finding.detail].append(each)
    ranked = sorted(groups, key=lambda which: (-len(groups[which]), which))
    for which in ranked[:MOST_NAMES]:
        some, (name, place) = groups[which], which
        copies = "this copy" if len(some) == 1 else f"these {len(some)} copies"
        text = f"Replace {copies} of {code(name)} by an import of the one in {code(place)}"
        yield about(inquiry, "remove copy", text, cause_of_step(chain, 1), some)


def _shims(inquiry: Inquiry) -> list[str]:
    """The shims that imports go through, the most used first."""
    ways = ways_of(inquiry)
    often: dict[str, int] = defaultdict(int)
    for each in inquiry.findings:
        way = ways.get(each.fingerprint)
        is_shim = way.role == "shim" if way is not None else is_of_shim(each)
        if is_shim:
            often[odd_module(each, ways)] += 1
    return sorted(often, key=lambda name: (-often[name], name))


def warn(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """Shims that do not warn yet."""
    cause = cause_at(chain, "paths.shim", "paths.legacy-shim", "paths.mixed")
    warned = {guard.module for guard in inquiry.around.guards if guard.kind == "warning"}
    shims = [name for name in _shims(inquiry) if name not in warned]
    if cause is not None and shims:
        what = f"{agreeing(len(shims), _SHIMS)} {named(shims, MOST_NAMES, _MODULES)}"
        shown, _ = evidence.modules(inquiry, shims)
        yield keeping(inquiry, "warn", f"Add a DeprecationWarning to {what}", cause, shown, shims)


def delete(inquiry: Inquiry, chain: Chain) -> Iterator[Action]:
    """Shims, one by one, since each is known to be free of importers, or not, by itself."""
    cause = cause_at(chain, "paths.shim", "paths.legacy-shim", "paths.mixed")
    for name in _shims(inquiry)[:MOST_NAMES] if cause is not None else ():
        shown, _ = evidence.modules(inquiry, [name])
        text = f"Delete the shim {code(name)} once nothing imports it"
        if cause is not None:
            yield keeping(inquiry, "delete module", text, cause, shown, [name])
