"""The published schemas: they are those of the code, and every report and every policy is valid by them."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft202012Validator

from analyzers.policy import Policy, PolicyError, read_policy
from report_templates.render import render_json
from report_templates.schema import render_policy_schema, render_report_schema
from tests.analyzers.test_policy import FULL
from tests.report_templates.statuses import ALL_CASES

ROOT: Final = Path(__file__).parents[2]
SCHEMA: Final = ROOT / "docs" / "report.schema.json"
REPORTS: Final = sorted((ROOT / "tests" / "golden" / "reports").glob("*.report.json"))


@cache
def _validator() -> Any:
    schema = json.loads(render_report_schema())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _mistakes(report: bytes) -> list[str]:
    return [
        f"{'/'.join(map(str, error.path))}: {error.message}" for error in _validator().iter_errors(json.loads(report))
    ]


def test_the_schema_in_the_documentation_is_that_of_the_code() -> None:
    """`UPDATE_GOLDEN=1` writes it anew; a key that goes needs a new minor version."""
    if os.environ.get("UPDATE_GOLDEN"):
        SCHEMA.write_bytes(render_report_schema())
    assert SCHEMA.read_bytes() == render_report_schema()


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.name)
def test_every_golden_report_is_valid(path: Path) -> None:
    assert not _mistakes(path.read_bytes())


@pytest.mark.parametrize("case", ALL_CASES)
def test_every_report_is_valid(case: str) -> None:
    assert not _mistakes(render_json(ALL_CASES[case]()))


def test_a_report_with_a_key_that_is_new_is_still_valid() -> None:
    data = json.loads(REPORTS[0].read_bytes())
    data["added later"] = data["head"]["added later"] = 1
    assert not _mistakes(json.dumps(data).encode())


def test_what_is_no_report_is_not_valid() -> None:
    data = json.loads(REPORTS[0].read_bytes())
    data["kind"], data["head"] = "other", None
    assert len(_mistakes(json.dumps(data).encode())) == 2
    assert ": 'metrics' is a required property" in _mistakes(b"{}")


# --- policies ---------------------------------------------------------------------------------------------------------

POLICY_SCHEMA: Final = ROOT / "docs" / "policy.schema.json"
SHOWN: Final = re.findall(
    r"^```yaml\n(.*?)^```", (ROOT / "docs/policy.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)
POLICIES: Final = [FULL.decode(), *SHOWN, "", "version: 1", "rules: {imports.cycles: off, auth.bypass: on}"]
WRONG: Final = [
    *("version: 2", "nonsense: 1", "infer: perhaps", "rules: {imports.cycle: off}", "metrics: {imports.legacy: 3}"),
    *("gate: {mode: all}", "gate: {severity: critical}", "comment: never", "commands: {roles: {audit: nobody}}"),
    *("weekly: {issue: 3}", "weekly: {cron: 0 9 * * 1, issue: 0}", "extends: acme/policies", "extends: [a]"),
    *("auth: {patterns: [{calls: [a]}]}", "suites: [{name: A, checks: []}]", "symbols: [{name: A}]"),
]


class _NewerYaml(yaml.SafeLoader):
    """Reads `on`, `off` and dates as words, as YAML 1.2 does, and with it most editors."""


_NewerYaml.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_NewerYaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


@cache
def _policy_validator() -> Any:
    schema = json.loads(render_policy_schema())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _mistakes_in_policy(text: str) -> list[str]:
    data = yaml.load(text, _NewerYaml) or {}  # noqa: S506  # it is the safe one
    return [error.message for error in _policy_validator().iter_errors(data)]


def _is_policy(text: str) -> bool:
    try:
        return isinstance(read_policy(text.encode()), Policy)
    except PolicyError:
        return False


def test_the_schema_of_policies_in_the_documentation_is_that_of_the_code() -> None:
    """`UPDATE_GOLDEN=1` writes it anew."""
    if os.environ.get("UPDATE_GOLDEN"):
        POLICY_SCHEMA.write_bytes(render_policy_schema())
    assert POLICY_SCHEMA.read_bytes() == render_policy_schema()


@pytest.mark.parametrize("text", POLICIES)
def test_every_policy_that_is_read_is_valid_by_the_schema(text: str) -> None:
    assert _is_policy(text)
    assert not _mistakes_in_policy(text)


@pytest.mark.parametrize("text", WRONG)
def test_an_editor_marks_what_fifthwhy_would_refuse(text: str) -> None:
    assert not _is_policy(text)
    assert _mistakes_in_policy(text)


def test_an_editor_that_reads_yaml_as_fifthwhy_does_marks_no_switch() -> None:
    assert not list(_policy_validator().iter_errors({"rules": {"imports.cycles": False}, "gate": {"mode": False}}))


def test_an_editor_marks_nothing_that_the_schema_has_by_default() -> None:
    """Editors fill defaults in."""
    schema, validator = json.loads(render_policy_schema()), _policy_validator()
    for name, section in (("policy", schema), *schema["$defs"].items()):
        for key, asked in section.get("properties", {}).items():
            if "default" in asked:
                assert not list(validator.evolve(schema=asked).iter_errors(asked["default"])), f"{name}: {key}"
