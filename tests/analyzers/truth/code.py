"""Code as the recount sees it: every file parsed by Python itself, every import with the place that it stands in."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

Files = Mapping[str, bytes]

FAILURES: Final = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
BUILT: Final = (".pyi", ".so", ".pyd", ".c", ".cc", ".cpp", ".cxx", ".pyx", ".pxd")
TEST_FOLDERS: Final = frozenset({"test", "tests", "testing"})


@dataclass(frozen=True)
class Place:
    """Where a statement stands."""

    in_function: bool = False
    in_class: bool = False
    types_only: bool = False
    main_only: bool = False
    may_fail: bool = False
    """Somebody expects an ImportError here."""
    second_choice: bool = False
    """In a handler of ImportError."""

    @property
    def runs(self) -> bool:
        """Whether an import of the module runs it."""
        return not self.in_function and not self.types_only and not self.main_only


@dataclass(frozen=True)
class Import:
    """One name of an import statement: `from module import name as binds`, or `import module as binds`."""

    line: int
    level: int
    written: str
    module: str | None
    """Absolute. None: the dots lead to nothing."""
    name: str | None
    binds: str
    renamed: bool
    place: Place

    @property
    def head(self) -> str | None:
        """The module that `import a.b` binds the name to: `a`, but `a.b` if it is renamed."""
        return self.module if self.renamed or self.module is None else self.module.partition(".")[0]


@dataclass(frozen=True)
class File:
    """A file with its tree; `module` is None where it cannot be imported by name."""

    path: str
    module: str | None
    is_package: bool
    tree: ast.Module
    is_test: bool
    imports: list[Import] = field(default_factory=list)


class Code:
    """All files of a tree whose top is the one folder on the import path."""

    def __init__(self, files: Files) -> None:
        parsed = [parse(path, text) for path, text in sorted(files.items()) if path.endswith(".py")]
        self.files = [file for file in parsed if file is not None]
        self.unread = {path for path in files if path.endswith(".py")} - {file.path for file in self.files}
        self.modules: dict[str, File] = {}
        for file in sorted(self.files, key=lambda file: file.is_package):
            if file.module is not None:
                self.modules[file.module] = file
        self.folders = {dotted(folder) for path in files if path.endswith(".py") for folder in above(path)}
        self.built = {dotted(built_name(path)) for path in files if path.endswith(BUILT)}
        self.tops = {name.partition(".")[0] for name in (*self.modules, *self.folders)}

    def is_ours(self, module: str | None) -> bool:
        """Whether a module is of this tree, going by the first part of its name."""
        return module is not None and module.partition(".")[0] in self.tops

    def exists(self, module: str) -> bool:
        """Whether there is a module or a folder of that name."""
        return module in self.modules or module in self.folders


def parse(path: str, text: bytes) -> File | None:
    """A file, unless it is not Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            return None
    folders, _, last = path.rpartition("/")
    is_package = last == "__init__.py"
    stem = folders if is_package else path.removesuffix(".py")
    names = stem.split("/")
    module = ".".join(names) if stem and all(name.isidentifier() for name in names) else None
    file = File(path, module, is_package, tree, is_test(path))
    file.imports.extend(imports_in(tree.body, file, Place()))
    return file


def dotted(path: str) -> str:
    """`a/b` as a module's name."""
    return path.replace("/", ".")


def above(path: str) -> list[str]:
    """The folders that a file lies in."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def built_name(path: str) -> str:
    """`a/b.cpython-311-x86_64-linux-gnu.so` without what follows the first dot."""
    folder, slash, last = path.rpartition("/")
    return folder + slash + last.partition(".")[0]


def is_test(path: str) -> bool:
    """What the default policy takes for test code."""
    *folders, last = path.split("/")
    return (
        bool(TEST_FOLDERS.intersection(folders))
        or last in {"tests.py", "conftest.py"}
        or last.startswith("test_")
        or last.endswith("_test.py")
    )


def imports_in(body: list[ast.stmt], file: File, place: Place) -> Iterator[Import]:
    """Every import in some statements and in all that stands in them."""
    for statement, where in statements(body, place):
        yield from imports_of(statement, file, where)


def imports_of(statement: ast.stmt, file: File, place: Place) -> Iterator[Import]:
    """The names of one import statement."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            binds = alias.asname or alias.name.partition(".")[0]
            yield Import(alias.lineno, 0, alias.name, alias.name, None, binds, alias.asname is not None, place)
    elif isinstance(statement, ast.ImportFrom):
        module, written = absolute(file, statement), statement.module or ""
        for alias in statement.names:
            binds, renamed = alias.asname or alias.name, alias.asname is not None
            yield Import(alias.lineno, statement.level, written, module, alias.name, binds, renamed, place)


