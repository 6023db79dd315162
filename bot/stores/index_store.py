"""The index store: the state of commits as indexes of small rows, kept in a cache file.

The state of one commit under one digest of what it was asked is an *anchor*. A pull request is audited from an anchor
that is near, reading only the rows that it touches.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

from bot.stores.cache_file import CacheError, CacheFile, Schema, transaction

DEFAULT_MAX_BYTES: Final = 2 * 1024 * 1024 * 1024

_ANCHORS_KEPT: Final = 2
"""For each repository and digest: the newest, and the one that jobs which began earlier are reading."""

_SCHEMA: Final = Schema(
    name="index_store",
    application_id=0x35574958,  # "5WIX"
    version=1,
    # Numbers are never given twice (AUTOINCREMENT) and begin anywhere, so that an anchor of a file that is gone does
    # not name another one in the file begun after it. A key, or a repository, is its text in UTF-8, surrogates
    # included, which a TEXT cannot hold: names of files need not be UTF-8.
    tables="""
        CREATE TABLE anchors (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            version TEXT NOT NULL,
            repository BLOB NOT NULL,
            digest TEXT NOT NULL,
            sha TEXT NOT NULL,
            used INTEGER NOT NULL
        );
        INSERT INTO sqlite_sequence VALUES ('anchors', abs(random() >> 33));
        CREATE INDEX anchors_by_question ON anchors (repository, digest, version);
        CREATE INDEX anchors_by_use ON anchors (used);
        CREATE TABLE index_rows (
            anchor INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            key BLOB NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (anchor, kind, key)
        ) WITHOUT ROWID;
    """,
)

_Row = tuple[int, bytes, bytes]


class AnchorGoneError(Exception):
    """The anchor was forgotten meanwhile, or cannot be read: the audit has to do without."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A commit whose index is kept, by the number that it is kept under."""

    id: int
    commit: str


