"""The hooks of a repository's own, whoever wrote them down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.pre_commit import LARGEST_PRE_COMMIT, local_hooks

SETTINGS = """\
repos:
  - repo: https://github.com/psf/black
    rev: 23.12.1
    hooks:
      - id: black
  - repo: local
    hooks:
      - id: imports
        name: Imports
        entry: python scripts/check_imports.py
        language: system
      - {id: tests, name: Tests, entry: pytest, language: system}
  - repo: local
    hooks:
      - id: imports
"""


def told(text: str) -> list[tuple[str, int]]:
    return [(hook.name, hook.line) for hook in local_hooks(text.encode())]


def test_hooks_of_the_repository_s_own_are_named_with_their_lines() -> None:
    assert told(SETTINGS) == [("imports", 8), ("tests", 12)]


def test_hooks_from_elsewhere_are_none_of_its_own() -> None:
    assert told("repos:\n- repo: https://github.com/psf/black\n  hooks: [{id: black}]\n") == []
    assert told("repos:\n- repo: meta\n  hooks: [{id: identity}]\n") == []


def test_a_hook_that_is_written_down_once_and_used_again_is_one() -> None:
    assert told("repos:\n- repo: local\n  hooks: &own [{id: imports}]\n- {repo: local, hooks: *own}\n") == [
        ("imports", 3)
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("repos: [", id="no YAML"),
        pytest.param("[" * 20_000, id="too deep"),
        pytest.param("- " * 20_000, id="too deep in blocks"),
        pytest.param("a: !!python/object:os.system {}\n", id="a tag"),
        pytest.param("&a [*a, *a]\n", id="in a circle"),
        pytest.param("repos: 3\n", id="another type"),
        pytest.param("repos: [3, {repo: local}, {repo: local, hooks: {id: a}}, {repo: [local]}]\n", id="other types"),
        pytest.param("repos: [{repo: local, hooks: [3, {id: [a]}, {id: ''}, {name: a}]}]\n", id="no names"),
        pytest.param(f"repos: [{{repo: local, hooks: [{{id: {'a' * 201}}}]}}]\n", id="too long a name"),
        pytest.param(SETTINGS + "#" * LARGEST_PRE_COMMIT, id="too large"),
    ],
)
def test_what_cannot_be_used_names_no_hook(text: str) -> None:
    assert told(text) == []


def test_aliases_of_aliases_are_not_multiplied() -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 40))
    assert told(f"l0: &l0 [a]\n{levels}{SETTINGS}") == [("imports", 48), ("tests", 52)]


def test_one_hook_in_many_places_by_aliases_is_looked_at_once() -> None:
    many = ", ".join(["*one"] * 1_500)
    anchors = (
        f"one: &one {{repo: local, hooks: &hooks [&hook {{id: a, {', '.join(f'k{n}: 0' for n in range(1_500))}}}]}}\n"
    )
    hooks = ", ".join(["*hook"] * 1_500)
    assert told(f"{anchors}repos: [{many}, {{repo: local, hooks: [{hooks}]}}]\n") == [("a", 1)]


@given(st.binary(max_size=200))
def test_whatever_stands_there_is_read_without_an_error(content: bytes) -> None:
    local_hooks(content)
    local_hooks(b"repos:\n- repo: local\n  hooks:\n  - id: " + content)
