"""What stands in the way of an answer, in words for whoever asked."""

from __future__ import annotations

import pytest

from analyzers.policy import PolicyProblem
from analyzers.problem import Problem
from bot.git.git import GitTimeoutError, GitTooLargeError, UnknownRefError
from bot.jobs.problems import NoMergeBaseError, explain, for_a_command, internal_error
from bot.measuring.measure import InvalidPolicyError

ERRORS = (
    GitTooLargeError("large"),
    GitTimeoutError("slow"),
    InvalidPolicyError(".github/fifthwhy.yml", (PolicyProblem(3, "symbols", "is required"),)),
    UnknownRefError("refs/heads/main"),
    TimeoutError(),
)


def told(error: Exception, *, on_issue: bool = True) -> Problem:
    problem = explain(error, most_bytes=1024**3, fetch_seconds=60, audit_seconds=300)
    return for_a_command(problem, branch="main", on_issue=on_issue)


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_on_an_issue_nothing_is_said_of_pull_requests_and_pushes(error: Exception) -> None:
    problem = told(error)
    for text in (problem.title, problem.message, problem.remedy, problem.follows):
        assert "pull request" not in text
        assert "next push" not in text


def test_a_policy_that_cannot_be_used_is_told_with_its_branch() -> None:
    problem = told(ERRORS[2], on_issue=False)
    assert "cannot be used on `main`" in problem.message
    assert problem.policy is not None


def test_a_branch_without_a_commit_is_told() -> None:
    assert told(UnknownRefError("refs/heads/main")).message == "`main` has no commit."


def test_on_a_pull_request_the_words_are_its_own() -> None:
    assert "pull request" in told(NoMergeBaseError("main", "a" * 40), on_issue=False).title
    assert "pull request" in told(UnknownRefError("refs/pull/1/head"), on_issue=False).title


def test_an_error_of_ours_has_nothing_to_do_with_what_was_asked() -> None:
    problem = for_a_command(internal_error("3f2a9c"), branch="", on_issue=True)
    assert problem.reference == "3f2a9c"
    assert "pull request" not in problem.message
