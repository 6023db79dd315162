"""Mirrors: a bare git repository below the data directory for each repository that is watched.

A mirror holds what was fetched so far, without the blobs above the size limit. Several processes may fetch and read
at once: fetches wait for each other, and nothing that a reader may be looking at is ever removed from a mirror.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from bot.git.git import (
    Command,
    GitCorruptError,
    GitError,
    GitTimeoutError,
    GitTooLargeError,
    GitUnavailableError,
    NotARepositoryError,
    Remote,
    UnknownRefError,
    run_git,
)
from bot.git.object_reader import Repository
from bot.stores.file_lock import LockTimeoutError, held

log = structlog.get_logger(__name__)

MEGABYTE: Final = 1024 * 1024
_COMMIT: Final = re.compile(r"[0-9a-f]{40}")
_REF: Final = re.compile(r"refs/(?P<kind>[a-z]+)/(?P<name>[^\x00-\x20\x7f~^:?*\[\\]+)")


@dataclass(frozen=True, slots=True)
class MirrorLimits:
    """What one mirror may cost. Blobs larger than `max_file_bytes` stay on the server."""

    max_file_bytes: int = MEGABYTE
    max_bytes: int = 4096 * MEGABYTE
    seconds: float = 600.0
    most_packs: int = 50
    """Every fetch leaves a pack. With more than these, finding an object gets slow, and they are made into one."""


def mirror_path(data_dir: Path, host: str, repository_id: int) -> Path:
    """Where a repository's mirror is. By id, since names change hands."""
    return data_dir / "mirrors" / re.sub(r"[^a-z0-9.-]", "_", host.lower()).lstrip(".") / f"{repository_id}.git"


