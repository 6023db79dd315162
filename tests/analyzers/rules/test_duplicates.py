"""ssot.duplicates: what makes two definitions copies, which of them stands, and what comparing many costs."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.facts import FileFacts, Shape
from analyzers.policy import Policy, read_policy
from analyzers.rules import duplicates as rule
from analyzers.rules.duplicates import (
    ALIKE_LINES,
    GENERIC_LEAST_LINES,
    LEAST_LINES,
    LEAST_MEMBERS,
    DefinitionSite,
    compare,
    definitions_of,
    duplicates,
    likeness,
    lines_in_common,
)
from tests.analyzers.trees import snapshot_of

SAMPLE = 16
"""How many values a sketch of these tests holds."""


def shape(lines: Iterable[int], members: Sequence[str] = ()) -> Shape:
    """The shape of a body with these lines."""
    distinct = sorted(set(lines))
    return Shape(tuple(members), tuple(distinct[:SAMPLE]), len(distinct))


def function(module: str, lines: Iterable[int], *parameters: str, name: str = "work") -> DefinitionSite:
    return DefinitionSite(name, "function", f"{module.replace('.', '/')}.py", module, 1, 0, shape(lines, parameters))


def a_class(module: str, lines: Iterable[int], *members: str, name: str = "Work") -> DefinitionSite:
    return DefinitionSite(name, "class", f"{module.replace('.', '/')}.py", module, 1, 0, shape(lines, members))


def copies(sites: Iterable[DefinitionSite], policy: Policy | None = None) -> list[tuple[str, str]]:
    """Each copy's path and what it is a copy of."""
    sites = list(sites)
    return [(finding.path, finding.detail) for finding in duplicates(sites[0].name, sites, policy or Policy())]


# --- which definitions are looked at ----------------------------------------------------------------------------------

BODY = "    a = 1\n    b = 2\n    c = 3\n    return a + b + c\n"


def defined(source: str, path: str = "shop/a.py") -> list[tuple[str, int]]:
    """The names and lines of the definitions of one file."""
    (file,) = snapshot_of({path: source})
    assert isinstance(file.facts, FileFacts)
    return [(site.name, site.line) for site in definitions_of(file, file.facts)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(f"def f():\n{BODY}", [("f", 1)], id="function"),
        pytest.param(f"async def f():\n{BODY}", [("f", 1)], id="coroutine"),
        pytest.param("class C:\n    a = b = c = 1\n    d = 2\n", [("C", 1)], id="class with few lines, many members"),
        pytest.param("class C:\n    a = 1\n    b = 2\n", [], id="class with few lines and members"),
        pytest.param("class C: a = b = c = 1\n", [], id="class without lines of its own"),
        pytest.param("def f():\n    return 1\n", [], id="short function"),
        pytest.param(f"def f():\n    return 1\n\ndef f():\n{BODY}", [("f", 4)], id="the longest of several"),
        pytest.param(f"def _(x):\n{BODY}", [], id="a name that is none"),
        pytest.param(f"def __dir__():\n{BODY}", [], id="hook"),
        pytest.param(f"from base import f as old\n\ndef f():\n{BODY}", [], id="wrapper of its namesake"),
        pytest.param(f"from base import f\n\ndef f():\n{BODY}", [("f", 3)], id="namesake that hides an import"),
    ],
)
def test_definitions_that_can_be_compared(source: str, expected: list[tuple[str, int]]) -> None:
    assert defined(source) == expected


@pytest.mark.parametrize(
    "path",
    [
        "tests/a.py",
        "shop/test_a.py",
        "shop/migrations/a.py",
        "alembic/versions/a.py",
        "examples/a.py",
        "docs/conf/a.py",
    ],
)
def test_places_where_copying_is_right(path: str) -> None:
    assert defined(f"def f():\n{BODY}", path) == []


# --- likeness ---------------------------------------------------------------------------------------------------------


@given(st.sets(st.integers(0, 30), max_size=SAMPLE), st.sets(st.integers(0, 30), max_size=SAMPLE))
def test_the_resemblance_of_short_bodies_is_exact(one: set[int], other: set[int]) -> None:
    overlap = lines_in_common(shape(one), shape(other))
    assert (overlap.shared, overlap.among, overlap.whole) == (len(one & other), len(one | other), True)


