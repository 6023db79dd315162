"""Generated Python programs: every statement that binds, imports or calls, nested at will, always valid syntax."""

from __future__ import annotations

from textwrap import indent
from typing import Final

from hypothesis import strategies as st

NAMES: Final = st.sampled_from(["a", "b", "jwt", "X", "_y", "é", "__all__", "TYPE_CHECKING"])
DOTTED: Final = st.lists(NAMES, min_size=1, max_size=3).map(".".join)

TEXTS: Final = st.sampled_from(
    [
        "'a.b'",
        '"it\'s"',
        "'\\''",
        '"""a\n\'b\'"""',
        "'a:b.c'",
        "'#'",
        "'{a}'",
        "'a.' 'b'",
        "f'{jwt}' 'a.b'",
        "'x' \"z\"",
    ]
)

EXPRESSIONS: Final[st.SearchStrategy[str]] = st.recursive(
    st.one_of(DOTTED, TEXTS, st.sampled_from(["1", "'text'", "b'x'", "None", "...", "()", "[]", "{}"])),
    lambda inner: st.one_of(
        st.builds("{}()".format, DOTTED),
        st.builds("({})({})".format, inner, inner),
        st.builds("({}).b[{}]".format, inner, inner),
        st.builds("[{}, *{}]".format, inner, inner),
        st.builds("{{1: {}, **{}}}".format, inner, inner),
        st.builds("(lambda {0}, *b, c={1}: {0})".format, NAMES, inner),
        st.builds("[{} for {} in {} if {}]".format, inner, NAMES, inner, inner),
        st.builds("{{{0}: 1 for {0}, _ in {1}}}".format, NAMES, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("({} + {})".format, inner, inner),
        st.builds("(yield_ := {})".format, inner),
        st.builds("f'{{{}}}'".format, DOTTED),
        st.builds('f"{{{}!r:>{{1}}}} {{{{ it\'s {{{}}}"'.format, DOTTED, DOTTED),
        st.builds("patch('a.b', 'c' {}, name={})".format, TEXTS, inner),
        st.builds('({}\n  # it\'s a "comment"\n  )'.format, inner),
        st.builds("({}\n  .b)".format, inner),
    ),
    max_leaves=6,
)

TARGETS: Final = st.sampled_from(["a", "jwt", "a, b", "(a, *b)", "a.b", "a[0]", "[jwt, X]", "__all__"])

IMPORTS: Final = st.one_of(
    st.builds("import {}".format, DOTTED),
    st.builds("import {} as {}".format, DOTTED, NAMES),
    st.builds("from {} import {}".format, DOTTED, NAMES),
    st.builds("from ..{} import ({} as {},\n  X)".format, DOTTED, NAMES, NAMES),
    st.builds("from . import {}".format, NAMES),
)

SIMPLE: Final = st.one_of(
    IMPORTS,
    EXPRESSIONS,
    st.builds("{} = {}".format, TARGETS, EXPRESSIONS),
    st.builds("a = b = {}".format, EXPRESSIONS),
    st.builds("a: {} = {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("a: {}".format, EXPRESSIONS),
    st.builds("a += {}".format, EXPRESSIONS),
    st.builds("__all__ += {}".format, EXPRESSIONS),
    st.builds("__all__.extend({})".format, EXPRESSIONS),
    st.builds("del {}".format, NAMES),
    st.builds("if {}: {}".format, EXPRESSIONS, st.sampled_from(["import b", "a = jwt.X", "jwt.X()"])),
    st.builds("{} = {}  # it's = a".format, NAMES, DOTTED),
    st.sampled_from(["pass", "assert a, b", "raise a from b", "a; import b; b()", "x = 1; y = jwt.a; y()"]),
)


MARKS: Final = st.sampled_from(
    [
        "pytest.fixture",
        "pytest.fixture(name='z')",
        "pytest.fixture(\n    scope='module',\n    name=a)",
        "fixture(**a)",
        "pytest_asyncio.fixture(params=[dict(name='x')], name='y')",
        "pytest.mark.parametrize('b', [1])",
        'pytest.mark.parametrize(\n    (\'b\', \'X\'),\n    [(1, """\n@a\n""")])',
        "pytest.mark.parametrize(NAMES, [1])",
        "pytest.mark.asyncio",
        "pytest.mark.skip",
        "mock.patch('a.b')",
        "(\n    a)",
    ]
)
TESTS: Final = st.builds(
    "{}{} {}({}):\n    pass".format,
    st.lists(MARKS, max_size=3).map(lambda marks: "".join(f"@{mark}\n" for mark in marks)),
    st.sampled_from(["def", "async def"]),
    st.sampled_from(["test_a", "test_b", "testing", "client", "jwt"]),
    st.sampled_from(
        ["", "self", "self, a", "a, b: int, *, X", "a, /, b", "a, b=(lambda q: 1), *c, jwt, X=1, **d", "é", "__a, b"]
    ),
)
CLASSES: Final = st.builds(
    "{}class {}:\n{}".format,
    st.sampled_from(["", "", "@a\n"]),
    st.sampled_from(["TestA", "TestB(object)", "TestC(a.b)", "TestD(a())", "TestE(m=a)", "Other"]),
    st.lists(
        st.one_of(TESTS, TESTS, st.sampled_from(["pytestmark = a", "def __init__(self): pass", "class TestIn: pass"])),
        min_size=1,
        max_size=3,
    ).map(lambda parts: indent("\n".join(parts), "    ")),
)
PYTEST: Final = st.sampled_from(
    [
        "import pytest",
        "import pytest_asyncio",
        "pytestmark = pytest.mark.asyncio",
        "pytestmark = [pytest.mark.skip]",
        "pytest_plugins = []",
        "a = pytest.fixture(b)",
        "setattr(a, 'b', 1)",
        "monkeypatch.setattr(a, 'b', 1)",
        "setup(entry_points='pytest11')",
        "if a:\n    def test_c(X): pass",
        "class A:\n    class TestB:\n        def test_c(self, X): pass",
    ]
)


def modules_of_tests() -> st.SearchStrategy[str]:
    """Source text of test modules."""
    parts = st.lists(st.one_of(TESTS, TESTS, CLASSES, PYTEST), min_size=1, max_size=5)
    return parts.map(lambda found: "\n\n".join(["import pytest", *found]) + "\n")


def _block(header: str, body: str) -> str:
    return f"{header}:\n{indent(body, '    ')}"


BODIES: Final[st.SearchStrategy[str]] = st.recursive(
    st.lists(SIMPLE, min_size=1, max_size=4).map("\n".join),
    lambda body: st.lists(
        st.one_of(
            body,
            st.builds(
                _block, st.builds("def {}(a, /, jwt={}, *, c: {}, **d)".format, NAMES, EXPRESSIONS, EXPRESSIONS), body
            ),
            st.builds(_block, st.builds("@{}\nasync def {}() -> {}".format, EXPRESSIONS, NAMES, EXPRESSIONS), body),
            st.builds(_block, st.builds("@{}\nclass {}(a.b, m={})".format, DOTTED, NAMES, EXPRESSIONS), body),
            st.builds(_block, st.builds("if {}".format, EXPRESSIONS), body),
            st.builds(_block, st.builds("for {} in {}".format, TARGETS, EXPRESSIONS), body),
            st.builds(_block, st.builds("with {} as {}".format, EXPRESSIONS, TARGETS), body),
            st.builds(
                lambda tried, handled, last: f"{_block('try', tried)}\n{handled}\n{_block('finally', last)}",
                body,
                st.builds(
                    _block, st.sampled_from(["except ImportError", "except (a.b, OSError) as jwt", "except"]), body
                ),
                body,
            ),
            st.builds(
                lambda case, inner: f"match a:\n{indent(_block(case, inner), '    ')}",
                st.sampled_from(["case {'k': jwt, **b}", "case [a, *_] | (a, 1)", "case a.B(c=jwt) as X", "case _"]),
                body,
            ),
        ),
        min_size=1,
        max_size=3,
    ).map("\n".join),
    max_leaves=6,
)


def programs() -> st.SearchStrategy[str]:
    """Source text of whole modules."""
    return BODIES.map(lambda body: body + "\n")
