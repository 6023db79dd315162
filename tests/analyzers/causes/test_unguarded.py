"""Step 4: why nothing stopped it."""

from __future__ import annotations

from typing import Any

from analyzers.causes.engine import chain_of
from analyzers.causes.model import Guard, Inquiry, OwnHook, Surroundings
from analyzers.history import Origin, Traced
from analyzers.rules.sites import PathRole
from tests.analyzers.causes.inquiries import (
    CANONICAL,
    answer,
    came,
    commit,
    finding,
    inquire,
    looked_at,
    place,
    strays,
    traced,
)

PLACES = {"pkg.old": place("pkg/old.py")}


def guard(kind: Any, module: str = "pkg.old") -> Guard:
    return Guard(kind, module, "a guard", place("setup.cfg", 4))


def ask(*guards: Guard, found: list[Traced] | None = None, **around: Any) -> Inquiry:
    found = found or strays(9)
    surroundings = Surroundings(guards=guards, module_places=PLACES, **around)
    known = any(each.origin is not None for each in found)
    history = looked_at(found) if known else None
    return inquire(found, roles={"pkg.old": "shim"}, history=history, around=surroundings)


def test_a_shim_that_nothing_stands_against_is_unguarded() -> None:
    assert answer(ask(), "unguarded.nothing") == (
        "`pkg.old` raises no DeprecationWarning of its own when it is imported, and no contract and no linter setting"
        " stands against that: all 9 imports go there."
    )


def test_what_hooks_before_a_commit_forbid_is_said_not_to_have_been_looked_at() -> None:
    asked = ask(own_hooks=(OwnHook("check-imports", place(".pre-commit-config.yaml", 6)),))
    assert answer(asked, "unguarded.nothing") == (
        "`pkg.old` raises no DeprecationWarning of its own when it is imported, and no contract and no linter setting"
        " stands against that: all 9 imports go there. What programs of the repository's own forbid was not looked at:"
        " its workflows, its tests and the pre-commit hook `check-imports`."
    )
    assert [each.text for each in chain_of(asked).causes[2].evidence] == [
        "`pkg.old` is `pkg/old.py`",
        "pre-commit hooks from `.pre-commit-config.yaml` line 6 on",
    ]


def test_of_many_hooks_three_are_named_and_none_of_their_names_is_trusted() -> None:
    names = ("a`](https://evil.example)", "b", "c", "d", "e")
    hooks = tuple(OwnHook(name, place(".pre-commit-config.yaml", line)) for line, name in enumerate(names, 6))
    said = answer(ask(guard("warning"), own_hooks=hooks), "unguarded.only-warned")
    assert said is not None
    assert said.endswith(
        " its workflows, its tests and the pre-commit hooks `a'](https://evil.example)`, `b`, `c` and 2 more hooks."
    )


def test_where_the_hooks_stand_is_shown_beside_many_modules() -> None:
    found = [each for n in range(7) for each in strays(2, f"pkg.old{n}", names=f"n{n}")]
    places = {f"pkg.old{n}": place(f"pkg/old{n}.py") for n in range(7)}
    hooks = (OwnHook("imports", place(".pre-commit-config.yaml", 6)),)
    roles: dict[str, PathRole] = dict.fromkeys(places, "shim")
    asked = inquire(found, roles=roles, around=Surroundings(module_places=places, own_hooks=hooks))
    cause = next(each for each in chain_of(asked).causes if each.rule == "unguarded.nothing")
    assert (len(cause.evidence), cause.more) == (5, 3)
    assert cause.evidence[-1].text == "pre-commit hooks from `.pre-commit-config.yaml` line 6 on"


def test_a_contract_or_a_banned_import_is_a_guard() -> None:
    assert answer(ask(guard("contract")), "unguarded.nothing") is None
    assert answer(ask(guard("banned import")), "unguarded.nothing") is None


def test_a_guard_of_another_module_is_none() -> None:
    assert answer(ask(guard("contract", "pkg.other")), "unguarded.nothing") is not None


def test_a_module_that_was_not_looked_at_is_not_called_unguarded() -> None:
    asked = inquire(strays(9), roles={"pkg.old": "shim"})
    assert answer(asked, "unguarded.nothing") is None


def test_a_warning_alone_stops_nobody() -> None:
    asked = ask(guard("warning"))
    assert answer(asked, "unguarded.only-warned") == (
        "`pkg.old` only warns when it is imported, which stops nobody; no contract and no linter setting forbids the"
        " import. All 9 imports go there."
    )
    assert chain_of(asked).causes[2].evidence[0].text == "`pkg.old` warns, `setup.cfg` line 4"


