"""The comment on a pull request: what it says, and that it fits whatever the report holds."""

from __future__ import annotations

import re
from typing import Final, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.catalogue import entry, metric_of
from analyzers.findings import MetricName, RuleName
from analyzers.outcome import PatternCount, RuleCount
from analyzers.policy import PolicyProblem
from analyzers.report import FindingRow, MetricRow, PathRow, Report, SymbolRow
from analyzers.rules.sites import PathRole
from report_templates import wording
from report_templates.render import LIMIT, MARKER, SMALLEST_LIMIT, render_comment, render_markdown
from tests.report_templates.github_html import harmless
from tests.report_templates.reports import (
    BASE,
    HEAD,
    HOSTILE,
    finding,
    metric,
    note,
    policy_change,
    quiet,
    report,
    unread,
)

RULES: Final[tuple[RuleName, ...]] = get_args(RuleName)


def _sentence(shown: Report) -> str:
    return wording.headline(shown)


# --- the headline ---------------------------------------------------------------------------------


def test_one_kind_of_violation_is_named() -> None:
    one, two = finding("a.py"), finding("b.py")
    assert _sentence(report(introduced=(one,))) == "This pull request introduces 1 import off the canonical path."
    assert (
        _sentence(report(introduced=(one, two), fixed=(one,)))
        == "This pull request introduces 2 imports off the canonical path and fixes 1."
    )
    assert (
        _sentence(report(fixed=(one,)))
        == "This pull request fixes 1 import off the canonical path and introduces none."
    )


def test_several_kinds_are_violations() -> None:
    one, other = finding("a.py"), finding("b.py", name="auth.patterns")
    assert _sentence(report(introduced=(one, other))) == "This pull request introduces 2 violations."
    assert _sentence(report(introduced=(one,), fixed=(other,))) == (
        "This pull request introduces 1 violation and fixes 1."
    )


def test_a_change_that_is_no_pull_request_is_called_a_change() -> None:
    assert _sentence(report(pull_request=None, introduced=(finding("a.py"),))).startswith("This change introduces 1 ")


def test_a_policy_change_is_told() -> None:
    change = policy_change()
    removed = msgspec.structs.replace(change, removed=True)
    wrong = policy_change((PolicyProblem(1, "a", "b"),))
    one = finding("a.py")
    nothing_else = "; it introduces no violations and fixes none."
    assert _sentence(report(policy_change=change)) == f"This pull request changes the policy{nothing_else}"
    assert _sentence(report(policy_change=removed)) == f"This pull request removes the policy{nothing_else}"
    assert _sentence(report(policy_change=wrong)) == f"This pull request makes the policy invalid{nothing_else}"
    assert _sentence(report(policy_change=change, introduced=(one,))) == (
        "This pull request introduces 1 import off the canonical path, and changes the policy."
    )


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_its_words(rule: RuleName) -> None:
    one, two = finding("a.py", name=rule), finding("b.py", name=rule)
    named = entry(metric_of(rule))
    assert _sentence(report(introduced=(one,))) == f"This pull request introduces 1 {named.one}."
    assert _sentence(report(introduced=(one, two))) == f"This pull request introduces 2 {named.many}."
    assert wording.kind(rule) in render_comment(report(introduced=(one,)))


def test_the_state_of_a_commit_names_its_one_rule_and_counts_what_is_cut() -> None:
    counts = (
        RuleCount("imports.cycles", "production", 7),
        RuleCount("imports.cycles", "tests", 1),
        RuleCount("imports.legacy", "tests", 0),
    )
    fields = {"kind": "state", "base": None, "metrics": (metric("imports.cycles", None, 8),)}
    assert _sentence(report(**fields, standing_counts=counts)) == "8 import cycles; 0 of 1 target met."
    more = (*counts, RuleCount("imports.legacy", "production", 1))
    assert _sentence(report(**fields, standing_counts=more)) == "9 violations; 0 of 1 target met."
    assert _sentence(report(**fields)) == "No violations; 0 of 1 target met."


