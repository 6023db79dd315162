"""Reading one file: what each construct of Python says, as facts.

Facts are told in one line each, `5 of 3 ..a: b as c (function, type checking)`, so that a table reads as examples.
"""

from __future__ import annotations

import sys
from typing import Final

import pytest

from analyzers.facts import Binding, Context, ImportFact, Use
from analyzers.reading.read import read_uses
from tests.analyzers.trees import facts_of

CONTEXTS: Final = (
    (Context.FUNCTION, "function"),
    (Context.CLASS, "class"),
    (Context.TYPE_CHECKING, "type checking"),
    (Context.TRY, "try"),
    (Context.HANDLER, "handler"),
    (Context.MAIN, "main program"),
)


def told_imports(source: str) -> list[str]:
    return [tell_import(fact) for fact in facts_of(source).imports]


def tell_import(fact: ImportFact) -> str:
    name = "" if fact.name is None else f": {fact.name}"
    alias = "" if fact.alias is None else f" as {fact.alias}"
    place = f"{fact.line}" if fact.line == fact.statement else f"{fact.line} of {fact.statement}"
    return f"{place} {'.' * fact.level}{fact.module}{name}{alias}{_context(fact.context)}"


def told_bindings(source: str) -> list[str]:
    return [tell_binding(binding) for binding in facts_of(source).bindings]


def tell_binding(binding: Binding) -> str:
    target = "" if binding.target is None else f" of {binding.target}"
    return f"{binding.line} {binding.name}: {binding.kind}{target}{_context(binding.context)}"


def told_uses(source: str) -> list[str]:
    heads = frozenset({*(fact.binds for fact in facts_of(source).imports), ":"})
    return [tell_use(use) for use in read_uses(source.encode(), heads)]


def tell_use(use: Use) -> str:
    within = f" in {use.within}" if use.within else ""
    return f"{_lines(use)} {use.kind} {use.target}{within}"


def _lines(fact: Use) -> str:
    return f"{fact.line}" if fact.line == fact.end_line else f"{fact.line}-{fact.end_line}"


def _context(context: int) -> str:
    names = [name for bit, name in CONTEXTS if context & bit]
    return f" ({', '.join(names)})" if names else ""


