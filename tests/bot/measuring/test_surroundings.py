"""What is known of a repository besides its findings, from real histories."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from analyzers.causes.model import Departed, Surroundings
from analyzers.contracts import contracts_of
from analyzers.foreign_contracts import foreign_paths, read_foreign
from analyzers.places import Repository as ReportedRepository
from analyzers.policy import POLICY_PATHS, Policy
from analyzers.snapshot import Snapshot
from bot.git.object_reader import Repository
from bot.measuring.surroundings import Wanted, surroundings_of
from tests.analyzers.trees import policy_of, snapshot_of
from tests.repositories import Repo

WEB = "https://github.com/acme/shop"
POLICY = ".github/fifthwhy.yml"
ENGINE = (
    "import asyncio\nimport logging\nfrom shop.cart import Cart\nfrom shop.tax import rate\n\n"
    "class Engine:\n    def run(self): ...\n    def stop(self): ...\n    def pause(self): ...\n\n"
    "def build(): ...\n"
)


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    return Repo.create(tmp_path / "shop")


def around(
    repo: Repo,
    *,
    at: str = "HEAD",
    found_in: tuple[str, ...] = (),
    window: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
) -> Surroundings:
    """What there is around a commit, where all its modules are of interest."""
    repository = Repository.discover(repo.path)
    head = repository.resolve(at)
    files = texts(repository, head)
    policy = policy_of(files)
    policy_path = next((path for path in POLICY_PATHS if path in files), None)
    wanted = wanted_of(files, policy, found_in, window)
    layout = snapshot_of(files, policy).layout
    wanted = msgspec.structs.replace(wanted, missing=frozenset(missing), layout=layout)
    return surroundings_of(repository, head, ReportedRepository("acme/shop", WEB), policy, policy_path, wanted)


def texts(repository: Repository, commit: str) -> dict[str, bytes]:
    blobs = {entry.path: entry.blob for entry in repository.tree(commit) if entry.kind == "file"}
    contents = dict(repository.blobs(sorted(set(blobs.values()))))
    return {path: text for path, blob in blobs.items() if isinstance(text := contents[blob], bytes)}


def wanted_of(files: dict[str, bytes], policy: Policy, found_in: tuple[str, ...], window: tuple[str, ...]) -> Wanted:
    snapshot: Snapshot = snapshot_of(files, policy)
    foreign = read_foreign({path: files[path] for path in foreign_paths(files)})
    return Wanted(
        found_in=frozenset(found_in),
        modules={file.module: file.path for file in snapshot if file.module},
        contracts=(*contracts_of(policy.contracts), *foreign.contracts),
        files=snapshot.files,
        window=window,
    )


# --- guards -----------------------------------------------------------------------------------------------------------


def test_everything_that_stands_against_a_module_is_told_with_its_place(shop: Repo) -> None:
    warning = 'import warnings\nwarnings.warn("use shop.cart", DeprecationWarning)\nfrom shop.cart import Cart\n'
    contract = "version: 1\ncontracts:\n  - name: no old carts\n    type: forbidden\n"
    head = shop.commit(
        {
            "shop/__init__.py": "",
            "shop/old.py": warning,
            "shop/cart.py": "class Cart: ...\n",
            "app.py": "from shop.old import Cart\n",
            POLICY: contract + "    source_modules: [app]\n    forbidden_modules: [shop.old]\n",
            ".importlinter": "[importlinter]\nroot_package = shop\n[importlinter:contract:1]\nname = Apart\n"
            "type = forbidden\nsource_modules = app\nforbidden_modules = shop.old\n",
            "ruff.toml": 'lint.select = ["TID251"]\n[lint.flake8-tidy-imports.banned-api]\n"shop.old".msg = "no"\n',
        }
    )
    guards = around(shop).guards
    assert [(each.kind, each.module, each.name, each.place.path, each.place.line) for each in guards] == [
        ("warning", "shop.old", "DeprecationWarning", "shop/old.py", 2),
        ("contract", "shop.old", "no old carts", POLICY, 3),
        ("contract", "shop.old", "Apart", ".importlinter", 3),
        ("banned import", "shop.old", "shop.old", "ruff.toml", 3),
    ]
    assert guards[0].place.url == f"{WEB}/blob/{head}/shop/old.py#L2"


def test_where_nothing_stands_against_a_module_there_are_no_guards(shop: Repo) -> None:
    shop.commit({"shop/old.py": '"""Deprecated."""\nfrom shop.cart import Cart\n', "shop/cart.py": "class Cart: ...\n"})
    assert around(shop).guards == ()


def test_settings_that_are_a_link_are_not_followed(shop: Repo) -> None:
    (shop.path / "real.toml").write_text(
        'lint.select = ["TID251"]\n[lint.flake8-tidy-imports.banned-api]\n"shop.old".msg = "no"\n'
    )
    shop.symlink("ruff.toml", "real.toml")
    shop.commit({"shop/old.py": ""})
    assert around(shop).guards == ()


def test_hooks_of_the_repository_s_own_are_known_with_their_places(shop: Repo) -> None:
    settings = (
        "repos:\n  - repo: https://github.com/psf/black\n    hooks:\n      - id: black\n"
        "  - repo: local\n    hooks:\n      - id: check-imports\n        entry: python scripts/check.py\n"
    )
    head = shop.commit({"shop/old.py": "", ".pre-commit-config.yaml": settings})
    known = around(shop)
    assert [(each.name, each.place.url) for each in known.own_hooks] == [
        ("check-imports", f"{WEB}/blob/{head}/.pre-commit-config.yaml#L7")
    ]
    assert known.guards == ()


def test_a_repository_without_hooks_of_its_own_has_none(shop: Repo) -> None:
    shop.commit({"shop/old.py": "", "shop/.pre-commit-config.yaml": "repos: [{repo: local, hooks: [{id: a}]}]\n"})
    assert around(shop).own_hooks == ()


# --- owners -----------------------------------------------------------------------------------------------------------


def test_owners_are_those_of_the_first_file_that_github_finds(shop: Repo) -> None:
    shop.commit(
        {"docs/CODEOWNERS": "* @docs\n", "CODEOWNERS": "* @all\n/shop/ @carts\n", "shop/cart.py": "", "a.py": ""}
    )
    known = around(shop, found_in=("shop/cart.py",))
    assert known.has_codeowners
    assert known.owners == {"shop/cart.py": ("@carts",)}
    shop.commit({".github/CODEOWNERS": "/docs/ @docs\n"})
    known = around(shop, found_in=("shop/cart.py",))
    assert (known.owners, known.owners_unknown) == ({"shop/cart.py": ()}, frozenset())


def test_without_a_codeowners_file_nobody_is_said_to_own_anything(shop: Repo) -> None:
    shop.commit({"shop/cart.py": "", "old/CODEOWNERS": "* @all\n"})
    known = around(shop, found_in=("shop/cart.py",))
    assert not known.has_codeowners
    assert known.owners == {}


def test_of_a_codeowners_file_that_asks_too_much_nothing_is_said(shop: Repo) -> None:
    shop.commit({"CODEOWNERS": "a @a\n" * 30_000, "shop/cart.py": ""})
    known = around(shop, found_in=("shop/cart.py",))
    assert (known.has_codeowners, known.owners, known.owners_unknown) == (True, {}, frozenset({"shop/cart.py"}))


# --- when modules came in ---------------------------------------------------------------------------------------------


def test_a_module_was_born_with_the_first_commit_that_had_its_file(shop: Repo) -> None:
    shop.commit({"README.md": ""})
    born = shop.commit({"shop/cart.py": "a = 1\n"}, message="Add carts")
    shop.commit({"shop/cart.py": "a = 2\n"})
    shop.commit({"shop/cart.py": None})
    shop.commit({"shop/cart.py": "a = 3\n", "shop/tax.py": ""})
    births = around(shop).births
    assert (births["shop.cart"].id, births["shop.cart"].subject) == (born, "Add carts")
    assert births["shop.tax"].id == shop.head()


def test_a_module_that_came_on_a_branch_was_born_when_that_was_merged(shop: Repo) -> None:
    shop.commit({"a.py": ""})
    shop.branch("feature")
    shop.commit({"shop/cart.py": ""})
    shop.checkout("main")
    shop.commit({"b.py": ""})
    merged = shop.merge("feature")
    assert around(shop).births["shop.cart"].id == merged


def test_of_a_history_that_was_cut_off_no_birth_is_told(shop: Repo, tmp_path: Path) -> None:
    shop.commit({"shop/cart.py": "a = 1\n"})
    shop.commit({"shop/cart.py": "a = 2\n"})
    newer = shop.commit({"shop/tax.py": ""})
    births = around(shop.clone(tmp_path / "clone", "--depth=2")).births
    assert {name: commit.id for name, commit in births.items()} == {"shop.tax": newer}


def test_a_module_whose_package_moved_to_another_root_is_as_old_as_before(shop: Repo) -> None:
    born = shop.commit({"shop/__init__.py": "", "shop/cart.py": TEXT})
    shop.commit({"shop/__init__.py": None, "shop/cart.py": None, "src/shop/__init__.py": "", "src/shop/cart.py": TEXT})
    known = around(shop)
    assert (known.births["shop.cart"].id, known.beginnings["shop.cart"].id) == (born, born)


def test_a_module_that_became_a_package_is_as_old_as_before(shop: Repo) -> None:
    born = shop.commit({"shop/__init__.py": "", "shop/cart.py": "a = 1\n"})
    shop.commit({"shop/cart.py": None, "shop/cart/__init__.py": TEXT})
    known = around(shop)
    assert (known.births["shop.cart"].id, known.beginnings["shop.cart"].id) == (born, born)


def test_a_module_that_came_by_its_name_with_a_rename_began_with_what_it_was_before(shop: Repo) -> None:
    began = shop.commit({"old/basket.py": TEXT})
    shop.commit({"old/basket.py": None, "old/cart.py": TEXT + "A = 1\n"})
    shop.commit({"old/cart.py": TEXT + "A = 2\n"})
    named = shop.commit({"old/cart.py": None, "shop/cart.py": TEXT + "A = 2\n"})
    known = around(shop)
    assert (known.births["shop.cart"].id, known.beginnings["shop.cart"].id) == (named, began)


def test_a_module_that_came_when_another_one_went_began_then(shop: Repo) -> None:
    shop.commit({"shop/basket.py": TEXT})
    born = shop.commit({"shop/basket.py": None, "shop/cart.py": "class Cart:\n    size = 1\n"})
    known = around(shop)
    assert (known.births["shop.cart"].id, known.beginnings["shop.cart"].id) == (born, born)


def test_when_a_module_began_is_not_told_where_too_much_moved_at_once(shop: Repo) -> None:
    moved = {f"old/m{number}.py": None for number in range(600)}
    shop.commit({path: f"n = '{path}'\n" for path in moved} | {"old/cart.py": TEXT})
    came = {path.replace("old", "shop"): f"n = 'new {path}'\n" for path in moved}
    named = shop.commit({**moved, **came, "old/cart.py": None, "shop/cart.py": TEXT + "A = 1\n"})
    known = around(shop)
    assert known.births["shop.cart"].id == named
    assert "shop.cart" not in known.beginnings


def test_what_moved_as_it_is_is_followed_however_much_moved(shop: Repo) -> None:
    moved = {f"old/m{number}.py": None for number in range(600)}
    began = shop.commit({path: f"n = '{path}'\n" for path in moved} | {"old/cart.py": TEXT})
    came = {path.replace("old", "shop"): f"n = '{path}'\n" for path in moved}
    shop.commit({**moved, **came, "old/cart.py": None, "shop/cart.py": TEXT})
    assert around(shop).beginnings["shop.cart"].id == began


def test_of_a_module_that_moved_more_often_than_is_followed_it_is_not_told_when_it_began(shop: Repo) -> None:
    shop.commit({"old/cart0.py": TEXT})
    for number in range(11):
        shop.commit({f"old/cart{number}.py": None, f"old/cart{number + 1}.py": TEXT})
    named = shop.commit({"old/cart11.py": None, "shop/cart.py": TEXT})
    known = around(shop)
    assert known.births["shop.cart"].id == named
    assert "shop.cart" not in known.beginnings


def test_every_module_has_its_place(shop: Repo) -> None:
    head = shop.commit({"shop/__init__.py": "", "shop/cart.py": ""})
    places = around(shop).module_places
    assert places["shop"].path == "shop/__init__.py"
    assert places["shop.cart"].url == f"{WEB}/blob/{head}/shop/cart.py#L1"


# --- what the policy wanted -------------------------------------------------------------------------------------------


def wanting(target: int, due: str = "") -> dict[str, str]:
    more = f"\n    due: {due}" if due else ""
    return {POLICY: f"version: 1\nmetrics:\n  imports.fragmented:\n    target: {target}{more}\n"}


def test_goals_are_told_by_the_commits_that_changed_them(shop: Repo) -> None:
    shop.commit({"a.py": ""})
    born = shop.commit(wanting(10))
    shop.commit({"b.py": ""})
    moved = shop.commit(wanting(20))
    shop.commit({POLICY: "version: 1\nmetrics: [\n"})
    due = shop.commit(wanting(20, "2026-03-01"))
    known = around(shop)
    assert known.policy_born is not None
    assert known.policy_born.id == born
    assert [(goal.commit.id, goal.target, goal.due) for goal in known.goals["imports.fragmented"]] == [
        (born, 10, None),
        (moved, 20, None),
        (due, 20, dt.date(2026, 3, 1)),
    ]
    assert [goal.commit.id for goal in known.goals["imports.cycles"]] == [born]
    assert known.policy_places["metrics.imports.fragmented.due"].line == 5


def test_a_policy_that_moved_goes_on(shop: Repo) -> None:
    other = ".github/fifthwhy.yaml"
    born = shop.commit({other: wanting(10)[POLICY]})
    shop.commit({other: None, **wanting(10)})
    known = around(shop)
    assert known.policy_born is not None
    assert known.policy_born.id == born
    assert [goal.commit.id for goal in known.goals["imports.fragmented"]] == [born]


def test_a_policy_that_is_a_link_is_none(shop: Repo) -> None:
    born = shop.commit(wanting(10))
    shop.commit({POLICY: None, "elsewhere.yml": wanting(20)[POLICY]})
    (shop.path / ".github").mkdir(exist_ok=True)
    shop.symlink(POLICY, "../elsewhere.yml")
    linked = shop.commit()
    again = shop.commit({POLICY: None})
    (shop.path / ".github").mkdir(exist_ok=True)
    last = shop.commit(wanting(30))
    goals = around(shop).goals["imports.fragmented"]
    assert [(goal.commit.id, goal.target) for goal in goals if goal.target] == [(born, 10), (last, 30)]
    assert not {linked, again} & {goal.commit.id for goal in goals}


def test_without_a_policy_nothing_was_ever_wanted(shop: Repo) -> None:
    shop.commit(wanting(10))
    shop.commit({POLICY: None, "a.py": ""})
    known = around(shop)
    assert (known.policy_born, known.goals, known.policy_places) == (None, {}, {})


def test_of_a_history_that_was_cut_off_nobody_says_when_the_policy_was_born(shop: Repo, tmp_path: Path) -> None:
    shop.commit(wanting(10))
    moved = shop.commit(wanting(20))
    shop.commit({"a.py": ""})
    cut = around(shop.clone(tmp_path / "clone", "--depth=3"))
    assert cut.policy_born is None
    assert [goal.commit.id for goal in cut.goals["imports.fragmented"]] == [moved]


def test_fifty_versions_of_a_policy_are_enough(shop: Repo) -> None:
    for target in range(55):
        shop.commit(wanting(target))
    goals = around(shop).goals["imports.fragmented"]
    assert [goal.target for goal in goals] == list(range(5, 55))


# --- branches ---------------------------------------------------------------------------------------------------------


def branches(repo: Repo, at: str = "HEAD", window: tuple[str, ...] = ()) -> dict[str, set[str]] | None:
    found = around(repo, at=at, window=window).branches
    return None if found is None else {branch.name: set(branch.paths) for branch in found}


def test_a_branch_that_was_never_merged_is_told_with_the_files_that_it_changes(shop: Repo) -> None:
    shop.commit({"shop/cart.py": "", "shop/old.py": ""})
    shop.branch("feature")
    shop.commit({"shop/cart.py": "a = 1\n", "shop/old.py": None, "notes.md": ""})
    tip = shop.commit({"shop/tax.py": "b = 1\n"}, message="Add taxes")
    shop.checkout("main")
    shop.commit({"shop/page.py": "c = 1\n"})
    (branch,) = around(shop).branches or ()
    assert (branch.name, branch.commit.id, branch.commit.subject) == ("feature", tip, "Add taxes")
    assert branch.paths == {"shop/cart.py", "shop/old.py", "shop/tax.py"}


def test_a_branch_that_took_up_main_meanwhile_has_only_its_own_changes(shop: Repo) -> None:
    shop.commit({"shop/cart.py": ""})
    shop.branch("feature")
    shop.commit({"shop/tax.py": "b = 1\n"})
    shop.checkout("main")
    shop.commit({"shop/page.py": "c = 1\n"})
    shop.checkout("feature")
    shop.merge("main")
    shop.checkout("main")
    shop.commit({"shop/more.py": "d = 1\n"})
    assert branches(shop) == {"feature": {"shop/tax.py"}}


def test_a_branch_that_began_on_another_one_that_was_merged_has_only_its_own_changes(shop: Repo) -> None:
    shop.commit({"shop/cart.py": ""})
    shop.branch("first")
    shop.commit({"shop/tax.py": "b = 1\n"})
    shop.branch("second")
    shop.commit({"shop/page.py": "c = 1\n"})
    shop.checkout("main")
    shop.merge("first")
    shop.checkout("second")
    shop.merge("main")
    assert branches(shop, at="main") == {"second": {"shop/page.py"}}


@pytest.mark.parametrize("squashed", [False, True])
def test_a_branch_that_was_merged_is_not_told(shop: Repo, squashed: bool) -> None:
    shop.commit({"shop/cart.py": ""})
    shop.branch("feature")
    shop.commit({"shop/tax.py": "b = 1\n"})
    shop.commit({"shop/tax.py": "b = 2\n"})
    shop.checkout("main")
    if squashed:
        shop.commit({"shop/tax.py": "b = 2\n"}, message="Add taxes (#1)")
        shop.commit({"shop/tax.py": "b = 3\n"})
    else:
        shop.merge("feature")
    assert branches(shop) == {}


@pytest.mark.parametrize(("came_in", "told"), [(1, {"shop/b.py", "shop/c.py"}), (2, None)])
def test_a_branch_of_which_a_part_came_in_is_told_with_the_rest_and_with_most_of_it_not_at_all(
    shop: Repo, came_in: int, told: set[str] | None
) -> None:
    parts = {f"shop/{name}.py": f"{name} = 1\n" for name in "abc"}
    shop.commit({"shop/cart.py": ""})
    shop.branch("feature")
    shop.commit(parts)
    shop.checkout("main")
    shop.commit(dict([*parts.items()][:came_in]))
    assert branches(shop) == ({} if told is None else {"feature": told})


def test_a_branch_that_changes_no_python_is_not_told(shop: Repo) -> None:
    shop.commit({"shop/cart.py": ""})
    shop.branch("docs-too")
    shop.commit({"notes.md": "Hello\n"})
    shop.checkout("main")
    assert branches(shop) == {}


def test_where_no_branch_is_the_default_one_the_commit_itself_counts(shop: Repo) -> None:
    shop.commit({"shop/cart.py": ""})
    shop.branch("feature")
    shop.commit({"shop/tax.py": "b = 1\n"})
    shop.git("branch", "--move", "main", "trees")
    shop.git("checkout", "--quiet", "--detach", "trees")
    assert branches(shop) == {"feature": {"shop/tax.py"}}


def test_a_branch_is_not_told_again_by_the_name_that_it_has_elsewhere(shop: Repo, tmp_path: Path) -> None:
    shop.commit({"shop/cart.py": ""})
    shop.branch("feature")
    shop.commit({"shop/tax.py": "b = 1\n"})
    shop.checkout("main")
    clone = shop.clone(tmp_path / "clone")
    clone.git("branch", "feature", "origin/feature")
    assert branches(clone) == {"feature": {"shop/tax.py"}}


def test_an_older_commit_is_not_told_that_what_came_later_was_never_merged(shop: Repo) -> None:
    older = shop.commit({"shop/cart.py": ""})
    shop.branch("feature")
    shop.commit({"shop/tax.py": "b = 1\n"})
    shop.branch("open", older)
    shop.commit({"shop/open.py": "c = 1\n"})
    shop.checkout("main")
    shop.merge("feature")
    shop.commit({"shop/page.py": "d = 1\n"})
    assert branches(shop, at=older) == {"open": {"shop/open.py"}}


def test_branches_from_before_the_time_that_is_looked_at_are_left_out(shop: Repo) -> None:
    shop.commit({"shop/cart.py": ""})
    shop.branch("old")
    shop.commit({"shop/old.py": "a = 1\n"})
    shop.checkout("main")
    later = shop.commit({"shop/page.py": "c = 1\n"})
    shop.branch("new-7")
    shop.commit({"shop/new.py": "b = 1\n"})
    assert branches(shop, at=later, window=(later,)) == {"new-7": {"shop/new.py"}}


@pytest.mark.parametrize("name", ["stable/2.x", "release-1", "v1.2", "3.12", "develop", "backport/4.0.x"])
def test_a_branch_that_is_kept_on_purpose_is_not_told(shop: Repo, name: str) -> None:
    shop.commit({"shop/cart.py": ""})
    shop.branch(name)
    shop.commit({"shop/tax.py": "b = 1\n"})
    shop.checkout("main")
    assert branches(shop) == {}


def test_a_history_that_has_nothing_in_common_is_no_branch(shop: Repo) -> None:
    shop.commit({"shop/cart.py": ""})
    shop.orphan("pages")
    shop.commit({"shop/page.py": "a = 1\n"})
    assert branches(shop, at="main") == {}


def test_a_clone_of_one_branch_cannot_know_of_others(shop: Repo, tmp_path: Path) -> None:
    shop.commit({"shop/cart.py": ""})
    shop.branch("feature")
    shop.commit({"shop/tax.py": "b = 1\n"})
    assert branches(shop.clone(tmp_path / "one", "--single-branch")) is None
    assert branches(shop.clone(tmp_path / "cut", "--depth=1", "--no-single-branch")) is None


# --- copies -----------------------------------------------------------------------------------------------------------


def test_a_file_that_came_in_looking_like_another_is_told_with_its_commit(shop: Repo) -> None:
    old = shop.commit({"shop/engine.py": ENGINE})
    new = shop.commit({"shop/engine2.py": ENGINE + "\ndef rebuild(): ...\n"})
    shop.commit({"shop/page.py": ""})
    (copy,) = around(shop, found_in=("shop/engine2.py", "shop/engine.py"), window=(old, new, shop.head())).copies
    assert (copy.path, copy.of, copy.commit.id, copy.likeness) == ("shop/engine2.py", "shop/engine.py", new, 0.9)


@pytest.mark.parametrize(
    ("found_in", "window"),
    [((), "all"), (("shop/engine2.py",), "none"), (("shop/engine2.py",), "later"), (("shop/engine.py",), "all")],
)
def test_only_files_with_findings_that_came_in_meanwhile_are_looked_at(
    shop: Repo, found_in: tuple[str, ...], window: str
) -> None:
    commits = (
        shop.commit({"shop/engine.py": ENGINE}),
        shop.commit({"shop/engine2.py": ENGINE}),
        shop.commit({"a.py": ""}),
    )
    windows = {"all": commits, "none": (), "later": commits[2:]}
    assert around(shop, found_in=found_in, window=windows[window]).copies == ()


def test_a_file_that_moved_is_no_copy(shop: Repo) -> None:
    shop.commit({"shop/engine.py": ENGINE, "shop/other.py": ENGINE})
    moved = shop.commit({"shop/other.py": None, "new/other.py": ENGINE + "\ndef rebuild(): ...\n"})
    assert around(shop, found_in=("new/other.py",), window=(moved,)).copies == ()


def test_a_file_that_moved_to_another_name_as_it_was_is_no_copy(shop: Repo) -> None:
    shop.commit({"shop/engine.py": ENGINE, "shop/other.py": ENGINE + "\ndef rebuild(): ...\n"})
    moved = shop.commit({"shop/other.py": None, "new/motor.py": ENGINE + "\ndef rebuild(): ...\n"})
    assert around(shop, found_in=("new/motor.py",), window=(moved,)).copies == ()


# --- hostile repositories ---------------------------------------------------------------------------------------------


def test_paths_that_look_like_something_else_are_paths(shop: Repo) -> None:
    odd = {"f" * 40 + ".py": "a = 1\n", "f" * 40: "", ":000000.py": "b = 1\n", "a\nb.py": "c = 1\n", "-x.py": "d = 1\n"}
    shop.commit({"shop/cart.py": ""})
    shop.branch("feature")
    shop.commit(odd)
    shop.checkout("main")
    assert branches(shop) == {"feature": {path for path in odd if path.endswith(".py")}}


def test_the_repository_s_own_configuration_has_no_say(shop: Repo) -> None:
    born = shop.commit({"shop/cart.py": "", "CODEOWNERS": "* @all\n"})
    shop.commit({"shop/tax.py": ""})
    ran = shop.path / "ran"
    for key, value in {
        "log.showSignature": "true",
        "gpg.program": f"touch {ran}",
        "diff.external": f"touch {ran};:",
        "core.pager": f"touch {ran};:",
        "log.showRoot": "false",
        "diff.renames": "copies",
        "diff.orderFile": "/nowhere",
        "color.ui": "always",
        "core.quotePath": "true",
    }.items():
        shop.git("config", key, value)
    known = around(shop, found_in=("shop/cart.py",))
    assert known.births["shop.cart"].id == born
    assert known.owners == {"shop/cart.py": ("@all",)}
    assert not ran.exists()


def test_a_clone_without_the_contents_of_files_still_tells_what_it_knows(shop: Repo, tmp_path: Path) -> None:
    born = shop.commit({"shop/cart.py": "a = 1\n", "CODEOWNERS": "* @all\n", **wanting(1)})
    shop.git("config", "uploadpack.allowFilter", "true")
    bare = shop.clone(tmp_path / "clone", "--filter=blob:none", "--bare")
    repository = Repository.discover(bare.path)
    wanted = Wanted(frozenset({"shop/cart.py"}), {"shop.cart": "shop/cart.py"}, (), ())
    known = surroundings_of(repository, born, ReportedRepository("shop", None), Policy(), POLICY, wanted)
    assert known.births["shop.cart"].id == born
    assert (known.has_codeowners, known.owners, known.goals) == (True, {}, {})


# --- modules that are not there ---------------------------------------------------------------------------------------

TEXT = "".join(f"def part{number}():\n    return {number}\n\n\n" for number in range(20))
THERE = {"shop/__init__.py": "", "shop/cart.py": "", "shop/basket.py": TEXT, "app.py": "import shop\n"}


def departed(repo: Repo, *missing: str) -> dict[str, tuple[str, str]]:
    """The commits with which modules went, and where they moved to."""
    found: Mapping[str, Departed] = around(repo, missing=missing or ("shop.basket",)).departed
    return {name: (each.commit.id, each.to) for name, each in found.items()}


def test_the_commit_that_removed_a_module_is_known(shop: Repo) -> None:
    shop.commit(THERE)
    removed = shop.commit({"shop/basket.py": None})
    shop.commit({"shop/cart.py": "size = 1\n"})
    assert departed(shop) == {"shop.basket": (removed, "")}


def test_of_a_module_that_was_removed_twice_the_last_time_counts(shop: Repo) -> None:
    shop.commit(THERE)
    shop.commit({"shop/basket.py": None})
    shop.commit({"shop/basket/__init__.py": ""})
    removed = shop.commit({"shop/basket/__init__.py": None})
    assert departed(shop) == {"shop.basket": (removed, "")}


def test_a_module_that_came_back_was_not_removed(shop: Repo) -> None:
    shop.commit(THERE)
    shop.commit({"shop/basket.py": None})
    shop.commit(THERE)
    assert departed(shop) == {}


def test_a_branch_that_removes_a_module_does_so_with_its_merge(shop: Repo) -> None:
    shop.commit(THERE)
    shop.branch("tidy")
    shop.commit({"shop/basket.py": None})
    shop.checkout("main")
    merged = shop.merge("tidy")
    assert departed(shop) == {"shop.basket": (merged, "")}


@pytest.mark.parametrize("text", [TEXT, f"import os\n\n\n{TEXT}"], ids=["as it was", "changed a little"])
def test_a_module_that_moved_is_not_said_to_have_been_removed(shop: Repo, text: str) -> None:
    shop.commit(THERE)
    moved = shop.commit({"shop/basket.py": None, "shop/[old]/basket.py": text, "shop/other.py": "size = 1\n"})
    assert departed(shop) == {"shop.basket": (moved, "shop/[old]/basket.py")}


def test_of_a_package_without_content_it_is_not_told_where_it_went_with_what_came(shop: Repo) -> None:
    shop.commit({"shop/basket/__init__.py": "", "shop/basket/core.py": TEXT})
    shop.commit({"shop/basket/__init__.py": None, "shop/basket/core.py": None, "till/core.py": TEXT})
    assert departed(shop, "shop.basket", "shop.basket.core").keys() == {"shop.basket.core"}


def test_a_module_may_have_gone_from_any_folder_on_the_import_path(shop: Repo) -> None:
    shop.commit({"src/shop/__init__.py": "", "src/shop/basket.py": "", "app.py": "import shop\n"})
    removed = shop.commit({"src/shop/basket.py": None})
    assert departed(shop) == {"shop.basket": (removed, "")}


def test_nothing_is_said_of_a_module_that_several_roots_may_have_had(shop: Repo) -> None:
    mail = {f"mail/{path}": text for path, text in THERE.items() if path.startswith("shop/")}
    shop.commit(THERE | mail)
    shop.commit({"shop/basket.py": None, "mail/shop/basket.py": None})
    assert departed(shop) == {}


def test_a_module_was_never_there_only_if_no_path_ever_ended_like_it(shop: Repo) -> None:
    shop.commit(THERE | {"old/shop/tax.py": "", "shop/data/rates.py": ""})
    shop.commit({"old/shop/tax.py": None, "shop/data/rates.py": None})
    asked = ("shop.basket", "shop.tax", "shop.data", "shop.till")
    assert around(shop, missing=asked).never_there == {"shop.till"}


def test_what_was_never_there_is_not_known_of_a_shallow_clone(shop: Repo, tmp_path: Path) -> None:
    shop.commit(THERE)
    removed = shop.commit({"shop/basket.py": None})
    shop.commit({"shop/cart.py": "size = 1\n"})
    short = shop.clone(tmp_path / "short", "--depth=1")
    assert around(short, missing=("shop.till",)).never_there == frozenset()
    assert departed(short) == {}
    longer = shop.clone(tmp_path / "longer", "--depth=3")
    assert departed(longer) == {"shop.basket": (removed, "")}


def test_of_a_module_that_moved_on_it_is_known_where_it_is(shop: Repo) -> None:
    shop.commit(THERE)
    moved = shop.rename("shop/basket.py", "shop/bag.py")
    shop.rename("shop/bag.py", "shop/sack.py")
    shop.commit({"shop/sack.py": f"import os\n\n\n{TEXT}"})
    assert around(shop, missing=("shop.basket",)).departed["shop.basket"].by == "shop/bag.py"
    assert departed(shop) == {"shop.basket": (moved, "shop/sack.py")}


def test_a_module_that_moved_and_then_was_removed_is_gone(shop: Repo) -> None:
    shop.commit(THERE)
    moved = shop.rename("shop/basket.py", "shop/bag.py")
    shop.commit({"shop/bag.py": None})
    assert around(shop, missing=("shop.basket",)).departed["shop.basket"].by == "shop/bag.py"
    assert departed(shop) == {"shop.basket": (moved, "")}


def test_a_module_that_moved_there_and_back_again_is_there(shop: Repo) -> None:
    shop.commit(THERE)
    shop.rename("shop/basket.py", "shop/bag.py")
    back = shop.rename("shop/bag.py", "shop/basket.py")
    assert departed(shop, "shop.basket", "shop.bag") == {"shop.bag": (back, "shop/basket.py")}
