"""imports.legacy, counted again."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from tests.analyzers.truth.code import File, Import, Place, branches, last_name, names_in
from tests.analyzers.truth.names import Names
from tests.analyzers.truth.told import Told

WARNINGS: Final = frozenset({"DeprecationWarning", "PendingDeprecationWarning"})


def noticed(names: Names) -> list[Told]:
    """Imports of modules that say of themselves that they are on their way out."""
    modules = {name for name, file in names.code.modules.items() if carries_a_notice(file)}
    return [told for file in names.code.files for told in noticed_in(file, modules, names)]


def carries_a_notice(file: File) -> bool:
    """Whether a module warns when it is imported, or its docstring begins with "deprecated"."""
    text = (ast.get_docstring(file.tree) or "").lower().lstrip(" .:*_`[(!")
    word = "".join(letter if letter.isalnum() else " " for letter in text).partition(" ")[0]
    return word == "deprecated" or warns(file)


def warns(file: File) -> bool:
    """Whether every import of a module runs `warnings.warn(..., DeprecationWarning)`."""
    plain = {each.binds for each in file.imports if each.module == "warnings" and each.name == "warn"}
    calls = [each.value for each in always_run(file.tree.body) if isinstance(each, ast.Expr)]
    return any(isinstance(call, ast.Call) and is_warn(call, plain) and is_deprecation(call) for call in calls)


def always_run(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run whatever is the case; type checkers do not run anything."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.With | ast.Try):
            yield from always_run(statement.body)
        elif isinstance(statement, ast.If) and isinstance(statement.test, ast.UnaryOp):
            (body, _), (_, others) = branches(statement, Place())
            yield from always_run(body if others.types_only else [])


def is_warn(call: ast.Call, plain: set[str]) -> bool:
    return names_in(call.func) == ["warnings", "warn"] or (isinstance(call.func, ast.Name) and call.func.id in plain)


def is_deprecation(call: ast.Call) -> bool:
    given = [*call.args[1:2], *(each.value for each in call.keywords if each.arg == "category")]
    return any(last_name(each) in WARNINGS for each in given)


def noticed_in(file: File, modules: set[str], names: Names) -> Iterator[Told]:
    places = [] if file.module is None else around(file.module)
    if modules.intersection(places):
        return
    for each in file.imports:
        asked = asked_for(each, names)
        if asked in modules:
            yield Told("imports.legacy", file.path, each.line, asked, each.name or "", file.is_test)


def around(module: str) -> list[str]:
    """A module and the packages that it lies in."""
    parts = module.split(".")
    return [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def asked_for(each: Import, names: Names) -> str:
    """The module that an import asks for: `a.b` in `from a import b` if that is one."""
    if each.module is None:
        return ""
    if each.name is not None and each.name != "*":
        answer = names.follow(each.module, each.name)
        if answer.kind == "module":
            return answer.module
    return each.module


def through_shims(names: Names, measured: set[tuple[str, int, str, str]]) -> list[Told]:
    """Names that are imported through modules which only hand them on, if they have no canonical path."""
    shims = {name for name, file in names.code.modules.items() if is_shim(file, names)}
    found: list[Told] = []
    for file in names.code.files:
        for each in file.imports if file.module not in shims else ():
            module, name = each.module or "", each.name or ""
            if module not in shims or name in {"", "*"} or inside(module, file):
                continue
            answer = names.follow(module, name)
            if answer.kind == "definition" and (file.path, each.line, module, name) not in measured:
                found.append(Told("imports.legacy", file.path, each.line, module, name, file.is_test, inferred=True))
    return found


def inside(module: str, file: File) -> bool:
    """Whether a module lies in the package that a file is."""
    return file.is_package and module.startswith(f"{file.module}.")


def is_shim(file: File, names: Names) -> bool:
    """A module with nothing in it but `from` imports of this tree; a docstring and `__all__` are nothing."""
    if file.is_package or file.is_test or file.module is None or file.path.endswith("__main__.py"):
        return False
    rest = [statement for statement in file.tree.body if not says_nothing(statement)]
    imports = [statement for statement in rest if isinstance(statement, ast.ImportFrom)]
    ours = all(names.code.is_ours(each.module) for each in file.imports if each.module != "__future__")
    return bool(imports) and len(imports) == len(rest) and ours


def says_nothing(statement: ast.stmt) -> bool:
    """A docstring, `pass`, `__all__ = ...` and `from __future__ import ...`."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    if isinstance(statement, ast.Assign):
        return [last_name(target) for target in statement.targets] == ["__all__"]
    return isinstance(statement, ast.Pass)
