"""Step 1: the few names that carry most of a metric, or that it is spread."""

from __future__ import annotations

from analyzers.causes.actions import actions_of
from analyzers.causes.engine import chain_of
from tests.analyzers.causes.inquiries import answer, finding, inquire, metric_named, stray, strays, told, traced


def test_the_module_that_most_imports_go_through_is_named() -> None:
    asked = inquire([*strays(7, "pkg.old"), *strays(3, "pkg.older", names="b")])
    assert answer(asked, "where.module") == "7 of 10 imports go through `pkg.old`."


def test_two_modules_are_named_with_their_counts_where_it_takes_both() -> None:
    asked = inquire([*strays(4, "pkg.old"), *strays(3, "pkg.older", names="b"), *strays(1, "pkg.odd", names="c")])
    assert answer(asked, "where.module") == "7 of 8 imports go through `pkg.old` (4) and `pkg.older` (3)."


def test_all_imports_through_one_module_are_worth_saying_however_few() -> None:
    assert answer(inquire(strays(1)), "where.module") == "This import goes through `pkg.old`."
    assert answer(inquire(strays(2)), "where.module") == "Both imports go through `pkg.old`."
    assert answer(inquire(strays(3)), "where.module") == "All 3 imports go through `pkg.old`."


def test_a_part_of_a_handful_says_nothing() -> None:
    asked = inquire([*strays(3, "pkg.old"), *strays(1, "pkg.older", names="b")])
    assert told(asked)[0] == "where.module: All 4 imports go through `pkg.old` (3) and `pkg.older` (1)."


def test_names_that_are_not_clearly_ahead_of_the_others_are_not_named() -> None:
    five_alike = [each for name in "abcde" for each in strays(3, f"pkg.{name}", folder=f"app{name}", names=name)]
    assert answer(inquire(five_alike), "where.module") is None


def test_what_is_spread_is_said_to_be_spread() -> None:
    everywhere = [stray(f"app{number}/sub/x.py", f"pkg.m{number}", f"S{number}") for number in range(9)]
    assert told(inquire(everywhere))[0] == (
        "where.spread: It is spread: 9 imports in 9 files. The folders with the most, `app0/sub` (1), `app1/sub` (1)"
        " and `app2/sub` (1), have 3 of them."
    )


def test_a_few_findings_are_told_by_their_files() -> None:
    found = [traced(finding("ssot.duplicates", path, path[0], "pkg.x")) for path in ("a.py", "b/x.py")]
    assert told(inquire(found))[0] == "where.spread: They are in `a.py` and `b/x.py`."


def test_a_symbol_that_has_all_is_in_the_question_and_is_no_answer() -> None:
    asked = inquire([*strays(2, "pkg.a"), *strays(2, "pkg.b", names="b"), *strays(2, "pkg.c", names="c")])
    chain = chain_of(asked)
    assert chain.causes[0].question == "Why do 6 of 26 import sites of `X` go round `pkg.factory`?"
    assert chain.causes[0].rule == "where.module"


def test_a_symbol_among_others_is_named() -> None:
    of_one = [stray(f"app/a{number}.py", f"pkg.m{number}", "Cart") for number in range(8)]
    asked = inquire([*of_one, stray("lib/b.py", "pkg.z", "Order"), stray("lib/c.py", "pkg.y", "Order")])
    assert answer(asked, "where.symbol") == "8 of 10 imports are of `Cart`."
    assert chain_of(asked).causes[0].question == "Why do 10 of 100 import sites go round the canonical path?"


def test_the_folder_with_most_is_named_where_nothing_better_is() -> None:
    copies = [traced(finding("ssot.duplicates", f"web/views/{name}.py", name, "pkg.x")) for name in "abcdef"]
    asked = inquire([*copies, traced(finding("ssot.duplicates", "lib/x.py", "g", "pkg.x"))])
    assert answer(asked, "where.folder") == "6 of 7 copies are in `web/views`."


def test_a_folder_named_beside_one_in_it_is_what_lies_directly_in_it() -> None:
    below = [traced(finding("ssot.duplicates", f"web/views/{name}.py", name, "pkg.x")) for name in "abcd"]
    direct = [traced(finding("ssot.duplicates", f"web/{name}.py", name, "pkg.x")) for name in "efg"]
    assert (
        answer(inquire([*below, *direct]), "where.folder") == "All 7 copies are in `web/views` (4) and `web/*.py` (3)."
    )


