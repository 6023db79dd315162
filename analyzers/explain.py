"""Explaining a symbol: by which paths it is reached, how often, and who hands it on to whom.

The answer to `fifthwhy explain`; a pure function of what a commit says.
"""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Final, Literal

import msgspec

from analyzers.facts import Binding, Context, ImportFact
from analyzers.resolve import Definition, Resolver
from analyzers.rules.fragmented import role_of
from analyzers.rules.sites import ImportSite, PathRole, Symbol
from analyzers.snapshot import SourceFile, readable
from analyzers.tree import Scope

MOST_SYMBOLS: Final = 20
"""Symbols of one name that are explained; `main` can have hundreds."""
MOST_PATHS: Final = 200

_LOCAL: Final = Context.FUNCTION | Context.CLASS

How = Literal["definition", "from-import", "star", "alias", "lazy", "fallback", "other"]
"""How a module comes by a name: it defines it; imports it, by name or with a star; gives it another name; makes it when
asked (`__getattr__`); imports it if all goes well, or if not; or in a way that the code does not show."""


class ReachedBy(msgspec.Struct, frozen=True):
    """A path to a symbol: `name` of `module`, with the number of places that use it."""

    module: str
    name: str
    production: int
    tests: int
    role: PathRole
    canonical: bool


class Step(msgspec.Struct, frozen=True):
    """A module that hands a symbol on, in the order of a tree: those that take it from here follow, one deeper.

    `taken_from` is the module that it comes from, None for the definition itself.
    """

    depth: int
    module: str
    name: str
    how: How
    path: str | None
    line: int | None
    taken_from: str | None


class Explained(msgspec.Struct, frozen=True):
    """One symbol. `more` counts paths that are left out. The tree begins with the definition."""

    name: str
    definition: str
    canonical: str | None
    paths: tuple[ReachedBy, ...]
    tree: tuple[Step, ...]
    more: int = 0


class Explanation(msgspec.Struct, frozen=True):
    """The answer. `open_paths` are those of which nobody can tell what they lead to, or which lead nowhere."""

    asked: str
    symbols: tuple[Explained, ...]
    open_paths: tuple[ReachedBy, ...]
    more: int = 0


class UnknownNameError(ValueError):
    """Nothing of that name is here; `near` are names that look like it."""

    def __init__(self, asked: str, near: Iterable[str] = (), reason: str = "nothing here has that name") -> None:
        self.asked = asked
        self.near = tuple(near)
        hint = f"; did you mean {' or '.join(f'`{name}`' for name in self.near)}?" if self.near else ""
        super().__init__(f"`{asked}`: {reason}{hint}")


class Code(msgspec.Struct, frozen=True):
    """What a commit says: its files, what they import, and the module of a symbol's canonical path."""

    files: tuple[SourceFile, ...]
    sites: tuple[ImportSite, ...]
    resolver: Resolver
    canonical: Callable[[Symbol], str | None]


def explain(asked: str, code: Code) -> Explanation:
    """Explain the symbols of a name, or the one that a dotted name means. Raises UnknownNameError."""
    symbols, name = _symbols(asked, code)
    reader = _Paths(code, name)
    ordered = sorted(symbols, key=lambda symbol: (-reader.uses(symbol), symbol.definition.dotted))
    open_paths = () if "." in asked else reader.open_paths()
    if not ordered and not open_paths:
        raise UnknownNameError(asked, _near(name, code))
    return Explanation(
        asked=asked,
        symbols=tuple(reader.explained(symbol, ordered) for symbol in ordered[:MOST_SYMBOLS]),
        open_paths=open_paths[:MOST_PATHS],
        more=max(0, len(ordered) - MOST_SYMBOLS) + max(0, len(open_paths) - MOST_PATHS),
    )


def symbols_named(asked: str, code: Code) -> tuple[Symbol, ...]:
    """The symbols that a bare or a dotted name means. Raises UnknownNameError if there are none."""
    symbols, name = _symbols(asked, code)
    if not symbols:
        raise UnknownNameError(asked, _near(name, code))
    return tuple(sorted(symbols, key=lambda symbol: symbol.definition.dotted))


