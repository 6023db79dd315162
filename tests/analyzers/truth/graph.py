"""imports.cycles and imports.contracts, counted again: on dictionaries of sets, every path searched from its start."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from tests.analyzers.truth.code import File, Import
from tests.analyzers.truth.names import Names

Arrows = dict[str, dict[str, int]]
"""What each module imports, and in which line first."""


def arrows(names: Names) -> Arrows:
    """Which module imports which, wherever the import stands."""
    found: Arrows = {module: {} for module in names.code.modules}
    for module, file in names.code.modules.items():
        for each in file.imports:
            for target in targets_of(file, each, names):
                found[module][target] = min(found[module].get(target, each.line), each.line)
    return found


def targets_of(file: File, each: Import, names: Names) -> Iterator[str]:
    """The module that an import is about; other distributions by their top-level name."""
    if each.module is None:
        return
    target = each.module
    if not names.code.is_ours(target):
        yield target.partition(".")[0]
        return
    if each.name is not None and each.name != "*":
        submodule = f"{target}.{each.name}"
        if names.follow(target, each.name).module == submodule and names.is_module(submodule):
            target = submodule
    while target and not names.is_module(target):
        target = target.rpartition(".")[0]
    if target and target != file.module:
        yield target


def when_run(names: Names) -> Arrows:
    """The imports that run when a module is imported, but for `import package` from inside that package."""
    found: Arrows = {module: {} for module in names.code.modules}
    for module, file in names.code.modules.items():
        for each in file.imports:
            if not each.place.runs:
                continue
            for target in targets_of(file, each, names):
                whole = each.name is None or target != each.module
                if not (whole and below(module, target)) and target in names.code.modules:
                    found[module][target] = min(found[module].get(target, each.line), each.line)
    return found


def distances(graph: Arrows, start: str, through: Callable[[str], bool] = lambda _: True) -> dict[str, int]:
    """How many imports it takes from a module to each that it reaches, itself by a circle included.

    Only modules that may be gone through are.
    """
    found: dict[str, int] = {}
    waiting = deque([(start, 0)])
    while waiting:
        module, steps = waiting.popleft()
        for target in graph.get(module, {}):
            if target not in found:
                found[target] = steps + 1
                if through(target):
                    waiting.append((target, steps + 1))
    return found


def circles(graph: Arrows) -> dict[str, int]:
    """The modules that lie on a cycle, with the length of the shortest one through each."""
    lengths = {module: distances(graph, module).get(module) for module in graph}
    return {module: length for module, length in lengths.items() if length is not None}


def below(module: str, package: str) -> bool:
    """Whether a module is a package or lies in it."""
    return f"{module}.".startswith(f"{package}.")


Chains = dict[tuple[str, str, str], int]
"""How many imports it takes, by contract, importing module and what it must not import."""


def forbidden(graph: Arrows, contract: str, source: str, targets: list[str]) -> Chains:
    """The shortest ways out of a package to those that are forbidden to it, leading through neither."""
    every = {*graph, *(target for module in graph for target in graph[module])}
    sources = {module for module in every if below(module, source)}
    ends = {module for module in every for target in targets if below(module, target)}
    return broken(graph, contract, sources, ends, lambda module: module not in sources | ends)


def layered(graph: Arrows, contract: str, layers: list[str]) -> Chains:
    """The shortest ways from a lower layer to a higher one, leading through no layer."""
    found: Chains = {}
    in_layers = {module for module in graph for layer in layers if below(module, layer)}
    for number, layer in enumerate(layers):
        sources = {module for module in graph if below(module, layer)}
        ends = {module for module in graph for higher in layers[:number] if below(module, higher)}
        found |= broken(graph, contract, sources, ends, lambda module: module not in in_layers)
    return found


def broken(graph: Arrows, contract: str, sources: set[str], ends: set[str], between: Callable[[str], bool]) -> Chains:
    """Every pair of which the one reaches the other, with the length of the shortest way."""
    return {
        (contract, source, end): length
        for source in sources
        for end, length in distances(graph, source, between).items()
        if end in ends
    }
