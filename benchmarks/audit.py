"""Whole audits: of a repository that was never seen, of one that is known, of a pull request, of a changed policy.

    python benchmarks/audit.py [REPOSITORY] [--commit C] [--policy FILE] [--ban MODULE] [--runs 3]
    python benchmarks/audit.py --curve [SIZE...]

Prints medians in Markdown, beside two yardsticks on the same files of the same commit: Ruff looking for one banned
module without its cache, in turn with the audits, and a plain script that counts imports with `ast` in one process. The
repository is only read. Memory is taken in a run of its own, since taking it slows things down. `--curve` does the pull
request alone, on repositories of 1,000, 10,000 and 50,000 files that it makes, or of as many as are named. Needs
Linux's /proc.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import made_repositories as made
import yaml

import bot
from analyzers.policy import POLICY_PATHS
from analyzers.tree import python_files
from bot.git.object_reader import Repository

_SAMPLED_SECONDS = 0.05
_SIZES = (1_000, 10_000, 50_000)
_IN_PROCESS = Path(__file__).with_name("in_process.py")


@dataclass(frozen=True)
class Fifthwhy:
    """One data folder, and the policy that all of its audits go by."""

    data: Path
    policy: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Isolated from other data, and with the same code as this script's own."""
        code = str(Path(str(bot.__path__[0])).parent)
        return {**os.environ, "FIFTHWHY_DATA_DIR": str(self.data), "PYTHONPATH": code}

    @property
    def _policy_options(self) -> list[str]:
        return [] if self.policy is None else ["--policy", str(self.policy)]

    def command(
        self,
        repository: Repository,
        *options: str,
        command: str = "audit",
        form: str = "markdown",
        to: str = os.devnull,
    ) -> list[str]:
        """`fifthwhy audit` or another command, as a person calls it."""
        report = ["--format", form, "--output", to]
        start = [sys.executable, "-m", "bot", command, str(repository.git_dir), *options]
        return [*start, *report, *self._policy_options]

    def inside(self, repository: Repository, *options: str) -> dict[str, Any]:
        """The same in one process that is up already: see `in_process.py`."""
        command = [sys.executable, str(_IN_PROCESS), str(repository.git_dir), *self._policy_options, *options]
        done = subprocess.run(command, env=self.environment, check=True, stdout=subprocess.PIPE)
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@dataclass(frozen=True)
class Memory:
    """Peaks in bytes: of the main process, and of it with all that it started, shared pages counted once."""

    main: int
    together: int


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", nargs="?", type=Path, default=Path())
    parser.add_argument("--commit", default="HEAD")
    parser.add_argument("--policy", type=Path)
    parser.add_argument("--ban", default="unittest.mock", help="the module that Ruff looks for")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--curve", nargs="*", type=int, metavar="SIZE")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # of the files that are parsed
    with tempfile.TemporaryDirectory(prefix="fifthwhy-benchmark-") as name:
        if options.curve is not None:
            _curve(Path(name), options.curve or _SIZES, options.runs)
        else:
            _one_repository(Path(name), options)


def _one_repository(folder: Path, options: argparse.Namespace) -> None:
    repository = Repository.discover(options.repository)
    commit = repository.resolve(options.commit)
    files, size = _check_out(repository, commit, folder / "files")
    print(f"{repository.folder_name()} at {commit[:9]}: {files:,} Python files, {size / 1e6:.0f} MB; {_machine()}\n")
    print("| what | seconds | times Ruff | main process | all processes |\n| --- | --: | --: | --: | --: |")
    ruff = _states(folder, repository, commit, options)
    _row("imports counted with `ast`, one process, once", _recount(folder / "files"), ruff)
    _pull_requests(folder, repository, commit, options, ruff)
    _changed_policy(folder, repository, commit, options.policy)


