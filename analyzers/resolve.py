"""Following a name through the repository: from the path it is imported by to the place that defines it."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, Literal, Protocol

import msgspec

from analyzers.facts import Binding, Context, FileFacts, ImportFact
from analyzers.snapshot import Layout, ModuleRow, SourceFile, absolute_module, absolute_name, parents, readable, root_of
from analyzers.twins import Twins, plain

_BUILTINS: Final = frozenset(dir(builtins))
_MOST_HOPS: Final = 16
"""Modules that are passed from module to module on the way to a callee; no real code comes near this."""

Outcome = Literal["definition", "module", "external", "missing", "unknown"]


class Definition(msgspec.Struct, frozen=True, array_like=True):
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


Key = tuple[str, str]
"""A question about the rest of the repository: (module, name) for what a module binds under a name, (module, "") for
the module itself: that it is there and readable, its star imports and `__all__`, what it says of itself."""


WITHIN: Final = "()"
"""In the place of a name in a question: what stands inside the functions and classes of the module, all of it."""


class Modules(Protocol):
    """The files of one tree by the names of their modules."""

    @property
    def layout(self) -> Layout:
        """What gives the files their names."""

    def module_row(self, name: str) -> ModuleRow | None:
        """What is known under a dotted name."""

    def module(self, name: str) -> SourceFile | None:
        """The file of a first-party module, or None: no such module, or a folder without `__init__.py`."""

    def is_module(self, name: str) -> bool:
        """Whether a first-party module or namespace package of that name exists."""

    def is_built(self, name: str) -> bool:
        """Whether a module of that name exists in another form than source text."""

    def is_first_party(self, name: str) -> bool:
        """Whether a dotted name starts in this repository."""


_HANDS_NOTHING_ON: Final = frozenset({"__future__", "warnings"})
"""What a shim may import beside the names that it hands on."""


class LegacyNotice(msgspec.Struct, frozen=True):
    """How a module says of itself that it is not to be imported any more, and where.

    What it says in so many words goes before that it is a shim; `is_shim` says whether it is one as well.
    """

    kind: Literal["warning", "docstring", "shim"]
    path: str
    line: int
    is_shim: bool


class Resolver:
    """Resolves names within one tree and remembers the answers, each with the questions that led to it."""

    def __init__(self, snapshot: Modules) -> None:
        self._snapshot = snapshot
        self.twins = Twins(snapshot.layout.twins)
        self._names: dict[str, _Names] = {}
        self._known: dict[Definition, tuple[Resolution, frozenset[Key]]] = {}
        self._defined: dict[str, tuple[str, frozenset[Key]]] = {}
        self._notices: dict[str, LegacyNotice | None] = {}
        self._asked: set[Key] = set()

    @contextmanager
    def asking(self) -> Iterator[set[Key]]:
        """Collect the questions about other files that are asked meanwhile, also those answered from memory.

        Whether a name is first-party is none of them: a change of the top-level names concerns everybody.
        """
        outer, self._asked = self._asked, set()
        try:
            yield self._asked
        finally:
            outer |= self._asked
            self._asked = outer

    def begin_asking(self) -> set[Key]:
        """What `asking` does, for one who cannot afford it; gives what `end_asking` needs."""
        outer, self._asked = self._asked, set()
        return outer

    def end_asking(self, outer: set[Key]) -> frozenset[Key]:
        """The questions that were asked since `begin_asking`."""
        asked = frozenset(self._asked)
        outer |= asked
        self._asked = outer
        return asked

    def ask(self, keys: Iterable[Key]) -> None:
        """Note down questions that somebody else remembers the answer of."""
        self._asked.update(keys)

    def resolve(self, module: str, name: str) -> Resolution:
        """Follow `from module import name` to its end. Re-exports that go in a circle are "unknown"."""
        place = Definition(module, name)
        known = self._known.get(place)
        if known is None:
            outer, self._asked = self._asked, set()  # as `asking` does, which takes its time
            known = self._known[place] = self._follow(place), frozenset(self._asked)
            self._asked = outer
        self._asked |= known[1]
        return known[0]

    def seen(self, dotted: str, path: str) -> str | None:
        """What an absolute dotted name in a file means, by the name that it is known by here.

        None where modules of several roots have that name, and none of them is a root of the file: nobody can tell.
        """
        if dotted.partition(".")[0] not in self.twins.tops:
            return dotted
        own = self.twins.own(dotted, path)
        return self._seen_from_elsewhere(dotted) if own is None or self._is_elsewhere(own, dotted) else own

    def _is_elsewhere(self, own: str, dotted: str) -> bool:
        """Whether only another root has the module that a name asks for, and nothing in the own one looks like it."""
        here, there = self.known_part(own), self.known_part(dotted)
        while own == dotted and self._is_told_apart(here):
            here = here.rpartition(".")[0]
        if there.count(".") <= here.count("."):
            return False
        name = own[len(here) + 1 :].partition(".")[0]
        file = self._module(here, name)
        facts = None if file is None else readable(file)
        return file is None or (facts is not None and not _may_have(name, facts))

    def _is_told_apart(self, module: str) -> bool:
        """Whether the file that a plain name leads to is known by another one, so that its root is another."""
        file = self._snapshot.module(module)
        return file is not None and module not in self._snapshot.layout.names(file.path)

    def _seen_from_elsewhere(self, dotted: str) -> str | None:
        module = self.known_part(dotted)
        row = self._snapshot.module_row(module)
        if row is None or not row.claims:
            return dotted
        if len({root_of(module, path) for _, _, path in row.claims}) > 1:
            return None
        file = self._snapshot.module(module)
        is_apart = file is not None and file.module is not None and plain(file.module) == module != file.module
        return f"{file.module}{dotted[len(module) :]}" if file is not None and is_apart else dotted

    def names_module(self, module: str, path: str) -> bool:
        """Whether a file can name a module by what the code in that one's root calls it."""
        name = plain(module)
        return name.partition(".")[0] not in self.twins.tops or self.seen(name, path) == module

    def imported_module(self, fact: ImportFact, file: SourceFile) -> str | None:
        """The module that an import names; None where a relative one leaves the top package, or nobody can tell."""
        module = absolute_module(fact, file)
        if not module or module.partition(".")[0] not in self.twins.tops:
            return module
        if fact.name is None or fact.name == "*":
            return self.seen(module, file.path)
        seen = self.seen(f"{module}.{fact.name}", file.path)
        return None if seen is None else seen.removesuffix(f".{fact.name}")

    def meanings(self, dotted: str) -> Iterable[str]:
        """All that a dotted name means in some root, the plain name first."""
        return self.twins.meanings(dotted) if dotted.partition(".")[0] in self.twins.tops else (dotted,)

    def is_module(self, name: str) -> bool:
        """Whether a first-party module or namespace package of that name exists."""
        self._asked.add((name, ""))
        return self._snapshot.is_module(name)

    def known_part(self, dotted: str) -> str:
        """The longest part of a dotted name that is a module; empty where none is."""
        while dotted and not self.is_module(dotted):
            dotted = dotted.rpartition(".")[0]
        return dotted

    def is_first_party(self, name: str) -> bool:
        """Whether a dotted name starts in this repository."""
        return self._snapshot.is_first_party(name)

    def is_built(self, name: str) -> bool:
        """Whether a module of that name exists in another form than source text, such as a compiled extension."""
        self._asked.add((name, ""))
        return self._snapshot.is_built(plain(name))

    def is_built_only(self, name: str) -> bool:
        """Whether a module exists in such a form alone, so that nothing is known of what it has."""
        return self.is_built(name) and not self.is_module(name)

    def facts_of(self, module: str) -> FileFacts | None:
        """What a first-party module says; None where there is none, or it could not be read."""
        file = self._module(module, "")
        return None if file is None else readable(file)

    def source(self, module: str) -> SourceFile | None:
        """The file of a first-party module, for one who looks into its functions: any change of it matters to him."""
        return self._module(module, WITHIN)

    def is_package(self, module: str) -> bool:
        """Whether a module is a package with a file of its own."""
        file = self._module(module, "")
        return file is not None and file.is_package

    def path_of(self, module: str) -> str | None:
        """The path of a first-party module; None where there is none, or a folder without `__init__.py`."""
        file = self._module(module, "")
        return None if file is None else file.path

    def may_be_another(self, module: str, path: str) -> bool:
        """Whether a file may mean an installed package by the name of a module: that lies in a folder of which nobody
        says that it is on the import path, and the file does not.
        """
        guessed = self._snapshot.layout.guessed
        own = self.path_of(module) if guessed else None
        root = "" if own is None else root_of(plain(module), own)
        return root in guessed and not path.startswith(f"{root}/")

    def is_unread(self, module: str) -> bool:
        """Whether a module is there and could not be read."""
        file = self._module(module, "")
        return file is not None and readable(file) is None

    def notice(self, module: str) -> LegacyNotice | None:
        """How a module says of itself that it is legacy: by a warning, its docstring, or by handing on names only."""
        self._asked.add((module, ""))
        if module not in self._notices:
            self._notices[module] = self._read_notice(module)
        return self._notices[module]

    def _read_notice(self, module: str) -> LegacyNotice | None:
        file = self._snapshot.module(module)
        facts = None if file is None else readable(file)
        if file is None or facts is None:
            return None
        is_shim = self._is_shim(file, facts)
        if facts.notices:
            return LegacyNotice(facts.notices[0].kind, file.path, facts.notices[0].line, is_shim)
        return LegacyNotice("shim", file.path, facts.imports[0].line, is_shim) if is_shim else None

    def _is_shim(self, file: SourceFile, facts: FileFacts) -> bool:
        """Nothing but `from` imports of this repository, and what it takes to warn, in a module that is nobody's front
        door.
        """
        if not facts.only_imports or file.is_package or file.scope == "tests" or not facts.imports:
            return False
        if file.path.endswith(("/__main__.py", ".pyi")) or file.path == "__main__.py":
            return False
        runtime = [fact for fact in facts.imports if not fact.context & Context.TYPE_CHECKING]
        handed_on = [fact for fact in runtime if fact.level or fact.module not in _HANDS_NOTHING_ON]
        modules = [absolute_module(fact, file) for fact in handed_on]
        first_party = all(module is not None and self._snapshot.is_first_party(module) for module in modules)
        return bool(modules) and first_party and all(fact.name is not None for fact in handed_on)

    def _module(self, module: str, name: str) -> SourceFile | None:
        self._asked.add((module, name))
        return self._snapshot.module(module)

    def resolve_dotted(self, dotted: str) -> tuple[Resolution, str]:
        """Resolve `a.b.C.method` by the longest module prefix that exists: what `a.b.C` is, and the rest, `.method`."""
        module, _, name = dotted.rpartition(".")
        rest = ""
        while module:
            if self.is_module(module):
                return self.resolve(module, name), rest
            rest = f".{name}{rest}"
            module, _, name = module.rpartition(".")
        return Resolution("external", (Definition("", dotted),)), ""

    def defined_as(self, dotted: str) -> str:
        """The dotted name under which a callee is defined, here or elsewhere; the name itself where that is open."""
        known = self._defined.get(dotted)
        if known is None:
            outer, self._asked = self._asked, set()
            known = self._defined[dotted] = self._follow_callee(dotted), frozenset(self._asked)
            self._asked = outer
        self._asked |= known[1]
        return known[0]

    def _follow_callee(self, dotted: str) -> str:
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
        file = self._module(place.module, place.name)
        facts = None if file is None else readable(file)
        if file is None or facts is None:
            return None
        names = self._names_in(file, facts).last
        bound = names.get(place.name)
        if not isinstance(bound, Binding) or bound.target is None:
            return None
        head, dot, rest = bound.target.partition(".")
        stem = self._imported_as(names.get(head), file)
        return None if stem is None or self._snapshot.is_first_party(stem) else stem + dot + rest

    def _follow(self, place: Definition) -> Resolution:
        chain: list[Definition] = []
        while place not in chain:
            chain.append(place)
            if not place.module:
                return Resolution("module" if self.is_module(place.name) else "external", tuple(chain))
            if not self._snapshot.is_first_party(place.module):
                return Resolution("external", tuple(chain))
            step = self._step(place)
            if step == "missing" and any(self._is_one_of_several(passed) for passed in chain):
                step = "unknown"  # the import fails, and what a handler or another branch does instead is not followed
            if not isinstance(step, Definition):
                return Resolution(step, tuple(chain))
            place = step
        return Resolution("unknown", tuple(chain))

    def _step(self, place: Definition) -> Definition | Outcome:
        file = self._module(place.module, place.name)
        if file is None:
            if self.is_module(f"{place.module}.{place.name}"):
                return "module"
            around = (place.module, *parents(place.module))
            built = any(map(self.is_built_only, around)) or self.is_built(place.dotted)
            return "unknown" if built or self._may_have_submodules(place.module) else "missing"
        if file.module not in (None, place.module):
            return Definition(file.module or "", place.name)  # one file under a second name
        facts = readable(file)
        if facts is None:
            return "unknown"
        bound = self._names_in(file, facts).last.get(place.name)
        if bound is not None and isinstance(later := self._through_star(place, file, facts, bound.line), Definition):
            return later
        step = None if bound is None else self._through(bound, file, facts)
        if step == place:
            step = self._before_itself(place, file, facts)
        if step not in (None, place):  # `from . import name` in a package's own file means the submodule
            return step
        if bound is None and (lazy := self._lazily(place.name, file, facts)) is not None:
            return lazy
        return self._behind_names(place, file, facts)

    def _before_itself(self, place: Definition, file: SourceFile, facts: FileFacts) -> Definition | Outcome:
        """What a module that imports a name from itself had under that name before, other than if that failed."""
        for bound in reversed(self._names_in(file, facts).every[place.name]):
            if bound.context & Context.HANDLER:
                continue
            step = self._through(bound, file, facts)
            if step != place:
                return step
        return place

    def _behind_names(self, place: Definition, file: SourceFile, facts: FileFacts) -> Definition | Outcome:
        """What a module gives under a name that it does not bind itself."""
        if self.is_module(f"{place.module}.{place.name}"):
            return "module"
        if self.is_built(place.dotted):
            return "unknown"
        starred = self._through_star(place, file, facts)
        return "unknown" if starred == "missing" and "modules" in facts.dynamic else starred

    def _may_have_submodules(self, module: str) -> bool:
        """Whether a package around a missing module finds its submodules in a way that the code does not show."""
        while module := module.rpartition(".")[0]:
            facts = self.facts_of(module)
            if facts is not None:
                return "modules" in facts.dynamic
        return False

    def _is_one_of_several(self, place: Definition) -> bool:
        file = self._module(place.module, place.name)
        facts = None if file is None else readable(file)
        bound = () if file is None or facts is None else self._names_in(file, facts).every.get(place.name, ())
        return len(bound) > 1 or any(each.context & Context.TRY for each in bound)

    def _through(self, bound: Binding | ImportFact, file: SourceFile, facts: FileFacts) -> Definition | Outcome:
        if isinstance(bound, ImportFact):
            dotted = self._imported_as(bound, file)
            if dotted is None:
                return "missing" if absolute_module(bound, file) is None else "unknown"
            package, _, name = dotted.rpartition(".")
            return Definition(package, name) if name else "missing"
        if bound.kind == "alias" and bound.target is not None:
            return self._through_alias(bound, file, facts)
        return "definition"

    def _through_alias(self, alias: Binding, file: SourceFile, facts: FileFacts) -> Definition | Outcome:
        """`Old = New`, and `Old = module.New` where the module was imported."""
        head, _, rest = (alias.target or "").partition(".")
        place = Definition(file.module or "", head)
        self._asked.add((place.module, head))
        bound = self._names_in(file, facts).last.get(head)
        if bound is None:
            if self.is_module(place.dotted):
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
        if not earlier and not rest and head in _BUILTINS:
            return "definition"
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
        module, _, name = f"{self._imported_as(bound, file)}.{rest}".rpartition(".")
        return Definition(module, name) if self.is_module(module) else "definition"

    def _through_star(
        self, place: Definition, file: SourceFile, facts: FileFacts, after: int = 0
    ) -> Definition | Outcome:
        """The last star import that has the name wins, as at run time; only those below the line `after` count."""
        names = self._names_in(file, facts)
        undecided = _is_open(facts, names)
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
            file = None if current is None else self._module(current, name)
            facts = None if file is None else readable(file)
            if file is None or facts is None:
                undecided = True
            elif file.path not in passed:
                passed.add(file.path)
                if self._offers(name, file, facts):
                    return True
                names = self._names_in(file, facts)
                undecided = undecided or self._may_offer(f"{current}.{name}", facts) or "names" in facts.dynamic
                if facts.exports is None and not name.startswith("_"):
                    waiting += [star for _, star in names.stars]
        return None if undecided else False

    def _offers(self, name: str, file: SourceFile, facts: FileFacts) -> bool:
        """Whether a module gives a name to those who import all from it."""
        if facts.exports is not None:
            return name in facts.exports
        return not name.startswith("_") and name in self._names_in(file, facts).last

    def _may_offer(self, dotted: str, facts: FileFacts) -> bool:
        """A submodule is brought along only if something has imported it already."""
        return facts.exports_open if facts.exports is not None else self.is_module(dotted)

    def _names_in(self, file: SourceFile, facts: FileFacts) -> _Names:
        names = self._names.get(file.path)
        if names is None:
            with self.asking() as asked:
                names = self._names[file.path] = self._read_names(file, facts)
            names.asked = frozenset(asked)
        else:
            self._asked |= names.asked
        return names

    def _read_names(self, file: SourceFile, facts: FileFacts) -> _Names:
        names = _Names()
        for fact in _in_order(facts):
            if isinstance(fact, ImportFact) and fact.name == "*":
                names.stars.append((fact.line, self.imported_module(fact, file)))
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
        if absolute_module(bound, file) is None:
            return True
        module = self.imported_module(bound, file)
        return module is not None and self._snapshot.is_first_party(module) and not self.is_module(module)

    def _imported_as(self, bound: Binding | ImportFact | None, file: SourceFile) -> str | None:
        """The absolute dotted name that an import binds; `import a.b` binds `a`."""
        if not isinstance(bound, ImportFact):
            return None
        if bound.name is None:
            return self.seen(bound.module if bound.alias is not None else bound.binds, file.path)
        module = self.imported_module(bound, file)
        return None if module is None else f"{module}.{bound.name}"

    def _lazily(self, name: str, file: SourceFile, facts: FileFacts) -> Definition | Outcome | None:
        """Where a module-level `__getattr__` finds a name (PEP 562)."""
        target = next((entry.target for entry in facts.lazy if entry.name == name), None)
        dotted = absolute_name(target, file) if target else None
        if dotted is None:
            return None
        seen = self.seen(dotted, file.path)
        module, _, attribute = (seen or "").rpartition(".")
        return Definition(module, attribute) if attribute else "unknown" if seen is None else None


