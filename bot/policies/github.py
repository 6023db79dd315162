"""Policies that repositories on GitHub extend: fetched with tokens of their own, and remembered for a minute."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import msgspec
from cachetools import TTLCache

from analyzers.policy import LARGEST_POLICY
from bot.git.git import GitCorruptError, GitRefusedError, GitTimeoutError, GitTooLargeError, Remote, UnknownRefError
from bot.git.mirror import MEGABYTE, Mirror, MirrorLimits, mirror_path
from bot.github.errors import InvalidError, MissingPermissionError, NotFoundError
from bot.policies.sources import SourceError, SourceFile, paths_of

if TYPE_CHECKING:
    from githubkit_schemas.latest.types import AppPermissionsType

    from analyzers.source_name import SourceName
    from bot.git.object_reader import Repository
    from bot.github.app import GitHubApp
    from bot.github.records import RepositoryInfo
    from bot.github.repository import GitHubRepository

_REMEMBERED_SECONDS: Final = 60.0
_MOST_REMEMBERED: Final = 1_000
_LIMITS: Final = MirrorLimits(max_file_bytes=LARGEST_POLICY, max_bytes=32 * MEGABYTE, seconds=30.0)
"""A policy is kept in a small repository."""

_PERMISSIONS: Final[AppPermissionsType] = {"contents": "read", "metadata": "read"}

_OUT_OF_REACH: Final = (
    "cannot be read: the owner has no such repository, fifthwhy is not installed on it, or it is private and this one "
    "is not"
)
"""The same words for all of these, so that nobody learns of a private repository by asking for it."""


class _Found(msgspec.Struct, frozen=True):
    file: SourceFile | None
    private: bool
    owner: str
    problem: str = ""


_NOTHING: Final = _Found(None, private=False, owner="")


class GitHubPolicies:
    """Every policy file that was asked for in the last minute, by installation. One for a worker process."""

    def __init__(
        self, github: GitHubApp, web_url: str, data_dir: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._github = github
        self._web_url = web_url
        self._folder = data_dir / "policies"
        self._lock = Lock()
        self._found: TTLCache[tuple[int, SourceName], _Found] = TTLCache(_MOST_REMEMBERED, _REMEMBERED_SECONDS, clock)

    def sources(self, installation_id: int, asking: GitHubRepository) -> GitHubSources:
        """Where the policies that a repository may extend are had, for as long as its session lasts.

        Call it in the event loop.
        """
        return GitHubSources(self, installation_id, asking)

    def find(self, installation_id: int, name: SourceName, loop: asyncio.AbstractEventLoop) -> _Found:
        """A file as it was less than a minute ago, or as it is. Blocks."""
        key = installation_id, name
        with self._lock:
            found = self._found.get(key)
        if found is None:
            found = self._looked(installation_id, name, loop)
            with self._lock:
                self._found[key] = found
        return found

    def _looked(self, installation_id: int, name: SourceName, loop: asyncio.AbstractEventLoop) -> _Found:
        try:
            opened = asyncio.run_coroutine_threadsafe(self._open(installation_id, name), loop).result()
        except (InvalidError, MissingPermissionError, NotFoundError):  # a token for a name that is not covered is a 422
            return _NOTHING
        return self._read(name, *opened)

    async def _open(self, installation_id: int, name: SourceName) -> tuple[RepositoryInfo, str]:
        """The repository, and a token for reading it. GitHub finds it by name among those of the same account only."""
        async with self._github.named(installation_id, name.repository, _PERMISSIONS) as repository:
            return await repository.info(), repository.session.token

    def _read(self, name: SourceName, info: RepositoryInfo, token: str) -> _Found:
        owner = info.full_name.partition("/")[0]
        try:
            file = self._fetched(name, info, token)
        except SourceError as error:
            return _Found(None, info.private, owner, problem=str(error))
        return _Found(file, info.private, owner)

    def _fetched(self, name: SourceName, info: RepositoryInfo, token: str) -> SourceFile:
        web = f"{self._web_url}/{info.full_name}"
        remote = Remote(f"{web}.git", token=token, plain_http=web.startswith("http://"))
        mirror = Mirror(mirror_path(self._folder, urlsplit(self._web_url).hostname or "", info.id), _LIMITS)
        commit = _tip(mirror, remote, name, info.default_branch)
        try:
            path, text = _file(mirror.repository, commit, name)
        except GitCorruptError:
            mirror.discard()  # the job is tried again, with a new one
            raise
        return SourceFile(text, f"{info.full_name}:{path}", f"{web}/blob/{commit}/{path}")


class GitHubSources:
    """The policies that one repository may extend; as `bot.policies.sources.Sources`."""

    def __init__(self, policies: GitHubPolicies, installation_id: int, asking: GitHubRepository) -> None:
        self._policies = policies
        self._installation_id = installation_id
        self._asking = asking
        self._loop = asyncio.get_running_loop()

    def fetch(self, name: SourceName) -> SourceFile:
        """Blocks; call it from a thread beside the event loop.

        Raises SourceError, and as they are GitHubUnavailableError, GitUnavailableError and GitCorruptError.
        """
        found = self._policies.find(self._installation_id, name, self._loop)
        if not self._may_read(found):
            raise SourceError(_OUT_OF_REACH)
        if found.file is None:
            raise SourceError(found.problem)
        return found.file

    def _may_read(self, found: _Found) -> bool:
        """Nobody may learn by way of a public repository what a private one says; as it is with reusable workflows
        (https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows#access-to-reusable-workflows).
        """
        owner = self._asking.session.full_name.partition("/")[0]
        if found.owner.lower() != owner.lower():
            return False
        return not found.private or asyncio.run_coroutine_threadsafe(self._asking.info(), self._loop).result().private


def _tip(mirror: Mirror, remote: Remote, name: SourceName, default_branch: str) -> str:
    """The commit to read from: of the branch, else of the tag."""
    branch = f"refs/heads/{name.ref or default_branch}"
    refs = [branch] if name.ref is None else [branch, f"refs/tags/{name.ref}"]
    for ref in refs:
        try:
            return mirror.fetch(remote, [ref])[ref]
        except UnknownRefError:
            continue
        except GitRefusedError as error:
            raise SourceError(_OUT_OF_REACH) from error
        except (GitTooLargeError, GitTimeoutError) as error:
            limit = _LIMITS.max_bytes // MEGABYTE
            raise SourceError(
                f"is in a repository that is too large: policies are read from up to {limit} MB"
            ) from error
    raise SourceError("has no commit" if name.ref is None else f"is neither a branch nor a tag of `{name.repository}`")


def _file(repository: Repository, commit: str, name: SourceName) -> tuple[str, bytes]:
    blobs = {entry.path: entry.blob for entry in repository.entries(commit, paths_of(name)) if entry.kind == "file"}
    path = next((path for path in paths_of(name) if path in blobs), None)
    if path is None:
        raise SourceError(f"is not there: `{name.repository}` has no `{paths_of(name)[0]}`")
    _, content = next(iter(repository.blobs([blobs[path]], LARGEST_POLICY)))
    if not isinstance(content, bytes):
        raise SourceError(f"is larger than {LARGEST_POLICY // 1024} KiB")
    return path, content
