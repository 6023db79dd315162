"""ssot.duplicates: one class or function, written down in more than one production module.

That two modules define something of the same name says little: every script has its `main`. A copy also looks like the
other one. Classes are compared by the names in their bodies and by their lines, functions by their lines; how much two
sets of lines have in common is estimated from their sketches (A. Broder, "On the resemblance and containment of
documents", 1997). Whatever is too short to look like anything is left alone.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final, Literal

import msgspec

from analyzers.facts import Binding, Context, FileFacts, Shape
from analyzers.findings import Finding
from analyzers.policy import Policy
from analyzers.rules.result import RuleResult
from analyzers.snapshot import SourceFile
from analyzers.twins import plain

LEAST_LINES: Final = 4
"""Distinct lines that a body needs for its lines to say anything. Below that come `return x`, `pass`, `get_logger()`
and the like, which anybody would write that way."""

LEAST_MEMBERS: Final = 3
"""Members besides dunder ones that a class needs for their names to say anything: two, say `get` and `set`, happen."""

ALIKE_LINES: Final = 0.7
"""Share of common lines from which two bodies are one text. SourcererCC, whose measure is close to this one, uses the
same share (H. Sajnani et al., "SourcererCC: scaling code clone detection to big-code", 2016)."""

ALIKE_LINES_SUPPORTED: Final = 0.6
"""The same where the names of parameters or members agree as well: a short function with two lines edited."""

ALIKE_MEMBERS: Final = 0.75
"""Share of common member names from which two classes are versions of one class ..."""

ALIKE_MEMBERS_LINES: Final = 0.2
"""... if they have as many lines in common. Implementations of one interface, such as the drivers of a database
library, have all of its names and nothing else in common."""

GENERIC: Final = frozenset(
    {
        "main", "run", "setup", "teardown", "execute", "handle", "handler", "start", "stop", "init", "cli", "app",
        "create_app", "get_logger", "setup_logging", "parse_args", "get_parser", "upgrade", "downgrade", "register",
        "includeme", "load", "configure", "Migration", "Command", "Config", "Meta", "Settings", "AppConfig", "Plugin",
    }
)  # fmt: skip
"""Names that frameworks and habit prescribe."""

GENERIC_LINES: Final = 0.8
GENERIC_LEAST_LINES: Final = 8
"""Of such a name, only nearly the same text, and more of it than a frame that everybody writes, is a copy."""

MOST_COMPARISONS: Final = 20_000
MOST_CANDIDATES: Final = 1_000_000
"""Comparisons made for one name, and pairs considered for one; what they leave open is undecided. Either takes about
a fifth of a second, which no name comes near unless somebody wants it to."""

_HIDDEN: Final = Context.FUNCTION | Context.CLASS | Context.TYPE_CHECKING | Context.MAIN
"""Where a definition stands that no other module can import."""

_COPIED: Final = re.compile(r"(^|/)(migrations|alembic/versions|examples?|samples?|docs?)/")
"""Folders in which copying is right: migrations are records that are never to change, and an example stands alone."""

_SET_ASIDE: Final = frozenset(
    {
        "archive", "archived", "backup", "backups", "bak", "copy", "deprecated", "legacy", "obsolete", "old",
        "original", "scripts",
    }
)  # fmt: skip
"""Words in a module's name by which people say that it is not the one that others are to import."""


class DefinitionSite(msgspec.Struct, frozen=True, array_like=True):
    """One top-level class or function of a production module. `module` is None where the file cannot be imported."""

    name: str
    kind: Literal["class", "function"]
    path: str
    module: str | None
    line: int
    context: int
    shape: Shape


def is_set_aside(name: str) -> bool:
    """Whether a module's name, or path, says that it is not the one that others are to import."""
    return any(word in _SET_ASIDE for word in name.replace("_", ".").split("."))


def definitions_of(file: SourceFile, facts: FileFacts) -> tuple[DefinitionSite, ...]:
    """The definitions of a file that are long enough to be compared, one for each name.

    Of several under one name (the arms of an `if`, a fallback, `@overload`) the longest counts. A module that takes in
    the name itself from elsewhere (`class X(base.X)`, `from base import X as Base`) extends the other definition.
    """
    if file.scope != "production" or file.path.endswith(".pyi") or _COPIED.search(file.path):
        return ()
    longest: dict[str, DefinitionSite] = {}
    for binding in facts.bindings:
        site = _site(binding, file)
        if site is not None and (site.name not in longest or site.shape.size > longest[site.name].shape.size):
            longest[site.name] = site
    return tuple(site for site in longest.values() if not _extends(site, facts))


