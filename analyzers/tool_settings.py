"""What stands in the settings of tools, whoever wrote them: of another type than is wanted, it is nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def table_in(data: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The table that keys lead to, an empty one where something else stands there."""
    for key in keys:
        value = data.get(key)
        if not isinstance(value, dict):
            return {}
        data = value
    return data


def list_in(value: object) -> list[Any]:
    """A list, an empty one where something else stands there."""
    return value if isinstance(value, list) else []


def texts_in(value: object) -> Iterator[str]:
    """One text or a list of them."""
    yield from (each for each in ([value] if isinstance(value, str) else list_in(value)) if isinstance(each, str))
