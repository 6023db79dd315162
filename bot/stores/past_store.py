"""The past store: what past commits were found to be, by commit and digest of what they were asked, in a cache file.

Nothing in it is worth a backup: git holds the history, and all of this is recomputed from there.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bot.observability.metrics import looked_up
from bot.stores.cache_file import CacheFile, Schema, transaction

DEFAULT_MAX_BYTES: Final = 1024 * 1024 * 1024

_SCHEMA: Final = Schema(
    name="past_store",
    application_id=0x35575041,  # "5WPA"
    version=1,
    tables="""
        CREATE TABLE past (
            version TEXT NOT NULL,
            repository BLOB NOT NULL,
            digest TEXT NOT NULL,
            key TEXT NOT NULL,
            used INTEGER NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (version, repository, digest, key)
        );
        CREATE INDEX past_by_use ON past (used);
    """,
)
_ROWS_PRUNED_AT_ONCE: Final = 50


class PastStore:
    """Results as one `version` of the analysis gives them, in the file at `path`. Usable from several threads at once.

    `clock` gives seconds since the epoch: by the day it is kept when a result was last used, to prune the oldest.
    """

    def __init__(self, path: Path, version: str, *, clock: Callable[[], float] = time.time) -> None:
        self._file = CacheFile(path, _SCHEMA, clock=clock)
        self._version = version

    def get(self, repository: str, digest: str, key: str) -> bytes | None:
        """What is kept of a repository under a key, for one digest of what was asked."""
        where = (self._version, _encoded(repository), digest, key)
        found = self._file.attempt(lambda connection: _get(connection, where, self._file.today()), otherwise=None)
        looked_up("past", found is not None)
        return found

    def put(self, repository: str, digest: str, key: str, value: bytes) -> None:
        """Keep a result in the place of the one that was there."""
        row = (self._version, _encoded(repository), digest, key, self._file.today(), value)
        self._file.attempt(lambda connection: _put(connection, row), otherwise=None)

    def forget(self, repository: str) -> None:
        """Drop all that is kept of a repository, by whatever version."""
        self._file.attempt(lambda connection: _forget_repository(connection, _encoded(repository)), otherwise=None)

    def prune_if_due(self, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        """Where it takes more space than this, forget what was unused for longest, unless that was done today."""
        self._file.prune_if_due(_forget_oldest, max_bytes)

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        self._file.close()


def _get(connection: sqlite3.Connection, where: tuple[str, bytes, str, str], today: int) -> bytes | None:
    which = "version = ? AND repository = ? AND digest = ? AND key = ?"
    found = connection.execute(f"SELECT value, used FROM past WHERE {which}", where).fetchone()  # noqa: S608
    if found is None:
        return None
    if found[1] < today:
        connection.execute(f"UPDATE past SET used = ? WHERE {which}", (today, *where))  # noqa: S608
    return bytes(found[0])


def _put(connection: sqlite3.Connection, row: tuple[str, bytes, str, str, int, bytes]) -> None:
    with transaction(connection):
        connection.execute("INSERT OR REPLACE INTO past VALUES (?, ?, ?, ?, ?, ?)", row)


def _forget_repository(connection: sqlite3.Connection, repository: bytes) -> None:
    with transaction(connection):
        connection.execute("DELETE FROM past WHERE repository = ?", (repository,))


def _forget_oldest(connection: sqlite3.Connection) -> bool:
    forget = "DELETE FROM past WHERE rowid IN (SELECT rowid FROM past ORDER BY used, rowid LIMIT ?)"
    return connection.execute(forget, (_ROWS_PRUNED_AT_ONCE,)).rowcount > 0


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
