"""What pytest collects, as a repository's settings say: which files are test modules, and which files run before them.

Whatever stands in the settings, reading them never raises; what cannot be used is passed over.
https://docs.pytest.org/en/stable/reference/customize.html
"""

from __future__ import annotations

import configparser
import posixpath
import shlex
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

import msgspec

LARGEST_FILE: Final = 256 * 1024

_NAMES: Final = (
    "pytest.toml",
    ".pytest.toml",
    "pytest.ini",
    ".pytest.ini",
    "pyproject.toml",
    "tox.ini",
    "setup.cfg",
)
"""Files with settings; of several in one folder the first one counts that has any for pytest."""
_OWN: Final = frozenset(_NAMES[:4])
"""Those that count even where they say nothing."""
_SECTIONS: Final[Mapping[str, str]] = {"setup.cfg": "tool:pytest"}
_MOST_FILES: Final = 300
_MOST_WORDS: Final = 200
_LONGEST_WORD: Final = 300

_FILES: Final = ("test_*.py", "*_test.py")
_NOT_ENTERED: Final = ("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}")
"""Where `norecursedirs` is not set."""

_NO_TESTS: Final = ("/management/commands/", "/site-packages/")
"""Where Django has its commands, some of which are called `test_something`; and where a virtual environment, into which
pytest does not look unless it is told to (`--collect-in-virtualenv`), has what is installed.
"""


class Settings(msgspec.Struct, frozen=True):
    """The settings in one folder, which is pytest's rootdir. Paths are as seen from the top of the tree.

    `says` tells whether there are any for pytest: without, the folder is a project of its own all the same. `files` are
    patterns of test modules, `start` the folders and files in which pytest looks for them (all, where it is empty),
    `not_entered` patterns of folders, `left_out` patterns of paths.
    """

    folder: str
    says: bool = False
    files: tuple[str, ...] = _FILES
    start: tuple[str, ...] = ()
    not_entered: tuple[str, ...] = _NOT_ENTERED
    left_out: tuple[str, ...] = ()
    runs_packages: bool = True
    """The `__init__.py` beside a test module runs before it: not so by `--import-mode=importlib`, in some versions."""
    runs_conftests: bool = True
    plugs: bool = False
    """Plugins are loaded by name (`-p`), or made here (`pytest11`), which may be files of this repository."""


_DEFAULT: Final = Settings("")


class CollectionRules(msgspec.Struct, frozen=True):
    """All settings, those of the deepest folders first."""

    settings: tuple[Settings, ...] = ()

    def collects(self, path: str) -> bool:
        """Whether a file is a test module."""
        by = self._by(path)
        inner = _inner(by.folder, path)
        if inner is None or not any(_matches(inner, pattern) for pattern in by.files):
            return False
        if any(folder in f"/{path}" for folder in _NO_TESTS):
            return False
        folders = inner.split("/")[:-1]
        if any(fnmatchcase(folder, pattern) for folder in folders for pattern in by.not_entered):
            return False
        if by.start and not any(_is_in(path, start) for start in by.start):
            return False
        return not any(_is_in(path, pattern) for pattern in by.left_out)

    def conftests(self, path: str) -> Iterator[str]:
        """The paths at which a conftest.py would run before a test module, from the top down."""
        if not self._by(path).runs_conftests:
            return
        folder = top = self._project(path)
        yield posixpath.join(folder, "conftest.py")
        for part in (_inner(top, path) or path).split("/")[:-1]:
            folder = posixpath.join(folder, part)
            yield posixpath.join(folder, "conftest.py")

    @property
    def plugged(self) -> bool:
        """Whether files of this repository may be plugins."""
        return any(each.plugs for each in self.settings)

    def runs_packages(self, path: str) -> bool:
        """Whether the packages that a file lies in run before it."""
        return self._by(path).runs_packages

    def sees(self, path: str, other: str) -> bool:
        """Whether what a file imports from another one is that very file. Of another project beside its own, whatever
        version is installed may be meant.
        """
        own, its = self._project(path), self._project(other)
        return _inner(own, other) is not None or _inner(its, path) is not None

    def _project(self, path: str) -> str:
        """The nearest folder around a file that has settings; the top of the tree where none has."""
        return next((each.folder for each in self.settings if _inner(each.folder, path) is not None), "")

    def _by(self, path: str) -> Settings:
        return next((each for each in self.settings if each.says and _inner(each.folder, path) is not None), _DEFAULT)


def _inner(folder: str, path: str) -> str | None:
    """A path as seen from a folder; None where it is not in there."""
    if not folder:
        return path
    return path[len(folder) + 1 :] if path.startswith(f"{folder}/") else None


def _matches(path: str, pattern: str) -> bool:
    if "/" in pattern:
        return fnmatchcase(f"/{path}", f"*/{pattern}")
    return fnmatchcase(path.rpartition("/")[2], pattern)