# --- imports ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", []),
        ("# import a\n'import b'\n", []),
        ("import a", ["1 a"]),
        ("import a.b.c", ["1 a.b.c"]),
        ("import a.b as c", ["1 a.b as c"]),
        ("import a, b as c", ["1 a", "1 b as c"]),
        ("from a import b", ["1 a: b"]),
        ("from a.b import c as d, e", ["1 a.b: c as d", "1 a.b: e"]),
        ("from a import *", ["1 a: *"]),
        ("from . import a", ["1 .: a"]),
        ("from .a import b", ["1 .a: b"]),
        ("from ...a.b import c", ["1 ...a.b: c"]),
        ("from .... import a", ["1 ....: a"]),
        ("from . . a . b import c", ["1 ..a.b: c"]),
        ("import a; import b", ["1 a", "1 b"]),
        ("from a import (b, c,)", ["1 a: b", "1 a: c"]),
        ("from a import b as b", ["1 a: b as b"]),
        ("from __future__ import annotations", ["1 __future__: annotations"]),
        ("import ａ", ["1 a"]),
    ],
)
def test_an_import_is_told_as_it_is_written(source: str, expected: list[str]) -> None:
    """Relative imports stay relative; identifiers are normalised as Python does (NFKC)."""
    assert told_imports(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from a import (\n    b,\n    # a comment\n    c as d,\n)\n", ["2 of 1 a: b", "4 of 1 a: c as d"]),
        ("from a \\\n    import b\n", ["2 of 1 a: b"]),
        ("\n\nimport a, \\\n  b\n", ["3 a", "4 of 3 b"]),
        ("x = 1; from a import (b,\nc)\n", ["1 a: b", "2 of 1 a: c"]),
        ("if x:\n  from a import (\n    b\n  )\n", ["3 of 2 a: b"]),
    ],
)
def test_a_name_stands_on_its_own_line_of_the_statement(source: str, expected: list[str]) -> None:
    assert told_imports(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f():\n    import a", "2 a (function)"),
        ("async def f():\n    import a", "2 a (function)"),
        ("class C:\n    import a", "2 a (class)"),
        ("class C:\n    def f(self):\n        import a", "3 a (function, class)"),
        ("if x:\n    import a", "2 a"),
        ("if x: pass\nelif y: pass\nelse:\n    import a", "4 a"),
        ("for x in y:\n    import a", "2 a"),
        ("while x: pass\nelse:\n    import a", "3 a"),
        ("with x:\n    import a", "2 a"),
        ("match x:\n    case 1:\n        import a", "3 a"),
        ("if TYPE_CHECKING:\n    import a", "2 a (type checking)"),
        ("if typing.TYPE_CHECKING:\n    import a", "2 a (type checking)"),
        ("if t.TYPE_CHECKING:\n    import a", "2 a (type checking)"),
        ("if TYPE_CHECKING: pass\nelse:\n    import a", "3 a"),
        ("if not TYPE_CHECKING:\n    import a", "2 a"),
        ("if not TYPE_CHECKING: pass\nelse:\n    import a", "3 a (type checking)"),
        ("if not not TYPE_CHECKING:\n    import a", "2 a (type checking)"),
        ("if x: pass\nelif TYPE_CHECKING:\n    import a", "3 a (type checking)"),
        ("if TYPE_CHECKING:\n    if x:\n        import a", "3 a (type checking)"),
        ("if NOT_TYPE_CHECKING:\n    import a", "2 a"),
        ("from typing import TYPE_CHECKING as TC\nif TC:\n    import a", "3 a (type checking)"),
        ("if TYPE_CHECKING and x:\n    import a", "2 a (type checking)"),
        ("if x or TYPE_CHECKING:\n    import a", "2 a"),
        ("if False:\n    import a", "2 a (type checking)"),
        ("if 0:\n    import a", "2 a (type checking)"),
        ("if 1:\n    import a", "2 a"),
        ('if __name__ == "__main__":\n    import a', "2 a (main program)"),
        ("if '__main__' == __name__:\n    import a", "2 a (main program)"),
        ('if __name__ != "__main__":\n    import a', "2 a"),
        ("with suppress(ImportError):\n    import a", "2 a (try)"),
        ("with contextlib.suppress(KeyError, ImportError):\n    import a", "2 a (try)"),
        ("with suppress(KeyError):\n    import a", "2 a"),
        ("with pytest.raises(ImportError, match='no a'):\n    import a", "2 a (try)"),
        ("with raises((KeyError, ModuleNotFoundError)):\n    import a", "2 a (try)"),
        ("with pytest.raises(expected_exception=Exception):\n    import a", "2 a (try)"),
        ("with self.assertRaises(ImportError) as caught, patched():\n    import a", "2 a (try)"),
        ("def f():\n    with self.assertRaises(ImportError):\n        import a", "3 a (function, try)"),
        ("with pytest.raises(KeyError):\n    import a", "2 a"),
        ("try:\n    import a\nexcept ImportError: pass", "2 a (try)"),
        ("try:\n    import a\nexcept ModuleNotFoundError: pass", "2 a (try)"),
        ("try:\n    import a\nexcept (KeyError, ImportError): pass", "2 a (try)"),
        ("try:\n    import a\nexcept: pass", "2 a (try)"),
        ("try:\n    import a\nexcept Exception as e: pass", "2 a (try)"),
        ("try:\n    import a\nexcept KeyError: pass", "2 a"),
        ("try:\n    import a\nfinally: pass", "2 a"),
        ("try: pass\nexcept ImportError:\n    import a", "3 a (handler)"),
        ("try: pass\nexcept KeyError:\n    import a", "3 a"),
        ("try: pass\nexcept ImportError: pass\nelse:\n    import a", "4 a"),
        ("try: pass\nexcept ImportError: pass\nfinally:\n    import a", "4 a"),
        ("try:\n    import a\nexcept* ImportError: pass", "2 a (try)"),
        ("try:\n    def f():\n        import a\nexcept ImportError: pass", "3 a (function)"),
        ("if TYPE_CHECKING:\n    class C:\n        import a", "3 a (class, type checking)"),
    ],
)
def test_an_import_knows_where_it_stands(source: str, expected: str) -> None:
    """The context tells apart what always runs, what may fail, and what is only for type checkers."""
    assert told_imports(source)[-1] == expected


def test_an_import_binds_its_alias_or_else_its_first_name() -> None:
    facts = facts_of("import a.b.c\nimport a.b as c\nfrom x import y\nfrom x import y as z\n")
    assert [fact.binds for fact in facts.imports] == ["a", "c", "y", "z"]


