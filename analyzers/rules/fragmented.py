"""imports.fragmented: import sites of a symbol by another path than its canonical one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from analyzers.findings import Finding
from analyzers.resolve import Definition, Resolver
from analyzers.rules.sites import ImportSite, PathRole, Symbol


class CanonicalPath(msgspec.Struct, frozen=True):
    """The module from which a symbol is to be imported, by the policy or by inference."""

    symbol: Symbol
    module: str
    inferred: bool


def infer(symbol: Symbol, votes: Mapping[str, int], before: CanonicalPath | None) -> CanonicalPath:
    """The path that most sites use; of equal ones the defining module, then the first by name.

    `votes` are sites by module. `before` is the path inferred at base: it stays as long as anybody uses it, so that a
    change is measured by what stood before it and not by the majority that it makes itself.
    """
    if before is not None and votes.get(before.module, 0) > 0:
        return before
    home = symbol.definition.module
    best = min(
        (module for module, count in votes.items() if count > 0),
        key=lambda module: (-votes[module], module != home, module),
        default=home,
    )
    return CanonicalPath(symbol, best, inferred=True)


def links_of(path: CanonicalPath, resolver: Resolver) -> tuple[str, ...]:
    """The modules that a canonical path leads through. They cannot import from themselves."""
    chain = resolver.resolve(path.module, path.symbol.name).chain
    return tuple(sorted({place.module for place in chain}))


def is_stray(site: ImportSite, path: CanonicalPath, links: Collection[str]) -> bool:
    """Whether a site goes round the canonical path.

    Never one in the modules that the path leads through. Where the path is inferred, nor one in the modules inside its
    package: importing one's own package from within is a cycle.
    """
    if site.module == path.module and site.name == path.symbol.name:
        return False
    inside = f"{site.importer}.".startswith(f"{path.module}.")
    return site.importer not in links and not (path.inferred and inside)


def stray_finding(site: ImportSite, path: CanonicalPath) -> Finding:
    """What is said about a stray."""
    name = path.symbol.name
    verb = "used" if site.kind == "attribute" else "imported"
    instead = "most sites import it from" if path.inferred else "its canonical module is"
    told = f"`{name}` is {verb} from `{site.module}`"
    if site.name != name:
        told = f"`{site.name}` of `{site.module}` is another name of `{name}`"
    return Finding(
        rule="imports.fragmented",
        path=site.path,
        line=site.line,
        end_line=site.line,
        symbol=name,
        detail=site.module if site.name == name else f"{site.module}.{site.name}",
        message=f"{told}; {instead} `{path.module}`",
        severity="medium",
        scope=site.scope,
        inferred=path.inferred,
    )


def role_of(symbol: Symbol, place: Definition, resolver: Resolver) -> PathRole:
    """Why the path by which a symbol is reached works."""
    resolution = resolver.resolve(place.module, place.name)
    if resolution.outcome == "missing":
        return "broken"
    definition = resolution.definition
    if definition is None:
        return "undecided"
    if definition != symbol.definition:
        return "duplicate" if definition.name == symbol.name else "misnomer"
    if place.name != symbol.name:
        return "alias"
    if definition.module == place.module:
        return "definition"
    notice = resolver.notice(place.module)
    return "shim" if notice is not None and notice.is_shim else "re-export"
