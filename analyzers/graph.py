"""The module graph: which module imports which, where, and the circles in it.

Edges are what files say; the graph, its strongly connected components and its cycles are functions of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

import msgspec

from analyzers.facts import Context, FileFacts, ImportFact
from analyzers.resolve import Resolver
from analyzers.rules.imported import Imported
from analyzers.snapshot import SourceFile
from analyzers.tree import Scope

MOST_CYCLES: Final = 1_000
"""Cycles of one component that are told apart. The others are counted."""

MOST_STEPS: Final = 3_000_000
"""Edges looked at in search of the cycles of one component, which takes about half a second."""

_DEFERRED: Final = (Context.FUNCTION | Context.MAIN).value
_TYPE_CHECKING: Final = Context.TYPE_CHECKING.value

Cycle = tuple[str, ...]
"""Modules each of which imports the next, and the last the first; the one whose name sorts first comes first."""


class Edge(msgspec.Struct, frozen=True, array_like=True):
    """An import of a first-party module, at the first line where a file has it in this way.

    `deferred` says that it runs only when something is called, `type_checking` that it never does. `whole` says that
    it asks for none of the module's names: `import a.b`. `certain` is the first line at which every import of the file
    runs it and fails with it, 0 where none does: it may stand under a condition, or its failure is provided for.
    """

    target: str
    line: int
    deferred: bool
    type_checking: bool
    whole: bool = False
    certain: int = 0


class ModuleEdges(msgspec.Struct, frozen=True, array_like=True):
    """One module with what it imports."""

    module: str
    path: str
    scope: Scope
    edges: tuple[Edge, ...]


def edges_of(
    file: SourceFile,
    facts: FileFacts,
    imports: Iterable[Imported],
    resolver: Resolver,
    externals: frozenset[str] = frozenset(),
) -> tuple[Edge, ...]:
    """The modules of this repository that a file imports, in the order of its lines.

    An import of a submodule is an edge to that alone, although its packages run as well: whoever is inside a package
    would otherwise depend on all that its `__init__.py` imports. `externals` are top-level names of other
    distributions whose imports are edges, too.
    """
    first: dict[tuple[str, bool, bool, bool], int] = {}
    certain: dict[tuple[str, bool, bool, bool], int] = {}
    until = facts.certain_until
    targets = ((imported.fact, *_target(imported, resolver)) for imported in imports)
    for fact, target, whole in (*targets, *_outside(facts, resolver, externals)):
        if target is not None and target != file.module:
            deferred, type_checking = bool(fact.context & _DEFERRED), bool(fact.context & _TYPE_CHECKING)
            key = target, deferred, type_checking, whole
            first[key] = min(first.get(key, fact.line), fact.line)
            if not fact.context and fact.statement < until and not resolver.may_be_another(target, file.path):
                certain[key] = min(certain.get(key, fact.line), fact.line)
    edges = (Edge(key[0], line, *key[1:], certain.get(key, 0)) for key, line in first.items())
    return tuple(sorted(edges, key=lambda edge: (edge.line, edge.target)))


def _outside(
    facts: FileFacts, resolver: Resolver, externals: frozenset[str]
) -> Iterator[tuple[ImportFact, str | None, bool]]:
    """Imports of other distributions by their top-level names."""
    for fact in facts.imports if externals else ():
        top = fact.module.partition(".")[0]
        if not fact.level and top in externals and not resolver.is_first_party(top):
            yield fact, top, True


def _target(imported: Imported, resolver: Resolver) -> tuple[str | None, bool]:
    """The imported module, and whether it is asked for as a whole."""
    fact, module, resolution = imported
    if module is None:
        return None, False
    if resolution is not None and resolution.outcome == "module":
        submodule = f"{module}.{fact.name}"
        return (submodule, True) if resolution.chain[-1].dotted == submodule else (module, False)
    known = resolver.known_part(module) or None
    return known, fact.name is None or known != module


def runs(importer: str, edge: Edge) -> bool:
    """Whether importing a module runs that import, and the order in which modules run can so become a circle.

    `import package` inside of that package asks for nothing that is not there: the package is being imported already.
    """
    if edge.deferred or edge.type_checking or edge.target == importer:
        return False
    return not (edge.whole and importer.startswith(f"{edge.target}."))


class ModuleGraph:
    """The modules of one commit and their imports. Built once, then only read.

    A name that several files share belongs to a package rather than to a module (PEP 420), then to the first by path.
    """

    def __init__(self, modules: Iterable[ModuleEdges]) -> None:
        self.modules: dict[str, ModuleEdges] = {}
        for module in sorted(modules, key=_precedence):
            self.modules.setdefault(module.module, module)

    def renamed(self, called: Callable[[str], str]) -> ModuleGraph:
        """The same graph with other names."""
        return ModuleGraph(
            msgspec.structs.replace(
                module,
                module=called(name),
                edges=tuple(msgspec.structs.replace(edge, target=called(edge.target)) for edge in module.edges),
            )
            for name, module in self.modules.items()
        )

    @cached_property
    def run_order(self) -> dict[str, tuple[str, ...]]:
        """Each module with those whose code runs before its own, by name; modules that import none are left out."""
        order: dict[str, tuple[str, ...]] = {}
        for name, module in self.modules.items():
            targets = {edge.target for edge in module.edges if runs(name, edge) and edge.target in self.modules}
            if targets:
                order[name] = tuple(sorted(targets))
        return order

    @cached_property
    def cycles(self) -> Cycles:
        """All cycles in which modules run."""
        order = self.run_order
        return _cycles_in(components(order), lambda module: order.get(module, ()))

    def line(self, importer: str, target: str, *, running: bool = False) -> int:
        """Where a module imports another for the first time; `running`: at a place that runs when it is imported."""
        lines = [
            edge.line
            for edge in self.modules[importer].edges
            if edge.target == target and (runs(importer, edge) or not running)
        ]
        return min(lines, default=1)


def _precedence(module: ModuleEdges) -> tuple[str, bool, str]:
    return module.module, not module.path.endswith("__init__.py"), module.path


class Cycles(msgspec.Struct, frozen=True):
    """Cycles, the shortest first. `more` counts modules in a circle whose shortest cycle was not told."""

    cycles: tuple[Cycle, ...]
    more: int = 0


def components(successors: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """The strongly connected components of more than one module, each sorted, in the order of their first modules.

    R. Tarjan, "Depth-First Search and Linear Graph Algorithms", 1972, with a stack in place of the recursion.
    """
    found: list[tuple[str, ...]] = []
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    open_modules: list[str] = []
    is_open: set[str] = set()
    for start in successors:
        if start in number:
            continue
        path: list[tuple[str, Iterator[str]]] = []
        following: str | None = start
        while following is not None or path:
            if following is not None:
                number[following] = low[following] = len(number)
                open_modules.append(following)
                is_open.add(following)
                path.append((following, iter(successors.get(following, ()))))
            module, rest = path[-1]
            following = _next_unseen(module, rest, number, low, is_open)
            if following is None:
                path.pop()
                if path:
                    above = path[-1][0]
                    low[above] = min(low[above], low[module])
                if low[module] == number[module]:
                    members = _close(module, open_modules, is_open)
                    if len(members) > 1:
                        found.append(members)
    return tuple(sorted(found))


def _next_unseen(
    module: str, rest: Iterator[str], number: Mapping[str, int], low: dict[str, int], is_open: set[str]
) -> str | None:
    """The next successor that has no number yet; those passed that are still open pull the module down."""
    for successor in rest:
        if successor not in number:
            return successor
        if successor in is_open:
            low[module] = min(low[module], number[successor])
    return None


def _close(module: str, open_modules: list[str], is_open: set[str]) -> tuple[str, ...]:
    members: list[str] = []
    while not members or members[-1] != module:
        members.append(open_modules.pop())
        is_open.remove(members[-1])
    return tuple(sorted(members))


Neighbours = Callable[[str], Iterable[str]]
"""Looks up the modules that a module imports when it runs, or those that import it so."""


def _cycles_in(found: Iterable[tuple[str, ...]], successors: Neighbours) -> Cycles:
    cycles: list[Cycle] = []
    more = 0
    for members in found:
        of_component = _shortest_cycles(members, successors)
        cycles += of_component.cycles
        more += of_component.more
    return Cycles(tuple(sorted(cycles, key=_by_length)), more)


def _by_length(cycle: Cycle) -> tuple[int, Cycle]:
    return len(cycle), cycle


def _shortest_cycles(members: tuple[str, ...], successors: Neighbours) -> Cycles:
    """For each module of a component the shortest cycle through it; of equal ones the first by name. Each once.

    Limits are those of one component, so that what one says does not depend on the others.
    """
    index = {module: position for position, module in enumerate(members)}
    inside = [sorted(index[each] for each in set(successors(module)) if each in index) for module in members]
    found: set[tuple[int, ...]] = set()
    steps = 0
    for start in range(len(members)):
        if steps > MOST_STEPS:
            return _told(found, members, len(members) - start)
        cycle, looked_at = _shortest_cycle(start, inside)
        steps += looked_at
        found.add(cycle)
    return _told(found, members, 0)


def _shortest_cycle(start: int, inside: list[list[int]]) -> tuple[tuple[int, ...], int]:
    """Breadth first from a module until it comes again; also how many edges were looked at."""
    came_from = {start: start}
    waiting = deque([start])
    steps = 0
    while waiting:
        current = waiting.popleft()
        following = inside[current]
        steps += len(following)
        if start in following:
            cycle = [current]
            while cycle[-1] != start:
                cycle.append(came_from[cycle[-1]])
            cycle.reverse()
            first = cycle.index(min(cycle))
            return tuple(cycle[first:] + cycle[:first]), steps
        for each in following:
            if each not in came_from:
                came_from[each] = current
                waiting.append(each)
    raise AssertionError("every module of a strongly connected component is on a cycle")


def _told(found: set[tuple[int, ...]], members: tuple[str, ...], unsearched: int) -> Cycles:
    cycles = sorted((tuple(members[position] for position in cycle) for cycle in found), key=_by_length)
    return Cycles(tuple(cycles[:MOST_CYCLES]), unsearched + max(0, len(cycles) - MOST_CYCLES))


class Links(msgspec.Struct, frozen=True):
    """A graph that is looked up piece by piece, such as in a stored index. Edges that do not run are not in it."""

    successors: Neighbours
    predecessors: Neighbours
    effort: Callable[[str], int]
    """How many modules have to be looked at for the predecessors of one: a module that many import is dear."""


def links_of(order: Mapping[str, Iterable[str]]) -> Links:
    """A graph in memory, to be looked up."""
    back: dict[str, list[str]] = {}
    for module, targets in order.items():
        for target in targets:
            back.setdefault(target, []).append(module)
    return Links(
        lambda module: order.get(module, ()),
        lambda module: back.get(module, ()),
        lambda module: len(back.get(module, ())),
    )


class CycleChange(msgspec.Struct, frozen=True):
    """The cycles of the components that a change touches, at base and at head. All others are what they were."""

    before: Cycles
    after: Cycles


def changed_cycles(ends: Iterable[str], before: Links, after: Links) -> CycleChange:
    """Compare the cycles of two graphs which differ in edges between these modules only.

    `ends` are both ends of every edge that only one of them has. Looked at are the least set of modules that holds
    these and is made of whole components of either graph: components grow together and fall apart.
    """
    passed: set[str] = set()
    waiting = set(ends)
    at_base: set[tuple[str, ...]] = set()
    at_head: set[tuple[str, ...]] = set()
    while waiting:
        passed |= waiting
        at_base |= _components_of(waiting, before)
        at_head |= _components_of(waiting, after)
        waiting = {module for members in at_base | at_head for module in members} - passed
    return CycleChange(
        _cycles_in(sorted(at_base), before.successors),
        _cycles_in(sorted(at_head), after.successors),
    )


def _components_of(modules: Iterable[str], links: Links) -> set[tuple[str, ...]]:
    """The components of more than one module that hold one of these."""
    found: set[tuple[str, ...]] = set()
    placed: set[str] = set()
    for module in sorted(modules):
        if module not in placed:
            members = _component_of(module, links)
            placed |= members
            if len(members) > 1:
                found.add(tuple(sorted(members)))
    return found


def _component_of(module: str, links: Links) -> set[str]:
    """What a module reaches and is reached by.

    Both ways are gone in step, by the effort that they take, and when one comes to its end, the edges that it has
    passed tell the rest. So the cost is that of the smaller side (R. Bloem, H. Gabow, F. Somenzi, "An Algorithm for
    Strongly Connected Component Analysis in n log n Symbolic Steps", 2006).
    """
    reached, reaching = _Search(module, links.successors), _Search(module, links.predecessors)
    while reached.waiting and reaching.waiting:
        effort = links.effort(reaching.waiting[-1])
        if reached.effort <= reaching.effort + effort:
            reached.step()
        else:
            reaching.step(effort)
    return _leading_to(module, (reaching if reached.waiting else reached).edges)


def _leading_to(start: str, edges: Mapping[str, Iterable[str]]) -> set[str]:
    """The modules from which edges lead to one, itself among them."""
    back: dict[str, list[str]] = {}
    for module, targets in edges.items():
        for target in targets:
            back.setdefault(target, []).append(module)
    found, waiting = {start}, [start]
    while waiting:
        for module in back.get(waiting.pop(), ()):
            if module not in found:
                found.add(module)
                waiting.append(module)
    return found


class _Search:
    def __init__(self, start: str, neighbours: Neighbours) -> None:
        self.waiting = [start]
        self.edges: dict[str, tuple[str, ...]] = {}
        self.effort = 0
        self._seen = {start}
        self._neighbours = neighbours

    def step(self, effort: int = 0) -> None:
        module = self.waiting.pop()
        found = self.edges[module] = tuple(self._neighbours(module))
        self.effort += 1 + (effort or len(found))
        new = dict.fromkeys(each for each in found if each not in self._seen)
        self._seen |= new.keys()
        self.waiting += new
