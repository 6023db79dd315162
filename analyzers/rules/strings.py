"""imports.strings: dotted names in strings that lead nowhere, or round the canonical path."""

from __future__ import annotations

import builtins
import re
from collections.abc import Container, Iterable, Iterator
from typing import Final, Literal

import msgspec

from analyzers.facts import Context, FileFacts, StringRef
from analyzers.findings import Finding
from analyzers.project import EntryPoint
from analyzers.resolve import Definition, Resolver
from analyzers.rules.fragmented import CanonicalPath
from analyzers.rules.missing import OF_EVERY_MODULE, is_missing
from analyzers.rules.result import RuleResult
from analyzers.rules.sites import ImportSite, Symbol, site_at
from analyzers.snapshot import SourceFile, parents
from analyzers.tree import Scope

Purpose = Literal["patch", "import", "settings"]
"""What a string is for: to be patched there, to be imported from there, or to be imported by a framework."""

_PATCHES: Final = re.compile(
    r"(?:unittest\.mock\.|mock\.)?patch(?:\.dict|\.multiple)?"
    r"|(?:\w+\.)*mocker\.patch(?:\.dict|\.multiple)?|monkeypatch\.(?:setattr|delattr)"
)
_IMPORTS: Final = frozenset(
    {
        "importlib.import_module",
        "importlib.util.find_spec",
        "__import__",
        "pkgutil.resolve_name",
        "django.utils.module_loading.import_string",
        "werkzeug.utils.import_string",
        "uvicorn.run",
    }
)
_SETTINGS: Final = frozenset(
    {
        "ASGI_APPLICATION",
        "AUTHENTICATION_BACKENDS",
        "INSTALLED_APPS",
        "MIDDLEWARE",
        "ROOT_URLCONF",
        "STATICFILES_FINDERS",
        "TEST_RUNNER",
        "WSGI_APPLICATION",
    }
)
"""Settings of Django that hold nothing but import paths (docs.djangoproject.com/en/stable/ref/settings)."""
_TRIED: Final = Context.TRY.value | Context.HANDLER.value
_BUILTINS: Final = frozenset(dir(builtins))
_ENTRY_POINT: Final = re.compile(r"\w+(?:\.\w+)*(?::\w+(?:\.\w+)*)?")
_SETTINGS_FILE: Final = re.compile(r"(?:.*/)?(?:settings[^/]*\.py|settings/[^/]+\.py)")
_CLASS_NAME: Final = re.compile(r"[A-Z]\w*")


def strings(file: SourceFile, facts: FileFacts, resolver: Resolver) -> RuleResult:
    """Strings that are meant as import paths and name a module or name that does not exist."""
    findings: list[Finding] = []
    among = undecided = 0
    for said in facts.strings:
        if _purpose(said, file) is None or not resolver.is_first_party(said.value.partition(":")[0]):
            continue
        among += 1
        seen = _seen(said, file.path, resolver)
        outcome = "unknown" if seen is None else _outcome(seen, facts, resolver)
        undecided += outcome == "unknown"
        if seen is not None and outcome == "missing":
            findings.append(_missing_finding(file, seen, resolver))
    return RuleResult(tuple(findings), among, undecided)


def entry_points(points: Iterable[EntryPoint], scope: Scope, resolver: Resolver) -> RuleResult:
    """Entry points in the settings of a project that lead to a module or name that does not exist."""
    findings: list[Finding] = []
    among = undecided = 0
    for point in points:
        value = _named_by(point, resolver)
        if value is None:
            continue
        among += 1
        outcome = _outcome(StringRef(value, point.line), FileFacts(), resolver)
        if outcome == "missing" and _is_of_project(point, value, resolver):
            findings.append(_missing_entry_point(point, value, scope, resolver))
        elif outcome != "found":
            undecided += 1
    return RuleResult(tuple(findings), among, undecided)


