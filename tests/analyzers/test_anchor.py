"""The anchor: what one commit inferred, as other commits are measured by it."""

from __future__ import annotations

from analyzers.anchor import Anchor
from analyzers.resolve import Definition
from analyzers.rules.sites import Symbol

CART = Symbol("Cart", Definition("shop.cart", "Cart"))
ELSEWHERE = Symbol("Cart", Definition("shop.core", "Cart"))
ANCHOR = Anchor({CART: "shop.api"}, "shop.auth.verify")


def module(anchor: Anchor, symbol: Symbol, **votes: int) -> str | None:
    found = anchor.path(symbol, {name.replace("_", "."): count for name, count in votes.items()})
    return None if found is None else found.module


def test_a_path_counts_whether_or_not_it_is_used() -> None:
    assert module(ANCHOR, CART, shop_cart=9) == "shop.api"


def test_a_symbol_that_was_defined_elsewhere_is_known_by_its_path() -> None:
    assert module(ANCHOR, ELSEWHERE, shop_core=9, shop_api=1) == "shop.api"


def test_nothing_is_said_of_another_symbol_of_the_same_name() -> None:
    assert module(ANCHOR, ELSEWHERE, shop_core=9) is None
    assert module(ANCHOR, Symbol("Basket", ELSEWHERE.definition), shop_api=9) is None


def test_nothing_is_said_where_paths_of_two_symbols_led_to_one() -> None:
    two = Anchor({CART: "shop.api", Symbol("Cart", Definition("old.cart", "Cart")): "old"}, None)
    assert module(two, ELSEWHERE, shop_api=1, old=1) is None


def test_modules_that_moved_go_by_the_names_that_they_had() -> None:
    before = ANCHOR.moved({"shop": "store", "shop.auth": "store.tokens"})
    assert before.auth == "store.tokens.verify"
    assert module(before, Symbol("Cart", Definition("store.cart", "Cart"))) == "store.api"
    assert ANCHOR.moved({"other": "another"}) is ANCHOR


def test_the_digest_tells_answers_apart() -> None:
    others = (Anchor({CART: "shop"}, ANCHOR.auth), Anchor({CART: "shop.api"}, None), Anchor({}, ANCHOR.auth))
    assert len({ANCHOR.digest, *(other.digest for other in others)}) == 4
    assert Anchor(dict(ANCHOR.paths), ANCHOR.auth).digest == ANCHOR.digest
