"""The facts store: encoded facts by blob id, kept in a cache file."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from bot.observability.metrics import looked_up
from bot.stores.cache_file import CacheFile, Schema, transaction

DEFAULT_MAX_BYTES: Final = 2 * 1024 * 1024 * 1024

_SCHEMA: Final = Schema(
    name="facts_store",
    application_id=0x35574859,  # "5WHY"
    version=2,
    tables="""
        CREATE TABLE facts (
            version TEXT NOT NULL,
            blob TEXT NOT NULL,
            used INTEGER NOT NULL,
            encoded BLOB NOT NULL,
            PRIMARY KEY (version, blob)
        );
        CREATE INDEX facts_by_use ON facts (used);
    """,
)
_IDS_A_STATEMENT: Final = 500
"""SQLite before 3.32 takes at most 999 parameters (sqlite.org/limits.html)."""
_ROWS_PRUNED_AT_ONCE: Final = 1000


class FactsStore:
    """Facts as one reader's `version` gives them, in the file at `path`. Usable from several threads at once.

    `clock` gives seconds since the epoch: by the day it is kept when facts were last used, to prune the oldest.
    """

    def __init__(self, path: Path, version: str, *, clock: Callable[[], float] = time.time) -> None:
        self._file = CacheFile(path, _SCHEMA, clock=clock)
        self._version = version

    def get_many(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """The encoded facts of those blobs that are known."""
        wanted = list(blobs)
        found: dict[str, bytes] = self._file.attempt(lambda connection: self._get(connection, wanted), otherwise={})
        looked_up("facts", len(found), len(wanted))
        return found

    def put_many(self, pairs: Iterable[tuple[str, bytes]]) -> None:
        """Keep these facts: all of them, or none where the store cannot be written."""
        today = self._file.today()
        rows = [(self._version, blob, today, encoded) for blob, encoded in pairs]
        self._file.attempt(lambda connection: _insert(connection, rows), otherwise=None)

    def forget(self, objects: Iterable[str]) -> None:
        """Drop what is known of these blobs, by whatever version: all keys that begin with their ids."""
        ids = list(objects)
        self._file.attempt(lambda connection: _delete(connection, ids), otherwise=None)

    def prune(self, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        """Where the facts take more space than this, forget those unused for longest, and give the space back."""
        self._file.prune(_forget_oldest, max_bytes)

    def prune_if_due(self, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        """Prune, unless a process of this machine did so today. Costs next to nothing then."""
        self._file.prune_if_due(_forget_oldest, max_bytes)

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        self._file.close()

    def _get(self, connection: sqlite3.Connection, wanted: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        stale: list[str] = []
        today = self._file.today()
        for blobs in _batches(wanted, _IDS_A_STATEMENT):
            marks = ",".join("?" * len(blobs))
            query = f"SELECT blob, encoded, used FROM facts WHERE version = ? AND blob IN ({marks})"  # noqa: S608
            for blob, encoded, used in connection.execute(query, (self._version, *blobs)):
                found[blob] = encoded
                if used < today:
                    stale.append(blob)
        self._mark_used(connection, stale, today)
        return found

    def _mark_used(self, connection: sqlite3.Connection, blobs: Sequence[str], today: int) -> None:
        """At most once a day for each blob, so that reading stays reading; where it fails, facts look older."""
        if not blobs:
            return
        rows = [(today, self._version, blob) for blob in blobs]
        with contextlib.suppress(sqlite3.OperationalError), transaction(connection):
            connection.executemany("UPDATE facts SET used = ? WHERE version = ? AND blob = ?", rows)


def _insert(connection: sqlite3.Connection, rows: Sequence[tuple[str, str, int, bytes]]) -> None:
    with transaction(connection):
        connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)", rows)


def _delete(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    versions = [version for (version,) in connection.execute("SELECT DISTINCT version FROM facts")]
    with transaction(connection):
        for version in versions:
            rows = ((version, id, f"{id}~") for id in ids)
            connection.executemany("DELETE FROM facts WHERE version = ? AND blob >= ? AND blob < ?", rows)


def _forget_oldest(connection: sqlite3.Connection) -> bool:
    forget = "DELETE FROM facts WHERE rowid IN (SELECT rowid FROM facts ORDER BY used, rowid LIMIT ?)"
    return connection.execute(forget, (_ROWS_PRUNED_AT_ONCE,)).rowcount > 0


def _batches(items: Iterable[str], size: int) -> Iterator[list[str]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
