"""Webhooks as the App receives them: signed, named, and with payloads that GitHub's schemas know."""

import hashlib
import hmac
import json
import socket
from collections.abc import Callable

import pytest
from githubkit import AppInstallationAuthStrategy, GitHub
from githubkit.webhooks import parse, verify

from bot.demo.github import GitHubStandIn
from bot.demo.records import Person
from bot.demo.registration import AppRegistration
from tests.bot.demo.conftest import Receiver
from tests.repositories import Repo

SHOP = "acme/shop"

pytestmark = pytest.mark.usefixtures("address")


@pytest.fixture
def opened(standin: GitHubStandIn, ada: Person, receiver: Receiver) -> int:
    """A draft pull request, whose own webhook has been heard already."""
    pull = standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", body="A cart", by=ada, draft=True)
    receiver.next()
    return pull.number


def test_a_delivery_is_signed_over_its_exact_bytes(
    standin: GitHubStandIn, ada: Person, receiver: Receiver, registration: AppRegistration
) -> None:
    standin.open_pull_request(SHOP, head="feature", base="main", title="Ünïcode 🛒", by=ada)
    heard = receiver.next()
    digest = hmac.new(registration.webhook_secret.encode(), heard.body, hashlib.sha256).hexdigest()
    assert heard.headers["x-hub-signature-256"] == f"sha256={digest}"
    assert verify(registration.webhook_secret, heard.body, heard.headers["x-hub-signature-256"])


def test_a_delivery_says_what_it_is_and_whom_it_is_for(
    standin: GitHubStandIn, ada: Person, receiver: Receiver, registration: AppRegistration
) -> None:
    standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada)
    headers = receiver.next().headers
    (delivery,) = standin.deliveries
    assert headers["x-github-event"] == "pull_request"
    assert headers["x-github-delivery"] == delivery.guid
    assert headers["x-github-hook-installation-target-id"] == str(registration.id)
    assert headers["x-github-hook-installation-target-type"] == "integration"
    assert headers["x-github-hook-id"].isdecimal()
    assert headers["user-agent"].startswith("GitHub-Hookshot/")
    assert headers["content-type"] == "application/json"


def test_everything_that_happens_to_a_pull_request_is_told(
    standin: GitHubStandIn, ada: Person, receiver: Receiver, shop: Repo, opened: int
) -> None:
    shop.branch("release")
    bare = standin.state.repository(SHOP).path
    shop.git("push", "--quiet", str(bare), "release")
    happenings: dict[str, Callable[[], object]] = {
        "ready_for_review": lambda: standin.mark_ready(SHOP, opened, by=ada),
        "edited": lambda: standin.change_base(SHOP, opened, "release", by=ada),
        "closed": lambda: standin.close_pull_request(SHOP, opened, by=ada),
        "reopened": lambda: standin.reopen_pull_request(SHOP, opened, by=ada),
        "converted_to_draft": lambda: standin.convert_to_draft(SHOP, opened, by=ada),
        "locked": lambda: standin.lock(SHOP, opened, by=ada),
    }
    for action, happens in happenings.items():
        happens()
        event = json.loads(receiver.next().body)
        assert (event["action"], event["number"]) == (action, opened)
        assert event["installation"]["id"] == standin.app.installation.id
        assert event["sender"]["login"] == "ada"


def test_a_new_base_is_told_with_the_old_one(
    standin: GitHubStandIn, ada: Person, receiver: Receiver, shop: Repo, opened: int
) -> None:
    main = shop.git("rev-parse", "main")
    shop.branch("release")
    shop.git("push", "--quiet", str(standin.state.repository(SHOP).path), "release")
    standin.change_base(SHOP, opened, "release", by=ada)
    event = json.loads(receiver.next().body)
    assert event["changes"]["base"] == {"ref": {"from": "main"}, "sha": {"from": main}}
    assert event["pull_request"]["base"]["ref"] == "release"


def test_a_new_title_changes_no_base(standin: GitHubStandIn, ada: Person, receiver: Receiver, opened: int) -> None:
    standin.retitle(SHOP, opened, "Basket", by=ada)
    event = json.loads(receiver.next().body)
    assert (event["action"], event["changes"]) == ("edited", {"title": {"from": "Cart"}})


