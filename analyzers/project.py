"""What a repository's own build and test settings say: the folders on the import path, and the entry points.

Whatever stands in `pyproject.toml` and `setup.cfg`, reading them never raises; what cannot be used is passed over.
"""

from __future__ import annotations

import configparser
import posixpath
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from analyzers.tool_settings import list_in, table_in, texts_in

LARGEST_FILE: Final = 256 * 1024

_NAMES: Final = frozenset({"pyproject.toml", "setup.cfg"})
_MOST_FILES: Final = 300
_MOST_ROOTS: Final = 300
_MOST_ENTRY_POINTS: Final = 1_000
_LONGEST_TEXT: Final = 300
_KEY: Final = re.compile(r"\s*[\"']?([^\s\"'=]+)[\"']?\s*=")


class EntryPoint(msgspec.Struct, frozen=True, array_like=True):
    """A name under which an installer hands on `module:attribute`, and where that stands."""

    path: str
    line: int
    group: str
    name: str
    value: str


class Project(msgspec.Struct, frozen=True):
    """What the settings in a tree say. A root is a folder as seen from the top of the tree; the top itself is empty."""

    roots: tuple[str, ...] = ()
    entry_points: tuple[EntryPoint, ...] = ()


def project_paths(paths: Iterable[str]) -> tuple[str, ...]:
    """Of the paths of a tree those of settings: at its top, or in a folder there."""
    found = {path for path in paths if path.count("/") <= 1 and path.rpartition("/")[2] in _NAMES}
    return tuple(sorted(found, key=lambda path: (path.count("/"), path))[:_MOST_FILES])


def read_project(files: Mapping[str, bytes]) -> Project:
    """What settings say, by their paths."""
    roots: dict[str, None] = {}
    entry_points: list[EntryPoint] = []
    for path, content in sorted(files.items()):
        text = _text(content)
        read = _toml(text) if path.endswith(".toml") else _ini(text)
        folder = path.rpartition("/")[0]
        roots |= dict.fromkeys(root for said in read.roots if (root := _below(folder, said)) is not None)
        entry_points += _placed(path, text, read.entry_points)
    return Project(tuple(roots)[:_MOST_ROOTS], tuple(entry_points[:_MOST_ENTRY_POINTS]))


class _Read(msgspec.Struct, frozen=True):
    """What one file says: folders as it writes them, and entry points as (group, name, value)."""

    roots: tuple[str, ...] = ()
    entry_points: tuple[tuple[str, str, str], ...] = ()


def _text(content: bytes) -> str:
    """The text of a file; none where it is too large or not UTF-8."""
    try:
        return content.decode("utf-8-sig") if len(content) <= LARGEST_FILE else ""
    except UnicodeDecodeError:
        return ""


def _below(folder: str, said: str) -> str | None:
    """A folder that a file in another one names, as seen from the top; None where it leads out or is no such path."""
    said = said.strip().removeprefix("$MYPY_CONFIG_FILE_DIR/")
    if len(said) > _LONGEST_TEXT or said.startswith(("/", "~")) or set(said) & set("\\:$*{\0"):
        return None
    path = posixpath.normpath(posixpath.join(folder, said)) if folder or said else "."
    return None if path.split("/")[0] == ".." else "" if path == "." else path


def _toml(text: str) -> _Read:
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError):  # a TOMLDecodeError, or a number that no number can be
        return _Read()
    return _Read(tuple(_built_from(data)) + tuple(_searched(table_in(data, "tool"))), tuple(_toml_entry_points(data)))


def _built_from(data: Mapping[str, Any]) -> Iterator[str]:
    """The folders from which build tools take packages."""
    tool = table_in(data, "tool")
    setuptools = table_in(tool, "setuptools")
    yield from _parents_of_packages(table_in(setuptools, "package-dir"))
    yield from texts_in(table_in(setuptools, "packages", "find").get("where"))
    for package in list_in(table_in(tool, "poetry").get("packages")):
        yield from texts_in(package.get("from") if isinstance(package, dict) else None)
    hatch = table_in(tool, "hatch", "build")
    for build in (hatch, table_in(hatch, "targets", "wheel")):
        yield from (posixpath.dirname(package.strip("/")) for package in texts_in(build.get("packages")))
        yield from _hatch_sources(build.get("sources"))
    pdm = table_in(tool, "pdm")
    yield from texts_in(table_in(pdm, "build").get("package-dir", pdm.get("package-dir")))
    usual = ["src"] if table_in(data, "build-system").get("build-backend") == "uv_build" else None
    yield from texts_in(table_in(tool, "uv", "build-backend").get("module-root", usual))
    yield from texts_in(table_in(tool, "maturin").get("python-source"))


