"""What a check run says: why it fails, who has accepted it, and remarks at lines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from analyzers.gate import Acceptance, Gated
from analyzers.ignore_patch import IgnorePatch
from analyzers.policy import GatePolicy, PolicyProblem
from analyzers.report import Report
from report_templates.check import (
    MOST_ANNOTATIONS,
    Passing,
    remarks_on,
    render_check,
    render_check_shared,
    render_check_title,
    render_patch,
)
from tests.report_templates.github_html import harmless, has_control
from tests.report_templates.reports import HOSTILE, finding, hostile, metric, mixed, policy_change, quiet, report

MOST = 65_535
GATE = GatePolicy(mode="introduced", severity="medium")
ADA = Acceptance("ada", datetime(2026, 5, 4, 12, 0, tzinfo=UTC), "0" * 16)
FOUND = finding("shop/cart.py", 3)
FAILED = Gated("failed", (FOUND,))


def told(gated: Gated, passing: Passing = Passing(), shown: Report | None = None) -> str:  # noqa: B008  # frozen
    text = render_check(gated, GATE, shown or report(introduced=gated.findings), passing)
    harmless(text)
    return text


def test_a_check_that_passes_says_what_the_comment_says() -> None:
    assert told(Gated("passed"), shown=quiet()).startswith("### This pull request changes nothing")
    assert render_check_title(Gated("passed"), quiet(), Passing()) == (
        "This pull request changes nothing that fifthwhy measures."
    )


def test_a_change_without_a_pull_request_that_changes_nothing_is_not_said_to_change() -> None:
    assert render_check_title(Gated("passed"), replace(quiet(), pull_request=None), Passing()) == (
        "This change makes no difference to what fifthwhy measures."
    )


def test_a_check_that_fails_says_by_what() -> None:
    assert told(FAILED).startswith("**Fails** because of 1 finding in production code of severity `medium` or higher")


def test_a_check_that_fails_by_a_target_names_metric_figure_and_target() -> None:
    text = told(Gated("failed", metrics=(metric("imports.legacy", 9, 9),)), shown=report())
    assert "- Imports of legacy modules: 9 (9 + 0); target 0\n" in text
    assert text.startswith("**Fails** because of a metric that misses its target in the policy:")


def test_a_policy_that_cannot_be_used_is_named_first() -> None:
    change = policy_change((PolicyProblem(3, "symbols.0.name", "is required"),))
    assert told(Gated("failed", policy_invalid=True), shown=report(policy_change=change)).startswith(
        "**Fails**, since the policy cannot be used"
    )


def test_an_acceptance_says_who_and_when_and_for_how_long() -> None:
    text = told(FAILED, Passing(ADA))
    assert text.startswith("**Accepted** by `ada` on 2026-05-04, for this commit: the next push is judged anew.")
    assert "**Fails**" not in text
    assert render_check_title(FAILED, report(), Passing(ADA)) == "Accepted by ada"


def test_a_refusal_says_which_role_it_takes() -> None:
    text = told(FAILED, Passing(refused="@eve", role="maintain"))
    assert "`@eve` asked to accept this, which takes the role `maintain` or above" in text
    assert "**Fails**" in text


def test_an_acceptance_of_something_else_says_that_nothing_is_accepted() -> None:
    text = told(FAILED, Passing(overtaken="@eve"))
    assert "`@eve` asked to accept what was said here before." in text
    assert "so nothing is accepted" in text
    assert "**Fails**" in text


def test_a_patch_cannot_end_the_block_that_it_is_in() -> None:
    text = render_patch(Passing(ADA, IgnorePatch("+# a ``` b ```` c\n", 2)))
    assert "`````diff\n+# a ``` b ```` c\n`````" in text
    assert "2 findings are not covered" in text


def test_a_patch_that_does_not_fit_is_left_out() -> None:
    assert render_patch(Passing(ADA, IgnorePatch("+# x\n" * 20_000, 0))) == ""


@pytest.mark.parametrize("shown", [mixed(), hostile()], ids=["mixed", "hostile"])
def test_whatever_a_report_holds_it_fits_and_does_nothing(shown: Report) -> None:
    gated = Gated("failed", shown.introduced, shown.metrics)
    hostile = "<b>`" * 30
    passing = Passing(Acceptance("@evil](x)" * 30, ADA.at, ADA.of), None, hostile, "maintain", hostile)
    assert len(told(gated, passing, shown).encode()) <= MOST


def test_a_thousand_findings_fit() -> None:
    rows = tuple(finding(f"shop/{'long/' * 30}m{number}.py") for number in range(1_000))
    assert len(told(Gated("failed", rows)).encode()) <= MOST


# --- remarks ----------------------------------------------------------------------------------------------------------


def test_a_remark_stands_at_the_lines_of_what_is_introduced_only() -> None:
    fixed, standing = finding("shop/old.py"), finding("shop/page.py")
    (remark,) = remarks_on(report(introduced=(FOUND,), fixed=(fixed,), standing=(standing,)))
    assert (remark.path, remark.line, remark.title) == ("shop/cart.py", 3, "imports.fragmented")
    assert remark.message == "`verify` is imported from `shop.api.verify`; its canonical module is `shop.verify`"


def test_the_gravest_fifty_are_noted() -> None:
    rows = [finding(f"shop/a{number}.py") for number in range(80)]
    grave = replace(finding("shop/z.py"), severity="high")
    remarks = remarks_on(report(introduced=(*rows, grave)))
    assert len(remarks) == MOST_ANNOTATIONS
    assert remarks[0].path == "shop/z.py"


def test_mistakes_in_the_policy_are_noted_at_their_lines() -> None:
    (remark,) = remarks_on(report(policy_change=policy_change((PolicyProblem(3, "symbols.0.name", "is required"),))))
    assert (remark.path, remark.line, remark.message) == (".github/fifthwhy.yml", 3, "symbols.0.name: is required")


def test_remarks_are_plain_text_in_which_everything_can_be_seen() -> None:
    rows = tuple(finding(path, symbol=path, message=f"`{path}` is off") for path in HOSTILE)
    for remark in remarks_on(report(introduced=rows)):
        assert not has_control(remark.path + remark.title + remark.message)
        (remark.path + remark.message).encode()


def test_what_fails_as_another_pull_request_does_says_so_above_all_else() -> None:
    summary = render_check_shared(12, "### This pull request introduces nothing")
    assert summary.startswith("**Fails**, as #12 does")
    assert summary.endswith("### This pull request introduces nothing")


def test_what_fails_as_a_merge_group_does_says_so_above_all_else() -> None:
    assert render_check_shared(None, "").startswith("**Fails**, as a merge group does")


def test_what_has_no_room_below_that_is_left_out() -> None:
    summary = render_check_shared(12, "é" * 32_700)
    assert summary.startswith("**Fails**, as #12 does")
    assert "é" not in summary
    assert "By itself" not in summary
