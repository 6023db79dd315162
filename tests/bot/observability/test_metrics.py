"""What Prometheus is told, and that all of it is documented."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis

from bot.observability.exposition import OfDisk, exposing
from bot.observability.metrics import REGISTRY, RateLeft
from bot.queue.dead_letters import DeadLetters, given_up
from bot.queue.figures import OfQueue, QueueFigures
from bot.queue.queue import open_queue
from bot.webhooks.deliveries import LISTENED_TO
from bot.webhooks.seen_deliveries import age_of
from bot.webhooks.web import create_app
from tests.bot.http import serving
from tests.bot.lanes import BULK, INTERACTIVE, Work, look_back, nothing_left, review, working

pytestmark = pytest.mark.anyio

ROOT: Final = Path(__file__).parents[3]
SECRET: Final = "a7f3c09be15d42886b"
BOUNDED: Final = {"event", "outcome", "kind", "phase", "status", "cache", "result", "reason", "lane", "state", "le"}
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(text: str) -> Samples:
    """Every sample, by its name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def counted(name: str, **labels: str) -> float:
    """What this process has counted so far."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def web(redis_url: str) -> Iterator[httpx.Client]:
    """The web process with metrics, in front of an empty Redis."""
    app = create_app(redis_url=redis_url, webhook_secret=SECRET, app_id=1, metrics=True)
    with (
        serving(app) as (host, port),
        httpx.Client(base_url=f"http://{host}:{port}", trust_env=False) as client,
    ):
        yield client


def scraped(web: httpx.Client) -> Samples:
    answer = web.get("/metrics").raise_for_status()
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return read(answer.text)


def labelled(**labels: str) -> frozenset[tuple[str, str]]:
    return frozenset(labels.items())


async def test_how_much_waits_and_for_how_long(web: httpx.Client, redis_url: str) -> None:
    async with open_queue(redis_url) as queue:
        for job in (review(1), review(2), look_back(1)):
            await queue.enqueue(job)
        await queue.enqueue(review(3), defer=timedelta(hours=1))

    samples = scraped(web)

    assert samples["fifthwhy_queue_jobs", labelled(lane="interactive", state="waiting")] == 2
    assert samples["fifthwhy_queue_jobs", labelled(lane="interactive", state="deferred")] == 1
    assert samples["fifthwhy_queue_jobs", labelled(lane="bulk", state="waiting")] == 1
    assert samples["fifthwhy_queue_oldest_seconds", labelled(lane="bulk")] >= 0
    assert samples["fifthwhy_worker_up", labelled()] == 0


async def test_how_attempts_ended_and_what_was_given_up(web: httpx.Client, redis_url: str) -> None:
    async with open_queue(redis_url) as queue:
        work = Work()
        await queue.enqueue(review(1))
        async with working(queue, work, INTERACTIVE):
            await work.until(lambda: work.ended)
            await nothing_left(queue)
        await DeadLetters(queue.redis).add(given_up(review(2), 1, reference="12345678", reason="it is", attempts=5))

    samples = scraped(web)

    assert samples["fifthwhy_job_attempts_total", labelled(outcome="done")] == 1
    assert samples["fifthwhy_dead_letters", labelled()] == 1


def test_a_redis_that_is_away_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    app = create_app(redis_url=f"unix://{tmp_path}/none.sock", webhook_secret=SECRET, app_id=1, metrics=True)
    with serving(app) as (host, port):
        samples = read(httpx.get(f"http://{host}:{port}/metrics", trust_env=False).raise_for_status().text)

    assert samples["fifthwhy_redis_up", labelled()] == 0
    assert not [name for name, _ in samples if name.startswith("fifthwhy_queue")]
    assert [name for name, _ in samples if name.startswith("process_cpu")]


def test_metrics_are_for_those_who_asked_for_them(redis_url: str) -> None:
    with serving(create_app(redis_url=redis_url, webhook_secret=SECRET, app_id=1)) as (host, port):
        assert httpx.get(f"http://{host}:{port}/metrics", trust_env=False).status_code == 404


def test_a_delivery_is_counted_by_its_event_and_what_became_of_it(web: httpx.Client) -> None:
    before = counted("fifthwhy_deliveries_total", event="pull_request", outcome="refused")

    web.post("/webhook", json={}, headers={"X-GitHub-Event": "pull_request", "X-GitHub-Delivery": "d"})

    assert counted("fifthwhy_deliveries_total", event="pull_request", outcome="refused") == before + 1


def test_an_event_that_somebody_makes_up_makes_no_new_series(web: httpx.Client) -> None:
    for number in range(20):
        web.post("/webhook", json={}, headers={"X-GitHub-Event": f"made-up-{number}"})

    samples = scraped(web)
    events = {dict(labels)["event"] for name, labels in samples if name == "fifthwhy_deliveries_total"}
    assert events <= LISTENED_TO | {"other"}


async def test_a_job_is_timed_by_its_kind_and_its_end(redis_url: str) -> None:
    job = {"kind": "look-back", "outcome": "broken"}
    attempts, waited = (
        counted("fifthwhy_job_seconds_count", **job),
        counted("fifthwhy_job_wait_seconds_count", kind="look-back"),
    )
    async with open_queue(redis_url) as queue:
        work = Work()
        work.errors.append(ValueError("a mistake of ours"))
        await queue.enqueue(look_back(1))
        async with working(queue, work, BULK):
            await work.until(lambda: len(work.begun) == 1)
            await nothing_left(queue)

    assert counted("fifthwhy_job_seconds_count", **job) == attempts + 1
    assert counted("fifthwhy_job_wait_seconds_count", kind="look-back") == waited + 1


async def test_phases_are_timed(redis_url: str) -> None:
    phase = {"kind": "review", "phase": "start"}
    before = counted("fifthwhy_job_phase_seconds_count", **phase)
    async with open_queue(redis_url) as queue:
        work = Work()
        await queue.enqueue(review(1))
        async with working(queue, work, INTERACTIVE):
            await work.until(lambda: work.ended)
            await nothing_left(queue)

    assert counted("fifthwhy_job_phase_seconds_count", **phase) == before + 1


def test_the_age_of_a_delivery_is_in_its_guid() -> None:
    now = datetime.now(UTC)

    assert (age_of(str(uuid.uuid1()), now + timedelta(minutes=5)) or 0) == pytest.approx(300, abs=60)
    assert age_of("72d3162e-cc78-11e3-81ab-4c9367dc0958", now) is None  # of 2014
    assert age_of(str(uuid.uuid4()), now) is None
    assert age_of("anything", now) is None


def test_installations_without_end_make_series_with_an_end() -> None:
    left = RateLeft()
    for installation in range(10_000):
        left.note(installation, 5000)

    (family,) = left.collect()
    assert len(family.samples) == 200
    assert family.samples[-1].labels == {"installation": "9999"}


def test_a_port_that_is_taken_costs_the_metrics_and_not_the_jobs(tmp_path: Path, web: httpx.Client) -> None:
    with exposing("127.0.0.1", web.base_url.port, tmp_path):
        assert web.get("/healthz").is_success
    with exposing("127.0.0.1", web.base_url.port, tmp_path):
        assert web.get("/healthz").is_success


# --- documented, and used rightly -------------------------------------------------------------------------------------


def families() -> dict[str, Any]:
    """Every metric of ours, by the name that it is queried by."""
    figures = QueueFigures(has_worker=True, depths=(), outcomes={"done": 1}, dead_letters=0)
    every = [*REGISTRY.collect(), *OfQueue(figures).collect(), *OfDisk(ROOT).collect()]
    ours = [family for family in every if family.name.startswith("fifthwhy_")]
    return {family.name + ("_total" if family.type == "counter" else ""): family for family in ours}


def test_every_metric_is_documented() -> None:
    text = (ROOT / "docs" / "operating.md").read_text("utf-8")

    assert set(re.findall(r"^\| `(fifthwhy_\w+)` \|", text, re.MULTILINE)) == families().keys()


def test_no_label_holds_what_people_make_up() -> None:
    labels = {label for family in families().values() for sample in family.samples for label in sample.labels}

    assert labels <= BOUNDED | {"installation"}


def test_the_dashboard_queries_metrics_that_exist_by_labels_that_they_have() -> None:
    dashboard = json.loads((ROOT / "dashboards" / "fifthwhy.json").read_text("utf-8"))
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    asked = {name for query in queries for name in re.findall(r"\bfifthwhy_\w+", query)}
    known = families()

    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked} <= known.keys()
    assert {label for query in queries for label in re.findall(r"(\w+)=~?\"", query)} <= BOUNDED
    histograms = {name for name, family in known.items() if family.type == "histogram"}
    assert not asked & histograms, "a histogram is queried by its buckets, its sum or its count"


def test_the_panels_of_the_dashboard_can_be_told_apart() -> None:
    panels = json.loads((ROOT / "dashboards" / "fifthwhy.json").read_text("utf-8"))["panels"]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({panel["title"] for panel in panels}) == len(panels)
    assert all(panel["datasource"]["uid"] == "${source}" for panel in panels if "targets" in panel)


def test_redis_is_only_looked_into(redis: Redis, web: httpx.Client) -> None:
    """Prometheus asks every few seconds: it must leave nothing behind."""
    scraped(web)

    assert redis.dbsize() == 0
