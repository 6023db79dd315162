"""The index store: anchors whole or not at all, readers that see one state, and never an audit that fails for it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from analyzers.tables import Rows
from bot.stores.index_store import Anchor, AnchorGoneError, AnchorRows, IndexStore

DAY = 86_400
SHOP, DIGEST = "https://github.com/owner/shop", "policy"

IndexRow = tuple[int, str, bytes]


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 20_000.0 * DAY

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "index.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[IndexStore]:
    opened = IndexStore(path, "1")
    yield opened
    opened.close()


def sha(number: int) -> str:
    return f"{number:040x}"


def rows(text: str = "one", count: int = 10) -> list[IndexRow]:
    return [(kind, f"key {number}", f"{text} {number}".encode()) for kind in (1, 2) for number in range(count)]


def large(count: int = 400) -> list[IndexRow]:
    return [(1, f"key {number:04}", b"x" * 1000) for number in range(count)]


def commits(store: IndexStore, repository: str = SHOP, digest: str = DIGEST) -> list[str]:
    return [anchor.commit for anchor in store.anchors(repository, digest)]


def everything(read: Rows) -> list[IndexRow]:
    return [(kind, key, value) for kind in (1, 2) for key, value in read.all(kind)]


def newest(store: IndexStore) -> list[IndexRow]:
    """The rows of the newest anchor."""
    with store.reader(store.anchors(SHOP, DIGEST)[0]) as read:
        return everything(read)


def size(path: Path) -> int:
    return sum(part.stat().st_size for part in path.parent.glob(f"{path.name}*"))


# --- remembering ------------------------------------------------------------------------------------------------------


def test_what_was_written_is_read_by_key_and_by_table(store: IndexStore) -> None:
    store.write(SHOP, sha(1), DIGEST, [(2, "b", b"2b"), (1, "b", b"1b"), (1, "a", b"\0\xff"), (1, "", b"")])
    with store.reader(store.anchors(SHOP, DIGEST)[0]) as read:
        assert (read.get(1, "a"), read.get(1, "b"), read.get(2, "b"), read.get(1, "")) == (b"\0\xff", b"1b", b"2b", b"")
        assert (read.get(2, "a"), read.get(3, "a")) == (None, None)
        assert list(read.all(1)) == [("", b""), ("a", b"\0\xff"), ("b", b"1b")]
        assert list(read.all(3)) == []


def test_a_key_may_be_any_text(store: IndexStore) -> None:
    odd = ["caf\udce9.py", "\ud800", "a\0b", "a", "A", "ü", "u\u0308", "😀", " ", "x" * 100_000]
    store.write(SHOP, sha(1), DIGEST, [(1, key, key.encode("utf-8", "surrogatepass")) for key in odd])
    with store.reader(store.anchors(SHOP, DIGEST)[0]) as read:
        assert {key for key, _ in read.all(1)} == set(odd)
        assert all(read.get(1, key) == key.encode("utf-8", "surrogatepass") for key in odd)


def test_rows_may_be_asked_for_while_others_are_listed(store: IndexStore) -> None:
    store.write(SHOP, sha(1), DIGEST, rows(count=3000))
    with store.reader(store.anchors(SHOP, DIGEST)[0]) as read:
        assert all(read.get(1, key) == value for key, value in read.all(1))


def test_an_empty_store_has_no_anchors_and_an_empty_index_is_one(store: IndexStore) -> None:
    assert store.anchors(SHOP, DIGEST) == ()
    store.write(SHOP, sha(1), DIGEST, [])
    assert newest(store) == []


def test_anchors_outlive_the_process(store: IndexStore, path: Path) -> None:
    store.write(SHOP, sha(1), DIGEST, rows())
    store.close()
    later = IndexStore(path, "1")
    assert newest(later) == rows()
    later.close()


def test_repositories_digests_and_versions_have_nothing_to_do_with_each_other(store: IndexStore, path: Path) -> None:
    store.write(SHOP, sha(1), DIGEST, rows())
    newer = IndexStore(path, "2")
    for number in range(2, 6):
        store.write("another", sha(number), DIGEST, rows())
        store.write(SHOP, sha(number), "another", rows())
        newer.write(SHOP, sha(number), DIGEST, rows())
    newer.close()
    assert commits(store) == [sha(1)]
    assert newest(store) == rows()


# --- the newest two ---------------------------------------------------------------------------------------------------


def test_the_newest_two_are_kept_the_newest_first(store: IndexStore) -> None:
    for number in range(1, 5):
        store.write(SHOP, sha(number), DIGEST, rows(str(number)))
    assert commits(store) == [sha(4), sha(3)]
    assert newest(store) == rows("4")


def test_of_forgotten_anchors_no_row_is_left(store: IndexStore, path: Path) -> None:
    for number in range(1, 6):
        store.write(SHOP, sha(number), DIGEST, rows())
    store.close()
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM index_rows").fetchone() == (2 * len(rows()),)
    connection.close()


def test_the_same_commit_again_takes_its_own_place_and_no_other_s(store: IndexStore) -> None:
    store.write(SHOP, sha(1), DIGEST, rows("one"))
    store.write(SHOP, sha(2), DIGEST, rows("two"))
    store.write(SHOP, sha(1), DIGEST, rows("uno"))
    assert commits(store) == [sha(1), sha(2)]
    assert newest(store) == rows("uno")


def test_an_index_that_breaks_off_is_not_kept(store: IndexStore) -> None:
    def breaks_off() -> Iterator[IndexRow]:
        yield 1, "a", b"one"
        raise RuntimeError("the audit was cancelled")

    store.write(SHOP, sha(1), DIGEST, rows("one"))
    with pytest.raises(RuntimeError):
        store.write(SHOP, sha(2), DIGEST, breaks_off())
    assert commits(store) == [sha(1)]


def test_a_key_that_comes_twice_does_not_cost_the_index(store: IndexStore) -> None:
    store.write(SHOP, sha(1), DIGEST, [(1, "a", b"one"), (1, "a", b"two"), (1, "b", b"three")])
    with store.reader(store.anchors(SHOP, DIGEST)[0]) as read:
        assert read.get(1, "a") in (b"one", b"two")
        assert read.get(1, "b") == b"three"


# --- readers ----------------------------------------------------------------------------------------------------------


def test_a_reader_goes_on_seeing_what_it_saw_first(store: IndexStore) -> None:
    store.write(SHOP, sha(1), DIGEST, rows("one"))
    first = store.anchors(SHOP, DIGEST)[0]
    with store.reader(first) as read:
        store.write(SHOP, sha(1), DIGEST, rows("uno"))
        for number in range(2, 5):
            store.write(SHOP, sha(number), DIGEST, rows())
        store.prune(0)
        store.close()
        assert read.get(1, "key 3") == b"one 3"
        assert everything(read) == rows("one")
    with pytest.raises(AnchorGoneError, match="no longer kept"):
        store.reader(first)


def test_an_index_can_be_written_from_the_rows_of_another(store: IndexStore) -> None:
    store.write(SHOP, sha(1), DIGEST, rows("one"))
    with store.reader(store.anchors(SHOP, DIGEST)[0]) as read:
        store.write(SHOP, sha(2), DIGEST, ((kind, key, value) for kind in (1, 2) for key, value in read.all(kind)))
    assert commits(store) == [sha(2), sha(1)]
    assert newest(store) == rows("one")


@pytest.mark.parametrize("anchor", [Anchor(1, sha(1)), Anchor(0, ""), Anchor(-1, sha(1)), Anchor(2**62, sha(1))])
def test_an_anchor_that_is_not_kept_is_gone(store: IndexStore, anchor: Anchor) -> None:
    with pytest.raises(AnchorGoneError):
        store.reader(anchor)


def test_an_anchor_is_its_commit_s_and_no_other_s(store: IndexStore) -> None:
    store.write(SHOP, sha(1), DIGEST, rows())
    anchor = store.anchors(SHOP, DIGEST)[0]
    with pytest.raises(AnchorGoneError):
        store.reader(Anchor(anchor.id, sha(2)))


def test_an_anchor_of_a_lost_file_means_nothing_in_the_next_one(store: IndexStore, path: Path) -> None:
    store.write(SHOP, sha(1), DIGEST, rows("one"))
    lost = store.anchors(SHOP, DIGEST)[0]
    store.close()
    path.unlink()
    store.write("another", sha(1), DIGEST, rows("another's"))
    with pytest.raises(AnchorGoneError):
        store.reader(lost)


def test_a_closed_reader_says_so(store: IndexStore) -> None:
    store.write(SHOP, sha(1), DIGEST, rows())
    read = store.reader(store.anchors(SHOP, DIGEST)[0])
    read.close()
    read.close()
    with pytest.raises(AnchorGoneError):
        read.get(1, "key 1")
    with pytest.raises(AnchorGoneError):
        next(read.all(1))


# --- several at once --------------------------------------------------------------------------------------------------

WRITE_AND_READ = """
import sys
from pathlib import Path
from bot.stores.index_store import AnchorGoneError, IndexStore
path, first = Path(sys.argv[1]), int(sys.argv[2])
store = IndexStore(path, "1")
for number in range(first, first + 15):
    value = f"{number:040x}"
    store.write("shop", value, "policy", [(1, f"key {row}", value.encode()) for row in range(100)])
    for anchor in store.anchors("shop", "policy"):
        try:
            with store.reader(anchor) as read:
                values = [value for _, value in read.all(1)]
        except AnchorGoneError:
            continue
        if values != [anchor.commit.encode()] * 100:
            sys.exit(1)
