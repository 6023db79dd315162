"""Reviews, checks, statuses and references, asked by the client that the App uses, whose models parse every answer."""

from typing import Literal, cast

import httpx
import pytest
from githubkit import AppAuthStrategy, AppInstallationAuthStrategy, GitHub
from githubkit.exception import RequestFailed
from githubkit_schemas.latest.models import PullRequestReview, TimelineCommentEvent, TimelineCrossReferencedEvent

from bot.demo.github import GitHubStandIn
from bot.demo.records import Person
from bot.demo.registration import AppRegistration
from tests.bot.demo.conftest import Receiver
from tests.repositories import Repo

SHOP = "acme/shop"
Client = GitHub[AppInstallationAuthStrategy]

pytestmark = pytest.mark.usefixtures("address")


@pytest.fixture
def issue(standin: GitHubStandIn, ada: Person) -> int:
    return standin.open_issue(SHOP, "Where does it stand?", "- [ ] all", by=ada, labels=("ssot", "help wanted")).number


def pull_request(standin: GitHubStandIn, by: Person, body: str | None = None) -> int:
    return standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=by, body=body).number


def test_an_issue_has_its_text_and_its_labels(github: Client, issue: int) -> None:
    told = github.rest.issues.get("acme", "shop", issue).parsed_data
    assert told.body == "- [ ] all"
    assert [label if isinstance(label, str) else label.name for label in told.labels] == ["ssot", "help wanted"]


def test_what_mentions_an_issue_is_in_its_timeline_and_so_are_comments(
    github: Client, standin: GitHubStandIn, shop: Repo, ada: Person, issue: int
) -> None:
    standin.comment(SHOP, issue, "Soon", by=ada)
    pull = pull_request(standin, ada, f"Fixes #{issue}")
    pull_request(standin, ada, f"Has nothing to do with #{issue}1")
    standin.add_repository("acme/other", shop.git_dir)
    standin.open_issue("acme/other", "The same there", f"See {SHOP}#{issue}, not #{issue}", by=ada)
    # The client's own `list` method hides the types from the checker.
    answer = github.rest.issues.list_events_for_timeline("acme", "shop", issue)
    events = cast("list[object]", answer.parsed_data)
    assert [event.event for event in events if isinstance(event, TimelineCommentEvent)] == ["commented"]
    sources = [event.source.issue for event in events if isinstance(event, TimelineCrossReferencedEvent)]
    assert [(source.number, bool(source.pull_request)) for source in sources if source] == [(pull, True), (1, False)]


def test_reviews_are_listed_as_they_were_written_and_answer_a_request(
    github: Client, standin: GitHubStandIn, ada: Person
) -> None:
    pull, grace = pull_request(standin, ada), standin.add_person("grace")
    asked = standin.request_review(SHOP, pull, grace, by=ada)
    assert [one.login for one in asked.requested] == ["grace"]
    standin.review(SHOP, pull, "CHANGES_REQUESTED", by=grace, body="Not yet")
    standin.review(SHOP, pull, "APPROVED", by=grace)
    reviews = cast("list[PullRequestReview]", github.rest.pulls.list_reviews("acme", "shop", pull).parsed_data)
    assert [(one.state, one.body, one.author_association) for one in reviews] == [
        ("CHANGES_REQUESTED", "Not yet", "MEMBER"),
        ("APPROVED", "", "MEMBER"),
    ]
    assert github.rest.pulls.get("acme", "shop", pull).parsed_data.requested_reviewers == []


def test_a_request_for_a_review_is_delivered(standin: GitHubStandIn, receiver: Receiver, ada: Person) -> None:
    pull = pull_request(standin, ada)
    standin.request_review(SHOP, pull, standin.add_person("grace"), by=ada)
    assert [b'"action":"review_requested"' in receiver.next().body for _ in range(2)] == [False, True]


