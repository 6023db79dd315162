"""Bare git directories: made, compared and read by running git without the user's settings."""

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.demo.records import Size

OBJECT_ID = re.compile(r"[0-9a-f]{7,64}")
LARGEST_SHOWN = 1_000_000
# What github.com's servers allow and refuse: partial clones, any reachable or unreachable commit by id, and
# no pushes to the references that belong to pull requests.
_SETTINGS = {
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "receive.hideRefs": "refs/pull",
    "core.hooksPath": os.devnull,
    "gc.auto": "0",
    "receive.autogc": "false",
}


@dataclass(frozen=True, slots=True)
class Commit:
    """The lines of a commit that its page shows."""

    sha: str
    author: str
    date: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class LoggedCommit:
    """A commit as webhooks tell it."""

    sha: str
    tree: str
    author: str
    author_email: str
    authored_at: str
    committer: str
    committer_email: str
    committed_at: str
    message: str


def git_environment() -> dict[str, str]:
    """An environment in which git reads no user or system settings, and never asks a question."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
    }


def create(source: Path, path: Path) -> None:
    """Copy the branches and tags of the repository at `source` into a new bare one at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    settings = [argument for name, value in _SETTINGS.items() for argument in ("--config", f"{name}={value}")]
    options = ["--quiet", "--bare", "--no-hardlinks", *settings]
    _run(path.parent, "clone", *options, "--", str(source.resolve()), path.name)
    _run(path, "remote", "remove", "origin")


def delete(path: Path) -> None:
    """Remove the repository from the disk."""
    shutil.rmtree(path)


def default_branch(path: Path) -> str:
    """The branch that HEAD names."""
    return _run(path, "symbolic-ref", "--short", "HEAD").strip()


def branch_tip(path: Path, branch: str) -> str | None:
    """The commit a branch is at, or None where there is no such branch."""
    found = _try(path, "rev-parse", "--verify", "--quiet", "--end-of-options", f"refs/heads/{branch}^{{commit}}")
    return found.strip() if found else None


def branch_tips(path: Path, *branches: str) -> list[str | None]:
    """What `branch_tip` says of several branches, in one process where all of them are there."""
    found = (_try(path, "rev-parse", *(f"refs/heads/{branch}" for branch in branches)) or "").split()
    return list(found) if len(found) == len(branches) else [branch_tip(path, branch) for branch in branches]


def tips(path: Path) -> dict[str, str]:
    """Every branch with the commit it is at."""
    listed = _run(path, "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads/")
    pairs = (line.split(" ", 1) for line in listed.splitlines())
    return {name.removeprefix("refs/heads/"): commit for commit, name in pairs}