def test_the_resemblance_of_long_bodies_is_an_estimate() -> None:
    numbers = random.Random(1997)  # noqa: S311  # always the same ones
    errors = []
    for _ in range(300):
        lines = numbers.sample(range(2**32), 150)
        overlap = lines_in_common(shape(lines[:100]), shape(lines[50:]))  # 50 lines of 150 in common
        assert (overlap.among, overlap.whole) == (SAMPLE, False)
        errors.append(overlap.share - 1 / 3)
    assert abs(sum(errors) / len(errors)) < 0.02
    assert sum(overlap + 1 / 3 >= ALIKE_LINES for overlap in errors) <= 2


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param(function("a", range(10)), function("b", range(10)), "10 of 10 lines", id="equal"),
        pytest.param(function("a", range(100)), function("b", range(100)), "about 100 % of the lines", id="sampled"),
        pytest.param(function("a", range(7)), function("b", range(10)), "7 of 10 lines", id="at the threshold"),
        pytest.param(function("a", range(6)), function("b", range(10)), None, id="below it"),
        pytest.param(function("a", range(6), "x"), function("b", range(10), "x"), "6 of 10 lines", id="supported"),
        pytest.param(function("a", range(6), "x"), function("b", range(10), "y"), None, id="not supported"),
        pytest.param(
            a_class("a", [1, 2, 3, 4, 5], "p", "q", "r", "s"),
            a_class("b", [1, 2, 6, 7, 8], "p", "q", "r"),
            "3 of 4 members",
            id="members and some lines",
        ),
        pytest.param(
            a_class("a", [1, 2, 3, 4, 5], "p", "q", "r"),
            a_class("b", [5, 6, 7, 8, 9], "p", "q", "r"),
            None,
            id="members and hardly a line",
        ),
        pytest.param(
            a_class("a", [1, 2, 3, 4, 5], "p", "q", "__init__"),
            a_class("b", [1, 2, 6, 7, 8], "p", "q", "__init__"),
            None,
            id="too few members of its own choice",
        ),
        pytest.param(
            function("a", range(10), name="main"), function("b", range(8), name="main"), "8 of 10 lines", id="generic"
        ),
        pytest.param(
            function("a", range(10), name="main"), function("b", range(7), name="main"), None, id="generic, not"
        ),
    ],
)
def test_likeness(one: DefinitionSite, other: DefinitionSite, expected: str | None) -> None:
    assert likeness(one, other) == likeness(other, one) == expected


def test_a_name_that_everybody_uses_needs_more_than_a_frame() -> None:
    frame, more = range(GENERIC_LEAST_LINES - 1), range(GENERIC_LEAST_LINES)
    assert copies([function("a", frame, name="main"), function("b", frame, name="main")]) == []
    assert copies([function("a", more, name="main"), function("b", more, name="main")]) == [("b.py", "a")]


# --- which one stands -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("modules", "policy", "standing"),
    [
        (["b", "a"], "", "a"),
        (["a.b", "z"], "", "z"),
        (["shop.old.work", "shop.web.forms.work"], "", "shop.web.forms.work"),
        (["work_backup", "shop.work"], "", "shop.work"),
        (["threshold", "zoo"], "", "threshold"),
        (["a", "b.c.d"], "symbols: [{name: work, canonical: b.c.d}]", "b.c.d"),
        (["a", "b.c.d"], "symbols: [{name: work, canonical: b}]", "b.c.d"),
        (["a", "b.c.d"], "symbols: [{name: play, canonical: b.c.d}]", "a"),
        (["a", "b.c.d"], "legacy: [{module: a}]", "b.c.d"),
        (["a", "b.c.d"], "legacy: [{module: b}]", "a"),
    ],
)
def test_which_definition_stands(modules: list[str], policy: str, standing: str) -> None:
    sites = [function(module, range(9)) for module in modules]
    found = duplicates("work", sites, read_policy(policy.encode()))
    assert [finding.detail for finding in found] == [standing]
    assert found[0].inferred is (f"name: work, canonical: {standing}}}" not in policy)


def test_a_copy_in_a_file_without_a_module_name_is_told_by_its_path() -> None:
    script = DefinitionSite("work", "function", "bin/my-script.py", None, 7, 0, shape(range(9)))
    other = DefinitionSite("work", "function", "bin/old-script.py", None, 9, 0, shape(range(9)))
    (finding,) = duplicates("work", [other, script], Policy())
    assert (finding.path, finding.line, finding.detail) == ("bin/old-script.py", 9, "bin/my-script.py")
    assert finding.message == "`work` is defined here and in `bin/my-script.py` (9 of 9 lines alike)."


