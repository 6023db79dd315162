"""The rule book: what each rule finds, why it matters, and an example of wrong and of right code.

What a rule does is decided in `analyzers/rules/`; here it is only told. `fifthwhy rule` and SARIF show it.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Final

import msgspec

from analyzers.findings import OFF_BY_DEFAULT, RuleName, Severity


class Rule(msgspec.Struct, frozen=True):
    """One rule. In `explanation`, two sentences, code stands between backticks."""

    id: RuleName
    title: str
    severity: Severity
    """That of its findings; where they differ, that of most."""
    cwe: int | None
    """The weakness by its number in the Common Weakness Enumeration (https://cwe.mitre.org), where it is one."""
    explanation: str
    wrong: str
    right: str

    @property
    def by_default(self) -> bool:
        """Whether it applies where the policy says nothing."""
        return self.id not in OFF_BY_DEFAULT

    @property
    def help(self) -> str:
        """Where `docs/` tells all about it: the section of its metric."""
        return f"rules.md#{''.join(self.id.split('.')[:2])}"


class UnknownRuleError(Exception):
    """Nothing is called so. The message says what is most like it."""


def rule(name: str) -> Rule:
    """The rule of that name."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise UnknownRuleError(_unknown(name)) from None


def rules_of(prefix: str) -> tuple[Rule, ...]:
    """The rules of a family, such as `auth` or `auth.bypass`, in the order of the book."""
    found = tuple(each for each in RULES if f"{each.id}.".startswith(f"{prefix}."))
    if not found:
        raise UnknownRuleError(_unknown(prefix))
    return found


def _unknown(name: str) -> str:
    known: dict[str, str] = {short: each.id for each in RULES for short in (each.id, each.id.rpartition(".")[2])}
    known |= {family: family for each in RULES for family in _families(each.id)}
    near = difflib.get_close_matches(name[:_LONGEST], sorted(known), n=1)
    hint = f"did you mean `{known[near[0]]}`?" if near else "`fifthwhy rule` lists them all"
    return f"`{name}`: no rule or family of rules has that name; {hint}"


def _families(name: RuleName) -> tuple[str, ...]:
    """`auth` and `auth.bypass` of `auth.bypass.fail-open`."""
    parts = name.split(".")
    return tuple(".".join(parts[:count]) for count in range(1, len(parts)))


_LONGEST: Final = 100
"""Longer names are not compared whole: that takes time with their length squared."""

RULES: Final = (
    Rule(
        id="imports.fragmented",
        title="Import off the canonical path",
        severity="medium",
        cwe=None,
        explanation="""\
The symbol is imported by another path than its canonical one. Each further path is one more that has to work for \
ever, so import it from the module that the policy names, or that most of the code uses.""",
        wrong="""\
from shop.models import Cart  # which only hands it on
""",
        right="""\
from shop.cart import Cart  # the canonical module
""",
    ),
    Rule(
        id="imports.legacy",
        title="Import of a legacy module",
        severity="medium",
        cwe=None,
        explanation="""\
A module is imported that the policy lists as legacy, that warns of its own deprecation, or that only hands names \
on. Whoever imports it keeps it alive, so import what has taken its place.""",
        wrong="""\
from shop.old_pricing import price  # listed under `legacy` in the policy
""",
        right="""\
from shop.pricing import price
""",
    ),
    Rule(
        id="imports.strings",
        title="Dotted name in a string that leads nowhere or round the canonical path",
        severity="medium",
        cwe=None,
        explanation="""\
A string that is meant as an import path names nothing in this repository, or goes round the canonical path of a \
symbol. Importing the file does not check it, so it fails only when its line runs, or patches a name that nobody \
looks up.""",
        wrong="""\
from unittest import mock

with mock.patch("shop.models.Crat"):  # nothing is called so
    pass
""",
        right="""\
from unittest import mock

with mock.patch("shop.cart.Cart"):
    pass
""",
    ),
    Rule(
        id="imports.unresolved",
        title="Import that cannot work",
        severity="high",
        cwe=None,
        explanation="""\
A module of this repository is imported that does not exist, or has no such name. The line raises an error as soon \
as it runs, so name what is there, or provide for its absence with `except ImportError`.""",
        wrong="""\
from shop.cart import Crate  # shop/cart.py defines Cart
""",
        right="""\
from shop.cart import Cart
""",
    ),
    Rule(
        id="imports.cycles",
        title="Import cycle",
        severity="medium",
        cwe=None,
        explanation="""\
Modules import each other in a circle while they are imported. Which of them is imported first decides whether that \
works, so move what both need into a third module, or an import into the function that needs it.""",
        wrong="""\
# shop/cart.py
from shop.pricing import price  # and shop/pricing.py imports shop.cart
""",
        right="""\
# shop/cart.py
from shop.money import round_up  # which imports neither
""",
    ),
    Rule(
        id="imports.contracts",
        title="Import that breaks a contract",
        severity="medium",
        cwe=None,
        explanation="""\
A module imports, itself or by way of others, what a contract of the repository forbids. Contracts keep parts of a \
code base apart that are to change apart, so turn the dependency round, or change the contract where it is wrong.""",
        wrong="""\
# shop/pricing.py, in a layer below shop.web
from shop.web import current_request
""",
        right="""\
# shop/pricing.py is given what it needs
def price(cart, currency):
    return cart.total(currency)
""",
    ),
    Rule(
        id="ssot.duplicates",
        title="Copy of a definition",
        severity="medium",
        cwe=None,
        explanation="""\
A class or function stands in more than one production module and looks the same. A mistake that is mended in one \
copy stays in the others, so keep one definition and import it.""",
        wrong="""\
# shop/compat/money.py, a copy of what shop/money.py has
class Money:
    def __init__(self, amount, currency):
        self.amount = amount
        self.currency = currency
""",
        right="""\
# shop/compat/money.py
from shop.money import Money
""",
    ),
    Rule(
        id="ssot.ignores",
        title="Ignore comment that is stale or gives no reason",
        severity="low",
        cwe=None,
        explanation="""\
A comment that leaves findings out has expired, leaves nothing out any more, names no rule that exists, or does not \
say why. Exceptions outlive their reasons unless somebody is told, so remove it, or complete it.""",
        wrong="""\
from shop.old import Cart  # fifthwhy: ignore[imports.legacy]
""",
        right="""\
# fifthwhy: ignore[imports.legacy] moves with the checkout until=2027-01-31
from shop.old import Cart
""",
    ),
    Rule(
        id="auth.patterns",
        title="Validation off the canonical pattern",
        severity="high",
        cwe=None,
        explanation="""\
A token or session is validated in another way than the canonical one. Every way of its own accepts a little more or \
less than the others and misses their mends, so call the canonical check.""",
        wrong="""\
import jwt

def orders(request):
    claims = jwt.decode(request.token, request.app.key, algorithms=["RS256"])
    return request.app.orders_of(claims["sub"])
""",
        right="""\
from shop.session import current_customer

def orders(request):
    return request.app.orders_of(current_customer(request))
""",
    ),
    Rule(
        id="auth.implementations",
        title="Second definition of the canonical check",
        severity="high",
        cwe=1041,
        explanation="""\
The canonical check is defined anew: copied under its name into another module, or overridden without a call of \
`super()`. Callers of the second one believe that they use the first, so import that, or let the override call it.""",
        wrong="""\
# shop/api/session.py, while shop/session.py has the canonical check
import jwt

def current_customer(request):
    return jwt.decode(request.token, request.app.key, algorithms=["RS256"])["sub"]
""",
        right="""\
# shop/api/session.py
from shop.session import current_customer
""",
    ),
    Rule(
        id="auth.bypass.unverified-signature",
        title="Token used without its signature being verified",
        severity="high",
        cwe=347,
        explanation="""\
A token is decoded without its signature being verified, and what it says is used. Anybody can write such a token, \
so verify it with the key and the algorithm that you expect before you believe a word of it.""",
        wrong="""\
import jwt

def current_user(token):
    claims = jwt.decode(token, options={"verify_signature": False})
    return claims["sub"]
""",
        right="""\
import os

import jwt

def current_user(token):
    claims = jwt.decode(token, os.environ["JWT_PUBLIC_KEY"], algorithms=["RS256"])
    return claims["sub"]
""",
    ),
    Rule(
        id="auth.bypass.none-algorithm",
        title="Algorithm none accepted",
        severity="high",
        cwe=327,
        explanation="""\
`none` is among the algorithms by which a token may be signed, or a token is made with it. A token signed with \
`none` has no signature at all and anybody can write one, so accept only the algorithm that you sign with.""",
        wrong="""\
import os

import jwt

def current_user(token):
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256", "none"])
    return claims["sub"]
""",
        right="""\
import os

import jwt

def current_user(token):
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    return claims["sub"]
""",
    ),
    Rule(
        id="auth.bypass.algorithm-not-pinned",
        title="Token verified with whatever algorithm it names",
        severity="high",
        cwe=347,
        explanation="""\
A token is verified without a list of algorithms, or with the one that its own header names. Whoever writes the \
token then picks how it is checked, for example with the public key as a shared secret, so write the algorithms \
down.""",
        wrong="""\
import os

import jwt

def current_user(token):
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=[header["alg"]])
    return claims["sub"]