def _hatch_sources(value: object) -> Iterator[str]:
    """`sources`: prefixes that are cut off, as a list or as a table from a prefix to what takes its place."""
    if isinstance(value, dict):
        yield from (prefix for prefix, instead in value.items() if instead == "")
    else:
        yield from texts_in(value)


def _parents_of_packages(folders: Mapping[str, Any]) -> Iterator[str]:
    """`package-dir`: the folder of each package by its name; that of all others has no name."""
    for package, folder in folders.items():
        if isinstance(folder, str):
            inside = "/" + package.replace(".", "/")
            whole = "/" + folder.strip("/")
            if not package:
                yield folder
            elif whole.endswith(inside):
                yield whole.removesuffix(inside).strip("/")


def _searched(tool: Mapping[str, Any]) -> Iterator[str]:
    """The folders in which test runners and type checkers look for modules."""
    pytest = table_in(tool, "pytest")
    yield from _words(table_in(pytest, "ini_options").get("pythonpath"))
    yield from _words(pytest.get("pythonpath"))
    yield from _words(table_in(tool, "mypy").get("mypy_path"))
    yield from texts_in(table_in(tool, "pyright").get("extraPaths"))


def _toml_entry_points(data: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    project, poetry = table_in(data, "project"), table_in(data, "tool", "poetry")
    groups: list[tuple[str, object]] = [
        ("console_scripts", project.get("scripts")),
        ("gui_scripts", project.get("gui-scripts")),
        ("console_scripts", poetry.get("scripts")),
        *table_in(project, "entry-points").items(),
        *table_in(poetry, "plugins").items(),
    ]
    for group, entries in groups:
        for name, value in entries.items() if isinstance(entries, dict) else ():
            if isinstance(value, dict) and value.get("type", "console") == "console":
                value = value.get("reference", value.get("callable"))  # noqa: PLW2901
            if isinstance(value, str):
                yield group, name, value


def _ini(text: str) -> _Read:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except (configparser.Error, RecursionError):
        return _Read()
    sections: dict[str, dict[str, str]] = {name: dict(parser.items(name)) for name in parser.sections()}
    folders = dict(_pairs(sections.get("options", {}).get("package_dir")))
    roots = (
        *_parents_of_packages(folders),
        *_words(sections.get("options.packages.find", {}).get("where")),
        *_words(sections.get("tool:pytest", {}).get("pythonpath")),
        *_words(sections.get("mypy", {}).get("mypy_path")),
    )
    groups = sections.get("options.entry_points", {})
    return _Read(roots, tuple((group, *pair) for group, value in groups.items() for pair in _pairs(value)))


def _pairs(value: str | None) -> Iterator[tuple[str, str]]:
    """The lines `name = value` of an option, or several on one line with commas between."""
    for line in re.split(r"[\n,]", value or ""):
        name, equals, rest = line.partition("=")
        if equals:
            yield name.strip(), rest.strip()


def _placed(path: str, text: str, said: Iterable[tuple[str, str, str]]) -> Iterator[EntryPoint]:
    """Entry points with the lines in which they stand."""
    lines: dict[str, list[tuple[int, str]]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if key := _KEY.match(line[:_LONGEST_TEXT]):
            lines.setdefault(key[1], []).append((number, line))
    for group, name, value in list(said)[:_MOST_ENTRY_POINTS]:
        if max(len(group), len(name), len(value)) <= _LONGEST_TEXT:
            number = next((number for number, line in lines.get(name, ()) if value in line), 1)
            yield EntryPoint(path, number, group, name, value)


def _words(value: object) -> Iterator[str]:
    """The same, where one text may hold several: separated by white space, commas or colons."""
    for text in texts_in(value):
        yield from (word for word in re.split(r"[\s,:]+", text) if word)
