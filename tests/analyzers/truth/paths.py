"""imports.fragmented, imports.patterns and imports.canonical_usage, counted again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.analyzers.truth.code import File, Import
from tests.analyzers.truth.names import Answer, Names
from tests.analyzers.truth.told import Told
from tests.analyzers.truth.uses import Use, uses_in

Symbol = tuple[str, str, str]
"""A name, and the module and name of its definition."""


@dataclass(frozen=True)
class Site:
    """One place where a name is taken from a module."""

    file: File
    line: int
    module: str
    name: str
    answer: Answer

    @property
    def symbol(self) -> Symbol | None:
        """The symbol that the name leads to, where it is decided and one of this tree."""
        answer = self.answer
        return (self.name, answer.module, answer.name) if answer.kind == "definition" else None


def sites_in(file: File, names: Names) -> Iterator[Site]:
    """Every place in a file where a name is taken from a module of this tree. A module is no such name."""
    for each in file.imports:
        if each.name is not None and each.name != "*" and each.module is not None:
            yield from site(file, each.line, each.module, each.name, names)
    for use in uses_in(file):
        yield from attribute_site(file, use, names)


def site(file: File, line: int, module: str, name: str, names: Names) -> Iterator[Site]:
    answer = names.follow(module, name)
    if answer.kind not in {"external", "module"}:
        yield Site(file, line, module, name, answer)


def module_of(each: Import, names: Names) -> str | None:
    """The module that an imported name is, if it is one."""
    if each.module is None:
        return None
    if each.name is None:
        return each.head
    answer = names.follow(each.module, each.name)
    return answer.module if answer.kind == "module" else None


def beyond_what_is_imported(module: str | None, use: Use) -> tuple[str | None, int]:
    """The module that `a.b.S` begins with, and how many parts that are: `a.b` after `import a.b`, whatever `a` has."""
    named = [each.module for each in use.imports if each.name is None and not each.renamed and each.module is not None]
    for dotted in sorted(named, key=len, reverse=True):
        parts = dotted.split(".")
        if use.names[: len(parts)] == parts:
            return dotted, len(parts)
    return module, 1


def attribute_site(file: File, use: Use, names: Names) -> Iterator[Site]:
    """The first part of `m.sub.S` that is no module is taken from the module before it, if it is written there."""
    modules = {module_of(each, names) for each in use.imports}
    module, known = beyond_what_is_imported(modules.pop(), use)
    for number, name in enumerate(use.names[known:], known):
        if modules or module is None or not names.is_module(module):
            return
        answer = names.follow(module, name)
        if answer.kind != "module":
            if number > use.hidden and answer.kind == "definition":
                yield from site(file, use.line, module, name, names)
            return
        module = answer.module


@dataclass(frozen=True)
class Canonical:
    """The canonical path of a symbol, and the modules that it leads through."""

    module: str
    inferred: bool
    steps: frozenset[str]


@dataclass
class Paths:
    """What the recount says about paths: findings, and the figures that the metrics are made of."""

    told: list[Told]
    measured: set[tuple[str, int, str, str]]
    """The sites of symbols that have a canonical path: file, line, module and name."""
    sites: int
    sites_in_production: int
    spare: int
    spare_in_production: int


def count_paths(every: list[Site], names: Names, policy: Mapping[str, str], *, infer: bool) -> Paths:
    """Count the sites of the symbols that a policy names (by name: canonical module), or of all if it infers."""
    by_symbol = grouped(every, names, policy, infer=infer)
    result = Paths([], set(), 0, 0, 0, 0)
    for symbol, sites in by_symbol.items():
        name = symbol[0]
        canonical = given(name, policy[name], names) if name in policy else inferred(symbol, sites, names)
        result.told += [stray(each, name, canonical) for each in sites if is_stray(each, name, canonical)]
        result.measured |= {(each.file.path, each.line, each.module, each.name) for each in sites}
        result.sites += len(sites)
        result.sites_in_production += sum(not each.file.is_test for each in sites)
        result.spare += len({(each.module, each.name) for each in sites}) - 1
        production = {(each.module, each.name) for each in sites if not each.file.is_test}
        result.spare_in_production += max(len(production) - 1, 0)
    return result


def grouped(every: list[Site], names: Names, policy: Mapping[str, str], *, infer: bool) -> dict[Symbol, list[Site]]:
    """All sites by symbol. One that the policy names has all sites of that name, and of other names for it."""
    named = {name: names.follow(module, name) for name, module in policy.items()}
    other_names = {(answer.module, answer.name): name for name, answer in named.items() if answer.kind == "definition"}
    by_symbol: dict[Symbol, list[Site]] = {}
    for each in every:
        name = each.name if each.name in policy else other_names.get((each.answer.module, each.answer.name))
        symbol = (name, "", "") if name is not None else each.symbol if infer else None
        if symbol is not None:
            by_symbol.setdefault(symbol, []).append(each)
    return by_symbol


def given(name: str, module: str, names: Names) -> Canonical:
    """The path that a policy names."""
    return Canonical(module, inferred=False, steps=frozenset({module, *names.follow(module, name).steps}))


def inferred(symbol: Symbol, sites: list[Site], names: Names) -> Canonical:
    """The module that most sites use; of equal ones the definition, then the first by name."""
    name, defined_in, defined_as = symbol
    modules = {each.module for each in sites}
    votes = Counter(each.module for each in sites if each.file.module not in modules)

    def rank(module: str) -> tuple[int, bool, str]:
        return (-votes[module], not (module == defined_in and name == defined_as), module)

    module = min(modules, key=rank)
    return Canonical(module, inferred=True, steps=frozenset({module, *names.follow(module, name).steps}))


def is_stray(each: Site, name: str, canonical: Canonical) -> bool:
    """Whether a site goes round the canonical path and may be accused of it."""
    if (each.module, each.name) == (canonical.module, name) or each.file.module in canonical.steps:
        return False
    inside = f"{each.file.module}.".startswith(f"{canonical.module}.")
    return not (canonical.inferred and inside)


def stray(each: Site, name: str, canonical: Canonical) -> Told:
    """What is said of such a site."""
    detail = each.module if each.name == name else f"{each.module}.{each.name}"
    return Told("imports.fragmented", each.file.path, each.line, name, detail, each.file.is_test, canonical.inferred)
