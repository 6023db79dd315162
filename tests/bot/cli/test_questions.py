"""`fifthwhy explain` and `fifthwhy graph` as a person uses them: real processes on a real repository."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.bot.cli.test_audit import ESCAPES, User
from tests.repositories import Content, Repo

SHOP: Final[Mapping[str, Content]] = {
    ".github/fifthwhy.yml": "symbols:\n  - name: Cart\n    canonical: shop.cart\n",
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\nfrom shop import page\n",
    "shop/models.py": "from shop.cart import Cart\n__all__ = ['Cart']\n",
    "shop/page.py": "from shop.models import Cart\n",
    "shop/till.py": "def pay():\n    from shop.cart import Cart\n",
    "tests/test_cart.py": "from shop.cart import Cart\n",
    "shop/gone.py": "from shop.cart import Crate\n",
}


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> User:
    return User(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo.create(tmp_path_factory.mktemp("repositories") / "shop")
    repo.commit(SHOP)
    repo.commit({"shop/models.py": None, "shop/page.py": "from shop.cart import Cart\n"})
    return repo


def test_a_symbol_is_explained_for_people(user: User, shop: Repo) -> None:
    ran = user.runs("explain", "Cart", "--head", "HEAD~1", cwd=shop.path)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Cart, defined as shop.cart.Cart\n")
    assert "definition, canonical" in ran.out
    assert "└─ shop.models.Cart  imported by name  shop/models.py:1" in ran.out
    assert not ESCAPES.search(ran.out.replace("\n", ""))


def test_a_symbol_is_explained_as_markdown(user: User, shop: Repo) -> None:
    ran = user.runs("explain", "shop.cart.Cart", shop.path, "--format", "markdown", "--head", "HEAD~1")

    assert "| `shop.cart` | 2 | 1 | definition, canonical |" in ran.out
    assert "| `shop.models` | 1 | 0 | shim |" in ran.out
    assert "  - `shop.models.Cart`: imported by name, `shop/models.py:1`" in ran.out


def test_a_symbol_is_explained_for_programs(user: User, shop: Repo, tmp_path: Path) -> None:
    file = tmp_path / "cart.json"
    ran = user.runs("explain", "Cart", shop.path, "--format", "json", "--output", file)

    assert (ran.code, ran.out) == (0, "")
    (symbol,) = json.loads(file.read_text())["symbols"]
    assert [(path["module"], path["production"], path["tests"]) for path in symbol["paths"]] == [("shop.cart", 2, 1)]


def test_an_import_of_what_is_not_there_is_explained_as_well(user: User, shop: Repo) -> None:
    ran = user.runs("explain", "Crate", shop.path)

    assert ran.code == 0
    assert "Paths that lead to no definition" in ran.out
    assert "broken" in ran.out


@pytest.mark.parametrize("command", [["explain", "Carts"], ["graph", "--around", "Carts"]])
def test_a_name_that_is_not_there_gets_one_that_looks_like_it(command: list[str], user: User, shop: Repo) -> None:
    ran = user.runs(*command, cwd=shop.path)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "fifthwhy: `Carts`: nothing here has that name; did you mean `Cart`?\n"


def test_the_graph_is_drawn_around_a_module(user: User, shop: Repo) -> None:
    ran = user.runs("graph", "--around", "shop.cart", shop.path)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith('flowchart LR\n    n1["shop.cart"]\n')
    assert 'n3["shop.page"]' in ran.out
    assert "n1 ==> n3" in ran.out
    assert "n4 -.-> n1" in ran.out


def test_the_graph_is_drawn_around_a_symbol_and_folded(user: User, shop: Repo) -> None:
    ran = user.runs("graph", shop.path, "--around", "Cart", "--level", "package", "--format", "dot", "--depth", "2")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[3:] == [
        '    n1 [label="shop", penwidth=3];',
        '    n2 [label="tests"];',
        "    n2 -> n1;",
        "}",
    ]


def test_it_says_where_there_is_no_repository(user: User, tmp_path: Path) -> None:
    ran = user.runs("graph", tmp_path, "--around", "x")

    assert ran.code == 2
    assert ran.err.startswith("fifthwhy: ")
