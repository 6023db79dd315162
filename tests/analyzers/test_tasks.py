"""Task lists in issues: what is a task, what is done, what is its phase; and what only looks like one."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.status import TaskRow
from analyzers.tasks import LONGEST_BODY, tasks_of


def tasks(body: str) -> list[tuple[str, bool]]:
    return [(task.text, task.done) for task in tasks_of(dedent(body))]


# --- what is none -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("- Move carts\n- Move users\n", id="a list without boxes"),
        pytest.param("[ ] Move carts\n", id="no list"),
        pytest.param("-[ ] Move carts\n", id="no space before the box"),
        pytest.param("- [ ]Move carts\n", id="no space behind the box"),
        pytest.param("- [] Move carts\n- [y] Move users\n- [xx] Move orders\n", id="other boxes"),
        pytest.param("- [ ]\n- [ ] \n", id="boxes of nothing"),
        pytest.param("```\n- [ ] Move carts\n```\n", id="fenced code"),
        pytest.param("    - [ ] Move carts\n", id="indented code"),
        pytest.param("- Like this:\n  ```\n  - [ ] Move carts\n  ```\n", id="code in a list"),
        pytest.param("`- [ ] Move carts`\n", id="code in a line"),
        pytest.param("<!--\n- [ ] Move carts\n-->\n", id="a comment of a template"),
        pytest.param("> - [ ] Move carts\n", id="a quotation"),
        pytest.param("- See:\n  > - [x] Move carts\n", id="a quotation in a list"),
        pytest.param("| - [ ] Move carts |\n| --- |\n", id="a table"),
        pytest.param("\\- [ ] Move carts\n", id="escaped"),
    ],
)
def test_what_only_looks_like_a_task_is_none(body: str) -> None:
    assert tasks_of(body) == ()


# --- what is one ------------------------------------------------------------------------------------------------------


def test_a_box_with_a_cross_is_done() -> None:
    assert tasks("- [ ] Carts\n- [x] Users\n* [X] Orders\n1. [ ] Prices\n") == [
        ("Carts", False),
        ("Users", True),
        ("Orders", True),
        ("Prices", False),
    ]


def test_nested_tasks_follow_the_one_that_they_belong_to() -> None:
    body = """
        - [ ] Carts
          - [x] Find them
          - no task
            - [ ] Move them

          A remark.
        - [ ] Users
    """
    assert tasks(body) == [("Carts", False), ("Find them", True), ("Move them", False), ("Users", False)]


def test_a_text_from_a_browser_has_other_line_ends() -> None:
    assert tasks_of("## One\r\n\r\n- [x] Carts\r\n- [ ] Users\r\n") == (
        TaskRow("Carts", True, "One"),
        TaskRow("Users", False, "One"),
    )


def test_the_text_is_what_of_it_is_read_aloud() -> None:
    body = '- [ ] Move `Cart` to **one** [place](https://shop.example "x"), see #5 &amp; @ada\n  and <b>test</b> it\n'
    assert tasks(body) == [("Move Cart to one place, see #5 & @ada and test it", False)]


def test_a_task_may_have_more_than_its_first_line() -> None:
    assert tasks("- [ ] Carts\n\n  All about carts.\n\n- [ ] Users\n") == [("Carts", False), ("Users", False)]


# --- phases -----------------------------------------------------------------------------------------------------------


def test_the_phase_is_the_nearest_heading_above() -> None:
    body = """\
        - [ ] Think

        # Plan

        ## Phase 1: `shop`

        - [x] Carts

        Text, and
        another list:

        - [ ] Users

        Phase 2
        -------

        - [ ] Orders

        #

        - [ ] Prices
    """
    assert [(task.text, task.phase) for task in tasks_of(dedent(body))] == [
        ("Think", None),
        ("Carts", "Phase 1: shop"),
        ("Users", "Phase 1: shop"),
        ("Orders", "Phase 2"),
        ("Prices", None),
    ]


def test_headings_in_code_quotations_and_lists_are_no_phases() -> None:
    body = "# One\n\n```\n# Two\n```\n\n> # Three\n\n- # Four\n- [ ] Carts\n"
    assert [task.phase for task in tasks_of(body)] == ["One"]


# --- hostile texts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece",
    ["[", "- [ ] ", "- [ ] a\n", "> ", "> - [ ] a\n", "- [ ] [a](", "`` ` ", "*a_ ", "[a]: b\n", "<!--\n", "a\n=\n"],
)
def test_no_text_that_github_takes_is_too_long_to_read(piece: str) -> None:
    body = piece * (LONGEST_BODY // len(piece))
    assert len(tasks_of(body)) <= body.count("[ ]")


def test_a_task_is_cut_and_what_is_behind_the_longest_text_is_not_read() -> None:
    (task,) = tasks_of("- [ ] " + "wörd " * 30_000 + "\n- [ ] Carts\n")
    assert len(task.text) == 300


@given(
    st.lists(
        st.sampled_from(["- ", "[ ] ", "[x] ", "a", "\n", "  ", "> ", "#", " ", "`", "```", "1. ", "<!--", "=", "\t"])
    )
)
def test_no_heap_of_marks_breaks_the_reader(pieces: list[str]) -> None:
    body = "".join(pieces)
    assert all(task.text for task in tasks_of(body))
