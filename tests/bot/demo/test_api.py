"""The REST endpoints, asked by the client that the App uses, whose models parse every answer."""

from typing import cast

import httpx
import pytest
from githubkit import AppInstallationAuthStrategy, GitHub
from githubkit.exception import RequestFailed
from githubkit.utils import UNSET
from githubkit_schemas.latest.models import IssueComment

from bot.demo.github import GitHubStandIn
from bot.demo.records import Person
from bot.demo.registration import AppRegistration
from tests.repositories import Repo

SHOP = "acme/shop"
Client = GitHub[AppInstallationAuthStrategy]

pytestmark = pytest.mark.usefixtures("address")


@pytest.fixture
def pull(standin: GitHubStandIn, ada: Person) -> int:
    return standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada).number


def test_a_pull_request_tells_its_sides_and_its_size(github: Client, shop: Repo, pull: int) -> None:
    answer = github.rest.pulls.get("acme", "shop", pull).parsed_data
    assert (answer.base.ref, answer.base.sha) == ("main", shop.git("rev-parse", "main"))
    assert (answer.head.ref, answer.head.sha) == ("feature", shop.git("rev-parse", "feature"))
    assert (answer.commits, answer.additions, answer.deletions, answer.changed_files) == (1, 3, 0, 1)


def test_open_pull_requests_are_listed_newest_first(
    github: Client, standin: GitHubStandIn, ada: Person, pull: int
) -> None:
    standin.open_pull_request(SHOP, head="feature", base="main", title="Cart again", by=ada)
    standin.open_pull_request(SHOP, head="feature", base="main", title="Cart a third time", by=ada)
    standin.close_pull_request(SHOP, pull, by=ada)
    open_ones = github.rest.pulls.list("acme", "shop").parsed_data
    assert [one.number for one in open_ones] == [3, 2]
    closed = github.rest.pulls.list("acme", "shop", state="closed").parsed_data
    assert [one.number for one in closed] == [pull]
    assert github.rest.pulls.list("acme", "shop", head="acme:main", state="all").parsed_data == []


def test_a_pull_request_is_an_issue_and_an_issue_no_pull_request(
    github: Client, standin: GitHubStandIn, ada: Person, pull: int
) -> None:
    issue = standin.open_issue(SHOP, "How does it stand?", None, by=ada)
    assert github.rest.issues.get("acme", "shop", pull).parsed_data.pull_request is not UNSET
    assert github.rest.issues.get("acme", "shop", issue.number).parsed_data.pull_request is UNSET
    with pytest.raises(RequestFailed) as failure:
        github.rest.pulls.get("acme", "shop", issue.number)
    assert failure.value.response.status_code == 404


def test_the_repository_names_its_default_branch(github: Client) -> None:
    assert github.rest.repos.get("ACME", "Shop").parsed_data.default_branch == "main"


def test_a_comment_lives_and_goes(github: Client, pull: int, standin: GitHubStandIn) -> None:
    written = github.rest.issues.create_comment("acme", "shop", pull, body="First").parsed_data
    edited = github.rest.issues.update_comment("acme", "shop", written.id, body="Second").parsed_data
    assert edited.body == "Second"
    assert github.rest.issues.get_comment("acme", "shop", written.id).parsed_data.body == "Second"
    github.rest.issues.delete_comment("acme", "shop", written.id)
    with pytest.raises(RequestFailed) as failure:
        github.rest.issues.get_comment("acme", "shop", written.id)
    assert failure.value.response.status_code == 404
    assert standin.state.comments(standin.state.issue(SHOP, pull)) == []


def test_comments_of_the_app_and_of_people_can_be_told_apart(
    github: Client, registration: AppRegistration, standin: GitHubStandIn, ada: Person, pull: int
) -> None:
    standin.comment(SHOP, pull, "<!-- fifthwhy --> I am you", by=ada)
    github.rest.issues.create_comment("acme", "shop", pull, body="<!-- fifthwhy --> It is me")
    # The client's own `list` method hides the type from the checker.
    listed = cast("list[IssueComment]", github.rest.issues.list_comments("acme", "shop", pull).parsed_data)
    person, app = listed
    assert person.performed_via_github_app is None
    assert app.performed_via_github_app is not None
    assert app.performed_via_github_app is not UNSET
    assert app.performed_via_github_app.id == registration.id
    assert app.user is not None
    assert (app.user.login, app.user.type) == ("fifthwhy[bot]", "Bot")


