"""Running git: the only place that starts it.

Every repository is somebody else's, so git gets an environment built from scratch, in which no configuration
can make it run a program, ask a question, or reach a server that was not named. Time, output and written
files are limited, and git's own words become a small tree of errors.
"""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

DEFAULT_SECONDS: Final = 60.0
DEFAULT_OUTPUT_BYTES: Final = 256 * 1024 * 1024
_STDERR_BYTES: Final = 64 * 1024
_CHUNK: Final = 1024 * 1024
_ULIMIT_UNIT: Final = 512
"""`ulimit -f` counts in units of 512 bytes (POSIX, "ulimit")."""

ConfigEntry = tuple[str, str]


class GitError(Exception):
    """Git could not do what was asked; the message names the thing and never holds a secret."""


class GitNotInstalledError(GitError):
    """Git is not installed."""


class GitTimeoutError(GitError):
    """Git ran longer than it may, and was killed."""


class GitTooLargeError(GitError):
    """Git's output, or a file that it wrote, went over its limit."""


class GitRefusedError(GitError):
    """The server knows neither this repository nor this token (401, 403, 404), or sent us elsewhere."""


class GitUnavailableError(GitError):
    """The server could not be reached or broke off; trying again later may help."""


class GitCorruptError(GitError):
    """The repository's files are damaged or incomplete."""


class UnknownRefError(GitError):
    """There is no such branch, tag or commit."""


class NotARepositoryError(GitError):
    """The folder is in no git repository."""


class IncompleteCloneError(GitError):
    """The clone is shallow or partial, and what was asked for is not in it."""


class UnsafeOwnerError(GitError):
    """The repository belongs to another user, so git will not read it (CVE-2022-24765)."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Leave to talk to one server. Without it no command can reach the network.

    `url` is `https://…`, or `http://…` where `plain_http` is set; it must hold no credentials.
    """

    url: str
    token: str | None = None
    plain_http: bool = False

    def __post_init__(self) -> None:
        address = urlsplit(self.url)
        allowed = ("https", "http") if self.plain_http else ("https",)
        if address.scheme not in allowed or not address.hostname or address.username is not None:
            raise ValueError(f"not an {allowed[0]} address without credentials: {redact(self.url, self)!r}")

    def __repr__(self) -> str:
        return f"Remote(url={self.url!r})"


