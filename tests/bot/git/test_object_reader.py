"""Reading commits, trees and blobs from every kind of repository that people have, hostile ones included."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from analyzers.tree import TreeEntry
from bot.git.git import (
    GitCorruptError,
    GitError,
    IncompleteCloneError,
    NotARepositoryError,
    UnknownRefError,
    UnsafeOwnerError,
)
from bot.git.object_reader import LONGEST_PATH, BlobContent, Change, Missing, Repository, TooLarge, web_url
from tests.repositories import Repo

NOBODY = 65534


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    """A small repository with one commit on `main`."""
    repo = Repo.create(tmp_path / "shop")
    repo.commit({"shop/auth.py": "def verify(): ...\n", "README.md": "# Shop\n"}, message="Begin")
    return repo


def reader(repo: Repo) -> Repository:
    return Repository.discover(repo.path)


def contents(repo: Repo, ids: list[str], **limits: int) -> dict[str, BlobContent]:
    return dict(reader(repo).blobs(ids, **limits))


# --- finding the repository -------------------------------------------------------------------------------------------


def test_a_repository_is_found_from_a_folder_inside_it(shop: Repo) -> None:
    assert Repository.discover(shop.path / "shop").git_dir == shop.path / ".git"


def test_a_repository_is_found_by_a_relative_path(shop: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop.path / "shop")
    assert Repository.discover(Path()).git_dir == shop.path / ".git"


def test_a_linked_work_tree_has_its_own_head_and_the_common_objects(shop: Repo, tmp_path: Path) -> None:
    shop.git("branch", "feature")
    linked = shop.worktree(tmp_path / "linked", "feature")
    head = linked.commit({"new.py": "a = 1\n"})

    found = Repository.discover(linked.path)

    assert found.resolve("HEAD") == head
    assert found.resolve("main") == shop.head()
    assert "new.py" in {entry.path for entry in found.tree(head)}


def test_a_bare_repository_is_read_like_any_other(shop: Repo, tmp_path: Path) -> None:
    bare = shop.clone(tmp_path / "bare.git", "--bare")
    found = Repository.discover(bare.path)
    assert found.resolve("main") == shop.head()
    assert [entry.path for entry in found.tree(shop.head())] == ["README.md", "shop/auth.py"]


def test_a_folder_name_may_hold_anything(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "a\nb `x` ünï")
    head = repo.commit({"a.py": ""})
    assert reader(repo).resolve("HEAD") == head


def test_no_repository_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotARepositoryError, match=r"is not in a git repository$"):
        Repository.discover(tmp_path)
    with pytest.raises(NotARepositoryError, match=r"is not a folder$"):
        Repository.discover(tmp_path / "nowhere")


@pytest.fixture
def foreign(shop: Repo) -> Repo:
    """The shop, in the hands of another user of the machine."""
    if os.getuid() != 0:
        pytest.skip("only root can give a folder to somebody else")
    for path in (shop.path, shop.path / ".git"):
        os.chown(path, NOBODY, NOBODY)
    return shop


def test_somebody_else_s_repository_is_refused_with_the_remedy(
    foreign: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    remedy = f"`git config --global --add safe.directory {foreign.path}`"
    with pytest.raises(UnsafeOwnerError, match="belongs to another user") as caught:
        Repository.discover(foreign.path)
    assert remedy in str(caught.value)


@pytest.mark.parametrize("trusted", ["*", "the folder"])
def test_the_remedy_works(foreign: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: str) -> None:
    folder = "*" if trusted == "*" else foreign.path
    (tmp_path / ".gitconfig").write_text(f"[safe]\n\tdirectory = /elsewhere\n\tdirectory = {folder}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Repository.discover(foreign.path).git_dir == foreign.path / ".git"


# --- naming commits ---------------------------------------------------------------------------------------------------


def test_commits_are_found_by_branch_tag_id_and_expression(shop: Repo) -> None:
    first = shop.head()
    shop.git("tag", "--annotate", "v1", "--message", "One")
    second = shop.commit({"a.py": ""})
    found = reader(shop)
    assert found.resolve("main") == second
    assert found.resolve("v1") == first
    assert found.resolve("HEAD~1") == first
    assert found.resolve(first[:10]) == first


def test_an_unknown_name_is_named_with_its_nearest_neighbours(shop: Repo) -> None:
    shop.git("branch", "feature/cart")
    with pytest.raises(UnknownRefError) as caught:
        reader(shop).resolve("feature/crat")
    assert str(caught.value) == ("there is no branch, tag or commit 'feature/crat' here; did you mean feature/cart?")


def test_a_branch_that_only_origin_has_is_suggested(shop: Repo, tmp_path: Path) -> None:
    shop.git("branch", "release")
    clone = shop.clone(tmp_path / "clone")
    with pytest.raises(UnknownRefError, match=r"did you mean origin/release\?"):
        reader(clone).resolve("release")


@pytest.mark.parametrize("odd", ["", "^main", "main..main", "--all", "-h", "a\nb", "a\0b", "0" * 40, "main:shop"])
def test_an_odd_name_is_an_unknown_one(shop: Repo, odd: str) -> None:
    with pytest.raises(UnknownRefError):
        reader(shop).resolve(odd)


def test_a_repository_without_commits_is_told_apart(tmp_path: Path) -> None:
    empty = Repo.create(tmp_path / "empty")
    with pytest.raises(UnknownRefError, match="no commits yet"):
        reader(empty).resolve("HEAD")


def test_a_commit_is_described(shop: Repo) -> None:
    info = reader(shop).commit_info(shop.head())
    assert (info.sha, info.date, info.subject, info.author) == (
        shop.head(),
        "2024-01-01T00:00:00+00:00",
        "Begin",
        "Ada Example",
    )


@pytest.mark.parametrize(
    ("raw", "date", "subject", "author"),
    [
        (b"author A <a> 1 +0000\ncommitter B <b> 0 +0530\n\nOne\ntwo\n\nthree", "+05:30", "One two", "A"),
        (b"author A <a> 1 +0000\ncommitter B <b> 9999999999999 +0000\n\nx", "1970", "x", "A"),
        (b"author A <a> 1 +0000\ncommitter B <b> 0 -9999\n\nx", "1970", "x", "A"),
        (b"author  <> 1 +0000\ncommitter B <b> 0 +0000\n\n", "1970", "", ""),
        (b"author J\xf6rg <a> 1 +0000\ncommitter B <b> 0 +0000\nencoding latin-1\n\n\xdc", "1970", "Ü", "Jörg"),
        (b"author A <a> 1 +0000\ncommitter B <b> 0 +0000\nencoding no-such\n\n\xff", "1970", "\ufffd", "A"),
        (b"author A <a> 1 +0000\ncommitter B <b> 0 +0000\nencoding idna\n\nx", "1970", "x", "A"),
        (b"", "1970", "", ""),
    ],
)  # fmt: skip
def test_a_commit_may_hold_anything(
    shop: Repo, tmp_path: Path, raw: bytes, date: str, subject: str, author: str
) -> None:
    tree = shop.git("rev-parse", "HEAD^{tree}").encode()
    (tmp_path / "raw").write_bytes(b"tree %s\n%s" % (tree, raw))
    odd = shop.git("hash-object", "-t", "commit", "-w", "--literally", str(tmp_path / "raw"))

    info = reader(shop).commit_info(odd)

    assert date in info.date
    assert (info.subject, info.author) == (subject, author)


# --- the default branch -----------------------------------------------------------------------------------------------


def test_the_default_branch_is_the_one_that_origin_names(shop: Repo, tmp_path: Path) -> None:
    shop.branch("trunk")
    clone = shop.clone(tmp_path / "clone")
    shop.checkout("main")
    assert reader(clone).default_branch() == "origin/trunk"


def test_a_default_branch_may_have_a_slash_in_its_name(shop: Repo, tmp_path: Path) -> None:
    shop.branch("release/2024")
    clone = shop.clone(tmp_path / "clone")
    assert reader(clone).default_branch() == "origin/release/2024"


def test_without_origin_s_word_the_usual_names_are_tried(shop: Repo, tmp_path: Path) -> None:
    clone = shop.clone(tmp_path / "clone")
    clone.git("symbolic-ref", "--delete", "refs/remotes/origin/HEAD")
    clone.branch("feature")
    assert reader(clone).default_branch() == "origin/main"
    clone.git("remote", "remove", "origin")
    assert reader(clone).default_branch() == "main"


def test_what_origin_called_its_default_may_be_gone(shop: Repo, tmp_path: Path) -> None:
    clone = shop.clone(tmp_path / "clone")
    clone.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone")
    assert reader(clone).default_branch() == "origin/main"


def test_a_repository_that_calls_it_master_is_understood(shop: Repo) -> None:
    shop.git("branch", "--move", "master")
    assert reader(shop).default_branch() == "master"


def test_in_a_bare_repository_head_is_the_default_branch(shop: Repo, tmp_path: Path) -> None:
    shop.branch("trunk")
    bare = shop.clone(tmp_path / "bare.git", "--bare")
    assert reader(bare).default_branch() == "trunk"


def test_where_it_cannot_be_told_the_option_is_named(shop: Repo) -> None:
    shop.git("branch", "--move", "production")
    with pytest.raises(UnknownRefError, match="--base"):
        reader(shop).default_branch()


def test_the_default_branch_is_a_name_that_resolves(shop: Repo, tmp_path: Path) -> None:
    clone = reader(shop.clone(tmp_path / "clone"))
    assert clone.resolve(clone.default_branch()) == shop.head()


# --- where histories part ---------------------------------------------------------------------------------------------


def test_the_merge_base_is_where_the_branch_began(shop: Repo) -> None:
    begun = shop.head()
    shop.branch("feature")
    ours = shop.commit({"a.py": ""})
    shop.checkout("main")
    theirs = shop.commit({"b.py": ""})
    assert reader(shop).merge_base(theirs, ours) == begun


def test_after_a_merge_the_merge_base_moves_on(shop: Repo) -> None:
    shop.branch("feature")
    ours = shop.commit({"a.py": ""})
    shop.checkout("main")
    shop.commit({"b.py": ""})
    merged = shop.merge("feature")
    assert reader(shop).merge_base(merged, ours) == ours


def test_histories_without_a_common_commit_have_no_merge_base(shop: Repo) -> None:
    main = shop.head()
    shop.orphan("elsewhere")
    other = shop.commit({"a.py": ""})
    assert reader(shop).merge_base(main, other) is None


def test_a_shallow_clone_that_hides_the_merge_base_says_how_to_get_it(shop: Repo, tmp_path: Path) -> None:
    shop.branch("feature")
    ours = shop.commit({"a.py": ""})
    shop.checkout("main")
    theirs = shop.commit({"b.py": ""})
    clone = reader(shop.clone(tmp_path / "clone", "--depth=1", "--no-single-branch"))
    assert clone.is_shallow()
    with pytest.raises(IncompleteCloneError, match="git fetch --unshallow origin"):
        clone.merge_base(theirs, ours)


def test_a_shallow_clone_is_read_as_far_as_it_goes(shop: Repo, tmp_path: Path) -> None:
    shop.commit({"a.py": "a = 1\n"})
    clone = shop.clone(tmp_path / "clone", "--depth=1")
    head = reader(clone).resolve("HEAD")
    assert {entry.path for entry in reader(clone).tree(head)} == {"README.md", "a.py", "shop/auth.py"}
    assert not reader(shop).is_shallow()


# --- trees ------------------------------------------------------------------------------------------------------------


def test_a_tree_lists_every_file_with_its_blob(shop: Repo) -> None:
    assert reader(shop).tree(shop.head()) == (
        TreeEntry("README.md", shop.blob("README.md"), "100644"),
        TreeEntry("shop/auth.py", shop.blob("shop/auth.py"), "100644"),
    )


def test_links_submodules_and_programs_are_told_apart(shop: Repo) -> None:
    shop.symlink("link.py", "/etc/passwd")
    shop.commit({"run.py": ""})
    shop.executable("run.py")
    shop.git("add", "run.py")
    shop.submodule("vendored", shop.head())
    head = shop.record()
    kinds = {entry.path: entry.kind for entry in reader(shop).tree(head)}
    assert kinds == {
        "README.md": "file",
        "link.py": "symlink",
        "run.py": "file",
        "shop/auth.py": "file",
        "vendored": "submodule",
    }


HOSTILE_NAMES = (
    "with\nnewline.py",
    "with\ttab.py",
    "a|pipe.py",
    "`tick`.py",
    "@mention.py",
    "-dash.py",
    '"quoted".py',
    " space .py",
    "уni\u202ecode.py",
    "back\\slash.py",
)


def test_file_names_come_back_as_they_are(shop: Repo) -> None:
    head = shop.commit(dict.fromkeys(HOSTILE_NAMES, "a = 1\n"))
    assert set(HOSTILE_NAMES) <= {entry.path for entry in reader(shop).tree(head)}


def test_a_file_name_that_is_not_utf_8_survives(shop: Repo) -> None:
    head = shop.commit({os.fsdecode(b"caf\xe9.py"): "a = 1\n"})
    paths = [entry.path for entry in reader(shop).tree(head)]
    assert os.fsdecode(b"caf\xe9.py") in paths


def test_an_empty_tree_is_no_error(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "repo")
    assert reader(repo).tree(repo.commit()) == ()


def test_only_full_ids_name_objects(shop: Repo) -> None:
    for call in (reader(shop).tree, reader(shop).commit_info, lambda ref: list(reader(shop).blobs([ref]))):
        with pytest.raises(ValueError, match="not a full object id"):
            call("main")


# --- single files of a tree -------------------------------------------------------------------------------------------


def found_at(repo: Repo, *paths: str) -> set[str]:
    return {entry.path for entry in reader(repo).entries(repo.head(), paths)}


def test_single_files_are_looked_up(shop: Repo) -> None:
    assert reader(shop).entries(shop.head(), ["shop/auth.py", "shop/gone.py", "gone/auth.py"]) == (
        TreeEntry("shop/auth.py", shop.blob("shop/auth.py"), "100644"),
    )
    assert reader(shop).entries(shop.head(), []) == ()


def test_a_folder_is_no_file(shop: Repo) -> None:
    assert found_at(shop, "shop", "shop/", "", ".", "README.md/x") == set()


def test_links_and_submodules_are_looked_up_too(shop: Repo) -> None:
    shop.symlink("link.py", "/etc/passwd")
    shop.commit()
    shop.submodule("vendored", shop.head())
    shop.record()
    assert found_at(shop, "link.py", "vendored", "vendored/setup.py") == {"link.py", "vendored"}


def test_a_looked_up_name_means_itself_and_nothing_else(shop: Repo) -> None:
    odd = (*HOSTILE_NAMES, ":(glob)*.py", ":/x.py", "[a-z].py", "*.py", os.fsdecode(b"caf\xe9.py"))
    shop.commit({**dict.fromkeys(odd, "a = 1\n"), "a.py": "a = 1\n"})
    assert found_at(shop, *odd) == set(odd)
    for name in odd:
        assert found_at(shop, name) == {name}


def test_names_that_no_file_can_have_are_not_there(shop: Repo) -> None:
    assert found_at(shop, "../x.py", "/etc/passwd", "a\0b.py", "x" * (LONGEST_PATH + 1), "x" * LONGEST_PATH) == set()


def test_many_files_are_looked_up_at_once(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "repo")
    names = {f"{'long' * 20}/m{number}.py" for number in range(1000)}
    repo.commit(dict.fromkeys(names, "a = 1\n"))
    assert found_at(repo, *names) == names


# --- changes ----------------------------------------------------------------------------------------------------------


def changes(repo: Repo, base: str, head: str) -> dict[str, Change]:
    return {change.path: change for change in reader(repo).changes(base, head)}


def test_every_kind_of_change_is_told(shop: Repo) -> None:
    base = shop.commit({"gone.txt": "gone\n", "same.py": "a = 1\n", "tool.py": "a = 2\n"})
    gone, readme, tool = (shop.blob(name) for name in ("gone.txt", "README.md", "tool.py"))
    shop.executable("tool.py")
    head = shop.commit({"gone.txt": None, "README.md": "# Shop!\n", "new.toml": "a = 1\n", "tool.py": "a = 2\n"})
    assert changes(shop, base, head) == {
        "README.md": Change("README.md", None, readme, shop.blob("README.md"), "100644", "100644"),
        "gone.txt": Change("gone.txt", None, gone, None, "100644", None),
        "new.toml": Change("new.toml", None, None, shop.blob("new.toml"), None, "100644"),
        "tool.py": Change("tool.py", None, tool, tool, "100644", "100755"),
    }


def test_a_change_has_the_file_as_it_is_at_the_head(shop: Repo) -> None:
    base = shop.head()
    head = shop.commit({"README.md": None, "new.py": "a = 1\n"})
    found = changes(shop, base, head)
    assert found["README.md"].entry is None
    assert found["new.py"].entry == TreeEntry("new.py", shop.blob("new.py"), "100644")


def test_nothing_changed_is_no_change(shop: Repo) -> None:
    assert changes(shop, shop.head(), shop.head()) == {}


def test_a_file_that_becomes_a_link_is_one_change(shop: Repo) -> None:
    base = shop.head()
    (shop.path / "shop" / "auth.py").unlink()
    shop.symlink("shop/auth.py", "/etc/passwd")
    found = changes(shop, base, shop.commit())["shop/auth.py"]
    assert (found.old_mode, found.new_mode) == ("100644", "120000")
    assert found.entry is not None
    assert found.entry.kind == "symlink"


def test_a_moved_python_file_is_one_change(shop: Repo) -> None:
    base = shop.commit({"shop/cart.py": BODY})
    old = shop.blob("shop/cart.py")
    head = shop.commit({"shop/cart.py": None, "basket.py": BODY + "x = 1\n", "more.py": "y = 1\n"})
    assert changes(shop, base, head) == {
        "basket.py": Change("basket.py", "shop/cart.py", old, shop.blob("basket.py"), "100644", "100644"),
        "more.py": Change("more.py", None, None, shop.blob("more.py"), None, "100644"),
    }


def test_other_files_that_move_go_and_come(shop: Repo) -> None:
    base = shop.head()
    head = shop.rename("README.md", "docs/README.md")
    found = changes(shop, base, head)
    assert {path: (change.old_path, change.entry is None) for path, change in found.items()} == {
        "README.md": (None, True),
        "docs/README.md": (None, False),
    }


def test_changes_of_hostile_names_come_back_as_they_are(shop: Repo) -> None:
    names = (*HOSTILE_NAMES, os.fsdecode(b"caf\xe9.py"))
    base = shop.head()
    head = shop.commit(dict.fromkeys(names, "a = 1\n"))
    assert set(changes(shop, base, head)) == set(names)


# --- renames ----------------------------------------------------------------------------------------------------------

BODY = "".join(f"def step_{number}(): return {number}\n" for number in range(30))


def test_a_moved_file_is_recognised(shop: Repo) -> None:
    base = shop.commit({"shop/cart.py": BODY})
    head = shop.rename("shop/cart.py", "shop/basket/cart.py")
    assert reader(shop).renames(base, head) == {"shop/basket/cart.py": "shop/cart.py"}


def test_a_moved_file_that_changed_a_little_is_recognised(shop: Repo) -> None:
    base = shop.commit({"shop/cart.py": BODY})
    head = shop.commit({"shop/cart.py": None, "shop/basket.py": BODY + "x = 1\n"})
    assert reader(shop).renames(base, head) == {"shop/basket.py": "shop/cart.py"}


def test_new_files_copies_and_other_languages_are_no_renames(shop: Repo) -> None:
    base = shop.commit({"a.py": BODY, "notes.txt": BODY + "notes\n"})
    head = shop.commit({"copy.py": BODY, "notes.txt": None, "text.txt": BODY + "notes\n", "new.py": "b = 1\n"})
    assert reader(shop).renames(base, head) == {}


def test_an_empty_file_that_went_is_not_another_one_that_came(shop: Repo) -> None:
    base = shop.commit({"shop/__init__.py": "", "README.md": "shop"})
    head = shop.commit({"shop/__init__.py": None, "other/__init__.py": ""})
    assert reader(shop).renames(base, head) == {}


def test_hostile_names_can_be_renamed(shop: Repo) -> None:
    base = shop.commit({"a\nb.py": BODY})
    head = shop.rename("a\nb.py", "`c`|@d.py")
    assert reader(shop).renames(base, head) == {"`c`|@d.py": "a\nb.py"}


# --- blobs ------------------------------------------------------------------------------------------------------------


def test_blobs_come_in_the_order_asked_for(shop: Repo) -> None:
    shop.commit({"a.py": "a = 1\n", "empty.py": "", "null.py": b"\0\n\xff", "last.py": "no newline"})
    ids = [shop.blob(name) for name in ("last.py", "empty.py", "a.py", "null.py", "a.py")]
    assert list(reader(shop).blobs(ids)) == [
        (ids[0], b"no newline"),
        (ids[1], b""),
        (ids[2], b"a = 1\n"),
        (ids[3], b"\0\n\xff"),
        (ids[4], b"a = 1\n"),
    ]


def test_asking_for_no_blobs_is_no_error(shop: Repo) -> None:
    assert list(reader(shop).blobs([])) == []


def test_a_blob_above_the_limit_is_not_loaded_and_the_next_one_is(shop: Repo) -> None:
    shop.commit({"large.py": "x" * 5_000_000, "limit.py": "y" * 1000, "small.py": "a = 1\n"})
    large, limit, small = (shop.blob(name) for name in ("large.py", "limit.py", "small.py"))
    assert contents(shop, [large, limit, small], max_bytes=1000) == {
        large: TooLarge(5_000_000),
        limit: b"y" * 1000,
        small: b"a = 1\n",
    }


def test_an_unknown_blob_is_missing(shop: Repo) -> None:
    known, unknown = shop.blob("README.md"), "1" * 40
    assert contents(shop, [unknown, known]) == {unknown: Missing(), known: b"# Shop\n"}


def test_what_is_no_blob_is_missing_too(shop: Repo) -> None:
    assert contents(shop, [shop.head()]) == {shop.head(): Missing()}


def test_thousands_of_blobs_and_a_reader_that_stops_early_block_nobody(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "repo")
    repo.commit({f"m{number}.py": f"x = {number}\n" * 100 for number in range(2000)})
    ids = [entry.blob for entry in reader(repo).tree(repo.head())]
    stream = reader(repo).blobs(ids)
    first = next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert first[0] == ids[0]
    assert [blob for blob, _ in reader(repo).blobs(ids)] == ids


def test_a_damaged_blob_is_an_error_that_says_so(shop: Repo) -> None:
    blob = shop.blob("README.md")
    loose = shop.path / ".git" / "objects" / blob[:2] / blob[2:]
    loose.chmod(0o644)
    loose.write_bytes(b"garbage")
    with pytest.raises(GitCorruptError):
        list(reader(shop).blobs([blob]))


# --- partial clones ---------------------------------------------------------------------------------------------------


@pytest.fixture
def partial(shop: Repo, tmp_path: Path) -> Repo:
    """A clone that left out every file above 1 kB; it could ask its origin for them, and must not."""
    shop.commit({"large.py": "x = 1\n" * 1000, "small.py": "a = 1\n"})
    shop.git("config", "uploadpack.allowFilter", "true")
    return shop.clone(tmp_path / "partial.git", "--bare", "--filter=blob:limit=1k")


def test_what_a_partial_clone_left_out_is_missing_and_the_rest_is_there(shop: Repo, partial: Repo) -> None:
    large, small, readme = (shop.blob(name) for name in ("large.py", "small.py", "README.md"))
    assert list(reader(partial).blobs([small, large, readme, large])) == [
        (small, b"a = 1\n"),
        (large, Missing()),
        (readme, b"# Shop\n"),
        (large, Missing()),
    ]


def test_nothing_is_fetched_for_it(shop: Repo, partial: Repo) -> None:
    before = sorted((partial.path / "objects").rglob("*"))
    list(reader(partial).blobs([shop.blob("large.py")]))
    assert sorted((partial.path / "objects").rglob("*")) == before


def test_a_moved_file_without_its_blob_is_recognised_if_it_did_not_change(shop: Repo, tmp_path: Path) -> None:
    base = shop.commit({"large.py": BODY * 100, "other.py": BODY * 90})
    head = shop.commit({"large.py": None, "moved.py": BODY * 100, "other.py": None, "rest.py": BODY * 91})
    shop.git("config", "uploadpack.allowFilter", "true")
    clone = shop.clone(tmp_path / "partial.git", "--bare", "--filter=blob:limit=1k")
    assert reader(clone).renames(base, head) == {"moved.py": "large.py"}
    moved = {change.path: change.old_path for change in reader(clone).changes(base, head)}
    assert moved == {"moved.py": "large.py", "other.py": None, "rest.py": None}


# --- hostile repositories ---------------------------------------------------------------------------------------------


def read_everything(repo: Repo) -> None:
    found = reader(repo)
    head, first = found.resolve("HEAD"), found.resolve("HEAD~1")
    found.default_branch()
    found.merge_base(first, head)
    found.renames(first, head)
    found.changes(first, head)
    found.entries(head, ["shop/auth.py"])
    found.commit_info(head)
    found.remote_web_url()
    list(found.blobs([entry.blob for entry in found.tree(head)]))


@pytest.mark.parametrize(
    "setting",
    [
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "core.askPass",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "credential.helper",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.smudge",
        "filter.evil.process",
        "gpg.program",
        "remote.origin.uploadpack",
        "uploadpack.packObjectsHook",
        *(f"alias.{verb}" for verb in ("rev-parse", "ls-tree", "cat-file", "diff-tree", "merge-base", "config")),
    ],
)
def test_no_setting_of_a_repository_runs_a_program(shop: Repo, partial: Repo, tmp_path: Path, setting: str) -> None:
    partial.git("config", "core.bare", "false")
    for repo in (shop, partial):
        repo.git("config", setting, f"{'!' if setting.startswith('alias.') else ''}touch {tmp_path}/was-run; false")
        repo.git("config", "log.showSignature", "true")
    (shop.path / ".git" / "info" / "attributes").write_text("*.py diff=evil filter=evil\n")
    read_everything(shop)
    read_everything(partial)
    assert not (tmp_path / "was-run").exists()


def test_no_hook_of_a_repository_runs(shop: Repo, tmp_path: Path) -> None:
    shop.commit({"a.py": ""})
    for name in ("post-checkout", "reference-transaction", "fsmonitor-watchman", "post-index-change"):
        hook = shop.path / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\n")
        hook.chmod(0o755)
    read_everything(shop)
    assert not (tmp_path / "was-run").exists()


def test_replaced_objects_do_not_hide_what_was_committed(shop: Repo) -> None:
    shop.commit({"real.py": "real = 1\n", "fake.py": "fake = 1\n"})
    real, fake = shop.blob("real.py"), shop.blob("fake.py")
    shop.git("replace", real, fake)
    assert contents(shop, [real]) == {real: b"real = 1\n"}


def break_head(repo: Repo) -> None:
    (repo.path / ".git" / "HEAD").write_bytes(b"\0\xff\n")


def break_config(repo: Repo) -> None:
    (repo.path / ".git" / "config").write_text("[nonsense\n")


def break_tree(repo: Repo) -> None:
    tree = repo.git("rev-parse", "HEAD^{tree}")
    (repo.path / ".git" / "objects" / tree[:2] / tree[2:]).unlink()


@pytest.mark.parametrize("damage", [break_head, break_config, break_tree])
def test_a_broken_repository_is_an_error_and_never_a_crash(shop: Repo, damage: Callable[[Repo], None]) -> None:
    shop.commit({"a.py": ""})
    damage(shop)
    with pytest.raises(GitError):
        read_everything(shop)


# --- the address on the web -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/owner/name.git", "https://github.com/owner/name"),
        ("https://github.com/owner/name/", "https://github.com/owner/name"),
        ("https://me:secret@github.com/owner/name", "https://github.com/owner/name"),
        ("http://ghe.example:8443/owner/name.git", "https://ghe.example:8443/owner/name"),
        ("git@github.com:owner/name.git", "https://github.com/owner/name"),
        ("github.com:owner/name", "https://github.com/owner/name"),
        ("ssh://git@github.com/owner/name.git", "https://github.com/owner/name"),
        ("ssh://git@ssh.github.com:443/owner/name.git", "https://github.com/owner/name"),
        ("git://github.com/owner/name.git", "https://github.com/owner/name"),
        ("https://gitlab.example/group/sub/name.git", "https://gitlab.example/group/sub/name"),
        ("https://github.com/owner/name.github.io", "https://github.com/owner/name.github.io"),
        ("/srv/git/name.git", None),
        ("file:///srv/git/name.git", None),
        ("../name.git", None),
        ("C:\\code\\name", None),
        ("work:owner/name", None),
        ("https://github.com/owner", None),
        ("https://github.com/owner/na me", None),
        ("https://github.com/owner/name](javascript:x)", None),
        ("ext::sh -c evil", None),
        ("", None),
    ],
)
def test_a_remote_s_address_becomes_the_page_on_the_web(remote: str, address: str | None) -> None:
    assert web_url(remote) == address


def test_the_address_comes_from_origin(shop: Repo) -> None:
    assert reader(shop).remote_web_url() is None
    shop.git("remote", "add", "origin", "git@github.com:owner/name.git")
    assert reader(shop).remote_web_url() == "https://github.com/owner/name"


# --- comparing many commits -------------------------------------------------------------------------------------------


def compared(repo: Repo, *pairs: tuple[str, str | None]) -> list[tuple[str, list[str]]]:
    told = reader(repo).differences(pairs, lambda path, _: path.endswith(".py"))
    return [(commit, [change.path for change in changes]) for commit, changes in told]


def test_commits_are_compared_with_those_beside_them_in_the_order_asked_for(shop: Repo) -> None:
    first = shop.head()
    second = shop.commit({"shop/cart.py": "", "notes.md": ""})
    third = shop.commit({"shop/cart.py": "a = 1\n", "shop/auth.py": None})
    assert compared(shop, (third, second), (first, None), (third, first)) == [
        (third, ["shop/auth.py", "shop/cart.py"]),
        (first, ["shop/auth.py"]),
        (third, ["shop/auth.py", "shop/cart.py"]),
    ]
    assert compared(shop) == []


def test_commits_without_a_change_that_is_asked_for_are_not_told(shop: Repo) -> None:
    first = shop.head()
    second = shop.commit({"notes.md": ""})
    assert compared(shop, (second, first), (first, first)) == []


def test_a_file_on_one_side_is_told_from_one_that_changed(shop: Repo) -> None:
    first = shop.head()
    second = shop.commit({"shop/cart.py": "", "shop/auth.py": "a = 1\n"})
    told = dict(reader(shop).differences([(second, first)], lambda _, on_one_side: on_one_side))
    assert [(change.path, change.old_blob) for change in told[second]] == [("shop/cart.py", None)]


def test_a_commit_that_is_not_there_is_said(shop: Repo) -> None:
    with pytest.raises(GitError):
        compared(shop, (shop.head(), "f" * 40))


def test_branches_are_told_newest_first_and_without_their_remote_s_name(shop: Repo, tmp_path: Path) -> None:
    shop.branch("a/feature")
    newest = shop.commit({"a.py": ""}, message="Add a")
    clone = shop.clone(tmp_path / "clone")
    clone.git("tag", "v1")
    (clone.git_dir / "refs/heads/odd").write_text(f"{clone.blob('a.py')}\n")
    tips = reader(clone).branches()
    assert [tip.name for tip in tips] == ["a/feature", "a/feature", "main"]
    assert (tips[0].commit.sha, tips[0].commit.subject) == (newest, "Add a")
    assert tips[0].commit == reader(clone).commit_info(newest)


def test_what_parted_is_told_with_its_parents_up_to_a_limit(shop: Repo) -> None:
    base = shop.head()
    shop.branch("feature")
    first = shop.commit({"a.py": ""})
    second = shop.commit({"b.py": ""})
    found = reader(shop)
    assert found.unmerged([second, base], base, most=2) == {second: (first,), first: (base,)}
    assert found.unmerged([second], base, most=1) is None
    assert found.unmerged([base], second, most=1) == {}
