"""Tables: the rows of an index by key, read from where it is kept only when somebody asks for them."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Final, Generic, Protocol, TypeVar

import msgspec

V = TypeVar("V")


class Kind(enum.IntEnum):
    """The tables of an index. The numbers are stored."""

    META = 0
    FILES = 1
    ASKERS = 2
    SYMBOLS = 3
    DEFINITIONS = 4
    MODULES = 5
    PLACES = 6


class Rows(Protocol):
    """Where the rows of one commit's index are kept."""

    def get(self, kind: int, key: str) -> bytes | None:
        """The row of that key, or None."""
        ...

    def all(self, kind: int) -> Iterator[tuple[str, bytes]]:
        """Every row of a table with its key."""
        ...


class NoRows:
    """An index that nothing is kept of yet."""

    def get(self, kind: int, key: str) -> bytes | None:
        """There is none."""
        del kind, key
        return None

    def all(self, kind: int) -> Iterator[tuple[str, bytes]]:
        """There are none."""
        del kind
        return iter(())


_UNKNOWN: Final = object()


class Table(Generic[V]):
    """Rows by key: those kept elsewhere, under those set or deleted here. A row is decoded once."""

    def __init__(self, kind: Kind, rows: Rows, row_type: type[V]) -> None:
        self._kind = kind
        self._rows = rows
        self._decoder = msgspec.msgpack.Decoder(row_type)
        self._here: dict[str, V | None] = {}
        self.changed: set[str] = set()
        """The keys whose rows were set or deleted here."""

    def get(self, key: str) -> V | None:
        """The row of that key, or None."""
        row = self._here.get(key, _UNKNOWN)
        if row is not _UNKNOWN:
            return row  # type: ignore[return-value]  # the marker is excluded
        encoded = self._rows.get(self._kind, key)
        found = None if encoded is None else self._decoder.decode(encoded)
        self._here[key] = found
        return found

    def set(self, key: str, row: V | None) -> None:
        """Put a row in the place of any other of that key; None deletes it."""
        self._here[key] = row
        self.changed.add(key)

    def kept_here(self) -> Iterator[tuple[str, V]]:
        """The rows that were set here, with their keys."""
        for key in self.changed:
            row = self._here[key]
            if row is not None:
                yield key, row

    def all(self) -> Iterator[tuple[str, V]]:
        """Every row with its key; in no particular order."""
        for key, encoded in self._rows.all(self._kind):
            if key not in self._here:
                yield key, self._decoder.decode(encoded)
        for key, row in self._here.items():
            if row is not None:
                yield key, row

    def keys(self) -> Iterator[str]:
        """The key of every row; in no particular order."""
        for key, _ in self._rows.all(self._kind):
            if key not in self._here or self._here[key] is not None:
                yield key
        for key in self.changed:
            if self._here[key] is not None and self._rows.get(self._kind, key) is None:
                yield key

    def encoded(self, encoder: msgspec.msgpack.Encoder) -> Iterator[tuple[int, str, bytes]]:
        """Every row as it is to be kept."""
        for key, row in self.all():
            yield int(self._kind), key, encoder.encode(row)


def meta_row(rows: Rows, row_type: type[V]) -> V | None:
    """The one row about the index as a whole."""
    encoded = rows.get(Kind.META, "")
    return None if encoded is None else msgspec.msgpack.decode(encoded, type=row_type)
