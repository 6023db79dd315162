"""What counts as a validation in one tree: the patterns of the policy and the built-in ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from analyzers.code import INSTANCE, Code, Where
from analyzers.detail import UsesOf
from analyzers.facts import ImportFact, Use
from analyzers.outline import Attr, Call, Expr, Ref
from analyzers.policy import AuthPattern, Policy
from analyzers.reading.scopes import OWN
from analyzers.reading.seen import ANY_RECEIVER
from analyzers.resolve import Modules, Resolver
from analyzers.rules.auth.packs import BUILTIN_PATTERNS, OUTLINED
from analyzers.snapshot import SourceFile, absolute_name, parents, readable

_MOST_ALIASES: Final = 4
"""Names that are given to names that are given to validations."""


class AuthTerms(msgspec.Struct, frozen=True):
    """What counts as a validation call in one tree: callee to pattern, and by path the canonical check's own code."""

    named: Mapping[str, str]
    own: Mapping[str, frozenset[str]]
    canonical: str | None = None
    """The canonical pattern that the policy names."""
    leading: frozenset[str] = frozenset()
    """The patterns' callees with all modules and classes on the way to them."""
    imported: frozenset[str] = frozenset()
    """The same for those that are called by a name that was imported, or by an attribute of what was."""
    patterned: frozenset[str] = frozenset()
    """Those of them that are no wrappers and do not lead to one."""
    homes: frozenset[str] = frozenset()
    """The modules and classes that a callee stands in."""
    tops: frozenset[str] = frozenset()
    """What the callees' dotted names start with."""
    methods: Mapping[str, str] = {}
    """Names of methods that validate whatever they are called on, by pattern."""
    first_party: frozenset[str] = frozenset()
    """The patterns of this repository's own: those of the policy, and its wrappers."""
    wrappers: Mapping[str, tuple[str, ...]] = {}
    """The functions that wrap validations, by dotted name, each with the patterns that it calls."""
    from_policy: frozenset[str] = frozenset()
    """The callees that the policy names."""
    own_homes: frozenset[str] = frozenset()
    """The modules of this repository in which a callee stands."""
    tails: frozenset[str] = frozenset()
    """The last names of callees, and of classes whose instances are callees."""
    own_methods: frozenset[str] = frozenset()
    """The names of methods that are the canonical check in whatever class they are."""

    def may_lead(self, dotted: str) -> bool:
        """Whether a validation call can start from what has that dotted name, in the file that imports it."""
        return dotted in self.imported

    def begun_by(self, imports: Iterable[ImportFact]) -> Iterator[tuple[ImportFact, str]]:
        """Of the imports in a file those that may lead to a callee, going by how its name begins, each with the dotted
        name of what it brings.
        """
        for fact in imports if self.tops else ():
            if not fact.level and fact.name != "*" and fact.module.partition(".")[0] in self.tops:
                dotted = fact.module if fact.alias is not None else fact.binds
                yield fact, dotted if fact.name is None else f"{fact.module}.{fact.name}"

    def is_from_policy(self, dotted: str) -> bool:
        """Whether the policy names that callee."""
        return dotted in self.from_policy

    def pattern_of(self, meaning: str | None) -> str | None:
        """The pattern that something is, by its meaning (`analyzers.code`): a function, a class, a method."""
        return None if meaning is None else self.named.get(meaning)

    def pattern_at(self, expr: Expr, where: Where, code: Code) -> str | None:
        """The pattern that an expression stands for: what is called, what decorates, what is depended upon."""
        meaning = code.meaning(expr, where)
        found = self.pattern_of(meaning)
        if found is None and meaning is not None:
            inside = code.attribute(meaning, "__call__") if meaning.endswith(INSTANCE) else f"{meaning}.__init__"
            found = self.pattern_of(inside)
        return found or (self.methods.get(_last_name(expr)) if self.methods else None)

    def pattern_of_call(self, call: Call, where: Where, code: Code) -> str | None:
        """The pattern that a call uses."""
        return self.pattern_at(call.func, where, code)

    def words_in(self, file: SourceFile, code: Code) -> frozenset[str]:
        """The names in a file one of which has to be where there is a validation: last names, and what they go by."""
        facts = readable(file)
        words = set(self.tails)
        for fact in () if facts is None else facts.imports:
            if fact.name is not None and fact.binds not in words:
                module = absolute_name("." * fact.level + fact.module, file)
                defined = "" if module is None else self._defined(f"{module}.{fact.name}", code)
                if defined in self.leading or _tail(defined) in words:
                    words.add(fact.binds)
        aliases = code.outline(file).aliases
        for _ in range(_MOST_ALIASES):
            more = {name for name, others in aliases if name not in words and not words.isdisjoint(others)}
            if not more:
                break
            words |= more
        return frozenset(words)

    def _defined(self, dotted: str, code: Code) -> str:
        return code.resolver.defined_as(dotted) if code.resolver.is_first_party(dotted) else dotted

    def is_own(self, path: str, within: str) -> bool:
        """Whether a place is the canonical check's own code, by the qualified name of the function there.

        Classes are told from functions by the first letter of their names: a function within another is no method.
        """
        first, *others = within.split(".")
        if first in self.own.get(path, ()):
            return True
        if self.own_methods.isdisjoint(others):
            return False
        around = zip((first, *others), others, strict=False)
        return any(name in self.own_methods and _is_class(outer) for outer, name in around)

    def wrapper_around(self, module: str | None, within: str, pattern: str) -> str:
        """The wrapper whose implementation a call by a pattern is, by the qualified name of the function that it stands
        in; empty where there is none. What a function asks beside the canonical check is no part of that.
        """
        while module is not None and within and self.wrappers:
            enclosed = self.wrappers.get(f"{module}.{within}")
            if enclosed is not None:
                return "" if pattern != self.canonical and self.canonical in enclosed else f"{module}.{within}"
            within = within.rpartition(".")[0]
        return ""

    @property
    def enclosed(self) -> dict[str, frozenset[str]]:
        """The patterns that each pattern's own code calls."""
        found: dict[str, frozenset[str]] = {}
        for dotted, encloses in self.wrappers.items():
            pattern = self.named[dotted]
            found[pattern] = found.get(pattern, frozenset()) | frozenset(encloses) - {pattern}
        return found

    def naming(
        self, named: Mapping[str, str], wrappers: Mapping[str, tuple[str, ...]], first_party: Iterable[str]
    ) -> AuthTerms:
        """The same with other callees."""
        return msgspec.structs.replace(
            self,
            named=named,
            leading=frozenset(callee for name in named for callee in (name, *parents(name))),
            homes=frozenset(name.rpartition(".")[0] for name in named),
            tops=frozenset(name.partition(".")[0] for name in named),
            tails=frozenset(_tail(name) for name in named).union(self.methods),
            first_party=self.first_party | frozenset(first_party),
            wrappers=wrappers,
        )


