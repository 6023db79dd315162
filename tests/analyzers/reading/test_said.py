"""What a file says of itself beyond its imports: strings, shapes, lazy names, notices, what it leaves open."""

from __future__ import annotations

import pytest

from analyzers.facts import FileFacts, Lazy, Notice, StringRef
from analyzers.reading.read import read


def said(source: str) -> FileFacts:
    facts = read(source.encode())
    assert isinstance(facts, FileFacts)
    return facts


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 'a.b'", StringRef("a.b", 1)),
        ("x = 'a.b:c.d'", StringRef("a.b:c.d", 1)),
        ("x = 'a:b'", StringRef("a:b", 1)),
        ("patch('a.b')", StringRef("a.b", 1, "patch", 0)),
        ("from unittest import mock as m\nm.patch(1, 'a.b')", StringRef("a.b", 2, "unittest.mock.patch", 1)),
        ("def f(mp):\n  mp.setattr(target='a.b')", StringRef("a.b", 2, "mp.setattr", "target", ("target",), None, 1)),
        ("f(['a.b'])", StringRef("a.b", 1)),
        ("f()('a.b')", StringRef("a.b", 1)),
        ("x = 'é.b'", StringRef("é.b", 1)),
        ("x = ('a'\n'.b')", StringRef("a.b", 1)),
    ],
)
def test_a_string_that_reads_as_a_name_is_told(source: str, expected: StringRef) -> None:
    assert said(source).strings == (expected,)


@pytest.mark.parametrize(
    "source", ["'a.b'", "x = 'a'", "x = 'a b.c'", "x = b'a.b'", "x = f'a.b{c}'", "x = '1.a'", "x = 'a..b'", "x = 'a.'"]
)
def test_any_other_string_is_not(source: str) -> None:
    assert said(source).strings == ()


def test_a_copy_has_the_shape_of_its_original() -> None:
    body = "    x: int = 1\n\n    y, z = 1, 2\n    def f(self):\n        # note\n        return self\n"
    (one,) = said(f"class A:\n{body}").bindings
    (other,) = said(f"import a\n\n@a.b\nclass B:\n{body}    # a comment\n").bindings
    assert one.shape is not None
    assert one.shape == other.shape
    assert one.shape.members == ("x", "y", "z", "f")
    assert one.shape.size == 4


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if name == 'X':\n        from .y import X\n        return X", ".y.X"),
        ("if name == 'X':\n        from .y import Z as z\n        return z", ".y.Z"),
        ("if name == 'X':\n        from . import y\n        return y.X", ".y.X"),
        ("if name == 'X':\n        return importlib.import_module('.y', __name__).X", ".y.X"),
        ("if name in MAP:\n        return getattr(importlib.import_module(MAP[name], __name__), name)", "p.q.X"),
    ],
)
def test_a_lazy_name_is_told_by_its_place(body: str, expected: str) -> None:
    head = "import importlib\nMAP = {'X': 'p.q'}\ndef __getattr__(name):\n"
    facts = said(f"{head}    {body}\n    raise AttributeError(name)\n")
    assert [(lazy.name, lazy.target) for lazy in facts.lazy] == [("X", expected)]
    assert facts.dynamic == ()


