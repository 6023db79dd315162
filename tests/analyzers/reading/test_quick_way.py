"""The quick way to a file's facts and the plain one say the same, wherever the quick one says anything.

Counted over the standard library, every installed package, the case files and generated programs. That takes a minute
or two; FIFTHWHY_READ_ALL=0 reads only a spread of the files.
"""

from __future__ import annotations

import os
import re
import sysconfig
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.facts import FileFacts
from analyzers.reading.read import read, read_plainly, read_quickly, read_uses, read_uses_plainly
from tests.analyzers.programs import modules_of_tests, programs

ALL: Final = os.environ.get("FIFTHWHY_READ_ALL") != "0"
MOST_BYTES: Final = 4_000_000
CASES: Final = Path(__file__).parents[2] / "cases"


def python_files(place: str) -> list[Path]:
    """The files of a folder of this Python, or a spread of them."""
    folder = Path(sysconfig.get_path(place))
    paths = sorted(path for path in folder.rglob("*.py") if place != "stdlib" or "site-packages" not in path.parts)
    step = 1 if ALL else 1 + sum(path.stat().st_size for path in paths) // MOST_BYTES
    return paths[::step]


def assert_same(blob: bytes, what: object) -> bool:
    """Whether the quick way was taken; if so, it must have told the truth, of the file and of the uses of its names."""
    quick = read_quickly(blob)
    if quick is None:
        return False
    plain = read_plainly(blob)
    assert quick == plain, what
    assert isinstance(plain, FileFacts)
    names = sorted({fact.binds for fact in plain.imports if fact.name != "*"})
    methods = frozenset({"*.decode", "*.get", "*.append", "*.join", "*.verify"})
    for heads in (frozenset(names[:1]), frozenset(names[1::2]), methods):
        assert read_uses(blob, heads) == read_uses_plainly(blob, heads), what
    return True


@pytest.mark.parametrize("place", ["stdlib", "purelib"])
def test_files_that_people_wrote_say_the_same_both_ways_and_most_go_the_quick_one(place: str) -> None:
    paths = python_files(place)
    taken = [assert_same(path.read_bytes(), path) for path in paths]
    assert len(taken) > 50
    assert sum(taken) >= 0.9 * len(taken)


def test_the_case_files_say_the_same_both_ways() -> None:
    sources = [
        source
        for case in sorted(CASES.rglob("*.case"))
        for source in re.split(r"^=== .*\n", case.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    ]
    assert len(sources) > 100
    for source in sources:
        assert_same(source.encode(), source)


def test_an_annotation_with_a_slice_in_it_is_read_the_plain_way() -> None:
    source = b"import a\n\ndef f():\n    x: dict[str : list[a.B]] = a.c()\n"
    assert read(source) == read_plainly(source)


@settings(max_examples=300, deadline=None)
@given(programs(), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["    ", "\t", " "]))
def test_generated_programs_say_the_same_both_ways(source: str, end: str, indentation: str) -> None:
    assert_same(source.replace("    ", indentation).replace("\n", end).encode(), source)


@settings(max_examples=300, deadline=None)
@given(modules_of_tests(), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["    ", "\t"]))
def test_generated_tests_say_the_same_both_ways(source: str, end: str, indentation: str) -> None:
    assert assert_same(source.replace("    ", indentation).replace("\n", end).encode(), source)


@settings(max_examples=300, deadline=None)
@given(st.lists(programs(), min_size=1, max_size=3))
def test_functions_that_use_what_is_imported_say_the_same_both_ways(bodies: list[str]) -> None:
    """Most is left out inside of functions, so that is where most can go wrong."""
    source = "import a, jwt\nfrom m import X, b as _y\n\ndef c(): pass\n"
    for number, body in enumerate(bodies):
        lines = [line for line in body.splitlines() if "import *" not in line]
        source += f"class C{number}:\n    def f(self, jwt=1):\n" + "".join(f"        {line}\n" for line in lines)
    assert_same(source.encode(), source)


