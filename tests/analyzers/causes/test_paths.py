"""Step 2: why the odd way still works."""

from __future__ import annotations

import pytest

from analyzers.causes.engine import chain_of
from analyzers.causes.model import Departed, Surroundings
from analyzers.rules.sites import PathRole
from tests.analyzers.causes.inquiries import answer, commit, finding, inquire, place, strays, told, traced

OLD = Surroundings(module_places={"pkg.old": place("pkg/old.py")})


@pytest.mark.parametrize(
    ("role", "because"),
    [
        ("shim", "`pkg.old` is a shim: it only hands `X` on. All 9 imports go that way."),
        ("re-export", "`pkg.old` hands `X` on, beside what else it does. All 9 imports go that way."),
        ("duplicate", "`pkg.old` leads to another definition of `X`. All 9 imports go that way."),
        (
            "misnomer",
            "`pkg.old` gives another thing under the name of `X`: `Other`. All 9 imports go that way.",
        ),
        ("alias", "`pkg.old` knows `X` by another name. All 9 imports go that way."),
        (
            "definition",
            "`pkg.old` is where `X` is defined, and `pkg.factory` hands it on. All 9 imports go that way.",
        ),
        ("broken", "It does not: `pkg.old` has no `X`. That breaks 9 imports."),
    ],
)
def test_the_role_of_the_path_says_why_it_works(role: PathRole, because: str) -> None:
    asked = inquire(strays(9), roles={"pkg.old": role}, around=OLD)
    assert answer(asked, f"paths.{role}") == because
    cause = chain_of(asked).causes[1]
    assert cause.question == "Why does `pkg.old` still work?"
    assert [each.text for each in cause.evidence] == ["`pkg.old` is `pkg/old.py`"]


def test_a_path_whose_module_went_says_so_with_the_commit() -> None:
    removed = commit("2025-05-01", "Remove a module")
    around = Surroundings(departed={"pkg.old": Departed(removed)})
    asked = inquire(strays(9), roles={"pkg.old": "broken"}, around=around)
    assert answer(asked, "paths.broken") == "It does not: `pkg.old` went. That breaks 9 imports."
    assert [each.text for each in chain_of(asked).causes[1].evidence] == [
        f"`pkg.old` went with `{removed.short}` `Remove a module` (2025-05-01)"
    ]


def test_a_path_that_nobody_can_tell_leaves_the_question_open() -> None:
    chain = chain_of(inquire(strays(9), roles={"pkg.old": "undecided"}))
    assert [cause.step for cause in chain.causes] == [1]
    assert chain.open_question == "Why the other paths still work is not decidable from the code."


def test_only_the_module_that_was_asked_about_is_answered_for() -> None:
    found = [*strays(7, "pkg.old"), *strays(3, "pkg.older", names="b")]
    asked = inquire(found, roles={"pkg.old": "re-export", "pkg.older": "shim"})
    assert answer(asked, "paths.re-export") == (
        "`pkg.old` hands `X` on, beside what else it does. All 7 imports go that way."
    )


def test_several_ways_are_told_one_by_one() -> None:
    found = [*strays(4, "pkg.a"), *strays(4, "pkg.b", names="b")]
    assert answer(inquire(found, roles={"pkg.a": "re-export", "pkg.b": "shim"}), "paths.mixed") == (
        "There are several ways: of 8 imports, 4 by a re-export and 4 through a shim."
    )


def test_what_has_a_name_that_is_another_thing_s_is_no_second_definition() -> None:
    found = [*strays(4, "pkg.a"), *strays(4, "pkg.b", names="b")]
    assert answer(inquire(found, roles={"pkg.a": "misnomer", "pkg.b": "shim"}), "paths.mixed") == (
        "There are several ways: of 8 imports, 4 by a name that means `Other` there and 4 through a shim."
    )


def test_imports_that_are_one_of_two_choices_are_fallbacks() -> None:
    found = strays(6)
    marks = frozenset(each.fingerprint for each in found)
    asked = inquire(found, roles={"pkg.old": "undecided"}, fallbacks=marks)
    assert answer(asked, "paths.fallback") == (
        "All 6 imports are one of two choices: if an import fails, the name is taken from elsewhere."
    )
    few = inquire(found, roles={"pkg.old": "undecided"}, fallbacks=frozenset(list(marks)[:2]))
    assert answer(few, "paths.fallback") is None


def test_what_the_path_does_says_more_than_the_choice() -> None:
    found = strays(6)
    asked = inquire(found, roles={"pkg.old": "shim"}, fallbacks=frozenset(each.fingerprint for each in found))
    assert answer(asked, "paths.shim") is not None


def test_a_legacy_module_that_only_re_exports_is_a_shim() -> None:
    message = "legacy module `pkg.old` is imported (it only re-exports); `X` is defined in `pkg.new`"
    found = [traced(finding("imports.legacy", f"a{n}.py", "pkg.old", "X", message)) for n in range(3)]
    assert answer(inquire(found), "paths.legacy-shim") == (
        "`pkg.old` is a shim: it only hands names on. All 3 imports go that way."
    )


def test_a_legacy_module_that_warns_does_its_work_nevertheless() -> None:
    message = "legacy module `pkg.old` is imported (it warns with DeprecationWarning, `pkg/old.py` line 3)"
    found = [traced(finding("imports.legacy", f"a{n}.py", "pkg.old", "X", message)) for n in range(3)]
    assert answer(inquire(found), "paths.legacy-notice") == (
        "`pkg.old` only warns: it still does its work. All 3 imports go that way."
    )


def test_why_a_listed_module_still_works_is_not_asked() -> None:
    found = [traced(finding("imports.legacy", f"a{n}.py", "pkg.old", "X", "legacy module")) for n in range(3)]
    assert [line.partition(":")[0] for line in told(inquire(found))] == ["where.module"]
