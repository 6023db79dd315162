"""Small git histories, one in which each cause rule has to speak, and its silent twin in which it must not.

A history is told in steps: files that are committed, days that pass, a branch that is left again or merged.
"""

from __future__ import annotations

from typing import Final

import msgspec

from analyzers.findings import MetricName
from tests.repositories import Content, Repo

Files = dict[str, Content]


class Days(msgspec.Struct, frozen=True):
    """So many days pass."""

    count: int


class Branch(msgspec.Struct, frozen=True):
    """A branch with one commit; it is left again, and with `merged` comes in by a pull request."""

    name: str
    files: Files
    merged: bool = False


History = tuple[Files | Days | Branch, ...]


class Twins(msgspec.Struct, frozen=True):
    """A rule's answer about a metric in the history where it speaks; the rule that answers in its place in the silent
    one (None: the chain ends there, or nobody asks).

    `requires` are the checks that GitHub would require; None: nobody knows.
    """

    rule: str
    metric: MetricName
    speaks: History
    answer: str
    silent: History
    instead: str | None
    requires: tuple[tuple[str, ...] | None, tuple[str, ...] | None] = (None, None)


def play(history: History, repo: Repo) -> None:
    """Make the commits of a history."""
    for step in history:
        if isinstance(step, Days):
            repo.wait(step.count)
        elif isinstance(step, Branch):
            _branch(step, repo)
        else:
            repo.commit(step, f"Change {_named(step)}")


def _branch(step: Branch, repo: Repo) -> None:
    repo.branch(step.name)
    repo.commit(step.files, f"Change {_named(step.files)}")
    repo.checkout("main")
    if step.merged:
        repo.merge(step.name, f"Merge pull request #7 from acme/{step.name}")


def _named(files: Files) -> str:
    """The last file of a commit names it."""
    return next(reversed(files), "nothing")


# A shop whose cart is to be imported from shop.cart, and was once imported from shop.basket

POLICY: Final = "symbols:\n  - {name: Cart, canonical: shop.cart}\n"
RIGHT: Final = "from shop.cart import Cart\n"
WRONG: Final = "from shop.basket import Cart\n"
CART: Final = "class Cart:\n    size = 1\n"
SHOP: Final[Files] = {
    ".github/fifthwhy.yml": POLICY,
    "shop/__init__.py": "",
    "shop/cart.py": CART,
    "shop/basket.py": RIGHT,
}
LATER: Final[Files] = {"README": ""}


def numbered(count: int, path: str, text: str, first: int = 0) -> Files:
    """So many files; `{n}` is the number of a file, in its path and in its text."""
    numbers = map(str, range(first, first + count))
    return {path.replace("{n}", number): text.replace("{n}", number) for number in numbers}


def pages(count: int, text: str = WRONG, folder: str = "web", first: int = 0) -> Files:
    """So many pages, which import by the shim if nothing else is said."""
    return numbered(count, f"{folder}/page{{n}}.py", text, first)


def shop(basket: str = RIGHT, policy: str = POLICY) -> Files:
    """The shop with another way than a shim, or another policy."""
    return SHOP | {"shop/basket.py": basket, ".github/fifthwhy.yml": policy}


def one_by_one(count: int, days: int, text: str = WRONG) -> History:
    """Pages that come one at a time."""
    return tuple(step for n in range(count) for step in (Days(days), pages(1, text, first=n)))


SHIM: Final[History] = (SHOP | pages(6),)
RE_EXPORT: Final[History] = (shop(f"{RIGHT}\n\ndef empty():\n    return Cart()\n") | pages(6),)
DAY_ONE: Final[History] = (SHOP | pages(6), Days(90), LATER)
LONG_AGO: Final[History] = (*DAY_ONE, Days(140), {"README": "Shop"})
AT_ONCE: Final[History] = (SHOP, Days(30), pages(6))
DRIP: Final[History] = (SHOP, *one_by_one(6, 7))

# Step 1

SUM: Final = """\
def total{n}(items):
    found = {n}
    for item in items:
        found += item.price
    return found * 10
"""
ONE_SUM: Final = SUM.replace("{n}", "7")
COPIES: Final[History] = (pages(7, ONE_SUM),)
IN_A_FOLDER: Final[History] = (pages(6, ONE_SUM) | pages(2, ONE_SUM, folder="app"),)


