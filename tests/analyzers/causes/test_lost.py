"""What imports that cannot work ask for, and the one module that has it."""

from __future__ import annotations

import pytest

from analyzers.causes.lost import sought_of
from analyzers.causes.model import Departed
from analyzers.summary import outcome_of_state
from tests.analyzers.causes.inquiries import commit
from tests.analyzers.trees import Files, audit_of

SHOP: dict[str, str] = {
    "shop/__init__.py": "",
    "shop/till/__init__.py": "",
    "shop/till/cart.py": "class Cart: ...\n\n\ndef fill():\n    return Cart()\n\n\nLIMIT = 3\nnext_cart = 1\n",
    "shop/tax.py": "rate = 1\n",
}


def sought(files: Files, path: str = "shop/page.py") -> list[tuple[bool, str]]:
    """Of each import of a file that cannot work: whether it asks for a module that is not there; where else it is."""
    audited = audit_of(files)
    standing = outcome_of_state(audited, whole=True).standing
    found = [each for each in standing if each.finding.rule == "imports.unresolved" and each.finding.path == path]
    tree = audited.tree
    everything = [file for each in sorted(tree.paths()) if (file := tree.file(each)) is not None]
    known = sought_of(everything, tree, found)
    return [(known[each.fingerprint].of_module, known[each.fingerprint].home) for each in found]


def home(text: str, **others: str) -> str:
    """The one place of what a page asks for."""
    more = {path.replace("__", "/") + ".py": other for path, other in others.items()}
    ((_, found),) = sought(SHOP | more | {"shop/page.py": text})
    return found


@pytest.mark.parametrize("name", ["Cart", "fill", "LIMIT"])
def test_a_name_that_one_other_module_defines_is_found_there(name: str) -> None:
    assert sought(SHOP | {"shop/page.py": f"from shop.cart import {name}\n"}) == [(True, "shop.till.cart")]
    assert sought(SHOP | {"shop/page.py": f"from shop.tax import {name}\n"}) == [(False, "shop.till.cart")]
    assert sought(SHOP | {"shop/page.py": f"from .tax import {name}\n"}) == [(False, "shop.till.cart")]


def test_all_names_on_a_line_have_to_be_in_the_same_module() -> None:
    assert home("from shop.cart import Cart, fill\n") == "shop.till.cart"
    assert home("from shop.cart import Cart, price\n") == ""
    assert home("from shop.cart import Cart, price\n", shop__price="def price(): ...\n") == ""


@pytest.mark.parametrize(
    "other", ["class Cart: ...\n", "Cart = 1\n", "try:\n    import x\nexcept ImportError:\n    Cart = 0\n"]
)
def test_two_modules_that_have_the_name_are_no_place(other: str) -> None:
    assert home("from shop.cart import Cart\n", shop__other=other) == ""


def test_a_module_that_only_hands_the_name_on_is_no_second_place() -> None:
    assert home("from shop.cart import Cart\n", shop__other="from shop.till.cart import Cart\n") == "shop.till.cart"


def test_a_variable_of_that_name_is_no_place() -> None:
    assert home("from shop.cart import next_cart\n") == ""


def test_a_definition_that_hangs_on_something_is_no_place() -> None:
    either = "try:\n    import x\nexcept ImportError:\n    class Bag: ...\n"
    assert home("from shop.cart import Bag\n", shop__bag=either) == ""


@pytest.mark.parametrize("path", ["shop__old_bags", "shop__backup__bags", "web__bags", "tests__bags", "shop__bags-1"])
def test_what_is_set_aside_or_elsewhere_altogether_is_no_place(path: str) -> None:
    assert home("from shop.cart import Bag\n", **{path: "class Bag: ...\n"}) == ""


def test_a_module_that_says_that_it_is_deprecated_is_no_place() -> None:
    old = '"""Deprecated: use shop.sack."""\n\n\nclass Bag: ...\n'
    assert home("from shop.cart import Bag\n", shop__bags=old) == ""


def test_a_test_module_is_no_place_and_what_tests_share_is_one_for_tests() -> None:
    tests = {
        "tests/__init__.py": "",
        "tests/test_bag.py": "class Bag: ...\n",
        "tests/kit.py": "class Kit: ...\n",
        "tests/test_page.py": "from tests.bags import Bag\nfrom tests.bags import Kit\n",
    }
    assert sought(SHOP | tests, "tests/test_page.py") == [(True, ""), (True, "tests.kit")]


def test_what_may_be_a_submodule_is_not_looked_for_by_its_name() -> None:
    assert home("from shop import bag\n", shop__bags="def bag(): ...\n") == "shop.bags"
    assert home("from shop import bag\n", shop__bags="def bag(): ...\n", shop__till__bag="") == ""


@pytest.mark.parametrize("text", ["import shop.cart\n", "from shop.cart import *\n"])
def test_a_whole_module_is_not_looked_for(text: str) -> None:
    assert sought(SHOP | {"shop/page.py": text}) == [(True, "")]


def test_a_module_that_a_package_of_its_name_hides_is_no_place() -> None:
    hidden = {"shop/bags.py": "class Bag: ...\n", "shop/bags/__init__.py": ""}
    assert sought(SHOP | hidden | {"shop/page.py": "from shop.cart import Bag\n"}) == [(True, "")]


def test_what_moved_is_where_its_file_is_now_if_it_still_has_the_name() -> None:
    files = SHOP | {"shop/till/basket.py": "from shop.till.cart import Cart\n\nnext_cart = 2\n"}
    departed = {"shop.cart": Departed(commit("2025-05-01"), "shop/till/basket.py")}
    asked = {"Cart": "shop.till.basket", "next_cart": "shop.till.basket", "fill": ""}
    for name, module in asked.items():
        audited = audit_of(files | {"shop/page.py": f"from shop.cart import {name}\n"})
        standing = outcome_of_state(audited, whole=True).standing
        everything = [file for each in audited.tree.paths() if (file := audited.tree.file(each)) is not None]
        ((_, known),) = sought_of(everything, audited.tree, standing, departed).items()
        assert known.moved == module
