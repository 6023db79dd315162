"""What was there when: by the line of commits, whatever their clocks say."""

from __future__ import annotations

from analyzers.causes.flows import came_after, is_before, stood_before
from analyzers.history import History, Origin
from tests.analyzers.causes.inquiries import came, commit

ROOT, FIRST, SECOND = commit("2026-03-04", "Root"), commit("2026-01-12", "First"), commit("2026-01-13", "Second")
HISTORY = History((), order={ROOT.id: 0, FIRST.id: 1, SECOND.id: 2})


def test_a_commit_comes_before_those_that_follow_it_on_the_line_whatever_their_dates() -> None:
    assert is_before(ROOT, FIRST, HISTORY)
    assert not is_before(FIRST, ROOT, HISTORY)
    assert not is_before(ROOT, ROOT, HISTORY)


def test_what_came_with_a_later_commit_of_an_earlier_date_came_after() -> None:
    exact = Origin(SECOND, FIRST, is_exact=True)
    assert came_after(exact, ROOT, HISTORY)
    assert came_after(exact, FIRST, HISTORY)
    assert not came_after(exact, SECOND, HISTORY)
    assert not stood_before(exact, ROOT, HISTORY)


def test_what_came_with_the_very_first_commit_came_after_nothing() -> None:
    first = Origin(ROOT, None, is_exact=True)
    assert stood_before(first, FIRST, HISTORY)
    assert not came_after(first, FIRST, HISTORY)


def test_commits_that_are_not_on_the_line_are_told_apart_by_their_dates() -> None:
    assert stood_before(came("2026-01-02"), commit("2026-01-05"), HISTORY)
    assert not stood_before(came("2026-01-05"), commit("2026-01-02"), None)