def entry_point_sites(
    points: Iterable[EntryPoint], scope: Scope, names: Container[str], resolver: Resolver
) -> tuple[ImportSite, ...]:
    """The entry points that reach a definition by a path that could be another one.

    That are those that name a mere shim, and those of symbols that the policy names (`names`). No other has to be
    where most of the code imports it from: `pkg.__main__:main` is a good name for what is imported from `pkg.cli`.
    """
    return tuple(site for point in points if (site := _entry_point_site(point, scope, names, resolver)) is not None)


def _entry_point_site(point: EntryPoint, scope: Scope, names: Container[str], resolver: Resolver) -> ImportSite | None:
    value = _named_by(point, resolver)
    place = None if value is None else _place(value, resolver)
    if value is None or place is None or not place.name or not _is_of_project(point, value, resolver):
        return None
    definition = resolver.resolve(place.module, place.name).definition
    notice = resolver.notice(place.module)
    if definition is None or (place.name not in names and (notice is None or not notice.is_shim)):
        return None
    symbol = Symbol(place.name, definition)
    return ImportSite(point.path, point.line, scope, "entry point", place.module, place.name, symbol)


def _named_by(point: EntryPoint, resolver: Resolver) -> str | None:
    """What an entry point names, if that is of this repository: `module`, or `module:name.name`, then extras.

    https://packaging.python.org/en/latest/specifications/entry-points/
    """
    value = point.value.partition("[")[0].replace(" ", "")
    if not _ENTRY_POINT.fullmatch(value) or not resolver.is_first_party(value.partition(":")[0]):
        return None
    seen = _seen(StringRef(value, point.line), point.path, resolver)
    return None if seen is None else seen.value


def _is_of_project(point: EntryPoint, value: str, resolver: Resolver) -> bool:
    """Whether a top-level package lies in the folder whose settings name it: `app` may be in several projects."""
    folder = point.path.rpartition("/")[0]
    path = resolver.path_of(value.partition(":")[0].partition(".")[0])
    return not folder or (path is not None and path.startswith(f"{folder}/"))


def string_sites(file: SourceFile, facts: FileFacts, resolver: Resolver) -> tuple[ImportSite, ...]:
    """The strings that reach a definition of this repository by a path that could be another one.

    What is patched has to be named where it is looked up, so of patches only those count that name a mere shim.
    """
    return tuple(_sites(file, facts, resolver))


def _sites(file: SourceFile, facts: FileFacts, resolver: Resolver) -> Iterator[ImportSite]:
    for said in facts.strings:
        purpose = _purpose(said, file)
        if purpose is None or not resolver.is_first_party(said.value.partition(":")[0]):
            continue
        seen = _seen(said, file.path, resolver)
        place = None if seen is None else _place(seen.value, resolver)
        if place is None or not place.name:
            continue
        notice = resolver.notice(place.module)
        if purpose == "patch" and (notice is None or not notice.is_shim):
            continue
        site = site_at(file, said.line, "string", place, resolver)
        if site is not None and site.symbol is not None:
            yield site


def stray_string(site: ImportSite, canonical: CanonicalPath) -> Iterator[Finding]:
    """What is said about a string or entry point that goes round the canonical path of the symbol that it names."""
    said, sign = ("string", ".") if site.kind == "string" else ("entry point", ":")
    if site.module != canonical.module:
        value = f"{site.module}{sign}{site.name}"
        yield Finding(
            rule="imports.strings",
            path=site.path,
            line=site.line,
            end_line=site.line,
            symbol=value,
            detail=canonical.module,
            message=f"the {said} `{value}` goes round the canonical path `{canonical.module}`",
            severity="low",
            scope=site.scope,
            inferred=canonical.inferred,
        )