def _tail(callee: str) -> str:
    head, _, tail = callee.rpartition(".")
    return head.rpartition(".")[2] if tail in ("__call__", "__init__") else tail


def _is_class(name: str) -> bool:
    return name.lstrip("_")[:1].isupper()


def _last_name(expr: Expr) -> str:
    """The name of the method in `receiver.name`; empty for what has no receiver."""
    if isinstance(expr, Attr):
        return expr.name
    return expr.name.rpartition(".")[2] if isinstance(expr, Ref) and "." in expr.name else ""


def auth_terms(tree: Modules, resolver: Resolver, policy: Policy, uses_of: UsesOf) -> AuthTerms:
    """Read the policy's patterns and the built-in ones in the light of a tree. Wrappers are still to be found."""
    if not policy.is_about_auth:
        return AuthTerms({}, {})
    builtin = _of_installed_libraries(tree) if policy.auth.builtin else ()
    own = policy.auth.patterns
    patterns = (*own, *builtin)
    methods = dict(_methods(patterns))
    terms = AuthTerms(
        {},
        _implementation(policy, tree, resolver, uses_of),
        canonical=policy.auth.canonical,
        methods=methods,
        from_policy=frozenset(_by_callee(own, resolver)),
        own_methods=frozenset(name for name, pattern in methods.items() if pattern == policy.auth.canonical),
    )
    told = terms.naming(_by_callee(patterns, resolver), {}, (pattern.name for pattern in own))
    # What frameworks guard with is looked for in outlines alone: half of all tests import such a framework.
    names = [name for name, pattern in told.named.items() if pattern not in OUTLINED]
    imported = frozenset(names).union(*map(parents, names))
    own_homes = frozenset(map(resolver.known_part, told.from_policy)) - {""}
    return msgspec.structs.replace(told, imported=imported, patterned=imported, own_homes=own_homes)


def _of_installed_libraries(tree: Modules) -> Iterator[AuthPattern]:
    """The built-in patterns, but for those of a library whose name a production module of this repository has."""
    for pattern in BUILTIN_PATTERNS:
        own = tree.module(pattern.calls[0].partition(".")[0])
        if own is None or own.scope == "tests":
            yield pattern


def _by_callee(patterns: Iterable[AuthPattern], resolver: Resolver) -> dict[str, str]:
    """Callee to pattern, under the name given and under the one it is defined by. The first pattern wins."""
    named: dict[str, str] = {}
    for pattern in patterns:
        for call in calls_of(pattern, resolver):
            named.setdefault(call, pattern.name)
            named.setdefault(resolver.defined_as(call), pattern.name)
    return named


def calls_of(pattern: AuthPattern, resolver: Resolver) -> Iterator[str]:
    """The callees of a pattern, in every root that has them."""
    for call in pattern.names:
        if not call.startswith(ANY_RECEIVER):
            yield from resolver.meanings(call)


def _methods(patterns: Iterable[AuthPattern]) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        for call in pattern.names:
            if call.startswith(ANY_RECEIVER):
                yield call.removeprefix(ANY_RECEIVER), pattern.name


def _implementation(policy: Policy, tree: Modules, resolver: Resolver, uses_of: UsesOf) -> dict[str, frozenset[str]]:
    """Top-level definitions that make up the canonical pattern where the repository defines it itself, by path.

    The canonical check has to call some library; that call is its implementation and not another way to validate.
    With it go the functions of the same file that it calls.
    """
    own: dict[str, set[str]] = defaultdict(set)
    for pattern in policy.auth.patterns:
        if pattern.name != policy.auth.canonical:
            continue
        for call in calls_of(pattern, resolver):
            definition = resolver.resolve_dotted(call)[0].definition
            file = None if definition is None else tree.module(definition.module)
            if definition is not None and file is not None:
                uses = uses_of({file.blob: frozenset({OWN})}).get(file.blob, ())
                own[file.path] |= _reached(definition.name, uses)
    return {path: frozenset(names) for path, names in own.items()}


def _reached(name: str, uses: Iterable[Use]) -> set[str]:
    """`name` and every top-level definition of its file that it calls, directly or through others."""
    calls: dict[str, set[str]] = defaultdict(set)
    for use in uses:
        if use.target.startswith(OWN):
            calls[use.within.partition(".")[0]].add(use.target[1:].partition(".")[0])
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            waiting.extend(calls[current])
    return reached
