"""What people may do in a repository, as GitHub answers when it is asked."""

from __future__ import annotations

from typing import get_args

import pytest

from bot.github.app import GitHubApp
from bot.github.records import Role
from tests.bot.conftest import Shop
from tests.bot.github.conftest import opened

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("role", get_args(Role))
async def test_everybody_has_the_role_that_was_given(github: GitHubApp, delivered: Shop, role: Role) -> None:
    person = delivered.standin.add_person(f"{role}-of-{delivered.repository.id}", member=False)
    delivered.standin.set_role(delivered.name, person, role)
    async with opened(github, delivered) as repository:
        assert await repository.permission(person.user.login) == role


async def test_a_stranger_has_no_role_in_a_private_repository(github: GitHubApp, delivered: Shop) -> None:
    delivered.standin.add_person("stranger", member=False)
    async with opened(github, delivered) as repository:
        assert await repository.permission("stranger") == "none"
        assert await repository.permission("nobody-of-that-name") == "none"


@pytest.mark.parametrize("login", ["", "../../../orgs/acme", "ada/../eve", "a b", "ada?x=1", "[bot]"])
async def test_what_is_no_login_is_not_asked_for(github: GitHubApp, delivered: Shop, login: str) -> None:
    async with opened(github, delivered) as repository:
        assert await repository.permission(login) == "none"
        assert repository.calls == 0
