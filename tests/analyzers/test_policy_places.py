"""The lines of a policy file by key."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analyzers.policy_places import policy_lines

POLICY = b"""version: 1
symbols:
  - name: Cart
    canonical: shop.cart

  - {name: Tax, canonical: shop.tax}
metrics:
  imports.fragmented:
    target: 3
    due: 2026-03-01
"""


def test_every_key_and_entry_has_its_line() -> None:
    lines = policy_lines(POLICY)
    assert lines["version"] == 1
    assert (lines["symbols"], lines["symbols.0"], lines["symbols.0.canonical"], lines["symbols.1"]) == (2, 3, 4, 6)
    assert (lines["metrics.imports.fragmented"], lines["metrics.imports.fragmented.due"]) == (8, 10)


def test_what_is_no_policy_has_no_lines() -> None:
    assert policy_lines(b"") == {}
    assert policy_lines(b"a: &x 1\nb: *x\n") == {}
    assert policy_lines(b"\xff") == {}
    assert policy_lines(b"? {a: 1}\n: 2\n") == {}


@given(st.text(st.sampled_from("ab:-?{}[],.'\"#&*! \n\t1"), max_size=50))
def test_whatever_stands_there_has_lines_that_exist(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 for line in policy_lines(text.encode()).values())
