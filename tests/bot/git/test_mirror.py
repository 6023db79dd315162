"""Mirrors, against a real git server over HTTP: fetching, refusing, breaking, and many at once."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.git.git import (
    Command,
    GitError,
    GitRefusedError,
    GitTimeoutError,
    GitTooLargeError,
    GitUnavailableError,
    UnknownRefError,
    killed_at_the_end,
    start_git,
)
from bot.git.mirror import Mirror, MirrorLimits, mirror_path
from bot.git.object_reader import Missing
from bot.stores.file_lock import LockTimeoutError, held
from tests.bot.smart_http import BASIC, TOKEN, GitServer, serving
from tests.repositories import Repo

MAIN, PULL = "refs/heads/main", "refs/pull/7/head"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    with serving(tmp_path / "hosted") as running:
        yield running


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    """A repository on the server, `main` and pull request 7."""
    repo = Repo.create(tmp_path / "hosted" / "owner" / "shop")
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.commit({"shop/auth.py": "def verify(): ...\n"})
    repo.branch("feature")
    repo.commit({"shop/cart.py": "from shop.auth import verify\n"})
    open_pull_request(repo)
    repo.checkout("main")
    return repo


def open_pull_request(repo: Repo, number: int = 7) -> str:
    """Make the current commit the head of a pull request, as GitHub does on a push."""
    repo.git("update-ref", f"refs/pull/{number}/head", "HEAD")
    return repo.head()


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    return mirror_of(tmp_path)


def mirror_of(tmp_path: Path, limits: MirrorLimits | None = None) -> Mirror:
    return Mirror(mirror_path(tmp_path / "data", "github.example", 42), limits or MirrorLimits(seconds=30))


def everything_below(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file())


# --- fetching ---------------------------------------------------------------------------------------------------------


def test_the_refs_that_are_needed_arrive_and_nothing_else(shop: Repo, server: GitServer, mirror: Mirror) -> None:
    shop.git("tag", "v1")
    shop.git("branch", "other")

    commits = mirror.fetch(server.remote("owner/shop"), [MAIN, PULL])

    assert commits == {MAIN: shop.git("rev-parse", "main"), PULL: shop.git("rev-parse", "feature")}
    kept = Repo(mirror.path).git("for-each-ref", "--format=%(refname)").splitlines()
    assert kept == ["refs/fifthwhy/heads/main", "refs/fifthwhy/pull/7%2Fhead"]
    paths = {entry.path for entry in mirror.repository.tree(commits[PULL])}
    assert paths == {"shop/auth.py", "shop/cart.py"}


def test_a_mirror_lies_below_the_data_folder_by_host_and_repository(tmp_path: Path) -> None:
    assert mirror_path(tmp_path, "github.com", 42) == tmp_path / "mirrors" / "github.com" / "42.git"
    assert mirror_path(tmp_path, "GHE.local:8443", 42) == tmp_path / "mirrors" / "ghe.local_8443" / "42.git"
    assert mirror_path(tmp_path, "../../x", 42) == tmp_path / "mirrors" / "_.._x" / "42.git"


def test_a_second_fetch_brings_what_is_new(shop: Repo, server: GitServer, mirror: Mirror) -> None:
    before = mirror.fetch(server.remote("owner/shop"), [MAIN])
    new = shop.commit({"new.py": ""})
    assert mirror.fetch(server.remote("owner/shop"), [MAIN]) == {MAIN: new}
    assert mirror.repository.merge_base(before[MAIN], new) == before[MAIN]


def test_after_a_force_push_the_new_head_is_known_and_the_old_one_stays_readable(
    shop: Repo, server: GitServer, mirror: Mirror
) -> None:
    old = mirror.fetch(server.remote("owner/shop"), [MAIN, PULL])[PULL]
    shop.orphan("rewritten")
    shop.commit({"other.py": "x = 1\n"})
    rewritten = open_pull_request(shop)

    commits = mirror.fetch(server.remote("owner/shop"), [MAIN, PULL])

    assert commits[PULL] == rewritten
    assert mirror.repository.merge_base(commits[MAIN], rewritten) is None
    assert "shop/cart.py" in {entry.path for entry in mirror.repository.tree(old)}


def test_a_deleted_branch_is_named(shop: Repo, server: GitServer, mirror: Mirror) -> None:
    mirror.fetch(server.remote("owner/shop"), ["refs/heads/feature"])
    shop.git("branch", "--delete", "--force", "feature")
    with pytest.raises(UnknownRefError, match="refs/heads/feature"):
        mirror.fetch(server.remote("owner/shop"), ["refs/heads/feature"])


def test_a_branch_may_take_the_place_of_a_deleted_one_that_its_name_begins_with(
    shop: Repo, server: GitServer, mirror: Mirror
) -> None:
    mirror.fetch(server.remote("owner/shop"), ["refs/heads/feature"])
    shop.git("branch", "--move", "feature", "feature/cart")
    assert mirror.fetch(server.remote("owner/shop"), ["refs/heads/feature/cart"])


@pytest.mark.parametrize("name", ["ünï/cödé", "a%2Fb", "semi;colon", "$(touch)", "`x`", "@mention", "-dash"])
def test_branch_names_may_be_odd(shop: Repo, server: GitServer, mirror: Mirror, name: str) -> None:
    shop.git("update-ref", f"refs/heads/{name}", "HEAD")
    assert mirror.fetch(server.remote("owner/shop"), [f"refs/heads/{name}"])


@pytest.mark.parametrize(
    "ref",
    ["main", "--upload-pack=evil", "refs/heads/a:refs/heads/b", "+refs/heads/a", "refs/heads/*", "refs/heads/a b",
     "refs/heads/a..b", "refs/heads/a\n", "refs/heads/", "refs/heads/a.lock", ""],
)  # fmt: skip
def test_what_is_no_ref_never_reaches_git(shop: Repo, server: GitServer, mirror: Mirror, ref: str) -> None:
    with pytest.raises(UnknownRefError):
        mirror.fetch(server.remote("owner/shop"), [ref])
    assert server.requests == []


def test_large_files_stay_on_the_server_and_are_missing_here(shop: Repo, server: GitServer, tmp_path: Path) -> None:
    shop.commit({"large.py": "x" * 1001, "limit.py": "y" * 1000})
    mirror = mirror_of(tmp_path, MirrorLimits(max_file_bytes=1000, seconds=30))
    mirror.fetch(server.remote("owner/shop"), [MAIN])
    asked = len(server.requests)

    found = dict(mirror.repository.blobs([shop.blob("large.py"), shop.blob("limit.py")]))

    assert found == {shop.blob("large.py"): Missing(), shop.blob("limit.py"): b"y" * 1000}
    assert len(server.requests) == asked


def test_when_the_size_limit_is_raised_the_larger_files_come(shop: Repo, server: GitServer, tmp_path: Path) -> None:
    shop.commit({"large.py": "x" * 2000})
    for limit, expected in ((1000, Missing()), (3000, b"x" * 2000)):
        mirror = mirror_of(tmp_path, MirrorLimits(max_file_bytes=limit, seconds=30))
        mirror.fetch(server.remote("owner/shop"), [MAIN])
        assert dict(mirror.repository.blobs([shop.blob("large.py")])) == {shop.blob("large.py"): expected}


# --- the token --------------------------------------------------------------------------------------------------------


def command_lines() -> list[bytes]:
    lines = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(process.read_bytes())
        except OSError:  # it ended meanwhile
            continue
    return lines


def test_the_token_is_in_no_argument_list_file_or_log_line(
    shop: Repo, server: GitServer, mirror: Mirror, tmp_path: Path
) -> None:
    seen: list[bytes] = []
    server.on_request = lambda path: seen.extend(command_lines())

    with capture_logs() as logged:
        mirror.fetch(server.remote("owner/shop"), [MAIN, PULL])
        (mirror.path / "HEAD").write_text("damaged")
        mirror.fetch(server.remote("owner/shop"), [MAIN, PULL])

    if Path("/proc").exists():
        assert any(b"git" in line and b"fetch" in line for line in seen)
    written = everything_below(tmp_path / "data")
    assert b"partialclonefilter" in written.lower()
    for secret in (TOKEN.encode(), BASIC.encode()):
        assert not any(secret in line for line in seen)
        assert secret not in written
        assert secret not in repr(logged).encode()


def test_the_address_is_not_kept_either(shop: Repo, server: GitServer, mirror: Mirror) -> None:
    mirror.fetch(server.remote("owner/shop"), [MAIN])
    assert server.address.encode() not in everything_below(mirror.path)


@pytest.mark.parametrize("token", ["wrong", None])
def test_a_wrong_or_missing_token_is_refused_without_a_question(
    shop: Repo, server: GitServer, mirror: Mirror, token: str | None
) -> None:
    with pytest.raises(GitRefusedError, match="/owner/shop") as caught:
        mirror.fetch(server.remote("owner/shop", token), [MAIN])
    assert "wrong" not in str(caught.value)


def test_a_redirect_is_not_followed_and_the_token_stays_here(
    shop: Repo, server: GitServer, mirror: Mirror, tmp_path: Path
) -> None:
    with serving(tmp_path / "hosted") as elsewhere:
        server.redirects_to = elsewhere.address
        with pytest.raises(GitRefusedError):
            mirror.fetch(server.remote("owner/shop"), [MAIN])
        assert elsewhere.requests == []


# --- servers that fail ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(403, GitRefusedError), (404, GitRefusedError), (429, GitUnavailableError), (500, GitUnavailableError),
     (503, GitUnavailableError)],
)  # fmt: skip
def test_the_server_s_answer_says_whether_trying_again_may_help(
    shop: Repo, server: GitServer, mirror: Mirror, status: int, meaning: type[GitError]
) -> None:
    server.fails_with = status
    with pytest.raises(meaning) as caught:
        mirror.fetch(server.remote("owner/shop"), [MAIN])
    assert "/owner/shop" in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_a_repository_that_is_not_there_is_refused(shop: Repo, server: GitServer, mirror: Mirror) -> None:
    with pytest.raises(GitRefusedError, match="/owner/gone"):
        mirror.fetch(server.remote("owner/gone"), [MAIN])


def test_after_a_failure_the_next_fetch_works(shop: Repo, server: GitServer, mirror: Mirror) -> None:
    server.fails_with = 500
    with pytest.raises(GitUnavailableError):
        mirror.fetch(server.remote("owner/shop"), [MAIN])
    server.fails_with = None
    assert mirror.fetch(server.remote("owner/shop"), [MAIN])


def test_a_server_that_stalls_costs_the_time_limit(shop: Repo, server: GitServer, tmp_path: Path) -> None:
    mirror = mirror_of(tmp_path, MirrorLimits(seconds=0.3))
    given_up = threading.Event()

    def stall(path: str) -> None:
        given_up.wait()

    server.on_request = stall
    try:
        with pytest.raises(GitTimeoutError, match=r"/owner/shop did not arrive within 0\.3 seconds"):
            mirror.fetch(server.remote("owner/shop"), [MAIN])
    finally:
        given_up.set()


def test_a_repository_above_the_size_limit_is_refused_in_plain_words(
    shop: Repo, server: GitServer, tmp_path: Path
) -> None:
    shop.commit({"noise.py": random.Random(1).randbytes(3_000_000)})  # noqa: S311
    mirror = mirror_of(tmp_path, MirrorLimits(max_file_bytes=10_000_000, max_bytes=2 * 1024 * 1024, seconds=30))
    with pytest.raises(GitTooLargeError, match="/owner/shop is larger than the 2 MB that a mirror may have"):
        mirror.fetch(server.remote("owner/shop"), [MAIN])


# --- damage -----------------------------------------------------------------------------------------------------------


def cut_pack(path: Path) -> None:
    for pack in (path / "objects" / "pack").glob("*.pack"):
        pack.chmod(0o644)
        pack.write_bytes(pack.read_bytes()[:40])


def empty_index(path: Path) -> None:
    for index in (path / "objects" / "pack").glob("*.idx"):
        index.chmod(0o644)
        index.write_bytes(b"")


def lose_packs(path: Path) -> None:
    for pack in (path / "objects" / "pack").iterdir():
        pack.unlink()


def spoil_config(path: Path) -> None:
    (path / "config").write_text("[core\n")


def spoil_head(path: Path) -> None:
    (path / "HEAD").write_bytes(b"\0\0\0")


def spoil_ref(path: Path) -> None:
    (path / "refs" / "fifthwhy" / "heads" / "main").write_bytes(b"\0" * 41)


def lose_all_but_the_folder(path: Path) -> None:
    for part in ("HEAD", "config"):
        (path / part).unlink()


@pytest.mark.parametrize(
    "damage", [cut_pack, empty_index, lose_packs, spoil_config, spoil_head, spoil_ref, lose_all_but_the_folder]
)
def test_a_damaged_mirror_is_made_anew(
    shop: Repo, server: GitServer, mirror: Mirror, damage: Callable[[Path], None]
) -> None:
    first = mirror.fetch(server.remote("owner/shop"), [MAIN])
    damage(mirror.path)
    assert mirror.fetch(server.remote("owner/shop"), [MAIN]) == first
    assert dict(mirror.repository.blobs([shop.blob("shop/auth.py")]))
    assert {path.name for path in mirror.path.parent.iterdir()} == {"42.git", "42.lock"}


def test_damage_that_reading_finds_can_be_thrown_away(shop: Repo, server: GitServer, mirror: Mirror) -> None:
    first = mirror.fetch(server.remote("owner/shop"), [MAIN])
    mirror.discard()
    assert not mirror.path.exists()
    assert mirror.fetch(server.remote("owner/shop"), [MAIN]) == first


def test_what_a_killed_process_left_is_cleared_away(shop: Repo, server: GitServer, mirror: Mirror) -> None:
    mirror.fetch(server.remote("owner/shop"), [MAIN])
    leftovers = [
        mirror.path / "config.lock",
        mirror.path / "refs" / "fifthwhy" / "heads" / "main.lock",
        mirror.path / "objects" / "pack" / "tmp_pack_AbCdEf",
        mirror.path.with_name("42.git.new") / "HEAD",
        mirror.path.with_name("42.git.old-12ab34cd") / "HEAD",
    ]
    for leftover in leftovers:
        leftover.parent.mkdir(exist_ok=True)
        leftover.touch()
    new = shop.commit({"new.py": ""})

    assert mirror.fetch(server.remote("owner/shop"), [MAIN]) == {MAIN: new}
    assert not any(leftover.exists() for leftover in leftovers)


# --- many at once -----------------------------------------------------------------------------------------------------

FETCH_AND_READ = """
import sys
from pathlib import Path
from bot.git.git import Remote
from bot.git.mirror import Mirror, MirrorLimits
path, address, token, number = sys.argv[1:]
mirror = Mirror(Path(path), MirrorLimits(seconds=60))
ref = f"refs/pull/{number}/head"
commit = mirror.fetch(Remote(address, token=token, plain_http=True), ["refs/heads/main", ref])[ref]
blobs = [entry.blob for entry in mirror.repository.tree(commit)]
print(commit, sum(1 for _, content in mirror.repository.blobs(blobs) if isinstance(content, bytes)))
"""


def test_processes_that_fetch_and_read_at_once_do_not_disturb_each_other(
    shop: Repo, server: GitServer, mirror: Mirror
) -> None:
    heads = []
    for number in range(1, 7):
        shop.checkout("main")
        shop.branch(f"change-{number}")
        shop.commit({f"m{number}.py": "x = 1\n"})
        heads.append(open_pull_request(shop, number))

    remote = server.remote("owner/shop")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", FETCH_AND_READ, str(mirror.path), remote.url, TOKEN, str(number)],
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(1, 7)
    ]
    answers = [process.communicate()[0].split()[-2:] for process in processes]

    assert answers == [[head, "2"] for head in heads]


def test_a_mirror_that_somebody_else_holds_is_busy(shop: Repo, server: GitServer, tmp_path: Path) -> None:
    mirror = mirror_of(tmp_path, MirrorLimits(seconds=0.1))
    mirror.path.parent.mkdir(parents=True)
    with held(mirror.path.with_suffix(".lock"), 1), pytest.raises(GitUnavailableError, match="busy"):
        mirror.fetch(server.remote("owner/shop"), [MAIN])


def test_a_git_that_outlives_its_worker_keeps_the_lock_until_it_ends(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with held(lock, 1) as descriptor:
        orphan = start_git(Command(["-c", "alias.hang=!exec sleep 1000", "hang"], keep_open=(descriptor,)))
    with orphan, killed_at_the_end(orphan), pytest.raises(LockTimeoutError), held(lock, 0.1):
        pass
    with held(lock, 1):
        pass


def test_many_fetches_do_not_leave_many_packs_and_lose_nothing(shop: Repo, server: GitServer, tmp_path: Path) -> None:
    mirror = mirror_of(tmp_path, MirrorLimits(most_packs=3, seconds=30))
    shop.commit({"large.py": "x" * 2_000_000})
    old_head = mirror.fetch(server.remote("owner/shop"), [MAIN, PULL])[PULL]
    reading = mirror.repository.blobs([shop.blob("shop/auth.py")] * 3)
    next(reading)
    for number in range(8):
        shop.orphan(f"rewritten-{number}")
        shop.commit({f"m{number}.py": f"x = {number}\n"})
        open_pull_request(shop)
        mirror.fetch(server.remote("owner/shop"), [MAIN, PULL])

    assert len(list((mirror.path / "objects" / "pack").glob("*.pack"))) <= 3
    assert [content for _, content in reading] == [b"def verify(): ...\n"] * 2
    assert "shop/cart.py" in {entry.path for entry in mirror.repository.tree(old_head)}
    Repo(mirror.path).git("fsck", "--connectivity-only")