def test_an_edit_in_the_browser_leaves_carriage_returns(
    github: Client, standin: GitHubStandIn, ada: Person, pull: int
) -> None:
    written = github.rest.issues.create_comment("acme", "shop", pull, body="One\nTwo").parsed_data
    standin.edit_comment(SHOP, written.id, "One\nThree", by=ada)
    edited = github.rest.issues.get_comment("acme", "shop", written.id).parsed_data
    assert edited.body == "One\r\nThree"
    assert edited.performed_via_github_app, "who wrote it stays"


def test_a_comment_of_65536_characters_is_the_longest(github: Client, pull: int) -> None:
    github.rest.issues.create_comment("acme", "shop", pull, body="ü" * 65_536)
    with pytest.raises(RequestFailed) as failure:
        github.rest.issues.create_comment("acme", "shop", pull, body="x" * 65_537)
    assert failure.value.response.status_code == 422
    (error,) = failure.value.response.json()["errors"]
    assert error["message"] == "Body is too long (maximum is 65536 characters)"


def test_a_malformed_comment_is_refused(http: httpx.Client, token: str, pull: int) -> None:
    refused = {b"{": 400, b"[]": 400, b"{}": 422, b'{"body": 1}': 422, b'{"body": " "}': 422}
    for body, status in refused.items():
        answer = http.post(f"/api/v3/repos/{SHOP}/issues/{pull}/comments", content=body, headers=bearer(token))
        assert answer.status_code == status, body
        assert answer.json()["documentation_url"]


def test_comments_come_in_pages_that_link_to_each_other(
    http: httpx.Client, token: str, standin: GitHubStandIn, ada: Person, pull: int
) -> None:
    for number in range(5):
        standin.comment(SHOP, pull, f"Comment {number}", by=ada)
    first = http.get(f"/api/v3/repos/{SHOP}/issues/{pull}/comments?per_page=2", headers=bearer(token))
    assert set(first.links) == {"next", "last"}
    second = http.get(first.links["next"]["url"], headers=bearer(token))
    assert set(second.links) == {"prev", "next", "last", "first"}
    third = http.get(second.links["last"]["url"], headers=bearer(token))
    assert set(third.links) == {"prev", "first"}
    bodies = [comment["body"] for page in (first, second, third) for comment in page.json()]
    assert bodies == [f"Comment {number}" for number in range(5)]


def test_a_list_that_fits_has_no_links(http: httpx.Client, token: str, pull: int) -> None:
    answer = http.get(f"/api/v3/repos/{SHOP}/issues/{pull}/comments", headers=bearer(token))
    assert (answer.json(), "link" in answer.headers) == ([], False)


def test_every_answer_counts_against_the_rate_limit(http: httpx.Client, token: str) -> None:
    first = http.get(f"/api/v3/repos/{SHOP}", headers=bearer(token)).headers
    second = http.get("/api/v3/no/such/endpoint", headers=bearer(token)).headers
    assert int(second["x-ratelimit-remaining"]) == int(first["x-ratelimit-remaining"]) - 1
    assert first["x-github-request-id"] != second["x-github-request-id"]


def test_what_is_not_offered_is_not_found_in_githubs_shape(http: httpx.Client, token: str) -> None:
    for method, path in (("GET", f"/api/v3/repos/{SHOP}/stargazers"), ("PUT", f"/api/v3/repos/{SHOP}")):
        answer = http.request(method, path, headers=bearer(token))
        assert answer.status_code == 404
        assert answer.json()["message"] == "Not Found"


def test_a_deleted_fork_leaves_a_pull_request_with_an_unknown_head(
    github: Client, standin: GitHubStandIn, shop: Repo
) -> None:
    mallory = standin.add_person("mallory", member=False)
    standin.add_repository("mallory/shop", shop.git_dir, fork_of=SHOP)
    pull = standin.open_pull_request(SHOP, head="mallory:feature", base="main", title="Cart", by=mallory)
    there = github.rest.pulls.get("acme", "shop", pull.number).parsed_data
    assert there.head.repo is not None
    assert there.head.repo.full_name == "mallory/shop"
    standin.delete_repository("mallory/shop")
    gone = github.rest.pulls.get("acme", "shop", pull.number).parsed_data
    assert (gone.head.repo, gone.head.sha, gone.state) == (None, pull.head.sha, "open")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
