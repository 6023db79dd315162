"""What `fifthwhy doctor` tells the person who runs an installation, well and ill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from bot.demo.faults import Fault
from bot.demo.github import GitHubStandIn
from bot.demo.processes import app_environment, free_port
from bot.demo.records import Person
from bot.demo.registration import DEFAULT_PERMISSIONS, AppRegistration
from bot.demo.serving import serving as serving_github
from bot.doctor.check import Check, is_well, render_checks, render_checks_json
from bot.doctor.examine import examine, examine_without_settings
from bot.doctor.of_app import check_clock, webhook_problems
from bot.doctor.of_machine import RedisState, disk_space, git_version, redis_problems
from bot.embedded_redis import EmbeddedRedis
from bot.github.records import HookConfig
from bot.settings.credentials import Credentials, credentials_file, store
from bot.settings.settings import ServerSettings, load
from bot.webhooks.web import create_app
from tests.bot.http import serving
from tests.bot.settings.test_settings import SECRET, pem, rsa_key

pytestmark = pytest.mark.anyio

PUBLIC: Final = "https://fifthwhy.corp.example"
A_TEST_FAILS_AFTER_SECONDS: Final = 60


@dataclass
class Installation:
    """fifthwhy as it is installed, in front of a GitHub of its own."""

    standin: GitHubStandIn
    environment: dict[str, str]
    folder: Path

    def settings(self, **changes: str) -> ServerSettings:
        more = {f"FIFTHWHY_{name.upper()}": value for name, value in changes.items()}
        return load(ServerSettings, {**self.environment, **more}, self.folder / "none.env")

    async def examined(self, now: datetime | None = None, **changes: str) -> dict[str, Check]:
        """The worst check of each name."""
        at = now or datetime.now(UTC)
        found = await examine(self.settings(**changes), lambda: at)
        worst = sorted(found, key=lambda check: ("ok", "warning", "failure").index(check.status))
        return {check.name: check for check in worst}


@dataclass
class StoppedClock:
    """GitHub's clock, which stands."""

    at: datetime

    async def server_time(self) -> datetime:
        return self.at


@contextmanager
def installed(folder: Path, redis_url: str, app: AppRegistration) -> Iterator[Installation]:
    standin = GitHubStandIn(app, folder / "github")
    with serving_github(standin) as address:
        environment = app_environment(standin, address, redis_url, folder / "data", free_port())
        yield Installation(standin, environment, folder)


@pytest.fixture(scope="module")
def registration() -> AppRegistration:
    return AppRegistration.generate(account="acme")


@pytest.fixture
def installation(tmp_path: Path, redis_url: str, registration: AppRegistration) -> Iterator[Installation]:
    with installed(tmp_path, redis_url, registration) as one:
        yield one


@pytest.fixture
def ada(installation: Installation) -> Person:
    return installation.standin.add_person("ada")


# --- well -------------------------------------------------------------------------------------------------------------


async def test_where_all_is_well_all_is_said_to_be(installation: Installation, redis_url: str) -> None:
    web = create_app(redis_url=redis_url, webhook_secret=SECRET, app_id=installation.standin.app.id)
    with serving(web) as (host, port):
        installation.standin.webhooks.url = f"http://{host}:{port}/webhook"
        found = await installation.examined(public_url=f"http://{host}:{port}")

    del found["worker"]
    assert {name: check.status for name, check in found.items() if check.status != "ok"} == {}
    assert list(found) == [
        "git", "disk", "redis", "network", "clock", "app", "permissions", "events", "webhook", "web", "deliveries",
    ]  # fmt: skip
    assert "fifthwhy (fifthwhy), id 1001" in found["app"].seen


# --- GitHub -----------------------------------------------------------------------------------------------------------


async def test_a_key_of_another_app_is_told(installation: Installation) -> None:
    found = await installation.examined(github_app_id="4711", github_private_key=pem(rsa_key()))

    assert found["app"].status == "failure"
    assert "401" in found["app"].seen
    assert "FIFTHWHY_GITHUB_APP_ID" in found["app"].remedy
    assert not found.keys() & {"permissions", "events", "webhook", "deliveries"}


@pytest.mark.parametrize(
    ("seconds", "status"), [(0, "ok"), (30, "warning"), (-30, "warning"), (90, "failure"), (-90, "failure")]
)
async def test_a_clock_that_is_off_is_told_in_seconds(seconds: int, status: str) -> None:
    there = datetime(2026, 11, 26, tzinfo=UTC)

    (check,) = await check_clock(StoppedClock(there), lambda: there + timedelta(seconds=seconds))

    assert check.status == status
    assert check.seen.startswith(f"{abs(seconds)} s ")


async def test_the_clock_is_compared_even_where_the_app_is_refused(installation: Installation) -> None:
    later = datetime.now(UTC) + timedelta(minutes=5)

    found = await installation.examined(now=later, github_app_id="4711", github_private_key=pem(rsa_key()))

    assert found["clock"].status == "failure"
    assert "ahead of GitHub's" in found["clock"].seen


