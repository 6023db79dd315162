"""What becomes of a delivery before anything is done about it: taken, passed over or refused; never an accident."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.events import Ignored, PullRequestEvent, RejectedError, parse, verify
from bot.jobs import ReviewJob, jobs_for
from tests.bot.conftest import Shop

SECRET: Final = "a7f3c09be15d42886b"
BODY: Final = b'{"zen": "Design for failure."}'
RETARGETED: Final = {"changes": {"base": {"ref": {"from": "main"}, "sha": {"from": "0" * 40}}}}
RETITLED: Final = {"changes": {"title": {"from": "Old title"}}}


def signature(body: bytes = BODY, secret: str = SECRET, digest: str = "sha256") -> str:
    return f"{digest}={hmac.new(secret.encode(), body, digest).hexdigest()}"


def refusal(name: str, body: bytes) -> tuple[int, str]:
    """Status and reason with which a delivery is refused."""
    with pytest.raises(RejectedError) as caught:
        parse(name, "delivery-1", body)
    return caught.value.status, caught.value.reason


def changed(payload: bytes, **changes: object) -> bytes:
    """The payload with other fields at its top; None takes one away."""
    whole = json.loads(payload) | changes
    return json.dumps({key: value for key, value in whole.items() if value is not None}).encode()


# --- signatures -------------------------------------------------------------------------------------------------------


def test_a_body_signed_with_the_secret_is_let_in() -> None:
    verify(SECRET, BODY, signature())


def test_the_example_of_github_s_documentation_is_let_in() -> None:
    """https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries, "Testing"."""
    documented = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    verify("It's a Secret to Everybody", b"Hello, World!", documented)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(signature(secret="another secret"), id="made with another secret"),
        pytest.param(signature(body=BODY + b" "), id="of another body"),
        pytest.param(signature(digest="sha1"), id="SHA-1"),
        pytest.param(signature().removeprefix("sha256="), id="without its prefix"),
        pytest.param(signature().upper(), id="in upper case"),
        pytest.param(signature()[:-1], id="cut off"),
        pytest.param(signature() + "0", id="too long"),
        pytest.param("sha256=", id="empty after its prefix"),
        pytest.param("sha256=é\udcff", id="not ASCII"),
    ],
)
def test_a_wrong_signature_is_refused(wrong: str) -> None:
    with pytest.raises(RejectedError, match="does not match") as caught:
        verify(SECRET, BODY, wrong)
    assert caught.value.status == 401


@pytest.mark.parametrize("missing", [None, ""])
def test_a_missing_signature_is_refused(missing: str | None) -> None:
    with pytest.raises(RejectedError, match="X-Hub-Signature-256 is missing") as caught:
        verify(SECRET, BODY, missing)
    assert caught.value.status == 401


def test_a_refusal_never_tells_the_signature_that_was_expected() -> None:
    with pytest.raises(RejectedError) as caught:
        verify(SECRET, BODY, "sha256=" + "0" * 64)
    assert hashlib.sha256(BODY).hexdigest() not in str(caught.value)
    assert signature() not in str(caught.value)


# --- what is taken ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["opened", "reopened", "synchronize", "ready_for_review"])
def test_what_changes_an_audit_is_taken(delivered: Shop, action: str) -> None:
    details = {"before": "0" * 40, "after": "1" * 40} if action == "synchronize" else None
    with capture_logs() as logs:
        event = parse("pull_request", "delivery-1", delivered.payload(action, details))

    assert event == PullRequestEvent(
        delivery="delivery-1",
        action=action,  # type: ignore[arg-type]  # one of its literals
        installation_id=delivered.standin.app.installation.id,
        repository_id=delivered.repository.id,
        number=delivered.pull.number,
    )
    assert logs == []


def test_a_new_base_branch_is_taken(delivered: Shop) -> None:
    event = parse("pull_request", "delivery-1", delivered.payload("edited", RETARGETED))
    assert isinstance(event, PullRequestEvent)


def test_an_event_asks_for_a_job_that_holds_ids_only(delivered: Shop) -> None:
    event = parse("pull_request", "delivery-1", delivered.payload("opened"))
    job = ReviewJob(delivered.standin.app.installation.id, delivered.repository.id, delivered.pull.number, "delivery-1")
    assert jobs_for(event) == (job,)


@pytest.mark.parametrize("drift", ["a_field_is_gone", "a_field_has_another_type", "a_field_is_new"])
def test_a_payload_that_has_drifted_from_github_s_schema_is_taken_and_told_of(delivered: Shop, drift: str) -> None:
    payload = json.loads(delivered.payload("opened"))
    match drift:
        case "a_field_is_gone":
            del payload["pull_request"]["user"]
        case "a_field_has_another_type":
            payload["pull_request"]["commits"] = "three"
        case "a_field_is_new":
            payload["enterprise_of_tomorrow"] = {"id": "gid"}
    with capture_logs() as logs:
        event = parse("pull_request", "delivery-1", json.dumps(payload).encode())

    assert isinstance(event, PullRequestEvent)
    told = [entry["event"] for entry in logs]
    assert told == ([] if drift == "a_field_is_new" else ["payload differs from GitHub's schema"])


# --- what is passed over ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ping", "push", "issue_comment", "an_event_of_tomorrow", ""])
def test_an_event_that_is_not_subscribed_to_is_passed_over(name: str) -> None:
    event = parse(name, "delivery-1", BODY)
    assert event == Ignored("delivery-1", f"the event {name!r} is not subscribed to")
    assert jobs_for(event) == ()


@pytest.mark.parametrize("action", ["closed", "labeled", "an_action_of_tomorrow"])
def test_an_action_that_changes_no_audit_is_passed_over(delivered: Shop, action: str) -> None:
    event = parse("pull_request", "delivery-1", changed(delivered.payload("opened"), action=action))
    assert event == Ignored("delivery-1", f"the action {action!r} changes nothing that is measured")


@pytest.mark.parametrize("details", [RETITLED, {"changes": {}}])
def test_an_edit_that_leaves_the_base_branch_alone_is_passed_over(
    delivered: Shop, details: Mapping[str, object]
) -> None:
    event = parse("pull_request", "delivery-1", delivered.payload("edited", details))
    assert event == Ignored("delivery-1", "the base branch is the same")


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="truncated"),
        pytest.param(b'{"action": "opened"', id="truncated later"),
        pytest.param(b"{'action': 'opened'}", id="Python, not JSON"),
        pytest.param(b"\xff\xfe\x00", id="not text"),
        pytest.param(b"payload=%7B%7D", id="a form"),
        pytest.param(b"[" * 100_000, id="nested too deep"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="objects nested too deep"),
        pytest.param(b'{"number": ' + b"9" * 10_000 + b"}", id="a number without end"),
    ],
)
def test_a_body_that_is_not_json_is_refused(body: bytes) -> None:
    assert refusal("pull_request", body) == (400, "the body is not JSON")


def test_a_payload_cut_off_on_its_way_is_refused(delivered: Shop) -> None:
    payload = delivered.payload("opened")
    assert refusal("pull_request", payload[: len(payload) // 2]) == (400, "the body is not JSON")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"opened"', b"1", b"true"])
def test_json_that_is_no_object_is_refused(body: bytes) -> None:
    assert refusal("pull_request", body) == (400, "the body is not a JSON object")


@pytest.mark.parametrize("action", [None, 1, ["opened"], {"opened": True}])
def test_a_pull_request_without_an_action_is_refused(delivered: Shop, action: object) -> None:
    body = changed(delivered.payload("opened"), action=action)
    assert refusal("pull_request", body) == (400, "`action` is missing")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"installation": None}, "installation"),
        ({"installation": {"node_id": "x"}}, "installation.id"),
        ({"installation": "3001"}, "installation"),
        ({"repository": None, "number": None}, "number, repository"),
        ({"number": "seven"}, "number"),
        ({"number": -7}, "number"),
        ({"repository": {"id": 10**30}}, "repository.id"),
    ],
)
def test_a_payload_that_lacks_what_an_audit_needs_is_refused_by_the_names_of_the_fields(
    delivered: Shop, changes: dict[str, object], fields: str
) -> None:
    """Without `installation` the webhook belongs to a repository and not to the App."""
    body = changed(delivered.payload("opened"), **changes)
    assert refusal("pull_request", body) == (400, f"the payload lacks what an audit needs: {fields}")


# --- whatever comes ---------------------------------------------------------------------------------------------------

ACTIONS: Final = ("opened", "reopened", "synchronize", "ready_for_review", "edited", "closed")
JSON_VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=10), inner, max_size=3)
    ),
    max_leaves=8,
)
PAYLOADS: Final = st.fixed_dictionaries(
    {"action": st.sampled_from(ACTIONS)},
    optional=dict.fromkeys(("number", "installation", "repository", "changes", "pull_request", "\ud800"), JSON_VALUES),
)


@given(st.binary(), st.text(), st.one_of(st.none(), st.text()))
@example(b"{}", "pull_request", "sha256=\udcff")
def test_arbitrary_bytes_are_answered_and_never_an_accident(
    body: bytes, name: str, given_signature: str | None
) -> None:
    with suppress(RejectedError):
        verify(SECRET, body, given_signature)
    with suppress(RejectedError):
        parse(name, "delivery-1", body)
    with suppress(RejectedError):
        parse("pull_request", "delivery-1", body)


@settings(deadline=None)  # the models' validators are built at their first use
@given(PAYLOADS)
@example({"action": "opened", "number": True, "installation": {"id": 1.5}, "repository": {"id": float("nan")}})
def test_arbitrary_json_is_answered_and_never_an_accident(payload: dict[str, object]) -> None:
    with capture_logs(), suppress(RejectedError):
        parse("pull_request", "delivery-1", json.dumps(payload).encode())
