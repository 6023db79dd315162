"""The quick way to a file's facts: a skeleton of its text, in which only what can matter is left to parse.

Every line keeps its number. Kept are all headers of blocks, everything outside of functions, and inside of them the
statements that hold a *watched* name: one that an import, a definition of the module or an alias of these binds, or
that is global. Other names resolve to nothing that is a fact, so that where they are bound does not matter. Strings
are emptied unless they may be a fact themselves; comments go.
"""

from __future__ import annotations

import re
from typing import Final

from analyzers.reading.sift import DEPTH, WATCHED_ALWAYS, WORD, Direct, Sieve, bracketed
from analyzers.reading.strings import GiveUp, Marked

_LOGICAL_LINE: Final = re.compile(rf"(?:[^\n()\[\]{{}}\\]++|{bracketed(DEPTH)}|\\\n)*+\n")

_ALIAS: Final = re.compile(r"=[ \t]*+((?:[A-Za-z_]|\\\n)(?:[\w. \t]++|\\\n)*+|\([\w.()\s\\]*?\)[ \t]*+)(?=[;\n])")
_GLOBAL: Final = re.compile(r"global(?<=\bglobal)\b([^\n;\\]*+(?:\\\n[^\n;\\]*+)*+)")
_IMPORT: Final = re.compile(r"import(?<=\bimport)\b([^\n;(\\]*+(?:\\\n[^\n;(\\]*+)*+(?:\([^)]*+\))?+)")
_DEFINITION: Final = re.compile(r"^[ \t]*+(?:async[ \t]++)?+(?:def|class)[ \t\\\n]++(\w++)", re.MULTILINE)
_GETATTR: Final = re.compile(r"(?:[ \t]def[ \t]++__getattr__\([ \t]*+self\b|\.__getattr__\b)")
"""Anything else of that name may be the module's own, all of whose body counts."""

_LONGEST_LINE: Final = 1_500
_MOST_LINKS: Final = 150
_LINK: Final = re.compile(
    r"[(\[{]|[)\]}]|,|[-+*/%@&|^~<>=.]++|\b(?:not|lambda|if|else|for|and|or|await|in|is|yield)\b|[;:]"
)


def skeleton_of(source: str) -> tuple[str, Direct]:
    """What is left of a text with plain line ends, and what was read off the rest; raises `GiveUp`.

    Says nothing about whether the text is valid.
    """
    marked = Marked(source if source.endswith("\n") else source + "\n")
    code = marked.code
    if "\f" in code:
        code = marked.code = code.replace("\n\f\n", "\n\n")
    if not code.isascii() or "\f" in code or ("\n\t" in code and "\n " in code):
        raise GiveUp
    if "__getattr__" in code and len(_GETATTR.findall(code)) != code.count("__getattr__"):
        raise GiveUp
    watched = _watched(code)
    marked.settle(watched)
    code = marked.code
    lines = _LOGICAL_LINE.findall(code)
    if sum(map(len, lines)) != len(code):
        raise GiveUp
    if max(map(len, lines)) > _LONGEST_LINE:
        _check_chains(lines)
    sieve = Sieve(watched, renamed="TYPE_CHECKING as" in code or "suppress as" in code)
    return marked.laid_out(sieve.sift(lines)), sieve.direct


def _watched(code: str) -> set[str]:
    """The names that may resolve to something, and some that are never looked up."""
    watched = set(WATCHED_ALWAYS)
    for names in (*_IMPORT.findall(code), *(_GLOBAL.findall(code) if "global" in code else ())):
        watched.update(WORD.findall(names))
    watched.update(_DEFINITION.findall(code))
    watched.discard("as")
    aliases = [(match[1], match.start()) for match in _ALIAS.finditer(code)]
    found = True
    while found:
        found = False
        for value, position in aliases:
            head = WORD.search(value)
            if head is not None and head[0] in watched:
                names = _targets(code, position)
                found |= not names <= watched
                watched |= names
    return watched


def _targets(code: str, position: int) -> set[str]:
    """The names that an assignment binds whose last `=` stands at the position: `a` and `b` of `a = b.c[0] = b = d`."""
    text = code[max(code.rfind("\n", 0, position), code.rfind(";", 0, position)) + 1 : position]
    open_brackets = sum(map(text.count, "([{")) - sum(map(text.count, ")]}"))
    if open_brackets > 0:  # the keyword of a call
        return set()
    if open_brackets < 0:  # an annotation over several lines
        raise GiveUp
    names: set[str] = set()
    for target in text.split("="):
        for part in (target.partition(":")[0], target.rpartition(":")[2]):
            words = part.split()
            if words and words[-1].isidentifier() and len(words) <= 2:
                names.add(words[-1])
    return names


def _check_chains(lines: list[str]) -> None:
    """Give up where operators are chained so long that a parser may run out of stack: no comma ends such a chain."""
    for line in lines:
        if len(line) > _LONGEST_LINE:
            chains = [0]
            names = 0
            for link in _LINK.findall(line):
                if link in "([{":
                    chains[-1] += 1
                    chains.append(0)
                elif link in ")]}":
                    chains.pop()
                elif link == ",":
                    chains[-1] = 0
                elif link == "lambda":
                    names += 1
                else:
                    chains[-1] += 1
                if sum(chains) + names > _MOST_LINKS:
                    raise GiveUp
