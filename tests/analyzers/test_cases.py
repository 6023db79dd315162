"""Every file in `tests/cases/` tells a small tree and what the analyzers say about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from analyzers.facts import Unread
from analyzers.resolve import Resolver
from tests.analyzers.cases import FOLDER, Case, CaseError, case_files, read_case
from tests.analyzers.trees import audit_of, findings_of, snapshot_of, told

FAMILIES: Final = ("auth", "imports", "ssot", "tests")


ABOUT: Final[Mapping[str, tuple[str, ...]]] = {
    "auth": ("auth.patterns",),
    "ssot": ("ssot.",),
    "tests": ("tests.",),
    "imports": ("imports.fragmented", "imports.legacy"),
    "string": ("imports.strings",),
    "unresolved": ("imports.unresolved",),
    "cycle": ("imports.cycles",),
    "contract": ("imports.contracts",),
}
"""Which rules a case is about, by its folder, or, of imports, by a word in its name."""


def rules_of(case: Case) -> tuple[str, ...]:
    folder = case.path.parent.name
    words = set(case.path.stem.split("-")) & (ABOUT.keys() - {"tests"}) if folder == "imports" else set()
    return tuple(rule for word in words or {folder} for rule in ABOUT[word])


def findings(case: Case) -> set[str]:
    about = rules_of(case)
    return set(told(each for each in findings_of(case.files) if each.rule.startswith(about)))


def resolutions(case: Case) -> set[str]:
    """Where each name that the case asks about ends."""
    resolver = Resolver(snapshot_of(case.files))
    answers = set()
    for line in case.expected["resolutions"]:
        asked = line.partition(" -> ")[0]
        module, _, name = asked.rpartition(".")
        resolution = resolver.resolve(module, name)
        definition = resolution.definition
        answers.add(f"{asked} -> {definition.dotted if definition else resolution.outcome}")
    return answers


def modules(case: Case) -> set[str]:
    asked = {line.partition(" = ")[0] for line in case.expected["modules"]}
    return {f"{file.path} = {file.module or 'none'}" for file in snapshot_of(case.files) if file.path in asked}


def unread(case: Case) -> set[str]:
    return {f"{file.path} {file.facts.reason}" for file in snapshot_of(case.files) if isinstance(file.facts, Unread)}


def canonical(case: Case) -> set[str]:
    rows = [row for _, row in audit_of(case.files).ledger.symbols.all()]
    asked = {line.partition(" ")[0] for line in case.expected["canonical"]}
    return {f"{row.symbol.name} {row.canonical}" for row in rows if row.inferred and row.symbol.name in asked}


ANSWERS: Final[Mapping[str, Callable[[Case], set[str]]]] = {
    "findings": findings,
    "resolutions": resolutions,
    "modules": modules,
    "unread": unread,
    "canonical": canonical,
}


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=f"{family}/{path.stem}") for family in FAMILIES for path in case_files(family)],
)
def test_what_the_case_file_expects_is_what_the_analyzers_say(path: Path) -> None:
    case = read_case(path)
    answers = {kind: ANSWERS[kind](case) for kind in case.expected}
    assert answers == {kind: set(lines) for kind, lines in case.expected.items()}, f"{case.title}\n{case.why}"


@pytest.mark.parametrize("family", FAMILIES)
def test_silent_cases_expect_silence_and_others_do_not(family: str) -> None:
    """The name of a case file says whether it is about a finding, and silent ones are the larger part."""
    accused = {path.stem: bool(read_case(path).expected["findings"]) for path in case_files(family)}
    assert {name for name, found in accused.items() if found} == {name for name in accused if name.startswith("found-")}
    assert sum(not found for found in accused.values()) > len(accused) / 2


def test_every_case_file_belongs_to_a_family() -> None:
    """A case in a folder that no test reads would look as if it were checked."""
    stray = [path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".case"]
    unread_folders = [path.name for path in FOLDER.iterdir() if path.is_dir() and path.name not in FAMILIES]
    assert (stray, unread_folders) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Title\n=== a.py\n", id="nothing expected"),
        pytest.param("Title\n=== expected findings\nnone\n", id="no file"),
        pytest.param("=== a.py\n=== expected findings\nnone\n", id="no title"),
        pytest.param("Title\n=== a.py\n=== expected miracles\nnone\n", id="unknown expectation"),
    ],
)
def test_a_case_file_that_could_not_fail_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.case"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CaseError):
        read_case(path)
