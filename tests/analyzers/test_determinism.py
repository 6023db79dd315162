"""The same commits and policy give the same report, byte for byte, in whatever order files are listed or read."""

from __future__ import annotations

from random import Random
from typing import Final

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.places import Commit, Repository
from analyzers.report import Subject, report_of
from analyzers.summary import outcome_of_state, outcome_of_two
from tests.analyzers.cases import case_files, read_case
from tests.analyzers.trees import Files, audit_of, policy_of

SUBJECT: Final = Subject(
    repository=Repository("acme/shop", "https://github.example/acme/shop"),
    head=Commit("1" * 40, "2026-03-02T10:00:00+00:00", "Head"),
    base=Commit("0" * 40, "2026-03-01T10:00:00+00:00", "Base"),
    policy_source=None,
    policy_commit=None,
    version="0.1.0",
)

CASES: Final = [read_case(path).files for family in ("imports", "auth") for path in case_files(family)]


def everything() -> dict[str, str]:
    """All trees of the case files side by side, without their policies: much to infer, and circles to go round in."""
    files: dict[str, str] = {}
    for number, case in enumerate(CASES):
        for path, text in case.items():
            if path.endswith(".py"):
                files[path] = files.get(path, "") + text
                files[f"case{number}/{path}"] = text
    return files


TREE: Final = everything()


def state_of(files: Files) -> bytes:
    policy = policy_of(files)
    return msgspec.json.encode(report_of(SUBJECT, policy, outcome_of_state(audit_of(files, policy))))


def delta_of(base: Files, head: Files) -> bytes:
    policy = policy_of(base)
    at_base = audit_of(base, policy)
    at_head = audit_of(head, policy, at_base)
    return msgspec.json.encode(report_of(SUBJECT, policy, outcome_of_two(at_base, at_head, {})))


STATE: Final = state_of(TREE)


@settings(max_examples=8)
@given(st.randoms(use_true_random=False))
def test_the_order_of_files_does_not_show_in_a_report(random: Random) -> None:
    paths = sorted(TREE)
    random.shuffle(paths)
    assert state_of({path: TREE[path] for path in paths}) == STATE


@given(st.sampled_from(CASES), st.data())
def test_the_order_of_files_does_not_show_in_a_small_report(files: Files, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(sorted(files)))
    assert state_of({path: files[path] for path in shuffled}) == state_of(files)


@given(st.sampled_from(CASES), st.sampled_from(CASES), st.data())
def test_the_order_of_files_does_not_show_in_a_comparison(base: Files, head: Files, data: st.DataObject) -> None:
    first = delta_of(base, head)
    base = {path: base[path] for path in data.draw(st.permutations(sorted(base)))}
    head = {path: head[path] for path in data.draw(st.permutations(sorted(head)))}
    assert delta_of(base, head) == first
