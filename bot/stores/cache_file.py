"""Cache files: SQLite files that all processes of a machine share, and that nobody misses.

A damaged file is begun anew. Where it cannot be read or written everything is a miss: the work is done again, and
never fails for the cache's sake. Another program's file is left as it is.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import structlog

from bot.stores.file_lock import LockTimeoutError, held

log = structlog.get_logger(__name__)

T = TypeVar("T")

_BUSY_SECONDS: Final = 10.0
_SECONDS_A_DAY: Final = 86_400
_PRUNED_TO: Final = 0.8
_PAGE_BYTES: Final = 16 * 1024  # rows of a few kB fill pages of SQLite's usual 4 kB badly
_MEMORY_KIB: Final = 16 * 1024
_PAGES_BETWEEN_CHECKPOINTS: Final = 2000  # every page is then written, and synced, a second time
_LOG_BYTES: Final = 64 * 1024 * 1024  # what a large transaction leaves of its log on disk


class CacheError(Exception):
    """The file could not be read or written."""


class DamagedCacheError(CacheError):
    """The file was ours and of no use; the next use begins it anew."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What a cache file holds. `name` is what the log calls it; another `version` is begun anew."""

    name: str
    application_id: int
    """Tells our file from any other program's (sqlite.org/pragma.html#pragma_application_id)."""
    version: int
    tables: str

    def script(self) -> str:
        """What makes an empty file one of ours; whole or not at all."""
        return f"""
            PRAGMA page_size = {_PAGE_BYTES};
            PRAGMA auto_vacuum = INCREMENTAL;
            PRAGMA journal_mode = WAL;
            BEGIN IMMEDIATE;
            {self.tables}
            CREATE TABLE upkeep (pruned INTEGER NOT NULL);
            INSERT INTO upkeep VALUES (0);
            PRAGMA application_id = {self.application_id};
            PRAGMA user_version = {self.version};
            COMMIT;
        """  # noqa: S608


