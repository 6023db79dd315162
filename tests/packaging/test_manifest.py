"""The App asks GitHub for what its features need, and says so to those who install it."""

from __future__ import annotations

import re
from typing import get_args

import yaml
from githubkit_schemas.latest.models import AppPermissions
from githubkit_schemas.latest.webhooks import EventNameType

from bot.github_api import PERMISSIONS, REPORT_PERMISSIONS
from tests.packaging.project import ROOT

MANIFEST = yaml.safe_load((ROOT / "app.yml").read_text("utf-8"))
ONLY_FOR_APPS = {"installation", "installation_repositories", "github_app_authorization"}
"""Sent to every App; GitHub rejects a manifest that lists them."""


def table(first_column: str) -> dict[str, list[str]]:
    """A table in docs/permissions.md: its rows by their first cell."""
    text = (ROOT / "docs" / "permissions.md").read_text("utf-8")
    _, found, rest = text.partition(f"| {first_column} |")
    assert found
    rows = re.findall(r"^\| ([a-z_]+) \| (.+) \|$", rest.partition("\n\n")[0], re.MULTILINE)
    return {name: cells.split(" | ") for name, cells in rows}


def test_github_knows_every_permission_and_level() -> None:
    for name, level in MANIFEST["default_permissions"].items():
        field = AppPermissions.model_fields[name]
        levels = {value for option in get_args(field.annotation) for value in get_args(option)}
        assert level in levels


def test_github_knows_every_event() -> None:
    assert set(MANIFEST["default_events"]) <= set(get_args(EventNameType)) - ONLY_FOR_APPS


def test_github_accepts_the_name_and_the_addresses() -> None:
    assert len(MANIFEST["name"]) <= 34
    assert MANIFEST["hook_attributes"]["url"].startswith("https://")
    assert MANIFEST["url"].startswith("https://")


def test_the_app_asks_for_what_its_jobs_use() -> None:
    assert MANIFEST["default_permissions"] == PERMISSIONS | REPORT_PERMISSIONS


def test_who_installs_the_app_can_read_why_it_asks() -> None:
    assert MANIFEST["default_permissions"] == {name: cells[0] for name, cells in table("permission").items()}
    assert set(MANIFEST["default_events"]) == table("event").keys()


def test_each_permission_and_event_stands_below_a_reason() -> None:
    lines = (ROOT / "app.yml").read_text("utf-8").splitlines()
    entries = [*(f"  {name}: {level}" for name, level in MANIFEST["default_permissions"].items())]
    entries += [f"  - {name}" for name in MANIFEST["default_events"]]

    assert all(lines[lines.index(entry) - 1].startswith("  # ") for entry in entries)
