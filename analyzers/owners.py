"""Who owns which file, as a CODEOWNERS file says (GitHub's documentation, "About code owners")."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from codeowners import CodeOwners, parse_owner

CODEOWNERS_PATHS: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks, in its order; the first that exists counts."""

LARGEST_CODEOWNERS: Final = 3_000_000
"""GitHub does not read a larger one."""

_MOST_RULES: Final = 20_000
_LONGEST_PATTERN: Final = 500
_LONGEST_PATH: Final = 1_000
_LEAST_STEPS: Final = 50
"""What a comparison takes besides those of its pattern."""
_MOST_STEPS: Final = 100_000_000
"""What all comparisons together may take: a few seconds at the very worst, when each is as slow as it can be."""

_NOT_LITERAL: Final = re.compile(r"[*?\\]")
_COMMENT: Final = re.compile(r"(?:^|\s)#")
_UNKNOWN_SYNTAX: Final = re.compile(r"!|.*[\[\]]")
"""Negation and ranges of characters, which GitHub does not know."""


def owners_of(text: bytes, paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The owners of each of these files; none where the file gives it none.

    Lines that GitHub cannot use are skipped, as there. A path is left out where nobody looked: one with a space in it,
    or where the file asks too much.
    """
    if len(text) > LARGEST_CODEOWNERS:
        return {}
    owners = _Owners()
    for line in text.decode("utf-8", "replace").split("\n"):
        rule = _rule(line)
        if rule is not None and not owners.add(rule):
            return {}
    usable = (path for path in sorted(set(paths)) if len(path) <= _LONGEST_PATH and " " not in path)
    answers = ((path, owners.of(path)) for path in usable)
    return {path: found for path, found in answers if found is not None}


class _Rule(msgspec.Struct, frozen=True):
    """A line that counts: `singles` are the most `*` in one part of its pattern, `doubles` the parts that are `**`."""

    pattern: str
    owners: tuple[str, ...]
    singles: int
    doubles: int

    def steps(self, path: str) -> int:
        """How many steps it takes at most to compare a path: the pattern becomes a regular expression."""
        parts = path.split("/")
        return int(_LEAST_STEPS + len(path) * max(map(len, parts)) ** self.singles * len(parts) ** self.doubles)


def _rule(line: str) -> _Rule | None:
    """What a line says, None where it says nothing: a comment, or something that GitHub cannot use."""
    words = [] if "\\ " in line else _COMMENT.split(line, maxsplit=1)[0].split()  # no path with a space is looked at
    if not words or len(line.splitlines()) > 1 or _UNKNOWN_SYNTAX.match(words[0]):
        return None
    pattern, *owners = words
    if any(parse_owner(owner) is None for owner in owners):
        return None
    parts = pattern.split("/")
    singles = max(part.count("*") for part in parts if part != "**") if set(parts) != {"**"} else 0
    return _Rule(pattern, tuple(owners), singles, parts.count("**"))


class _Owners:
    """The lines that count, kept by the folder that what they match must be in. The last that matches decides."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self._within: dict[str, list[int]] = {}
        self._compiled: dict[int, CodeOwners] = {}
        self._steps_left = _MOST_STEPS

    def add(self, rule: _Rule) -> bool:
        """Take up the next line; whether it was not too much."""
        self._within.setdefault(_folder_of(rule.pattern), []).append(len(self._rules))
        self._rules.append(rule)
        return len(self._rules) <= _MOST_RULES and len(rule.pattern) <= _LONGEST_PATTERN

    def of(self, path: str) -> tuple[str, ...] | None:
        """The owners of a file, None where it takes too long to say."""
        candidates = (reversed(self._within.get(around, ())) for around in _around(path))
        for number in heapq.merge(*candidates, reverse=True):
            self._steps_left -= self._rules[number].steps(path)
            if self._steps_left < 0:
                return None
            if self._matches(number, path):
                return self._rules[number].owners
        return ()

    def _matches(self, number: int, path: str) -> bool:
        compiled = self._compiled.get(number)
        if compiled is None:
            compiled = self._compiled[number] = CodeOwners(self._rules[number].pattern)
        return compiled.matching_line(path)[1] is not None


def _folder_of(pattern: str) -> str:
    """The path that whatever matches is, or lies in; empty where the pattern may match anywhere."""
    if "/" not in pattern[:-1]:
        return ""
    literal: list[str] = []
    for part in pattern.strip("/").split("/"):
        if _NOT_LITERAL.search(part):
            break
        literal.append(part)
    return "/".join(literal)


def _around(path: str) -> Iterator[str]:
    """A path, all folders that it lies in, and the top."""
    yield path
    while path:
        path = path.rpartition("/")[0]
        yield path