def _is_in(path: str, pattern: str) -> bool:
    """Whether a path is one that a pattern means, or below it."""
    parts = pattern.split("/")
    return not pattern or fnmatchcase("/".join(path.split("/")[: len(parts)]), pattern)


def collection_paths(paths: Iterable[str]) -> tuple[str, ...]:
    """Of the paths of a tree those of settings, those at its top first."""
    found = {path for path in paths if path.rpartition("/")[2] in _NAMES}
    return tuple(sorted(found, key=lambda path: (path.count("/"), path))[:_MOST_FILES])


def read_collection(files: Mapping[str, bytes]) -> CollectionRules:
    """What settings say, by their paths."""
    by_folder: dict[str, dict[str, bytes]] = {}
    for path, content in files.items():
        folder, _, name = path.rpartition("/")
        by_folder.setdefault(folder, {})[name] = content
    found = [_settings(folder, contents) for folder, contents in by_folder.items()]
    return CollectionRules(
        tuple(sorted(found, key=lambda each: (-each.folder.count("/") - bool(each.folder), each.folder)))
    )


def _settings(folder: str, contents: Mapping[str, bytes]) -> Settings:
    plugs = any(b"pytest11" in content for content in contents.values())
    for name in _NAMES:
        said = _section(name, _text(contents[name])) if name in contents else None
        if said is not None:
            settings = _read(folder, said)
            return msgspec.structs.replace(settings, plugs=settings.plugs or plugs)
    return Settings(folder, plugs=plugs)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig") if len(content) <= LARGEST_FILE else ""
    except UnicodeDecodeError:
        return ""


def _section(name: str, text: str) -> Mapping[str, object] | None:
    """What a file says to pytest; None where it says nothing."""
    found = _toml(name, text) if name.endswith(".toml") else _ini(name, text)
    return {} if found is None and name in _OWN else found


def _toml(name: str, text: str) -> Mapping[str, object] | None:
    try:
        data: Mapping[str, Any] = tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    said = data if name != "pyproject.toml" else _table(data, "tool") or {}
    pytest = _table(said, "pytest")
    return pytest if pytest is None or "ini_options" not in pytest else _table(pytest, "ini_options")


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    value = data.get(key)
    return value if isinstance(value, dict) else None


def _ini(name: str, text: str) -> Mapping[str, object] | None:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except (configparser.Error, RecursionError):
        return None
    section = _SECTIONS.get(name, "pytest")
    return dict(parser.items(section)) if parser.has_section(section) else None


def _read(folder: str, said: Mapping[str, object]) -> Settings:
    options = _words(said.get("addopts"))
    joined = " ".join(options)
    left_out = [*_given(options, "--ignore"), *_given(options, "--ignore-glob")]
    start = _below(folder, _words(said.get("testpaths")))
    return Settings(
        folder=folder,
        says=True,
        files=_words(said.get("python_files")) or _FILES,
        start=start,
        not_entered=_words(said.get("norecursedirs")) or _NOT_ENTERED,
        left_out=_below(folder, left_out),
        runs_packages="importlib" not in joined,
        plugs=any(not value.startswith("no:") for value in _plugins(options)),
        runs_conftests=not any(word.startswith(("--confcutdir", "--noconftest", "--rootdir")) for word in options),
    )


def _words(value: object) -> tuple[str, ...]:
    """A list of texts, or one text with words in it, quoted where they have spaces."""
    words: list[str] = []
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str):
            try:
                words += shlex.split(text[: _MOST_WORDS * _LONGEST_WORD], comments=True)
            except ValueError:
                words += text.split()
    return tuple(word for word in words[:_MOST_WORDS] if len(word) <= _LONGEST_WORD)


def _given(options: tuple[str, ...], name: str) -> Iterator[str]:
    """The values of an option, as `--ignore=tests` or `--ignore tests`."""
    for number, word in enumerate(options):
        if word.startswith(f"{name}="):
            yield word.partition("=")[2]
        elif word == name and number + 1 < len(options):
            yield options[number + 1]


def _plugins(options: tuple[str, ...]) -> Iterator[str]:
    """What is given as `-p name` or `-pname`."""
    for number, word in enumerate(options):
        if word == "-p":
            yield options[number + 1] if number + 1 < len(options) else ""
        elif word.startswith("-p"):
            yield word[2:]


def _below(folder: str, said: Iterable[str]) -> tuple[str, ...]:
    """Paths or patterns as seen from the top of the tree; those that lead out of it are left out."""
    paths = (posixpath.normpath(posixpath.join(folder, each)) for each in said if not each.startswith("/"))
    return tuple("" if path == "." else path for path in paths if path.split("/")[0] != "..")