def test_a_changed_branch_on_disk_is_told_when_refreshed(
    standin: GitHubStandIn, ada: Person, receiver: Receiver, shop: Repo, opened: int
) -> None:
    before = shop.git("rev-parse", "feature")
    shop.checkout("feature")
    after = shop.commit({"shop/cart.py": "x = 1\n"})
    shop.git("push", "--quiet", str(standin.state.repository(SHOP).path), "feature")
    standin.refresh(SHOP, by=ada)
    event = json.loads(receiver.next().body)
    assert (event["action"], event["before"], event["after"]) == ("synchronize", before, after)
    standin.refresh(SHOP, by=ada)
    assert receiver.heard.empty(), "what has not moved is not told again"
    assert standin.state.pull_request(SHOP, opened).head.sha == after


def test_comments_are_told_on_pull_requests_too(
    standin: GitHubStandIn, ada: Person, receiver: Receiver, opened: int
) -> None:
    comment = standin.comment(SHOP, opened, "/audit", by=ada)
    standin.edit_comment(SHOP, comment.id, "/audit now", by=ada)
    standin.delete_comment(SHOP, comment.id, by=ada)
    events = [receiver.next() for _ in range(3)]
    assert [json.loads(event.body)["action"] for event in events] == ["created", "edited", "deleted"]
    assert {event.headers["x-github-event"] for event in events} == {"issue_comment"}
    assert all("pull_request" in json.loads(event.body)["issue"] for event in events)


def test_the_app_hears_of_its_own_comments(
    github: GitHub[AppInstallationAuthStrategy], standin: GitHubStandIn, receiver: Receiver, opened: int
) -> None:
    github.rest.issues.create_comment("acme", "shop", opened, body="It is me")
    event = json.loads(receiver.next().body)
    assert event["sender"]["login"] == "fifthwhy[bot]"
    assert event["comment"]["performed_via_github_app"]["id"] == standin.app.id


def test_every_payload_is_one_that_the_client_can_parse(
    standin: GitHubStandIn, ada: Person, receiver: Receiver, shop: Repo
) -> None:
    mallory = standin.add_person("mallory", member=False)
    standin.add_repository("mallory/shop", shop.git_dir, fork_of=SHOP)
    pull = standin.open_pull_request(SHOP, head="mallory:feature", base="main", title="Cart", by=mallory)
    standin.delete_repository("mallory/shop")
    standin.close_pull_request(SHOP, pull.number, by=ada)
    standin.comment(SHOP, pull.number, "Why?", by=mallory)
    for heard in [receiver.next() for _ in range(3)]:
        parse(heard.headers["x-github-event"], heard.body)


def test_a_redelivery_keeps_its_guid_and_its_bytes(standin: GitHubStandIn, ada: Person, receiver: Receiver) -> None:
    receiver.status = 503
    standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada)
    first = receiver.next()
    (failed,) = standin.deliveries
    assert (failed.status_code, failed.redelivery) == (503, False)
    receiver.status = 202
    again = standin.redeliver(failed.guid)
    assert (again.status_code, again.redelivery, again.guid) == (202, True, failed.guid)
    assert again.id != failed.id
    second = receiver.next()
    assert second.body == first.body
    assert second.headers["x-github-delivery"] == first.headers["x-github-delivery"]


def test_an_app_that_is_down_leaves_a_failed_delivery(standin: GitHubStandIn, ada: Person) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    standin.webhooks.url = f"http://127.0.0.1:{port}/webhook"
    standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada)
    (delivery,) = standin.deliveries
    assert (delivery.status_code, delivery.status) == (502, "failed to connect to host")


def test_repositories_outside_the_installation_are_silent(
    standin: GitHubStandIn, shop: Repo, receiver: Receiver
) -> None:
    mallory = standin.add_person("mallory", member=False)
    standin.add_repository("mallory/shop", shop.git_dir)
    standin.open_pull_request("mallory/shop", head="feature", base="main", title="Cart", by=mallory)
    assert standin.deliveries == ()
    assert receiver.heard.empty()


def test_webhooks_never_leave_this_machine(standin: GitHubStandIn, ada: Person) -> None:
    standin.webhooks.url = "https://example.org/webhook"
    with pytest.raises(ValueError, match="this machine only"):
        standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada)
