"""The facts store: encoded facts by blob id, kept in one SQLite file that all processes of a machine share.

It is a cache. A damaged file is begun anew, and where it cannot be read or written everything is a miss: the work is
done again, and never fails for the store's sake.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

import structlog

from bot.file_lock import LockTimeoutError, held

log = structlog.get_logger(__name__)

T = TypeVar("T")

DEFAULT_MAX_BYTES: Final = 2 * 1024 * 1024 * 1024

_APPLICATION_ID: Final = 0x35574859
""""5WHY": tells our file from any other program's (sqlite.org/pragma.html#pragma_application_id)."""
_SCHEMA_VERSION: Final = 1
_SCHEMA: Final = f"""
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = WAL;
    BEGIN IMMEDIATE;
    CREATE TABLE facts (
        version TEXT NOT NULL,
        blob TEXT NOT NULL,
        used INTEGER NOT NULL,
        encoded BLOB NOT NULL,
        PRIMARY KEY (version, blob)
    );
    CREATE INDEX facts_by_use ON facts (used);
    PRAGMA application_id = {_APPLICATION_ID};
    PRAGMA user_version = {_SCHEMA_VERSION};
    COMMIT;
"""
_BUSY_SECONDS: Final = 10.0
_SECONDS_A_DAY: Final = 86_400
_IDS_A_STATEMENT: Final = 500
"""SQLite before 3.32 takes at most 999 parameters (sqlite.org/limits.html)."""
_PRUNED_TO: Final = 0.8
_ROWS_PRUNED_AT_ONCE: Final = 1000


class _DamagedError(Exception):
    """The file is ours, and of no use."""


class FactsStore:
    """Facts as one reader's `version` gives them, in the file at `path`. Usable from several threads at once.

    `clock` gives seconds since the epoch: by the day it is kept when facts were last used, to prune the oldest.
    """

    def __init__(self, path: Path, version: str, *, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._version = version
        self._clock = clock
        self._mutex = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._inode: int | None = None
        self._warned = False

    def get_many(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """The encoded facts of those blobs that are known."""
        wanted = list(blobs)
        return self._attempt(lambda connection: self._get(connection, wanted), otherwise={})

    def put_many(self, pairs: Iterable[tuple[str, bytes]]) -> None:
        """Keep these facts: all of them, or none where the store cannot be written."""
        today = self._today()
        rows = [(self._version, blob, today, encoded) for blob, encoded in pairs]
        self._attempt(lambda connection: _insert(connection, rows), otherwise=None)

    def prune(self, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        """Where the facts take more space than this, forget those unused for longest, and give the space back."""
        self._attempt(lambda connection: _prune(connection, max_bytes), otherwise=None)

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        with self._mutex:
            self._close()

    def _get(self, connection: sqlite3.Connection, wanted: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        stale: list[str] = []
        today = self._today()
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
        with contextlib.suppress(sqlite3.OperationalError), _transaction(connection):
            connection.executemany("UPDATE facts SET used = ? WHERE version = ? AND blob = ?", rows)

    def _today(self) -> int:
        return int(self._clock() // _SECONDS_A_DAY)

    def _attempt(self, action: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """What the action gives; a damaged file is begun anew, any other trouble makes it `otherwise`."""
        with self._mutex:
            try:
                try:
                    return action(self._opened())
                except (sqlite3.DatabaseError, _DamagedError) as error:
                    if not _is_damage(error):
                        raise
                    self._begin_anew(error)
                    return action(self._opened())
            except (sqlite3.Error, OSError, LockTimeoutError, _DamagedError) as error:
                self._close()
                self._warn(error)
                return otherwise

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._inode = _inode(self._path)
            self._connection = sqlite3.connect(
                self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA synchronous = NORMAL")
            if not self._is_ready(self._connection):
                with held(self._lock_path, _BUSY_SECONDS):
                    if not self._is_ready(self._connection):
                        self._connection.executescript(_SCHEMA)
        return self._connection

    def _is_ready(self, connection: sqlite3.Connection) -> bool:
        """Whether the file holds our table; False for a new file. Never touches another program's database."""
        ours = _number(connection, "PRAGMA application_id") == _APPLICATION_ID
        if ours and _number(connection, "PRAGMA user_version") != _SCHEMA_VERSION:
            raise _DamagedError("made by another version of fifthwhy")
        if not ours and _number(connection, "SELECT count(*) FROM sqlite_master"):
            raise OSError(f"{self._path} is another program's database")
        return ours

    def _begin_anew(self, error: Exception) -> None:
        log.warning("facts_store.damaged", path=str(self._path), reason=str(error))
        with held(self._lock_path, _BUSY_SECONDS):
            # Another process may have been quicker, and the file be a new one. Ours is open until here, so that the
            # new one cannot have been given its inode.
            if self._inode == _inode(self._path):
                # The main file last: as long as it is there, nobody takes the place for an empty one.
                for suffix in ("-wal", "-shm", ""):
                    self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            self._close()

    @property
    def _lock_path(self) -> Path:
        return self._path.with_name(f"{self._path.name}.lock")

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            log.warning("facts_store.unusable", path=str(self._path), reason=str(error))

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _insert(connection: sqlite3.Connection, rows: Sequence[tuple[str, str, int, bytes]]) -> None:
    with _transaction(connection):
        connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)", rows)


def _prune(connection: sqlite3.Connection, max_bytes: int) -> None:
    if _used_bytes(connection) <= max_bytes:
        return
    forget = "DELETE FROM facts WHERE rowid IN (SELECT rowid FROM facts ORDER BY used, rowid LIMIT ?)"
    while _used_bytes(connection) > max_bytes * _PRUNED_TO:
        if connection.execute(forget, (_ROWS_PRUNED_AT_ONCE,)).rowcount == 0:
            break
    # A script, since `execute` takes one step of a statement without columns, which frees one page.
    connection.executescript("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);")


def _used_bytes(connection: sqlite3.Connection) -> int:
    pages = _number(connection, "PRAGMA page_count") - _number(connection, "PRAGMA freelist_count")
    return pages * _number(connection, "PRAGMA page_size")


def _number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    with connection:  # commits, or rolls back (sqlite3, "How to use the connection context manager")
        yield


def _is_damage(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code (sqlite.org/rescode.html)
    return isinstance(error, _DamagedError) or code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


def _batches(items: Iterable[str], size: int) -> Iterator[list[str]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
