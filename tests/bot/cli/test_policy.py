"""Policies that extend others, as a person at the command line sees them; and their schema."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.bot.cli.test_audit import User
from tests.repositories import Repo

POLICY = ".github/fifthwhy.yml"


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> User:
    return User(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which an organization's repositories are cloned; `shop` extends the policy of all."""
    folder = tmp_path_factory.mktemp("acme")
    Repo.create(folder / ".github").commit({POLICY: "symbols: [{name: Cart, canonical: shop.cart}]\n"})
    Repo.create(folder / "shop").commit(
        {
            POLICY: "extends: .github\nmetrics: {imports.fragmented: {target: 1}}\n",
            "shop/__init__.py": "",
            "shop/cart.py": "class Cart: ...\n",
            "shop/models.py": "from shop.cart import Cart\n",
            "shop/page.py": "from shop.models import Cart\n",
        }
    )
    return folder


def test_a_policy_that_extends_another_is_applied_with_the_clones_of_the_owner(user: User, acme: Path) -> None:
    ran = user.runs("audit", acme / "shop", "--extends-from", acme, "--format", "json")
    found = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert found["policy"]["source"] == POLICY
    assert found["policy"]["extends"] == [".github"]
    metric = next(row for row in found["metrics"] if row["name"] == "imports.fragmented")
    assert (metric["head"], metric["target"]) == (1, 1)


@pytest.mark.parametrize("form", ["terminal", "markdown"])
def test_the_report_names_the_policy_that_is_extended(user: User, acme: Path, form: str) -> None:
    ran = user.runs("audit", acme / "shop", "--extends-from", acme, "--format", form)
    assert "on top of " in " ".join(ran.out.split())


def test_the_command_that_makes_the_same_report_reads_the_clones_too(user: User, acme: Path) -> None:
    ran = user.runs("audit", acme / "shop", "--extends-from", acme, "--format", "json")
    command = json.loads(ran.out)["command"]
    assert command.endswith(" --extends-from ..")
    again = user.runs(*command.split()[1:], "--format", "json", cwd=acme / "shop")
    assert again.out == ran.out


@pytest.mark.parametrize("options", [[], ["--issue-report", "--since", "4w", "--every", "1d"]])
def test_the_command_that_makes_the_same_report_names_the_policy_and_what_else_was_asked(
    user: User, acme: Path, tmp_path: Path, options: list[str]
) -> None:
    by_hand = tmp_path / "my policy.yml"
    by_hand.write_text("metrics:\n  imports.fragmented: {target: 3}\n")
    ran = user.runs("audit", acme / "shop", "--policy", by_hand, *options, "--format", "json")
    command = json.loads(ran.out)["command"]
    again = user.runs(*shlex.split(command)[1:], "--format", "json", cwd=acme / "shop")
    assert again.out == ran.out


@pytest.mark.parametrize(
    "command", [["audit"], ["history"], ["explain", "Cart"], ["graph", "--around", "shop.cart"], ["endpoints"]]
)
def test_without_the_clones_it_is_told_what_is_missing_and_how_to_name_it(
    user: User, acme: Path, command: list[str]
) -> None:
    name, *rest = command
    ran = user.runs(name, *rest[:1] if name == "explain" else [], acme / "shop", *(rest if name == "graph" else []))
    assert (ran.code, ran.out) == (2, "")
    assert f"{POLICY}: line 1: extends: `.github`, which is in another repository" in ran.err
    assert "--extends-from" in ran.err


@pytest.mark.parametrize(
    "command", [["history"], ["explain", "Cart"], ["endpoints"], ["graph", "--around", "shop.cart"]]
)
def test_every_command_that_reads_the_policy_can_be_told_where_the_clones_are(
    user: User, acme: Path, command: list[str]
) -> None:
    ran = user.runs(*command, "--extends-from", acme, cwd=acme / "shop")
    assert (ran.code, ran.err) == (0, "")


def test_a_policy_file_is_checked_with_what_it_extends(user: User, acme: Path) -> None:
    ran = user.runs("policy", "check", "--extends-from", "..", cwd=acme / "shop")
    assert ran.code == 0
    assert "is valid: 1 symbol" in ran.out


def test_a_policy_file_is_checked_by_itself_and_that_is_told(user: User, acme: Path) -> None:
    ran = user.runs("policy", "check", cwd=acme / "shop")
    assert ran.code == 0
    assert "is valid: 0 symbols" in ran.out
    assert "`.github`, which it extends, was not looked at" in ran.out


def test_a_mistake_in_what_is_extended_is_told_at_its_line(user: User, tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "fifthwhy.yml").write_text("\nnonsense: 1\n")
    (tmp_path / "policy.yml").write_text("version: 1\nextends: policies:fifthwhy.yml\n")
    ran = user.runs("policy", "check", "policy.yml", "--extends-from", ".", cwd=tmp_path)
    assert ran.code == 1
    assert ran.err == "policy.yml:2: extends: `policies:fifthwhy.yml` has a mistake in line 2\n"


def test_the_schema_of_policies_is_printed_alone(user: User) -> None:
    ran = user.runs("schema", "policy")
    schema = json.loads(ran.out)
    assert (ran.code, schema["title"]) == (0, "A policy of fifthwhy")
    assert {"symbols", "gate", "weekly", "extends"} <= schema["properties"].keys()