def _purpose(said: StringRef, file: SourceFile) -> Purpose | None:
    if said.callee is not None:
        first = said.argument in (0, "target", "name", "app", "dotted_path")
        if first and said.callee in _IMPORTS:
            return "import"
        return "patch" if first and _PATCHES.fullmatch(said.callee) else None
    if _SETTINGS_FILE.fullmatch(file.path) is None:
        return None
    if said.assigned in _SETTINGS:
        return "settings"
    # Not `shop.Customer`: `AUTH_USER_MODEL` and its like name an app and a model, not a module.
    is_class = said.value.count(".") > 1 and _CLASS_NAME.fullmatch(said.value.rpartition(".")[2]) is not None
    return "settings" if is_class else None


def _seen(said: StringRef, path: str, resolver: Resolver) -> StringRef | None:
    """A string with the name by which the module that it means is known; None where nobody can tell which one it is."""
    dotted = said.value.replace(":", ".")
    seen = resolver.seen(dotted, path)
    if seen is None or seen == dotted:
        return None if seen is None else said
    return msgspec.structs.replace(said, value=seen.removesuffix(dotted) + said.value)


def _place(value: str, resolver: Resolver) -> Definition | None:
    """The module that a dotted name starts with, as far as it exists, and the name that is asked for there."""
    dotted = value.replace(":", ".")
    if resolver.is_module(dotted):
        return Definition(dotted, "")
    names = dotted.split(".")
    known = next((place for place in parents(dotted) if resolver.is_module(place)), None)
    return None if known is None else Definition(known, names[known.count(".") + 1])


def _outcome(said: StringRef, facts: FileFacts, resolver: Resolver) -> Literal["found", "missing", "unknown"]:
    """Whether a dotted name leads anywhere."""
    place = _place(said.value, resolver)
    if place is None:
        return "unknown"
    is_last = said.value.replace(":", ".") == place.dotted
    if not place.name or place.name in OF_EVERY_MODULE or (is_last and _is_builtin(place.name, said)):
        return "found"
    resolution = resolver.resolve(place.module, place.name)
    if resolution.outcome not in ("missing", "unknown"):
        return "found"
    if "path" in facts.dynamic or _is_provided_for(said, is_last=is_last):
        return "unknown"
    return "missing" if resolution.outcome == "missing" and is_missing(resolution.chain, resolver) else "unknown"


def _is_builtin(name: str, said: StringRef) -> bool:
    """`patch("pkg.core.open")`: a mock for what every module finds without having it (unittest.mock.patch)."""
    return name in _BUILTINS and not (said.callee or "").startswith("monkeypatch.")


def _is_provided_for(said: StringRef, *, is_last: bool) -> bool:
    """Whether the call expects that there may be nothing: a question, in a `try`, or one that makes what is missing."""
    if said.callee == "importlib.util.find_spec" or said.context & _TRIED:
        return True
    made = "raising=False" if (said.callee or "").startswith("monkeypatch.") else "create=True"
    option = made.partition("=")[0]
    return is_last and not {made, option, "**"}.isdisjoint(said.keywords)


def _missing_finding(file: SourceFile, said: StringRef, resolver: Resolver) -> Finding:
    place = _place(said.value, resolver) or Definition("", said.value)
    return Finding(
        rule="imports.strings",
        path=file.path,
        line=said.line,
        end_line=said.line,
        symbol=said.value,
        detail=said.callee or "",
        message=f"the string `{said.value}` names `{place.name}` of `{place.module}`, which has no such name or module",
        severity="medium",
        scope=file.scope,
    )


def _missing_entry_point(point: EntryPoint, value: str, scope: Scope, resolver: Resolver) -> Finding:
    place = _place(value, resolver) or Definition("", value)
    return Finding(
        rule="imports.strings",
        path=point.path,
        line=point.line,
        end_line=point.line,
        symbol=value,
        detail=f"{point.group} {point.name}",
        message=f"the entry point `{point.name}` is `{value}`, but `{place.module}` has nothing called `{place.name}`",
        severity="high",
        scope=scope,
    )