# --- what is shown --------------------------------------------------------------------------------


def test_the_marker_is_the_first_line() -> None:
    assert render_comment(report()).startswith(f"{MARKER}\n")
    assert harmless(render_comment(report())).comments == ["fifthwhy:pull-request"]
    assert MARKER not in render_markdown(report())


def test_a_quiet_report_is_one_line_and_a_footer() -> None:
    lines = [line for line in render_comment(quiet()).splitlines() if line]
    assert lines[:2] == [MARKER, "This pull request changes nothing that fifthwhy measures."]
    assert len(lines) == 3
    assert lines[2].startswith("<sub>")
    assert lines[2].endswith("</sub>")


def test_introduced_findings_link_to_their_lines_at_head_and_fixed_ones_at_base() -> None:
    page = harmless(
        render_comment(report(introduced=(finding("a b.py", 3),), fixed=(finding("c.py", 4, commit=BASE),)))
    )
    assert f"https://github.example/acme/shop/blob/{HEAD.id}/a%20b.py#L3" in page.links
    assert f"https://github.example/acme/shop/blob/{BASE.id}/c.py#L4" in page.links


def test_findings_are_grouped_by_rule_with_production_before_tests() -> None:
    rows = (
        finding("auth.py", name="auth.patterns"),
        finding("tests/test_a.py", scope="tests"),
        finding("z.py"),
        finding("a.py"),
    )
    page = harmless(render_comment(report(introduced=rows)))
    assert [item.split(":")[0] for item in page.items] == ["z.py", "a.py", "tests/test_a.py", "auth.py"]
    assert [text for text in page.plain if text.startswith(", ")] == [
        ", production (2)",
        ", tests (1)",
        ", production (1)",
    ]


def test_inferred_is_labelled_and_explained_only_where_it_occurs() -> None:
    told = render_comment(report(introduced=(finding("a.py", inferred=True),)))
    assert told.count("*(inferred)*") == 2
    assert "`.github/fifthwhy.yml`" in told.split("*(inferred)*")[2]
    standing = render_comment(report(introduced=(finding("b.py"),), standing=(finding("a.py", inferred=True),)))
    assert standing.count("*(inferred)*") == 2
    assert "inferred" not in render_comment(report(introduced=(finding("a.py"),)))


def test_metrics_that_are_nothing_and_were_nothing_are_left_out() -> None:
    metrics = (metric("imports.fragmented", 9, 11, tests=1, among=708), metric("imports.legacy", 0, 0))
    assert _metrics(*metrics) == [
        ["Imports off the canonical path (import sites: 708)", "9", "11 (10 + 1)", "🔴 +2 worse", "0", "no"],
    ]


def _metrics(*metrics: MetricRow) -> list[list[str]]:
    """The rows of a comment's table of metrics."""
    head, *shown = harmless(render_comment(report(metrics=metrics, introduced=(finding("a.py"),)))).rows or [[]]
    assert not head or head == ["Metric", "Base", "Head (production + tests)", "Change", "Target", "Met"]
    return shown


def test_a_share_is_shown_in_percent_with_its_counts_and_more_of_it_is_better() -> None:
    title = "Import sites on the canonical path"
    assert _metrics(metric("imports.canonical_usage", 862, 866, among=881, base_among=880)) == [
        [title, "97.9 % (862 of 880)", "98.2 % (866 of 881)", "🟢 +0.3 points better", "100 %", "no"]
    ]
    assert _metrics(metric("imports.canonical_usage", 880, 860, among=880)) == [
        [title, "100 % (880 of 880)", "97.7 % (860 of 880)", "🔴 -2.3 points worse", "100 %", "no"]
    ]
    assert _metrics(metric("imports.canonical_usage", 0, 1, among=1, base_among=0)) == []


