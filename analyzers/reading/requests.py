"""What reader processes are asked for: a file's facts, the uses of some of its names, or its outline."""

from __future__ import annotations

from typing import Final

import msgspec

from analyzers.facts import encode_uses
from analyzers.outline import encode_outline
from analyzers.reading.read import read_encoded, read_outline, read_uses

_FACTS: Final = b"F"
_USES: Final = b"U"
_OUTLINE: Final = b"O"
_LENGTH_BYTES: Final = 4


def facts_request(blob: bytes) -> bytes:
    """Asks for the facts of a file."""
    return _FACTS + blob


def uses_request(blob: bytes, heads: frozenset[str]) -> bytes:
    """Asks for the uses of these names in a file."""
    names = msgspec.msgpack.encode(sorted(heads))
    return _USES + len(names).to_bytes(_LENGTH_BYTES) + names + blob


def outline_request(blob: bytes) -> bytes:
    """Asks for the outline of a file."""
    return _OUTLINE + blob


def answer(request: bytes) -> bytes:
    """The encoded answer to a request; what the reader processes run."""
    if request.startswith(_FACTS):
        return read_encoded(request[len(_FACTS) :])
    if request.startswith(_OUTLINE):
        return encode_outline(read_outline(request[len(_OUTLINE) :]))
    start = len(_USES) + _LENGTH_BYTES
    end = start + int.from_bytes(request[len(_USES) : start])
    heads = msgspec.msgpack.decode(request[start:end], type=frozenset[str])
    return encode_uses(read_uses(request[end:], heads))
