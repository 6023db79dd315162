"""Reading facts, as a ratio to parsing alone: the Python files of a folder, or of the standard library.

    python benchmarks/reading.py [FOLDER] [--megabytes 20] [--runs 5]

All are timed in turn in one process, since machines are noisy: `ast.parse` alone, facts by the whole syntax tree, facts
as the reader makes them. Then the reader processes read the same files.
"""

from __future__ import annotations

import argparse
import ast
import gc
import os
import statistics
import sysconfig
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from analyzers.facts import encode
from analyzers.reading.read import read_encoded, read_plainly, read_quickly
from analyzers.reading.requests import facts_request
from bot.reading.reader_pool import ReaderPool


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(sysconfig.get_path("stdlib")))
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    blobs = _readable(options.folder, int(options.megabytes * 1_000_000))
    size = sum(map(len, blobs)) / 1_000_000
    processes = len(os.sched_getaffinity(0))
    print(f"{len(blobs):,} files, {size:.1f} MB, median of {options.runs} runs")
    parsing, plain, reading = [], [], []
    gc.collect()
    gc.freeze()
    gc.disable()  # a program that only reads makes no cycles worth a search
    for _ in range(options.runs):
        parsing.append(_seconds(blobs, ast.parse))
        plain.append(_seconds(blobs, lambda blob: encode(read_plainly(blob))))
        reading.append(_seconds(blobs, read_encoded))
    with ReaderPool(processes, 10.0, 2**30) as pool:
        list(pool.read([("warm", facts_request(b"x = 1\n"))]))
        pooled = [_pooled(pool, blobs) for _ in range(options.runs)]
    quick = sum(read_quickly(blob) is not None for blob in blobs)
    print(f"{quick / len(blobs):.1%} of the files go the quick way")
    _print("ast.parse, one process", size, statistics.median(parsing), statistics.median(parsing))
    _print("facts by the whole tree", size, statistics.median(plain), statistics.median(parsing))
    _print("facts, one process", size, statistics.median(reading), statistics.median(parsing))
    _print(f"facts, {processes} reader processes", size, statistics.median(pooled), statistics.median(parsing))


def _readable(folder: Path, most: int) -> list[bytes]:
    """Files that parse, up to so many bytes, always the same ones."""
    blobs: list[bytes] = []
    size = 0
    for path in sorted(folder.rglob("*.py")):
        blob = path.read_bytes()
        try:
            ast.parse(blob)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        blobs.append(blob)
        size += len(blob)
        if size >= most:
            break
    return blobs


def _seconds(blobs: Sequence[bytes], read: Callable[[bytes], object]) -> float:
    started = time.perf_counter()
    for blob in blobs:
        read(blob)
    return time.perf_counter() - started


def _pooled(pool: ReaderPool, blobs: Sequence[bytes]) -> float:
    started = time.perf_counter()
    for _ in pool.read((str(number), facts_request(blob)) for number, blob in enumerate(blobs)):
        pass
    return time.perf_counter() - started


def _print(what: str, size: float, seconds: float, parsing: float) -> None:
    print(f"{what:32} {seconds:6.2f} s  {size / seconds:5.1f} MB/s  {seconds / parsing:4.2f} x ast.parse")


if __name__ == "__main__":
    main()
