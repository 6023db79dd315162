"""What stands against imports that are not wanted any more: warnings, contracts, and what linters are told to ban.

Whatever stands in the settings of a linter, reading them never raises; what cannot be used is passed over. A ban counts
where the settings have it: whether somebody runs that linter, they do not say.
"""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from analyzers.causes.model import Guard
from analyzers.contracts import AnyContract, Forbidden, is_expression
from analyzers.facts import FileFacts
from analyzers.module_names import ModuleNames
from analyzers.places import Place
from analyzers.rules.contracts import kept_out
from analyzers.tool_settings import table_in, texts_in
from analyzers.twins import plain

LARGEST_FILE: Final = 256 * 1024

_RUFF: Final = (".ruff.toml", "ruff.toml", "pyproject.toml")
_FLAKE8: Final = ("setup.cfg", "tox.ini", ".flake8")
_PYLINT: Final = (
    *("pylintrc", "pylintrc.toml", ".pylintrc", ".pylintrc.toml"),
    *("pyproject.toml", "setup.cfg", "tox.ini"),
)
"""Where these look, in their order; of the files in a folder the first that speaks of them counts."""

_NAMES: Final = frozenset({*_RUFF, *_FLAKE8, *_PYLINT})
_MOST_FILES: Final = 300
_MOST_BANS: Final = 2_000
_MOST_WITHIN: Final = 100
"""Bans with a wildcard in the middle: each is compared with every module."""
_LONGEST_NAME: Final = 500

_BANNED_API: Final = re.compile(r"banned-api")
_BANNED_MODULES: Final = re.compile(r"banned[-_]modules")
_DEPRECATED_MODULES: Final = re.compile(r"deprecated[-_]modules")
_RULE: Final = "TID251"
"""Ruff's rule about banned names."""

_WORD: Final = re.compile(r"[\w.*]+")


class Ban(msgspec.Struct, frozen=True):
    """A dotted name that a linter is told to ban, `*` standing for any number of parts, and where that is said.

    `whole` says that everything below the name is banned as well, `members` that it may be that of a class or function.
    """

    name: str
    path: str
    line: int
    whole: bool
    members: bool


def setting_paths(paths: Iterable[str]) -> tuple[str, ...]:
    """Of the paths of a tree those of linters' settings: at its top, or in a folder there."""
    found = {path for path in paths if path.count("/") <= 1 and path.rpartition("/")[2] in _NAMES}
    return tuple(sorted(found, key=lambda path: (path.count("/"), path))[:_MOST_FILES])


def banned_in(files: Mapping[str, bytes]) -> tuple[Ban, ...]:
    """What settings ban, by their paths: Ruff's, flake8-tidy-imports', pylint's."""
    bans: list[Ban] = []
    for folder in sorted({path.rpartition("/")[0] for path in files}):
        prefix = f"{folder}/" if folder else ""
        for names, read in ((_RUFF, _ruff), (_FLAKE8, _flake8), (_PYLINT, _pylint)):
            bans += _first(((prefix + name, files.get(prefix + name)) for name in names), read)
    return tuple(bans[:_MOST_BANS])


def warnings_in(modules: Mapping[str, tuple[str, FileFacts]], place: Callable[[str, int], Place]) -> Iterator[Guard]:
    """The modules that warn whoever imports them, of some by dotted name, each with its path."""
    for module, (path, facts) in sorted(modules.items()):
        line = next((notice.line for notice in facts.notices if notice.kind == "warning"), None)
        if line is not None:
            yield Guard("warning", module, "DeprecationWarning", place(path, line))


def contracts_against(
    modules: Iterable[str], contracts: Iterable[tuple[AnyContract, Place]], names: Iterable[str]
) -> Iterator[Guard]:
    """The contracts, each with its place, that forbid others to import one of these modules.

    `names` are those of all modules of the repository.
    """
    wanted = _by_plain_name(modules)
    known = ModuleNames([*map(plain, names), *wanted])
    for contract, place in contracts:
        for name in sorted(wanted.keys() & kept_out(contract, known)) if isinstance(contract, Forbidden) else ():
            yield from (Guard("contract", module, contract.name, place) for module in wanted[name])


def bans_of(modules: Iterable[str], bans: Sequence[Ban], place: Callable[[str, int], Place]) -> Iterator[Guard]:
    """The bans that hold for one of these modules, or for something in it: `module` then is that thing's name."""
    wanted = _by_plain_name(modules)
    named: dict[str, Ban] = {}
    for ban in bans:
        named.setdefault(ban.name, ban)
    within = [ban for ban in named.values() if "*" in ban.name][:_MOST_WITHIN]
    for name, here in sorted(wanted.items()):
        above = (named[part] for part in _parts(name) if part in named and (part == name or named[part].whole))
        for ban in (*above, *(ban for ban in within if _covers(ban.name, name))):
            yield from (Guard("banned import", module, ban.name, place(ban.path, ban.line)) for module in here)
    for name, ban in sorted(named.items()):
        owner = name.rpartition(".")[0]
        if ban.members and owner in wanted and name not in wanted:
            yield Guard("banned import", name, name, place(ban.path, ban.line))


def _by_plain_name(modules: Iterable[str]) -> dict[str, list[str]]:
    """Modules by what contracts and linters call them; twins have one name there."""
    named: dict[str, list[str]] = {}
    for module in sorted(modules):
        named.setdefault(plain(module), []).append(module)
    return named


