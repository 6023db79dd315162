"""The first-party imports of one file, resolved once for all rules."""

from __future__ import annotations

from typing import NamedTuple

from analyzers.facts import FileFacts, ImportFact
from analyzers.resolve import Resolution, Resolver
from analyzers.snapshot import SourceFile, absolute_name


class Imported(NamedTuple):
    """One import of something in this repository.

    `module` is the absolute name of the module that the statement names; None where a relative one leaves the top-level
    package, or where nobody can tell which one of several roots it means. `resolution` tells what `from module import
    name` brings; None for `import module` and star imports.
    """

    fact: ImportFact
    module: str | None
    resolution: Resolution | None


def first_party_imports(file: SourceFile, facts: FileFacts, resolver: Resolver) -> tuple[Imported, ...]:
    """The imports in a file whose module's name starts in this repository, in the order of the file."""
    found: list[Imported] = []
    is_first_party, resolve, twins = resolver.is_first_party, resolver.resolve, resolver.twins.tops
    for fact in facts.imports:
        module: str | None = fact.module
        if fact.level:
            module = absolute_name("." * fact.level + fact.module, file)
        elif not is_first_party(fact.module):
            continue
        if twins and module and module.partition(".")[0] in twins:
            module = resolver.imported_module(fact, file)
        name = fact.name
        if not module or name is None or name == "*":
            found.append(Imported(fact, module or None, None))
        else:
            found.append(Imported(fact, module, resolve(module, name)))
    return tuple(found)
