"""Comments that ask to leave a finding out: `# fifthwhy: ignore[rule] reason until=2027-01-31`."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Final

from analyzers.facts import Ignore

_MARK: Final = re.compile(r"#\s*fifthwhy\s*:\s*ignore\b")
_PARTS: Final = re.compile(r"\s*(?:\[(?P<rules>[^\]]*)\])?(?P<rest>.*)", re.DOTALL)
_UNTIL: Final = re.compile(r"(?:^|\s)\[?until=(?P<day>[^\s\]]*)\]?(?=\s|$)")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_LAYOUT: Final = frozenset({tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT})


def ignores_in(source: str) -> tuple[Ignore, ...]:
    """Every such comment of a source text, well-formed or not."""
    if "fifthwhy" not in source or _MARK.search(source) is None:
        return ()  # tokenizing is slow
    return tuple(_ignores(list(_tokens(source))))


def _tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    """As far as the running Python's tokenizer gets, which is not far where the syntax is newer."""
    try:
        yield from tokenize.generate_tokens(StringIO(source).readline)
    except (tokenize.TokenError, SyntaxError):
        return


def _ignores(tokens: list[tokenize.TokenInfo]) -> Iterator[Ignore]:
    statement: int | None = None
    before = 0
    """The last line that holds code so far."""
    for number, token in enumerate(tokens):
        line = token.start[0]
        if token.type == tokenize.COMMENT and (mark := _MARK.search(token.string)) is not None:
            alone = before != line
            first = last = line
            if alone:
                first = _next_code(tokens, number, line)
                last = _statement_end(tokens, number, first) if statement is None else first
            elif statement is not None and (line == statement or _ends_statement(tokens, number)):
                first, last = statement, _statement_end(tokens, number, line)
            yield _ignore(token.string[mark.end() :], line, alone=alone, covers=(first, last))
        elif token.type == tokenize.NEWLINE:
            statement = None
        elif token.type not in _LAYOUT:
            statement = line if statement is None else statement
            before = token.end[0]


def _ends_statement(tokens: list[tokenize.TokenInfo], number: int) -> bool:
    return any(token.type == tokenize.NEWLINE for token in tokens[number + 1 : number + 2])


def _statement_end(tokens: list[tokenize.TokenInfo], number: int, line: int) -> int:
    """The last line of the statement that stands at or behind a token; that of a block's header for a block."""
    for token in tokens[number:]:
        if token.type == tokenize.NEWLINE and token.start[0] >= line:
            return token.start[0]
    return line


def _next_code(tokens: list[tokenize.TokenInfo], number: int, line: int) -> int:
    for token in tokens[number:]:
        if token.type not in _LAYOUT and token.type != tokenize.ENDMARKER:
            return token.start[0]
    return line


def _ignore(text: str, line: int, *, alone: bool, covers: tuple[int, int]) -> Ignore:
    parts = _PARTS.fullmatch(text)
    listed = parts["rules"] if parts is not None else None
    rest = parts["rest"] if parts is not None else text
    until = _UNTIL.search(rest)
    day = None if until is None else until["day"]
    reason = " ".join((rest if until is None else rest[: until.start()] + " " + rest[until.end() :]).split())
    rules = tuple(dict.fromkeys(rule for rule in re.split(r"[,\s]+", listed or "") if rule))
    problem: str | None = None
    if listed is None:
        problem = "The comment names no rules in brackets: write ignore[rule] and a reason."
    elif not rules:
        problem = "The comment's list of rules is empty."
    elif not reason:
        problem = "The comment gives no reason."
    elif day is not None and not _is_day(day):
        problem = "The comment's date is not a day written as YYYY-MM-DD."
    return Ignore(line, alone, *covers, rules, reason, day, problem)


def _is_day(text: str) -> bool:
    if _DAY.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