class _Names(msgspec.Struct):
    """What a module binds at its top level, in the order of its lines."""

    last: dict[str, Binding | ImportFact] = {}
    """The binding that counts: the last one, a second choice only if alone."""
    every: dict[str, list[Binding | ImportFact]] = {}
    stars: list[tuple[int, str | None]] = []
    """Lines and modules of star imports; None for a module outside the top package."""
    asked: frozenset[Key] = frozenset()
    """The questions on whose answers it depends which binding counts."""


def _may_have(name: str, facts: FileFacts) -> bool:
    """Whether a module binds a name by the look of it, or may have names that are not in sight."""
    bound = any(fact.binds == name or fact.name == "*" for fact in facts.imports)
    is_open = bool(facts.lazy) or "names" in facts.dynamic
    return bound or is_open or any(each.name == name for each in facts.bindings)


def _is_open(facts: FileFacts, names: _Names) -> bool:
    """Whether a module may have names that are not in sight."""
    if "names" in facts.dynamic:
        return True
    last = names.last.get("__getattr__")
    return last is not None and not facts.lazy and not (isinstance(last, Binding) and last.kind == "function")


def _in_order(facts: FileFacts) -> Iterator[Binding | ImportFact]:
    local = Context.FUNCTION | Context.CLASS | Context.MAIN
    imports = [fact for fact in facts.imports if not fact.context & local]
    bindings = [binding for binding in facts.bindings if not binding.context & Context.MAIN]
    bound: list[Binding | ImportFact] = [*imports, *bindings]
    yield from sorted(bound, key=lambda each: each.line)
