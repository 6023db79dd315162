"""Words of causes: right in number, and quiet about what somebody else wrote."""

from __future__ import annotations

import pytest

from analyzers.catalogue import CATALOGUE
from analyzers.causes.engine import chain_of
from analyzers.causes.evidence import origins
from analyzers.causes.wording import code, named, nouns, part, subject, these, told_origin
from analyzers.findings import MetricName
from tests.analyzers.causes.inquiries import answer, came, commit, finding, inquire, looked_at, traced

IMPORTS = ("import", "imports")


def test_parts_are_told_in_the_right_number() -> None:
    assert [part(*pair, IMPORTS) for pair in ((1, 1), (2, 2), (3, 3), (1, 3), (2, 3))] == [
        "This import",
        "Both imports",
        "All 3 imports",
        "1 of 3 imports",
        "2 of 3 imports",
    ]
    assert [these(count, IMPORTS) for count in (1, 2)] == ["this import", "these 2 imports"]


def test_names_beyond_the_first_are_counted() -> None:
    modules = ("module", "modules")
    assert named(["a"], 3, modules) == "`a`"
    assert named(["a", "b", "c"], 3, modules) == "`a`, `b` and `c`"
    assert named(["a", "b", "c", "d"], 3, modules) == "`a`, `b`, `c` and 1 more module"
    assert named(["a", "b", "c", "d", "e"], 3, modules) == "`a`, `b`, `c` and 2 more modules"


@pytest.mark.parametrize("metric", [each.name for each in CATALOGUE if each.one])
def test_findings_have_names_of_their_own(metric: MetricName) -> None:
    assert "finding" not in nouns(metric)


def test_somebody_elses_words_cannot_open_or_close_a_code_span() -> None:
    assert code("a`b") == "`a'b`"
    assert subject(commit("2025-01-01", "Use `x`\nand\t`y`")) == "`Use 'x' and 'y'`"
    assert len(subject(commit("2025-01-01", "x" * 1_000))) == 92
    assert len(code("x" * 1_000)) == 202


def test_a_hostile_history_stays_inside_its_quotation_marks() -> None:
    origin = came("2025-06-03", "`@everyone` Fixes #1 <script>" + "`" * 9)
    hostile = [traced(finding("ssot.duplicates", f"a`{n}`.py", "f`", "pkg`x"), origin) for n in range(6)]
    asked = inquire(hostile, history=looked_at(hostile))
    assert answer(asked, "arrival.burst") is not None
    for cause in chain_of(asked).causes:
        assert cause.answer.count("`") % 2 == 0
        assert all(each.text.count("`") % 2 == 0 for each in cause.evidence)


def test_a_pull_request_is_named_unless_the_subject_names_it() -> None:
    said = came("2025-06-03", "Split the engine (#12)", pull_request=12)
    assert told_origin(said) == f"`{said.by.short}` `Split the engine (#12)` (2025-06-03)"
    other = came("2025-06-03", "Split the engine of #120", pull_request=12)
    assert told_origin(other).endswith("(2025-06-03, pull request #12)")


def test_of_commits_that_brought_as_many_the_earlier_is_shown_first() -> None:
    days = ["2025-09-03", "2025-07-03", "2025-08-03"]
    found = [traced(finding("ssot.duplicates", f"{day}.py", "f"), came(day)) for day in days]
    shown, _ = origins(inquire(found), found)
    assert [each.text[-11:-1] for each in shown] == sorted(days)
