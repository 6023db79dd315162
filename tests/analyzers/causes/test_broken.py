"""Step 2 of imports that cannot work: why they do not."""

from __future__ import annotations

from analyzers.causes.engine import chain_of
from analyzers.causes.model import Departed, Inquiry, Sought, Surroundings
from analyzers.history import Traced
from tests.analyzers.causes.inquiries import answer, commit, finding, inquire, metric_named, told, traced

FIRST = commit("2025-05-01", "Remove much")
SECOND = commit("2025-06-01", "Move a module")
DEPARTED = {"pkg.a": Departed(FIRST), "pkg.b": Departed(FIRST), "pkg.c": Departed(SECOND, "pkg/new/c.py")}


def asking(module: str, count: int) -> list[Traced]:
    return [traced(finding("imports.unresolved", f"{module}{number}.py", module, "X")) for number in range(count)]


def second(asked: Inquiry) -> tuple[str, str, list[str]]:
    """The rule that answers the second question, the question, and what is shown for it."""
    cause = next(each for each in chain_of(asked).causes if each.step == 2)
    return cause.rule, cause.question, [each.text for each in cause.evidence]


def test_what_was_removed_is_shown_with_the_commits_that_took_the_most_first() -> None:
    found = [*asking("pkg.c", 3), *asking("pkg.a", 3), *asking("pkg.b", 3)]
    asked = inquire(found, around=Surroundings(departed=DEPARTED))
    assert answer(asked, "paths.removed") == (
        "All 9 imports ask for `pkg.a`, `pkg.b` and `pkg.c`, which were there and were removed or moved."
    )
    assert second(asked) == (
        "paths.removed",
        "Why are `pkg.a`, `pkg.b` and `pkg.c` not there?",
        [
            f"`pkg.a` and 1 more module went with `{FIRST.short}` `Remove much` (2025-05-01)",
            f"`pkg.c` went to `pkg/new/c.py` with `{SECOND.short}` `Move a module` (2025-06-01)",
        ],
    )


def test_only_what_the_first_answer_names_is_asked_about() -> None:
    found = [*asking("pkg.a", 7), *(one for name in "defg" for one in asking(f"pkg.{name}", 1))]
    asked = inquire(found, around=Surroundings(departed=DEPARTED))
    assert answer(asked, "paths.removed") == "All 7 imports ask for `pkg.a`, which was there and was removed."


def test_what_blocks_tests_may_have_been_removed() -> None:
    found = [traced(finding("tests.blocked", f"tests/test_{n}.py", "pkg.a", "pkg.a")) for n in range(3)]
    asked = metric_named("tests.blocked", found)
    assert not [line for line in told(asked) if line.startswith("paths.")]
    asked = inquire(found, around=Surroundings(departed=DEPARTED))
    assert answer(asked, "paths.removed") == "All 3 test modules need `pkg.a`, which was there and was removed."
    assert second(asked)[1] == "Why is `pkg.a` not there?"


def test_other_places_are_named_the_one_with_the_most_imports_first() -> None:
    found = [one for name in "abcdef" for one in asking(f"pkg.{name}", 1)]
    homes = ["pkg.x", "pkg.y", "pkg.y", "pkg.x", "pkg.y", ""]
    sought = {each.fingerprint: Sought(of_module=True, home=home) for each, home in zip(found, homes, strict=True)}
    asked = inquire(found, sought=sought)
    assert answer(asked, "paths.elsewhere") == (
        "5 of 6 imports ask in the wrong place: `pkg.y` and `pkg.x` define what is asked for, each of them alone."
    )
    assert second(asked)[1] == "Why do these 6 imports not work?"


def test_several_reasons_are_told_each_with_its_part_and_how_many_have_another_place() -> None:
    found = [one for name in "abcdef" for one in asking(f"pkg.{name}", 1)]
    around = Surroundings(departed=DEPARTED, never_there=frozenset({"pkg.d"}))
    sought = {each.fingerprint: Sought(each.finding.symbol != "pkg.e", "pkg.x") for each in found[3:5]}
    asked = inquire(found, around=around, sought=sought)
    assert answer(asked, "paths.several") == (
        "There are several reasons: of 6 imports, 2 ask for modules that were removed, 1 asks for a module that was "
        "moved, 1 asks for a module of which no commit of the first-parent line had a Python file "
        "and 1 asks a module for a name that it "
        "does not have. For 2 of them, one other module alone is known to define what is asked for."
    )
    assert second(asked)[2] == [
        f"`pkg.a` and 1 more module went with `{FIRST.short}` `Remove much` (2025-05-01)",
        f"`pkg.c` went to `pkg/new/c.py` with `{SECOND.short}` `Move a module` (2025-06-01)",
        "`pkg.d0.py` line 1",
        "`pkg.e0.py` line 1",
    ]


def test_a_module_of_which_it_is_not_known_whether_it_ever_was_there_has_no_reason() -> None:
    found = asking("pkg.d", 6)
    sought = {each.fingerprint: Sought(of_module=True) for each in found}
    assert not [line for line in told(inquire(found, sought=sought)) if line.startswith("paths.")]
