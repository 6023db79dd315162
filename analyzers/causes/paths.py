"""Step 2, why does the odd way still work: what hands the name on, or defines it once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from analyzers.causes import evidence
from analyzers.causes.answers import MOST_NAMES, Answer, Ask, Link, is_most
from analyzers.causes.broken import removals
from analyzers.causes.model import Inquiry
from analyzers.causes.ways import Way, is_of_shim, odd_module, others_of, ways_of
from analyzers.causes.wording import agreeing, counted, listed, named, nouns, part
from analyzers.history import Traced
from analyzers.rules.sites import PathRole

_MODULES: Final = ("module", "modules")
_IMPORTS: Final = nouns("imports.fragmented")

_BECAUSE: Final[Mapping[PathRole, tuple[str, str]]] = {
    "shim": ("{modules} is a shim: it only hands {names} on", "{modules} are shims: they only hand {names} on"),
    "re-export": ("{modules} hands {names} on, beside what else it does", "{modules} hand {names} on, beside the rest"),
    "duplicate": ("{modules} leads to another definition of {names}", "{modules} lead to other definitions of {names}"),
    "misnomer": (
        "{modules} gives another thing under the name of {names}: {others}",
        "{modules} give another thing under the name of {names}: {others}",
    ),
    "alias": ("{modules} knows {names} by another name", "{modules} know {names} by other names"),
    "definition": (
        "{modules} is where {names} is defined, and {canonical} hands it on",
        "{modules} are where {names} are defined, and {canonical} hands them on",
    ),
    "broken": ("It does not: {modules} has no {names}", "They do not: {modules} have no {names}"),
}

_WARNING_SHIM: Final = (
    "{modules} is a shim that warns: it only hands {names} on",
    "{modules} are shims that warn: they only hand {names} on",
)

_GONE: Final = ("It does not: {modules} went", "They do not: {modules} went")

_IN_SHORT: Final[Mapping[PathRole, str]] = {
    "shim": "through a shim",
    "re-export": "by a re-export",
    "duplicate": "by a second definition",
    "misnomer": "by a name that means {others} there",
    "alias": "by another name",
    "definition": "from where it is defined",
    "broken": "by a path that does not work",
}


def concerned(inquiry: Inquiry, chain: tuple[Link, ...]) -> tuple[Traced, ...]:
    """The findings that the chain is about so far: those of the modules or names that step 1 named, else all."""
    if chain and chain[0].rule == "where.symbol":
        return tuple(each for each in inquiry.findings if each.finding.symbol in chain[0].answer.names)
    if not chain or chain[0].rule != "where.module":
        return inquiry.findings
    ways = ways_of(inquiry)
    return tuple(each for each in inquiry.findings if odd_module(each, ways) in chain[0].answer.names)


def through(role: PathRole) -> Ask:
    """The rule that answers with one role of the odd path."""

    def ask(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
        found, ways = concerned(inquiry, chain), ways_of(inquiry)
        held = [each for each in found if each.fingerprint in ways and ways[each.fingerprint].role == role]
        if is_most(len(held), len(found)):
            yield _because(inquiry, role, [ways[each.fingerprint] for each in held], held, len(found))

    return ask


def _because(inquiry: Inquiry, role: PathRole, ways: list[Way], held: list[Traced], among: int) -> Answer:
    often = Counter(way.path.module for way in ways)
    modules = sorted(often, key=lambda name: (-often[name], name))
    names = sorted({way.symbol.symbol.name for way in ways})
    canonical = sorted({way.symbol.canonical for way in ways})
    is_gone = role == "broken" and inquiry.around.departed.keys() >= set(modules)
    warned = {guard.module for guard in inquiry.around.guards if guard.kind == "warning"}
    told = _WARNING_SHIM if role == "shim" and warned.issuperset(modules) else _BECAUSE[role]
    because = agreeing(len(modules), _GONE if is_gone else told).format(
        modules=named(modules, MOST_NAMES, _MODULES),
        names=named(names, MOST_NAMES, ("name", "names")),
        canonical=named(canonical, 1, _MODULES),
        others=others_of(ways),
    )
    so = f" {part(len(held), among, _IMPORTS)} {agreeing(len(held), ('goes', 'go'))} that way."
    if role == "broken":
        so = f" That breaks {counted(len(held), _IMPORTS)}."
    shown, more = evidence.modules(inquiry, modules)
    if is_gone:
        shown, more = evidence.first(removals(inquiry, (way.path.module for way in ways)), lambda each: each)
    elif not shown:
        shown, more = evidence.lines(inquiry, held)
    return Answer(f"{because}.{so}", len(held), among, _IMPORTS[1], shown, more, tuple(modules))


def mixed(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Where no role has most: the ways one by one."""
    found, ways = concerned(inquiry, chain), ways_of(inquiry)
    held = [each for each in found if each.fingerprint in ways and ways[each.fingerprint].role in _IN_SHORT]
    roles = Counter(ways[each.fingerprint].role for each in held)
    if len(roles) < 2 or not is_most(len(held), len(found)):
        return
    ranked = sorted(roles, key=lambda role: (-roles[role], role))
    others = others_of(ways[each.fingerprint] for each in held)
    told = listed([f"{roles[role]:,} {_IN_SHORT[role].format(others=others)}" for role in ranked])
    text = f"There are several ways: of {counted(len(found), _IMPORTS)}, {told}."
    modules = sorted({ways[each.fingerprint].path.module for each in held})
    shown, more = evidence.modules(inquiry, modules)
    if not shown:
        shown, more = evidence.lines(inquiry, held)
    yield Answer(text, len(held), len(found), _IMPORTS[1], shown, more, tuple(modules))


