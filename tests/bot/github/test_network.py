"""The way to GitHub: an Enterprise Server with certificates of its own, and proxies; for the API and for git."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest
import uvicorn

from bot.git.git import Command, GitUnavailableError, Remote, run_git, trust
from bot.github.app import GitHubApp
from bot.github.errors import GitHubUnavailableError
from tests.bot.conftest import Shop, Site
from tests.certificates import own_certificate

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _environment_of_a_machine_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_SSL_CAINFO", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PEM file with a certificate that nobody else has signed, and its key."""
    return own_certificate(tmp_path_factory.mktemp("corp"))


@pytest.fixture
def enterprise(site: Site, authority: Path) -> Iterator[str]:
    """The address of the same GitHub, over HTTPS."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(site.standin.asgi, ssl_certfile=authority, log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@asynccontextmanager
async def proxy() -> AsyncIterator[tuple[str, list[str]]]:
    """A proxy that tunnels (RFC 9110, 9.3.6), and the places that it was asked for."""
    asked: list[str] = []
    tunnels: set[asyncio.Task[None] | None] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while block := await reader.read(65_536):
                writer.write(block)
                await writer.drain()
        with suppress(ConnectionError, ssl.SSLError):
            writer.close()
            await writer.wait_closed()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tunnels.add(asyncio.current_task())
        place = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        asked.append(place)
        host, _, port = place.rpartition(":")
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}", asked
        await asyncio.gather(*(tunnel for tunnel in tunnels if tunnel is not None))


async def look(shop: Shop, address: str, ca_file: Path | None = None) -> bool:
    """Whether GitHub at this address says that the pull request is open."""
    app = shop.standin.app
    github = GitHubApp(app.id, app.private_key_pem, f"{address}/api/v3", ca_file=ca_file)
    async with github.repository(shop.job.installation_id, shop.repository.id) as repository:
        return (await repository.pull_request(shop.pull.number)).is_open


def list_remote(shop: Shop, address: str) -> bytes:
    remote = Remote(f"{address}/{shop.name}.git", token=shop.person.token)
    return run_git(Command(["ls-remote", remote.url], remote=remote))


# --- certificates -----------------------------------------------------------------------------------------------------


async def test_a_server_with_a_certificate_of_its_own_is_trusted_where_that_is_said(
    shop: Shop, enterprise: str, authority: Path
) -> None:
    assert await look(shop, enterprise, ca_file=authority)


async def test_a_server_whose_certificate_nobody_knows_is_not_talked_to(shop: Shop, enterprise: str) -> None:
    with pytest.raises(GitHubUnavailableError, match="CERTIFICATE_VERIFY_FAILED"):
        await look(shop, enterprise)


async def test_the_environment_may_say_whom_to_trust(
    shop: Shop, enterprise: str, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    assert await look(shop, enterprise)
    assert b"refs/heads/main" in await asyncio.to_thread(list_remote, shop, enterprise)


async def test_git_trusts_whom_the_settings_name(
    shop: Shop, enterprise: str, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_SSL_CAINFO", "another")  # and is as it was, once the test is over
    trust(authority)
    assert b"refs/heads/main" in await asyncio.to_thread(list_remote, shop, enterprise)


async def test_git_trusts_nobody_else(shop: Shop, enterprise: str) -> None:
    with pytest.raises(GitUnavailableError):
        await asyncio.to_thread(list_remote, shop, enterprise)


# --- proxies ----------------------------------------------------------------------------------------------------------


async def test_github_is_asked_by_way_of_the_proxy(
    shop: Shop, enterprise: str, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with proxy() as (address, asked):
        monkeypatch.setenv("HTTPS_PROXY", address)
        assert await look(shop, enterprise, ca_file=authority)
    assert set(asked) == {enterprise.removeprefix("https://")}


async def test_git_goes_by_way_of_the_proxy(
    shop: Shop, enterprise: str, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with proxy() as (address, asked):
        monkeypatch.setenv("HTTPS_PROXY", address)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert await asyncio.to_thread(list_remote, shop, enterprise)
    assert set(asked) == {enterprise.removeprefix("https://")}


async def test_a_server_that_is_near_is_asked_without_the_proxy(
    shop: Shop, enterprise: str, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with proxy() as (address, asked):
        monkeypatch.setenv("HTTPS_PROXY", address)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert await look(shop, enterprise, ca_file=authority)
    assert asked == []
