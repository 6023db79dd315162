"""What becomes of a delivery before anything is done about it: taken, passed over or refused; never an accident."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.demo import events as sent
from bot.demo.records import CheckRun, MergeGroup, Repository, User
from bot.demo.webhooks import Message
from bot.queue.jobs import CheckJob, CommandJob, GroupJob, Job, LookBackJob, ReviewJob
from bot.setup.manifest import manifest
from bot.webhooks.deliveries import LISTENED_TO, RejectedError, parse, verify
from bot.webhooks.events import (
    CheckEvent,
    CommandEvent,
    Event,
    Ignored,
    InstallationEvent,
    MergeGroupEvent,
    PullRequestEvent,
    PushEvent,
    RepositoryEvent,
)
from bot.webhooks.jobs import jobs_for
from tests.bot.conftest import Shop

APP: Final = 4242
SECRET: Final = "a7f3c09be15d42886b"
BODY: Final = b'{"zen": "Design for failure."}'
RETARGETED: Final = {"changes": {"base": {"ref": {"from": "main"}, "sha": {"from": "0" * 40}}}}
RETITLED: Final = {"changes": {"title": {"from": "Old title"}}}


def signature(body: bytes = BODY, secret: str = SECRET, digest: str = "sha256") -> str:
    return f"{digest}={hmac.new(secret.encode(), body, digest).hexdigest()}"


def refusal(name: str, body: bytes) -> tuple[int, str]:
    """Status and reason with which a delivery is refused."""
    with pytest.raises(RejectedError) as caught:
        parse(name, "delivery-1", body, APP)
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
    with pytest.raises(RejectedError, match=r"does not match the body|is no signature") as caught:
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


# --- pull requests ----------------------------------------------------------------------------------------------------


def event_of(shop: Shop, message: Message | None) -> Event:
    """What is made of a message that GitHub's schema allows."""
    assert message is not None
    return parse(message.event, "delivery-1", message.payload, shop.standin.app.id)


def scope(shop: Shop) -> dict[str, Any]:
    return {
        "delivery": "delivery-1",
        "installation_id": shop.standin.app.installation.id,
        "repository_id": shop.repository.id,
    }


@pytest.mark.parametrize("action", ["opened", "reopened", "synchronize", "ready_for_review", "closed"])
def test_what_changes_an_audit_is_taken(delivered: Shop, action: str) -> None:
    details = {"before": "0" * 40, "after": "1" * 40} if action == "synchronize" else None
    event = parse("pull_request", "delivery-1", delivered.payload(action, details), APP)
    assert event == PullRequestEvent(action=action, number=delivered.pull.number, **scope(delivered))  # type: ignore[arg-type]


def test_a_new_base_branch_is_taken(delivered: Shop) -> None:
    event = parse("pull_request", "delivery-1", delivered.payload("edited", RETARGETED), APP)
    assert isinstance(event, PullRequestEvent)


@pytest.mark.parametrize("drift", ["a_field_is_gone", "a_field_has_another_type", "a_field_is_new"])
def test_a_payload_that_has_drifted_from_github_s_schema_is_taken(delivered: Shop, drift: str) -> None:
    payload = json.loads(delivered.payload("opened"))
    match drift:
        case "a_field_is_gone":
            del payload["pull_request"]["user"]
        case "a_field_has_another_type":
            payload["pull_request"]["commits"] = "three"
        case "a_field_is_new":
            payload["enterprise_of_tomorrow"] = {"id": "gid"}
    assert isinstance(parse("pull_request", "delivery-1", json.dumps(payload).encode(), APP), PullRequestEvent)


@pytest.mark.parametrize("action", ["assigned", "labeled", "an_action_of_tomorrow"])
def test_an_action_that_changes_no_audit_is_passed_over(delivered: Shop, action: str) -> None:
    event = parse("pull_request", "delivery-1", changed(delivered.payload("opened"), action=action), APP)
    assert event == Ignored("delivery-1", f"the action {action!r} of 'pull_request' asks for nothing")


