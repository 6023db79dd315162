"""A report narrowed to one family of metrics: what belongs to it stays as it is, and nothing else does."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from analyzers.catalogue import CATALOGUE
from analyzers.families import FAMILIES, Family, is_of, narrowed, narrowed_history
from analyzers.findings import RuleName
from analyzers.history import Origin, Traced
from analyzers.report import BlockadeRow, NewWayRow
from tests.analyzers.pasts import weekly
from tests.report_templates.reports import finding, found, mixed, report, structure


def test_every_metric_and_every_rule_is_of_one_family() -> None:
    for name in (*(entry.name for entry in CATALOGUE), *get_args(RuleName)):
        assert sum(is_of(family, name) for family in FAMILIES) == 1, name


@pytest.mark.parametrize("family", FAMILIES)
def test_the_parts_of_a_report_are_those_of_the_family(family: Family) -> None:
    for whole in (mixed(), structure()):
        part = narrowed(whole, family)
        assert part.metrics == tuple(each for each in whole.metrics if each.name.startswith(f"{family}."))
        for rows, all_rows in (
            (part.introduced, whole.introduced),
            (part.fixed, whole.fixed),
            (part.standing, whole.standing),
        ):
            assert rows == tuple(each for each in all_rows if each.rule.startswith(f"{family}."))
        assert all(each.rule.startswith(f"{family}.") for each in part.standing_counts)
        assert (part.symbols, part.notes) == ((whole.symbols, whole.notes) if family == "imports" else ((), ()))
        assert part.auth == (whole.auth if family == "auth" else ())
        assert (part.head, part.base, part.files, part.unread) == (whole.head, whole.base, whole.files, whole.unread)


def test_the_families_together_are_the_whole() -> None:
    whole = mixed()
    parts = [narrowed(whole, family) for family in FAMILIES]
    assert sum(len(part.introduced) for part in parts) == len(whole.introduced)
    assert sum(len(part.metrics) for part in parts) == len(whole.metrics)


def test_what_a_change_blocks_and_adds_is_told_with_its_family() -> None:
    place = finding("tests/test_a.py").place
    whole = report(
        newly_blocked=2, blockades=(BlockadeRow("shop.cart", 2, "m", place),), new_ways=(NewWayRow("jwt", 2, place),)
    )
    tests, auth = narrowed(whole, "tests"), narrowed(whole, "auth")
    assert (tests.newly_blocked, len(tests.blockades), tests.new_ways) == (2, 1, ())
    assert (auth.newly_blocked, auth.blockades, len(auth.new_ways)) == (0, (), 1)


def test_the_past_of_a_family_counts_its_own_metrics_and_its_own_findings() -> None:
    past = weekly(imports_fragmented=[3, 2, 1], auth_patterns=[1, 1, 1])
    head, older = past.samples[-1].commit, past.samples[0].commit
    origins = {"a": Origin(head, older, is_exact=False), "b": Origin(head, older, is_exact=False)}
    past = msgspec.structs.replace(past, origins=origins, untraced=2)
    traced = [
        Traced("a", found("imports.fragmented", "a.py", 1, "Cart", "").finding, origins["a"]),
        Traced("b", found("auth.patterns", "b.py", 1, "jwt", "").finding, origins["b"]),
    ]
    part = narrowed_history(past, "imports", traced)
    assert {metric.name for sample in part.samples for metric in sample.metrics} == {"imports.fragmented"}
    assert (dict(part.origins), part.untraced) == ({"a": origins["a"]}, 1)
    assert part.periods == past.periods