"""


@pytest.mark.parametrize("before", ["nothing", "a damaged file"])
def test_processes_share_one_file_and_see_anchors_whole_or_not_at_all(path: Path, before: str) -> None:
    if before != "nothing":
        path.parent.mkdir()
        path.write_bytes(b"damaged" * 1000)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE_AND_READ, str(path), str(first)],
            env={"PATH": "", "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.DEVNULL,
        )
        for first in range(0, 300, 100)
    ]
    assert [process.wait() for process in processes] == [0, 0, 0]
    store = IndexStore(path, "1")
    assert len(store.anchors("shop", "policy")) == 2
    store.close()


# --- damage -----------------------------------------------------------------------------------------------------------


def damage(path: Path) -> None:
    """Leave nothing right but the first page, so that the file still opens."""
    length = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(20_000)
        file.write(b"\xff" * (length - 20_000))


def read_all(store: IndexStore) -> list[IndexRow] | None:
    """What an audit would do."""
    try:
        return newest(store) if store.anchors(SHOP, DIGEST) else None
    except AnchorGoneError:
        return None


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"\0" * 5000, b"x", b""])
def test_a_file_that_is_no_database_is_begun_anew(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    store = IndexStore(path, "1")
    assert store.anchors(SHOP, DIGEST) == ()
    store.write(SHOP, sha(1), DIGEST, rows())
    assert newest(store) == rows()
    store.close()


@pytest.mark.parametrize("at", [0, 100, 16_384, 32_768, 49_152])
def test_a_damaged_database_is_a_miss_and_works_again(store: IndexStore, path: Path, at: int) -> None:
    store.write(SHOP, sha(1), DIGEST, large())
    store.close()
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xff" * 9000)
    with capture_logs() as logged:
        assert read_all(store) in (None, large())
        store.write(SHOP, sha(2), DIGEST, rows())
        if read_all(store) is None:  # what was damaged may have come to light only now
            store.write(SHOP, sha(2), DIGEST, rows())
    assert newest(store) == rows()
    assert {entry["event"] for entry in logged} <= {"index_store.damaged"}


def test_damage_that_a_reader_meets_makes_its_anchor_gone_and_the_file_new(store: IndexStore, path: Path) -> None:
    store.write(SHOP, sha(1), DIGEST, large())
    store.write(SHOP, sha(2), DIGEST, large())
    store.close()
    anchor = store.anchors(SHOP, DIGEST)[0]
    damage(path)
    with capture_logs() as logged, pytest.raises(AnchorGoneError), store.reader(anchor) as read:
        everything(read)
    assert {entry["event"] for entry in logged} == {"index_store.damaged"}
    assert store.anchors(SHOP, DIGEST) == ()
    store.write(SHOP, sha(3), DIGEST, rows())
    assert newest(store) == rows()


def test_a_key_that_is_no_text_is_damage(store: IndexStore, path: Path) -> None:
    store.write(SHOP, sha(1), DIGEST, rows())
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE index_rows SET key = x'ff' WHERE kind = 1 AND key = CAST('key 3' AS BLOB)")
    connection.close()
    with pytest.raises(AnchorGoneError):
        newest(store)
    store.write(SHOP, sha(1), DIGEST, rows())
    assert newest(store) == rows()


def test_a_cut_off_database_is_a_miss_and_works_again(store: IndexStore, path: Path) -> None:
    store.write(SHOP, sha(1), DIGEST, large())
    store.close()
    os.truncate(path, 40_000)
    assert read_all(store) is None
    store.write(SHOP, sha(2), DIGEST, rows())
    assert newest(store) == rows()


def test_another_program_s_database_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE precious (x)")
    connection.close()
    before = path.read_bytes()
    store = IndexStore(path, "1")
    with capture_logs() as logged:
        store.write(SHOP, sha(1), DIGEST, rows())
        assert store.anchors(SHOP, DIGEST) == ()
        with pytest.raises(AnchorGoneError, match="another program's database"):
            store.reader(Anchor(1, sha(1)))
    assert [entry["event"] for entry in logged] == ["index_store.unusable"]
    assert path.read_bytes() == before


# --- disks that refuse ------------------------------------------------------------------------------------------------


def test_where_nothing_can_be_written_the_store_does_without_and_says_so_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = IndexStore(tmp_path / "file" / "index.sqlite3", "1")
    with capture_logs() as logged:
        for _ in range(3):
            store.write(SHOP, sha(1), DIGEST, rows())
            assert store.anchors(SHOP, DIGEST) == ()
            store.prune_if_due()
            with pytest.raises(AnchorGoneError):
                store.reader(Anchor(1, sha(1)))
    assert [(entry["log_level"], entry["event"]) for entry in logged] == [("warning", "index_store.unusable")]


def test_a_full_disk_costs_the_new_index_only(store: IndexStore, path: Path) -> None:
    store.write(SHOP, sha(1), DIGEST, rows())
    full = sqlite3.connect(path)
    pages = full.execute("PRAGMA page_count").fetchone()[0]
    full.close()
    store._file._opened().execute(f"PRAGMA max_page_count = {pages}")  # SQLite then says what it says of a full disk
    with capture_logs() as logged:
        store.write(SHOP, sha(2), DIGEST, large())
    assert "full" in logged[0]["reason"]
    assert commits(store) == [sha(1)]
    assert newest(store) == rows()


# --- staying small ----------------------------------------------------------------------------------------------------


def repositories_kept(store: IndexStore, count: int) -> list[int]:
    return [number for number in range(count) if store.anchors(f"shop {number}", DIGEST)]


def test_what_was_not_used_for_longest_is_forgotten_first(path: Path) -> None:
    clock = Clock()
    store = IndexStore(path, "1", clock=clock)
    for number in range(8):
        store.write(f"shop {number}", sha(number), DIGEST, large())
    clock.now += DAY
    with store.reader(store.anchors("shop 0", DIGEST)[0]) as read:
        assert len(list(read.all(1))) == 400
    before = size(path)

    store.prune(max_bytes=2_000_000)

    kept = repositories_kept(store, 8)
    assert kept[0] == 0
    assert kept[1:] == [5, 6, 7][-len(kept) + 1 :]
    assert size(path) < before
    assert size(path) <= 2_000_000
    store.close()


def test_a_store_within_its_budget_forgets_nothing(store: IndexStore) -> None:
    store.write(SHOP, sha(1), DIGEST, large())
    store.prune(max_bytes=2_000_000)
    assert newest(store) == large()


def test_a_budget_of_nothing_empties_the_store(store: IndexStore) -> None:
    store.write(SHOP, sha(1), DIGEST, large())
    store.prune(max_bytes=0)
    assert store.anchors(SHOP, DIGEST) == ()


def test_it_is_pruned_once_a_day_by_whichever_process_comes_first(path: Path) -> None:
    clock = Clock()
    store, other = IndexStore(path, "1", clock=clock), IndexStore(path, "1", clock=clock)
    store.write(SHOP, sha(1), DIGEST, large())
    store.prune_if_due(max_bytes=0)
    assert commits(store) == []

    store.write(SHOP, sha(2), DIGEST, large())
    for each in (store, other):
        each.prune_if_due(max_bytes=0)
    assert commits(store) == [sha(2)]

    clock.now += DAY
    other.prune_if_due(max_bytes=0)
    assert commits(store) == []
    store.close()
    other.close()


def test_a_clock_that_was_once_ahead_does_not_stop_pruning(path: Path) -> None:
    clock = Clock()
    store = IndexStore(path, "1", clock=clock)
    clock.now += 1000 * DAY
    store.prune_if_due()
    clock.now -= 1000 * DAY
    store.write(SHOP, sha(1), DIGEST, large())
    store.prune_if_due(max_bytes=0)
    assert commits(store) == []
    store.close()


def test_the_rows_of_an_anchor_are_what_the_core_reads(store: IndexStore) -> None:
    def takes(read: Rows) -> bytes | None:
        return read.get(1, "key 1")

    store.write(SHOP, sha(1), DIGEST, rows())
    read: AnchorRows = store.reader(store.anchors(SHOP, DIGEST)[0])
    assert takes(read) == b"one 1"
    read.close()