@pytest.mark.parametrize("details", [RETITLED, {"changes": {}}])
def test_an_edit_that_leaves_the_base_branch_alone_is_passed_over(
    delivered: Shop, details: Mapping[str, object]
) -> None:
    event = parse("pull_request", "delivery-1", delivered.payload("edited", details), APP)
    assert event == Ignored("delivery-1", "the base branch is the same")


# --- comments ---------------------------------------------------------------------------------------------------------


def commented(shop: Shop, body: str, action: str = "created", by: User | None = None) -> Event:
    state, author = shop.standin.state, by or shop.person.user
    written = state.add_comment(shop.pull, author, body, via_app=False)
    details = {"changes": {"body": {"from": "?"}}} if action == "edited" else None
    return event_of(shop, sent.comment_event(state, action, written, author, details))


def test_a_comment_with_a_command_is_taken_on_a_pull_request(delivered: Shop) -> None:
    event = commented(delivered, "Where do we stand?\r\n\r\n/audit\r\n")
    assert isinstance(event, CommandEvent)
    assert event.comment_id == delivered.standin.state.comments(delivered.pull)[-1].id
    assert event == CommandEvent(number=delivered.pull.number, comment_id=event.comment_id, **scope(delivered))


def test_a_comment_with_a_command_is_taken_on_an_issue(delivered: Shop) -> None:
    state = delivered.standin.state
    issue = delivered.standin.open_issue(delivered.name, "Consolidate", None, delivered.person)
    written = state.add_comment(issue, delivered.person.user, "/audit", via_app=False)
    event = event_of(delivered, sent.comment_event(state, "created", written, delivered.person.user))
    assert event == CommandEvent(number=issue.number, comment_id=written.id, **scope(delivered))


@pytest.mark.parametrize("body", ["Thanks!", "> /audit", "```\n/audit\n```", ""])
def test_a_comment_without_a_command_leads_to_no_job(delivered: Shop, body: str) -> None:
    assert commented(delivered, body) == Ignored("delivery-1", "the comment has no command")


@pytest.mark.parametrize("action", ["edited", "deleted"])
def test_a_command_counts_when_it_is_written_and_not_when_it_is_edited(delivered: Shop, action: str) -> None:
    event = commented(delivered, "/audit", action)
    assert event == Ignored("delivery-1", f"the action {action!r} of 'issue_comment' asks for nothing")


def test_nobody_but_people_gives_commands(delivered: Shop) -> None:
    """A bot that quotes a command, ours among them, would be answered for ever."""
    bot = delivered.standin.add_bot(f"helper-{delivered.repository.id}[bot]")
    nobody = Ignored("delivery-1", "no person wrote the comment")
    assert commented(delivered, "/audit", by=bot.user) == nobody
    assert commented(delivered, "/audit", by=delivered.standin.app.bot) == nobody


def test_a_command_of_a_deleted_account_is_nobody_s(delivered: Shop) -> None:
    state = delivered.standin.state
    written = state.add_comment(delivered.pull, delivered.person.user, "/audit", via_app=False)
    message = sent.comment_event(state, "created", written, delivered.person.user)
    assert message is not None
    whole = json.loads(message.payload)
    body = changed(message.payload, comment=whole["comment"] | {"user": None})
    assert parse("issue_comment", "delivery-1", body, APP) == Ignored("delivery-1", "no person wrote the comment")


# --- checks and merge queues ------------------------------------------------------------------------------------------


def check_run(shop: Shop, *, own: bool = True) -> CheckRun:
    said = {"name": "fifthwhy", "status": "completed", "conclusion": "neutral", "own": own}
    return shop.standin.state.verdicts.start_check_run(shop.repository, shop.pull.head.sha, said)


def pressed(shop: Shop, run: CheckRun, action: str, details: dict[str, Any] | None = None) -> Event:
    return event_of(
        shop, sent.check_run_event(shop.standin.state, action, shop.repository, run, shop.person.user, details)
    )


def test_a_check_run_of_ours_that_is_asked_for_again_is_taken(delivered: Shop) -> None:
    run = check_run(delivered)
    assert pressed(delivered, run, "rerequested") == CheckEvent(
        action="rerequested",
        check_run_id=run.id,
        head_sha=run.commit,
        by=delivered.person.user.login,
        **scope(delivered),
    )


