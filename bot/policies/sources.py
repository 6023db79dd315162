"""The policy files that others extend, wherever they are kept, and the chain of them below one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import msgspec

from analyzers.policy import LARGEST_POLICY, POLICY_PATHS, PolicyError, PolicyProblem, extends_of
from analyzers.policy_layers import PolicyText
from analyzers.source_name import SourceName

MOST_SOURCES: Final = 3
"""How many files may extend each other in a row, beside the one that begins."""


class SourceError(Exception):
    """A policy file that cannot be had; the message goes on after its name."""


class SourceFile(msgspec.Struct, frozen=True):
    """A policy file of another repository."""

    text: bytes
    place: str
    """Where it is, in words: `acme/.github:.github/fifthwhy.yml`."""
    url: str | None = None


class Sources(Protocol):
    """Where the policies of one owner are had."""

    def fetch(self, name: SourceName) -> SourceFile:
        """Blocks; call it from a thread. Raises SourceError, and as it is what may work later."""
        ...


class NoSources:
    """A machine on which the owner's other repositories are not known."""

    def fetch(self, name: SourceName) -> SourceFile:
        """Raises SourceError."""
        raise SourceError("is in another repository: clone it, and name the folder around it with --extends-from")


class ClonedSources:
    """A folder in which the owner's repositories are cloned, each under its name; read as they are checked out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fetch(self, name: SourceName) -> SourceFile:
        """The file in the work tree, whatever branch or tag is named. Raises SourceError."""
        clone = self._folder / name.repository
        found = next((path for path in paths_of(name) if (clone / path).is_file()), None)
        if found is None:
            raise SourceError(f"is not in {clone}")
        try:
            with (clone / found).open("rb") as file:
                return SourceFile(file.read(LARGEST_POLICY + 1), str(clone / found))
        except OSError as error:
            raise SourceError(f"cannot be read: {error.strerror}") from error


NO_SOURCES: Final = NoSources()


def local_sources(folder: Path | None) -> Sources:
    """Where policies are had on this machine; None: nowhere."""
    return NO_SOURCES if folder is None else ClonedSources(folder)


def paths_of(name: SourceName) -> tuple[str, ...]:
    """Where the file may be in its repository; the first one that exists counts."""
    return POLICY_PATHS if name.path is None else (name.path,)


def layers_below(text: bytes, sources: Sources, above: Sequence[SourceName] = ()) -> tuple[PolicyText, ...]:
    """The files that a policy extends, the nearest first. `above` are those that led to this one.

    Raises PolicyError at the line of `extends`, where one of them cannot be had.
    """
    found: list[PolicyText] = []
    seen = list(above)
    line, name = extends_of(text) or (1, None)
    while name is not None:
        try:
            found.append(_next(name, seen, sources))
        except SourceError as error:
            way = "".join(f"`{each.name}` extends " for each in found)
            raise PolicyError([PolicyProblem(line, "extends", f"{way}`{name}`, which {error}")]) from error
        seen.append(name)
        _, name = extends_of(found[-1].text) or (1, None)
    return tuple(found)


def _next(name: SourceName, seen: Sequence[SourceName], sources: Sources) -> PolicyText:
    if name in seen:
        raise SourceError("leads back to itself")
    if len(seen) >= MOST_SOURCES:
        raise SourceError(f"is one too many: at most {MOST_SOURCES} files may extend each other in a row")
    return PolicyText(str(name), sources.fetch(name).text)
