"""Following a name through the repository: from the path it is imported by to the place that defines it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from analyzers.facts import Binding, Context, FileFacts, ImportFact
from analyzers.snapshot import Snapshot, SourceFile, absolute_module, readable

_MOST_HOPS: Final = 16
"""Modules that are passed from module to module on the way to a callee; no real code comes near this."""

Outcome = Literal["definition", "module", "external", "missing", "unknown"]


class Definition(msgspec.Struct, frozen=True):
    """Where a symbol is defined: its module and its name there."""

    module: str
    name: str

    @property
    def dotted(self) -> str:
        """`module.name`; the bare name of a top-level module."""
        return f"{self.module}.{self.name}" if self.module else self.name


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
        self._names: dict[str, _Names] = {}
        self._known: dict[Definition, Resolution] = {}

    def resolve(self, module: str, name: str) -> Resolution:
        """Follow `from module import name` to its end. Re-exports that go in a circle are "unknown"."""
        place = Definition(module, name)
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = self._follow(place)
        return known

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
        for _ in range(_MOST_HOPS):
            resolution, rest = self.resolve_dotted(dotted)
            if resolution.outcome in ("missing", "unknown"):
                return dotted
            end = resolution.chain[-1]
            behind = self._elsewhere(end) if resolution.outcome == "definition" else None
            found = (behind or end.dotted) + rest
            if found == dotted:
                break
            dotted = found
        return dotted

    def _elsewhere(self, place: Definition) -> str | None:
        """What `name = other.name` stands for where `other` belongs to another distribution."""
        file = self._snapshot.module(place.module)
        facts = None if file is None else readable(file)
        if file is None or facts is None:
            return None
        names = self._names_in(file, facts).last
        bound = names.get(place.name)
        if not isinstance(bound, Binding) or bound.target is None:
            return None
        head, dot, rest = bound.target.partition(".")
        stem = _imported_as(names.get(head), file)
        return None if stem is None or self._snapshot.is_first_party(stem) else stem + dot + rest

    def _follow(self, place: Definition) -> Resolution:
        chain: list[Definition] = []
        while place not in chain:
            chain.append(place)
            if not place.module:
                return Resolution("module" if self._snapshot.is_module(place.name) else "external", tuple(chain))
            if not self._snapshot.is_first_party(place.module):
                return Resolution("external", tuple(chain))
            step = self._step(place)
            if step == "missing" and any(self._is_tried(passed) for passed in chain):
                step = "unknown"  # the import fails, and what its handler does instead is not followed
            if not isinstance(step, Definition):
                return Resolution(step, tuple(chain))
            place = step
        return Resolution("unknown", tuple(chain))

    def _step(self, place: Definition) -> Definition | Outcome:
        file = self._snapshot.module(place.module)
        if file is None:
            is_module = self._snapshot.is_module(f"{place.module}.{place.name}")
            return "module" if is_module else "missing"
        if file.module not in (None, place.module):
            return Definition(file.module or "", place.name)  # one file under a second name
        facts = readable(file)
        if facts is None:
            return "unknown"
        bound = self._names_in(file, facts).last.get(place.name)
        if bound is not None and isinstance(later := self._through_star(place, file, facts, bound.line), Definition):
            return later
        step = None if bound is None else self._through(bound, file, facts)
        if step not in (None, place):  # `from . import name` in a package's own file means the submodule
            return step
        if self._snapshot.is_module(f"{place.module}.{place.name}"):
            return "module"
        return self._through_star(place, file, facts)

    def _is_tried(self, place: Definition) -> bool:
        file = self._snapshot.module(place.module)
        facts = None if file is None else readable(file)
        bound = None if file is None or facts is None else self._names_in(file, facts).last.get(place.name)
        return bound is not None and bool(bound.context & Context.TRY)

    def _through(self, bound: Binding | ImportFact, file: SourceFile, facts: FileFacts) -> Definition | Outcome:
        if isinstance(bound, ImportFact):
            package, _, name = (_imported_as(bound, file) or "").rpartition(".")
            return Definition(package, name) if name else "missing"
        if bound.kind == "alias" and bound.target is not None:
            return self._through_alias(bound, file, facts)
        return "definition"

    def _through_alias(self, alias: Binding, file: SourceFile, facts: FileFacts) -> Definition | Outcome:
        """`Old = New`, and `Old = module.New` where the module was imported."""
        head, _, rest = (alias.target or "").partition(".")
        place = Definition(file.module or "", head)
        bound = self._names_in(file, facts).last.get(head)
        if bound is None:
            if self._snapshot.is_module(place.dotted):
                return "unknown"  # a submodule, if anything has imported it by then
            brought = "missing" if rest else self._through_star(place, file, facts)
            return "definition" if brought == "missing" else brought
        rebound = self._through_star(place, file, facts, max(alias.line, bound.line))
        if bound is alias or bound.line > alias.line or isinstance(rebound, Definition):
            return self._through_rebound(alias, head, rest, file, facts)
        return self._through_attribute(bound, rest, file) if rest else place

    def _through_rebound(
        self, alias: Binding, head: str, rest: str, file: SourceFile, facts: FileFacts
    ) -> Definition | Outcome:
        """`X = X`, or `Old = New` where `New` is bound anew further down: what it was until then counts."""
        every = self._names_in(file, facts).every.get(head, ())
        earlier = [bound for bound in every if bound is not alias and bound.line <= alias.line]
        if not earlier or earlier[-1].context & (Context.TRY | Context.HANDLER):
            return "unknown"
        place = Definition(file.module or "", head)
        if isinstance(self._through_star(place, file, facts, earlier[-1].line), Definition):
            return "unknown"
        if isinstance(earlier[-1], Binding):
            same = head == alias.name and not rest and earlier[-1].kind != "alias"
            return "definition" if same else "unknown"
        return self._through_attribute(earlier[-1], rest, file) if rest else self._through(earlier[-1], file, facts)

    def _through_attribute(self, bound: Binding | ImportFact, rest: str, file: SourceFile) -> Definition | Outcome:
        module, _, name = f"{_imported_as(bound, file)}.{rest}".rpartition(".")
        return Definition(module, name) if self._snapshot.is_module(module) else "definition"

    def _through_star(
        self, place: Definition, file: SourceFile, facts: FileFacts, after: int = 0
    ) -> Definition | Outcome:
        """The last star import that has the name wins, as at run time; only those below the line `after` count."""
        names = self._names_in(file, facts)
        undecided = "__getattr__" in names.last
        for line, module in reversed(names.stars):
            if line <= after:
                break
            offers = self._star_offers(module, place.name, {file.path})
            if offers and module:
                return Definition(module, place.name)
            undecided = undecided or offers is None
        return "unknown" if undecided else "missing"

    def _star_offers(self, module: str | None, name: str, passed: set[str]) -> bool | None:
        """Whether `from module import *` brings `name`, if need be by its own star imports; None: cannot be told."""
        undecided = False
        waiting = [module]
        while waiting:
            current = waiting.pop()
            file = None if current is None else self._snapshot.module(current)
            facts = None if file is None else readable(file)
            if file is None or facts is None:
                undecided = True
            elif file.path not in passed:
                passed.add(file.path)
                if self._offers(name, file, facts):
                    return True
                undecided = undecided or self._may_offer(f"{current}.{name}", facts)
                if facts.exports is None and not name.startswith("_"):
                    waiting += [star for _, star in self._names_in(file, facts).stars]
        return None if undecided else False

    def _offers(self, name: str, file: SourceFile, facts: FileFacts) -> bool:
        """Whether a module gives a name to those who import all from it."""
        if facts.exports is not None:
            return name in facts.exports
        return not name.startswith("_") and name in self._names_in(file, facts).last

    def _may_offer(self, dotted: str, facts: FileFacts) -> bool:
        """A submodule is brought along only if something has imported it already."""
        return facts.exports_open if facts.exports is not None else self._snapshot.is_module(dotted)

    def _names_in(self, file: SourceFile, facts: FileFacts) -> _Names:
        names = self._names.get(file.path)
        if names is None:
            names = self._names[file.path] = self._read_names(file, facts)
        return names

    def _read_names(self, file: SourceFile, facts: FileFacts) -> _Names:
        names = _Names()
        for fact in _in_order(facts):
            if isinstance(fact, ImportFact) and fact.name == "*":
                names.stars.append((fact.line, absolute_module(fact, file)))
                continue
            name = fact.binds if isinstance(fact, ImportFact) else fact.name
            names.every.setdefault(name, []).append(fact)
            second_choice = name in names.last and fact.context & Context.HANDLER
            if not second_choice or self._fails(names.last[name], file):
                names.last[name] = fact
        return names

    def _fails(self, bound: Binding | ImportFact, file: SourceFile) -> bool:
        """Whether an import with a second choice is of a module that is not here, such as one built from C."""
        if not isinstance(bound, ImportFact) or not bound.context & Context.TRY:
            return False
        module = absolute_module(bound, file)
        return module is None or (self._snapshot.is_first_party(module) and not self._snapshot.is_module(module))


class _Names(msgspec.Struct):
    """What a module binds at its top level, in the order of its lines."""

    last: dict[str, Binding | ImportFact] = {}
    """The binding that counts: the last one, a second choice only if alone."""
    every: dict[str, list[Binding | ImportFact]] = {}
    stars: list[tuple[int, str | None]] = []
    """Lines and modules of star imports; None for a module outside the top package."""


def _imported_as(bound: Binding | ImportFact | None, file: SourceFile) -> str | None:
    """The absolute dotted name that an import binds; `import a.b` binds `a`."""
    if not isinstance(bound, ImportFact):
        return None
    if bound.name is None:
        return bound.module if bound.alias is not None else bound.binds
    module = absolute_module(bound, file)
    return None if module is None else f"{module}.{bound.name}"


def _in_order(facts: FileFacts) -> Iterator[Binding | ImportFact]:
    local = Context.FUNCTION | Context.CLASS
    imports = [fact for fact in facts.imports if not fact.context & local]
    bound: list[Binding | ImportFact] = [*imports, *facts.bindings]
    yield from sorted(bound, key=lambda each: each.line)