def _states(folder: Path, repository: Repository, commit: str, options: argparse.Namespace) -> float:
    """Every file of one commit: never seen, and known. Ruff's seconds, which are taken in turn with these."""
    command = _ruff(folder, options.ban)
    unknown = [Fifthwhy(folder / f"state-{number}", options.policy) for number in range(options.runs + 1)]
    cold_command = [each.command(repository, "--state", "--head", commit) for each in unknown]
    pairs: list[tuple[float, float]] = []
    seconds_of(command, {**os.environ})
    for each, cold in zip(unknown[:-1], cold_command, strict=False):
        ruff = seconds_of(command, {**os.environ})
        pairs.append((ruff, seconds_of(cold, each.environment)))
    median = statistics.median(ruff for ruff, _ in pairs)
    _row("Ruff, one banned module, no cache", median, median, _memory(command, {**os.environ}))
    cold = statistics.median(seconds for _, seconds in pairs)
    ratio = statistics.median(seconds / ruff for ruff, seconds in pairs)
    _row("state, no file known", cold, cold / ratio, _memory(cold_command[-1], unknown[-1].environment))
    known = unknown[0]
    again = known.command(repository, "--state", "--head", commit)
    warm = [seconds_of(again, known.environment) for _ in range(options.runs)]
    _row("state, every file known", statistics.median(warm), median, _memory(again, known.environment))
    return median


def _pull_requests(folder: Path, repository: Repository, commit: str, options: argparse.Namespace, ruff: float) -> None:
    names = made.pull_requests(folder / "pulls.git", repository, commit, 2 * options.runs + 3)
    pulls = Repository(folder / "pulls.git")
    first, whole, inside, memory = _of_pull_requests(pulls, names, Fifthwhy(folder / "pulls", options.policy))
    _row(f"pull request, {made.CHANGED} files, nothing known", first, ruff)
    _row(f"pull request, {made.CHANGED} files, base known", whole, ruff, memory)
    _row("the same in a process that is up", statistics.median(inside["seconds"]), ruff, Memory(inside["peak"], 0))
    print(f"\nPython files read for each: {', '.join(map(str, inside['files']))}")


def _of_pull_requests(
    repository: Repository, names: Sequence[str], fifthwhy: Fifthwhy
) -> tuple[float, float, dict[str, Any], Memory]:
    """The first one, the median of the next ones, those in one process, and the memory of one; no two are the same."""
    runs = (len(names) - 3) // 2
    commands = [fifthwhy.command(repository, "--base", made.BASE, "--head", name) for name in names]
    first = seconds_of(commands[0], fifthwhy.environment)
    whole = statistics.median(seconds_of(command, fifthwhy.environment) for command in commands[1 : runs + 1])
    memory = _memory(commands[runs + 1], fifthwhy.environment)
    # The first one in a process also waits for imports, and for the readers to start.
    answer = fifthwhy.inside(repository, "--base", made.BASE, "--heads", *names[runs + 2 :])
    audits = answer["audits"][1:]
    inside = {key: [audit[key] for audit in audits] for key in ("seconds", "files")}
    return first, whole, {**inside, "peak": answer["peak"]}, memory


def _changed_policy(folder: Path, repository: Repository, commit: str, policy: Path | None) -> None:
    """One more rule, on the repository of which every file is known."""
    rules: dict[str, Any] = yaml.safe_load(policy_text(repository, commit, policy)) or {}
    rules.setdefault("version", 1)
    rules.setdefault("legacy", []).append({"module": "benchmark.of.fifthwhy"})
    changed = folder / "changed.yml"
    changed.write_text(yaml.safe_dump(rules))
    answer = Fifthwhy(folder / "state-0", changed).inside(repository, "--state", commit)
    audit = answer["audits"][0]
    print(f"\nPolicy changed, every file known: {audit['files']} Python files read, {audit['seconds']:.2f} s inside")


def policy_text(repository: Repository, commit: str, policy: Path | None) -> bytes:
    """The policy given, else that of the commit."""
    if policy is not None:
        return policy.read_bytes()
    blobs = [entry.blob for entry in repository.tree(commit) if entry.path in POLICY_PATHS]
    _, content = next(iter(repository.blobs(blobs[:1])), ("", b""))
    return content if isinstance(content, bytes) else b""


