"""The facts store: what it remembers, and that it never costs more than the work it would have saved."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.stores.facts_store import FactsStore

DAY = 86_400


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 20_000.0 * DAY

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "facts.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[FactsStore]:
    opened = FactsStore(path, "1")
    yield opened
    opened.close()


def blob(number: int) -> str:
    return f"{number:040x}"


def damage(path: Path, at: int, junk: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(junk)


def size(path: Path) -> int:
    return sum(part.stat().st_size for part in path.parent.glob(f"{path.name}*"))


# --- remembering ------------------------------------------------------------------------------------------------------


def test_what_was_put_is_found_and_the_rest_is_not(store: FactsStore) -> None:
    store.put_many([(blob(1), b"one"), (blob(2), b"\0\xff")])
    assert store.get_many([blob(1), blob(2), blob(3)]) == {blob(1): b"one", blob(2): b"\0\xff"}


def test_an_empty_store_knows_nothing(store: FactsStore) -> None:
    assert store.get_many([]) == {}
    assert store.get_many([blob(1)]) == {}
    store.put_many([])


def test_facts_outlive_the_process(store: FactsStore, path: Path) -> None:
    store.put_many([(blob(1), b"one")])
    store.close()
    later = FactsStore(path, "1")
    assert later.get_many([blob(1)]) == {blob(1): b"one"}
    later.close()


def test_facts_of_another_reader_version_do_not_count(store: FactsStore, path: Path) -> None:
    store.put_many([(blob(1), b"old")])
    newer = FactsStore(path, "2")
    assert newer.get_many([blob(1)]) == {}
    newer.put_many([(blob(1), b"new")])
    assert newer.get_many([blob(1)]) == {blob(1): b"new"}
    assert store.get_many([blob(1)]) == {blob(1): b"old"}
    newer.close()


def test_putting_again_replaces(store: FactsStore) -> None:
    store.put_many([(blob(1), b"one")])
    store.put_many([(blob(1), b"uno")])
    assert store.get_many([blob(1)]) == {blob(1): b"uno"}


def test_a_whole_repository_is_asked_for_at_once(store: FactsStore) -> None:
    facts = {blob(number): b"%d" % number for number in range(3001)}
    store.put_many(facts.items())
    assert store.get_many(iter(facts)) == facts


def test_all_of_a_put_or_nothing_is_kept(store: FactsStore) -> None:
    def breaks_off() -> Iterator[tuple[str, bytes]]:
        yield blob(1), b"one"
        raise RuntimeError("the audit was cancelled")

    with pytest.raises(RuntimeError):
        store.put_many(breaks_off())
    assert store.get_many([blob(1)]) == {}


# --- several at once --------------------------------------------------------------------------------------------------

PUT_AND_GET = """
import sys
from pathlib import Path
from bot.stores.facts_store import FactsStore
path, offset = Path(sys.argv[1]), int(sys.argv[2])
store = FactsStore(path, "1")
ids = [f"{number:040x}" for number in range(offset, offset + 200)]
for blob in ids:
    store.put_many([(blob, blob.encode())])