async def test_permissions_that_an_owner_has_not_accepted_are_named_with_the_page(installation: Installation) -> None:
    accepted = {**DEFAULT_PERMISSIONS, "checks": "read"}
    del accepted["merge_queues"]
    installation.standin.owner.have_accepted("acme", accepted)

    found = await examine(installation.settings(), lambda: datetime.now(UTC))
    (check,) = (check for check in found if check.name == "permissions")

    assert check.status == "warning"
    assert check.seen == "acme has not yet accepted checks=write, merge_queues=read"
    assert check.remedy.endswith(
        f"/organizations/acme/settings/installations/{installation.standin.app.installation.id}"
    )


async def test_permissions_that_the_app_does_not_ask_for_are_named(tmp_path: Path, redis_url: str) -> None:
    permissions = {"metadata": "read", "contents": "read"}
    narrow = AppRegistration.generate(permissions=permissions, events=("push",), number=1002)
    with installed(tmp_path, redis_url, narrow) as one:
        found = await one.examined()

    assert found["permissions"].status == "failure"
    assert "checks=write" in found["permissions"].seen
    assert "contents" not in found["permissions"].seen
    assert found["events"].status == "failure"
    assert "pull_request" in found["events"].seen


async def test_a_suspended_installation_is_told(installation: Installation, ada: Person) -> None:
    installation.standin.owner.suspend("acme", ada)

    assert (await installation.examined())["permissions"].seen == "acme has suspended the App"


async def test_an_app_that_is_installed_nowhere_is_told_where_to_install_it(
    installation: Installation, ada: Person
) -> None:
    installation.standin.owner.uninstall("acme", ada)

    check = (await installation.examined())["permissions"]

    assert (check.status, check.seen) == ("warning", "the App is installed nowhere")
    assert check.remedy.endswith("/apps/fifthwhy/installations/new")


async def test_a_webhook_that_goes_elsewhere_is_told(installation: Installation) -> None:
    installation.standin.webhooks.url = "http://127.0.0.1:1/webhook"

    found = await installation.examined(public_url=PUBLIC)

    assert found["webhook"].status == "failure"
    assert "http://127.0.0.1:1/webhook" in found["webhook"].seen
    assert f"{PUBLIC}/webhook" in found["webhook"].remedy
    assert found["web"].status == "warning"
    assert "http://127.0.0.1:1/healthz does not answer" in found["web"].seen


async def test_an_app_without_a_webhook_is_told(installation: Installation) -> None:
    assert (await installation.examined())["webhook"].seen == "the App has no webhook"


@pytest.mark.parametrize(
    ("config", "seen"),
    [
        (HookConfig(content_type="form", secret="***"), ["webhooks are not sent as JSON"]),
        (HookConfig(content_type="json"), ["GitHub signs no webhook, so all are refused"]),
        (
            HookConfig(content_type="json", secret="***", insecure_ssl="1"),
            ["GitHub does not check the server's certificate"],
        ),
        (HookConfig(content_type="json", secret="***", insecure_ssl=0), []),
    ],
)
def test_a_webhook_that_is_set_up_badly_is_told(config: HookConfig, seen: list[str]) -> None:
    assert [check.seen for check in webhook_problems(config, f"{PUBLIC}/webhook", PUBLIC)] == seen


async def test_deliveries_that_failed_are_counted_once_each_by_their_answers(
    installation: Installation, ada: Person
) -> None:
    web = create_app(redis_url="redis://127.0.0.1:1", webhook_secret="another-secret-0123456789", app_id=1)
    with serving(web) as (host, port):
        installation.standin.webhooks.url = f"http://{host}:{port}/webhook"
        installation.standin.owner.suspend("acme", ada)
        installation.standin.redeliver(installation.standin.deliveries[0].guid)
        check = (await installation.examined())["deliveries"]

    assert check.status == "warning"
    assert check.seen == "0 webhooks in the last day, and 1 that failed: 1 with answer 401"
    assert "FIFTHWHY_WEBHOOK_SECRET" in check.remedy


async def test_a_github_that_is_away_fails_only_what_it_was_asked_for(installation: Installation) -> None:
    installation.standin.faults.append(Fault("GET", "/api/v3/app*", 503, times=100))

    found = await installation.examined()

    assert {found[name].status for name in ("app", "permissions", "events", "webhook", "deliveries")} == {"failure"}
    assert {found[name].status for name in ("git", "redis", "network")} == {"ok"}


# --- the machine ------------------------------------------------------------------------------------------------------


async def test_a_redis_that_is_away_is_told(installation: Installation) -> None:
    check = (await installation.examined(redis_url="redis://:hunter2@127.0.0.1:1/0"))["redis"]

    assert check.status == "failure"
    assert "hunter2" not in str(check)


async def test_without_a_redis_address_serve_brings_its_own(installation: Installation) -> None:
    assert "`fifthwhy serve` starts" in (await installation.examined(redis_url=""))["redis"].seen