def test_a_contract_a_pattern_and_a_kind_are_named() -> None:
    broken = [traced(finding("imports.contracts", f"a{n}.py", "layers", f"a{n} -> b")) for n in range(3)]
    assert answer(inquire(broken), "where.contract") == "All 3 imports break `layers`."
    calls = [traced(finding("auth.patterns", f"a{n}.py", "PyJWT", "jwt.decode in f")) for n in range(3)]
    assert answer(inquire(calls), "where.pattern") == "All 3 calls are of `PyJWT`."
    open_doors = [traced(finding("auth.bypass.fail-open", f"a{n}.py", "f")) for n in range(2)]
    assert answer(inquire(open_doors), "where.kind") == "Both places are cases of `auth.bypass.fail-open`."


def test_a_secret_that_stands_elsewhere_is_shown_there() -> None:
    here = "the secret of `jwt.encode` stands in the code"
    messages = (f"{here}, `conf/a`b.py` line 7", here)
    found = [
        traced(finding("auth.bypass.hardcoded-secret", f"a{n}.py", "jwt.encode", message=message))
        for n, message in enumerate(messages)
    ]
    assert [each.text for each in chain_of(inquire(found)).causes[0].evidence] == [
        "`a0.py` line 1 (the secret: `conf/a'b.py` line 7)",
        "`a1.py` line 1",
    ]


def test_the_file_that_most_cycles_lead_through_is_named() -> None:
    cycles = [traced(finding("imports.cycles", f"a{n}.py", f"c{n}", about=(f"a{n}.py", "core.py"))) for n in range(6)]
    assert answer(inquire(cycles), "where.hub") == "All 6 cycles lead through `core.py`."


def test_two_files_that_lead_through_equally_many_cycles_are_no_hub() -> None:
    both = ("core.py", "base.py")
    cycles = [traced(finding("imports.cycles", f"a{n}.py", f"c{n}", about=(f"a{n}.py", *both))) for n in range(6)]
    assert answer(inquire(cycles), "where.hub") is None


def test_evidence_is_five_lines_and_the_rest_is_counted() -> None:
    cause = chain_of(inquire(strays(9))).causes[0]
    assert len(cause.evidence) == 5
    assert cause.more == 4
    assert all(each.url is not None and each.url.endswith("#L1") for each in cause.evidence)


def test_test_modules_come_down_to_the_module_that_is_not_there() -> None:
    blocked = [traced(finding("tests.blocked", f"tests/test_{n}.py", "pkg.gone", "pkg.gone")) for n in range(7)]
    other = traced(finding("tests.blocked", "tests/test_z.py", "pkg.lost", "pkg.lost"))
    asked = metric_named("tests.blocked", [*blocked, other])
    assert answer(asked, "blocked.module") == "7 of 8 test modules come down to `pkg.gone`."


def test_a_conftest_that_most_sit_behind_is_named() -> None:
    behind = [
        traced(finding("tests.blocked", f"tests/api/test_{n}.py", "pkg.gone", "pkg.gone", about=("tests/conftest.py",)))
        for n in range(5)
    ]
    asked = metric_named("tests.blocked", behind)
    assert (
        answer(asked, "blocked.conftest")
        == "All 5 test modules sit behind `tests/conftest.py`, which needs `pkg.gone`."
    )


def test_a_test_module_that_fails_by_itself_sits_behind_a_conftest_all_the_same() -> None:
    behind = traced(finding("tests.blocked", "tests/test_a.py", "pkg.gone", "pkg.gone", about=("tests/conftest.py",)))
    through = traced(
        finding("tests.blocked", "tests/test_c.py", "pkg.lost", "pkg.lost", about=("pkg/odd.py", "tests/conftest.py"))
    )
    asked = metric_named("tests.blocked", [behind, through])
    assert (
        answer(asked, "blocked.conftest") == "Both test modules sit behind `tests/conftest.py`, which needs `pkg.gone`."
    )
    assert [each.text for each in actions_of(asked, chain_of(asked)) if each.kind == "decide"][:2] == [
        "Put `pkg.gone` right: it keeps these 2 test modules from being collected",
        "Put `pkg.lost` right: it keeps this test module from being collected",
    ]


def test_a_conftest_of_another_folder_blocks_nobody() -> None:
    beside = [
        traced(
            finding("tests.blocked", f"tests/api/test_{n}.py", "pkg.gone", "pkg.gone", about=("tests/web/conftest.py",))
        )
        for n in range(5)
    ]
    assert answer(metric_named("tests.blocked", beside), "blocked.conftest") is None
