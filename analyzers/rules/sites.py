"""Import sites: every place where a name of this repository is reached, and by which path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from analyzers.facts import Use
from analyzers.reading.scopes import OWN
from analyzers.resolve import Definition, Resolution, Resolver
from analyzers.rules.imported import Imported
from analyzers.snapshot import SourceFile, absolute_name
from analyzers.tree import Scope

SiteKind = Literal["import", "attribute", "string", "entry point"]

PathRole = Literal["definition", "shim", "re-export", "duplicate", "misnomer", "alias", "broken", "undecided"]
"""Why a path to a symbol works: it is where the symbol is defined, hands it on (from a module that does nothing else;
from any other), defines it a second time, gives its name to what is called otherwise, or gives it another name; or that
it does not, or that nobody can tell."""


class Symbol(msgspec.Struct, frozen=True, array_like=True):
    """What is reached: a name, and the definition that it leads to.

    One definition under two names (`Old = New`) makes two symbols: whoever imports `Old` asked for that name.
    """

    name: str
    definition: Definition


class ImportSite(msgspec.Struct, frozen=True, array_like=True):
    """One place where `name` is reached by way of `module` (absolute, first-party).

    "import" is `from module import name`, "attribute" a use `module.name` of an imported module, "string" a dotted name
    in a string, "entry point" one in the settings of a project. `symbol` is None where the code does not decide what is
    reached, or nothing is.
    """

    path: str
    line: int
    scope: Scope
    kind: SiteKind
    module: str
    name: str
    symbol: Symbol | None
    importer: str | None = None
    """The importing module's own name."""


def sites_of(
    file: SourceFile, imports: Iterable[Imported], uses: Iterable[Use], resolver: Resolver
) -> tuple[ImportSite, ...]:
    """Every place in a file where a name of this repository is imported, or used by way of an imported module."""
    return (*_imported(file, imports, resolver), *_used(file, uses, resolver))


def _imported(file: SourceFile, imports: Iterable[Imported], resolver: Resolver) -> Iterator[ImportSite]:
    for fact, module, resolution in imports:
        if module is not None and fact.name is not None and resolution is not None:
            site = _site(file, fact.line, "import", Definition(module, fact.name), resolution, resolver)
            if site is not None:
                yield site


def _used(file: SourceFile, uses: Iterable[Use], resolver: Resolver) -> Iterator[ImportSite]:
    """Uses `m.S` of an imported module: `S` is the first name behind the longest part that is a module."""
    for use in uses:
        dotted = None if use.target.startswith(OWN) or not use.tail else absolute_name(use.target, file)
        if dotted is None or not resolver.is_first_party(dotted):
            continue
        dotted = resolver.seen(dotted, file.path)
        if dotted is None:
            continue
        place, behind = _behind_module(dotted.split("."), use.tail, resolver)
        if place is not None and behind < use.here:
            site = site_at(file, use.line, "attribute", place, resolver)
            if site is not None and site.symbol is not None:
                yield site


def _behind_module(parts: list[str], tail: int, resolver: Resolver) -> tuple[Definition | None, int]:
    """`a.b` and `C` of `a.b.C.method`, where `a.b` is a module, and how many names stand behind `C`.

    What was imported is all but the last `tail` parts.
    """
    module = _own_name(".".join(parts[: len(parts) - tail]), resolver)
    if module is None:
        return None, 0
    for behind in range(tail - 1, -1, -1):
        part = parts[-1 - behind]
        resolution = resolver.resolve(module, part)
        if resolution.outcome != "module":
            return Definition(module, part), behind
        module = resolution.chain[-1].dotted
    return None, 0


def _own_name(module: str, resolver: Resolver) -> str | None:
    """A module's own name, also where another one hands it on; None for what is no module."""
    if resolver.is_module(module):
        return module
    package, _, name = module.rpartition(".")
    if not resolver.is_module(package):
        return None
    resolution = resolver.resolve(package, name)
    return resolution.chain[-1].dotted if resolution.outcome == "module" else None


def site_at(file: SourceFile, line: int, kind: SiteKind, place: Definition, resolver: Resolver) -> ImportSite | None:
    """The site of a name in a first-party module; None for a module, and for what comes from another distribution."""
    return _site(file, line, kind, place, resolver.resolve(place.module, place.name), resolver)


def _site(
    file: SourceFile, line: int, kind: SiteKind, place: Definition, resolution: Resolution, resolver: Resolver
) -> ImportSite | None:
    outcome = resolution.outcome
    if outcome in ("module", "external"):
        return None
    if outcome == "missing" and resolver.facts_of(place.module.partition(".")[0]) is None:
        return None  # a folder of scripts, and an installed package of that name that comes before it (PEP 420)
    definition = resolution.definition
    symbol = None if definition is None else Symbol(place.name, definition)
    return ImportSite(file.path, line, file.scope, kind, place.module, place.name, symbol, file.module)
