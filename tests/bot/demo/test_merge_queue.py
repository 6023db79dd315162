"""The merge queue: groups are real commits on real branches, and the App is asked about them."""

import json

import pytest

from bot.demo.github import GitHubStandIn
from bot.demo.records import Person
from tests.bot.demo.conftest import SHOP, Receiver
from tests.repositories import Repo

pytestmark = pytest.mark.usefixtures("address")


@pytest.fixture
def bare(standin: GitHubStandIn) -> Repo:
    return Repo(standin.state.repository(SHOP).path)


def test_a_group_is_asked_about_and_merged(standin: GitHubStandIn, receiver: Receiver, bare: Repo, ada: Person) -> None:
    pull = standin.open_pull_request(SHOP, head="feature", base="main", title="Cart", by=ada)
    receiver.next()
    group = standin.merge_queue.add(SHOP, pull.number, by=ada)
    asked = json.loads(receiver.next().body)
    told = asked["merge_group"]
    assert (asked["action"], told["base_ref"], told["base_sha"]) == (
        "checks_requested",
        "refs/heads/main",
        pull.base.sha,
    )
    assert told["head_ref"] == f"refs/heads/gh-readonly-queue/main/pr-{pull.number}-{pull.base.sha}"
    assert bare.git("rev-parse", told["head_ref"]) == told["head_sha"] == group.head_sha
    assert bare.git("rev-parse", f"{group.head_sha}^2") == pull.head.sha
    standin.merge_queue.merge(group, by=ada)
    heard = [receiver.next() for _ in range(3)]
    assert [one.headers["x-github-event"] for one in heard] == ["push", "pull_request", "merge_group"]
    assert json.loads(heard[2].body)["reason"] == "merged"
    assert bare.git("rev-parse", "main") == group.head_sha
    assert standin.state.pull_request(SHOP, pull.number).merged_at is not None
    assert "gh-readonly-queue" not in bare.git("branch", "--list")


def test_a_second_group_is_made_on_top_of_the_first_and_can_be_taken_out(
    standin: GitHubStandIn, receiver: Receiver, bare: Repo, shop: Repo, ada: Person
) -> None:
    shop.branch("docs", at="main")
    shop.commit({"README.md": "A shop\n"})
    shop.git("push", "--quiet", str(bare.path), "docs")
    pulls = [
        standin.open_pull_request(SHOP, head=head, base="main", title=head, by=ada) for head in ("feature", "docs")
    ]
    first = standin.merge_queue.add(SHOP, pulls[0].number, by=ada)
    second = standin.merge_queue.add(SHOP, pulls[1].number, by=ada, behind=first)
    assert (second.numbers, second.base_sha) == ((1, 2), first.head_sha)
    assert bare.git("rev-parse", f"{second.head_sha}^1") == first.head_sha
    standin.merge_queue.remove(second, by=ada, reason="invalidated")
    heard = [json.loads(receiver.next().body) for _ in range(5)]
    assert (heard[-1]["action"], heard[-1]["reason"]) == ("destroyed", "invalidated")
    assert standin.state.pull_request(SHOP, 2).state == "open"