REFUSES = "raise AttributeError(name)"
IMPORTS = "from importlib import import_module\n"
PAIRS = IMPORTS + "M = {'X': ('.y', 'Z')}\ndef __getattr__(name):\n    "


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            PAIRS
            + f"if name not in M: {REFUSES}\n    a, b = M[name]\n    return getattr(import_module(a, __name__), b)",
            {"X": ".y.Z"},
            id="pairs, unpacked",
        ),
        pytest.param(
            PAIRS
            + f"if name in M:\n        return getattr(import_module(M[name][0], __name__), M[name][1])\n    {REFUSES}",
            {"X": ".y.Z"},
            id="pairs, by number",
        ),
        pytest.param(
            PAIRS + f"found = M.get(name)\n    if found is None: {REFUSES}\n"
            "    return getattr(import_module(found[0], package=__package__), name)",
            {"X": ".y.X"},
            id="pairs, asked for",
        ),
        pytest.param(
            PAIRS + f"try: a, b = M[name]\n    except KeyError: {REFUSES} from None\n"
            "    value = getattr(import_module(a, __name__), b)\n    globals()[name] = value\n    return value",
            {"X": ".y.Z"},
            id="with a handler, and kept",
        ),
        pytest.param(
            IMPORTS + "M = {n: m for m, names in {'y': ['X'], 'z': ['Z', 'A']}.items() for n in names}\n"
            "def __getattr__(name):\n"
            "    if name in M: return getattr(import_module(f'.{M[name]}', __name__), name)\n"
            f"    {REFUSES}",
            {"X": ".y.X", "Z": ".z.Z", "A": ".z.A"},
            id="an inverted map",
        ),
        pytest.param(
            IMPORTS + "S: dict[str, list[str]] = {'y': ['X']}\n_P = '.'\nM = {n: _P + m for m in S for n in S[m]}\n"
            f"def __getattr__(name):\n    if name not in M: {REFUSES}\n"
            "    return getattr(import_module(M[name], __name__), name)",
            {"X": ".y.X"},
            id="a map made of others",
        ),
        pytest.param(
            IMPORTS + "def __getattr__(name):\n    if name in ('X', 'Z'): return getattr(import_module('p.q'), name)\n"
            f"    {REFUSES}",
            {"X": "p.q.X", "Z": "p.q.Z"},
            id="several names of one module",
        ),
        pytest.param(
            "def __getattr__(name):\n    if name in {'X', 'Z'}:\n        from . import y\n"
            "        return getattr(y, name)\n"
            f"    {REFUSES}",
            {"X": ".y.X", "Z": ".y.Z"},
            id="several names of a relative module",
        ),
        pytest.param(
            "def __getattr__(name):\n    match name:\n        case 'X' | 'Z':\n            from . import y\n"
            "            return getattr(y, name)\n"
            "        case 'A':\n            from .z import A\n            return A\n"
            f"        case _: {REFUSES}",
            {"X": ".y.X", "Z": ".y.Z", "A": ".z.A"},
            id="cases",
        ),
        pytest.param(
            "import functools, y\n@functools.lru_cache(maxsize=None)\ndef __getattr__(name, /):\n"
            f"    if not name != 'X' or name == 'Z': return getattr(y, name)\n    else: {REFUSES}",
            {"X": "y.X", "Z": "y.Z"},
            id="kept by a decorator",
        ),
        pytest.param(f"def __getattr__(name):\n    if name == 'X': {REFUSES}\n    {REFUSES}", {}, id="no name at all"),
    ],
)
def test_lazy_names_are_told_however_they_are_looked_up(source: str, expected: dict[str, str]) -> None:
    facts = said(source)
    assert {lazy.name: lazy.target for lazy in facts.lazy} == expected
    assert facts.dynamic == ()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "def __getattr__(name):\n    if name == 'X': return make()\n"
            "    from .y import A\n    if name == 'A': return A\n"
            f"    {REFUSES}",
            {"A": ".y.A"},
            id="a name that is made",
        ),
        pytest.param(
            "def __getattr__(name):\n    from . import y\n    if name == 'X': return y.Z\n    return getattr(y, name)",
            {"X": ".y.Z"},
            id="all other names too",
        ),
        pytest.param(
            PAIRS + "return getattr(import_module(M[name][0], __name__), name)", {"X": ".y.X"}, id="a KeyError escapes"
        ),
        pytest.param(
            "M = {'X': '.y'}\nM.update(more)\n" + IMPORTS + "def __getattr__(name):\n"
            f"    if name in M: return getattr(import_module(M[name], __name__), name)\n    {REFUSES}",
            {},
            id="a map that is changed",
        ),
        pytest.param(
            PAIRS + f"if name in M:\n        globals()['other'] = 1\n        return import_module('y')\n    {REFUSES}",
            {},
            id="another name that is kept",
        ),
        pytest.param(
            PAIRS + f"if name in M:\n        return import_module('.y')\n    {REFUSES}", {}, id="relative to nothing"
        ),
        pytest.param(
            PAIRS + f"if name in M:\n        try: return import_module('y')\n        except ImportError: return None\n"
            f"    {REFUSES}",
            {},
            id="an import that may fail",
        ),
        pytest.param(
            f"def __getattr__(name):\n    if name.startswith('_'): {REFUSES}\n"
            "    from .y import X\n    if name == 'X': return X",
            {},
            id="by how the name begins",
        ),
        pytest.param(f"@wraps\ndef __getattr__(name): {REFUSES}", {}, id="decorated"),
        pytest.param(
            "M = {a + b + c + d: a for a in L for b in L for c in L for d in L}\n"
            f"L = {[str(number) for number in range(100)]}\ndef __getattr__(name):\n    M[name]\n    {REFUSES}",
            {},
            id="more than anybody would write",
        ),
        pytest.param(
            f"M = {'+'.join('x' * 200)}\ndef __getattr__(name):\n    if name == M: return x\n    {REFUSES}",
            {},
            id="deeper than anybody would write",
        ),
    ],
)
def test_what_a_lazy_module_does_not_spell_out_is_open(source: str, expected: dict[str, str]) -> None:
    facts = said(source)
    assert {lazy.name: lazy.target for lazy in facts.lazy} == expected
    assert facts.dynamic == ("names",)


