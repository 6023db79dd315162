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
