"""What a comment asks for: a command at the beginning of a line of text, and nothing else in the world."""

from __future__ import annotations

from pathlib import Path
from typing import Final, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analyzers.families import FAMILIES
from bot.commands.commands import (
    LONGEST_BODY,
    MOST_COMMANDS,
    USAGES,
    AskedFor,
    Command,
    CommandName,
    asked_for,
    commands_in,
)

AUDIT: Final = Command("audit")
HELP: Final = Command("help")
DOCS: Final = Path(__file__).parents[3] / "docs" / "commands.md"


# --- what is a command ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ("/audit", AUDIT),
        ("/audit imports", Command("imports")),
        ("/audit auth", Command("auth")),
        ("/audit tests", Command("tests")),
        ("/audit ssot", Command("ssot")),
        ("/audit explain Cart", Command("explain", "Cart")),
        ("/audit explain shop.cart.Cart", Command("explain", "shop.cart.Cart")),
        ("/audit explain `shop.__init__`", Command("explain", "shop.__init__")),
        ("/audit explain shop.Корзина", Command("explain", "shop.Корзина")),
        ("/audit history", Command("history")),
        ("/audit policy", Command("policy")),
        ("/audit help", HELP),
    ],
)
def test_every_command_is_understood(body: str, command: Command) -> None:
    assert commands_in(body) == (command,)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("/audit  ", id="spaces behind"),
        pytest.param("/audit\t", id="a tab behind"),
        pytest.param("   /audit", id="three spaces before"),
        pytest.param("/AUDIT", id="upper case"),
        pytest.param("/Audit", id="as a telephone writes it"),
        pytest.param("Where do we stand?\n/audit", id="in the next line"),
        pytest.param("Where do we stand?\r\n\r\n/audit\r\n", id="lines that end as browsers end them"),
        pytest.param("Where do we stand?  \n/audit", id="after a hard break"),
        pytest.param("Where do we stand?\\\n/audit", id="after a break by backslash"),
        pytest.param("> /audit\n\n/audit", id="below a quote"),
        pytest.param("```\nx\n```\n/audit", id="below code"),
        pytest.param("`x` and ``y`` and ` z\n/audit", id="below inline code, and a stray backtick"),
        pytest.param("<!-- x -->\n\n/audit", id="below an HTML comment"),
        pytest.param("x <!-- y --> z\n/audit", id="below a line with an HTML comment in it"),
        pytest.param("x <!-- y\n/audit", id="below a comment that never ends, which is text"),
        pytest.param("# Standup\n/audit", id="below a heading"),
        pytest.param("/audit\n---", id="underlined"),
        pytest.param("- item\n\n/audit", id="below a list"),
        pytest.param("<details>\n\n/audit\n\n</details>", id="folded away, but text"),
        pytest.param("[link]: /url\n/audit", id="below the target of a link"),
    ],
)
def test_a_command_is_at_the_beginning_of_a_line_of_text(body: str) -> None:
    assert commands_in(body) == (AUDIT,)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Thanks, will do.",
        "Please run /audit",
        "/audits",
        "/audit.",
        "/audit/imports",
        "//audit",
        "audit",
        "\\/audit",
        pytest.param("    /audit", id="indented code"),
        pytest.param("\t/audit", id="code indented by a tab"),
        pytest.param("text\n    /audit", id="far from the beginning of its line"),
        pytest.param("```\n/audit\n```", id="fenced code"),
        pytest.param("```\n/audit", id="a fence that never ends"),
        pytest.param("~~~~ python\n/audit\n~~~\n/audit\n~~~~", id="a fence within a fence"),
        pytest.param("`/audit`", id="inline code"),
        pytest.param("as `a\n/audit\nb` shows", id="inline code over several lines"),
        pytest.param("as ``a`\n/audit\n`b`` shows", id="inline code with backticks in it"),
        pytest.param("> /audit", id="a quote"),
        pytest.param(">/audit", id="a quote without a space"),
        pytest.param("> > /audit", id="a quote in a quote"),
        pytest.param("> Try this:\n/audit", id="a quote that goes on, as GitHub shows it"),
        pytest.param("<!-- /audit -->", id="an HTML comment"),
        pytest.param("<!--\n/audit\n-->", id="an HTML comment over several lines"),
        pytest.param("hidden <!-- \n/audit\n--> here", id="an HTML comment in a paragraph"),
        pytest.param("<pre>\n/audit\n</pre>", id="preformatted"),
        pytest.param("- /audit", id="a list"),
        pytest.param("1. first\n\n   /audit", id="a paragraph of a list"),
        pytest.param("# /audit", id="a heading"),
        pytest.param("| a |\n| - |\n| /audit |", id="a table"),
        pytest.param("a | b\n- | -\n/audit | c", id="a row of a table"),
        pytest.param("/аudit", id="with a Cyrillic letter"),
        pytest.param("∕audit", id="with a division slash"),
        pytest.param("／audit", id="with a fullwidth slash"),
        pytest.param("/audıt", id="with a dotless i"),
        pytest.param("/aud\u200bit", id="with a zero-width space"),
        pytest.param("/audit\u00a0imports", id="with a space that does not break"),
        pytest.param("\ufeff/audit", id="after a byte order mark"),
        pytest.param("\u202e/audit", id="after a direction mark"),
    ],
)
def test_everything_else_asks_for_nothing(body: str) -> None:
    assert commands_in(body) == ()


