"""Where findings are: by symbol, by path, by pattern, by folder, each finding once in each cut."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from analyzers.catalogue import metric_of
from analyzers.findings import Finding, RuleName
from analyzers.history import Traced
from analyzers.policy import read_policy
from analyzers.report import FindingRow, Report, Subject, report_of
from analyzers.standing.breakdowns import MOST_SHARES, breakdowns_of
from analyzers.status import Breakdown
from analyzers.summary import outcome_of_state
from analyzers.tree import Scope
from tests.analyzers.trees import audit_of
from tests.report_templates.reports import HEAD, SHOP, finding, report


def audited(files: dict[str, str], policy: str = "") -> tuple[Report, tuple[Traced, ...]]:
    read = read_policy(policy.encode())
    outcome = outcome_of_state(audit_of(files, read), whole=True)
    made = report_of(Subject(SHOP, HEAD, None, None, None, "0.1.0"), read, outcome)
    return made, tuple(Traced(each.fingerprint, each.finding, None) for each in outcome.standing)


def shares(breakdowns: Sequence[Breakdown], by: str) -> dict[str, tuple[int, int]]:
    (cut,) = (each for each in breakdowns if each.by == by)
    return {share.name: (share.production, share.tests) for share in cut.shares}


SHOP_FILES = {
    "shop/__init__.py": "",
    "shop/tokens.py": "def verify(token): ...\n\ndef refund(): ...\n",
    "shop/api.py": "from shop.tokens import verify, refund\n",
    "shop/pay.py": "from shop.tokens import verify as check\n",
    "shop/web/cart.py": "from shop.api import verify\n",
    "shop/web/view.py": "from shop.api import verify, refund\n",
    "tests/test_pay.py": "from shop.pay import check\n",
}
SHOP_POLICY = "symbols:\n  - {name: verify, canonical: shop.tokens}\n  - {name: refund, canonical: shop.tokens}\n"


def test_imports_are_cut_by_symbol_by_odd_path_and_by_folder() -> None:
    made, traced = audited(SHOP_FILES, SHOP_POLICY)
    found = breakdowns_of(made, ["imports.fragmented"], traced)

    assert shares(found, "symbol") == {"verify": (2, 1), "refund": (1, 0)}
    assert shares(found, "module") == {"shop.api": (3, 0), "shop.pay.check": (0, 1)}
    assert shares(found, "folder") == {"shop/web": (3, 0), "tests": (0, 1)}
    (row,) = (row for row in made.metrics if row.name == "imports.fragmented")
    assert all(sum(map(sum, shares(found, by).values())) == row.head for by in ("symbol", "module", "folder"))


def test_without_details_the_odd_paths_are_not_told() -> None:
    made, _ = audited(SHOP_FILES, SHOP_POLICY)

    assert {each.by for each in breakdowns_of(made, ["imports.fragmented"])} == {"symbol", "folder"}


def test_symbols_of_one_name_are_told_apart_by_their_canonical_module() -> None:
    files = {
        "shop/__init__.py": "",
        "shop/cart.py": "class Config: ...\n",
        "shop/old_cart.py": "from shop.cart import Config\n",
        "shop/mail.py": "class Config: ...\n",
        "shop/old_mail.py": "from shop.mail import Config\n",
        **{f"app/use{n}.py": "from shop.cart import Config\n" for n in range(4)},
        **{f"app/send{n}.py": "from shop.mail import Config\n" for n in range(4)},
        **{f"app/odd{n}.py": "from shop.old_cart import Config\n" for n in range(2)},
        "app/odd_mail.py": "from shop.old_mail import Config\n",
    }
    made, traced = audited(files)

    assert shares(breakdowns_of(made, ["imports.fragmented"], traced), "symbol") == {
        "shop.cart.Config": (2, 0),
        "shop.mail.Config": (1, 0),
    }


def test_validation_calls_are_cut_by_pattern_and_legacy_imports_by_module() -> None:
    rows = (
        finding("shop/a.py", 1, name="auth.patterns", symbol="jose"),
        finding("shop/b.py", 2, name="auth.patterns", symbol="jose"),
        finding("shop/b.py", 3, name="imports.legacy", symbol="shop.old"),
        finding("shop/b.py", 4, name="imports.legacy", symbol="shop.old", scope="tests"),
    )
    found = breakdowns_of(report(kind="state", standing=rows), ["imports.legacy", "auth.patterns"])

    assert shares([each for each in found if each.metric == "auth.patterns"], "pattern") == {"jose": (2, 0)}
    assert shares([each for each in found if each.metric == "imports.legacy"], "module") == {"shop.old": (1, 1)}


def test_a_cut_that_tells_no_more_than_a_list_is_left_out() -> None:
    rows = (finding("shop/a.py", symbol="verify"), finding("app/b.py", symbol="refund"))

    assert breakdowns_of(report(kind="state", standing=rows), ["imports.fragmented"]) == ()


def test_a_metric_without_findings_has_no_cut() -> None:
    assert breakdowns_of(report(kind="state"), ["imports.fragmented", "imports.patterns"]) == ()


def folders(*paths: str) -> set[str]:
    rows = tuple(finding(path, 1 + at, symbol=f"s{at}") for at, path in enumerate(paths))
    return set(shares(breakdowns_of(report(kind="state", standing=rows), ["imports.fragmented"]), "folder"))


def test_folders_are_told_by_two_parts() -> None:
    assert folders("shop/a/x/1.py", "shop/a/y/2.py", "shop/b/3.py", "shop/c/z/4.py", "setup.py") == {
        "shop/a", "shop/b", "shop/c", "*.py",
    }  # fmt: skip


def test_folders_are_told_by_three_parts_where_two_hold_more_than_half_of_all() -> None:
    assert folders("src/shop/a/x/1.py", "src/shop/a/2.py", "src/shop/b/3.py") == {"src/shop/a", "src/shop/b"}


def test_a_folder_does_not_cover_those_in_it_that_are_told_by_themselves() -> None:
    assert folders("auth/1.py", "auth/2.py", "auth/tests/3.py", "auth/tests/4.py") == {"auth/*.py", "auth/tests"}


def test_a_third_part_that_takes_nothing_apart_is_not_told() -> None:
    assert folders("src/shop/a/1.py", "src/shop/a/2.py") == {"src/shop"}


RULES: tuple[RuleName, ...] = ("imports.fragmented", "imports.legacy", "auth.patterns", "imports.cycles")


@st.composite
def findings(draw: st.DrawFn) -> FindingRow:
    folder = draw(st.lists(st.sampled_from(["a", "b", "c"]), max_size=4))
    scope: Scope = draw(st.sampled_from(["production", "tests"]))
    name = draw(st.sampled_from(RULES))
    path = "/".join([*folder, "x.py"])
    return finding(path, name=name, symbol=f"s{draw(st.integers(0, 30))}", scope=scope)


@given(st.lists(findings(), max_size=60))
def test_each_cut_counts_every_finding_of_its_metric_once(rows: list[FindingRow]) -> None:
    named = tuple(
        msgspec.structs.replace(row, fingerprint=hashlib.sha256(str(at).encode()).hexdigest())
        for at, row in enumerate(rows)
    )
    details = tuple(Traced(row.fingerprint, _with_detail(row, at % 15), None) for at, row in enumerate(named))
    cuts = breakdowns_of(report(kind="state", standing=named), [metric_of(rule) for rule in RULES], details)

    for cut in cuts:
        own = [row for row in named if row.rule == cut.metric]
        shown = [(share.production + share.tests, share.name) for share in cut.shares]
        assert sum(count for count, _ in shown) + cut.more_findings == len(own)
        assert sum(share.tests for share in cut.shares) <= sum(row.scope == "tests" for row in own)
        assert shown == sorted(shown, key=lambda each: (-each[0], each[1]))
        assert len(shown) <= MOST_SHARES
        assert bool(cut.more) == bool(cut.more_findings)


def _with_detail(row: FindingRow, number: int) -> Finding:
    place = row.place
    told = (row.symbol, f"shop.odd{number}", row.message, row.severity, row.scope)
    return Finding(row.rule, place.path, place.line, place.end_line, *told)