def sums(*counts: int) -> Files:
    """Copies of functions: so many of each, in folders of their own."""
    return {
        f"{name}/page.py": SUM.replace("{n}", str(kind))
        for kind, count in enumerate(counts, start=3)
        for name in (f"kind{kind}/copy{number}" for number in range(count + 1))
    }


def tests_of(*imports: str) -> Files:
    """Test modules, each with an import."""
    return {"shop/__init__.py": "", **{f"tests/test_{n}.py": each for n, each in enumerate(imports)}}


CONFTEST: Final[History] = (tests_of("", "") | {"tests/conftest.py": "from shop.gone import cart\n"},)
GONE: Final[History] = (tests_of("import shop.gone\n", "import shop.gone\n"),)
ALL_GONE: Final[History] = (tests_of(*(f"import shop.gone{n}\n" for n in range(6))),)


def forbidden(*modules: str) -> str:
    """A policy with a contract for each of these modules."""
    return "contracts:\n" + "".join(
        f"  - {{name: Not {each}, type: forbidden, source_modules: [web], forbidden_modules: [{each}]}}\n"
        for each in modules
    )


def importing(*modules: str) -> Files:
    """Pages that import these modules, which a contract forbids."""
    wanted = dict.fromkeys(modules)
    there: Files = {f"{each.replace('.', '/')}.py": "" for each in wanted}
    policy: Files = {".github/fifthwhy.yml": forbidden(*wanted), "shop/__init__.py": "", "web/__init__.py": ""}
    return there | policy | {f"web/page{n}.py": f"import {each}\n" for n, each in enumerate(modules)}


HUB: Final[Files] = numbered(6, "leaf{n}.py", "import core\n") | {
    "core.py": "".join(f"import leaf{n}\n" for n in range(6))
}
PAIRS: Final[Files] = numbered(6, "left{n}.py", "import right{n}\n") | numbered(6, "right{n}.py", "import left{n}\n")
SHIMS: Final[Files] = numbered(5, "shop/old{n}.py", RIGHT) | {
    f"web/page{n}.py": f"from shop.old{n % 5} import Cart\n" for n in range(10)
}
TWO_NAMES: Final[Files] = SHIMS | {
    ".github/fifthwhy.yml": POLICY + "  - {name: Order, canonical: shop.order}\n",
    "shop/order.py": "class Order:\n    paid = 0\n",
    "shop/old0.py": f"{RIGHT}from shop.order import Order\n",
    "web/orders.py": "from shop.old0 import Order\n",
}

# Authentication