def _symbols(asked: str, code: Code) -> tuple[set[Symbol], str]:
    module, _, name = asked.rpartition(".")
    if not module:
        of_sites = {site.symbol for site in code.sites if site.symbol is not None and site.symbol.name == name}
        return of_sites | set(_defined(name, code)), name
    meant = [each for each in code.resolver.meanings(module) if code.resolver.is_module(each)]
    if not meant:
        modules = (file.module for file in code.files if file.module)
        raise UnknownNameError(asked, difflib.get_close_matches(module, modules, n=3), f"there is no module `{module}`")
    resolutions = [code.resolver.resolve(each, name) for each in meant]
    symbols = {Symbol(name, each.definition) for each in resolutions if each.definition is not None}
    if symbols:
        return symbols, name
    reason = {"module": "that is a module, not a symbol", "external": "that belongs to another distribution"}
    elsewhere = sorted(symbol.definition.dotted for symbol in _defined(name, code))[:3]
    said = reason.get(resolutions[0].outcome, "nothing is there")
    raise UnknownNameError(asked, elsewhere or _near(name, code), said)


def _defined(name: str, code: Code) -> Iterator[Symbol]:
    """What is defined under a name, whether anybody imports it or not."""
    for file in code.files:
        facts = readable(file)
        if file.module and facts and any(bound.name == name for bound in facts.bindings):
            definition = code.resolver.resolve(file.module, name).definition
            if definition is not None:
                yield Symbol(name, definition)


def _near(name: str, code: Code) -> list[str]:
    names = {site.name for site in code.sites if site.symbol is not None}
    for file in code.files:
        facts = readable(file)
        names.update(bound.name for bound in facts.bindings if bound.kind != "assignment") if facts else None
    return difflib.get_close_matches(name, sorted(names), n=3)