def test_a_button_of_a_check_run_of_ours_is_taken_by_its_identifier(delivered: Shop) -> None:
    run = check_run(delivered)
    event = pressed(delivered, run, "requested_action", {"requested_action": {"identifier": "accept"}})
    assert event == CheckEvent(
        action="accept", check_run_id=run.id, head_sha=run.commit, by=delivered.person.user.login, **scope(delivered)
    )


def test_all_checks_of_a_commit_can_be_asked_for_again(delivered: Shop) -> None:
    run, state = check_run(delivered), delivered.standin.state
    message = sent.check_suite_event(state, "rerequested", delivered.repository, run, delivered.person.user)
    assert event_of(delivered, message) == CheckEvent(
        action="rerequested", check_run_id=None, head_sha=run.commit, by=delivered.person.user.login, **scope(delivered)
    )


def test_checks_of_other_apps_are_passed_over(delivered: Shop) -> None:
    """They are delivered as well."""
    run, state = check_run(delivered, own=False), delivered.standin.state
    not_ours = Ignored("delivery-1", "the check is of another App")
    assert pressed(delivered, run, "rerequested") == not_ours
    suite = sent.check_suite_event(state, "rerequested", delivered.repository, run, delivered.person.user)
    if json.loads(suite.payload if suite else b"{}")["check_suite"]["app"]["id"] != delivered.standin.app.id:
        assert event_of(delivered, suite) == not_ours


@pytest.mark.parametrize("action", ["created", "completed"])
def test_what_becomes_of_a_check_run_is_passed_over(delivered: Shop, action: str) -> None:
    event = pressed(delivered, check_run(delivered), action)
    assert event == Ignored("delivery-1", f"the action {action!r} of 'check_run' asks for nothing")


def grouped(shop: Shop, action: str) -> Event:
    head, base = shop.pull.head.sha, shop.pull.base.sha
    branch = f"gh-readonly-queue/main/pr-{shop.pull.number}-{base}"
    group = MergeGroup(shop.repository.id, (shop.pull.number,), "main", base, branch, head)
    details = {"reason": "dequeued"} if action == "destroyed" else None
    return event_of(
        shop,
        sent.merge_group_event(shop.standin.state, action, shop.repository, group, shop.person.user, details),
    )


def test_a_merge_queue_that_waits_is_heard(delivered: Shop) -> None:
    assert grouped(delivered, "checks_requested") == MergeGroupEvent(
        head_sha=delivered.pull.head.sha, base_sha=delivered.pull.base.sha, base_branch="main", **scope(delivered)
    )


def test_a_group_that_is_over_is_heard_of(delivered: Shop) -> None:
    event = grouped(delivered, "destroyed")
    assert isinstance(event, MergeGroupEvent)
    assert event.is_over


# --- pushes -----------------------------------------------------------------------------------------------------------


def pushed(shop: Shop, branch: str = "main", **changes: object) -> Event:
    before, after = shop.pull.base.sha, shop.pull.head.sha
    message = sent.push_event(shop.standin.state, shop.repository, branch, before, after, shop.person.user)
    assert message is not None
    return parse("push", "delivery-1", changed(message.payload, **changes), APP)


def test_a_push_to_the_default_branch_is_taken(delivered: Shop) -> None:
    assert pushed(delivered) == PushEvent(branch="main", **scope(delivered))


def test_a_push_to_another_branch_is_passed_over(delivered: Shop) -> None:
    expected = Ignored("delivery-1", "nothing was pushed to the default branch")
    assert pushed(delivered, branch="feature") == expected
    assert pushed(delivered, ref="refs/tags/main") == expected
    assert pushed(delivered, deleted=True) == expected


# --- repositories and installations -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "action", ["renamed", "transferred", "privatized", "publicized", "archived", "unarchived", "deleted"]
)
def test_what_becomes_of_a_repository_is_taken(delivered: Shop, action: str) -> None:
    body = changed(delivered.payload("opened"), action=action)
    assert parse("repository", "delivery-1", body, APP) == RepositoryEvent(action=action, **scope(delivered))  # type: ignore[arg-type]


def test_a_repository_that_is_created_or_edited_is_passed_over(delivered: Shop) -> None:
    body = changed(delivered.payload("opened"), action="edited")
    assert isinstance(parse("repository", "delivery-1", body, APP), Ignored)


