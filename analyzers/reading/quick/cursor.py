"""Reading the bytes of ast-serialize one after the other: numbers, texts, places (mypyc/lib-rt/internal)."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

from analyzers.reading.quick import tags

_LONG: Final[i64] = 15


class GiveUp(Exception):  # noqa: N818  # not an error: the plain way is right there
    """The file has something that is too rare to be worth a quick way."""


class Cursor:
    """A place in such bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at: i64 = 0
        self.line: i64 = 0
        self.column: i64 = 0
        self.end_line: i64 = 0

    def tag(self) -> i64:
        """The next byte."""
        at = self.at
        self.at = at + 1
        return self.data[at]

    def expect(self, tag: i64) -> None:
        """The next byte, which has to be this one."""
        at = self.at
        self.at = at + 1
        if self.data[at] != tag:
            raise GiveUp

    def flag(self) -> bool:
        """A truth value."""
        return self.tag() == tags.TRUE

    def number(self) -> i64:
        """A number of up to four bytes; the lowest bits of the first say how many."""
        data, at = self.data, self.at
        first: i64 = data[at]
        if first & 1 == 0:
            self.at = at + 1
            return (first >> 1) - 10
        second: i64 = data[at + 1]
        if first & 2 == 0:
            self.at = at + 2
            return (second << 6) + (first >> 2) - 100
        if first == _LONG:
            raise GiveUp
        third: i64 = data[at + 2]
        fourth: i64 = data[at + 3]
        self.at = at + 4
        return (fourth << 21) + (third << 13) + (second << 5) + (first >> 3) - 10_000

    def skip_number(self) -> None:
        """A number that nobody wants to know."""
        first: i64 = self.data[self.at]
        if first & 1 == 0:
            self.at += 1
        elif first & 2 == 0:
            self.at += 2
        elif first != _LONG:
            self.at += 4
        else:  # as many bytes as are said, with the sign in the lowest bit
            self.at += 1
            size = self.number() >> 1
            self.at += size

    def whole(self) -> i64:
        """A number with its tag."""
        self.expect(tags.INT)
        return self.number()

    def count(self) -> i64:
        """How many things are in the list that follows."""
        self.expect(tags.LIST)
        return self.number()

    def text(self) -> str:
        """A text with its tag."""
        self.expect(tags.STR)
        return self.bare_text()

    def bare_text(self) -> str:
        """A text whose tag was read."""
        size = self.number()
        at = self.at
        self.at = at + size
        return self.data[at : at + size].decode()

    def skip_text(self) -> None:
        """A text that nobody wants to know."""
        self.expect(tags.STR)
        size = self.number()
        self.at += size

    def optional_text(self) -> str | None:
        """A text or nothing, with its tag."""
        tag = self.tag()
        if tag == tags.NONE:
            return None
        if tag != tags.STR:
            raise GiveUp
        return self.bare_text()

    def location(self) -> None:
        """Where a node stands, into `line`, `column` and `end_line`."""
        self.expect(tags.LOCATION)
        self.line = self.number()
        self.column = self.number()
        self.end_line = self.line + self.number()
        self.skip_number()

    def skip_location(self) -> None:
        """Where a node stands, if that does not matter."""
        self.expect(tags.LOCATION)
        self.skip_number()
        self.skip_number()
        self.skip_number()
        self.skip_number()

    def close(self) -> None:
        """The place and the end of a node, of which nothing matters."""
        self.skip_location()
        self.expect(tags.END)
