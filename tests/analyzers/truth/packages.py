"""The real code that is counted again: packages of the standard library, and packages that these tests run with."""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.analyzers.truth.code import Files

TREES: Final = {
    "asyncio": ("stdlib", "asyncio concurrent"),
    "email": ("stdlib", "email"),
    "importlib": ("stdlib", "importlib"),
    "multiprocessing": ("stdlib", "multiprocessing ctypes"),
    "unittest": ("stdlib", "unittest logging"),
    "xml": ("stdlib", "xml json collections html re"),
    "click": ("purelib", "click"),
    "contracts": ("purelib", "importlinter grimp"),
    "cryptography": ("purelib", "cryptography"),
    "httpx": ("purelib", "httpx httpcore h11 anyio"),
    "hypothesis": ("purelib", "hypothesis"),
    "jinja2": ("purelib", "jinja2"),
    "markdown_it": ("purelib", "markdown_it"),
    "pydantic": ("purelib", "pydantic"),
    "pytest": ("purelib", "_pytest pluggy"),
    "redis": ("purelib", "redis arq"),
    "rich": ("purelib", "rich"),
    "starlette": ("purelib", "starlette uvicorn"),
    "structlog": ("purelib", "structlog"),
}
"""Trees of one or more packages that lie side by side."""


def installed() -> list[str]:
    """The trees that are there as a whole."""
    return [name for name, (place, packages) in TREES.items() if all(map(folder_in(place), packages.split()))]


def folder_in(place: str) -> Callable[[str], bool]:
    """Tells whether a package is there."""
    return lambda package: (Path(sysconfig.get_path(place)) / package / "__init__.py").is_file()


def files_of(name: str) -> Files:
    """The files of a tree. What is not Python counts by its name alone."""
    place, packages = TREES[name]
    top = Path(sysconfig.get_path(place))
    return {
        path.relative_to(top).as_posix(): path.read_bytes() if path.suffix == ".py" else b""
        for package in packages.split()
        for path in sorted((top / package).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
