"""imports.unresolved: imports of this repository's modules that cannot work."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from analyzers.facts import Context, FileFacts, ImportFact
from analyzers.findings import Finding
from analyzers.resolve import Resolver
from analyzers.rules.imported import Imported
from analyzers.rules.result import RuleResult
from analyzers.snapshot import SourceFile, parents

_PROVIDED_FOR: Final = (Context.TRY | Context.HANDLER).value
_GENERATED: Final = re.compile(r"(?:_?version|_build|.*_pb2(?:_grpc)?)")
"""Modules that a build writes, so that they are in no tree."""


def unresolved(file: SourceFile, facts: FileFacts, imports: Iterable[Imported], resolver: Resolver) -> RuleResult:
    """First-party imports whose module does not exist, or has no such name.

    Where a handler provides for the failure there is none. Undecided is what a build, `sys.path` or code that is not in
    sight may provide.
    """
    findings: dict[tuple[int, str], Finding] = {}
    among = undecided = 0
    for imported in imports:
        fact = imported.fact
        if fact.context & _PROVIDED_FOR:
            continue
        missing = _missing(imported, file, facts, resolver)
        among += 1
        if missing == _UNDECIDED:
            undecided += 1
        elif missing:
            findings.setdefault((fact.line, missing), _finding(file, fact, missing, resolver))
    return RuleResult(tuple(findings.values()), among, undecided)


_UNDECIDED: Final = "?"


def _missing(imported: Imported, file: SourceFile, facts: FileFacts, resolver: Resolver) -> str:
    """The dotted name that is not there; empty where all is, `?` where nobody can tell."""
    fact, module, resolution = imported
    if module is None:
        return _UNDECIDED if file.module is None else "." * fact.level + fact.module
    if resolution is not None and resolution.outcome not in ("missing", "unknown"):
        return ""
    if not resolver.is_module(module):
        return module if _is_decided(module, facts, resolver) else _UNDECIDED
    if resolution is None:
        return ""
    dotted = f"{module}.{fact.name}"
    return dotted if resolution.outcome == "missing" and _is_decided(dotted, facts, resolver) else _UNDECIDED


def _is_decided(dotted: str, facts: FileFacts, resolver: Resolver) -> bool:
    """Whether what is not in the tree can come from nowhere else.

    It can where the file changes `sys.path`, where a build writes such modules, where a stub or a compiled extension
    stands for it, where the package around finds its
    modules by itself or could not be read, and where the top-level name is a mere folder, which an installed package
    of that name hides (PEP 420).
    """
    around = tuple(parents(dotted))
    if "path" in facts.dynamic or _GENERATED.fullmatch(dotted.rpartition(".")[2]):
        return False
    if any(resolver.is_built_only(name) for name in (dotted, *around)):
        return False
    for package in around:
        if resolver.is_module(package):
            said = resolver.facts_of(package)
            if said is None:
                return _is_plain_folder(package, around, resolver)
            return not said.dynamic
    return False


def _is_plain_folder(package: str, around: tuple[str, ...], resolver: Resolver) -> bool:
    """A folder without `__init__.py` inside a package of this repository; not a file that could not be read."""
    top = around[-1]
    return package != top and not resolver.is_unread(package) and resolver.facts_of(top) is not None


def _finding(file: SourceFile, fact: ImportFact, missing: str, resolver: Resolver) -> Finding:
    return Finding(
        rule="imports.unresolved",
        path=file.path,
        line=fact.line,
        end_line=fact.line,
        symbol=missing,
        detail=fact.name or "",
        message=_message(missing, resolver),
        severity="high",
        scope=file.scope,
    )


def _message(missing: str, resolver: Resolver) -> str:
    if missing.startswith("."):
        return f"`{missing}` leads out of the top-level package"
    package, _, name = missing.rpartition(".")
    if resolver.is_module(package):
        kind = "has no such name or module" if resolver.is_package(package) else "has no such name"
        return f"`{name}` cannot be imported from `{package}`, which {kind}"
    nearest = next((place for place in parents(missing) if resolver.is_module(place)), "")
    return f"there is no module `{missing}`; of it, only `{nearest}` exists"
