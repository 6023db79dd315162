"""Contracts in the files of import-linter and Tach, as they are found in repositories."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.contracts import Boundaries, Forbidden, IgnoredImport, Independence, Layer, Layers, Source
from analyzers.foreign_contracts import Foreign, foreign_paths, read_foreign
from analyzers.rules.contracts import check
from tests.analyzers.graphs import arrows

PYPROJECT = """\
[tool.importlinter]
root_packages = ["shop"]
exclude_type_checking_imports = true

[[tool.importlinter.contracts]]
name = "Rooms"
type = "layers"
layers = ["shop.web | shop.api", "(shop.tasks) : shop.jobs", "shop.db"]

[[tool.importlinter.contracts]]
name = "No web"
type = "forbidden"
source_modules = ["shop.db"]
forbidden_modules = "shop.*"
ignore_imports = ["shop.db.** -> shop.tools"]
allow_indirect_imports = true
as_packages = false

[[tool.importlinter.contracts]]
name = "Guarded"
type = "protected"
"""


def notes(read: Foreign) -> list[str]:
    return [f"{note.path}:{note.line} {note.kind}: {note.message}; {note.remedy}" for note in read.notes]


# --- import-linter ----------------------------------------------------------------------------------------------------


def test_contracts_of_a_pyproject_are_read_with_the_lines_they_begin_at() -> None:
    read = read_foreign({"pyproject.toml": PYPROJECT.encode()})

    assert read.contracts == (
        Layers(
            name="Rooms",
            source=Source("import-linter", "pyproject.toml", 5),
            type_checking=False,
            layers=(
                Layer(("shop.web", "shop.api")),
                Layer(("shop.tasks", "shop.jobs"), frozenset({"shop.tasks"}), independent=False),
                Layer(("shop.db",)),
            ),
        ),
        Forbidden(
            name="No web",
            source=Source("import-linter", "pyproject.toml", 10),
            type_checking=False,
            ignore=(IgnoredImport("shop.db.**", "shop.tools"),),
            importers=("shop.db",),
            forbidden=("shop.*",),
            only_direct=True,
            whole=False,
        ),
    )
    assert notes(read) == [
        "pyproject.toml:19 not evaluated: contract `Guarded`: the type `protected` is not evaluated here; "
        "`lint-imports` still checks it"
    ]


@pytest.mark.parametrize("path", [".importlinter", "setup.cfg", "backend/.importlinter"])
def test_contracts_of_an_ini_file_are_read(path: str) -> None:
    text = (
        "[importlinter]\nroot_package = shop\n\n"
        "[importlinter:contract:apart]\nname = Apart\ntype = independence\n"
        "modules =\n    shop.web\n    shop.api\nignore_imports = shop.web -> shop.api.types\n"
    )

    assert read_foreign({path: text.encode()}).contracts == (
        Independence(
            name="Apart",
            source=Source("import-linter", path, 4),
            ignore=(IgnoredImport("shop.web", "shop.api.types"),),
            modules=("shop.web", "shop.api"),
        ),
    )


def test_of_several_files_the_one_that_import_linter_takes_counts() -> None:
    ini = "[importlinter]\nroot_package = shop\n[importlinter:contract:1]\nname=I\ntype=independence\nmodules=a\n"
    read = read_foreign(
        {"pyproject.toml": PYPROJECT.encode(), ".importlinter": ini.encode(), "setup.cfg": b"[metadata]\n"}
    )

    assert [contract.name for contract in read.contracts] == ["I"]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("[[tool.importlinter.contracts]\n", "is not valid TOML"),
        ("tool.importlinter = {contracts = [{name = 'X', type = 'forbidden'}]}", "`source_modules` is missing"),
        ("tool.importlinter = {contracts = [{type = 'independence', modules = [1]}]}", "is not a list of names"),
        ("tool.importlinter = {contracts = [{type = 'independence', modules = ['a-b']}]}", "does not name modules"),
        ("tool.importlinter = {contracts = [{type = 'layers', layers = ['a | b : c']}]}", "both `|` and `:`"),
        ("tool.importlinter = {contracts = [{type = 'layers', layers = ['a', 'a']}]}", "in more than one layer"),
        (
            "tool.importlinter = {contracts = [{type = 'independence', modules = ['a'], ignore_imports = ['a']}]}",
            "`a` is not `importer -> imported`",
        ),
        ("#importlinter" + "x" * 300_000, "larger than 256 KiB"),
        ("# importlinter\nx = " + "[" * 100_000, "is not valid TOML"),
    ],
)
def test_what_cannot_be_used_is_noted(text: str, note: str) -> None:
    read = read_foreign({"pyproject.toml": text.encode()})

    assert read.contracts == ()
    assert note in "\n".join(notes(read))


def test_a_broken_file_that_is_about_something_else_is_not_noted() -> None:
    assert read_foreign({"setup.cfg": b"[metadata]\nauthor = Andr\xe9\n"}) == Foreign()
    (note,) = read_foreign({"setup.cfg": b"[importlinter]\nauthor = Andr\xe9\n"}).notes
    assert note.message == "the file is not UTF-8 text"


# --- Tach -------------------------------------------------------------------------------------------------------------

TACH = """\
source_roots = ["."]
layers = ["ui", {name = "core", closed = true}, "data"]