def test_files_of_one_module_name_are_told_apart() -> None:
    """Two services, each with a package `app`."""
    sites = [
        DefinitionSite("work", "function", f"{folder}/app/a.py", "app.a", 1, 0, shape(range(9))) for folder in "xy"
    ]
    assert copies(sites) == [("y/app/a.py", "x/app/a.py")]


def test_a_chain_of_edits_is_one_group_and_each_copy_names_one_that_it_is_like() -> None:
    first, second, third = function("a", range(10)), function("b", range(2, 12)), function("c", range(4, 14))
    assert likeness(first, third) is None
    assert copies([first, second, third]) == []  # 8 of 12 lines are too few
    first, second, third = function("a", range(16)), function("b", range(2, 18)), function("c", range(4, 20))
    assert likeness(first, third) is None
    assert copies([third, first, second]) == [("b.py", "a"), ("c.py", "b")]


def test_a_rule_that_is_switched_off_says_nothing() -> None:
    sites = [function("a", range(9)), function("b", range(9))]
    assert copies(sites, read_policy(b"rules: {ssot.duplicates: false}")) == []


# --- properties -------------------------------------------------------------------------------------------------------

some_lines = st.sets(st.integers(0, 12), min_size=LEAST_LINES, max_size=10)
some_members = st.lists(st.sampled_from("pqrst"), unique=True, min_size=LEAST_MEMBERS)


@st.composite
def any_sites(draw: st.DrawFn) -> list[DefinitionSite]:
    """Definitions of one name, many of them more or less alike."""
    bodies = draw(st.lists(st.tuples(some_lines, some_members), min_size=1, max_size=9))
    make = draw(st.sampled_from([function, a_class]))
    return [make(f"m{number}", lines, *members, name="Work") for number, (lines, members) in enumerate(bodies)]


def groups_by_hand(sites: list[DefinitionSite]) -> set[frozenset[str]]:
    """Every pair compared, and what is alike put together."""
    groups: list[set[str]] = []
    for site in sites:
        near = {site.path, *(other.path for other in sites if likeness(site, other) is not None)}
        joined = [group for group in groups if group & near]
        groups = [group for group in groups if not group & near] + [near.union(*joined)]
    return {frozenset(group) for group in groups}


@given(any_sites())
@settings(max_examples=300)
def test_comparing_a_few_pairs_finds_what_comparing_all_of_them_finds(sites: list[DefinitionSite]) -> None:
    found = {path for path, _ in copies(sites)}
    assert found == {path for group in groups_by_hand(sites) for path in sorted(group)[1:]}


@given(any_sites(), st.randoms(use_true_random=False))
def test_the_order_of_the_definitions_does_not_matter(sites: list[DefinitionSite], numbers: random.Random) -> None:
    shuffled = sites.copy()
    numbers.shuffle(shuffled)
    assert compare("Work", shuffled, Policy()) == compare("Work", sites, Policy())


# --- cost -------------------------------------------------------------------------------------------------------------


def count_comparisons(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    counted: list[None] = []

    def counting(one: DefinitionSite, other: DefinitionSite) -> str | None:
        counted.append(None)
        return likeness(one, other)

    monkeypatch.setattr(rule, "likeness", counting)
    return counted


def test_a_name_in_thousands_of_modules_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each `main` shares six lines with all others and has six of its own."""
    counted = count_comparisons(monkeypatch)
    sites = [function(f"m{n}", [*range(6), *range(100 + 6 * n, 106 + 6 * n)], name="main") for n in range(2_000)]
    result = compare("main", sites, Policy())
    assert (result.findings, result.undecided, len(counted)) == ((), 0, 0)


def test_equal_definitions_are_not_compared_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only each copy with the one that stands, to say in what they are alike."""
    counted = count_comparisons(monkeypatch)
    assert len(copies([function(f"m{number}", range(9)) for number in range(500)])) == len(counted) == 499


def test_what_is_too_much_to_compare_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule, "MOST_COMPARISONS", 10)
    numbers = random.Random(7)  # noqa: S311
    sites = [function(f"m{number}", numbers.sample(range(24), 12)) for number in range(60)]
    result = compare("work", sites, Policy())
    assert result.among == 60
    assert result.undecided > 0
    assert result == compare("work", sites[::-1], Policy())