class CacheFile:
    """The file at `path`. Usable from several threads at once; `clock` gives seconds since the epoch."""

    def __init__(self, path: Path, schema: Schema, *, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._schema = schema
        self._clock = clock
        self._mutex = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._inode: int | None = None
        self._warned = False

    def attempt(self, action: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """What the action gives; of a damaged file, what it gives on a new one; in any other trouble `otherwise`."""
        try:
            try:
                return self.ask(action)
            except DamagedCacheError:
                return self.ask(action)
        except CacheError as error:
            self._warn(error)
            return otherwise

    def ask(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """What the action gives. Raises `CacheError`; a damaged file is begun anew with the next use."""
        with self._mutex:
            try:
                return action(self._opened())
            except (sqlite3.Error, OSError, LockTimeoutError, DamagedCacheError) as error:
                raise self._given_up(error) from error

    def give_up(self, error: sqlite3.Error | UnicodeDecodeError) -> CacheError:
        """To be told of what went wrong with the connection outside of `ask`, and closes it."""
        with self._mutex:
            return self._given_up(error)

    def another(self) -> CacheFile:
        """The same file by a connection of its own, for a transaction that others need not wait for."""
        return CacheFile(self._path, self._schema, clock=self._clock)

    def today(self) -> int:
        """The day, for when something was last used: exact enough, and written at most once a day."""
        return int(self._clock() // _SECONDS_A_DAY)

    def prune(self, forget: Callable[[sqlite3.Connection], bool], max_bytes: int) -> None:
        """Where more than this is used, `forget` some until there is room, and give the space back.

        `forget` says whether there was anything left to forget.
        """
        self.attempt(lambda connection: _prune(connection, forget, max_bytes), otherwise=None)

    def prune_if_due(self, forget: Callable[[sqlite3.Connection], bool], max_bytes: int) -> None:
        """The same, where no process of this machine has done so today."""
        if self.attempt(self._claim_upkeep, otherwise=False):
            self.prune(forget, max_bytes)

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        with self._mutex:
            self._close()

    def _claim_upkeep(self, connection: sqlite3.Connection) -> bool:
        # Of several processes the one whose UPDATE changes the row prunes. Looking first spares the
        # others the wait for the write lock.
        today = self.today()
        if number(connection, "SELECT pruned FROM upkeep") == today:
            return False
        return connection.execute("UPDATE upkeep SET pruned = ? WHERE pruned != ?", (today, today)).rowcount > 0

    def _opened(self) -> sqlite3.Connection:
        if self._connection is not None and self._inode != _inode(self._path):
            self._close()  # somebody else found it damaged, or deleted it: nobody reads any more what goes in there
        if self._connection is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._inode = _inode(self._path)
            self._connection = sqlite3.connect(
                self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._make_ready(self._connection)
            if self._inode is None:
                self._inode = _inode(self._path)
        return self._connection

    def _make_ready(self, connection: sqlite3.Connection) -> None:
        # An empty file is being made by somebody, or is to be made here. SQLite does not wait for readers when it goes
        # over to WAL: nobody looks into the file until that is done.
        if not _is_empty(self._path):
            self._set_up(connection)
            if self._is_ready(connection):
                return
        with held(self._lock_path, _BUSY_SECONDS):
            self._set_up(connection)
            if not self._is_ready(connection):
                connection.executescript(self._schema.script())

    def _set_up(self, connection: sqlite3.Connection) -> None:
        # With WAL, NORMAL syncs at checkpoints only: a power cut may cost the last writes, never the file's
        # soundness (sqlite.org/pragma.html#pragma_synchronous).
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = -{_MEMORY_KIB}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_BETWEEN_CHECKPOINTS}")
        connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")

    def _is_ready(self, connection: sqlite3.Connection) -> bool:
        """Whether the file holds our tables; False for a new file. Never touches another program's database."""
        ours = number(connection, "PRAGMA application_id") == self._schema.application_id
        if ours and number(connection, "PRAGMA user_version") != self._schema.version:
            raise DamagedCacheError("made by another version of fifthwhy")
        if not ours and number(connection, "SELECT count(*) FROM sqlite_master"):
            raise OSError(f"{self._path} is another program's database")
        return ours

    def _given_up(self, error: Exception) -> CacheError:
        try:
            if _is_damage(error):
                self._remove(error)
                return DamagedCacheError(str(error))
        except (OSError, LockTimeoutError) as trouble:
            return CacheError(str(trouble))
        finally:
            self._close()
        return CacheError(str(error))

    def _remove(self, error: Exception) -> None:
        log.warning(f"{self._schema.name}.damaged", path=str(self._path), reason=str(error))
        with held(self._lock_path, _BUSY_SECONDS):
            # Another process may have been quicker, and the file be a new one. Ours is open until later, so that the
            # new one cannot have been given its inode.
            if self._inode == _inode(self._path):
                # The main file last: as long as it is there, nobody takes the place for an empty one.
                for suffix in ("-wal", "-shm", ""):
                    self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    @property
    def _lock_path(self) -> Path:
        return self._path.with_name(f"{self._path.name}.lock")

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            log.warning(f"{self._schema.name}.unusable", path=str(self._path), reason=str(error))

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is written within, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    with connection:  # commits, or rolls back (sqlite3, "How to use the connection context manager")
        yield


def number(connection: sqlite3.Connection, query: str) -> int:
    """The one number that a query gives."""
    return int(connection.execute(query).fetchone()[0])


def _prune(connection: sqlite3.Connection, forget: Callable[[sqlite3.Connection], bool], max_bytes: int) -> None:
    if _used_bytes(connection) <= max_bytes:
        return
    while _used_bytes(connection) > max_bytes * _PRUNED_TO:
        if not forget(connection):
            break
    # A script, since `execute` takes one step of a statement without columns, which frees one page.
    connection.executescript("PRAGMA incremental_vacuum;")
    # As far as it can be done at once: who is reading may go on for long.
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000:.0f}")


def _used_bytes(connection: sqlite3.Connection) -> int:
    pages = number(connection, "PRAGMA page_count") - number(connection, "PRAGMA freelist_count")
    return pages * number(connection, "PRAGMA page_size")


def _is_damage(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code (sqlite.org/rescode.html)
    ours = isinstance(error, (DamagedCacheError, UnicodeDecodeError))
    return ours or code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _is_empty(path: Path) -> bool:
    try:
        return path.stat().st_size == 0
    except FileNotFoundError:
        return True


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None
