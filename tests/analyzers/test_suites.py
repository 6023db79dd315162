"""Suites: which checks belong to one, which of them count, and what the suite comes to."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.policy import Policy, SuitePolicy
from analyzers.status import CheckRow, CheckState, SuiteRow
from analyzers.suites import (
    Check,
    Counts,
    FoundState,
    combined,
    matches,
    state_of_run,
    state_of_status,
    suites_of,
)


def check(name: str, state: FoundState = "passed", source: str = "app actions", detail: str = "") -> Check:
    return Check(name, state, detail, None, source)


def suite(*checks: Check, patterns: tuple[str, ...] = ("unit*",), known: bool = True) -> SuiteRow:
    policy = Policy(suites=(SuitePolicy(name="Unit", checks=patterns),))
    (row,) = suites_of(policy, checks, known=known)
    return row


# --- what counts ------------------------------------------------------------------------------------------------------


def test_a_policy_without_suites_has_none() -> None:
    assert suites_of(Policy(), [check("unit", "failed")], known=True) == ()


def test_suites_stand_in_the_order_of_the_policy_and_may_share_a_check() -> None:
    policy = Policy(suites=(SuitePolicy(name="Slow", checks=("*",)), SuitePolicy(name="All", checks=("unit", "e2e"))))
    slow, everything = suites_of(policy, [check("unit"), check("e2e", "failed")], known=True)
    assert (slow.name, slow.passed, slow.failed) == ("Slow", 1, 1)
    assert (everything.name, everything.passed, everything.failed) == ("All", 1, 1)


def test_a_check_that_two_patterns_match_is_counted_once() -> None:
    row = suite(check("unit"), patterns=("unit", "u*"))
    assert (row.passed, row.missing, len(row.checks)) == (1, 0, 1)


def test_the_last_run_of_a_name_counts() -> None:
    assert suite(check("unit", "failed"), check("unit", "passed")).state == "passed"
    assert suite(check("unit", "passed"), check("unit", "failed")).state == "failed"


def test_the_same_name_from_another_service_is_another_check() -> None:
    row = suite(check("unit", "failed", source="app actions"), check("unit", "passed", source="status"))
    assert (row.state, row.passed, row.failed) == ("failed", 1, 1)


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        (("passed", "passed"), "passed"),
        (("passed", "running"), "running"),
        (("running", "blocked"), "blocked"),
        (("blocked", "failed", "passed"), "failed"),
        (("skipped", "passed"), "passed"),
    ],
)
def test_the_worst_check_decides(states: tuple[FoundState, ...], worst: CheckState) -> None:
    checks = [check(f"unit {number}", state) for number, state in enumerate(states)]
    assert suite(*checks).state == worst
    assert combined(checks) == worst


def test_the_worst_checks_are_listed_first_and_others_by_name() -> None:
    row = suite(check("unit c"), check("unit b", "running"), check("unit d", "failed"), check("unit a"))
    assert [one.name for one in row.checks] == ["unit d", "unit b", "unit a", "unit c"]


def test_tests_are_counted_where_they_are_told_and_those_that_failed_are_listed() -> None:
    failed = CheckRow("tests.test_cart::test_total", "failed", "assert 1 == 2", None)
    tests = Counts(passed=28, failed=1, blocked=2, failing=(failed,))
    row = suite(Check("unit", "failed", "28 passed", None, "a.xml 0", tests), check("unit lint"))
    assert (row.state, row.passed, row.failed, row.blocked, row.running) == ("failed", 29, 1, 2, 0)
    assert row.checks == (
        CheckRow("unit", "failed", "28 passed", None),
        failed,
        CheckRow("unit lint", "passed", "", None),
    )


def test_a_suite_that_ended_before_any_test_is_counted_itself() -> None:
    row = suite(Check("unit", "blocked", "", None, "a.xml 0", Counts(0, 0, 0)), check("unit lint"))
    assert (row.state, row.passed, row.blocked) == ("blocked", 1, 1)


# --- what is missing --------------------------------------------------------------------------------------------------


def test_a_pattern_that_nothing_matches_is_missing() -> None:
    row = suite(check("lint"), check("unit"), patterns=("unit", "integration*"))
    assert (row.state, row.passed, row.missing) == ("missing", 1, 1)
    assert row.checks[0] == CheckRow("integration*", "missing", "", None)


def test_while_something_runs_it_may_still_come() -> None:
    row = suite(check("build", "running"))
    assert row.checks == (CheckRow("unit*", "missing", "nothing of it yet, and other checks are still running", None),)


def test_where_not_all_checks_are_known_nothing_is_missing() -> None:
    assert suites_of(Policy(suites=(SuitePolicy(name="Unit", checks=("unit",)),)), [], known=False) == ()
    row = suite(check("unit"), patterns=("unit", "integration*"), known=False)
    assert (row.state, row.missing) == ("passed", 0)


def test_a_check_that_was_skipped_shows_nothing_of_the_code() -> None:
    row = suite(check("unit", "skipped"))
    assert (row.state, row.passed, row.missing) == ("missing", 0, 1)
    assert row.checks == (CheckRow("unit", "missing", "skipped", None),)
    assert combined([check("unit", "skipped")]) is None
    assert combined([]) is None


def test_a_check_that_was_skipped_beside_one_that_ran_is_left_out() -> None:
    row = suite(check("unit (3.12)"), check("unit (3.13)", "skipped"))
    assert (row.state, row.passed, len(row.checks)) == ("passed", 1, 1)


# --- GitHub's words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conclusion", "state"),
    [
        ("success", "passed"),
        ("neutral", "passed"),
        ("failure", "failed"),
        ("skipped", "skipped"),
        *((word, "blocked") for word in ("cancelled", "timed_out", "action_required", "stale", "startup_failure")),
        ("a word of tomorrow", "blocked"),
        (None, "blocked"),
    ],
)
def test_what_a_completed_check_run_concluded(conclusion: str | None, state: FoundState) -> None:
    assert state_of_run("completed", conclusion) == state


@pytest.mark.parametrize("status", ["queued", "in_progress", "waiting", "requested", "pending"])
def test_a_check_run_that_is_not_completed_is_running(status: str) -> None:
    assert state_of_run(status, None) == "running"


@pytest.mark.parametrize(
    ("word", "state"),
    [("success", "passed"), ("failure", "failed"), ("error", "blocked"), ("pending", "running"), ("?", "blocked")],
)
def test_what_a_commit_status_says(word: str, state: FoundState) -> None:
    assert state_of_status(word) == state


# --- patterns ---------------------------------------------------------------------------------------------------------


@given(st.text("ab*", max_size=8), st.text("ab\n", max_size=8))
def test_a_star_stands_for_any_characters_and_everything_else_for_itself(pattern: str, name: str) -> None:
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name, re.DOTALL) is not None
    assert matches(pattern, name) is expected


def test_a_name_that_nearly_matches_costs_no_more_than_its_length() -> None:
    assert not matches("*a*a*a*a", "a" * 1_000_000 + "b")
