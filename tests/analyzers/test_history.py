"""History: which commits are looked at, and what came and went between two of them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.findings import Finding
from analyzers.history import Seen, between, history_of, in_order, moment, pull_request_in, sampled
from analyzers.places import Commit

NEWEST = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)  # a Thursday


def line(*days_before: float) -> list[Commit]:
    """Commits, newest first, so many days before the newest possible one."""
    return [
        Commit(f"{number:040x}", (NEWEST - dt.timedelta(days=days)).isoformat(), "Change")
        for number, days in enumerate(days_before)
    ]


def weekly(commits: list[Commit], weeks: int = 26, every: int = 7) -> list[int]:
    return list(sampled(commits, NEWEST - dt.timedelta(weeks=weeks), every))


def test_the_newest_commit_is_looked_at_and_the_last_one_before_each_monday() -> None:
    commits = line(0, 1, 2, 3.6, 4, 9, 12, 20)
    assert [commits[number].date[:10] for number in weekly(commits)] == [
        "2026-01-15",
        "2026-01-11",  # Sunday
        "2026-01-03",
        "2025-12-26",
    ]


def test_the_same_commits_are_looked_at_the_day_after() -> None:
    commits = line(0, 1, 4, 9, 12, 20)
    later = [Commit("f" * 40, (NEWEST + dt.timedelta(days=1)).isoformat(), "Next"), *commits]
    assert {later[number].id for number in weekly(later)[1:]} == {commits[number].id for number in weekly(commits)[1:]}


def test_weeks_without_a_commit_are_told_by_the_one_before_them_once() -> None:
    assert weekly(line(0, 40)) == [0, 1]


def test_it_ends_where_the_line_does_or_where_it_was_asked_to() -> None:
    assert weekly(line(0)) == [0]
    assert weekly(line(0, 5, 50, 100), weeks=3) == [0, 1, 2]


def test_a_line_that_is_younger_is_looked_at_to_its_first_commit() -> None:
    assert weekly(line(0, 1, 5, 6, 6.5)) == [0, 2, 4]
    assert weekly(line(0, 1, 2)) == [0, 2]
    assert weekly(line(0, 5, 6, 300), weeks=2) == [0, 1, 3]


def days(*dates: str) -> list[Commit]:
    """Commits, newest first."""
    return [Commit(f"{number:040x}", f"{date}T12:00:00+00:00", "Change") for number, date in enumerate(dates)]


@pytest.mark.parametrize("wrong", ["1970-01-01", "2099-01-01", "2026-01-09"])
def test_a_commit_by_a_wrong_clock_is_as_old_as_the_one_before_it(wrong: str) -> None:
    found = in_order(days("2026-01-15", "2026-01-14", wrong, "2026-01-11", "2026-01-10"))
    told = ["2026-01-15", "2026-01-14", "2026-01-11", "2026-01-11", "2026-01-10"]
    assert [commit.date[:10] for commit in found] == told


def test_a_first_commit_by_a_wrong_clock_is_as_old_as_the_one_after_it() -> None:
    found = in_order(days("2026-01-15", "2026-01-14", "2026-03-01"))
    assert [commit.date[:10] for commit in found] == ["2026-01-15", "2026-01-14", "2026-01-14"]


@given(st.lists(st.floats(0, 400), max_size=30))
def test_dates_in_order_only_go_back_and_those_that_do_are_left_alone(days: list[float]) -> None:
    found = in_order(line(*days))
    times = [moment(commit) for commit in found]
    assert times == sorted(times, reverse=True)
    assert [commit.id for commit in found] == [commit.id for commit in line(*days)]
    assert in_order(found) == found


@given(st.lists(st.floats(0, 400), min_size=1, max_size=30), st.integers(1, 60))
def test_positions_only_go_back_and_each_is_there_once(days: list[float], every: int) -> None:
    commits = line(*sorted(days))
    found = sampled(commits, NEWEST - dt.timedelta(days=200), every)
    assert found[0] == 0
    assert list(found) == sorted(set(found))
    assert all(moment(commits[number]) <= moment(commits[0]) for number in found)


def finding(path: str, symbol: str = "Cart", line: int = 3) -> Finding:
    return Finding("imports.fragmented", path, line, line, symbol, "shop.old", "told", "medium", "production")


def seen(number: int, *findings: Finding) -> Seen:
    return Seen(Commit(f"{number:040x}", NEWEST.isoformat(), "Change"), (), findings, {})


def test_what_came_and_what_went_is_told_where_it_stands() -> None:
    before, after = seen(1, finding("a.py"), finding("b.py")), seen(2, finding("b.py", line=9), finding("c.py"))
    found = between(before, after, {}, {})
    assert [(flow.path, flow.symbol) for flow in found.introduced] == [("c.py", "Cart")]
    assert [flow.path for flow in found.fixed] == ["a.py"]
    assert found.before == {}


def test_a_finding_keeps_its_trail_when_its_file_moves() -> None:
    before, after = seen(1, finding("a.py")), seen(2, finding("z.py"))
    found = between(before, after, {"z.py": "a.py"}, {})
    assert (found.introduced, found.fixed) == ((), ())
    ((now, earlier),) = found.before.items()
    assert (now in after.fingerprints, earlier in before.fingerprints) == (True, True)


def test_where_a_finding_came_in_is_said_only_where_something_earlier_was_looked_at() -> None:
    newest = seen(1, finding("a.py"))
    assert history_of(newest, (), every_days=7).origins == {}
    (origin,) = history_of(newest, (), every_days=7, from_root=True).origins.values()
    assert (origin.by, origin.after, origin.is_exact) == (newest.commit, None, True)


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Merge pull request #123 from ada/cart", 123),
        ("Import the cart from where it lives (#45)", 45),
        ('Revert "Move (#44)" (#45)', 45),
        ("See #45", None),
        ("(#45) is not the end", None),
        ("Merge branch 'main' into feature", None),
        ("", None),
    ],
)
def test_the_pull_request_is_the_one_that_github_writes_into_the_subject(subject: str, number: int | None) -> None:
    assert pull_request_in(subject) == number