# --- bindings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import a", []),
        ("def f():\n    x = 1", ["1 f: function"]),
        ("async def f(): pass", ["1 f: function"]),
        ("class C:\n    x = 1", ["1 C: class"]),
        ("@decorated\nclass C: pass", ["2 C: class"]),
        ("x = 1", ["1 x: assignment"]),
        ("x = y", ["1 x: alias of y"]),
        ("x = y = a.b.c", ["1 x: alias of a.b.c", "1 y: alias of a.b.c"]),
        ("x: int = y", ["1 x: alias of y"]),
        ("x: int", []),
        ("x = a()", ["1 x: assignment"]),
        ("x = a[0].b", ["1 x: assignment"]),
        ("a.x = 1\na[0] = 1", []),
        ("x, (y, *z) = 1, (2, 3)", ["1 x: assignment", "1 y: assignment", "1 z: assignment"]),
        ("for x in y: pass", ["1 x: assignment"]),
        ("with a as x, b as (y, z): pass", ["1 x: assignment", "1 y: assignment", "1 z: assignment"]),
        ("if c:\n    x = 1\nelse:\n    x = 2", ["2 x: assignment", "4 x: assignment"]),
        ("try: pass\nexcept ImportError:\n    x = None", ["3 x: assignment (handler)"]),
        ("def f():\n    global x\n    x = 1", ["1 f: function", "3 x: assignment (function)"]),
        ("def f():\n    global g\n    def g(): pass", ["1 f: function", "3 g: function (function)"]),
        ("(x := 1)", ["1 x: assignment"]),
        ("[x := y for y in z]", ["1 x: assignment"]),
        ("def f(): return (x := 1)", ["1 f: function"]),
        ("match a:\n    case [x, *y]: pass", ["2 x: assignment", "2 y: assignment"]),
        ("match a:\n    case {'k': x, **y}: pass", ["2 x: assignment", "2 y: assignment"]),
        ("match a:\n    case C(k=x) as y: pass", ["2 x: assignment", "2 y: assignment"]),
        ("[x for x in y]\nlambda x: x", []),
    ],
)
def test_a_module_offers_what_it_binds_at_module_level(source: str, expected: list[str]) -> None:
    assert sorted(told_bindings(source)) == sorted(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1", None),
        ("__all__ = []", ()),
        ("__all__ = ['a', 'b', 'a']", ("a", "b")),
        ("__all__ = 'a', 'b'", ("a", "b")),
        ("__all__ = {'a'}", ("a",)),
        ("__all__: list[str] = ['a']", ("a",)),
        ("__all__ = ['a'] + ['b'] + ('c',)", ("a", "b", "c")),
        ("__all__ = ['a' 'b']", ("ab",)),
        ("__all__ = ['a']\n__all__ += ['b']", ("a", "b")),
        ("__all__ = ['a']\n__all__.extend(['b', 'c'])", ("a", "b", "c")),
        ("__all__ = ['a']\n__all__.append('b')", ("a", "b")),
        ("__all__ = ['a']\nif x:\n    __all__ += ['b']", ("a", "b")),
        ("if x:\n    __all__ = ['a']\nelse:\n    __all__ = ['b']", ("a", "b")),
        ("def f():\n    __all__ = ['a']", None),
        ("class C:\n    __all__ = ['a']", None),
    ],
)
def test_what_dunder_all_says_is_read(source: str, expected: tuple[str, ...] | None) -> None:
    facts = facts_of(source)
    assert (facts.exports, facts.exports_open) == (expected, False)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("__all__ = names", ()),
        ("__all__ = [n for n in dir()]", ()),
        ("__all__ = ['a', name]", ()),
        ("__all__ = [*a.__all__, 'b']", ()),
        ("__all__ = 'a b'.split()", ()),
        ("__all__ = ['a']\n__all__ += b.__all__", ("a",)),
        ("__all__ = ['a']\n__all__ = __all__ + ['b']", ("a",)),
        ("__all__ = ['a']\n__all__.extend(names)", ("a",)),
        ("__all__ = ['a']\n__all__.append(name)", ("a",)),
        ("__all__ = ['a', 'b']\n__all__.remove('b')", ("a", "b")),
        ("from a import __all__\n__all__ += ['b']", ("b",)),
    ],
)
def test_dunder_all_that_would_have_to_be_run_is_left_open(source: str, expected: tuple[str, ...]) -> None:
    """What can be read is kept, and the rest is said to be unknown rather than absent."""
    facts = facts_of(source)
    assert (facts.exports, facts.exports_open) == (expected, True)