def absolute(file: File, node: ast.ImportFrom) -> str | None:
    """The module of a `from` statement."""
    if node.level == 0:
        return node.module
    if file.module is None:
        return None
    package = file.module.split(".") if file.is_package else file.module.split(".")[:-1]
    up = node.level - 1
    if len(package) <= up:
        return None
    return ".".join([*package[: len(package) - up], *([node.module] if node.module else [])])


def statements(body: list[ast.stmt], place: Place) -> Iterator[tuple[ast.stmt, Place]]:
    """Every statement, from top to bottom, with its place."""
    for statement in body:
        yield statement, place
        for inner, where in bodies(statement, place):
            yield from statements(inner, where)


def bodies(statement: ast.stmt, place: Place) -> Iterator[tuple[list[ast.stmt], Place]]:
    """The statements that a statement holds."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        yield statement.body, replace(place, in_function=True, in_class=False, may_fail=False)
    elif isinstance(statement, ast.ClassDef):
        yield statement.body, replace(place, in_class=True)
    elif isinstance(statement, ast.If):
        yield from branches(statement, place)
    elif isinstance(statement, ast.Try | ast.TryStar):
        yield from attempts(statement, place)
    elif isinstance(statement, ast.With | ast.AsyncWith):
        expects = any(suppresses(item.context_expr) for item in statement.items)
        yield statement.body, replace(place, may_fail=place.may_fail or expects)
    elif isinstance(statement, ast.Match):
        for case in statement.cases:
            yield case.body, place
    else:
        for name in ("body", "orelse"):
            yield getattr(statement, name, []), place


def branches(statement: ast.If, place: Place) -> Iterator[tuple[list[ast.stmt], Place]]:
    """Both arms of an `if`: for type checkers only, when run as a script, or neither."""
    test = statement.test
    if is_type_checking(test):
        yield statement.body, replace(place, types_only=True)
        yield statement.orelse, place
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and is_type_checking(test.operand):
        yield statement.body, place
        yield statement.orelse, replace(place, types_only=True)
    else:
        yield statement.body, replace(place, main_only=place.main_only or is_main(test))
        yield statement.orelse, place


def is_type_checking(test: ast.expr) -> bool:
    """`TYPE_CHECKING`, or `typing.TYPE_CHECKING`."""
    return last_name(test) == "TYPE_CHECKING"


def is_main(test: ast.expr) -> bool:
    """`__name__ == "__main__"`."""
    return isinstance(test, ast.Compare) and ast.unparse(test) == "__name__ == '__main__'"


def attempts(statement: ast.Try | ast.TryStar, place: Place) -> Iterator[tuple[list[ast.stmt], Place]]:
    """The parts of a `try`."""
    expected = any(expects_failure(handler.type) for handler in statement.handlers)
    yield statement.body, replace(place, may_fail=place.may_fail or expected)
    for handler in statement.handlers:
        if expects_failure(handler.type):
            yield handler.body, replace(place, may_fail=True, second_choice=True)
        else:
            yield handler.body, place
    yield statement.orelse, place
    yield statement.finalbody, place


def expects_failure(kind: ast.expr | None) -> bool:
    """Whether an `except` takes an ImportError."""
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(last_name(each) in FAILURES for each in kinds)


def suppresses(call: ast.expr) -> bool:
    """`suppress(ImportError)`, `pytest.raises(ImportError)`, `self.assertRaises(ImportError)`."""
    return (
        isinstance(call, ast.Call)
        and last_name(call.func) in {"suppress", "raises", "assertRaises"}
        and any(expects_failure(each) for each in call.args)
    )


def last_name(expression: ast.expr) -> str:
    """`c` of `a.b.c`; nothing of what is no name."""
    if isinstance(expression, ast.Name):
        return expression.id
    return expression.attr if isinstance(expression, ast.Attribute) else ""


def names_in(expression: ast.expr) -> list[str] | None:
    """`["a", "b", "c"]` of `a.b.c`."""
    names: list[str] = []
    while isinstance(expression, ast.Attribute):
        names.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name):
        return None
    return [expression.id, *reversed(names)]
