"""imports.unresolved, counted again."""

from __future__ import annotations

from collections.abc import Iterator

from tests.analyzers.truth.code import File, Import
from tests.analyzers.truth.names import Names
from tests.analyzers.truth.told import Told


def unresolved(names: Names) -> list[Told]:
    """Every import of this tree that cannot work."""
    files = [file for file in names.code.files if file.path not in names.changing_the_path]
    return [told for file in files for told in unresolved_in(file, names)]


def unresolved_in(file: File, names: Names) -> Iterator[Told]:
    """What is gone is told once a line, at the first name that needs it."""
    told: set[tuple[int, str]] = set()
    for each in file.imports:
        gone = None if each.place.may_fail else what_is_gone(file, each, names)
        if gone is not None and (each.line, gone) not in told:
            told.add((each.line, gone))
            yield Told("imports.unresolved", file.path, each.line, gone, each.name or "", file.is_test)


def what_is_gone(file: File, each: Import, names: Names) -> str | None:
    """The module or name that an import asks for and does not get."""
    if each.module is None:
        return beyond_the_top(file, each)
    if not names.code.is_ours(each.module):
        return None
    if not names.is_module(each.module):
        return None if names.cannot_tell(each.module) else each.module
    if each.name is None or each.name == "*":
        return None
    return f"{each.module}.{each.name}" if names.follow(each.module, each.name).kind == "missing" else None


def beyond_the_top(file: File, each: Import) -> str | None:
    """`from ..gone import X` in a module of a top-level package."""
    return None if file.module is None else "." * each.level + each.written
