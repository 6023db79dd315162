"""Escaping: repository text made harmless for Markdown as GitHub reads it, and for terminals.

Every name, path and message of a repository is hostile. Text leaves here as `Markup`, which in this room means "is
Markdown already"; the templates' environment puts everything else through `prose`. Only two things ever come out: code
spans, in which GitHub neither mentions nor links (https://github.github.com/gfm/#code-spans), and words on a short list
of what is certainly plain. Backslashes and entities would not do: GitHub looks for mentions and references after
rendering, when `&#64;name` is `@name` again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

LONGEST_NAME: Final = 160
"""Characters of a name or path that are shown; longer ones lose their middle."""
LONGEST_PROSE: Final = 600
LONGEST_LINK: Final = 2_000
"""Longer addresses are not linked: browsers and servers refuse them from about there on."""

_ELLIPSIS: Final = "…"
# Letters and marks that show nothing (Default_Ignorable_Code_Point) though Python counts them as printable.
_BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def visible(text: str) -> str:
    """Text in which everything unseen can be seen: controls, bidi marks and odd spaces become `\\u202e`.

    A byte that is not UTF-8 (a surrogate escape) is shown as that byte, `\\xe9`.
    """
    if text.isprintable() and not _BLANK.search(text):
        return text
    return "".join(_seen(char) for char in text)


def _seen(char: str) -> str:
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    if char.isprintable() and not _BLANK.match(char):
        return char
    return char.encode("unicode_escape").decode()


def encodable_text(text: str) -> str:
    """Text that can be written as UTF-8: what cannot is shown as in `visible`."""
    return re.sub("[\ud800-\udfff]", lambda char: _seen(char[0]), text)


def encodable(value: object) -> object:
    """Plain data in which every string can be written as UTF-8: bytes that are not are shown as in `visible`."""
    if isinstance(value, str):
        return encodable_text(value)
    if isinstance(value, dict):
        return {key: encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encodable(item) for item in value]
    return value


def shortened(text: str, most: int = LONGEST_NAME) -> str:
    """Text of at most that many characters; what is too long loses its middle."""
    if len(text) <= most:
        return text
    kept = most - len(_ELLIPSIS)
    return f"{text[: kept - kept // 2]}{_ELLIPSIS}{text[len(text) - kept // 2 :]}"


def name(text: str) -> str:
    """A name or path as visible text of bounded length."""
    return shortened(visible(_ends(text, LONGEST_NAME)))


def _ends(text: str, most: int) -> str:
    """What may be seen of a text once it is shortened: a hostile one is not escaped for nothing."""
    return text if len(text) <= 2 * most else text[:most] + text[-most:]


def code(text: str) -> Markup:
    """A name as a code span."""
    return _span(name(text))


def _span(shown: str) -> Markup:
    if not shown:
        return Markup("` `")  # there is no empty span
    # Fenced by the shortest row of backticks that does not occur inside: cmark gives up on rows longer than 80.
    inside = {len(run) for run in re.findall("`+", shown)}
    fence = "`" * next(length for length in range(1, len(inside) + 2) if length not in inside)
    # A span loses one space at both ends if it has them at both.
    edges = shown[:1] + shown[-1:]
    pad = " " if "`" in edges or (edges == "  " and shown.strip(" ")) else ""
    return Markup(f"{fence}{pad}{shown}{pad}{fence}")  # noqa: S704 (this is the escaping)


def place(path: str, line: int | None = None, url: str | None = None) -> Markup:
    """A path with a line, as a linked code span. The line stays, however long the path."""
    return link(_span(place_text(path, line)), url)


def place_text(path: str, line: int | None = None) -> str:
    """A path with a line as plain visible text."""
    shown = name(path)
    return shown if line is None else f"{shown}:{line}"


def link(text: Markup, url: str | None, line: int | None = None) -> Markup:
    """Markdown as a link, to a line of a file where one is given. Without a usable address it is the text alone."""
    if url is None:
        return text
    target = destination(url if line is None or "#" in url else f"{url}#L{line}")
    return text if target is None else Markup(f"[{text}]({target})")  # noqa: S704 (this is the escaping)


def destination(url: str) -> str | None:
    """An address as a link destination, or None for one that is not of the web or too long."""
    if not url.startswith(("https://", "http://")) or len(url) > LONGEST_LINK:
        return None
    encoded = quote(url.encode("utf-8", "surrogatepass"), safe="/:?#@%&=+,;~!$*'").replace("&", "&amp;")
    return encoded if len(encoded) <= LONGEST_LINK else None


def prose(text: str) -> Markup:
    """A sentence that may hold repository text. What stands between backticks, and any word that is not certainly
    plain, becomes a code span; an odd backtick is text.
    """
    return _prose(_ends(text, 10 * LONGEST_PROSE))


@lru_cache(maxsize=2_048)
def _prose(text: str) -> Markup:
    """Kept, since a text that has to fit is rendered many times over with the same sentences in it."""
    sentence = shortened(spoken(text), LONGEST_PROSE)
    pieces: list[_Piece] = []
    for number, part in enumerate(re.split("`([^`]+)`", sentence)):
        pieces.extend([(True, part)] if number % 2 else _words(part))
    written = "".join(_span(part) if is_code else part for is_code, part in _merged(pieces))
    return Markup(_LIST_MARK.sub(r"\1\\\2", written))  # noqa: S704 (this is the escaping)


def spoken(text: str) -> str:
    """A sentence on one line, everything unseen made visible, its names shortened; not escaped for Markdown."""
    sentence = visible(" ".join(_ends(text, 10 * LONGEST_PROSE).split()))
    return re.sub("`([^`]+)`", lambda found: f"`{shortened(found[1])}`", sentence)


_LIST_MARK: Final = re.compile(r"^(\d*)([-.)])(?= |$)")

_Piece = tuple[bool, str]
"""Whether it is code, and the text: Markdown already where it is not."""

_LEADING: Final = "(\"'“‘„«"
_TRAILING: Final = ")\"'”’“».,;:!?…"
_WORD: Final = re.compile(
    r"""
      [^\W\d_]+ (?: [-'’] [^\W\d_]+ )*  # letters, such as python-jose, doesn't
    | [^\W_]+                           # letters and digits, such as OAuth2
    | [+-]? \d+ (?: [.,] \d+ )* %?      # 3.11, 1,000, -1.5, 12%
    | \d{4}-\d{2}-\d{2}                 # a day
    | (?: [^\W\d_] \. )+ [^\W\d_]       # e.g
    | [-–—→%…]                          # a dash, an arrow, a percent sign, what is left out
    """,
    re.VERBOSE,
)
# GitHub links commits by seven and more hexadecimal digits, and whatever begins with www.
_LINKED: Final = re.compile(r"[0-9a-f]{7,}|www", re.IGNORECASE)


def _words(text: str) -> Iterable[_Piece]:
    for part in re.split("( +)", text):
        if not part or part.isspace():
            yield False, part
            continue
        rest = part.lstrip(_LEADING)
        lead = part[: len(part) - len(rest)]
        word = rest.rstrip(_TRAILING)
        yield False, lead
        yield not _is_plain(word), word
        yield False, rest[len(word) :].replace("!", r"\!")  # before a bracket it would begin an image


def _is_plain(word: str) -> bool:
    return not word or (_WORD.fullmatch(word) is not None and _LINKED.fullmatch(word) is None)


def _merged(pieces: Iterable[_Piece]) -> list[_Piece]:
    """Adjacent code spans become one: their backticks would otherwise run together."""
    merged: list[_Piece] = []
    for is_code, text in pieces:
        if is_code and merged and merged[-1][0]:
            merged[-1] = (True, merged[-1][1] + text)
        elif text or is_code:
            merged.append((is_code, text))
    return merged


def markdown(value: object) -> Markup:
    """What any value becomes in a template: `Markup` stays, a number gets its thousands, text is made harmless.

    Anything else is a mistake in a template.
    """
    if isinstance(value, Markup):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Markup(f"{value:,}")  # noqa: S704 (digits)
    if isinstance(value, str):
        return prose(value)
    raise TypeError(f"a template shows text or a whole number, not {value!r}")


def row(cells: Iterable[object]) -> Markup:
    """A table row. A pipe inside a cell, even in code, is escaped (https://github.github.com/gfm/#tables-extension-)."""
    escaped = (markdown(cell).replace("|", r"\|") for cell in cells)
    return Markup(f"| {' | '.join(escaped)} |")  # noqa: S704 (each cell is escaped)
