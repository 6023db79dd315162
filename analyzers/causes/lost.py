"""What imports that cannot work ask for: a module that is not there, or a name; and where else that is defined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from keyword import iskeyword
from typing import Final

import msgspec

from analyzers.causes.model import Departed, Sought
from analyzers.facts import ImportFact
from analyzers.findings import Finding, Fingerprinted
from analyzers.history import History, Origin, pull_request_in
from analyzers.resolve import Modules
from analyzers.rules.duplicates import is_set_aside
from analyzers.snapshot import Layout, SourceFile, absolute_module, readable
from analyzers.twins import Twins

_MOST_PARTS: Final = 30
"""Parts of a dotted name, beyond which nobody looks whether it ever was there."""


_Homes = Mapping[str, list[tuple[SourceFile, bool]]]
"""The files that bind a name, and whether each defines it for sure: a class, a function or a constant."""


class _Asked(msgspec.Struct, frozen=True):
    """What the imports of a finding ask for. `names` are empty where it is a whole module, or all of one."""

    finding: Finding
    importer: SourceFile
    module: str
    names: frozenset[str]


class _Around(msgspec.Struct, frozen=True):
    """The packages of the tree, the last parts of the names of its modules, and the first parts of those with twins."""

    packages: frozenset[str]
    lasts: frozenset[str]
    tops_of_twins: frozenset[str]


def sought_of(
    files: Iterable[SourceFile],
    tree: Modules,
    found: Iterable[Fingerprinted],
    departed: Mapping[str, Departed] = {},
) -> dict[str, Sought]:
    """What each finding about an import that cannot work asks for, by fingerprint; `files` are all of the tree.

    `departed` are modules that went, by their dotted names.
    """
    by_path = {file.path: file for file in files}
    asked = {each.fingerprint: what for each in found if (what := _asked(by_path, each.finding)) is not None}
    homes = _homes(by_path.values(), {name for what in asked.values() for name in what.names})
    around = _Around(
        frozenset(file.module for file in by_path.values() if file.module is not None and file.is_package),
        frozenset(file.module.rpartition(".")[2] for file in by_path.values() if file.module is not None),
        Twins(tree.layout.twins).tops,
    )
    return {
        fingerprint: Sought(
            what.finding.symbol == what.module,
            _home(what, homes, around, tree),
            _moved(what, by_path.get(departed[what.module].to) if what.module in departed else None, tree),
        )
        for fingerprint, what in asked.items()
    }


def _moved(what: _Asked, file: SourceFile | None, tree: Modules) -> str:
    """The module that a file is now, if it has all the names that are asked for; empty where it has not."""
    facts = None if file is None else readable(file)
    if file is None or facts is None or file.module is None or tree.module(file.module) is not file or not what.names:
        return ""
    has = {bound.name for bound in facts.bindings} | {fact.binds for fact in facts.imports}
    return file.module if what.names <= has else ""


def _asked(files: Mapping[str, SourceFile], finding: Finding) -> _Asked | None:
    """All that the line asks of what is not there; None where two imports on it mean different things by it."""
    file = files.get(finding.path) if finding.rule == "imports.unresolved" else None
    facts = None if file is None else readable(file)
    if file is None or facts is None:
        return None
    here = [fact for fact in facts.imports if fact.line == finding.line and _is_of(fact, file, finding.symbol)]
    modules = {absolute_module(fact, file) for fact in here}
    module = next(iter(modules), None)
    if module is None or len(modules) != 1:
        return None
    is_whole = any(fact.name in (None, "*") for fact in here)
    return _Asked(finding, file, module, frozenset() if is_whole else frozenset(fact.name or "" for fact in here))


def _is_of(fact: ImportFact, file: SourceFile, missing: str) -> bool:
    module = absolute_module(fact, file)
    return module is not None and missing in (module, f"{module}.{fact.name}")


def _homes(files: Iterable[SourceFile], names: Collection[str]) -> _Homes:
    """The files that bind these names."""
    homes: dict[str, dict[str, tuple[SourceFile, bool]]] = defaultdict(dict)
    for file in files:
        facts = readable(file)
        for bound in () if facts is None else facts.bindings:
            if bound.name in names:
                is_plain = bound.kind in ("class", "function") or (bound.kind == "assignment" and bound.name.isupper())
                homes[bound.name][file.path] = file, is_plain and not bound.context
    return {name: list(held.values()) for name, held in homes.items()}


def _home(what: _Asked, homes: _Homes, around: _Around, tree: Modules) -> str:
    """The one module that defines all the names that are asked for; empty where there is none, or more than one.

    Nor is it told where that is no module for others to import, where it is in another top-level package than what is
    asked for, a namesake more often than not, or where the name of a package's submodule may be meant.
    """
    held = [homes.get(name, []) for name in sorted(what.names)]
    files = {file.path: file for some in held for file, _ in some}
    if len(files) != 1 or not all(some and some[0][1] for some in held):
        return ""
    (file,) = files.values()
    if file.module is None or tree.module(file.module) is not file or not _is_for(file, what.importer):
        return ""
    if not all(part.isidentifier() and not iskeyword(part) for part in file.module.split(".")):
        return ""
    may_be_module = what.module in around.packages and not what.names.isdisjoint(around.lasts)
    top = file.module.partition(".")[0]
    is_near = top == what.module.partition(".")[0] and top not in around.tops_of_twins
    return file.module if is_near and not may_be_module else ""


def _is_for(file: SourceFile, importer: SourceFile) -> bool:
    """Whether a module is there for an importer: not itself, no test, not set aside, not of tests for production."""
    facts, last = readable(file), file.path.rpartition("/")[2]
    is_test = file.scope == "tests" and (last.startswith("test_") or last.endswith("_test.py"))
    is_test = is_test or last in ("conftest.py", "__main__.py")  # nor is anything there for others
    if is_test or file.path == importer.path or facts is None or facts.notices or is_set_aside(file.module or ""):
        return False
    return file.scope != "tests" or importer.scope == "tests"


def modules_at(paths: Iterable[str], missing: Collection[str], layout: Layout) -> dict[str, list[str]]:
    """Those of these dotted names that files at these paths would be the modules of, with the paths.

    Nothing is told of names that several roots may have.
    """
    tops = Twins(layout.twins).tops
    wanted = {name for name in missing if name.partition(".")[0] not in tops}
    lasts = {name.rpartition(".")[2] for name in wanted}
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        stem = path.removesuffix(".py").removesuffix("/__init__")
        if stem.rpartition("/")[2] in lasts:  # most are not, and to name them takes its time
            for name in wanted.intersection(layout.names(path)):
                found[name].append(path)
    return found


def never_there(missing: Collection[str], paths: Iterable[str]) -> frozenset[str]:
    """Those of these dotted names that no path has in it, as a file or a folder on the way, wherever its root is."""
    wanted = {name for name in missing if name.count(".") < _MOST_PARTS}
    lasts = {name.rpartition(".")[2] for name in wanted}
    seen: set[str] = set()
    for path in paths:
        parts = path.removesuffix(".py").split("/")
        for end, part in enumerate(parts, start=1):
            if part in lasts:
                starts = range(max(0, end - _MOST_PARTS), end)
                seen.update(wanted.intersection(".".join(parts[start:end]) for start in starts))
    return frozenset(wanted - seen)


def missing_of(finding: Finding) -> str:
    """The dotted name that is not there, of a finding that comes down to one; empty for others."""
    if finding.rule == "imports.unresolved":
        return finding.symbol
    return finding.detail if finding.rule == "tests.blocked" else ""


def since_gone(history: History, found: Iterable[Fingerprinted], departed: Mapping[str, Departed]) -> History:
    """With origins no older than what the findings ask for has been gone: between two samples it may have come back."""
    origins = dict(history.origins)
    for each in found:
        gone, origin = departed.get(missing_of(each.finding)), origins.get(each.fingerprint)
        if gone is None or gone.before is None or origin is None:
            continue
        if history.order.get(origin.by.id, 0) < history.order.get(gone.commit.id, 0):
            number = pull_request_in(gone.commit.subject)
            origins[each.fingerprint] = Origin(gone.commit, gone.before, is_exact=True, pull_request=number)
    untraced = sum(not (each.is_exact or each.after is None) for each in origins.values())
    return msgspec.structs.replace(history, origins=origins, untraced=untraced)
