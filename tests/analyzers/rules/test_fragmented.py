"""The path that is canonical, who goes round it, and why each path works."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from analyzers.resolve import Definition, Resolver
from analyzers.rules.fragmented import CanonicalPath, infer, is_stray, links_of, role_of, stray_finding
from analyzers.rules.sites import ImportSite, PathRole, Symbol
from tests.analyzers.trees import Files, snapshot_of

CART = Symbol("Cart", Definition("shop.cart", "Cart"))
FILES: Files = {
    "shop/__init__.py": "from shop.cart import Cart",
    "shop/cart.py": "class Cart: ...",
    "shop/shim.py": "from shop.cart import Cart",
    "shop/more.py": "from shop.shim import Cart\nBasket = Cart",
    "shop/second.py": "class Cart: ...",
    "shop/other.py": "class Bag: ...\nclass Box: ...",
    "shop/renamed.py": "from shop.other import Bag as Cart",
    "shop/passed.py": "from shop.renamed import Cart",
    "shop/assigned.py": "from shop.other import Box\nCart = Box",
    "shop/open.py": "def __getattr__(name):\n    return make(name)",
}


@pytest.fixture
def resolver() -> Resolver:
    return Resolver(snapshot_of(FILES))


def site(module: str, name: str = "Cart", importer: str | None = "app") -> ImportSite:
    return ImportSite("app.py", 3, "production", "import", module, name, CART, importer)


@pytest.mark.parametrize(
    ("place", "role"),
    [
        (Definition("shop.cart", "Cart"), "definition"),
        (Definition("shop", "Cart"), "re-export"),
        (Definition("shop.more", "Cart"), "re-export"),
        (Definition("shop.shim", "Cart"), "shim"),
        (Definition("shop.second", "Cart"), "duplicate"),
        pytest.param(Definition("shop.renamed", "Cart"), "misnomer", id="another class, imported by its name"),
        pytest.param(Definition("shop.passed", "Cart"), "misnomer", id="another class, handed on by its name"),
        pytest.param(Definition("shop.assigned", "Cart"), "misnomer", id="another class, assigned to its name"),
        (Definition("shop.more", "Basket"), "alias"),
        (Definition("shop.cart", "Gone"), "broken"),
        (Definition("shop.gone", "Cart"), "broken"),
        (Definition("shop.open", "Cart"), "undecided"),
    ],
)
def test_each_path_works_for_a_reason(place: Definition, role: PathRole, resolver: Resolver) -> None:
    assert role_of(CART, place, resolver) == role


@pytest.mark.parametrize(
    ("votes", "module"),
    [
        pytest.param({"shop": 3, "shop.cart": 2}, "shop", id="the majority"),
        pytest.param({"shop": 2, "shop.cart": 2}, "shop.cart", id="of equal ones the definition"),
        pytest.param({"shop.shim": 1, "shop.more": 1}, "shop.more", id="of equal others the first by name"),
        pytest.param({}, "shop.cart", id="without votes the definition"),
        pytest.param({"shop": 0, "shop.more": -1}, "shop.cart", id="votes that were taken back are none"),
    ],
)
def test_the_canonical_path_is_what_most_sites_use(votes: Mapping[str, int], module: str) -> None:
    assert infer(CART, votes, None) == CanonicalPath(CART, module, inferred=True)


def test_a_path_inferred_at_base_stays_as_long_as_anybody_uses_it() -> None:
    before = CanonicalPath(CART, "shop.shim", inferred=True)
    assert infer(CART, {"shop": 9, "shop.shim": 1}, before) == before
    assert infer(CART, {"shop": 9}, before).module == "shop"


def test_the_modules_that_the_path_leads_through_do_not_go_round_it(resolver: Resolver) -> None:
    path = CanonicalPath(CART, "shop.more", inferred=False)
    links = links_of(path, resolver)
    assert links == ("shop.cart", "shop.more", "shop.shim")
    assert not is_stray(site("shop.cart", importer="shop.shim"), path, links)
    assert is_stray(site("shop.cart", importer="shop.other"), path, links)


@pytest.mark.parametrize(("inferred", "stray"), [(True, False), (False, True)])
def test_inside_its_package_only_a_path_of_the_policy_binds(*, inferred: bool, stray: bool) -> None:
    path = CanonicalPath(CART, "shop", inferred)
    assert is_stray(site("shop.cart", importer="shop.orders"), path, ()) is stray
    assert is_stray(site("shop.cart", importer="shopping"), path, ())


def test_a_file_without_a_module_name_can_go_round_a_path() -> None:
    assert is_stray(site("shop.cart", importer=None), CanonicalPath(CART, "shop", inferred=True), ())


def test_another_name_of_the_symbol_is_told_as_such() -> None:
    finding = stray_finding(site("shop.more", "Basket"), CanonicalPath(CART, "shop.cart", inferred=False))
    assert finding.message == ("`Basket` of `shop.more` is another name of `Cart`; its canonical module is `shop.cart`")
    assert (finding.symbol, finding.detail) == ("Cart", "shop.more.Basket")
