"""Faults on purpose: the App's tests can make GitHub fail, lose an answer or keep it back."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx
import pytest

from bot.demo.faults import Fault
from bot.demo.github import GitHubStandIn
from bot.demo.records import Person
from tests.repositories import Repo

SHOP = "acme/shop"
COMMENTS = f"/api/v3/repos/{SHOP}/issues/1/comments"


@pytest.fixture(autouse=True)
def pull(standin: GitHubStandIn, ada: Person) -> None:
    standin.state.add_issue(SHOP, "How does it stand?", None, ada.user)


def test_the_next_answers_of_a_route_fail_and_then_it_works_again(
    standin: GitHubStandIn, http: httpx.Client, token: str
) -> None:
    standin.faults.append(
        Fault(
            "POST",
            "/api/v3/repos/*/issues/*/comments",
            status=403,
            headers={"Retry-After": "60"},
            message="You have exceeded a secondary rate limit.",
            times=2,
        )
    )
    answers = [http.post(COMMENTS, headers=bearer(token), json={"body": "Hello"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [403, 403, 201]
    assert answers[0].headers["retry-after"] == "60"
    assert "secondary rate limit" in answers[0].json()["message"]
    assert len(standin.state.comments(standin.state.issue(SHOP, 1))) == 1


def test_an_answer_can_be_lost_after_the_request_took_effect(
    standin: GitHubStandIn, http: httpx.Client, token: str
) -> None:
    standin.faults.append(Fault("POST", COMMENTS, status=502, takes_effect=True))
    assert http.post(COMMENTS, headers=bearer(token), json={"body": "Hello"}).status_code == 502
    assert [one["body"] for one in http.get(COMMENTS, headers=bearer(token)).json()] == ["Hello"]


def test_an_answer_can_be_kept_back_while_something_else_happens(
    standin: GitHubStandIn, http: httpx.Client, token: str, ada: Person
) -> None:
    fault = Fault("GET", COMMENTS, held=Event())
    standin.faults.append(fault)
    with ThreadPoolExecutor() as threads:
        answer = threads.submit(http.get, COMMENTS, headers=bearer(token))
        assert fault.reached.wait(30)
        standin.comment(SHOP, 1, "In between", by=ada)
        assert fault.held is not None
        fault.held.set()
        assert [one["body"] for one in answer.result().json()] == ["In between"]


def test_git_fails_as_well(standin: GitHubStandIn, http: httpx.Client, ada: Person, shop: Repo) -> None:
    standin.faults.append(Fault("GET", "/*.git/info/refs", status=503))
    address = standin.push_address(SHOP, ada)
    with pytest.raises(AssertionError, match="503"):
        shop.git("ls-remote", address)
    assert "refs/heads/main" in shop.git("ls-remote", address)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
