"""The image and the compose file, as far as they can be checked without a container engine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli.main import main
from bot.settings.settings import ServerSettings
from tests.packaging.project import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


def instruction(name: str) -> list[str]:
    """What the last stage says with one instruction."""
    return re.findall(rf"^{name} (.+(?:\\\n.+)*)", DOCKERFILE.rpartition("\nFROM ")[2], re.MULTILINE)


def words(instruction_: str) -> list[str]:
    found: list[str] = json.loads(instruction_[instruction_.index("[") :])
    return found


def test_a_linter_finds_nothing_wrong_with_the_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint has no wheel for this platform")

    linted = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)

    assert (linted.returncode, linted.stdout, linted.stderr) == (0, "", "")


def test_the_image_does_not_run_as_root() -> None:
    (user,) = instruction("USER")

    assert user.partition(":")[0].isdecimal()
    assert int(user.partition(":")[0]) > 0


def test_the_image_runs_commands_that_exist() -> None:
    (default,), (health,) = instruction("CMD"), instruction("HEALTHCHECK")

    assert words(default) == ["serve"]
    assert words(health) == ["fifthwhy", "health"]
    assert {"serve", "health"} <= main.commands.keys()


def test_the_image_is_built_from_files_that_its_context_has() -> None:
    ignored, *kept = (line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] in "*!")
    copied = [name for line in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()]

    assert ignored == "*"
    assert copied
    assert {f"!{name}" for name in copied} == {line for line in kept if line.startswith("!")}
    assert all((ROOT / name).exists() for name in copied)


def test_everything_is_installed_with_hashes_or_from_our_own_source() -> None:
    installs = re.findall(r"pip install .+", DOCKERFILE)

    assert installs
    assert all("--require-hashes" in line or "--no-index" in line for line in installs)


@pytest.mark.parametrize("name", ["web", "worker"])
def test_web_and_workers_are_one_image_with_a_command_each(name: str) -> None:
    service = COMPOSE["services"][name]

    assert service["image"] == "fifthwhy"
    assert service["command"] == [name]
    assert name in main.commands


def test_a_worker_can_fail_without_stopping_the_work() -> None:
    assert COMPOSE["services"]["worker"]["deploy"]["replicas"] == 2


def test_redis_keeps_the_queue_and_is_waited_for() -> None:
    redis: dict[str, Any] = COMPOSE["services"]["redis"]

    assert redis["command"][1:3] == ["--appendonly", "yes"]
    assert redis["volumes"] == ["queue:/data"]
    assert redis["healthcheck"]["test"] == ["CMD", "valkey-cli", "ping"]
    assert COMPOSE["services"]["web"]["depends_on"] == {"redis": {"condition": "service_healthy"}}


def test_what_compose_and_the_image_set_are_settings() -> None:
    text = DOCKERFILE + (ROOT / "compose.yaml").read_text("utf-8")
    known = {"FIFTHWHY_COMPILE", *(f"FIFTHWHY_{name.upper()}" for name in ServerSettings.model_fields)}

    assert set(re.findall(r"FIFTHWHY_[A-Z_]+", text)) <= known


def test_no_secret_has_a_default() -> None:
    given = {name for service in COMPOSE["services"].values() for name in service.get("environment", {})}

    assert not given & {"FIFTHWHY_WEBHOOK_SECRET", "FIFTHWHY_GITHUB_PRIVATE_KEY", "FIFTHWHY_GITHUB_APP_ID"}
