"""Single files of the default branch, as they are looked at without a clone."""

from __future__ import annotations

import pytest

from bot.github.app import GitHubApp
from tests.bot.conftest import Shop, Site
from tests.bot.github.conftest import opened

pytestmark = pytest.mark.anyio


async def test_a_file_is_read_as_it_is_on_the_default_branch(github: GitHubApp, site: Site) -> None:
    shop = site.shop({".github/fifthwhy.yml": "# Grüße\nsymbols: []\n"})
    async with opened(github, shop) as repository:
        assert await repository.file(".github/fifthwhy.yml") == "# Grüße\nsymbols: []\n".encode()


async def test_a_file_that_is_not_there_is_none(github: GitHubApp, shop: Shop) -> None:
    async with opened(github, shop) as repository:
        assert await repository.file(".github/fifthwhy.yml") is None