def _site(binding: Binding, file: SourceFile) -> DefinitionSite | None:
    kind, shape, name = binding.kind, binding.shape, binding.name
    if shape is None or kind == "assignment" or kind == "alias" or binding.context & _HIDDEN:  # noqa: PLR1714
        return None  # mypy narrows by `==`, not by `in`
    if name == "_" or _is_dunder(name) or not _is_telling(kind, shape):
        return None
    return DefinitionSite(name, kind, file.path, file.module, binding.line, binding.context, shape)


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _extends(site: DefinitionSite, facts: FileFacts) -> bool:
    renamed = any(fact.name == site.name and fact.binds != site.name for fact in facts.imports)
    return renamed or any(base.endswith(f".{site.name}") for base in site.shape.bases)


def _plain(shape: Shape) -> frozenset[str]:
    """Member names that someone chose."""
    return frozenset(member for member in shape.members if not _is_dunder(member))


def _is_telling(kind: str, shape: Shape) -> bool:
    if kind == "class" and len(_plain(shape)) >= LEAST_MEMBERS:
        return shape.size > 0
    return shape.size >= LEAST_LINES


def _is_worth_comparing(site: DefinitionSite) -> bool:
    if site.name in GENERIC:
        return site.shape.size >= GENERIC_LEAST_LINES
    return _is_telling(site.kind, site.shape)


class Overlap(msgspec.Struct, frozen=True):
    """How much two sets have in common. `whole` is False where a sample of them was looked at."""

    shared: int
    among: int
    whole: bool = True

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.shared / self.among if self.among else 0.0

    def told(self, what: str) -> str:
        """`12 of 14 members`, `about 85 % of the lines`."""
        if self.whole:
            return f"{self.shared} of {self.among} {what}"
        return f"about {round(100 * self.share)} % of the {what}"


def lines_in_common(one: Shape, other: Shape) -> Overlap:
    """Broder's estimate of the Jaccard resemblance: how many of the smallest values of both together are in both.

    It is exact where both sketches hold all of their lines.
    """
    both = sorted({*one.sketch, *other.sketch})
    samples = [len(shape.sketch) for shape in (one, other) if len(shape.sketch) < shape.size]
    smallest = both[: min(samples, default=len(both))]
    shared = set(one.sketch).intersection(other.sketch, smallest)
    return Overlap(len(shared), len(smallest), whole=not samples)


def names_in_common(one: Shape, other: Shape) -> Overlap:
    """The members, or parameters, that both have."""
    ours, theirs = _plain(one), _plain(other)
    return Overlap(len(ours & theirs), len(ours | theirs))


def likeness(one: DefinitionSite, other: DefinitionSite) -> str | None:
    """In what two definitions of one name and kind are copies of each other; None where they are namesakes."""
    lines = lines_in_common(one.shape, other.shape)
    names = names_in_common(one.shape, other.shape)
    shortest = min(one.shape.size, other.shape.size)
    if one.name in GENERIC:
        return lines.told("lines") if lines.share >= GENERIC_LINES else None
    if shortest >= LEAST_LINES:
        needed = ALIKE_LINES_SUPPORTED if names.shared and names.share >= ALIKE_MEMBERS else ALIKE_LINES
        if lines.share >= needed:
            return lines.told("lines")
    fewest = min(len(_plain(one.shape)), len(_plain(other.shape))) if one.kind == "class" else 0
    if fewest >= LEAST_MEMBERS and names.share >= ALIKE_MEMBERS and lines.share >= ALIKE_MEMBERS_LINES:
        return names.told("members")
    return None


def duplicates(name: str, sites: Iterable[DefinitionSite], policy: Policy) -> tuple[Finding, ...]:
    """The copies among all definitions of one name: in each group of like ones, all but the one that stands.

    That is the one in the policy's canonical module; where the policy does not say it, one that no name or policy calls
    old, with the shortest module path.
    """
    return compare(name, sites, policy).findings


def compare(name: str, sites: Iterable[DefinitionSite], policy: Policy) -> RuleResult:
    """The same, with the number of definitions, and of shapes that were too many to be compared."""
    ranked = sorted(sites, key=lambda site: _rank(site, policy))
    findings: list[Finding] = []
    undecided = 0
    for kind in ("class", "function") if policy.applies("ssot.duplicates") and len(ranked) > 1 else ():
        groups = _Groups([site for site in ranked if site.kind == kind and _is_worth_comparing(site)])
        for group in groups.found():
            findings += _copies(name, group, groups, policy)
        undecided += groups.undecided
    findings.sort(key=lambda finding: (finding.path, finding.line))
    return RuleResult(tuple(findings), among=len(ranked), undecided=undecided)


def _rank(site: DefinitionSite, policy: Policy) -> tuple[bool, bool, bool, bool, int, str, str]:
    """Sorts first the definition that stands."""
    place = site.module or site.path.removesuffix(".py").replace("/", ".")
    canonical = _canonical_modules(site.name, policy)
    return (
        site.module not in canonical,
        not any(place.startswith(f"{module}.") for module in canonical),
        any(f"{place}.".startswith(f"{entry.module}.") for entry in policy.legacy),
        site.module is None or is_set_aside(place),
        place.count("."),
        place,
        site.path,
    )


