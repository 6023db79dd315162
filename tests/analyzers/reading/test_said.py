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