def test_of_a_check_that_ran_twice_the_last_run_is_listed(github: Client, standin: GitHubStandIn, shop: Repo) -> None:
    head = shop.git("rev-parse", "main")
    for conclusion in ("failure", "success"):
        standin.run_check(SHOP, head, "tests", conclusion, "All of them")
    standin.run_check(SHOP, head, "lint", None)
    listed = github.rest.checks.list_for_ref("acme", "shop", head).parsed_data
    assert [(run.name, run.status, run.conclusion) for run in listed.check_runs] == [
        ("lint", "in_progress", None),
        ("tests", "completed", "success"),
    ]
    assert github.rest.checks.list_for_ref("acme", "shop", head, filter_="all").parsed_data.total_count == 3
    nothing = github.rest.checks.list_for_ref("acme", "shop", shop.git("rev-parse", "feature")).parsed_data
    assert (nothing.total_count, nothing.check_runs) == (0, [])


States = Literal["error", "failure", "pending", "success"]


@pytest.mark.parametrize(
    ("states", "combined"),
    [((), "success"), (("pending",), "pending"), (("error", "pending"), "failure"), (("failure",), "failure")],
)
def test_the_last_statuses_of_all_contexts_are_combined(
    states: tuple[States, ...], combined: str, github: Client, standin: GitHubStandIn, shop: Repo
) -> None:
    head = shop.git("rev-parse", "main")
    standin.report_status(SHOP, head, "ci/0", "failure", "At first")
    standin.report_status(SHOP, head, "ci/0", "success", "Then", "https://ci.example/1")
    for number, state in enumerate(states, start=1):
        standin.report_status(SHOP, head, f"ci/{number}", state)
    told = github.rest.repos.get_combined_status_for_ref("acme", "shop", head).parsed_data
    assert (told.state, told.total_count) == (combined, 1 + len(states))
    assert (told.statuses[0].description, told.statuses[0].target_url) == ("Then", "https://ci.example/1")


def test_a_commit_of_which_nothing_is_said_is_pending(github: Client, shop: Repo) -> None:
    told = github.rest.repos.get_combined_status_for_ref("acme", "shop", shop.git("rev-parse", "main")).parsed_data
    assert (told.state, told.statuses) == ("pending", [])


def test_a_commit_that_is_not_there_has_no_checks(github: Client) -> None:
    with pytest.raises(RequestFailed) as failure:
        github.rest.checks.list_for_ref("acme", "shop", "0" * 40)
    assert failure.value.response.status_code == 422
    assert "No commit found for SHA" in failure.value.response.text


def test_a_merge_moves_the_base_and_closes_the_pull_request(
    github: Client, standin: GitHubStandIn, ada: Person
) -> None:
    pull = pull_request(standin, ada)
    merged = standin.merge_pull_request(SHOP, pull, by=ada)
    told = github.rest.pulls.get("acme", "shop", pull).parsed_data
    assert (told.state, told.merged, bool(told.merged_at)) == ("closed", True, True)
    bare = Repo(standin.state.repository(SHOP).path)
    assert bare.git("log", "-1", "--format=%s", "main") == f"Merge pull request #{pull} from acme/feature"
    assert bare.git("rev-parse", "main^2") == merged.head.sha


def test_a_token_without_the_permission_sees_no_checks(
    as_app: GitHub[AppAuthStrategy], http: httpx.Client, registration: AppRegistration, shop: Repo
) -> None:
    token = as_app.rest.apps.create_installation_access_token(
        registration.installation.id, permissions={"statuses": "read"}
    ).parsed_data.token
    commit = f"/api/v3/repos/{SHOP}/commits/{shop.git('rev-parse', 'main')}"
    http.headers["Authorization"] = f"Bearer {token}"
    refused, allowed = http.get(f"{commit}/check-runs"), http.get(f"{commit}/status")
    assert (refused.status_code, allowed.status_code) == (403, 200)
    assert refused.headers["x-accepted-github-permissions"] == "checks=read"