@dataclass(frozen=True, slots=True)
class Command:
    """One git command: `git ARGUMENTS`, where, and with what it may do.

    `config` entries win over the repository's own. `file_bytes` limits each file that git writes. `keep_open`
    are file descriptors that git inherits, so that a lock on one outlives us if git does.
    """

    arguments: Sequence[str]
    git_dir: Path | None = None
    cwd: Path | None = None
    config: Sequence[ConfigEntry] = ()
    remote: Remote | None = None
    file_bytes: int | None = None
    keep_open: Sequence[int] = ()

    @property
    def label(self) -> str:
        """What errors call it: `git fetch`."""
        return f"git {self.arguments[0]}"

    def argv(self) -> list[str]:
        """The argument list; holds nothing secret, since every user of the machine can read it."""
        where = [f"--git-dir={self.git_dir}"] if self.git_dir is not None else []
        argv = [_git_program(), *where, *self.arguments]
        if self.file_bytes is None:
            return argv
        blocks = max(1, -(-self.file_bytes // _ULIMIT_UNIT))
        return ["/bin/sh", "-c", 'ulimit -f "$0" && exec "$@"', str(blocks), *argv]


def run_git(
    command: Command,
    *,
    stdin: bytes = b"",
    seconds: float = DEFAULT_SECONDS,
    output_bytes: int = DEFAULT_OUTPUT_BYTES,
    accept: Sequence[int] = (0,),
) -> bytes:
    """Run git to its end and return what it wrote to standard output. Blocks; call it from a thread.

    An exit code outside `accept` raises the `GitError` that git's words call for.
    """
    process = start_git(command, stdin=stdin)
    with process, killed_at_the_end(process):
        output, errors = _collect(process, command.label, time.monotonic() + seconds, output_bytes)
        code = process.wait()
    if code not in accept:
        raise error_from(command, code, errors)
    return output


def start_git(command: Command, *, stdin: bytes = b"", stderr: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Start git in a process group of its own, its outputs piped; the caller sees to it that it ends.

    What it reads is put into a file first, so that nobody has to feed it while its output is read.
    """
    with tempfile.TemporaryFile() as source:
        source.write(stdin)
        source.seek(0)
        return subprocess.Popen(
            command.argv(),
            cwd=command.cwd if command.cwd is not None else "/",
            env=git_environment(command.config, command.remote),
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=stderr if stderr is not None else subprocess.PIPE,
            start_new_session=True,
            pass_fds=tuple(command.keep_open),
        )


@contextlib.contextmanager
def killed_at_the_end(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End git and whatever it started, unless all went well and it ended by itself."""
    ended = False
    try:
        yield
        ended = process.poll() is not None
    finally:
        if not ended:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def trusted_folders() -> tuple[str, ...]:
    """The folders that the person at this machine told git to trust although they belong to somebody else.

    Read from their own and the machine's configuration only, as git does (git-config(1), `safe.directory`).
    """
    names = (
        "PATH",
        "HOME",
        "XDG_CONFIG_HOME",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
    )
    environment = {name: os.environ[name] for name in names if name in os.environ}
    folders: list[str] = []
    for scope in ("--system", "--global"):
        command = [_git_program(), "config", scope, "-z", "--get-all", "safe.directory"]
        done = subprocess.run(
            command, cwd="/", env=environment, capture_output=True, check=False, timeout=DEFAULT_SECONDS
        )
        folders += os.fsdecode(done.stdout).split("\0")[:-1]
    return tuple(folders)


def trust(ca_file: Path) -> None:
    """Let every git that this process starts trust these authorities (git-config(1), `http.sslCAInfo`)."""
    os.environ["GIT_SSL_CAINFO"] = str(ca_file)


_PASSED_THROUGH: Final = (
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "TMPDIR",
)
"""How this machine reaches the network, and where temporary files go; no repository has a say in it."""

_ENVIRONMENT: Final = {
    "HOME": os.devnull,
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",  # empty, not absent: else core.askPass and SSH_ASKPASS are asked (git's prompt.c)
    "SSH_ASKPASS": "",
    "GIT_SSH_COMMAND": "false",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_FLUSH": "0",  # nobody waits for single lines (git(1), "other")
}

_CONFIG: Final[tuple[ConfigEntry, ...]] = (
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("core.attributesFile", os.devnull),
    ("core.quotePath", "false"),
    ("credential.helper", ""),
    ("protocol.allow", "never"),
    ("submodule.recurse", "false"),
    ("fetch.recurseSubmodules", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("log.showSignature", "false"),
    ("advice.graftFileDeprecated", "false"),
)
"""Wins over the repository's own configuration (git-config(1), "GIT_CONFIG_COUNT").

`protocol.allow=never` also keeps a git that does not know GIT_NO_LAZY_FETCH from asking a promisor remote.
"""

_NETWORK_CONFIG: Final[tuple[ConfigEntry, ...]] = (
    ("protocol.https.allow", "always"),
    ("http.followRedirects", "false"),  # a redirect would carry the token to another address
    (
        "http.lowSpeedLimit",
        "1000",
    ),  # with the next: a stalled transfer ends even if nobody is left to kill it
    ("http.lowSpeedTime", "60"),
)


def git_environment(config: Sequence[ConfigEntry] = (), remote: Remote | None = None) -> dict[str, str]:
    """The whole environment of a git process: of ours only the way to the network."""
    environment = dict(_ENVIRONMENT)
    environment["PATH"] = _absolute_path()
    environment |= {name: os.environ[name] for name in _PASSED_THROUGH if name in os.environ}
    if "SSL_CERT_FILE" in environment:  # which Python goes by, and git does not
        environment.setdefault("GIT_SSL_CAINFO", environment["SSL_CERT_FILE"])
    entries = [*_CONFIG, *(_remote_config(remote) if remote else ()), *config]
    environment["GIT_CONFIG_COUNT"] = str(len(entries))
    for number, (key, value) in enumerate(entries):
        environment[f"GIT_CONFIG_KEY_{number}"] = key
        environment[f"GIT_CONFIG_VALUE_{number}"] = value
    return environment


def _remote_config(remote: Remote) -> Iterator[ConfigEntry]:
    yield from _NETWORK_CONFIG
    if remote.plain_http:
        yield "protocol.http.allow", "always"
    if remote.token is not None:
        # The way actions/checkout does it; scoped to the address, so that no other server sees it.
        yield f"http.{remote.url}.extraHeader", f"Authorization: Basic {_basic(remote.token)}"


def _basic(token: str) -> str:
    return b64encode(f"x-access-token:{token}".encode()).decode()


def _absolute_path() -> str:
    """PATH without relative entries, which would find programs in the repository."""
    parts = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(part for part in parts if Path(part).is_absolute())


def _git_program() -> str:
    program = shutil.which("git", path=_absolute_path())
    if program is None:
        raise GitNotInstalledError("git is not installed, or not on PATH")
    return program


def _collect(process: subprocess.Popen[bytes], label: str, deadline: float, output_bytes: int) -> tuple[bytes, bytes]:
    """Both outputs, read as they come so that neither pipe fills up and stops git."""
    if process.stdout is None or process.stderr is None:
        raise ValueError("both outputs must be pipes")
    output, errors = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, output)
        selector.register(process.stderr, selectors.EVENT_READ, errors)
        while selector.get_map():
            ready = selector.select(deadline - time.monotonic())
            if not ready and time.monotonic() >= deadline:
                raise GitTimeoutError(f"{label} took longer than it may, and was stopped")
            for key, _ in ready:
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                key.data.extend(chunk)
            if len(output) > output_bytes:
                raise GitTooLargeError(f"{label} printed more than {output_bytes:,} bytes, and was stopped")
            del errors[:-_STDERR_BYTES]
    return bytes(output), bytes(errors)


_SIGNS: Final[tuple[tuple[re.Pattern[str], type[GitError]], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), error)
    for pattern, error in (
        (r"dubious ownership", UnsafeOwnerError),
        (r"from promisor remote|lazy fetching disabled", IncompleteCloneError),
        (r"died of signal 25|File too large|File size limit exceeded", GitTooLargeError),
        (r"couldn't find remote ref|not our ref|unknown revision|Needed a single revision", UnknownRefError),
        (
            r"returned error: (401|403|404)\b|Authentication failed|could not read (Username|Password)",
            GitRefusedError,
        ),
        (
            r"repository '.*' not found|unable to update url base from redirection|error: 30[1278]\b",
            GitRefusedError,
        ),
        (r"transport '.*' not allowed", GitRefusedError),
        (
            r"unable to access|Could not resolve|Failed to connect|Connection|early EOF|RPC failed",
            GitUnavailableError,
        ),
        (
            r"hung up unexpectedly|returned error: (429|5\d\d)\b|unexpected disconnect|gnutls|SSL",
            GitUnavailableError,
        ),
        (
            r"bad object|bad tree object|missing (blob|tree|commit)|could not (parse|read)|unable to read",
            GitCorruptError,
        ),
        (
            r"corrupt|loose object|packfile|pack has|index file .* is|inflate|object file .* is empty",
            GitCorruptError,
        ),
        (
            r"bad config|reference broken|did not send all necessary objects|bad signature|unresolved delta",
            GitCorruptError,
        ),
        (r"not a git repository|invalid gitfile", NotARepositoryError),
    )
)
"""What git says and what it means, the surest sign first; git has no error codes."""


def error_from(command: Command, code: int, stderr: bytes) -> GitError:
    """The error that git's exit calls for: names command and server, repeats git's words, redacted."""
    remote = command.remote
    words = redact(stderr.decode("utf-8", "replace"), remote)
    kind = next((error for pattern, error in _SIGNS if pattern.search(words)), GitError)
    if kind is GitError and code == -signal.SIGXFSZ:
        kind = GitTooLargeError
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    said = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else "")
    where = f" ({remote.url})" if remote is not None else ""
    return kind(f"{command.label}{where}: {said.removeprefix('fatal: ') or f'ended with exit code {code}'}")


def redact(text: str, remote: Remote | None) -> str:
    """The text without the token, in any form in which git has it, and without credentials in addresses."""
    if remote is not None and remote.token:
        for secret in (_basic(remote.token), remote.token):
            text = text.replace(secret, "[token]")
    return re.sub(r"(?<=://)[^/@\s]+@", "", text)
