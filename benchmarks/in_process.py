"""Audits inside of one process that is already up, as a worker makes them; `benchmarks/audit.py` starts this.

    python benchmarks/in_process.py REPOSITORY [--policy FILE] (--state COMMIT... | --base COMMIT --heads COMMIT...)

Prints JSON: the seconds of each audit, how many Python files each took out of git, and the peak memory in bytes.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from analyzers.tree import python_files
from bot.git.object_reader import DEFAULT_MAX_BLOB_BYTES, BlobContent, Repository
from bot.local.audit import LocalRequest, audit_locally
from bot.settings.settings import LocalSettings, load

_taken: list[str] = []
_take = Repository.blobs


def main() -> None:
    """Audit, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("repository", type=Path)
    parser.add_argument("--policy", type=Path)
    parser.add_argument("--state", nargs="*", default=[])
    parser.add_argument("--base")
    parser.add_argument("--heads", nargs="*", default=[])
    options = parser.parse_args()
    policy = None if options.policy is None else (options.policy.name, options.policy.read_bytes())
    path, base = options.repository, options.base
    requests = [LocalRequest(path, head=head, state=True, policy=policy) for head in options.state]
    requests += [LocalRequest(path, base=base, head=head, policy=policy) for head in options.heads]
    settings = load(LocalSettings)
    setattr(Repository, "blobs", _counted)  # noqa: B010
    audits = []
    for request in requests:
        _taken.clear()
        started = time.perf_counter()
        audit_locally(request, settings, lambda _done, _all: None)
        audits.append({"seconds": time.perf_counter() - started, "files": _python_files_taken(request)})
    print(json.dumps({"audits": audits, "peak": _peak()}))


def _counted(
    self: Repository, ids: Iterable[str], max_bytes: int = DEFAULT_MAX_BLOB_BYTES
) -> Iterator[tuple[str, BlobContent]]:
    wanted = list(ids)
    _taken.extend(wanted)
    return _take(self, wanted, max_bytes)


def _python_files_taken(request: LocalRequest) -> int:
    """Without the policy and the contracts of other tools, which are looked at every time."""
    if not _taken:
        return 0
    repository = Repository.discover(request.path)
    python = {entry.blob for entry in python_files(repository.tree(repository.resolve(request.head)))}
    return sum(blob in python for blob in _taken)


def _peak() -> int:
    # Not getrusage, which goes on counting from what the process that started this one had used.
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
