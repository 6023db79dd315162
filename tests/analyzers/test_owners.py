"""Who owns which file: CODEOWNERS as GitHub reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.owners import LARGEST_CODEOWNERS, owners_of


def owners(text: str, path: str) -> tuple[str, ...] | None:
    return owners_of(text.encode(), [path]).get(path)


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("* @all", "shop/cart.py", ("@all",)),
        ("* @all\n*.py @py", "shop/cart.py", ("@py",)),
        ("*.py @py\n* @all", "shop/cart.py", ("@all",)),
        ("/shop/ @shop @acme/carts", "shop/cart.py", ("@shop", "@acme/carts")),
        ("/shop/ @shop", "old/shop/cart.py", ()),
        ("shop/ @shop", "old/shop/cart.py", ("@shop",)),
        ("shop/* @shop", "shop/cart.py", ("@shop",)),
        ("shop/* @shop", "shop/old/cart.py", ()),
        ("shop/**/cart.py @shop", "shop/a/b/cart.py", ("@shop",)),
        ("**/old @old", "a/old/cart.py", ("@old",)),
        ("/shop/cart.py cart@example.org", "shop/cart.py", ("cart@example.org",)),
        ("* @all\n/shop/old", "shop/old/cart.py", ()),
        ("* @all # but ask @nobody", "cart.py", ("@all",)),
        ("shop/ @shop", "Shop/cart.py", ()),
        ("\r\n# nothing\r\n* @all\r\n", "cart.py", ("@all",)),
    ],
)
def test_the_last_line_that_matches_says_who_owns_a_file(text: str, path: str, expected: tuple[str, ...]) -> None:
    assert owners(text, path) == expected


@pytest.mark.parametrize("line", ["!cart.py @bob", "car[st].py @bob", "cart.py bob", "[Carts]", "cart.py @bob\u2028x"])
def test_a_line_that_github_cannot_use_is_skipped(line: str) -> None:
    assert owners(f"* @all\n{line}\n", "cart.py") == ("@all",)


def test_a_file_that_nobody_owns_has_no_owners() -> None:
    assert owners("/docs/ @docs", "shop/cart.py") == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("#" * (LARGEST_CODEOWNERS + 1), id="a file that GitHub does not read"),
        pytest.param("a @a\n" * 20_001, id="more lines than anybody reads"),
        pytest.param(f"{'a' * 501} @a", id="a pattern without an end"),
        pytest.param(f"/{'*a' * 200} @a", id="a pattern that takes for ever"),
        pytest.param("**/" * 100 + "x @a", id="folders that take for ever"),
    ],
)
def test_nothing_is_said_of_files_where_it_takes_too_much_to_know(text: str) -> None:
    assert owners(text, "a" * 100 + "/b.py") is None


def test_nothing_is_said_of_a_path_with_a_space() -> None:
    assert owners("docs/* @docs", "docs/my file.py") is None


def test_many_files_and_lines_are_no_matter() -> None:
    text = "".join(f"/pkg/part{number}/ @team{number}\n" for number in range(5_000))
    paths = [f"pkg/part{number}/mod{more}.py" for number in range(0, 5_000, 5) for more in range(5)]
    found = owners_of(text.encode(), paths)
    assert len(found) == len(paths)
    assert found["pkg/part4995/mod0.py"] == ("@team4995",)


_TEXT = st.text(st.sampled_from("ab.*/?\\[]!#@ \t\r\n\x85\u2028"), max_size=60)


@given(_TEXT, st.lists(st.text(st.sampled_from("ab./ *"), max_size=12), max_size=4))
def test_whatever_stands_there_is_read(text: str, paths: list[str]) -> None:
    found = owners_of(text.encode(), paths)
    assert found.keys() <= set(paths)


@given(st.binary(max_size=60))
def test_whatever_bytes_stand_there_are_read(text: bytes) -> None:
    assert owners_of(text, ["a/b.py"]).keys() <= {"a/b.py"}