# --- uses -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("f()", []),
        ("import a\na", []),
        ("import a\na()", ["2 call a"]),
        ("import a\na.b.c()", ["2 call a.b.c"]),
        ("import a.b\na.c()", ["2 call a.c"]),
        ("import a.b as c\nc.d()", ["2 call a.b.d"]),
        ("from a import b as c\nc.d()", ["2 call a.b.d"]),
        ("from ..a import b\nb()", ["2 call ..a.b"]),
        ("from . import a\na.b()", ["2 call .a.b"]),
        ("import a\na.b()()", ["2 call a.b"]),
        ("import a\na.b().c()", ["2 call a.b"]),
        ("import a\na.b(a.c())", ["2 call a.b", "2 call a.c"]),
        ("def f(): pass\nf()", ["2 call :f"]),
        ("class C: pass\nC.make()", ["2 call :C.make"]),
        ("def f():\n    def g(): pass\n    g()", []),
        ("import a\nb = a.c\nb()", ["2 attribute a.c", "3 call a.c"]),
        ("b()\nimport a as b", ["1 call a"]),
        ("import a\ndef f():\n    a()", ["3 call a in f"]),
        ("import a\nclass C:\n    def f(self):\n        a()", ["4 call a in C.f"]),
        ("import a\n@a\ndef f(): pass", ["2 decorator a"]),
        ("import a\n@a.b(1)\nclass C: pass", ["2 call a.b"]),
        ("import a\nclass C(a.B, metaclass=a.meta()): pass", ["2 attribute a.B", "2 call a.meta"]),
        ("import a\ndef f(x: a.T() = a.d()) -> a.r(): pass", ["2 call a.T", "2 call a.d", "2 call a.r"]),
        ("import a\na.b(\n  1,\n)", ["2-4 call a.b"]),
        ("import a\nasync def f():\n    async with a.b() as c:\n        await c()", ["3 call a.b in f"]),
        ("import a\nf'{a.b()}'", ["2 call a.b"]),
    ],
)
def test_a_call_is_told_by_what_the_file_imported(source: str, expected: list[str]) -> None:
    assert sorted(told_uses(source)) == sorted(expected)


# --- newer and odd syntax ---------------------------------------------------------------------------------------------

NEWER: Final = """\
import a
from b import (
    c,
)
type Pair[T] = a.Two[T]


class Box[T: a.Bound](a.Base):
    def get[*Ts, **P](self) -> T:
        return f"{a.x(f"{a.y()}")} {
            c.z()  # said a comment
        }"


def last():
    return a.end()
"""


def test_syntax_of_python_3_12_is_read_by_an_older_python() -> None:
    """Type parameters, `type` statements and nested f-strings keep every fact on its line, whatever Python runs."""
    assert told_imports(NEWER) == ["1 a", "3 of 2 b: c"]
    assert [line for line in told_bindings(NEWER) if "Pair" not in line] == ["8 Box: class", "15 last: function"]
    assert {line for line in told_uses(NEWER) if "Bound" not in line} == {
        "5 attribute a.Two",
        "8 attribute a.Base",
        "10 call a.x in Box.get",
        "10 call a.y in Box.get",
        "11 call b.c.z in Box.get",
        "16 call a.end in last",
    }


def test_a_type_statement_defines_its_name() -> None:
    assert [line.partition(":")[0] for line in told_bindings("type Pair = tuple[int, int]\n")] == ["1 Pair"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="3.11 reads it through libcst, which has the same lines")
def test_code_in_a_long_f_string_keeps_its_line() -> None:
    assert told_uses('import a\nx = f"""\n{a.b()}\n\n{a.c()}\n"""\n') == ["3 call a.b", "5 call a.c"]


@pytest.mark.parametrize(
    ("blob", "expected"),
    [
        pytest.param(b"import a\r\nimport b\r\n", ["1 a", "2 b"], id="CRLF"),
        pytest.param(b"import a\rimport b\r", ["1 a", "2 b"], id="lone CR"),
        pytest.param(b"\xef\xbb\xbfimport a\n", ["1 a"], id="BOM"),
        pytest.param(b"\x0cimport a\n\x0c\nimport b\n", ["1 a", "3 b"], id="form feed"),
        pytest.param(b"import a\n\x1a", None, id="end-of-file mark of DOS"),
        pytest.param("# coding: latin-1\nimport é\n".encode("latin-1"), ["2 é"], id="cookie"),
        pytest.param("#!/bin/sh\n# coding: cp1251\nimport ж\n".encode("cp1251"), ["3 ж"], id="cookie in line 2"),
        pytest.param(b"import a", ["1 a"], id="no final newline"),
        pytest.param(b"\tif_ = 1\n".strip() + b"\nif if_:\n\timport a\n", ["3 a"], id="tabs"),
    ],
)
def test_lines_are_counted_as_python_counts_them(blob: bytes, expected: list[str] | None) -> None:
    if expected is None:
        with pytest.raises(AssertionError):
            facts_of(blob)
        return
    assert [tell_import(fact) for fact in facts_of(blob).imports] == expected
