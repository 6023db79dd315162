"""Step 3: how it came in."""

from __future__ import annotations

import msgspec
import pytest

from analyzers.causes.engine import chain_of
from analyzers.causes.model import Copied, Surroundings
from analyzers.findings import RuleName
from analyzers.history import Traced
from tests.analyzers.causes.inquiries import (
    CANONICAL,
    answer,
    came,
    commit,
    finding,
    inquire,
    looked_at,
    strays,
    traced,
)

BIRTH = {CANONICAL: commit("2025-05-01", "Add a factory")}
BORN = Surroundings(births=BIRTH, beginnings=BIRTH)


def test_imports_older_than_the_canonical_module_were_never_migrated() -> None:
    found = [*strays(7, origin=came("2025-03-01", after=None)), *strays(2, names="b", origin=came("2025-07-01"))]
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found), around=BORN)
    assert answer(asked, "arrival.before-canonical") == (
        "7 of 9 imports are older than `pkg.factory` (2025-05-01), and were never moved there."
    )
    texts = [each.text for each in chain_of(asked).causes[2].evidence]
    assert texts[0].startswith("`pkg.factory` came with ")
    assert all("2025-07-01" not in text for text in texts)


def test_imports_that_came_since_are_told_with_what_comes_now() -> None:
    found = [*strays(7, origin=came("2025-11-01")), *strays(2, names="b", origin=came("2025-03-01"))]
    history = looked_at(found, {"2026-01-08": (9, 1), "2026-01-15": (3, 0)})
    asked = inquire(found, roles={"pkg.old": "shim"}, history=history, around=BORN)
    assert answer(asked, "arrival.after-canonical") == (
        "7 of 9 imports came in when `pkg.factory` (2025-05-01) was already there,"
        " all of them with one commit, `Change` (2025-11-01)."
        " They still come: 12 came and 1 went since 2026-01-01."
    )


@pytest.mark.parametrize(
    "weeks",
    [
        pytest.param({"2026-01-15": (31, 0)}, id="all at once"),
        pytest.param({"2025-12-11": (20, 0), "2025-12-18": (11, 0), "2026-01-15": (0, 0)}, id="nothing of late"),
        pytest.param({"2025-12-11": (20, 0), "2026-01-15": (2, 3)}, id="more goes than comes of late"),
    ],
)
def test_what_came_and_came_to_an_end_is_not_said_to_come_still(weeks: dict[str, tuple[int, int]]) -> None:
    found = strays(9, origin=came("2025-12-05", "Move all"))
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found, weeks), around=BORN)
    told = answer(asked, "arrival.after-canonical") or ""
    assert told.startswith(
        "All 9 imports came in when `pkg.factory` (2025-05-01) was already there, all of them with one commit,"
        " `Move all` (2025-12-05). Since "
    )
    copies = [traced(finding("ssot.duplicates", f"app/{n}.py", f"f{n}"), came("2026-01-10")) for n in range(40)]
    assert answer(inquire(copies, history=looked_at(copies, weeks)), "arrival.growing") is None


STATES: list[tuple[RuleName, str]] = [
    ("imports.contracts", "imports came to be against a contract"),
    ("imports.legacy", "imports came to be legacy"),
    ("imports.strings", "strings came to be wrong"),
    ("imports.unresolved", "imports came to be broken"),
    ("ssot.ignores", "comments came to be stale or without a reason"),
    ("auth.unprotected", "endpoints came to be without the check"),
    ("tests.blocked", "test modules came to be blocked"),
]


@pytest.mark.parametrize(("rule", "told"), STATES)
def test_of_what_may_have_stood_before_it_is_not_said_that_it_came_in(rule: RuleName, told: str) -> None:
    origin = came("2025-06-03", "Rename a function")
    found = [traced(finding(rule, f"app/{n}.py", f"s{n}"), origin) for n in range(6)]
    asked = inquire(found, history=looked_at(found))
    assert answer(asked, "arrival.burst") == f"All 6 {told} with one commit, `Rename a function` (2025-06-03)."
    (step,) = (cause for cause in chain_of(asked).causes if cause.step == 3)
    noun, _, rest = told.partition(" came to be ")
    assert step.question == f"How did these 6 {noun} come to be {rest}?"


def test_imports_are_not_said_to_have_come_with_what_most_of_the_code_now_uses() -> None:
    found = strays(6, origin=came("2025-06-03", "Move K"))
    inferred = [
        msgspec.structs.replace(each, finding=msgspec.structs.replace(each.finding, inferred=True)) for each in found
    ]
    asked = inquire(inferred, roles={"pkg.old": "shim"}, history=looked_at(found))
    assert answer(asked, "arrival.burst") == (
        "All 6 imports came to be off the canonical path with one commit, `Move K` (2025-06-03)."
    )