""",
        right="""\
import os

import jwt

def current_user(token):
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["RS256"])
    return claims["sub"]
""",
    ),
    Rule(
        id="auth.bypass.expiry-not-checked",
        title="Expired token accepted",
        severity="medium",
        cwe=613,
        explanation="""\
The signature of a token is verified, but not whether it has expired. A token that was leaked or should have ended \
with a session works for ever, so leave the check of `exp` on.""",
        wrong="""\
import os

import jwt

def current_user(token):
    options = {"verify_exp": False}
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"], options=options)
    return claims["sub"]
""",
        right="""\
import os

import jwt

def current_user(token):
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    return claims["sub"]
""",
    ),
    Rule(
        id="auth.bypass.audience-not-checked",
        title="Token for another audience accepted",
        severity="medium",
        cwe=287,
        explanation="""\
The signature of a token is verified, but not for whom it was made. A token that the same issuer made for another \
service opens this one too, so give the audience that you expect.""",
        wrong="""\
import os

import jwt

def current_user(token):
    options = {"verify_aud": False}
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["RS256"], options=options)
    return claims["sub"]
""",
        right="""\
import os

import jwt

def current_user(token):
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["RS256"], audience="shop")
    return claims["sub"]
""",
    ),
    Rule(
        id="auth.bypass.issuer-not-checked",
        title="Token of another issuer accepted",
        severity="medium",
        cwe=287,
        explanation="""\
