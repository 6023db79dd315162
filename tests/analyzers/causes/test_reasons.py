"""Step 5: why that is so."""

from __future__ import annotations

import datetime as dt
from typing import Any

from analyzers.causes.engine import chain_of
from analyzers.causes.model import Branch, Inquiry, Surroundings
from analyzers.history import Repeat, Traced
from tests.analyzers.causes.inquiries import answer, came, commit, goal, inquire, looked_at, place, strays

OWNED = {f"app/a{number}.py": ("@acme/shop",) for number in range(10)}
POLICY = {"metrics.imports.fragmented": place(".github/fifthwhy.yml", 12)}
FOLLOWED: dict[str, Any] = {"module_places": {"pkg.old": place("pkg/old.py")}, "has_codeowners": True, "owners": OWNED}
LATER = dt.date(2026, 6, 30)


def ask(found: list[Traced] | None = None, *, due: dt.date | None = LATER, **around: Any) -> Inquiry:
    """Into imports that have an owner and a due date, unless something else is said."""
    return inquire(found or strays(9), roles={"pkg.old": "shim"}, due=due, around=Surroundings(**(FOLLOWED | around)))


def repeats(found: list[Traced]) -> tuple[Repeat, ...]:
    fixed, again = came("2025-09-01", "Use the factory"), came("2025-10-01", "Merge an old branch")
    return tuple(Repeat(each.fingerprint, each.finding, fixed, again) for each in found)


def test_fixes_that_later_merges_undid_name_both_commits() -> None:
    found = strays(9, origin=came("2025-10-01", "Merge an old branch"))
    asked = inquire(
        found,
        roles={"pkg.old": "shim"},
        history=looked_at(found, repeats=repeats(found[:3])),
        due=LATER,
        around=Surroundings(**FOLLOWED),
    )
    assert answer(asked, "reasons.undone") == "3 of 9 imports had been put right and were brought back."
    texts = [each.text for each in chain_of(asked).causes[-1].evidence]
    assert texts == [
        f"`app/a0.py` was put right by `{commit('2025-09-01', 'Use the factory').short}` `Use the factory`"
        " (2025-09-01)",
        f"`app/a0.py` fell back by `{commit('2025-10-01', 'Merge an old branch').short}` `Merge an old branch`"
        " (2025-10-01)",
    ]


def test_one_revert_is_an_accident() -> None:
    found = strays(9, origin=came("2025-10-01"))
    asked = inquire(
        found,
        roles={"pkg.old": "shim"},
        history=looked_at(found, repeats=repeats(found[:1])),
        due=LATER,
        around=Surroundings(**FOLLOWED),
    )
    assert answer(asked, "reasons.undone") is None


def test_work_that_was_never_merged_is_named_by_its_branches() -> None:
    first = Branch("cleanup", commit("2025-12-01", "Move imports"), frozenset(f"app/a{n}.py" for n in range(5)))
    second = Branch("factory", commit("2025-12-02", "Move more"), frozenset({"app/a5.py", "app/a6.py"}))
    other = Branch("docs", commit("2025-12-03", "Write"), frozenset({"docs/conf.py"}))
    asked = ask(branches=(first, second, other))
    assert answer(asked, "reasons.unmerged") == (
        "7 of 9 imports stand in files that branches change that were never merged: `cleanup` and `factory`."
    )


def test_a_branch_that_touches_few_of_the_files_says_nothing() -> None:
    branch = Branch("cleanup", commit("2025-12-01", "Move imports"), frozenset({"app/a0.py"}))
    assert answer(ask(branches=(branch,)), "reasons.unmerged") is None


def test_a_goal_that_was_put_off_tells_from_when_to_when() -> None:
    goals = (goal("2025-06-01", 0, "2025-09-30"), goal("2025-09-29", 0, "2025-12-31"))
    asked = ask(due=dt.date(2025, 12, 31), goals={"imports.fragmented": goals})
    assert answer(asked, "reasons.put-off") == (
        "The goal was put off once: from 2025-09-30 to 2025-12-31. 2025-12-31 has passed as well."
    )


def test_a_goal_that_became_stricter_was_not_put_off() -> None:
    goals = (goal("2025-06-01", 20, "2025-09-30"), goal("2025-09-29", 0, "2025-09-30"))
    assert answer(ask(goals={"imports.fragmented": goals}), "reasons.put-off") is None


def test_files_without_an_owner_are_told() -> None:
    owners = {"app/a0.py": ("@acme/shop",)}
    assert answer(ask(owners=owners), "reasons.no-owner") == (
        "8 of 9 imports stand in files that have no owner in CODEOWNERS."
    )


def test_files_that_nobody_could_look_up_in_codeowners_are_not_said_to_have_no_owner() -> None:
    unknown = frozenset(f"app/a{number}.py" for number in range(9))
    assert answer(ask(owners={}, owners_unknown=unknown), "reasons.no-owner") is None


def test_a_repository_without_codeowners_names_nobody() -> None:
    assert answer(ask(owners={}, has_codeowners=False), "reasons.no-owner") == (
        "There is no CODEOWNERS file: nobody is named for the files of these 9 imports."
    )


def test_a_policy_without_a_due_date_says_no_day() -> None:
    asked = ask(due=None, policy_places=POLICY)
    assert answer(asked, "reasons.no-due-date") == (
        "The policy sets no due date for `imports.fragmented`: nothing says by when these 9 imports are to go."
    )
    assert chain_of(asked).causes[-1].evidence[0].text == (
        "`metrics.imports.fragmented` in `.github/fifthwhy.yml` line 12"
    )


def test_without_a_policy_there_is_no_line_to_show_and_nothing_is_said() -> None:
    assert answer(ask(due=None), "reasons.no-due-date") is None


def test_where_everything_is_in_order_the_reason_is_not_in_the_code() -> None:
    assert chain_of(ask(policy_places=POLICY)).open_question == (
        "Why these 9 imports are still there is not decidable from the code."
    )