class Mirror:
    """One repository's mirror; it need not exist yet."""

    def __init__(self, path: Path, limits: MirrorLimits) -> None:
        self.path = path
        self._limits = limits

    @property
    def repository(self) -> Repository:
        """For reading what was fetched."""
        return Repository(self.path)

    def fetch(self, remote: Remote, refs: Sequence[str]) -> dict[str, str]:
        """Bring these refs up to date and return each one's commit: `{"refs/pull/7/head": "1f3c…", …}`.

        A commit may be asked for by its full id as well, where the server hands that out. The commits that the refs had
        before stay readable. Blocks; call it from a thread. Raises `UnknownRefError`, `GitRefusedError`,
        `GitUnavailableError`, `GitTimeoutError`, `GitTooLargeError`; a damaged mirror is made anew.
        """
        wanted = {ref: _private_name(ref) for ref in refs}
        with self._locked() as lock:
            self._sweep()
            if not self._usable():
                self._create()
            try:
                commits = self._fetch(remote, wanted, lock)
            except (GitCorruptError, NotARepositoryError) as error:
                log.warning("mirror.damaged", mirror=self.path.name, reason=str(error))
                self._create()
                commits = self._fetch(remote, wanted, lock)
            self._tidy(lock)
            return commits

    def discard(self) -> None:
        """Throw the mirror away, when reading it found damage; the next fetch makes a new one."""
        with self._locked():
            self._set_aside()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with held(self.path.with_suffix(".lock"), self._limits.seconds) as lock:
                yield lock
        except LockTimeoutError as error:
            raise GitUnavailableError(f"the mirror is busy: {error}") from error

    def _fetch(self, remote: Remote, wanted: Mapping[str, str], lock: int) -> dict[str, str]:
        command = Command(
            [
                *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"),
                *(f"--filter={self._filter}", "origin"),
                *(f"+{theirs}:{ours}" for theirs, ours in wanted.items()),
            ],
            git_dir=self.path,
            # The address is given each time: the repository may have been renamed, and readers need none.
            config=(("remote.origin.url", remote.url),),
            remote=remote,
            file_bytes=self._limits.max_bytes,
            keep_open=(lock,),
        )
        with self._in_plain_words(remote):
            run_git(command, seconds=self._limits.seconds)
        return dict(zip(wanted, self._commits(list(wanted.values())), strict=True))

    @contextlib.contextmanager
    def _in_plain_words(self, remote: Remote) -> Iterator[None]:
        try:
            yield
        except GitTooLargeError as error:
            limit = self._limits.max_bytes // MEGABYTE
            raise GitTooLargeError(f"{remote.url} is larger than the {limit:,} MB that a mirror may have") from error
        except GitTimeoutError as error:
            raise GitTimeoutError(f"{remote.url} did not arrive within {self._limits.seconds:g} seconds") from error

    def _commits(self, names: Sequence[str]) -> list[str]:
        """The commits of our refs. Each is looked up with its tree, so that damage shows here and not later."""
        command = Command(["cat-file", "--batch-check=%(objectname)"], git_dir=self.path)
        expressions = "".join(f"{name}^{{commit}}\n{name}^{{tree}}\n" for name in names)
        try:
            found = run_git(command, stdin=expressions.encode()).decode().splitlines()
        except GitError as error:
            raise GitCorruptError(f"what was fetched cannot be read: {error}") from error
        if any(line.endswith(" missing") for line in found):
            raise GitCorruptError("what was fetched is not there")
        return found[::2]

    @property
    def _filter(self) -> str:
        return f"blob:limit={self._limits.max_file_bytes + 1}"  # git leaves out what has this size or more

    def _usable(self) -> bool:
        """Whether there is a mirror, made with the present size limit, that has not grown out of all proportion."""
        if not self.path.exists():
            return False
        command = Command(["config", "--get", "remote.origin.partialclonefilter"], git_dir=self.path)
        try:
            made_with = run_git(command, accept=(0, 1)).decode().strip()
        except GitError:
            return False
        return made_with == self._filter and self._size() <= 2 * self._limits.max_bytes

    def _size(self) -> int:
        return sum(file.stat().st_size for file in (self.path / "objects" / "pack").glob("*.pack"))

    def _create(self) -> None:
        """An empty mirror in place of the one that there may be. It is whole before it has the mirror's name."""
        self._set_aside()
        new = self.path.with_name(f"{self.path.name}.new")
        run_git(Command(["init", "--quiet", "--bare", "--template=", "--object-format=sha1", str(new)]))
        for key, value in (
            ("core.repositoryFormatVersion", "1"),
            # So that git expects blobs to be missing (gitrepository-layout; partial-clone design notes).
            ("extensions.partialClone", "origin"),
            ("remote.origin.promisor", "true"),
            ("remote.origin.partialCloneFilter", self._filter),
        ):
            run_git(Command(["config", key, value], git_dir=new))
        new.rename(self.path)
        log.info("mirror.created", mirror=self.path.name)

    def _set_aside(self) -> None:
        if self.path.exists():
            self.path.rename(self.path.with_name(f"{self.path.name}.old-{secrets.token_hex(4)}"))
        self._sweep()

    def _sweep(self) -> None:
        """Remove what a killed process left. We hold the lock, and git inherits it: nobody is still writing."""
        for unfinished in (*self.path.parent.glob(f"{self.path.name}.*"),):
            shutil.rmtree(unfinished, ignore_errors=True)
        leftovers = (
            *self.path.glob("*.lock"),
            *(self.path / "refs").rglob("*.lock"),
            *(self.path / "objects").glob("*/*.lock"),
            *(self.path / "objects").glob("*/tmp_*"),
        )
        for leftover in leftovers:
            leftover.unlink(missing_ok=True)

    def _tidy(self, lock: int) -> None:
        """Make one pack of many. Objects are kept, reachable or not, and git readers look again where a pack went."""
        if sum(1 for _ in (self.path / "objects" / "pack").glob("*.pack")) <= self._limits.most_packs:
            return
        try:
            command = Command(["repack", "-a", "-d", "--quiet"], git_dir=self.path, keep_open=(lock,))
            run_git(command, seconds=self._limits.seconds)
        except GitError as error:
            log.warning("mirror.untidy", mirror=self.path.name, reason=str(error))


def _private_name(ref: str) -> str:
    """Where we keep their ref: `refs/heads/a/b` as `refs/fifthwhy/heads/a%2Fb`.

    The name is one component, so that a branch `a` that is gone never blocks a branch `a/b` that came.
    """
    if _COMMIT.fullmatch(ref):
        return f"refs/fifthwhy/commits/{ref}"
    match = _REF.fullmatch(ref)
    if match is None or ".." in ref or "@{" in ref or ref.endswith((".", ".lock", "/")):
        raise UnknownRefError(f"{ref!r} cannot be a ref: it is not well-formed (git-check-ref-format)")
    return f"refs/fifthwhy/{match['kind']}/{match['name'].replace('%', '%25').replace('/', '%2F')}"