def test_the_share_of_tests_is_told_apart_where_there_are_any() -> None:
    (row,) = _metrics(metric("ssot.compliance", 2_360, 2_361, tests=8, among=3_311, tests_among=10))
    assert row[1:3] == ["71.2 % (2,360 of 3,311)", "71.3 % (2,361 of 3,311); tests 80.0 % (8 of 10)"]
    (row,) = _metrics(metric("ssot.compliance", 8, 8, among=10, tests_among=0))
    assert row[2] == "80.0 % (8 of 10)"


def test_a_share_that_stays_where_it_is_to_be_is_left_out() -> None:
    assert _metrics(metric("ssot.compliance", 80, 81, among=81, base_among=80)) == []
    assert len(_metrics(metric("ssot.compliance", 80, 80, among=81))) == 1
    assert len(_metrics(metric("ssot.compliance", 80, 81, among=81))) == 1
    assert len(_metrics(metric("ssot.compliance", 81, 81, among=81, due="2026-06-30"))) == 1


def test_what_somebody_planned_for_is_shown_even_if_it_is_nothing() -> None:
    assert _metrics(metric("imports.legacy", 0, 0, due="2026-06-30")) == [
        ["Imports of legacy modules", "0", "0", "unchanged", "0 by 2026-06-30", "yes"]
    ]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("imports.unresolved", "Imports that cannot work, and 12 that the code does not decide"),
        ("imports.cycles", "Import cycles, and 12 modules in cycles that are not listed"),
        ("ssot.duplicates", "Copies of a definition, and 12 that were not compared"),
    ],
)
def test_what_is_not_decided_is_told(name: MetricName, told: str) -> None:
    assert _metrics(metric(name, 1, 1, undecided=12))[0][0] == told


def test_paths_of_a_symbol_say_why_they_work() -> None:
    roles = get_args(PathRole)
    paths = tuple(PathRow(f"shop.m{number}", 1, 0, False, role) for number, role in enumerate(roles))
    first = PathRow("shop.tokens", 9, 3, True, "definition")
    other = PathRow("shop.tokens", 1, 0, False, "alias", "OldToken")
    symbol = SymbolRow("Token", "shop.tokens", False, 20, 8, (first, other, *paths))
    cells = harmless(render_markdown(report(introduced=(finding("a.py"),), symbols=(symbol,)))).rows
    shown = [row[1:] for row in cells[cells.index(["Symbol", "Imported from", "Production", "Tests", "Role"]) + 1 :]]
    assert shown[:2] == [
        ["shop.tokens", "9", "3", "canonical, defined here"],
        ["shop.tokens.OldToken", "1", "0", "another name"],
    ]
    assert [row[3] for row in shown[2:]] == [
        "defined here",
        "shim",
        "re-export",
        "second definition",
        "name of another thing",
        "another name",
        "does not resolve",
        "cannot tell",
    ]


def test_symbols_that_are_not_shown_are_counted_and_the_commands_that_show_them_named() -> None:
    paths = (PathRow("shop.tokens", 9, 3, True, "definition"), PathRow("shop.api", 1, 0, False, "shim"))
    symbols = tuple(SymbolRow(f"s{number}", "shop.tokens", False, 13, 1, paths) for number in range(12))
    told = render_comment(report(introduced=(finding("a.py"),), symbols=symbols, more_symbols=30))
    assert (
        "…and 32 more symbols that have more than one path; `fifthwhy explain SYMBOL` tells about one, "
        "`fifthwhy audit --base ba5eba1122 --head c0ffee1111 --format json` lists them all." in told
    )
    assert "fifthwhy explain" not in render_comment(report(introduced=(finding("a.py"),), symbols=symbols[:10]))


