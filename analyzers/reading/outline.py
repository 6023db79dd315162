"""The quick way to a file's facts: an outline of its text, in which only what can matter is left to parse.

Every line keeps its number. All that stands outside of functions is kept, as it is what a module offers. Of functions
only those are looked into that hold a *trigger*: an import, `global`, a string that reads as a dotted name, something
that changes `sys.path` or the like, or a watched name; of these, the headers of blocks and the lines with triggers
stay. Strings are emptied unless they may be a fact themselves; comments go.
"""

from __future__ import annotations

import re
from typing import Final

from analyzers.reading.strings import KEPT, LINE_END, GiveUp, Marked

_OWN: Final = ":"
_TRIGGERS: Final = (
    KEPT,
    "import ",
    "import(",
    "import\\",
    "global ",
    "nonlocal ",
    "sys.path",
    "sys.modules",
    "addsitedir",
    "extend_path",
    "declare_namespace",
    "__path__",
    "globals(",
)
"""What a function is looked into for, whatever the file imports. Substrings, since nothing is searched as fast."""
_WHOLE: Final = ("global ", "nonlocal ")
"""Functions with one of these stay as they are: they bind names of others."""
_RENAMED: Final = ("sys as", "sys import", "sys .", "site as", "site import", "pkgutil as", "pkgutil import")
_ALIASED: Final = re.compile(r"=[ \t(]*+(?:sys|site|pkgutil|pkg_resources)(?:\.(?:path|modules))?+[ \t)]*+[\n;,]")
"""What may give the things that change `sys.path` another name."""
_GETATTR_OF_OBJECTS: Final = re.compile(r"(?:[ \t]def[ \t]++__getattr__\([ \t]*+self\b|\.__getattr__\b)")
_FUNCTION: Final = re.compile(r"(?:async[ \t]++)?+def[ \t]++(\w++)")
_HEADER: Final = re.compile(
    r"(?:(?:async[ \t]++)?+(?:def|for|with)|class|if|while|try|match|case|(elif|else|except|finally))\b"
)
_CALLEE: Final = re.compile(r"(?<![\w.])([A-Za-z_]\w*+)(?:\s*+\.\s*+\w++)*+\s*+\(")
_WORD: Final = re.compile(r"[A-Za-z_]\w*+")


def _bracketed(depth: int) -> str:
    """A pattern for brackets nested so deep."""
    deeper = rf"|{_bracketed(depth - 1)}" if depth else ""
    return rf"[(\[{{](?:[^()\[\]{{}}]++{deeper})*+[)\]}}]"


_DEEPEST: Final = 12
_LOGICAL_LINE: Final = re.compile(rf"(?:[^\n()\[\]{{}}\\]++|{_bracketed(_DEEPEST)}|\\\n)*+\n")
_ALIAS: Final = re.compile(r"=[ \t]*+((?:[A-Za-z_]|\\\n)(?:[\w. \t]++|\\\n)*+|\([\w.()\s\\]*?\)[ \t]*+)(?=[;\n])")
_GLOBAL: Final = re.compile(r"global(?<=\bglobal)\b([^\n;\\]*+(?:\\\n[^\n;\\]*+)*+)")
_IMPORT: Final = re.compile(r"import(?<=\bimport)\b([^\n;(\\]*+(?:\\\n[^\n;(\\]*+)*+(?:\([^)]*+\))?+)")
_DEFINITION: Final = re.compile(r"^[ \t]*+(?:async[ \t]++)?+(?:def|class)[ \t\\\n]++(\w++)", re.MULTILINE)
_LONGEST_LINE: Final = 1_500
_MOST_LINKS: Final = 150
_LINK: Final = re.compile(
    r"[(\[{]|[)\]}]|,|[-+*/%@&|^~<>=.]++|\b(?:not|lambda|if|else|for|and|or|await|in|is|yield)\b|[;:]"
)
_BLANK: Final = " \t\n"
_MOST_INDENT: Final = 100