def _canonical_modules(name: str, policy: Policy) -> frozenset[str]:
    return frozenset(entry.canonical for entry in policy.symbols if entry.name == name)


def _copies(name: str, group: Sequence[DefinitionSite], groups: _Groups, policy: Policy) -> Iterator[Finding]:
    standing = group[0]
    inferred = standing.module not in _canonical_modules(name, policy)
    for copy in group[1:]:
        other, alike = groups.nearest(copy, standing)
        is_known = other.module is not None and plain(other.module) != plain(copy.module or "")
        place = other.module if other.module is not None and is_known else other.path
        yield Finding(
            rule="ssot.duplicates",
            path=copy.path,
            line=copy.line,
            end_line=copy.line,
            symbol=name,
            detail=place,
            message=f"`{name}` is defined here and in `{place}` ({alike} alike).",
            severity="medium",
            scope="production",
            inferred=inferred,
            about=(other.path,),
        )


class _Groups:
    """Definitions of one name and kind, the best ranked first, linked where they are alike.

    Equal shapes are one to begin with. Of the others, only those are compared that share one of their rarest lines or
    members, which pairs above the thresholds cannot fail to do (prefix filtering; S. Chaudhuri et al., "A primitive
    operator for similarity joins in data cleaning", 2006). So a `main` in thousands of modules costs little.
    """

    def __init__(self, sites: Sequence[DefinitionSite]) -> None:
        self._sites = sites
        self._of_shape: dict[Shape, list[DefinitionSite]] = defaultdict(list)
        for site in sites:
            self._of_shape[site.shape].append(site)
        self._first = [same[0] for same in self._of_shape.values()]
        self._leader = list(range(len(self._first)))
        self._links: dict[Shape, list[DefinitionSite]] = defaultdict(list)
        self.undecided = 0
        """How many shapes were not compared with those before them."""
        self._link()

    def found(self) -> list[list[DefinitionSite]]:
        """The groups of two files and more, and in each the sites as ranked."""
        leaders = {site.shape: self._find(number) for number, site in enumerate(self._first)}
        groups: dict[int, list[DefinitionSite]] = defaultdict(list)
        for site in self._sites:
            groups[leaders[site.shape]].append(site)
        return [group for group in groups.values() if len(group) > 1]

    def nearest(self, copy: DefinitionSite, standing: DefinitionSite) -> tuple[DefinitionSite, str]:
        """What a copy is to be told a copy of, and in what: the one that stands, or else one between the two."""
        same = self._of_shape[copy.shape][0]
        between = self._links[copy.shape] if same is copy else [same]
        for other in (standing, *between):
            if (alike := likeness(copy, other)) is not None:
                return other, alike
        raise AssertionError("a group without a link")

    def _link(self) -> None:
        considered = compared = 0
        for number, near in enumerate(self._candidates()):
            considered += len(near)
            if considered > MOST_CANDIDATES or compared > MOST_COMPARISONS:
                self.undecided = len(self._first) - number
                return
            for other in sorted(near):
                if self._find(number) != self._find(other):
                    self._compare(number, other)
                    compared += 1

    def _compare(self, number: int, other: int) -> None:
        one, two = self._first[number], self._first[other]
        if likeness(one, two) is not None:
            self._leader[self._find(number)] = self._find(other)
            self._links[one.shape].append(two)
            self._links[two.shape].append(one)

    def _find(self, number: int) -> int:
        """The representative of a shape's group (disjoint sets with path halving)."""
        while self._leader[number] != number:
            self._leader[number] = self._leader[self._leader[number]]
            number = self._leader[number]
        return number

    def _candidates(self) -> Iterator[set[int]]:
        """For each shape the ones before it that may be alike."""
        often: Counter[Hashable] = Counter(
            mark for site in self._first for mark in (*site.shape.sketch, *_plain(site.shape))
        )
        holders: dict[Hashable, list[int]] = defaultdict(list)
        for number, site in enumerate(self._first):
            marks = _rarest(site.shape.sketch, ALIKE_LINES_SUPPORTED, often)
            if site.kind == "class":
                marks += _rarest(_plain(site.shape), ALIKE_MEMBERS, often)
            yield {other for mark in marks for other in holders[mark]}
            for mark in marks:
                holders[mark].append(number)


def _rarest(marks: Iterable[Hashable], share: float, often: Counter[Hashable]) -> list[Hashable]:
    """So many of a set's rarest marks that a set which has `share` of them in common has one of these."""
    ordered = sorted(marks, key=lambda mark: (often[mark], str(mark)))
    return ordered[: len(ordered) - math.ceil(share * len(ordered)) + 1]
