"""Anchor: what the audit of one commit inferred, by which the commits before it are measured as well."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from analyzers.moves import name_before
from analyzers.resolve import Definition
from analyzers.rules.fragmented import CanonicalPath
from analyzers.rules.sites import Symbol


class Anchor:
    """The canonical module of each symbol and the canonical way to validate, as far as they were inferred."""

    def __init__(self, paths: Mapping[Symbol, str], auth: str | None) -> None:
        self.paths = paths
        self.auth = auth

    def path(self, symbol: Symbol, votes: Mapping[str, int]) -> CanonicalPath | None:
        """The canonical path of a symbol at another commit, also where nobody used it then; None where it has none.

        A symbol that was defined elsewhere then is known by its canonical path, where that led to it. `votes` are the
        symbol's sites there by module.
        """
        module = self.paths.get(symbol)
        if module is None:
            led = [other for other in self._modules.get(symbol.name, ()) if votes.get(other, 0) > 0]
            module = led[0] if len(led) == 1 else None
        return None if module is None else CanonicalPath(symbol, module, inferred=True)

    def moved(self, modules: Mapping[str, str]) -> Anchor:
        """The same in the names that the modules had earlier: `modules` maps later dotted names to these."""
        if not modules:
            return self
        paths = {_earlier(symbol, modules): name_before(module, modules) for symbol, module in self.paths.items()}
        auth = None if self.auth is None else name_before(self.auth, modules)
        return self if (paths, auth) == (self.paths, self.auth) else Anchor(paths, auth)

    def joined(self, earlier: Anchor) -> Anchor:
        """What holds while modules move: the answers in both names, these first."""
        return self if earlier is self else Anchor({**earlier.paths, **self.paths}, self.auth)

    def differing(self, other: Anchor) -> frozenset[str]:
        """The names of the symbols of which two anchors say something else."""
        if self is other:
            return frozenset()
        both = self.paths.keys() | other.paths.keys()
        return frozenset(symbol.name for symbol in both if self.paths.get(symbol) != other.paths.get(symbol))

    @cached_property
    def digest(self) -> str:
        """Short name of all answers."""
        told = sorted((key.name, key.definition.module, key.definition.name, to) for key, to in self.paths.items())
        return hashlib.sha256(repr((told, self.auth)).encode()).hexdigest()[:12]

    @cached_property
    def _modules(self) -> Mapping[str, frozenset[str]]:
        """The canonical modules of all symbols of a name."""
        found: dict[str, set[str]] = defaultdict(set)
        for symbol, module in self.paths.items():
            found[symbol.name].add(module)
        return {name: frozenset(modules) for name, modules in found.items()}


NO_ANCHOR: Final = Anchor({}, None)


def _earlier(symbol: Symbol, modules: Mapping[str, str]) -> Symbol:
    module = name_before(symbol.definition.module, modules)
    return Symbol(symbol.name, Definition(module, symbol.definition.name))
