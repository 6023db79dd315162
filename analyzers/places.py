"""Places that a report leads to: commits, and lines of files, with their addresses on GitHub."""

from __future__ import annotations

from urllib.parse import quote

import msgspec


class Repository(msgspec.Struct, frozen=True):
    """The audited repository; `web` is its address on GitHub, without a slash at the end, where it has one."""

    name: str
    web: str | None

    def file(self, commit: str, path: str, line: int | None = None, end_line: int | None = None) -> str | None:
        """Permanent address of a file's lines at a commit."""
        if self.web is None:
            return None
        address = f"{self.web}/blob/{commit}/{quote(path.encode('utf-8', 'surrogateescape'))}"
        if line is None:
            return address
        return f"{address}#L{line}" if end_line in (None, line) else f"{address}#L{line}-L{end_line}"

    def commit(self, commit: str) -> str | None:
        """Address of a commit."""
        return None if self.web is None else f"{self.web}/commit/{commit}"

    def compare(self, old: str, new: str) -> str | None:
        """Address of what changed between two commits."""
        return None if self.web is None else f"{self.web}/compare/{old}...{new}"


class Commit(msgspec.Struct, frozen=True):
    """One commit of the audited repository; `date` is ISO 8601."""

    id: str
    date: str
    subject: str

    @property
    def short(self) -> str:
        """The first ten digits, as GitHub links them."""
        return self.id[:10]


class Place(msgspec.Struct, frozen=True):
    """Lines of a file at a commit, with their address where the repository has one."""

    path: str
    line: int
    end_line: int
    url: str | None
