"""What an operator sees of a running App: metrics of both processes, traces, logs with ids; and no secret in any."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.demo.github import GitHubStandIn
from bot.demo.processes import free_port, running
from bot.demo.registration import AppRegistration
from tests.bot.sinks import Sink, sink
from tests.e2e.conftest import App, Shop

FILES: Final = {
    ".github/fifthwhy.yml": "symbols:\n  - name: Cart\n    canonical: shop.cart\n",
    "shop/cart.py": "class Cart: ...\n",
    "shop/models.py": "from shop.cart import Cart\n",
}
STRAY: Final = {"shop/page.py": "from shop.models import Cart\n"}


@dataclass
class Watched:
    """An App that an operator watches, after it has audited one pull request."""

    app: App
    shop: Shop
    worker: str
    """Where its worker answers Prometheus."""
    traces: Sink
    folder: Path

    @property
    def web(self) -> str:
        return self.app.standin.webhooks.url.replace("/webhook", "") if self.app.standin.webhooks.url else ""

    def samples(self, address: str) -> dict[str, list[Any]]:
        text = httpx.get(f"{address}/metrics", trust_env=False).raise_for_status().text
        families = text_string_to_metric_families(text)
        found: dict[str, list[Any]] = {}
        for sample in (sample for family in families for sample in family.samples):
            found.setdefault(sample.name, []).append(sample)
        return found

    def lines(self, process: str) -> list[dict[str, Any]]:
        """What a process has logged."""
        return [json.loads(line) for line in (self.folder / f"{process}.log").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder, port = tmp_path_factory.mktemp("watched"), free_port()
    standin = GitHubStandIn(AppRegistration.generate(account="acme"), folder / "github")
    with sink() as traces:
        settings = {
            "FIFTHWHY_METRICS": "yes",
            "FIFTHWHY_METRICS_PORT": str(port),
            "FIFTHWHY_OTLP_ENDPOINT": traces.address,
            "FIFTHWHY_LOG_FORMAT": "json",
        }
        with running(standin, folder, settings) as address:
            app = App(standin, address, standin.add_person("ada"), folder)
            shop = app.shop(FILES)
            pull = shop.open(STRAY)
            pull.wait_for_comment()
            pull.wait_for_check()
            yield Watched(app, shop, f"http://127.0.0.1:{port}", traces, folder)


def test_the_web_process_tells_of_deliveries_and_of_the_queue(watched: Watched) -> None:
    samples = watched.samples(watched.web)

    (taken,) = (
        one
        for one in samples["fifthwhy_deliveries_total"]
        if one.labels == {"event": "pull_request", "outcome": "enqueued"}
    )
    assert taken.value == 1
    assert samples["fifthwhy_worker_up"][0].value == 1
    assert {one.labels["lane"] for one in samples["fifthwhy_queue_jobs"]} == {"interactive", "bulk"}


def test_a_worker_tells_of_jobs_of_github_and_of_its_caches(watched: Watched) -> None:
    samples = watched.samples(watched.worker)

    assert {one.labels["phase"] for one in samples["fifthwhy_job_phase_seconds_count"]} >= {"audit", "publish"}
    assert {one.labels["status"] for one in samples["fifthwhy_github_requests_total"]} <= {"2xx", "3xx"}
    assert samples["fifthwhy_github_rate_remaining_requests"]
    assert {one.labels["cache"] for one in samples["fifthwhy_cache_lookups_total"]} >= {"facts", "index", "answers"}
    assert samples["fifthwhy_mirrors_bytes"][0].value > 0
    assert samples["process_cpu_seconds_total"]


def test_no_series_has_a_repository_s_or_a_person_s_name(watched: Watched) -> None:
    for address in (watched.web, watched.worker):
        text = httpx.get(f"{address}/metrics", trust_env=False).text
        assert "acme" not in text
        assert "ada" not in [label for line in text.splitlines() for label in line.split('"')[1::2]]


def test_one_guid_finds_what_came_of_a_delivery_in_both_processes(watched: Watched) -> None:
    guid = next(one.guid for one in watched.app.standin.deliveries if one.message.event == "pull_request")

    (taken,) = (line for line in watched.lines("web") if line.get("delivery") == guid)
    done = [line for line in watched.lines("worker") if line.get("delivery") == guid]

    assert taken["event"] == "job enqueued"
    assert {(line["job"], line["installation"], line["subject"]) for line in done} == {
        (taken["job"], taken["installation"], taken["subject"])
    }


def test_a_trace_shows_where_the_time_of_a_job_went(watched: Watched) -> None:
    def arrived() -> bool:
        everything = b"".join(watched.traces.sent("/v1/traces"))
        return all(name in everything for name in (b"delivery", b"job review", b"publish", b"github"))

    watched.traces.wait_for(arrived)


def test_no_secret_is_in_a_log_or_a_trace(watched: Watched) -> None:
    standin = watched.app.standin
    everything = b"".join([*watched.traces.sent(), *(log.read_bytes() for log in watched.folder.glob("*.log"))])

    assert standin.app.webhook_secret.encode() not in everything
    assert b"PRIVATE KEY" not in everything
    assert b"ghs_" not in everything
    assert b"class Cart" not in everything