def test_what_stands_is_counted_though_the_report_holds_only_some_of_it() -> None:
    counts = (RuleCount("imports.legacy", "tests", 40), RuleCount("imports.fragmented", "production", 4_000))
    told = render_comment(
        report(introduced=(finding("a.py"),), standing=(finding("b.py"), finding("c.py")), standing_counts=counts)
    )
    assert "4,040 violations stand as before" in told
    assert "- Imports off the canonical path, production: 4,000\n- Imports of legacy modules, tests: 40\n" in told
    assert "**Imports off the canonical path**, production (4,000)" in told
    assert "…and 4,038 more" in told


def test_unread_files_are_named_with_their_reason() -> None:
    page = harmless(render_comment(report(introduced=(finding("a.py"),), unread=(unread("b.py", 3),))))
    assert page.items[-1] == "b.py:3 syntax: '(' was never closed"


def test_mistakes_in_contracts_are_told_with_what_helps_and_link_to_their_lines() -> None:
    mistake = note("setup.cfg", "contract `C`: `modules` is missing", "it does not count", kind="problem")
    page = harmless(render_comment(report(introduced=(finding("a.py"),), notes=(mistake,))))
    assert page.items[-1] == "setup.cfg:3 contract C: modules is missing; it does not count"
    assert f"https://github.example/acme/shop/blob/{BASE.id}/setup.cfg#L3" in page.links


def test_what_of_contracts_is_not_evaluated_is_left_to_longer_reports() -> None:
    shown = report(introduced=(finding("a.py"),), notes=(note(),))
    assert "interfaces" not in render_comment(shown)
    assert "1 part of a contract does not count as written" in render_markdown(shown)
    assert "tach" not in render_comment(report(notes=(note(kind="problem"),)))


def test_a_contract_that_names_what_the_change_takes_away_is_worth_a_comment() -> None:
    shown = report(notes=(note(kind="problem", newly=True),))
    assert _sentence(shown).endswith("introduces no violations and fixes none, but contracts name what it takes away.")
    assert "(since this change)" in render_comment(shown)


def test_of_many_mistakes_in_contracts_the_first_are_told_and_the_rest_counted() -> None:
    mistakes = tuple(note(f"{number}.toml", kind="problem") for number in range(12))
    told = render_comment(report(introduced=(finding("a.py"),), notes=mistakes))
    assert "12 parts of contracts do not count as written" in told
    assert "…and 2 more; `fifthwhy audit" in told
    cut = render_comment(report(introduced=(finding("a.py"),), notes=mistakes, more_notes=30))
    assert "42 parts of contracts" in cut
    assert "…and 32 more.\n" in cut


def test_mistakes_of_a_policy_are_listed_by_line() -> None:
    problems = (
        PolicyProblem(3, "symbols.0.name", "is required"),
        PolicyProblem(9, "", "anchors (&) are not supported"),
    )
    page = harmless(render_comment(report(policy_change=policy_change(problems))))
    assert page.items == ["line 3: symbols.0.name is required", "line 9: anchors (&) are not supported"]
    assert f"https://github.example/acme/shop/blob/{HEAD.id}/.github/fifthwhy.yml#L3" in page.links


# --- what fits ------------------------------------------------------------------------------------


def _listed(comment: str) -> int:
    """Findings on the list, and those that the list says it leaves out."""
    page = harmless(comment)
    more = sum(int(number.replace(",", "")) for number in re.findall(r"…and ([\d,]+) more", comment))
    return len(page.items) + more


def _worst(length: int) -> Report:
    """Every list long, and every text as long and as wide as it can be."""
    wide = "😀|`@a\n" * 700
    rows = tuple(finding(f"{number}{wide}", number, message=wide, inferred=True) for number in range(1, length + 1))
    paths = tuple(PathRow(f"{number}{wide}", 1, 0, number == 0) for number in range(length))
    return report(
        introduced=rows,
        fixed=rows,
        standing=rows,
        symbols=tuple(SymbolRow(wide, wide, True, 9, 9, paths) for _ in range(10)),
        more_symbols=length,
        auth=tuple(PatternCount(f"{number}{wide}", 1, 0) for number in range(length)),
        unread=tuple(unread(f"{number}{wide}", 1, wide) for number in range(length)),
        notes=tuple(note(f"{number}{wide}", wide, wide, kind="problem") for number in range(length)),
        policy_change=policy_change(tuple(PolicyProblem(number, wide, wide) for number in range(1, length + 1))),
    )


