"""Faults that are planted into real packages: the recount and the engine find each, and agree on all that follows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from tests.analyzers.truth.choose import parts_of_the_largest
from tests.analyzers.truth.code import File, Files
from tests.analyzers.truth.compare import INFERRED, Audited, Counted, Recount, Terms, assert_equal
from tests.analyzers.truth.names import Answer
from tests.analyzers.truth.packages import files_of, installed

PACKAGES: Final = [name for name in ("contracts", "email", "markdown_it") if name in installed()]

Planted = tuple[Files, Terms]


def handed_out(tree: Counted) -> Iterator[tuple[File, str, Answer]]:
    """Who imports which class or function of which module, the plain cases: outside of tests, from another module."""
    for file in tree.names.code.files:
        for each in file.imports:
            if file.module is None or file.is_test or not each.place.runs or each.place.may_fail or each.name is None:
                continue
            answer = tree.names.follow(each.module or "", each.name)
            if answer.kind == "definition" and answer.name == each.name and answer.module != file.module:
                yield file, each.name, answer


def most_wanted(tree: Counted) -> Answer:
    """The definition in a plain module that most others import."""
    direct = [answer for _, _, answer in handed_out(tree) if answer.steps == (answer.module,)]
    wanted = Counter(each for each in direct if not tree.names.code.modules[each.module].is_package)
    return min(wanted, key=lambda answer: (-wanted[answer], answer.module, answer.name))


def path_of(tree: Counted, module: str) -> str:
    return tree.names.code.modules[module].path


def top_of(module: str) -> str:
    return module.partition(".")[0]


def a_module_is_gone(files: Files, tree: Counted) -> Planted:
    path = path_of(tree, most_wanted(tree).module)
    return {name: text for name, text in files.items() if name != path}, INFERRED


def a_name_is_gone(files: Files, tree: Counted) -> Planted:
    wanted = most_wanted(tree)
    path = path_of(tree, wanted.module)
    renamed = re.sub(rb"(?m)^((?:class |def )?)%s\b" % wanted.name.encode(), rb"\1renamed_by_a_test", files[path])
    return {**files, path: renamed}, INFERRED


def a_shim(files: Files, tree: Counted) -> Planted:
    wanted = most_wanted(tree)
    top = top_of(wanted.module)
    shim = f'"""Names of old."""\nfrom {wanted.module} import {wanted.name}\n__all__ = ["{wanted.name}"]\n'
    user = f"from {top}.planted_shim import {wanted.name}\nimport {top}.planted_shim as m\nm.{wanted.name}\n"
    planted = {f"{top}/planted_shim.py": shim.encode(), f"{top}/planted_user.py": user.encode()}
    return {**files, **planted}, Terms({}, infer=False)


def a_way_round(files: Files, tree: Counted) -> Planted:
    planted, _ = a_shim(files, tree)
    return planted, INFERRED


def a_deprecated_module(files: Files, tree: Counted) -> Planted:
    path = path_of(tree, most_wanted(tree).module)
    warning = b"\nimport warnings\nwarnings.warn('gone soon', DeprecationWarning, stacklevel=2)\n"
    return {**files, path: files[path] + warning}, INFERRED


def an_import_back(files: Files, tree: Counted) -> Planted:
    file, _, answer = next(each for each in handed_out(tree) if not each[0].is_package)
    path = path_of(tree, answer.module)
    return {**files, path: files[path] + f"\nimport {file.module} as planted\n".encode()}, INFERRED


def a_second_definition(files: Files, tree: Counted) -> Planted:
    wanted = most_wanted(tree)
    top = top_of(wanted.module)
    copy = f"class {wanted.name}:\n    pass\n"
    user = f"def use():\n    from .planted_copy import {wanted.name} as Other\n    return Other\n"
    planted = {f"{top}/planted_copy.py": copy.encode(), f"{top}/planted_user.py": user.encode()}
    return {**files, **planted}, Terms({wanted.name: wanted.module}, infer=False)


def an_import_upwards(files: Files, tree: Counted) -> Planted:
    parts = parts_of_the_largest(tree.names.code, tree.imports)
    lowest = tree.names.code.modules[parts[2]].path
    planted = files[lowest] + f"\ndef planted():\n    import {parts[0]}\n".encode()
    return {**files, lowest: planted}, Terms({}, infer=True, forbidden=(parts[2], [parts[0]]), layers=tuple(parts[:3]))


FAULTS: Final[list[tuple[str, Callable[[Files, Counted], Planted]]]] = [
    ("imports.unresolved", a_module_is_gone),
    ("imports.unresolved", a_name_is_gone),
    ("imports.legacy", a_shim),
    ("imports.fragmented", a_way_round),
    ("imports.legacy", a_deprecated_module),
    ("imports.cycles", an_import_back),
    ("imports.fragmented", a_second_definition),
    ("imports.contracts", an_import_upwards),
]


@pytest.mark.parametrize("name", PACKAGES)
def test_what_is_planted_is_found_by_both(name: str) -> None:
    files = files_of(name)
    sound = Counted(files)
    before = Audited(files, INFERRED)
    for rule, plant in FAULTS:
        planted, terms = plant(files, sound)
        found = assert_equal(Recount(Counted(planted), terms), Audited(planted, terms))
        assert found[rule] > len(before.of(rule)) * (terms == INFERRED), (rule, plant.__name__)