@pytest.mark.parametrize("action", ["created", "deleted", "suspend", "unsuspend", "new_permissions_accepted"])
def test_what_becomes_of_an_installation_is_taken(delivered: Shop, action: str) -> None:
    state, person = delivered.standin.state, delivered.person.user
    installed = state.installations.covering(delivered.repository)
    assert installed is not None
    event = event_of(delivered, sent.installation_event(state, action, installed, person))
    assert isinstance(event, InstallationEvent)
    assert (event.action, event.installation_id) == (action, installed.id)
    assert delivered.repository.id in event.repository_ids


def test_repositories_that_come_and_go_are_taken(delivered: Shop) -> None:
    state, person = delivered.standin.state, delivered.person.user
    installed = state.installations.covering(delivered.repository)
    assert installed is not None

    def told(came: list[Repository], went: list[Repository]) -> Event:
        return event_of(delivered, sent.installation_repositories_event(state, installed, came, went, person))

    shop = [delivered.repository]
    assert told(shop, []) == InstallationEvent("delivery-1", "added", installed.id, (delivered.repository.id,))
    assert told([], shop) == InstallationEvent("delivery-1", "removed", installed.id, (delivered.repository.id,))


# --- jobs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "job"),
    [
        (PullRequestEvent("d", "opened", 1, 2, 3), ReviewJob(1, 2, 3, "d")),
        (CommandEvent("d", 1, 2, 3, 4), CommandJob(1, 2, 3, 4, "d")),
        (CheckEvent("d", "accept", 1, 2, 5, "a" * 40, "ada"), CheckJob(1, 2, 5, "a" * 40, "accept", "ada", "d")),
        (
            CheckEvent("d", "rerequested", 1, 2, None, "a" * 40, "ada"),
            CheckJob(1, 2, None, "a" * 40, "rerequested", "ada", "d"),
        ),
        (MergeGroupEvent("d", 1, 2, "a" * 40, "b" * 40, "main"), GroupJob(1, 2, "a" * 40, "b" * 40, "main", "d")),
        (
            MergeGroupEvent("d", 1, 2, "a" * 40, "b" * 40, "main", is_over=True),
            GroupJob(1, 2, "a" * 40, "b" * 40, "main", "d", is_over=True),
        ),
        (PushEvent("d", 1, 2, "main"), LookBackJob(1, 2, "main", "d")),
    ],
)
def test_an_event_asks_for_a_job_that_holds_ids_only(event: Event, job: Job) -> None:
    assert jobs_for(event) == (job,)


def test_checks_of_two_commits_that_are_asked_for_again_do_not_stand_in_each_other_s_way() -> None:
    jobs = [CheckJob(1, 2, None, sha * 40, "rerequested", "ada", "d") for sha in "ab"]
    assert len({job.subject for job in jobs}) == 2


def test_all_events_that_the_app_subscribes_to_are_listened_to() -> None:
    """And those that GitHub sends to every App."""
    assert {*manifest().default_events, "installation", "installation_repositories"} == LISTENED_TO


# --- what is passed over ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ping", "issues", "an_event_of_tomorrow", ""])
def test_an_event_that_is_not_subscribed_to_is_passed_over(name: str) -> None:
    event = parse(name, "delivery-1", BODY, APP)
    assert event == Ignored("delivery-1", f"the event {name!r} is not subscribed to")
    assert jobs_for(event) == ()


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
        pytest.param(b'{"a":' + b"[" * 100_000, id="nested too deep"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="objects nested too deep"),
        pytest.param(b'{"number": ' + b"9" * 10_000, id="a number without end"),
    ],
)
def test_a_body_that_is_not_json_is_refused(body: bytes) -> None:
    assert refusal("pull_request", body) == (400, "the body is not JSON")