@pytest.mark.parametrize(("rule", "told"), STATES)
def test_what_came_and_went_of_them_are_findings(rule: RuleName, told: str) -> None:
    found = [traced(finding(rule, f"app/{n}.py", f"s{n}"), came("2025-01-10", after=None)) for n in range(6)]
    history = looked_at(found, {"2026-01-08": (1, 0), "2026-01-15": (0, 1)})
    noun, _, rest = told.partition(" came to be ")
    assert answer(inquire(found, history=history), "arrival.old") == (
        f"All 6 {noun} were {rest} before what was looked at: already so on 2025-01-10."
        " Since 2026-01-01, 1 finding came and 1 went."
    )


def test_what_came_with_the_first_commit_of_all_is_not_older_than_what_was_looked_at() -> None:
    first = came("2025-01-10", "Begin", after=None)
    found = strays(6, origin=msgspec.structs.replace(first, is_exact=True))
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found))
    assert answer(asked, "arrival.burst") == "All 6 imports came in with one commit, `Begin` (2025-01-10)."


def test_what_came_in_around_the_birth_of_the_canonical_module_is_neither() -> None:
    found = strays(9, origin=came("2025-05-04", after="2025-04-27"))
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found), around=BORN)
    assert answer(asked, "arrival.before-canonical") is None
    assert answer(asked, "arrival.after-canonical") is None


def test_what_came_in_after_what_the_canonical_module_was_renamed_from_is_neither() -> None:
    found = strays(9, origin=came("2025-04-01"))
    around = msgspec.structs.replace(BORN, beginnings={CANONICAL: commit("2025-03-01", "Add a builder")})
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found), around=around)
    assert answer(asked, "arrival.before-canonical") is None
    assert answer(asked, "arrival.after-canonical") is None


def test_where_it_is_not_known_what_the_canonical_module_was_before_nothing_is_said_to_be_older() -> None:
    found = strays(9, origin=came("2025-04-01"))
    asked = inquire(
        found, roles={"pkg.old": "shim"}, history=looked_at(found), around=msgspec.structs.replace(BORN, beginnings={})
    )
    assert answer(asked, "arrival.before-canonical") is None


def test_one_commit_that_brought_most_is_named_by_its_subject() -> None:
    at_once = strays(8, origin=came("2025-06-03", "Split the engine", pull_request=12))
    found = [*at_once, *strays(2, names="b", origin=came("2025-08-01"))]
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found))
    assert answer(asked, "arrival.burst") == (
        "8 of 10 imports came in with one commit, `Split the engine` (2025-06-03, pull request #12)."
    )
    assert chain_of(asked).causes[2].evidence[0].url is not None


def test_what_came_in_within_one_week_is_no_burst() -> None:
    found = strays(10, origin=came("2025-06-03", after="2025-05-27"))
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found))
    assert answer(asked, "arrival.burst") is None


def test_what_was_there_at_first_is_no_burst_but_old() -> None:
    found = strays(10, origin=came("2025-02-01", after=None))
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found))
    assert answer(asked, "arrival.old") == (
        "All 10 imports are older than what was looked at: already there on 2025-02-01."
    )


def test_findings_that_came_bit_by_bit_are_a_drip() -> None:
    found = [
        each
        for month in range(1, 7)
        for each in strays(2, names=f"m{month}", origin=came(f"2025-{month:02}-03", f"Work {month}"))
    ]
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found))
    assert answer(asked, "arrival.drip") == (
        "All 12 imports came in bit by bit from 2025-01-03 to 2025-06-03, never more than 2 at a time."
    )


def test_two_commits_are_no_drip() -> None:
    found = [*strays(3, origin=came("2025-01-03")), *strays(3, names="b", origin=came("2025-02-03"))]
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found))
    assert answer(asked, "arrival.drip") is None


def test_what_still_grows_is_told_where_nothing_says_more() -> None:
    copies = [
        traced(finding("ssot.duplicates", f"app/{n}.py", f"f{n}", "pkg.x"), came("2026-01-10", f"Add {n}"))
        for n in range(6)
    ]
    history = looked_at(copies, {"2026-01-08": (4, 0), "2026-01-15": (6, 1)})
    assert answer(inquire(copies, history=history), "arrival.growing") == (
        "They still come: 10 copies came in and 1 went since 2026-01-01."
    )


def test_what_went_last_is_told_beside_what_still_grows() -> None:
    copies = [
        traced(finding("ssot.duplicates", f"app/{n}.py", f"f{n}", "pkg.x"), came("2026-01-10", f"Add {n}"))
        for n in range(6)
    ]
    history = looked_at(copies, {"2026-01-08": (4, 0), "2026-01-15": (6, 1), "2026-01-22": (1, 3)})
    assert answer(inquire(copies, history=history), "arrival.growing") == (
        "They still come: 11 copies came in and 4 went since 2026-01-01; of these, 1 came and 3 went since 2026-01-15."
    )


def test_as_much_going_as_coming_is_no_growth() -> None:
    copies = [traced(finding("ssot.duplicates", f"{n}.py", f"f{n}"), came("2026-01-10", f"Add {n}")) for n in range(6)]
    history = looked_at(copies, {"2026-01-15": (6, 5)})
    assert answer(inquire(copies, history=history), "arrival.growing") is None


