"""imports.unresolved: imports of this repository's modules that cannot work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from analyzers.facts import Context, FileFacts, ImportFact
from analyzers.findings import Finding
from analyzers.resolve import Definition, Resolver
from analyzers.rules.imported import Imported
from analyzers.rules.missing import OF_EVERY_MODULE, is_missing
from analyzers.rules.result import RuleResult
from analyzers.snapshot import SourceFile, parents

_PROVIDED_FOR: Final = (Context.TRY | Context.HANDLER).value


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
            findings.setdefault((fact.line, missing), _finding(file, imported, missing, resolver))
    return RuleResult(tuple(findings.values()), among, undecided)


_UNDECIDED: Final = "?"


def _missing(imported: Imported, file: SourceFile, facts: FileFacts, resolver: Resolver) -> str:
    """The dotted name that is not there; empty where all is, `?` where nobody can tell."""
    fact, module, resolution = imported
    if module is None:
        return "." * fact.level + fact.module if _leads_nowhere(fact, file, resolver) else _UNDECIDED
    if resolution is not None and resolution.outcome not in ("missing", "unknown"):
        return ""
    is_there = resolver.is_module(module)
    if is_there and (resolution is None or fact.name in OF_EVERY_MODULE):
        return ""
    if "path" in facts.dynamic or (is_there and resolution is not None and resolution.outcome == "unknown"):
        return _UNDECIDED
    asked = Definition(module, fact.name or "")
    if not is_missing(resolution.chain if is_there and resolution is not None else (asked,), resolver):
        return _UNDECIDED
    return asked.dotted if is_there else module


def _leads_nowhere(fact: ImportFact, file: SourceFile, resolver: Resolver) -> bool:
    """Whether dots that lead out of the top-level package lead to nothing even if the folder around is a package.

    A repository may be a package as a whole, under the name that it is checked out by: plugins are.
    """
    if file.package is None:
        return False
    depth = file.package.count(".") + 1 if file.package else 0
    asked = (fact.module or fact.name or "").partition(".")[0]
    return fact.level == depth + 1 and asked != "*" and not resolver.is_module(asked)


def _finding(file: SourceFile, imported: Imported, missing: str, resolver: Resolver) -> Finding:
    fact = imported.fact
    return Finding(
        rule="imports.unresolved",
        path=file.path,
        line=fact.line,
        end_line=fact.line,
        symbol=missing,
        detail=fact.name or "",
        message=_message(missing, imported, resolver),
        severity="high",
        scope=file.scope,
    )


def _message(missing: str, imported: Imported, resolver: Resolver) -> str:
    if missing.startswith("."):
        return f"`{missing}` leads out of the top-level package"
    package, _, name = missing.rpartition(".")
    if resolver.is_module(package):
        chain = () if imported.resolution is None or imported.module != package else imported.resolution.chain
        if len(chain) > 1:
            source = f"which takes it from `{chain[-1].module}`"
            return f"`{name}` cannot be imported from `{package}`, {source}, {_lack(chain[-1], resolver)}"
        if imported.module == missing and resolver.resolve(package, name).definition is not None:
            return f"there is no module `{missing}`: `{name}` of `{package}` is something else"
        return f"`{name}` cannot be imported from `{package}`, {_lack(Definition(package, name), resolver)}"
    nearest = next((place for place in parents(missing) if resolver.is_module(place)), "")
    return f"there is no module `{missing}`; of it, only `{nearest}` exists"


def _lack(place: Definition, resolver: Resolver) -> str:
    if not resolver.is_module(place.module):
        return "which does not exist"
    return "which has no such name or module" if resolver.is_package(place.module) else "which has no such name"
