"""Running git: what it may not do, and how its failures read."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from bot.git.git import (
    Command,
    GitCorruptError,
    GitError,
    GitNotInstalledError,
    GitRefusedError,
    GitTimeoutError,
    GitTooLargeError,
    GitUnavailableError,
    IncompleteCloneError,
    Remote,
    UnknownRefError,
    error_from,
    git_environment,
    run_git,
)
from tests.repositories import Repo

TOKEN = "ghs_0123456789abcdefTOKEN"
REMOTE = Remote("https://github.example/owner/name", token=TOKEN)
BASIC = "eC1hY2Nlc3MtdG9rZW46Z2hzXzAxMjM0NTY3ODlhYmNkZWZUT0tFTg=="


def test_git_answers() -> None:
    assert run_git(Command(["--version"])).startswith(b"git version 2.")


def test_git_sees_nothing_of_our_environment_but_the_way_to_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIFTHWHY_PRIVATE_KEY", "secret")
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "evil")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("GIT_SSL_CAINFO", "/etc/company.pem")

    environment = git_environment()

    assert environment["HTTPS_PROXY"] == "http://proxy.example:3128"
    assert environment["GIT_SSL_CAINFO"] == "/etc/company.pem"
    assert not environment.keys() & {"FIFTHWHY_PRIVATE_KEY", "GIT_DIR", "GIT_EXTERNAL_DIFF"}
    assert "secret" not in environment.values()


def test_a_program_in_the_current_folder_is_not_taken_for_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\ntouch was-run\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")

    run_git(Command(["--version"], cwd=tmp_path))

    assert not (tmp_path / "was-run").exists()


def test_a_machine_without_git_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitNotInstalledError, match="git is not installed"):
        run_git(Command(["--version"]))


def test_the_person_s_own_settings_and_aliases_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".gitconfig").write_text("[user]\nname = Somebody\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run_git(Command(["config", "user.name"]), accept=(1,)) == b""


def test_our_settings_win_over_the_repository_s(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "repo")
    repo.git("config", "core.fsmonitor", "/bin/evil")
    repo.git("config", "protocol.allow", "always")
    for key, value in (("core.fsmonitor", b"false\n"), ("protocol.allow", b"never\n")):
        assert run_git(Command(["config", "--get", key], git_dir=repo.git_dir)) == value


def test_a_command_that_was_not_given_a_remote_reaches_none(tmp_path: Path) -> None:
    Repo.create(tmp_path / "source").commit({"a.py": ""})
    here = Repo.create(tmp_path / "here")
    with pytest.raises(GitRefusedError, match="transport 'file' not allowed"):
        run_git(Command(["fetch", (tmp_path / "source").as_uri()], git_dir=here.git_dir))
    with pytest.raises(GitRefusedError, match="transport 'https' not allowed"):
        run_git(Command(["ls-remote", "https://github.example/owner/name"]))


def test_a_remote_over_https_does_not_open_http_or_ssh() -> None:
    for address, scheme in (("http://127.0.0.1:1/a/b", "http"), ("git@github.example:a/b", "ssh")):
        with pytest.raises(GitRefusedError, match=f"transport '{scheme}' not allowed"):
            run_git(Command(["ls-remote", address], remote=REMOTE))


def test_the_token_is_neither_in_the_argument_list_nor_in_any_representation() -> None:
    command = Command(["ls-remote", REMOTE.url], remote=REMOTE, file_bytes=1000)
    for shown in (" ".join(command.argv()), repr(command), repr(REMOTE), str(command)):
        assert TOKEN not in shown
        assert BASIC not in shown


def test_the_token_is_meant_for_the_one_address_only() -> None:
    environment = git_environment(remote=REMOTE)
    keys = [name for name, value in environment.items() if BASIC in value]
    assert len(keys) == 1
    assert environment[keys[0].replace("VALUE", "KEY")] == f"http.{REMOTE.url}.extraHeader"
    assert TOKEN not in str(environment)


@pytest.mark.parametrize("address", ["http://h/o/n", "https://me:pw@h/o/n", "ssh://h/o/n", "/srv/n", "https://", ""])
def test_a_remote_is_an_https_address_without_credentials(address: str) -> None:
    with pytest.raises(ValueError, match="not an https address without credentials") as caught:
        Remote(address, token=TOKEN)
    assert "pw" not in str(caught.value)


def test_a_server_that_cannot_be_reached_may_be_tried_again() -> None:
    nobody = Remote("http://127.0.0.1:1/owner/name", token=TOKEN, plain_http=True)
    with pytest.raises(GitUnavailableError, match=r"git ls-remote \(http://127\.0\.0\.1:1/owner/name\)") as caught:
        run_git(Command(["ls-remote", nobody.url], remote=nobody))
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("program", ["!sleep 1000 & wait", "!sleep 1000 &"])
def test_git_that_hangs_is_stopped_with_everything_that_it_started(program: str) -> None:
    """A program that git starts never ends, even where git itself does; its death closes the pipe that it inherited."""
    read_end, write_end = os.pipe()
    try:
        with pytest.raises(GitTimeoutError, match="git hang took longer"):
            run_git(Command(["hang"], config=[("alias.hang", program)], keep_open=[write_end]), seconds=0.2)
    finally:
        os.close(write_end)
    assert os.read(read_end, 1) == b""
    os.close(read_end)


def test_more_output_than_allowed_is_refused(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "repo")
    repo.commit({"large.py": "x" * 100_000})
    with pytest.raises(GitTooLargeError, match="git cat-file printed more than 1,000 bytes"):
        run_git(Command(["cat-file", "blob", repo.blob("large.py")], git_dir=repo.git_dir), output_bytes=1000)


def test_much_output_on_both_sides_does_not_stop_git() -> None:
    noisy = ("alias.noisy", "!head -c 3000000 /dev/zero >&2; head -c 3000000 /dev/zero")
    assert len(run_git(Command(["noisy"], config=[noisy]))) == 3_000_000


def test_a_file_that_grows_over_the_limit_is_refused(tmp_path: Path) -> None:
    writes = ("alias.writes", "!exec head -c 100000 /dev/zero > big")
    with pytest.raises(GitTooLargeError):
        run_git(Command(["writes"], config=[writes], cwd=tmp_path, file_bytes=10_000))
    assert (tmp_path / "big").stat().st_size <= 10_240


def test_a_file_within_the_limit_is_written(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "repo")
    source = tmp_path / "small.py"
    source.write_bytes(b"a = 1\n")
    command = Command(["hash-object", "-w", str(source)], git_dir=repo.git_dir, file_bytes=10_000)
    assert len(run_git(command).strip()) == 40


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("fatal: couldn't find remote ref refs/pull/9/head", UnknownRefError),
        ("remote: Repository not found.\nfatal: repository 'https://h/o/n/' not found", GitRefusedError),
        ("fatal: Authentication failed for 'https://h/o/n/'", GitRefusedError),
        (
            "fatal: could not read Username for 'https://h': terminal prompts disabled",
            GitRefusedError,
        ),
        ("fatal: unable to access 'https://h/o/n/': The requested URL returned error: 403", GitRefusedError),
        ("fatal: unable to access 'https://h/o/n/': The requested URL returned error: 502", GitUnavailableError),
        ("fatal: unable to access 'https://h/o/n/': Could not resolve host: h", GitUnavailableError),
        ("error: RPC failed; curl 18 transfer closed\nfatal: early EOF", GitUnavailableError),
        ("fatal: the remote end hung up unexpectedly", GitUnavailableError),
        ("error: index-pack died of signal 25\nfatal: index-pack failed", GitTooLargeError),
        ("fatal: loose object 12ab (stored in ./objects/12/ab) is corrupt", GitCorruptError),
        ("fatal: bad config line 1 in file ./config", GitCorruptError),
        ("fatal: could not fetch 12ab from promisor remote", IncompleteCloneError),
        ("fatal: something nobody has seen yet", GitError),
        ("", GitError),
    ],
)
def test_git_s_words_become_an_error_that_says_what_to_do_next(said: str, meaning: type[GitError]) -> None:
    assert type(error_from(Command(["fetch"], remote=REMOTE), 128, said.encode())) is meaning


def test_an_error_repeats_git_s_own_reason_but_no_secret() -> None:
    said = f"remote: hello\nfatal: unable to access 'https://me:{TOKEN}@h/o': {TOKEN} {BASIC} is wrong\n"
    error = error_from(Command(["fetch"], remote=REMOTE), 128, said.encode())
    assert str(error) == (
        "git fetch (https://github.example/owner/name): unable to access 'https://h/o': [token] [token] is wrong"
    )


def test_git_killed_for_its_file_size_without_a_word_is_too_large() -> None:
    assert type(error_from(Command(["fetch"]), -signal.SIGXFSZ, b"")) is GitTooLargeError


def test_what_git_reads_may_be_more_than_a_pipe_holds() -> None:
    found = run_git(Command(["-c", "alias.count=!wc -c", "count"]), stdin=b"x" * 1_000_000)
    assert found.strip() == b"1000000"
