"""What owners do to the App and to repositories, as the App hears of it and finds it afterwards."""

import json
from collections.abc import Callable

import httpx
import pytest
from githubkit import AppAuthStrategy, AppInstallationAuthStrategy, GitHub
from githubkit.exception import RequestFailed

from bot.demo.github import GitHubStandIn
from bot.demo.records import Person
from bot.demo.registration import AppRegistration
from tests.bot.demo.conftest import SHOP, Receiver
from tests.repositories import Repo

App = GitHub[AppAuthStrategy]
Client = GitHub[AppInstallationAuthStrategy]
REPOSITORY = f"/api/v3/repos/{SHOP}"

pytestmark = pytest.mark.usefixtures("address")


@pytest.fixture
def asked(http: httpx.Client, token: str) -> httpx.Client:
    http.headers["Authorization"] = f"Bearer {token}"
    return http


def token_refused(app: App, installation: int) -> int:
    with pytest.raises(RequestFailed) as failure:
        app.rest.apps.create_installation_access_token(installation)
    return failure.value.response.status_code


def test_everything_that_happens_to_the_installation_and_the_repository_is_told(
    standin: GitHubStandIn, receiver: Receiver, ada: Person
) -> None:
    owner, name = standin.owner, standin.app.installation.account.login
    happenings: list[tuple[str, str, Callable[[], object]]] = [
        ("installation", "suspend", lambda: owner.suspend(name, by=ada)),
        ("installation", "unsuspend", lambda: owner.unsuspend(name, by=ada)),
        ("installation", "new_permissions_accepted", lambda: owner.accept_permissions(name, by=ada)),
        ("installation_repositories", "removed", lambda: owner.select_repositories(name, [], by=ada)),
        ("installation_repositories", "added", lambda: owner.select_repositories(name, [SHOP], by=ada)),
        ("repository", "archived", lambda: owner.archive(SHOP, by=ada)),
        ("repository", "unarchived", lambda: owner.unarchive(SHOP, by=ada)),
        ("repository", "publicized", lambda: owner.publish(SHOP, by=ada)),
        ("repository", "privatized", lambda: owner.make_private(SHOP, by=ada)),
        ("repository", "renamed", lambda: owner.rename(SHOP, "store", by=ada)),
        ("repository", "deleted", lambda: owner.delete("acme/store", by=ada)),
        ("installation", "deleted", lambda: owner.uninstall(name, by=ada)),
        ("installation", "created", lambda: owner.install(name, by=ada)),
    ]
    for event, action, happens in happenings:
        happens()
        heard = receiver.next()
        body = json.loads(heard.body)
        assert (heard.headers["x-github-event"], body["action"]) == (event, action)
        assert body["installation"]["id"]
        assert body["sender"]["login"] == "ada"


def test_a_suspended_installation_gets_no_token_and_its_tokens_open_nothing(
    standin: GitHubStandIn, as_app: App, asked: httpx.Client, receiver: Receiver, ada: Person
) -> None:
    standin.owner.suspend("acme", by=ada)
    receiver.next()
    assert token_refused(as_app, 3001) == 403
    assert asked.get(REPOSITORY).json()["message"] == "This installation has been suspended"
    assert as_app.rest.apps.get_installation(3001).parsed_data.suspended_at is not None
    standin.open_pull_request(SHOP, head="feature", base="main", title="Nobody hears", by=ada)
    standin.owner.unsuspend("acme", by=ada)
    assert b'"unsuspend"' in receiver.next().body
    assert asked.get(REPOSITORY).status_code == 200


def test_an_installation_that_was_deleted_is_not_found(
    standin: GitHubStandIn, as_app: App, asked: httpx.Client, ada: Person
) -> None:
    standin.owner.uninstall("acme", by=ada)
    assert token_refused(as_app, 3001) == 404
    assert asked.get(REPOSITORY).status_code == 401
    assert as_app.rest.apps.list_installations().parsed_data == []


