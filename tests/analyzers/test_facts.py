"""Facts are kept for ever, so they come back as they were put; and no input, however odd, breaks the reader."""

from __future__ import annotations

import contextlib
from typing import Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.facts import (
    Binding,
    Facts,
    FileFacts,
    Ignore,
    ImportFact,
    Lazy,
    Notice,
    Shape,
    StringRef,
    Unread,
    Use,
    decode,
    decode_uses,
    encode,
    encode_uses,
)
from analyzers.reading.read import read, read_encoded
from tests.analyzers.programs import programs

LINES: Final = st.integers(0, 10**9)
IMPORTS: Final = st.builds(ImportFact, level=LINES, line=LINES, statement=LINES, context=LINES)
SHAPES: Final = st.builds(Shape, sketch=st.lists(LINES, max_size=3).map(tuple), size=LINES)
BINDINGS: Final = st.builds(Binding, line=LINES, context=LINES, target=st.none() | st.text(), shape=st.none() | SHAPES)
USES: Final = st.lists(st.builds(Use, line=LINES, end_line=LINES, tail=LINES), max_size=3).map(tuple)
FACTS: Final = st.one_of(
    st.builds(
        FileFacts,
        imports=st.lists(IMPORTS, max_size=3).map(tuple),
        bindings=st.lists(BINDINGS, max_size=3).map(tuple),
        exports=st.none() | st.lists(st.text()).map(tuple),
        exports_open=st.booleans(),
        strings=st.lists(st.builds(StringRef, line=LINES, argument=st.none() | LINES | st.text()), max_size=3).map(
            tuple
        ),
        lazy=st.lists(st.builds(Lazy, line=LINES), max_size=3).map(tuple),
        notices=st.lists(st.builds(Notice, line=LINES), max_size=3).map(tuple),
        ignores=st.lists(st.builds(Ignore, line=LINES, covers=LINES, covers_to=LINES), max_size=3).map(tuple),
    ),
    st.builds(Unread, line=st.none() | LINES),
)


@given(FACTS)
def test_stored_facts_come_back_equal(facts: Facts) -> None:
    stored = encode(facts)
    assert decode(stored) == facts
    assert encode(decode(stored)) == stored


@given(st.binary())
def test_bytes_that_are_no_facts_are_refused(stored: bytes) -> None:
    """A damaged store is a miss, never an odd value."""
    try:
        facts = decode(stored)
    except msgspec.DecodeError:
        return
    assert isinstance(facts, FileFacts | Unread)


def test_stored_facts_with_a_broken_name_are_refused_like_any_other() -> None:
    stored = read_encoded(b"import broken\n").replace(b"broken", b"brok\xffn")
    with pytest.raises(msgspec.DecodeError):
        decode(stored)


def test_a_stored_file_that_was_cut_short_is_refused() -> None:
    stored = read_encoded(b"import a\nfrom b import c\n")
    for length in range(len(stored)):
        with pytest.raises(msgspec.DecodeError):
            decode(stored[:length])


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(blob: bytes) -> None:
    assert isinstance(decode(read_encoded(blob)), FileFacts | Unread)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(r'__all__ = ["\ud800", "a"]', id="surrogate in __all__"),
        pytest.param("# coding: unicode_escape\n\\ud800 = 1", id="surrogate in a name"),
        pytest.param("# coding: unicode_escape\nimport \\ud800", id="surrogate in an import"),
        pytest.param("# coding: utf-7\n+2AA- = 1", id="surrogate in UTF-7"),
        pytest.param("# coding: raw_unicode_escape\n__all__ = ['\\ud800']", id="surrogate in a raw escape"),
    ],
)
def test_text_that_is_no_unicode_can_be_stored(source: str) -> None:
    """Half of a surrogate pair is a Python string, and cannot be written in UTF-8."""
    assert isinstance(decode(read_encoded(source.encode() + b"\n")), FileFacts | Unread)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert isinstance(decode(read_encoded(text.encode("utf-8", "surrogatepass"))), FileFacts | Unread)


WORDS = st.sampled_from(
    [
        *"()[]{}:;,.@=\\'\"`#*-<>|&~\n\r\t\f ",
        *("import", "from", "as", "def", "class", "async", "await", "lambda", "if", "else", "try", "except", "finally"),
        *("with", "for", "in", "while", "match", "case", "global", "nonlocal", "del", "return", "yield", "type", "not"),
        *("__all__", "TYPE_CHECKING", "ImportError", "a", "b", "_", "1", "f'{", "}'", '"""', ":=", "->", "**", "..."),
        *("\n    ", "\n  ", "\n", " ", "\x0c", "\x1a", "\ufeff", "é", "ﬁ", "# coding: latin-1\n", "\\\n"),
    ]
)


@given(st.lists(WORDS, max_size=60).map("".join))
def test_no_heap_of_python_words_breaks_the_reader(text: str) -> None:
    assert isinstance(decode(read_encoded(text.encode())), FileFacts | Unread)


@settings(max_examples=150)
@given(programs())
def test_every_program_that_python_parses_is_read(source: str) -> None:
    compile(source, "<program>", "exec", dont_inherit=True, flags=0x400)  # ast.PyCF_ONLY_AST
    facts = read(source.encode())
    assert isinstance(facts, FileFacts)
    assert decode(encode(facts)) == facts


@settings(max_examples=100)
@given(programs(), st.data())
def test_blank_and_comment_lines_move_facts_and_change_nothing_else(source: str, data: st.DataObject) -> None:
    """Lines are the only thing in the facts that depends on the layout of a file."""
    lines = source.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 5))):
        lines.insert(data.draw(st.integers(0, len(lines))), data.draw(st.sampled_from(["\n", "# note\n", "    # x\n"])))
    assert _without_lines(read("".join(lines).encode())) == _without_lines(read(source.encode()))


def _without_lines(facts: Facts) -> FileFacts:
    assert isinstance(facts, FileFacts)
    return msgspec.structs.replace(
        facts,
        imports=tuple(msgspec.structs.replace(fact, line=0, statement=0) for fact in facts.imports),
        bindings=tuple(msgspec.structs.replace(binding, line=0) for binding in facts.bindings),
        strings=tuple(msgspec.structs.replace(string, line=0) for string in facts.strings),
        lazy=tuple(msgspec.structs.replace(lazy, line=0) for lazy in facts.lazy),
        notices=tuple(msgspec.structs.replace(notice, line=0) for notice in facts.notices),
    )


@given(uses=USES)
def test_uses_come_back_from_their_stored_form(uses: tuple[Use, ...]) -> None:
    assert decode_uses(encode_uses(uses)) == uses


@given(stored=st.binary())
def test_what_is_no_stored_use_is_refused(stored: bytes) -> None:
    with contextlib.suppress(msgspec.DecodeError):
        assert isinstance(decode_uses(stored), tuple)
