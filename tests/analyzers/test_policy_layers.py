"""Policies that extend others: what they say together, and where each mistake is told."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.policy import Policy, PolicyError, extends_of, read_policy
from analyzers.policy_layers import PolicyText, laid_over
from analyzers.source_name import SourceName


def together(own: bytes, *sources: bytes) -> Policy:
    """The policy `own`, on top of others, the nearest first."""
    return read_policy(own, [PolicyText(f"source-{number}", text) for number, text in enumerate(sources, start=1)])


def problems(own: bytes, *sources: bytes) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        together(own, *sources)
    return [str(problem) for problem in caught.value.problems]


# --- what they say together -------------------------------------------------------------------------------------------


def test_what_the_nearest_says_counts() -> None:
    assert together(b"infer: true", b"infer: false").infer is True
    assert together(b"", b"infer: false", b"infer: true").infer is False


def test_mappings_are_merged_key_by_key() -> None:
    policy = together(
        b"metrics: {imports.legacy: {target: 3}}\nrules: {imports.cycles: on}\ncommands: {roles: {audit: read}}",
        b"metrics: {imports.legacy: {target: 9, due: 2027-01-01}, auth.patterns: {target: 1}}\n"
        b"rules: {imports.cycles: off, auth.bypass: off}\ncommands: {roles: {help: read}, authors: false}",
    )
    assert policy.metrics["imports.legacy"].target == 3
    assert policy.metrics["imports.legacy"].due == dt.date(2027, 1, 1)
    assert policy.metrics["auth.patterns"].target == 1
    assert policy.rules == {"imports.cycles": True, "auth.bypass": False}
    assert (policy.commands.roles, policy.commands.authors) == ({"audit": "read", "help": "read"}, False)


def test_lists_are_replaced() -> None:
    policy = together(b"exclude: [a/]", b"exclude: [b/, c/]\nlegacy: [{module: old}]")
    assert policy.exclude == ("a/",)
    assert [entry.module for entry in policy.legacy] == ["old"]


def test_a_key_without_a_value_is_as_if_nobody_had_said_anything() -> None:
    assert together(b"roots: null\ngate:\n  mode: target", b"roots: [src]\ngate: {severity: high}").roots is None


def test_a_pattern_of_the_extended_policy_may_be_canonical() -> None:
    policy = together(
        b"extends: a\nauth: {canonical: Session}", b"auth: {builtin: false, patterns: [{name: Session, calls: [a.b]}]}"
    )
    assert policy.auth.canonical == "Session"


def test_a_weekly_status_has_to_be_asked_for_by_the_repository_itself() -> None:
    above = b"weekly: {cron: 0 9 * * 1, title: Status}"
    assert together(b"", above).weekly is None
    own = b"weekly: {cron: 0 7 * * 2, issue: 3}"
    assert together(own, above).weekly == read_policy(own).weekly


def test_the_digest_is_of_what_is_in_force_whatever_file_says_it() -> None:
    alone = read_policy(b"roots: [src]\ninfer: false")
    assert together(b"extends: a\nroots: [src]", b"infer: false").digest == alone.digest
    assert together(b"extends: a\nroots: [src]", b"infer: true").digest != alone.digest


def test_a_policy_whose_sources_are_not_at_hand_is_read_for_what_it_says() -> None:
    text = b"extends: a\ninfer: false\nauth: {canonical: Session}"
    assert read_policy(text).infer is False
    assert problems(text, b"")[0].startswith("line 3: auth: `canonical` must be the name of a pattern")


LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2)
DATA = st.recursive(LEAVES, lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=8)
LAYERS = st.dictionaries(st.sampled_from("abc"), DATA, max_size=3)


def leaves(data: object, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    """What stands at the end of each path through mappings."""
    if not isinstance(data, dict) or not data:
        return {path: data}
    return {place: leaf for key, value in data.items() for place, leaf in leaves(value, (*path, key)).items()}


@given(LAYERS, LAYERS, LAYERS)
def test_all_that_the_nearest_says_stays_and_nothing_is_made_up(one: object, two: object, three: object) -> None:
    whole = leaves(laid_over([as_data(one), as_data(two), as_data(three)]))
    nearest = {place: leaf for place, leaf in leaves(one).items() if leaf != {}}
    assert whole.items() >= nearest.items()
    assert all(
        leaf in [*leaves(one).values(), *leaves(two).values(), *leaves(three).values(), {}] for leaf in whole.values()
    )


def as_data(drawn: object) -> dict[str, object]:
    assert isinstance(drawn, dict)
    return drawn


# --- mistakes ---------------------------------------------------------------------------------------------------------


def test_a_mistake_is_told_where_it_was_made() -> None:
    told = problems(
        b"version: 1\nextends: a\nmetrics:\n  auth.patterns: {target: -1}",
        b"\nmetrics:\n  imports.legacy: {target: secret}\n",
    )
    assert told == [
        "line 2: extends: `source-1` has a mistake in line 3",
        "line 4: metrics.auth.patterns.target: must be greater than or equal to 0, not -1",
    ]


def test_what_is_overruled_is_no_mistake() -> None:
    assert together(b"infer: true", b"infer: perhaps").infer


@pytest.mark.parametrize("text", [b"a: [", b"\xff", b"- a", b"version: 1\nversion: 1", b"exclude: &a [b]"])
def test_a_source_that_is_no_policy_is_told_where_it_is_extended(text: bytes) -> None:
    (told,) = problems(b"version: 1\nextends: a", b"infer: no", text)
    assert told.startswith("line 2: extends: `source-2` has a mistake in line ")


def test_nothing_that_is_said_in_a_source_is_repeated() -> None:
    told = problems(b"extends: a", b"infer: hunter2\nsecret_key: hunter2\nroots: hunter2")
    assert told == ["line 1: extends: `source-1` has 3 mistakes, the first in line 1"]


@pytest.mark.parametrize(
    ("text", "extended"),
    [
        (b"extends: .github", (1, SourceName(".github"))),
        (b"version: 9\n\nextends: a:x.fifthwhy.yml@v1\nnonsense: 1", (3, SourceName("a", "x.fifthwhy.yml", "v1"))),
        (b'"\\x65xtends": a', (1, SourceName("a"))),
        (b"", None),
        (b"infer: no", None),
        (b"extends: a/b", None),
        (b"extends: [a]", None),
        (b"extends: [", None),
    ],
)
def test_what_a_file_extends_is_known_without_the_rest(text: bytes, extended: object) -> None:
    assert extends_of(text) == extended


WORDS = st.sampled_from(
    [
        "extends: ",
        "a",
        ".github",
        "\n",
        "infer: ",
        "no",
        "metrics:\n ",
        "imports.legacy: ",
        "{target: ",
        "3",
        "}",
        "x",
        "[",
    ]
)
TEXTS = st.lists(WORDS, max_size=10).map(lambda words: "".join(words).encode()) | st.binary(max_size=40)


@given(TEXTS, TEXTS, TEXTS)
def test_no_heap_of_layers_breaks_the_policy_reader(own: bytes, one: bytes, two: bytes) -> None:
    lines = own.count(b"\n") + 1
    assert all(1 <= line <= lines for line in lines_of_mistakes(own, one, two))


def lines_of_mistakes(own: bytes, *sources: bytes) -> list[int]:
    """Where the mistakes are told; none, if it can be used."""
    try:
        together(own, *sources)
    except PolicyError as error:
        return [problem.line for problem in error.problems] or [0]
    return []