def test_a_warning_beside_a_contract_is_not_alone() -> None:
    assert answer(ask(guard("warning"), guard("contract")), "unguarded.only-warned") is None


def test_that_no_check_is_required_is_said_where_it_is_known() -> None:
    asked = ask(guard("contract"), required_checks=())
    assert answer(asked, "unguarded.not-required") == (
        "No check has to pass before a merge, so that none can keep these 9 imports out."
    )
    assert chain_of(asked).causes[2].evidence[0].url == "https://github.com/acme/shop/rules"


def test_which_checks_are_required_is_not_guessed() -> None:
    chain = chain_of(ask(guard("contract"), required_checks=None))
    assert chain.open_question == (
        "Why nothing stopped these 9 imports is not decidable from the code; which checks are required was not looked"
        " at."
    )


def test_a_required_check_of_fifthwhy_is_no_reason() -> None:
    assert answer(ask(guard("contract"), required_checks=("fifthwhy",)), "unguarded.not-required") is None


def test_a_required_check_that_may_look_at_the_contract_is_no_reason() -> None:
    assert answer(ask(guard("contract"), required_checks=("lint",)), "unguarded.not-required") is None


def test_required_checks_that_do_not_count_this_are_named() -> None:
    copies = [traced(finding("ssot.duplicates", f"{n}.py", "f", "pkg.x")) for n in range(6)]
    asked = inquire(copies, around=Surroundings(required_checks=("tests", "lint")))
    assert answer(asked, "unguarded.not-required") == (
        "What has to pass before a merge is `lint` and `tests`; fifthwhy, which counts these 6 copies, is not among it."
    )


def test_findings_older_than_the_policy_were_never_asked_about() -> None:
    found = [*strays(7, origin=came("2025-03-01")), *strays(2, names="b", origin=came("2025-11-01"))]
    asked = ask(found=found, policy_born=commit("2025-10-01", "Add a policy"))
    assert answer(asked, "unguarded.policy-younger") == (
        "7 of 9 imports were there before the policy was (2025-10-01)."
    )


def test_findings_younger_than_the_policy_are_not_excused_by_it() -> None:
    asked = ask(found=strays(9, origin=came("2025-11-01")), policy_born=commit("2025-10-01", "Add a policy"))
    assert answer(asked, "unguarded.policy-younger") is None


def test_the_age_of_the_policy_does_not_say_why_old_imports_were_not_moved() -> None:
    found = strays(9, origin=came("2025-03-01"))
    asked = ask(
        found=found,
        policy_born=commit("2025-10-01", "Add a policy"),
        births={CANONICAL: commit("2025-05-01", "Add a factory")},
        beginnings={CANONICAL: commit("2025-05-01", "Add a factory")},
    )
    chain = chain_of(asked)
    assert chain.causes[3].question == "Why has nothing moved them since?"
    assert chain.causes[3].rule == "unguarded.nothing"


def test_ignore_comments_that_expired_let_them_stand() -> None:
    found = strays(6)
    ignores = tuple(
        finding(
            "ssot.ignores",
            each.finding.path,
            "imports.fragmented",
            message="The comment held until 2025-12-31 and leaves nothing out since: put right what it is about.",
        )
        for each in found
    )
    asked = inquire(found, roles={"pkg.old": "shim"}, ignores=ignores)
    assert answer(asked, "unguarded.expired") == "All 6 imports have ignore comments that have expired."


def test_an_expired_comment_about_another_rule_or_line_says_nothing() -> None:
    found = strays(6)
    message = "The comment held until 2025-12-31 and leaves nothing out since: put right what it is about."
    other = tuple(finding("ssot.ignores", each.finding.path, "imports.cycles", message=message) for each in found)
    away = tuple(
        finding("ssot.ignores", each.finding.path, "imports.fragmented", message=message, line=7) for each in found
    )
    assert answer(inquire(found, roles={"pkg.old": "shim"}, ignores=other), "unguarded.expired") is None
    assert answer(inquire(found, roles={"pkg.old": "shim"}, ignores=away), "unguarded.expired") is None


def test_an_origin_that_is_not_known_excuses_nothing() -> None:
    unknown: list[Origin | None] = [came("2025-03-01")] * 2 + [None] * 7
    found = [each for n, origin in enumerate(unknown) for each in strays(1, names=f"n{n}", origin=origin)]
    asked = ask(found=found, policy_born=commit("2025-10-01", "Add a policy"))
    assert answer(asked, "unguarded.policy-younger") is None
