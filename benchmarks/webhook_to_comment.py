"""From webhook to posted comment: the demo's pull request, again and again, against the GitHub stand-in.

    python benchmarks/webhook_to_comment.py [--pull-requests 20]

Time runs from the moment the pull request is opened there until its comment is there. The first one also waits for
what every process does once.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from bot.demo import sample
from bot.demo.github import GitHubStandIn
from bot.demo.processes import running
from bot.demo.registration import AppRegistration


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pull-requests", type=int, default=20)
    count = parser.parse_args().pull_requests
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sample.build(folder / "shop")
        standin = GitHubStandIn(AppRegistration.generate(account="acme"), folder / "github")
        with running(standin, folder):
            posted = [_posted(standin, folder / "shop", f"acme/shop-{number}") for number in range(count)]
        answered = [delivery.duration for delivery in standin.deliveries if delivery.message.event == "pull_request"]
    _print("webhook answered", answered)
    _print("comment posted", posted)


def _posted(standin: GitHubStandIn, source: Path, name: str) -> float:
    """Seconds until the comment of one more pull request, on a repository that was never seen before."""
    person = standin.add_person(f"ada-{name.partition('-')[2]}")
    standin.add_repository(name, source)
    started = time.perf_counter()
    pull = standin.open_pull_request(name, head=sample.BRANCH, base=sample.BASE, title=sample.TITLE, by=person)
    if not standin.state.wait_until(lambda: standin.state.comments(pull), 60):
        raise SystemExit(f"{name} got no comment")
    return time.perf_counter() - started


def _print(what: str, seconds: list[float]) -> None:
    first, *rest = (f"{value * 1000:7.0f} ms" for value in (seconds[0], *_spread(seconds[1:] or seconds)))
    print(f"{what:18}  first {first}   then min {rest[0]}  median {rest[1]}  max {rest[2]}")


def _spread(seconds: list[float]) -> tuple[float, float, float]:
    return min(seconds), statistics.median(seconds), max(seconds)


if __name__ == "__main__":
    main()
