"""Policies that add to each other: plain data laid over plain data, and which layer said what.

Mappings are merged key by key; everything else, lists too, is replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

PolicyData = Mapping[str, Any]

_NOT_HANDED_ON: Final = ("extends", "weekly")
"""A repository has to ask by itself for what is posted by itself."""


class PolicyText(msgspec.Struct, frozen=True):
    """A policy file that another one extends, by the name that it is called by."""

    name: str
    text: bytes


def laid_over(layers: Sequence[PolicyData]) -> dict[str, Any]:
    """What several policies say together, the nearest first; it has the last word."""
    nearest, *others = layers
    whole: dict[str, Any] = {}
    for layer in reversed(others):
        whole = _over(whole, {key: value for key, value in layer.items() if key not in _NOT_HANDED_ON})
    return _over(whole, nearest)


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = below.get(key)
        merged[key] = _over(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return merged


def layer_of(location: tuple[int | str, ...], layers: Sequence[PolicyData]) -> int:
    """Which layer said what a mistake is about, as an index; of what none said, the nearest that is about it."""
    saying: list[tuple[int, Any]] = list(enumerate(layers))
    for part in location:
        inner = [(layer, said[part]) for layer, said in saying if isinstance(said, Mapping) and part in said]
        if not inner:
            break
        saying = inner
    return saying[0][0]
