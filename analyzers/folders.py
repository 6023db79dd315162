"""Folders by which files are counted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

OF_ONE: Final = "*.py"
"""What lies in a folder directly."""


def folder_of(path: str, depth: int) -> str:
    """The leading folders of a path, at most so many; empty for a file that is in none."""
    return "/".join(path.split("/")[:-1][:depth])


def folders_of(paths: Iterable[str], depth: int) -> list[str]:
    """The folder that each path is counted under: `tests/e2e`. Where folders in it are counted by themselves, what it
    holds directly is `tests/e2e/*.py`, so that no name covers what another one does. Empty for a file that is in none.
    """
    found = [folder_of(path, depth) for path in paths]
    around = {parent for folder in set(found) for parent in _parents(folder)}
    return [f"{folder}/{OF_ONE}" if folder in around else folder for folder in found]


def _parents(folder: str) -> Iterable[str]:
    parts = folder.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts)))
