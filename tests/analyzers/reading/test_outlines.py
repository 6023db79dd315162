"""What an outline tells of the code of a file."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings

from analyzers.outline import (
    Assign,
    Call,
    Class,
    Const,
    Def,
    Dict,
    Do,
    Outline,
    Ref,
    Return,
    Try,
    decode_outline,
    encode_outline,
)
from analyzers.reading.read import read_outline
from tests.analyzers.programs import programs


def only(source: str) -> object:
    """The only statement of a file."""
    (statement,) = read_outline(source.encode()).body
    return statement


def test_names_that_start_from_an_import_are_resolved() -> None:
    body = read_outline(b"from jwt import decode as d\nfrom ..auth import verify\nd(token)\nverify.it\n").body

    assert [each.value for each in body if isinstance(each, Do)] == [
        Call(Ref("d", "jwt.decode", 3), (Ref("token", None, 3),), (), 3, 3),
        Ref("verify.it", "..auth.verify.it", 4),
    ]


def test_a_local_name_hides_an_import() -> None:
    function = only("def f(jwt):\n    return jwt.decode\n")

    assert isinstance(function, Def)
    assert function.body == (Return(Ref("jwt.decode", None, 2), 2, 2),)


def test_what_the_file_defines_itself_has_a_colon() -> None:
    body = read_outline(b"class A: ...\nb = A.make\n").body

    assert isinstance(body[1], Assign)
    assert body[1].value == Ref("A.make", ":A.make", 2)


def test_comments_and_docstrings_are_left_out_and_keywords_are_told() -> None:
    function = only('def f():\n    """jwt.decode(x)"""  # verify=False\n    return g(options={"verify_exp": False})\n')

    assert isinstance(function, Def)
    (returned,) = function.body
    assert isinstance(returned, Return)
    assert isinstance(returned.value, Call)
    assert returned.value.keyword("options") == Dict(((Const("verify_exp", 3), Const(value=False, line=3)),), 3)


def test_functions_tell_the_names_in_them_as_they_are_written_and_as_they_are_called_at_home() -> None:
    function = read_outline(
        b"from jwt import decode as d\ndef f(self):\n    self.claims = d(token, verify=False)\n"
    ).body[0]

    assert isinstance(function, Def)
    assert {"self", "claims", "d", "decode", "token", "verify"} <= function.words
    assert function.calls == {"d", "decode"}


def test_methods_stand_in_their_class_with_their_qualified_name() -> None:
    cls = only(
        "class A(B):\n    def f(self):\n        try:\n            pass\n        except E as e:\n            raise\n"
    )

    assert isinstance(cls, Class)
    method = cls.method("f")
    assert method is not None
    assert (method.qualname, [type(each) for each in method.body]) == ("A.f", [Try])


@pytest.mark.parametrize("source", [b"def f(:\n", b"\0", b"# coding: nonsense\n", b"(" * 5_000])
def test_what_cannot_be_read_has_an_empty_outline(source: bytes) -> None:
    assert read_outline(source) == Outline()


@pytest.mark.parametrize(
    "source", ["x = " + "(" * 150 + "1" + ")" * 150, "x = " + "-" * 900 + "1", "x" + ".y" * 2_000 + " = f" + "()" * 800]
)
def test_what_is_nested_too_deeply_is_left_open(source: str) -> None:
    outline = read_outline(source.encode())

    assert decode_outline(encode_outline(outline)) == outline


@settings(max_examples=300, deadline=None)
@given(programs())
def test_an_outline_is_kept_as_it_is(source: str) -> None:
    outline = read_outline(source.encode())

    assert decode_outline(encode_outline(outline)) == outline


def test_what_is_none_is_told() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_outline(b"\xa3abc")
