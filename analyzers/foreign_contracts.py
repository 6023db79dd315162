"""Contracts that a repository already has for other tools, read from their files as they are: import-linter, Tach.

Whatever stands in these files, reading them gives contracts and notes on what could not be used, never an exception.
"""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from analyzers.contracts import (
    AnyContract,
    Boundaries,
    Declared,
    Forbidden,
    IgnoredImport,
    Independence,
    Layers,
    Note,
    Source,
    ignored_import,
    is_expression,
    layer,
)
from analyzers.tree import LONGEST_PATTERN, PathPatterns

LARGEST_FILE: Final = 256 * 1024

_IMPORT_LINTER_FILES: Final = ("setup.cfg", ".importlinter", "pyproject.toml")
"""Where import-linter looks, in its order; the first that speaks of it counts."""
_TACH_FILE: Final = "tach.toml"

_MOST_CONTRACTS: Final = 200
_MOST_ENTRIES: Final = 2_000
_LONGEST_NAME: Final = 500
_MOST_WILDCARDS: Final = 4

_TACH_EXCLUDES: Final = ("**/tests", "**/docs", "**/*__pycache__", "**/*egg-info", "**/venv")
"""What Tach leaves out where the file does not say."""


class Foreign(msgspec.Struct, frozen=True):
    """What the files of other tools say."""

    contracts: tuple[AnyContract, ...] = ()
    notes: tuple[Note, ...] = ()


def foreign_paths(paths: Iterable[str]) -> tuple[str, ...]:
    """Of the paths of a tree those that may hold contracts: at its top, or in a folder there."""
    known = {*_IMPORT_LINTER_FILES, _TACH_FILE}
    return tuple(sorted(path for path in paths if path.count("/") <= 1 and path.rpartition("/")[2] in known))