class _Paths:
    """The paths by which things of one name are reached."""

    def __init__(self, code: Code, name: str) -> None:
        self._code = code
        self._files = {file.module: file for file in code.files if file.module}
        self._counts: Counter[tuple[Definition, Scope]] = Counter()
        self._places: dict[Symbol | None, set[Definition]] = defaultdict(set)
        self._renamed: dict[Definition, set[Definition]] = defaultdict(set)
        """Places that give a definition another name than the one asked for."""
        self._name = name
        for site in code.sites:
            place = Definition(site.module, site.name)
            self._counts[place, site.scope] += 1
            if site.name == name:
                self._places[site.symbol].add(place)
            elif site.symbol is not None:
                self._renamed[site.symbol.definition].add(place)
        for module in self._handing_on():
            definition = code.resolver.resolve(module, name).definition
            if definition is not None:
                self._places[Symbol(name, definition)].add(Definition(module, name))

    def _handing_on(self) -> Iterator[str]:
        """Modules that offer the name to others by the look of them, even if nobody takes it."""
        for file in self._code.files:
            facts = readable(file)
            offers = facts and (file.is_package or facts.notices or self._name in (facts.exports or ()))
            if file.module and facts and offers and any(fact.binds == self._name for fact in facts.imports):
                yield file.module

    def uses(self, symbol: Symbol) -> int:
        """How many places use it."""
        return sum(self._uses(place) for place in self._places[symbol])

    def _uses(self, place: Definition) -> int:
        return self._counts[place, "production"] + self._counts[place, "tests"]

    def explained(self, symbol: Symbol, all_of_name: Iterable[Symbol]) -> Explained:
        """A symbol, `all_of_name` being those that share its name."""
        canonical = self._code.canonical(symbol)
        others = (self._code.canonical(other) for other in all_of_name if other != symbol)
        is_copy = canonical is None and any(others)
        chosen = Definition(canonical, symbol.name) if canonical else None
        places = self._places[symbol] | {symbol.definition} | ({chosen} if chosen else set())
        if symbol.name == symbol.definition.name:
            places |= self._renamed[symbol.definition]
        paths = [self._path(place, chosen, is_copy=is_copy) for place in places]
        paths.sort(key=lambda path: (not path.canonical, -(path.production + path.tests), path.module, path.name))
        return Explained(
            name=symbol.name,
            definition=symbol.definition.dotted,
            canonical=canonical,
            paths=tuple(paths[:MOST_PATHS]),
            tree=self._tree(symbol, [Definition(path.module, path.name) for path in paths[:MOST_PATHS]]),
            more=max(0, len(paths) - MOST_PATHS),
        )

    def open_paths(self) -> tuple[ReachedBy, ...]:
        """Paths that lead to no definition."""
        places = sorted(self._places[None], key=lambda place: place.module)
        return tuple(self._path(place, None, is_copy=False) for place in places)

    def _path(self, place: Definition, canonical: Definition | None, *, is_copy: bool) -> ReachedBy:
        return ReachedBy(
            module=place.module,
            name=place.name,
            production=self._counts[place, "production"],
            tests=self._counts[place, "tests"],
            role=self._role(place, is_copy=is_copy),
            canonical=place == canonical,
        )

    def _role(self, place: Definition, *, is_copy: bool) -> PathRole:
        definition = self._code.resolver.resolve(place.module, place.name).definition
        if definition is not None and definition.name != place.name:
            return "alias"
        role = role_of(Symbol(place.name, definition or place), place, self._code.resolver)
        return "duplicate" if role == "definition" and is_copy else role

    def _tree(self, symbol: Symbol, places: Iterable[Definition]) -> tuple[Step, ...]:
        """Who takes the symbol from whom, on the way to each of these places."""
        takers: dict[Definition, set[Definition]] = defaultdict(set)
        for place in places:
            resolution = self._code.resolver.resolve(place.module, place.name)
            if resolution.definition == symbol.definition:
                for taker, source in pairwise(resolution.chain):
                    takers[source].add(taker)
        steps: list[Step] = []
        waiting: list[tuple[int, Definition, Definition | None]] = [(0, symbol.definition, None)]
        seen: set[Definition] = set()
        while waiting:
            depth, place, giver = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            steps.append(self._step(depth, place, giver))
            following = sorted(takers[place], key=lambda taker: taker.dotted, reverse=True)
            waiting += [(depth + 1, taker, place) for taker in following]
        return tuple(steps)

    def _step(self, depth: int, place: Definition, giver: Definition | None) -> Step:
        file = self._files.get(place.module)
        how, line = ("other", None) if file is None else _comes_by(place, giver, file, self._code.resolver)
        return Step(
            depth=depth,
            module=place.module,
            name=place.name,
            how="definition" if giver is None else how,
            path=file.path if file else None,
            line=line,
            taken_from=giver.dotted if giver else None,
        )


def _comes_by(
    place: Definition, giver: Definition | None, file: SourceFile, resolver: Resolver
) -> tuple[How, int | None]:
    """How a module comes by a name, and in which line."""
    facts = readable(file)
    if facts is None:
        return "other", None
    bound: list[ImportFact | Binding] = [
        fact for fact in facts.imports if fact.binds == place.name and fact.name != "*" and not fact.context & _LOCAL
    ]
    bound += [binding for binding in facts.bindings if binding.name == place.name]
    if giver is not None:
        bound = [each for each in bound if _may_be_from(each, giver, file, resolver)] or bound
    if bound:
        last = max(bound, key=lambda each: each.line)
        return _way(last), last.line
    for lazy in facts.lazy:
        if lazy.name == place.name:
            return "lazy", lazy.line
    stars = [fact for fact in facts.imports if fact.name == "*" and giver and _may_be_from(fact, giver, file, resolver)]
    return ("star", stars[-1].line) if stars else ("other", None)


def _may_be_from(bound: ImportFact | Binding, giver: Definition, file: SourceFile, resolver: Resolver) -> bool:
    if isinstance(bound, Binding):
        return bound.kind == "alias"
    return resolver.imported_module(bound, file) == giver.module


def _way(bound: ImportFact | Binding) -> How:
    if bound.context & (Context.TRY | Context.HANDLER):
        return "fallback"
    if isinstance(bound, Binding):
        return "alias" if bound.kind == "alias" else "other"
    return "alias" if bound.alias is not None and bound.alias != bound.name else "from-import"
