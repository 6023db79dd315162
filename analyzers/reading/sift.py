"""Sorting the lines of a text: what has to be parsed, and what can be read off at once.

Inside of functions, most lines that hold a watched name only load it: `x = name.a(...)`. Such a line binds no watched
name, so its calls and attribute accesses are noted here, for the innermost function, which knows what the names mean;
the line itself goes. Whatever has another form is kept for the parser.
"""

from __future__ import annotations

import re
from typing import Final

from analyzers.facts import UseKind
from analyzers.reading.strings import KEPT, LINE_END, GiveUp

WORD: Final = re.compile(r"[A-Za-z_]\w*+")


def bracketed(depth: int) -> str:
    """A pattern for brackets nested so deep."""
    deeper = rf"|{bracketed(depth - 1)}" if depth else ""
    return rf"[(\[{{](?:[^()\[\]{{}}]++{deeper})*+[)\]}}]"


DEPTH: Final = 12
_GROUP: Final = re.compile(bracketed(DEPTH))
_DOTTED: Final = re.compile(r"(?<![\w.])([A-Za-z_]\w*+)((?:\.[A-Za-z_]\w*+)*+)[ \t]*+(?=(.?))", re.DOTALL)
_SPLIT: Final = re.compile(r"\.\s|\s\.|\w[ \t]*+\n\s*+\(|\\")
_CLOSER_LOOK: Final = ("lambda", ":=", ";", "modules", "\\", "\t", ". ", " .")
_SIMPLE: Final = re.compile(r"(?:(?:return|raise|assert|yield|await)\b|([A-Za-z_][\w.]*+)[ \t]*+=(?!=))?+[ \t]*+")
_ASSIGNS: Final = re.compile(r"(?<![=!<>])=(?!=)|:")
_FOR: Final = re.compile(r"\bfor\b(.*?)\bin\b", re.DOTALL)

_COMPOUND: Final = frozenset(
    "import from global nonlocal del def class async match case type "  # noqa: SIM905  # a list of it fills a screen
    "if elif else for while with try except finally".split()
)
"""What the statements begin with that are never left out."""
_HEADER: Final = re.compile(r"(?:async[ \t]++)?+(if|elif|while|for|with|except|else|try|finally)\b")
_LOOP: Final = re.compile(r"(?:async[ \t]++)?+for\b(.*?)\bin\b(.*):\s*$", re.DOTALL)
_WITH: Final = re.compile(r"(?:async[ \t]++)?+with\b(.*?)(?:\bas\b(.*))?:\s*$", re.DOTALL)
_TELLING: Final = re.compile(r"\b(?:TYPE_CHECKING|False|0|__name__)\b")
_DEF: Final = re.compile(r"(async[ \t]++)?+def[ \t]++(\w++)[ \t]*+\(")
_CLASS: Final = re.compile(r"class\b")
_OPEN: Final = frozenset({"globals", "__path__", "setattr"})
"""Names whose use needs a closer look than this."""
WATCHED_ALWAYS: Final = _OPEN

_DEEPEST_INDENT: Final = 100


Seen = tuple[int, int, str, UseKind, int]
"""A call or attribute access as it stands in the text: line, column, dotted name, kind, last line."""

Direct = dict[int, list[Seen]]
"""What was seen in functions, by the line of their `def`."""


