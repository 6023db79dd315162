"""What importing one file comes to, as far as that file alone decides it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from analyzers.collection import CollectionRules
from analyzers.facts import FileFacts, Hint
from analyzers.findings import Finding
from analyzers.resolve import Resolver
from analyzers.snapshot import SourceFile

_STANDS_IN: Final = Hint.MODULES.value
_STEERING: Final = frozenset(
    {
        "collect_ignore",
        "collect_ignore_glob",
        "pytest_collect_directory",
        "pytest_collect_file",
        "pytest_ignore_collect",
        "pytest_pycollect_makemodule",
    }
)
"""Names by which a conftest.py decides itself what is collected
(https://docs.pytest.org/en/stable/reference/reference.html#collection-hooks)."""

_INSTALLED: Final = "/site-packages/"
"""Where a virtual environment that somebody committed has its packages. What runs is installed elsewhere, and whole."""


class Loading(msgspec.Struct, frozen=True, array_like=True):
    """What importing a file comes to.

    `missing` is the first thing that it certainly asks for, at `line`, and that is not there; empty where there is
    none. `is_test` says that pytest collects it, `stands_in` that it puts modules in the place of others or finds them
    in a way of its own, `steers` that it decides itself what is collected.
    """

    missing: str = ""
    line: int = 0
    is_test: bool = False
    stands_in: bool = False
    steers: bool = False


NOTHING: Final = Loading()


def loading_of(
    file: SourceFile, facts: FileFacts, unresolved: Iterable[Finding], resolver: Resolver, collection: CollectionRules
) -> Loading:
    """What importing a file comes to, by those of its imports that cannot work."""
    places = _certain(facts, unresolved)
    line, missing = min((each for each in places if _is_nowhere(each[1], file, resolver, collection)), default=(0, ""))
    return Loading(
        missing=missing,
        line=line,
        is_test=file.scope == "tests" and collection.collects(file.path),
        stands_in=bool(facts.hints & _STANDS_IN),
        steers=file.path.endswith("conftest.py") and any(each.name in _STEERING for each in facts.bindings),
    )


def _certain(facts: FileFacts, unresolved: Iterable[Finding]) -> Iterator[tuple[int, str]]:
    until = facts.certain_until
    for finding in unresolved:
        for fact in facts.imports:
            is_it = fact.line == finding.line and (fact.name or "") == finding.detail
            if is_it and not fact.context and fact.statement < until:
                yield finding.line, finding.symbol


def _is_nowhere(missing: str, file: SourceFile, resolver: Resolver, collection: CollectionRules) -> bool:
    """Whether what is not in the tree is nowhere else either, as far as its name and place tell."""
    if missing.startswith("."):
        return True
    known = resolver.known_part(missing)
    path = resolver.path_of(known)
    is_near = path is None or (collection.sees(file.path, path) and not resolver.may_be_another(known, file.path))
    is_installed = _INSTALLED in f"/{path or file.path}"
    return is_near and not is_installed and not _may_be_made(known, missing[len(known) + 1 :].split("."), resolver)


def _may_be_made(known: str, absent: list[str], resolver: Resolver) -> bool:
    """Whether a name looks like one that a compiler or a library makes: `pkg._speedups` of a package, or the models
    that django-simple-history adds to a module, `HistoricalOrder` for `Order`.
    """
    facts = resolver.facts_of(known)
    if facts is None or resolver.is_package(known):
        return any(part.startswith("_") for part in absent)
    model = absent[0].removeprefix("Historical")
    return model != absent[0] and any(each.name == model for each in facts.bindings)