def outline_of(source: str, heads: frozenset[str] = frozenset()) -> str:
    """What is left of a text with plain line ends; raises `GiveUp` where that cannot be told for sure.

    `heads` are names whose uses are wanted as well. Says nothing about whether the text is valid.
    """
    marked = Marked(source if source.endswith("\n") else source + "\n")
    code = marked.code
    if "\f" in code or not code.isascii() or ("\n\t" in code and "\n " in code) or _OWN in heads:
        raise GiveUp
    if "__getattr__" in code and code.count("__getattr__") != len(_GETATTR_OF_OBJECTS.findall(code)):
        raise GiveUp  # the module's own, whose every string counts
    if any(text in code for text in _RENAMED) or (" sys" in code and _ALIASED.search(code) is not None):
        raise GiveUp
    watched = _watched(code, heads)
    marked.settle(watched)
    code = marked.code
    lines = _LOGICAL_LINE.findall(code)
    if sum(map(len, lines)) != len(code):
        raise GiveUp
    if max(map(len, lines)) > _LONGEST_LINE:
        _check_chains(lines)
    return marked.laid_out(_Outline(code, lines, watched).text())


def _watched(code: str, heads: frozenset[str]) -> set[str]:
    """The names whose meaning matters: those that are asked for, and the callees of strings, with their aliases."""
    wanted = set(heads)
    if KEPT in code:
        callees = {name for line in code.split("\n") if KEPT in line for name in _CALLEE.findall(line)}
        wanted |= callees & _bound(code) if callees else callees
    aliases = [(match[1], match.start()) for match in _ALIAS.finditer(code)] if wanted else []
    links = [(word[0], _targets(code, at)) for value, at in aliases if (word := _WORD.search(value)) is not None]
    grown = True
    while grown:
        before = len(wanted)
        for head, names in links:
            if head in wanted:
                wanted |= names
            elif not wanted.isdisjoint(names):
                wanted.add(head)
        grown = len(wanted) > before
    return wanted


def _bound(code: str) -> set[str]:
    """The names that may resolve to something: what imports, definitions and assignments of these bind."""
    bound: set[str] = set()
    for names in (*_IMPORT.findall(code), *(_GLOBAL.findall(code) if "global" in code else ())):
        bound.update(_WORD.findall(names))
    bound.update(_DEFINITION.findall(code))
    for match in _ALIAS.finditer(code):
        bound |= _targets(code, match.start())
    return bound


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