def _parts(name: str) -> Iterator[str]:
    """A dotted name and all that it is in, the outermost first."""
    parts = name.split(".")
    return (".".join(parts[:number]) for number in range(1, len(parts) + 1))


def _covers(pattern: str, name: str) -> bool:
    """Whether a pattern means a name; `*` stands for any number of parts."""
    parts = name.split(".")
    reached = {0}
    for wanted in pattern.split("."):
        if not reached:
            return False
        if wanted == "*":
            reached = set(range(min(reached), len(parts) + 1))
        else:
            reached = {each + 1 for each in reached if each < len(parts) and parts[each] == wanted}
    return len(parts) in reached


_Read = Callable[[str, str], list[Ban] | None]


def _first(files: Iterable[tuple[str, bytes | None]], read: _Read) -> list[Ban]:
    """What the first file says that speaks of the linter."""
    for path, content in files:
        text = _text(content)
        found = read(path, text) if text else None
        if found is not None:
            return found
    return []


def _text(content: bytes | None) -> str:
    try:
        return content.decode("utf-8-sig") if content is not None and len(content) <= LARGEST_FILE else ""
    except UnicodeDecodeError:
        return ""


def _ruff(path: str, text: str) -> list[Ban] | None:
    """`banned-api`: a table of names (https://docs.astral.sh/ruff/settings/#lint_flake8-tidy-imports_banned-api).

    Nothing is banned where the rule is not selected, which by default it is not: nobody sees what a command line has.
    """
    data = _toml(text)
    options = table_in(data, "tool", "ruff") if path.endswith("pyproject.toml") else data
    if not options:
        return None
    lint = table_in(options, "lint")
    if not _is_on(options, lint):
        return []
    tables = [table_in(each, "flake8-tidy-imports", "banned-api") for each in (lint, options)]
    names = (name for table in tables for name in table if table_in(table, name).get("msg") is not None)
    return _bans(path, text, _BANNED_API, ((name, True) for name in names))


def _is_on(*tables: Mapping[str, Any]) -> bool:
    """Whether the rule about banned names is selected, and not ignored by as much of its name or more."""
    on = [len(code) for code in _rules_of(tables, "select", "extend-select") if _RULE.startswith(code)]
    off = [len(code) for code in _rules_of(tables, "ignore", "extend-ignore") if _RULE.startswith(code)]
    return bool(on) and max(on) > max(off, default=-1)


def _rules_of(tables: Iterable[Mapping[str, Any]], *keys: str) -> Iterator[str]:
    return ("" if code == "ALL" else code for each in tables for key in keys for code in texts_in(each.get(key)))


def _flake8(path: str, text: str) -> list[Ban] | None:
    """`banned-modules`: lines of `name = message` (https://pypi.org/project/flake8-tidy-imports/)."""
    options = _ini(text).get("flake8")
    if options is None:
        return None
    lines = options.get("banned-modules", "").split("\n")
    names = (name.strip() for name, equals, _ in (line.partition("=") for line in lines) if equals)
    return _bans(path, text, _BANNED_MODULES, ((name.removesuffix(".*"), name.endswith(".*")) for name in names))


def _pylint(path: str, text: str) -> list[Ban] | None:
    """`deprecated-modules`: names with commas between
    (https://pylint.readthedocs.io/en/stable/user_guide/configuration/all-options.html).
    """
    if path.endswith(".toml"):
        tables = table_in(_toml(text), "tool", "pylint")
        sections = [tables, *(each for each in tables.values() if isinstance(each, dict))] if tables else []
    else:
        is_own = path.rpartition("/")[2] in ("pylintrc", ".pylintrc")
        sections = [each for name, each in _ini(text).items() if is_own or name.lower().startswith("pylint.")]
    if not sections:
        return None
    values = [section.get("deprecated-modules") for section in sections]
    names = (name.strip() for value in values for text in texts_in(value) for name in text.split(","))
    return _bans(path, text, _DEPRECATED_MODULES, ((name, True) for name in names), members=False)


def _bans(
    path: str, text: str, option: re.Pattern[str], said: Iterable[tuple[str, bool]], *, members: bool = True
) -> list[Ban]:
    """Bans by name, each with whether all below is banned as well, in the lines from that of their option on."""
    names: dict[str, bool] = {}
    for name, whole in said:
        if len(name) <= _LONGEST_NAME and is_expression(name):
            names[name] = names.get(name, False) or whole
    lines = text.split("\n")
    start = next((number for number, line in enumerate(lines) if option.search(line)), 0)
    numbers: dict[str, int] = {}
    for number, line in enumerate(lines[start:] if names else (), start + 1):
        for word in _WORD.findall(line):
            numbers.setdefault(word.removesuffix(".*").removesuffix(".msg"), number)
    return [Ban(name, path, numbers.get(name, start + 1), whole, members) for name, whole in names.items()]


def _toml(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):  # a TOMLDecodeError, or a number that no number can be
        return {}


def _ini(text: str) -> dict[str, dict[str, str]]:
    """Sections with their options, whose names have dashes."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except (configparser.Error, RecursionError):
        return {}
    return {name: {key.replace("_", "-"): value for key, value in parser.items(name)} for name in parser.sections()}