class Sieve:
    """Takes the logical lines of a text one by one."""

    def __init__(self, watched: set[str], *, renamed: bool) -> None:
        self.kept: list[str] = []
        self.direct: Direct = {}
        self._watched = watched
        self._renamed = renamed
        """The file has names of its own for what the tests of branches are known by."""
        self._scopes: list[tuple[int, int]] = []
        """Indentation and line of the definitions around, from the outermost function on; line 0 for a class."""
        self._classes: list[int] = []
        self._body: list[str] = []
        self._needed = False
        self._height = 0
        self._opened = False
        self._last = ""

    def sift(self, lines: list[str]) -> str:
        """What has to be parsed, each line in its place."""
        number = 1
        blank = 0
        for line in lines:
            bare = line.lstrip(" \t")
            if bare == "\n":
                blank += 1
                number += 1
                continue
            indent = len(line) - len(bare)
            height = line.count("\n")
            if LINE_END in line or "\7" in line:
                height += line.count(LINE_END) + line.count("\7")
            scopes = self._scopes
            while scopes and indent <= scopes[-1][0]:
                scopes.pop()
            if not scopes and self._height:
                self._leave()
            if blank:
                (self._body if scopes else self.kept).append("\n" * blank)
                if scopes:
                    self._height += blank
                blank = 0
            if scopes:
                self._inside(line, bare, indent, number, height)
            else:
                self._outside(line, bare, indent, number)
            number += height
        if self._height:
            self._leave()
        return "".join(self.kept)

    def _outside(self, line: str, bare: str, indent: int, number: int) -> None:
        classes = self._classes
        while classes and indent <= classes[-1]:
            classes.pop()
        if bare.rstrip().endswith(":"):
            if _DEF.match(bare) is not None:
                self._scopes.append((indent, number))
                if classes:
                    line = self._shortened(line, bare, indent)
            elif _CLASS.match(bare) is not None:
                classes.append(indent)
            elif bare.startswith(("async def", "async\t", "async  ", "async \\", "def\\", "def \\")):
                raise GiveUp
            if indent > _DEEPEST_INDENT:
                raise GiveUp
        self.kept.append(line)

    def _shortened(self, line: str, bare: str, indent: int) -> str:
        """The header of a method, whose parameters matter only if they are watched."""
        if KEPT in bare or not self._watched.isdisjoint(WORD.findall(bare)):
            return line
        head = _DEF.match(bare)
        if head is None:
            return line
        below = line.count("\n") + line.count(LINE_END) - 1
        return f"{line[:indent]}{head[1] or ''}def {head[2]}():\n" + "\n" * below

    def _inside(self, line: str, bare: str, indent: int, number: int, height: int) -> None:
        self._height += height
        if self._last:
            self._settle_last()
        words = WORD.findall(bare)
        plain = self._watched.isdisjoint(words)
        if bare[-2] == ":" or (bare[-2] in " \t" and bare.rstrip().endswith(":")):
            self._open(line, bare, indent, number, height, plain=plain)
        elif (
            KEPT not in bare
            and (not words or words[0] not in _COMPOUND)
            and bare[0] != "@"
            and (plain or self._is_plain(bare, number))
        ):
            self._last = line
        else:
            self._needed = True
            self._opened = False
            self._body.append(line)

    def _open(self, line: str, bare: str, indent: int, number: int, height: int, *, plain: bool) -> None:
        """The header of a block."""
        if indent > _DEEPEST_INDENT:
            raise GiveUp
        reduced = self._header(line, bare, indent, number, height, plain=plain)
        if reduced is None:
            self._needed = True
            if _DEF.match(bare) is not None:
                self._scopes.append((indent, number))
            elif _CLASS.match(bare) is not None or "def" in bare[:12]:
                self._scopes.append((indent, 0))
        self._body.append(line if reduced is None else reduced)
        self._opened = True

    def _settle_last(self) -> None:
        """The line before was left out: a block needs a first statement."""
        last = self._last
        self._body.append(_placeholder(last) if self._opened else "\n" * _height(last))
        self._opened = False
        self._last = ""

    def _leave(self) -> None:
        """The end of an outermost function, whose last line must stay the last."""
        last = self._last
        if last:
            self._body.append(_placeholder(last))
            self._last = ""
        if self._needed or not last:
            self.kept += self._body
        else:
            self.kept.append("\n" * (self._height - 1) + last[: len(last) - len(last.lstrip(" \t"))] + "0\n")
        self._body = []
        self._height = 0
        self._needed = False
        self._opened = False

    def _is_plain(self, bare: str, number: int) -> bool:
        """Whether a line with watched names can go."""
        form = _SIMPLE.match(bare)
        if form is None:
            return False
        target = form[1]
        if target is not None and target.partition(".")[0] in self._watched:
            return False
        rest = bare[form.end() :]
        if ("=" in rest or ":" in rest) and _ASSIGNS.search(_GROUP.sub("", rest)) is not None:
            return False
        return self._note(rest, number)

    def _header(self, line: str, bare: str, indent: int, number: int, height: int, *, plain: bool) -> str | None:
        """The header of a block that needs no parser, put shorter; None for any other."""
        header = _HEADER.match(bare)
        if header is None or KEPT in bare:
            return None
        word = header[1]
        if word in {"else", "try", "finally"}:
            return line
        if word == "except":
            return line if plain else None
        if word in {"if", "elif", "while"}:
            if _TELLING.search(bare) is not None or self._renamed:
                return None
            noted = plain or self._note(bare[header.end() : bare.rindex(":")], number)
        elif word == "for":
            word = "while"
            noted = plain or self._loop(bare, number)
        else:
            if "suppress" in bare or self._renamed:
                return None
            word = "if"
            noted = plain or self._with(bare, number)
        return "\n" * (height - 1) + f"{line[:indent]}{word} _:\n" if noted else None

    def _loop(self, bare: str, number: int) -> bool:
        parts = _LOOP.match(bare)
        if parts is None or not self._watched.isdisjoint(WORD.findall(parts[1])) or "\n" in parts[1]:
            return False
        return self._note(parts[2], number)

    def _with(self, bare: str, number: int) -> bool:
        parts = _WITH.match(bare)
        if parts is None or not self._watched.isdisjoint(WORD.findall(parts[2] or "")):
            return False
        return self._note(parts[1], number)

    def _note(self, text: str, number: int) -> bool:
        """Note the uses in an expression; False where it may bind a watched name or needs a closer look."""
        function = self._scopes[-1][1]
        if not function or not self._only_loads(text):
            return False
        seen: list[Seen] = []
        tall = "\n" in text or LINE_END in text
        for match in _DOTTED.finditer(text):
            head, attributes, after = match.groups()
            if head not in self._watched:
                continue
            if head in _OPEN or (after == ")" and _is_parenthesised(text[: match.start()].rstrip())):
                return False
            if after == "=" and text[match.end() : match.end() + 2] != "==":
                continue  # the keyword of a call
            if after == "(" or attributes:
                start = match.start()
                line = number + _ends(text[:start]) if tall else number
                end = line + _ends(text[start : _closing(text, match.end())]) if tall and after == "(" else line
                seen.append((line, start, head + attributes, "call" if after == "(" else "attribute", end))
        if seen:
            self.direct.setdefault(function, []).extend(seen)
        return True

    def _only_loads(self, text: str) -> bool:
        if any(mark in text for mark in _CLOSER_LOOK) or ("\n" in text and _SPLIT.search(text) is not None):
            return False
        if "for" not in text:
            return True
        return all(self._watched.isdisjoint(WORD.findall(bound)) for bound in _FOR.findall(text))


def _closing(text: str, position: int) -> int:
    """Where the bracket that opens at a position is closed."""
    group = _GROUP.match(text, position)
    if group is None:
        raise GiveUp
    return group.end()


def _is_parenthesised(before: str) -> bool:
    """Whether a name stands alone in its brackets, as in `(name).a`, and not as the argument of a call."""
    return before.endswith("(") and not (before[-2:-1].isalnum() or before[-2:-1] in {"_", "]"})


def _ends(text: str) -> int:
    return text.count("\n") + text.count(LINE_END)


def _height(line: str) -> int:
    return line.count("\n") + line.count(LINE_END)


def _placeholder(line: str) -> str:
    """A statement that says nothing, on the last line of the one that it stands for."""
    return "\n" * (_height(line) - 1) + line[: len(line) - len(line.lstrip(" \t"))] + "0\n"
