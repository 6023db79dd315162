"""The engine: one chain for each metric off target, in the order of urgency, the same for the same data."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.causes.actions import actions_of
from analyzers.causes.engine import chain_of, chains_of
from analyzers.causes.model import Branch, Copied, Guard, Inquiry, Surroundings
from analyzers.causes.rules import CAUSE_RULES
from analyzers.findings import Metric
from analyzers.history import Repeat, Traced
from analyzers.policy import MetricPolicy, Policy
from tests.analyzers.causes.inquiries import (
    CANONICAL,
    came,
    commit,
    finding,
    goal,
    inquire,
    looked_at,
    place,
    strays,
    traced,
)


def whole() -> Inquiry:
    """An inquiry into which every step has an answer."""
    found = [*strays(39, origin=came("2025-03-01", after=None)), *strays(6, "pkg.older", names="b")]
    around = Surroundings(
        births={CANONICAL: commit("2025-05-01", "Add a factory")},
        beginnings={CANONICAL: commit("2025-05-01", "Add a factory")},
        module_places={"pkg.old": place("pkg/old.py")},
        policy_places={"metrics": place(".github/fifthwhy.yml", 3)},
        goals={"imports.fragmented": (goal("2025-06-01", 0, "2025-09-30"), goal("2025-09-29", 0, "2025-12-31"))},
    )
    roles: Any = {"pkg.old": "shim", "pkg.older": "re-export"}
    return inquire(found, roles=roles, history=looked_at(found), due=dt.date(2026, 3, 31), around=around)


def test_each_question_follows_from_the_answer_before() -> None:
    assert [(cause.question, cause.answer) for cause in chain_of(whole()).causes] == [
        ("Why do 45 of 65 import sites of `X` go round `pkg.factory`?", "39 of 45 imports go through `pkg.old`."),
        (
            "Why does `pkg.old` still work?",
            "`pkg.old` is a shim: it only hands `X` on. All 39 imports go that way.",
        ),
        (
            "How did these 45 imports come in?",
            "39 of 45 imports are older than `pkg.factory` (2025-05-01), and were never moved there.",
        ),
        (
            "Why has nothing moved them since?",
            "`pkg.old` raises no DeprecationWarning of its own when it is imported, and no contract and no linter"
            " setting stands against that: 39 of 45 imports go there.",
        ),
        ("Why are they still there?", "The goal was put off once: from 2025-09-30 to 2025-12-31."),
    ]
    assert chain_of(whole()).open_question is None


def test_one_finding_is_asked_about_in_the_singular() -> None:
    chain = chain_of(inquire(strays(1), roles={"pkg.old": "shim"}))
    assert chain.causes[0].question == "Why does 1 of 21 import sites of `X` go round `pkg.factory`?"
    assert chain.causes[1].answer == "`pkg.old` is a shim: it only hands `X` on. This import goes that way."
    assert chain.open_question is not None
    assert "this import" in chain.open_question


def test_what_happened_goes_before_what_is_missing() -> None:
    asked = whole()
    rules = [cause.rule for cause in chain_of(asked).causes]
    assert rules[-1] == "reasons.put-off"  # though nobody owns any of the files


def test_an_answer_without_evidence_is_none() -> None:
    asked = inquire(strays(9), roles={"pkg.old": "shim"}, around=Surroundings(has_codeowners=True))
    assert all(cause.evidence for cause in chain_of(asked).causes)


def test_a_metric_that_is_met_or_has_no_findings_has_no_chain() -> None:
    assert chains_of([inquire(strays(9), target=9)]) == ()
    assert chains_of([inquire([])]) == ()


def test_a_share_has_no_chain() -> None:
    asked = inquire(strays(9))
    share = msgspec.structs.replace(asked.target, metric=Metric("imports.canonical_usage", 3, 3, 0, 12))
    assert chains_of([msgspec.structs.replace(asked, target=share)]) == ()


def test_chains_come_by_priority_then_severity_then_gap() -> None:
    copies = [traced(finding("ssot.duplicates", f"a{n}.py", "f", "pkg.x")) for n in range(3)]
    open_doors = [traced(finding("auth.bypass.fail-open", "a.py", "f", severity="high"))]
    strings = [traced(finding("imports.strings", "a.py", "x.y", severity="low"))]
    planned = Policy(metrics={"imports.strings": MetricPolicy(priority="high")})
    asked = [inquire(found, policy=planned) for found in (strays(9), copies, open_doors, strings)]
    assert [chain.metric for chain in chains_of(asked)] == [
        "imports.strings",
        "auth.bypass",
        "imports.fragmented",
        "ssot.duplicates",
    ]
    assert chains_of(reversed(asked)) == chains_of(asked)


@pytest.mark.parametrize("name", sorted({rule.name for rule in CAUSE_RULES}))
def test_rules_have_names_of_their_own(name: str) -> None:
    assert [rule.name for rule in CAUSE_RULES].count(name) == 1


def _busy(chance: Random) -> Inquiry:
    """An inquiry with some of everything, as chance has it."""
    days = [f"2025-{month:02}-05" for month in range(1, 13)]
    modules = ["pkg.old", "pkg.older", "pkg", "pkg.a.b"]
    found: list[Traced] = []
    for number in range(chance.randint(1, 40)):
        day = chance.choice(days)
        origin = chance.choice(
            [None, came(day, f"C{number % 3}"), came(day, after=None), came(day, after="2025-01-01")]
        )
        found += strays(
            1, chance.choice(modules), chance.choice("XYZ"), origin, chance.choice(["app", "tests/x"]), f"n{number}"
        )
    roles: Any = {each: chance.choice(["shim", "re-export", "duplicate", "undecided"]) for each in modules}
    paths = [each.finding.path for each in found]
    repeats = tuple(
        Repeat(each.fingerprint, each.finding, came("2025-02-01", f"F{n}"), came("2025-03-01", f"G{n}"))
        for n, each in enumerate(found[: chance.randint(0, 9)])
    )
    around = Surroundings(
        guards=tuple(Guard("warning", each, each, place("x.py")) for each in modules[: chance.randint(0, 4)]),
        has_codeowners=chance.random() < 0.5,
        owners={path: ("@a",) for path in paths if chance.random() < 0.6},
        births={CANONICAL: commit("2025-06-05", "Born")},
        beginnings={CANONICAL: commit("2025-06-05", "Born")},
        module_places={each: place(f"{each}.py") for each in modules},
        policy_born=commit("2025-09-01", "Policy"),
        branches=tuple(Branch(f"b{n}", commit(days[n]), frozenset(paths[n::3])) for n in range(3)),
        copies=tuple(Copied(path, "app/z.py", commit(days[3], "C1"), 0.9) for path in paths[::2]),
        required_checks=chance.choice([None, (), ("b", "a")]),
    )
    history = chance.choice([None, looked_at(found, {"2026-01-08": (4, 1)}, repeats=repeats)])
    return inquire(found, roles=roles, history=history, around=around)


def _shuffled(asked: Inquiry, chance: Random) -> Inquiry:
    def mixed(things: Any) -> Any:
        pairs = list(things.items()) if isinstance(things, dict) else list(things)
        chance.shuffle(pairs)
        return dict(pairs) if isinstance(things, dict) else tuple(pairs)

    around = asked.around
    names = ("guards", "branches", "copies", "owners", "module_places", "births", "beginnings", "required_checks")
    parts = {name: getattr(around, name) for name in names}
    history = asked.history
    if history is not None:
        history = msgspec.structs.replace(history, repeats=mixed(history.repeats), origins=mixed(dict(history.origins)))
    return msgspec.structs.replace(
        asked,
        findings=mixed(asked.findings),
        symbols=mixed(asked.symbols),
        patterns=mixed(asked.patterns),
        history=history,
        around=msgspec.structs.replace(
            around, **{name: part if part is None else mixed(part) for name, part in parts.items()}
        ),
    )


@given(st.randoms(use_true_random=False))
def test_the_same_data_in_another_order_give_the_same_chain_and_actions(chance: Random) -> None:
    asked = _busy(chance)
    other = _shuffled(asked, chance)
    assert chain_of(other) == chain_of(asked)
    assert actions_of(other, chain_of(other)) == actions_of(asked, chain_of(asked))


@given(st.randoms(use_true_random=False))
def test_what_an_answer_counts_adds_up(chance: Random) -> None:
    asked = _busy(chance)
    chain = chain_of(asked)
    assert chain.causes
    for cause in chain.causes:
        assert 0 < cause.count <= cause.among
        assert 0 < len(cause.evidence) <= 5
        assert cause.more >= 0
        assert cause.answer.count("`") % 2 == 0
    assert [cause.step for cause in chain.causes] == sorted({cause.step for cause in chain.causes})
