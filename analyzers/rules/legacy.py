"""imports.legacy: imports of modules that the policy lists as legacy, or that say so of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from analyzers.facts import FileFacts, ImportFact
from analyzers.findings import Finding
from analyzers.policy import LegacyPolicy, Policy
from analyzers.resolve import LegacyNotice, Resolution, Resolver
from analyzers.rules.imported import Imported
from analyzers.rules.result import RuleResult
from analyzers.rules.sites import Symbol
from analyzers.snapshot import SourceFile, absolute_module, parents
from analyzers.tree import Scope
from analyzers.twins import spellings


class ShimImport(msgspec.Struct, frozen=True, array_like=True):
    """A name that is imported through a module which only hands it on, from `source`.

    That counts as legacy where the symbol has no canonical path; else it is told as going round that.
    """

    shim: str
    name: str
    line: int
    symbol: Symbol


def legacy(
    file: SourceFile, facts: FileFacts, imports: Iterable[Imported], resolver: Resolver, policy: Policy
) -> RuleResult:
    """An import of a module, or of something from it, that is listed or carries a notice.

    What is listed counts with all that lies below; a notice is about the very module, since that of a package may well
    ask to import its modules instead.
    """
    listed = {entry.module: entry for entry in policy.legacy}
    return RuleResult((*_of_listed(file, facts, listed), *_of_noticed(file, imports, resolver, listed)))


def _of_listed(file: SourceFile, facts: FileFacts, listed: Mapping[str, LegacyPolicy]) -> Iterator[Finding]:
    for fact in facts.imports if listed else ():
        module = absolute_module(fact, file)
        entry = _listed(module, fact.name, listed) if module else None
        if entry is not None and not _is_inside(file, entry.module):
            yield _listed_finding(file, fact, entry)


def _of_noticed(
    file: SourceFile, imports: Iterable[Imported], resolver: Resolver, listed: Mapping[str, LegacyPolicy]
) -> Iterator[Finding]:
    own: bool | None = None
    for fact, module, resolution in imports:
        if module is None or _listed(module, fact.name, listed) is not None:
            continue
        is_module = resolution is not None and resolution.outcome == "module"
        asked = f"{module}.{fact.name}" if is_module else module
        notice = _notice(asked, resolver)
        if notice is not None and not _is_inside(file, asked):
            own = _is_legacy_itself(file, resolver) if own is None else own
            if not own:
                home = "" if resolution is None else _home(resolution, asked)
                yield _noticed_finding(file, fact, asked, notice, home)


def _listed(module: str, name: str | None, listed: Mapping[str, LegacyPolicy]) -> LegacyPolicy | None:
    """The nearest entry: for `from a import b` also `a.b`, for `a.b.c` also its parents `a.b` and `a`."""
    for dotted in spellings(f"{module}.{name}" if name else module) if listed else ():
        for place in (dotted, *parents(dotted)):
            if place in listed:
                return listed[place]
    return None


def _is_inside(file: SourceFile, module: str) -> bool:
    return any(f"{name}.".startswith(f"{module}.") for name in (file.module, *spellings(file.module or "")))


def _is_legacy_itself(file: SourceFile, resolver: Resolver) -> bool:
    """Whether the importing module, or a package around it, is on its way out as well."""
    return file.module is not None and any(_notice(place, resolver) for place in (file.module, *parents(file.module)))


def _notice(module: str, resolver: Resolver) -> LegacyNotice | None:
    """What a module says of itself in so many words."""
    notice = resolver.notice(module)
    return notice if notice is not None and notice.kind != "shim" else None


def _home(resolution: Resolution, module: str) -> str:
    """The module that defines what is imported, where that is another one."""
    definition = resolution.definition
    return "" if definition is None or definition.module == module else definition.module


def _noticed_finding(file: SourceFile, fact: ImportFact, module: str, notice: LegacyNotice, home: str) -> Finding:
    how = "it warns with DeprecationWarning" if notice.kind == "warning" else "its docstring says deprecated"
    only = " and it only re-exports" if notice.is_shim else ""
    instead = f"; `{fact.name}` is defined in `{home}`" if notice.is_shim and home and fact.name else ""
    return _finding(file, fact, module, f" ({how}{only}, `{notice.path}` line {notice.line}){instead}")


def _listed_finding(file: SourceFile, fact: ImportFact, entry: LegacyPolicy) -> Finding:
    instead = f"; use `{entry.use}`" if entry.use else ""
    reason = f" ({entry.reason})" if entry.reason else ""
    return _finding(file, fact, entry.module, f"{instead}{reason}")


def _finding(file: SourceFile, fact: ImportFact, module: str, more: str) -> Finding:
    return Finding(
        rule="imports.legacy",
        path=file.path,
        line=fact.line,
        end_line=fact.line,
        symbol=module,
        detail=fact.name or "",
        message=f"legacy module `{module}` is imported{more}",
        severity="medium",
        scope=file.scope,
    )


def shim_imports(file: SourceFile, imports: Iterable[Imported], resolver: Resolver) -> tuple[ShimImport, ...]:
    """The names that a file imports through modules which only re-export them."""
    return tuple(_through_shims(file, imports, resolver))


def _through_shims(file: SourceFile, imports: Iterable[Imported], resolver: Resolver) -> Iterator[ShimImport]:
    for fact, module, resolution in imports:
        definition = None if resolution is None else resolution.definition
        if definition is None or module is None or fact.name is None or definition.module == module:
            continue
        notice = resolver.notice(module)
        if notice is not None and notice.kind == "shim" and not _is_inside_of(module, file):
            yield ShimImport(module, fact.name, fact.line, Symbol(fact.name, definition))


def _is_inside_of(module: str, file: SourceFile) -> bool:
    """Whether a module lies in the package that a file is: its own package may gather what is in it."""
    return file.module is not None and f"{module}.".startswith(f"{file.module}.")


def shim_finding(found: ShimImport, path: str, scope: Scope) -> Finding:
    """What is said about an import through a shim."""
    place = found.symbol.definition
    where = f"is defined in `{place.module}`" if place.name == found.name else f"is `{place.dotted}`"
    return Finding(
        rule="imports.legacy",
        path=path,
        line=found.line,
        end_line=found.line,
        symbol=found.shim,
        detail=found.name,
        message=f"legacy module `{found.shim}` is imported (it only re-exports); `{found.name}` {where}",
        severity="low",
        scope=scope,
        inferred=True,
    )
