"""Issues and reactions, and the repositories and conversations where GitHub says no."""

import httpx
import pytest
from githubkit import AppInstallationAuthStrategy, GitHub
from githubkit.exception import GraphQLFailed

from bot.demo.github import GitHubStandIn
from bot.demo.records import Person
from bot.demo.registration import AppRegistration
from tests.bot.demo.conftest import SHOP, Receiver

Client = GitHub[AppInstallationAuthStrategy]
ISSUES = f"/api/v3/repos/{SHOP}/issues"
PIN = "mutation($id: ID!) { pinIssue(input: {issueId: $id}) { issue { id } } }"

pytestmark = pytest.mark.usefixtures("address")


@pytest.fixture
def asked(http: httpx.Client, token: str) -> httpx.Client:
    http.headers["Authorization"] = f"Bearer {token}"
    return http


def test_the_app_opens_an_issue_edits_and_finds_it(
    github: Client, asked: httpx.Client, standin: GitHubStandIn, registration: AppRegistration, ada: Person
) -> None:
    standin.open_issue(SHOP, "Weekly status", None, by=ada)
    ours = github.rest.issues.create("acme", "shop", title="Weekly status", body="So far").parsed_data
    assert ours.performed_via_github_app
    assert ours.performed_via_github_app.id == registration.id
    github.rest.issues.update("acme", "shop", ours.number, title="Status", body="By now")
    found = asked.get(ISSUES, params={"creator": registration.bot.login}).json()
    assert [(one["number"], one["title"], one["body"]) for one in found] == [(ours.number, "Status", "By now")]
    github.rest.issues.update("acme", "shop", ours.number, state="closed")
    assert [one["number"] for one in asked.get(ISSUES).json()] == [1]


def test_repositories_can_have_their_issues_disabled_and_pull_requests_go_on(
    asked: httpx.Client, standin: GitHubStandIn, ada: Person
) -> None:
    issue = standin.open_issue(SHOP, "How does it stand?", None, by=ada).number
    pull = standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada).number
    standin.owner.disable_issues(SHOP)
    assert asked.get(f"/api/v3/repos/{SHOP}").json()["has_issues"] is False
    gone = [asked.get(ISSUES), asked.get(f"{ISSUES}/{issue}"), asked.post(ISSUES, json={"title": "Status"})]
    assert [answer.status_code for answer in gone] == [410, 410, 410]
    assert gone[0].json()["message"] == "Issues has been disabled in this repository."
    assert asked.post(f"{ISSUES}/{pull}/comments", json={"body": "Hello"}).status_code == 201


def test_a_locked_conversation_takes_no_comment_of_the_app(
    asked: httpx.Client, standin: GitHubStandIn, ada: Person
) -> None:
    pull = standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada).number
    said = standin.comment(SHOP, pull, "/audit", by=ada)
    before = asked.post(f"{ISSUES}/{pull}/comments", json={"body": "Before"}).json()
    standin.lock(SHOP, pull, by=ada)
    assert asked.get(f"/api/v3/repos/{SHOP}/pulls/{pull}").json()["locked"] is True
    refused = asked.post(f"{ISSUES}/{pull}/comments", json={"body": "After"})
    assert (refused.status_code, refused.json()["message"]) == (
        403,
        "Unable to create comment because issue is locked.",
    )
    assert asked.post(f"{ISSUES}/comments/{said.id}/reactions", json={"content": "eyes"}).status_code == 403
    assert asked.patch(f"{ISSUES}/comments/{before['id']}", json={"body": "Edited"}).status_code == 200


def test_each_reaction_is_there_once_and_can_be_taken_back(
    asked: httpx.Client, standin: GitHubStandIn, ada: Person
) -> None:
    issue = standin.open_issue(SHOP, "How does it stand?", None, by=ada)
    comment = standin.comment(SHOP, issue.number, "/audit", by=ada)
    reactions = f"{ISSUES}/comments/{comment.id}/reactions"
    first, second = (asked.post(reactions, json={"content": "eyes"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    asked.post(reactions, json={"content": "rocket"})
    assert [one["content"] for one in asked.get(reactions).json()] == ["eyes", "rocket"]
    assert asked.get(reactions, params={"content": "eyes"}).json()[0]["user"]["login"] == "fifthwhy[bot]"
    assert asked.delete(f"{reactions}/{first.json()['id']}").status_code == 204
    assert asked.delete(f"{reactions}/{first.json()['id']}").status_code == 404
    counts = asked.get(f"{ISSUES}/comments/{comment.id}").json()["reactions"]
    assert (counts["eyes"], counts["rocket"], counts["total_count"]) == (0, 1, 1)
    assert asked.post(reactions, json={"content": "shrug"}).status_code == 422


def test_three_issues_can_be_pinned_and_no_more(github: Client, standin: GitHubStandIn, ada: Person) -> None:
    issues = [standin.open_issue(SHOP, f"Issue {n}", None, by=ada) for n in range(4)]
    nodes = [github.rest.issues.get("acme", "shop", issue.number).parsed_data.node_id for issue in issues]
    for node in nodes[:3]:
        github.graphql(PIN, {"id": node})
    with pytest.raises(GraphQLFailed, match="Maximum 3 pinned issues"):
        github.graphql(PIN, {"id": nodes[3]})
    assert [standin.state.is_pinned(issue) for issue in issues] == [True, True, True, False]


def test_an_app_that_listens_to_issues_is_told_of_them(standin: GitHubStandIn, receiver: Receiver, ada: Person) -> None:
    standin.open_issue(SHOP, "Nobody hears", None, by=ada)
    listening = AppRegistration.generate(events=("issues",))
    standin.state.app = listening
    standin.open_issue(SHOP, "Somebody hears", None, by=ada)
    heard = receiver.next()
    assert heard.headers["x-github-event"] == "issues"
    assert b"Somebody hears" in heard.body
