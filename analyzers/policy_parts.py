"""What each part of the policy in force says, and which file says it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from analyzers.policy import Policy

_LONGEST: Final = 300
_NO_PARTS: Final = frozenset({"version", "extends"})


class Said(msgspec.Struct, frozen=True):
    """The keys of one file with their lines. `name` is what it is called by, None for the repository's own."""

    name: str | None
    lines: Mapping[str, int]


class PolicyPart(msgspec.Struct, frozen=True):
    """One key of the policy in force. `value` is JSON, cut short.

    It is None where another repository's file says it, by the name of `source`: not everybody may read that one.
    """

    key: str
    value: str | None
    source: str | None
    line: int


class PolicyParts(msgspec.Struct, frozen=True):
    """What is said, and the keys that nothing is said about: there the defaults apply."""

    said: tuple[PolicyPart, ...]
    unsaid: tuple[str, ...]


def parts_of(policy: Policy, files: Sequence[Said]) -> PolicyParts:
    """The parts of a policy, mappings key by key; `files` are those that make it up, the nearest first."""
    plain: dict[str, Any] = policy.model_dump(mode="json")
    keys = [key for key in plain if key not in _NO_PARTS]
    said = {key: tuple(_parts(key, plain[key], files)) for key in keys}
    return PolicyParts(
        said=tuple(part for parts in said.values() for part in parts),
        unsaid=tuple(key for key, parts in said.items() if not parts),
    )


def _parts(key: str, value: Any, files: Sequence[Said]) -> Iterator[PolicyPart]:
    whole = _part(key, value, files)
    if whole is None:
        return
    inner = [_part(f"{key}.{name}", each, files) for name, each in value.items()] if isinstance(value, dict) else []
    found = [part for part in inner if part is not None]
    yield from found or [whole]


def _part(key: str, value: Any, files: Sequence[Said]) -> PolicyPart | None:
    for file in files:
        line = file.lines.get(key)
        if line is not None:
            shown = json.dumps(value, ensure_ascii=False) if file.name is None else None
            return PolicyPart(key, None if shown is None else _cut(shown), file.name, line)
    return None


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
