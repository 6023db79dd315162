"""fifthwhy under load: `fifthwhy serve` as in production, in front of the GitHub stand-in, on loopback only.

    python benchmarks/load.py [--seconds 120] [--rate 5] [--installations 20] [--files 500] [--flood]

Without --flood: so many pull requests a second, over installations with a repository each, all of which are known
already. Prints what people wait for, from the webhook to the comment and to the check's conclusion, what GitHub waits
for, how often it is asked, and what it costs. With --flood: one installation opens pull requests as fast as it can
while another opens one now and then; prints what that one waits for, beside what it waits for alone.

The stand-in is served by this process and takes its share of the machine; answers are not checked against schemas.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from made_repositories import BASE, large, pull_requests
from prometheus_client.parser import text_string_to_metric_families

from bot.demo.github import GitHubStandIn
from bot.demo.processes import app_environment, free_port, process
from bot.demo.records import Person, PullRequest
from bot.demo.registration import AppRegistration
from bot.demo.serving import LOOPBACK, serving
from bot.demo.webhooks import Delivery

Place = tuple[str, int]
"""A repository's full name, and the number of a pull request in it."""

POLICY = b"comment: always\n"
CHANGED = 3
PATIENCE_SECONDS = 120.0
MOST_SECONDS, MOST_A_SECOND = 600, 20
FLOOD, ASIDE = 60, 5
_APART_SECONDS = 1.1
"""GitHub takes one comment a second of an installation: who opens pull requests faster waits for that."""

_COMMENTED = re.compile(r"/api/v3/repos/([^/]+/[^/]+)/issues/(\d+)/comments")
_CHECKED = re.compile(r"/api/v3/repos/([^/]+/[^/]+)/check-runs/(\d+)")


@dataclass
class Load:
    """What runs: the stand-in with its accounts, and fifthwhy in front of it."""

    standin: GitHubStandIn
    person: Person
    names: list[str]
    """A repository of each installation."""
    branches: Iterator[str]
    metrics: str
    pid: int

    def open(self, name: str) -> PullRequest:
        """Open a pull request from a branch that nobody has used; returns when the webhook was answered."""
        branch = next(self.branches)
        return self.standin.open_pull_request(name, head=branch, base=BASE, title=branch, by=self.person)

    def wait(self, pulls: list[PullRequest]) -> None:
        """Wait until each has its comment and the conclusion of its check."""
        missing = self.standin.state.wait_until(lambda: self._allis_done(pulls) or None, PATIENCE_SECONDS)
        if missing is None:
            done = sum(self.is_done(pull) for pull in pulls)
            raise SystemExit(f"only {done} of {len(pulls)} pull requests were answered in {PATIENCE_SECONDS:g} s")

    def _allis_done(self, pulls: list[PullRequest]) -> bool:
        return all(self.is_done(pull) for pull in reversed(pulls))

    def is_done(self, pull: PullRequest) -> bool:
        """Whether it has its comment and the conclusion of its check."""
        name = self.standin.state.repository_of(pull).full_name
        runs = self.standin.checks.runs(name, pull.head.sha)
        return bool(self.standin.state.comments(pull)) and any(run.status == "completed" for run in runs)


@dataclass
class Waited:
    """What each pull request waited for, in seconds."""

    answer: list[float]
    comment: list[float]
    check: list[float]
    calls: float
    """Requests to GitHub's API for each pull request; tokens apart."""


