"""Deliveries that are nearly GitHub's own: one thing in them is another, is missing, or is far too much."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any, Final

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from bot.queue.jobs import LANES, Job
from bot.webhooks.deliveries import LISTENED_TO, RejectedError, parse
from bot.webhooks.events import Event, Ignored
from bot.webhooks.jobs import jobs_for

APP: Final = 4242
SHA: Final = "0123456789abcdef0123456789abcdef01234567"
SCOPE: Final = {
    "installation": {"id": 7},
    "repository": {"id": 10, "default_branch": "main"},
    "sender": {"login": "ada", "type": "User"},
}
CHECK: Final = {"id": 5, "head_sha": SHA, "app": {"id": APP}}
GENUINE: Final[dict[str, dict[str, Any]]] = {
    "pull_request": {
        "action": "edited",
        "number": 3,
        "changes": {"base": {"ref": {"from": "main"}}},
        "pull_request": {"head": {"sha": SHA}},
    },
    "issue_comment": {
        "action": "created",
        "comment": {"id": 9, "body": "/audit imports", "user": {"login": "ada", "type": "User"}},
        "issue": {"number": 3},
    },
    "check_run": {"action": "requested_action", "check_run": CHECK, "requested_action": {"identifier": "accept"}},
    "check_suite": {"action": "rerequested", "check_suite": CHECK},
    "merge_group": {
        "action": "checks_requested",
        "merge_group": {"head_sha": SHA, "base_sha": SHA, "base_ref": "refs/heads/main"},
    },
    "push": {
        "ref": "refs/heads/main",
        "deleted": False,
        "commits": [{"added": [], "modified": [".github/fifthwhy.yml"]}],
    },
    "installation": {"action": "created", "repositories": [{"id": 10}]},
    "installation_repositories": {"action": "added", "repositories_added": [{"id": 10}], "repositories_removed": []},
    "repository": {"action": "renamed"},
}
ODD: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(st.characters(), max_size=20),
    st.sampled_from(
        ["../../x", "-oProxyCommand=x", "\x00", "a" * 100_000, "ghs_" + "a" * 36, [], {}, [[[]]], {"id": {}}]
    ),
)


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path to everything in it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*path, key)
        yield from places(inner, (*path, key))


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, bytes]:
    """An event's name, and a payload in which up to three things are odd."""
    name = draw(st.sampled_from(sorted(GENUINE)))
    payload: Any = deepcopy({**SCOPE, **GENUINE[name]})
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(list(places(payload))))
        holder = payload
        for key in way:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = deepcopy(draw(ODD))
        else:
            del holder[last]
        if not payload:
            break
    return name, json.dumps(payload).encode()


def test_every_event_that_is_listened_to_is_tried_and_each_is_taken_as_it_stands() -> None:
    assert GENUINE.keys() == LISTENED_TO
    taken = [parse(name, "d-1", json.dumps({**SCOPE, **payload}).encode(), APP) for name, payload in GENUINE.items()]
    assert not [event for event in taken if isinstance(event, Ignored)]


@given(spoiled())
def test_what_is_odd_is_refused_or_leads_to_a_job_that_the_queue_can_hold(delivery: tuple[str, bytes]) -> None:
    name, body = delivery
    event: Event | None = None
    with suppress(RejectedError):
        event = parse(name, "d-1", body, APP)
    for job in () if event is None else jobs_for(event):
        stored = msgspec.msgpack.encode(job)
        assert msgspec.msgpack.decode(stored, type=Job) == job
        assert job.lane in LANES
        assert len(job.subject) < 500
