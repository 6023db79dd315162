"""Following a name through the repository: from the path it is imported by to the place that defines it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from analyzers.facts import Binding, Context, FileFacts, ImportFact
from analyzers.snapshot import Snapshot, SourceFile, absolute_module, readable

_DEEPEST_STAR_CHAIN: Final = 50
"""Star imports of star imports are followed by recursion; no real code comes near this depth."""

Outcome = Literal["definition", "module", "external", "missing", "unknown"]


class Definition(msgspec.Struct, frozen=True):
    """Where a symbol is defined: its module and its name there."""

    module: str
    name: str

    @property
    def dotted(self) -> str:
        """`module.name`."""
        return f"{self.module}.{self.name}"


class Resolution(msgspec.Struct, frozen=True):
    """What `from module import name` brings.

    `chain` lists every (module, name) passed on the way, the asked-for one first and, where `outcome` is "definition",
    the defining one last. "unknown" means that the code does not decide it.
    """

    outcome: Outcome
    chain: tuple[Definition, ...]

    @property
    def definition(self) -> Definition | None:
        """The defining place, where there is one."""
        return self.chain[-1] if self.outcome == "definition" else None


class Resolver:
    """Resolves names within one snapshot and remembers the answers."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._names: dict[str, _ModuleNames] = {}
        self._known: dict[Definition, Resolution] = {}
        self._following: set[Definition] = set()

    def resolve(self, module: str, name: str) -> Resolution:
        """Follow `from module import name` to its end. Re-exports that go in a circle are "unknown"."""
        place = Definition(module, name)
        known = self._known.get(place)
        if known is not None:
            return known
        if place in self._following or len(self._following) >= _DEEPEST_STAR_CHAIN:
            return Resolution("unknown", (place,))
        self._following.add(place)
        try:
            self._known[place] = self._follow(place)
        finally:
            self._following.discard(place)
        return self._known[place]

    def resolve_dotted(self, dotted: str) -> tuple[Resolution, str]:
        """Resolve `a.b.C.method` by the longest module prefix that exists: what `a.b.C` is, and the rest, `.method`."""
        module, _, name = dotted.rpartition(".")
        rest = ""
        while module:
            if self._snapshot.is_module(module):
                return self.resolve(module, name), rest
            rest = f".{name}{rest}"
            module, _, name = module.rpartition(".")
        return Resolution("external", (Definition("", dotted),)), ""

    def defined_as(self, dotted: str) -> str:
        """The dotted name under which a callee is defined, here or elsewhere; the name itself where that is open."""
        resolution, rest = self.resolve_dotted(dotted)
        end = resolution.chain[-1]
        if resolution.outcome not in ("definition", "external") or not end.module:
            return dotted
        return end.dotted + rest

    def _follow(self, place: Definition) -> Resolution:
        chain: list[Definition] = []
        while place not in chain:
            chain.append(place)
            if not self._snapshot.is_first_party(place.module):
                return Resolution("external", tuple(chain))
            step = self._step(place)
            if not isinstance(step, Definition):
                return Resolution(step, tuple(chain))
            place = step
        return Resolution("unknown", tuple(chain))

    def _step(self, place: Definition) -> Definition | Outcome:
        file = self._snapshot.module(place.module)
        if file is None:
            is_module = self._snapshot.is_module(f"{place.module}.{place.name}")
            return "module" if is_module else "missing"
        facts = readable(file)
        if facts is None:
            return "unknown"
        bound = self._module_names(file, facts).get(place.name)
        if bound is not None:
            return self._through(bound, file)
        if self._snapshot.is_module(f"{place.module}.{place.name}"):
            return "module"
        return self._through_star(place, file, facts)

    def _through(self, bound: Binding | ImportFact, file: SourceFile) -> Definition | Outcome:
        if isinstance(bound, ImportFact):
            module = absolute_module(bound, file)
            if module is None:
                return "missing"
            return "module" if bound.name is None else Definition(module, bound.name)
        if bound.kind == "alias" and bound.target is not None:
            return self._through_alias(bound.target, file)
        return "definition"

    def _through_alias(self, target: str, file: SourceFile) -> Definition | Outcome:
        """`Old = New`, and `Old = module.New` where the module was imported."""
        head, _, rest = target.partition(".")
        facts = readable(file)
        bound = self._module_names(file, facts).get(head) if facts else None
        if bound is None:
            return "definition"
        if not rest:
            return Definition(file.module or "", head)
        if isinstance(bound, ImportFact) and "." not in rest:
            stem = absolute_module(bound, file)
            module = stem if bound.name is None else f"{stem}.{bound.name}"
            if module is not None and self._snapshot.module(module) is not None:
                return Definition(module, rest)
        return "definition"

    def _through_star(self, place: Definition, file: SourceFile, facts: FileFacts) -> Definition | Outcome:
        """The last star import that has the name wins, as at run time."""
        open_ended = False
        for fact in reversed(facts.imports):
            if fact.name != "*" or fact.context & (Context.FUNCTION | Context.CLASS):
                continue
            module = absolute_module(fact, file)
            offers = None if module is None else self._star_offers(module, place.name)
            if offers:
                return Definition(module or "", place.name)
            open_ended = open_ended or offers is None
        dynamic = "__getattr__" in self._module_names(file, facts)
        return "unknown" if open_ended or dynamic else "missing"

    def _star_offers(self, module: str, name: str) -> bool | None:
        """Whether `from module import *` brings `name`; None where it cannot be told."""
        file = self._snapshot.module(module)
        facts = None if file is None else readable(file)
        if file is None or facts is None:
            return None
        if facts.exports is not None:
            return True if name in facts.exports else (None if facts.exports_open else False)
        if name.startswith("_"):
            return False
        if name in self._module_names(file, facts):
            return True
        return self._nested_star(module, name)

    def _nested_star(self, module: str, name: str) -> bool | None:
        outcome = self.resolve(module, name).outcome
        return None if outcome == "unknown" else outcome != "missing"

    def _module_names(self, file: SourceFile, facts: FileFacts) -> _ModuleNames:
        names = self._names.get(file.path)
        if names is None:
            names = self._names[file.path] = _module_names(facts)
        return names


_ModuleNames = dict[str, Binding | ImportFact]


def _module_names(facts: FileFacts) -> _ModuleNames:
    """The names a module offers, each with the binding that counts: the last one, a second choice only if alone."""
    names: _ModuleNames = {}
    for bound in _in_order(facts):
        name = bound.binds if isinstance(bound, ImportFact) else bound.name
        if name not in names or not bound.context & Context.HANDLER:
            names[name] = bound
    return names


def _in_order(facts: FileFacts) -> Iterator[Binding | ImportFact]:
    local = Context.FUNCTION | Context.CLASS
    imports = [fact for fact in facts.imports if fact.name != "*" and not fact.context & local]
    bound: list[Binding | ImportFact] = [*imports, *facts.bindings]
    yield from sorted(bound, key=lambda each: each.line)
