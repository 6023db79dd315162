"""The JSON Schema (2020-12) of the report, made from its types."""

from __future__ import annotations

from typing import Final

import msgspec

from analyzers.report import Report

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TITLE: Final = "A report of fifthwhy"
_DESCRIPTION: Final = (
    "What `fifthwhy audit --format json` writes. Within a minor version, keys and the values of enumerations are only "
    "added: none goes, or means something else. A reader passes over what it does not know."
)


def render_report_schema() -> bytes:
    """The schema that every report in JSON is valid by."""
    (shape,), parts = msgspec.json.schema_components((Report,), ref_template="#/$defs/{name}")
    name = shape["$ref"].rpartition("/")[2]
    whole = parts.pop(name)
    schema = {"$schema": _DIALECT, **whole, "title": _TITLE, "description": _DESCRIPTION, "$defs": parts}
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"