def test_a_payload_cut_off_on_its_way_is_refused(delivered: Shop) -> None:
    payload = delivered.payload("opened")
    assert refusal("pull_request", payload[: len(payload) // 2]) == (400, "the body is not JSON")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"opened"', b"1", b"true"])
def test_json_that_is_no_object_is_refused(body: bytes) -> None:
    status, reason = refusal("pull_request", body)
    assert status == 400
    assert "Expected `object`" in reason


@pytest.mark.parametrize("action", [None, 1, ["opened"], {"opened": True}])
def test_a_pull_request_without_an_action_is_refused(delivered: Shop, action: object) -> None:
    body = changed(delivered.payload("opened"), action=action)
    status, reason = refusal("pull_request", body)
    assert status == 400
    assert "action`" in reason


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"installation": None}, "missing required field `installation`"),
        ({"installation": {"node_id": "x"}}, "missing required field `id` - at `$.installation`"),
        ({"installation": "3001"}, "at `$.installation`"),
        ({"repository": None}, "missing required field `repository`"),
        ({"number": None}, "missing required field `number`"),
        ({"number": "seven"}, "at `$.number`"),
        ({"number": -7}, "at `$.number`"),
        ({"number": True}, "at `$.number`"),
        ({"repository": {"id": 10**30}}, "at `$.repository.id`"),
    ],
)
def test_a_payload_that_lacks_what_an_audit_needs_is_refused_by_the_name_of_the_field(
    delivered: Shop, changes: dict[str, object], field: str
) -> None:
    """Without `installation` the webhook belongs to a repository and not to the App."""
    status, reason = refusal("pull_request", changed(delivered.payload("opened"), **changes))
    assert status == 400
    assert reason.startswith("the payload lacks what the event is made of: ")
    assert field in reason


def test_a_button_without_an_identifier_is_refused(delivered: Shop) -> None:
    run, state = check_run(delivered), delivered.standin.state
    message = sent.check_run_event(state, "rerequested", delivered.repository, run, delivered.person.user)
    assert message is not None
    with pytest.raises(RejectedError, match="`requested_action` is missing"):
        parse("check_run", "delivery-1", changed(message.payload, action="requested_action"), delivered.standin.app.id)


# --- whatever comes ---------------------------------------------------------------------------------------------------

ACTIONS: Final = (
    "opened",
    "edited",
    "created",
    "rerequested",
    "requested_action",
    "checks_requested",
    "added",
    "renamed",
)
JSON_VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=10), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS: Final = (
    "number", "installation", "repository", "changes", "pull_request", "comment", "issue", "sender", "check_run",
    "check_suite", "merge_group", "ref", "commits", "repositories", "repositories_added", "\ud800",
)  # fmt: skip
PAYLOADS: Final = st.fixed_dictionaries({"action": st.sampled_from(ACTIONS)}, optional=dict.fromkeys(KEYS, JSON_VALUES))
NAMES: Final = st.sampled_from(sorted(LISTENED_TO))


@given(st.binary(), st.text(), st.one_of(st.none(), st.text()))
@example(b"{}", "pull_request", "sha256=\udcff")
def test_arbitrary_bytes_are_answered_and_never_an_accident(
    body: bytes, name: str, given_signature: str | None
) -> None:
    with suppress(RejectedError):
        verify(SECRET, body, given_signature)
    with suppress(RejectedError):
        parse(name, "delivery-1", body, APP)
    with suppress(RejectedError):
        parse("pull_request", "delivery-1", body, APP)


@settings(deadline=None)
@given(NAMES, PAYLOADS)
@example(
    "pull_request",
    {"action": "opened", "number": True, "installation": {"id": 1.5}, "repository": {"id": float("nan")}},
)
def test_arbitrary_json_is_answered_and_never_an_accident(name: str, payload: dict[str, object]) -> None:
    with suppress(RejectedError):
        parse(name, "delivery-1", json.dumps(payload).encode(), APP)


@given(st.text(max_size=300))
def test_arbitrary_comments_are_answered_and_never_an_accident(text: str) -> None:
    user = {"login": "ada", "type": "User"}
    payload = {
        "action": "created",
        "comment": {"id": 1, "body": f"/audit {text}", "user": user},
        "issue": {"number": 2},
        "sender": user,
        "installation": {"id": 3},
        "repository": {"id": 4},
    }
    event = parse("issue_comment", "delivery-1", json.dumps(payload).encode(), APP)
    assert isinstance(event, CommandEvent | Ignored)