def foreign_beside(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths that decide together what these say of contracts: all that may hold some in their folders."""
    folders = {path.rpartition("/")[0] for path in paths}
    names = (*_IMPORT_LINTER_FILES, _TACH_FILE)
    return tuple(sorted(f"{folder}/{name}" if folder else name for folder in folders for name in names))


def read_foreign(files: Mapping[str, bytes]) -> Foreign:
    """The contracts in files, by path. A file that is none of ours says nothing."""
    contracts: list[AnyContract] = []
    notes: list[Note] = []
    for folder in sorted({path.rpartition("/")[0] for path in files}):
        prefix = f"{folder}/" if folder else ""
        for name in _IMPORT_LINTER_FILES:
            read = _ImportLinterFile(prefix + name, notes).contracts(files.get(prefix + name))
            if read is not None:
                contracts += read
                break
        contracts += _TachFile(prefix + _TACH_FILE, notes).contracts(files.get(prefix + _TACH_FILE))
    return Foreign(tuple(contracts), tuple(sorted(notes, key=_place)))


def _place(note: Note) -> tuple[str, int, str]:
    return note.path or "", note.line or 0, note.message


class _Unusable(Exception):  # noqa: N818 (it says what the value is, and ends here)
    """A part of a file that cannot be used, and why."""


class _File:
    """One file that is being read."""

    checker: str
    """The command that holds code against such a file, whatever we make of it."""

    def __init__(self, path: str, notes: list[Note]) -> None:
        self.path = path
        self._notes = notes

    def problem(self, line: int, message: str, remedy: str) -> None:
        self._note(Note(self.path, line, "problem", message, remedy))

    def unreadable(self, line: int, message: str) -> None:
        self.problem(line, message, "until that is corrected, no contract in it counts")

    def not_evaluated(self, line: int, what: str, remedy: str | None = None) -> None:
        remedy = remedy or f"`{self.checker}` still checks it"
        self._note(Note(self.path, line, "not evaluated", f"{what} is not evaluated here", remedy))

    def _note(self, note: Note) -> None:
        if len(self._notes) < _MOST_ENTRIES:
            self._notes.append(note)

    def text(self, content: bytes | None) -> str | None:
        """The text of a file that is there and not too large."""
        if content is None:
            return None
        if len(content) > LARGEST_FILE:
            self.unreadable(1, f"the file is larger than {LARGEST_FILE // 1024} KiB")
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.unreadable(1, "the file is not UTF-8 text")
            return None

    def toml(self, text: str) -> dict[str, Any] | None:
        try:
            return tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # a TOMLDecodeError, or a number that no number can be
            self.unreadable(1, f"the file is not valid TOML: {_shown(error)}")
            return None


class _ImportLinterFile(_File):
    checker = "lint-imports"

    def contracts(self, content: bytes | None) -> list[AnyContract] | None:
        """The contracts of a file, None where it does not speak of import-linter."""
        text = self.text(content) if content is not None and b"importlinter" in content else None
        if text is None:
            return None
        found = self._toml(text) if self.path.endswith(".toml") else self._ini(text)
        if found is None:
            return None
        options, entries = found
        type_checking = not _is_true(options.get("exclude_type_checking_imports", False))
        contracts: list[AnyContract] = []
        for entry, line in entries[:_MOST_CONTRACTS]:
            try:
                contract = self._contract(entry, line, type_checking=type_checking)
            except _Unusable as unusable:
                message = f"contract `{_name(entry)}`: {unusable}"
                self.problem(line, message, "until that is corrected, the contract does not count")
            else:
                contracts += [contract] if contract else []
        if len(entries) > _MOST_CONTRACTS:
            beyond = f"what comes after the first {_MOST_CONTRACTS} contracts"
            self.not_evaluated(entries[_MOST_CONTRACTS][1], beyond)
        return contracts

    def _toml(self, text: str) -> tuple[dict[str, Any], list[tuple[dict[str, Any], int]]] | None:
        data = self.toml(text)
        options = _table(_table(data or {}, "tool"), "importlinter")
        if not options:
            return None
        lines = _lines_of(text, r"\[\[\s*tool\s*\.\s*importlinter\s*\.\s*contracts\s*\]\]")
        return options, _with_lines(options.get("contracts"), lines)

    def _ini(self, text: str) -> tuple[dict[str, Any], list[tuple[dict[str, Any], int]]] | None:
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(text)
        except configparser.Error as error:
            self.unreadable(getattr(error, "lineno", None) or 1, f"the file cannot be read: {_shown(error)}")
            return None
        if not parser.has_section("importlinter"):
            return None
        entries: list[tuple[dict[str, Any], int]] = []
        for section in parser.sections():
            if section.startswith("importlinter:"):
                line = next(iter(_lines_of(text, rf"\[{re.escape(section)}\]")), 1)
                values = {key: _ini_value(value or "") for key, value in parser.items(section)}
                entries.append(({"id": section.rpartition(":")[2], **values}, line))
        return dict(parser.items("importlinter")), entries

    def _contract(self, entry: dict[str, Any], line: int, *, type_checking: bool) -> AnyContract | None:
        kind, name = entry.get("type"), _name(entry)
        read = self._kinds.get(kind) if isinstance(kind, str) else None
        if read is None:
            self.not_evaluated(line, f"contract `{name}`: the type `{_shown(kind)}`")
            return None
        if _is_true(entry.get("exhaustive", False)):
            self.not_evaluated(line, f"contract `{name}`: `exhaustive`")
        contract = read(self, entry)
        return msgspec.structs.replace(
            contract,
            name=name,
            source=Source("import-linter", self.path, line),
            ignore=_ignored(entry),
            type_checking=type_checking,
        )

    def _forbidden(self, entry: dict[str, Any]) -> AnyContract:
        return Forbidden(
            name="",
            importers=_expressions(entry, "source_modules"),
            forbidden=_expressions(entry, "forbidden_modules"),
            only_direct=_is_true(entry.get("allow_indirect_imports", False)),
            whole=_is_true(entry.get("as_packages", True)),
        )

    def _layers(self, entry: dict[str, Any]) -> AnyContract:
        texts = _texts(entry, "layers")
        if any("|" in text and ":" in text for text in texts):
            raise _Unusable("a layer has both `|` and `:`")
        layers = tuple(layer(text) for text in texts)
        names = [name for each in layers for name in each.modules]
        for name in names:
            if not is_expression(name) or "*" in name:
                raise _Unusable(f"`layers`: `{_shown(name)}` is not a module")
        if len(set(names)) < len(names):
            raise _Unusable("a module is in more than one layer")
        return Layers(name="", layers=layers, containers=_expressions(entry, "containers", needed=False))

    def _independence(self, entry: dict[str, Any]) -> AnyContract:
        return Independence(name="", modules=_expressions(entry, "modules"))

    _kinds: Final[Mapping[str, Callable[[_ImportLinterFile, dict[str, Any]], AnyContract]]] = {
        "forbidden": _forbidden,
        "layers": _layers,
        "independence": _independence,
    }


class _TachFile(_File):
    checker = "tach check"

    def contracts(self, content: bytes | None) -> list[AnyContract]:
        text = self.text(content)
        data = None if text is None else self.toml(text)
        if text is None or data is None:
            return []
        lines = _lines_of(text, r"\[\[\s*modules\s*\]\]")
        declared: list[Declared] = []
        for entry, line in _with_lines(data.get("modules"), lines)[:_MOST_ENTRIES]:
            try:
                declared += self._declared(entry, line)
            except _Unusable as unusable:
                message = f"module `{_shown(entry.get('path', ''))}`: {unusable}"
                self.problem(line, message, "until that is corrected, its imports are not limited")
        self._note_what_is_not_evaluated(data, text)
        if not declared:
            return []
        return [self._boundaries(data, tuple(declared[:_MOST_ENTRIES]), lines[0] if lines else 1)]

    def _boundaries(self, data: dict[str, Any], declared: tuple[Declared, ...], line: int) -> Boundaries:
        layers = [_layer_of(each) for each in _list(data.get("layers"))]
        known = {each.name for each in layers}
        for unknown in sorted({each.layer for each in declared if each.layer} - known):
            message = f"layer `{_shown(unknown)}` is not among `layers`"
            self.problem(line, message, "until it is named there, its modules are held to no layer")
        return Boundaries(
            name=self.path,
            source=Source("tach", self.path, line),
            type_checking=not _is_true(data.get("ignore_type_checking_imports", True)),
            modules=declared,
            layers=tuple(each.name for each in layers),
            closed=frozenset(each.name for each in layers if each.closed),
            lower_layers_are_free=not _is_true(data.get("layers_explicit_depends_on", False)),
            exclude=self._excluded(data),
        )

    def _declared(self, entry: dict[str, Any], line: int) -> Iterator[Declared]:
        for key in ("visibility", "strict"):
            if entry.get(key) not in (None, False, ["*"]):
                self.not_evaluated(line, f"module `{_shown(entry.get('path', ''))}`: `{key}`")
        depends_on = entry.get("depends_on")
        for path in _texts(entry, "paths" if "paths" in entry else "path"):
            if path == "<root>":
                continue  # what no declared module covers is not limited here
            if not is_expression(path) or path.count("*") > 2 * _MOST_WILDCARDS:
                raise _Unusable("`path` is not the name of a module")
            layer_name = entry.get("layer")
            yield Declared(
                path=path,
                depends_on=None if depends_on is None else tuple(_dependencies(depends_on)),
                cannot_depend_on=tuple(_dependencies(entry.get("cannot_depend_on"))),
                layer=layer_name if isinstance(layer_name, str) else None,
                utility=_is_true(entry.get("utility", False)),
                unchecked=_is_true(entry.get("unchecked", False)),
            )

    def _excluded(self, data: dict[str, Any]) -> tuple[str, ...]:
        if _is_true(data.get("use_regex_matching", False)):
            self.not_evaluated(1, "`exclude` as regular expressions", "written as path patterns, it leaves files out")
            return ()
        folder = self.path.removesuffix(_TACH_FILE)
        patterns: list[str] = []
        for pattern in _list(data.get("exclude", list(_TACH_EXCLUDES)))[:200]:
            if isinstance(pattern, str) and _is_usable(pattern):
                anywhere = pattern.startswith("**")
                patterns.append(f"/{folder}{pattern.lstrip('/')}" if not anywhere else f"{folder}{pattern}")
            else:
                message = f"`exclude`: `{_shown(pattern)}` is not a pattern that can be used"
                self.problem(1, message, "until that is corrected, it leaves nothing out")
        return tuple(patterns)

    def _note_what_is_not_evaluated(self, data: dict[str, Any], text: str) -> None:
        for key in ("interfaces", "external", "forbid_circular_dependencies", "exact"):
            if data.get(key):
                header = rf"(?:\[\[?\s*{key}\s*\]\]?|{key}\s*=).*"
                line = next(iter(_lines_of(text, header)), 1)
                self.not_evaluated(line, f"`{key}`")


class _TachLayer(msgspec.Struct, frozen=True):
    name: str
    closed: bool = False


def _layer_of(value: object) -> _TachLayer:
    if isinstance(value, dict):
        return _TachLayer(str(value.get("name", ""))[:_LONGEST_NAME], _is_true(value.get("closed", False)))
    return _TachLayer(str(value)[:_LONGEST_NAME])


def _dependencies(value: object) -> Iterator[str]:
    """`depends_on`: paths, or tables with a path; a deprecated one is allowed still."""
    for each in _list(value):
        path = each.get("path") if isinstance(each, dict) else each
        if isinstance(path, str) and is_expression(path):
            yield path


def _ignored(entry: dict[str, Any]) -> tuple[IgnoredImport, ...]:
    ignored: list[IgnoredImport] = []
    for text in _texts(entry, "ignore_imports", needed=False):
        found = ignored_import(text)
        if found is None:
            raise _Unusable(f"`ignore_imports`: `{_shown(text)}` is not `importer -> imported`")
        ignored.append(found)
    return tuple(ignored)


def _expressions(entry: dict[str, Any], key: str, *, needed: bool = True) -> tuple[str, ...]:
    texts = _texts(entry, key, needed=needed)
    for text in texts:
        if not is_expression(text) or len(re.findall(r"\*+", text)) > _MOST_WILDCARDS:
            raise _Unusable(f"`{key}`: `{_shown(text)}` does not name modules")
    return texts


def _texts(entry: dict[str, Any], key: str, *, needed: bool = True) -> tuple[str, ...]:
    """One text or a list of them."""
    value = entry.get(key)
    values = [value] if isinstance(value, str) else _list(value)
    texts = tuple(each.strip() for each in values if isinstance(each, str) and each.strip())
    if len(texts) != len(values) or len(texts) > _MOST_ENTRIES or any(len(text) > _LONGEST_NAME for text in texts):
        raise _Unusable(f"`{key}` is not a list of names")
    if needed and not texts:
        raise _Unusable(f"`{key}` is missing")
    return texts


def _is_usable(pattern: str) -> bool:
    if len(pattern) > LONGEST_PATTERN or len(re.findall(r"\*+", pattern)) > _MOST_WILDCARDS:
        return False
    try:
        PathPatterns([pattern])
    except (ValueError, re.error):
        return False
    return True


def _ini_value(value: str) -> str | list[str]:
    return value.strip().split("\n") if "\n" in value else value


def _is_true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _with_lines(value: object, lines: list[int]) -> list[tuple[dict[str, Any], int]]:
    """Tables of an array, each with the line of its heading where they have headings."""
    tables = [each for each in _list(value) if isinstance(each, dict)]
    return list(zip(tables, lines if len(lines) == len(tables) else [1] * len(tables), strict=True))


def _lines_of(text: str, heading: str) -> list[int]:
    pattern = re.compile(heading)
    return [number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line.strip())]


def _name(entry: dict[str, Any]) -> str:
    name = entry.get("name", entry.get("id", ""))
    return str(name)[:100] if isinstance(name, str) and name else "without a name"


def _shown(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 80 else f"{text[:77]}..."
