"""Telling code from strings and comments without parsing, at the speed of a regular expression."""

from __future__ import annotations

import re
from bisect import insort
from typing import Final

# Branches by the first character, which is faster than trying one kind of string after the other.
_DOUBLE: Final = (
    r"""(?<=")(?:""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+""" + '"""' + r"""|[^"\\\n]*+(?:\\.[^"\\\n]*+)*+")"""
)
_TOKEN: Final = re.compile(rf"([\"'#](?:(?<=#)[^\n]*+|{_DOUBLE}|{_DOUBLE.replace(chr(34), chr(39))}))", re.DOTALL)

KEPT: Final = "\2"
"""Stands for a string that may be a fact."""
_EMPTY: Final = "\3"
_LONG_QUOTES: Final = "\4"
LINE_END: Final = "\5"
"""A line end inside of a string."""
_FORMATTED: Final = "\6"
_FORMATTED_MARK: Final = re.compile(rf"{_FORMATTED}({LINE_END}*+)")
_LAID_OUT: Final = ((_EMPTY, '""'), (_LONG_QUOTES, '"""'), (LINE_END, "\n"), ("\7", ""))

_PREFIX: Final = re.compile(r"(?:^|\W)(?:[fFtT][rR]?|[rR][fFtT])$")
_BRACES: Final = re.compile(r"\{\{|\}\}|[{}]")
_PLAIN_FIELDS: Final = re.compile(r"(?:[^{}]++|\{\{|\}\}|\{[^{}\"']++\})*+")
"""Fields that hold neither strings nor fields."""
_WORD: Final = re.compile(r"[A-Za-z_]\w*+")
_ESCAPES: Final = re.compile(r"\\[xuUN0-7\n]")
_REFERENCE: Final = re.compile(r"([\"'])(?:\1\1)?+[^\W\d][\w.:]*+[\"']++")
_WORDLIKE: Final = re.compile(r"[\"']++[\w.:]*+[\"']++")
_MAIN: Final = frozenset({"'__main__'", '"__main__"'})
_NEXT_LINE: Final = re.compile(r"\n[ \t]*+[A-Za-z_@]\w*+\W")
_BETWEEN: Final = " \t\n\\rRuUbBfFtT"


class GiveUp(Exception):  # noqa: N818  # not an error: the plain way is right there
    """The text has something that is too rare to be worth a quick way."""


