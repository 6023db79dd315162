"""A shop repository on a stand-in that is being served, a person, and an App that hears its webhooks."""

import queue
import shutil
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TypeVar

import httpx
import pytest
from githubkit import AppAuthStrategy, AppInstallationAuthStrategy, GitHub
from githubkit.auth import BaseAuthStrategy
from githubkit.cache import MemCacheStrategy

from bot.demo.github import GitHubStandIn
from bot.demo.records import Person
from bot.demo.registration import AppRegistration
from bot.demo.serving import serving
from tests.repositories import Repo

SHOP = "acme/shop"
Strategy = TypeVar("Strategy", bound=BaseAuthStrategy)
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # saves each client loading certificates


@dataclass(frozen=True)
class Heard:
    """A webhook as it arrived."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """The App's webhook address: keeps what arrives, and answers with the status it is set to."""

    url: str = ""
    status: int = 202
    heard: "queue.SimpleQueue[Heard]" = field(default_factory=queue.SimpleQueue)

    def next(self) -> Heard:
        return self.heard.get(timeout=30)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.heard.put(Heard({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Standard error is for failures."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/webhook"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def registration() -> AppRegistration:
    return AppRegistration.generate()


@pytest.fixture(scope="session")
def first_shop(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo.create(tmp_path_factory.mktemp("first") / "shop")
    repo.commit({"shop/auth.py": "def verify(): ...\n"}, "Begin the shop")
    repo.branch("feature")
    repo.commit({"shop/cart.py": "from shop.auth import verify\n\nverify()\n"}, "Add the cart")
    repo.checkout("main")
    return repo


@pytest.fixture
def shop(first_shop: Repo, tmp_path: Path) -> Repo:
    """A work tree with `main`, and a branch `feature` that adds a file of three lines."""
    return replace(first_shop, path=shutil.copytree(first_shop.path, tmp_path / "shop"))


@pytest.fixture
def standin(registration: AppRegistration, receiver: Receiver, shop: Repo, tmp_path: Path) -> GitHubStandIn:
    standin = GitHubStandIn(registration, tmp_path / "github", webhook_url=receiver.url)
    standin.add_repository(SHOP, shop.git_dir)
    return standin


@pytest.fixture
def address(standin: GitHubStandIn) -> Iterator[str]:
    with serving(standin) as address:
        yield address


@pytest.fixture
def ada(standin: GitHubStandIn) -> Person:
    return standin.add_person("ada")


@pytest.fixture
def as_app(registration: AppRegistration, address: str) -> GitHub[AppAuthStrategy]:
    """The App, before it has any installation's token."""
    return client(AppAuthStrategy(registration.id, registration.private_key_pem), address)


@pytest.fixture
def github(registration: AppRegistration, address: str) -> GitHub[AppInstallationAuthStrategy]:
    """The App on its installation."""
    installation = registration.installation.id
    return client(AppInstallationAuthStrategy(registration.id, registration.private_key_pem, installation), address)


def client(strategy: Strategy, address: str) -> GitHub[Strategy]:
    """The GitHub client that the App uses.

    Its usual cache is shared by the whole process, where a token would outlive the stand-in that gave it.
    """
    return GitHub(
        strategy,
        base_url=f"{address}/api/v3",
        auto_retry=False,
        cache_strategy=MemCacheStrategy(),
        http_cache=False,
        ssl_verify=NO_TLS,
        trust_env=False,
    )


@pytest.fixture
def token(as_app: GitHub[AppAuthStrategy], registration: AppRegistration) -> str:
    """An installation token with all that the installation may do."""
    answer = as_app.rest.apps.create_installation_access_token(registration.installation.id)
    return answer.parsed_data.token


@pytest.fixture
def http(address: str) -> Iterator[httpx.Client]:
    """A plain HTTP client on the stand-in, for what a GitHub client would not say."""
    with httpx.Client(base_url=address, trust_env=False, timeout=30, verify=NO_TLS) as client:
        yield client
