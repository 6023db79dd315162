"""Reports with a status for tests: small, full, met, hostile, empty and huge ones, built by hand.

`STATUS_CASES` names those that the golden files show, `ALL_CASES` also those of `reports`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from analyzers.catalogue import entry
from analyzers.causes.model import Cause, Chain, Evidence, EvidenceKind
from analyzers.findings import MetricName
from analyzers.outcome import Files
from analyzers.places import Commit, Place
from analyzers.report import MetricRow, Report
from analyzers.standing.goals import projections
from analyzers.standing.recommendation import Ground, recommended
from analyzers.status import (
    ActionRow,
    Breakdown,
    CheckRow,
    Flows,
    Goal,
    Headline,
    IssueRow,
    LinkedPull,
    PastFinding,
    Point,
    Projection,
    Recommendation,
    Risk,
    Share,
    Since,
    Status,
    SuiteRow,
    TaskRow,
    Trend,
)
from tests.report_templates.reports import CASES, HEAD, HOSTILE, SHOP, finding, metric, report, unread

_FIRST_MONDAY: Final = dt.date(2025, 12, 1)
_TEXTS: Final = tuple(text for text in HOSTILE if len(text) < 1_000)


def week(number: int) -> Commit:
    """The sample of that week, from 0; the last one of a history is HEAD."""
    day = _FIRST_MONDAY + dt.timedelta(weeks=number)
    return Commit(f"{number:02x}" * 20, f"{day.isoformat()}T09:00:00+00:00", f"Work of week {number}")


def state(*metrics: MetricRow, **changed: object) -> Report:
    """A report on one commit."""
    fields: dict[str, object] = {
        "kind": "state",
        "base": None,
        "pull_request": None,
        "metrics": metrics,
        "command": f"fifthwhy audit --issue-report --head {HEAD.short}",
    }
    return report(**{**fields, **changed})


def advised(made: Report) -> Report:
    """The same with what is recommended on it."""
    status = made.status
    assert status is not None
    ground = Ground(made, status.goals, projections(status.trends), None, status.suites, status.tasks)
    return msgspec.structs.replace(made, status=msgspec.structs.replace(status, recommendation=recommended(ground)))


_NOT_YET: Final = Recommendation("go on", "", "")
"""What a status has until it is `advised`."""


def evidence(text: str, url: str | None, kind: EvidenceKind = "line") -> Evidence:
    """What shows an answer to be right."""
    return Evidence(kind, text, url)


def line(path: str, number: int) -> Evidence:
    """A line of code."""
    return evidence(f"`{path}:{number}`", SHOP.file(HEAD.id, path, number))


def commit(of: Commit, told: str) -> Evidence:
    """A commit."""
    return evidence(f"`{of.short}` {told}", SHOP.commit(of.id), "commit")


def trend(name: MetricName, values: tuple[float, ...], projection: Projection | None, target: float = 0) -> Trend:
    """A trend of one sample a week that ends at HEAD."""
    commits = (*(week(number) for number in range(len(values) - 1)), HEAD)
    flows = tuple(
        Flows(older, newer, max(0, int(after - before)) + 1, max(0, int(before - after)) + 1)
        for older, newer, before, after in zip(commits, commits[1:], values, values[1:], strict=False)
    )
    points = tuple(Point(*pair) for pair in zip(commits, values, strict=True))
    return Trend(name, entry(name).unit, target, points, flows, projection)


# --- what the golden files show -------------------------------------------------------------------


def status_small() -> Report:
    """One metric off target, without a history, an issue or a plan."""
    return advised(state(
        metric("imports.fragmented", None, 2, among=30),
        metric("imports.legacy", None, 0),
        standing=(finding("shop/cart.py", 3), finding("shop/old.py", 9)),
        status=Status(
            Headline("off", "imports.fragmented", 1, 2, None),
            _NOT_YET,
            chains=(
                Chain(
                    "imports.fragmented",
                    (
                        Cause(
                            "where.few",
                            1,
                            "Why do 2 of 30 import sites go round `shop.tokens`?",
                            "They import `verify` from `shop.api`.",
                            2,
                            30,
                            "import sites",
                            (line("shop/cart.py", 3), line("shop/old.py", 9)),
                        ),
                    ),
                    "Why `shop.api` still hands it on is not decidable from the code.",
                ),
            ),
            goals=(
                Goal("imports.fragmented", 2, 0, 2, False, None, None, None, None),
                Goal("imports.legacy", 0, 0, 0, True, None, None, None, None),
            ),
            actions=(
                ActionRow(1, "Rewrite these 2 imports to `shop.tokens`", "imports.fragmented", None, 2, 0, 0, True,
                          "where.few", 2, ()),
            ),
        ),
    ))  # fmt: skip


def status_met() -> Report:
    """All targets are met, and the issue can be closed."""
    return advised(
        state(
            metric("imports.fragmented", None, 0, among=30),
            metric("ssot.compliance", None, 81, among=81),
            status=Status(
                Headline("met", None, 2, 2, "One sign-in for all shops."),
                _NOT_YET,
                goals=(
                    Goal("imports.fragmented", 0, 0, 0, True, "high", "2026-06-30", "Imports", None),
                    Goal("ssot.compliance", 100, 100, 0, True, None, None, None, None),
                ),
                trends=(trend("imports.fragmented", (4, 2, 0), None),),
                issue=IssueRow(5, "One import path for verify", "2025-12-01T08:00:00Z", f"{SHOP.web}/issues/5"),
                tasks=(TaskRow("Move the imports", True, "Imports"),),
            ),
        )
    )


def status_full() -> Report:
    """Every section has something to say."""
    return advised(
        state(
            metric("imports.fragmented", None, 51, tests=6, among=924, priority="high", due="2027-03-31"),
            metric("imports.legacy", None, 0),
            metric("ssot.compliance", None, 866, tests=190, among=881, tests_among=192),
            metric("auth.bypass", None, 3, among=12, priority="critical", due="2026-06-30"),
            standing=(
                finding("shop/cart.py", 3),
                finding("tests/test_cart.py", 1, scope="tests"),
                finding("shop/login.py", 40, name="auth.bypass.fail-open", symbol="login"),
            ),
            unread=(unread("shop/broken.py", 3),),
            files=Files(1_073, 881, 192, 1),
            status=Status(
                Headline("off", "auth.bypass", 1, 4, "Two ways to sign in cost us a day of support a week."),
                _NOT_YET,
                chains=_full_chains(),
                breakdowns=_full_breakdowns(),
                goals=_full_goals(),
                trends=_full_trends(),
                since=(
                    Since(
                        "since this issue was opened",
                        week(0),
                        {"imports.fragmented": 60, "imports.legacy": 4, "ssot.compliance": 97.2, "auth.bypass": 3},
                    ),
                    Since("since last week", week(12), {"imports.fragmented": 51, "imports.legacy": 0}),
                ),
                origins=_full_origins(),
                suites=_full_suites(),
                risks=(
                    Risk(
                        "auth.bypass.fail-open",
                        "production",
                        3,
                        "Who breaks the check is signed in.",
                        (Place("shop/login.py", 40, 44, SHOP.file(HEAD.id, "shop/login.py", 40)),),
                        2,
                    ),
                ),
                actions=_full_actions(),
                issue=IssueRow(5, "One way to sign in", "2025-12-01T08:00:00Z", f"{SHOP.web}/issues/5"),
                pulls=(
                    LinkedPull(
                        12, "Move carts to shop.tokens", "open", True, "approved", "failed", f"{SHOP.web}/pull/12"
                    ),
                    LinkedPull(11, "Try another check", "closed", False, "none", None, f"{SHOP.web}/pull/11"),
                ),
                more_pulls=3,
                tasks=(
                    TaskRow("Write `shop.tokens`", True, "1. Imports"),
                    TaskRow("Move the carts, see #12", False, "1. Imports"),
                    TaskRow("Tell @ada", False, "3. Clean up"),
                ),
                tags=("ssot", "auth"),
                notes=("4 of 26 samples were not reached within the budget.",),
            ),
        )
    )


def _full_chains() -> tuple[Chain, ...]:
    burst = week(3)
    fragmented = (
        Cause(
            "where.few",
            1,
            "Why are 51 of 924 import sites off the canonical path?",
            "45 of 51 import `verify` from `shop.api`.",
            45,
            51,
            "import sites",
            (line("shop/cart.py", 3), line("shop/checkout.py", 12)),
            43,
        ),
        Cause(
            "paths.shim",
            2,
            "Why does `shop.api` still work?",
            "It is a shim: it only hands on what `shop.tokens` has.",
            1,
            1,
            "modules",
            (line("shop/api.py", 1),),
        ),
        Cause(
            "arrival.after",
            3,
            "Since when do they go that way?",
            "30 of 45 came in after `shop.tokens` was there, 28 of them with one merge.",
            30,
            45,
            "import sites",
            (commit(burst, "Add the checkout"),),
        ),
        Cause(
            "unguarded.warning",
            4,
            "Why did nothing stop it?",
            "`shop.api` does not warn, and no contract forbids it.",
            1,
            1,
            "modules",
            (evidence("`.github/fifthwhy.yml:2`", SHOP.file(HEAD.id, ".github/fifthwhy.yml", 2), "policy"),),
        ),
        Cause(
            "reasons.owner",
            5,
            "Why is that so?",
            "Nobody owns `shop/api.py`: `CODEOWNERS` does not name it.",
            1,
            1,
            "files",
            (evidence("`CODEOWNERS`", SHOP.file(HEAD.id, "CODEOWNERS"), "file"),),
        ),
    )
    bypass = Cause(
        "auth.fallback",
        1,
        "Why can 3 places be reached without the check?",
        "They go on where the check fails.",
        3,
        3,
        "places",
        (line("shop/login.py", 40), commit(week(7), "Do not fail when the key server is down")),
    )
    return (
        Chain("auth.bypass", (bypass,), "Why the other paths still work is not decidable from the code."),
        Chain("imports.fragmented", fragmented, None),
    )


def _full_breakdowns() -> tuple[Breakdown, ...]:
    return (
        Breakdown("imports.fragmented", "symbol", (Share("verify", 40, 5), Share("refund", 5, 1)), 0, 0),
        Breakdown("imports.fragmented", "module", (Share("shop.api", 40, 5), Share("shop.compat", 3, 0)), 2, 3),
        Breakdown("auth.bypass", "folder", (Share("shop", 3, 0),), 0, 0),
    )


def _full_goals() -> tuple[Goal, ...]:
    return (
        Goal("imports.fragmented", 51, 0, 51, False, "high", "2027-03-31", "1. Imports", "2027-02-01"),
        Goal("imports.legacy", 0, 0, 0, True, None, None, None, None),
        Goal("ssot.compliance", 98.2, 100, 1.8, False, None, None, None, None),
        Goal("auth.bypass", 3, 0, 3, False, "critical", "2026-06-30", "2. Checks", None),
    )


def _full_trends() -> tuple[Trend, ...]:
    falling = (60, 60, 58, 59, 57, 56, 56, 55, 54, 54, 53, 52, 51, 51)
    return (
        trend("imports.fragmented", falling, Projection(-1.1, 4, "2027-02-01", True)),
        trend("auth.bypass", (3,) * 14, Projection(0, 4, None, in_time=False)),
    )


def _full_origins() -> tuple[PastFinding, ...]:
    cart, test, login = (
        finding("shop/cart.py", 3).fingerprint,
        finding("tests/test_cart.py", 1).fingerprint,
        finding("shop/login.py", 40, name="auth.bypass.fail-open").fingerprint,
    )
    return (
        PastFinding(cart, week(3), week(2), True, 12, SHOP.commit(week(3).id)),
        PastFinding(test, week(5), week(4), False, None, None),
        PastFinding(login, week(0), None, False, None, None),
    )


def _full_suites() -> tuple[SuiteRow, ...]:
    failed = CheckRow("integration / carts", "failed", "2 of 40 tests failed", f"{SHOP.web}/runs/77")
    return (
        SuiteRow("Mission critical", "passed", 3, 0, 0, 0, (CheckRow("unit", "passed", "", f"{SHOP.web}/runs/76"),)),
        SuiteRow(
            "Integration", "failed", 4, 1, 0, 1, (failed, CheckRow("integration / *", "missing", "", None)), running=1
        ),
    )


def _full_actions() -> tuple[ActionRow, ...]:
    return (
        ActionRow(
            1,
            "Rewrite these 45 imports of `verify` to `shop.tokens`",
            "imports.fragmented",
            "1. Imports",
            51,
            6,
            0,
            True,
            "where.few",
            45,
            (line("shop/cart.py", 3),),
        ),
        ActionRow(
            2,
            "Let `shop.api` raise a DeprecationWarning, then delete it",
            "imports.fragmented",
            "1. Imports",
            51,
            None,
            0,
            False,
            "unguarded.warning",
            45,
            (),
        ),
        ActionRow(
            3, "Let `login` refuse where the check fails", "auth.bypass", "2. Checks", 3, 2, 0, False,
            "auth.fallback", 1, (),
        ),
        ActionRow(4, "Give the rest a due date", "ssot.compliance", None, 98.2, None, 100, False, "reasons.due", 0, ()),
    )  # fmt: skip


def status_empty() -> Report:
    """A repository of which there is nothing to say."""
    return advised(
        state(
            files=Files(0, 0, 0, 0),
            status=Status(Headline("met", None, 0, 0, None), _NOT_YET),
        )
    )


def status_hostile() -> Report:
    """Repository text and text from GitHub in every place, all of it hostile."""
    return filled(_TEXTS, web=f"{SHOP.web}/pull")


def filled(texts: tuple[str, ...], web: str) -> Report:
    """A report whose every list is as long as `texts`, and whose texts those are. Links begin with `web`."""
    url = f"{web}/a b(c)|d"
    proof = tuple(evidence(text, url) for text in texts)
    commits = tuple(Commit(text, text, text) for text in texts)
    return state(
        metric("imports.fragmented", None, 51, among=924),
        standing=tuple(finding(text, number, message=text) for number, text in enumerate(texts, 1)),
        status=Status(
            Headline("near", "imports.fragmented", 1, 2, texts[0]),
            Recommendation("go on", texts[1], texts[2]),
            chains=tuple(_filled_chain(text, proof) for text in texts),
            breakdowns=tuple(
                Breakdown("imports.fragmented", "module", tuple(Share(name, 1, 2) for name in texts), 1, 2)
                for _ in texts
            ),
            goals=(Goal("imports.fragmented", 51, 0, 51, False, "low", None, texts[3], None),),
            trends=tuple(_filled_trend(commits) for _ in texts),
            since=tuple(Since(text, commits[0], {"imports.fragmented": 60}) for text in texts[:3]),
            origins=tuple(
                PastFinding(finding(text, number).fingerprint, commits[0], commits[1], number % 2 == 0, 7, None)
                for number, text in enumerate(texts, 1)
            ),
            suites=tuple(
                SuiteRow(text, "failed", 0, 1, 0, 0, (CheckRow(text, "failed", text, url),)) for text in texts
            ),
            risks=tuple(
                Risk("auth.bypass.fail-open", "tests", 1, text, tuple(Place(name, 1, 1, url) for name in texts), 1)
                for text in texts
            ),
            actions=tuple(
                ActionRow(number, text, "imports.fragmented", text, 51, 6, 0, False, "where.few", 1, proof)
                for number, text in enumerate(texts, 1)
            ),
            issue=IssueRow(5, texts[0], texts[1], url),
            pulls=tuple(LinkedPull(9, text, "draft", True, "waiting", "blocked", url) for text in texts),
            tasks=tuple(TaskRow(text, False, text) for text in texts),
            tags=texts,
            notes=texts,
        ),
    )


def _filled_chain(text: str, proof: tuple[Evidence, ...]) -> Chain:
    causes = tuple(Cause("where.few", 1, text, text, 1, 2, text, proof, 9) for _ in range(5))
    return Chain("imports.fragmented", causes, text)


def _filled_trend(commits: tuple[Commit, ...]) -> Trend:
    points = tuple(Point(each, float(number)) for number, each in enumerate(commits))
    flows = tuple(Flows(commits[0], each, 1, 2) for each in commits)
    return Trend("imports.fragmented", "import sites", 0, points, flows, Projection(1.5, 4, None, False))


def status_huge() -> Report:
    """Every list long, and every text as long and as wide as it can be."""
    wide = "😀|`@a\n" * 700
    return filled(tuple(f"{number}{wide}" for number in range(40)), web=f"{SHOP.web}/{'x' * 1_900}")


def change_with_why() -> Report:
    """A pull request that makes a metric worse, and why."""
    return report(
        metrics=(metric("imports.fragmented", 50, 51, among=924),),
        introduced=(finding("shop/cart.py", 3),),
        status=msgspec.structs.replace(status_small().status or _missing(), goals=(), actions=()),
    )


def _missing() -> Status:
    raise AssertionError("the report should have a status")


STATUS_CASES: Final[Mapping[str, Callable[[], Report]]] = {
    case.__name__: case
    for case in (status_small, status_met, status_full, status_empty, status_hostile, change_with_why)
}

ALL_CASES: Final[Mapping[str, Callable[[], Report]]] = {**CASES, **STATUS_CASES}