def fallback(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Imports that are one of two choices, in a `try` and its handler."""
    found = concerned(inquiry, chain)
    held = [each for each in found if each.fingerprint in inquiry.fallbacks]
    if is_most(len(held), len(found)):
        verb = agreeing(len(held), ("is one of two choices", "are one of two choices"))
        text = f"{part(len(held), len(found), _IMPORTS)} {verb}: if an import fails, the name is taken from elsewhere."
        yield Answer(text, len(held), len(found), _IMPORTS[1], *evidence.lines(inquiry, held))


def legacy_shim(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Legacy modules that do nothing but hand on names."""
    found = concerned(inquiry, chain) if inquiry.target.metric.name == "imports.legacy" else ()
    held = [each for each in found if is_of_shim(each)]
    if is_most(len(held), len(found)):
        modules = _modules(held)
        told = _WARNING_SHIM if all(" (it warns with " in each.finding.message for each in held) else _BECAUSE["shim"]
        kind = agreeing(len(modules), told).format(modules=named(modules, MOST_NAMES, _MODULES), names="names")
        text = f"{kind}. {_so(held, found)}"
        yield _of_modules(inquiry, text, held, found, modules)


def legacy_notice(inquiry: Inquiry, chain: tuple[Link, ...]) -> Iterator[Answer]:
    """Legacy modules that say so of themselves and do all that they did."""
    found = concerned(inquiry, chain) if inquiry.target.metric.name == "imports.legacy" else ()
    said = [each for each in found if " (it warns with " in each.finding.message or _says_so(each)]
    held = [each for each in said if not is_of_shim(each)]
    if is_most(len(held), len(found)):
        modules = _modules(held)
        warns = sum(1 for each in held if not _says_so(each))
        how = "warns" if warns == len(held) else "says in its docstring that it is deprecated"
        hows = "warn" if warns == len(held) else "say that they are deprecated"
        kept = agreeing(len(modules), (f"only {how}: it still does its work", f"only {hows}: they still do their work"))
        yield _of_modules(
            inquiry, f"{named(modules, MOST_NAMES, _MODULES)} {kept}. {_so(held, found)}", held, found, modules
        )


def _says_so(traced: Traced) -> bool:
    return " (its docstring says deprecated" in traced.finding.message


def _modules(held: list[Traced]) -> list[str]:
    often = Counter(each.finding.symbol for each in held)
    return sorted(often, key=lambda name: (-often[name], name))


def _so(held: list[Traced], found: tuple[Traced, ...]) -> str:
    return f"{part(len(held), len(found), _IMPORTS)} {agreeing(len(held), ('goes', 'go'))} that way."


def _of_modules(
    inquiry: Inquiry, text: str, held: list[Traced], found: tuple[Traced, ...], modules: list[str]
) -> Answer:
    shown, more = evidence.modules(inquiry, modules)
    if not shown:
        shown, more = evidence.lines(inquiry, held)
    return Answer(text, len(held), len(found), _IMPORTS[1], shown, more, tuple(modules))