def test_files_copied_from_others_brought_it_along() -> None:
    origin = came("2025-06-03", "Add a worker")
    found = [*strays(6, origin=origin), *strays(2, names="b", origin=came("2025-09-01"))]
    copies = tuple(Copied(f"app/a{number}.py", "app/first.py", origin.by, 0.93) for number in range(6))
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found), around=Surroundings(copies=copies))
    assert answer(asked, "arrival.copied") == ("6 of 8 imports came in with 6 files that look like one that was there.")


def test_what_came_into_a_copied_file_later_was_not_copied() -> None:
    found = strays(6, origin=came("2025-09-01", "Later"))
    copies = tuple(Copied(f"app/a{number}.py", "app/first.py", commit("2025-06-03"), 0.93) for number in range(6))
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found), around=Surroundings(copies=copies))
    assert answer(asked, "arrival.copied") is None


def test_that_most_is_in_tests_is_said_where_nothing_else_is_known() -> None:
    weeks = [came("2025-06-03", f"Sample {n}", after="2025-05-27") for n in range(3)]
    found = [*strays(6, folder="tests", origin=weeks[0]), *strays(2, names="b", origin=weeks[1])]
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found))
    assert answer(asked, "arrival.tests") == "6 of 8 imports came in with tests."


SINGLE_DAYS = ("2025-07-01", "2025-07-08", "2025-07-15", "2025-07-22")


def singly(*days: str) -> list[Traced]:
    """One import of each day."""
    return [each for n, day in enumerate(days) for each in strays(1, names=f"s{n}", origin=came(day, f"Page {n}"))]


def test_where_no_one_way_holds_for_most_it_is_told_how_they_came() -> None:
    found = [*strays(5, origin=came("2025-06-03", "Begin")), *singly(*SINGLE_DAYS)]
    around = Surroundings(required_checks=())
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found), around=around)
    assert answer(asked, "arrival.several") == (
        "It was not at once: of 9 imports, 5 came in with `Begin` (2025-06-03) and 4 one by one from 2025-07-01 to"
        " 2025-07-22."
    )
    chain = chain_of(asked)
    assert [cause.step for cause in chain.causes] == [1, 2, 3, 4, 5]
    assert [each.text.partition("` ")[2] for each in chain.causes[2].evidence] == [
        "`Begin` (2025-06-03)",
        *(f"`Page {n}` ({day})" for n, day in enumerate(SINGLE_DAYS)),
    ]


def test_what_came_one_by_one_with_few_commits_is_told_so() -> None:
    found = singly(*SINGLE_DAYS[:2])
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found))
    assert answer(asked, "arrival.several") == "Both imports came in one by one from 2025-07-01 to 2025-07-08."


def test_what_came_between_two_samples_is_told_with_both() -> None:
    found = strays(6, origin=came("2025-06-03", after="2025-05-27"))
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found))
    assert answer(asked, "arrival.several") == "All 6 imports came in between 2025-05-27 and 2025-06-03."


def test_of_many_commits_the_largest_are_told_and_the_rest_is_counted() -> None:
    days = [f"2025-06-0{n}" for n in range(1, 6)]
    origins = [came(day, f"Part {n}") for n, day in enumerate(days)]
    old = came("2025-03-01", after=None)
    parts = [strays(6 - n, names=f"p{n}", origin=origin) for n, origin in enumerate(origins)]
    found = [*(each for some in parts for each in some), *strays(2, names="old", origin=old), *strays(1, names="no")]
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found))
    assert answer(asked, "arrival.several") == (
        "It was not at once: of 23 imports, 6 came in with `Part 0` (2025-06-01), 5 with `Part 1` (2025-06-02), 4 with"
        " `Part 2` (2025-06-03), 5 with 2 more commits from 2025-06-04 to 2025-06-05 and 2 by 2025-03-01, before what"
        " was looked at."
    )


def test_where_most_origins_are_not_known_it_is_not_told_how_they_came() -> None:
    found = [*strays(3, origin=came("2025-06-03", "Begin")), *singly(*SINGLE_DAYS[:2]), *strays(4, names="unknown")]
    asked = inquire(found, roles={"pkg.old": "shim"}, history=looked_at(found))
    assert answer(asked, "arrival.several") is None
    assert (chain_of(asked).open_question or "").startswith("How these 9 imports came in is not decidable")


def test_without_a_history_the_chain_goes_on_and_says_what_was_not_looked_at() -> None:
    chain = chain_of(inquire(strays(9), roles={"pkg.old": "shim"}, around=Surroundings(required_checks=())))
    assert [cause.step for cause in chain.causes] == [1, 2, 4, 5]
    assert chain.open_question == "When they came in was not looked at."


def test_a_history_that_says_nothing_ends_the_chain() -> None:
    chain = chain_of(inquire(strays(9), roles={"pkg.old": "shim"}, history=looked_at()))
    assert [cause.step for cause in chain.causes] == [1, 2]
    assert chain.open_question == ("How these 9 imports came in is not decidable from the history that was looked at.")
