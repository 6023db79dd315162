"""The reader pool: every file gets an answer, whatever its neighbours do."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analyzers import facts
from analyzers.reading.requests import facts_request
from bot.reading.reader_pool import BATCH_FILES, ReaderPool, ReaderPoolError
from tests.bot.file_readers import act, shout

MEGABYTE = 1024 * 1024


def unread(reason: str, message: str) -> bytes:
    return f"{reason}: {message}".encode()


def pool_of(
    read_file: Callable[[bytes], bytes], processes: int = 2, seconds: float = 20, memory: int = 1024
) -> ReaderPool:
    return ReaderPool(processes, seconds, memory * MEGABYTE, read_file=read_file, unread=unread)


@pytest.fixture(scope="module")
def readers() -> Iterator[ReaderPool]:
    """Two readers that do what the files say."""
    with pool_of(act) as pool:
        yield pool


# --- reading ----------------------------------------------------------------------------------------------------------


def test_every_file_is_answered_by_its_id() -> None:
    files = {f"id-{number}": b"text %d" % number for number in range(1000)}
    with pool_of(shout) as pool:
        assert dict(pool.read(files.items())) == {name: text.upper() for name, text in files.items()}


def test_a_pool_is_used_again_and_again(readers: ReaderPool) -> None:
    for number in range(3):
        assert list(readers.read([("a", b"text %d" % number)])) == [("a", b"text %d" % number)]


def test_no_files_are_no_work(readers: ReaderPool) -> None:
    assert list(readers.read([])) == []


def test_files_may_be_empty_large_or_anything(readers: ReaderPool) -> None:
    files = {"empty": b"", "null": b"\0\xff\n" * 10, "large": b"x" * 5_000_000, "after": b"y"}
    assert dict(readers.read(files.items())) == files


def test_the_real_reader_is_the_default() -> None:
    with ReaderPool(1, 20, 1024 * MEGABYTE) as pool:
        (_, good), (_, bad) = pool.read([("good", facts_request(b"import os\n")), ("bad", facts_request(b"def (\n"))])
    assert isinstance(facts.decode(good), facts.FileFacts)
    assert isinstance(facts.decode(bad), facts.Unread)


def test_several_threads_may_read_at_once(readers: ReaderPool) -> None:
    answers: dict[int, dict[str, bytes]] = {}

    def read(number: int) -> None:
        answers[number] = dict(readers.read((f"{number}-{i}", b"%d" % i) for i in range(300)))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {n: {f"{n}-{i}": b"%d" % i for i in range(300)} for n in range(4)}


def test_only_a_little_is_taken_ahead_of_what_is_given(readers: ReaderPool) -> None:
    taken = 0

    def files() -> Iterator[tuple[str, bytes]]:
        nonlocal taken
        for number in range(100_000):
            taken += 1
            yield str(number), b"x"

    reading = readers.read(files())
    next(reading)
    assert taken <= 5 * BATCH_FILES


def test_what_goes_wrong_while_files_are_fetched_reaches_the_caller(readers: ReaderPool) -> None:
    def files() -> Iterator[tuple[str, bytes]]:
        yield "a", b"x"
        raise RuntimeError("git broke")

    with pytest.raises(RuntimeError, match="git broke"):
        list(readers.read(files()))
    assert list(readers.read([("a", b"x")])) == [("a", b"x")]


# --- files that no reader survives ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deed", "answer"),
    [
        ("crash", b"crash: its reader crashed (SIGSEGV)"),
        ("leave", b"crash: its reader ended by itself (exit code 7)"),
        ("be-killed", b"crash: its reader was killed; the machine may be out of memory"),
        ("overflow", b"crash: reading it failed with RecursionError"),
        ("eat", b"memory: takes more than 1,024 MB of memory to read"),
    ],
)
def test_a_deadly_file_costs_only_itself(readers: ReaderPool, deed: str, answer: bytes) -> None:
    files = {str(number): b"text" for number in range(100)} | {"50": deed.encode()}
    found = dict(readers.read(files.items()))
    assert found.pop("50") == answer
    assert found == {str(number): b"text" for number in range(100) if number != 50}


@pytest.mark.parametrize("deed", ["hang", "hang-in-c"])
def test_a_file_that_hangs_costs_its_time_limit_and_only_itself(deed: str) -> None:
    files = {str(number): b"text" for number in range(100)} | {"50": deed.encode()}
    with pool_of(act, seconds=0.5) as pool:
        found = dict(pool.read(files.items()))
    assert found.pop("50") == b"timeout: took longer than 0.5 seconds to read"
    assert set(found.values()) == {b"text"}


def test_the_time_limit_is_for_each_file_and_not_for_the_batch() -> None:
    with pool_of(act, processes=1, seconds=0.5) as pool:
        found = dict(pool.read([("a", b"hang"), ("b", b"hang"), ("c", b"text"), ("d", b"hang")]))
    assert [name for name, answer in found.items() if answer.startswith(b"timeout")] == ["a", "b", "d"]


def test_a_repository_of_deadly_files_is_answered_too(readers: ReaderPool) -> None:
    files = [(str(number), b"leave") for number in range(20)]
    assert len(dict(readers.read(files))) == 20


def test_what_a_reader_prints_harms_nobody(readers: ReaderPool) -> None:
    assert list(readers.read([("a", b"chatter"), ("b", b"x")])) == [("a", b"quiet"), ("b", b"x")]


def test_10_000_nested_parentheses_are_survived_by_the_real_reader() -> None:
    deep = b"x = " + b"(" * 10_000 + b")" * 10_000
    with ReaderPool(1, 20, 1024 * MEGABYTE) as pool:
        found = dict(pool.read([("deep", facts_request(deep)), ("after", facts_request(b"import os\n"))]))
    assert isinstance(facts.decode(found["deep"]), facts.Unread)
    assert isinstance(facts.decode(found["after"]), facts.FileFacts)


# --- what a reader process is -----------------------------------------------------------------------------------------


def test_a_reader_loads_nothing_but_what_it_reads_with() -> None:
    with pool_of(act, processes=1) as pool:
        ((_, modules),) = pool.read([("a", b"modules")])
    loaded = set(modules.decode().split())
    assert {name for name in loaded if name.partition(".")[0] == "bot"} <= {
        "bot",
        "bot.reading",
        "bot.reading.reader_process",
    }
    assert not loaded & {"githubkit", "starlette", "libcst", "pydantic", "click", "sqlite3", "asyncio"}


def test_a_reader_knows_no_secret_and_stands_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIFTHWHY_PRIVATE_KEY", "secret")
    with pool_of(act, processes=1) as pool:
        ((_, told),) = pool.read([("a", b"surroundings")])
    assert told.startswith(b"/ [")
    assert b"FIFTHWHY" not in told
    assert b"True" in told


def test_two_readers_give_the_same_hashes() -> None:
    answers = set()
    for _ in range(2):
        with pool_of(act, processes=1) as pool:
            answers |= {answer for _, answer in pool.read([("a", b"surroundings")])}
    assert len(answers) == 1


def test_modules_of_the_current_folder_are_never_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder may be the audited repository, and hold a package named like ours."""
    for package in ("bot", "analyzers"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(f"open({str(tmp_path / 'was-run')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    with pool_of(shout, processes=1) as pool:
        assert list(pool.read([("a", b"x")])) == [("a", b"X")]
    assert not (tmp_path / "was-run").exists()


def test_readers_start_with_the_first_file_and_only_as_many_as_are_needed() -> None:
    with pool_of(act, processes=8) as pool:
        list(pool.read([("a", b"x")]))
        running = [reader for reader in pool._readers if reader._process is not None]
    assert len(running) == 1


def test_a_reader_that_cannot_start_is_an_error_that_says_why() -> None:
    def nowhere(blob: bytes) -> bytes:
        return blob

    nowhere.__module__ = "no_such_module"
    with pool_of(nowhere) as pool, pytest.raises(ReaderPoolError, match="No module named 'no_such_module'"):
        list(pool.read([("a", b"x")]))


# --- the end ----------------------------------------------------------------------------------------------------------


def test_closing_ends_the_processes() -> None:
    with pool_of(act) as pool:
        pids = {int(answer) for _, answer in pool.read((str(n), b"process") for n in range(500))}
    assert pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_closing_ends_a_reading_that_hangs() -> None:
    pool = pool_of(act, processes=1, seconds=1000)
    files = [(str(number), b"text") for number in range(BATCH_FILES)] + [("last", b"hang")]
    reading = pool.read(files)
    assert next(reading) == ("0", b"text")  # by now the reader has, or will get next, the file that hangs
    pool.close()
    with pytest.raises(ReaderPoolError):
        list(reading)


def test_a_closed_pool_says_so() -> None:
    pool = pool_of(act)
    pool.close()
    pool.close()
    with pytest.raises(ReaderPoolError, match="closed"):
        list(pool.read([("a", b"x")]))


ABANDONED = """
import json, os, sys
from bot.reading.reader_pool import ReaderPool
from tests.bot.file_readers import act
pool = ReaderPool(2, 1.0, 1 << 30, read_file=act, unread=lambda reason, message: b"")
idle = {int(answer) for _, answer in pool.read((str(n), b"process") for n in range(500))}
print(json.dumps(sorted(idle)), flush=True)
list(pool.read([("a", b"hang")] * 64 + [("b", b"hang")]))
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs pidfd_open to await a process that is no child")
def test_readers_end_by_themselves_when_their_owner_is_killed() -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", ABANDONED],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with owner:
        assert owner.stdout is not None
        watched = [os.pidfd_open(pid) for pid in json.loads(owner.stdout.readline())]
        owner.kill()
    for descriptor in watched:
        ended, _, _ = select.select([descriptor], [], [], 60)
        os.close(descriptor)
        assert ended
