"""The JSON Schemas (2020-12) of the report and of the policy, made from their types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from analyzers.policy import Policy
from analyzers.report import Report

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TITLE: Final = "A report of fifthwhy"
_DESCRIPTION: Final = (
    "What `fifthwhy audit --format json` writes. Within a minor version, keys and the values of enumerations are only "
    "added: none goes, or means something else. A reader passes over what it does not know."
)
_POLICY_TITLE: Final = "A policy of fifthwhy"
_POLICY_DESCRIPTION: Final = (
    "What `.github/fifthwhy.yml` may say. `fifthwhy policy check` finds more: names that there are not, patterns that "
    "cannot be used, dates of a cron expression that never come."
)


def render_report_schema() -> bytes:
    """The schema that every report in JSON is valid by."""
    (shape,), parts = msgspec.json.schema_components((Report,), ref_template="#/$defs/{name}")
    name = shape["$ref"].rpartition("/")[2]
    whole = parts.pop(name)
    return _rendered({"$schema": _DIALECT, **whole, "title": _TITLE, "description": _DESCRIPTION, "$defs": parts})


def render_policy_schema() -> bytes:
    """The schema that every valid policy is valid by, read as YAML 1.2 or, where `off` is false, as YAML 1.1."""
    whole = _without_names(Policy.model_json_schema())
    return _rendered({"$schema": _DIALECT, **whole, "title": _POLICY_TITLE, "description": _POLICY_DESCRIPTION})


def _without_names(part: Any) -> Any:
    """Leave out the patterns of names: what is a letter in any script for us is so in ASCII only for ECMA-262."""
    if isinstance(part, dict):
        named = "\\w" in str(part.get("pattern", ""))
        return {key: _without_names(value) for key, value in part.items() if not (named and key == "pattern")}
    return [_without_names(each) for each in part] if isinstance(part, list) else part


def _rendered(schema: Mapping[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"
