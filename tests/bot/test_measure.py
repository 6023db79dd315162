"""Measuring real repositories: what their settings say of the import path, and which changes of these matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzers.advance import NeedsFullAuditError
from analyzers.audit import Audit
from analyzers.policy import Policy
from bot.local_audit import local_caches
from bot.measure import Change, Measuring
from bot.object_reader import Repository
from bot.settings import LocalSettings
from tests.repositories import Content, Repo

TODAY = dt.date(2026, 1, 15)
SRC = '[tool.setuptools.packages.find]\nwhere = ["src"]\n'
FILES = {"src/ns/pkg/__init__.py": "", "src/ns/pkg/core.py": "class X: ...\n", "pyproject.toml": SRC}


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    return Repo.create(tmp_path / "shop")


@pytest.fixture
def measuring(tmp_path: Path, shop: Repo) -> Iterator[Measuring]:
    with local_caches(LocalSettings(data_dir=tmp_path / "data")) as caches:
        yield Measuring(Repository.discover(shop.path), caches, lambda _done, _all: None, Policy(), TODAY)


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
        measuring.advance(done, change(measuring, base, head), anchored=True)


def test_settings_may_change_in_all_that_is_not_the_import_path(shop: Repo, measuring: Measuring) -> None:
    base = shop.commit({**FILES, "src/ns/pkg/slow.pyi": "def f(): ...\n"})
    head = shop.commit({"pyproject.toml": f'[project]\nversion = "2"\n{SRC}', "src/ns/pkg/slow.pyi": "g: int\n"})
    done = measuring.audit(base)
    assert measuring.advance(done, change(measuring, base, head), anchored=True).metrics == done.metrics


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
        measuring.advance(measuring.audit(base), change(measuring, base, head), anchored=True)
