"""The truth: a plain recount, which shares nothing with the engine, finds the same in real packages."""

from __future__ import annotations

import pytest

from tests.analyzers.truth.choose import terms_for
from tests.analyzers.truth.compare import INFERRED, Audited, Counted, Recount, assert_equal
from tests.analyzers.truth.packages import LEFT_OUT, TREES, files_of, installed


@pytest.mark.parametrize("name", installed())
def test_a_plain_recount_finds_the_same(name: str) -> None:
    """By what most do, and by a policy that names symbols and contracts."""
    files = files_of(name)
    counted = Counted(files)
    for terms in (INFERRED, terms_for(counted)):
        assert_equal(Recount(counted, terms), Audited(files, terms))


def test_most_of_the_packages_are_there() -> None:
    assert len(installed()) >= len(TREES) * 2 // 3


def test_next_to_nothing_is_left_out() -> None:
    files = [path for name in installed() for path in files_of(name) if path.endswith(".py")]
    assert len(LEFT_OUT) < len(files) / 100