The signature of a token is verified, but not who made it. Where several issuers share keys or a key server, the \
token of any of them is taken for that of the right one, so give the issuer that you expect.""",
        wrong="""\
import os

import jwt

def current_user(token):
    options = {"verify_iss": False}
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["RS256"], options=options)
    return claims["sub"]
""",
        right="""\
import os

import jwt

def current_user(token):
    issuer = "https://login.example"
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["RS256"], issuer=issuer)
    return claims["sub"]
""",
    ),
    Rule(
        id="auth.bypass.fail-open",
        title="Failed check lets in",
        severity="high",
        cwe=636,
        explanation="""\
Where the validation raises an error, the function lets in all the same. An attacker only has to make the check \
fail, so refuse whenever it does not succeed.""",
        wrong="""\
import os

import jwt

def is_signed_in(token):
    try:
        jwt.decode(token, os.environ["JWT_KEY"], algorithms=["RS256"])
    except Exception:
        return True  # the key may not be there yet
    return True
""",
        right="""\
import os

import jwt

def is_signed_in(token):
    try:
        jwt.decode(token, os.environ["JWT_KEY"], algorithms=["RS256"])
    except jwt.InvalidTokenError:
        return False
    return True
""",
    ),
    Rule(
        id="auth.bypass.skip-switch",
        title="Switch that turns the check off",
        severity="high",
        cwe=489,
        explanation="""\
A setting, an environment variable or a debug flag makes a validating function let in without the check. One wrong \
variable opens production to all, so let tests and development replace the check from outside instead.""",
        wrong="""\
import os

import jwt

def current_user(token):
    if os.environ.get("AUTH_DISABLED"):
        return "developer"
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["RS256"])["sub"]
""",
        right="""\
import os

import jwt

def current_user(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["RS256"])["sub"]
""",
    ),
    Rule(
        id="auth.bypass.hardcoded-secret",
        title="Secret written in the code",
        severity="high",
        cwe=321,
        explanation="""\
A literal signs or verifies tokens or sessions, also as what an environment variable falls back to. Whoever has seen \
the code can sign in as anybody, so take the secret from outside, and do not start without one.""",
        wrong="""\
import jwt

SECRET = "correct-horse-battery-staple"

def token_of(user_id):
    return jwt.encode({"sub": user_id}, SECRET, algorithm="HS256")
""",
        right="""\
import os

import jwt

SECRET = os.environ["JWT_SECRET"]

def token_of(user_id):
    return jwt.encode({"sub": user_id}, SECRET, algorithm="HS256")
""",
    ),
    Rule(
        id="auth.bypass.token-comparison",
        title="Secret compared in a time that tells",
        severity="medium",
        cwe=208,
        explanation="""\
