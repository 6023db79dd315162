"""What the set-up makes of GitHub's answer to a manifest's code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.github.errors import GitHubUnavailableError, NotFoundError
from bot.github.manifest import create_from_manifest
from bot.settings.credentials import Credentials, NewApp
from tests.bot.conftest import Site
from tests.bot.http import serving
from tests.bot.settings.test_settings import SECRET, pem, rsa_key

pytestmark = pytest.mark.anyio

PAGE = "https://github.com/apps/fifthwhy"


@contextmanager
def answering(**changes: object) -> Iterator[str]:
    """The API of a GitHub whose answer differs in this; gives its address."""
    answer = {"id": 7, "name": "fifthwhy", "html_url": PAGE, "pem": pem(rsa_key()), "webhook_secret": SECRET} | changes

    async def convert(_: Request) -> JSONResponse:
        return JSONResponse(answer, 201)

    with serving(Starlette(routes=[Route("/api/v3/app-manifests/{code}/conversions", convert, methods=["POST"])])) as (
        host,
        port,
    ):
        yield f"http://{host}:{port}/api/v3"


async def test_a_code_is_worth_the_app_s_credentials() -> None:
    with answering(client_secret="not kept") as api_url:
        created = await create_from_manifest("code", api_url=api_url, ca_file=None)

    assert created == NewApp("fifthwhy", PAGE, Credentials(7, pem(rsa_key()), SECRET))


async def test_a_code_that_github_does_not_know_is_refused(site: Site) -> None:
    with pytest.raises(NotFoundError):
        await create_from_manifest("unknown", api_url=f"{site.address}/api/v3", ca_file=None)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"webhook_secret": None}, "it has no webhook secret"),
        ({"webhook_secret": "short"}, "is only 5 characters long"),
        ({"pem": "no key"}, "does not hold a private key"),
    ],
)
async def test_an_app_that_no_server_could_work_with_is_refused(changes: dict[str, object], problem: str) -> None:
    with answering(**changes) as api_url, pytest.raises(ValueError, match=problem):
        await create_from_manifest("code", api_url=api_url, ca_file=None)


async def test_an_answer_that_is_not_github_s_is_told_from_one_that_is() -> None:
    with answering(id="seven") as api_url, pytest.raises(GitHubUnavailableError):
        await create_from_manifest("code", api_url=api_url, ca_file=None)
