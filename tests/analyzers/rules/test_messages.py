"""What findings say, where the plain words would be false."""

from __future__ import annotations

from analyzers.findings import Finding, RuleName
from analyzers.policy import read_policy
from analyzers.summary import outcome_of_state
from tests.analyzers.trees import audit_of

NOTHING_INFERRED = read_policy(b"infer: false")


def said(files: dict[str, str], rule: RuleName) -> list[str]:
    found: list[Finding] = [
        each.finding for each in outcome_of_state(audit_of(files, NOTHING_INFERRED), whole=True).standing
    ]
    return [each.message for each in found if each.rule == rule]


def test_a_shim_that_gives_another_name_says_what_it_is_where_it_is_defined() -> None:
    files = {
        "shop/__init__.py": "",
        "shop/tokens.py": "class TokenVerifier: ...\nclass Cart: ...\n",
        "shop/old.py": "from shop.tokens import Cart, TokenVerifier as Verifier\n",
        "shop/pay.py": "from shop.old import Cart, Verifier\n",
    }
    assert sorted(said(files, "imports.legacy")) == [
        "legacy module `shop.old` is imported (it only re-exports); `Cart` is defined in `shop.tokens`",
        "legacy module `shop.old` is imported (it only re-exports); `Verifier` is `shop.tokens.TokenVerifier`",
    ]


def test_a_module_that_is_missing_beside_a_name_is_not_said_to_be_a_missing_name() -> None:
    files = {
        "shop/__init__.py": "",
        "shop/clients/__init__.py": "from shop.clients.core import client\n",
        "shop/clients/core.py": "client = object()\n",
        "shop/pay.py": "from shop.clients.client import Client\nfrom shop.clients.gone import Client\n",
    }
    assert said(files, "imports.unresolved") == [
        "there is no module `shop.clients.client`: `client` of `shop.clients` is something else",
        "`gone` cannot be imported from `shop.clients`, which has no such name or module",
    ]
