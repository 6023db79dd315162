"""What a repository's own settings say: folders on the import path, and entry points."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.project import LARGEST_FILE, Project, project_paths, read_project


def read(text: str, path: str = "pyproject.toml") -> Project:
    return read_project({path: text.encode()})


def test_settings_lie_at_the_top_or_one_folder_deep() -> None:
    paths = ["b/pyproject.toml", "a/b/pyproject.toml", "setup.cfg", "pyproject.toml", "a/setup.cfg", "my-setup.cfg"]
    assert project_paths(paths) == ("pyproject.toml", "setup.cfg", "a/setup.cfg", "b/pyproject.toml")


@pytest.mark.parametrize(
    ("text", "roots"),
    [
        ('[tool.setuptools.package-dir]\n"" = "src"', ("src",)),
        ('[tool.setuptools]\npackage-dir = {"pkg" = "lib/pkg", "odd" = "other", "a.b" = "c/a/b"}', ("lib", "c")),
        ('[tool.setuptools.packages.find]\nwhere = ["src", "more"]', ("src", "more")),
        ('[[tool.poetry.packages]]\ninclude = "pkg"\nfrom = "python"', ("python",)),
        ('[tool.hatch.build.targets.wheel]\npackages = ["src/pkg", "top"]', ("src", "")),
        ('[tool.hatch.build.targets.wheel]\nsources = ["src"]', ("src",)),
        ('[tool.hatch.build.targets.wheel.sources]\n"src" = ""\n"a" = "b"', ("src",)),
        ('[tool.pdm]\npackage-dir = "lib"', ("lib",)),
        ('[tool.pdm.build]\npackage-dir = "lib"', ("lib",)),
        ('[tool.uv.build-backend]\nmodule-root = "python"', ("python",)),
        ('[build-system]\nbuild-backend = "uv_build"', ("src",)),
        ('[build-system]\nbuild-backend = "uv_build"\n[tool.uv.build-backend]\nmodule-root = ""', ("",)),
        ('[tool.maturin]\npython-source = "python"', ("python",)),
        ('[tool.pytest.ini_options]\npythonpath = "src lib"', ("src", "lib")),
        ('[tool.pytest.ini_options]\npythonpath = [".", "src"]', ("", "src")),
        ('[tool.mypy]\nmypy_path = "$MYPY_CONFIG_FILE_DIR/src:stubs"', ("src", "stubs")),
        ('[tool.pyright]\nextraPaths = ["./a/", "b//c"]', ("a", "b/c")),
    ],
)
def test_the_folders_on_the_import_path_are_those_that_tools_are_told(text: str, roots: tuple[str, ...]) -> None:
    assert read(text).roots == roots


@pytest.mark.parametrize(
    ("text", "roots"),
    [
        ("[options]\npackage_dir =\n    = src\n", ("src",)),
        ("[options]\npackage_dir = =src\n", ("src",)),
        ("[options.packages.find]\nwhere = src\n", ("src",)),
        ("[tool:pytest]\npythonpath = src lib\n[mypy]\nmypy_path = a,b\n", ("src", "lib", "a", "b")),
    ],
)
def test_the_older_file_says_the_same(text: str, roots: tuple[str, ...]) -> None:
    assert read(text, "setup.cfg").roots == roots


def test_a_folder_is_meant_as_seen_from_the_file_that_names_it() -> None:
    text = '[tool.pytest.ini_options]\npythonpath = [".", "src", "../shared", "../..", "/usr/lib", "~/lib"]'
    assert read(text, "backend/pyproject.toml").roots == ("backend", "backend/src", "shared")


def test_entry_points_are_told_with_their_lines() -> None:
    text = """[project]
name = "acme"
[project.scripts]
acme = "acme.cli:main"
[project.gui-scripts]
acme-gui = "acme.gui:main"
[project.entry-points."acme.plugins"]
"first" = "acme.plugins:First [extra]"
[tool.poetry.scripts]
old = { reference = "acme.old:main", type = "console" }
file = { reference = "bin/file", type = "file" }
"""
    assert [(point.line, point.group, point.name, point.value) for point in read(text).entry_points] == [
        (4, "console_scripts", "acme", "acme.cli:main"),
        (6, "gui_scripts", "acme-gui", "acme.gui:main"),
        (10, "console_scripts", "old", "acme.old:main"),
        (8, "acme.plugins", "first", "acme.plugins:First [extra]"),
    ]
    older = "[options.entry_points]\nconsole_scripts =\n    # the old one\n    acme = acme.cli:main\n"
    assert [(point.line, point.name, point.value) for point in read(older, "setup.cfg").entry_points] == [
        (4, "acme", "acme.cli:main")
    ]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"pyproject.toml": b"\xff\xfe"}, id="not UTF-8"),
        pytest.param({"pyproject.toml": b"[tool"}, id="not TOML"),
        pytest.param({"pyproject.toml": b"a = " + b"[" * 100_000}, id="nested too deep"),
        pytest.param({"pyproject.toml": b"a = " + b"9" * 10_000}, id="a number that is none"),
        pytest.param({"pyproject.toml": b"#" * LARGEST_FILE + b'\n[tool.pdm]\npackage-dir = "a"'}, id="too large"),
        pytest.param({"setup.cfg": b"no section\n"}, id="not INI"),
        pytest.param({"setup.cfg": b"[options]\n[options]\n"}, id="a section twice"),
        pytest.param({"setup.cfg": b"[options.entry_points]\nconsole_scripts\n"}, id="no value"),
        pytest.param({"pyproject.toml": b'[tool.pdm]\npackage-dir = "a\\u0000b"'}, id="not a path"),
    ],
)
def test_what_cannot_be_used_says_nothing(files: Mapping[str, bytes]) -> None:
    assert read_project(files) == Project()


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]") | inner.map("{{ a = {} }}".format)


_VALUES = st.recursive(
    st.sampled_from(["1", '"src"', '"../.."', '"/"', "true", '""', "[]", "{}"]), _nested, max_leaves=4
)
_TOML_KEYS = st.sampled_from(
    [
        "tool",
        "project",
        "build-system",
        "tool.setuptools",
        "tool.setuptools.package-dir",
        "tool.setuptools.packages",
        "tool.poetry.packages",
        "tool.poetry.scripts",
        "tool.hatch.build.targets",
        "tool.hatch.build.packages",
        "tool.hatch.build.sources",
        "tool.pdm.build",
        "tool.uv.build-backend",
        "tool.pytest",
        "tool.mypy.mypy_path",
        "tool.pyright.extraPaths",
        "project.scripts",
        "project.entry-points",
    ]
)


@given(_TOML_KEYS, _VALUES)
def test_values_of_any_type_are_borne(key: str, value: str) -> None:
    for root in read(f"{key} = {value}").roots:
        assert not root.startswith((".", "/"))
