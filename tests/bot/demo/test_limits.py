"""Rate limits, conditional requests and the record of what was asked."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
from githubkit import AppAuthStrategy, AppInstallationAuthStrategy, GitHub

from bot.demo.github import GitHubStandIn
from bot.demo.records import Person
from bot.demo.registration import AppRegistration
from bot.demo.serving import serving
from tests.bot.demo.conftest import SHOP, client
from tests.repositories import Repo

REPOSITORY = f"/api/v3/repos/{SHOP}"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_the_tokens_of_an_installation_share_its_limit(
    as_app: GitHub[AppAuthStrategy], http: httpx.Client, standin: GitHubStandIn
) -> None:
    tokens = [as_app.rest.apps.create_installation_access_token(3001).parsed_data.token for _ in range(2)]
    used = [http.get(REPOSITORY, headers=bearer(token)).headers["x-ratelimit-used"] for token in tokens]
    assert used == ["1", "2"]


def test_whoever_asks_too_often_is_refused_until_the_reset(
    registration: AppRegistration, shop: Repo, tmp_path: Path
) -> None:
    clock = [datetime.now(UTC)]
    standin = GitHubStandIn(registration, tmp_path / "github", clock=lambda: clock[0])
    standin.add_repository(SHOP, shop.git_dir)
    standin.limits.per_hour = 2
    with serving(standin) as address, httpx.Client(base_url=address, trust_env=False) as http:
        app = client(AppAuthStrategy(registration.id, registration.private_key_pem), address)
        token = app.rest.apps.create_installation_access_token(3001).parsed_data.token
        answers = [http.get(REPOSITORY, headers=bearer(token)) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 403]
        assert answers[2].json()["message"] == "API rate limit exceeded for installation ID 3001."
        assert answers[2].headers["x-ratelimit-remaining"] == "0"
        reset = datetime.fromtimestamp(int(answers[2].headers["x-ratelimit-reset"]), UTC)
        assert timedelta(minutes=59) < reset - clock[0] <= timedelta(hours=1)


def test_what_has_not_changed_is_free(http: httpx.Client, token: str, standin: GitHubStandIn, ada: Person) -> None:
    issue = standin.open_issue(SHOP, "How does it stand?", None, by=ada).number
    comments = f"{REPOSITORY}/issues/{issue}/comments"
    first = http.get(comments, headers=bearer(token))
    known = bearer(token) | {"If-None-Match": first.headers["etag"]}
    second = http.get(comments, headers=known)
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["x-ratelimit-used"] == first.headers["x-ratelimit-used"]
    standin.comment(SHOP, issue, "News", by=ada)
    third = http.get(comments, headers=known)
    assert (third.status_code, len(third.json())) == (200, 1)
    assert third.headers["etag"] != first.headers["etag"]


def test_answers_carry_the_stand_ins_time(registration: AppRegistration, tmp_path: Path) -> None:
    then = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    with serving(GitHubStandIn(registration, tmp_path, clock=lambda: then)) as address:
        answer = httpx.get(f"{address}/api/v3/app", trust_env=False)
    assert [parsedate_to_datetime(date) for date in answer.headers.get_list("date")] == [then]


def test_every_request_is_noted_down(
    github: GitHub[AppInstallationAuthStrategy], standin: GitHubStandIn, shop: Repo, ada: Person
) -> None:
    github.rest.repos.get("acme", "shop")
    shop.git("ls-remote", standin.push_address(SHOP, ada))
    asked = [(one.method, one.path, one.status) for one in standin.requests]
    assert asked[:2] == [("POST", "/api/v3/app/installations/3001/access_tokens", 201), ("GET", REPOSITORY, 200)]
    assert ("GET", f"/{SHOP}.git/info/refs", 200) in asked


def test_a_load_run_can_do_without_the_check_of_schemas(tmp_path: Path) -> None:
    fanciful = AppRegistration.generate(permissions={"issues": "sometimes"})
    with serving(GitHubStandIn(fanciful, tmp_path, checked=False)) as address:
        app = client(AppAuthStrategy(fanciful.id, fanciful.private_key_pem), address)
        assert app.rest.apps.get_installation(fanciful.installation.id).status_code == 200