A token, key or signature that a request brings is compared with a secret by `==` or `!=`. That takes the longer the \
more of it is right, which can be measured, so compare with `hmac.compare_digest`.""",
        wrong="""\
import os

from flask import abort, request

def require_deploy_token():
    if request.headers.get("X-Deploy-Token") != os.environ["DEPLOY_TOKEN"]:
        abort(401)
""",
        right="""\
import hmac
import os

from flask import abort, request

def require_deploy_token():
    sent = request.headers.get("X-Deploy-Token", "")
    if not hmac.compare_digest(sent.encode(), os.environ["DEPLOY_TOKEN"].encode()):
        abort(401)
""",
    ),
    Rule(
        id="auth.bypass.fallback-user",
        title="User made up where there is no credential",
        severity="high",
        cwe=287,
        explanation="""\
A function that validates answers with a default or first user where there is no valid credential. A request without \
any acts as that user, so refuse it, and name what is open to all as such.""",
        wrong="""\
import os

import jwt

from shop.users import User

def current_user(token):
    if not token:
        return User.objects.first()
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["RS256"])
    return User.objects.get(id=claims["sub"])
""",
        right="""\
import os

import jwt

from shop.users import User

def current_user(token):
    if not token:
        raise PermissionError("sign in first")
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["RS256"])
    return User.objects.get(id=claims["sub"])
""",
    ),
    Rule(
        id="auth.bypass.tls-not-verified",
        title="Auth service called without verifying its certificate",
        severity="high",
        cwe=295,
        explanation="""\
A service that decides who may enter is asked over TLS without its certificate being verified. Anybody between the \
two can answer in its place, so leave verification on, and give `verify` the file of your own authority if you have \
one.""",
        wrong="""\
import httpx

def introspect(token):
    url = "https://login.example/oauth/introspect"
    return httpx.post(url, data={"token": token}, verify=False).json()
""",
        right="""\
import httpx

def introspect(token):
    url = "https://login.example/oauth/introspect"
    return httpx.post(url, data={"token": token}).json()
""",
    ),
    Rule(
        id="auth.unprotected",
        title="Endpoint that never reaches the check",
        severity="high",
        cwe=306,
        explanation="""\
A request to this endpoint is answered without the check on any way to it. Anybody who can reach the service can \
call it, so put it behind the check, or list it under `auth.public` in the policy with the reason.""",
        wrong="""\
from fastapi import FastAPI

from shop.orders import cancel

app = FastAPI()

@app.delete("/orders/{order_id}")
def cancel_order(order_id: int):
    return cancel(order_id)
""",
        right="""\
from fastapi import Depends, FastAPI

from shop.orders import cancel
from shop.session import current_customer

app = FastAPI()

@app.delete("/orders/{order_id}", dependencies=[Depends(current_customer)])
def cancel_order(order_id: int):
    return cancel(order_id)
""",
    ),
    Rule(
        id="tests.blocked",
        title="Test module that cannot be collected",
        severity="high",
        cwe=None,
        explanation="""\
Importing the test module leads to something of this repository that does not exist, so that pytest reports an error \
and runs none of its tests. Whatever they would have shown is not known, so name what is there, or delete the tests \
with what they were about.""",
        wrong="""\
from shop.cart import Crate  # shop/cart.py defines Cart

def test_an_empty_cart_costs_nothing():
    assert Crate().total() == 0
""",
        right="""\
from shop.cart import Cart

def test_an_empty_cart_costs_nothing():
    assert Cart().total() == 0
""",
    ),
    Rule(
        id="tests.fixtures",
        title="Fixture out of reach",
        severity="medium",
        cwe=None,
        explanation="""\
A test asks for a fixture that is defined in another test module, or in a `conftest.py` of another folder; pytest \
looks for it in the test's own module and in the `conftest.py` files in its folder and above, and reports an error \
in the place of the test. Move the fixture into a `conftest.py` around all who ask for it.""",
        wrong="""\
# tests/test_cart.py
@pytest.fixture
def cart():
    return Cart()

# tests/test_orders.py
def test_an_order_of_an_empty_cart_costs_nothing(cart):
    assert Order(cart).total() == 0
""",
        right="""\
# tests/conftest.py
@pytest.fixture
def cart():
    return Cart()

# tests/test_orders.py
def test_an_order_of_an_empty_cart_costs_nothing(cart):
    assert Order(cart).total() == 0
""",
    ),
)
"""Every rule, in the order of the catalogue."""

_BY_NAME: Final[Mapping[str, Rule]] = {each.id: each for each in RULES}