@pytest.mark.parametrize("limit", [SMALLEST_LIMIT, 4_000, 20_000, LIMIT])
def test_the_worst_report_fits(limit: int) -> None:
    comment = render_comment(_worst(200), limit=limit)
    assert len(comment.encode()) <= limit
    harmless(comment)


@pytest.mark.parametrize("limit", [10_000, LIMIT])
def test_a_hundred_thousand_findings_fit(limit: int) -> None:
    rows = tuple(finding(f"shop/module_{number}.py", number) for number in range(1, 100_001))
    comment = render_comment(report(introduced=rows), limit=limit)
    assert len(comment.encode()) <= limit
    assert _listed(comment) == 100_000
    assert "--format json` lists them all" in comment


def test_sections_give_way_in_turn_and_only_as_far_as_they_must() -> None:
    """Introduced findings are worth more than fixed ones, and those more than what stands."""
    rows = tuple(finding(f"shop/module_{number}.py", number) for number in range(20))
    full = report(introduced=rows, fixed=rows, standing=rows)
    room = len(render_comment(full).encode())
    kept: list[tuple[int, int, int]] = []
    while (room := room - 700) > 3_000:
        comment = render_comment(full, limit=room)
        assert room - 700 < len(comment.encode()) <= room
        assert _listed(comment.replace("- Imports", "Imports")) == 60
        introduced, rest = comment.split("#### Fixed")
        fixed, standing = rest.split("<details>")
        kept.append((introduced.count("\n- ["), fixed.count("\n- ["), standing.count("\n- [")))
    assert kept == sorted(kept, key=sum, reverse=True)
    for introduced_rows, fixed_rows, standing_rows in kept:
        assert introduced_rows == 20 or fixed_rows == 0
        assert fixed_rows == 20 or standing_rows == 0
    assert kept[-1][0] < 20


def test_a_single_path_of_4096_hostile_bytes_fits() -> None:
    for path in HOSTILE:
        comment = render_comment(report(introduced=(finding(path, 7, message=path),)))
        assert len(harmless(comment).items) == 1


rows = st.lists(
    st.builds(
        finding,
        path=st.sampled_from(HOSTILE),
        line=st.integers(1, 10_000),
        name=st.sampled_from(RULES),
        scope=st.sampled_from(["production", "tests"]),
        message=st.sampled_from(HOSTILE),
        inferred=st.booleans(),
    ),
    max_size=60,
).map(tuple)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(introduced=rows, fixed=rows, standing=rows, limit=st.integers(SMALLEST_LIMIT, LIMIT))
def test_any_report_fits_and_is_harmless(
    introduced: tuple[FindingRow, ...], fixed: tuple[FindingRow, ...], standing: tuple[FindingRow, ...], limit: int
) -> None:
    shown = report(introduced=introduced, fixed=fixed, standing=standing)
    comment = render_comment(shown, limit=limit)
    assert len(comment) <= len(comment.encode()) <= limit
    harmless(comment)
    harmless(render_markdown(shown))


def test_a_limit_without_room_for_the_sentence_is_refused() -> None:
    with pytest.raises(ValueError, match="1000 bytes"):
        render_comment(report(), limit=SMALLEST_LIMIT - 1)


def test_the_document_is_longer_but_bounded() -> None:
    rows = tuple(finding(f"shop/module_{number}.py", number) for number in range(1, 3_001))
    document = render_markdown(report(introduced=rows))
    assert document.count("\n- [") == 1_000
    assert "…and 2,000 more" in document