@cache
def abilities(path: Path) -> bytes:
    """What a fetch is told first: what the server can do, which does not change while it runs.

    In version 2 of the protocol no branches are in it; those are asked for next.
    https://git-scm.com/docs/protocol-v2#_capability_advertisement
    """
    finished = subprocess.run(
        ["git", "upload-pack", "--stateless-rpc", "--http-backend-info-refs", str(path)],
        env=git_environment() | {"GIT_PROTOCOL": "version=2"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    return finished.stdout


def publish_head(head: Path, base: Path, sha: str, number: int) -> None:
    """Make the head commit reachable in the base repository as refs/pull/N/head, forks included."""
    if head != base:
        _run(base, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", str(head), sha)
    _run(base, "update-ref", f"refs/pull/{number}/head", sha)


def merge(path: Path, branch: str, head: str, message: str) -> str:
    """Merge a commit into a branch with a merge commit, which is returned."""
    base = _run(path, "rev-parse", "--verify", "--end-of-options", f"refs/heads/{branch}").strip()
    commit = merge_commit(path, base, head, message)
    _run(path, "update-ref", f"refs/heads/{branch}", commit, base)
    return commit


def merge_commit(path: Path, base: str, head: str, message: str) -> str:
    """A new commit that merges `head` into `base`, on no branch yet."""
    tree = _run(path, "merge-tree", "--write-tree", base, head).strip()
    by = ("-c", "user.name=GitHub", "-c", "user.email=noreply@localhost")
    return _run(path, *by, "commit-tree", tree, "-p", base, "-p", head, "-m", message).strip()


def set_branch(path: Path, branch: str, commit: str) -> None:
    """Put a branch where a commit is, whether there was one or not."""
    _run(path, "update-ref", f"refs/heads/{branch}", commit)


def delete_branch(path: Path, branch: str) -> None:
    """Remove a branch."""
    _run(path, "update-ref", "-d", f"refs/heads/{branch}")


def contains(path: Path, head: str, commit: str) -> bool:
    """Whether `commit` is `head` or one of its ancestors."""
    return _try(path, "merge-base", "--is-ancestor", commit, head) is not None


def measure(path: Path, base: str, head: str) -> Size:
    """Count what a pull request changes since the merge base; without one, since the base itself."""
    commits = int(_run(path, "rev-list", "--count", f"{base}..{head}"))
    summary = _try(path, "diff", "--shortstat", f"{base}...{head}")
    if summary is None:
        summary = _run(path, "diff", "--shortstat", base, head)
    figures = {word: int(count) for count, word in re.findall(r"(\d+) (file|insertion|deletion)", summary)}
    return Size(commits, figures.get("insertion", 0), figures.get("deletion", 0), figures.get("file", 0))


def read_history(path: Path, before: str | None, after: str, most: int) -> list[LoggedCommit]:
    """The commits that a push brought, oldest first, no more than `most`."""
    since = [f"^{before}"] if before else []
    form = "%H%x00%T%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x00%x01"
    log = _run(path, "log", "-z", f"--max-count={most}", f"--format=tformat:{form}", after, *since, "--")
    rows = [row.strip("\0\n").split("\0", 8) for row in log.split("\x01") if row.strip("\0\n")]
    return [LoggedCommit(*fields) for fields in reversed(rows)]


def read_blob(path: Path, sha: str, name: bytes) -> bytes | None:
    """The content of a file at a commit; None where git finds no such file, or one too large to show."""
    if not OBJECT_ID.fullmatch(sha) or not name or b"\0" in name:
        return None
    # One argument that begins with an object id: a hostile name can be neither an option nor a pattern.
    wanted = sha.encode("ascii") + b":" + name
    size = _try(path, "cat-file", "-s", os.fsdecode(wanted))
    if size is None or int(size) > LARGEST_SHOWN:
        return None
    finished = _git(path, "cat-file", "blob", os.fsdecode(wanted))
    return finished.stdout if finished.returncode == 0 else None


def blob_id(content: bytes) -> str:
    """What git calls a file of this content: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects."""
    return hashlib.sha1(b"blob %d\0%s" % (len(content), content), usedforsecurity=False).hexdigest()


def read_commit(path: Path, sha: str) -> Commit | None:
    """Author, date and message of a commit, or None."""
    if not OBJECT_ID.fullmatch(sha):
        return None
    found = _try(path, "log", "-1", "--no-show-signature", "--format=%H%x00%an%x00%aI%x00%s%x00%b", f"{sha}^{{commit}}")
    return Commit(*found.rstrip("\n").split("\0", 4)) if found else None


def _run(path: Path, *arguments: str) -> str:
    finished = _git(path, *arguments)
    if finished.returncode != 0:
        reason = finished.stderr.decode("utf-8", "replace").strip()
        raise RuntimeError(f"git {' '.join(arguments)} failed in {path}: {reason}")
    return finished.stdout.decode("utf-8", "replace")


def _try(path: Path, *arguments: str) -> str | None:
    finished = _git(path, *arguments)
    return finished.stdout.decode("utf-8", "replace") if finished.returncode == 0 else None


def _git(path: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["git", *arguments],
        cwd=path,
        env=git_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