def test_several_commands_are_taken_in_their_order_and_each_once() -> None:
    body = "/audit history\nand\n/audit\n\n/audit explain Cart\n/audit history\n"
    assert commands_in(body) == (Command("history"), AUDIT, Command("explain", "Cart"))


def test_of_one_comment_no_more_than_the_first_few_commands_are_taken() -> None:
    body = "\n".join(f"/audit explain Cart{number}" for number in range(100))
    assert [command.symbol for command in commands_in(body)] == [f"Cart{number}" for number in range(MOST_COMMANDS)]


@pytest.mark.parametrize("count", [0, 1, MOST_COMMANDS, MOST_COMMANDS + 1, 100])
def test_how_many_commands_are_left_out_is_known(count: int) -> None:
    body = "\n".join(f"/audit explain Cart{number}" for number in range(count))
    assert asked_for(body).left_out == max(0, count - MOST_COMMANDS)


def test_a_command_that_is_given_twice_counts_once() -> None:
    assert asked_for("/audit\n" * 50) == AskedFor((AUDIT,))


@pytest.mark.parametrize("body", ["/audit `imports`", "/audit ``imports``", "/audit imports`", "/audit Imports"])
def test_names_may_stand_between_backticks(body: str) -> None:
    assert commands_in(body) == (Command("imports"),)


def test_of_a_very_long_comment_the_end_is_not_read() -> None:
    assert commands_in("x" * LONGEST_BODY + "\n/audit") == ()
    assert commands_in("/audit\n" + "x" * LONGEST_BODY) == (AUDIT,)


# --- what is not understood -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("/audit imprts", "there is no `/audit imprts`; did you mean `/audit imports`?"),
        ("/audit everything", "there is no `/audit everything`"),
        ("/audit imports please", "`/audit imports` takes nothing more, and `please` follows it"),
        ("/audit explain", "`/audit explain` takes one symbol, as `Cart` or `shop.cart.Cart`"),
        (
            "/audit explain a b",
            "`/audit explain` takes one symbol, as `Cart` or `shop.cart.Cart`, which `a b` is not",
        ),
        (
            "/audit explain ../etc",
            "`/audit explain` takes one symbol, as `Cart` or `shop.cart.Cart`, which `../etc` is not",
        ),
        ("/audit `x`", "there is no `/audit x`"),
        ("/audit ımports", "there is no `/audit ımports`; did you mean `/audit imports`?"),
    ],
)
def test_what_is_not_understood_is_answered_by_help_that_says_what(body: str, problem: str) -> None:
    assert commands_in(body) == (Command("help", problem=problem, line=body.replace("`", "")),)


