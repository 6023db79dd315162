"""The comment on a pull request that could not be audited."""

from __future__ import annotations

from typing import get_args

import pytest

from analyzers.policy import PolicyProblem
from analyzers.problem import (
    Problem,
    ProblemKind,
    audit_timed_out,
    fetch_timed_out,
    head_missing,
    internal_error,
    no_merge_base,
    policy_invalid,
    too_large,
)
from report_templates.render import MARKER, render_problem
from tests.report_templates.github_html import harmless
from tests.report_templates.reports import HEAD, HOSTILE, SHOP

URL = SHOP.file("b" * 40, ".github/fifthwhy.yml")
MISTAKE = PolicyProblem(3, "symbols.0.name", "is required")

PROBLEMS = (
    no_merge_base(head=HEAD.id, base_branch="main", version="0.1.0"),
    too_large(head=None, most_bytes=2 * 1024**3, version="0.1.0"),
    fetch_timed_out(head=HEAD.id, seconds=300, version="0.1.0"),
    audit_timed_out(head=HEAD.id, seconds=1_200, version="0.1.0"),
    policy_invalid(head=HEAD.id, path=".github/fifthwhy.yml", url=URL, problems=[MISTAKE], version="0.1.0"),
    head_missing(head=None, version="0.1.0"),
    internal_error(head=HEAD.id, reference="3f2a9c", version="0.1.0"),
)


def test_every_kind_is_tried() -> None:
    assert {problem.kind for problem in PROBLEMS} == set(get_args(ProblemKind))


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.kind)
def test_a_problem_says_what_happened_what_helps_and_what_comes_next(problem: Problem) -> None:
    comment = render_problem(problem)
    page = harmless(comment)
    assert comment.startswith(f"{MARKER}\n### Not audited: {problem.title}\n")
    assert page.headings == [f"Not audited: {problem.title}"]
    for text in (problem.message, problem.remedy, problem.follows):
        assert f"\n{text}\n" in comment
    assert ("<sub>head" in comment) == (problem.head is not None)


def test_mistakes_of_a_policy_are_listed_and_linked() -> None:
    page = harmless(render_problem(policy_invalid(head=None, path="p.yml", url=URL, problems=[MISTAKE], version="1")))
    assert page.items == ["line 3: symbols.0.name is required"]
    assert page.links == [f"{URL}#L3"]


def test_an_internal_error_names_its_reference() -> None:
    assert "reference `3f2a9c`" in render_problem(internal_error(head=None, reference="3f2a9c", version="0.1.0"))


def test_sizes_are_put_in_units() -> None:
    assert "2 GiB" in too_large(head=None, most_bytes=2 * 1024**3, version="1").message
    assert "1.5 MiB" in too_large(head=None, most_bytes=3 * 1024**2 // 2, version="1").message
    assert "10 bytes" in too_large(head=None, most_bytes=10, version="1").message


def test_hostile_policies_and_branches_do_no_harm_and_fit() -> None:
    mistakes = [PolicyProblem(number, text, text) for number, text in enumerate(HOSTILE * 20, 1)]
    comment = render_problem(policy_invalid(head="@a", path=HOSTILE[-1], url=URL, problems=mistakes, version="1"))
    page = harmless(comment)
    assert len(page.items) == 20
    assert f"…and {len(mistakes) - 20} more" in comment
    assert len(comment.encode()) < 65_000
    for text in HOSTILE:
        harmless(render_problem(no_merge_base(head=text, base_branch=text, version=text)))
