"""An explanation of a symbol as it is shown, with names that a hostile repository has chosen."""

from __future__ import annotations

import json
from typing import Final

from analyzers.explain import Explained, Explanation, ReachedBy, Step
from report_templates.explanation import (
    render_explanation_json,
    render_explanation_markdown,
    render_explanation_terminal,
)

CART: Final = Explanation(
    asked="Cart",
    symbols=(
        Explained(
            name="Cart",
            definition="shop.cart.Cart",
            canonical="shop.cart",
            paths=(
                ReachedBy("shop.cart", "Cart", 1234, 5, "definition", canonical=True),
                ReachedBy("shop.models", "Cart", 2, 0, "re-export", canonical=False),
            ),
            tree=(
                Step(0, "shop.cart", "Cart", "definition", "shop/cart.py", 1, None),
                Step(1, "shop.models", "Cart", "star", "shop/models.py", 7, "shop.cart.Cart"),
                Step(2, "shop", "Cart", "lazy", "shop/__init__.py", 3, "shop.models.Cart"),
                Step(1, "shop.cart", "Basket", "alias", "shop/cart.py", 9, "shop.cart.Cart"),
            ),
            more=1,
        ),
    ),
    open_paths=(ReachedBy("shop.gone", "Cart", 1, 0, "broken", canonical=False),),
)
HOSTILE: Final = Explanation(
    asked="x",
    symbols=(
        Explained(
            name="@user\x1b[2J|`",
            definition="a.\u202eb",
            canonical=None,
            paths=(ReachedBy("<script>|x", "x", 1, 0, "definition", canonical=False),),
            tree=(
                Step(0, "a", "x", "definition", "caf\udce9`|.py", 1, None),
                Step(1, "b\x1b]0;", "x", "star", "[x](http://e.vil).py", 2, "a.x"),
            ),
        ),
    ),
    open_paths=(),
)


def test_an_explanation_in_a_terminal() -> None:
    assert render_explanation_terminal(CART, width=100, color=False) == (
        "Cart, defined as shop.cart.Cart\n"
        "Path         Production  Tests  Role\n"
        "─────────────────────────────────────────────────────\n"
        "shop.cart         1,234      5  definition, canonical\n"
        "shop.models           2      0  re-export\n"
        "… and 1 more.\n"
        "\n"
        "Who hands it on to whom:\n"
        "  shop.cart.Cart  defined  shop/cart.py:1\n"
        "  ├─ shop.models.Cart  star import  shop/models.py:7\n"
        "  │  └─ shop.Cart  when asked, by __getattr__  shop/__init__.py:3\n"
        "  └─ shop.cart.Basket  under another name  shop/cart.py:9\n"
        "\n"
        "Paths that lead to no definition\n"
        "Path       Production  Tests  Role\n"
        "────────────────────────────────────\n"
        "shop.gone           1      0  broken\n"
    )


def test_an_explanation_as_markdown() -> None:
    assert render_explanation_markdown(CART) == (
        "## `Cart`, defined as `shop.cart.Cart`\n"
        "\n"
        "| Path | Production | Tests | Role |\n"
        "| --- | ---: | ---: | --- |\n"
        "| `shop.cart` | 1,234 | 5 | definition, canonical |\n"
        "| `shop.models` | 2 | 0 | re-export |\n"
        "\n"
        "… and 1 more.\n"
        "\n"
        "Who hands it on to whom:\n"
        "\n"
        "- `shop.cart.Cart`: defined, `shop/cart.py:1`\n"
        "  - `shop.models.Cart`: star import, `shop/models.py:7`\n"
        "    - `shop.Cart`: when asked, by `__getattr__`, `shop/__init__.py:3`\n"
        "  - `shop.cart.Basket`: under another name, `shop/cart.py:9`\n"
        "\n"
        "## Paths that lead to no definition\n"
        "\n"
        "| Path | Production | Tests | Role |\n"
        "| --- | ---: | ---: | --- |\n"
        "| `shop.gone` | 1 | 0 | broken |\n"
    )


def test_what_is_hostile_is_shown_and_does_nothing() -> None:
    terminal = render_explanation_terminal(HOSTILE, width=200, color=False)
    markdown = render_explanation_markdown(HOSTILE)

    assert not {"\x1b", "\u202e", "\udce9"} & set(terminal + markdown)
    assert "| `<script>\\|x.x` | 1 | 0 | definition |" in markdown
    assert "`` @user\\x1b[2J|` ``" in markdown
    assert "`[x](http://e.vil).py:2`" in markdown


def test_an_explanation_as_json_can_be_encoded_whatever_it_holds() -> None:
    assert json.loads(render_explanation_json(CART))["symbols"][0]["definition"] == "shop.cart.Cart"
    assert json.loads(render_explanation_json(HOSTILE))["symbols"][0]["tree"][0]["path"] == "caf\\xe9`|.py"
