"""The delivery log: what was tried, newest first, and how the App asks for it again."""

import json
import re

import pytest
from githubkit import AppAuthStrategy, GitHub
from githubkit.exception import RequestFailed

from bot.demo.github import GitHubStandIn
from bot.demo.records import Person
from tests.bot.demo.conftest import SHOP, Receiver

App = GitHub[AppAuthStrategy]

pytestmark = pytest.mark.usefixtures("address")


def test_deliveries_are_listed_newest_first_by_a_cursor(as_app: App, standin: GitHubStandIn, ada: Person) -> None:
    pull = standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada).number
    for number in range(4):
        standin.comment(SHOP, pull, str(number), by=ada)
    first = as_app.rest.apps.list_webhook_deliveries(per_page=2)
    following = re.search(r'<[^>]*cursor=([^>&]+)[^>]*>; rel="next"', first.headers["link"])
    assert following
    second = as_app.rest.apps.list_webhook_deliveries(per_page=3, cursor=following[1])
    assert "link" not in second.headers
    ids = [one.id for one in (*first.parsed_data, *second.parsed_data)]
    assert ids == [one.id for one in standin.deliveries[::-1]]
    last = second.parsed_data[-1]
    assert (last.event, last.action, last.installation_id) == ("pull_request", "opened", 3001)
    assert last.repository_id == standin.state.repository(SHOP).id


def test_failures_can_be_asked_for(as_app: App, standin: GitHubStandIn, receiver: Receiver, ada: Person) -> None:
    issue = standin.open_issue(SHOP, "How does it stand?", None, by=ada).number
    standin.comment(SHOP, issue, "heard", by=ada)
    receiver.status = 503
    standin.comment(SHOP, issue, "lost", by=ada)
    failed = as_app.rest.apps.list_webhook_deliveries(status="failure").parsed_data
    assert [(one.status_code, one.redelivery) for one in failed] == [(503, False)]
    whole = as_app.rest.apps.get_webhook_delivery(failed[0].id)
    assert json.loads(whole.content)["request"]["payload"]["comment"]["body"] == "lost"


def test_a_failed_delivery_comes_again_under_its_guid_when_asked_for(
    as_app: App, standin: GitHubStandIn, receiver: Receiver, ada: Person
) -> None:
    receiver.status = 503
    standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada)
    first = receiver.next()
    (failed,) = as_app.rest.apps.list_webhook_deliveries().parsed_data
    receiver.status = 202
    assert as_app.rest.apps.redeliver_webhook_delivery(failed.id).status_code == 202
    again = receiver.next()
    assert again.body == first.body
    assert again.headers["x-github-delivery"] == failed.guid
    standin.webhooks.settle()
    newest, oldest = as_app.rest.apps.list_webhook_deliveries().parsed_data
    assert (newest.guid, newest.redelivery, newest.status_code) == (failed.guid, True, 202)
    assert oldest == failed


def test_a_delivery_that_never_was_cannot_come_again(as_app: App) -> None:
    with pytest.raises(RequestFailed) as failure:
        as_app.rest.apps.redeliver_webhook_delivery(1)
    assert failure.value.response.status_code == 404


def test_a_push_to_the_default_branch_is_told(standin: GitHubStandIn, receiver: Receiver, ada: Person) -> None:
    pull = standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada)
    standin.merge_pull_request(SHOP, pull.number, by=ada)
    heard = [receiver.next() for _ in range(3)]
    assert [one.headers["x-github-event"] for one in heard] == ["pull_request", "pull_request", "push"]
    push = json.loads(heard[2].body)
    assert (push["ref"], push["before"], push["forced"]) == ("refs/heads/main", pull.base.sha, False)
    assert [commit["message"].splitlines()[0] for commit in push["commits"]] == [
        "Add the cart",
        "Merge pull request #1 from acme/feature",
    ]