class _Outline:
    """Goes through the logical lines of a text once."""

    def __init__(self, code: str, lines: list[str], watched: set[str]) -> None:
        self._lines = lines
        self._triggers = tuple(each for each in (*_TRIGGERS, *sorted(watched)) if each in code)
        self._has_whole = any(each in self._triggers for each in _WHOLE)

    def text(self) -> str:
        """The outline, with as many lines as the text."""
        lines, out = self._lines, []
        position, end = 0, len(lines)
        in_class, decorated = -1, False
        while position < end:
            line = lines[position]
            bare = line.lstrip(" \t")
            indent = len(line) - len(bare)
            if indent > _MOST_INDENT:
                raise GiveUp
            first = bare[0]
            if first in "da" and _FUNCTION.match(bare) is not None:
                after = _end_of_block(lines, position + 1, indent)
                if in_class >= 0 and indent <= in_class:
                    in_class = -1
                out.append(
                    self._function(lines[position:after], bare, indent, bare_method=in_class >= 0 and not decorated)
                )
                position, decorated = after, False
                continue
            if first != "\n":
                if in_class >= 0 and indent <= in_class:
                    in_class = -1
                if first == "c" and in_class < 0 and bare.startswith("class"):
                    in_class = indent
                decorated = first == "@" and (decorated or ":=" in line or self._matters(line))
                if first == "@" and not decorated:
                    line = "\n" * _height(line)
            out.append(line)
            position += 1
        return "".join(out)

    def _function(self, lines: list[str], bare: str, indent: int, *, bare_method: bool) -> str:
        """A function. Of a method in which nothing matters, the class has a name, and that is all."""
        line = lines[0]
        if len(lines) == 1 or not bare.rstrip().endswith(":"):
            return "".join(lines)
        head = _FUNCTION.match(bare) if bare_method and not self._matters(line) else None
        if head is None:
            return line + self._body(lines[1:], indent)
        body = "".join(lines[1:])
        code = body.rstrip(_BLANK)
        if self._matters(code):
            return f"{line[:indent]}{head[0]}():\n" + "\n" * (_height(line) - 1) + self._body(lines[1:], indent)
        blank = body[len(code) :].count("\n") - 1
        return "\n" * (_height(line) + _height(code)) + f"{line[:indent]}{head[1]}=0\n" + "\n" * blank

    def _matters(self, text: str) -> bool:
        for trigger in self._triggers:  # noqa: SIM110 - `any` with a generator takes three times as long
            if trigger in text:
                return True
        return False

    def _body(self, lines: list[str], indent: int) -> str:
        """The body of a function, of which the last line must stay the last."""
        body = "".join(lines)
        code = body.rstrip(_BLANK)
        blank = body[len(code) :].count("\n") - 1
        if self._has_whole and any(each in code for each in _WHOLE):
            return body
        if not self._matters(code):
            return "\n" * (_height(code)) + " " * (indent + 1) + "0\n" + "\n" * blank
        return self._kept(lines)

    def _kept(self, lines: list[str]) -> str:
        """Of a function's body the lines with triggers and the headers of the blocks around them."""
        kept = self._needed(lines)
        out: list[str] = []
        opened, last = True, 0
        for number, line in enumerate(lines):
            if line.isspace():
                out.append("\n")
                continue
            last = number
            if number in kept:
                out.append(line)
                opened = line.rstrip().endswith(":")
            else:
                out.append(_placeholder(line) if opened else "\n" * _height(line))
                opened = False
        if last not in kept and not out[last].endswith("0\n"):
            first = next(line for line in lines if not line.isspace())
            out[last] = _placeholder(lines[last], first)
        return "".join(out)

    def _needed(self, lines: list[str]) -> set[int]:
        """The lines with triggers and the headers of the blocks that they stand in, from the last one up.

        All clauses of a statement (`else`, `except`) stay if one of its blocks has something in it.
        """
        kept: set[int] = set()
        clauses: dict[int, list[int]] = {}
        need = 0
        for number in range(len(lines) - 1, -1, -1):
            line = lines[number]
            bare = line.lstrip(" \t")
            if bare == "\n":
                continue
            indent = len(line) - len(bare)
            header = _HEADER.match(bare) if bare.rstrip().endswith(":") else None
            if self._matters(line):
                kept.add(number)
                need = max(need, indent)
            if header is None:
                continue
            inside = need > indent
            if header[1] is not None:
                clauses.setdefault(indent, []).append(number)
            elif inside or number in kept or any(each in kept for each in clauses.get(indent, ())):
                kept.add(number)
                kept.update(clauses.get(indent, ()))
                need = indent
            if header[1] is None:
                clauses.pop(indent, None)
            elif inside:
                kept.add(number)
                need = indent
        return kept


def _placeholder(line: str, beside: str = "") -> str:
    """A statement that says nothing, on the last line of the one that it stands for, indented like `beside`."""
    like = beside or line
    return "\n" * (_height(line) - 1) + like[: len(like) - len(like.lstrip(" \t"))] + "0\n"


def _end_of_block(lines: list[str], position: int, indent: int) -> int:
    """Where the lines end that are indented deeper than a header."""
    end, width = len(lines), indent + 1
    while position < end and lines[position][:width].isspace():
        position += 1
    return position


def _height(text: str) -> int:
    return text.count("\n") + text.count(LINE_END) + text.count("\7")


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
