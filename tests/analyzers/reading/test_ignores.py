"""Comments that ask to leave a finding out."""

from __future__ import annotations

import pytest

from analyzers.facts import FileFacts, Ignore
from analyzers.reading.read import read


def ignores_of(source: str) -> tuple[Ignore, ...]:
    facts = read(source.encode())
    assert isinstance(facts, FileFacts)
    return facts.ignores


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import a  # fifthwhy: ignore[x.y] why\n", Ignore(1, False, 1, 1, ("x.y",), "why")),
        ("import a  # noqa  # fifthwhy: ignore[x.y] why\n", Ignore(1, False, 1, 1, ("x.y",), "why")),
        (
            "# fifthwhy: ignore[x.y, z] a b until=2027-01-31\n\nimport a\n",
            Ignore(1, True, 3, 3, ("x.y", "z"), "a b", "2027-01-31"),
        ),
        ("# fifthwhy: ignore[x] why\n# more\nimport a\n", Ignore(1, True, 3, 3, ("x",), "why")),
        ("from a import (\n  # fifthwhy: ignore[x] why\n  b,\n)\n", Ignore(2, True, 3, 3, ("x",), "why")),
        ("from a import (\n  b,  # fifthwhy: ignore[x] why\n)\n", Ignore(2, False, 2, 2, ("x",), "why")),
        ("from a import (\n  b,\n)  # fifthwhy: ignore[x] why\n", Ignore(3, False, 1, 3, ("x",), "why")),
        ("from a import (  # fifthwhy: ignore[x] why\n  b,\n)\n", Ignore(1, False, 1, 3, ("x",), "why")),
        ("# fifthwhy: ignore[x] why\nfrom a import (\n  b,\n)\n", Ignore(1, True, 2, 4, ("x",), "why")),
        ("import a\n# fifthwhy: ignore[x] why", Ignore(2, True, 2, 2, ("x",), "why")),
    ],
)
def test_a_comment_covers_its_statement_or_the_next(source: str, expected: Ignore) -> None:
    assert ignores_of(source) == (expected,)


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        ("ignore why", "brackets"),
        ("ignore", "brackets"),
        ("ignore[x why", "brackets"),
        ("ignore[] why", "empty"),
        ("ignore[ , ] why", "empty"),
        ("ignore[x]", "no reason"),
        ("ignore[x] until=2027-01-01", "no reason"),
        ("ignore[x] why until=2027-02-30", "date"),
        ("ignore[x] why until=tomorrow", "date"),
        ("ignore[x] why until=", "date"),
    ],
)
def test_a_comment_that_cannot_be_used_says_why(comment: str, problem: str) -> None:
    (ignore,) = ignores_of(f"import a  # fifthwhy: {comment}\n")
    assert ignore.problem is not None
    assert problem in ignore.problem


@pytest.mark.parametrize("source", ["x = '# fifthwhy: ignore[x] why'\n", "# about fifthwhy\n"])
def test_a_string_is_no_comment(source: str) -> None:
    assert ignores_of(source) == ()