def main() -> None:
    """Run, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=120, choices=range(1, MOST_SECONDS + 1), metavar="N")
    parser.add_argument("--rate", type=int, default=5, choices=range(1, MOST_A_SECOND + 1), metavar="N")
    parser.add_argument("--installations", type=int, default=20, choices=range(2, 101), metavar="N")
    parser.add_argument("--files", type=int, default=500, choices=range(20, 5001), metavar="N")
    parser.add_argument("--flood", action="store_true")
    parser.add_argument("--logs", type=Path, help="Keep fifthwhy's log here.")
    options = parser.parse_args()
    count = 3 * ASIDE + FLOOD if options.flood else options.seconds * options.rate
    with tempfile.TemporaryDirectory() as name, running(Path(name), options, count) as load:
        if options.flood:
            flood(load)
        else:
            steady(load, options.seconds, options.rate)
        if options.logs is not None:
            (options.logs).write_bytes((Path(name) / "serve.log").read_bytes())


def steady(load: Load, seconds: int, rate: int) -> None:
    """Open pull requests at an even pace, however long the answers take, and print what came of it."""
    before, spent, own = load_figures(load), cpu_seconds(load.pid), time.process_time()
    begun = time.perf_counter()
    with ThreadPoolExecutor(16) as people:
        opening = []
        for number in range(seconds * rate):
            time.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            opening.append(people.submit(load.open, load.names[number % len(load.names)]))
        pulls = [each.result() for each in opening]
    load.wait(pulls)
    took = time.perf_counter() - begun
    spent, own = cpu_seconds(load.pid) - spent, time.process_time() - own
    print(f"{len(pulls)} pull requests in {took:.0f} s, {len(load.names)} installations")
    waited = waits(load, pulls)
    for what, values in (
        ("webhook answered", waited.answer),
        ("webhook to comment", waited.comment),
        ("webhook to check's conclusion", waited.check),
    ):
        _print(what, values)
    print(f"{'requests to GitHub, an audit':32}  {waited.calls:.1f}")
    print(f"{'CPU, fifthwhy':32}  {spent / took:.2f} cores, {spent / len(pulls) * 1000:.0f} ms an audit")
    print(f"{'CPU, the stand-in':32}  {own / took:.2f} cores")
    for phase, mean in phases(before, load_figures(load)):
        print(f"  {phase:30}  mean {mean * 1000:6.0f} ms")


def flood(load: Load) -> None:
    """Measure one installation alone, then beside another that floods, and print both."""
    noisy, quiet = load.names[:2]
    before = load_figures(load)
    alone = [_one(load, quiet) for _ in range(ASIDE)]
    with ThreadPoolExecutor(8) as people:
        opening = [people.submit(load.open, noisy) for _ in range(FLOOD)]
        beside = [_one(load, quiet) for _ in range(ASIDE)]
        left = sum(not load.is_done(each.result()) for each in opening)
    print(
        f"{FLOOD} pull requests of one installation, {left} of them unanswered when the other's last one was answered"
    )
    _print("another's, alone", alone)
    _print("another's, beside the flood", beside)
    delays = (statistics.median(beside) - statistics.median(alone), max(beside) - max(alone))
    print(f"{'delayed by':32}  median {delays[0] * 1000:6.0f} ms   max {delays[1] * 1000:6.0f} ms")
    for what, mean in phases(before, load_figures(load)):
        if what == "done":
            print(f"{'one job':32}  mean   {mean * 1000:6.0f} ms")


def _one(load: Load, name: str) -> float:
    time.sleep(_APART_SECONDS)
    pull = load.open(name)
    load.wait([pull])
    return waits(load, [pull]).comment[0]


def waits(load: Load, pulls: list[PullRequest]) -> Waited:
    """What the stand-in saw of these pull requests; waits for what it has done and not yet noted."""
    places = {(load.standin.state.repository_of(pull).full_name, pull.number): pull for pull in pulls}
    sent = _sent(load.standin, places)
    first = min(delivery.delivered_at for delivery in sent.values())
    seen: list[dict[Place, datetime]] = []

    def all_noted() -> bool:
        seen[:] = _comments(load.standin, places), _conclusions(load.standin, places)
        return all(moments.keys() == places.keys() for moments in seen)

    _until(all_noted)
    prefixes = tuple(f"/api/v3/repos/{name}/" for name, _ in places)
    calls = sum(asked.at >= first and asked.path.startswith(prefixes) for asked in load.standin.requests)
    comment, check = (
        [(moments[place] - delivery.delivered_at).total_seconds() for place, delivery in sent.items()]
        for moments in seen
    )
    return Waited([delivery.duration for delivery in sent.values()], comment, check, calls / len(pulls))


def _sent(standin: GitHubStandIn, places: Mapping[Place, PullRequest]) -> dict[Place, Delivery]:
    """The webhook of each pull request."""
    found = {}
    for delivery in standin.deliveries:
        if (delivery.message.event, delivery.message.action) == ("pull_request", "opened"):
            told = json.loads(delivery.message.payload)
            place = told["repository"]["full_name"], told["number"]
            if place in places:
                found[place] = delivery
    return found


def _comments(standin: GitHubStandIn, places: Mapping[Place, PullRequest]) -> dict[Place, datetime]:
    """When the comment had come."""
    found: dict[Place, datetime] = {}
    for asked in tuple(standin.requests):
        if asked.method == "POST" and (match := _COMMENTED.fullmatch(asked.path)):
            place = match[1], int(match[2])
            if place in places:
                found.setdefault(place, asked.at + timedelta(seconds=asked.seconds))
    return found


def _conclusions(standin: GitHubStandIn, places: Mapping[Place, PullRequest]) -> dict[Place, datetime]:
    """When the check had its conclusion."""
    runs = {
        str(run.id): (name, number)
        for (name, number), pull in places.items()
        for run in standin.checks.runs(name, pull.head.sha)
    }
    return {
        runs[match[2]]: asked.at + timedelta(seconds=asked.seconds)
        for asked in tuple(standin.requests)
        if asked.method == "PATCH" and (match := _CHECKED.fullmatch(asked.path)) and match[2] in runs
    }


# --- what runs --------------------------------------------------------------------------------------------------------


@contextmanager
def running(folder: Path, options: argparse.Namespace, count: int) -> Iterator[Load]:
    """The stand-in with its repositories, each of which was audited once, and `fifthwhy serve`."""
    source = large(folder / "source.git", options.files)
    warm = options.installations
    names = pull_requests(
        folder / "pulls.git", source, source.resolve(BASE), count + warm, files=CHANGED, policy=POLICY
    )
    standin = GitHubStandIn(AppRegistration.generate(account="org-0"), folder / "github", checked=False)
    standin.limits.per_hour = 1_000_000
    person = standin.add_person("ada")
    port, metrics = free_port(), free_port()
    standin.webhooks.url = None
    repositories = []
    for number in range(options.installations):
        if number:
            standin.owner.add_organization(f"org-{number}")
            standin.owner.install(f"org-{number}", person)
        repositories.append(f"org-{number}/shop")
        standin.add_repository(repositories[-1], folder / "pulls.git")
    with ExitStack() as stack:
        address = stack.enter_context(serving(standin))
        environment = app_environment(standin, address, "", folder / "data", port)
        environment |= {"FIFTHWHY_METRICS_PORT": str(metrics), "FIFTHWHY_LOG_FORMAT": "json"}
        del environment["FIFTHWHY_REDIS_URL"]
        child = stack.enter_context(process("serve", environment, folder))
        _until(lambda: _answers(f"http://{LOOPBACK}:{port}/readyz"))
        standin.webhooks.url = f"http://{LOOPBACK}:{port}/webhook"
        figures = f"http://{LOOPBACK}:{metrics}/metrics"
        load = Load(standin, person, repositories, iter(names), figures, child.pid)
        load.wait([load.open(name) for name in repositories])
        yield load


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit("fifthwhy did not become ready")
        time.sleep(0.1)


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


# --- what it costs ----------------------------------------------------------------------------------------------------


def cpu_seconds(root: int) -> float:
    """What a process and all that descend from it have used; of those that have ended, what was waited for."""
    used, parents = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            used[int(entry.name)] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
            parents[int(entry.name)] = int(fields[1])
    family = {root}
    for _ in used:
        family |= {pid for pid, parent in parents.items() if parent in family}
        if not any(parent in family and pid not in family for pid, parent in parents.items()):
            break
    return sum(used.get(pid, 0.0) for pid in family)


def load_figures(load: Load) -> dict[tuple[str, str], float]:
    """What the worker has counted of attempts (by how they ended), phases and waiting so far: sum and count of each."""
    text = httpx.get(load.metrics, trust_env=False).raise_for_status().text
    samples = itertools.chain.from_iterable(family.samples for family in text_string_to_metric_families(text))
    wanted = ("fifthwhy_job_phase_seconds_", "fifthwhy_job_wait_seconds_", "fifthwhy_job_seconds_")
    return {
        (sample.name.rpartition("_")[2], sample.labels.get("phase", sample.labels.get("outcome", "wait"))): sample.value
        for sample in samples
        if sample.name.startswith(wanted) and not sample.name.endswith("_bucket") and sample.labels["kind"] == "review"
    }


def phases(before: dict[tuple[str, str], float], after: dict[tuple[str, str], float]) -> list[tuple[str, float]]:
    """The mean of each phase in between."""
    names = [name for kind, name in after if kind == "count"]
    return [
        (name, (after["sum", name] - before.get(("sum", name), 0)) / counted)
        for name in names
        if (counted := after["count", name] - before.get(("count", name), 0))
    ]


def _print(what: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    median, last = statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    print(f"{what:32}  median {median * 1000:6.0f} ms   99% {last * 1000:6.0f} ms   max {ordered[-1] * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
