"""The demo's repository: a small shop that is halfway through a consolidation, and a pull request on it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Final

from bot.git.git import Command, run_git

FULL_NAME: Final = "acme/shop"
BASE: Final = "main"
BRANCH: Final = "refunds"
TITLE: Final = "Let customers ask for a refund"
DESCRIPTION: Final = "Adds the refunds page. Moves the cart page to the session's own check on the way."

_POLICY = """
    version: 1
    symbols:
      - name: Cart
        canonical: shop.cart
    legacy:
      - module: shop.old_pricing
        use: shop.pricing
    auth:
      canonical: Session check
      patterns:
        - name: Session check
          calls: [shop.session.current_customer]
"""

_AT_BASE: Final = {
    ".github/fifthwhy.yml": _POLICY,
    "shop/__init__.py": "",
    "shop/cart.py": '''
        """The cart, and the only place to import it from."""


        class Cart:
            def __init__(self, customer):
                self.customer = customer
                self.lines = []

            def add(self, product, count=1):
                self.lines.append((product, count))
    ''',
    "shop/models.py": '''
        """Where everything used to be. Kept so that old imports go on working."""

        from shop.cart import Cart

        __all__ = ["Cart"]
    ''',
    "shop/pricing.py": '''
        """Prices, in cents."""


        def total(cart):
            return sum(product.price * count for product, count in cart.lines)
    ''',
    "shop/old_pricing.py": '''
        """Prices in floats, from before anybody lost a cent to them."""


        def total(cart):
            return sum(product.price / 100 * count for product, count in cart.lines)
    ''',
    "shop/session.py": '''
        """Who is asking: the one place where tokens are checked."""

        import jwt

        from shop.settings import KEY


        def current_customer(request):
            claims = jwt.decode(request.cookies["session"], KEY, algorithms=["HS256"])
            return claims["sub"]
    ''',
    "shop/settings.py": """
        import os

        KEY = os.environ["SHOP_KEY"]
    """,
    "shop/pages/__init__.py": "",
    "shop/pages/cart.py": """
        import jwt

        from shop.models import Cart
        from shop.pricing import total
        from shop.settings import KEY


        def show_cart(request):
            customer = jwt.decode(request.cookies["session"], KEY, algorithms=["HS256"])["sub"]
            return {"total": total(Cart(customer))}
    """,
    "shop/pages/orders.py": """
        from shop.models import Cart
        from shop.session import current_customer


        def order(request):
            return Cart(current_customer(request))
    """,
    "tests/test_cart.py": """
        from shop.cart import Cart


        def test_a_new_cart_is_empty():
            assert Cart("ada").lines == []
    """,
}

_AT_HEAD: Final = {
    "shop/pages/cart.py": """
        from shop.cart import Cart
        from shop.pricing import total
        from shop.session import current_customer


        def show_cart(request):
            return {"total": total(Cart(current_customer(request)))}
    """,
    "shop/pages/refunds.py": '''
        """Money back."""

        from jose import jwt as tokens

        from shop.models import (
            Cart,
        )
        from shop.old_pricing import total
        from shop.settings import KEY


        def ask_for_refund(request):
            # jwt.decode(request.cookies["session"]) would not do here: a comment is no call.
            claims = tokens.decode(request.cookies["session"], KEY)
            cart = Cart(claims["sub"])
            return {"refund": total(cart)}
    ''',
}

FURTHER_COMMIT: Final = (
    "sed -i.bak 's/from shop.models import (/from shop.cart import (/' shop/pages/refunds.py",
    'git commit --quiet --all --message "Import the cart from where it lives"',
    "git push",
)
"""What the demo proposes to push next: it fixes one of the findings."""


def build(folder: Path) -> None:
    """Make the repository at `folder`, with the branches of the pull request."""
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet", f"--initial-branch={BASE}")
    _commit(folder, _AT_BASE, "Open the shop")
    _git(folder, "checkout", "--quiet", "-b", BRANCH)
    _commit(folder, _AT_HEAD, TITLE)
    _git(folder, "checkout", "--quiet", BASE)


def prepare_clone(folder: Path, address: str) -> None:
    """Turn the repository into one from which `git push` reaches the stand-in."""
    _git(folder, "remote", "add", "origin", address)
    _git(folder, "checkout", "--quiet", BRANCH)
    for key, value in (
        ("user.name", "demo"),
        ("user.email", "demo@localhost"),
        ("commit.gpgSign", "false"),
        (f"branch.{BRANCH}.remote", "origin"),
        (f"branch.{BRANCH}.merge", f"refs/heads/{BRANCH}"),
        ("push.default", "current"),
    ):
        _git(folder, "config", key, value)


def _commit(folder: Path, files: dict[str, str], message: str) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", message)


def _git(folder: Path, *arguments: str) -> None:
    identity = (("user.name", "demo"), ("user.email", "demo@localhost"), ("commit.gpgSign", "false"))
    run_git(Command(arguments, cwd=folder, config=identity))