@pytest.mark.parametrize(
    "lines",
    [
        "x = a.b(1, c=a.d)",
        "x = (\n    a\n    .b()\n)",
        "x = a.b(\n    a.c,\n    a.d(1,\n      2))",
        "(a.b).c(1)",
        "a = 1; a.b()",
        "a, x = 1, 2\n    a.b()",
        "a.b = a.c",
        "a.b[a.c] = a.d()",
        "x = [a.b for a in y]",
        "x = lambda a: a.b()",
        "x = lambda: a.b()",
        "x = y if a.b else a.c()",
        "if (a := y): a.b()",
        "for a.b in a.c(): pass",
        "for x in a.c():\n        a.d(x)\n    else:\n        a.e()",
        "with a.b() as x, a.c as a: pass",
        "with a.b() as x:\n        a.c(x)",
        "while a.b: a.c()",
        "try:\n        a.b()\n    except a.E as e:\n        raise a.F from e\n    finally:\n        a.g()",
        "try:\n        import a\n    except ImportError:\n        a = None\n    a.b()",
        "try:\n        x = a.b\n    except Exception:\n        x = None\n    x()",
        "match a.b:\n        case a.C(x): a.d()\n        case {'k': a}: a.e()",
        "global z\n    z = a.b",
        "y = a.b\n    y()",
        "y = z = a.b\n    z.c()",
        "y: a.T = a.b\n    y.c()",
        "y: a.T[\n        x\n    ] = a.b\n    y.c()",
        "y = \\\n        a.b\n    y()",
        "def a(): pass\n    a.b()",
        "class D:\n        x = a.b()\n        def g(self): return a.c()",
        "@a.b\n    @a.c(1)\n    def g(x=a.d): return x.e",
        "print(f'{a.b}' f'{a.c()!r:>{a.d}}' 'a.e')",
        "print(f\"{x['a.b']} {{a.c}} {a.d}\")",
        'print(f"""\n{a.b(\n1)}\n""")',
        'print("a." "b", "c d" "e.f", "g.h" \'i\' "j k")',
        'patch("a.b", name="c.d", x=["e.f"])',
        "'''a.b()'''  # a.c()",
        "x = '#' + a.b('\\'') # ' a.c()",
        "x = 'a\\x2eb'",
        "globals()['x'] = a.b",
        "setattr(sys.modules[__name__], 'x', a.b)",
        "x = yield a.b()",
        "return a.b()",
        "assert a.b, a.c()",
        "del a",
        "del a.b",
        "a.b += a.c",
        "a.b: int = 1",
        "x = {a.b: a.c(), **a.d}",
        "x = a.b(a=a.c)",
        "x = a.b @ a.c < a.d() != a.e",
        "import q; q.b()",
        "nonlocal_ = a\n    nonlocal_.b()",
    ],
)
def test_a_line_in_a_function_says_the_same_both_ways(lines: str) -> None:
    """Each with `a` from an import, from a definition, and as a parameter."""
    body = f"    {lines}\n"
    for head in ("import a, sys\n", "class a: pass\n", "import a\nif a:\n  a = a.z\n"):
        for parameter in ("", "a", "x"):
            for rest in ("", "\n\nx = a.z\n", "# end"):
                source = f"{head}def f({parameter}):\n{body}{rest}"
                assert_same(source.encode(), source)


def test_ordinary_code_goes_the_quick_way() -> None:
    source = "import a\n\n\ndef f(x):\n    return [a.b(x) for x in f'{x}' if x == 'y.z']\n"
    assert read_quickly(source.encode()) == read(source.encode()) == read_plainly(source.encode())
    assert read_quickly(source.encode()) is not None