AUTH_POLICY: Final = "auth:\n  canonical: Sessions\n  patterns:\n    - {name: Sessions, calls: [shop.auth.check]}\n"
CHECK: Final = """\
import os

import jwt


def check(token):
    claims = jwt.decode(token, os.environ["KEY"], algorithms=["HS256"])
    if claims.get("banned"):
        raise PermissionError(claims["sub"])
    return claims
"""
USES_IT: Final = "from shop.auth import check\n\n\ndef page(token):\n    return check(token)['sub']\n"
AUTH: Final[Files] = {
    ".github/fifthwhy.yml": AUTH_POLICY,
    "shop/__init__.py": "",
    "shop/auth.py": CHECK,
    "web/first.py": USES_IT,
}
ASKS_LIBRARY: Final = """\
import os

import jwt


def page{n}(token, shelf):
    claims = jwt.decode(token, os.environ["KEY"], algorithms=["HS256"])
    return shelf.find({n}, claims["sub"])
"""
LIBRARY: Final[History] = (AUTH | pages(3, ASKS_LIBRARY),)
OLD_WAYS: Final = AUTH_POLICY + "".join(f"    - {{name: Old {n}, calls: [shop.old.check{n}]}}\n" for n in range(4))
USES_OLD: Final = (
    "from shop.old import check{n}\n\n\ndef page{n}(token, shelf):\n    return shelf.find(check{n}(token))\n"
)
OWN_WAYS: Final[History] = (
    AUTH
    | {".github/fifthwhy.yml": OLD_WAYS}
    | {"shop/old.py": "".join(f"def check{n}(token):\n    return {n}\n\n\n" for n in range(4))}
    | pages(4, USES_OLD),
)
COPIED_CHECK: Final[History] = (AUTH | {"web/auth.py": CHECK},)
BASE_POLICY: Final = AUTH_POLICY.replace("shop.auth.check", "shop.auth.Sessions.check")
BASE: Final = """\
import jwt


class Sessions:
    def __init__(self, key):
        self.key = key

    def check(self, token):
        return jwt.decode(token, self.key, algorithms=["HS256"])
"""
OVERRIDES: Final = """\
from shop.auth import Sessions


class Kiosk(Sessions):
    def check(self, token):
        return token.split(".")
"""
OVERRIDDEN: Final[History] = (
    AUTH | {".github/fifthwhy.yml": BASE_POLICY, "shop/auth.py": BASE, "web/first.py": OVERRIDES},
)
ENDPOINTS: Final = """\
import os

import jwt
from fastapi import Depends, FastAPI

from shop.auth import check

app = FastAPI()


@app.get("/orders")
def orders(user=Depends(check)):
    return []


@app.get("/export")
def export(token: str):
    return EXPORT
"""
BY_ITSELF: Final = 'jwt.decode(token, os.environ["KEY"], algorithms=["HS256"])["sub"]'
OTHER_CHECK: Final[History] = (AUTH | {"web/first.py": ENDPOINTS.replace("EXPORT", BY_ITSELF)},)
NO_CHECK: Final[History] = (AUTH | {"web/first.py": ENDPOINTS.replace("EXPORT", "[token]")},)
SIGNS: Final = (
    "import jwt\n\n\ndef sign(user):\n    return jwt.encode({}, 'not-so-secret-after-all', algorithm='HS256')\n"
)
SKIPS: Final = """\
import os

import jwt


def user_of(token):
    if os.getenv("DISABLE_AUTH"):
        return {"sub": "dev", "role": "admin"}
    return jwt.decode(token, os.environ["KEY"], algorithms=["HS256"])
"""
UNPINNED: Final = "import os\n\nimport jwt\n\n\ndef claims(token):\n    return jwt.decode(token, os.environ['KEY'])\n"
UNSIGNED: Final = "import jwt\n\n\ndef sign(user):\n    return jwt.encode({'sub': user.id}, None, algorithm='none')\n"
KINDS: Final[Files] = {"a.py": SIGNS, "b.py": SKIPS, "c.py": UNPINNED, "d.py": UNSIGNED}
STRICT: Final = SKIPS.replace('    if os.getenv("DISABLE_AUTH"):\n        return {"sub": "dev", "role": "admin"}\n', "")

# What is legacy

HANDED_ON: Final[Files] = {
    "shop/__init__.py": "",
    "shop/cart.py": "def total():\n    return 1\n",
    "shop/basket.py": "from shop.cart import total\n",
}
LISTED: Final = "legacy:\n  - {module: shop.basket}\n"
USES_TOTAL: Final = "from shop.basket import total\n"
LEGACY_SHIM: Final[History] = (HANDED_ON | {".github/fifthwhy.yml": "infer: false\n"} | pages(3, USES_TOTAL),)
LEGACY_LISTED: Final[History] = (HANDED_ON | {".github/fifthwhy.yml": LISTED} | pages(3, USES_TOTAL),)
WARNS: Final = "import warnings\n\nwarnings.warn('old', DeprecationWarning)\n\n\ndef total():\n    return 1\n"
EITHER: Final = "try:\n    from shop.basket import total\nexcept ImportError:\n    from shop.cart import total\n"
OR_NONE: Final = "try:\n    from shop.basket import total\nexcept ImportError:\n    total = None\n"


def legacy(text: str) -> History:
    """Pages that import a module of which the policy says that it is legacy."""
    return (HANDED_ON | {".github/fifthwhy.yml": LISTED} | pages(3, text),)


TWO_WAYS: Final[Files] = pages(3, "from shop.trolley import Cart\n", folder="app") | {
    "shop/trolley.py": f"{RIGHT}\n\ndef empty():\n    return Cart()\n"
}
AT_RUN_TIME: Final = "from shop import shelf\n\n\ndef __getattr__(name):\n    return shelf.find(name)\n"

# What cannot work

REMOVED: Final[History] = (SHOP | pages(6, "from shop.basket import Bag\n"), {"shop/basket.py": None})
GONE_APART: Final[tuple[Files, Files]] = (
    SHOP | numbered(4, "shop/old{n}.py", RIGHT) | pages(4, "import shop.old{n}\n"),
    {f"shop/old{n}.py": None for n in range(4)},
)
SEVERAL: Final[Files] = pages(4, "from shop.cart import Trolley{n}\n", folder="app") | pages(
    2, "import shop.tax{n}\n", folder="till"
)
BRANCHED_OFF: Final[History] = (
    {path: text for path, text in SHOP.items() if path != "shop/basket.py"} | pages(6, "import shop.basket\n"),
)