# --- names ------------------------------------------------------------------------------------------------------------


def test_a_command_is_written_as_it_was() -> None:
    assert [commands_in(each.written.replace("SYMBOL", "Cart"))[0].name for each in USAGES] == [
        each.name for each in USAGES
    ]
    assert Command("explain", "Cart").written == "/audit explain Cart"
    assert AUDIT.written == "/audit"
    assert commands_in("/audit  imprts   please")[0].written == "/audit imprts please"


def test_there_is_usage_of_every_command() -> None:
    assert [each.name for each in USAGES] == list(get_args(CommandName))


def test_families_are_permitted_as_the_audit_is() -> None:
    assert {Command(family).permitted_as for family in FAMILIES} == {"audit"}
    assert [Command(family).family for family in FAMILIES] == list(FAMILIES)
    assert (AUDIT.family, AUDIT.permitted_as, HELP.permitted_as) == (None, "audit", "help")


def test_the_page_about_commands_tells_of_each() -> None:
    headings = [
        line.removeprefix("## ").strip("`") for line in DOCS.read_text("utf-8").splitlines() if line[:3] == "## "
    ]
    assert [each for each in headings if each.startswith("/audit")] == [each.written for each in USAGES]


# --- whatever comes ---------------------------------------------------------------------------------------------------

PIECES: Final = st.sampled_from(
    ["/audit", "/audit x", "\n", "\r\n", "\n\n", "`", "```", "~~~", "> ", "- ", "1. ", "    ", "\t", "<!--", "-->",
     "<pre>", "</pre>", "# ", "---", "|", "\\", "<", "[x]: y", "&", "\0", "\u2028", "x"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
@example("/audit\0\n`")
@example("<!-->\n/audit\n-->")
def test_whatever_is_written_is_read_without_accident_and_within_bounds(body: str) -> None:
    found = commands_in(body)
    assert len(found) <= MOST_COMMANDS
    assert len(set(found)) == len(found)
    if "/audit" not in body:
        assert found == ()


@given(st.text(max_size=200))
def test_any_text_is_read_without_accident(text: str) -> None:
    commands_in(text)
    for command in commands_in(f"/audit {text}"):
        assert "\n" not in command.problem + command.symbol


TEXT: Final = st.lists(PIECES.filter(lambda piece: "\r" not in piece and "\n" not in piece), max_size=20).map("".join)


@given(st.lists(TEXT, max_size=8))
def test_what_stands_in_a_fence_is_never_a_command(lines: list[str]) -> None:
    body = "\n".join(["`````", *(line.replace("`", "") for line in lines), "/audit", "`````"])
    assert commands_in(body) == ()


@given(st.lists(TEXT, max_size=8))
def test_what_is_quoted_is_never_a_command(lines: list[str]) -> None:
    assert commands_in("\n".join(f"> {line}" for line in [*lines, "/audit"])) == ()


@given(st.lists(st.text("abc. ", max_size=10), max_size=5), st.sampled_from(get_args(CommandName)[1:5]))
def test_a_command_below_plain_text_is_always_found(lines: list[str], family: CommandName) -> None:
    body = "\n".join([*lines, "", f"/audit {family}"])
    assert Command(family) in commands_in(body)


HOSTILE: Final = [
    ">", "`", "* ", "/*", "<!--", "a <!--", "a\n/audit x", "[a]: ", "| a ", "- ", "  - a\n", "> - ", "a`b``", "\\",
    "<a ", "<?", "a\n", "`a ``b ```c ", "a\n=\n", "&#", "   /audit\n", "~~~\n", "<div>\n\n", "/audit " * 3,
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_comment_made_to_be_slow_is_read(piece: str) -> None:
    filled = (piece * (LONGEST_BODY // len(piece)))[: LONGEST_BODY - 40]
    assert AUDIT in commands_in(f"/audit\n\n{filled}\n\n/audit help")
