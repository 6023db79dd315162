"""The truth: a plain recount, which shares nothing with the engine, finds the same in real packages."""

from __future__ import annotations

import pytest

from tests.analyzers.truth.choose import terms_for
from tests.analyzers.truth.compare import INFERRED, Audited, Counted, Recount, assert_equal
from tests.analyzers.truth.packages import TREES, files_of, installed


@pytest.mark.parametrize("name", installed())
def test_a_plain_recount_finds_the_same(name: str) -> None:
    """By what most do, and by a policy that names symbols and contracts."""
    files = files_of(name)
    counted = Counted(files)
    for terms in (INFERRED, terms_for(counted)):
        assert_equal(Recount(counted, terms), Audited(files, terms))


def test_most_of_the_packages_are_there() -> None:
    assert len(installed()) >= len(TREES) * 2 // 3
