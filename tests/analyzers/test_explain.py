"""Explaining a symbol: its paths, who uses them, and who hands it on to whom."""

from __future__ import annotations

import pytest

from analyzers.explain import Explained, UnknownNameError, explain, symbols_named
from analyzers.resolve import Definition
from analyzers.rules.sites import Symbol
from tests.analyzers.graphs import code_of

SHOP = {
    "shop/__init__.py": "from shop.models import Cart\n",
    "shop/cart.py": "class Cart: ...\nBasket = Cart\n",
    "shop/models.py": "from shop.cart import *\nsize = 1\n",
    "shop/old_cart.py": '"""Moved."""\nfrom shop.cart import Cart\n',
    "shop/lazy.py": (
        "def __getattr__(name):\n    if name == 'Cart':\n        from shop.cart import Cart\n        return Cart\n"
        "    raise AttributeError(name)\n"
    ),
    "shop/either.py": "try:\n    from shop.cart import Cart\nexcept ImportError:\n    Cart = None\n",
    "page.py": "from shop import Cart\nfrom shop.cart import Basket\n",
    "till.py": "from shop.cart import Cart\n",
    "desk.py": "from shop.old_cart import Cart\n",
    "tests/test_cart.py": "from shop.cart import Cart\nfrom shop.models import Cart as Again\n",
    "copy/__init__.py": "",
    "copy/cart.py": "class Cart: ...\n",
    "other.py": "from copy.cart import Cart\nfrom shop.gone import Cart\n",
}
CART = Symbol("Cart", Definition("shop.cart", "Cart"))


def paths(symbol: Explained) -> list[str]:
    return [
        f"{path.module if path.name == symbol.name else f'{path.module}.{path.name}'} "
        f"{path.production}+{path.tests} {path.role}{' canonical' if path.canonical else ''}"
        for path in symbol.paths
    ]


def tree(symbol: Explained) -> list[str]:
    return [f"{'  ' * step.depth}{step.module} {step.how} {step.path}:{step.line}" for step in symbol.tree]


def test_every_path_is_told_with_its_uses_and_its_role() -> None:
    explanation = explain("Cart", code_of(SHOP, {CART: "shop.cart"}))
    cart, copy = explanation.symbols

    assert (cart.definition, cart.canonical) == ("shop.cart.Cart", "shop.cart")
    assert paths(cart) == [
        "shop.cart 4+1 definition canonical",
        "shop.models 1+1 re-export",
        "shop 1+0 re-export",
        "shop.cart.Basket 1+0 alias",
        "shop.old_cart 1+0 shim",
    ]
    assert paths(copy) == ["copy.cart 1+0 duplicate"]
    assert [path.module for path in explanation.open_paths] == ["shop.gone"]


def test_the_tree_shows_who_takes_the_symbol_from_whom() -> None:
    (cart, _) = explain("Cart", code_of(SHOP)).symbols

    assert tree(cart) == [
        "shop.cart definition shop/cart.py:1",
        "  shop.cart alias shop/cart.py:2",
        "  shop.models star shop/models.py:1",
        "    shop from-import shop/__init__.py:1",
        "  shop.old_cart from-import shop/old_cart.py:2",
    ]


def test_another_name_for_a_symbol_is_explained_by_itself() -> None:
    (basket,) = explain("Basket", code_of(SHOP)).symbols

    assert basket.definition == "shop.cart.Cart"
    assert paths(basket) == ["shop.cart.Cart 4+1 definition", "shop.cart 1+0 alias"]
    assert tree(basket) == ["shop.cart definition shop/cart.py:1", "  shop.cart alias shop/cart.py:2"]


@pytest.mark.parametrize(
    ("module", "source", "how"),
    [
        ("shop/lazy.py", SHOP["shop/lazy.py"], "lazy"),
        ("shop/either.py", SHOP["shop/either.py"], "fallback"),
        ("shop/alias.py", "from shop.cart import Cart as Thing\n", "alias"),
    ],
)
def test_how_a_module_comes_by_a_name(module: str, source: str, how: str) -> None:
    name = "Thing" if how == "alias" else "Cart"
    dotted = module.removesuffix(".py").replace("/", ".")
    files = {"shop/__init__.py": "", "shop/cart.py": "class Cart: ...\n", module: source}
    (symbol,) = explain(f"{dotted}.{name}", code_of({**files, "app.py": f"from {dotted} import {name}\n"})).symbols

    assert [step.how for step in symbol.tree] == ["definition", how]


def test_a_dotted_name_means_one_symbol() -> None:
    assert [symbol.definition for symbol in explain("copy.cart.Cart", code_of(SHOP)).symbols] == ["copy.cart.Cart"]
    assert [symbol.definition for symbol in explain("shop.Cart", code_of(SHOP)).symbols] == ["shop.cart.Cart"]


def test_what_nobody_imports_is_explained_too() -> None:
    (size,) = explain("size", code_of(SHOP)).symbols

    assert (size.definition, paths(size)) == ("shop.models.size", ["shop.models 0+0 definition"])


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("Crat", "`Crat`: nothing here has that name; did you mean `Cart`?"),
        ("Zzz", "`Zzz`: nothing here has that name"),
        ("shop.crat.Cart", "`shop.crat.Cart`: there is no module `shop.crat`; did you mean `shop.cart`"),
        ("shop.cart", "`shop.cart`: that is a module, not a symbol"),
        ("till.Carts", "`till.Carts`: nothing is there; did you mean `Cart`?"),
    ],
)
def test_a_name_that_is_not_here_gets_those_that_look_like_it(asked: str, answer: str) -> None:
    with pytest.raises(UnknownNameError) as raised:
        explain(asked, code_of(SHOP))

    assert str(raised.value).startswith(answer)


def test_symbols_of_a_name_are_listed_by_their_definitions() -> None:
    assert [symbol.definition.module for symbol in symbols_named("Cart", code_of(SHOP))] == ["copy.cart", "shop.cart"]


TWINS = {
    "shop/app/__init__.py": "from app.models import Cart\nLIMIT = 1\n",
    "shop/app/models.py": "class Cart: ...\n",
    "shop/run.py": "from app import Cart\n",
    "mail/app/__init__.py": "",
    "mail/app/models.py": "class Cart: ...\n",
    "mail/run.py": "from app.models import Cart\n",
}


def test_symbols_of_one_dotted_name_in_two_services_are_told_apart() -> None:
    explanation = explain("app.models.Cart", code_of(TWINS))

    assert [symbol.definition for symbol in explanation.symbols] == ["shop//app.models.Cart", "app.models.Cart"]
    shop, mail = explanation.symbols
    assert paths(shop) == ["shop//app 1+0 re-export", "shop//app.models 1+0 definition"]
    assert tree(shop) == [
        "shop//app.models definition shop/app/models.py:1",
        "  shop//app from-import shop/app/__init__.py:1",
    ]
    assert paths(mail) == ["app.models 1+0 definition"]


def test_one_of_them_is_asked_for_by_the_name_that_tells_it_apart() -> None:
    (shop,) = symbols_named("shop//app.Cart", code_of(TWINS))
    assert shop.definition == Definition("shop//app.models", "Cart")
