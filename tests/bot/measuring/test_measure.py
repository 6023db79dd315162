"""Measuring real repositories: what their settings say of the import path and of entry points, and what changes of
these do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzers.advance import NeedsFullAuditError
from analyzers.audit import Audit
from analyzers.places import Repository as ReportedRepository
from analyzers.policy import Policy
from analyzers.report import FindingRow, Report
from analyzers.summary import outcome_of_state, outcome_of_two
from bot.git.object_reader import Repository
from bot.measuring.caches import opened_caches
from bot.measuring.measure import Caches, Change, Comparison, Measuring, report_on
from bot.settings.settings import LocalSettings
from tests.repositories import Content, Repo

TODAY = dt.date(2026, 1, 15)
SRC = '[tool.setuptools.packages.find]\nwhere = ["src"]\n'
FILES = {"src/ns/pkg/__init__.py": "", "src/ns/pkg/core.py": "class X: ...\n", "pyproject.toml": SRC}


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    return Repo.create(tmp_path / "shop")


@pytest.fixture
def caches(tmp_path: Path) -> Iterator[Caches]:
    with opened_caches(LocalSettings(data_dir=tmp_path / "data")) as caches:
        yield caches


@pytest.fixture
def measuring(shop: Repo, caches: Caches) -> Measuring:
    return Measuring(Repository.discover(shop.path), caches, lambda _done, _all: None, Policy(), TODAY)


def module_of(measuring: Measuring, commit: str, path: str) -> str | None:
    file = measuring.snapshot(measuring.repository.tree(commit)).file(path)
    return None if file is None else file.module


def change(measuring: Measuring, base: str, head: str) -> Change:
    return Change(base, head, measuring.repository.changes(base, head))


def test_a_root_is_one_from_the_commit_on_that_declares_it(shop: Repo, measuring: Measuring) -> None:
    without = shop.commit({**FILES, "pyproject.toml": "[tool"})
    declared = shop.commit({"pyproject.toml": SRC})
    assert module_of(measuring, without, "src/ns/pkg/core.py") == "pkg.core"
    assert module_of(measuring, declared, "src/ns/pkg/core.py") == "ns.pkg.core"


def test_a_policy_with_roots_counts_more_than_the_settings(shop: Repo, measuring: Measuring) -> None:
    commit = shop.commit(FILES)
    assert module_of(measuring.under(Policy(roots=("./src/ns",))), commit, "src/ns/pkg/core.py") == "pkg.core"


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"pyproject.toml": SRC.replace("src", "lib")}, id="another root"),
        pytest.param({"pyproject.toml": None}, id="settings gone"),
        pytest.param({"tools/setup.cfg": "[options]\npackage_dir =\n    = lib\n"}, id="settings of a folder"),
        pytest.param({"src/ns/pkg/fast.pyx": ""}, id="a module in another form"),
        pytest.param({"src/ns/pkg/slow.pyi": None}, id="a stub gone"),
    ],
)
def test_a_change_that_may_move_modules_is_audited_in_full(
    shop: Repo, measuring: Measuring, files: dict[str, Content]
) -> None:
    base = shop.commit({**FILES, "src/ns/pkg/slow.pyi": "def f(): ...\n"})
    head = shop.commit(files)
    done = measuring.audit(base)
    with pytest.raises(NeedsFullAuditError):
        measuring.advance(done, change(measuring, base, head), None)


def test_settings_may_change_in_all_that_is_not_the_import_path(shop: Repo, measuring: Measuring) -> None:
    base = shop.commit({**FILES, "src/ns/pkg/slow.pyi": "def f(): ...\n"})
    head = shop.commit({"pyproject.toml": f'[project]\nversion = "2"\n{SRC}', "src/ns/pkg/slow.pyi": "g: int\n"})
    done = measuring.audit(base)
    assert measuring.advance(done, change(measuring, base, head), None).metrics == done.metrics


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        pytest.param({"lib/data/x.txt": None}, 1, id="the only file goes"),
        pytest.param({"lib/data/x.txt": None, "lib/data/deep/y.txt": ""}, 0, id="another one is below"),
        pytest.param({"lib/data/x.txt": None, "lib/data/part.py": ""}, 0, id="Python comes instead"),
        pytest.param({"lib/more/x.txt": "", "app.py": "from lib import data, more, gone\n"}, 1, id="a folder comes"),
        pytest.param({"app.py": "import lib.data, lib.tools.text\n", "lib/tools/run.py": None}, 0, id="Python goes"),
        pytest.param({"lib/tools/run.py": None, "lib/tools/text/z.txt": None}, 1, id="a folder goes with all in it"),
    ],
)
def test_a_folder_without_python_is_there_as_long_as_anything_lies_in_it(
    shop: Repo, measuring: Measuring, files: dict[str, Content], missing: int
) -> None:
    base = shop.commit(
        {
            "lib/__init__.py": "",
            "lib/data/x.txt": "",
            "lib/tools/run.py": "",
            "lib/tools/text/z.txt": "",
            "app.py": "from lib import data\nfrom lib.tools import text\n",
        }
    )
    head = shop.commit(files)
    done = measuring.audit(base)
    assert _missing(done) == 0
    advanced = measuring.advance(done, change(measuring, base, head), None)
    assert _missing(advanced) == _missing(measuring.audit(head)) == missing


def _missing(audit: Audit) -> int:
    return next(metric.value for metric in audit.metrics if metric.name == "imports.unresolved")


SCRIPTS = '[project.scripts]\nshop = "shop.cli:main"\n'
SHOP = {
    "shop/__init__.py": "",
    "shop/cli.py": "def main(): ...\n",
    "shop/old.py": "from shop.cli import main\n",
    "pyproject.toml": SCRIPTS,
}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param({"shop/cli.py": None}, {"pyproject.toml:2 shop.cli:main"}, id="the module goes"),
        pytest.param({"shop/cli.py": "def start(): ...\n"}, {"pyproject.toml:2 shop.cli:main"}, id="the name goes"),
        pytest.param({"shop/cli/__init__.py": "def main(): ...\n", "shop/cli.py": None}, set(), id="a package comes"),
        pytest.param(
            {"pyproject.toml": SCRIPTS + 'new = "shop.gone:main"\n'}, {"pyproject.toml:3 shop.gone:main"}, id="one more"
        ),
        pytest.param(
            {"pyproject.toml": "#\n" + SCRIPTS, "shop/cli.py": None},
            {"pyproject.toml:3 shop.cli:main"},
            id="lines move",
        ),
        pytest.param(
            {"pyproject.toml": SCRIPTS.replace("cli", "old")}, {"pyproject.toml:2 shop.old:main"}, id="a shim"
        ),
        pytest.param({"pyproject.toml": None, "shop/cli.py": None}, set(), id="the settings go"),
        pytest.param(
            {"setup.cfg": "[options.entry_points]\nconsole_scripts =\n    shop = shop:gone\n"},
            {"setup.cfg:3 shop:gone"},
            id="more settings come",
        ),
        pytest.param({"vendor/pyproject.toml": SCRIPTS.replace("main", "gone")}, set(), id="another project's"),
    ],
)
def test_a_change_introduces_entry_points_that_lead_nowhere(
    shop: Repo, measuring: Measuring, caches: Caches, files: dict[str, Content], told: set[str]
) -> None:
    base = shop.commit(SHOP)
    head = shop.commit(files)
    first, from_index = (reported(measuring, caches, base, head) for _ in range(2))
    assert {f"{row.place.path}:{row.place.line} {row.symbol}" for row in first.introduced if is_string(row)} == told
    assert from_index == first
    at_base = measuring.audit(base)
    in_full = outcome_of_two(at_base, measuring.audit(head, base=at_base), {})
    assert [row.fingerprint for row in first.introduced] == [row.fingerprint for row in in_full.introduced]
    assert [row.fingerprint for row in first.fixed] == [row.fingerprint for row in in_full.fixed]
    figures = {metric.name: (metric.value, metric.among, metric.undecided) for metric in in_full.metrics}
    assert {row.name: (row.head, row.among, row.undecided) for row in first.metrics} == figures


def reported(measuring: Measuring, caches: Caches, base: str, head: str) -> Report:
    comparison = Comparison(head, base, base, ReportedRepository("shop", None))
    return report_on(measuring.repository, comparison, caches, lambda _phase: None, lambda _done, _all: None)


def is_string(row: FindingRow) -> bool:
    return row.rule == "imports.strings"


def test_entry_points_count_whatever_roots_the_policy_has(shop: Repo, measuring: Measuring) -> None:
    commit = shop.commit({**SHOP, "shop/cli.py": ""})
    rooted = measuring.under(Policy(roots=(".",))).audit(commit)
    assert rooted.metrics == measuring.audit(commit).metrics
    assert strings_of(rooted) == ["pyproject.toml"]


def test_entry_points_of_files_that_the_policy_leaves_out_do_not_count(shop: Repo, measuring: Measuring) -> None:
    commit = shop.commit({**SHOP, "shop/cli.py": ""})
    assert strings_of(measuring.under(Policy(exclude=("pyproject.toml",))).audit(commit)) == []
    assert strings_of(measuring.under(Policy(rules={"imports.strings": False})).audit(commit)) == []


def strings_of(done: Audit) -> list[str]:
    return [
        found.path for _, row in done.ledger.files.all() for found in row.findings if found.rule == "imports.strings"
    ]


def test_mistakes_in_contracts_of_other_tools_are_told_by_either_way(
    shop: Repo, measuring: Measuring, caches: Caches
) -> None:
    contract = "[importlinter:contract:1]\nname = Apart\ntype = independence\nmodules = shop.cli\n  shop.old\n"
    linter = f"[importlinter]\nroot_package = shop\n{contract}\n[importlinter:contract:2]\ntype = layers\n"
    base = shop.commit({**SHOP, "setup.cfg": linter})
    head = shop.commit({"shop/old.py": None})
    first, from_index = (reported(measuring, caches, base, head) for _ in range(2))
    assert [(row.path, row.line, row.message, row.newly) for row in first.notes] == [
        ("setup.cfg", 3, "contract `Apart`: module `shop.old` does not exist", True),
        ("setup.cfg", 9, "contract `2`: `layers` is missing", False),
    ]
    assert from_index == first
    off = measuring.under(Policy(rules={"imports.contracts": False})).audit(head)
    assert outcome_of_state(off).notes == ()


def unresolved(done: Audit) -> list[tuple[str, int | None, int]]:
    return [(each.name, each.value, each.undecided) for each in done.metrics if each.name == "imports.unresolved"]


def test_what_a_link_or_a_submodule_holds_is_neither_missing_nor_known(shop: Repo, measuring: Measuring) -> None:
    uses = "from pkg.link import X\nfrom pkg.folder.core import Y\nfrom pkg import sub\nfrom pkg.gone import Z\n"
    without = shop.commit({"pkg/__init__.py": "", "pkg/core.py": "class X: ...\n", "use.py": uses})
    assert unresolved(measuring.audit(without)) == [("imports.unresolved", 4, 0)]
    shop.symlink("pkg/link.py", "core.py")
    shop.symlink("pkg/folder", "../elsewhere")
    shop.commit()
    shop.submodule("pkg/sub", without)
    base = shop.record()
    assert unresolved(measuring.audit(base)) == [("imports.unresolved", 1, 3)]
    shop.git("rm", "--quiet", "pkg/link.py")
    head = shop.record()
    with pytest.raises(NeedsFullAuditError):
        measuring.advance(measuring.audit(base), change(measuring, base, head), None)


# --- what functions do, in files that may matter ----------------------------------------------------------------------

WEB: dict[str, Content] = {
    "shop/__init__.py": "",
    "shop/keys.py": "ALGORITHMS = ['HS256', 'none']\n",
    "shop/auth.py": (
        "import os\n\nimport jwt\n\nfrom shop.keys import ALGORITHMS\n\n\n"
        "def current_user(token):\n    return jwt.decode(token, os.environ['KEY'], algorithms=ALGORITHMS)\n"
    ),
    "shop/web.py": (
        "from fastapi import APIRouter, Depends, FastAPI\n\nfrom shop.auth import current_user\n\n"
        "app = FastAPI()\nrouter = APIRouter()\n\n\n"
        "@router.get('/me', dependencies=[Depends(current_user)])\ndef me(): ...\n\n\napp.include_router(router)\n"
    ),
}


def auth_of(rows: tuple[FindingRow, ...]) -> list[str]:
    return [f"{row.rule} {row.place.path}:{row.place.line}" for row in rows if row.rule.startswith("auth.")]


def test_a_change_is_told_alike_with_outlines_at_hand_and_without(shop: Repo, tmp_path: Path) -> None:
    base = shop.commit(WEB)
    unguarded = str(WEB["shop/web.py"]).replace(", dependencies=[Depends(current_user)]", "")
    head = shop.commit({"shop/web.py": unguarded, "shop/keys.py": "ALGORITHMS = ['HS256']\n"})
    told = []
    for data in ("one", "one", "another"):
        with opened_caches(LocalSettings(data_dir=tmp_path / data)) as caches:
            report = audited(shop, base, head, caches)
            told.append((auth_of(report.introduced), auth_of(report.fixed)))

    assert told == 3 * [(["auth.unprotected shop/web.py:10"], ["auth.bypass.none-algorithm shop/auth.py:9"])]


def audited(shop: Repo, base: str, head: str, caches: Caches) -> Report:
    where = ReportedRepository("shop", None)
    comparison = Comparison(head=head, base=base, policy_at=base, repository=where)
    repository = Repository.discover(shop.path)
    return report_on(repository, comparison, caches, lambda _phase: None, lambda _done, _all: None)
