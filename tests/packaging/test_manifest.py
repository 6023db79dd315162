"""The App asks GitHub for what its features need, and says so to those who install it."""

from __future__ import annotations

import re
from typing import get_args

from githubkit_schemas.latest.models import AppPermissions
from githubkit_schemas.latest.webhooks import EventNameType

from bot.github import permissions
from bot.setup.manifest import manifest, manifest_for
from tests.packaging.project import ROOT

MANIFEST = manifest()
LEVELS = ("read", "write", "admin")
FOR_EVENTS = {"merge_queues": "read"}
"""No token asks for these: without them GitHub would not tell of an event.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#merge_group
"""
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
    for name, level in MANIFEST.default_permissions.items():
        field = AppPermissions.model_fields[name]
        levels = {value for option in get_args(field.annotation) for value in get_args(option)}
        assert level in levels


def test_github_knows_every_event() -> None:
    assert set(MANIFEST.default_events) <= set(get_args(EventNameType)) - ONLY_FOR_APPS


def test_github_accepts_the_name_and_the_addresses() -> None:
    assert len(MANIFEST.name) <= 34
    assert MANIFEST.hook_attributes.url.startswith("https://")
    assert MANIFEST.url.startswith("https://")


def test_the_app_asks_for_what_its_jobs_use_and_for_no_more() -> None:
    used = dict(FOR_EVENTS)
    for name in dir(permissions):
        for permission, level in getattr(permissions, name).items() if name.endswith("PERMISSIONS") else ():
            used[permission] = max(used.get(permission, "read"), level, key=LEVELS.index)

    assert used == MANIFEST.default_permissions


def test_the_manifest_of_a_server_has_its_addresses_and_the_same_permissions() -> None:
    mine = manifest_for("https://fifthwhy.corp.example")

    assert mine.hook_attributes.url == "https://fifthwhy.corp.example/webhook"
    assert mine.redirect_url == "https://fifthwhy.corp.example/setup/callback"
    assert (mine.default_permissions, mine.default_events) == (MANIFEST.default_permissions, MANIFEST.default_events)


def test_who_installs_the_app_can_read_why_it_asks() -> None:
    assert MANIFEST.default_permissions == {name: cells[0] for name, cells in table("permission").items()}
    assert set(MANIFEST.default_events) == table("event").keys()


def test_each_permission_and_event_stands_below_a_reason() -> None:
    lines = (ROOT / "app.yml").read_text("utf-8").splitlines()
    entries = [*(f"  {name}: {level}" for name, level in MANIFEST.default_permissions.items())]
    entries += [f"  - {name}" for name in MANIFEST.default_events]

    assert all(lines[lines.index(entry) - 1].startswith("  # ") for entry in entries)