def test_a_renamed_repository_is_found_under_its_former_name(
    standin: GitHubStandIn, github: Client, asked: httpx.Client, ada: Person
) -> None:
    number = standin.state.repository(SHOP).id
    issue = standin.open_issue(SHOP, "How does it stand?", None, by=ada).number
    standin.owner.rename(SHOP, "store", by=ada)
    moved = asked.get(REPOSITORY, follow_redirects=False)
    assert (moved.status_code, moved.headers["location"].rpartition("/api/v3")[2]) == (301, f"/repositories/{number}")
    assert asked.post(f"{REPOSITORY}/issues/{issue}/comments", follow_redirects=False).status_code == 307
    assert github.rest.repos.get("acme", "shop").parsed_data.full_name == "acme/store"
    github.rest.issues.create_comment("acme", "shop", issue, body="Found")
    assert len(standin.state.comments(standin.state.issue("acme/store", issue))) == 1


def test_git_follows_to_the_new_name(standin: GitHubStandIn, ada: Person, shop: Repo) -> None:
    address = standin.push_address(SHOP, ada)
    standin.owner.rename(SHOP, "store", by=ada)
    assert "refs/heads/main" in shop.git("ls-remote", address)


def test_a_repository_that_was_given_away_is_out_of_reach(
    standin: GitHubStandIn, asked: httpx.Client, receiver: Receiver, ada: Person
) -> None:
    standin.owner.add_organization("globex")
    standin.owner.transfer(SHOP, "globex", by=ada)
    told = receiver.next()
    assert told.headers["x-github-event"] == "installation_repositories"
    assert [one["name"] for one in json.loads(told.body)["repositories_removed"]] == ["shop"]
    assert asked.get(REPOSITORY, follow_redirects=True).status_code == 404


def test_the_new_owners_installation_is_told_of_a_transfer(
    standin: GitHubStandIn, receiver: Receiver, ada: Person
) -> None:
    standin.owner.add_organization("globex")
    installed = standin.owner.install("globex", by=ada)
    receiver.next()
    standin.owner.transfer(SHOP, "globex", by=ada)
    told = json.loads(receiver.next().body)
    assert (told["action"], told["repository"]["full_name"]) == ("transferred", "globex/shop")
    assert told["installation"]["id"] == installed.id
    assert told["changes"]["owner"]["from"]["organization"]["login"] == "acme"


def test_an_archived_repository_can_be_read_and_not_written(
    standin: GitHubStandIn, asked: httpx.Client, ada: Person
) -> None:
    issue = standin.open_issue(SHOP, "How does it stand?", None, by=ada).number
    standin.owner.archive(SHOP, by=ada)
    assert asked.get(REPOSITORY).json()["archived"] is True
    refused = asked.post(f"{REPOSITORY}/issues/{issue}/comments", json={"body": "Hello"})
    assert (refused.status_code, refused.json()["message"]) == (403, "Repository was archived so is read-only.")


def test_permissions_that_were_not_accepted_are_not_granted(
    standin: GitHubStandIn, as_app: App, http: httpx.Client, ada: Person
) -> None:
    standin.owner.have_accepted("acme", {"metadata": "read", "pull_requests": "write"})
    assert as_app.rest.apps.get_authenticated().parsed_data.permissions.checks == "write"  # type: ignore[union-attr]
    installed = as_app.rest.apps.get_installation(3001).parsed_data
    assert not installed.permissions.checks
    token = as_app.rest.apps.create_installation_access_token(3001).parsed_data.token
    refused = http.get(f"{REPOSITORY}/commits/main/check-runs", headers={"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration")
    standin.owner.accept_permissions("acme", by=ada)
    assert as_app.rest.apps.get_installation(3001).parsed_data.permissions.checks == "write"


def test_each_account_has_an_installation_of_its_own(
    standin: GitHubStandIn, as_app: App, http: httpx.Client, shop: Repo, ada: Person, registration: AppRegistration
) -> None:
    standin.owner.add_organization("globex")
    installed = standin.owner.install("globex", by=ada)
    standin.add_repository("globex/shop", shop.git_dir)
    assert [one.id for one in as_app.rest.apps.list_installations().parsed_data] == [3001, installed.id]
    token = as_app.rest.apps.create_installation_access_token(installed.id).parsed_data.token
    http.headers["Authorization"] = f"Bearer {token}"
    listed = http.get("/api/v3/installation/repositories").json()
    assert [one["full_name"] for one in listed["repositories"]] == ["globex/shop"]
    assert http.get(REPOSITORY).status_code == 404
    assert http.get("/api/v3/repos/globex/shop").status_code == 200
    assert as_app.rest.apps.get_repo_installation("globex", "shop").parsed_data.id == installed.id
