"""What the documentation shows is true: its examples work, its links lead somewhere, its commands exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from analyzers.catalogue import CATALOGUE
from analyzers.policy import POLICY_PATHS, Policy, read_policy
from bot.cli.main import main

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of that language on a page."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs/policy.md"], ids=str)
def test_every_policy_shown_is_a_valid_one(page: Path) -> None:
    policies = blocks(page, "yaml")
    assert policies
    assert all(isinstance(read_policy(text.encode()), Policy) for text in policies)


def test_every_key_of_the_policy_is_described() -> None:
    text = (ROOT / "docs/policy.md").read_text("utf-8")
    assert not [key for key in Policy.model_fields if f"`{key}" not in text]


def test_every_rule_is_described() -> None:
    text = (ROOT / "docs/rules.md").read_text("utf-8")
    assert not [rule.name for rule in CATALOGUE if f"## {rule.name}\n" not in text]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert not [target for target in targets if not (page.parent / target).exists()]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_commands_shown_exist(page: Path) -> None:
    shown = set(re.findall(r"(?:`|^\$ )fifthwhy ([a-z]+)", page.read_text("utf-8"), re.MULTILINE))
    assert isinstance(main, click.Group)
    assert shown <= main.commands.keys()


def test_options_shown_exist() -> None:
    text = (ROOT / "docs/command-line.md").read_text("utf-8")
    audit = text.partition("## fifthwhy audit")[2]
    assert isinstance(main, click.Group)
    known = {name for option in main.commands["audit"].params for name in option.opts}
    assert set(re.findall(r"`(--[a-z-]+)", audit)) <= known
    assert all(option in audit for option in known if option.startswith("--"))


def test_the_policy_is_where_the_readme_says() -> None:
    assert f"`{POLICY_PATHS[0]}`" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["reliability.md", "security.md"])
def test_tests_that_a_page_names_exist(name: str) -> None:
    text = (ROOT / "docs" / name).read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)`: ((?:`test_\w+`(?:, )?)+)", text)
    assert named
    for path, tests in named:
        code = (ROOT / path).read_text("utf-8")
        assert not [test for test in re.findall(r"test_\w+", tests) if f"def {test}(" not in code], path


def test_the_rooms_are_told_from_the_top_as_the_linter_has_them() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8").partition("| room | holds | may know |")[2]
    told = re.findall(r"^\| `([a-z_]+)` \|", text.partition("\n\n")[0], re.MULTILINE)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    rank = {room: at for at, layer in enumerate(layers) for room in layer.split(" | ")}

    assert {*told, "__main__"} == rank.keys()
    assert told == sorted(told, key=lambda room: rank[room])
