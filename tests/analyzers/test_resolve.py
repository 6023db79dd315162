"""Where a name leads is what Python finds there: small packages are really imported, and compared with the resolver.

The packages are generated here and run nothing but imports and class definitions.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.resolve import Resolver
from tests.analyzers.trees import snapshot_of

TOP: Final = "resolved_package"
MODULES: Final = ("", ".d", ".c", ".b", ".a")
"""Each imports from those after it only, so that it does not matter which one is imported first."""

BOUND: Final = st.sampled_from(["X", "Y", "_z"])
NAMES: Final = st.sampled_from(["X", "Y", "_z", "a", "b"])
"""Also two of the modules, whose names nothing else gets: Python would bind them anew with every first import."""


class InMemory(MetaPathFinder, Loader):
    """Imports modules from their sources by name."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.sources = sources

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.sources:
            return None
        return ModuleSpec(fullname, self, is_package=fullname == TOP)

    def exec_module(self, module: ModuleType) -> None:
        exec(self.sources[module.__name__], vars(module))  # noqa: S102


@contextmanager
def importable(sources: Mapping[str, str]) -> Iterator[None]:
    finder = InMemory(sources)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in sources:
            sys.modules.pop(name, None)


def found_by_python(module: str, name: str) -> str:
    """What `from module import name` brings."""
    holder = import_module(module)
    if not hasattr(holder, name):
        try:
            return import_module(f"{module}.{name}").__name__
        except ImportError:
            return "missing"
    value = getattr(holder, name)
    return value.__name__ if isinstance(value, ModuleType) else f"{value.__module__}.{value.__qualname__}"


def found_by_the_resolver(resolver: Resolver, module: str, name: str) -> str:
    resolution = resolver.resolve(module, name)
    if resolution.definition is not None:
        return resolution.definition.dotted
    return resolution.chain[-1].dotted if resolution.outcome == "module" else resolution.outcome


@st.composite
def packages(draw: st.DrawFn) -> dict[str, str]:
    """Sources of a package and its modules by their names, without the statements that Python refuses."""
    sources = dict.fromkeys((TOP + suffix for suffix in MODULES), "")
    for place, suffix in reversed(tuple(enumerate(MODULES))):
        for statement in draw(st.lists(_statements(MODULES[place + 1 :]), max_size=5)):
            so_far = sources[TOP + suffix]
            tried = sources | {TOP + suffix: f"{so_far}{statement}\n"}
            once = not ("__all__" in statement and "__all__" in so_far)  # of two, the resolver takes both to count
            if once and _works(tried, TOP + suffix):
                sources = tried
    return sources


def _works(sources: Mapping[str, str], module: str) -> bool:
    with importable(sources):
        try:
            import_module(module)
        except (ImportError, AttributeError, NameError):
            return False
    return True


def _statements(others: tuple[str, ...]) -> st.SearchStrategy[str]:
    own = [
        st.builds("class {}: ...".format, BOUND),
        st.builds("{} = {}".format, BOUND, NAMES),
        st.builds("__all__ = {!r}".format, st.lists(NAMES, max_size=3)),
        st.builds("__all__ = [{!r}]; __all__ += [{!r}]".format, NAMES, NAMES),
    ]
    if not others:
        return st.one_of(own)
    other = st.sampled_from(others)
    return st.one_of(
        *own,
        st.builds(f"from {TOP}{{}} import {{}}".format, other, NAMES),
        st.builds(f"from {TOP}{{}} import {{}} as {{}}".format, other, NAMES, BOUND),
        st.builds("from {} import *".format, other),
        st.builds("from {} import ({})".format, other, NAMES),
        st.builds(f"import {TOP}{{}} as {{}}".format, other, BOUND),
        st.builds("from . import {}".format, other.map(lambda suffix: suffix[1:])),
        st.builds(f"import {TOP}{{0}} as m\n{{1}} = m.{{1}}".format, other, BOUND),
        st.builds(f"import {TOP}{{0}}\n{{1}} = {TOP}{{0}}.{{2}}".format, other, BOUND, NAMES),
        st.builds(f"try:\n    from {TOP}{{}} import {{}}\nexcept ImportError:\n    pass".format, other, NAMES),
    )


@settings(max_examples=200)
@given(packages())
def test_names_lead_where_python_finds_them(sources: dict[str, str]) -> None:
    """Where the resolver gives an answer it is Python's; where it says "unknown", it claims nothing."""
    files = {
        name.replace(".", "/") + ("/__init__.py" if name == TOP else ".py"): text for name, text in sources.items()
    }
    resolver = Resolver(snapshot_of(files))
    asked = [(module, name) for module in sources for name in ("X", "Y", "_z", "a", "b")]
    with importable(sources):
        for module in sources:
            import_module(module)
        python = {place: found_by_python(*place) for place in asked}
    for place, expected in python.items():
        answer = found_by_the_resolver(resolver, *place)
        assert answer in (expected, "unknown"), place


def test_few_of_those_names_are_left_undecided() -> None:
    """The comparison above would prove nothing if the resolver always said "unknown"."""
    sources = {
        TOP: "from .a import *\nfrom .b import Y as _z\n",
        f"{TOP}.a": "class X: ...\n",
        f"{TOP}.b": f"import {TOP}.a as m\nY = m.X\n",
    }
    files = {f"{TOP}/__init__.py": sources[TOP], **{f"{TOP}/{name}.py": sources[f"{TOP}.{name}"] for name in "ab"}}
    resolver = Resolver(snapshot_of(files))
    with importable(sources):
        for place, expected in (((TOP, "X"), "a.X"), ((TOP, "_z"), "a.X"), ((TOP, "a"), "a"), ((TOP, "Q"), "")):
            assert found_by_python(*place) == (f"{TOP}.{expected}" if expected else "missing")
            assert found_by_the_resolver(resolver, *place) == found_by_python(*place)
