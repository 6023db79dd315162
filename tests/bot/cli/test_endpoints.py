"""`fifthwhy endpoints` as a person uses it, and what an audit says of a new way to validate: on a real repository."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import pytest

from tests.bot.cli.test_audit import ESCAPES, User
from tests.repositories import Content, Repo

SHOP: Final[Mapping[str, Content]] = {
    ".github/fifthwhy.yml": (
        "auth:\n"
        "  canonical: Session check\n"
        "  patterns: [{name: Session check, dependencies: [shop.auth.current_user]}]\n"
    ),
    "shop/__init__.py": "",
    "shop/auth.py": (
        "import os\n\nimport jwt\nfrom fastapi import Header\n\n\n"
        "def current_user(authorization: str = Header()):\n"
        "    return jwt.decode(authorization[7:], os.environ['JWT_KEY'], algorithms=['RS256'])['sub']\n"
    ),
    "shop/web.py": (
        "from fastapi import Depends, FastAPI\n\nfrom shop.auth import current_user\n\napp = FastAPI()\n\n\n"
        "@app.get('/health')\ndef health(): ...\n\n\n"
        "@app.get('/orders')\ndef orders(): ...\n\n\n"
        "@app.get('/me')\ndef me(user=Depends(current_user)): ...\n"
    ),
}
ANOTHER_WAY: Final[Mapping[str, Content]] = {
    "shop/export.py": (
        "import os\n\nfrom jose import jwt\n\n\n"
        "def export(token):\n"
        "    who = jwt.decode(token, os.environ['EXPORT_KEY'], algorithms=['HS256'])\n"
        "    print(who)\n"
    ),
}


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> User:
    return User(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo.create(tmp_path_factory.mktemp("repositories") / "shop")
    repo.commit(SHOP)
    repo.commit(ANOTHER_WAY)
    return repo


def test_every_endpoint_is_listed_with_its_answer_and_what_shows_it(user: User, shop: Repo) -> None:
    ran = user.runs("endpoints", shop.path)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("3 endpoints: 1 never reach the check, 0 cannot tell, 1 public, 1 protected;")
    assert "the check is Session check." in ran.out.replace("\n", " ")
    assert "Never reach the check (1)\n  GET /orders  shop.web.orders  shop/web.py:13\n" in ran.out
    assert "Public (1)\n  GET /health  shop.web.health  shop/web.py:9\n      a health check or the like\n" in ran.out
    assert "reaches Session check: current_user (shop/web.py:17)" in ran.out.replace("me (shop/web.py:17) → ", "")
    assert not ESCAPES.search(ran.out.replace("\n", ""))


def test_endpoints_are_listed_for_programs(user: User, shop: Repo) -> None:
    ran = user.runs("endpoints", shop.path, "--format", "json")

    listed = json.loads(ran.out)
    assert (listed["canonical"], listed["inferred"]) == ("Session check", False)
    assert [(each["state"], each["route"]) for each in listed["endpoints"]] == [
        ("unprotected", "/orders"),
        ("public", "/health"),
        ("protected", "/me"),
    ]


def test_a_change_that_adds_a_way_to_validate_is_told_so_with_the_line(user: User, shop: Repo) -> None:
    ran = user.runs("audit", shop.path, "--base", "HEAD~1")

    told = ran.out.replace("\n", " ")
    assert "This change adds a 2nd way to validate a token: python-jose, shop/export.py:7" in told


def test_one_that_puts_a_way_in_the_place_of_another_is_not(user: User, shop: Repo) -> None:
    shop.commit({"shop/export.py": str(ANOTHER_WAY["shop/export.py"]).replace("from jose import jwt", "import jwt")})
    ran = user.runs("audit", shop.path, "--base", "HEAD~1")

    assert "way to validate a token" not in ran.out


def test_findings_in_tests_never_block(user: User, shop: Repo) -> None:
    text = "import jwt\n\n\ndef test_it(token):\n    assert jwt.decode(token, '', algorithms=['none'])\n"
    shop.commit({"tests/test_tokens.py": text})
    ran = user.runs("audit", shop.path, "--base", "HEAD~1", "--exit-code")

    assert ran.code == 0
    assert "tests/test_tokens.py:5" in ran.out


def test_where_there_is_none_that_is_said(user: User, tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = Repo.create(tmp_path_factory.mktemp("repositories") / "empty")
    empty.commit({"a.py": "x = 1\n"})

    assert user.runs("endpoints", empty.path).out == "There is no endpoint here that fifthwhy knows of.\n"