# Steps 3 to 5

FORM: Final = "".join(f"import lib{n}\n" for n in range(4)) + "".join(
    f"\n\ndef part{n}():\n    return {n}\n" for n in range(6)
)
NO_POLICY: Final[Files] = {path: text for path, text in SHOP.items() if text != POLICY}
GUARDED: Final[Files] = {
    "pyproject.toml": '[tool.ruff.lint]\nselect = ["TID251"]\n'
    '[tool.ruff.lint.flake8-tidy-imports.banned-api]\n"shop.basket".msg = "Use shop.cart."\n'
}
WARNING_SHIM: Final = f'import warnings\n{RIGHT}\nwarnings.warn("old", DeprecationWarning)\n'
HOOKS: Final = (
    "repos:\n- repo: local\n  hooks: [{id: imports}, {id: tests}]\n- repo: https://a.example\n  hooks: [{id: a}]\n"
)
EXPIRED: Final = "from shop.basket import Cart  # fifthwhy: ignore[imports.fragmented] moves later until=2024-01-20\n"
OWNED: Final[History] = (SHOP | {"CODEOWNERS": "* @acme/shop\n"} | pages(6),)
BANNED: Final[History] = (SHOP | GUARDED, Days(30), pages(6))
TWO_COMMITS: Final[History] = (
    {"web/sum.py": ONE_SUM},
    *(Days(20), pages(3, ONE_SUM)),
    *(Days(20), pages(3, ONE_SUM, first=3)),
    *(Days(70), LATER),
)


def due(day: str) -> str:
    """A policy that says by when."""
    return f"{POLICY}metrics:\n  imports.fragmented: {{due: {day}}}\n"


def gone_from(folder: str) -> History:
    """Imports of what is not there, which came with two commits."""
    text = "import shop.gone{n}\n"
    first, second = pages(3, text, folder), pages(3, text, folder, first=3)
    return {"shop/__init__.py": ""}, Days(20), first, Days(20), second, Days(70), LATER


