"""What is left on the disk of repositories that the App may no longer read: mirrors, and what was read there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

import structlog

from bot.git.git import Command, GitError, run_git
from bot.git.mirror import Mirror, MirrorLimits
from bot.measuring.measure import Caches

log = structlog.get_logger(__name__)

_MIRROR: Final = re.compile(r"(\d{1,19})\.git")
_OBJECTS_AT_ONCE: Final = 10_000
_OBJECTS: Final = ("cat-file", "--batch-all-objects", "--unordered", "--buffer", "--batch-check=%(objectname)")
_MOST_BYTES: Final = 4 * 1024**3


class Leftovers:
    """The mirrors below a data directory, and the caches beside them. Everything blocks."""

    def __init__(self, data_dir: Path, limits: MirrorLimits, caches: Caches) -> None:
        self._data_dir = data_dir
        self._limits = limits
        self._caches = caches

    def remove(self, repository_id: int) -> bool:
        """Remove all that there is of a repository; whether there was anything, and it could be.

        The mirror goes last: whatever comes in between, it is found again. Files that another repository has as well
        are read there once more.
        """
        found = [path for path in self._mirrors() if _repository_of(path) == repository_id]
        removed = [self._remove(path) for path in found]
        return bool(removed) and all(removed)

    def remove_others(self, covered: Collection[int], listed_at: datetime) -> tuple[int, ...]:
        """Remove what there is of repositories that are not among these, unless their mirrors were made afterwards."""
        others = [
            id
            for path in self._mirrors()
            if (id := _repository_of(path)) not in covered and _made_at(path) < listed_at.timestamp()
        ]
        return tuple(id for id in dict.fromkeys(others) if self.remove(id))

    def _mirrors(self) -> Iterator[Path]:
        """Of repositories that were audited, and of those whose policies others extend."""
        for folder in (self._data_dir / "mirrors", self._data_dir / "policies" / "mirrors"):
            yield from (path for path in sorted(folder.glob("*/*.git")) if _MIRROR.fullmatch(path.name))

    def _remove(self, path: Path) -> bool:
        self._forget(path)
        try:
            Mirror(path, self._limits).discard()
        except (OSError, GitError) as error:
            log.warning("a mirror could not be removed", mirror=path.name, reason=repr(error))
            return False
        log.info("mirror removed", mirror=path.name)
        return True

    def _forget(self, path: Path) -> None:
        self._caches.indexes.forget(str(path))
        self._caches.past.forget(str(path))
        try:
            listed = run_git(Command(_OBJECTS, git_dir=path), seconds=self._limits.seconds, output_bytes=_MOST_BYTES)
        except GitError as error:
            log.warning("facts could not be forgotten", mirror=path.name, reason=str(error))
            return
        ids = iter(listed.decode().split())
        while some := list(islice(ids, _OBJECTS_AT_ONCE)):
            self._caches.reader.forget(some)


def _repository_of(path: Path) -> int:
    return int(path.stem)


def _made_at(path: Path) -> float:
    """When the mirror was made; its configuration is written then, and never again."""
    try:
        return (path / "config").stat().st_mtime
    except OSError:
        return 0.0
