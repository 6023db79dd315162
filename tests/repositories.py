"""Real git repositories for tests, written in steps that read like their history.

    repo = Repo.create(tmp_path / "shop")
    base = repo.commit({"shop/auth.py": "def verify(): ...\n"})
    repo.branch("feature")
    head = repo.commit({"shop/cart.py": "from shop.auth import verify\n", "old.py": None})

Author, committer and dates are fixed (one hour between commits), so the same steps give the same commit ids.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

FIRST_COMMIT_AT = datetime(2024, 1, 1, tzinfo=UTC)

Content = str | bytes | None
"""What the file holds afterwards; None deletes it."""

_ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "HOME": os.devnull,
    "LANG": "C.UTF-8",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Ada Example",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada Example",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


@dataclass
class Repo:
    """A git repository in the folder `path`; its default branch is `main`."""

    path: Path
    _commits: int = field(default=0, repr=False)

    @classmethod
    def create(cls, path: Path, *, bare: bool = False) -> Repo:
        """An empty repository in a new folder."""
        path.mkdir(parents=True)
        repo = cls(path)
        repo.git("init", "--quiet", "--initial-branch=main", *(["--bare"] if bare else []))
        return repo

    @property
    def git_dir(self) -> Path:
        return Path(self.git("rev-parse", "--absolute-git-dir"))

    def commit(self, files: Mapping[str, Content] | None = None, message: str = "Change") -> str:
        """Write (or, with None, delete) these files, commit all that changed, and return the commit's id.

        Without files an empty commit is made. A name that is not UTF-8 is written `os.fsdecode(b"caf\\xe9.py")`.
        """
        for name, content in (files or {}).items():
            self._put(name, content)
        self.git("add", "--all")
        return self._record("commit", "--quiet", "--allow-empty", "--message", message)

    def wait(self, days: int) -> None:
        """Let so many days pass before the next commit."""
        self._commits += 24 * days

    def rename(self, old: str, new: str, message: str = "Move a file") -> str:
        """Move one file and commit just that."""
        (self.path / new).parent.mkdir(parents=True, exist_ok=True)
        self.git("mv", old, new)
        return self._record("commit", "--quiet", "--message", message)

    def branch(self, name: str, at: str = "HEAD") -> None:
        """Begin a branch and switch to it."""
        self.git("checkout", "--quiet", "-b", name, at)

    def orphan(self, name: str) -> None:
        """Begin a branch that shares no history with any other, and switch to it; its files stay."""
        self.git("checkout", "--quiet", "--orphan", name)

    def checkout(self, name: str) -> None:
        self.git("checkout", "--quiet", name)

    def merge(self, name: str, message: str = "Merge") -> str:
        """Merge another branch into this one, always with a merge commit."""
        return self._record("merge", "--quiet", "--no-ff", "--message", message, name)

    def reset(self, to: str) -> None:
        """Make the current branch point elsewhere, as before a force push."""
        self.git("reset", "--quiet", "--hard", to)

    def symlink(self, name: str, target: str) -> None:
        """Put a symbolic link into the work tree; the next commit takes it up."""
        (self.path / name).symlink_to(target)

    def executable(self, name: str) -> None:
        """Make a file executable; the next commit takes it up."""
        (self.path / name).chmod(0o755)

    def submodule(self, name: str, commit: str) -> None:
        """Record a submodule at this commit in the index; `record` commits it."""
        self.git("update-index", "--add", "--cacheinfo", f"160000,{commit},{name}")

    def record(self, message: str = "Change") -> str:
        """Commit what the index holds, and nothing else."""
        return self._record("commit", "--quiet", "--message", message)

    def clone(self, path: Path, *options: str) -> Repo:
        """A clone of this repository, such as `repo.clone(path, "--depth=1")` or `"--bare"`."""
        self.git("clone", "--quiet", *options, self.path.as_uri(), str(path))
        return Repo(path, self._commits)

    def worktree(self, path: Path, branch: str) -> Repo:
        """A linked work tree that has an existing branch checked out."""
        self.git("worktree", "add", "--quiet", str(path), branch)
        return Repo(path, self._commits)

    def blob(self, path: str, commit: str = "HEAD") -> str:
        """The id of a file's content in a commit."""
        return self.git("rev-parse", f"{commit}:{path}")

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str, **environment: str) -> str:
        """Run git here, and return what it printed without the last newline. Fails loudly."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=_ENVIRONMENT | environment,
            capture_output=True,
            check=False,
        )
        if done.returncode != 0:
            raise AssertionError(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    def _put(self, name: str, content: Content) -> None:
        target = self.path / name
        if content is None:
            target.unlink()
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def _record(self, *arguments: str) -> str:
        moment = (FIRST_COMMIT_AT + timedelta(hours=self._commits)).isoformat()
        self._commits += 1
        self.git(*arguments, GIT_AUTHOR_DATE=moment, GIT_COMMITTER_DATE=moment)
        return self.head()