class IndexStore:
    """Indexes as one `version` of the analysis makes them, in the file at `path`. Usable from several threads at once.

    `clock` gives seconds since the epoch: by the day it is kept when an anchor was last used, to prune the oldest.
    """

    def __init__(self, path: Path, version: str, *, clock: Callable[[], float] = time.time) -> None:
        self._file = CacheFile(path, _SCHEMA, clock=clock)
        self._version = version

    def write(self, repository: str, commit: str, digest: str, rows: Iterable[tuple[int, str, bytes]]) -> None:
        """Keep a commit's index, in the place of the same one and of those that newer ones have made superfluous.

        Readers see it whole or not at all. Each kind and key should come once; if not, one of the rows is kept.
        """
        # In the order of the table, so that they are appended to it page by page.
        ordered = sorted((kind, _encoded(key), value) for kind, key, value in rows)
        anchor = (self._version, _encoded(repository), digest, commit, self._file.today())
        self._file.attempt(lambda connection: _write(connection, anchor, ordered), otherwise=None)

    def anchors(self, repository: str, digest: str) -> tuple[Anchor, ...]:
        """What is kept of a repository for that digest, the newest first."""
        query = "SELECT id, sha FROM anchors WHERE repository = ? AND digest = ? AND version = ? ORDER BY id DESC"
        key = (_encoded(repository), digest, self._version)
        found: list[tuple[int, str]] = self._file.attempt(
            lambda connection: connection.execute(query, key).fetchall(), otherwise=[]
        )
        return tuple(Anchor(number, sha) for number, sha in found)

    def reader(self, anchor: Anchor) -> AnchorRows:
        """The rows of an anchor, the same until they are closed, whatever is written or forgotten meanwhile.

        Raises `AnchorGoneError`.
        """
        rows = AnchorRows(self._file.another(), anchor)
        today = self._file.today()
        if rows.used < today:
            mark = ("UPDATE anchors SET used = ? WHERE id = ?", (today, anchor.id))
            self._file.attempt(lambda connection: connection.execute(*mark), otherwise=None)
        return rows

    def forget(self, repository: str) -> None:
        """Drop all that is kept of a repository."""
        self._file.attempt(lambda connection: _forget_repository(connection, _encoded(repository)), otherwise=None)

    def prune(self, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        """Where the indexes take more space than this, forget those unused for longest, and give the space back."""
        self._file.prune(_forget_oldest, max_bytes)

    def prune_if_due(self, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        """Prune, unless a process of this machine did so today. Costs next to nothing then."""
        self._file.prune_if_due(_forget_oldest, max_bytes)

    def close(self) -> None:
        """Let go of the file; the next use opens it again. Readers stay open."""
        self._file.close()


class AnchorRows:
    """The rows of one anchor (`analyzers.tables.Rows`), from one read transaction. To be closed.

    For one thread. Everything raises `AnchorGoneError` where the file turns out to be damaged.
    """

    def __init__(self, file: CacheFile, anchor: Anchor) -> None:
        self._file = file
        self._anchor = anchor
        try:
            self._connection, self.used = file.ask(lambda connection: _begin_reading(connection, anchor))
        except CacheError as error:
            file.close()
            raise AnchorGoneError(f"the index of {anchor.commit[:12]} cannot be read: {error}") from error
        except AnchorGoneError:
            file.close()
            raise

    def get(self, kind: int, key: str) -> bytes | None:
        """The row of that key, or None."""
        query = "SELECT value FROM index_rows WHERE anchor = ? AND kind = ? AND key = ?"
        try:
            found = self._connection.execute(query, (self._anchor.id, kind, _encoded(key))).fetchone()
        except sqlite3.Error as error:
            raise self._gone(error) from error
        return None if found is None else found[0]

    def all(self, kind: int) -> Iterator[tuple[str, bytes]]:
        """Every row of a table with its key, ordered by key."""
        query = "SELECT key, value FROM index_rows WHERE anchor = ? AND kind = ? ORDER BY key"
        try:
            for key, value in self._connection.execute(query, (self._anchor.id, kind)):
                yield _decoded(key), value
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise self._gone(error) from error

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> AnchorRows:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _gone(self, error: sqlite3.Error | UnicodeDecodeError) -> AnchorGoneError:
        return AnchorGoneError(f"the index of {self._anchor.commit[:12]} cannot be read: {self._file.give_up(error)}")


def _write(connection: sqlite3.Connection, anchor: tuple[str, bytes, str, str, int], rows: list[_Row]) -> None:
    version, repository, digest, commit, _ = anchor
    with transaction(connection):
        kept = connection.execute(
            "SELECT id, sha FROM anchors WHERE repository = ? AND digest = ? AND version = ? ORDER BY id DESC",
            (repository, digest, version),
        ).fetchall()
        others = [number for number, sha in kept if sha != commit]
        for number in [number for number, sha in kept if sha == commit] + others[_ANCHORS_KEPT - 1 :]:
            _forget(connection, number)
        added = connection.execute(
            "INSERT INTO anchors (version, repository, digest, sha, used) VALUES (?, ?, ?, ?, ?)", anchor
        ).lastrowid
        connection.executemany(
            f"INSERT OR REPLACE INTO index_rows VALUES ({added}, ?, ?, ?)",  # noqa: S608
            rows,
        )


def _begin_reading(connection: sqlite3.Connection, anchor: Anchor) -> tuple[sqlite3.Connection, int]:
    connection.execute("BEGIN")  # lasts until the connection is closed; the first SELECT fixes what it sees
    found = connection.execute("SELECT used FROM anchors WHERE id = ? AND sha = ?", (anchor.id, anchor.commit))
    row = found.fetchone()
    if row is None:
        raise AnchorGoneError(f"the index of {anchor.commit[:12]} is no longer kept")
    return connection, int(row[0])


def _forget_oldest(connection: sqlite3.Connection) -> bool:
    with transaction(connection):
        oldest = connection.execute("SELECT id FROM anchors ORDER BY used, id LIMIT 1").fetchone()
        if oldest is None:
            return False
        _forget(connection, oldest[0])
        return True


def _forget_repository(connection: sqlite3.Connection, repository: bytes) -> None:
    with transaction(connection):
        for (anchor,) in connection.execute("SELECT id FROM anchors WHERE repository = ?", (repository,)).fetchall():
            _forget(connection, anchor)


def _forget(connection: sqlite3.Connection, anchor: int) -> None:
    connection.execute("DELETE FROM index_rows WHERE anchor = ?", (anchor,))
    connection.execute("DELETE FROM anchors WHERE id = ?", (anchor,))


def _encoded(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")


def _decoded(key: bytes) -> str:
    return key.decode("utf-8", "surrogatepass")