def _curve(folder: Path, sizes: Sequence[int], runs: int) -> None:
    """How a pull request of 20 files grows with its repository."""
    print(f"{_machine()}\n")
    print("| Python files | MB | nothing known | base known | in a process that is up | main process | all processes |")
    print("| --: | --: | --: | --: | --: | --: | --: |")
    for size in sizes:
        repository = made.large(folder / f"{size}.git", size)
        commit = repository.resolve(made.BASE)
        names = made.pull_requests(folder / f"{size}-pulls.git", repository, commit, 2 * runs + 3)
        pulls = Repository(folder / f"{size}-pulls.git")
        first, whole, inside, memory = _of_pull_requests(pulls, names, Fifthwhy(folder / f"{size}-data"))
        cells = (
            f"{size:,}",
            f"{_size(repository, commit) / 1e6:.0f}",
            *(f"{seconds:.2f} s" for seconds in (first, whole, statistics.median(inside["seconds"]))),
            *(f"{peak / 1e6:.0f} MB" for peak in (memory.main, memory.together)),
        )
        print(f"| {' | '.join(cells)} |", flush=True)


def _size(repository: Repository, commit: str) -> int:
    blobs = {entry.blob for entry in python_files(repository.tree(commit))}
    return sum(len(content) for _, content in repository.blobs(blobs) if isinstance(content, bytes))


def _check_out(repository: Repository, commit: str, folder: Path) -> tuple[int, int]:
    """The Python files of a commit as files; how many and how large they are."""
    entries = [entry for entry in python_files(repository.tree(commit)) if ".." not in entry.path.split("/")]
    size = 0
    for entry, (_, content) in zip(
        entries, repository.blobs([entry.blob for entry in entries], 2_000_000), strict=True
    ):
        if isinstance(content, bytes):
            path = folder / entry.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            size += len(content)
    return len(entries), size


def _ruff(folder: Path, module: str) -> list[str]:
    config = folder / "ruff.toml"
    config.write_text(
        "exclude = []\nrespect-gitignore = false\n"
        '[lint]\nselect = ["TID251"]\n'
        f'[lint.flake8-tidy-imports.banned-api]\n"{module}".msg = "banned"\n'
    )
    program = str(Path(sys.executable).with_name("ruff"))
    return [program, "check", "--no-cache", "--exit-zero", "--quiet", "--config", str(config), str(folder / "files")]


def _recount(folder: Path) -> float:
    """What everybody could write in ten minutes: every import of every file, counted by module."""
    started = time.perf_counter()
    counts: Counter[str] = Counter()
    for path in folder.rglob("*.py"):
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                counts.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                counts.update(f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)
    return time.perf_counter() - started


def seconds_of(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """How long a command takes, from its start to its end."""
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def _memory(command: Sequence[str], environment: Mapping[str, str]) -> Memory:
    main, together = 0, 0
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            main = max(main, _kilobytes(process.pid, "status", "VmHWM:"))
            together = max(together, sum(_kilobytes(each, "smaps_rollup", "Pss:") for each in _family(process.pid)))
            time.sleep(_SAMPLED_SECONDS)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed")
    return Memory(main * 1024, max(main, together) * 1024)


def _family(process: int) -> list[int]:
    """A process with all that it started and that they started."""
    try:  # each thread has its own
        children = [
            child
            for thread in Path(f"/proc/{process}/task").iterdir()
            for child in (thread / "children").read_text().split()
        ]
    except OSError:  # it has ended
        return []
    return [process, *(each for child in children for each in _family(int(child)))]


def _kilobytes(process: int, file: str, name: str) -> int:
    try:
        lines = Path(f"/proc/{process}/{file}").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


def _machine() -> str:
    return f"{len(os.sched_getaffinity(0))} processors, Python {sys.version.split()[0]}"


def _row(what: str, seconds: float, ruff: float, memory: Memory | None = None) -> None:
    main = f"{memory.main / 1e6:.0f} MB" if memory and memory.main else ""
    together = f"{memory.together / 1e6:.0f} MB" if memory and memory.together else ""
    print(f"| {what} | {seconds:.2f} | {seconds / ruff:.2f} | {main} | {together} |", flush=True)


if __name__ == "__main__":
    main()
