"""Files that cannot be read say why, and cost nothing but themselves."""

from __future__ import annotations

import encodings
import pkgutil
import warnings
from encodings.aliases import aliases
from typing import Final

import pytest

from analyzers.facts import FACTS_VERSION, FileFacts, Unread, UnreadReason, decode
from analyzers.reading.read import encode_unread, read


def reason(blob: bytes) -> tuple[str, int | None]:
    facts = read(blob)
    return (facts.reason, facts.line) if isinstance(facts, Unread) else ("read", None)


@pytest.mark.parametrize(
    ("blob", "expected"),
    [
        pytest.param(b"import a\ndef f(:\n", ("syntax", 2), id="no Python"),
        pytest.param(b'import a\n\nprint "hello"\n', ("syntax", 3), id="Python 2 print"),
        pytest.param(b"try: pass\nexcept A, e: x = `1`\n", ("syntax", 2), id="Python 2 backticks"),
        pytest.param(b"x = 1\n  y = 2\n", ("syntax", 2), id="indentation"),
        pytest.param(b"if x:\n\ty\n        z\n", ("syntax", 3), id="tabs against spaces"),
        pytest.param(b"x = '''\n", ("syntax", 1), id="open string"),
        pytest.param(b"<<<<<<< HEAD\nx = 1\n=======\n", ("syntax", 1), id="merge conflict"),
        pytest.param(b"import a\nx = 1\0\n", ("encoding", None), id="null byte"),
        pytest.param(b"x = '\xe9'\n", ("encoding", None), id="latin-1 without a cookie"),
        pytest.param(b"# \xe9\nimport a\n", ("encoding", None), id="latin-1 in a comment"),
        pytest.param(b"# coding: no-such-encoding\nimport a\n", ("encoding", None), id="unknown cookie"),
        pytest.param(b"# coding: ascii\nx = '\xc3\xa9'\n", ("encoding", None), id="cookie that lies"),
        pytest.param(b"\xef\xbb\xbf# coding: latin-1\nx = 1\n", ("encoding", None), id="BOM against cookie"),
        pytest.param("import a\n".encode("utf-16"), ("encoding", None), id="UTF-16"),
        pytest.param(b"(" * 10_000 + b")" * 10_000, ("nesting", 1), id="10,000 parentheses"),
        pytest.param(b"x = " + b"[" * 10_000 + b"]" * 10_000, ("nesting", 1), id="10,000 lists"),
        pytest.param(b"x = " + b"-" * 100_000 + b"1", ("nesting", None), id="100,000 minus signs"),
        pytest.param(b"x = a" + b".b" * 100_000, ("nesting", None), id="100,000 attributes"),
        pytest.param(b"x = a" + b"()" * 100_000, ("nesting", None), id="100,000 calls of calls"),
        pytest.param(b"x = 1" + b" + 1" * 100_000, ("nesting", None), id="100,000 summands"),
        pytest.param(b"x = {**{}" + b"}" * 10, ("syntax", 1), id="closed too often"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(blob: bytes, expected: tuple[str, int | None]) -> None:
    assert reason(blob) == expected


@pytest.mark.parametrize(
    "blob",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\n\n", id="blank"),
        pytest.param(b"# only\n# comments", id="only comments"),
        pytest.param(b"\xef\xbb\xbf", id="only a BOM"),
        pytest.param(b"\x0c", id="only a form feed"),
        pytest.param(b'"""A docstring."""', id="only a docstring"),
    ],
)
def test_a_file_that_says_nothing_is_readable(blob: bytes) -> None:
    facts = read(blob)
    assert isinstance(facts, FileFacts)
    assert (facts.imports, facts.bindings, facts.exports) == ((), (), None)


@pytest.mark.parametrize(
    "blob",
    [
        pytest.param(b"(" * 150 + b")" * 150, id="parentheses"),
        pytest.param(b"x = " + b"-" * 80 + b"1", id="minus signs"),
        pytest.param(b"x = a" + b".b" * 80, id="attributes"),
        pytest.param(b"".join(b" " * i + b"if a:\n" for i in range(80)) + b" " * 80 + b"pass\n", id="blocks"),
        pytest.param(b"if a: pass\n" + b"elif a: pass\n" * 80, id="elif"),
        pytest.param(b"__all__ = []" + b" + ['a']" * 80, id="summands of __all__"),
    ],
)
def test_nesting_that_people_write_is_read(blob: bytes) -> None:
    assert reason(blob + b"\n") == ("read", None)


@pytest.mark.parametrize("depth", [500, 900, 1_200, 1_500, 2_000, 2_500, 2_990, 5_000])
@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(lambda depth: b"if " + b"not " * depth + b"TYPE_CHECKING: pass\n", id="not"),
        pytest.param(lambda depth: b"__all__ = ['a']" + b" + ['b']" * depth + b"\n", id="__all__"),
        pytest.param(lambda depth: b"import a\na" + b".b" * depth + b"()\n", id="attributes"),
        pytest.param(lambda depth: b"x = " + b"lambda: " * depth + b"1\n", id="lambda"),
        pytest.param(lambda depth: b"x = " + b"1 if a else " * depth + b"1\n", id="conditional"),
        pytest.param(lambda depth: b"x = [" * 1 + b"y for y in " * depth + b"z]\n", id="no comprehension"),
        pytest.param(lambda depth: b"if a: pass\n" + b"elif a: pass\n" * depth, id="elif"),
        pytest.param(lambda depth: b"x = " + b"a[" * min(depth, 199) + b"0" + b"]" * min(depth, 199), id="subscripts"),
    ],
)
def test_any_depth_is_either_read_or_refused(shape: object, depth: int) -> None:
    """Between what is usual and what the parser refuses, nothing recurses on the way to the facts."""
    assert callable(shape)
    assert reason(shape(depth))[0] in {"read", "nesting", "syntax"}


def test_a_file_of_five_megabytes_is_read() -> None:
    line = b"text = 'what a generated table looks like, with a lot of text in every line of it'\n"
    blob = b"import a\n" + line * (5 * 1024 * 1024 // len(line)) + b"import b\n"
    facts = read(blob)
    assert isinstance(facts, FileFacts)
    assert [fact.module for fact in facts.imports] == ["a", "b"]


ENCODINGS: Final = sorted(set(aliases) | {module.name for module in pkgutil.iter_modules(encodings.__path__)})


@pytest.mark.parametrize("tail", [b"import a\n", b"x = '\\q \xe9\xff'\n", b"print x\n"], ids=["good", "odd", "bad"])
def test_no_declared_encoding_breaks_the_reader(tail: bytes) -> None:
    """Codecs that make no text (`rot13`, `zlib`) or that complain are an encoding like any other."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ENCODINGS:
            facts = read(b"# coding: " + name.encode() + b"\n" + tail)
            assert isinstance(facts, FileFacts) or facts.reason in {"encoding", "syntax"}, name


def test_the_reason_names_the_grammar_that_was_used() -> None:
    """Facts depend on the running Python, so a refusal says which one it was, and so does the version of the facts."""
    facts = read(b"print 'x'\n")
    assert isinstance(facts, Unread)
    assert "in the words of Python 3." in facts.message
    assert "-py3." in FACTS_VERSION


@pytest.mark.parametrize("why", ["size", "missing", "timeout", "memory", "crash"])
def test_reasons_outside_the_file_are_stored_like_those_inside(why: UnreadReason) -> None:
    assert decode(encode_unread(why, "so it is")) == Unread(why, "so it is")
