"""App JWTs and installation tokens: what they open, and what GitHub says when they do not."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import jwt
import pytest
from githubkit import AppAuthStrategy, GitHub
from githubkit.exception import RequestFailed

from bot.demo.github import GitHubStandIn
from bot.demo.records import Person
from bot.demo.registration import AppRegistration
from bot.demo.serving import serving
from tests.repositories import Repo

SHOP = "acme/shop"
JWT = Callable[..., str]


@pytest.fixture
def signed(registration: AppRegistration) -> JWT:
    """A JWT with some claims of one's own."""

    def sign(key: str = registration.private_key_pem, algorithm: str = "RS256", **claims: object) -> str:
        now = int(time.time())
        usual = {"iss": str(registration.id), "iat": now - 60, "exp": now + 300}
        return jwt.encode(usual | claims, key, algorithm=algorithm)

    return sign


def test_the_app_learns_who_it_is(as_app: GitHub[AppAuthStrategy], registration: AppRegistration) -> None:
    app = as_app.rest.apps.get_authenticated().parsed_data
    assert app is not None
    assert (app.id, app.slug) == (registration.id, "fifthwhy")
    installation = as_app.rest.apps.get_installation(registration.installation.id).parsed_data
    assert installation.app_slug == "fifthwhy"


def test_the_client_id_is_an_issuer_too(http: httpx.Client, signed: JWT, registration: AppRegistration) -> None:
    answer = http.get("/api/v3/app", headers=bearer(signed(iss=registration.client_id)))
    assert answer.status_code == 200


def test_a_jwt_outside_githubs_rules_is_refused(http: httpx.Client, signed: JWT) -> None:
    now = int(time.time())
    somebody_elses_key = AppRegistration.generate().private_key_pem
    refused = {
        "too far in the future": signed(exp=now + 700),
        "the assertion expires": signed(exp=now - 1),
        "the assertion was issued": signed(iat=now + 300),
        "Integration not found": signed(iss="4711"),
        "could not be decoded": signed(key=somebody_elses_key),
        "Requires authentication": "",
    }
    for reason, credential in refused.items():
        answer = http.get("/api/v3/app", headers=bearer(credential))
        assert reason in answer.json()["message"]
        assert answer.json()["status"] == str(answer.status_code)


def test_a_jwt_signed_with_another_algorithm_is_refused(
    http: httpx.Client, signed: JWT, registration: AppRegistration
) -> None:
    secret = registration.webhook_secret
    answer = http.get("/api/v3/app", headers=bearer(signed(key=secret, algorithm="HS256")))
    assert answer.status_code == 401


def test_another_installation_is_not_found(as_app: GitHub[AppAuthStrategy]) -> None:
    with pytest.raises(RequestFailed) as failure:
        as_app.rest.apps.create_installation_access_token(99)
    assert failure.value.response.status_code == 404


def test_a_token_narrowed_to_a_repository_opens_no_other(
    standin: GitHubStandIn,
    shop: Repo,
    as_app: GitHub[AppAuthStrategy],
    http: httpx.Client,
    registration: AppRegistration,
) -> None:
    standin.add_repository("acme/other", shop.git_dir)
    answer = as_app.rest.apps.create_installation_access_token(
        registration.installation.id, repositories=["other"]
    ).parsed_data
    assert answer.repository_selection == "selected"
    assert [repository.full_name for repository in answer.repositories or []] == ["acme/other"]
    assert http.get("/api/v3/repos/acme/other", headers=bearer(answer.token)).status_code == 200
    assert http.get(f"/api/v3/repos/{SHOP}", headers=bearer(answer.token)).status_code == 404


def test_a_token_narrowed_by_repository_id_opens_that_one(
    standin: GitHubStandIn,
    as_app: GitHub[AppAuthStrategy],
    http: httpx.Client,
    registration: AppRegistration,
) -> None:
    shop_id = standin.state.repository(SHOP).id
    answer = as_app.rest.apps.create_installation_access_token(registration.installation.id, repository_ids=[shop_id])
    assert http.get(f"/api/v3/repos/{SHOP}", headers=bearer(answer.parsed_data.token)).status_code == 200


def test_a_token_without_a_permission_is_told_which_one_is_needed(
    standin: GitHubStandIn,
    ada: Person,
    as_app: GitHub[AppAuthStrategy],
    http: httpx.Client,
    registration: AppRegistration,
) -> None:
    standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada)
    token = as_app.rest.apps.create_installation_access_token(
        registration.installation.id, permissions={"pull_requests": "read"}
    ).parsed_data.token
    comments = f"/api/v3/repos/{SHOP}/issues/1/comments"
    assert http.get(comments, headers=bearer(token)).status_code == 200
    refusal = http.post(comments, headers=bearer(token), json={"body": "Hello"})
    assert refusal.status_code == 403
    assert refusal.json()["message"] == "Resource not accessible by integration"
    assert "pull_requests=write" in refusal.headers["x-accepted-github-permissions"]


@pytest.mark.parametrize(
    "asked", [{"repositories": ["nothing-there"]}, {"permissions": {"contents": "write"}}, {"permissions": 1}]
)
def test_a_token_for_more_than_the_installation_has_is_refused(
    asked: dict[str, object], http: httpx.Client, signed: JWT, registration: AppRegistration
) -> None:
    path = f"/api/v3/app/installations/{registration.installation.id}/access_tokens"
    assert http.post(path, headers=bearer(signed()), json=asked).status_code == 422


def test_a_token_ends_after_an_hour(registration: AppRegistration, shop: Repo, tmp_path: Path, signed: JWT) -> None:
    clock = [datetime.now(UTC)]
    standin = GitHubStandIn(registration, tmp_path / "github", clock=lambda: clock[0])
    standin.add_repository(SHOP, shop.git_dir)
    tokens = f"/api/v3/app/installations/{registration.installation.id}/access_tokens"
    with serving(standin) as address, httpx.Client(base_url=address, trust_env=False) as http:
        token = http.post(tokens, headers=bearer(signed())).json()["token"]
        clock[0] += timedelta(minutes=59)
        assert http.get(f"/api/v3/repos/{SHOP}", headers=bearer(token)).status_code == 200
        clock[0] += timedelta(minutes=1)
        refusal = http.get(f"/api/v3/repos/{SHOP}", headers=bearer(token))
        assert (refusal.status_code, refusal.json()["message"]) == (401, "Bad credentials")


def test_the_repositories_of_others_are_not_found(
    standin: GitHubStandIn, shop: Repo, http: httpx.Client, token: str
) -> None:
    standin.add_person("mallory", member=False)
    standin.add_repository("mallory/shop", shop.git_dir, fork_of=SHOP)
    assert http.get("/api/v3/repos/mallory/shop", headers=bearer(token)).status_code == 404


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