async def test_the_redis_of_serve_is_looked_at_where_it_runs(installation: Installation) -> None:
    with EmbeddedRedis(installation.settings().data_dir / "redis") as redis:
        found = await installation.examined(redis_url="")

    assert redis.url in found["redis"].seen
    assert found["worker"].status == "warning"


async def test_a_redis_without_a_worker_is_told(installation: Installation) -> None:
    assert (await installation.examined())["worker"].status == "warning"


GOOD: Final = {"redis_version": "7.2.4", "aof_enabled": True}


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        ({}, []),
        ({"redis_version": "5.0.14"}, ["version 5.0.14 is too old"]),
        ({"aof_enabled": False}, ["a restart loses the jobs that wait"]),
        ({"aof_last_write_status": "err"}, ["it cannot write its append-only file"]),
        (
            {"maxmemory": 10, "maxmemory_policy": "allkeys-lru"},
            ["it drops what it holds when memory is short: allkeys-lru"],
        ),
        ({"maxmemory": 0, "maxmemory_policy": "allkeys-lru"}, []),
    ],
)
def test_a_redis_that_may_lose_jobs_is_told(state: Mapping[str, object], seen: list[str]) -> None:
    given = RedisState(**{**GOOD, **state})  # type: ignore[arg-type]  # a case's own types

    assert [check.seen for check in redis_problems(given)] == seen


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("git version 2.47.2", "ok"),
        ("git version 2.39.5 (Apple Git-154)", "ok"),
        ("git version 2.33.0", "ok"),
        ("git version 2.32.9", "failure"),
        ("git version 1.9", "failure"),
        ("no version", "failure"),
    ],
)
def test_a_git_that_is_too_old_is_told(said: str, status: str) -> None:
    assert git_version(said).status == status


@pytest.mark.parametrize(("gibibytes", "status"), [(0.5, "failure"), (2, "warning"), (20, "ok")])
def test_a_disk_that_is_nearly_full_is_told(gibibytes: float, status: str) -> None:
    assert disk_space(Path("/data"), int(gibibytes * 2**30), 4 * 2**30).status == status


async def test_a_data_directory_that_cannot_be_made_is_told(installation: Installation) -> None:
    (installation.folder / "in-the-way").write_text("")

    check = (await installation.examined(data_dir=f"{installation.folder}/in-the-way/data"))["disk"]

    assert check.status == "failure"
    assert "in-the-way" in check.seen


async def test_stored_credentials_that_others_may_read_are_told(installation: Installation) -> None:
    data = installation.settings().data_dir
    store(data, Credentials(1, pem(rsa_key()), SECRET))
    credentials_file(data).chmod(0o644)

    check = (await installation.examined())["disk"]

    assert check.status == "failure"
    assert check.seen == f"others may read {credentials_file(data)}"


async def test_the_way_to_github_is_shown_without_a_password(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:hunter2@proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    seen = (await installation.examined())["network"].seen

    assert "by the https proxy http://***@proxy.example:3128, but none for 127.0.0.1" in seen


async def test_without_settings_the_machine_is_looked_at_all_the_same() -> None:
    found = await examine_without_settings(("FIFTHWHY_WEBHOOK_SECRET is not set",))

    assert [(check.name, check.status) for check in found] == [("settings", "failure"), ("git", "ok")]


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_a_warning_is_no_failure() -> None:
    assert is_well((Check("a", "ok", ""), Check("b", "warning", "")))
    assert not is_well((Check("a", "ok", ""), Check("b", "failure", "")))


def test_what_github_says_does_nothing_to_the_terminal() -> None:
    assert "\x1b[2J" not in render_checks((Check("app", "ok", "\x1b[2Jfifthwhy", "\x1b[2J"),))


def test_programs_read_the_same_as_people() -> None:
    checks = (Check("git", "failure", "git version 1.9", "Install it."),)

    assert json.loads(render_checks_json(checks)) == {
        "well": False,
        "checks": [{"name": "git", "status": "failure", "seen": "git version 1.9", "remedy": "Install it."}],
    }


@pytest.mark.parametrize(("redis", "code"), [("", 0), ("redis://127.0.0.1:1", 1)])
def test_the_command_exits_with_1_where_something_fails(installation: Installation, redis: str, code: int) -> None:
    installation.standin.webhooks.url = "http://127.0.0.1:1/webhook"

    ran = doctor(installation, "--json", FIFTHWHY_REDIS_URL=redis)

    assert (ran.returncode, json.loads(ran.stdout)["well"]) == (code, code == 0)
    assert ran.stderr == ""


def test_the_command_tells_what_is_missing_where_nothing_is_set(installation: Installation) -> None:
    ran = doctor(installation, FIFTHWHY_WEBHOOK_SECRET="")

    assert ran.returncode == 1
    assert "failure  settings     FIFTHWHY_WEBHOOK_SECRET is not set; it takes at least 16 random char" in ran.stdout


def doctor(installation: Installation, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "bot", "doctor", *arguments],
        cwd=installation.folder,
        env={**os.environ, **installation.environment, **changes},
        capture_output=True,
        text=True,
        check=False,
        timeout=A_TEST_FAILS_AFTER_SECONDS,
    )