@pytest.mark.parametrize("source", ["def f(:\n", "def f():\n    x = = 1\n", "def f():\n    x = '\n", "print 1\n", "\0"])
def test_what_is_not_python_is_refused_in_the_same_words(source: str) -> None:
    assert read_quickly(source.encode()) is None
    assert read(source.encode()) == read_plainly(source.encode())


@pytest.mark.parametrize(
    "line",
    [
        "x: Annotated[a.X, Depends(a.get)] = 1",
        "x: Annotated['m.C', Field(gt=3, alias='a.b')]",
        "def g(x: a.T(1), y: Depends('a.b', k=a.c())) -> Annotated[int, a(lambda q: a.z(q))]: ...",
        "def g(\n      x: Annotated[\n         str, Depends(\n            a.get,\n            'a.b')],\n    ): ...",
        "def g(x: 'a.B[a.C]', *y: a.D, **z: \"a.E | None\") -> 'a.F': ...",
        "x: list[a.B] | None | 'a.C'",
        "x: Literal['a.b', 'a b', 1, b'c', True, None, ...]",
        "x: Callable[[a.B, 'a.C'], a.D]",
        "x: tuple[*a.B]",
        "def g(x: Annotated[int, (y := a.b)]): ...",
        "def g(x: {'a.b': a.c}): ...",
        "def g(x: a.b if a.c else a.d): ...",
    ],
)
def test_annotations_say_the_same_both_ways(line: str) -> None:
    """ast-serialize hands them over as types, in which much is lost."""
    for head in ("import a\nfrom fastapi import Depends\n", "é = 1\nimport a\n"):
        tried = f"try:\n    import b\n    {line}\nexcept ImportError:\n    {line}\n"
        for body in (f"{line}\n", f"def f():\n    {line}\n", f"class C:\n    {line}\n", tried):
            assert_same((head + body).encode(), body)


def test_annotations_with_calls_go_the_quick_way() -> None:
    source = "import a\ndef f(x: Annotated[a.X, a.Depends(a.get)]): ...\n"
    assert read_quickly(source.encode()) is not None


@pytest.mark.parametrize(
    ("source", "names"),
    [
        pytest.param("try:\n    import a\nexcept A, B:\n    import b\n", ["a", "b"], id="PEP 758, Python 3.14"),
        pytest.param("import a\nx = t'{a.b} c'\n", ["a"], id="PEP 750, Python 3.14"),
        pytest.param("lazy import a\nlazy from b import c\n", ["a", "b"], id="PEP 810, Python 3.15"),
        pytest.param("import a\nx = [*y for y in a.z]\n", ["a"], id="PEP 798, Python 3.15"),
        pytest.param("import a\ndef f[T = a.B](x: T) -> T: ...\n", ["a"], id="PEP 696, Python 3.13"),
        pytest.param("import a\nx = f'{a['b']}'\n", ["a"], id="PEP 701, Python 3.12"),
    ],
)
def test_the_newest_python_is_read_whatever_python_runs(source: str, names: list[str]) -> None:
    facts = read(source.encode())
    assert isinstance(facts, FileFacts)
    assert [fact.module for fact in facts.imports] == names


@pytest.mark.parametrize(
    "comment", ["# mypy: ignore-errors", "# type: ignore", "# mypy: disable-error-code=x", "# type: ignore[x]"]
)
def test_what_mypy_leaves_out_is_read_all_the_same(comment: str) -> None:
    source = f"{comment}\nimport a\ndef f():\n    import b\n    return a.c('d.e')\n"
    facts = read(source.encode())
    assert facts == read_plainly(source.encode())
    assert isinstance(facts, FileFacts)
    assert [fact.module for fact in facts.imports] == ["a", "b"]
    assert len(read_uses(source.encode(), frozenset("a"))) == 1


def test_what_follows_an_assertion_about_the_platform_is_read_all_the_same() -> None:
    source = "import sys\nassert sys.platform == 'wasi'\nimport a\ndef f(): ...\n"
    assert read(source.encode()) == read_plainly(source.encode())
