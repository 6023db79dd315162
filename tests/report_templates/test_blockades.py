"""What a change is told about the test modules that it keeps from being collected."""

from __future__ import annotations

from analyzers.places import Place
from analyzers.report import BlockadeRow, Report
from report_templates.render import render_check_summary, render_comment, render_markdown, render_terminal
from tests.report_templates.github_html import harmless
from tests.report_templates.reports import HEAD, HOSTILE, SHOP, finding, report


def blocking(*rows: BlockadeRow, pull_request: int | None = 7) -> Report:
    return report(
        pull_request=pull_request,
        introduced=tuple(finding(row.place.path, name="tests.blocked", scope="tests") for row in rows),
        newly_blocked=sum(row.modules for row in rows),
        blockades=rows,
    )


def row(cause: str, modules: int, path: str) -> BlockadeRow:
    message = f"cannot be collected: it imports `{cause}`, which does not exist"
    return BlockadeRow(cause, modules, message, Place(path, 3, 3, SHOP.file(HEAD.id, path, 3)))


def test_a_pull_request_is_told_how_many_it_blocks_and_by_what() -> None:
    shown = blocking(row("shop.gone", 14, "tests/test_a.py"), row("shop.cart.Lost", 1, "tests/test_b.py"))
    for text in (render_comment(shown), render_markdown(shown), render_check_summary(shown)):
        assert "**This pull request blocks 15 test modules**:" in text
        assert "- 14 test modules by `shop.gone`: " in text
        assert "which does not exist" in text.split("- 1 test module by `shop.cart.Lost`")[1].partition("\n")[0]


def test_a_terminal_says_the_same() -> None:
    shown = blocking(row("shop.gone", 14, "tests/test_a.py"), pull_request=None)
    text = render_terminal(shown, width=120, color=False)
    assert "This change blocks 14 test modules:\n  14 test modules by `shop.gone`\n    tests/test_a.py:3\n" in text


def test_a_change_that_blocks_none_is_not_told_so() -> None:
    shown = report(introduced=(finding("shop/a.py"),))
    assert "blocks" not in render_comment(shown)
    assert "blocks" not in render_terminal(shown, width=100, color=False)


def test_names_that_try_something_do_no_harm() -> None:
    for paths in (HOSTILE[:8], HOSTILE[8:]):
        harmless(render_comment(blocking(*(row(path, 1, path) for path in paths))))
