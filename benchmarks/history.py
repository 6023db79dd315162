"""What looking back costs, in audits of the newest commit.

    python benchmarks/history.py [REPOSITORY] [--commit C] [--policy FILE] [--since 26w] [--every 1w] [--runs 3]

Audits the newest commit with nothing known, and looks back from it with nothing known, in turn: the median ratio of
the pairs. Then the status report, first with the samples at hand, and once more with all of it. The repository is only
read.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
from pathlib import Path

import audit as whole

from bot.git.object_reader import Repository

_BUDGET = ("--budget", "3600")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", nargs="?", type=Path, default=Path())
    parser.add_argument("--commit", default="HEAD")
    parser.add_argument("--policy", type=Path)
    parser.add_argument("--since", default="26w")
    parser.add_argument("--every", default="1w")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fifthwhy-benchmark-") as name:
        _measure(Path(name), options)


def _measure(folder: Path, options: argparse.Namespace) -> None:
    repository = Repository.discover(options.repository)
    commit = repository.resolve(options.commit)
    policy = folder / "policy.yml"
    policy.write_bytes(whole.policy_text(repository, commit, options.policy))
    period = ("--since", options.since, "--every", options.every, *_BUDGET)

    def seconds(data: str, command: str, *arguments: str) -> float:
        fifthwhy = whole.Fifthwhy(folder / data, policy)
        return whole.seconds_of(
            fifthwhy.command(repository, *arguments, "--head", commit, command=command), fifthwhy.environment
        )

    pairs = [
        (seconds(f"one-{run}", "audit", "--state"), seconds(f"all-{run}", "history", *period))
        for run in range(options.runs)
    ]
    samples = _samples(whole.Fifthwhy(folder / "all-0", policy), repository, commit, period)
    print(f"{samples} samples\n\n| what | seconds | audits |\n| --- | --: | --: |")
    one, back = (statistics.median(pair[number] for pair in pairs) for number in (0, 1))
    print(f"| audit, nothing known | {one:.2f} | 1.00 |")
    print(f"| history, nothing known | {back:.2f} | {statistics.median(b / a for a, b in pairs):.2f} |")
    for what, runs in (
        ("history, all known", [seconds("all-0", "history", *period) for _ in range(options.runs)]),
        ("status report, samples known", [seconds("all-0", "audit", "--issue-report", *period)]),
        (
            "status report, all known",
            [seconds("all-0", "audit", "--issue-report", *period) for _ in range(options.runs)],
        ),
    ):
        taken = statistics.median(runs)
        print(f"| {what} | {taken:.2f} | {taken / one:.2f} |", flush=True)


def _samples(fifthwhy: whole.Fifthwhy, repository: Repository, commit: str, period: tuple[str, ...]) -> int:
    told = fifthwhy.data / "history.json"
    options = (*period, "--head", commit)
    command = fifthwhy.command(repository, *options, command="history", form="json", to=str(told))
    subprocess.run(command, env=fifthwhy.environment, stdout=subprocess.DEVNULL, check=True)
    return len(json.loads(told.read_bytes())["samples"])


if __name__ == "__main__":
    main()
