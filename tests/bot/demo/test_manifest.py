"""Registering an App from a manifest: a form goes in, a code comes back, and the credentials are handed out once."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from githubkit import AppAuthStrategy

from bot.demo.github import GitHubStandIn
from bot.demo.registration import AppRegistration
from bot.demo.serving import serving
from bot.setup.manifest import manifest
from tests.bot.demo.conftest import client

MANIFEST: dict[str, object] = {
    "name": "fifthwhy of Ada",
    "url": "https://fifthwhy.example",
    "redirect_url": "http://127.0.0.1:8000/setup/done",
    "hook_attributes": {"url": "http://127.0.0.1:8000/webhook", "active": True},
    "default_permissions": {"checks": "write"},
    "default_events": ["pull_request"],
}


def test_the_stand_ins_app_asks_for_what_ours_does(registration: AppRegistration) -> None:
    ours = manifest()
    assert registration.permissions == ours.default_permissions
    assert sorted(registration.events) == sorted(ours.default_events)


def sent(http: httpx.Client, manifest: dict[str, object], path: str = "/settings/apps/new") -> httpx.Response:
    return http.post(path, params={"state": "abc"}, data={"manifest": json.dumps(manifest)})


def code_of(answer: httpx.Response) -> str:
    return httpx.URL(answer.headers["location"]).params["code"]


@pytest.mark.parametrize("path", ["/settings/apps/new", "/organizations/acme/settings/apps/new"])
def test_the_browser_comes_back_with_a_code_and_the_code_is_an_app(
    path: str, http: httpx.Client, standin: GitHubStandIn, address: str
) -> None:
    answer = sent(http, MANIFEST, path)
    back = httpx.URL(answer.headers["location"])
    assert (answer.status_code, back.path, back.params["state"]) == (302, "/setup/done", "abc")
    made = http.post(f"/api/v3/app-manifests/{back.params['code']}/conversions")
    assert made.status_code == 201
    app = made.json()
    assert (app["slug"], app["events"], app["permissions"]) == (
        "fifthwhy-of-ada",
        ["pull_request"],
        {"checks": "write", "metadata": "read"},
    )
    assert standin.webhooks.url == "http://127.0.0.1:8000/webhook"
    assert standin.app.webhook_secret == app["webhook_secret"]
    as_new = client(AppAuthStrategy(app["id"], app["pem"]), address)
    authenticated = as_new.rest.apps.get_authenticated().parsed_data
    assert authenticated
    assert authenticated.slug == "fifthwhy-of-ada"
    assert as_new.rest.apps.list_installations().parsed_data == [], "nobody has installed it yet"


def test_a_code_is_good_once(http: httpx.Client) -> None:
    code = code_of(sent(http, MANIFEST))
    answers = [http.post(f"/api/v3/app-manifests/{code}/conversions").status_code for _ in range(2)]
    assert answers == [201, 404]


def test_a_code_is_good_for_an_hour(tmp_path: Path, registration: AppRegistration) -> None:
    clock = [datetime.now(UTC)]
    standin = GitHubStandIn(registration, tmp_path, clock=lambda: clock[0])
    with serving(standin) as address, httpx.Client(base_url=address, trust_env=False) as http:
        code = code_of(sent(http, MANIFEST))
        clock[0] += timedelta(hours=1)
        assert http.post(f"/api/v3/app-manifests/{code}/conversions").status_code == 404


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"default_events": ["installation"]}, "Default events unsupported: installation"),
        ({"redirect_url": ""}, "Redirect url can't be blank"),
        ({"name": "n" * 35}, "Name is too long"),
    ],
)
def test_a_manifest_that_github_does_not_take_is_refused(
    change: dict[str, object], reason: str, http: httpx.Client
) -> None:
    answer = sent(http, MANIFEST | change)
    assert answer.status_code == 422
    assert reason in answer.text


def test_a_manifest_that_is_no_json_is_refused(http: httpx.Client) -> None:
    assert http.post("/settings/apps/new", data={"manifest": "{"}).status_code == 422