def test_names_that_lazy_loader_attaches_are_told() -> None:
    facts = said(
        "import lazy_loader as lazy\n"
        "__getattr__, __dir__, __all__ = lazy.attach(__name__, submodules={'s'}, submod_attrs={'y': ['X']})\n"
    )
    assert facts.lazy == (Lazy("s", ".s", 2), Lazy("X", ".y.X", 2))
    assert facts.dynamic == ()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def __getattr__(name):\n    return find(name)\n", ("names",)),
        ("globals()['x'] = 1", ("names",)),
        ("globals().update(x)", ("names",)),
        ("vars()['x'] = 1", ("names",)),
        ("def f():\n    vars()['x'] = 1", ()),
        ("x = globals()['y']", ()),
        ("import sys\nsys.modules[__name__] = x", ("names",)),
        ("import sys\nsetattr(sys.modules[__name__], 'x', 1)", ("names",)),
        ("exec(x)", ("names",)),
        ("__path__ = []", ("modules",)),
        ("__path__.append(x)", ("modules",)),
        ("import pkgutil\n__path__ = pkgutil.extend_path(__path__, __name__)", ("modules",)),
        ("import sys\nsys.path.insert(0, x)", ("path",)),
        ("from sys import path\ndef f():\n    path.append(x)", ("path",)),
        ("import sys\nsys.path += [x]", ("path",)),
        ("import sys\nsys.path[0:0] = [x]", ("path",)),
        ("class C:\n    def __getattr__(self, name): return 1", ()),
    ],
)
def test_what_the_code_leaves_open_is_told(source: str, expected: tuple[str, ...]) -> None:
    assert said(source).dynamic == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import warnings\nwarnings.warn('x', DeprecationWarning)", Notice("warning", 2)),
        (
            "from warnings import warn as w\nwith x:\n    w('x', category=PendingDeprecationWarning)",
            Notice("warning", 3),
        ),
        ("import warnings\nif not TYPE_CHECKING:\n    warnings.warn('x', DeprecationWarning)", Notice("warning", 3)),
        ("'''\n.. deprecated:: 1.0\n'''", Notice("docstring", 1)),
        ("'**Deprecated**: use b'", Notice("docstring", 1)),
    ],
)
def test_a_module_that_says_it_is_deprecated_is_heard(source: str, expected: Notice) -> None:
    assert said(source).notices == (expected,)


@pytest.mark.parametrize(
    "source",
    [
        "import warnings\nwarnings.warn('deprecated')",
        "import warnings\ndef f():\n    warnings.warn('x', DeprecationWarning)",
        "'Not deprecated.'",
        "def f():\n    'Deprecated.'",
    ],
)
def test_any_other_warning_is_no_notice(source: str) -> None:
    assert said(source).notices == ()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from a import b", True),
        ("'''Old.'''\nimport warnings\nfrom a import b\n__all__ = ['b']\nwarnings.warn('x', DeprecationWarning)", True),
        ("try:\n    from a import b\nexcept ImportError:\n    from c import b", True),
        ("if TYPE_CHECKING:\n    from a import b", True),
        ("", False),
        ("pass", False),
        ("from a import b\nb = b.c", False),
        ("from a import b\ndel b", False),
        ("from a import b\ndef f(): pass", False),
        ("import warnings\nwarnings.simplefilter('ignore')", False),
    ],
)
def test_a_shim_holds_only_imports(source: str, expected: bool) -> None:
    assert said(source).only_imports is expected
