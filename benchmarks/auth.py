"""What the rules about authentication cost on top of all others.

    python benchmarks/auth.py [REPOSITORY] [--commit C] [--policy FILE] [--runs 5]

Audits with these rules and without them in turn, and prints the median ratio of the pairs: of a commit that was never
seen, of one that is known, and of pull requests of 20 files whose base is known. The repository is only read.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import audit as whole
import made_repositories as made
import yaml

from bot.git.object_reader import Repository

Pair = tuple[float, float]
"""Seconds without the rules, and with them."""

_RULES = ("auth.patterns", "auth.implementations", "auth.bypass", "auth.unprotected")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", nargs="?", type=Path, default=Path())
    parser.add_argument("--commit", default="HEAD")
    parser.add_argument("--policy", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fifthwhy-benchmark-") as name:
        _measure(Path(name), options)


def _measure(folder: Path, options: argparse.Namespace) -> None:
    repository = Repository.discover(options.repository)
    commit = repository.resolve(options.commit)
    without, within = _policies(folder, repository, commit, options.policy)
    print("| what | without `auth.*` | with | ratio |\n| --- | --: | --: | --: |")

    def state(data: str, policy: Path) -> float:
        fifthwhy = whole.Fifthwhy(folder / data, policy)
        command = fifthwhy.command(repository, "--state", "--head", commit)
        return whole.seconds_of(command, fifthwhy.environment)

    cold = [(state(f"off-{run}", without), state(f"on-{run}", within)) for run in range(options.runs)]
    _row("state, no file known", cold)
    warm = [(state("off-0", without), state("on-0", within)) for _ in range(options.runs)]
    _row("state, every file known", warm)
    _pull_requests(folder, repository, commit, (without, within), options.runs)


def _pull_requests(folder: Path, repository: Repository, commit: str, policies: tuple[Path, Path], runs: int) -> None:
    names = made.pull_requests(folder / "pulls.git", repository, commit, 2 * runs + 3)
    pulls = Repository(folder / "pulls.git")
    both = [whole.Fifthwhy(folder / f"pulls-{policy.stem}", policy) for policy in policies]

    def audited(fifthwhy: whole.Fifthwhy, name: str) -> float:
        command = fifthwhy.command(pulls, "--base", made.BASE, "--head", name)
        return whole.seconds_of(command, fifthwhy.environment)

    first = [audited(each, names[0]) for each in both]
    _row("pull request, nothing known", [(first[0], first[1])])
    _row("pull request, base known", [(audited(both[0], name), audited(both[1], name)) for name in names[1 : runs + 1]])
    inside = [each.inside(pulls, "--base", made.BASE, "--heads", *names[runs + 2 :]) for each in both]
    seconds = [[audit["seconds"] for audit in answer["audits"][1:]] for answer in inside]
    _row("the same in a process that is up", list(zip(*seconds, strict=True)))


def _policies(folder: Path, repository: Repository, commit: str, policy: Path | None) -> tuple[Path, Path]:
    rules: dict[str, Any] = yaml.safe_load(whole.policy_text(repository, commit, policy)) or {}
    rules.setdefault("version", 1)
    within = folder / "with.yml"
    within.write_text(yaml.safe_dump(rules))
    without = folder / "without.yml"
    without.write_text(yaml.safe_dump({**rules, "rules": {**rules.get("rules", {}), **dict.fromkeys(_RULES, False)}}))
    return without, within


def _row(what: str, pairs: list[Pair]) -> None:
    median: Callable[[list[float]], float] = statistics.median
    ratio = median([with_rules / without for without, with_rules in pairs])
    off, on = (median([pair[number] for pair in pairs]) for number in (0, 1))
    print(f"| {what} | {off:.2f} s | {on:.2f} s | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