class Marked:
    """A text whose strings have become marks and whose comments are gone."""

    __slots__ = ("_fields", "_kept", "_tokens", "code")

    def __init__(self, source: str) -> None:
        parts = _TOKEN.split(source)
        between = parts[::2]
        self._tokens = parts[1::2]
        self._kept: list[int] = []
        self._fields: list[tuple[int, str]] = []
        marks = [
            ""
            if token[0] == "#"
            else self._mark(number, token, between[number])
            if "{" in token or "\\" in token or "\n" in token
            else _EMPTY
            if " " in token or not ("." in token or ":" in token or token in _MAIN)
            else self._plain_mark(number, token)
            for number, token in enumerate(self._tokens)
        ]
        self._keep_notice(marks)
        self._keep_neighbours(between, marks)
        if "__all__" in source:
            self._keep_exports(between, marks)
        parts[1::2] = marks
        self.code = "".join(parts)
        """The text with its line ends, but for those in strings, which are `LINE_END`."""
        if "'" in self.code or '"' in self.code:
            raise GiveUp

    def settle(self, watched: set[str]) -> None:
        """Decide about the f-strings: those that hold a watched name stay."""
        if not self._fields:
            return
        keeps = [
            "'" in fields or '"' in fields or ":=" in fields or not watched.isdisjoint(_WORD.findall(fields))
            for _, fields in self._fields
        ]
        self._kept += [number for (number, _), keep in zip(self._fields, keeps, strict=True) if keep]
        self._kept.sort()
        waiting = iter(keeps)
        self.code = _FORMATTED_MARK.sub(
            lambda mark: KEPT + "\7" * len(mark[1]) if next(waiting) else _emptied(len(mark[1])), self.code
        )

    def laid_out(self, text: str) -> str:
        """Code again, from lines of the marked text that hold every `KEPT` of it."""
        for mark, code in _LAID_OUT:
            text = text.replace(mark, code)
        pieces = text.split(KEPT)
        if len(pieces) != len(self._kept) + 1:
            raise GiveUp
        whole = [""] * (2 * len(pieces) - 1)
        whole[::2] = pieces
        whole[1::2] = [self._tokens[number] for number in self._kept]
        return "".join(whole)

    def _mark(self, number: int, token: str, before: str) -> str:
        ends = token.count("\n")
        if "{" in token and before and before[-1] in "fFtTrR" and _PREFIX.search(before[-3:]):
            self._fields.append((number, _fields(token)))
            return _FORMATTED + LINE_END * ends
        if "\\" in token and _ESCAPES.search(token) is not None:
            self._kept.append(number)
            return KEPT + "\7" * ends
        return self._plain_mark(number, token) if ends == 0 else _emptied(ends)

    def _plain_mark(self, number: int, token: str) -> str:
        if _REFERENCE.fullmatch(token) is None and token not in _MAIN:
            return _EMPTY
        self._kept.append(number)
        return KEPT

    def _keep_exports(self, between: list[str], marks: list[str]) -> None:
        """The strings from `__all__` to the next line that starts with a word."""
        for number, text in enumerate(between):
            start = text.rfind("__all__")
            following = number
            while start >= 0 and following < len(marks) and _NEXT_LINE.search(between[following], start) is None:
                mark = marks[following]
                if mark and mark[0] not in (KEPT, _FORMATTED):
                    self._keep(following, marks)
                following += 1
                start = 0

    def _keep_notice(self, marks: list[str]) -> None:
        """The docstring, if it may say that the module is deprecated."""
        for number, token in enumerate(self._tokens):
            if token[0] != "#":
                if "deprecated" in token.lower() and marks[number][0] not in (KEPT, _FORMATTED):
                    self._keep(number, marks)
                return

    def _keep(self, number: int, marks: list[str]) -> None:
        marks[number] = KEPT + "\7" * self._tokens[number].count("\n")
        insort(self._kept, number)

    def _keep_neighbours(self, between: list[str], marks: list[str]) -> None:
        """Strings that are written next to each other are one: that may read as a name where its parts do not."""
        pairs: list[tuple[int, int]] = []
        for number in [number for number, text in enumerate(between) if not text.strip(_BETWEEN)]:
            if 0 < number < len(marks) and marks[number]:
                before = number - 1
                while before > 0 and not marks[before] and not between[before].strip(_BETWEEN):
                    before -= 1
                if marks[before]:
                    pairs.append((before, number))
        for before, number in [*pairs, *reversed(pairs)]:
            one, other = marks[before][0], marks[number][0]
            if _FORMATTED in (one, other) or one == other == KEPT:
                continue
            if KEPT in (one, other) or all(_WORDLIKE.fullmatch(self._tokens[part]) for part in (before, number)):
                self._keep(before if other == KEPT else number, marks)
                if KEPT not in (one, other):
                    self._keep(before, marks)


def _emptied(ends: int) -> str:
    return _LONG_QUOTES + LINE_END * ends + _LONG_QUOTES if ends else _EMPTY


def _fields(token: str) -> str:
    """The text in the braces of an f-string; gives up where they do not match, as with quotes inside (PEP 701)."""
    if _PLAIN_FIELDS.fullmatch(token) is not None:
        return token.replace("'", "").replace('"', "")  # with the text around, which does no harm
    parts: list[str] = []
    depth = start = 0
    position = 0
    while (brace := _BRACES.search(token, position)) is not None:
        text, at = brace[0], brace.start()
        position = brace.end()
        if len(text) == 2 and depth == 0:
            continue
        position = at + 1
        depth += 1 if text[0] == "{" else -1
        if depth == 1 and text[0] == "{":
            start = at
        elif depth == 0:
            parts.append(token[start + 1 : at])
        elif depth < 0:
            raise GiveUp
    if depth:
        raise GiveUp
    return " ".join(parts)