[[modules]]
path = "web"
layer = "ui"
depends_on = ["tools"]

[[modules]]
paths = ["core.a", "core.b"]
layer = "core"
depends_on = [{path = "core.a", deprecated = true}]

[[modules]]
path = "data"
layer = "data"
depends_on = []

[[modules]]
path = "tools"
utility = true
depends_on = []

[[modules]]
path = "old"
unchecked = true

[[interfaces]]
expose = ["x"]
"""


def broken(tach: str, *imports: str) -> list[str]:
    """The imports of a graph that a tach.toml does not allow."""
    results = check(arrows(*imports), read_foreign({"tach.toml": tach.encode()}).contracts)
    return [finding.detail for result in results for finding in result.findings]


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("web.page", "web.form", True),
        ("web.page", "core.a.x", True),  # a lower layer
        ("web.page", "data", False),  # across a closed one
        ("core.a", "data.rows", True),
        ("data", "core.a", False),  # a higher layer
        ("core.b", "core.a.deep", True),  # named
        ("core.a", "core.b", False),  # not named
        ("data", "tools", True),  # a utility
        ("tools", "web", False),
        ("old.thing", "web", True),  # unchecked
        ("web", "elsewhere", True),  # not declared
        ("core", "data", True),  # what core.a and core.b do not cover
    ],
)
def test_a_declared_module_imports_only_what_it_names(importer: str, imported: str, allowed: bool) -> None:
    assert broken(TACH, f"{importer} -> {imported}") == ([] if allowed else [f"{importer} -> {imported}"])


def test_lower_layers_can_be_made_to_be_named_as_well() -> None:
    text = "layers_explicit_depends_on = true\n" + TACH

    assert broken(text, "web -> core.a") == ["web -> core.a"]


def test_excluded_files_are_not_looked_at() -> None:
    modules = '[[modules]]\npath = "a"\ndepends_on = []\n[[modules]]\npath = "b"\n'

    assert broken(modules, "a.tests.x -> b", "a.y -> b") == ["a.y -> b"]
    assert broken('exclude = ["a/y.py"]\n' + modules, "a.tests.x -> b", "a.y -> b") == ["a.tests.x -> b"]


def test_what_of_tach_is_not_evaluated_is_noted() -> None:
    text = TACH + '[[modules]]\npath = "x"\nstrict = true\n[[modules]]\npath = "no-name"\n'
    read = read_foreign({"tach.toml": text.encode()})

    assert notes(read) == [
        "tach.toml:28 not evaluated: `interfaces` is not evaluated here; `tach check` still checks it",
        "tach.toml:30 not evaluated: module `x`: `strict` is not evaluated here; `tach check` still checks it",
        "tach.toml:33 problem: module `no-name`: `path` is not the name of a module; "
        "until that is corrected, its imports are not limited",
    ]
    (contract,) = read.contracts
    assert isinstance(contract, Boundaries)
    assert contract.source == Source("tach", "tach.toml", 4)


# --- any file ---------------------------------------------------------------------------------------------------------


def test_files_are_looked_for_at_the_top_and_in_the_folders_there() -> None:
    paths = ["a/b/tach.toml", "a/tach.toml", "pyproject.toml", "setup.cfg", "src/x.py", ".importlinter", "a/setup.py"]

    assert foreign_paths(paths) == (".importlinter", "a/tach.toml", "pyproject.toml", "setup.cfg")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["a", "a.*", "a | b", "(", "->", "a -> b", "**", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["path", "name", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = [
    "type", "name", "layers", "containers", "modules", "source_modules", "forbidden_modules", "ignore_imports",
    "path", "paths", "depends_on", "layer", "exclude", "visibility",
]  # fmt: skip


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    return str(value).lower() if isinstance(value, bool) else repr(value) if value is not None else "nan"


@given(
    st.dictionaries(st.sampled_from(KEYS), values, max_size=6), st.sampled_from(["forbidden", "layers", "independence"])
)
def test_whatever_the_tables_hold_reading_them_ends_well(table: dict[str, object], kind: str) -> None:
    entry = _toml({**table, "type": kind} if "type" not in table else table)
    linter = read_foreign({"pyproject.toml": f"[tool.importlinter]\ncontracts = [{entry}]\n".encode()})
    tach = "".join(f"{key} = {_toml(value)}\n" for key, value in table.items() if key != "modules")
    read = read_foreign({"tach.toml": f"{tach}modules = [{entry}]\n".encode()})

    check(arrows("a -> b", "b.c -> a"), (*linter.contracts, *read.contracts))


@given(st.sampled_from(["setup.cfg", ".importlinter", "pyproject.toml", "tach.toml"]), st.binary(max_size=200))
def test_whatever_the_bytes_are_reading_them_ends_well(path: str, content: bytes) -> None:
    read_foreign({path: b"[importlinter]\n" + content})
    read_foreign({path: content + b"\n[importlinter]\n[importlinter:contract:a]\n" + content})


@given(st.text(alphabet="[]=:\n\t ab#;%", max_size=80))
def test_broken_ini_files_end_well(text: str) -> None:
    read_foreign({"setup.cfg": f"[importlinter]\n{text}\n[importlinter:x]\n{text}".encode()})
