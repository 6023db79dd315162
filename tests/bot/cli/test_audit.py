"""The command line as a person or a pipeline uses it: real processes on real repositories."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import pytest

from analyzers.report import Report
from bot.version import VERSION
from tests.bot.settings.test_settings import enough
from tests.repositories import Content, Repo

FIFTHWHY: Final = [sys.executable, "-P", "-m", "bot"]
POLICY: Final = "symbols:\n  - name: Cart\n    canonical: shop.cart\n"
SHOP: Final[Mapping[str, Content]] = {
    ".github/fifthwhy.yml": POLICY,
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n",
    "shop/models.py": "from shop.cart import Cart\n",
    "shop/page.py": "from shop.models import Cart\n",
}
STRAY: Final = "from shop.models import Cart\n"
BROKEN_POLICY: Final = "symbols:\n  - name: Cart\n    canonicle: shop.cart\nlegasy: []\n"
INTRODUCES_ONE: Final = "This change introduces 1 import off the canonical path."
ESCAPES: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What moves a cursor, changes a colour or turns text around."""

A_TEST_FAILS_AFTER_SECONDS: Final = 60


@dataclass(frozen=True)
class Ran:
    """A command that has come to its end."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class User:
    """Somebody with an empty home directory, and nothing set."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "FIFTHWHY_DATA_DIR": str(self.home / "data")}

    def runs(self, *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Ran:
        """Run `fifthwhy` with these arguments, here and with nothing set but what is given, to its end."""
        done = subprocess.run(
            [*FIFTHWHY, *map(str, arguments)],
            cwd=cwd or self.home,
            env={**self.environment, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=A_TEST_FAILS_AFTER_SECONDS,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> User:
    return User(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repository on its branch `feature`, which introduces one import off the canonical path; `main` has moved on."""
    repo = Repo.create(tmp_path_factory.mktemp("repositories") / "shop")
    repo.commit(SHOP)
    repo.branch("feature")
    repo.commit({"shop/basket.py": STRAY})
    repo.checkout("main")
    repo.commit({"shop/till.py": STRAY})
    repo.orphan("unrelated")
    repo.commit({"shop/till.py": None})
    repo.checkout("feature")
    return repo


def clone_of(shop: Repo, path: Path, branch: str) -> Repo:
    """A clone as GitHub would give it, whose default branch is `main`, with this branch checked out."""
    clone = shop.clone(path)
    clone.git("remote", "set-head", "origin", "main")
    clone.checkout(branch)
    return clone


def report(ran: Ran) -> Report:
    """What a run with `--format json` has printed."""
    assert ran.code == 0, ran.err
    return msgspec.json.decode(ran.out, type=Report)


# --- audit: which commits ---------------------------------------------------------------------------------------------


def test_a_branch_is_compared_with_where_it_parted_from_the_default_branch(user: User, shop: Repo) -> None:
    """What `main` got since then is no doing of the branch."""
    found = report(user.runs("audit", shop.path, "--format", "json"))

    assert found.kind == "delta"
    assert found.base is not None
    assert (found.base.id, found.head.id) == (shop.git("merge-base", "main", "feature"), shop.head())
    assert [(finding.place.path, finding.place.line) for finding in found.introduced] == [("shop/basket.py", 1)]


def test_the_report_is_for_people_by_default(user: User, shop: Repo) -> None:
    ran = user.runs("audit", cwd=shop.path)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"{INTRODUCES_ONE}\n")
    assert "shop/basket.py:1" in ran.out


def test_the_same_commits_give_the_same_report(user: User, shop: Repo, tmp_path: Path) -> None:
    """Also where nothing was remembered of them."""
    first = user.runs("audit", shop.path)
    assert user.runs("audit", shop.path, env={"FIFTHWHY_DATA_DIR": str(tmp_path / "new")}) == first


@pytest.mark.parametrize("processes", ["2", "5"])
def test_the_report_is_the_same_whatever_the_number_of_reader_processes(processes: str, tmp_path: Path) -> None:
    files: dict[str, Content] = {f"shop/page{number}.py": STRAY * (number % 7) for number in range(80)}
    repo = Repo.create(tmp_path / "shop")
    repo.commit({**SHOP, **files, "shop/broken.py": "def (\n", "shop/old.py": "print 1\n"})
    one, more = (
        User(tmp_path).runs(
            *("audit", repo.path, "--state", "--format", "json"),
            env={"FIFTHWHY_READER_PROCESSES": count, "FIFTHWHY_DATA_DIR": str(tmp_path / count)},
        )
        for count in ("1", processes)
    )

    assert one == more
    assert len(report(one).standing) > 200
    assert [unread.path for unread in report(one).unread] == ["shop/broken.py", "shop/old.py"]


def test_the_default_branch_itself_is_reported_as_it_stands(user: User, shop: Repo, tmp_path: Path) -> None:
    found = report(user.runs("audit", clone_of(shop, tmp_path / "clone", "main").path, "--format", "json"))

    assert (found.kind, found.base) == ("state", None)
    assert [finding.place.path for finding in found.standing] == ["shop/page.py", "shop/till.py"]


def test_another_head_can_be_named(user: User, shop: Repo, tmp_path: Path) -> None:
    found = report(
        user.runs(
            "audit", clone_of(shop, tmp_path / "clone", "main").path, "--head", "origin/feature", "--format", "json"
        )
    )
    assert [finding.place.path for finding in found.introduced] == ["shop/basket.py"]


def test_another_base_can_be_named(user: User, shop: Repo) -> None:
    found = report(user.runs("audit", shop.path, "--base", "feature", "--head", "main", "--format", "json"))
    assert [finding.place.path for finding in found.introduced] == ["shop/till.py"]


def test_a_commit_can_be_reported_as_it_stands(user: User, shop: Repo) -> None:
    found = report(user.runs("audit", shop.path, "--state", "--format", "json"))
    assert (found.kind, found.head.id) == ("state", shop.head())
    assert len(found.standing) == 2


def test_uncommitted_changes_are_not_audited(user: User, shop: Repo, tmp_path: Path) -> None:
    clone = clone_of(shop, tmp_path / "clone", "feature")
    (clone.path / "shop" / "basket.py").write_text("from shop.cart import Cart\n")
    assert user.runs("audit", clone.path).out.startswith(INTRODUCES_ONE)


# --- audit: which repository ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["the repository", "a folder in it", "a linked work tree", "a folder in that"])
def test_it_works_from_anywhere_in_a_repository(user: User, shop: Repo, tmp_path: Path, place: str) -> None:
    clone = clone_of(shop, tmp_path / "clone", "feature")
    clone.git("branch", "linked")
    tree = clone.worktree(tmp_path / "tree", "linked")
    folders = {
        "the repository": clone.path,
        "a folder in it": clone.path / "shop",
        "a linked work tree": tree.path,
        "a folder in that": tree.path / "shop",
    }

    found = report(user.runs("audit", "--format", "json", cwd=folders[place]))

    assert found.repository.name == "clone"
    assert [finding.place.path for finding in found.introduced] == ["shop/basket.py"]


def test_it_works_in_a_bare_repository(user: User, shop: Repo, tmp_path: Path) -> None:
    bare = shop.clone(tmp_path / "mirror.git", "--bare")
    bare.git("symbolic-ref", "HEAD", "refs/heads/main")

    found = report(user.runs("audit", bare.path, "--head", "feature", "--format", "json"))

    assert found.repository.name == "mirror"
    assert [finding.place.path for finding in found.introduced] == ["shop/basket.py"]


def test_a_clone_of_a_repository_on_the_web_links_to_it(user: User, shop: Repo, tmp_path: Path) -> None:
    clone = shop.clone(tmp_path / "clone")
    clone.git("remote", "set-url", "origin", "git@github.com:acme/shop.git")
    found = report(user.runs("audit", clone.path, "--base", "origin/main", "--format", "json"))
    assert (found.repository.name, found.repository.web) == ("acme/shop", "https://github.com/acme/shop")
    address = f"https://github.com/acme/shop/blob/{shop.head()}/shop/basket.py#L1"
    assert [finding.place.url for finding in found.introduced] == [address]


def test_a_shallow_clone_is_told_which_fetch_would_help(user: User, shop: Repo, tmp_path: Path) -> None:
    shallow = shop.clone(tmp_path / "shallow", "--depth=1", "--no-single-branch")

    ran = user.runs("audit", shallow.path, "--base", "origin/main")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("fifthwhy: this clone is shallow ")
    assert "git fetch --unshallow origin" in ran.err
    shallow.git("fetch", "--quiet", "--unshallow", "origin")
    assert user.runs("audit", shallow.path, "--base", "origin/main").out.startswith(INTRODUCES_ONE)


def test_a_repository_without_any_python_is_no_error(user: User, tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "docs")
    repo.commit({"README.md": "# Docs\n"})
    ran = user.runs("audit", repo.path)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("There is no Python code to audit here.\n")


def test_nothing_of_the_repository_is_run_and_nothing_is_written_to_it(user: User, tmp_path: Path) -> None:
    """It lies where Python and git would find their own things, if they looked."""
    trap = "from pathlib import Path\nPath('TRAPPED').touch()\n"
    names = ("bot/__init__.py", "analyzers/__init__.py", "click.py", "msgspec.py", "sitecustomize.py", "conftest.py")
    repo = Repo.create(tmp_path / "trap")
    repo.commit(dict.fromkeys(names, trap))
    for hook in ("post-checkout", "fsmonitor-watchman", "pre-auto-gc"):
        (repo.git_dir / "hooks" / hook).parent.mkdir(exist_ok=True)
        (repo.git_dir / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {repo.path}/TRAPPED\n")
        (repo.git_dir / "hooks" / hook).chmod(0o755)
    repo.git("config", "core.fsmonitor", f"touch {repo.path}/TRAPPED")
    before = {path: path.stat().st_mtime_ns for path in repo.path.rglob("*")}

    command = Path(sys.executable).with_name("fifthwhy")
    done = subprocess.run([command, "audit"], cwd=repo.path, env=user.environment, capture_output=True, check=True)

    assert b"6 Python files" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in repo.path.rglob("*")} == before


# --- audit: errors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--base", "faeture"], "there is no branch, tag or commit 'faeture' here; did you mean feature?"),
        (["--head", "nowhere"], "there is no branch, tag or commit 'nowhere' here"),
        (["--head", "^main"], "there is no branch, tag or commit '^main' here; did you mean main?"),
        (["--head", "unrelated"], "unrelated and main share no history; name another --base, or use --state"),
        (["--base", "--all"], "there is no branch, tag or commit '--all' here"),
    ],
)
def test_what_cannot_be_compared_is_told_in_one_line(
    user: User, shop: Repo, arguments: list[str], message: str
) -> None:
    assert user.runs("audit", shop.path, *arguments) == Ran(2, "", f"fifthwhy: {message}\n")


def test_a_folder_that_is_in_no_repository_is_named(user: User, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    assert user.runs("audit", "plain", cwd=tmp_path) == Ran(2, "", "fifthwhy: plain is not in a git repository\n")


def test_a_repository_without_commits_is_told_so(user: User, tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "new")
    assert user.runs("audit", repo.path) == Ran(2, "", "fifthwhy: this repository has no commits yet\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "'nowhere' does not exist"),
        (["--format", "yaml"], "'yaml' is not one of 'terminal', 'markdown', 'json'"),
        (["--policy", "nowhere.yml"], "'nowhere.yml' does not exist"),
        (["--state", "--base", "main"], "--state compares with nothing, so it takes no --base"),
        (["--bass", "main"], "--base"),
    ],
)
def test_a_mistake_in_the_options_is_told(user: User, arguments: list[str], words: str) -> None:
    ran = user.runs("audit", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_a_setting_that_is_wrong_is_told_by_its_variable(user: User, shop: Repo) -> None:
    ran = user.runs("audit", shop.path, env={"FIFTHWHY_READER_PROCESSES": "none", "FIFTHWHY_MAX_FILE_BITES": "1"})
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "fifthwhy: FIFTHWHY_MAX_FILE_BITES is not a setting; did you mean FIFTHWHY_MAX_FILE_BYTES?",
        "fifthwhy: FIFTHWHY_READER_PROCESSES=none is malformed; it takes a whole number from 1 to 256",
    ]


# --- audit: the policy ------------------------------------------------------------------------------------------------


def test_another_policy_than_the_repository_s_can_be_applied(user: User, shop: Repo, tmp_path: Path) -> None:
    policy = tmp_path / "stricter.yml"
    policy.write_text("symbols:\n  - name: Cart\n    canonical: shop.models\n")
    found = report(user.runs("audit", shop.path, "--policy", policy, "--format", "json"))
    assert found.introduced == ()
    assert found.policy.source == str(policy)


def test_an_invalid_policy_is_told_by_line_and_key_and_what_is_allowed(user: User, shop: Repo, tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text(BROKEN_POLICY)
    ran = user.runs("audit", shop.path, "--policy", "bad.yml", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "fifthwhy: bad.yml: line 2: symbols.0.canonical: is required",
        "fifthwhy: bad.yml: line 3: symbols.0.canonicle: unknown key; did you mean `canonical`? "
        "Allowed: name, canonical",
        "fifthwhy: bad.yml: line 4: legasy: unknown key; did you mean `legacy`? "
        "Allowed: version, roots, tests, exclude, symbols, infer, legacy, contracts, auth, rules, metrics, context, "
        "suites, status, gate, comment, commands, weekly, extends",
    ]


def test_an_invalid_policy_of_the_repository_is_told_as_well(user: User, tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "shop")
    repo.commit({**SHOP, ".github/fifthwhy.yml": BROKEN_POLICY})
    ran = user.runs("audit", repo.path)
    assert ran.code == 2
    assert ran.err.startswith("fifthwhy: .github/fifthwhy.yml: line 2: symbols.0.canonical: ")


# --- audit: what comes out --------------------------------------------------------------------------------------------


def test_markdown_is_a_document(user: User, shop: Repo) -> None:
    ran = user.runs("audit", shop.path, "--format", "markdown")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"### {INTRODUCES_ONE}\n\n| Metric |")


def test_the_report_can_be_written_to_a_file(user: User, shop: Repo, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    ran = user.runs("audit", shop.path, "--format", "json", "--output", file)
    assert ran == Ran(0, "", "")
    assert len(msgspec.json.decode(file.read_bytes(), type=Report).introduced) == 1


def test_a_file_that_cannot_be_written_is_named(user: User, shop: Repo, tmp_path: Path) -> None:
    ran = user.runs("audit", shop.path, "--output", "no/such/folder.txt", cwd=tmp_path)
    expected = "fifthwhy: no/such/folder.txt cannot be written: No such file or directory\n"
    assert ran == Ran(2, "", expected)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(["--exit-code"], 1, id="it introduces a finding"),
        pytest.param([], 0, id="nobody asked"),
        pytest.param(["--exit-code", "--head", "HEAD~1", "--base", "main"], 0, id="it introduces nothing"),
        pytest.param(["--exit-code", "--state"], 0, id="what stands was not introduced"),
        pytest.param(["--exit-code", "--base", "nowhere"], 2, id="it could not be told"),
    ],
)
def test_the_exit_code_tells_whether_findings_are_introduced(
    user: User, shop: Repo, arguments: list[str], code: int
) -> None:
    assert user.runs("audit", shop.path, *arguments).code == code


def test_nothing_but_the_report_is_on_standard_output(user: User, shop: Repo) -> None:
    """Not even where the facts cannot be kept: that is told on standard error."""
    ran = user.runs("audit", shop.path, "--format", "json", env={"FIFTHWHY_DATA_DIR": "/dev/null/nowhere"})
    assert len(report(ran).introduced) == 1
    assert "/dev/null/nowhere" in ran.err


@pytest.mark.parametrize("environment", [{}, {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TERM": "xterm-256color"}])
def test_what_goes_into_a_pipe_has_no_colours(user: User, shop: Repo, environment: dict[str, str]) -> None:
    assert not ESCAPES.search(user.runs("audit", shop.path, env=environment).out)


def test_on_a_terminal_progress_is_shown_beside_the_report(user: User, shop: Repo, tmp_path: Path) -> None:
    screen, terminal = pty.openpty()
    environment = user.environment | {"FIFTHWHY_DATA_DIR": str(tmp_path), "TERM": "xterm"}
    done = subprocess.run(
        [*FIFTHWHY, "audit"], cwd=shop.path, env=environment, stdout=subprocess.PIPE, stderr=terminal, check=True
    )
    os.close(terminal)
    shown = os.read(screen, 100_000)
    os.close(screen)

    assert b"reading Python files" in shown
    assert done.stdout.decode().startswith(INTRODUCES_ONE)
    assert not ESCAPES.search(done.stdout.decode())


def test_hostile_names_cannot_write_to_the_terminal(user: User, tmp_path: Path) -> None:
    names = ("\x1b]0;owned\x07", "new\nline", "back\rto start", "\u202egnp", "\x9b31m", "caf\udce9", "`tick`|pipe")
    repo = Repo.create(tmp_path / "shop")
    repo.commit(SHOP)
    repo.branch("feature\u202e")
    repo.commit({f"shop/{name}.py": STRAY for name in names}, "\x1b[31mred\x1b[0m")
    ran = user.runs("audit", repo.path)

    assert ran.code == 0
    assert ran.out.startswith(f"This change introduces {len(names)} imports off the canonical path.")
    assert not ESCAPES.search(ran.out)


def test_hostile_arguments_cannot_write_to_the_terminal(user: User, shop: Repo) -> None:
    ran = user.runs("audit", shop.path, "--base", "\x1b[31m\u202e")
    assert ran.code == 2
    assert not ESCAPES.search(ran.err)


# --- policy check -----------------------------------------------------------------------------------------------------


def test_a_valid_policy_file_is_told_to_be_valid(user: User, tmp_path: Path) -> None:
    (tmp_path / "policy.yml").write_text(POLICY)
    ran = user.runs("policy", "check", "policy.yml", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("policy.yml is valid: 1 symbol, 0 legacy modules, 0 contracts, 0 auth patterns; digest ")


@pytest.mark.parametrize("folder", [".", "shop"])
def test_the_policy_of_a_repository_is_found_from_any_of_its_folders(user: User, shop: Repo, folder: str) -> None:
    ran = user.runs("policy", "check", cwd=shop.path / folder)
    assert ran.code == 0
    assert ".github/fifthwhy.yml is valid: 1 symbol" in ran.out


def test_an_invalid_policy_file_is_told_by_line_and_key(user: User, tmp_path: Path) -> None:
    (tmp_path / "policy.yml").write_text(BROKEN_POLICY)
    ran = user.runs("policy", "check", "policy.yml", cwd=tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines()[1] == (
        "policy.yml:3: symbols.0.canonicle: unknown key; did you mean `canonical`? Allowed: name, canonical"
    )


@pytest.mark.parametrize("content", [b"symbols: [", b"\xff\xfe", b"- 1\n", b"a: &a [*a]\n", b"x: \x1b[31m\n"])
def test_a_file_that_is_no_policy_is_told_by_its_line(user: User, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "policy.yml").write_bytes(content)
    ran = user.runs("policy", "check", "policy.yml", cwd=tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert all(re.match(r"policy\.yml:\d+: ", line) for line in ran.err.splitlines())
    assert not ESCAPES.search(ran.err)


def test_a_folder_without_a_policy_is_no_error(user: User, tmp_path: Path) -> None:
    ran = user.runs("policy", "check", cwd=tmp_path)
    assert ran == Ran(0, ". has no .github/fifthwhy.yml; the default policy applies.\n", "")


def test_a_policy_file_that_is_not_there_is_named(user: User) -> None:
    ran = user.runs("policy", "check", "nowhere.yml")
    assert (ran.code, ran.out) == (2, "")
    assert "'nowhere.yml' does not exist" in ran.err


# --- the server's commands --------------------------------------------------------------------------------------------

SECRET: Final = "a7f3c09be15d42886b"
ENOUGH: Final = enough()


def test_settings_are_listed_with_their_source_and_no_secret(user: User, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FIFTHWHY_PORT=9001\nFIFTHWHY_REDIS_URL=redis://ada:hunter2@cache/0\n")
    ran = user.runs("settings", cwd=tmp_path, env={"FIFTHWHY_WEBHOOK_SECRET": SECRET, "FIFTHWHY_LOG_LEVEL": "debug"})

    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert "FIFTHWHY_PORT=9001  (.env)" in lines
    assert "FIFTHWHY_LOG_LEVEL=debug  (environment)" in lines
    assert "FIFTHWHY_HOST=127.0.0.1  (default)" in lines
    assert "FIFTHWHY_GITHUB_APP_ID=  (missing)" in lines
    assert SECRET not in ran.out
    assert "hunter2" not in ran.out


def test_an_env_file_that_cannot_be_read_is_told_in_one_line(user: User, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"FIFTHWHY_PORT=\xff\n")
    ran = user.runs("settings", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert re.fullmatch(r"fifthwhy: \.env cannot be read: .*\n", ran.err)


@pytest.mark.parametrize("command", ["web", "worker", "serve"])
def test_a_server_without_settings_names_each_that_is_missing_and_starts_nothing(
    user: User, tmp_path: Path, command: str
) -> None:
    ran = user.runs(command, env={"FIFTHWHY_DATA_DIR": str(tmp_path / "data")})

    assert (ran.code, ran.out) == (2, "")
    told = [line for line in ran.err.splitlines() if "or set FIFTHWHY_PUBLIC_URL" not in line]
    assert [line.split(" is not set")[0] for line in told] == [
        "fifthwhy: FIFTHWHY_GITHUB_APP_ID",
        "fifthwhy: FIFTHWHY_GITHUB_PRIVATE_KEY_FILE",
        "fifthwhy: FIFTHWHY_WEBHOOK_SECRET",
    ]
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["web", "worker"])
def test_a_process_on_its_own_needs_to_know_its_redis(user: User, command: str) -> None:
    ran = user.runs(command, env=ENOUGH)
    assert (ran.code, ran.out) == (2, "")
    assert re.fullmatch(r"fifthwhy: FIFTHWHY_REDIS_URL is not set: .*`fifthwhy serve`\n", ran.err)


def test_serve_tells_in_one_line_that_its_data_directory_cannot_be_used(user: User, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = user.runs("serve", env=ENOUGH | {"FIFTHWHY_DATA_DIR": str(tmp_path / "file")})
    assert (ran.code, ran.out) == (2, "")
    assert re.fullmatch(r"fifthwhy: .*/file/redis cannot hold the Redis server's data: Not a directory\n", ran.err)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_waits_for_its_redis_can_be_stopped(user: User, stop: signal.Signals) -> None:
    environment = user.environment | ENOUGH | {"FIFTHWHY_REDIS_URL": "redis://127.0.0.1:1"}
    with subprocess.Popen(
        [*FIFTHWHY, "worker"], cwd=user.home, env=environment, stderr=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stderr is not None
        told = next(line for line in worker.stderr if "redis is away" in line)
        worker.send_signal(stop)
        rest = worker.stderr.read()
        assert worker.wait(A_TEST_FAILS_AFTER_SECONDS) == 0
    assert "Traceback" not in told + rest


def test_health_tells_that_nobody_answers(user: User) -> None:
    ran = user.runs("health", env={"FIFTHWHY_PORT": "1"})
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("fifthwhy: the web process on port 1 does not answer: ")


# --- help -------------------------------------------------------------------------------------------------------------

COMMANDS: Final = (
    "audit",
    "demo",
    "doctor",
    "endpoints",
    "explain",
    "graph",
    "health",
    "history",
    "jobs",
    "policy",
    "rule",
    "schema",
    "serve",
    "settings",
    "setup",
    "web",
    "worker",
)


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_lists_every_command_with_what_it_does(user: User, option: str) -> None:
    ran = user.runs(option)
    assert (ran.code, ran.err) == (0, "")
    listed = re.findall(r"^  (\w+)  +(\S.*[^.]\.)$", ran.out.partition("Commands:\n")[2], re.MULTILINE)
    assert tuple(name for name, _ in listed) == COMMANDS


def test_the_version_is_told(user: User) -> None:
    assert user.runs("--version") == Ran(0, f"fifthwhy, version {VERSION}\n", "")


def test_the_installed_command_is_the_same(user: User) -> None:
    command = Path(sys.executable).with_name("fifthwhy")
    done = subprocess.run([command, "--version"], env=user.environment, capture_output=True, check=True)
    assert done.stdout.decode() == f"fifthwhy, version {VERSION}\n"