TWINS: Final[tuple[Twins, ...]] = (
    Twins(
        "blocked.conftest",
        "tests.blocked",
        CONFTEST,
        "Both test modules sit behind `tests/conftest.py`, which needs `shop.gone`.",
        GONE,
        "blocked.module",
    ),
    Twins(
        "blocked.module", "tests.blocked", GONE, "Both test modules come down to `shop.gone`.", ALL_GONE, "where.spread"
    ),
    Twins(
        "where.module",
        "imports.fragmented",
        SHIM,
        "All 6 imports go through `shop.basket`.",
        (SHOP | SHIMS,),
        "where.spread",
    ),
    Twins(
        "where.contract",
        "imports.contracts",
        (importing("shop.a", "shop.a", "shop.a"),),
        "All 3 imports break `Not shop.a`.",
        (importing("shop.a", "shop.b", "shop.c", "shop.d"),),
        "where.spread",
    ),
    Twins("where.pattern", "auth.patterns", LIBRARY, "All 3 calls are of `PyJWT`.", OWN_WAYS, "where.spread"),
    Twins(
        "where.kind",
        "auth.bypass",
        ({"a.py": SIGNS, "b.py": SIGNS},),
        "Both places are cases of `auth.bypass.hardcoded-secret`.",
        (KINDS,),
        "where.spread",
    ),
    Twins("where.hub", "imports.cycles", (HUB,), "All 6 cycles lead through `core.py`.", (PAIRS,), "where.spread"),
    Twins(
        "where.symbol",
        "imports.fragmented",
        (SHOP | TWO_NAMES,),
        "10 of 11 imports are of `Cart`.",
        (SHOP | SHIMS,),
        "where.spread",
    ),
    Twins("where.folder", "ssot.duplicates", IN_A_FOLDER, "6 of 7 copies are in `web`.", COPIES, "where.spread"),
    Twins(
        "where.spread",
        "ssot.duplicates",
        COPIES,
        "It is spread: 6 copies in 6 files, no file with more than 1.",
        (sums(5, 1),),
        "where.symbol",
    ),
    Twins(
        "paths.shim",
        "imports.fragmented",
        SHIM,
        "`shop.basket` is a shim: it only hands `Cart` on. All 6 imports go that way.",
        RE_EXPORT,
        "paths.re-export",
    ),
    Twins(
        "paths.re-export",
        "imports.fragmented",
        RE_EXPORT,
        "`shop.basket` hands `Cart` on, beside what else it does. All 6 imports go that way.",
        SHIM,
        "paths.shim",
    ),
    Twins(
        "paths.duplicate",
        "imports.fragmented",
        (shop(CART) | pages(6),),
        "`shop.basket` leads to another definition of `Cart`. All 6 imports go that way.",
        SHIM,
        "paths.shim",
    ),
    Twins(
        "paths.misnomer",
        "imports.fragmented",
        (shop("from shop.bags import Bag as Cart\n") | {"shop/bags.py": "class Bag:\n    size = 2\n"} | pages(6),),
        "`shop.basket` gives another thing under the name of `Cart`: `Bag`. All 6 imports go that way.",
        (shop(CART) | pages(6),),
        "paths.duplicate",
    ),
    Twins(
        "paths.alias",
        "imports.fragmented",
        (shop("from shop.cart import Cart as Old\n") | pages(6, "from shop.basket import Old\n"),),
        "`shop.basket` knows `Cart` by another name. All 6 imports go that way.",
        SHIM,
        "paths.shim",
    ),
    Twins(
        "paths.definition",
        "imports.fragmented",
        (shop(policy=POLICY.replace("shop.cart", "shop")) | {"shop/__init__.py": RIGHT} | pages(6, RIGHT),),
        "`shop.cart` is where `Cart` is defined, and `shop` hands it on. All 7 imports go that way.",
        (shop(policy=POLICY.replace("shop.cart", "shop")) | {"shop/__init__.py": RIGHT} | pages(6),),
        "paths.shim",
    ),
    Twins(
        "paths.broken",
        "imports.fragmented",
        (shop(basket="size = 1\n") | pages(6),),
        "It does not: `shop.basket` has no `Cart`. That breaks 6 imports.",
        SHIM,
        "paths.shim",
    ),
    Twins(
        "paths.legacy-shim",
        "imports.legacy",
        LEGACY_SHIM,
        "`shop.basket` is a shim: it only hands names on. All 3 imports go that way.",
        LEGACY_LISTED,
        None,
    ),
    Twins(
        "paths.legacy-notice",
        "imports.legacy",
        (HANDED_ON | {"shop/basket.py": WARNS} | pages(3, USES_TOTAL),),
        "`shop.basket` only warns: it still does its work. All 3 imports go that way.",
        LEGACY_LISTED,
        None,
    ),
    Twins(
        "paths.removed",
        "imports.unresolved",
        REMOVED,
        "All 6 imports ask for `shop.basket`, which was there and was removed.",
        BRANCHED_OFF,
        "paths.never-there",
    ),
    Twins(
        "paths.elsewhere",
        "imports.unresolved",
        (SHOP | pages(6, "from shop.carts import Cart\n"),),
        "All 6 imports ask in the wrong place: only `shop.cart` defines what is asked for.",
        (SHOP | {"web/cart.py": CART} | pages(6, "from shop.cart import Trolley\n"),),
        None,
    ),
    Twins(
        "paths.never-there",
        "imports.unresolved",
        BRANCHED_OFF,
        "All 6 imports ask for `shop.basket`: no commit of the first-parent line had a Python file of it.",
        ({"old/shop/basket.py": RIGHT}, BRANCHED_OFF[0], {"old/shop/basket.py": None}),
        None,
    ),
    Twins(
        "paths.fallback",
        "imports.legacy",
        legacy(EITHER),
        "All 3 imports are one of two choices: if an import fails, the name is taken from elsewhere.",
        legacy(OR_NONE),
        None,
    ),
    Twins(
        "paths.mixed",
        "imports.fragmented",
        (SHOP | TWO_WAYS | pages(3),),
        "There are several ways: of 6 imports, 3 by a re-export and 3 through a shim.",
        (shop(AT_RUN_TIME) | pages(6),),
        None,
    ),
    Twins(
        "paths.several",
        "imports.unresolved",
        (GONE_APART[0] | SEVERAL, *GONE_APART[1:]),
        (
            "There are several reasons: of 10 imports, 4 ask modules for names that they do not have, 4 ask for "
            "modules that were removed and 2 ask for modules of which no commit of the first-parent line had a Python "
            "file."
        ),
        GONE_APART,
        "paths.removed",
    ),
    Twins(
        "auth.library",
        "auth.patterns",
        LIBRARY,
        (
            "`Sessions`, with 1 call, is to be the one way. All 3 calls in 3 files ask a library by "
            "themselves: `jwt.decode`."
        ),
        OWN_WAYS,
        "auth.other-wrapper",
    ),
    Twins(
        "auth.other-wrapper",
        "auth.patterns",
        OWN_WAYS,
        (
            "`Sessions`, with 1 call, is to be the one way. "
            "All 4 calls in 4 files are of other functions that validate: "
            "`shop.old.check0` (1), `shop.old.check1` (1) and `shop.old.check2` (1), others (1)."
        ),
        LIBRARY,
        "auth.library",
    ),
    Twins(
        "auth.copied",
        "auth.implementations",
        COPIED_CHECK,
        "This definition was copied from the canonical one: the text is the same for the most part.",
        OVERRIDDEN,
        "auth.overridden",
    ),
    Twins(
        "auth.overridden",
        "auth.implementations",
        OVERRIDDEN,
        "This definition overrides `shop.auth.Sessions.check` and never asks it.",
        COPIED_CHECK,
        "auth.copied",
    ),
    Twins(
        "auth.other-check",
        "auth.unprotected",
        OTHER_CHECK,
        "This endpoint has a check of another kind than `Sessions`.",
        NO_CHECK,
        None,
    ),
    Twins(
        "arrival.before-canonical",
        "imports.fragmented",
        (pages(6) | {"shop/basket.py": CART}, Days(30), SHOP),
        "All 6 imports are older than `shop.cart` (2024-01-31), and were never moved there.",
        ({"shop/basket.py": CART}, Days(30), SHOP | pages(6)),
        "arrival.burst",
    ),
    Twins(
        "arrival.after-canonical",
        "imports.fragmented",
        DRIP,
        (
            "All 6 imports came in when `shop.cart` (2024-01-01) was already there. They still come: 6 came "
            "and 0 went since 2024-01-01."
        ),
        DAY_ONE,
        "arrival.burst",
    ),
    Twins(
        "auth.fallback-added",
        "auth.bypass",
        ({"a.py": STRICT}, Days(20), {"a.py": SKIPS}),
        "This place is a fallback that was added with one commit, `Change a.py` (2024-01-21).",
        ({"a.py": SKIPS}, Days(20), LATER),
        "arrival.burst",
    ),
    Twins(
        "arrival.overdue",
        "ssot.ignores",
        (SHOP, Days(7), pages(3, EXPIRED), Days(30), LATER),
        "All 3 comments came to be stale when their last day passed, 2024-01-20.",
        (SHOP, Days(30), pages(3, EXPIRED), Days(7), LATER),
        "arrival.burst",
    ),
    Twins(
        "arrival.copied",
        "imports.legacy",
        (HANDED_ON | {".github/fifthwhy.yml": LISTED, "web/page.py": FORM}, Days(20), pages(3, USES_TOTAL + FORM)),
        "All 3 imports came in with 3 files that look like one that was there.",
        (HANDED_ON | {".github/fifthwhy.yml": LISTED, "web/page.py": FORM}, Days(20), pages(3, USES_TOTAL)),
        "arrival.burst",
    ),
    Twins(
        "arrival.burst",
        "ssot.duplicates",
        ({"web/sum.py": ONE_SUM}, Days(20), Branch("sums", pages(6, ONE_SUM), merged=True)),
        "All 6 copies came in with one commit, `Merge pull request #7 from acme/sums` (2024-01-21).",
        TWO_COMMITS,
        "arrival.several",
    ),
    Twins(
        "arrival.growing",
        "ssot.duplicates",
        TWO_COMMITS[:-2],
        "They still come: 6 copies came in and 0 went since 2024-01-01.",
        TWO_COMMITS,
        "arrival.several",
    ),
    Twins(
        "arrival.drip",
        "ssot.duplicates",
        ({"web/sum.py": ONE_SUM}, *one_by_one(6, 7, ONE_SUM), Days(70), LATER),
        "All 6 copies came in bit by bit from 2024-01-08 to 2024-02-12, never more than 1 at a time.",
        TWO_COMMITS,
        "arrival.several",
    ),
    Twins(
        "arrival.old",
        "imports.fragmented",
        LONG_AGO,
        "All 6 imports are older than what was looked at: already there on 2024-03-31.",
        DRIP,
        "arrival.after-canonical",
    ),
    Twins(
        "arrival.tests",
        "imports.unresolved",
        gone_from("tests"),
        "All 6 imports are in tests.",
        gone_from("web"),
        "arrival.several",
    ),
    Twins(
        "arrival.several",
        "ssot.duplicates",
        TWO_COMMITS,
        (
            "It was not at once: of 6 copies, 3 came in with `Change web/page2.py` (2024-01-21) and 3 with "
            "`Change web/page5.py` (2024-02-10)."
        ),
        ({"web/sum.py": ONE_SUM}, Days(20), pages(6, ONE_SUM)),
        "arrival.burst",
    ),
    Twins(
        "unguarded.expired",
        "imports.fragmented",
        (SHOP | pages(3, EXPIRED), Days(30), LATER),
        "All 3 imports have ignore comments that have expired.",
        SHIM,
        "unguarded.nothing",
    ),
    Twins(
        "unguarded.policy-younger",
        "imports.fragmented",
        (NO_POLICY, Days(7), pages(6), Days(30), {".github/fifthwhy.yml": POLICY}),
        "All 6 imports were there before the policy was (2024-02-07).",
        AT_ONCE,
        "unguarded.nothing",
    ),
    Twins(
        "unguarded.nothing",
        "imports.fragmented",
        (*AT_ONCE, Days(1), {".pre-commit-config.yaml": HOOKS}),
        (
            "`shop.basket` raises no DeprecationWarning of its own when it is imported, and no contract and no linter "
            "setting stands against that: all 6 imports go there. What programs of the repository's own forbid was "
            "not looked at: its workflows, its tests and the pre-commit hooks `imports` and `tests`."
        ),
        BANNED,
        None,
    ),
    Twins(
        "unguarded.only-warned",
        "imports.fragmented",
        (shop(WARNING_SHIM) | pages(6),),
        (
            "`shop.basket` only warns when it is imported, which stops nobody; no contract and no linter setting "
            "forbids the import. All 6 imports go there."
        ),
        (shop(WARNING_SHIM) | GUARDED | pages(6),),
        None,
    ),
    Twins(
        "unguarded.not-required",
        "imports.fragmented",
        BANNED,
        "No check has to pass before a merge, so that none can keep these 6 imports out.",
        BANNED,
        None,
        requires=((), ("lint",)),
    ),
    Twins(
        "reasons.undone",
        "imports.fragmented",
        (SHOP | pages(6), Days(14), pages(6, RIGHT), Days(14), pages(6), Days(14), LATER),
        "All 6 imports had been put right and were brought back.",
        DAY_ONE,
        "reasons.no-owner",
    ),
    Twins(
        "reasons.unmerged",
        "imports.fragmented",
        (SHOP | pages(6), Days(14), Branch("cleanup", pages(6, RIGHT)), Days(14), LATER),
        "All 6 imports stand in files that a branch changes that was never merged: `cleanup`.",
        (SHOP, Days(14), Branch("cleanup", pages(6), merged=True), Days(14), LATER),
        "reasons.no-owner",
    ),
    Twins(
        "reasons.put-off",
        "imports.fragmented",
        (shop(policy=due("2024-02-01")) | pages(6), Days(20), {".github/fifthwhy.yml": due("2024-05-01")}),
        "The goal was put off once: from 2024-02-01 to 2024-05-01.",
        (shop(policy=due("2024-05-01")) | pages(6), Days(20), {".github/fifthwhy.yml": due("2024-02-01")}),
        "reasons.no-owner",
    ),
    Twins(
        "reasons.no-owner",
        "imports.fragmented",
        SHIM,
        "There is no CODEOWNERS file: nobody is named for the files of these 6 imports.",
        OWNED,
        "reasons.no-due-date",
    ),
    Twins(
        "reasons.no-due-date",
        "imports.fragmented",
        OWNED,
        ("The policy sets no due date for `imports.fragmented`: nothing says by when these 6 imports are to go."),
        (shop(policy=due("2024-05-01")) | {"CODEOWNERS": "* @acme/shop\n"} | pages(6),),
        None,
    ),
)
