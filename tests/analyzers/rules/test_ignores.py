"""ssot.ignores: which findings a comment leaves out, and when a comment is a finding itself."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.facts import Ignore
from analyzers.findings import Finding, RuleName
from analyzers.policy import Policy, read_policy
from analyzers.rules.ignores import IgnoreResult, apply_ignores, days_alike, next_expiry
from analyzers.tree import Scope

TODAY = dt.date(2026, 11, 23)


def finding(rule: RuleName = "imports.legacy", line: int = 3, end_line: int | None = None) -> Finding:
    return Finding(rule, "shop/a.py", line, end_line or line, "shop.old", "Cart", "A message.", "medium", "production")


def comment(*rules: str, line: int = 3, covers: int | None = None, until: str | None = None) -> Ignore:
    alone = covers is not None and covers != line
    covers = line if covers is None else covers
    return Ignore(line, alone, covers, covers, rules, "a reason", until)


def applied(
    findings: list[Finding], *ignores: Ignore, policy: Policy | None = None, scope: Scope = "production"
) -> IgnoreResult:
    return apply_ignores("shop/a.py", scope, findings, ignores, TODAY, policy or Policy())


def messages(result: IgnoreResult) -> list[str]:
    return [each.message for each in result.stale]


# --- what a comment leaves out ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "ignore"),
    [
        pytest.param(finding(), comment("imports.legacy"), id="by its rule"),
        pytest.param(finding(), comment("imports"), id="by the family of its rule"),
        pytest.param(finding(), comment("auth.patterns", "imports.legacy"), id="by one of several rules"),
        pytest.param(finding(), comment("imports.legacy", line=2, covers=3), id="above"),
        pytest.param(finding(line=2, end_line=5), comment("imports.legacy", line=3), id="inside"),
        pytest.param(finding(line=4), comment("imports.legacy", line=4, covers=2), id="at the end of a statement"),
        pytest.param(finding(), comment("imports.legacy", until="2026-11-23"), id="on its last day"),
        pytest.param(finding(), comment("imports.legacy", until="9999-12-31"), id="for ever"),
    ],
)
def test_a_finding_is_left_out(found: Finding, ignore: Ignore) -> None:
    assert applied([found], ignore) == IgnoreResult(kept=(), silenced=(found,), stale=(), among=1)


@pytest.mark.parametrize(
    ("found", "ignore"),
    [
        pytest.param(finding(), comment("imports.cycles"), id="another rule"),
        pytest.param(finding(), comment("import"), id="the beginning of a family"),
        pytest.param(finding(), comment("imports.legac"), id="the beginning of a rule"),
        pytest.param(finding(), comment("*"), id="every rule"),
        pytest.param(finding(line=4), comment("imports.legacy"), id="another line"),
        pytest.param(finding(), comment("imports.legacy", until="2026-11-22"), id="the day after"),
        pytest.param(finding("ssot.ignores"), comment("ssot"), id="a finding about comments, by family"),
        pytest.param(finding("ssot.ignores"), comment("ssot.ignores"), id="a finding about comments"),
    ],
)
def test_a_finding_stays_and_the_comment_is_one_more(found: Finding, ignore: Ignore) -> None:
    result = applied([found], ignore)
    assert (result.kept, result.silenced, len(result.stale)) == ((found,), (), 1)


def test_one_comment_for_several_findings_and_several_comments_for_one() -> None:
    findings = [finding(), finding("imports.fragmented")]
    assert applied(findings, comment("imports")).silenced == tuple(findings)
    assert applied(findings, comment("imports"), comment("imports.legacy", line=2, covers=3)).stale == ()


def test_in_tests_too() -> None:
    (stale,) = applied([], comment("imports.legacy"), scope="tests").stale
    assert stale.scope == "tests"


# --- when a comment is a finding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ignore", "message"),
    [
        (
            comment("imports.legacy"),
            "The comment leaves nothing out: there is no finding of `imports.legacy` here. Remove it.",
        ),
        (
            comment("imports", "auth.patterns"),
            "The comment leaves nothing out: there is no finding of `imports` or `auth.patterns` here. Remove it.",
        ),
        (
            comment("imports.legacy", until="2026-11-22"),
            "The comment held until 2026-11-22 and leaves nothing out since: put right what it is about.",
        ),
        (comment("imports.legcy"), "`imports.legcy` is no rule of fifthwhy. Did you mean `imports.legacy`?"),
        (comment("auths"), "`auths` is no rule of fifthwhy. Did you mean `auth`?"),
        (comment("ssot.compliance"), "`ssot.compliance` is no rule of fifthwhy. Did you mean `ssot.duplicates`?"),
        (
            comment("*"),
            "`*` is no rule: the comment must name the rules that it is about, or a family such as `imports`.",
        ),
        (
            comment("ssot.ignores"),
            "Findings of `ssot.ignores` cannot be left out: put the comment right or remove it.",
        ),
        (
            Ignore(3, False, 3, 3, ("imports",), "", None, "The comment gives no reason."),
            "The comment gives no reason.",
        ),
    ],
)
def test_what_is_said_about_a_comment(ignore: Ignore, message: str) -> None:
    assert messages(applied([], ignore)) == [message]


def test_a_name_that_is_like_no_rule_gets_the_list() -> None:
    (message,) = messages(applied([], comment("E501")))
    assert message.startswith("`E501` is no rule of fifthwhy. The rules are `imports.fragmented` or ")


def test_a_comment_that_cannot_be_used_leaves_nothing_out() -> None:
    broken = Ignore(3, False, 3, 3, ("imports.legacy",), "", None, "The comment gives no reason.")
    assert applied([finding()], broken).kept == (finding(),)


def test_a_misspelt_rule_beside_a_right_one() -> None:
    result = applied([finding()], comment("imports.legacy", "imports.cicles"))
    assert result.silenced == (finding(),)
    assert messages(result) == ["`imports.cicles` is no rule of fifthwhy. Did you mean `imports.cycles`?"]


@pytest.mark.parametrize("rules", [("imports.legacy",), ("imports",), ("imports.cycles", "imports.legacy")])
def test_a_comment_about_a_rule_that_is_switched_off_is_not_stale(rules: tuple[str, ...]) -> None:
    """Switched on, it might have something to leave out."""
    assert applied([], comment(*rules), policy=read_policy(b"rules: {imports.legacy: false}")).stale == ()


def test_the_rule_itself_can_be_switched_off() -> None:
    result = applied([finding()], comment("imports.legacy"), comment("imports.cycles"), policy=_without_this_rule())
    assert result == IgnoreResult(silenced=(finding(),), among=2)


def _without_this_rule() -> Policy:
    return read_policy(b"rules: {ssot.ignores: false}")


def test_a_stale_comment_is_known_again_when_it_moves() -> None:
    (before,) = applied([], comment("imports.legacy", "auth")).stale
    (after,) = applied([], comment("imports.legacy", "auth", line=9)).stale
    assert (before.line, after.line) == (3, 9)
    assert (before.symbol, before.detail) == (after.symbol, after.detail) == ("imports.legacy, auth", "a reason")


# --- the days on which something changes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], None),
        ([None], None),
        (["2026-11-22"], None),
        (["2026-11-23"], dt.date(2026, 11, 24)),
        (["2027-01-31", None, "2026-12-31", "2026-01-01"], dt.date(2027, 1, 1)),
        (["9999-12-31"], None),
    ],
)
def test_the_next_day_on_which_a_comment_runs_out(days: list[str | None], expected: dt.date | None) -> None:
    assert next_expiry([comment("imports", until=day) for day in days], TODAY) == expected


def test_a_date_that_is_none_runs_out_never() -> None:
    broken = Ignore(3, False, 3, 3, ("imports",), "a reason", "2026-02-31", "The comment's date is not a day.")
    assert next_expiry([broken], TODAY) is None


@given(st.lists(st.dates(dt.date(2026, 11, 1), dt.date(2026, 12, 31)), max_size=5), st.integers(0, 40))
def test_until_then_nothing_changes(days: list[dt.date], later: int) -> None:
    """What was said today holds on every day before that one, and not on that one."""
    ignores = [comment("imports.legacy", line=number, until=day.isoformat()) for number, day in enumerate(days)]
    findings = [finding(line=number) for number in range(len(days))]
    day = TODAY + dt.timedelta(days=later)
    then = next_expiry(ignores, TODAY)

    def said(on: dt.date) -> IgnoreResult:
        return apply_ignores("shop/a.py", "production", findings, ignores, on, Policy())

    if then is None or day < then:
        assert said(day) == said(TODAY)
    if then is not None:
        assert said(then) != said(TODAY)


@given(st.lists(st.dates(dt.date(2026, 11, 1), dt.date(2026, 12, 31)), max_size=5), st.integers(-40, 40))
def test_on_days_that_are_alike_the_same_is_said_and_on_those_around_them_it_is_not(
    days: list[dt.date], later: int
) -> None:
    ignores = [comment("imports.legacy", line=number, until=day.isoformat()) for number, day in enumerate(days)]
    findings = [finding(line=number) for number in range(len(days))]
    first, last = days_alike(ignores, TODAY)

    def said(on: dt.date) -> IgnoreResult:
        return apply_ignores("shop/a.py", "production", findings, ignores, on, Policy())

    day = TODAY + dt.timedelta(days=later)
    assert (said(day) == said(TODAY)) == (first <= day <= last)
