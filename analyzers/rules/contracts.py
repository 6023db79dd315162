"""imports.contracts: imports that break a contract, directly or by way of other modules.

Contracts are understood as import-linter and Tach understand theirs; imports in functions count like all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import msgspec

from analyzers.chains import Chain, Found, Walls, chains
from analyzers.contracts import (
    MOST_NOTES,
    AnyContract,
    Boundaries,
    Contract,
    Declared,
    Forbidden,
    Independence,
    Layer,
    Layers,
    Note,
)
from analyzers.findings import Finding
from analyzers.graph import ModuleGraph
from analyzers.module_names import ModuleNames
from analyzers.tree import PathPatterns
from analyzers.twins import Twins

MOST_CHAINS: Final = 1_000
"""Chains told of one contract. The others are counted."""

_MOST_SHOWN: Final = 6


class Checked(msgspec.Struct, frozen=True):
    """What one contract came to. `problems` are mistakes in it; `more` and `more_problems` count what is not told."""

    contract: Contract
    findings: tuple[Finding, ...]
    more: int = 0
    problems: tuple[Note, ...] = ()
    more_problems: int = 0

    @property
    def is_kept(self) -> bool:
        """Whether nothing breaks it."""
        return not self.findings and not self.more


def check(graph: ModuleGraph, contracts: Sequence[AnyContract]) -> tuple[Checked, ...]:
    """Hold every contract against a graph."""
    if not contracts:
        return ()
    names = ModuleNames([*graph.modules, *_externals(graph)])
    return tuple(_Check(graph, names, contract).checked() for contract in contracts)


def check_everywhere(graph: ModuleGraph, contracts: Sequence[AnyContract], twins: Twins) -> tuple[Checked, ...]:
    """The same where a name means other modules in other roots: a contract is about what it names in each of them.

    One that is written down in a root is about that root alone.
    """
    homes = [_home(contract, twins) for contract in contracts]
    checked = list(check(graph, contracts))
    for root in twins.roots_apart if contracts else ():
        about = [number for number, home in enumerate(homes) if home in (None, root)]
        renamed = graph.renamed(twins.called_in(root))
        for number, found in zip(about, check(renamed, [contracts[each] for each in about]), strict=True):
            checked[number] = _merged(checked[number], found, root, twins, alone=homes[number] == root)
    return tuple(checked)


def _home(contract: AnyContract, twins: Twins) -> str | None:
    """The root that a contract is written down in, where it is in one with twins."""
    roots = twins.roots_of(contract.source.path) if contract.source.path else ()
    return next(iter(roots), None)


def _merged(one: Checked, other: Checked, root: str, twins: Twins, *, alone: bool) -> Checked:
    """What a contract came to everywhere else, with what it came to in one root."""
    if alone:
        return other
    known = {(finding.path, finding.detail) for finding in one.findings}
    new = (finding for finding in other.findings if root in twins.roots_of(finding.path))
    found = tuple(finding for finding in new if (finding.path, finding.detail) not in known)
    return msgspec.structs.replace(one, findings=one.findings + found)


def kept_out(contract: Forbidden, names: ModuleNames) -> frozenset[str]:
    """The modules that a contract keeps some other module from importing."""
    importers = {name for expression in contract.importers for name in names.named(expression)}
    found: set[str] = set()
    for forbidden in {name for expression in contract.forbidden for name in names.named(expression)}:
        if any(not _overlap(importer, forbidden, whole=contract.whole) for importer in importers):
            found.update(names.within(forbidden) if contract.whole else [forbidden])
    return frozenset(found)


def _externals(graph: ModuleGraph) -> set[str]:
    return {edge.target for module in graph.modules.values() for edge in module.edges} - graph.modules.keys()


class _Check:
    """One contract held against a graph."""

    def __init__(self, graph: ModuleGraph, names: ModuleNames, contract: AnyContract) -> None:
        self._graph = graph
        self._names = names
        self._contract = contract
        self._ignored = _ignored(names, contract)
        self._imports: dict[str, tuple[str, ...]] = {}
        self._problems: dict[Note, None] = {}
        self._more_problems = 0

    def checked(self) -> Checked:
        contract = self._contract
        if isinstance(contract, Forbidden):
            found = self._forbidden(contract)
        elif isinstance(contract, Layers):
            found = self._layers(contract)
        elif isinstance(contract, Independence):
            found = self._independent([Layer(tuple(sorted(self._existing(contract.modules))))])
        else:
            found = self._boundaries(contract)
        told: dict[tuple[str, str], Chain] = {}
        more = 0
        for part in found:
            more += part.more
            for chain in part.chains:
                told.setdefault((chain[0], chain[-1]), chain)
        ordered = sorted(told.values(), key=lambda chain: (len(chain), chain))
        findings = tuple(self._finding(chain) for chain in ordered[:MOST_CHAINS])
        more += len(ordered) - len(findings)
        return Checked(contract, findings, more, tuple(self._problems), self._more_problems)

    def _problem(self, message: str, remedy: str) -> None:
        where = self._contract.source
        note = Note(where.path, where.line, "problem", f"contract `{_shown(self._contract)}`: {message}", remedy)
        if len(self._problems) < MOST_NOTES:
            self._problems[note] = None
        elif note not in self._problems:
            self._more_problems += 1

    def _imported_by(self, module: str) -> tuple[str, ...]:
        """What a module imports, in the order of the names, but for what the contract ignores."""
        known = self._imports.get(module)
        if known is None:
            found = self._graph.modules.get(module)
            counts = self._contract.type_checking
            targets = {edge.target for edge in found.edges if counts or not edge.type_checking} if found else set()
            targets = targets.difference({module}, *self._ignored.get(module, ()))
            known = self._imports[module] = tuple(sorted(targets))
        return known

    def _existing(self, expressions: Iterable[str]) -> set[str]:
        """The modules that expressions name. One that names none in particular is a mistake."""
        modules: set[str] = set()
        for expression in expressions:
            named = self._names.named(expression)
            if not named and "*" not in expression:
                self._problem(f"module `{expression}` does not exist", "correct the name, or leave it out")
            modules |= named
        return modules

    def _forbidden(self, contract: Forbidden) -> Iterator[Found]:
        """Importers that must not import the same modules are looked at together."""
        forbidden = self._names_of_forbidden(contract)
        together: dict[frozenset[str], list[str]] = {}
        for importer in sorted(self._existing(contract.importers)):
            apart = frozenset(each for each in forbidden if not _overlap(importer, each, whole=contract.whole))
            together.setdefault(apart, []).append(importer)
        for apart, importers in together.items():
            sources = self._all_of(importers, whole=contract.whole)
            targets = self._all_of(apart, whole=contract.whole)
            between = _nothing if contract.only_direct else _anything
            yield chains(sources, Walls(targets.__contains__, between), self._imported_by)

    def _names_of_forbidden(self, contract: Forbidden) -> set[str]:
        """What nobody imports need not exist: a package of another distribution is in the graph only if imported."""
        return {name for expression in contract.forbidden for name in self._names.named(expression)}

    def _all_of(self, modules: Iterable[str], *, whole: bool) -> set[str]:
        return {name for module in modules for name in self._names.within(module)} if whole else set(modules)

    def _layers(self, contract: Layers) -> Iterator[Found]:
        if not contract.containers:
            yield from self._independent(self._present(contract.layers, ""))
        for container in sorted(self._existing(contract.containers)):
            yield from self._independent(self._present(contract.layers, f"{container}."))

    def _present(self, layers: Iterable[Layer], prefix: str) -> list[Layer]:
        """The layers with the full names of those modules that exist."""
        present: list[Layer] = []
        for layer in layers:
            there = [name for name in layer.modules if f"{prefix}{name}" in self._names]
            missing = set(layer.modules) - layer.optional - set(there)
            for name in sorted(missing):
                message = f"layer `{prefix}{name}` does not exist"
                self._problem(message, "correct the name, or put it in parentheses if it may be missing")
            present.append(Layer(tuple(f"{prefix}{name}" for name in there), independent=layer.independent))
        return present

    def _independent(self, layers: Sequence[Layer]) -> Iterator[Found]:
        """Each package of a layer, and what it must not reach: all layers above, and its siblings if independent.

        A chain that leads through a third package of the layers is that one's.
        """
        packages = frozenset(name for layer in layers for name in layer.modules)
        package_of = _nearest_among(packages)
        above: set[str] = set()
        for layer in layers:
            for package in layer.modules:
                illegal = above | (set(layer.modules) if layer.independent else set())
                illegal = {each for each in illegal if not _overlap(package, each, whole=True)}
                own = [name for name in self._names.within(package) if package_of(name) == package]
                if illegal:
                    walls = Walls(
                        lambda module, illegal=illegal: package_of(module) in illegal,  # type: ignore[misc]
                        lambda module: package_of(module) is None,
                    )
                    yield chains(own, walls, self._imported_by)
            above |= set(layer.modules)

    def _boundaries(self, contract: Boundaries) -> Iterator[Found]:
        boundaries = _DeclaredModules(contract, self._names)
        excluded = PathPatterns(contract.exclude)
        for name, module in self._graph.modules.items():
            illegal = [target for target in self._imported_by(name) if not boundaries.allow(name, target)]
            if illegal and module.path not in excluded:
                yield Found(tuple((name, target) for target in illegal))

    def _finding(self, chain: Chain) -> Finding:
        module = self._graph.modules[chain[0]]
        counts = self._contract.type_checking
        line = min(edge.line for edge in module.edges if edge.target == chain[1] and (counts or not edge.type_checking))
        return Finding(
            rule="imports.contracts",
            path=module.path,
            line=line,
            end_line=line,
            symbol=self._contract.name,
            detail=f"{chain[0]} -> {chain[-1]}",
            message=_message(chain, _shown(self._contract)),
            severity="medium",
            scope=module.scope,
            about=(self._place(chain[-1]),),
        )

    def _place(self, module: str) -> str:
        """The file of a module, or its name where it is of another distribution."""
        known = self._graph.modules.get(module)
        return module if known is None else known.path


def _nothing(_module: str) -> bool:
    return False


def _anything(_module: str) -> bool:
    return True


def _shown(contract: Contract) -> str:
    return contract.name.replace("`", "'")


def _message(chain: Chain, name: str) -> str:
    if len(chain) == 2:
        return f"`{chain[0]}` imports `{chain[1]}`, which the contract `{name}` forbids"
    between = chain[1:-1][:_MOST_SHOWN]
    left_out = len(chain) - 2 - len(between)
    way = ", ".join(f"`{module}`" for module in between) + (f" and {left_out} more modules" if left_out else "")
    return f"`{chain[0]}` imports `{chain[-1]}` by way of {way}, which the contract `{name}` forbids"


def _ignored(names: ModuleNames, contract: Contract) -> dict[str, list[frozenset[str]]]:
    """By importing module, the sets of modules whose import is not seen."""
    ignored: dict[str, list[frozenset[str]]] = {}
    for each in contract.ignore:
        imported = names.named(each.imported)
        for importer in names.named(each.importer) if imported else ():
            ignored.setdefault(importer, []).append(imported)
    return ignored


def _overlap(one: str, other: str, *, whole: bool) -> bool:
    """Whether one is, or lies in, the other."""
    return one == other or (whole and (one.startswith(f"{other}.") or other.startswith(f"{one}.")))


def _nearest_among(packages: frozenset[str]) -> Callable[[str], str | None]:
    """Finds the package of some that a module lies in, the innermost where there are several."""
    known: dict[str, str | None] = {}

    def nearest(module: str) -> str | None:
        if module not in known:
            name = module
            while name and name not in packages:
                name = name.rpartition(".")[0]
            known[module] = name or None
        return known[module]

    return nearest


class _DeclaredModules:
    """The modules that a Tach file declares, and what each may import."""

    def __init__(self, contract: Boundaries, names: ModuleNames) -> None:
        self._contract = contract
        self._declared: dict[str, Declared] = {}
        for declared in contract.modules:
            for path in names.named(declared.path) if "*" in declared.path else (declared.path,):
                self._declared[path] = declared
        self._nearest = _nearest_among(frozenset(self._declared))
        self._named = {
            id(declared): frozenset(name for each in declared.depends_on or () for name in _named(each, names))
            for declared in contract.modules
        }
        self._position = {layer: position for position, layer in enumerate(contract.layers)}

    def allow(self, importer: str, imported: str) -> bool:
        """Whether one module may import another. What no declared module covers is not limited."""
        source_path, target_path = self._nearest(importer), self._nearest(imported)
        if source_path is None or target_path is None or source_path == target_path:
            return True
        source, target = self._declared[source_path], self._declared[target_path]
        if source.unchecked:
            return True
        by_layer = self._by_layer(source, target)
        if by_layer is not None:
            return by_layer
        if target_path in source.cannot_depend_on:
            return False
        return source.depends_on is None or target.utility or target_path in self._named[id(source)]

    def _by_layer(self, source: Declared, target: Declared) -> bool | None:
        """What the layers alone decide. None: they do not."""
        if source.layer is None or target.layer is None:
            return None
        own, other = self._position.get(source.layer), self._position.get(target.layer)
        if own is None or other is None or own == other:
            return None
        if own > other or any(layer in self._contract.closed for layer in self._contract.layers[own + 1 : other]):
            return False
        return True if self._contract.lower_layers_are_free else None


def _named(path: str, names: ModuleNames) -> Iterable[str]:
    return names.named(path) if "*" in path else (path,)