sys.exit(store.get_many(ids) != {blob: blob.encode() for blob in ids})
"""


@pytest.mark.parametrize("before", ["nothing", "a damaged file"])
def test_processes_share_one_file_from_its_first_moment(path: Path, before: str) -> None:
    if before != "nothing":
        path.parent.mkdir()
        path.write_bytes(b"damaged" * 1000)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PUT_AND_GET, str(path), str(offset)],
            env={"PATH": "", "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.DEVNULL,
        )
        for offset in range(0, 800, 200)
    ]
    assert [process.wait() for process in processes] == [0, 0, 0, 0]
    store = FactsStore(path, "1")
    assert len(store.get_many(blob(number) for number in range(800))) == 800
    store.close()


# --- damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"\0" * 5000, b"x", b""])
def test_a_file_that_is_no_database_is_begun_anew(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    store = FactsStore(path, "1")
    assert store.get_many([blob(1)]) == {}
    store.put_many([(blob(1), b"one")])
    assert store.get_many([blob(1)]) == {blob(1): b"one"}
    store.close()


@pytest.mark.parametrize("at", [0, 100, 4096, 8192])
def test_a_damaged_database_is_a_miss_and_works_again(store: FactsStore, path: Path, at: int) -> None:
    store.put_many((blob(number), b"x" * 500) for number in range(200))
    store.close()
    damage(path, at, b"\xff" * 3000)
    with capture_logs() as logged:
        found = store.get_many(blob(number) for number in range(200))
        store.put_many([(blob(1), b"one")])
    assert set(found.values()) <= {b"x" * 500}
    assert store.get_many([blob(1)]) == {blob(1): b"one"}
    assert {entry["event"] for entry in logged} <= {"facts_store.damaged"}


def test_a_cut_off_database_is_a_miss_and_works_again(store: FactsStore, path: Path) -> None:
    store.put_many((blob(number), b"x" * 500) for number in range(200))
    store.close()
    os.truncate(path, 10_000)
    store.get_many(blob(number) for number in range(200))
    store.put_many([(blob(1), b"one")])
    assert store.get_many([blob(1)]) == {blob(1): b"one"}


def test_a_store_of_another_version_of_fifthwhy_is_begun_anew(store: FactsStore, path: Path) -> None:
    store.put_many([(blob(1), b"one")])
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    assert store.get_many([blob(1)]) == {}
    store.put_many([(blob(2), b"two")])
    assert store.get_many([blob(2)]) == {blob(2): b"two"}


def test_what_somebody_else_deleted_or_began_anew_is_followed(store: FactsStore, path: Path) -> None:
    store.put_many([(blob(1), b"one")])
    for part in path.parent.glob(f"{path.name}*"):
        part.unlink()
    assert store.get_many([blob(1)]) == {}
    store.put_many([(blob(2), b"two")])
    other = FactsStore(path, "1")
    assert other.get_many([blob(1), blob(2)]) == {blob(2): b"two"}
    other.close()


def test_another_program_s_database_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE precious (x)")
    connection.close()
    before = path.read_bytes()
    store = FactsStore(path, "1")
    with capture_logs() as logged:
        store.put_many([(blob(1), b"one")])
        assert store.get_many([blob(1)]) == {}
    assert [entry["event"] for entry in logged] == ["facts_store.unusable"]
    assert "another program's database" in logged[0]["reason"]
    assert path.read_bytes() == before


# --- disks that refuse ------------------------------------------------------------------------------------------------


def test_where_nothing_can_be_written_the_store_does_without_and_says_so_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = FactsStore(tmp_path / "file" / "facts.sqlite", "1")
    with capture_logs() as logged:
        for _ in range(3):
            store.put_many([(blob(1), b"one")])
            assert store.get_many([blob(1)]) == {}
            store.prune(0)
    assert [(entry["log_level"], entry["event"]) for entry in logged] == [("warning", "facts_store.unusable")]


def test_a_full_disk_costs_the_new_facts_only(store: FactsStore, path: Path) -> None:
    store.put_many([(blob(1), b"one")])
    full = sqlite3.connect(path)
    pages = full.execute("PRAGMA page_count").fetchone()[0]
    full.close()
    store._file._opened().execute(f"PRAGMA max_page_count = {pages}")  # SQLite then says what it says of a full disk
    with capture_logs() as logged:
        store.put_many([(blob(2), b"x" * 100_000)])
    assert "full" in logged[0]["reason"]
    assert store.get_many([blob(1), blob(2)]) == {blob(1): b"one"}


def test_a_read_only_file_is_no_error(store: FactsStore, path: Path) -> None:
    store.put_many([(blob(1), b"one")])
    store._file._opened().execute("PRAGMA query_only = 1")
    with capture_logs() as logged:
        store.put_many([(blob(2), b"two")])
    assert [entry["event"] for entry in logged] == ["facts_store.unusable"]


# --- staying small ----------------------------------------------------------------------------------------------------


def test_what_was_not_used_for_longest_is_forgotten_first(path: Path) -> None:
    clock = Clock()
    store = FactsStore(path, "1", clock=clock)
    store.put_many((blob(number), b"x" * 1000) for number in range(3000))
    clock.now += DAY
    kept = [blob(number) for number in range(500)]
    store.get_many(kept)
    before = size(path)

    store.prune(max_bytes=2_000_000)

    found = store.get_many(blob(number) for number in range(3000))
    assert set(kept) <= set(found)
    assert len(found) < 2000
    assert size(path) < before
    assert size(path) <= 2_000_000
    store.close()


def test_a_store_within_its_budget_forgets_nothing(store: FactsStore) -> None:
    store.put_many((blob(number), b"x" * 1000) for number in range(100))
    store.prune(max_bytes=1_000_000)
    assert len(store.get_many(blob(number) for number in range(100))) == 100


def test_a_budget_of_nothing_empties_the_store(store: FactsStore) -> None:
    store.put_many((blob(number), b"x" * 1000) for number in range(100))
    store.prune(max_bytes=0)
    assert store.get_many(blob(number) for number in range(100)) == {}


def test_it_is_pruned_once_a_day(path: Path) -> None:
    clock = Clock()
    store = FactsStore(path, "1", clock=clock)
    store.prune_if_due(max_bytes=0)
    store.put_many([(blob(1), b"one")])
    store.prune_if_due(max_bytes=0)
    assert store.get_many([blob(1)]) == {blob(1): b"one"}
    clock.now += DAY
    store.prune_if_due(max_bytes=0)
    assert store.get_many([blob(1)]) == {}
    store.close()
