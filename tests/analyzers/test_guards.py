"""What stands against imports: warnings, contracts, and bans in the settings of linters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.contracts import AnyContract, Forbidden, Independence, Source
from analyzers.guards import LARGEST_FILE, banned_in, bans_of, contracts_against, setting_paths, warnings_in
from analyzers.places import Place
from tests.analyzers.trees import facts_of

MODULES = ("pkg.old", "pkg.new")
NAMES = (*MODULES, "pkg", "app")


def at(path: str, line: int) -> Place:
    return Place(path, line, line, None)


def bans(files: dict[str, str], *modules: str) -> list[str]:
    """The bans that hold for some modules, one a line."""
    said = banned_in({path: text.encode() for path, text in files.items()})
    guards = bans_of(modules or MODULES, said, at)
    return [f"{guard.place.path}:{guard.place.line} {guard.module} by {guard.name}" for guard in guards]


def contracts(contract: AnyContract) -> list[str]:
    found = contracts_against(MODULES, [(contract, at("setup.cfg", 3))], NAMES)
    return [f"{guard.module} by {guard.name} at {guard.place.path}:{guard.place.line}" for guard in found]


# --- warnings ---------------------------------------------------------------------------------------------------------


def test_a_module_that_warns_whoever_imports_it_is_guarded() -> None:
    source = 'import warnings\n\nwarnings.warn("use pkg.new", DeprecationWarning)\nfrom pkg.new import X\n'
    (guard,) = warnings_in({"pkg.old": ("pkg/old.py", facts_of(source))}, at)
    assert (guard.kind, guard.module, guard.place) == ("warning", "pkg.old", at("pkg/old.py", 3))


def test_a_docstring_warns_nobody() -> None:
    facts = facts_of('"""Deprecated: use pkg.new."""\nfrom pkg.new import X\n')
    assert not list(warnings_in({"pkg.old": ("pkg/old.py", facts)}, at))


# --- contracts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("forbidden", ["pkg.old", "pkg.*", "pkg"])
def test_a_contract_that_forbids_imports_of_a_module_guards_it(forbidden: str) -> None:
    contract = Forbidden(name="no old ways", source=Source(), importers=("app",), forbidden=(forbidden,))
    assert "pkg.old by no old ways at setup.cfg:3" in contracts(contract)


@pytest.mark.parametrize(
    "contract",
    [
        pytest.param(Forbidden(name="c", importers=("app",), forbidden=("pkg.other",)), id="another module"),
        pytest.param(Forbidden(name="c", importers=("app",), forbidden=("pkg",), whole=False), id="the package alone"),
        pytest.param(Forbidden(name="c", importers=("pkg",), forbidden=("pkg.old",)), id="the package itself"),
        pytest.param(Forbidden(name="c", importers=("gone",), forbidden=("pkg.old",)), id="importers that are gone"),
        pytest.param(Independence(name="c", modules=("pkg.old", "app")), id="independence"),
    ],
)
def test_a_contract_that_keeps_nobody_from_a_module_does_not_guard_it(contract: AnyContract) -> None:
    assert contracts(contract) == []


def test_a_contract_names_twins_as_their_code_does() -> None:
    contract = Forbidden(name="c", importers=("app",), forbidden=("pkg.old",))
    found = contracts_against(["mail//pkg.old", "pkg.old"], [(contract, at("a", 1))], NAMES)
    assert [guard.module for guard in found] == ["mail//pkg.old", "pkg.old"]


# --- linters ----------------------------------------------------------------------------------------------------------

BAN = '[tool.ruff.lint.flake8-tidy-imports.banned-api]\n"pkg.old".msg = "use pkg.new"\n'
RUFF = BAN + '[tool.ruff]\nextend-select = ["TID251"]\n'


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("pyproject.toml", f"[tool.black]\n\n{RUFF}", 4),
        ("pyproject.toml", f'[tool.ruff]\nselect = ["ALL"]\n{BAN}', 4),
        ("pyproject.toml", f'[tool.ruff.lint]\nselect = ["TID"]\nignore = ["T"]\n{BAN}', 5),
        (
            "ruff.toml",
            'select = ["TID"]\n[lint.flake8-tidy-imports.banned-api]\n"pkg".msg = "x"\n"pkg.old".msg = "x"\n',
            4,
        ),
        ("back/.ruff.toml", 'select = ["TID25"]\n[flake8-tidy-imports]\nbanned-api = {"pkg.old" = {msg = "x"}}\n', 3),
        ("setup.cfg", "[flake8]\nbanned-modules =\n    other = no\n    pkg.old = use pkg.new\n", 4),
        (".flake8", "[flake8]\nbanned_modules = pkg.old = use pkg.new\n", 2),
        ("tox.ini", "[flake8]\nbanned-modules =\n    pkg.old.* = use pkg.new\n", 3),
        (".pylintrc", "[IMPORTS]\ndeprecated-modules=optparse,pkg.old\n", 2),
        ("pyproject.toml", '[tool.pylint.imports]\ndeprecated-modules = [\n  "pkg.old",\n]\n', 3),
        ("setup.cfg", "[pylint.imports]\ndeprecated-modules = pkg.old\n", 2),
    ],
)
def test_a_ban_is_found_with_its_line(path: str, text: str, line: int) -> None:
    assert f"{path}:{line} pkg.old by pkg.old" in bans({path: text}, "pkg.old")


def test_a_ban_of_a_package_holds_for_what_is_in_it() -> None:
    assert bans({"ruff.toml": 'select = ["TID"]\n[lint.flake8-tidy-imports.banned-api]\npkg.msg = "x"\n'}) == [
        "ruff.toml:3 pkg.new by pkg",
        "ruff.toml:3 pkg.old by pkg",
    ]
    assert bans({".flake8": "[flake8]\nbanned-modules = pkg = x\n"}) == []
    assert bans({".flake8": "[flake8]\nbanned-modules = *.old = x\n"}) == [".flake8:2 pkg.old by *.old"]


def test_a_ban_of_a_class_is_told_by_the_name_of_the_class() -> None:
    text = 'select = ["TID"]\n[lint.flake8-tidy-imports.banned-api]\n"pkg.old.X".msg = "x"\n"other.X".msg = "x"\n'
    assert bans({"ruff.toml": text}) == ["ruff.toml:3 pkg.old.X by pkg.old.X"]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"pyproject.toml": f'{RUFF}ignore = ["TID251"]\n'}, id="rule switched off"),
        pytest.param({"pyproject.toml": BAN}, id="rule not selected"),
        pytest.param(
            {"pyproject.toml": f'{BAN}[tool.ruff.lint]\nselect = ["E", "TID252"]\n'}, id="other rules selected"
        ),
        pytest.param({"pyproject.toml": f'{BAN}[tool.ruff]\nselect = ["ALL"]\nignore = ["TID"]\n'}, id="group ignored"),
        pytest.param({"pyproject.toml": RUFF, "ruff.toml": "line-length = 100\n"}, id="a file that nobody reads"),
        pytest.param({"pyproject.toml": RUFF.replace("pkg.old", "pkg.older")}, id="another module"),
        pytest.param({"pyproject.toml": f"{RUFF}[tool.ruff"}, id="broken"),
        pytest.param({"pyproject.toml": RUFF + "#" * LARGEST_FILE}, id="too large"),
        pytest.param({"tox.ini": "[flake8]\nbanned-modules = pkg.old = x\n", "setup.cfg": "[flake8]\n"}, id="second"),
        pytest.param({"setup.cfg": "[tool:x]\nbanned-modules = pkg.old = x\n"}, id="somebody else's section"),
        pytest.param({".pylintrc": "[IMPORTS]\ndeprecated-modules = pkg.older\n"}, id="pylint: another module"),
    ],
)
def test_what_bans_nothing_is_no_guard(files: dict[str, str]) -> None:
    assert bans(files) == []


def test_settings_are_looked_for_at_the_top_and_in_the_folders_there() -> None:
    paths = ["a/b/ruff.toml", "a/.flake8", "pyproject.toml", "shop.py", "b/ruff.toml.bak"]
    assert setting_paths(paths) == ("pyproject.toml", "a/.flake8")


_PATHS = ["pyproject.toml", "ruff.toml", "setup.cfg", ".flake8", "tox.ini", ".pylintrc", "pylintrc.toml"]
_WORDS = ["[tool.ruff.lint]", "[flake8]", "[tool.pylint]", "[IMPORTS]", "banned-api", "banned-modules", "\n", "=", " "]
_WORDS += [
    "deprecated-modules",
    '"pkg.old"',
    "pkg.old",
    "*",
    ".*",
    "[",
    "]",
    "{",
    "}",
    "msg",
    ",",
    "\n  ",
    "\r",
    "%",
    "é",
]


@given(st.dictionaries(st.sampled_from(_PATHS), st.lists(st.sampled_from(_WORDS), max_size=30).map("".join)))
def test_whatever_stands_in_settings_they_are_read(files: dict[str, str]) -> None:
    assert isinstance(bans(files), list)


@given(st.dictionaries(st.sampled_from(_PATHS), st.binary(max_size=80)))
def test_whatever_bytes_stand_in_settings_they_are_read(files: dict[str, bytes]) -> None:
    assert isinstance(banned_in(files), tuple)
