"""Entry points are no strings of a Python file: what they name is checked without one."""

from __future__ import annotations

import pytest

from analyzers.project import EntryPoint
from analyzers.resolve import Resolver
from analyzers.rules.result import RuleResult
from analyzers.rules.strings import entry_points
from tests.analyzers.trees import Files, snapshot_of, told

FILES: Files = {
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart:\n    def main(self): ...\ndef main(): ...",
    "shop/open.py": "def __getattr__(name):\n    return make(name)",
}


def checked(*values: str) -> RuleResult:
    points = [EntryPoint("pyproject.toml", line, "console_scripts", "shop", value) for line, value in enumerate(values)]
    return entry_points(points, "production", Resolver(snapshot_of(FILES)))


@pytest.mark.parametrize("value", ["shop.gone:main", "shop.cart:gone", "shop.gone", "shop.cart:gone [extra]"])
def test_an_entry_point_that_leads_nowhere_is_found(value: str) -> None:
    symbol = value.partition(" ")[0]
    assert told(checked(value).findings) == (f"pyproject.toml:0 imports.strings {symbol}: console_scripts shop",)


@pytest.mark.parametrize(
    "value",
    ["shop.cart:main", "shop.cart:Cart.main", "shop.cart", "shop", "shop.cart : main [a, b]", "shop.cart:Cart.gone"],
)
def test_an_entry_point_that_leads_somewhere_is_not(value: str) -> None:
    assert checked(value) == RuleResult(among=1)


@pytest.mark.parametrize("value", ["requests.gone:main", "", "no path at all", "shop..cart", "shop-cart:main", "[all]"])
def test_what_is_no_entry_point_of_this_repository_is_not_looked_at(value: str) -> None:
    assert checked(value) == RuleResult()


def test_what_the_code_does_not_decide_is_counted_apart() -> None:
    assert checked("shop.open:anything", "shop._version:version") == RuleResult(among=2, undecided=2)
