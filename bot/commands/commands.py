"""Commands: the text of a comment in, what it asks for out; code, quotes and HTML comments ask for nothing.

Pure, and cheap enough for the web process: whatever a comment holds, reading it takes time in proportion to its length.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, get_args

import msgspec
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from analyzers.families import FAMILIES, Family
from analyzers.policy import CommandName as PolicyCommand

CommandName = Literal["audit", "imports", "auth", "tests", "ssot", "explain", "history", "policy", "help"]
"""The first word after `/audit`; it stands for itself where there is none."""

MOST_COMMANDS: Final = 5
"""Of one comment, the first."""
LONGEST_BODY: Final = 20_000
"""Characters; GitHub takes three times that. What is behind is not read, so that nobody makes the web process slow."""
_LONGEST_LINE: Final = 300
_LONGEST_SYMBOL: Final = 200


class Usage(msgspec.Struct, frozen=True):
    """A command as it is written, and what it does."""

    name: CommandName
    written: str
    does: str


USAGES: Final = (
    Usage("audit", "/audit", "on an issue: where each goal stands, and why; on a pull request: audits it again"),
    Usage("imports", "/audit imports", "the same for imports alone"),
    Usage("auth", "/audit auth", "the same for authentication alone"),
    Usage("tests", "/audit tests", "the same for tests alone"),
    Usage("ssot", "/audit ssot", "the same for copies and compliance alone"),
    Usage("explain", "/audit explain SYMBOL", "by which paths a symbol is reached, and how each comes about"),
    Usage("history", "/audit history", "what the metrics were week by week"),
    Usage("policy", "/audit policy", "the policy that is in force, and where each part of it comes from"),
    Usage("help", "/audit help", "this list"),
)
"""All commands, in the order in which help lists them."""


class Command(msgspec.Struct, frozen=True):
    """One line that asks for something. `symbol` is what `explain` is about.

    `problem` says why a line was not understood, its names between backticks, and `line` is what it says; that is
    answered as help is.
    """

    name: CommandName
    symbol: str = ""
    problem: str = ""
    line: str = ""

    @property
    def family(self) -> Family | None:
        """What the report is narrowed to."""
        return next((family for family in FAMILIES if family == self.name), None)

    @property
    def permitted_as(self) -> PolicyCommand:
        """The name by which the policy says who may give it."""
        return next((name for name in get_args(PolicyCommand) if name == self.name), "audit")

    @property
    def written(self) -> str:
        """The command as one writes it; what was not understood, as it was written."""
        if self.line:
            return self.line
        words = ("/audit", "" if self.name == "audit" else self.name, self.symbol)
        return " ".join(word for word in words if word)


class AskedFor(msgspec.Struct, frozen=True):
    """What a comment asks for; `left_out` is how many commands more it has than are answered."""

    commands: tuple[Command, ...] = ()
    left_out: int = 0


def commands_in(body: str) -> tuple[Command, ...]:
    """The commands of a comment that are answered."""
    return asked_for(body).commands


def asked_for(body: str) -> AskedFor:
    """The commands of a comment, each at the beginning of a line, in their order and each once; the first five.

    `/audit` is found where GitHub shows text: in a paragraph that is in no quote and no list, not in inline code, a
    code block or an HTML comment. What follows on the line is read as it stands there.
    """
    body = body[:LONGEST_BODY]
    if _CANDIDATE.search(body) is None:
        return AskedFor()
    lines = (line for paragraph in _paragraphs(body) for line in _command_lines(paragraph))
    found = tuple(dict.fromkeys(map(_command, lines)))
    return AskedFor(found[:MOST_COMMANDS], len(found[MOST_COMMANDS:]))


_CANDIDATE: Final = re.compile(r"^ {0,3}/audit(?:[ \t\r]|$)", re.ASCII | re.IGNORECASE | re.MULTILINE)
_LINE: Final = re.compile(r"/audit(?:[ \t][^\n]*)?(?=\n|\Z)", re.ASCII | re.IGNORECASE)
_SYMBOL: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def _paragraphs(body: str) -> Iterator[str]:
    """The text of the paragraphs that stand for themselves; a line of dashes below one makes it a heading."""
    tokens = _BLOCKS.parse(body)
    for at, token in enumerate(tokens):
        is_text = token.type == "paragraph_open" or (token.type == "heading_open" and token.markup in ("=", "-"))
        if is_text and token.level == 0:
            yield tokens[at + 1].content


def _command_lines(paragraph: str) -> Iterator[str]:
    if _CANDIDATE.search(paragraph) is None:
        return
    for inline in _INLINE.parseInline(paragraph):
        yield from (token.content for token in inline.children or () if token.type == "command")


def _command(line: str) -> Command:
    # People put names between backticks, which say nothing and could not be shown between others.
    words = line[:_LONGEST_LINE].replace("`", "").split()[1:]
    if not words:
        return Command("audit")
    word, rest = words[0], words[1:]
    name = _NAMES.get(word.lower()) if word.isascii() else None
    if name == "explain":
        return _explain(words, rest)
    if name is None:
        return _not_understood(words, _unknown(word))
    if rest:
        return _not_understood(words, f"`/audit {name}` takes nothing more, and `{' '.join(rest)}` follows it")
    return Command(name)


def _explain(words: Sequence[str], rest: Sequence[str]) -> Command:
    symbol = rest[0] if len(rest) == 1 else ""
    if len(symbol) <= _LONGEST_SYMBOL and _SYMBOL.fullmatch(symbol):
        return Command("explain", symbol)
    found = f", which `{' '.join(rest)}` is not" if rest else ""
    return _not_understood(words, f"`/audit explain` takes one symbol, as `Cart` or `shop.cart.Cart`{found}")


def _unknown(word: str) -> str:
    near = difflib.get_close_matches(word.lower(), _NAMES, n=1)
    hint = f"; did you mean `/audit {near[0]}`?" if near else ""
    return f"there is no `/audit {word}`{hint}"


def _not_understood(words: Sequence[str], problem: str) -> Command:
    return Command("help", problem=problem, line=" ".join(("/audit", *words)))


_NAMES: Final[dict[str, CommandName]] = {name: name for name in get_args(CommandName) if name != "audit"}


# --- Markdown -------------------------------------------------------------------------------------------------------


def _command_rule(state: StateInline, silent: bool) -> bool:
    """A command at the beginning of a line, where the parser would read text."""
    start = state.pos
    before = state.src[max(0, start - 4) : start].rstrip(" ")
    at_beginning = before.endswith("\n") or (not before and start < 4)
    found = _LINE.match(state.src, start) if at_beginning else None
    if found is None or silent:
        return False
    state.push("command", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _comment_rule(state: StateInline, silent: bool) -> bool:
    """An HTML comment, which ends a line later or never: that none ends here is found out once for a paragraph."""
    if not state.src.startswith("<!--", state.pos) or state.env.get("never ends"):
        return False
    end = state.src.find("-->", state.pos + 2)
    if end < 0:
        state.env["never ends"] = True
        return False
    state.pos = end + len("-->")
    return True


def _inline() -> MarkdownIt:
    """Reads nothing but what decides whether a line is text: emphasis, links and the rest make no difference."""
    made = MarkdownIt("zero").enable(["newline", "escape", "backticks"])
    made.inline.ruler.before("text", "command", _command_rule)
    made.inline.ruler.after("backticks", "comment", _comment_rule)
    return made


_BLOCKS: Final = MarkdownIt("commonmark").enable("table").disable(["inline", "reference"])
_INLINE: Final = _inline()
